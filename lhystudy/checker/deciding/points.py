"""Points that satisfy the givens: small numbers first, then any; every sign, equal and unequal indices, dimension 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from random import Random
from typing import Any

from flint import arb, fmpq

from lhystudy.checker.deciding.affine import NotAffine
from lhystudy.checker.deciding.domains import REAL, STYLES, Domain, Style, draw
from lhystudy.checker.deciding.functions import ONE, ZERO, TooDear, Undefined
from lhystudy.checker.deciding.sample import Point, SampleFunction, precision
from lhystudy.checker.deciding.satisfy import SOLVED_BITS, Solver
from lhystudy.checker.deciding.space import Space, holds

SIZES = ((2, 2, 2, 2), (1, 1, 1, 1), (2, 3, 4, 3), (3, 2, 1, 2), (3, 4, 2, 1), (1, 2, 3, 4))
TRIES = 12  # draws for one point
# Distributions of mean 0 and variance 1, as givens about moments often ask for: value and probability.
STANDARD = tuple(
    tuple((fmpq(*value), fmpq(*share)) for value, share in pairs)
    for pairs in (
        (((1, 1), (1, 2)), ((-1, 1), (1, 2))),
        (((2, 1), (1, 8)), ((0, 1), (3, 4)), ((-2, 1), (1, 8))),
        (((2, 1), (1, 5)), ((-1, 2), (4, 5))),
        (((-3, 1), (1, 10)), ((1, 3), (9, 10))),
        (((3, 1), (1, 18)), ((0, 1), (8, 9)), ((-3, 1), (1, 18))),
    )
)
ALIKE = 4  # points at first in which all names have one sign; later each name has its own


class NoPoint(Exception):
    """No point was found; `empty` where there surely is none."""

    def __init__(self, reason: str, empty: bool = False) -> None:
        super().__init__(reason)
        self.empty = empty


Outcomes = list[tuple[Any, tuple[str, ...], int]]  # of a block: probability, its names, the place of their values


@dataclass
class Draws:
    """Draws points of one space, the same ones for the same seed."""

    space: Space
    random: Random = field(default_factory=lambda: Random(20231))
    count: int = 0

    def points(self) -> Iterator[Point]:
        """Points without end; NoPoint where many draws in a row satisfy no givens."""
        misses = 0
        while True:
            point = self._next()
            misses = 0 if point is not None else misses + 1
            if point is not None:
                yield point
            elif misses >= 3:
                raise NoPoint("no point that satisfies the givens was found")

    def _next(self) -> Point | None:
        number, self.count = self.count, self.count + 1
        style = STYLES[number % len(STYLES)] if number < 2 * len(STYLES) else Style("", (), 1 + number % 50)
        tries = 4 * TRIES if self.space.random else TRIES
        for attempt in range(tries if self.space.facts else 1):
            point = self._drawn(number, style, attempt)
            try:
                if self.satisfy(point):
                    return point
            except (Undefined, TooDear, NotAffine, TypeError):
                pass
            style = STYLES[(number + attempt + 1) % len(STYLES)]
        return None

    def _drawn(self, number: int, style: Style, attempt: int) -> Point:
        point = Point()
        sizes = SIZES[number % len(SIZES)]
        names = self.space.names
        least = max(1, names.deepest, names.widest + 2 if names.placed else 0)
        lengths = self.space.lengths
        point.sizes = {
            dim: max(least, lengths.get(dim, 1), sizes[n % len(sizes)]) for n, dim in enumerate(self.space.dims)
        }
        point.draw = lambda key: draw(self.space.domain(key[0]), style, self.random)
        for n, name in enumerate(self.space.names.atoms):
            if name not in self.space.random:
                apart = replace(style, sign="+-"[number >> n % 4 & 1])
                self._fill(point, name, apart if style.sign and number >= ALIKE else style)
        for name in self.space.functions:
            point.functions[name] = self._function(number)
        if self.space.random:
            point.blocks = self._standard(point, number + attempt) or self._outcomes(point, style)
            point.spread()
        return point

    def _fill(self, point: Point, name: str, style: Style) -> None:
        """Draws all entries of a declared name; one that is not declared is drawn where it is asked for."""
        kind, dims = self.space.type(name), self.space.declared(name)
        symbol = self.space.context.symbols.get(name)
        steps = dims[:1] if symbol is not None and symbol.family else ()
        for step in product(*(range(1, point.size(dim) + 1) for dim in steps)):
            places = list(product(*(range(1, point.size(dim) + 1) for dim in dims[len(steps) :])))
            for place, value in self._values(kind, places, self.space.domain(name), style).items():
                followed = self.space.forms.step((name, step + place)) is not None
                if not followed and (kind != "symmetric" or place[0] <= place[1]):
                    point.values[(name, step + place)] = value

    def _values(
        self, kind: str, places: list[tuple[int, ...]], domain: Domain, style: Style
    ) -> dict[tuple[int, ...], fmpq]:
        """Entries of an array of this type."""
        if kind == "onehot":
            chosen = self.random.choice(places)
            return {place: fmpq(int(place == chosen)) for place in places}
        values = {place: draw(domain, style, self.random) for place in places}
        if kind != "simplex":
            return values
        total = sum(values.values(), fmpq(0))
        return {place: value / total if total else fmpq(1, len(places)) for place, value in values.items()}

    def _function(self, number: int) -> SampleFunction:
        """A polynomial at first, whose values are exact, then one with waves and growth."""
        if number < 3:
            return SampleFunction(tuple(fmpq(self.random.randint(-2, 3)) for _ in range(number + 2)) + (fmpq(1),))
        numbers = [fmpq(self.random.randint(1, 9), self.random.randint(1, 5)) for _ in range(6)]
        return SampleFunction(tuple(numbers[:4]), numbers[4], numbers[5])

    def _standard(self, point: Point, turn: int) -> list[Outcomes]:
        """Independent variables, each standard but moved and stretched by the numbers that givens name; or nothing."""
        names = self.space.random
        if turn % 2 or len(names) > 3 or any(self.space.domain(name) != REAL for name in names):
            return []
        drawn = [value for (_, places), value in point.values.items() if not places and isinstance(value, fmpq)]
        means = drawn + [ZERO] * max(1, len(drawn))
        stretches = [ONE, *(value for value in drawn if value > 0)]
        spaces: list[Outcomes] = []
        for n, name in enumerate(names):
            pairs = STANDARD[(turn // 2 + n * (turn // 4)) % len(STANDARD)]
            mean, stretch = (self.random.choice(means), self.random.choice(stretches)) if turn % 4 else (ZERO, ONE)
            for place, (value, _) in enumerate(pairs, start=1):
                point.values[(name, (place,))] = mean + stretch * value
            spaces.append([(share, (name,), place) for place, (_, share) in enumerate(pairs, start=1)])
        return spaces

    def _outcomes(self, point: Point, style: Style) -> list[Outcomes]:
        """A finite probability space: blocks of variables that are independent of each other, as a product."""
        blocks = _blocks(self.space.random, self.space.context.independent)
        spaces: list[Outcomes] = []
        for block in blocks:
            count = self.random.randint(2, 3 if len(blocks) > 2 else 4)
            weights = [fmpq(self.random.randint(1, 4)) for _ in range(count)]
            total = sum(weights, fmpq(0))
            for name in block:
                for place in range(1, count + 1):
                    point.values[(name, (place,))] = draw(self.space.domain(name), style, self.random)
            spaces.append([(weight / total, block, place + 1) for place, weight in enumerate(weights)])
        return spaces

    def satisfy(self, point: Point, kept: frozenset[str] = frozenset()) -> bool:
        """Changes the point, but for the names that are kept, until the equations hold; whether all facts then do."""
        if not self.space.facts:
            return True
        built: set[int] = set()
        if self.space.equations:
            with precision(SOLVED_BITS):
                built = Solver(self.space, point, self.random, set(kept)).solve()
        with precision(SOLVED_BITS):
            return self._within(point) and all(
                holds(fact, point, self.space, by_construction=number in built)
                for number, fact in enumerate(self.space.facts)
            )

    def _within(self, point: Point) -> bool:
        """Whether values that equations determined still lie in their domains."""
        return all(self._in_domain(name, value) for (name, _), value in point.values.items())

    def _in_domain(self, name: str, value: Any) -> bool:
        domain = self.space.domain(name)
        if not isinstance(value, arb):
            return domain.holds(value)
        low = domain.low is None or value > domain.low
        return bool(low and (domain.high is None or value < domain.high) and not domain.whole)


def _blocks(names: tuple[str, ...], independent: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Blocks of random variables that may depend on each other; variables of two blocks are independent."""
    apart = {frozenset(pair) for group in independent for pair in combinations(group, 2)}
    blocks: list[set[str]] = []
    for name in names:
        joined = [b for b in blocks if any(frozenset((name, other)) not in apart for other in b)]
        if any(frozenset((name, other)) in apart for b in joined for other in b) or any(
            frozenset(pair) in apart for one, two in combinations(joined, 2) for pair in product(one, two)
        ):
            return [(name,) for name in names]  # all independent satisfies every such given
        blocks = [b for b in blocks if b not in joined] + [{name}.union(*joined)]
    return [tuple(sorted(block)) for block in blocks]
