"""One right answer among several, each with feedback of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.quiz.forms import Form, Grade, Judge, PickOne
from lhystudy.quiz.item import Item, common_fields
from lhystudy.quiz.template import Numbers, fill_text
from lhystudy.words import Text


@dataclass(frozen=True)
class Answer:
    text: Text
    feedback: Text
    right: bool = False
    misconception: str = ""

    def filled(self, numbers: Numbers) -> Answer:
        return replace(self, text=fill_text(self.text, numbers), feedback=fill_text(self.feedback, numbers))


@dataclass(frozen=True, kw_only=True)
class Choice(Item):
    answers: tuple[Answer, ...]

    def filled(self, numbers: Numbers) -> Self:
        return replace(super().filled(numbers), answers=tuple(answer.filled(numbers) for answer in self.answers))

    def shuffled(self, rng: Random) -> Self:
        return replace(self, answers=tuple(rng.sample(self.answers, len(self.answers))))

    def form(self) -> Form:
        return PickOne(self.ask.said(), tuple(answer.text.said() for answer in self.answers))

    def grade(self, response: Any, judge: Judge) -> Grade:
        if not is_index(response, len(self.answers)):
            return self.unreadable(
                f"choose one of the {len(self.answers)} answers", f"请在 {len(self.answers)} 个答案里选一个"
            )
        chosen = self.answers[response]
        return Grade(
            right=chosen.right,
            share=float(chosen.right),
            feedback=chosen.feedback.said(),
            explain=self.explain.said(),
            solution=self.answers[self.right_response()].text.said(),
            misconception=chosen.misconception,
        )

    def right_response(self) -> int:
        return next(index for index, answer in enumerate(self.answers) if answer.right)

    def wrong_responses(self) -> list[Any]:
        return [index for index, answer in enumerate(self.answers) if not answer.right]


def is_index(response: Any, count: int) -> bool:
    """Whether a response is the index of one of `count` choices."""
    return isinstance(response, int) and not isinstance(response, bool) and 0 <= response < count


def load_answers(entry: Entry) -> tuple[Answer, ...]:
    """The `answers:` of an item: at least two, each with feedback."""
    answers = []
    for one in entry.entries("answers"):
        one.only("text", "right", "feedback", "misconception")
        answers.append(Answer(one.text("text"), one.text("feedback"), one.flag("right"), one.word("misconception", "")))
    if len(answers) < 2:
        entry.fault("`answers` needs at least two answers", "answers")
    return tuple(answers)


def load_single(entry: Entry) -> tuple[Answer, ...]:
    """The `answers:` of an item of which exactly one is right."""
    answers = load_answers(entry)
    right = sum(answer.right for answer in answers)
    if right != 1:
        entry.fault(f"exactly one answer must have `right: true`, not {right}", "answers")
    return answers


def load(entry: Entry) -> Choice:
    return Choice(**common_fields(entry, "answers"), answers=load_single(entry))
