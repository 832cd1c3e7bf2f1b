"""A column against a row: the wrong shape runs without a word, and the line comes out flat.

一列减一行：形状错了照样运行，一声不吭，直线却拟合成了平的。

Points of a line with noise (synthetic), once with a target of the right shape and once of the wrong one.

lesson: pytorch
quick: steps=100
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 50, 5000, en="steps of the two fits", zh="两次拟合的步数")
    points: int = param(64, 4, 1000, en="points of the line", zh="直线上的点数")


CLAIMS = (
    Claim("numpy-shares-memory", ">=", 1.0,
          en="a tensor made by from_numpy shares its memory, and both broadcast alike",
          zh="from_numpy 得到的张量与数组共用内存，广播的结果也相同",
          quantity_en="share of seeds where both hold", quantity_zh="两者都成立的种子比例"),
    Claim("wrong-shape-is-refused", ">=", 1.0,
          en="a target of shape (N,) for predictions (N, 1) is refused", zh="预测是 (N, 1)，目标是 (N,)，会被拒绝",
          quantity_en="share of seeds that raise or warn, with (pred - target)**2",
          quantity_zh="用 (pred - target)**2 时报错或警告的种子比例"),
    Claim("wrong-shape-learns-the-mean", "<", 0.01,
          en="with the wrong shape the line becomes flat, at the mean of the targets",
          zh="形状错了，直线变平，停在目标的平均数上",
          quantity_en="distance of the predictions from that mean over the spread of the targets",
          quantity_zh="预测到平均数的距离与目标的标准差之比"),
    Claim("right-shape-learns-the-line", "<", 0.2,
          en="with the right shape it learns the line", zh="形状对了，就学到那条直线",
          quantity_en="distance of the predictions from the targets over their spread",
          quantity_zh="预测到目标的距离与目标的标准差之比"),
)  # fmt: skip

ZH = {"mean squared error": "均方误差", "the fitted lines": "拟合出的直线"}


def like_numpy() -> float:
    array = np.random.rand(4, 3)
    tensor, row = torch.from_numpy(array), np.random.rand(3)
    array[0, 0] = 7.0
    alike = np.array_equal((tensor + torch.from_numpy(row)).numpy(), array + row)
    return float(tensor[0, 0] == 7.0 and alike)


def fit(x: Tensor, y: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Descent of w x + b on (prediction - y) squared, averaged over all that broadcasting makes of it.

    x is (seeds, points, 1), y (seeds, points, 1) or (seeds, 1, points). Yields the loss and the predictions.
    """
    w, b = (torch.zeros(len(x), 1, 1, requires_grad=True) for _ in range(2))
    for _ in range(steps):
        prediction = w * x + b
        loss = ((prediction - y) ** 2).mean((1, 2))  # (seeds,)
        yield loss.detach(), prediction.detach()
        for weight, slope in zip((w, b), torch.autograd.grad(loss.sum(), (w, b)), strict=True):
            with torch.no_grad():
                weight -= 0.1 * slope


def refuses(prediction: Tensor, target: Tensor) -> bool:
    """Whether torch raises an error or so much as warns."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            ((prediction - target) ** 2).mean()
        except (RuntimeError, ValueError):
            return True
    return bool(warned)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Measured("numpy-shares-memory", seeds.each(like_numpy))
    x = seeds.randn(config.points, 1).cpu()  # (seeds, points, 1)
    y = 2 * x + 1 + 0.1 * seeds.randn(config.points, 1).cpu()
    yield Measured("wrong-shape-is-refused", [float(refuses(2 * x[k], y[k, :, 0])) for k in range(seeds.count)])

    spread, ends = y.std(1)[:, 0], {}
    # with the seeds in front, (N, 1) against (N,) becomes (seeds, N, 1) against (seeds, 1, N)
    for name, target in (("right shape", y), ("wrong shape", y.transpose(1, 2))):
        for step, (loss, prediction) in enumerate(fit(x, target, config.steps)):
            ends[name] = prediction
            if step % 2 == 0:
                yield Metric(name, step, loss, chart="mean squared error")
    yield Figure("the fitted lines", "scatter", {"series": {
        "points": torch.cat([x[0], y[0]], 1).tolist(),
        **{name: torch.cat([x[0], end[0]], 1).tolist() for name, end in ends.items()},
    }}, "x", "y")  # fmt: skip
    flat = (ends["wrong shape"] - y.mean(1, keepdim=True)).square().mean((1, 2)).sqrt()
    yield Measured("wrong-shape-learns-the-mean", flat / spread)
    yield Measured("right-shape-learns-the-line", (ends["right shape"] - y).square().mean((1, 2)).sqrt() / spread)
