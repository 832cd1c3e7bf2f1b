"""Orders shown by known bounds: tangents of log and exp, Cauchy and Schwarz, squares, sums entry by entry.

Each rule answers with terms no one of which exceeds the given one (or which have its sign): where one of them is surely
nonnegative, so is the given one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import combinations
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from lhystudy.checker.deciding.bounds import factors_of
from lhystudy.checker.deciding.field import GiveUp, Monomial, Ratio, raised, spelled
from lhystudy.checker.deciding.signs import NONNEGATIVE, NONPOSITIVE, POSITIVE, of_polynomial, of_ratio
from lhystudy.checker.deciding.squares import nonnegative
from lhystudy.checker.meaning.build import (
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    apply,
    inverse,
    minus,
    number,
    plus,
    power,
    quotient,
    times,
)
from lhystudy.checker.meaning.replace import Replacement, free_indices, subterms
from lhystudy.checker.terms import Apply, Atom, Const, Index, Mean, Size, SumOver, Term

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

ROUNDS = 3  # of bounds upon bounds
SECONDS = 1.0  # for one difference
CANDIDATES = 400  # bounds that are looked at for it
MONOMIALS = 12  # of a difference that is looked at
LOGARITHMS = 6
SCALES = (Fraction(1), Fraction(2), Fraction(1, 2))
PARTS = 4  # factors under a sum that are told apart

Factors = tuple[tuple[Term, Fraction], ...]


def bounded_below(algebra: Algebra, ratio: Ratio, turn: int, strict: bool) -> bool:
    """Whether known bounds show that turn * ratio is nowhere negative, and where `strict` nowhere 0."""
    term = times(number(turn), ratio.term)
    bounds = _Bounds(algebra, monotonic() + SECONDS)
    return any(bounds.shown(term, rounds, strict) for rounds in range(1, ROUNDS + 1))


@dataclass
class _Bounds:
    """A search through bounds upon bounds."""

    algebra: Algebra
    until: float
    left: int = CANDIDATES
    tried: set[tuple[Term, int, bool]] = field(default_factory=set)

    def shown(self, term: Term, rounds: int, strict: bool) -> bool:
        self.left -= 1
        if self.left < 0 or monotonic() > self.until:
            return False
        try:
            ratio = self.algebra.ratio(term)
        except GiveUp:
            return False
        if ratio.zero:
            return not strict
        wanted = POSITIVE if strict else NONNEGATIVE
        if of_ratio(self.algebra, ratio) <= wanted or nonnegative(self.algebra, ratio, 1, strict):
            return True
        return bool(rounds) and any(self._by_rules(ratio, form, rounds, strict) for form in self._forms(ratio))

    def _forms(self, ratio: Ratio) -> Iterator[list[Monomial]]:
        """Sums of monomials that have the sign of the ratio."""
        below = of_polynomial(self.algebra, ratio.level, ratio.bottom) - {0}
        if len(ratio.top) > MONOMIALS or len(below) != 1:
            return
        if len(ratio.bottom) == 1:
            yield ratio.monomials
        if not ratio.bottom.is_constant():
            turn = next(iter(below))
            cleared = (ratio.level.monomial(degrees, c) for degrees, c in ratio.top.terms())
            yield [(turn * c, factors) for c, factors in cleared]

    def _by_rules(self, ratio: Ratio, monomials: list[Monomial], rounds: int, strict: bool) -> bool:
        key = _total(monomials), rounds, strict
        if key in self.tried:
            return False
        self.tried.add(key)
        if self._entry_by_entry(monomials, rounds, strict):
            return True
        lower = (each for rule in RULES for each in rule(self.algebra, ratio, monomials))
        return any(self.shown(each, rounds - 1, strict) for each in lower)

    def _entry_by_entry(self, monomials: list[Monomial], rounds: int, strict: bool) -> bool:
        """Whether a sum over one range, or a mean, is shown at every entry; what stands outside is spread."""
        like, inside, rest = _gathered(monomials)
        if like is None:
            return False
        entry, outside = plus(*inside), _total(rest)
        if isinstance(like, Mean):
            return self.shown(plus(entry, outside), rounds - 1, strict)
        if self.shown(outside, 0, False) and self.shown(entry, rounds - 1, strict):
            return True
        shares: list[Term] = [
            Atom(name, (Index(HERE),))
            for name, symbol in self.algebra.symbols.items()
            if symbol.type == "simplex" and symbol.dims == (like.dim,)
        ]
        if len(shares) > 1:
            shares.append(times(number(Fraction(1, len(shares))), plus(*shares)))
        if like.dim is not None and like.lower is None and like.upper is None:  # n equal parts, one an entry
            shares.append(inverse(Size(like.dim) if isinstance(like.dim, str) else number(like.dim)))
        return any(self.shown(plus(entry, times(share, outside)), rounds - 1, strict) for share in shares)


def _total(monomials: list[Monomial]) -> Term:
    return plus(*map(spelled, monomials))


def _nonnegative(algebra: Algebra, *factors: Term) -> bool:
    return algebra.sign(times(*factors)) <= NONNEGATIVE


# ---- logarithms --------------------------------------------------------------------------------------


class Logarithm(NamedTuple):
    """turn * weight * log(argument) with a weight that is not negative, under the sum or mean where there is one."""

    places: tuple[int, ...]
    turn: int
    weight: Term
    argument: Term
    over: SumOver | Mean | None

    def bounded(self, other: Term, scale: Fraction) -> Term:
        """What it is at least, by the tangent of log(x^scale) at another place."""
        share = number(1 / scale)
        exponent = number(scale * self.turn)
        gap = minus(ONE, power(quotient(other, self.argument), exponent))  # 1 - (m/u)^s, or 1 - (u/m)^s turned
        bound = plus(times(number(self.turn), apply("log", other)), times(share, gap))
        return self.whole(bound)

    def whole(self, inner: Term) -> Term:
        body = times(self.weight, inner)
        return body if self.over is None else _over(self.over, body)


def _over(like: SumOver | Mean, body: Term) -> Term:
    if isinstance(like, Mean):
        return Mean(body)
    return SumOver(like.index, like.dim, body, like.lower, like.upper)


def _logarithms(algebra: Algebra, monomials: list[Monomial]) -> list[Logarithm]:
    met: dict[tuple[Term, SumOver | Mean | None], list[tuple[int, Term]]] = {}
    for place, (c, factors) in enumerate(monomials):
        over = _under(factors)
        inside = factors_of(over.body) if over is not None else list(factors)
        others = [raised(f, e) for f, e in factors if f is not over] if over is not None else []
        logs = [f for f, e in inside if isinstance(f, Apply) and f.function == "log" and e == 1]
        if len(logs) == 1:
            weight = times(number(c), *others, *(raised(f, e) for f, e in inside if f is not logs[0]))
            met.setdefault((logs[0].args[0], over), []).append((place, weight))
    found = []
    for (argument, over), parts in met.items():
        weight = plus(*(weight for _, weight in parts))
        signs = algebra.sign(weight)
        turn = 1 if signs <= NONNEGATIVE else -1 if signs <= NONPOSITIVE else 0
        if turn and algebra.sign(argument) == POSITIVE:
            places = tuple(place for place, _ in parts)
            found.append(Logarithm(places, turn, times(number(turn), weight), argument, over))
    return found[:LOGARITHMS]


def _under(factors: Factors) -> SumOver | Mean | None:
    """The one sum or mean among the factors that is no power."""
    found = [f for f, e in factors if isinstance(f, SumOver | Mean) and e == 1]
    return found[0] if len(found) == 1 else None


def _by_tangents_of_log(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """log u <= log m + (u/m)^s/s - 1/s, for logarithms with a minus; turned round for those with a plus."""
    logs = _logarithms(algebra, monomials)
    if not logs:
        return
    down, up = [each for each in logs if each.turn < 0], [each for each in logs if each.turn > 0]
    summed = [each for each in up if each.over is not None]
    varying = [each for each in up if any(isinstance(part, Atom) for part in subterms(each.argument))]
    chosen = [group for group in (down, summed, varying, up, *([each] for each in logs)) if group]
    for group in dict.fromkeys(map(tuple, chosen)):
        taken = {place for each in group for place in each.places}
        rest = _total([monomial for n, monomial in enumerate(monomials) if n not in taken])
        for other in [*_places(group, logs), *_constants(monomials)]:
            for scale in SCALES:
                yield plus(rest, *(each.bounded(_at(other, each), scale) for each in group))


def _places(group: tuple[Logarithm, ...], logs: list[Logarithm]) -> list[Term]:
    """Where to lay the tangent: so that the other logarithms go away."""
    turn = group[0].turn
    away = [_named(each) if each.turn != turn else power(_named(each), MINUS_ONE) for each in logs if each not in group]
    every = [reduce(times, away)] if len(away) > 1 else []
    return [ONE, *dict.fromkeys([*away, *every])]


def _constants(monomials: list[Monomial]) -> list[Term]:
    """Powers of e that stand in the difference, and their inverses."""
    found = {f for _, factors in monomials for f, _ in factors if isinstance(f, Apply) and f.function == "exp"}
    numbers = [f for f in found if isinstance(f.args[0], Const)]
    return [*numbers, *(power(f, MINUS_ONE) for f in numbers)]


HERE = "~here"


def _named(each: Logarithm) -> Term:
    """The argument with the sum's own index by a name that all sums share."""
    if not isinstance(each.over, SumOver):
        return each.argument
    return Replacement({each.over.index: Index(HERE)})(each.argument)


