"""Looks at points: one that tells the sides of a line apart, or how many do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from time import monotonic
from typing import Any, Literal

from flint import arb, fmpq

from lhystudy.checker.affine import Affine, NotAffine
from lhystudy.checker.evaluate import Evaluator, Point, precision
from lhystudy.checker.functions import TooDear, Unclear, Undefined
from lhystudy.checker.names import bare, edges, switches
from lhystudy.checker.points import Draws, NoPoint, Space, free_places, holds
from lhystudy.checker.replace import free_indices
from lhystudy.checker.terms import Fact, Term

COARSE, FINE, FINEST = 64, 256, 1024  # bits
DIGITS = 170  # bits of 51 digits
TARGETS = tuple(fmpq(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (5, 1), (-5, 1), (1, 7), (-1, 7)))

Answer = Literal[
    "equal", "close", "below", "above", "unclear", "left undefined", "right undefined", "undefined", "dear"
]


class OutOfTime(Exception):
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the two sides are at one point, one choice of the free indices and one outcome."""

    point: Point
    places: dict[str, int]
    outcome: dict[str, Any] | None
    answer: Answer
    left: Any = None
    right: Any = None
    used: tuple[Any, ...] = ()


REFUTES: dict[str, frozenset[str]] = {
    "=": frozenset({"below", "above"}),
    "~=": frozenset({"below", "above"}),
    "!=": frozenset({"equal"}),
    "<": frozenset({"above", "equal"}),
    "<=": frozenset({"above"}),
    ">": frozenset({"below", "equal"}),
    ">=": frozenset({"below"}),
}
SUPPORTS: dict[str, frozenset[str]] = {
    "=": frozenset({"equal", "close"}),
    "~=": frozenset({"equal", "close"}),
    "!=": frozenset({"below", "above"}),
    "<": frozenset({"below"}),
    "<=": frozenset({"below", "equal", "close"}),
    ">": frozenset({"above"}),
    ">=": frozenset({"above", "equal", "close"}),
}


def compare(left: Any, right: Any) -> Answer:
    """How two enclosures lie; `close` where they overlap and both are known to 51 digits."""
    if not isinstance(left, arb) and not isinstance(right, arb):
        return "equal" if left == right else "below" if left < right else "above"
    if left < right:
        return "below"
    if left > right:
        return "above"
    return "close" if narrow(left) and narrow(right) else "unclear"


def narrow(value: Any) -> bool:
    """Whether the value is known to 51 digits (after the point where it is small)."""
    if not isinstance(value, arb):
        return True
    if value.rel_accuracy_bits() >= DIGITS:
        return True
    return bool(abs(value) < 1) and bool(arb(value.rad()) < arb(fmpq(1, 2**DIGITS)))


def look(space: Space, point: Point, places: dict[str, int], outcome: dict[str, Any] | None, bits: int) -> Sighting:
    """Both sides at the point with that many bits."""
    values: list[Any] = []
    lacking: list[str] = []
    unclear = False
    evaluator = Evaluator(point, space.context.symbols)
    evaluator.outcome = outcome
    with precision(bits):
        for side, term in (("left", space.fact.left), ("right", space.fact.right)):
            try:
                values.append(evaluator.value(term, places))
            except Unclear:
                unclear = True
            except Undefined:
                lacking.append(side)
            except (TooDear, OverflowError, MemoryError, ValueError):
                return Sighting(point, places, outcome, "dear")
        used = tuple(evaluator.used)
        if lacking:
            answer: Answer = "undefined" if len(lacking) == 2 or unclear else f"{lacking[0]} undefined"  # type: ignore[assignment]
            return Sighting(point, places, outcome, answer, used=used)
        if unclear:
            return Sighting(point, places, outcome, "unclear", used=used)
        answer = near(space.fact, *values) if space.fact.sign == "~=" else compare(*values)
        return Sighting(point, places, outcome, answer, values[0], values[1], used)


def near(fact: Fact, left: Any, right: Any) -> Answer:
    """Whether the sides are equal when rounded to the digits shown."""
    half = fmpq(1, 2 * 10 ** (fact.digits or 0))
    if right - left > half:
        return "below"
    if left - right > half:
        return "above"
    return "close" if right - left <= half and left - right <= half else "unclear"


def closer(space: Space, point: Point, places: dict[str, int], outcome: dict[str, Any] | None) -> Sighting:
    """Both sides with as many bits as it takes to tell them apart or to know 51 digits."""
    for bits in (COARSE, FINE, FINEST):
        sighting = look(space, point, places, outcome, bits)
        if sighting.answer != "unclear":
            return sighting
    return sighting


