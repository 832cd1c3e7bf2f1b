"""Descent in a valley that the units made: raw and standardised measurements of wines.

单位造成的峡谷里的下降：酒的原始测量值与标准化之后的测量值。

Real data: scikit-learn's 178 wines. A linear model of the twelve other measurements foretells how far the
alcohol is from its mean. Plain descent in double precision at the best fixed rate, 2 / (largest + smallest eigenvalue
of the Hessian).

lesson: normalization
quick: steps=500
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import wines
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

HUE, PROLINE = 9, 11  # places among the twelve
GRID = 41


@dataclass(frozen=True)
class Config:
    steps: int = param(5000, 200, 100000, en="steps of descent", zh="下降的步数")
    done: float = param(0.01, 0.0001, 0.5, en="share of the excess loss at which descent has arrived",
                        zh="多余的损失降到这个比例就算到达")  # fmt: skip


CLAIMS = (
    Claim("units-stretch-the-bowl", ">", 1e4,
          en="different input scales make one direction steep and another flat",
          zh="输入的尺度不同，使一个方向陡、一个方向平",
          quantity_en="largest over smallest eigenvalue of the Hessian, raw",
          quantity_zh="Hessian 最大与最小特征值之比，原始数据",
          seeds=1),
    Claim("standardising-evens", ">", 100.0,
          en="standardising evens them", zh="标准化使它们接近",
          quantity_en="that ratio raw over standardised", quantity_zh="上面的比：原始与标准化相比", seeds=1),
    Claim("standardised-is-round", "<", 2.0,
          en="after standardising the bowl is round", zh="标准化之后，碗就圆了",
          quantity_en="largest over smallest eigenvalue, standardised",
          quantity_zh="最大与最小特征值之比，标准化之后", seeds=1),
    Claim("fewer-steps", ">", 10.0,
          en="standardised, descent arrives in far fewer steps", zh="标准化之后，下降所需的步数少得多",
          quantity_en="steps raw over steps standardised (at least)",
          quantity_zh="步数之比：原始比标准化（至少）", seeds=1),
    Claim("mean-0-variance-1", "<", 1e-9,
          en="subtracting the mean and dividing by the deviation gives mean 0 and variance 1",
          zh="减均值、除以标准差，得到均值 0、方差 1",
          quantity_en="largest distance of a mean from 0 or a variance from 1",
          quantity_zh="均值与 0、方差与 1 的最大差距", seeds=1),
    Claim("flat-waits-for-steep", "<", 0.1,
          en="descent goes down steep directions first and flat ones afterwards", zh="下降先走陡的方向，走完再走平的",
          quantity_en="share of its distance that the flattest direction makes in step 1 over that in step 200",
          quantity_zh="最平方向第 1 步走掉自身距离的比例，与第 200 步相比", seeds=1),
)  # fmt: skip

ZH = {
    "log10 of the excess loss, share of the first": "多余损失占最初的比例，log10",
    "share of the distance left, standardised": "还剩的距离的比例，标准化之后",
    "Raw: log10 of the loss over two weights": "原始：两个权重上的损失，log10",
    "Standardised: log10 of the loss over two weights": "标准化：两个权重上的损失，log10",
    "weight of hue": "色调的权重", "weight of proline": "脯氨酸的权重", "Hessian": "Hessian", "inputs": "输入",
    "largest eigenvalue": "最大特征值", "smallest": "最小", "ratio": "比", "steps to arrive": "到达的步数",
    "raw": "原始", "standardised": "标准化",
}  # fmt: skip


def with_one(x: Tensor) -> Tensor:
    """A column of ones for the bias, and the features: (n, d) -> (n, d + 1)."""
    return torch.cat([torch.ones(len(x), 1, dtype=x.dtype), x], dim=1)


def landscape(x: Tensor, y: Tensor, best: Tensor) -> list[list[float]]:
    """log10 of the loss when the weights of hue and proline leave their best values by up to 1, the same for both."""
    away = torch.linspace(-1, 1, GRID, dtype=x.dtype)
    moved = away[:, None, None] * x[:, 1 + PROLINE] + away[None, :, None] * x[:, 1 + HUE]  # (GRID, GRID, n)
    rows: list[list[float]] = (x @ best - y + moved).square().mean(dim=2).log10().tolist()
    return rows


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    table = wines().features.double()
    features, alcohol = table[:, 1:], table[:, 0] - table[:, 0].mean()
    deviation, mean = torch.std_mean(features, dim=0, correction=0)
    standardised = (features - mean) / deviation
    rows, ratio, arrived = [], {}, {}
    for name, inputs in (("raw", features), ("standardised", standardised)):
        x = with_one(inputs)
        values, directions = torch.linalg.eigh(2 / len(x) * x.T @ x)  # of the Hessian, rising
        ratio[name] = (values[-1] / values[0]).item()
        best = torch.linalg.lstsq(x, alcohol[:, None]).solution[:, 0]
        rate = 2 / (values[-1] + values[0])
        w = torch.zeros_like(best)
        left, arrived[name] = [], config.steps
        for step in range(config.steps + 1):
            away = directions.T @ (w - best)  # along the eigenvectors
            excess = (values / 2 * away**2).sum().item()  # of the loss above the least
            left.append(away.abs())
            if step == 0:
                first = excess
            if excess < config.done * first:
                arrived[name] = min(arrived[name], step)
            if step % (1 + config.steps // 200) == 0:
                yield Metric(name, step, math.log10(max(excess / first, 1e-12)),
                             chart="log10 of the excess loss, share of the first")  # fmt: skip
            w = w - rate * 2 / len(x) * x.T @ (x @ w - alcohol)
        rows.append([name, values[-1].item(), values[0].item(), ratio[name], arrived[name]])
        title = f"{name.capitalize()}: log10 of the loss over two weights"
        yield Figure(title, "heat", {"values": landscape(x, alcohol, best)}, "weight of hue", "weight of proline")
        yield Progress(len(rows), 2)
    for step in range(0, 201, 2):
        for name, place in (("steepest", -1), ("middle", 6), ("flattest", 0)):
            yield Metric(name, step, max(left[step][place].item() / left[0][place].item(), 1e-6),
                         chart="share of the distance left, standardised")  # fmt: skip
    yield Table("Hessian", ["inputs", "largest eigenvalue", "smallest", "ratio", "steps to arrive"], rows)
    yield Measured("units-stretch-the-bowl", ratio["raw"])
    yield Measured("standardising-evens", ratio["raw"] / ratio["standardised"])
    yield Measured("standardised-is-round", ratio["standardised"])
    yield Measured("fewer-steps", arrived["raw"] / max(arrived["standardised"], 1))
    moments = torch.cat([standardised.mean(dim=0).abs(), (standardised.var(dim=0, correction=0) - 1).abs()])
    yield Measured("mean-0-variance-1", moments.max().item())
    flat = [distance[0].item() for distance in left]
    yield Measured("flat-waits-for-steep", (1 - flat[1] / flat[0]) / (1 - flat[200] / flat[199]))
