"""Sums, products and means over kernels: constants pulled out, deltas contracted, independent parts separated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, permutations
from typing import TYPE_CHECKING

from lhystudy.checker.build import MINUS_ONE, apply, minus, number, plus, times
from lhystudy.checker.field import GiveUp, Monomial, Outline, Power, Product, Sum, Whole, raised, spelled
from lhystudy.checker.names import bare
from lhystudy.checker.replace import Replacement, children, free_indices, fresh
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Dim,
    Index,
    Kronecker,
    Mean,
    ProductOver,
    Raise,
    Size,
    SumOver,
    Term,
)
from lhystudy.checker.written import BOUND, match, written

if TYPE_CHECKING:
    from lhystudy.checker.algebra import Algebra

UNROLLED = 64  # terms of a sum over a fixed range
COPIES = 4  # of an inner sum that is raised to a power
ORDERS = 24  # of bound indices tried for the canonical one


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound index with its range."""

    name: str
    dim: Dim | None
    lower: Term | None = None
    upper: Term | None = None

    @property
    def whole(self) -> bool:
        """Whether it runs along all of a dimension."""
        return self.lower is None and self.upper is None


def depth(term: Term) -> int:
    """How many binders are nested in the term; canonical names count by their number."""
    inside = max((depth(child) for child in children(term)), default=0)
    for name in _binds(term):
        number_ = name[len(BOUND) :] if name.startswith(BOUND) else ""
        inside = max(inside + (0 if number_ else 1), int(number_ or 0))
    return inside


def above(terms: Iterable[Term], count: int, own: Iterable[str] = ()) -> int:
    """A number above the canonical names bound in the terms, `count` names after which are free to be bound. `own`
    are the names that they replace."""
    listed = list(terms)
    base = max(map(depth, listed), default=0)
    free = set().union(*map(free_indices, listed)) - set(own)
    while any(f"{BOUND}{base + n}" in free for n in range(1, count + 1)):
        base += 1
    return base


def _binds(term: Term) -> tuple[str, ...]:
    if isinstance(term, SumOver | ProductOver):
        return (term.index,)
    array = getattr(term, "matrix", None) or getattr(term, "vector", None)
    return array.indices if array is not None else ()


# ---- sums ----------------------------------------------------------------------------------------


def outline_of_sum(algebra: Algebra, term: SumOver) -> Outline:
    places = _places(algebra, term)
    if places is not None:
        at = (Replacement({term.index: Index("", place)})(term.body) for place in places)
        return Sum(tuple(map(algebra.outline, at)))
    bound, body = _opened(algebra, term)
    ratio = algebra.ratio(body)
    return Sum(tuple(_summed(algebra, (bound,), monomial) for monomial in ratio.monomials))


def _places(algebra: Algebra, term: SumOver | ProductOver) -> range | None:
    """The range where it is fixed."""
    low = 1 if term.lower is None else _whole_number(algebra, term.lower)
    if term.upper is not None:
        high = _whole_number(algebra, term.upper)
    else:
        high = term.dim if isinstance(term.dim, int) else None
    if low is None or high is None:
        return None
    if not low - 1 <= high <= low + UNROLLED:
        raise GiveUp
    return range(low, high + 1)


def _whole_number(algebra: Algebra, term: Term) -> int | None:
    value = algebra.ratio(term).number
    if value is not None and value.denominator != 1:
        raise GiveUp
    return None if value is None else int(value)


def _opened(algebra: Algebra, term: SumOver | ProductOver) -> tuple[Bound, Term]:
    """The range and the body in a name that nothing inside uses."""
    name = fresh()
    body = Replacement({term.index: Index(name)})(term.body)
    lower = None if term.lower is None else algebra.normal(term.lower)
    upper = None if term.upper is None else algebra.normal(term.upper)
    return Bound(name, term.dim, lower, upper), body


def _summed(algebra: Algebra, bounds: tuple[Bound, ...], monomial: Monomial) -> Outline:
    """The monomial summed over the bounds."""
    coefficient, factors = monomial
    names = {bound.name for bound in bounds}
    outside = [(f, e) for f, e in factors if not free_indices(f) & names]
    bounds, inside = _flattened(bounds, [(f, e) for f, e in factors if free_indices(f) & names])
    pulled: list[Outline] = [coefficient, *(_factor(algebra, f, e) for f, e in outside)]
    contracted = _contracted(bounds, inside) or _replaced(algebra, bounds, inside)
    if contracted is not None:
        return Product((*pulled, algebra.outline(contracted)))
    pulled += [_component(algebra, part, within) for part, within in _components(bounds, inside)]
    return Product(tuple(pulled))


