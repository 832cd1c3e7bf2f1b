"""Points that satisfy the givens: small numbers first, then any; every sign, equal and unequal indices, dimension 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from random import Random
from typing import Any

from flint import arb, fmpq, fmpq_mat

from lhystudy.checker import functions
from lhystudy.checker.affine import Affine, NotAffine, solve_affine
from lhystudy.checker.build import ONE
from lhystudy.checker.domains import REAL, STYLES, Domain, Style, domains_of, draw
from lhystudy.checker.evaluate import HOLDS, Evaluator, Forms, Key, Point, SampleFunction, precision
from lhystudy.checker.functions import TooDear, Undefined, known_sign
from lhystudy.checker.names import Names, bare
from lhystudy.checker.problem import Symbol
from lhystudy.checker.replace import fresh
from lhystudy.checker.terms import Atom, Context, Fact, Index, SumOver

SIZES = ((2, 2, 2, 2), (1, 1, 1, 1), (2, 3, 4, 3), (3, 2, 1, 2), (3, 4, 2, 1), (1, 2, 3, 4))
PLACES = 9  # of the free indices, at one point
TRIES = 12  # draws for one point
SOLVED_BITS = 640  # of values that equations determine


class NoPoint(Exception):
    """No point was found; `empty` where there surely is none."""

    def __init__(self, reason: str, empty: bool = False) -> None:
        super().__init__(reason)
        self.empty = empty


@dataclass(frozen=True)
class Space:
    """Where points are drawn for a line: its names with their domains, and the facts to satisfy."""

    fact: Fact
    context: Context
    facts: tuple[Fact, ...] = ()  # those that say something of the names of the line

    @cached_property
    def forms(self) -> Forms:
        return Forms()

    def evaluator(self, point: Point) -> Evaluator:
        return Evaluator(point, self.context.symbols, forms=self.forms)

    @cached_property
    def names(self) -> Names:
        return Names.of(self.fact, *self.facts)

    @cached_property
    def domains(self) -> dict[str, Domain]:
        return domains_of(self.context.symbols, self.facts)

    @cached_property
    def equations(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if fact.sign == "=")

    @cached_property
    def random(self) -> tuple[str, ...]:
        return tuple(n for n in self.names.atoms if n in self.context.symbols and self.type(n) == "random")

    @cached_property
    def functions(self) -> tuple[str, ...]:
        return tuple(n for n in self.names.functions if n not in functions.KNOWN or self.type(n) == "function")

    @cached_property
    def dims(self) -> tuple[str, ...]:
        declared = (dim for name in self.names.atoms for dim in self.declared(name) if isinstance(dim, str))
        return tuple(dict.fromkeys([*self.names.dims, *declared]))

    @property
    def constant(self) -> bool:
        """Whether there is but one point."""
        return not (self.names.atoms or self.functions or self.dims)

    def type(self, name: str) -> str:
        symbol = self.context.symbols.get(name)
        return symbol.type if symbol else "real"

    def declared(self, name: str) -> tuple[str | int, ...]:
        symbol = self.context.symbols.get(name)
        return symbol.dims if symbol else ()

    def domain(self, name: str) -> Domain:
        return self.domains.get(name, REAL)


def relevant(fact: Fact, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts that share a name with the line, directly or through other facts."""
    reached = _words(fact)
    kept: set[int] = set()
    grew = True
    while grew:
        grew = False
        for number, other in enumerate(facts):
            if number not in kept and (words := _words(other)) & reached:
                kept.add(number)
                reached |= words
                grew = True
    constant = {number for number, other in enumerate(facts) if not _words(other)}
    return tuple(facts[number] for number in sorted(kept | constant))


def _words(fact: Fact) -> set[str]:
    names = Names.of(fact)
    return {*names.atoms, *(f for f in names.functions if f not in functions.KNOWN), *names.dims}


