"""What a term is like far out: a few terms c exp(P(t)) t^a log(t)^b for a t that grows, and a bound on the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cmp_to_key
from math import factorial
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.field import GiveUp
from lhystudy.checker.deciding.signs import POSITIVE
from lhystudy.checker.meaning.build import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    apply,
    minus,
    number,
    plus,
    power,
    quotient,
    times,
)
from lhystudy.checker.meaning.replace import free_indices, subterms
from lhystudy.checker.terms import Apply, Atom, Const, Plus, Raise, Special, SumOver, Term, Times

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

KEPT = 4  # terms of a series
PI = Special("pi")


@dataclass(frozen=True, slots=True)
class Growth:
    """exp(sum of c t^p) t^a log(t)^b: `inside` holds the p > 0 with their c, all c and a free of t."""

    inside: tuple[tuple[Fraction, Term], ...] = ()
    a: Term = ZERO
    b: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Series:
    """Terms, the fastest first, and a growth that bounds the rest up to a factor; None where there is no rest."""

    terms: tuple[tuple[Growth, Term], ...] = ()
    rest: Growth | None = None


LEVEL = Growth()
LINEAR = Growth(a=ONE)
LOGARITHMIC = Growth(b=Fraction(1))


@dataclass
class Expansion:
    """Terms along one variable, which runs as the given series does."""

    algebra: Algebra
    variable: str
    running: Series
    known: dict[Term, Series] = field(default_factory=dict)

    # ---- growths ----

    def over(self, one: Growth, other: Growth) -> Growth:
        """one/other."""
        inside = dict(one.inside)
        for p, c in other.inside:
            inside[p] = minus(inside.get(p, ZERO), c)
        return Growth(self._clean(inside), self._normal(minus(one.a, other.a)), one.b - other.b)

    def product(self, one: Growth, other: Growth) -> Growth:
        return self.over(one, self.over(LEVEL, other))

    def _clean(self, inside: dict[Fraction, Term]) -> tuple[tuple[Fraction, Term], ...]:
        found = ((p, self._normal(c)) for p, c in inside.items())
        return tuple(sorted(((p, c) for p, c in found if c != ZERO), key=lambda pair: -pair[0]))

    def _normal(self, term: Term) -> Term:
        self.algebra.tick()
        return ZERO if self.algebra.ratio(term).zero else self.algebra.normal(term)

    def sign(self, term: Term) -> int:
        """The sign, which must be known."""
        found = self.algebra.sign(term)
        if len(found) != 1:
            raise GiveUp
        return next(iter(found))

    def faster(self, one: Growth, other: Growth = LEVEL) -> int:
        """1 where one/other grows without bound, -1 where it goes to 0, 0 where it is 1."""
        quotient_ = self.over(one, other)
        for _, c in quotient_.inside:
            return self.sign(c)
        if quotient_.a != ZERO:
            return self.sign(quotient_.a)
        return (quotient_.b > 0) - (quotient_.b < 0)

    # ---- series ----

    def made(self, terms: Iterable[tuple[Growth, Term]], rests: Iterable[Growth | None]) -> Series:
        """The terms gathered and put in order, those below the rest dropped."""
        sums: dict[Growth, Term] = {}
        for growth, c in terms:
            sums[growth] = plus(sums[growth], c) if growth in sums else c
        kept = [(growth, value) for growth, c in sums.items() if (value := self._normal(c)) != ZERO]
        kept = _ordered(kept, self.faster)
        bounds = [rest for rest in rests if rest is not None]
        if len(kept) > KEPT:
            bounds.append(kept[KEPT][0])
        rest = max(bounds, key=cmp_to_key(self.faster), default=None)
        if rest is not None:
            kept = [pair for pair in kept[:KEPT] if self.faster(pair[0], rest) > 0]
        return Series(tuple(kept), rest)

    def plus(self, *series: Series) -> Series:
        return self.made((pair for each in series for pair in each.terms), (each.rest for each in series))

    def times(self, one: Series, other: Series) -> Series:
        terms = [(self.product(g, h), times(c, d)) for g, c in one.terms for h, d in other.terms]
        rests = []
        for here, there in ((one, other), (other, one)):
            if here.rest is not None and (first := self.first(there)) is not None:
                rests.append(self.product(here.rest, first))
        return self.made(terms, rests)

    def first(self, series: Series) -> Growth | None:
        """The growth that bounds the whole; None for 0."""
        return series.terms[0][0] if series.terms else series.rest

    def scaled(self, series: Series, c: Term) -> Series:
        return self.times(series, constant(c))

    def split(self, series: Series) -> tuple[Growth, Term, Series]:
        """G, c and w of c G (1 + w), where w goes to 0."""
        if not series.terms:
            raise GiveUp
        growth, c = series.terms[0]
        if 0 in self.algebra.sign(c):
            raise GiveUp
        turned = Series(((self.over(LEVEL, growth), power(c, MINUS_ONE)),))
        small = self.times(Series(series.terms[1:], series.rest), turned)
        return growth, c, small

    def powers(self, small: Series, coefficients: Callable[[int], Term]) -> Series:
        """The sum of coefficient(n) small^n, for a small one: its first terms and a bound for the others."""
        first = self.first(small)
        if first is not None and self.faster(first) >= 0:
            raise GiveUp
        total, now = constant(coefficients(0)), constant(ONE)
        for n in range(1, KEPT + 1):
            now = self.times(now, small)
            total = self.plus(total, self.scaled(now, coefficients(n)))
        beyond = self.times(now, small)
        return self.plus(total, Series((), self.first(beyond)))

    # ---- terms ----

    def of(self, term: Term) -> Series:
        found = self.known.get(term)
        if found is None:
            self.algebra.tick()
            found = self.known[term] = self._of(term)
        return found

    def _moves(self, term: Term) -> bool:
        return any(isinstance(part, Atom) and part.name == self.variable for part in subterms(term))

    def _of(self, term: Term) -> Series:
        if not self._moves(term):
            return constant(term)
        match term:
            case Atom():
                return self.running
            case Plus(parts):
                return self.plus(*map(self.of, parts))
            case Times(parts):
                total = constant(ONE)
                for part in parts:
                    total = self.times(total, self.of(part))
                return total
            case Raise(base, Const(value)):
                return self._power(self.of(base), value)
            case Raise(base, exponent):
                return self._open_power(base, exponent)
            case Apply(function, args, 0) if function in RULES:
                return RULES[function](self, *args)
            case SumOver(_, _, body):
                return self._sum(term, self.of(body))
        raise GiveUp

    def _power(self, base: Series, exponent: Fraction) -> Series:
        if exponent.denominator == 1 and 0 <= exponent <= KEPT:
            total = constant(ONE)
            for _ in range(int(exponent)):
                total = self.times(total, base)
            return total
        growth, c, small = self.split(base)
        if exponent.denominator != 1 and self.algebra.sign(c) != POSITIVE:
            raise GiveUp
        inside = {p: times(number(exponent), x) for p, x in growth.inside}
        raised = Growth(self._clean(inside), self._normal(times(number(exponent), growth.a)), growth.b * exponent)
        binomial = self.powers(small, lambda n: number(_choose(exponent, n)))
        return self.times(Series(((raised, power(c, number(exponent))),)), binomial)

    def _open_power(self, base: Term, exponent: Term) -> Series:
        """exp(exponent log base); of a fixed base that may be negative only how large the power is."""
        signs = self.algebra.sign(base)
        if self._moves(base) or signs == POSITIVE:
            return self.of(apply("exp", times(exponent, apply("log", base))))
        if 0 in signs or not self.algebra.whole(exponent):
            raise GiveUp
        size = self.of(apply("exp", times(exponent, apply("log", apply("abs", base)))))
        return Series((), self.first(size))

    def _sum(self, term: SumOver, inner: Series) -> Series:
        """The sum term by term, where nothing that grows depends on the index."""
        growths = [growth for growth, _ in inner.terms] + ([inner.rest] if inner.rest is not None else [])
        parts = [part for growth in growths for part in (growth.a, *(c for _, c in growth.inside))]
        ends = [end for end in (term.lower, term.upper) if end is not None]
        if any(term.index in free_indices(part) for part in parts) or not all(
            self.of(end) == constant(end) for end in ends
        ):
            raise GiveUp
        summed = [(g, SumOver(term.index, term.dim, c, term.lower, term.upper)) for g, c in inner.terms]
        return self.made(summed, [inner.rest])

    def log(self, argument: Term) -> Series:
        growth, c, small = self.split(self.of(argument))
        if self.algebra.sign(c) != POSITIVE or growth.b:
            raise GiveUp
        parts = [constant(apply("log", c))]
        parts += [Series(((Growth(a=number(p)), x),)) for p, x in growth.inside]
        parts.append(Series(((LOGARITHMIC, growth.a),)))
        tail = self.powers(small, lambda n: number(Fraction((-1) ** (n + 1), n)) if n else ZERO)
        return self.plus(*parts, tail)

    def exp(self, argument: Term) -> Series:
        return self.exp_of(self.of(argument))

    def exp_of(self, series: Series) -> Series:
        """The exponential: what grows goes into the growth, what is small into a power series."""
        inside: dict[Fraction, Term] = {}
        exponent: Term = ZERO
        level: Term = ZERO
        small: list[tuple[Growth, Term]] = []
        for growth, c in series.terms:
            speed = self.faster(growth)
            if speed < 0:
                small.append((growth, c))
            elif speed == 0:
                level = c
            elif growth == LOGARITHMIC:
                exponent = c
            elif not growth.inside and not growth.b and isinstance(growth.a, Const):
                inside[growth.a.value] = c
            else:
                raise GiveUp
        if series.rest is not None and self.faster(series.rest) >= 0:
            raise GiveUp
        tail = self.powers(Series(tuple(small), series.rest), lambda n: number(Fraction(1, factorial(n))))
        return self.times(Series(((Growth(self._clean(inside), exponent), apply("exp", level)),)), tail)

    def absolute(self, argument: Term) -> Series:
        return self.scaled(self.of(argument), number(self._turned(argument)))

    def _turned(self, argument: Term) -> int:
        """The sign that the argument has far out."""
        series = self.of(argument)
        if not series.terms:
            if series.rest is None:
                return 0
            raise GiveUp
        return self.sign(series.terms[0][1])

    def may_be_positive(self, argument: Term) -> bool:
        """Whether the argument is not surely negative or 0 far out."""
        try:
            return self._turned(argument) > 0
        except GiveUp:
            return True

    def extreme(self, turn: int, *args: Term) -> Series:
        best = args[0]
        for other in args[1:]:
            best = other if turn * self._turned(minus(other, best)) > 0 else best
        return self.of(best)

    def level(self, series: Series) -> tuple[Term, Series]:
        """c and s of c + s, where s goes to 0."""
        c: Term = ZERO
        small = []
        for growth, value in series.terms:
            speed = self.faster(growth)
            if speed > 0:
                raise GiveUp
            if speed == 0:
                c = value
            else:
                small.append((growth, value))
        if series.rest is not None and self.faster(series.rest) >= 0:
            raise GiveUp
        return c, Series(tuple(small), series.rest)

    def wave(self, function: str, argument: Term) -> Series:
        """sin or cos of what comes to rest."""
        c, small = self.level(self.of(argument))
        s, k = apply("sin", c), apply("cos", c)
        cycle = (s, k, times(MINUS_ONE, s), times(MINUS_ONE, k)) if function == "sin" else (
            k, times(MINUS_ONE, s), times(MINUS_ONE, k), s,
        )  # fmt: skip
        return self.powers(small, lambda n: times(number(Fraction(1, factorial(n))), cycle[n % 4]))

    def bounded(self, function: str, end: Term, argument: Term) -> Series:
        """A function with slope that comes to `end` far out and to minus that far down, at least as fast as 1/u."""
        series = self.of(argument)
        first = self.first(series)
        if first is not None and self.faster(first) > 0 and series.terms:
            turn = number(self.sign(series.terms[0][1]))
            return self.plus(constant(times(turn, end)), Series((), self.over(LEVEL, first)))
        c, small = self.level(series)
        return self.plus(constant(apply(function, c)), Series((), self.first(small)))

    def limit(self, body: Term) -> Term:
        """What the body comes to: a term, inf or -inf. GiveUp where nothing is found."""
        series = self.of(body)
        first = self.first(series)
        speed = -1 if first is None else self.faster(first)
        if speed < 0:
            return ZERO
        if not series.terms:
            raise GiveUp
        return series.terms[0][1] if speed == 0 else times(number(self.sign(series.terms[0][1])), Special("inf"))


def _ordered(terms: list[tuple[Growth, Term]], faster: Callable[[Growth, Growth], int]) -> list[tuple[Growth, Term]]:
    """The terms, the fastest first."""
    order = cmp_to_key(faster)
    return sorted(terms, key=lambda pair: order(pair[0]), reverse=True)


def constant(term: Term) -> Series:
    return Series(((LEVEL, term),)) if term != ZERO else Series()


def _choose(exponent: Fraction, n: int) -> Fraction:
    product = Fraction(1)
    for k in range(n):
        product = product * (exponent - k) / (k + 1)
    return product


def _by(form: Callable[[Term], Term]) -> Callable[[Expansion, Term], Series]:
    return lambda expansion, argument: expansion.of(form(argument))


def _exp(x: Term) -> Term:
    return apply("exp", x)


def _minus_exp(x: Term) -> Term:
    return apply("exp", times(MINUS_ONE, x))


RULES: dict[str, Callable[..., Series]] = {
    "exp": Expansion.exp,
    "log": Expansion.log,
    "abs": Expansion.absolute,
    "sin": lambda expansion, x: expansion.wave("sin", x),
    "cos": lambda expansion, x: expansion.wave("cos", x),
    "tan": _by(lambda x: quotient(apply("sin", x), apply("cos", x))),
    "atan": lambda expansion, x: expansion.bounded("atan", times(HALF, PI), x),
    "erf": lambda expansion, x: expansion.bounded("erf", ONE, x),
    "max": lambda expansion, *args: expansion.extreme(1, *args),
    "min": lambda expansion, *args: expansion.extreme(-1, *args),
    "sign": lambda expansion, x: constant(number(expansion._turned(x))),
    "sigmoid": _by(lambda x: power(plus(ONE, _minus_exp(x)), MINUS_ONE)),
    "softplus": _by(lambda x: apply("log", plus(ONE, _exp(x)))),
    "tanh": _by(lambda x: quotient(minus(_exp(x), _minus_exp(x)), plus(_exp(x), _minus_exp(x)))),
    "sinh": _by(lambda x: times(HALF, minus(_exp(x), _minus_exp(x)))),
    "cosh": _by(lambda x: times(HALF, plus(_exp(x), _minus_exp(x)))),
}


def approaching(place: Term, side: int) -> Series:
    """A variable that comes to the place from above (side 1) or below, 1/t away from it."""
    away = (Growth(a=MINUS_ONE), number(side))
    return Series((away,)) if place == ZERO else Series(((LEVEL, place), away))


def without_bound(side: int) -> Series:
    return Series(((LINEAR, number(side)),))
