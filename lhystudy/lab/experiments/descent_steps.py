"""What one step of descent does, how long it may be, and where descent really ends.

下降一步做了什么，步子能迈多大，下降又真正停在哪里。

Small functions and a small synthetic data set; everything is computed in double precision.

lesson: three-steps
quick: steps=300
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Log, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    steps: int = param(2000, 100, 20000, en="steps of the long descents", zh="长下降的步数")
    curvature: float = param(4.0, 0.01, 100.0, en="curvature h of the bowl (h/2) w^2", zh="碗 (h/2) w^2 的曲率 h")


CLAIMS = (
    Claim("against-the-slope", ">=", 0.999,
          en="a small step against the sign of the slope lowers the loss, one along it raises it",
          zh="逆着斜率的符号走一小步，损失降低；顺着走，损失升高",
          quantity_en="share of 1000 random points where both hold", quantity_zh="1000 个随机点中两者都成立的比例"),
    Claim("too-large-flies-off", ">", 1000.0,
          en="beyond 2/h every step takes it farther away", zh="超过 2/h，每一步都离得更远",
          quantity_en="loss after 100 steps over the first loss", quantity_zh="用 2.1/h 走 100 步后与最初损失之比"),
    Claim("large-jumps-and-arrives", "<", 1e-6,
          en="at 1.9/h it jumps across the minimum at every step and arrives all the same",
          zh="1.9/h 每一步都跳过最低点，却照样到达",
          quantity_en="loss after 100 steps over the first loss", quantity_zh="走 100 步后的损失与最初之比"),
    Claim("too-small-stays-away", ">", 0.1,
          en="at 0.01/h a hundred steps are not enough", zh="0.01/h 走一百步还不够",
          quantity_en="loss after 100 steps over the first loss", quantity_zh="走 100 步后的损失与最初之比"),
    Claim("same-line-as-lstsq", "<", 1e-6,
          en="for a line, descent ends where the normal equations say", zh="对直线，下降的终点就是正规方程的解",
          quantity_en="largest difference of a parameter", quantity_zh="参数的最大差"),
    Claim("loop-works-without-formula", "<", 0.5,
          en="the same loop also fits a sigmoid curve, for which no formula exists",
          zh="同一个循环也能拟合没有公式解的 Sigmoid 曲线",
          quantity_en="final loss over the best line's", quantity_zh="最终损失与最好的直线之比"),
    Claim("never-exactly-zero", "<=", 0.0,
          en="training a small network never meets a gradient of exactly zero",
          zh="训练一个小网络，从不会遇到恰好为零的梯度",
          quantity_en="steps with an exactly zero gradient", quantity_zh="梯度恰好为零的步数"),
    Claim("still-falling", ">", 0.0,
          en="when the steps are used up the loss is still falling", zh="步数用完的时候，损失还在下降",
          quantity_en="fall of the loss over the last tenth of the steps", quantity_zh="最后十分之一步数里损失的降幅"),
    Claim("zero-slope-is-not-low", ">=", 1.0,
          en="started on a saddle, descent stays there although the loss is high",
          zh="从鞍点出发，损失还很高，下降却一动不动",
          quantity_en="loss of (1 - w1 w2)^2 at the end", quantity_zh="(1 - w1 w2)^2 最终的值"),
)  # fmt: skip

ZH = {
    "log10 of the loss on the bowl": "碗形函数上损失的 log10",
    "loss of a line and of a sigmoid, same loop": "直线与 sigmoid 的损失，同一个循环",
    "log10 of the gradient norm of a small network": "小网络梯度范数的 log10", "Learning rate {}/h": "学习率 {}/h",
    "loss after {}": "{} 步后的损失", "after {}": "{} 步后", "jumps across in {}": "{} 步内越过谷底的次数",
    "Double precision on the CPU: these functions are too small for anything else.": "CPU 双精度：函数小，不必用别的。",
}  # fmt: skip


def slope_signs(points: int = 1000) -> float:
    """Share of random points of a curved loss where a small step against the slope's sign helps, and along it hurts."""
    w = (8 * torch.rand(points, dtype=DOUBLE) - 4).requires_grad_()

    def loss(at: Tensor) -> Tensor:
        return torch.sin(2 * at) + 0.1 * at**2

    (slope,) = torch.autograd.grad(loss(w).sum(), w)
    step = 1e-4 * slope
    helps, hurts = loss(w - step) < loss(w), loss(w + step) > loss(w)
    return (helps & hurts).to(DOUBLE).mean().item()


def bowl(rate: float, curvature: float, steps: int) -> tuple[list[float], int]:
    """Losses of descent on (h/2) w^2 from w = 1, and how often w changed its sign."""
    w, losses, jumps = 1.0, [], 0
    for _ in range(steps):
        losses.append(curvature / 2 * w * w)
        new = w - rate * curvature * w
        jumps += new * w < 0
        w = new
    return [*losses, curvature / 2 * w * w], jumps


