"""Determinants and inverses: of small explicit matrices worked out, of others by what defines them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding import determinants
from lhystudy.checker.deciding.field import (
    Monomial,
    Outline,
    Product,
    Whole,
    spelled,
)
from lhystudy.checker.deciding.written import written
from lhystudy.checker.meaning.build import ONE, minus, number, plus, times
from lhystudy.checker.meaning.replace import Replacement
from lhystudy.checker.terms import (
    Array,
    Determinant,
    Index,
    InverseEntry,
    Kronecker,
    SumOver,
    Term,
)

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra


def _entries(array: Array) -> list[list[Term]] | None:
    """The rows of a small square matrix of fixed size."""
    size = array.dims[0]
    if not isinstance(size, int) or array.dims != (size, size) or size > 3:
        return None
    places = range(1, size + 1)
    row, column = array.indices
    return [[Replacement({row: Index("", i), column: Index("", j)})(array.entry) for j in places] for i in places]


def outline_of_determinant(algebra: Algebra, matrix: Array) -> Outline:
    rows = _entries(matrix)
    if rows is not None:
        return algebra.outline(determinant(rows))
    canonical = algebra.array(matrix)
    simple = determinants.simpler(algebra, canonical)
    if simple is not None:
        return algebra.outline(simple)
    signed = algebra.rewritings and determinants.orthogonal(algebra, canonical)
    return algebra.leaf(Determinant(determinants.upright(algebra, canonical)), "whole-sign" if signed else "plain")


def outline_of_inverse(algebra: Algebra, matrix: Array, row: Index, column: Index) -> Outline:
    rows = _entries(matrix)
    if rows is not None and not row.name and not column.name:
        i, j = column.shift - 1, row.shift - 1  # of the minor that stands in the adjugate
        minor = [[value for n, value in enumerate(line) if n != j] for m, line in enumerate(rows) if m != i]
        cofactor = times(number((-1) ** (i + j)), determinant(minor))
        return Product((algebra.outline(cofactor), Whole(algebra.outline(determinant(rows)), -1)))
    canonical = algebra.array(matrix)
    if (row.name, row.shift) > (column.name, column.shift) and _symmetric(algebra, canonical):
        row, column = column, row
    return algebra.leaf(InverseEntry(canonical, row, column))


def _symmetric(algebra: Algebra, matrix: Array) -> bool:
    one, two = matrix.indices
    swapped = Replacement({one: Index(two), two: Index(one)})(matrix.entry)
    return algebra.normal(swapped) == matrix.entry


def inverse_rules(algebra: Algebra, kernels: list[Term]) -> Iterator[tuple[Term, frozenset[str], Term]]:
    """What M times its inverse says about one monomial of M beside an entry of the inverse, on either side."""
    seen: set[Array] = set()
    for kernel in kernels:
        if isinstance(kernel, InverseEntry) and kernel.matrix not in seen:
            seen.add(kernel.matrix)
            yield from _inverse_rules(algebra, kernel.matrix)


def _inverse_rules(algebra: Algebra, matrix: Array) -> Iterator[tuple[Term, frozenset[str], Term]]:
    row, column = matrix.indices
    through, here, there = Index("~through"), Index("~here"), Index("~there")
    wild = frozenset({here.name, there.name})
    monomials = algebra.ratio(matrix.entry).monomials
    lead = max(monomials, key=lambda m: (not _has_delta(m), len(m[1]), written(spelled(m))))
    rest = plus(*(spelled(monomial) for monomial in monomials if monomial is not lead))
    share = number(1 / lead[0])
    for put, entries in (
        (Replacement({row: through, column: there}), ((here, through), (through, here))),
        (Replacement({row: there, column: through}), ((through, here), (here, through))),
    ):
        ways = entries if _symmetric(algebra, matrix) else entries[:1]
        for entry in ways:
            inverse = InverseEntry(matrix, *entry)
            beside = put(spelled((Fraction(1), lead[1])))
            told = SumOver(through.name, matrix.dims[0], times(inverse, put(rest)))
            becomes = times(share, minus(Kronecker(here, there), told))
            yield SumOver(through.name, matrix.dims[0], times(inverse, beside)), wild, becomes


def _has_delta(monomial: Monomial) -> bool:
    return any(isinstance(base, Kronecker) for base, _ in monomial[1])


def determinant(rows: list[list[Term]]) -> Term:
    """Laplace's expansion along the first row."""
    if not rows:
        return ONE
    parts = []
    for column, value in enumerate(rows[0]):
        minor = [line[:column] + line[column + 1 :] for line in rows[1:]]
        parts.append(times(number((-1) ** column), value, determinant(minor)))
    return plus(*parts)
