"""What is known of the sign of a term: the set of those of -1, 0, 1 that it can have where it is defined."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.domains import Domain
from lhystudy.checker.deciding.evaluate import Evaluator
from lhystudy.checker.deciding.field import Kernel, Level, Polynomial, Ratio, factorable, spelled
from lhystudy.checker.deciding.functions import TooDear, Undefined, known_sign
from lhystudy.checker.deciding.sample import Point, precision
from lhystudy.checker.deciding.written import BOUND
from lhystudy.checker.meaning.build import minus, plus
from lhystudy.checker.meaning.replace import subterms
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Extreme,
    Kronecker,
    Mean,
    Piecewise,
    Place,
    ProductOver,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

Sign = frozenset[int]
ANY: Sign = frozenset({-1, 0, 1})
POSITIVE: Sign = frozenset({1})
NEGATIVE: Sign = frozenset({-1})
NONNEGATIVE: Sign = frozenset({0, 1})
NONPOSITIVE: Sign = frozenset({-1, 0})
NONZERO: Sign = frozenset({-1, 1})
NOTHING: Sign = frozenset({0})
DEEPEST = 5  # sums within sums that are looked at in every order

OF_RELATION: dict[str, Sign] = {
    "<": NEGATIVE, "<=": NONPOSITIVE, ">": POSITIVE, ">=": NONNEGATIVE, "!=": NONZERO, "=": NOTHING,
}  # fmt: skip


def times_signs(*signs: Sign) -> Sign:
    product = POSITIVE
    for sign in signs:
        product = frozenset(a * b for a in product for b in sign)
    return product


def plus_signs(signs: Iterable[Sign]) -> Sign:
    """The signs that a sum of such terms can have."""
    up = down = still = False
    surely_up = surely_down = False
    for sign in signs:
        up, down = up or 1 in sign, down or -1 in sign
        surely_up, surely_down = surely_up or sign == POSITIVE, surely_down or sign == NEGATIVE
        still = True
    if up and down or not still:
        return ANY if up and down else NOTHING
    if up:
        return POSITIVE if surely_up else NONNEGATIVE
    if down:
        return NEGATIVE if surely_down else NONPOSITIVE
    return NOTHING


def power_sign(sign: Sign, exponent: int) -> Sign:
    """Of a whole power; a negative one is defined away from zero only."""
    if exponent < 0:
        sign = sign - {0}
    return frozenset(s ** (2 - exponent % 2) for s in sign) if exponent else POSITIVE


def turned(sign: Sign) -> Sign:
    return frozenset(-s for s in sign)


def of_domain(domain: Domain) -> Sign:
    signs = set(ANY)
    if domain.low is not None and domain.low >= 0:
        signs -= {-1} if domain.low == 0 and not domain.low_open else {-1, 0}
    if domain.high is not None and domain.high <= 0:
        signs -= {1} if domain.high == 0 and not domain.high_open else {1, 0}
    return frozenset(signs)


def of_ratio(algebra: Algebra, ratio: Ratio) -> Sign:
    """The signs that the ratio can have where it is defined."""
    below = of_polynomial(algebra, ratio.level, ratio.bottom) - {0}
    return times_signs(of_polynomial(algebra, ratio.level, ratio.top), below)


def of_polynomial(algebra: Algebra, level: Level, polynomial: Polynomial, split: bool = True) -> Sign:
    if polynomial.is_zero():
        return NOTHING
    signs = plus_signs(_of_monomial(algebra, level, degrees, c) for degrees, c in polynomial.terms())
    if len(signs) == 1 or polynomial.is_constant():
        return signs
    lead = polynomial.leading_coefficient()
    term = level.term(polynomial / level.context.constant(lead))
    signs &= times_signs(algebra.known_sign(term), POSITIVE if lead > 0 else NEGATIVE)
    if len(signs) > 1 and split and factorable(polynomial):
        signs &= _of_factors(algebra, level, polynomial)
    if len(signs) > 1 and len(polynomial) == 2:
        scaled = _of_powers(algebra, level, polynomial / level.context.constant(lead))
        signs &= scaled if lead > 0 else turned(scaled)
    if len(signs) > 1:
        signs &= _of_number(term, lead > 0)
    if len(signs) > 1 and split:
        signs &= _by_facts(algebra, term, lead > 0)
    return signs


def _of_monomial(algebra: Algebra, level: Level, degrees: Iterable[int], coefficient: object) -> Sign:
    sign = POSITIVE if coefficient > 0 else NEGATIVE  # type: ignore[operator]
    for (kernel, function, root), degree in zip(level.entries, degrees, strict=True):
        if degree:
            base = ANY if function else of_kernel(algebra, kernel)
            if root > 1:  # a root of the kernel is generated: it is nonnegative
                base = base & NONNEGATIVE
            sign = times_signs(sign, power_sign(base, int(degree)))
    return sign


def _of_factors(algebra: Algebra, level: Level, polynomial: Polynomial) -> Sign:
    algebra.tick()
    lead, factors = polynomial.factor()
    if len(factors) == 1 and factors[0][1] == 1:
        return ANY
    signs = POSITIVE if lead > 0 else NEGATIVE
    for factor, exponent in factors:
        signs = times_signs(signs, power_sign(of_polynomial(algebra, level, factor, split=False), int(exponent)))
    return signs


def _of_powers(algebra: Algebra, level: Level, polynomial: Polynomial) -> Sign:
    """Of c (exp(a) - exp(b)): that of c (a - b)."""
    (one, c), (two, d) = ((spelled(level.monomial(degrees, value)), value) for degrees, value in polynomial.terms())
    exponents = [_exponent(term) for term in (one, two)]
    if c != -d or abs(c) != 1 or exponents[0] is None or exponents[1] is None:
        return ANY
    sign = algebra.sign(minus(exponents[0], exponents[1]))
    return sign if c > 0 else turned(sign)


def _exponent(term: Term) -> Term | None:
    """a of exp(a) or -exp(a), also where it is written as a product."""
    exponents = []
    for factor in term.factors if isinstance(term, Times) else (term,):
        match factor:
            case Apply("exp", (inner,)):
                exponents.append(inner)
            case Const(value) if abs(value) == 1:
                continue
            case _:
                return None
    return plus(*exponents)


def _of_number(term: Term, upright: bool) -> Sign:
    """The sign of a term without names, by its enclosure."""
    if any(isinstance(part, Atom | Size | Place | Mean | Extreme | Kronecker) for part in subterms(term)):
        return ANY
    for bits in (64, 512):
        try:
            with precision(bits):
                sign = known_sign(Evaluator(Point(), {}, 5_000).value(term))
            return frozenset({sign if upright else -sign})
        except (Undefined, TooDear, KeyError):
            pass
    return ANY


def _by_facts(algebra: Algebra, term: Term, upright: bool) -> Sign:
    """Signs by taking away a multiple of something whose sign is given: x + 1 = (x - 2) + 3 where x > 2."""
    signs = ANY
    kernels = set(subterms(term))
    for known, sign in algebra.known_signs():
        if not any(isinstance(part, Atom | SumOver) and part in kernels for part in subterms(known)):
            continue
        level = algebra.level([algebra.outline(term), algebra.outline(known)])
        (top, bottom), (fact, below) = level.ends(algebra.outline(term)), level.ends(algebra.outline(known))
        if not bottom.is_constant() or not below.is_constant():
            continue
        coefficients = fact.to_dict()
        for degrees, coefficient in top.to_dict().items():
            if degrees in coefficients and any(degrees):
                share = coefficient / coefficients[degrees]
                rest = of_polynomial(algebra, level, top - fact * level.context.constant(share), split=False)
                part = sign if share > 0 else turned(sign)
                signs &= plus_signs((rest, part))
    return signs if upright else turned(signs)


def _of_sum(algebra: Algebra, term: SumOver) -> Sign:
    """By what each of the sums within sums adds up: a square may stand inside only one of them."""
    nest = [term]
    while isinstance(nest[-1].body, SumOver):
        nest.append(nest[-1].body)
    whole = all(each.lower is None and each.upper is None for each in nest)
    signs = ANY
    for outer in nest if whole and len(nest) <= DEEPEST else nest[:1]:
        body: Term = nest[-1].body
        for each in reversed(nest):
            if each is not outer:
                body = SumOver(each.index, each.dim, body, each.lower, each.upper)
        inside = algebra.sign(body)
        signs &= inside | (NOTHING if outer.lower is not None or outer.upper is not None else inside)
        if len(signs) < len(ANY):
            break
    return signs


def of_kernel(algebra: Algebra, kernel: Kernel) -> Sign:
    known = algebra.kernel_signs.get(id(kernel))
    if known is None:
        algebra.kernel_signs[id(kernel)] = ANY  # while it is being found out
        known = _of_term(algebra, kernel.term) & algebra.known_sign(kernel.term)
        if kernel.kind in ("absolute", "root"):
            known &= NONNEGATIVE
        algebra.kernel_signs[id(kernel)] = known
    return known


def _of_term(algebra: Algebra, term: Term) -> Sign:
    match term:
        case Atom(name):
            return of_domain(algebra.domain(name))
        case Size() | Special("pi") | Apply("exp", _):
            return POSITIVE
        case Place():
            return POSITIVE if term.index.shift >= 0 and not term.index.name.startswith(BOUND[0]) else ANY
        case Kronecker():
            return NONNEGATIVE
        case Const(value):
            return frozenset({(value > 0) - (value < 0)})
        case Apply("abs", (inner,)):
            return POSITIVE if 0 not in algebra.sign(inner) else NONNEGATIVE
        case Apply("log", (inner,)) if not (isinstance(inner, Apply) and inner.function == "abs"):
            return of_ratio(algebra, algebra.ratio_of_difference(inner, Const(Fraction(1))))
        case Apply("erf" | "atan" | "asin" | "sign", (inner,)):
            return algebra.sign(inner)
        case Raise(inner, _) | Apply("Gamma", (inner,)):
            return POSITIVE if algebra.sign(inner) == POSITIVE else ANY
        case SumOver():
            return _of_sum(algebra, term)
        case ProductOver(_, _, body):
            inside = algebra.sign(body)
            return inside if inside in (POSITIVE, NONNEGATIVE) and term.lower is None and term.upper is None else ANY
        case Piecewise(pieces):
            return frozenset().union(*(algebra.sign(piece) for piece, _ in pieces))
    return ANY
