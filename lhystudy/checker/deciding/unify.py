"""Dimensions that nothing named are the ones that they meet: an index that runs along both names one range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lhystudy.checker.meaning.replace import Replacement, subterms
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import (
    Atom,
    Determinant,
    Dim,
    Extreme,
    Fact,
    Index,
    InverseEntry,
    Kronecker,
    ProductOver,
    SumOver,
    Term,
)

UNNAMED = "|"


def unified(fact: Fact, symbols: Mapping[str, Symbol]) -> Fact:
    """The line with each unnamed dimension replaced by the one that an index shares with it."""
    sides = [list(subterms(fact.left)), list(subterms(fact.right))]
    ranges = _ranges(fact, [term for side in sides for term in side])
    if not any(_unnamed(dim) for dim in ranges.values()):
        return fact
    alias: dict[Dim, Dim] = {}

    def meant(dim: Dim) -> Dim:
        while dim in alias:
            dim = alias[dim]
        return dim

    def meet(one: Dim | None, two: Dim | None) -> None:
        if one is None or two is None:
            return
        one, two = meant(one), meant(two)
        if one != two and (_unnamed(one) or _unnamed(two)):
            alias.update({one: two} if _unnamed(one) else {two: one})

    for side in sides:
        for term in side:
            for index, dim in _met(term, ranges, symbols):
                if not index.shift:
                    meet(ranges.get(index.name), dim)
    put = Replacement(dim=meant)
    free = {name: meant(dim) for name, dim in fact.free.items()}
    return replace(fact, left=put(fact.left), right=put(fact.right), free=free)


def _unnamed(dim: Dim | None) -> bool:
    return isinstance(dim, str) and dim.startswith(UNNAMED)


def _ranges(fact: Fact, terms: list[Term]) -> dict[str, Dim]:
    """The dimension that each index runs along."""
    ranges = dict(fact.free)
    for term in terms:
        match term:
            case SumOver(index, dim) | ProductOver(index, dim) if dim is not None:
                ranges[index] = dim
            case InverseEntry(array) | Determinant(array) | Extreme(_, array):
                ranges |= zip(array.indices, array.dims, strict=True)
    return ranges


def _met(term: Term, ranges: Mapping[str, Dim], symbols: Mapping[str, Symbol]) -> list[tuple[Index, Dim | None]]:
    """Indices with a dimension that they meet in the term."""
    match term:
        case Atom(name, indices) if name in symbols:
            return list(zip(indices, symbols[name].dims, strict=False))
        case InverseEntry(array, row, column):
            return list(zip((row, column), array.dims, strict=True))
        case Kronecker(left, right) if left.name and right.name and not right.shift:
            return [(left, ranges.get(right.name))]
    return []
