"""Derivatives on the index form: of a term whose definitions are written out, by one atom."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker.meaning.build import (
    HALF,
    ONE,
    TWO,
    ZERO,
    apply,
    inverse,
    kronecker,
    minus,
    negative,
    number,
    plus,
    power,
    quotient,
    times,
)
from lhystudy.checker.meaning.replace import fresh, reindexed
from lhystudy.checker.meaning.shapes import Fault
from lhystudy.checker.terms import (
    Apply,
    Array,
    Atom,
    Condition,
    Determinant,
    Extreme,
    Index,
    InverseEntry,
    LimitOf,
    Mean,
    Pick,
    Piecewise,
    Plus,
    ProductOver,
    Raise,
    Special,
    SumOver,
    Term,
    Times,
)
from lhystudy.words import say


class Unsupported(Fault):
    """A form that can be read but is not worked on: the line stays undecided."""


Flow = Callable[[Atom, Atom], Term | None]  # (an atom, the variable) -> a derivative that is not what it seems


def differentiate(term: Term, by: Atom, flow: Flow | None = None) -> Term:
    """The partial derivative, entries of one array being independent but for what `flow` answers.

    Undefined where the term has a kink.
    """
    return _Walk(by, flow)(term)


class _Walk:
    def __init__(self, by: Atom, flow: Flow | None) -> None:
        self.by = by
        self.flow = flow
        self.done: dict[int, tuple[Term, Term]] = {}

    def __call__(self, term: Term) -> Term:
        known = self.done.get(id(term))
        if known is None:
            known = (term, self.derivative(term))
            self.done[id(term)] = known
        return known[1]

    def derivative(self, term: Term) -> Term:
        match term:
            case Atom():
                return self.of_atom(term)
            case Plus(terms):
                return plus(*map(self, terms))
            case Times(factors):
                return self.of_product(factors)
            case Raise(base, exponent):
                return self.of_power(term, base, exponent)
            case Apply(function, args, order):
                return self.of_call(term, function, args, order)
            case SumOver(index, dim, body, lower, upper):
                inside = self(body)
                return ZERO if inside == ZERO else SumOver(index, dim, inside, lower, upper)
            case ProductOver(index, dim, body, lower, upper):
                share = quotient(self(body), body)
                return ZERO if share == ZERO else times(term, SumOver(index, dim, share, lower, upper))
            case Pick(values, index):
                slopes = tuple(map(self, values))
                return ZERO if all(slope == ZERO for slope in slopes) else Pick(slopes, index)
            case Piecewise(pieces):
                return piecewise(pieces, self)
        return self.of_whole(term)

    def of_whole(self, term: Term) -> Term:
        """Of a term that speaks of a whole array, a mean or a limit."""
        match term:
            case InverseEntry(matrix, row, column):
                return self.of_inverse(matrix, row, column)
            case Determinant(matrix):
                return times(term, self.over_entries(matrix, lambda a, b: InverseEntry(matrix, b, a)))
            case Mean(body):
                inside = self(body)
                return ZERO if inside == ZERO else Mean(inside)
            case LimitOf(_, to, body):
                return self.of_limit(to, body)
            case Extreme():
                return self.of_largest(term)
        return ZERO

    def of_largest(self, term: Extreme) -> Term:
        """The derivative of the one entry that is largest (or smallest); undefined where several are."""
        vector = term.vector
        own = fresh()
        entry = reindexed(vector, Index(own))
        slope = self(entry)
        if slope == ZERO:
            return ZERO
        counts = Condition("=", entry, term)
        total = SumOver(own, vector.dims[0], Piecewise(((slope, counts), (ZERO, None))))
        how_many = SumOver(own, vector.dims[0], Piecewise(((ONE, counts), (ZERO, None))))
        return times(total, Piecewise(((ONE, Condition("=", how_many, ONE)),)))

    def of_atom(self, atom: Atom) -> Term:
        flowing = self.flow(atom, self.by) if self.flow is not None else None
        if flowing is not None:
            return flowing
        if atom.name != self.by.name or len(atom.indices) != len(self.by.indices):
            return ZERO
        return times(*(kronecker(one, other) for one, other in zip(atom.indices, self.by.indices, strict=True)))

    def of_product(self, factors: tuple[Term, ...]) -> Term:
        terms = []
        for place, factor in enumerate(factors):
            inside = self(factor)
            if inside != ZERO:
                terms.append(times(*factors[:place], inside, *factors[place + 1 :]))
        return plus(*terms)

    def of_power(self, term: Term, base: Term, exponent: Term) -> Term:
        inner, outer = self(base), self(exponent)
        terms = []
        if inner != ZERO:
            terms.append(times(exponent, power(base, minus(exponent, ONE)), inner))
        if outer != ZERO:
            if isinstance(base, Special) and base.name == "e":
                terms.append(times(term, outer))
            else:
                terms.append(times(term, apply("log", base), outer))
        return plus(*terms)

    def of_call(self, term: Term, function: str, args: tuple[Term, ...], order: int) -> Term:
        inside = list(map(self, args))
        if all(each == ZERO for each in inside):
            return ZERO
        if function in ("max", "min"):
            return of_extreme(function, args, inside)
        rule = DERIVATIVES.get(function)
        if rule is not None:
            return times(rule(args[0], term), inside[0])
        if function in ("Gamma",):
            raise Unsupported(say("the derivative of Gamma is not worked out", "Gamma 函数的导数无法推算"))
        return times(Apply(function, args, order + 1), inside[0])

    def of_inverse(self, matrix: Array, row: Index, column: Index) -> Term:
        inside = self.over_entries(
            matrix, lambda a, b: times(InverseEntry(matrix, row, a), InverseEntry(matrix, b, column))
        )
        return negative(inside)

    def over_entries(self, matrix: Array, weight: Callable[[Index, Index], Term]) -> Term:
        """The derivatives of all entries of a matrix, weighted and summed."""
        first, second = fresh(), fresh()
        a, b = Index(first), Index(second)
        inside = self(reindexed(matrix, a, b))
        if inside == ZERO:
            return ZERO
        body = times(weight(a, b), inside)
        return SumOver(first, matrix.dims[0], SumOver(second, matrix.dims[1], body))

    def of_limit(self, to: Term, body: Term) -> Term:
        if self(body) == ZERO and self(to) == ZERO:
            return ZERO
        raise Unsupported(say("the derivative of a limit is not worked out", "极限的导数无法推算"))


Pieces = tuple[tuple[Term, Condition | None], ...]
STRICT = {"<=": "<", ">=": ">"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def piecewise(pieces: Pieces, derivative: Callable[[Term], Term]) -> Term:
    """Each piece's derivative inside its piece; on a seam of two pieces where value and slope of both agree."""
    slopes = [derivative(value) for value, _ in pieces]
    if all(slope == ZERO for slope in slopes) and all(value == pieces[0][0] for value, _ in pieces):
        return ZERO

    def moves(condition: Condition) -> bool:
        return minus(derivative(condition.left), derivative(condition.right)) != ZERO

    result: list[tuple[Term, Condition | None]] = []
    failed: list[list[Condition]] = [[]]  # the ways in which all pieces above do not count
    for (_, condition), slope in zip(pieces, slopes, strict=True):
        own = [] if condition is None else literals(condition)
        for above in failed:
            inside = opened([*own, *above], moves)
            if inside is not None:
                result.append((slope, joined(inside)))
        failed = [[*above, opposite(literal)] for above in failed for literal in own]
    if len(pieces) == 2 and pieces[0][1] is not None:
        agree = (Condition("=", pieces[0][0], pieces[1][0]), Condition("=", slopes[0], slopes[1]))
        seams = [literal for literal in literals(pieces[0][1]) if moves(literal) and literal.sign not in ("=", "!=")]
        result += [(slopes[0], Condition("=", seam.left, seam.right, agree)) for seam in seams]
    return Piecewise(tuple(result))


