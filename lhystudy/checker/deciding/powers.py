"""Exponentials, powers, roots and logarithms as outlines: exponents split, arguments taken apart into factors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.field import (
    GiveUp,
    Kernel,
    Level,
    Outline,
    Polynomial,
    Power,
    Product,
    Ratio,
    Sum,
    Whole,
)
from lhystudy.checker.deciding.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, NOTHING, POSITIVE
from lhystudy.checker.meaning.build import MINUS_ONE, apply, number, plus, power, times
from lhystudy.checker.terms import (
    Apply,
    Const,
    Plus,
    ProductOver,
    Raise,
    Special,
    SumOver,
    Term,
    Times,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra


# ---- exp -----------------------------------------------------------------------------------------


def exp(algebra: Algebra, argument: Term) -> Outline:
    """exp(c log u + a + b) = u^c exp(a) exp(b)."""
    parts = argument.terms if isinstance(argument, Plus) else (argument,)
    logs = [(part, _log_part(part)) for part in parts]
    outside = [algebra.outline(power(log[0], number(log[1]))) for _, log in logs if log is not None]
    rest = plus(*(part for part, log in logs if log is None))
    inside = [_exp_monomial(algebra, *monomial) for monomial in algebra.ratio(rest).monomials]
    return Product((*outside, *inside))


def _log_part(part: Term) -> tuple[Term, Fraction] | None:
    """u and c of c log u, c a number."""
    factors = part.factors if isinstance(part, Times) else (part,)
    logs = [f for f in factors if isinstance(f, Apply) and f.function == "log"]
    numbers = [f for f in factors if isinstance(f, Const)]
    if len(logs) != 1 or len(logs) + len(numbers) != len(factors):
        return None
    coefficient = Fraction(1)
    for value in numbers:
        coefficient *= value.value
    return logs[0].args[0], coefficient


def _exp_monomial(algebra: Algebra, coefficient: Fraction, factors: tuple[tuple[Term, Fraction], ...]) -> Outline:
    if len(factors) == 1 and factors[0][1] == 1:
        base = factors[0][0]
        if isinstance(base, Apply) and base.function == "log":  # log|u| where u is not known to be positive
            return algebra.outline(power(base.args[0], number(coefficient)))
    argument = times(*(power(base, number(e)) for base, e in factors))
    return Power(algebra.kernel(Apply("exp", (argument,))), coefficient)


# ---- powers and roots ----------------------------------------------------------------------------


def raise_(algebra: Algebra, base: Term, exponent: Term) -> Outline:
    """base ** exponent."""
    if base == Special("e"):
        return exp(algebra, exponent)
    value = exponent.value if isinstance(exponent, Const) else algebra.ratio(exponent).number
    if value is not None:
        if value.denominator == 1:
            return Whole(algebra.outline(base), value.numerator) if value else Fraction(1)
        return broken_power(algebra, base, value)
    ratio = algebra.ratio(base)
    if ratio.zero:
        raise GiveUp
    if algebra.sign(base) == POSITIVE:
        return exp(algebra, algebra.normal(times(exponent, apply("log", base))))
    return _open_power(algebra, ratio, exponent)


def _open_power(algebra: Algebra, ratio: Ratio, exponent: Term) -> Outline:
    """base ** (m + c), the whole c split off, and the base taken apart where m is whole."""
    monomials = algebra.ratio(exponent).monomials
    offset = sum((c for c, factors in monomials if not factors and c.denominator == 1), Fraction(0))
    rest = [(c, factors) for c, factors in monomials if factors or c.denominator != 1]
    outlines: list[Outline] = [Whole(algebra.outline(ratio.term), offset.numerator)] if offset else []
    if not all(c.denominator == 1 and all(algebra.whole(f) and e > 0 for f, e in fs) for c, fs in rest):
        exponents = plus(*(times(number(c), *(power(f, number(e)) for f, e in fs)) for c, fs in rest))
        return Product((*outlines, Power(algebra.kernel(Raise(ratio.term, exponents)), Fraction(1))))
    for c, fs in rest:
        exponent = times(*(power(f, number(e)) for f, e in fs))
        outlines += [Whole(part, c.numerator) for part in _whole_parts(algebra, ratio, exponent)]
    return Product(tuple(outlines))


def _whole_parts(algebra: Algebra, ratio: Ratio, exponent: Term) -> list[Outline]:
    """ratio ** exponent for a whole exponent, factor by factor."""
    lead, factors = ratio.factors()
    parts: list[Outline] = []
    if lead < 0:
        parts.append(Power(algebra.kernel(Raise(MINUS_ONE, exponent), "whole-sign"), Fraction(1)))
    if abs(lead) != 1:
        parts.append(exp(algebra, times(exponent, apply("log", number(abs(lead))))))
    for factor, e in factors:
        term = ratio.level.term(factor)
        if algebra.sign(term) == POSITIVE:
            parts.append(Whole(exp(algebra, algebra.normal(times(exponent, apply("log", term)))), e))
        else:
            parts.append(Whole(Power(algebra.kernel(Raise(term, exponent)), Fraction(1)), e))
    return parts


def broken_power(algebra: Algebra, base: Term, exponent: Fraction) -> Outline:
    """|base| ** exponent: a root is of a nonnegative number, so the absolute value changes nothing."""
    match base:
        case Times(parts):
            return Product(tuple(broken_power(algebra, part, exponent) for part in parts))
        case Raise(inner, Const(value)):
            return broken_power(algebra, inner, exponent * value)
        case Apply("abs", (inner,)):
            return broken_power(algebra, inner, exponent)
        case Apply("exp", (inner,)):
            return exp(algebra, times(number(exponent), inner))
    ratio = algebra.ratio(base)
    if ratio.zero:
        if exponent < 0:
            raise GiveUp
        return Fraction(0)
    lead, factors = ratio.factors()
    powers = [_number_power(algebra, abs(lead), exponent)]
    for factor, e in factors:
        powers.append(_factor_power(algebra, ratio.level, factor, e * exponent))
    return Product(tuple(powers))


def _number_power(algebra: Algebra, value: Fraction, exponent: Fraction) -> Outline:
    parts: list[Outline] = []
    for prime, count in primes(value):
        whole, rest = divmod(exponent * count, 1)
        parts.append(Fraction(prime) ** int(whole))
        if rest:
            parts.append(Power(algebra.kernel(number(prime), "root", Fraction(prime)), rest))
    return Product(tuple(parts))


def primes(value: Fraction) -> list[tuple[int, int]]:
    """The primes of a positive rational with their exponents; a part that is too large to take apart stays whole."""
    found: list[tuple[int, int]] = []
    for whole, turn in ((value.numerator, 1), (value.denominator, -1)):
        divisor = 2
        while whole > 1 and divisor < 2000:
            count = 0
            while whole % divisor == 0:
                whole, count = whole // divisor, count + 1
            if count:
                found.append((divisor, turn * count))
            divisor = divisor + 1 if divisor * divisor <= whole else max(divisor + 1, min(whole, 2000))
        if whole > 1:
            found.append((whole, turn))
    return found


def _factor_power(algebra: Algebra, level: Level, factor: Polynomial, exponent: Fraction) -> Outline:
    """|factor| ** exponent of an irreducible polynomial."""
    single = generator_of(level, factor)
    if single is not None:
        kernel, root = single
        if root > 1 or algebra.nonnegative(kernel):
            return Power(kernel, exponent / root)
    term, outline = level.term(factor), algebra.unfolded(level, factor)
    sign = algebra.sign(term)
    if sign == NOTHING:
        return Fraction(0)
    if sign in (NEGATIVE, NONPOSITIVE):
        term, outline, sign = algebra.normal(times(MINUS_ONE, term)), Product((Fraction(-1), outline)), POSITIVE
    if sign in (POSITIVE, NONNEGATIVE):
        if exponent.denominator == 1:
            return Whole(outline, exponent.numerator)
        return Power(algebra.kernel(term, "root", outline), exponent)
    if exponent.denominator == 1 and exponent.numerator % 2 == 0:
        return Whole(outline, exponent.numerator)
    algebra.pending[term] = None
    return Power(algebra.kernel(Apply("abs", (term,)), "absolute", outline), exponent)


def generator_of(level: Level, factor: Polynomial) -> tuple[Kernel, int] | None:
    """The kernel and its root where the polynomial is one generator that is no sine or cosine."""
    if len(factor) != 1 or factor.total_degree() != 1 or factor.leading_coefficient() != 1:
        return None
    position = next(n for n, degree in enumerate(factor.degrees()) if degree)
    kernel, function, root = level.entries[position]
    return None if function else (kernel, root)


# ---- logarithms ----------------------------------------------------------------------------------


def log(algebra: Algebra, argument: Term) -> Outline:
    """log|a b / c| = log|a| + log|b| - log|c|."""
    match argument:
        case Times(parts):
            return Sum(tuple(log(algebra, part) for part in parts))
        case Raise(inner, Const(value)) if value:
            return Product((value, log(algebra, inner)))
    ratio = algebra.ratio(argument)
    if ratio.zero:
        raise GiveUp
    lead, factors = ratio.factors()
    logs: list[Outline] = [
        Product((Fraction(count), Power(algebra.kernel(Apply("log", (number(prime),))), Fraction(1))))
        for prime, count in primes(abs(lead))
    ]
    for factor, e in factors:
        logs.append(Product((Fraction(e), _log_factor(algebra, ratio.level, factor))))
    return Sum(tuple(logs))


def _log_factor(algebra: Algebra, level: Level, factor: Polynomial) -> Outline:
    single = generator_of(level, factor)
    if single is None:
        return _log_of(algebra, level.term(factor))
    kernel, root = single
    return Product((Fraction(1, root), _log_kernel(algebra, kernel)))


def _log_kernel(algebra: Algebra, kernel: Kernel) -> Outline:
    match kernel.term:
        case Apply("exp", (argument,)):
            return algebra.outline(argument)
        case Apply("abs", (inner,)):
            return _log_of(algebra, inner)
        case Raise(base, exponent):
            return algebra.outline(times(exponent, apply("log", apply("abs", base))))
        case ProductOver(index, dim, body, lower, upper):
            return algebra.outline(SumOver(index, dim, apply("log", apply("abs", body)), lower, upper))
    return _log_of(algebra, kernel.term)


def _log_of(algebra: Algebra, term: Term) -> Outline:
    """log|term| as a kernel, without bars where the term is surely positive."""
    sign = algebra.sign(term)
    if not sign & {1}:
        term = algebra.normal(times(MINUS_ONE, term))
    inner = term if -1 not in sign or 1 not in sign else Apply("abs", (term,))
    return Power(algebra.kernel(Apply("log", (inner,))), Fraction(1))
