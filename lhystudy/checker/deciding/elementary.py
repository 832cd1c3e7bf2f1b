"""Known functions as outlines: waves expanded, the others by exponentials, logarithms and powers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.domains import constant
from lhystudy.checker.deciding.field import Outline, Power, Product, Sum, Wave
from lhystudy.checker.deciding.powers import broken_power, exp, log
from lhystudy.checker.deciding.signs import POSITIVE
from lhystudy.checker.meaning.build import (
    HALF,
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    apply,
    minus,
    negative,
    number,
    plus,
    power,
    quotient,
    times,
)
from lhystudy.checker.terms import (
    Apply,
    Raise,
    Special,
    Term,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

PI = Special("pi")
ANGLES = 4  # terms of an angle that are taken apart


# ---- waves ---------------------------------------------------------------------------------------


def sine(algebra: Algebra, argument: Term) -> Outline:
    return _waves(algebra, argument, "sin")[0]


def cosine(algebra: Algebra, argument: Term) -> Outline:
    return _waves(algebra, argument, "cos")[1]


def _waves(algebra: Algebra, argument: Term, function: str) -> tuple[Outline, Outline]:
    """sin and cos of the argument, expanded over its terms."""
    monomials = algebra.ratio(argument).monomials
    if len(monomials) > ANGLES:
        kernel = algebra.kernel(algebra.normal(argument))
        return Wave("sin", kernel, Fraction(1)), Wave("cos", kernel, Fraction(1))
    now: tuple[Outline, Outline] = (Fraction(0), Fraction(1))
    for coefficient, factors in monomials:
        s, c = _wave(algebra, coefficient, factors)
        now = (
            Sum((Product((now[0], c)), Product((now[1], s)))),
            Sum((Product((now[1], c)), Product((Fraction(-1), now[0], s)))),
        )
    return now


def _wave(
    algebra: Algebra, coefficient: Fraction, factors: tuple[tuple[Term, Fraction], ...]
) -> tuple[Outline, Outline]:
    """sin and cos of coefficient * factors."""
    others = [(f, e) for f, e in factors if f != PI]
    if dict(factors).get(PI) == 1 and all(algebra.whole(f) and e > 0 and e.denominator == 1 for f, e in others):
        if not others and (2 * coefficient).denominator == 1:
            quarter = int(2 * coefficient) % 4
            return Fraction((0, 1, 0, -1)[quarter]), Fraction((1, 0, -1, 0)[quarter])
        if others and coefficient.denominator == 1:
            turns = times(*(power(f, number(e)) for f, e in others))
            sign = Power(algebra.kernel(Raise(MINUS_ONE, turns), "whole-sign"), Fraction(1))
            return Fraction(0), sign if coefficient % 2 else Fraction(1)
    if len(factors) == 1 and factors[0][1] == 1 and abs(coefficient) == 1:
        inverse = _of_inverse(factors[0][0])
        if inverse is not None:
            s, c = map(algebra.outline, inverse)
            return Product((coefficient, s)), c
    if abs(coefficient.numerator) > 24:
        factors, coefficient = ((number(coefficient), Fraction(1)), *factors), Fraction(1)
    angle = algebra.kernel(times(*(power(f, number(e)) for f, e in factors)))
    return Wave("sin", angle, coefficient), Wave("cos", angle, coefficient)


def _of_inverse(angle: Term) -> tuple[Term, Term] | None:
    """sin and cos of asin(u) or atan(u)."""
    match angle:
        case Apply("asin", (u,)):
            return u, power(minus(ONE, power(u, TWO)), HALF)
        case Apply("atan", (u,)):
            return quotient(u, power(plus(ONE, power(u, TWO)), HALF)), power(plus(ONE, power(u, TWO)), negative(HALF))
    return None


# ---- the others, by these ------------------------------------------------------------------------


def absolute(algebra: Algebra, argument: Term) -> Outline:
    return broken_power(algebra, argument, Fraction(1))


def sign(algebra: Algebra, argument: Term) -> Outline:
    known = algebra.sign(argument)
    if len(known) == 1:
        return Fraction(next(iter(known)))
    term = algebra.normal(argument)
    algebra.pending[term] = None
    return Power(algebra.kernel(Apply("sign", (term,))), Fraction(1))


def largest(algebra: Algebra, *arguments: Term) -> Outline:
    return _extreme(algebra, arguments, ONE)


def smallest(algebra: Algebra, *arguments: Term) -> Outline:
    return _extreme(algebra, arguments, MINUS_ONE)


def _extreme(algebra: Algebra, arguments: tuple[Term, ...], turn: Term) -> Outline:
    """max(a, b) = (a + b + |a - b|)/2."""
    best = arguments[0]
    for other in arguments[1:]:
        best = times(HALF, plus(best, other, times(turn, apply("abs", minus(best, other)))))
    return algebra.outline(best)


def odd(
    function: str, values: Mapping[Fraction, Fraction] = MappingProxyType({})
) -> Callable[[Algebra, Term], Outline]:
    """A kernel of an odd function: f(-x) = -f(x); `values` are multiples of pi at some numbers."""

    def outline(algebra: Algebra, argument: Term) -> Outline:
        ratio = algebra.ratio(argument)
        if ratio.zero:
            return Fraction(0)
        turn = -1 if ratio.top.leading_coefficient() < 0 else 1
        if ratio.number is not None and abs(ratio.number) in values:
            return Product((turn * values[abs(ratio.number)], algebra.outline(PI)))
        inner = algebra.normal(times(number(turn), argument))
        return Product((Fraction(turn), Power(algebra.kernel(Apply(function, (inner,))), Fraction(1))))

    return outline


def gamma(algebra: Algebra, argument: Term) -> Outline:
    """Gamma(x + 1) = x Gamma(x) where x is positive; the factorial of a number."""
    ratio = algebra.ratio(argument)
    value = ratio.number
    if value is not None and value.denominator == 1 and 1 <= value <= 100:
        return _factorial(int(value) - 1)
    below = algebra.normal(minus(argument, ONE))
    if value is None and algebra.sign(below) == POSITIVE:
        return Product((algebra.outline(below), gamma(algebra, below)))
    return Power(algebra.kernel(Apply("Gamma", (ratio.term,))), Fraction(1))


def _factorial(n: int) -> Fraction:
    product = Fraction(1)
    for factor in range(2, n + 1):
        product *= factor
    return product


def step(function: str) -> Callable[[Algebra, Term], Outline]:
    """floor or ceil: of a number worked out, else a kernel."""

    def outline(algebra: Algebra, argument: Term) -> Outline:
        term = algebra.normal(argument)
        value = constant(term)
        if value is not None:
            whole = value.floor() if function == "floor" else value.ceil()
            return Fraction(int(whole))
        return Power(algebra.kernel(Apply(function, (term,))), Fraction(1))

    return outline


def by(form: Callable[[Term], Term]) -> Callable[[Algebra, Term], Outline]:
    """A function defined by a term in others."""
    return lambda algebra, argument: algebra.outline(form(argument))


def _exp(x: Term) -> Term:
    return apply("exp", x)


def _minus_exp(x: Term) -> Term:
    return apply("exp", times(MINUS_ONE, x))


def _asinh(x: Term) -> Term:
    return apply("log", plus(x, power(plus(power(x, TWO), ONE), HALF)))


def _acosh(x: Term) -> Term:
    return apply("log", plus(x, power(minus(power(x, TWO), ONE), HALF)))


ELEMENTARY: dict[str, Callable[..., Outline]] = {
    "exp": exp,
    "log": log,
    "ln": log,
    "log2": by(lambda x: quotient(apply("log", x), apply("log", TWO))),
    "log10": by(lambda x: quotient(apply("log", x), apply("log", number(10)))),
    "sqrt": by(lambda x: power(x, HALF)),
    "abs": absolute,
    "sign": sign,
    "max": largest,
    "min": smallest,
    "relu": by(lambda x: apply("max", x, ZERO)),
    "sin": sine,
    "cos": cosine,
    "tan": by(lambda x: quotient(apply("sin", x), apply("cos", x))),
    "sec": by(lambda x: power(apply("cos", x), MINUS_ONE)),
    "csc": by(lambda x: power(apply("sin", x), MINUS_ONE)),
    "cot": by(lambda x: quotient(apply("cos", x), apply("sin", x))),
    "sinh": by(lambda x: times(HALF, minus(_exp(x), _minus_exp(x)))),
    "cosh": by(lambda x: times(HALF, plus(_exp(x), _minus_exp(x)))),
    "tanh": by(lambda x: quotient(minus(_exp(x), _minus_exp(x)), plus(_exp(x), _minus_exp(x)))),
    "asinh": by(_asinh),
    "acosh": by(_acosh),
    "atanh": by(lambda x: times(HALF, apply("log", quotient(plus(ONE, x), minus(ONE, x))))),
    "sigmoid": by(lambda x: power(plus(ONE, _minus_exp(x)), MINUS_ONE)),
    "softplus": by(lambda x: apply("log", plus(ONE, _exp(x)))),
    "asin": odd("asin", {Fraction(1, 2): Fraction(1, 6), Fraction(1): Fraction(1, 2)}),
    "acos": by(lambda x: minus(times(HALF, PI), apply("asin", x))),
    "atan": odd("atan", {Fraction(1): Fraction(1, 4)}),
    "erf": odd("erf"),
    "erfc": by(lambda x: minus(ONE, apply("erf", x))),
    "Gamma": gamma,
    "factorial": by(lambda x: apply("Gamma", plus(x, ONE))),
    "floor": step("floor"),
    "ceil": step("ceil"),
}