@dataclass
class Search:
    """A search over points of one space, continued where it was left."""

    space: Space
    deadline: float
    draws: Draws = field(init=False)
    agreed: int = 0  # points at which both sides were seen to agree
    looked: int = 0
    one_sided: Sighting | None = None  # a point at which one side only is defined
    dear: int = 0
    empty: str = ""  # why there are no points

    def __post_init__(self) -> None:
        self.draws = Draws(self.space)
        self._points = self.draws.points()
        self.random = Random(7)
        self.switches = switches(self.space.fact.left, self.space.fact.right)

    def run(self, count: int, bits: int | None = None) -> Sighting | None:
        """Looks at so many further points; the first that refutes. `bits` fixes the precision."""
        try:
            for point in islice(self._points, count):
                if (found := self.at(point, bits)) is not None:
                    return found
        except NoPoint as reason:
            self.empty = str(reason)
        return None

    def at(self, point: Point, bits: int | None = None) -> Sighting | None:
        """Looks at one point with all choices of the free indices; a sighting that refutes."""
        if monotonic() > self.deadline:
            raise OutOfTime
        fact = self.space.fact
        self.looked += 1
        answers = []
        for places in free_places(fact, point, self.random):
            for outcome in self._outcomes(point):
                sighting = (
                    look(self.space, point, places, outcome, bits)
                    if bits
                    else closer(self.space, point, places, outcome)
                )
                if sighting.answer in REFUTES[fact.sign]:
                    return sighting
                answers.append(sighting.answer)
                self._note(sighting)
        self.agreed += any(a in SUPPORTS[fact.sign] for a in answers)
        return None

    def _outcomes(self, point: Point) -> list[dict[str, Any] | None]:
        fact = self.space.fact
        if point.outcomes and (bare(fact.left, self.space.random) or bare(fact.right, self.space.random)):
            return [values for _, values in point.outcomes]
        return [None]

    def _note(self, sighting: Sighting) -> None:
        if sighting.answer in ("left undefined", "right undefined") and self.one_sided is None:
            self.one_sided = sighting
        self.dear += sighting.answer == "dear"

    def borders(self) -> Sighting | None:
        """Looks at both sides of every border between pieces, and on it."""
        for switch in self.switches[:12]:
            for point in islice(self._around(switch), 9):
                if (found := self.at(point)) is not None:
                    return found
        return None

    def edges(self) -> None:
        """Looks at places where a denominator of one side only is 0, or a logarithm or a root meets its edge."""
        sides = (set(edges(self.space.fact.left)), set(edges(self.space.fact.right)))
        for edge in list(sides[0] ^ sides[1])[:6]:
            for point in islice(self._around(edge, (fmpq(0), fmpq(-1))), 2):
                if self.one_sided is None:
                    self.at(point)

    def _around(self, switch: Term, targets: tuple[fmpq, ...] = TARGETS) -> Iterator[Point]:
        """Points at which the switch is 0, 1, -1 and so on, where it is affine in some name."""
        try:
            base = next(self._points, None)
        except NoPoint as reason:
            self.empty = str(reason)
            return
        if base is None:
            return
        evaluator = Evaluator(base, self.space.context.symbols)
        bound = free_indices(switch) - set(self.space.fact.free)
        places = {**dict.fromkeys(bound, 1), **free_places(self.space.fact, base, self.random)[-1]}
        for key in list(base.values):
            for target in targets:
                before = base.values[key]
                base.values[key] = Affine(fmpq(0), {0: fmpq(1)})
                try:
                    row = evaluator.value(switch, places)
                    solved = self._solved(row, target)
                except (NotAffine, Undefined, TooDear, TypeError, KeyError, ValueError):
                    solved = None
                base.values[key] = before
                if solved is None:
                    break
                copy = Point(dict(base.sizes), {**base.values, key: solved}, base.functions, [], base.draw, base.blocks)
                copy.spread()
                if self.legal(copy, key):
                    yield copy

    def _solved(self, row: Any, target: fmpq) -> Any:
        if not isinstance(row, Affine) or isinstance(row.coefficients[0], arb) or row.coefficients[0] == 0:
            return None
        return (target - row.constant) / row.coefficients[0]

    def legal(self, point: Point, key: tuple[str, tuple[int, ...]]) -> bool:
        """Whether the point, changed at the key, still satisfies the domains and the givens."""
        value, kind = point.values[key], self.space.type(key[0])
        if kind in ("onehot", "simplex") or (isinstance(value, arb) and self.space.domain(key[0]).whole):
            return False
        if not isinstance(value, arb) and not self.space.domain(key[0]).holds(value):
            return False
        try:
            return all(holds(fact, point, self.space) for fact in self.space.facts)
        except (Undefined, TooDear):
            return False
