"""The value of a term at a point, rigorous: an exact rational where it can be, else a ball that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat

from lhystudy.checker.deciding import functions
from lhystudy.checker.deciding.functions import ONE, ZERO, TooDear, Unclear, Undefined
from lhystudy.checker.deciding.sample import Key, Point
from lhystudy.checker.meaning.replace import free_indices
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import (
    Apply,
    Array,
    Atom,
    Condition,
    Const,
    Determinant,
    Extreme,
    Index,
    InverseEntry,
    Kronecker,
    LimitOf,
    Mean,
    Pick,
    Piecewise,
    Place,
    Plus,
    ProductOver,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

COST = 200_000  # nodes evaluated for one value
TERMS = 20_000  # of one sum or product


class Forms:
    """What terms are by their form, looked up once for many points. The terms must be kept alive elsewhere.

    Where entries follow from earlier ones, `step` says how.
    """

    def __init__(self, step: Callable[[Atom], Term | None] | None = None) -> None:
        self._guards: dict[int, bool] = {}
        self._free: dict[int, tuple[str, ...]] = {}
        self._step = step
        self._steps: dict[Key, Term | None] = {}

    def step(self, key: Key) -> Term | None:
        """What the entry is made of by a recurrence, or None where it stands for itself."""
        if self._step is None:
            return None
        if key not in self._steps:
            name, places = key
            self._steps[key] = self._step(Atom(name, tuple(Index("", place) for place in places)))
        return self._steps[key]

    def guards(self, term: Term) -> bool:
        known = self._guards.get(id(term))
        if known is None:
            known = self._guards[id(term)] = is_guard(term)
        return known

    def free(self, term: Term | Array) -> tuple[str, ...]:
        """The free indices of a term or an array."""
        known = self._free.get(id(term))
        if known is None:
            names = free_indices(term.entry) - set(term.indices) if isinstance(term, Array) else free_indices(term)
            known = self._free[id(term)] = tuple(names)
        return known


class Evaluator:
    """Evaluates terms at one point. `used` collects the values that were asked for."""

    def __init__(
        self, point: Point, symbols: Mapping[str, Symbol], cost: int = COST, forms: Forms | None = None
    ) -> None:
        self.point = point
        self.symbols = symbols
        self.cost = cost
        self.forms = forms or Forms()
        self.used: dict[Key, None] = {}
        self.places: dict[str, int] = {}  # the values of index names
        self.outcome: dict[str, Any] | None = None
        self._known: dict[tuple[int, ...], Any] = {}  # values of sums and inverses, by term and places

    def value(self, term: Term, places: Mapping[str, int] | None = None) -> Any:
        """The term's value with the free indices at these places; Undefined where it has none."""
        if places is not None:
            self.places = dict(places)
        return self._value(term)

    def holds(self, condition: Condition) -> bool:
        """Whether the condition holds; Unclear where the enclosures overlap."""
        difference = self._value(condition.left) - self._value(condition.right)
        sign = functions.known_sign(difference)
        return HOLDS[condition.sign](sign) and all(self.holds(c) for c in condition.both)

    def place(self, index: Index) -> int:
        return index.shift if not index.name else self.places[index.name] + index.shift

    def _value(self, term: Term) -> Any:
        self.cost -= 1
        if self.cost < 0:
            raise TooDear("more steps than are allowed")
        return RULES[type(term)](self, term)

    def _atom(self, term: Atom) -> Any:
        if self.outcome is not None and term.name in self.outcome:
            return self.outcome[term.name]
        places = tuple([self.place(i) for i in term.indices])
        symbol = self.symbols.get(term.name)
        if symbol is not None and places:
            self._inside(symbol, places)
            if symbol.type == "symmetric" and len(places) == symbol.rank and places[-2] > places[-1]:
                places = (*places[:-2], places[-1], places[-2])
        elif places and min(places) < 1:
            raise Undefined("an index outside its dimension")
        key = (term.name, places)
        made_of = self.forms.step(key)
        if made_of is not None:
            return self._once(made_of, lambda: self._value(made_of))
        self.used[key] = None
        value = self.point.values.get(key)
        if value is None:
            if self.point.draw is None:
                raise Undefined(f"{term.name} has no value")
            value = self.point.values[key] = self.point.draw(key)
        return value

    def _inside(self, symbol: Symbol, places: tuple[int, ...]) -> None:
        runs_on = symbol.family and symbol.type not in ("simplex", "onehot")  # there is a step before the first
        for place, dim in zip(places[runs_on:], symbol.dims[runs_on:], strict=False):
            if not 1 <= place <= self.point.size(dim):
                raise Undefined(f"an index of {symbol.name} outside its dimension")

    def _plus(self, term: Plus) -> Any:
        total: Any = ZERO
        for part in term.terms:
            total = total + self._value(part)
        return total

    def _times(self, term: Times) -> Any:
        total: Any = ONE
        if any(self._shut(part) for part in term.factors):
            return ZERO
        for part in term.factors:
            total = total * self._value(part)
        return total

    def _shut(self, part: Term) -> bool:
        """Whether the factor leaves this place out, as 1 - delta does at i = j: then the rest need not be defined."""
        return self.forms.guards(part) and self._value(part) == 0

    def _once(self, term: Any, work: Callable[[], Any]) -> Any:
        """What the work gives, done once for the same places of the term's free indices and the same outcome."""
        places = [self.places.get(name, 0) for name in self.forms.free(term)]
        key = (id(term), id(self.outcome), *places)
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    def _raise(self, term: Raise) -> Any:
        if isinstance(term.exponent, Const) and term.exponent.value == -1:
            return functions.divide(ONE, self._value(term.base))
        exponent = self._value(term.exponent)
        if term.base == EULER:
            return functions.exp(exponent)
        base = self._value(term.base)
        if exponent == 0 and not isinstance(exponent, arb) and base == 0 and not self._whole(term.exponent):
            raise Undefined("zero to the power of zero")
        return functions.power(base, exponent)

    def _whole(self, term: Term) -> bool:
        """Whether the term is whole by its form, so that 0 ** 0 is the empty product."""
        match term:
            case Const() | Place() | Size():
                return True
            case Plus(parts) | Times(parts):
                return all(self._whole(part) for part in parts)
            case Atom(name):
                return name in self.symbols and self.symbols[name].type == "integer"
        return False

    def _apply(self, term: Apply) -> Any:
        args = [self._value(arg) for arg in term.args]
        sample = self.point.functions.get(term.function)
        if sample is not None:
            return sample.at(args[0], term.order)
        known = functions.KNOWN.get(term.function)
        if known is None or term.order:
            raise TooDear(f"the function {term.function} is not known")
        return known(*args)

    def _range(self, term: SumOver | ProductOver) -> range:
        """The places that the index runs over; a range that runs backwards is undefined."""
        low = 1 if term.lower is None else functions.whole(self._value(term.lower))
        if term.upper is not None:
            high = functions.whole(self._value(term.upper))
        else:
            high = self.point.size(term.dim) if term.dim is not None else None
        if low is None or high is None or high < low - 1:
            raise Undefined("a sum without whole bounds in order")
        if high - low > TERMS:
            raise TooDear(f"a sum of {high - low + 1} terms")
        return range(low, high + 1)

    def _over(self, term: SumOver | ProductOver) -> Any:
        return self._once(term, lambda: self._added(term))

    def _added(self, term: SumOver | ProductOver) -> Any:
        places, summed = self._range(term), isinstance(term, SumOver)
        outer = self.places.get(term.index)
        total: Any = ZERO if summed else ONE
        try:
            for place in places:
                self.places[term.index] = place
                value = self._value(term.body)
                total = total + value if summed else total * value
        finally:
            if outer is None:
                self.places.pop(term.index, None)
            else:
                self.places[term.index] = outer
        return total

    def _pick(self, term: Pick) -> Any:
        place = self.place(term.index)
        if not 1 <= place <= len(term.values):
            raise Undefined("an index outside its dimension")
        return self._value(term.values[place - 1])

    def _piecewise(self, term: Piecewise) -> Any:
        for piece, condition in term.pieces:
            if condition is None or self.holds(condition):
                return self._value(piece)
        raise Undefined("no piece of the piecewise function")

    def array(self, array: Array) -> list[Any]:
        """The entries in row order."""
        outer = dict(self.places)
        entries = []
        try:
            for places in product(*(range(1, self.point.size(dim) + 1) for dim in array.dims)):
                self.places.update(zip(array.indices, places, strict=True))
                entries.append(self._value(array.entry))
        finally:
            self.places = outer
        return entries

    def matrix(self, array: Array) -> Any:
        """The array of two dimensions as an exact or a ball matrix of FLINT."""
        rows, columns = (self.point.size(dim) for dim in array.dims)
        entries = self.array(array)
        exact = not any(isinstance(entry, arb) for entry in entries)
        return fmpq_mat(rows, columns, entries) if exact else arb_mat(rows, columns, entries)

    def _inverse(self, term: InverseEntry) -> Any:
        inverse = self._once(term.matrix, lambda: self._inverted(term.matrix))
        row, column = self.place(term.row), self.place(term.column)
        if not (1 <= row <= inverse.nrows() and 1 <= column <= inverse.ncols()):
            raise Undefined("an index outside its dimension")
        return inverse[row - 1, column - 1]

    def _inverted(self, array: Array) -> Any:
        matrix = self.matrix(array)
        if matrix.nrows() != matrix.ncols():
            raise Undefined("the inverse of a matrix that is not square")
        try:
            if isinstance(matrix, fmpq_mat) and matrix.det() == 0:
                raise Undefined("the inverse of a singular matrix")
            return matrix.inv()
        except ZeroDivisionError:
            raise Unclear("the inverse of a nearly singular matrix") from None

    def _determinant(self, term: Determinant) -> Any:
        matrix = self.matrix(term.matrix)
        if matrix.nrows() != matrix.ncols():
            raise Undefined("the determinant of a matrix that is not square")
        return matrix.det()

    def _extreme(self, term: Extreme) -> Any:
        entries = self.array(term.vector)
        if not entries:
            raise Undefined("the largest entry of nothing")
        return (functions.largest if term.which == "max" else functions.smallest)(*entries)

    def _mean(self, term: Mean) -> Any:
        outer, total = self.outcome, None
        if not self.point.outcomes:
            return self._value(term.body)
        try:
            for probability, values in self.point.outcomes:
                self.outcome = values
                value = self._value(term.body) * probability
                total = value if total is None else total + value
        finally:
            self.outcome = outer
        return total

    def _special(self, term: Special) -> Any:
        if term.name == "pi":
            return arb.pi()
        if term.name == "e":
            return arb.const_e()
        raise Undefined("infinity")

    def _limit(self, term: LimitOf) -> Any:
        raise TooDear("a limit has no enclosure")


