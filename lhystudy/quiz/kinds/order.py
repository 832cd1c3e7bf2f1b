"""Steps to be put in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Self

from lhystudy.entries import Entry, entries_of
from lhystudy.quiz.forms import Arrange, Form, Grade, Judge
from lhystudy.quiz.item import Item, common_fields
from lhystudy.quiz.template import Numbers, fill_text
from lhystudy.words import Text


@dataclass(frozen=True, kw_only=True)
class Order(Item):
    steps: tuple[Text, ...]  # in the right order
    feedback: Text
    shown: tuple[int, ...] = ()  # which step stands at each place as the item is shown

    def filled(self, numbers: Numbers) -> Self:
        return replace(
            super().filled(numbers),
            steps=tuple(fill_text(step, numbers) for step in self.steps),
            feedback=fill_text(self.feedback, numbers),
        )

    def shuffled(self, rng: Random) -> Self:
        """Never in the right order already."""
        places = list(range(len(self.steps)))
        shown = rng.sample(places, len(places))
        while shown == places:
            shown = rng.sample(places, len(places))
        return replace(self, shown=tuple(shown))

    def form(self) -> Form:
        return Arrange(self.ask.said(), tuple(self.steps[step].said() for step in self.shown))

    def grade(self, response: Any, judge: Judge) -> Grade:
        count = len(self.steps)
        places = list(range(count))
        if not isinstance(response, list) or any(type(n) is not int for n in response) or sorted(response) != places:
            return self.unreadable(f"name each of the {count} steps once", f"{count} 个步骤请各写一次")
        chosen = [self.steps[self.shown[place]] for place in response]
        share = sum(mine == right for mine, right in zip(chosen, self.steps, strict=True)) / count
        return Grade(
            right=share == 1,
            share=share,
            feedback="" if share == 1 else self.feedback.said(),
            explain=self.explain.said(),
            solution="\n".join(f"{n}. {step.said()}" for n, step in enumerate(self.steps, 1)),
        )

    def right_response(self) -> list[int]:
        return [self.shown.index(step) for step in range(len(self.steps))]

    def wrong_responses(self) -> list[Any]:
        """The right order reversed."""
        return [self.right_response()[::-1]]


def load(entry: Entry) -> Order:
    steps = entries_of(entry.listing("steps"), entry.source, "steps")
    texts = tuple(step.as_text() for step in steps)
    if len(texts) < 3:
        entry.fault("`steps` needs at least three steps", "steps")
    if len(set(texts)) != len(texts):
        entry.fault("two of the `steps` are the same", "steps")
    return Order(**common_fields(entry, "steps", "feedback"), steps=texts, feedback=entry.text("feedback"))