def _at(other: Term, each: Logarithm) -> Term:
    return Replacement({HERE: Index(each.over.index)})(other) if isinstance(each.over, SumOver) else other


def _by_exponentials(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """D has the sign of exp(D) - 1, and logarithms go away."""
    if any(len(f) == 1 and isinstance(f[0][0], Apply) and f[0][0].function == "log" for _, f in monomials):
        yield minus(apply("exp", _total(monomials)), ONE)


# ---- exponentials and waves -----------------------------------------------------------------------------


def _by_tangents_of_exp(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """exp(u) >= exp(m) (1 + u - m), for exponentials with a plus, under sums and means too."""
    met: dict[tuple[Term, SumOver | Mean | None], Term] = {}
    for monomial in monomials:
        u, weight, over = _exponents(monomial)
        met[u, over] = plus(met.get((u, over), ZERO), weight)
    places = [ZERO, *dict.fromkeys(u for u, over in met if u != ZERO and over is None)]
    for (u, over), weight in met.items():
        if u == ZERO or not _nonnegative(algebra, weight):
            continue
        rest = [_under_again(w, v, under) for (v, under), w in met.items() if (v, under) != (u, over)]
        for m in places:
            if m != u:
                bound = times(weight, apply("exp", m), plus(ONE, u, times(MINUS_ONE, m)))
                yield plus(*rest, bound if over is None else _over(over, bound))


def _under_again(weight: Term, u: Term, over: SumOver | Mean | None) -> Term:
    whole = times(weight, apply("exp", u)) if u != ZERO else weight
    return whole if over is None else _over(over, whole)


def _exponents(monomial: Monomial) -> tuple[Term, Term, SumOver | Mean | None]:
    """u and w of w exp(u), and the sum or mean that they stand under."""
    c, factors = monomial
    over = _under(factors)
    u, weight = _exponent(c, list(factors))
    if u != ZERO or over is None:
        return u, weight, None
    u, inner = _exponent(Fraction(1), factors_of(over.body))
    if u == ZERO:
        return ZERO, weight, None
    return u, times(number(c), *(raised(f, e) for f, e in factors if f is not over), inner), over


def _exponent(c: Fraction, factors: list[tuple[Term, Fraction]]) -> tuple[Term, Term]:
    exps = [times(number(e), f.args[0]) for f, e in factors if isinstance(f, Apply) and f.function == "exp"]
    rest = [raised(f, e) for f, e in factors if not (isinstance(f, Apply) and f.function == "exp")]
    return plus(*exps), times(number(c), *rest)


def _by_waves(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """sin and cos are at most 1 in size."""
    lower: list[Term] = []
    for c, factors in monomials:
        waves = [(f, e) for f, e in factors if isinstance(f, Apply) and f.function in ("sin", "cos") and e > 0]
        rest = times(*(raised(f, e) for f, e in factors if (f, e) not in waves))
        if waves and _nonnegative(algebra, rest):
            lower.append(times(number(-abs(c)), rest))
        else:
            lower.append(spelled((c, factors)))
    if lower != list(map(spelled, monomials)):
        yield plus(*lower)


# ---- squares -----------------------------------------------------------------------------------------


def _by_squares(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """P >= Q where P >= 0 and P^2 >= Q^2; roots and absolute values go away."""
    rooted = any(root > 1 or kernel.kind in ("root", "absolute") for kernel, _, root in ratio.level.entries)
    if rooted:
        high = [m for m in monomials if _nonnegative(algebra, spelled(m))]
        low = [m for m in monomials if m not in high]
        if high and low:
            yield minus(power(_total(high), TWO), power(_total(low), TWO))


def _by_cauchy_schwarz(algebra: Algebra, ratio: Ratio, monomials: list[Monomial]) -> Iterator[Term]:
    """(sum a b)^2 <= sum a^2 sum b^2, and so for means."""
    for n, (c, factors) in enumerate(monomials):
        for base, exponent in factors:
            others = [raised(f, e) for f, e in factors if f is not base]
            if c > 0 or exponent != 2 or not isinstance(base, SumOver | Mean) or not _nonnegative(algebra, *others):
                continue
            rest = _total([monomial for m, monomial in enumerate(monomials) if m != n])
            for product in _split(algebra, base):
                yield plus(rest, times(number(c), *others, product))


def _split(algebra: Algebra, base: SumOver | Mean) -> Iterator[Term]:
    """The products that bound the square of the sum or mean."""
    parts = [raised(f, e) for f, e in factors_of(base.body)]

    def whole(*body: Term) -> Term:
        return _over(base, times(*body))

    if len(parts) > PARTS:
        return
    for count in range(len(parts) // 2 + 1):
        for chosen in combinations(range(len(parts)), count):
            one = [power(parts[n], TWO) for n in chosen]
            two = [power(part, TWO) for n, part in enumerate(parts) if n not in chosen]
            yield times(whole(*one), whole(*two))
    for n, weight in enumerate(parts):
        if len(parts) > 1 and _nonnegative(algebra, weight):
            yield times(whole(weight), whole(weight, *(power(p, TWO) for m, p in enumerate(parts) if m != n)))


# ---- entry by entry -----------------------------------------------------------------------------------


def _gathered(monomials: list[Monomial]) -> tuple[SumOver | Mean | None, list[Term], list[Monomial]]:
    """A sum over a whole range, or a mean; what stands under all those like it, at one entry; and what does not."""
    like: SumOver | Mean | None = None
    inside: list[Term] = []
    rest: list[Monomial] = []
    for c, factors in monomials:
        over = _under(factors)
        if over is None or (like is not None and not _alike(over, like)) or not _whole(over):
            rest.append((c, factors))
            continue
        like = like or over
        others = [raised(f, e) for f, e in factors if f is not over]
        inside.append(times(number(c), *others, _entry(over)))
    if any(HERE in free_indices(spelled(monomial)) for monomial in monomials):
        return None, [], []
    return like, inside, rest


def _alike(one: SumOver | Mean, other: SumOver | Mean) -> bool:
    if isinstance(one, SumOver) and isinstance(other, SumOver):
        return one.dim == other.dim
    return isinstance(one, Mean) and isinstance(other, Mean)


def _whole(over: SumOver | Mean) -> bool:
    return isinstance(over, Mean) or (over.lower is None and over.upper is None)


def _entry(over: SumOver | Mean) -> Term:
    return over.body if isinstance(over, Mean) else Replacement({over.index: Index(HERE)})(over.body)


RULES = (
    _by_exponentials,
    _by_tangents_of_log,
    _by_tangents_of_exp,
    _by_cauchy_schwarz,
    _by_squares,
    _by_waves,
)