def is_guard(term: Term) -> bool:
    """Whether the term only says which places count: deltas and numbers, or a choice between numbers."""
    match term:
        case Kronecker():
            return True
        case Plus(parts) | Times(parts):
            return any(map(is_guard, parts)) and all(is_guard(part) or isinstance(part, Const) for part in parts)
        case Piecewise(pieces):
            return all(isinstance(piece, Const) for piece, _ in pieces)
    return False


HOLDS: dict[str, Callable[[int], bool]] = {
    "=": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}

EULER = Special("e")

RULES: dict[type, Callable[[Evaluator, Any], Any]] = {
    Const: lambda evaluator, term: fmpq(term.value.numerator, term.value.denominator),
    Special: Evaluator._special,
    Size: lambda evaluator, term: fmpq(evaluator.point.size(term.dim)),
    Place: lambda evaluator, term: fmpq(evaluator.place(term.index)),
    Atom: Evaluator._atom,
    Plus: Evaluator._plus,
    Times: Evaluator._times,
    Raise: Evaluator._raise,
    Apply: Evaluator._apply,
    SumOver: Evaluator._over,
    ProductOver: Evaluator._over,
    Kronecker: lambda evaluator, term: ONE if evaluator.place(term.left) == evaluator.place(term.right) else ZERO,
    Pick: Evaluator._pick,
    Piecewise: Evaluator._piecewise,
    InverseEntry: Evaluator._inverse,
    Determinant: Evaluator._determinant,
    Extreme: Evaluator._extreme,
    Mean: Evaluator._mean,
    LimitOf: Evaluator._limit,
}
