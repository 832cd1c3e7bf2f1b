"""Numbers that are affine in unknowns: evaluated in a term, they give its coefficients rigorously."""

from __future__ import annotations

from typing import Any, NoReturn

from flint import arb, arb_mat, fmpq, fmpq_mat

from lhystudy.checker.deciding.functions import Unclear, Value


class NotAffine(Exception):
    """The term is not affine in the unknowns."""


def _not_affine(*_: Any) -> NoReturn:
    raise NotAffine


class Affine:
    """constant + sum of coefficient * unknown."""

    __slots__ = ("coefficients", "constant")

    def __init__(self, constant: Value, coefficients: dict[int, Value]) -> None:
        self.constant = constant
        self.coefficients = coefficients

    def __add__(self, other: Any) -> Affine:
        if not isinstance(other, Affine):
            return Affine(self.constant + other, self.coefficients)
        merged = dict(self.coefficients)
        for unknown, coefficient in other.coefficients.items():
            merged[unknown] = merged[unknown] + coefficient if unknown in merged else coefficient
        return Affine(self.constant + other.constant, merged)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Affine:
        if isinstance(other, Affine):
            raise NotAffine
        return Affine(self.constant * other, {u: c * other for u, c in self.coefficients.items()})

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return self.__mul__(fmpq(-1))

    def __sub__(self, other: Any) -> Affine:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Affine:
        return self.__neg__().__add__(other)

    def __truediv__(self, other: Any) -> Affine:
        if isinstance(other, Affine):
            raise NotAffine
        return Affine(self.constant / other, {u: c / other for u, c in self.coefficients.items()})

    __rtruediv__ = __pow__ = __rpow__ = __abs__ = __getattr__ = _not_affine
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _not_affine
    __hash__ = None  # type: ignore[assignment]


def solve_affine(rows: list[Affine], unknowns: int, free: list[Value]) -> list[Value] | None:
    """Values of the unknowns that make every row zero, `free` ones where the rows leave a choice; None where there
    are none. Exact rows give exact values; rows with balls need as many rows as unknowns."""
    entries = [[row.coefficients.get(u, fmpq(0)) for u in range(unknowns)] + [-row.constant] for row in rows]
    if not any(isinstance(entry, arb) for row in entries for entry in row):
        return _solve_exactly(entries, unknowns, free)
    if len(rows) < unknowns:
        return _solve_some(entries, unknowns, free)
    if len(rows) > unknowns:
        return None
    try:
        solution = arb_mat([[arb(e) for e in row[:-1]] for row in entries]).solve(
            arb_mat([[arb(row[-1])] for row in entries])
        )
    except ZeroDivisionError:
        raise Unclear("a nearly singular system") from None
    return [solution[u, 0] for u in range(unknowns)]


def _solve_exactly(entries: list[list[Value]], unknowns: int, free: list[Value]) -> list[Value] | None:
    reduced, rank = fmpq_mat(entries).rref()
    values, pivots = list(free), []
    for row in range(rank):
        pivot = next(column for column in range(unknowns + 1) if reduced[row, column] != 0)
        if pivot == unknowns:
            return None
        pivots.append(pivot)
    for row, pivot in enumerate(pivots):
        rest = sum((reduced[row, u] * values[u] for u in range(unknowns) if u not in pivots), fmpq(0))
        values[pivot] = reduced[row, unknowns] - rest
    return values


def _solve_some(entries: list[list[Value]], unknowns: int, free: list[Value]) -> list[Value] | None:
    """Solves for the last unknowns, the first ones set to their free values."""
    fixed = unknowns - len(entries)
    rows = []
    for row in entries:
        rest = row[-1] - sum((row[u] * free[u] for u in range(fixed)), fmpq(0))
        rows.append(Affine(-rest, dict(enumerate(row[fixed:unknowns]))))
    tail = solve_affine(rows, len(entries), free[fixed:])
    return None if tail is None else free[:fixed] + tail
