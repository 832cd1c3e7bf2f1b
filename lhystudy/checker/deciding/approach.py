"""Limits of quotients: by continuity, by de l'Hospital's rule, and at infinity by what grows fastest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.bounds import Ranged
from lhystudy.checker.deciding.expansion import Expansion, Series, approaching, without_bound
from lhystudy.checker.deciding.field import GiveUp, Kernel, Outline, Polynomial, Ratio
from lhystudy.checker.deciding.series import without_end
from lhystudy.checker.deciding.signs import POSITIVE
from lhystudy.checker.meaning.build import MINUS_ONE, ZERO, number, power, quotient, times
from lhystudy.checker.meaning.differentiate import Unsupported, differentiate
from lhystudy.checker.meaning.replace import Replacement, subterms
from lhystudy.checker.terms import Apply, Atom, Const, Fact, LimitOf, Plus, Raise, Special, SumOver, Term, Times

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

ROUNDS = 6  # of de l'Hospital's rule
INFINITY = Special("inf")
SMOOTH = frozenset({"exp", "sin", "cos", "atan", "erf"})


def outline_of_limit(algebra: Algebra, term: LimitOf) -> Outline:
    """The limit's value; GiveUp where it has none or none is found."""
    return algebra.outline(limit(algebra, term))


def limit(algebra: Algebra, term: LimitOf) -> Term:
    """What the body comes to, inf and -inf among it; GiveUp where it comes to nothing or nothing is found."""
    body = Ranged(name=term.variable, place=Atom(term.variable))(term.body)
    if any(isinstance(part, SumOver) and part.upper is not None for part in subterms(body)):
        body = algebra.normal(body)  # a sum in closed form no longer runs to the variable
    expansions = [Expansion(algebra, term.variable, running) for running in _runs(algebra, term)]
    if not all(any(each.may_be_positive(inner) for each in expansions) for inner in _rooted(body)):
        raise GiveUp
    try:
        return _smooth_limit(algebra, term.variable, term.to, body)
    except GiveUp:
        return _grown_limit(algebra, expansions, body)


def _runs(algebra: Algebra, term: LimitOf) -> list[Series]:
    """How the variable runs, on each side that is asked for."""
    if infinite(term.to):
        return [without_bound(1 if term.to == INFINITY else -1)]
    place = algebra.normal(term.to)
    return [approaching(place, side) for side in ((term.side,) if term.side else (1, -1))]


def _rooted(body: Term) -> Iterator[Term]:
    """What stands in roots and logarithms: they have no value where it is negative."""
    for part in subterms(body):
        match part:
            case Raise(base, Const(value)) if value.denominator != 1:
                yield base
            case Apply("log", (inner,)):
                yield inner


def _grown_limit(algebra: Algebra, expansions: list[Expansion], body: Term) -> Term:
    """The limit by how fast the parts grow, the same on each side that is asked for."""
    found = [each.limit(body) for each in expansions]
    if found[0] != found[-1] and (any(map(infinite, found)) or not algebra.ratio_of_difference(*found).zero):
        raise GiveUp
    return found[0]


def _smooth_limit(algebra: Algebra, variable: str, to: Term, body: Term) -> Term:
    """By continuity and by derivatives; inside a continuous function, what its argument comes to."""
    place = algebra.normal(to) if not infinite(to) else to
    match body:
        case Apply("exp" | "sin" | "cos" | "atan" | "erf" | "abs" | "sigmoid" | "tanh" | "softplus", (inner,)):
            try:
                return Apply(body.function, (_smooth_limit(algebra, variable, to, inner),))
            except GiveUp:
                pass
        case Apply("log", (inner,)):
            value = _smooth_limit(algebra, variable, to, inner)
            if algebra.sign(value) == POSITIVE:
                return Apply("log", (value,))
            raise GiveUp
    if infinite(to):
        if to != INFINITY:
            body = Replacement(atom=lambda atom: times(MINUS_ONE, atom) if atom == Atom(variable) else None)(body)
        return _at_infinity(algebra, variable, body)
    return _at_place(algebra, variable, place, body)


def infinite(to: Term) -> bool:
    """Whether the term is inf or -inf."""
    return to == INFINITY or to == times(MINUS_ONE, INFINITY)


def _at_place(algebra: Algebra, variable: str, place: Term, body: Term) -> Term:
    put = Replacement(atom=lambda atom: place if atom == Atom(variable) else None)
    ratio = algebra.ratio(body)
    top, bottom = (upright(algebra, ratio.level.term(side), put) for side in (ratio.top, ratio.bottom))
    for _ in range(ROUNDS):
        if not (smooth(algebra, top, variable, put) and smooth(algebra, bottom, variable, put)):
            raise GiveUp
        below, above = put(bottom), put(top)
        if 0 not in algebra.sign(below):
            return quotient(above, below)
        if not (algebra.ratio(below).zero and algebra.ratio(above).zero):
            raise GiveUp
        try:
            top, bottom = (differentiate(side, Atom(variable)) for side in (top, bottom))
        except Unsupported:
            raise GiveUp from None
    raise GiveUp


