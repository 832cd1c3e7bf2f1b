"""A derivation with one wrong line in it, which is to be found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.quiz.forms import Form, Grade, Judge, PickOne
from lhystudy.quiz.item import Item, common_fields
from lhystudy.quiz.kinds.choice import is_index
from lhystudy.words import Text, say


@dataclass(frozen=True, kw_only=True)
class FindTheWrongLine(Item):
    derivation: str
    wrong: str
    lines: tuple[str, ...] = ()  # what `showing` fills in from the derivation
    at: int = 0  # the number of the wrong line, from 1
    flaw: Text = Text()
    scene: tuple[str, ...] = ()  # the derivation's `let` and `given` lines, shown above its own

    def showing(self, lines: tuple[str, ...], at: int, flaw: Text, scene: tuple[str, ...]) -> Self:
        """The item over the lines of its derivation, the one numbered `at` being wrong."""
        return replace(self, lines=lines, at=at, flaw=flaw, scene=scene)

    def form(self) -> Form:
        return PickOne("\n".join((self.ask.said(), *self.scene)), self.lines)

    def grade(self, response: Any, judge: Judge) -> Grade:
        if not is_index(response, len(self.lines)):
            return self.unreadable(f"choose one of the {len(self.lines)} lines", f"请在 {len(self.lines)} 行里选一行")
        right = response == self.at - 1
        chosen = response + 1
        otherwise = (
            say(f"line {chosen} follows from what stands above it", f"第 {chosen} 行由上文推得出来")
            if chosen < self.at
            else say(f"the mistake stands above line {chosen}", f"错在第 {chosen} 行之前")
        )
        return Grade(
            right=right,
            share=float(right),
            feedback=self.flaw.said() if right else otherwise,
            explain=self.explain.said() or ("" if right else self.flaw.said()),
            solution=say(f"line {self.at}: {self.lines[self.at - 1]}", f"第 {self.at} 行：{self.lines[self.at - 1]}"),
        )

    def right_response(self) -> int:
        return self.at - 1

    def wrong_responses(self) -> list[Any]:
        return [index for index in range(len(self.lines)) if index != self.at - 1]


def load(entry: Entry) -> FindTheWrongLine:
    return FindTheWrongLine(
        **common_fields(entry, "derivation", "wrong"),
        derivation=entry.word("derivation"),
        wrong=entry.word("wrong"),
    )
