"""Where a name's values may lie, and numbers drawn from there: small ones that read well first, then any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from flint import arb, fmpq

from lhystudy.checker.deciding.affine import Affine, NotAffine
from lhystudy.checker.deciding.evaluate import Evaluator
from lhystudy.checker.deciding.functions import TooDear, Undefined
from lhystudy.checker.deciding.sample import Point
from lhystudy.checker.meaning.replace import subterms
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Const, Fact, Plus, Raise, Special, Term, Times


@dataclass(frozen=True, slots=True)
class Domain:
    """An interval, open or closed at each end; whole numbers only where `whole`."""

    low: fmpq | None = None
    high: fmpq | None = None
    low_open: bool = True
    high_open: bool = True
    whole: bool = False

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        if self.whole:
            low = self.low.floor() + 1 if self.low_open or self.low.q != 1 else self.low.p
            high = self.high.ceil() - 1 if self.high_open or self.high.q != 1 else self.high.p
            return bool(low > high)
        return bool(self.low > self.high) or (self.low == self.high and (self.low_open or self.high_open))

    def holds(self, value: fmpq | arb) -> bool:
        """Whether the value surely lies in the interval; an enclosure is no whole number."""
        low = self.low is None or value > self.low or (value == self.low and not self.low_open)
        high = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return low and high and (not self.whole or (isinstance(value, fmpq) and value.q == 1))

    def above(self, low: fmpq, is_open: bool) -> Domain:
        return self if self.low is not None and self.low > low else replace(self, low=low, low_open=is_open)

    def below(self, high: fmpq, is_open: bool) -> Domain:
        return self if self.high is not None and self.high < high else replace(self, high=high, high_open=is_open)


REAL = Domain()
BY_TYPE = {
    "positive": Domain(low=fmpq(0)),
    "unit": Domain(low=fmpq(0), high=fmpq(1)),
    "simplex": Domain(low=fmpq(0), high=fmpq(1), high_open=False),
    "onehot": Domain(low=fmpq(0), high=fmpq(1), low_open=False, high_open=False, whole=True),
    "integer": Domain(whole=True),
}

MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def domains_of(symbols: Mapping[str, Symbol], facts: tuple[Fact, ...]) -> dict[str, Domain]:
    """The interval of every name that has one, from its type and from facts such as 0 < q."""
    found = {name: BY_TYPE[symbol.type] for name, symbol in symbols.items() if symbol.type in BY_TYPE}
    for fact in facts:
        bound = _bound(fact)
        if bound is not None:
            name, sign, value = bound
            domain = found.get(name, REAL)
            found[name] = (domain.above if sign[0] == ">" else domain.below)(value, len(sign) == 1)
    return found


def _bound(fact: Fact) -> tuple[str, str, fmpq] | None:
    """The name, the relation and the number of a fact such as 0 < q or 2 x - 1 <= 4."""
    if fact.sign not in ("<", "<=", ">", ">="):
        return None
    met = {part for side in (fact.left, fact.right) for part in subterms(side) if not isinstance(part, Const)}
    atoms = [part for part in met if isinstance(part, Atom)]
    if len(atoms) != 1 or not all(index.name in fact.free for index in atoms[0].indices):
        return None
    if not all(isinstance(part, Atom | Plus | Times | Raise) for part in met):
        return None
    evaluator = Evaluator(Point(draw=lambda key: Affine(fmpq(0), {0: fmpq(1)})), {})
    places = dict.fromkeys(fact.free, 1)
    try:
        row = evaluator.value(fact.left, places) - evaluator.value(fact.right, places)
    except (NotAffine, Undefined, TooDear):
        return None
    if not isinstance(row, Affine) or row.coefficients[0] == 0:
        return None
    sign = fact.sign if row.coefficients[0] > 0 else MIRROR[fact.sign]
    return atoms[0].name, sign, -row.constant / row.coefficients[0]


def constant(term: Term) -> fmpq | None:
    """The term's exact value where it is a rational number."""
    if not _only_numbers(term):
        return None
    try:
        value = Evaluator(Point(), {}).value(term)
    except (Undefined, TooDear):
        return None
    return value if isinstance(value, fmpq) else None


