"""Tells many equations apart from those that may hold, at a few points drawn once."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from flint import fmpq

from lhystudy.checker.deciding.evaluate import Evaluator, Forms
from lhystudy.checker.deciding.functions import TooDear, Unclear, Undefined
from lhystudy.checker.deciding.points import Draws, NoPoint
from lhystudy.checker.deciding.sample import Key, Point, precision
from lhystudy.checker.deciding.search import COARSE, compare
from lhystudy.checker.deciding.space import Space, places_of
from lhystudy.checker.terms import Context, Fact, Term

DRAWN = 6  # points, of which those with the largest numbers and the most unlike sizes are kept
KEPT = (4, 2, 5)
PLACES = 6  # of the free indices, at one point
TOGETHER = frozenset({"simplex", "onehot", "symmetric"})  # entries that cannot be drawn one by one


@dataclass
class Sieve:
    """Points of the space of one line, at which other lines with the same givens are looked at."""

    fact: Fact
    context: Context
    points: list[Point] = field(init=False)
    known: dict[tuple[int, tuple[int, ...]], Any] = field(default_factory=dict)  # the left side's values

    def __post_init__(self) -> None:
        self.space = Space(self.fact, self.context, self.context.facts)
        self.points = [] if self.space.random else self._drawn()

    def _drawn(self) -> list[Point]:
        draws = Draws(self.space)
        found = []
        try:
            for _, point in zip(range(DRAWN), draws.points(), strict=False):
                found.append(point)
        except (NoPoint, Undefined, TooDear):
            return []
        for number, point in enumerate(found):
            point.draw = self._single(point)
            for name, symbol in self.context.symbols.items():
                if symbol.type == "function" and name not in point.functions:
                    point.functions[name] = draws._function(number)
        return [found[place] for place in KEPT if place < len(found)]

    def _single(self, point: Point) -> Any:
        drawn = point.draw

        def draw(key: Key) -> fmpq:
            symbol = self.context.symbols.get(key[0])
            if drawn is None or (symbol is not None and symbol.type in TOGETHER):
                raise Undefined(f"{key[0]} has no value")
            return drawn(key)

        return draw

    def rejects(self, fact: Fact) -> bool:
        """Whether the sides of the equation surely differ somewhere."""
        forms = Forms()  # knows terms by their place in memory, so it must not outlive them
        return any(self._apart(number, point, fact, forms) for number, point in enumerate(self.points))

    def _apart(self, number: int, point: Point, fact: Fact, forms: Forms) -> bool:
        try:
            every = places_of(fact, point)
        except Undefined:
            return False
        chosen = every if len(every) <= PLACES else Random(3).sample(every, PLACES)
        with precision(COARSE):
            for places in chosen:
                left = self._left(number, point, fact.left, places, forms)
                right = self._value(point, fact.right, places, forms)
                if left is not None and right is not None and compare(left, right) in ("below", "above"):
                    return True
        return False

    def _left(self, number: int, point: Point, term: Term, places: dict[str, int], forms: Forms) -> Any:
        if term != self.fact.left:
            return self._value(point, term, places, forms)
        key = number, tuple(places.values())
        if key not in self.known:
            self.known[key] = self._value(point, term, places, forms)
        return self.known[key]

    def _value(self, point: Point, term: Term, places: dict[str, int], forms: Forms) -> Any:
        try:
            return Evaluator(point, self.context.symbols, forms=forms).value(term, places)
        except (Undefined, Unclear, TooDear, OverflowError, MemoryError, ValueError, RecursionError, KeyError):
            return None
