"""Determinants of matrices of named size: factors pulled out, products taken apart, diagonals multiplied."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lhystudy.checker.deciding.bounds import Bound, Factors, closed, flattened
from lhystudy.checker.deciding.field import raised
from lhystudy.checker.deciding.written import written
from lhystudy.checker.meaning.build import MINUS_ONE, ONE, ZERO, kronecker, minus, number, power, times
from lhystudy.checker.meaning.replace import Replacement, free_indices, fresh, reindexed
from lhystudy.checker.terms import Array, Determinant, Index, InverseEntry, ProductOver, Size, SumOver, Term

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra


def simpler(algebra: Algebra, matrix: Array) -> Term | None:
    """What the determinant of a matrix in canonical form equals in simpler ones, None where there is no rule."""
    monomials = algebra.ratio(matrix.entry).monomials
    if matrix.dims[0] != matrix.dims[1] or len(monomials) != 1:
        return None
    return _without_factors(matrix, *monomials[0]) or _of_entry(matrix, list(monomials[0][1]))


def upright(algebra: Algebra, matrix: Array) -> Array:
    """The matrix or its transpose, whichever is written first: they have one determinant."""
    turned = algebra.array(Array(matrix.indices[::-1], matrix.dims[::-1], matrix.entry))
    return min(matrix, turned, key=lambda each: written(each.entry))


def orthogonal(algebra: Algebra, matrix: Array) -> bool:
    """Whether the givens let the columns be orthonormal, so that the determinant is 1 or -1."""
    places = Index(fresh()), Index(fresh())
    through = fresh()
    pair = (reindexed(matrix, Index(through), place) for place in places)
    gram = SumOver(through, matrix.dims[0], times(*pair))
    return matrix.dims[0] == matrix.dims[1] and algebra.normal(minus(gram, kronecker(*places))) == ZERO


def _without_factors(matrix: Array, coefficient: Fraction, factors: tuple[tuple[Term, Fraction], ...]) -> Term | None:
    """det(c A) = c^n det(A)."""
    names = set(matrix.indices)
    outside = [raised(base, exponent) for base, exponent in factors if not free_indices(base) & names]
    if coefficient == 1 and not outside:
        return None
    inside = times(*(raised(base, exponent) for base, exponent in factors if free_indices(base) & names))
    dim = matrix.dims[0]
    size = Size(dim) if isinstance(dim, str) else number(dim)
    return times(
        power(times(number(coefficient), *outside), size), Determinant(Array(matrix.indices, matrix.dims, inside))
    )


def _of_entry(matrix: Array, factors: Factors) -> Term | None:
    bounds, inside = flattened((), factors)
    if not bounds:
        return _of_inverse(factors) or _of_diagonal(matrix, factors)
    if all(bound.whole for bound in bounds):
        for bound in bounds:
            halves = _halves(matrix, bounds, inside, bound) if bound.dim == matrix.dims[0] else None
            if halves is not None:
                return times(*map(Determinant, halves))
    return None


def _of_inverse(factors: Factors) -> Term | None:
    """det(A^-1) = 1/det(A)."""
    match factors:
        case [(InverseEntry(inverted, Index(row, 0), Index(column, 0)), Fraction(numerator=1, denominator=1))]:
            return power(Determinant(inverted), MINUS_ONE) if row and column and row != column else None
    return None


def _of_diagonal(matrix: Array, factors: Factors) -> Term | None:
    """det(diag(d)) is the product of the d_i; so are scaled rows and columns taken out."""
    row, column = matrix.indices
    both = [each for each in factors if {row, column} <= free_indices(each[0])]
    scales = [Replacement({column: Index(row)})(raised(*each)) for each in factors if each not in both]
    places = Index(row), Index(column)
    regular = [base for base, _ in both] in ([kronecker(*places)], [kronecker(*places[::-1])])
    if not both or not (scales or regular):
        return None
    rest = ONE if regular else Determinant(Array(matrix.indices, matrix.dims, times(*(raised(*each) for each in both))))
    return times(ProductOver(row, matrix.dims[0], times(*scales)) if scales else ONE, rest)


def _halves(matrix: Array, bounds: tuple[Bound, ...], factors: Factors, middle: Bound) -> tuple[Array, Array] | None:
    """B and C where the entry is that of B C, the sum over `middle` being the one between them."""
    row, column = matrix.indices
    inner = {bound.name for bound in bounds} - {middle.name}
    reached, grown = {column}, True
    while grown:
        touching = [free_indices(base) & (inner | {row, column}) for base, _ in factors]
        more = reached.union(*(names for names in touching if names & reached))
        grown, reached = more != reached, more
    if row in reached:
        return None
    right = [(base, exponent) for base, exponent in factors if free_indices(base) & reached]
    left = [each for each in factors if each not in right]
    before = closed((b for b in bounds if b.name in inner - reached), left)
    after = closed((b for b in bounds if b.name in inner & reached), right)
    return Array((row, middle.name), matrix.dims, before), Array((middle.name, column), matrix.dims, after)
