"""One line being read: stretches of its tokens to expressions and relations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from lhystudy.checker.nodes import Expr, Relation, Span
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.actions import Building, Chain
from lhystudy.checker.reading.lalr import build
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.resolve import prepare, resolve
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

MOST_BARS = 6  # of which each may be a norm or two bars


class Reader:
    """One line being read."""

    def __init__(self, text: str, raw: list[Token], problem: Problem, above: Expr | None) -> None:
        self.text, self.raw, self.problem, self.above = text, raw, problem, above
        self.notes: list[str] = []
        self.functions: frozenset[str] = frozenset()
        self.labels: frozenset[str] = frozenset()
        self.local: set[str] = set()

    def line(self, lo: int, hi: int, declaring: bool = False, single_bars: frozenset[int] = frozenset()) -> Line:
        """The tokens from lo to hi, ready to be resolved."""
        made = Line(
            self.raw[lo:hi],
            self.problem,
            self.functions,
            self.labels,
            set(self.local),
            declaring=declaring,
            single_bars=single_bars,
            source=self.text,
        )
        made.expression = lambda start, end: self.inner(made, start, end)
        return prepare(made)

    def inner(self, line: Line, lo: int, hi: int) -> Expr:
        """The expression that a stretch of a line being resolved is."""
        if lo >= hi:
            raise line.unexpected(lo, say("an expression", "表达式"))
        return self.only(build(resolve(line, lo, hi), self.building(), line.raw[hi - 1].end))

    def building(self) -> Building:
        return Building(notes=self.notes, text=self.text)

    def chain(self, lo: int, hi: int) -> Chain:
        """The relations from lo to hi. `||` is tried as a norm, then as two bars."""
        if lo >= hi:
            column = self.raw[hi - 1].end + 1 if hi else 1
            raise Unreadable(say("a formula is due", "这里应有一个公式"), column)
        try:
            return self.chain_with(lo, hi, frozenset())
        except Unreadable as error:
            for single in self.bar_readings(lo, hi):
                try:
                    return self.chain_with(lo, hi, single)
                except Unreadable:
                    continue
            raise error

    def bar_readings(self, lo: int, hi: int) -> Iterator[frozenset[int]]:
        """The ways to take each || as two bars instead of a norm, fewest first."""
        pairs = zip(self.raw[lo:hi], self.raw[lo + 1 : hi], strict=False)
        columns = [one.start for one, other in pairs if one.kind == other.kind == "|" and not other.gap]
        if len(columns) > MOST_BARS:
            return
        for count in range(1, len(columns) + 1):
            yield from map(frozenset, combinations(columns, count))

    def chain_with(self, lo: int, hi: int, single_bars: frozenset[int]) -> Chain:
        line = self.line(lo, hi, single_bars=single_bars)
        kept = len(self.notes)
        try:
            made = build(resolve(line), self.building(), self.raw[hi - 1].end)
        except Unreadable:
            del self.notes[kept:]
            raise
        self.notes.extend(note for note in line.notes if note not in self.notes)
        return made

    def side(self, lo: int, hi: int) -> Expr:
        return self.only(self.chain(lo, hi))

    def only(self, chain: Chain) -> Expr:
        """The chain's only side. Raises Unreadable where it is a relation."""
        first = chain.sides[0]
        if chain.signs or first is None:
            sign = chain.signs[0]
            raise Unreadable(
                say(
                    f"{sign.text} where one expression is due",
                    f"这里应是一个表达式，却有 {sign.text}",
                ),
                sign.start + 1,
            )
        return first

    def relations(self, lo: int, hi: int, what: str) -> tuple[Relation, ...]:
        """The relations of a chain that must have one."""
        chain = self.chain(lo, hi)
        made = related(chain, None) if chain.sides[0] is not None else ()
        if not made:
            column = self.raw[lo].start + 1
            raise Unreadable(
                say(f"{what} needs a relation", f"{what} 后面应有关系式"),
                column,
                say("write A = B", "请写成 A = B"),
            )
        return made

    def several(self, lo: int, hi: int, what: str, before: Callable[[int], None] | None = None) -> tuple[Relation, ...]:
        """The relations of several chains with commas or `and` between them; `before` is told where each begins."""
        line = Line(self.raw, self.problem)
        cuts = [
            place
            for place in line.top_level(lo, hi, frozenset({",", "WORD"}))
            if self.raw[place].kind == "," or self.raw[place].text == "and"
        ]
        found: list[Relation] = []
        start = lo
        for cut in [*cuts, hi]:
            if before is not None:
                before(start)
            found.extend(self.relations(start, cut, what))
            start = cut + 1
        return tuple(found)


def related(chain: Chain, above: Expr | None) -> tuple[Relation, ...]:
    """The chain's relations, two sides each; `above` stands for a first side that is missing."""
    sides = [above if side is None else side for side in chain.sides]
    found: list[Relation] = []
    for sign, left, right in zip(chain.signs, sides, sides[1:], strict=False):
        assert left is not None and right is not None
        start = left.span.start if chain.sides[0] is not None or found else sign.start
        found.append(Relation(sign.value, left, right, span=Span(start, right.span.end)))
    return tuple(found)
