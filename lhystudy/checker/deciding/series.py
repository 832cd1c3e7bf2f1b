"""Sums of k^e q^k in closed form: a term whose difference from each place to the next is what is summed."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.bounds import Bound, Factors
from lhystudy.checker.deciding.field import GiveUp, raised
from lhystudy.checker.deciding.signs import of_polynomial
from lhystudy.checker.meaning.build import MINUS_ONE, ONE, apply, minus, number, plus, power, quotient, times
from lhystudy.checker.meaning.replace import Replacement, free_indices, fresh, subterms
from lhystudy.checker.terms import (
    Apply,
    Condition,
    Index,
    Piecewise,
    Place,
    Plus,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

HIGHEST = 8  # power of the index
INFINITY = Special("inf")


def closed_form(algebra: Algebra, bound: Bound, factors: Factors) -> Term | None:
    """The sum without its sign, where it is one of powers of the index times a geometric series; else None."""
    taken = _taken_apart(algebra, bound, factors)
    if taken is None:
        return None
    degree, rest, ratio = taken
    if ratio == ONE:
        found = _of_powers(degree)
    elif 0 not in algebra.sign(minus(ratio, ONE)):
        found = _geometric(degree, ratio)
    else:
        return None
    upper = bound.upper if bound.upper is not None else _size(bound)
    lower = bound.lower if bound.lower is not None else ONE
    ends = (plus(upper, ONE), lower)
    above, below = (times(_polynomial(found, place), _put(rest, bound.name, place)) for place in ends)
    return minus(above, below)


def _size(bound: Bound) -> Term:
    assert bound.dim is not None
    return Size(bound.dim) if isinstance(bound.dim, str) else number(bound.dim)


def _taken_apart(algebra: Algebra, bound: Bound, factors: Factors) -> tuple[int, Term, Term] | None:
    """The power of the index, the geometric factor and its ratio, which must have a value wherever the factor has."""
    here = Place(Index(bound.name))
    degree = 0
    rest: list[Term] = []
    for base, exponent in factors:
        if base == here:
            if exponent.denominator != 1 or not 0 < exponent <= HIGHEST:
                return None
            degree += int(exponent)
        else:
            rest.append(raised(base, exponent))
    geometric = times(*rest)
    if not all(_plain(part, bound.name) for part in subterms(geometric)):
        return None
    if geometric == ONE:
        return degree, ONE, ONE
    following = Replacement({bound.name: Index(bound.name, 1)})(geometric)
    try:
        ratio = algebra.ratio(quotient(following, geometric))
    except GiveUp:
        return None
    if bound.name in free_indices(ratio.term) or 0 in of_polynomial(algebra, ratio.level, ratio.bottom):
        return None
    return degree, geometric, ratio.term


def _plain(part: Term, name: str) -> bool:
    """Whether the index may stand in the part as a number only."""
    match part:
        case Place() | Raise() | Times() | Plus() | Apply("exp" | "log", _):
            return True
    return name not in free_indices(part)


def _put(term: Term, name: str, place: Term) -> Term:
    """The term with another number in the place of the index."""
    match term:
        case Place(Index(own, shift)) if own == name:
            return plus(place, number(shift))
        case Times(factors):
            return times(*(_put(factor, name, place) for factor in factors))
        case Plus(parts):
            return plus(*(_put(part, name, place) for part in parts))
        case Raise(base, exponent):
            return power(_put(base, name, place), _put(exponent, name, place))
        case Apply(function, args):
            return Apply(function, tuple(_put(arg, name, place) for arg in args))
    return term


def _of_powers(degree: int) -> list[Term]:
    """The coefficients, lowest first, of P with P(k + 1) - P(k) = k^degree."""
    found = [Fraction(0)] * (degree + 2)
    for power_ in range(degree + 1, 0, -1):
        wanted = Fraction(int(power_ - 1 == degree))
        higher = sum((found[m] * comb(m, power_ - 1) for m in range(power_ + 1, degree + 2)), Fraction(0))
        found[power_] = (wanted - higher) / power_
    return [number(c) for c in found]


def _geometric(degree: int, ratio: Term) -> list[Term]:
    """The coefficients, lowest first, of P with P(k + 1) q - P(k) = k^degree."""
    found: list[Term] = [number(0)] * (degree + 1)
    share = power(minus(ratio, ONE), MINUS_ONE)
    found[degree] = share
    for power_ in range(degree - 1, -1, -1):
        higher = plus(*(times(number(comb(m, power_)), found[m]) for m in range(power_ + 1, degree + 1)))
        found[power_] = times(MINUS_ONE, ratio, share, higher)
    return found


def _polynomial(coefficients: list[Term], place: Term) -> Term:
    return plus(*(times(c, power(place, number(n))) for n, c in enumerate(coefficients)))


# ---- without end -------------------------------------------------------------------------------------


def without_end(algebra: Algebra, term: SumOver) -> Term:
    """An infinite sum's value, which it has where it converges only; GiveUp where none is found."""
    name = fresh()
    body = Replacement({term.index: Index(name)})(term.body)
    bound = Bound(name, None, term.lower or ONE, INFINITY)
    parts = [_endless(algebra, bound, coefficient, factors) for coefficient, factors in algebra.ratio(body).monomials]
    return plus(*parts)


def _endless(algebra: Algebra, bound: Bound, coefficient: Fraction, factors: tuple[tuple[Term, Fraction], ...]) -> Term:
    inside = [(f, e) for f, e in factors if bound.name in free_indices(f)]
    outside = [raised(f, e) for f, e in factors if bound.name not in free_indices(f)]
    taken = _taken_apart(algebra, bound, inside)
    if taken is None or taken[2] == ONE:
        raise GiveUp
    degree, rest, ratio = taken
    assert bound.lower is not None
    start = times(_polynomial(_geometric(degree, ratio), bound.lower), _put(rest, bound.name, bound.lower))
    value = times(number(-coefficient), *outside, start)
    return Piecewise(((value, Condition("<", apply("abs", ratio), ONE)),))
