"""Leaving a saddle: gradient descent, momentum, and the direction of the negative eigenvalue.

离开鞍点：梯度下降、动量，以及负特征值指的方向。

The smallest network, y = w1 w2 x, with the one example x = 1, y = 1, has the loss (1 - w1 w2)^2. Its origin is flat.

lesson: critical-points
quick: starts=20
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

AWAY = 0.5  # the saddle is left when the loss has fallen from 1 to below this


@dataclass(frozen=True)
class Config:
    rate: float = param(0.05, 0.001, 0.2, en="learning rate", zh="学习率")
    momentum: float = param(0.9, 0.0, 0.99, en="momentum", zh="动量系数")
    noise: float = param(1e-6, 1e-12, 0.1, en="distance of the start from the saddle", zh="起点离鞍点的距离")
    starts: int = param(200, 10, 2000, en="random starts on the surface", zh="曲面上随机起点的个数")
    limit: int = param(1000, 100, 20000, en="steps after which a walk is given up", zh="走多少步就放弃")


CLAIMS = (
    Claim("eigenvalues-at-origin", "<=", 1e-12,
          en="at the origin the Hessian is [[0, -2], [-2, 0]], with the eigenvalues -2 and 2",
          zh="原点的海森矩阵是 [[0, -2], [-2, 0]]，特征值为 -2 与 2",
          quantity_en="largest deviation of entries and eigenvalues, autograd",
          quantity_zh="元素与特征值的最大偏差，自动求导"),
    Claim("exact-saddle-holds", "<=", 0.0,
          en="from the saddle itself neither descent nor momentum ever moves",
          zh="恰好从鞍点出发，下降与动量都一动不动",
          quantity_en="distance moved", quantity_zh="移动的距离"),
    Claim("noise-escapes", "<", 300,
          en="descent leaves the saddle from a tiny distance within 300 steps",
          zh="离鞍点只差一点点，下降在 300 步以内离开",
          quantity_en="steps until the loss is below 0.5", quantity_zh="损失降到 0.5 以下的步数"),
    Claim("cost-is-logarithmic", "<", 4.0,
          en="a start a million times nearer to the saddle costs less than four times the steps",
          zh="起点近一百万倍，步数不到四倍",
          quantity_en="steps from 1e-9 over steps from 1e-3", quantity_zh="从 1e-9 出发与从 1e-3 出发的步数之比"),
    Claim("momentum-sooner", "<", 0.5,
          en="momentum leaves it in less than half the steps", zh="动量用不到一半的步数离开",
          quantity_en="steps with momentum over steps without", quantity_zh="有动量与没有动量的步数之比"),
    Claim("eigenvector-lowers", "<", 0.0,
          en="along the negative eigenvalue's direction, both ways, the loss falls",
          zh="沿负特征值的方向，正反两边损失都下降",
          quantity_en="largest change of the loss over +u and -u, steps 0.001 to 0.1",
          quantity_zh="沿 +u 与 -u 走 0.001 到 0.1，损失变化的最大值"),
    Claim("half-lambda-squared", "<", 0.01,
          en="it falls by half the eigenvalue times the step squared", zh="降幅是特征值的一半乘步长的平方",
          quantity_en="largest relative error", quantity_zh="最大相对误差"),
    Claim("eigenvector-in-one-step", "<", 0.5,
          en="one step of length 1 along it leaves the saddle", zh="沿它走长度 1 的一步，就离开了鞍点",
          quantity_en="loss after that step", quantity_zh="走完这一步的损失"),
    Claim("random-starts-arrive", ">=", 1.0,
          en="descent from a random start ends in the valley, not in the saddle",
          zh="随机起点的下降都到谷底，不停在鞍点",
          quantity_en="share of the starts with a final loss below 0.001", quantity_zh="最终损失低于 0.001 的起点比例"),
    Claim("every-start-arrives", "<", 0.001,
          en="every start ends there, also those with w1 = -w2", zh="任何起点都如此，w1 = -w2 的也是",
          quantity_en="final loss from (0.8, -0.8)", quantity_zh="从 (0.8, -0.8) 出发的最终损失"),
)  # fmt: skip

ZH = {
    "loss from beside the saddle": "从鞍点旁出发的损失", "Hessian at the origin": "原点处的 Hessian",
    "eigenvalue": "特征值", "Steps to leave": "离开所需步数", "start": "起点", "descent": "梯度下降",
    "momentum": "动量",
}  # fmt: skip


def loss(w: Tensor) -> Tensor:
    """(1 - w1 w2)^2 for w of shape (..., 2)."""
    return (1 - w[..., 0] * w[..., 1]) ** 2


def walk(start: Tensor, rate: float, momentum: float, steps: int) -> Iterator[Tensor]:
    """The start and the places after each step: velocity = momentum * velocity - rate * gradient."""
    w, velocity = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        yield w
        w.requires_grad_()
        (gradient,) = torch.autograd.grad(loss(w).sum(), w)
        velocity = momentum * velocity - rate * gradient
        w = (w + velocity).detach()
    yield w


def steps_to_leave(places: Iterator[Tensor], limit: int) -> Tensor:
    """Number of steps until the loss is below AWAY, or the limit: (seeds,)."""
    taken = None
    for step, w in enumerate(places):
        away = loss(w) < AWAY
        taken = torch.full(away.shape, limit) if taken is None else taken
        taken = torch.where(away, taken.clamp(max=step), taken)
        if away.all():
            break
    assert taken is not None
    return taken.double()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    origin = torch.zeros(2, dtype=torch.float64)  # float64 stays on the CPU: the start is 1e-6 away and nearer
    hessian: Tensor = torch.autograd.functional.hessian(loss, origin)
    eigenvalues, eigenvectors = torch.linalg.eigh(hessian)  # ascending
    expected = torch.tensor([[0.0, -2.0], [-2.0, 0.0]], dtype=torch.float64)
    off = max((hessian - expected).abs().max().item(), (eigenvalues.abs() - 2).abs().max().item())
    yield Table("Hessian at the origin", ["eigenvalue", "w1", "w2"],
                [[eigenvalues[i].item(), *map(float, eigenvectors[:, i])] for i in (0, 1)])  # fmt: skip
    yield Measured("eigenvalues-at-origin", off)

    names = {"descent": 0.0, "momentum": config.momentum}
    still = [list(walk(origin, config.rate, beta, 100))[-1].norm().item() for beta in names.values()]
    yield Measured("exact-saddle-holds", max(still))

    direction = seeds.stack(lambda: torch.randn(2, dtype=torch.float64)).cpu()  # (seeds, 2)
    direction /= direction.norm(dim=1, keepdim=True)
    for name, beta in names.items():
        for step, w in enumerate(walk(config.noise * direction, config.rate, beta, 240)):
            if step % 4 == 0:
                yield Metric(name, step, loss(w), chart="loss from beside the saddle")
    rows, taken = [], {}
    for distance in sorted({1e-3, 1e-6, 1e-9, config.noise}):
        start = distance * direction
        for name, beta in names.items():
            taken[name, distance] = steps_to_leave(walk(start, config.rate, beta, config.limit), config.limit)
        rows.append([f"{distance:g}", taken["descent", distance], taken["momentum", distance]])
    yield Table("Steps to leave", ["start", "descent", "momentum"], rows)
    yield Measured("noise-escapes", taken["descent", config.noise])
    yield Measured("cost-is-logarithmic", taken["descent", 1e-9] / taken["descent", 1e-3])
    yield Measured("momentum-sooner", taken["momentum", config.noise] / taken["descent", config.noise])

    u = eigenvectors[:, 0]
    lengths = torch.logspace(-3, -1, 21, dtype=torch.float64)
    change = torch.stack([loss(sign * lengths[:, None] * u) for sign in (1, -1)]) - 1  # (way, length)
    promised = 0.5 * eigenvalues[0] * lengths**2
    yield Measured("eigenvector-lowers", change.max())
    yield Measured("half-lambda-squared", (change / promised - 1).abs().max())
    yield Measured("eigenvector-in-one-step", loss(u))

    anywhere = 3 * seeds.stack(lambda: torch.rand(config.starts, 2, dtype=torch.float64)).cpu() - 1.5
    ends = list(walk(anywhere, config.rate, 0.0, config.limit))[-1]  # (seeds, starts, 2)
    yield Measured("random-starts-arrive", (loss(ends) < 1e-3).double().mean(1))
    ridge = torch.tensor([0.8, -0.8], dtype=torch.float64)
    yield Measured("every-start-arrives", loss(list(walk(ridge, config.rate, 0.0, config.limit))[-1]))
