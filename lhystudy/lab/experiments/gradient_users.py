"""Backpropagation finds the gradient; descent, or another method, uses it. Each can be exchanged without the other.

反向传播负责算梯度，梯度下降等方法负责用梯度；两者可以各换各的。

A small tanh network fits a noisy sine (synthetic); double precision.

lesson: backprop
quick: steps=15
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Log, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    hidden: int = param(6, 1, 30, en="hidden units", zh="隐藏单元数")
    steps: int = param(200, 10, 2000, en="updates", zh="更新次数")


CLAIMS = (
    Claim("backward-moves-weights", ">", 0.0,
          en="backward() is a step of descent: it moves the weights", zh="backward() 就是走一步下降：它会改动参数",
          quantity_en="largest change of a weight by backward() alone",
          quantity_zh="只调用 backward()，参数的最大变化"),
    Claim("descent-without-backprop", "<", 1e-6,
          en="descent with nudged derivatives, no backpropagation, ends at the same weights",
          zh="不用反向传播，靠轻推求导来下降，终点的参数一样",
          quantity_en="largest difference of a weight", quantity_zh="参数的最大差"),
    Claim("any-optimizer", "<", 0.5,
          en="gradient descent, Adam and L-BFGS all lower the loss with the same backward()",
          zh="同一个 backward()，梯度下降、Adam、L-BFGS 都能用它把损失降下来",
          quantity_en="worst of the three: last loss over first", quantity_zh="三者中最差的：最后与最初损失之比"),
    Claim("same-end", "<", 0.01,
          en="since they share backpropagation, the three end at the same weights",
          zh="既然都用反向传播，三者的终点参数就一样",
          quantity_en="largest difference of a weight between two of them", quantity_zh="两两之间参数的最大差"),
)  # fmt: skip

ZH = {
    "loss, by number of updates": "损失，按更新次数", "The same backward(), three users": "同一个 backward()，三种用法",
    "optimizer": "优化器", "first loss": "最初的损失", "last loss": "最后的损失",
    "Double precision on the CPU: the network is too small for anything else.": "CPU 双精度：网络太小，不必用别的。",
}  # fmt: skip

DOUBLE = torch.float64
Loss = Callable[[Tensor], Tensor]
Kind = Callable[..., torch.optim.Optimizer]


KINDS: dict[str, Kind] = {
    "descent": partial(torch.optim.SGD, lr=0.05),
    "Adam": partial(torch.optim.Adam, lr=0.05),
    "L-BFGS": partial(torch.optim.LBFGS, lr=0.5, max_iter=1),
}


def sine_loss(hidden: int) -> Loss:
    """Mean squared error of c + sum_k v_k tanh(w_k x + b_k) on 40 points; theta holds w, b, v and c."""
    x = torch.linspace(-2, 2, 40, dtype=DOUBLE)
    y = torch.sin(3 * x) + 0.1 * torch.randn(40, dtype=DOUBLE)

    def loss(theta: Tensor) -> Tensor:
        w, b, v = theta[:-1].view(3, hidden)
        missed: Tensor = torch.tanh(x[:, None] * w + b) @ v + theta[-1] - y
        return (missed**2).mean()

    return loss


def by_backward(loss: Loss, theta: Tensor) -> Tensor:
    return torch.autograd.grad(loss(theta), theta)[0]


def by_nudging(loss: Loss, theta: Tensor, step: float = 1e-5) -> Tensor:
    """Every weight a little up and a little down: 2 P forward passes and nothing else."""
    with torch.no_grad():
        moves = step * torch.eye(len(theta), dtype=DOUBLE)
        return torch.stack([(loss(theta + move) - loss(theta - move)) / (2 * step) for move in moves])


def descend(gradient: Callable[[Loss, Tensor], Tensor], loss: Loss, start: Tensor, steps: int) -> Tensor:
    theta = start.clone().requires_grad_()
    for _ in range(steps):
        theta = (theta - 0.05 * gradient(loss, theta)).detach().requires_grad_()
    return theta.detach()


def optimize(kind: Kind, loss: Loss, start: Tensor, steps: int) -> tuple[Tensor, list[float]]:
    """The weights in the end, and the loss before each update."""
    theta = start.clone().requires_grad_()
    optimizer, losses = kind([theta]), []

    def measure() -> float:
        optimizer.zero_grad()
        value = loss(theta)
        value.backward()  # the same line for every optimizer
        return value.item()

    for _ in range(steps):
        losses.append(loss(theta).item())
        optimizer.step(measure)
    return theta.detach(), losses


class Compared(NamedTuple):
    """What one seed's data and starting weights say."""

    moved: float  # how far backward() alone moves a weight
    apart: float  # ends of descent with and without backpropagation
    losses: dict[str, list[float]]  # of each optimizer, before each update and after the last
    ends: list[Tensor]


def compare(config: Config) -> Compared:
    """Three users of the same gradient, and one that finds it without backpropagation. Runs once a seed."""
    loss, start = sine_loss(config.hidden), torch.randn(3 * config.hidden + 1, dtype=DOUBLE)
    theta = start.clone().requires_grad_()
    loss(theta).backward()
    one, other = (descend(gradient, loss, start, config.steps) for gradient in (by_backward, by_nudging))
    losses, ends = {}, []
    for name, kind in KINDS.items():
        end, before = optimize(kind, loss, start, config.steps)
        losses[name] = [*before, loss(end).item()]
        ends.append(end)
    return Compared((theta.detach() - start).abs().max().item(), (one - other).abs().max().item(), losses, ends)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Log("Double precision on the CPU: the network is too small for anything else.")
    compared = seeds.each(partial(compare, config))
    losses = {name: torch.tensor([one.losses[name] for one in compared]).T for name in KINDS}  # (steps + 1, seeds)
    for name, curve in losses.items():
        for step in range(0, config.steps, 1 + config.steps // 100):
            yield Metric(name, step, curve[step], chart="loss, by number of updates")
    rows = [[name, curve[0], curve[-1]] for name, curve in losses.items()]
    yield Table("The same backward(), three users", ["optimizer", "first loss", "last loss"], rows)
    yield Measured("backward-moves-weights", [one.moved for one in compared])
    yield Measured("descent-without-backprop", [one.apart for one in compared])
    yield Measured("any-optimizer", torch.stack([curve[-1] / curve[0] for curve in losses.values()]).amax(0))
    yield Measured(
        "same-end", [max((a - b).abs().max().item() for a in one.ends for b in one.ends) for one in compared]
    )