def literals(condition: Condition) -> list[Condition]:
    """The simple conditions that must all hold."""
    here = Condition(condition.sign, condition.left, condition.right)
    return [here, *(literal for other in condition.both for literal in literals(other))]


def opposite(literal: Condition) -> Condition:
    return Condition(OPPOSITE[literal.sign], literal.left, literal.right)


def opened(conjunction: list[Condition], moves: Callable[[Condition], bool]) -> list[Condition] | None:
    """The interior of where all hold, as the variable moves; None where that is empty."""
    inside = []
    for literal in conjunction:
        if moves(literal):
            if literal.sign == "=":
                return None
            literal = Condition(STRICT.get(literal.sign, literal.sign), literal.left, literal.right)
        inside.append(literal)
    return inside


def joined(conjunction: list[Condition]) -> Condition | None:
    if not conjunction:
        return None
    first, *rest = conjunction
    return Condition(first.sign, first.left, first.right, tuple(rest))


def of_extreme(function: str, args: tuple[Term, ...], inside: list[Term]) -> Term:
    """The derivative of max or min of several terms: that of the one which counts, undefined on ties that kink."""
    sign = ">" if function == "max" else "<"
    if len(args) > 2:
        rest = Apply(function, args[1:])
        return of_extreme(function, (args[0], rest), [inside[0], of_extreme(function, args[1:], inside[1:])])
    if len(args) == 1:
        return inside[0]
    left, right = args
    ahead = Condition(sign, left, right)
    behind = Condition(sign, right, left)
    tied = Condition("=", left, right, (Condition("=", inside[0], inside[1]),))
    return Piecewise(((inside[0], ahead), (inside[1], behind), (inside[0], tied)))


ROOT_OF_PI = Raise(Special("pi"), HALF)
Rule = Callable[[Term, Term], Term]  # (argument, the call itself) -> the outer derivative

DERIVATIVES: dict[str, Rule] = {
    "exp": lambda x, f: f,
    "log": lambda x, f: inverse(x),
    "sin": lambda x, f: apply("cos", x),
    "cos": lambda x, f: negative(apply("sin", x)),
    "tan": lambda x, f: plus(ONE, power(f, TWO)),
    "asin": lambda x, f: power(minus(ONE, power(x, TWO)), negative(HALF)),
    "acos": lambda x, f: negative(power(minus(ONE, power(x, TWO)), negative(HALF))),
    "atan": lambda x, f: inverse(plus(ONE, power(x, TWO))),
    "sinh": lambda x, f: apply("cosh", x),
    "cosh": lambda x, f: apply("sinh", x),
    "tanh": lambda x, f: minus(ONE, power(f, TWO)),
    "sigmoid": lambda x, f: times(f, minus(ONE, f)),
    "softplus": lambda x, f: apply("sigmoid", x),
    "abs": lambda x, f: quotient(f, x),
    "sign": lambda x, f: times(ZERO, inverse(x)),
    "floor": lambda x, f: ZERO,
    "ceil": lambda x, f: ZERO,
    "erf": lambda x, f: times(number(2), inverse(ROOT_OF_PI), apply("exp", negative(power(x, TWO)))),
}  # fmt: skip