def _factor(algebra: Algebra, base: Term, exponent: Fraction) -> Outline:
    if exponent.denominator == 1 and not (isinstance(base, Apply) and base.function == "exp"):
        return Whole(algebra.outline(base), int(exponent))
    return algebra.outline(raised(base, exponent))


Factors = list[tuple[Term, Fraction]]


def _flattened(bounds: tuple[Bound, ...], factors: Factors) -> tuple[tuple[Bound, ...], Factors]:
    """Inner sums that are factors are opened, so that all their indices are bound side by side."""
    opened: Factors = []
    waiting = list(factors)
    while waiting:
        base, exponent = waiting.pop(0)
        if not isinstance(base, SumOver) or exponent.denominator != 1 or not 1 <= exponent <= COPIES:
            opened.append((base, exponent))
            continue
        for _ in range(int(exponent)):
            name = fresh()
            inner = Replacement({base.index: Index(name)})(base.body)
            bounds = (*bounds, Bound(name, base.dim, base.lower, base.upper))
            waiting += _factors_of(inner)
    return bounds, opened


def _factors_of(term: Term) -> Factors:
    parts = term.factors if hasattr(term, "factors") else (term,)
    return [
        (part.base, part.exponent.value)
        if isinstance(part, Raise) and isinstance(part.exponent, Const)
        else (part, Fraction(1))
        for part in parts
    ]


def _closed(bounds: Iterable[Bound], factors: Factors, *more: Term) -> Term:
    """The sum as a term again."""
    body = times(*(raised(base, exponent) for base, exponent in factors), *more)
    for bound in bounds:
        body = SumOver(bound.name, bound.dim, body, bound.lower, bound.upper)
    return body


def _contracted(bounds: tuple[Bound, ...], factors: Factors) -> Term | None:
    """The sum after one delta with a bound index is contracted, None where there is none."""
    for n, (base, _) in enumerate(factors):
        if not isinstance(base, Kronecker):
            continue
        for here, there in ((base.left, base.right), (base.right, base.left)):
            bound = next((b for b in bounds if b.name == here.name and b.whole), None)
            if bound is None or here.shift != 0 or (there.shift != 0 and there.name) or not _fits(bound, there):
                continue
            put = Replacement({here.name: there})
            rest = [(put(f), e) for m, (f, e) in enumerate(factors) if m != n]
            return _closed((_moved(b, put) for b in bounds if b is not bound), rest)
    return None


def _fits(bound: Bound, place: Index) -> bool:
    return bool(place.name) or not isinstance(bound.dim, int) or 1 <= place.shift <= bound.dim


def _moved(bound: Bound, put: Replacement) -> Bound:
    lower = None if bound.lower is None else put(bound.lower)
    upper = None if bound.upper is None else put(bound.upper)
    return Bound(bound.name, bound.dim, lower, upper)


def _components(bounds: tuple[Bound, ...], factors: Factors) -> Iterator[tuple[tuple[Bound, ...], Factors]]:
    """Groups of bounds and factors that share no index with another group."""
    groups: list[tuple[set[str], Factors]] = [({bound.name} | _in_range(bound), []) for bound in bounds]
    names = {bound.name for bound in bounds}
    for base, exponent in factors:
        groups.append((free_indices(base) & names, [(base, exponent)]))
    merged: list[tuple[set[str], Factors]] = []
    for used, members in groups:
        touching = [group for group in merged if group[0] & used]
        merged = [group for group in merged if group not in touching]
        merged.append((used.union(*(g[0] for g in touching)), [*(f for g in touching for f in g[1]), *members]))
    for used, members in merged:
        yield tuple(bound for bound in bounds if bound.name in used), members


def _in_range(bound: Bound) -> set[str]:
    return set().union(*(free_indices(edge) for edge in (bound.lower, bound.upper) if edge is not None))


def _component(algebra: Algebra, bounds: tuple[Bound, ...], factors: Factors) -> Outline:
    """One connected sum as a kernel under canonical index names."""
    if not factors:
        return Product(tuple(_count(algebra, bound) for bound in bounds))
    base = above([factor for factor, _ in factors], len(bounds))
    best: tuple[str, Fraction, Term] | None = None
    for order in islice(_orders(bounds), ORDERS):
        coefficient, term = _named(algebra, order, factors, base)
        key = written(term)
        if best is None or key < best[0]:
            best = (key, coefficient, term)
    assert best is not None
    return Product((best[1], _known_sum(algebra, best[2])))