def descend(
    loss: Callable[[], Tensor], weights: list[Tensor], rate: float, steps: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Plain gradient descent, written out; yields each seed's loss and gradient norm before each step."""
    for _ in range(steps):
        value = loss()  # (seeds,)
        gradients = torch.autograd.grad(value.sum(), weights)
        yield value.detach(), torch.stack([g.flatten(1).square().sum(1) for g in gradients]).sum(0).sqrt()
        with torch.no_grad():
            for w, gradient in zip(weights, gradients, strict=True):
                w -= rate * gradient


def parameters(count: int, seeds: Seeds) -> list[Tensor]:
    """Weights that start at 0, each (seeds, 1)."""
    return [torch.zeros(seeds.count, 1, dtype=DOUBLE, requires_grad=True) for _ in range(count)]


def bowls(config: Config) -> Iterator[Event]:
    """Descent on a bowl of curvature h at learning rates from far too small to too large."""
    left = {}
    for share in (0.01, 1.0, 1.9, 2.1):
        losses, jumps = bowl(share / config.curvature, config.curvature, 100)
        left[share] = losses[100] / losses[0]
        for t, loss in enumerate(losses):
            yield Metric(f"{share}/h", t, math.log10(max(loss, 1e-12)), chart="log10 of the loss on the bowl")
        after_2000 = bowl(share / config.curvature, config.curvature, 2000)[0][2000] / losses[0]
        yield Table(f"Learning rate {share}/h", ["loss after 100", "after 2000", "jumps across in 100"],
                    [[left[share], after_2000, jumps]])  # fmt: skip
    yield Measured("too-large-flies-off", left[2.1])
    yield Measured("large-jumps-and-arrives", left[1.9])
    yield Measured("too-small-stays-away", left[0.01])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Log("Double precision on the CPU: these functions are too small for anything else.")
    yield Measured("against-the-slope", seeds.each(slope_signs))
    yield from bowls(config)
    yield Progress(1, 4)

    x = torch.linspace(-2, 2, 40, dtype=DOUBLE)
    y = torch.sigmoid(4 * x + 1) + 0.02 * seeds.stack(lambda: torch.randn(40, dtype=DOUBLE)).cpu()  # (seeds, 40)
    w, b = parameters(2, seeds)
    for t, (loss, _) in enumerate(descend(lambda: ((w * x + b - y) ** 2).mean(1), [w, b], 0.2, 500)):
        if t % 5 == 0:
            yield Metric("line", t, loss, chart="loss of a line and of a sigmoid, same loop")
    exact = torch.linalg.lstsq(torch.stack([x, torch.ones_like(x)], dim=1), y.T).solution[:, :, None]  # (2, seeds, 1)
    yield Measured("same-line-as-lstsq", torch.maximum((w - exact[0]).abs(), (b - exact[1]).abs())[:, 0].detach())
    best_line = ((exact[0] * x + exact[1] - y) ** 2).mean(1)
    w, b = parameters(2, seeds)
    for t, (loss, _) in enumerate(descend(lambda: ((torch.sigmoid(w * x + b) - y) ** 2).mean(1), [w, b], 2.0, 500)):
        if t % 5 == 0:
            yield Metric("sigmoid", t, loss, chart="loss of a line and of a sigmoid, same loop")
    yield Measured("loop-works-without-formula", loss / best_line)
    yield Progress(2, 4)

    nets = seeds.network(lambda: nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))).to("cpu", DOUBLE)
    points = x[:, None].expand(seeds.count, 40, 1)
    target = (torch.sin(3 * x) + 0.1 * seeds.stack(lambda: torch.randn(40, dtype=DOUBLE)).cpu())[:, :, None]
    losses, zeros = [], torch.zeros(seeds.count)
    weights: list[Tensor] = list(nets.parameters())
    for t, (loss, norm) in enumerate(
        descend(lambda: ((nets(points) - target) ** 2).mean((1, 2)), weights, 0.05, config.steps)
    ):
        losses.append(loss)
        zeros += norm == 0.0
        if t % (1 + config.steps // 200) == 0:
            yield Metric("gradient norm", t, norm.log10(), chart="log10 of the gradient norm of a small network")
    yield Measured("never-exactly-zero", zeros)
    yield Measured("still-falling", losses[-1 - config.steps // 10] - losses[-1])
    yield Progress(3, 4)

    w1, w2 = parameters(2, seeds)
    on_saddle = [loss for loss, _ in descend(lambda: ((1 - w1 * w2) ** 2)[:, 0], [w1, w2], 0.1, 200)]
    yield Measured("zero-slope-is-not-low", on_saddle[-1])
    yield Progress(4, 4)