def holds(fact: Fact, point: Point, space: Space, by_construction: bool = False) -> bool:
    """Whether the fact surely holds at the point, for every value of its free indices and every outcome; for an
    equation that the point was built to satisfy, whether nothing speaks against it."""
    evaluator = space.evaluator(point)
    outcomes: list[dict[str, Any] | None] = [None]
    if point.outcomes and (bare(fact.left, space.random) or bare(fact.right, space.random)):
        outcomes = [values for _, values in point.outcomes]
    for places in places_of(fact, point):
        for outcome in outcomes:
            evaluator.outcome = outcome
            difference = evaluator.value(fact.left, places) - evaluator.value(fact.right, places)
            try:
                if not HOLDS[fact.sign](known_sign(difference)):
                    return False
            except Undefined:
                if not by_construction:
                    return False
    return True


def places_of(fact: Fact, point: Point) -> list[dict[str, int]]:
    """Every value of the free indices of the fact."""
    ranges = [range(1, point.size(dim) + 1) for dim in fact.free.values()]
    return [dict(zip(fact.free, places, strict=True)) for places in product(*ranges)]


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
        for attempt in range(TRIES if self.space.facts else 1):
            point = self._drawn(number, style)
            try:
                if self._satisfied(point):
                    return point
            except (Undefined, TooDear, NotAffine, TypeError):
                pass
            style = STYLES[(number + attempt + 1) % len(STYLES)]
        return None

    def _drawn(self, number: int, style: Style) -> Point:
        point = Point()
        sizes = SIZES[number % len(SIZES)]
        least = max(1, self.space.names.deepest)
        point.sizes = {dim: max(least, sizes[n % len(sizes)]) for n, dim in enumerate(self.space.dims)}
        point.draw = lambda key: draw(self.space.domain(key[0]), style, self.random)
        for name in self.space.names.atoms:
            if name not in self.space.random:
                self._fill(point, name, style)
        for name in self.space.functions:
            point.functions[name] = self._function(number)
        if self.space.random:
            self._outcomes(point, style)
        return point

    def _fill(self, point: Point, name: str, style: Style) -> None:
        """Draws all entries of a declared name; one that is not declared is drawn where it is asked for."""
        kind, dims = self.space.type(name), self.space.declared(name)
        places = list(product(*(range(1, point.size(dim) + 1) for dim in dims)))
        domain = self.space.domain(name)
        if kind == "onehot":
            chosen = self.random.choice(places)
            values = {place: fmpq(int(place == chosen)) for place in places}
        else:
            values = {place: draw(domain, style, self.random) for place in places}
            if kind == "simplex":
                total = sum(values.values(), fmpq(0))
                values = {place: value / total for place, value in values.items()}
        for place, value in values.items():
            if kind != "symmetric" or place[0] <= place[1]:
                point.values[(name, place)] = value

    def _function(self, number: int) -> SampleFunction:
        """A polynomial at first, whose values are exact, then one with waves and growth."""
        if number < 3:
            return SampleFunction(tuple(fmpq(self.random.randint(-2, 3)) for _ in range(number + 2)) + (fmpq(1),))
        numbers = [fmpq(self.random.randint(1, 9), self.random.randint(1, 5)) for _ in range(6)]
        return SampleFunction(tuple(numbers[:4]), numbers[4], numbers[5])

    def _outcomes(self, point: Point, style: Style) -> None:
        """A finite probability space: blocks of variables that are independent of each other, as a product."""
        blocks = _blocks(self.space.random, self.space.context.independent)
        spaces = []
        for block in blocks:
            count = self.random.randint(2, 3 if len(blocks) > 2 else 4)
            weights = [fmpq(self.random.randint(1, 4)) for _ in range(count)]
            total = sum(weights, fmpq(0))
            for name in block:
                for place in range(1, count + 1):
                    point.values[(name, (place,))] = draw(self.space.domain(name), style, self.random)
            spaces.append([(weight / total, block, place + 1) for place, weight in enumerate(weights)])
        point.blocks = spaces
        point.spread()

    def _satisfied(self, point: Point) -> bool:
        """Changes the point until the equations hold; whether it then satisfies all facts."""
        if not self.space.facts:
            return True
        built: set[int] = set()
        if self.space.equations:
            with precision(SOLVED_BITS):
                built = _Solver(self.space, point, self.random).solve()
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


