"""Functions of arrays that answer a whole number: the rank of a small matrix, the place of a largest entry."""

from __future__ import annotations

from itertools import combinations

from lhystudy.checker.deciding.minors import determinant
from lhystudy.checker.meaning.build import ZERO, indicator, kronecker, number, plus, power, quotient, times, unequal
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.replace import atoms, fresh
from lhystudy.checker.meaning.shapes import Value, scalar
from lhystudy.checker.nodes import Call
from lhystudy.checker.terms import Condition, Index, Place, ProductOver, SumOver, Term
from lhystudy.words import say

LARGEST = 4  # rows or columns of a matrix whose minors are all written out


def rank_of_matrix(node: Call, value: Value) -> Value:
    """How many sizes there are of minors that are not all 0. Raises Unsupported unless it is small and of numbers."""
    rows, columns = value.dims
    small = isinstance(rows, int) and isinstance(columns, int) and max(rows, columns) <= LARGEST
    if not small or atoms(value.entry):
        raise Unsupported(
            say("only the rank of a small matrix of numbers is worked out", "只计算小的数字矩阵的秩"), node
        )
    assert isinstance(rows, int) and isinstance(columns, int)
    entries = [[value.at(Index("", i), Index("", j)) for j in range(1, columns + 1)] for i in range(1, rows + 1)]
    return scalar(plus(*(some_minor(entries, size) for size in range(1, min(rows, columns) + 1))))


def some_minor(entries: list[list[Term]], size: int) -> Term:
    """1 where a minor of the size is not 0, else 0."""
    squares = [
        power(determinant([[entries[i][j] for j in columns] for i in rows]), number(2))
        for rows in combinations(range(len(entries)), size)
        for columns in combinations(range(len(entries[0])), size)
    ]
    return indicator(Condition(">", plus(*squares), ZERO))


def place_of_extreme(vector: Value, sign: str) -> Value:
    """The place of the one entry that is larger (`>`) or smaller (`<`) than all others; undefined where several are."""
    own, other, dim = fresh(), fresh(), vector.dims[0]
    i, j = Index(own), Index(other)
    ahead = indicator(Condition(sign, vector.at(i), vector.at(j)))
    beats = ProductOver(other, dim, plus(times(unequal(i, j), ahead), kronecker(i, j)))
    total = SumOver(own, dim, times(Place(i), beats))
    return scalar(quotient(total, SumOver(own, dim, beats)))
