"""Autograd against a derivative by hand and against differences, whose best step is neither large nor tiny.

自动求导，与手算、与差分对照：差分的步长太大太小都不好。

The function is sin(x y) + x exp(-y), at random places.

lesson: pytorch
quick: places=50
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    places: int = param(1000, 10, 100000, en="random places (x, y)", zh="随机点 (x, y) 的个数")


CLAIMS = (
    Claim("autograd-is-exact", "<", 1e-12,
          en="autograd gives the derivative that was worked out by hand", zh="自动求导给出的就是手算的导数",
          quantity_en="relative error, double precision", quantity_zh="相对误差，双精度"),
    Claim("agrees-with-differences", "<", 1e-6,
          en="central differences with h = 1e-4 agree with autograd", zh="h = 1e-4 的中心差分与自动求导一致",
          quantity_en="relative error, double precision", quantity_zh="相对误差，双精度"),
    Claim("smaller-is-better", "<", 1.0,
          en="the smaller the step, the better the difference", zh="步长越小，差分越准",
          quantity_en="error with h = 1e-12 over error with h = 1e-5", quantity_zh="h = 1e-12 与 h = 1e-5 的误差之比"),
    Claim("float32-will-do", "<", 1e-4,
          en="single precision is enough for a check with h = 1e-4", zh="用 h = 1e-4 检查，单精度也够",
          quantity_en="relative error, single precision", quantity_zh="相对误差，单精度"),
    Claim("tape-holds-every-operation", "<=", 0.0,
          en="each operation leaves one node on the tape", zh="每个运算在带子上留下一个节点",
          quantity_en="nodes that are not leaves, minus operations", quantity_zh="非叶节点数减运算次数"),
    Claim("detach-stops-the-gradient", "<=", 0.0,
          en="the gradient of (x x.detach()).sum() is x, not 2 x", zh="(x x.detach()).sum() 的梯度是 x，不是 2 x",
          quantity_en="largest difference from x", quantity_zh="与 x 的最大差"),
    Claim("detach-leaves-the-source", ">=", 1.0,
          en="after pred.detach() the tensor pred is still on the tape and shares its memory with the copy",
          zh="pred.detach() 之后，pred 仍在带子上，并与所得张量共用内存",
          quantity_en="share of seeds where both hold", quantity_zh="两者都成立的种子比例"),
)  # fmt: skip

ZH = {
    "log10 of the relative error against log10 of the step": "相对误差的 log10，随步长的 log10",
    "Central differences": "中心差分", "log10 h": "步长 h 的 log10", "double": "双精度误差", "single": "单精度误差",
}  # fmt: skip

FLOATS = {"double": torch.float64, "single": torch.float32}


def function(x: Tensor, y: Tensor) -> Tensor:
    return torch.sin(x * y) + x * torch.exp(-y)


def by_hand(x: Tensor, y: Tensor) -> Tensor:
    """The derivative in x."""
    return y * torch.cos(x * y) + torch.exp(-y)


def by_difference(x: Tensor, y: Tensor, h: float) -> Tensor:
    return (function(x + h, y) - function(x - h, y)) / (2 * h)


def relative(error: Tensor, exact: Tensor) -> Tensor:
    """Norm of the error of each seed over that of the exact values: (seeds, places) -> (seeds,)."""
    return (error.double().square().sum(1) / exact.double().square().sum(1)).sqrt()


def nodes(last: Any) -> int:
    """Nodes behind a tensor that are operations, each counted once; leaves only collect what comes back."""
    seen, waiting = set(), [last.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen and node.name() != "torch::autograd::AccumulateGrad":
            seen.add(node)
            waiting += [before for before, _ in node.next_functions]
    return len(seen)


def tape(x: Tensor) -> float:
    """Nodes minus operations of a chain of one to seven operations, the largest difference."""
    steps: list[Callable[[Tensor], Tensor]] = [torch.sin, torch.exp, torch.tanh, torch.neg, torch.sigmoid, torch.cos]
    value, most = x * x, 0
    for count, step in enumerate(steps, start=1):
        most = max(most, abs(nodes(value) - count))
        value = step(value)
    return float(max(most, abs(nodes(value) - len(steps) - 1)))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = seeds.stack(lambda: 4 * torch.rand(config.places, dtype=torch.float64) - 2).cpu()  # (seeds, places)
    y = seeds.stack(lambda: 4 * torch.rand(config.places, dtype=torch.float64) - 2).cpu()
    leaf = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(function(leaf, y).sum(), leaf)
    yield Measured("autograd-is-exact", relative(slope - by_hand(x, y), slope))

    errors = {}
    for name, dtype in FLOATS.items():
        for power in range(-13, 1):
            difference = by_difference(x.to(dtype), y.to(dtype), 10.0**power)
            errors[name, power] = relative(difference.double() - slope, slope).clamp(min=1e-17)
            yield Metric(name, power, errors[name, power].log10(),
                         chart="log10 of the relative error against log10 of the step")  # fmt: skip
    shown = (-12, -10, -8, -6, -5, -4, -2, 0)
    rows = [[power, *(errors[name, power] for name in FLOATS)] for power in shown]
    yield Table("Central differences", ["log10 h", *FLOATS], rows)
    yield Measured("agrees-with-differences", errors["double", -4])
    yield Measured("smaller-is-better", errors["double", -12] / errors["double", -5])
    yield Measured("float32-will-do", errors["single", -4])

    yield Measured("tape-holds-every-operation", [tape(row.clone().requires_grad_()) for row in x])
    leaf = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad((leaf * leaf.detach()).sum(), leaf)
    yield Measured("detach-stops-the-gradient", (slope - x).abs().amax(1))
    kept = []
    for row in x:
        pred = row.clone().requires_grad_() * 2
        apart = pred.detach()
        kept.append(float(pred.grad_fn is not None and apart.grad_fn is None and apart.data_ptr() == pred.data_ptr()))
    yield Measured("detach-leaves-the-source", kept)