def upright(algebra: Algebra, term: Term, put: Replacement) -> Term:
    """The term with log|u| as log u where u is positive around the place."""
    match term:
        case Plus(parts):
            return Plus(tuple(upright(algebra, part, put) for part in parts))
        case Times(parts):
            return Times(tuple(upright(algebra, part, put) for part in parts))
        case Raise(base, exponent):
            return Raise(upright(algebra, base, put), exponent)
        case Apply("log", (Apply("abs", (inner,)),)) if algebra.sign(put(inner)) == POSITIVE:
            return Apply("log", (inner,))
    return term


def smooth(algebra: Algebra, term: Term, variable: str, put: Replacement) -> bool:
    """Whether the term surely has all derivatives, as a function of the variable, around the place."""
    if not any(isinstance(part, Atom) and part.name == variable for part in subterms(term)):
        return True
    match term:
        case Atom():
            return True
        case Plus(parts) | Times(parts):
            return all(smooth(algebra, part, variable, put) for part in parts)
        case Raise(base, Const(value)):
            whole = value.denominator == 1 and value >= 0
            away = 0 not in algebra.sign(put(base)) if value.denominator == 1 else algebra.sign(put(base)) == POSITIVE
            return (whole or away) and smooth(algebra, base, variable, put)
        case Apply(function, (inner,)) if function in SMOOTH:
            return smooth(algebra, inner, variable, put)
        case Apply("log", (inner,)):
            return algebra.sign(put(inner)) == POSITIVE and smooth(algebra, inner, variable, put)
        case SumOver(_, _, body, None, None):
            return smooth(algebra, body, variable, put)
    return False


# ---- at infinity -----------------------------------------------------------------------------------


def _at_infinity(algebra: Algebra, variable: str, body: Term) -> Term:
    """Of a quotient of polynomials in x and exp(x): powers of exp(x) outgrow those of x."""
    ratio = algebra.ratio(body)
    above, below = _fastest(ratio, ratio.top, variable), _fastest(ratio, ratio.bottom, variable)
    if above is None:
        return ZERO
    if below is None or 0 in algebra.sign(below[1]):
        raise GiveUp
    if above[0] == below[0]:
        return quotient(above[1], below[1])
    if above[0] < below[0]:
        return ZERO
    raise GiveUp


def _fastest(ratio: Ratio, polynomial: Polynomial, variable: str) -> tuple[tuple[Fraction, Fraction], Term] | None:
    """The growth, as powers of exp(x) and of x, of the fastest terms, with their coefficient; None for 0."""
    groups: dict[tuple[Fraction, Fraction], list[Term]] = {}
    for degrees, coefficient in polynomial.terms():
        exponential = Fraction(0)
        plain = Fraction(0)
        rest: list[Term] = [number(Fraction(int(coefficient.p), int(coefficient.q)))]
        for n, ((kernel, function, root), degree) in enumerate(zip(ratio.level.entries, degrees, strict=True)):
            if not degree:
                continue
            kind = _growth(kernel, function, variable)
            if kind == "exp":
                exponential += Fraction(int(degree), root)
            elif kind == "x":
                plain += Fraction(int(degree), root)
            else:
                base, exponent = ratio.level.generator(n, int(degree))
                rest.append(power(base, number(exponent)))
        groups.setdefault((exponential, plain), []).append(times(*rest))
    if not groups:
        return None
    fastest = max(groups)
    parts = groups[fastest]
    return fastest, Plus(tuple(parts)) if len(parts) > 1 else parts[0]


def _growth(kernel: Kernel, function: str, variable: str) -> str:
    """How the kernel grows: like exp(x), like x, or not at all."""
    if not any(isinstance(part, Atom) and part.name == variable for part in subterms(kernel.term)):
        return ""
    if not function and kernel.kind == "plain":
        if kernel.term == Atom(variable):
            return "x"
        if kernel.term == Apply("exp", (Atom(variable),)):
            return "exp"
    raise GiveUp


def unfinished(term: Term) -> bool:
    """Whether the term is a limit or a sum without end."""
    return isinstance(term, LimitOf) or (isinstance(term, SumOver) and term.upper == INFINITY)


# ---- in a line -------------------------------------------------------------------------------------


def without_limits(algebra: Algebra, fact: Fact) -> Fact:
    """The line with its limits worked out; GiveUp where one is not found."""

    def worked(term: Term) -> Term:
        if not any(map(unfinished, subterms(term))):
            return term
        match term:
            case LimitOf(_, _, body):
                return limit(algebra, replace(term, body=worked(body)))
            case SumOver() if term.upper == INFINITY:
                return without_end(algebra, term)
            case Plus(parts):
                return Plus(tuple(map(worked, parts)))
            case Times(parts):
                return Times(tuple(map(worked, parts)))
            case Raise(base, exponent):
                return Raise(worked(base), worked(exponent))
            case Apply(function, args, order):
                return Apply(function, tuple(map(worked, args)), order)
        raise GiveUp

    return Fact(fact.sign, worked(fact.left), worked(fact.right), fact.free, fact.digits)
