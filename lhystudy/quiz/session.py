"""One sitting of questions as a value: what is asked now, what was answered, what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lhystudy.quiz.forms import Confidence, Grade, Judge
from lhystudy.quiz.item import Item


@dataclass(frozen=True)
class Asked:
    """An item as written and the seed of its numbers. `again` marks one that was missed and comes back."""

    item: Item
    seed: int
    again: bool = False

    @property
    def drawn(self) -> Item:
        """The item as it is asked."""
        return self.item.draw(self.seed)


@dataclass(frozen=True)
class Answered:
    asked: Asked
    response: Any
    confidence: Confidence | None
    grade: Grade


@dataclass(frozen=True)
class Session:
    """Asked in order. With `repeats`, an item that was missed is asked once more at the end with new numbers."""

    waiting: tuple[Asked, ...]
    answered: tuple[Answered, ...] = ()
    repeats: bool = False

    @property
    def current(self) -> Asked | None:
        """What is asked now; None when the session is finished."""
        return self.waiting[0] if self.waiting else None

    @property
    def finished(self) -> bool:
        return not self.waiting

    @property
    def length(self) -> int:
        return len(self.waiting) + len(self.answered)

    @property
    def right(self) -> int:
        """How many of the answers were right."""
        return sum(one.grade.right for one in self.answered)

    def answer(self, response: Any, confidence: Confidence | None, judge: Judge) -> tuple[Session, Grade]:
        """The session after a response, and its grade. An unreadable response leaves the session as it is.

        Raises ValueError when the session is finished.
        """
        if self.current is None:
            raise ValueError("the session is finished")
        grade = self.current.drawn.grade(response, judge)
        return (self if grade.unreadable else self.graded(response, confidence, grade)), grade

    def graded(self, response: Any, confidence: Confidence | None, grade: Grade) -> Session:
        """The session after a response whose grade is known already."""
        asked = self.waiting[0]
        rest = self.waiting[1:]
        if self.repeats and not grade.right and not asked.again:
            rest = (*rest, replace(asked, seed=asked.seed + 1, again=True))
        return replace(self, waiting=rest, answered=(*self.answered, Answered(asked, response, confidence, grade)))

    def skip(self) -> Session:
        """The session with what is asked now put at its end."""
        return replace(self, waiting=(*self.waiting[1:], *self.waiting[:1]))

    def undo(self) -> Session:
        """The session before its last answer; itself when nothing was answered."""
        if not self.answered:
            return self
        last = self.answered[-1].asked
        waiting = tuple(one for one in self.waiting if not (one.again and one.item.id == last.item.id))
        return replace(self, waiting=(last, *waiting), answered=self.answered[:-1])


def begin(items: Iterable[tuple[Item, int]], repeats: bool = False) -> Session:
    """A session over items as written and the seeds of their numbers."""
    return Session(tuple(Asked(item, seed) for item, seed in items), repeats=repeats)
