"""What the givens, and the definition of an inverse, say of a part of a sum."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.bounds import Bound, Factors, closed, flattened, in_range
from lhystudy.checker.deciding.minors import inverse_rules
from lhystudy.checker.deciding.written import match
from lhystudy.checker.meaning.replace import Replacement, free_indices
from lhystudy.checker.terms import (
    Index,
    SumOver,
    Term,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra


def replaced(algebra: Algebra, bounds: tuple[Bound, ...], factors: Factors) -> Term | None:
    """The sum with a part replaced that a given or the definition of an inverse tells, None where there is none."""
    factors = _apart(factors)
    for pattern, wild, becomes in _patterns(algebra, factors):
        pattern_bounds, pattern_factors = flattened((), [(pattern, Fraction(1))])
        pattern_factors = _apart(pattern_factors)
        if len(pattern_bounds) > len(bounds) or len(pattern_factors) > len(factors):
            continue
        own = frozenset(bound.name for bound in pattern_bounds)
        for used, found in _fitted(pattern_factors, factors, wild | own):
            taken = {found[bound.name].name for bound in pattern_bounds if bound.name in found}
            if _frees(pattern_bounds, bounds, found, taken, used, factors):
                rest = [factor for n, factor in enumerate(factors) if n not in used]
                told = Replacement({name: index for name, index in found.items() if name in wild})(becomes)
                return closed((b for b in bounds if b.name not in taken), rest, told)
    return None


def _apart(factors: Factors) -> Factors:
    """The factors with a square as two of them, for a pattern of two different ones may fit the same one twice."""
    return [(base, e / 2 if e == 2 else e) for base, e in factors for _ in range(2 if e == 2 else 1)]


def _patterns(algebra: Algebra, factors: Factors) -> Iterator[tuple[Term, frozenset[str], Term]]:
    for pattern, wild, becomes in algebra.rewritings:
        if isinstance(pattern, SumOver):
            yield pattern, wild, becomes
    yield from inverse_rules(algebra, [base for base, _ in factors])


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
    if any(in_range(bound) & taken for bound in bounds):
        return False
    outer = {index.name for name, index in found.items() if name not in {b.name for b in pattern_bounds}}
    return not outer & taken and not any(free_indices(base) & taken for base in rest)
