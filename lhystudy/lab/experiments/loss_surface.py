"""The loss as a landscape over its parameters: a bowl for a line, a mean, a median, and a floor below zero.

损失是参数上的一片地形：直线的是一只碗，有的底在平均数，有的在中位数，还有的低于零。

Synthetic data: views of yesterday and today, in thousands, scattered about a line.

lesson: three-steps
quick: days=30 steps=500
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

GRID = 61  # points of the grid along each parameter


@dataclass(frozen=True)
class Config:
    days: int = param(100, 10, 2000, en="days in the data", zh="数据的天数")
    outlier: float = param(100.0, 4.0, 10000.0, en="the odd day among 0, 1, 2, 3", zh="混进 0、1、2、3 的怪日子")
    steps: int = param(3000, 100, 20000, en="steps of each descent on a constant", zh="每次对常数下降的步数")
    spread: float = param(0.05, 0.001, 1.0, en="spread of the nearly constant data", zh="近乎不变的数据的散布")


CLAIMS = (
    Claim("grid-finds-the-line", "<", 0.05,
          en="the lowest point of L(b, w) on a grid is nearly as low as the line of least squares",
          zh="L(b, w) 在网格上的最低点，与最小二乘的直线几乎一样低",
          quantity_en="loss at the grid's lowest point above the least squares', as a share",
          quantity_zh="网格最低点的损失比最小二乘高出的比例"),
    Claim("never-below-least-squares", ">=", 0.0,
          en="no point of the grid is lower than the line of least squares", zh="网格上没有一点比最小二乘的直线更低",
          quantity_en="the same share", quantity_zh="同一个比例"),
    Claim("a-bowl", ">=", 0.0,
          en="the surface of a line's squared loss is a bowl: it curves upwards in every direction",
          zh="直线的平方损失曲面是一只碗：朝哪个方向都向上弯",
          quantity_en="smallest eigenvalue of the Hessian", quantity_zh="Hessian 的最小特征值"),
    Claim("squares-end-at-the-mean", "<", 1e-4,
          en="descent on the mean squared error of a constant ends at the mean",
          zh="对一个常数用均方误差下降，终点是平均数",
          quantity_en="distance from the mean", quantity_zh="与平均数的距离"),
    Claim("absolutes-end-at-a-median", "<", 0.01,
          en="descent on the mean absolute error ends at a median", zh="用平均绝对误差下降，终点是中位数",
          quantity_en="distance from the medians", quantity_zh="与中位数的距离"),
    Claim("outlier-moves-the-mean", ">", 10.0,
          en="one odd day moves the mean much farther than the median", zh="一个怪日子，把平均数拉走的距离远大于中位数",
          quantity_en="shift of the mean over the shift of the median", quantity_zh="平均数的移动与中位数的移动之比"),
    Claim("below-zero", "<", 0.0,
          en="a likelihood loss falls below zero and learning goes on", zh="似然损失降到零以下，学习照常进行",
          quantity_en="final negative log-likelihood", quantity_zh="最终的负对数似然"),
    Claim("falls-below-zero-too", ">", 0.0,
          en="below zero the loss falls on as above", zh="在零以下，损失照样继续下降",
          quantity_en="fall of the loss after it crossed zero", quantity_zh="损失越过零之后又降了多少"),
)  # fmt: skip

ZH = {
    "negative log-likelihood of nearly constant data": "近乎常数的数据的负对数似然",
    "log10 of L(b, w)": "L(b, w) 的 log10", "Lowest point": "最低点", "loss": "损失", "grid": "网格",
    "least squares": "最小二乘", "Where a constant ends": "常数落在何处", "error": "误差", "squared": "平方",
    "absolute": "绝对值",
}  # fmt: skip


def squared_loss(b: Tensor, w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """L(b, w) on a grid: b (…, rows, 1), w (…, 1, columns), x and y (seeds, days) -> (seeds, rows, columns)."""
    errors = b[..., None] + w[..., None] * x[:, None, None] - y[:, None, None]  # (seeds, rows, columns, days)
    return (errors**2).mean(dim=-1)


def constant(data: Tensor, kind: str, steps: int) -> float:
    """Where descent on the squared or absolute error of a constant c ends, from c = 0."""
    c = torch.zeros((), dtype=data.dtype, device=data.device, requires_grad=True)
    for step in range(steps):
        errors = data - c
        loss = (errors**2).mean() if kind == "squared" else errors.abs().mean()
        (gradient,) = torch.autograd.grad(loss, c)
        rate = 0.1 if kind == "squared" else 10 / (step + 10)  # steps of a constant slope must shrink
        with torch.no_grad():
            c -= rate * gradient
    return c.item()


def to_medians(data: Tensor, c: float) -> float:
    """Distance of c from the interval of medians."""
    ordered = data.sort().values
    low, high = ordered[(len(data) - 1) // 2].item(), ordered[len(data) // 2].item()
    return max(low - c, c - high, 0.0)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    device = seeds.device
    x = 4 + seeds.randn(config.days)  # (seeds, days): yesterday's views, thousands
    y = 0.6 + 0.9 * x + 0.3 * seeds.randn(config.days)
    features = torch.stack([torch.ones_like(x), x], dim=2)  # (seeds, days, 2): for b and w
    best = torch.linalg.lstsq(features, y[:, :, None]).solution  # (seeds, 2, 1)
    b_line, w_line = torch.linspace(-3, 4, GRID, device=device), torch.linspace(0, 2, GRID, device=device)
    surface = squared_loss(b_line[:, None], w_line[None], x, y)
    flat = surface.flatten(1).argmin(1)
    picture = surface[0, ::4, ::4].log10()
    yield Figure("log10 of L(b, w)", "heat", {"values": picture.tolist(), "x": [f"{v:.1f}" for v in w_line[::4]],
                 "y": [f"{v:.1f}" for v in b_line[::4]]}, "w", "b")  # fmt: skip
    lowest, least = surface.amin((1, 2)), squared_loss(best[:, :1], best[:, 1:], x, y)[:, 0, 0]
    yield Table("Lowest point", ["", "b", "w", "loss"],
                [["grid", b_line[flat // GRID], w_line[flat % GRID], lowest],
                 ["least squares", best[:, 0, 0], best[:, 1, 0], least]])  # fmt: skip
    yield Measured("grid-finds-the-line", lowest / least - 1)
    yield Measured("never-below-least-squares", lowest / least - 1)
    yield Measured("a-bowl", torch.linalg.eigvalsh(2 / config.days * features.mT @ features).amin(1))

    calm = torch.tensor([0.0, 1.0, 2.0, 3.0], device=device)
    odd = torch.cat([calm, torch.tensor([config.outlier], device=device)])
    ends = {(kind, name): constant(data, kind, config.steps)
            for kind in ("squared", "absolute") for name, data in (("calm", calm), ("odd", odd))}  # fmt: skip
    yield Table("Where a constant ends", ["error", "0 1 2 3", f"0 1 2 3 {config.outlier:g}"],
                [[kind, ends[kind, "calm"], ends[kind, "odd"]] for kind in ("squared", "absolute")])  # fmt: skip
    off_mean = [abs(ends["squared", name] - data.mean().item()) for name, data in (("calm", calm), ("odd", odd))]
    off_median = [to_medians(data, ends["absolute", name]) for name, data in (("calm", calm), ("odd", odd))]
    yield Measured("squares-end-at-the-mean", max(off_mean))
    yield Measured("absolutes-end-at-a-median", max(off_median))
    shift = {kind: abs(ends[kind, "odd"] - ends[kind, "calm"]) for kind in ("squared", "absolute")}
    yield Measured("outlier-moves-the-mean", shift["squared"] / max(shift["absolute"], 1e-3))

    nearly = 5 + config.spread * seeds.randn(config.days)
    mu = torch.full((seeds.count, 1), 4.0, device=device, requires_grad=True)
    log_s = torch.zeros(seeds.count, 1, device=device, requires_grad=True)  # s = exp(log_s) stays positive
    adam = torch.optim.Adam([mu, log_s], lr=0.02)
    losses = []
    for step in range(400):
        loss = (log_s + 0.5 * math.log(2 * math.pi) + (nearly - mu) ** 2 / (2 * (2 * log_s).exp())).mean(1)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        losses.append(loss.detach())
        if step % 4 == 0:
            yield Metric("loss", step, loss.detach(), chart="negative log-likelihood of nearly constant data")
    yield Measured("below-zero", losses[-1])
    curve = torch.stack(losses)  # (steps, seeds)
    first = (curve < 0).int().argmax(0)  # the first step below zero
    crossed = torch.where((curve < 0).any(0), curve.gather(0, first[None])[0], curve[-1])
    yield Measured("falls-below-zero-too", crossed - curve[-1])
