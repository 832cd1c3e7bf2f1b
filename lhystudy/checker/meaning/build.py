"""Terms put together: the trivial cases (0, 1, numbers) are taken out at once, nothing else is simplified."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from lhystudy.checker.terms import Apply, Condition, Const, Index, Kronecker, Piecewise, Place, Plus, Raise, Term, Times

ZERO = Const(Fraction(0))
ONE = Const(Fraction(1))
MINUS_ONE = Const(Fraction(-1))
TWO = Const(Fraction(2))
HALF = Const(Fraction(1, 2))
FOLDED_BITS = 256  # powers of numbers taller than this stay powers


def number(value: int | Fraction) -> Const:
    return Const(Fraction(value))


def plus(*terms: Term) -> Term:
    """Their sum, flat, with the numbers added up."""
    flat: list[Term] = []
    constant = Fraction(0)
    for term in _flattened(terms, Plus):
        if isinstance(term, Const):
            constant += term.value
        else:
            flat.append(term)
    if constant:
        flat.append(Const(constant))
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Plus(tuple(flat))


def times(*factors: Term) -> Term:
    """Their product, flat, with the numbers multiplied; 0 swallows all."""
    flat: list[Term] = []
    constant = Fraction(1)
    for factor in _flattened(factors, Times):
        if isinstance(factor, Const):
            constant *= factor.value
        else:
            flat.append(factor)
    if not constant:
        return ZERO
    if constant != 1:
        flat.insert(0, Const(constant))
    if not flat:
        return ONE
    return flat[0] if len(flat) == 1 else Times(tuple(flat))


def _flattened(terms: Iterable[Term], kind: type[Plus] | type[Times]) -> Iterable[Term]:
    for term in terms:
        if isinstance(term, kind):
            yield from term.terms if isinstance(term, Plus) else term.factors
        else:
            yield term


def negative(term: Term) -> Term:
    return times(MINUS_ONE, term)


def minus(left: Term, right: Term) -> Term:
    return plus(left, negative(right))


def power(base: Term, exponent: Term) -> Term:
    """base ** exponent; whole powers of small numbers are worked out."""
    if isinstance(exponent, Const):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return ONE
        if isinstance(base, Const) and exponent.value.denominator == 1:
            worked = _whole_power(base.value, exponent.value.numerator)
            if worked is not None:
                return Const(worked)
    return Raise(base, exponent)


def _whole_power(base: Fraction, exponent: int) -> Fraction | None:
    tall = max(base.numerator.bit_length(), base.denominator.bit_length())
    if tall * abs(exponent) > FOLDED_BITS or (base == 0 and exponent < 0):
        return None
    return base**exponent


def inverse(term: Term) -> Term:
    return power(term, MINUS_ONE)


def quotient(top: Term, bottom: Term) -> Term:
    return times(top, inverse(bottom))


def root(term: Term) -> Term:
    return Raise(term, HALF)


def apply(function: str, *args: Term) -> Term:
    return Apply(function, args)


def kronecker(left: Index, right: Index) -> Term:
    """Their delta, worked out where the two are surely equal or surely not."""
    if left == right:
        return ONE
    if left.name == right.name:
        return ZERO
    return Kronecker(left, right)


def unequal(left: Index, right: Index) -> Term:
    return minus(ONE, kronecker(left, right))


def indicator(condition: Condition) -> Term:
    """1 where the condition holds, else 0; an equation of two indices is a delta."""
    left, right = condition.left, condition.right
    if isinstance(left, Place) and isinstance(right, Place) and not condition.both:
        if condition.sign == "=":
            return kronecker(left.index, right.index)
        if condition.sign == "!=":
            return unequal(left.index, right.index)
    return Piecewise(((ONE, condition), (ZERO, None)))
