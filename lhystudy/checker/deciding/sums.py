"""Sums, products and means over kernels: constants pulled out, deltas contracted, independent parts separated."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, permutations
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.bounds import Bound, Factors, above, closed, flattened, in_range
from lhystudy.checker.deciding.field import GiveUp, Monomial, Outline, Power, Product, Sum, Whole, raised, spelled
from lhystudy.checker.deciding.names import bare
from lhystudy.checker.deciding.series import closed_form
from lhystudy.checker.deciding.sum_rules import replaced
from lhystudy.checker.deciding.written import BOUND, written
from lhystudy.checker.meaning.build import MINUS_ONE, apply, minus, number, plus, times
from lhystudy.checker.meaning.replace import Replacement, free_indices, fresh
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Index,
    Kronecker,
    Mean,
    ProductOver,
    Raise,
    Size,
    SumOver,
    Term,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

UNROLLED = 64  # terms of a sum over a fixed range
ORDERS = 24  # of bound indices tried for the canonical one


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
    bounds, inside = flattened(bounds, [(f, e) for f, e in factors if free_indices(f) & names])
    pulled: list[Outline] = [coefficient, *(_factor(algebra, f, e) for f, e in outside)]
    contracted = _contracted(bounds, inside) or replaced(algebra, bounds, inside)
    if contracted is not None:
        return Product((*pulled, algebra.outline(contracted)))
    pulled += [_component(algebra, part, within) for part, within in _components(bounds, inside)]
    return Product(tuple(pulled))


def _factor(algebra: Algebra, base: Term, exponent: Fraction) -> Outline:
    if exponent.denominator == 1 and not (isinstance(base, Apply) and base.function == "exp"):
        return Whole(algebra.outline(base), int(exponent))
    return algebra.outline(raised(base, exponent))


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
            return closed((_moved(b, put) for b in bounds if b is not bound), rest)
    return None


def _fits(bound: Bound, place: Index) -> bool:
    return bool(place.name) or not isinstance(bound.dim, int) or 1 <= place.shift <= bound.dim


def _moved(bound: Bound, put: Replacement) -> Bound:
    lower = None if bound.lower is None else put(bound.lower)
    upper = None if bound.upper is None else put(bound.upper)
    return Bound(bound.name, bound.dim, lower, upper)


def _components(bounds: tuple[Bound, ...], factors: Factors) -> Iterator[tuple[tuple[Bound, ...], Factors]]:
    """Groups of bounds and factors that share no index with another group."""
    groups: list[tuple[set[str], Factors]] = [({bound.name} | in_range(bound), []) for bound in bounds]
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


def _component(algebra: Algebra, bounds: tuple[Bound, ...], factors: Factors) -> Outline:
    """One connected sum as a kernel under canonical index names."""
    if not factors:
        return Product(tuple(_count(algebra, bound) for bound in bounds))
    if len(bounds) == 1 and (closed_ := closed_form(algebra, bounds[0], factors)) is not None:
        return algebra.outline(closed_)
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
    return f"{bound.dim}|{in_range(bound) and 1}"


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
        case SumOver(index, _, Atom(name, (*others, Index(only, 0))), None, None) if only == index:
            symbol = algebra.symbols.get(name)
            alone = symbol is not None and len(others) == symbol.family and Index(index) not in others
            if alone and symbol is not None and symbol.type in ("simplex", "onehot"):
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
    name = f"{BOUND}{above([base], 1, [bound.name]) + 1}"
    named = algebra.normal(Replacement({bound.name: Index(name)})(base))
    return algebra.leaf(ProductOver(name, bound.dim, named, bound.lower, bound.upper))


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
