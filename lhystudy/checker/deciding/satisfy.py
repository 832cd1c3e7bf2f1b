"""Gives names the values that the equations of the givens ask for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from random import Random
from typing import Any

from flint import arb, fmpq, fmpq_mat

from lhystudy.checker.deciding.affine import Affine, NotAffine, solve_affine
from lhystudy.checker.deciding.domains import REAL
from lhystudy.checker.deciding.functions import TooDear, Undefined, known_sign
from lhystudy.checker.deciding.names import Names
from lhystudy.checker.deciding.sample import Key, Point
from lhystudy.checker.deciding.space import Space, holds, places_of, words
from lhystudy.checker.terms import Fact

SOLVED_BITS = 640  # of values that equations determine


class Solver:
    """Gives names the values that the equations of the givens ask for."""

    def __init__(self, space: Space, point: Point, random: Random, frozen: set[str]) -> None:
        self.space, self.point, self.random = space, point, random
        self.frozen = frozen  # names that keep their values
        self.kept, self.drawn = set(frozen), dict(point.values)  # as they stood before anything was solved

    def solve(self) -> set[int]:
        """The numbers (among all facts) of the equations that now hold by the way the point was built."""
        equations = [(number, fact) for number, fact in enumerate(self.space.facts) if fact.sign == "="]
        built: set[int] = set()
        if not all(self._already(fact) for _, fact in equations):
            left = self._affine(equations, built)
            if left:
                left = self._by_vectors(equations, left, built)
            if left and not self._orthogonal(left) and not self._one_root(left, built):
                built = self._assigned() or built
        return built

    def _assigned(self) -> set[int]:
        """Gives atoms the values that solving the equations by algebra found, the last one first."""
        found, held = self.space.assignments
        evaluator = self.space.evaluator(self.point)
        for atom, wild, becomes in reversed(found):
            dims = {index.name: dim for index, dim in zip(atom.indices, self.space.declared(atom.name), strict=False)}
            ranges = [range(1, self.point.size(dims[name]) + 1) if name in dims else range(0) for name in wild]
            for places in product(*ranges):
                value = evaluator.value(becomes, dict(zip(wild, places, strict=True)))
                self.point.values[(atom.name, tuple(evaluator.place(index) for index in atom.indices))] = value
            evaluator = self.space.evaluator(self.point)
        return held

    def _already(self, fact: Fact) -> bool:
        try:
            return holds(fact, self.point, self.space)
        except (Undefined, TooDear):
            return False

    def _by_vectors(
        self, equations: list[tuple[int, Fact]], left: list[tuple[int, Fact]], built: set[int]
    ) -> list[tuple[int, Fact]]:
        """What is left, with less of it where unit vectors help: of any directions if that does, else orthogonal ones.

        The loosest points come first: a line that holds only for orthonormal vectors must not be tried on them alone.
        """
        plain, frozen, done = dict(self.point.values), set(self.frozen), set(built)
        for together in (False, True):
            self.point.values.update(self.drawn)
            self.frozen, gained = set(self.kept), set[int]()
            rest = self._unit_vectors(equations, together)
            if rest is not None:
                after = self._affine(rest, gained)
                if len(after) < len(left):
                    built.clear()
                    built.update(gained)
                    return after
        self.point.values.clear()
        self.point.values.update(plain)
        self.frozen = frozen
        built.clear()
        built.update(done)
        return left

    def _unit_vectors(self, equations: list[tuple[int, Fact]], together: bool) -> list[tuple[int, Fact]] | None:
        """Gives vectors unit values, orthogonal ones if `together`, where the equations about them alone then hold.

        Returns what is left, or None where that does not help.
        """
        vectors = {n for n in self.space.names.atoms if self.space.type(n) == "vector" and n not in self.frozen}
        alone = [(n, fact) for n, fact in equations if set(Names.of(fact).atoms) <= vectors]
        names = sorted(set().union(*(Names.of(fact).atoms for _, fact in alone)))
        sizes = {self.point.size(self.space.declared(name)[0]) for name in names}
        if len(sizes) != 1 or (together and len(names) > max(sizes)):
            return None
        matrix = rotation(max(sizes), self.random)
        for column, name in enumerate(names):
            own = matrix if together else rotation(max(sizes), self.random)
            for row in range(max(sizes)):
                self.point.values[name, (row + 1,)] = own[row, column if together else 0]
        facts = [fact for _, fact in alone]
        if not all(map(self._already, facts)):
            return None
        self._loosen(names, facts)
        self.frozen.update(names)
        return [each for each in equations if each not in alone]

    def _loosen(self, names: list[str], facts: list[Fact]) -> None:
        """Gives arrays other lengths, each by itself and all together, where the equations still hold."""
        for group in (*((name,) for name in names), tuple(names)):
            factor = fmpq(self.random.choice((-3, -2, 2, 3)), self.random.choice((1, 5)))
            keys = [key for key in self.point.values if key[0] in group]
            for key in keys:
                self.point.values[key] *= factor
            if not all(map(self._already, facts)):
                for key in keys:
                    self.point.values[key] /= factor

    def _affine(self, equations: list[tuple[int, Fact]], built: set[int]) -> list[tuple[int, Fact]]:
        """Solves name by name, in the entries of one name or more, where equations are affine in them; what is left."""
        left = list(equations)
        progress = True
        while left and progress:
            progress = False
            tries = [(names, telling) for telling in (True, False) for names in self._candidates(left)]
            for names, telling in tries:
                rows = [(n, fact) for n, fact in left if words(fact) & set(names)]
                if self._solved([fact for _, fact in rows], names, telling):
                    left = [row for row in left if row not in rows]
                    built.update(n for n, _ in rows)
                    self.frozen.update(*(words(fact) for _, fact in rows))
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

    def _solved(self, facts: list[Fact], names: tuple[str, ...], telling: bool) -> bool:
        """Whether the names could be given values, and not 0 throughout where they are to be `telling`."""
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
        if solution is not None and telling and self._vanishes(dict(zip(keys, solution, strict=True)), before):
            solution = None
        values = before if solution is None else dict(zip(keys, solution, strict=True))
        self.point.values.update(values)
        self.point.spread()
        return solution is not None

    def _vanishes(self, values: dict[Key, Any], before: dict[Key, Any]) -> bool:
        """Whether all entries of an array have become 0 that were not."""
        arrays = {name for name, places in values if places}
        return any(
            all(value == 0 for key, value in values.items() if key[0] == name)
            and any(value != 0 for key, value in before.items() if key[0] == name)
            for name in arrays
        )

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
        """Tries orthogonal matrices, or some rows or columns of one, for those that the equations speak of."""
        names = [n for n in self.space.names.atoms if len(self.space.declared(n)) == 2 and n not in self.frozen]
        for name in names:
            rows, columns = (self.point.size(dim) for dim in self.space.declared(name))
            if any(name in words(fact) for _, fact in equations):
                matrix = rotation(max(rows, columns), self.random)
                for i, j in product(range(rows), range(columns)):
                    if (name, (i + 1, j + 1)) in self.point.values:
                        self.point.values[(name, (i + 1, j + 1))] = matrix[i, j]
        facts = [fact for _, fact in equations]
        if not all(map(self._already, facts)):
            return False
        self._loosen(names, facts)
        return True

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