class _Solver:
    """Gives names the values that the equations of the givens ask for."""

    def __init__(self, space: Space, point: Point, random: Random) -> None:
        self.space, self.point, self.random = space, point, random
        self.frozen: set[str] = set()

    def solve(self) -> set[int]:
        """The numbers (among all facts) of the equations that now hold by the way the point was built."""
        equations = [(number, fact) for number, fact in enumerate(self.space.facts) if fact.sign == "="]
        built: set[int] = set()
        if not all(self._already(fact) for _, fact in equations):
            left = self._affine(equations, built)
            if left and not self._orthogonal(left):
                self._one_root(left, built)
        return built

    def _already(self, fact: Fact) -> bool:
        try:
            return holds(fact, self.point, self.space)
        except (Undefined, TooDear):
            return False

    def _affine(self, equations: list[tuple[int, Fact]], built: set[int]) -> list[tuple[int, Fact]]:
        """Solves name by name, in the entries of one name or more, where equations are affine in them; what is left."""
        left = list(equations)
        progress = True
        while left and progress:
            progress = False
            for names in self._candidates(left):
                rows = [(n, fact) for n, fact in left if _words(fact) & set(names)]
                if self._solved([fact for _, fact in rows], names):
                    left = [row for row in left if row not in rows]
                    built.update(n for n, _ in rows)
                    self.frozen.update(*(_words(fact) for _, fact in rows))
                    progress = True
                    break
        return left

    def _candidates(self, equations: list[tuple[int, Fact]]) -> Iterator[tuple[str, ...]]:
        """Names to solve for: one at a time, rarest first, then two, then all together."""
        counts: dict[str, int] = {}
        for _, fact in equations:
            for name in Names.of(fact).atoms:
                if name not in self.frozen and self.space.type(name) != "onehot":
                    counts[name] = counts.get(name, 0) + 1
        bounded = {name for name in counts if self.space.domain(name) != REAL}
        ordered = sorted(counts, key=lambda name: (name in bounded, counts[name]))
        yield from ((name,) for name in ordered)
        yield from combinations(ordered[:6], 2)
        if 2 < len(ordered) <= 12:
            yield tuple(ordered)

    def _solved(self, facts: list[Fact], names: tuple[str, ...]) -> bool:
        keys = [key for key in self.point.values if key[0] in names]
        if not facts or not keys:
            return False
        before = {key: self.point.values[key] for key in keys}
        try:
            for number, key in enumerate(keys):
                self.point.values[key] = Affine(fmpq(0), {number: fmpq(1)})
            self.point.spread()
            rows = [row for fact in facts for row in self._rows(fact)]
            solution = solve_affine(rows, len(keys), list(before.values()))
        except (NotAffine, Undefined, TooDear, TypeError, ValueError):
            solution = None
        values = before if solution is None else dict(zip(keys, solution, strict=True))
        self.point.values.update(values)
        self.point.spread()
        return solution is not None

    def _rows(self, fact: Fact) -> list[Affine]:
        evaluator = self.space.evaluator(self.point)
        rows = []
        for places in places_of(fact, self.point):
            row = evaluator.value(fact.left, places) - evaluator.value(fact.right, places)
            if isinstance(row, Affine):
                rows.append(row)
            elif isinstance(row, arb) or row != 0:
                raise NotAffine
        return rows

    def _orthogonal(self, equations: list[tuple[int, Fact]]) -> bool:
        """Tries orthogonal matrices for the square ones that the equations speak of."""
        names = [n for n in self.space.names.atoms if len(self.space.declared(n)) == 2 and n not in self.frozen]
        for name in names:
            rows, columns = (self.point.size(dim) for dim in self.space.declared(name))
            if rows == columns and any(name in _words(fact) for _, fact in equations):
                matrix = rotation(rows, self.random)
                for i, j in product(range(rows), range(rows)):
                    if (name, (i + 1, j + 1)) in self.point.values:
                        self.point.values[(name, (i + 1, j + 1))] = matrix[i, j]
        return all(self._already(fact) for _, fact in equations)

    def _one_root(self, equations: list[tuple[int, Fact]], built: set[int]) -> bool:
        """Encloses a root of a single equation in one scalar, certain by a change of sign."""
        if len(equations) != 1 or equations[0][1].free:
            return False
        number, fact = equations[0]
        for name in Names.of(fact).atoms:
            if (name, ()) in self.point.values and name not in self.frozen and self._root(fact, (name, ())):
                built.add(number)
                return True
        return False

    def _root(self, fact: Fact, key: Key) -> bool:
        before = self.point.values[key]
        grid = sorted({fmpq(n, d) for n in range(-12, 13) for d in (1, 3)} | {fmpq(n) for n in (-100, 100)})
        grid = [value for value in grid if self.space.domain(key[0]).holds(value)]
        signs: list[tuple[fmpq, int]] = []
        for value in self.random.sample(grid, len(grid)):
            sign = self._sign(fact, key, value)
            if sign == 0:
                return True
            if sign is not None:
                signs.append((value, sign))
        signs.sort(key=lambda pair: pair[0])
        crossings = [(a, b) for (a, one), (b, two) in zip(signs, signs[1:], strict=False) if one != two]
        self.random.shuffle(crossings)
        for low, high in crossings:
            if self._bisect(fact, key, low, high):
                return True
        self.point.values[key] = before
        return False

    def _sign(self, fact: Fact, key: Key, value: Any) -> int | None:
        self.point.values[key] = value
        evaluator = self.space.evaluator(self.point)
        try:
            return known_sign(evaluator.value(fact.left) - evaluator.value(fact.right))
        except (Undefined, TooDear):
            return None

    def _bisect(self, fact: Fact, key: Key, low: fmpq, high: fmpq) -> bool:
        """Narrows a change of sign. A finite enclosure over the whole of it shows that the function is continuous."""
        start = self._sign(fact, key, low)
        for _ in range(SOLVED_BITS // 2):
            middle = (low + high) / 2
            sign = self._sign(fact, key, middle)
            if sign == 0:
                return True
            if sign is None:
                break
            low, high = (middle, high) if sign == start else (low, middle)
        enclosure = arb(low).union(arb(high))
        self.point.values[key] = enclosure
        evaluator = self.space.evaluator(self.point)
        try:
            difference = evaluator.value(fact.left) - evaluator.value(fact.right)
        except (Undefined, TooDear):
            return False
        return isinstance(difference, arb) and bool(difference.is_finite())


def rotation(size: int, random: Random) -> fmpq_mat:
    """A random rational orthogonal matrix: Cayley's transform of a skew one, with rows' signs flipped."""
    skew = fmpq_mat(size, size)
    for i, j in combinations(range(size), 2):
        value = fmpq(random.randint(-3, 3), random.randint(1, 2))
        skew[i, j], skew[j, i] = value, -value
    one = fmpq_mat(size, size, [fmpq(int(i == j)) for i, j in product(range(size), repeat=2)])
    flips = [fmpq(random.choice((1, -1)) * int(i == j)) for i, j in product(range(size), repeat=2)]
    return fmpq_mat(size, size, flips) * (one - skew) * (one + skew).inv()


def free_places(fact: Fact, point: Point, random: Random) -> list[dict[str, int]]:
    """Values of the free indices to look at: all where they are few, else equal, unequal and random ones."""
    places = places_of(fact, point)
    return places if len(places) <= PLACES else [places[0], places[-1], *random.sample(places, PLACES - 2)]


def space_of(fact: Fact, context: Context) -> Space:
    """The space of the points that satisfy what is given about the names of the line."""
    facts = relevant(fact, context.facts)
    spoken = {name for other in facts if other.sign == "=" for name in Names.of(other).atoms}
    sums = tuple(_adds_to_one(s) for s in context.symbols.values() if s.type == "simplex" and s.name in spoken)
    return Space(fact, context, facts + sums)


def _adds_to_one(symbol: Symbol) -> Fact:
    index = fresh()
    return Fact("=", SumOver(index, symbol.dims[0], Atom(symbol.name, (Index(index),))), ONE)
