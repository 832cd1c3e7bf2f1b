"""An independent witness: terms of the index form worked out by torch in float64 at small dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import isfinite

import torch

from lhystudy.checker.terms import (
    Apply,
    Array,
    Atom,
    Condition,
    Const,
    Determinant,
    Dim,
    Extreme,
    Index,
    InverseEntry,
    Kronecker,
    Pick,
    Piecewise,
    Place,
    Plus,
    ProductOver,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

Tensor = torch.Tensor
FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
    "abs": torch.abs,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "erf": torch.erf,
    "Gamma": lambda x: torch.exp(torch.lgamma(x)),
    "max": lambda *xs: torch.stack(xs).max(),
    "min": lambda *xs: torch.stack(xs).min(),
}
RELATIONS: Mapping[str, Callable[[Tensor, Tensor], bool]] = {
    "=": lambda a, b: bool((a - b).abs() < 1e-12),
    "!=": lambda a, b: bool((a - b).abs() >= 1e-12),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


class Oracle:
    """Values of terms where the names are `values` (tensors) and the dimensions `sizes`."""

    def __init__(self, values: Mapping[str, Tensor], sizes: Mapping[str, int]) -> None:
        self.values = values
        self.sizes = sizes

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def array(self, array: Array, places: Mapping[str, int] | None = None) -> Tensor:
        """The whole tensor, entry by entry."""
        shape = [self.size(dim) for dim in array.dims]
        entries = [
            self.of(array.entry, {**(places or {}), **dict(zip(array.indices, at, strict=True))})
            for at in product(*(range(1, size + 1) for size in shape))
        ]
        return torch.stack(entries).reshape(shape)

    def of(self, term: Term, at: Mapping[str, int]) -> Tensor:
        """The value with the free indices at these places (from 1)."""
        match term:
            case Const(value):
                return number(float(value))
            case Special(name):
                return number({"pi": torch.pi, "e": torch.e, "inf": torch.inf}[name])
            case Size(dim):
                return number(self.size(dim))
            case Place(index):
                return number(self.place(index, at))
            case Atom(name, indices):
                return self.values[name][tuple(self.place(index, at) - 1 for index in indices)]
            case Kronecker(left, right):
                return number(float(self.place(left, at) == self.place(right, at)))
            case Plus(terms):
                return torch.stack([self.of(part, at) for part in terms]).sum()
            case Times(factors):
                return self.product(factors, at)
            case Raise(base, exponent):
                return self.of(base, at) ** self.of(exponent, at)
            case Apply(function, args, 0):
                return FUNCTIONS[function](*(self.of(arg, at) for arg in args))
            case Pick(values, index):
                return self.of(values[self.place(index, at) - 1], at)
            case Piecewise(pieces):
                return next(self.of(value, at) for value, condition in pieces if self.holds(condition, at))
        return self.binding(term, at)

    def product(self, factors: tuple[Term, ...], at: Mapping[str, int]) -> Tensor:
        value = number(1.0)
        for factor in sorted(factors, key=lambda each: not isinstance(each, Kronecker)):
            value = value * self.of(factor, at)
            if isinstance(factor, Kronecker) and value == 0:
                return value
        return value

    def binding(self, term: Term, at: Mapping[str, int]) -> Tensor:
        match term:
            case SumOver() | ProductOver():
                parts = [self.of(term.body, {**at, term.index: place}) for place in self.run(term, at)]
                if not parts:
                    return number(0.0 if isinstance(term, SumOver) else 1.0)
                whole: Tensor = torch.stack(parts)
                return whole.sum() if isinstance(term, SumOver) else whole.prod()
            case InverseEntry(matrix, row, column):
                inverse: Tensor = torch.linalg.inv(self.array(matrix, at))
                return inverse[self.place(row, at) - 1, self.place(column, at) - 1]
            case Determinant(matrix):
                determinant: Tensor = torch.linalg.det(self.array(matrix, at))
                return determinant
            case Extreme(which, vector):
                entries = self.array(vector, at)
                return entries.max() if which == "max" else entries.min()
        raise AssertionError(f"the oracle does not know {type(term).__name__}")

    def run(self, term: SumOver | ProductOver, at: Mapping[str, int]) -> range:
        if term.lower is not None and term.upper is not None:
            first, last = self.of(term.lower, at).item(), self.of(term.upper, at).item()
            assert isfinite(first) and isfinite(last), "the oracle does not know sums without end"
            return range(round(first), round(last) + 1)
        assert term.dim is not None
        return range(1, self.size(term.dim) + 1)

    def holds(self, condition: Condition | None, at: Mapping[str, int]) -> bool:
        if condition is None:
            return True
        here = RELATIONS[condition.sign](self.of(condition.left, at), self.of(condition.right, at))
        return here and all(self.holds(other, at) for other in condition.both)

    def place(self, index: Index, at: Mapping[str, int]) -> int:
        return (at[index.name] if index.name else 0) + index.shift
