"""Polynomials that are nonnegative because they are sums of squares."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from flint import fmpq

from lhystudy.checker.deciding.field import Ratio
from lhystudy.checker.deciding.signs import of_polynomial

if TYPE_CHECKING:
    from lhystudy.checker.deciding.algebra import Algebra

LARGEST = 24  # monomials whose squares and products are tried

Degrees = tuple[int, ...]


def nonnegative(algebra: Algebra, ratio: Ratio, turn: int, strict: bool = False) -> bool:
    """Whether turn * ratio is a sum of squares, where `strict` one that is never 0, over something positive."""
    below = of_polynomial(algebra, ratio.level, ratio.bottom) - {0}
    if len(below) != 1:
        return False
    sign = turn * next(iter(below))
    coefficients = {tuple(map(int, d)): c * sign for d, c in ratio.top.to_dict().items()}
    return sum_of_squares(coefficients, strict)


def sum_of_squares(coefficients: dict[Degrees, fmpq], strict: bool = False) -> bool:
    """Whether the polynomial is v^T G v for the vector v of some of its monomials' roots and a G without negative
    directions; `strict` asks that v contains 1 and G is positive. Complete for polynomials of degree two; each product
    is written in one way only."""
    roots = [tuple(e // 2 for e in d) for d in coefficients if all(e % 2 == 0 for e in d)]
    if not roots or len(roots) > LARGEST:
        return False
    left = dict(coefficients)
    size = len(roots)
    gram = [[fmpq(0)] * size for _ in range(size)]
    for i, j in sorted(combinations_with_replacement(range(size), 2), key=lambda pair: pair[0] != pair[1]):
        product = tuple(a + b for a, b in zip(roots[i], roots[j], strict=True))
        value = left.pop(product, None)
        if value is not None:
            gram[i][j] = gram[j][i] = value if i == j else value / 2
    if strict and not any(not any(root) for root in roots):
        return False
    return not left and _semidefinite(gram, strict)


def _semidefinite(gram: list[list[fmpq]], strict: bool) -> bool:
    """Whether the symmetric matrix has no negative direction (`strict`: positive ones only), by elimination."""
    size = len(gram)
    for n in range(size):
        pivot = gram[n][n]
        if pivot < 0 or (pivot == 0 and strict) or (pivot == 0 and any(gram[n][m] != 0 for m in range(n, size))):
            return False
        if pivot == 0:
            continue
        for i in range(n + 1, size):
            share = gram[i][n] / pivot
            for j in range(n + 1, size):
                gram[i][j] -= share * gram[n][j]
    return True
