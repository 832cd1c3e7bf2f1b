"""Exact arithmetic: rational functions over atoms that are taken as independent, as quotients of FLINT polynomials.

An outline is what is left of a term when all that is no field operation has been folded into kernels: numbers, sums,
products, whole powers, rational powers of kernels and sines and cosines of rational multiples of one angle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, lcm
from typing import Any, Literal, TypeAlias

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from lhystudy.checker.meaning.build import number, plus, power, times
from lhystudy.checker.terms import Apply, Const, Term

LARGEST = 20_000  # terms of a polynomial
HIGHEST = 2_000  # degree in one generator
SOLVABLE = 3_000  # terms up to which common divisors are looked for
SPARSE, STEEP = 400, 200  # terms and degree up to which factors are


class GiveUp(Exception):
    """Exact algebra would be too dear here, or has no rule."""


class NeverDefined(GiveUp):
    """The term divides by zero wherever one looks."""


@dataclass(eq=False, slots=True)
class Kernel:
    """A term taken as a whole. `kind` says which relation its powers obey:

    plain: none; idempotent: g^2 = g; whole-sign: g^2 = 1; root: g is a nonnegative polynomial, of which roots are
    taken; absolute: g is the absolute value of a polynomial. `inner` is that polynomial's outline.
    """

    term: Term
    key: str
    kind: Literal["plain", "idempotent", "whole-sign", "root", "absolute"] = "plain"
    inner: Outline | None = None


@dataclass(frozen=True, slots=True)
class Power:
    kernel: Kernel
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Wave:
    """sin or cos of multiple * angle."""

    function: Literal["sin", "cos"]
    angle: Kernel
    multiple: Fraction


@dataclass(frozen=True, slots=True)
class Sum:
    parts: tuple[Outline, ...]


@dataclass(frozen=True, slots=True)
class Product:
    parts: tuple[Outline, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole power."""

    base: Outline
    exponent: int


Outline: TypeAlias = "Fraction | Power | Wave | Sum | Product | Whole"
Polynomial: TypeAlias = Any  # an fmpq_mpoly

Monomial = tuple[Fraction, tuple[tuple[Term, Fraction], ...]]  # a coefficient, and factors with their exponents