def _orders(bounds: tuple[Bound, ...]) -> Iterator[tuple[Bound, ...]]:
    if len(bounds) == 1:
        yield bounds
        return
    ordered = sorted(bounds, key=_range_key)
    for order in permutations(ordered):
        if [_range_key(bound) for bound in order] == [_range_key(bound) for bound in ordered]:
            yield order


def _range_key(bound: Bound) -> str:
    return f"{bound.dim}|{_in_range(bound) and 1}"


def _named(algebra: Algebra, order: tuple[Bound, ...], factors: Factors, base: int) -> tuple[Fraction, Term]:
    names = {bound.name: f"{BOUND}{base + n}" for n, bound in enumerate(order, 1)}
    put = Replacement({old: Index(new) for old, new in names.items() if old != new})
    body = times(*(raised(put(factor), exponent) for factor, exponent in factors)) if put.indices else None
    if body is None:
        coefficient, term = Fraction(1), times(*(raised(factor, exponent) for factor, exponent in factors))
    else:
        monomials = algebra.ratio(body).monomials
        if len(monomials) == 1:
            coefficient, term = monomials[0][0], spelled((Fraction(1), monomials[0][1]))
        else:
            coefficient, term = Fraction(1), algebra.normal(body)
    for bound in order:
        moved = _moved(bound, put)
        term = SumOver(names[bound.name], bound.dim, term, moved.lower, moved.upper)
    return coefficient, term


def _known_sum(algebra: Algebra, term: Term) -> Outline:
    """The kernel, or 1 where it adds up a distribution."""
    match term:
        case SumOver(index, _, Atom(name, (Index(only, 0),)), None, None) if only == index:
            symbol = algebra.symbols.get(name)
            if symbol is not None and symbol.type in ("simplex", "onehot"):
                return Fraction(1)
    return algebra.leaf(term)


def _count(algebra: Algebra, bound: Bound) -> Outline:
    """How many places the bound runs over; a range that runs backwards is not defined."""
    if bound.whole:
        assert bound.dim is not None
        return algebra.outline(Size(bound.dim) if isinstance(bound.dim, str) else number(bound.dim))
    upper = bound.upper if bound.upper is not None else Size(str(bound.dim))
    lower = bound.lower if bound.lower is not None else number(1)
    return algebra.outline(plus(minus(upper, lower), number(1)))


# ---- what the givens and inverses say of sums ------------------------------------------------------


def _replaced(algebra: Algebra, bounds: tuple[Bound, ...], factors: Factors) -> Term | None:
    """The sum with a part replaced that a given or the definition of an inverse tells, None where there is none."""
    for pattern, wild, becomes in _patterns(algebra, factors):
        pattern_bounds, pattern_factors = _flattened((), [(pattern, Fraction(1))])
        if len(pattern_bounds) > len(bounds) or len(pattern_factors) > len(factors):
            continue
        own = frozenset(bound.name for bound in pattern_bounds)
        for used, found in _fitted(pattern_factors, factors, wild | own):
            taken = {found[bound.name].name for bound in pattern_bounds if bound.name in found}
            if _frees(pattern_bounds, bounds, found, taken, used, factors):
                rest = [factor for n, factor in enumerate(factors) if n not in used]
                told = Replacement({name: index for name, index in found.items() if name in wild})(becomes)
                return _closed((b for b in bounds if b.name not in taken), rest, told)
    return None


def _patterns(algebra: Algebra, factors: Factors) -> Iterator[tuple[Term, frozenset[str], Term]]:
    for pattern, wild, becomes in algebra.rewritings:
        if isinstance(pattern, SumOver):
            yield pattern, wild, becomes
    yield from algebra.inverse_rules([base for base, _ in factors])


def _fitted(
    pattern: Factors, factors: Factors, wild: frozenset[str]
) -> Iterator[tuple[frozenset[int], dict[str, Index]]]:
    """Every way in which the pattern's factors are among the factors."""

    def fit(n: int, used: frozenset[int], found: dict[str, Index]) -> Iterator[tuple[frozenset[int], dict[str, Index]]]:
        if n == len(pattern):
            yield used, found
            return
        base, exponent = pattern[n]
        for m, (other, power_) in enumerate(factors):
            if m not in used and power_ == exponent:
                more = match(base, other, wild, found)
                if more is not None:
                    yield from fit(n + 1, used | {m}, more)

    yield from fit(0, frozenset(), {})


