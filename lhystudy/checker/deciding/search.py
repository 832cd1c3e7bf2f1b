"""Looks at points: one that tells the sides of a line apart, or how many do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any, Literal

from flint import arb, fmpq

from lhystudy.checker.deciding.functions import TooDear, Unclear, Undefined
from lhystudy.checker.deciding.names import bare
from lhystudy.checker.deciding.points import Draws, NoPoint
from lhystudy.checker.deciding.sample import Point, precision
from lhystudy.checker.deciding.space import Space, free_places
from lhystudy.checker.terms import Fact

COARSE, FINE, FINEST, HUGE = 64, 256, 1024, 8192  # bits
DIGITS = 170  # bits of 51 digits
PLACES = 40  # bits after the point

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

DEFINED = frozenset({"equal", "close", "below", "above", "unclear"})


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
    """Whether the value is known to 51 digits, and to some places after the point however large it is."""
    if not isinstance(value, arb):
        return True
    radius = arb(value.rad())
    if value.rel_accuracy_bits() >= DIGITS:
        return bool(radius < arb(fmpq(1, 2**PLACES)))
    return bool(abs(value) < 1) and bool(radius < arb(fmpq(1, 2**DIGITS)))


def look(space: Space, point: Point, places: dict[str, int], outcome: dict[str, Any] | None, bits: int) -> Sighting:
    """Both sides at the point with that many bits."""
    values: list[Any] = []
    lacking: list[str] = []
    unclear = False
    evaluator = space.evaluator(point)
    evaluator.outcome = outcome
    with precision(bits):
        for side, term in (("left", space.fact.left), ("right", space.fact.right)):
            try:
                values.append(evaluator.value(term, places))
            except Unclear:
                unclear = True
            except Undefined:
                lacking.append(side)
            except (TooDear, OverflowError, MemoryError, ValueError, RecursionError):
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
    for bits in (COARSE, FINE, FINEST, HUGE):
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
    touching: Sighting | None = None  # a point at which the sides are too close to be told apart
    grown: bool = False  # whether they agreed at a point where some dimension is larger than 1
    defined: int = 0  # points at which both sides have a value
    looked: int = 0
    one_sided: Sighting | None = None  # a point at which one side only is defined
    dear: int = 0
    empty: str = ""  # why there are no points

    def __post_init__(self) -> None:
        self.draws = Draws(self.space)
        self._points = self.draws.points()
        self.random = Random(7)
        self.seen: list[Point] = []

    def draw(self) -> Point | None:
        """The next point, None where no more are found."""
        try:
            return next(self._points, None)
        except NoPoint as reason:
            self.empty = str(reason)
            return None

    def run(self, count: int, bits: int | None = None) -> Sighting | None:
        """Looks at so many further points; the first that refutes. `bits` fixes the precision."""
        for _ in range(count):
            if (point := self.draw()) is None:
                break
            if (found := self.at(point, bits)) is not None:
                return found
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
        if any(a in SUPPORTS[fact.sign] for a in answers):
            self.agreed += 1
            self.grown |= any(size > 1 for size in point.sizes.values())
        self.defined += any(a in DEFINED for a in answers)
        self.seen.append(point)
        return None

    def _outcomes(self, point: Point) -> list[dict[str, Any] | None]:
        fact = self.space.fact
        if point.outcomes and (bare(fact.left, self.space.random) or bare(fact.right, self.space.random)):
            return [values for _, values in point.outcomes]
        return [None]

    def _note(self, sighting: Sighting) -> None:
        if sighting.answer in ("left undefined", "right undefined") and self.one_sided is None:
            self.one_sided = sighting
        if sighting.answer == "close" and self.touching is None:
            self.touching = sighting
        self.dear += sighting.answer == "dear"