def _only_numbers(term: Term) -> bool:
    match term:
        case Const():
            return True
        case Special():
            return False
        case Plus(parts) | Times(parts):
            return all(map(_only_numbers, parts))
        case Raise(base, exponent):
            return _only_numbers(base) and _only_numbers(exponent)
    return False


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are drawn: `sign` '+', '-' or '' for both, from `pool` or, where that is empty, any up to `scale`."""

    sign: str = ""
    pool: tuple[fmpq, ...] = ()
    scale: int = 8


SMALL = tuple(fmpq(n, d) for n, d in ((2, 1), (3, 1), (1, 2), (1, 1), (5, 1), (3, 2), (1, 3), (4, 1), (2, 3)))
STYLES = (
    Style("+", (fmpq(1),)),
    Style("+", SMALL[:3]),
    Style("-", SMALL[:4]),
    Style("", (fmpq(0), fmpq(1), fmpq(-1), fmpq(2))),
    Style("+", SMALL),
    Style("", SMALL),
    Style("", (), 4),
    Style("-", (), 8),
    Style("+", (), 8),
    Style("", (), 30),
    Style("", (fmpq(0), fmpq(0), fmpq(1))),
    Style("", (), 1),
    Style("+", (), 100),
    Style("+", tuple(fmpq(1, n) for n in (7, 10, 100, 1000))),
    Style("", (), 300),
)


def draw(domain: Domain, style: Style, random: Random) -> fmpq:
    """A number of the domain in the style, as near to it as the domain allows."""
    if domain.low is not None and domain.high is not None:
        return _between(domain, style, random)
    value = _any(style, random, domain.whole)
    if domain.low is not None and not domain.holds(value):
        value = domain.low + _size(value, domain)
    elif domain.high is not None and not domain.holds(value):
        value = domain.high - _size(value, domain)
    if domain.whole and value.q != 1:
        value = fmpq(value.ceil() if domain.low is not None else value.floor())
    return value


def _size(value: fmpq, domain: Domain) -> fmpq:
    size = abs(value)
    return size if size != 0 else fmpq(1, 1 if domain.whole else 3)


def _any(style: Style, random: Random, whole: bool) -> fmpq:
    if style.pool:
        value = random.choice(style.pool)
    elif whole:
        value = fmpq(random.randint(0, style.scale))
    else:
        bottom = random.randint(2, 9)
        value = fmpq(random.randint(1, style.scale * bottom), bottom)
    if whole and value.q != 1:
        value = fmpq(value.ceil())
    if style.sign == "-" or (not style.sign and random.random() < 0.5):
        return -value
    return value


def _between(domain: Domain, style: Style, random: Random) -> fmpq:
    assert domain.low is not None and domain.high is not None
    if domain.whole:
        low = int(domain.low.floor()) + 1 if domain.low_open or domain.low.q != 1 else int(domain.low.p)
        high = int(domain.high.ceil()) - 1 if domain.high_open or domain.high.q != 1 else int(domain.high.p)
        return fmpq(random.randint(low, max(low, high)))
    if style.pool and min(style.pool) <= fmpq(1, 10) and style.sign == "+":
        share = random.choice(style.pool)
        share = share if random.random() < 0.5 else 1 - share
    elif style.pool:
        share = random.choice((fmpq(1, 2), fmpq(1, 3), fmpq(2, 3), fmpq(1, 4), fmpq(3, 4), fmpq(1, 5)))
    else:
        bottom = random.randint(3, 20 if style.scale < 20 else 1000)
        share = fmpq(random.randint(1, bottom - 1), bottom)
    if not domain.low_open and not domain.high_open and random.random() < 0.1:
        share = fmpq(random.randint(0, 1))
    return domain.low + (domain.high - domain.low) * share