@dataclass
class Level:
    """The generators that some outlines need, in one FLINT context.

    A generator is kernel ** (1/root), or the sine or cosine of angle/root.
    """

    kernels: dict[int, tuple[Kernel, int]] = field(default_factory=dict)
    angles: dict[int, tuple[Kernel, int]] = field(default_factory=dict)
    tick: Callable[[], None] = lambda: None

    @staticmethod
    def of(outlines: Iterable[Outline], tick: Callable[[], None]) -> Level:
        level = Level(tick=tick)
        for outline in outlines:
            level._collect(outline)
        level._order()
        return level

    def _collect(self, outline: Outline) -> None:
        match outline:
            case Power(kernel, exponent):
                known = self.kernels.get(id(kernel))
                self.kernels[id(kernel)] = (kernel, lcm(known[1] if known else 1, exponent.denominator))
                if known is None and kernel.inner is not None:
                    self._collect(kernel.inner)
            case Wave(_, angle, multiple):
                known = self.angles.get(id(angle))
                self.angles[id(angle)] = (angle, lcm(known[1] if known else 1, multiple.denominator))
            case Sum(parts) | Product(parts):
                for part in parts:
                    self._collect(part)
            case Whole(base, _):
                self._collect(base)

    def _order(self) -> None:
        """Generators sorted by what they are, so that equal polynomials are written equally."""
        named = [(kernel.key, "", kernel, root) for kernel, root in self.kernels.values()]
        for angle, root in self.angles.values():
            named += [(angle.key, function, angle, root) for function in ("sin", "cos")]
        named.sort(key=lambda entry: (entry[0], entry[1]))
        self.entries = [(kernel, function, root) for _, function, kernel, root in named]
        self.context = fmpq_mpoly_ctx.get([f"g{n}" for n in range(len(named))], Ordering.degrevlex)
        generators = self.context.gens()
        self.at = {(id(k), function): generators[n] for n, (k, function, _) in enumerate(self.entries)}
        self.relations: list[tuple[int, int, Polynomial]] = []  # generator ** power = polynomial
        for n, (kernel, function, root) in enumerate(self.entries):
            self._relate(n, kernel, function, root)

    def _relate(self, n: int, kernel: Kernel, function: str, root: int) -> None:
        if function == "sin":
            self.relations.append((n, 2, 1 - self.at[(id(kernel), "cos")] ** 2))
        elif function == "" and kernel.kind == "idempotent":
            self.relations.append((n, 2, self.at[(id(kernel), "")]))
        elif function == "" and kernel.kind == "whole-sign":
            self.relations.append((n, 2, self.constant(Fraction(1))))
        elif kernel.inner is not None and function == "":
            top, bottom = self._value(kernel.inner)
            if not bottom.is_constant():
                raise GiveUp
            whole = top * self.constant(Fraction(1) / _fraction(bottom.leading_coefficient()))
            twice = kernel.kind == "absolute"
            self.relations.append((n, root * (2 if twice else 1), whole * whole if twice else whole))

    def constant(self, value: Fraction) -> Polynomial:
        return self.context.constant(fmpq(value.numerator, value.denominator))

    def ratio(self, outline: Outline) -> Ratio:
        """The outline as a quotient in lowest terms; NeverDefined where its denominator vanishes."""
        top, bottom = self._value(outline)
        return self.lowest(self.reduced(top), self._nonzero(bottom))

    def ends(self, outline: Outline) -> tuple[Polynomial, Polynomial]:
        """The outline's numerator and denominator."""
        ratio = self.ratio(outline)
        return ratio.top, ratio.bottom

    def lowest(self, top: Polynomial, bottom: Polynomial) -> Ratio:
        if not bottom.is_constant() and len(top) < SOLVABLE and len(bottom) < SOLVABLE:
            self.tick()
            common = top.gcd(bottom)
            if not common.is_constant():
                top, bottom = top / common, bottom / common
        lead = bottom.leading_coefficient()
        return Ratio(self, top / self.context.constant(lead), bottom / self.context.constant(lead))

    def _value(self, outline: Outline) -> tuple[Polynomial, Polynomial]:
        one = self.context.constant(1)
        match outline:
            case Fraction():
                return self.constant(outline), one
            case Power(kernel, exponent):
                root = self.kernels[id(kernel)][1]
                return self._whole(self.at[(id(kernel), "")], int(exponent * root))
            case Wave():
                return self._wave(outline), one
            case Sum(parts):
                top, bottom = self.context.constant(0), one
                for part in parts:
                    top, bottom = self._added(top, bottom, *self._value(part))
                return top, bottom
            case Product(parts):
                top, bottom = one, one
                for part in parts:
                    more, below = self._value(part)
                    top, bottom = self._product(top, more), self._product(bottom, below)
                return top, bottom
            case Whole(base, exponent):
                top, bottom = self._value(base)
                if exponent < 0:
                    top, bottom, exponent = bottom, self._nonzero(top), -exponent
                return self._power(top, exponent), self._power(bottom, exponent)

    def _whole(self, generator: Polynomial, exponent: int) -> tuple[Polynomial, Polynomial]:
        one = self.context.constant(1)
        if abs(exponent) > HIGHEST:
            raise GiveUp
        return (generator**exponent, one) if exponent >= 0 else (one, generator**-exponent)

    def _added(self, a: Polynomial, b: Polynomial, c: Polynomial, d: Polynomial) -> tuple[Polynomial, Polynomial]:
        """a/b + c/d."""
        if b == d:
            return a + c, b
        if d.is_one():
            return a + self._product(c, b), b
        if b.is_one():
            return self._product(a, d) + c, d
        common = b.gcd(d) if len(b) < SOLVABLE and len(d) < SOLVABLE else self.context.constant(1)
        left, right = b / common, d / common
        return self._product(a, right) + self._product(c, left), self._product(b, right)

    def _product(self, left: Polynomial, right: Polynomial) -> Polynomial:
        self.tick()
        if len(left) * len(right) > 50 * LARGEST:
            raise GiveUp
        product = left * right
        if len(product) > LARGEST:
            raise GiveUp
        return product

    def _power(self, base: Polynomial, exponent: int) -> Polynomial:
        self.tick()
        count = len(base)
        if count > 1 and (exponent > HIGHEST or comb(count + exponent - 1, min(exponent, count - 1)) > LARGEST):
            raise GiveUp
        if count == 1 and exponent * max([1, *base.degrees()]) > HIGHEST:
            raise GiveUp
        return self.reduced(base**exponent)

    def _wave(self, wave: Wave) -> Polynomial:
        """sin(k x) or cos(k x) in sin x and cos x."""
        root = self.angles[id(wave.angle)][1]
        times_, sine, cosine = int(wave.multiple * root), self.at[(id(wave.angle), "sin")], None
        cosine = self.at[(id(wave.angle), "cos")]
        if abs(times_) > 64:
            raise GiveUp
        now = (self.context.constant(0), self.context.constant(1))
        for _ in range(abs(times_)):
            now = (now[0] * cosine + now[1] * sine, now[1] * cosine - now[0] * sine)
            now = (self.reduced(now[0]), self.reduced(now[1]))
        if wave.function == "cos":
            return now[1]
        return now[0] if times_ >= 0 else -now[0]

    def _nonzero(self, bottom: Polynomial) -> Polynomial:
        reduced = self.reduced(bottom)
        if reduced.is_zero():
            raise NeverDefined
        return reduced

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with high powers taken out by the relations of its generators."""
        if not self.relations:
            return polynomial
        changed = True
        while changed:
            changed = False
            degrees = polynomial.degrees() if not polynomial.is_zero() else ()
            for n, exponent, replacement in self.relations:
                if degrees and degrees[n] >= exponent:
                    polynomial, changed = self._lowered(polynomial, n, exponent, replacement), True
                    degrees = polynomial.degrees() if not polynomial.is_zero() else ()
        return polynomial

    def _lowered(self, polynomial: Polynomial, n: int, exponent: int, replacement: Polynomial) -> Polynomial:
        self.tick()
        by_count: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for degrees, coefficient in polynomial.to_dict().items():
            count, rest = divmod(int(degrees[n]), exponent)
            lowered = (*degrees[:n], rest, *degrees[n + 1 :])
            group = by_count.setdefault(count, {})
            group[lowered] = group.get(lowered, 0) + coefficient
        total = self.context.constant(0)
        for count, terms in by_count.items():
            total += self._product(self.context.from_dict(terms), replacement**count)
        return total

    # ---- back to terms ----

    def generator(self, n: int, exponent: int) -> tuple[Term, Fraction]:
        """The n-th generator to a power, as a term with its exponent."""
        kernel, function, root = self.entries[n]
        if function:
            return Apply(function, (times(Const(Fraction(1, root)), kernel.term),)), Fraction(exponent)
        return kernel.term, Fraction(exponent, root)

    def monomial(self, degrees: Iterable[int], coefficient: Any) -> Monomial:
        factors = tuple(self.generator(n, int(degree)) for n, degree in enumerate(degrees) if degree)
        return _fraction(coefficient), factors

    def term(self, polynomial: Polynomial) -> Term:
        """The polynomial as a canonical term."""
        return plus(*(spelled(self.monomial(d, c)) for d, c in polynomial.terms()))


def factorable(polynomial: Polynomial) -> bool:
    """Whether its factors come fast."""
    return len(polynomial) <= 1 or (len(polynomial) < SPARSE and polynomial.total_degree() < STEEP)


def spelled(monomial: Monomial) -> Term:
    """The monomial as a term. exp takes its exponent inside."""
    coefficient, factors = monomial
    return times(Const(coefficient), *(raised(base, exponent) for base, exponent in factors))


def raised(base: Term, exponent: Fraction) -> Term:
    if isinstance(base, Apply) and base.function == "exp":
        return Apply("exp", (times(number(exponent), base.args[0]),))
    return power(base, number(exponent))


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


@dataclass(frozen=True, slots=True)
class Ratio:
    """top/bottom in lowest terms, the bottom's leading coefficient 1."""

    level: Level
    top: Polynomial
    bottom: Polynomial

    @property
    def zero(self) -> bool:
        return bool(self.top.is_zero())

    @property
    def number(self) -> Fraction | None:
        """The value where it is a rational number."""
        if self.top.is_constant() and self.bottom.is_one():
            return Fraction(0) if self.top.is_zero() else _fraction(self.top.leading_coefficient())
        return None

    @property
    def term(self) -> Term:
        """The canonical term: a sum of monomials, over another where the denominator is a sum."""
        if len(self.bottom) == 1:
            return plus(*map(spelled, self._laurent(self.top, self.bottom)))
        below = power(self.level.term(self.bottom), Const(Fraction(-1)))
        return times(self.level.term(self.top), below)

    def _laurent(self, top: Polynomial, bottom: Polynomial) -> list[Monomial]:
        (degrees, lead), *_ = bottom.terms()
        lowered = []
        for powers, coefficient in top.terms():
            difference = [int(a) - int(b) for a, b in zip(powers, degrees, strict=True)]
            lowered.append(self.level.monomial(difference, coefficient / lead))
        return lowered

    @property
    def monomials(self) -> list[Monomial]:
        """Monomials that add up to the ratio; denominators that are sums stand as factors with negative exponents."""
        if len(self.bottom) == 1:
            return self._laurent(self.top, self.bottom)
        content = self.bottom.term_content()
        content = content / self.level.context.constant(content.leading_coefficient())
        rest = self.bottom / content
        lead, factors = rest.factor()
        below = tuple((self.level.term(f), Fraction(-int(e))) for f, e in factors)
        quotient, remainder = divmod(self.top, rest)
        parts = self._laurent(quotient, content) if not quotient.is_zero() else []
        if not remainder.is_zero():
            for coefficient, above in self._laurent(remainder, content):
                parts.append((coefficient / _fraction(lead), above + below))
        return parts

    def factors(self) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """A number and irreducible polynomials with exponents whose product is the ratio."""
        if self.zero or not (factorable(self.top) and factorable(self.bottom)):
            raise GiveUp
        self.level.tick()
        above, below = self.top.factor(), self.bottom.factor()
        lead = _fraction(above[0]) / _fraction(below[0])
        return lead, [*((f, int(e)) for f, e in above[1]), *((f, -int(e)) for f, e in below[1])]
