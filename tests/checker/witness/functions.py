"""Known functions in torch. At a kink a derivative is undefined; near one nothing can be told in floating point."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from tests.checker.witness.values import Senseless, Tensor, Unknown, Value, finite, mapped, same_shape, spread

NEAR = 1e-9
LN2 = torch.log(torch.tensor(2.0, dtype=torch.float64))

SMOOTH: Mapping[str, Callable[[Tensor], Tensor]] = {
    "exp": torch.exp,
    "log": torch.log,
    "ln": torch.log,
    "log2": torch.log2,
    "log10": torch.log10,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "arcsin": torch.asin,
    "arccos": torch.acos,
    "arctan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
    "softplus": lambda x: torch.log(1 + torch.exp(x)),
    "erf": torch.erf,
    "Gamma": lambda x: torch.where(x > 0, torch.exp(torch.lgamma(x)), torch.full_like(x, torch.nan)),
}
KINKED: Mapping[str, Callable[[Tensor], Tensor]] = {
    "abs": torch.abs,
    "sign": torch.sign,
    "relu": lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
}
STEPPED: Mapping[str, Callable[[Tensor], Tensor]] = {"floor": torch.floor, "ceil": torch.ceil}


def kink(gap: Tensor, differentiating: bool) -> Tensor:
    """0 where a border is well away or met exactly, nan where floating point or a derivative cannot tell."""
    away = gap.abs() >= NEAR
    told = away if differentiating else away | (gap == 0)
    return torch.where(told, torch.zeros_like(gap), torch.full_like(gap, torch.nan)).detach()


def elementwise(name: str, differentiating: bool) -> Callable[[Tensor], Tensor] | None:
    if name in SMOOTH:
        return SMOOTH[name]
    if name in KINKED:
        return lambda x: KINKED[name](x) + kink(x, differentiating)
    if name in STEPPED:
        return lambda x: STEPPED[name](x) + kink(x - torch.round(x), differentiating)
    return None


def of_arrays(name: str, args: list[Value], differentiating: bool) -> Value:
    """Functions of whole vectors and matrices."""
    if name in ("max", "min"):
        return extreme(name, args, differentiating)
    if name in TWO and len(args) == 2:
        one, other = (vector(arg) for arg in args)
        if one.shape != other.shape:
            raise Senseless(name)
        return finite(Value(TWO[name](one, other)))
    if name in ONE and len(args) == 1:
        return finite(Value(ONE[name](vector(args[0]))))
    if len(args) == 1 and name in SQUARE:
        matrix = args[0].tensor
        if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1]:
            raise Senseless(name)
        return finite(Value(SQUARE[name](matrix)))
    if len(args) == 1 and name == "softmax":
        if not args[0].rank:
            raise Senseless(name)
        return Value(torch.softmax(args[0].tensor, -1), args[0].row)
    if len(args) == 1 and name == "norm":
        return finite(Value(torch.sqrt((args[0].tensor ** 2).sum())))
    if len(args) == 1 and name == "diag":
        if args[0].rank == 2 and args[0].tensor.shape[0] != args[0].tensor.shape[1] or not args[0].rank:
            raise Senseless(name)
        return Value(torch.diag(args[0].tensor))
    raise Unknown(name)


def vector(value: Value) -> Tensor:
    if value.rank != 1:
        raise Senseless("a vector is due")
    return value.tensor


def weighted(p: Tensor, log: Tensor) -> Tensor:
    """sum_k p_k log_k, where 0 log 0 is 0."""
    return torch.where(p == 0, torch.zeros_like(p), p * torch.where(p == 0, torch.zeros_like(p), log)).sum()


ONE: Mapping[str, Callable[[Tensor], Tensor]] = {
    "H": lambda p: -weighted(p, torch.log(p)),
    "H_2": lambda p: -weighted(p, torch.log(p)) / LN2,
    "logsumexp": lambda z: torch.log(torch.exp(z).sum()),
}
TWO: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "H": lambda p, q: -(p * torch.log(q)).sum(),
    "H_2": lambda p, q: -(p * torch.log(q)).sum() / LN2,
    "KL": lambda p, q: weighted(p, torch.log(p) - torch.log(q)),
    "dot": lambda a, b: (a * b).sum(),
}
SQUARE: Mapping[str, Callable[[Tensor], Tensor]] = {"tr": torch.trace, "trace": torch.trace, "det": torch.linalg.det}


def extreme(name: str, args: list[Value], differentiating: bool) -> Value:
    pick = torch.amax if name == "max" else torch.amin
    if len(args) == 1 and args[0].rank:
        entries = vector(args[0])
        return Value(pick(entries, 0) + ties(entries, differentiating))
    ready = spread(args)
    for value in ready:
        same_shape(value, ready[0])
    stacked = torch.stack([value.tensor for value in ready])
    return mapped(lambda *_: pick(stacked, 0) + ties(stacked, differentiating), *ready)


def ties(stacked: Tensor, differentiating: bool) -> Tensor:
    if stacked.shape[0] < 2:
        return torch.zeros(stacked.shape[1:], dtype=torch.float64)
    ordered = torch.sort(stacked, 0).values
    return kink(ordered[1:] - ordered[:-1], differentiating).sum(0)
