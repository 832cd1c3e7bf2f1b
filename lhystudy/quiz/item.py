"""What every item of a quiz has, whatever its kind, and how an item is loaded by its kind's name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from importlib import import_module
from random import Random
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.errors import StudyError, nearest
from lhystudy.quiz.expression import ExpressionError
from lhystudy.quiz.forms import Form, Grade, Judge
from lhystudy.quiz.template import Numbers, Template, fill_text, load_template
from lhystudy.words import Text, say

KINDS = ("choice", "multi", "numeric", "symbolic", "order", "predict", "shape", "find-the-wrong-line")
COMMON = ("id", "kind", "heading", "level", "ask", "explain", "template", "where")


@dataclass(frozen=True, kw_only=True)
class Item(ABC):
    """An item as written. `draw` makes the one that is asked: its numbers drawn and its choices shuffled by a seed."""

    id: str
    kind: str
    heading: str
    level: int
    ask: Text
    explain: Text
    template: Template
    line: int

    def draw(self, seed: int) -> Self:
        """The item as asked. The same seed gives the same numbers and the same order, for ever.

        Raises StudyError when its template cannot be drawn.
        """
        rng = Random(f"{self.id} {seed}")
        try:
            numbers = self.template.draw(rng)
            drawn = self.filled(numbers)
        except (ExpressionError, StudyError) as error:
            raise StudyError(f"item {self.id} cannot be asked: {error}") from error
        return drawn.shuffled(rng)

    def filled(self, numbers: Numbers) -> Self:
        """The item with its numbers in place."""
        return replace(
            self, ask=fill_text(self.ask, numbers), explain=fill_text(self.explain, numbers), template=Template()
        )

    def shuffled(self, rng: Random) -> Self:
        """The item with what has no order of its own in an order drawn."""
        return self

    @abstractmethod
    def form(self) -> Form:
        """How the drawn item is answered."""

    @abstractmethod
    def grade(self, response: Any, judge: Judge) -> Grade:
        """What the response to the drawn item is worth."""

    @abstractmethod
    def right_response(self) -> Any:
        """A response to the drawn item that is right."""

    @abstractmethod
    def wrong_responses(self) -> list[Any]:
        """The responses to the drawn item that its author foresaw as wrong."""

    def unreadable(self, en: str, zh: str) -> Grade:
        """The grade of a response that is no answer: it costs nothing and the item is asked again."""
        return Grade(right=False, share=0.0, feedback=say(en, zh), unreadable=True)


@dataclass(frozen=True)
class Slip:
    """A wrong answer that people give, as typed, and what to say to it."""

    answer: str
    feedback: Text
    misconception: str = ""

    def filled(self, numbers: Numbers) -> Slip:
        return replace(self, feedback=fill_text(self.feedback, numbers))


def load_slips(entry: Entry) -> tuple[Slip, ...]:
    """The `wrong:` list of an item that is answered by typing."""
    slips = []
    for one in entry.entries("wrong", optional=True):
        one.only("answer", "feedback", "misconception")
        slips.append(Slip(one.word("answer"), one.text("feedback"), one.word("misconception", "")))
    return tuple(slips)


def common_fields(entry: Entry, *own: str) -> dict[str, Any]:
    """The fields that every kind has; `own` are the further keys that this kind knows."""
    entry.only(*COMMON, *own)
    return {
        "id": entry.word("id"),
        "kind": entry.word("kind"),
        "heading": entry.word("heading"),
        "level": entry.whole("level", 1, 3, default=1),
        "ask": entry.text("ask"),
        "explain": entry.text("explain", optional=True),
        "template": load_template(entry),
        "line": entry.line,
    }


def load_item(entry: Entry) -> Item | None:
    """The item of a quiz.yaml entry, or None when a fault was found in it."""
    kind = entry.word("kind")
    if kind not in KINDS:
        near = nearest(kind, list(KINDS))
        entry.fault(f'no item kind "{kind}"' + (f'; did you mean "{near}"?' if near else ""), "kind")
        return None
    before = len(entry.source.faults)
    module = import_module(f"lhystudy.quiz.kinds.{kind.replace('-', '_')}")
    item: Item = module.load(entry)
    return item if len(entry.source.faults) == before else None
