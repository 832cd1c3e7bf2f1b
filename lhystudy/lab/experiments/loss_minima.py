"""Least cross entropy is greatest likelihood; it is least squared error only where the model is free.

交叉熵最小就是似然最大；模型足够自由时，它才同时是平方误差最小。

lesson: softmax-classification
quick: examples=80
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    examples: int = param(300, 40, 5000, en="labelled examples", zh="带标签的样本数")
    cells: int = param(4, 2, 10, en="different inputs of the table model", zh="表格模型的不同输入数")


CLAIMS = (
    Claim("sum-is-likelihood", "<=", 1e-9,
          en="-log of the product of the labels' probabilities is the sum of cross entropies",
          zh="各标签概率之积取负对数，就是交叉熵之和",
          quantity_en="relative difference, 60 examples", quantity_zh="相对差，60 个样本"),
    Claim("same-best-weight", "<=", 0,
          en="both pick the same weight out of a grid", zh="两者在网格上选出同一个权重",
          quantity_en="distance of the two best weights", quantity_zh="两个最好权重之差"),
    Claim("free-model-agrees", "<=", 0.001,
          en="a free model: both losses are least at the label frequencies",
          zh="自由的模型：两种损失都在标签频率处最小",
          quantity_en="largest distance of either minimum from the frequency",
          quantity_zh="两个最小点与频率的最大距离"),
    Claim("restricted-model-agrees", "<=", 0.05,
          en="a restricted model: both losses have the same best weights", zh="受限的模型：两种损失的最优权重相同",
          quantity_en="distance of the two best (slope, bias)", quantity_zh="两组最优（斜率，偏置）的距离"),
    Claim("ce-minimum-is-mse-minimum", "<=", 1e-6,
          en="where cross entropy is least squared error is least", zh="交叉熵最小处平方误差也最小",
          quantity_en="squared error there above its own minimum, share",
          quantity_zh="该处平方误差比它自己的最小值高出的比例"),
)  # fmt: skip

ZH = {
    "60 examples: sum of cross entropies against the weight": "60 个样本：交叉熵之和随权重的变化",
    "free model": "自由模型", "input": "输入", "label frequency": "标签频率", "least CE": "CE 最小",
    "least MSE": "MSE 最小", "restricted model": "受限模型", "least": "最小化", "slope": "斜率", "bias": "偏置",
    "CE there": "该处 CE", "MSE there": "该处 MSE", "probability of class 1": "第 1 类的概率",
}  # fmt: skip


def cross_entropy(f: Tensor, y: Tensor) -> Tensor:
    return -(torch.xlogy(y, f) + torch.xlogy(1 - y, 1 - f)).mean(-1)


def squared_error(f: Tensor, y: Tensor) -> Tensor:
    return ((f - y) ** 2).mean(-1)


LOSSES = {"CE": cross_entropy, "MSE": squared_error}


def least(loss: Callable[[Tensor, Tensor], Tensor], scores: Callable[[Tensor], Tensor], size: int, y: Tensor) -> Tensor:
    """The parameters of the least loss of sigmoid(scores(parameters)), from zero."""
    weights = torch.zeros(size, dtype=y.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=500, tolerance_grad=1e-10, tolerance_change=1e-14,
                                  line_search_fn="strong_wolfe")  # fmt: skip

    def cost() -> Tensor:
        optimizer.zero_grad()
        value = loss(torch.sigmoid(scores(weights)), y)
        value.backward()
        return value

    optimizer.step(cost)
    return weights.detach()


class Drawn(NamedTuple):
    """One seed's labels of the curve, sixty examples among them, and labels of the table model."""

    y: Tensor  # (examples,)
    few: Tensor  # (60,)
    cell_y: Tensor  # (examples,)


def draw(truth: Tensor, cell_truth: Tensor) -> Drawn:
    y = (torch.rand(len(truth), dtype=torch.float64) < truth).to(torch.float64)
    few = torch.randperm(len(truth))[:60]  # more, and the product would soon be too small for any float
    return Drawn(y, few, (torch.rand(len(truth), dtype=torch.float64) < cell_truth).to(torch.float64))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    # Synthetic: the true curve rises, then falls back to 0.4, so no sigmoid of a straight line can follow it.
    x = torch.linspace(-3, 3, config.examples, dtype=torch.float64)  # float64 stays on the CPU
    truth = torch.where(x < 0, 0.1, torch.where(x < 1.5, 0.9, 0.4))
    cell = torch.arange(config.examples) % config.cells  # the table model: each input has a probability of its own
    member = torch.nn.functional.one_hot(cell, config.cells).to(torch.float64)
    drawn = seeds.each(partial(draw, truth, 0.2 + 0.6 * cell / (config.cells - 1)))
    y, few, cell_y = (torch.stack(part) for part in zip(*drawn, strict=True))  # (seeds, …)

    slopes = torch.linspace(-2, 3, 251, dtype=torch.float64)
    f, label = torch.sigmoid(slopes[:, None] * x[few][:, None]), y.gather(1, few)[:, None]  # (seeds, slopes, 60)
    likelihood = torch.where(label == 1, f, 1 - f).prod(2)  # (seeds, slopes)
    sums = -(torch.xlogy(label, f) + torch.xlogy(1 - label, 1 - f)).sum(2)
    for at in range(0, len(slopes), 3):
        chart = "60 examples: sum of cross entropies against the weight"
        yield Metric("sum of CE", slopes[at].item(), sums[:, at], chart=chart)
    yield Progress(1, 3)

    frequency = (cell_y @ member) / member.sum(0)  # (seeds, cells)
    free = {name: torch.sigmoid(torch.stack([least(loss, lambda w: member @ w, config.cells, one) for one in cell_y]))
            for name, loss in LOSSES.items()}  # fmt: skip
    rows: list[list[object]] = [[k, frequency[:, k], free["CE"][:, k], free["MSE"][:, k]] for k in range(config.cells)]
    yield Table("free model", ["input", "label frequency", "least CE", "least MSE"], rows)
    yield Progress(2, 3)

    line = {name: torch.stack([least(loss, lambda w: w[0] * x + w[1], 2, one) for one in y])
            for name, loss in LOSSES.items()}  # fmt: skip
    fitted = {name: torch.sigmoid(w[:, :1] * x + w[:, 1:]) for name, w in line.items()}  # (seeds, examples)
    rows = [[name, *line[name].T, cross_entropy(fitted[name], y), squared_error(fitted[name], y)] for name in LOSSES]
    yield Table("restricted model", ["least", "slope", "bias", "CE there", "MSE there"], rows)
    thin = slice(None, None, max(1, config.examples // 100))
    curves = {"truth": truth, **{f"least {name}": values[0] for name, values in fitted.items()}}
    series = {name: torch.stack([x, values], 1)[thin].tolist() for name, values in curves.items()}
    yield Figure("probability of class 1", "lines", {"series": series}, "x", "p")
    yield Progress(3, 3)

    yield Measured("sum-is-likelihood", ((-likelihood.log() - sums).abs() / sums).amax(1))
    yield Measured("same-best-weight", (slopes[likelihood.argmax(1)] - slopes[sums.argmin(1)]).abs())
    yield Measured("free-model-agrees", torch.stack([(p - frequency).abs().amax(1) for p in free.values()]).amax(0))
    yield Measured("restricted-model-agrees", (line["CE"] - line["MSE"]).norm(dim=1))
    yield Measured("ce-minimum-is-mse-minimum", squared_error(fitted["CE"], y) / squared_error(fitted["MSE"], y) - 1)
