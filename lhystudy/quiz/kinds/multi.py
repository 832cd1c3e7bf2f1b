"""Every answer that holds is to be chosen, and no other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.quiz.forms import Form, Grade, Judge, PickMany
from lhystudy.quiz.item import Item, common_fields
from lhystudy.quiz.kinds.choice import Answer, is_index, load_answers
from lhystudy.quiz.template import Numbers
from lhystudy.words import say


@dataclass(frozen=True, kw_only=True)
class Multi(Item):
    answers: tuple[Answer, ...]

    def filled(self, numbers: Numbers) -> Self:
        return replace(super().filled(numbers), answers=tuple(answer.filled(numbers) for answer in self.answers))

    def shuffled(self, rng: Random) -> Self:
        return replace(self, answers=tuple(rng.sample(self.answers, len(self.answers))))

    def form(self) -> Form:
        return PickMany(self.ask.said(), tuple(answer.text.said() for answer in self.answers))

    def grade(self, response: Any, judge: Judge) -> Grade:
        count = len(self.answers)
        if not isinstance(response, list) or not all(is_index(index, count) for index in response):
            return self.unreadable(f"choose any of the {count} answers", f"请在 {count} 个答案里选出所有成立的")
        missed = [answer for index, answer in enumerate(self.answers) if answer.right != (index in response)]
        return Grade(
            right=not missed,
            share=1 - len(missed) / count,
            feedback="\n".join(answer.text.said() + say(": ", "：") + answer.feedback.said() for answer in missed),
            explain=self.explain.said(),
            solution=say("; ", "；").join(answer.text.said() for answer in self.answers if answer.right),
            misconception=next((answer.misconception for answer in missed if answer.misconception), ""),
        )

    def right_response(self) -> list[int]:
        return [index for index, answer in enumerate(self.answers) if answer.right]

    def wrong_responses(self) -> list[Any]:
        """The right selection with one answer switched, once for each answer."""
        right = set(self.right_response())
        return [sorted(right ^ {index}) for index in range(len(self.answers))]


def load(entry: Entry) -> Multi:
    answers = load_answers(entry)
    if not any(answer.right for answer in answers):
        entry.fault("at least one answer must have `right: true`", "answers")
    return Multi(**common_fields(entry, "answers"), answers=answers)