def _frees(
    pattern_bounds: tuple[Bound, ...],
    bounds: tuple[Bound, ...],
    found: dict[str, Index],
    taken: set[str],
    used: frozenset[int],
    factors: Factors,
) -> bool:
    """Whether the matched bound indices are summed over the same ranges and stand in the matched factors only."""
    by_name = {bound.name: bound for bound in bounds}
    if len(taken) != len(pattern_bounds):
        return False
    for bound in pattern_bounds:
        index = found.get(bound.name)
        other = by_name.get(index.name) if index is not None and not index.shift else None
        if other is None or other.dim != bound.dim or not (other.whole and bound.whole):
            return False
    rest = [base for n, (base, _) in enumerate(factors) if n not in used]
    if any(_in_range(bound) & taken for bound in bounds):
        return False
    outer = {index.name for name, index in found.items() if name not in {b.name for b in pattern_bounds}}
    return not outer & taken and not any(free_indices(base) & taken for base in rest)


# ---- products and means ----------------------------------------------------------------------------


def outline_of_product(algebra: Algebra, term: ProductOver) -> Outline:
    """prod exp(a) = exp(sum a), and powers, numbers and factors taken apart."""
    places = _places(algebra, term)
    if places is not None:
        at = (Replacement({term.index: Index("", place)})(term.body) for place in places)
        return Product(tuple(map(algebra.outline, at)))
    bound, body = _opened(algebra, term)
    lead, factors = algebra.ratio(body).factors()
    level = algebra.ratio(body).level
    terms = [(number(lead), 1), *((level.term(factor), e) for factor, e in factors)]
    return Product(tuple(Whole(_one_product(algebra, bound, base), e) for base, e in terms))


def _one_product(algebra: Algebra, bound: Bound, base: Term) -> Outline:
    if base == number(1):
        return Fraction(1)
    if bound.name not in free_indices(base):
        return algebra.outline(Raise(base, _count_term(bound)))
    match base:
        case Apply("exp", (argument,)):
            return algebra.outline(apply("exp", SumOver(bound.name, bound.dim, argument, bound.lower, bound.upper)))
        case Raise(inner, Const(exponent)) if algebra.nonnegative(algebra.kernel(inner)):
            inside = _one_product(algebra, bound, inner)
            if isinstance(inside, Power):
                return Power(inside.kernel, inside.exponent * exponent)
    return Power(algebra.kernel(ProductOver(bound.name, bound.dim, base, bound.lower, bound.upper)), Fraction(1))


def _count_term(bound: Bound) -> Term:
    if bound.whole:
        assert bound.dim is not None
        return Size(bound.dim) if isinstance(bound.dim, str) else number(bound.dim)
    upper = bound.upper if bound.upper is not None else Size(str(bound.dim))
    return plus(upper, times(MINUS_ONE, bound.lower or number(1)), number(1))


def outline_of_mean(algebra: Algebra, body: Term) -> Outline:
    """Linear; independent factors apart; what is not random outside."""
    random = frozenset(name for name, symbol in algebra.symbols.items() if symbol.type == "random")
    parts = []
    for coefficient, factors in algebra.ratio(body).monomials:
        fixed = [_factor(algebra, f, e) for f, e in factors if not bare(f, random)]
        groups = _independent_groups(algebra, [(f, e) for f, e in factors if bare(f, random)], random)
        means = [algebra.leaf(Mean(times(*(raised(f, e) for f, e in group)))) for group in groups]
        parts.append(Product((coefficient, *fixed, *means)))
    return Sum(tuple(parts))


def _independent_groups(algebra: Algebra, factors: Factors, random: frozenset[str]) -> list[Factors]:
    """The factors in groups whose variables are mutually independent."""
    for family in algebra.independent:
        groups: dict[str, Factors] = {}
        for base, exponent in factors:
            names = {name for name in random if bare(base, {name})}
            if len(names) != 1 or not names <= set(family):
                break
            groups.setdefault(next(iter(names)), []).append((base, exponent))
        else:
            return [sorted(group, key=lambda f: written(f[0])) for group in groups.values()]
    return [factors] if factors else []
