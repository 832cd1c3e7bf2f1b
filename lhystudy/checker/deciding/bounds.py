"""Bound indices with their ranges, and the factors that stand under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lhystudy.checker.deciding.field import GiveUp, raised
from lhystudy.checker.deciding.written import BOUND
from lhystudy.checker.meaning.build import ONE, times
from lhystudy.checker.meaning.replace import Replacement, children, free_indices, fresh
from lhystudy.checker.terms import (
    Const,
    Determinant,
    Dim,
    Extreme,
    Index,
    InverseEntry,
    ProductOver,
    Raise,
    Size,
    SumOver,
    Term,
)

COPIES = 4  # of an inner sum that is raised to a power


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


Factors = list[tuple[Term, Fraction]]


def flattened(bounds: tuple[Bound, ...], factors: Factors) -> tuple[tuple[Bound, ...], Factors]:
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
            waiting += factors_of(inner)
    return bounds, opened


def factors_of(term: Term) -> Factors:
    parts = term.factors if hasattr(term, "factors") else (term,)
    return [
        (part.base, part.exponent.value)
        if isinstance(part, Raise) and isinstance(part.exponent, Const)
        else (part, Fraction(1))
        for part in parts
    ]


def closed(bounds: Iterable[Bound], factors: Factors, *more: Term) -> Term:
    """The sum as a term again."""
    body = times(*(raised(base, exponent) for base, exponent in factors), *more)
    for bound in bounds:
        body = SumOver(bound.name, bound.dim, body, bound.lower, bound.upper)
    return body


def in_range(bound: Bound) -> set[str]:
    return set().union(*(free_indices(edge) for edge in (bound.lower, bound.upper) if edge is not None))


@dataclass
class Ranged(Replacement):
    """A dimension's size as another number, which its sums run to; GiveUp where arrays have the dimension."""

    name: str = ""
    place: Term = ONE

    def _replaced(self, term: Term) -> Term:
        match term:
            case Size(dim) if dim == self.name:
                return self.place
            case SumOver(index, dim, body, None, None) | ProductOver(index, dim, body, None, None) if dim == self.name:
                return type(term)(index, None, self(body), ONE, self.place)
            case InverseEntry(array) | Determinant(array) | Extreme(_, array) if self.name in array.dims:
                raise GiveUp
        return Replacement._replaced(self, term)
