"""Values of the witness: a tensor with its orientation, products by shape, and what has no sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

Tensor = torch.Tensor


class Senseless(Exception):
    """Shapes or indices that do not fit, as the language's page says."""


class Outside(Exception):
    """An entry that does not exist at these sizes: nothing is said here."""


class Unknown(Exception):
    """A form that the witness does not know."""


@dataclass(frozen=True)
class Value:
    """A scalar, a column unless `row`, or a matrix; `plain` marks a number standing alone."""

    tensor: Tensor
    row: bool = False
    plain: bool = False

    @property
    def rank(self) -> int:
        return self.tensor.dim()


def number(value: float, plain: bool = False) -> Value:
    return Value(torch.tensor(float(value), dtype=torch.float64), plain=plain)


def finite(value: Value) -> Value:
    """The value, undefined (nan) wherever it is infinite."""
    good = torch.isfinite(value.tensor)
    if bool(good.all()):
        return value
    return Value(torch.where(good, value.tensor, torch.full_like(value.tensor, torch.nan)), value.row, value.plain)


def mapped(function: Callable[..., Tensor], *values: Value) -> Value:
    """Entry by entry; all of one shape, scalars with every entry."""
    widest = max(values, key=lambda value: value.rank)
    shaped = [value for value in values if value.rank]
    for value in shaped:
        same_shape(value, widest)
    return finite(Value(function(*(v.tensor for v in values)), widest.row, all(v.plain for v in values)))


def same_shape(one: Value, other: Value) -> None:
    if one.tensor.shape != other.tensor.shape or (one.rank == 1 and one.row != other.row):
        raise Senseless(f"{shape(one)} beside {shape(other)}")


def shape(value: Value) -> str:
    return f"{'row ' if value.row else ''}{tuple(value.tensor.shape)}"


def spread(values: list[Value]) -> list[Value]:
    """Numbers standing alone take the shape of what they stand beside; a scalar of another kind does not."""
    shaped = next((value for value in values if value.rank), None)
    if shaped is None:
        return values
    ready = [
        Value(value.tensor.expand(shaped.tensor.shape), shaped.row) if value.plain and not value.rank else value
        for value in values
    ]
    for value in ready:
        same_shape(value, shaped)
    return ready


def total(values: list[Value]) -> Value:
    ready = spread(values)
    return finite(Value(torch.stack([v.tensor for v in ready]).sum(0), ready[0].row, all(v.plain for v in values)))


def product(left: Value, right: Value, mark: str) -> Value:
    if not left.rank or not right.rank:
        return mapped(torch.mul, left, right)
    if mark == "hadamard":
        same_shape(left, right)
        return mapped(torch.mul, left, right)
    if left.rank > 2 or right.rank > 2:
        raise Senseless("more than two indices")
    if left.rank == right.rank == 1 and right.row and not left.row:
        return finite(Value(torch.outer(left.tensor, right.tensor)))
    if left.rank == right.rank == 1 and not (left.row and not right.row) and mark != "dot":
        raise Senseless("two vectors side by side")
    if left.rank == 2 and right.row or right.rank == 2 and left.rank == 1 and not left.row:
        raise Senseless(f"{shape(left)} times {shape(right)}")
    if left.tensor.shape[-1] != right.tensor.shape[0]:
        raise Senseless(f"{shape(left)} times {shape(right)}")
    return finite(Value(left.tensor @ right.tensor, row=left.rank == 1 and right.rank == 2))


def power(base: Value, exponent: Value) -> Value:
    if exponent.rank or base.rank == 1:
        raise Senseless("a power of or by a vector")
    if not base.rank:
        return mapped(torch.pow, base, exponent)
    times = exponent.tensor.item()
    if times != round(times) or abs(times) > 9 or base.tensor.shape[0] != base.tensor.shape[1]:
        raise Senseless("no such power of a matrix")
    return finite(
        Value(torch.linalg.matrix_power(inverse(base.tensor) if times < 0 else base.tensor, abs(round(times))))
    )


def inverse(matrix: Tensor) -> Tensor:
    if abs(torch.linalg.det(matrix).item()) < 1e-9:
        return torch.full_like(matrix, torch.nan)
    inverted: Tensor = torch.linalg.inv(matrix)
    return inverted


def transposed(value: Value) -> Value:
    if value.rank == 1:
        return Value(value.tensor, not value.row)
    return Value(value.tensor.T) if value.rank == 2 else value


def slopes(value: Tensor, leaf: Tensor) -> Tensor:
    """d value / d leaf, its shape that of the value and then of the leaf."""
    rows = [slope(entry, leaf) for entry in value.reshape(-1)]
    return torch.stack(rows).reshape((*value.shape, *leaf.shape))


def slope(entry: Tensor, leaf: Tensor) -> Tensor:
    """The slopes of one number; what has no value has no slope."""
    if bool(entry.isnan()):
        return torch.full_like(leaf, torch.nan)
    if not entry.requires_grad:
        return torch.zeros_like(leaf)
    return torch.autograd.grad(entry, leaf, create_graph=True, allow_unused=True, materialize_grads=True)[0]


def leaf_of(value: Tensor) -> Tensor:
    """The same value as a variable of its own, through which outer derivatives still pass."""
    return value.clone() if value.requires_grad else value.detach().clone().requires_grad_()
