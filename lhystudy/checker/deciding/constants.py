"""Whether a constant built from roots, and sines of rational parts of pi, is exactly zero.

An algebraic number that is not zero is larger than a bound that its construction gives: when its enclosure is smaller,
it is zero. Source: Burnikel, Fleischer, Mehlhorn, Schirra, "A strong and easily computable separation bound for
arithmetic expressions involving radicals", Algorithmica 27 (2000), extended to quotients in Burnikel, Funke,
Mehlhorn, Schirra, Schmitt, ESA 2001.
"""

from __future__ import annotations

from math import log2

from flint import arb

from lhystudy.checker.deciding.evaluate import Evaluator
from lhystudy.checker.deciding.field import (
    Kernel,
    Level,
    Outline,
    Polynomial,
    Power,
    Product,
    Ratio,
    Sum,
    Wave,
    Whole,
    spelled,
)
from lhystudy.checker.deciding.functions import TooDear, Undefined
from lhystudy.checker.deciding.sample import Point, precision
from lhystudy.checker.meaning.build import plus
from lhystudy.checker.terms import Special

MOST_BITS = 12_000

Bounds = tuple[float, float]  # log2 of bounds for the conjugates of a numerator and of a denominator


class NotAlgebraic(Exception):
    """The outline has a kernel that is no algebraic constant."""


def vanishes(ratio: Ratio) -> bool:
    """Whether every coefficient, over the other generators, is an algebraic constant that is zero."""
    level = ratio.level
    constant = [_is_algebraic(kernel, function) for kernel, function, _ in level.entries]
    if not any(constant):
        return False
    groups: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for degrees, coefficient in ratio.top.to_dict().items():
        free = tuple(0 if fixed else int(d) for d, fixed in zip(degrees, constant, strict=True))
        kept = tuple(int(d) if fixed else 0 for d, fixed in zip(degrees, constant, strict=True))
        groups.setdefault(free, {})[kept] = coefficient
    try:
        return all(_is_zero(level, level.context.from_dict(group)) for group in groups.values())
    except NotAlgebraic:
        return False


def _is_algebraic(kernel: Kernel, function: str) -> bool:
    if function:
        return kernel.term == Special("pi")
    if kernel.kind not in ("root", "absolute") or kernel.inner is None:
        return False
    try:
        bounds(kernel.inner)
    except NotAlgebraic:
        return False
    return True


def _is_zero(level: Level, polynomial: Polynomial) -> bool:
    numerator, denominator = float("-inf"), 0.0
    for degrees, coefficient in polynomial.terms():
        size = (log2(abs(int(coefficient.p))), log2(int(coefficient.q)))
        for n, degree in enumerate(degrees):
            if degree:
                size = _times(size, _power(_generator(level, n), int(degree)))
        numerator, denominator = _plus((numerator, denominator), size)
    degree = 1
    for kernel in _radicals(level):
        degree *= kernel
    bits = (degree - 1) * max(numerator, 0.0) + denominator + 8
    if bits > MOST_BITS:
        return False
    term = plus(*(spelled(level.monomial(d, c)) for d, c in polynomial.terms()))
    with precision(int(bits) + 64):
        try:
            value = Evaluator(Point(), {}).value(term)
        except (Undefined, TooDear):
            return False
        return bool(abs(arb(value)) < arb(2) ** -int(bits + 1))


def _radicals(level: Level) -> list[int]:
    """The degrees of the extensions that the generators stand for."""
    roots: dict[object, int] = {}

    def visit(outline: Outline) -> None:
        match outline:
            case Power(kernel, exponent):
                roots[kernel.key] = max(roots.get(kernel.key, 1), _degree(kernel, exponent.denominator))
                if kernel.inner is not None:
                    visit(kernel.inner)
            case Wave(_, _, multiple):
                roots["pi", multiple.denominator] = 4 * multiple.denominator
            case Sum(parts) | Product(parts):
                for part in parts:
                    visit(part)
            case Whole(base, _):
                visit(base)

    for kernel, function, root in level.entries:
        if function and kernel.term == Special("pi"):
            roots["pi", root] = 4 * root
        elif _is_algebraic(kernel, function):
            roots[kernel.key] = max(roots.get(kernel.key, 1), _degree(kernel, root))
            if kernel.inner is not None:
                visit(kernel.inner)
    return list(roots.values())


def _degree(kernel: Kernel, root: int) -> int:
    return root * (2 if kernel.kind == "absolute" else 1)


def _generator(level: Level, n: int) -> Bounds:
    kernel, function, root = level.entries[n]
    if function:
        return 1.0, 1.0  # 2 cos is an algebraic integer with conjugates of at most 2
    assert kernel.inner is not None
    return _root(bounds(kernel.inner), root)


def bounds(outline: Outline) -> Bounds:
    """Bounds for an algebraic constant; NotAlgebraic for anything else."""
    match outline:
        case Power(kernel, exponent) if kernel.kind in ("root", "absolute") and kernel.inner is not None:
            return _power(_root(bounds(kernel.inner), exponent.denominator), exponent.numerator)
        case Wave(_, angle, _) if angle.term == Special("pi"):
            return 1.0, 1.0
        case Sum(parts):
            total = float("-inf"), 0.0
            for part in parts:
                total = _plus(total, bounds(part))
            return total
        case Product(parts):
            product = 0.0, 0.0
            for part in parts:
                product = _times(product, bounds(part))
            return product
        case Whole(base, exponent):
            return _power(bounds(base), exponent)
        case Power() | Wave():
            raise NotAlgebraic
    return (log2(abs(outline.numerator)) if outline else float("-inf")), log2(outline.denominator)


def _plus(one: Bounds, two: Bounds) -> Bounds:
    left, right = one[0] + two[1], two[0] + one[1]
    return max(left, right) + 1, one[1] + two[1]


def _times(one: Bounds, two: Bounds) -> Bounds:
    return one[0] + two[0], one[1] + two[1]


def _power(base: Bounds, exponent: int) -> Bounds:
    numerator, denominator = base if exponent >= 0 else (base[1], base[0])
    return numerator * abs(exponent), denominator * abs(exponent)


def _root(inner: Bounds, degree: int) -> Bounds:
    numerator, denominator = inner
    if numerator >= denominator:
        return (numerator + denominator * (degree - 1)) / degree, denominator
    return numerator, (numerator * (degree - 1) + denominator) / degree
