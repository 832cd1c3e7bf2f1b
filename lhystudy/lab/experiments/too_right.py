"""Squared error punishes points that are too right; a count of errors has no slope.

平方误差连“对过了头”的点也要罚；数错几个，又没有斜率可走。

Synthetic data: two clouds of points in the plane, and far points of class +1, deep on their own side.

lesson: generative-classifier
quick: steps=100
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    points: int = param(50, 10, 500, en="points of each class near the border", zh="每一类在边界附近的点数")
    far: int = param(25, 0, 500, en="far points of class +1", zh="+1 类的远点数")
    distance: float = param(10.0, 1.0, 100.0, en="how far away the far points lie", zh="远点离得多远")
    steps: int = param(600, 50, 5000, en="training steps of the two squashed models", zh="两个压缩模型的训练步数")


CLAIMS = (
    Claim("too-right-pulls", ">", 5.0,
          en="far points on the right side pull the least-squares boundary into errors",
          zh="站对边的远点，把最小二乘的边界拉出了错误",
          quantity_en="errors near the border added by the far points, of 100",
          quantity_zh="远点使边界附近多出的错误，共 100 点"),
    Claim("logistic-stays", "<", 2.0,
          en="the boundary of logistic regression stays", zh="逻辑回归的边界不动",
          quantity_en="errors added by the far points, of 100", quantity_zh="远点使它多出的错误，共 100 点"),
    Claim("squashed-stays", "<", 2.0,
          en="squared error of a squashed output, tanh, stays too", zh="先用 tanh 压缩、再算平方误差，边界也不动",
          quantity_en="errors added by the far points, of 100", quantity_zh="远点使它多出的错误，共 100 点"),
    Claim("count-has-no-slope", ">=", 0.99,
          en="nearly everywhere a tiny step changes no error: the count of errors has slope zero",
          zh="几乎处处，走一小步一个错误也不变：错误数的斜率是零",
          quantity_en="share of 1000 random boundaries whose count stays the same",
          quantity_zh="1000 条随机边界中错误数不变的比例"),
)  # fmt: skip

ZH = {
    "The plane": "平面", "Errors of the points near the border": "边界附近的点的错误数", "model": "模型",
    "before": "没有远点", "after": "有远点", "least squares": "最小二乘", "logistic": "逻辑回归",
    "squared error of tanh": "tanh 的平方误差",
    "Two losses as the boundary is moved": "边界移动时的两种损失", "bias": "偏置",
}  # fmt: skip

Loss = Callable[[Tensor, Tensor], Tensor]


def least_squares(x: Tensor, y: Tensor) -> Tensor:
    """The weights of the line with the least squared error: x (seeds, n, 3), y (n,) -> (seeds, 3)."""
    solved: Tensor = torch.linalg.lstsq(x, y.expand(x.shape[:2])[:, :, None]).solution
    return solved[:, :, 0]


def descend(loss: Loss, x: Tensor, y: Tensor, steps: int) -> Tensor:
    """The weights that Adam finds for loss(score, label), from zero."""
    w = torch.zeros(len(x), 3, dtype=x.dtype, device=x.device, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        loss((x @ w[:, :, None])[:, :, 0], y).mean(1).sum().backward()
        optimizer.step()
    return w.detach()


def errors(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Points per hundred on the wrong side of w: (seeds, …, 3) -> (seeds, …)."""
    scores = w @ x.mT if w.dim() == 3 else (w[:, None] @ x.mT)[:, 0]
    return 100 * (scores.sign() != y).to(w.dtype).mean(-1)


def border(w: Tensor) -> list[list[float]]:
    """Points of the line w . (1, x1, x2) = 0 inside the picture."""
    at = torch.linspace(-4, 4, 60, dtype=w.dtype, device=w.device)
    return [[-(w[0] + w[2] * t).item() / w[1].item(), t.item()] for t in at]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    n = config.points
    y = torch.cat([torch.ones(n), -torch.ones(n), torch.ones(config.far)]).to(seeds.device)
    centres = torch.tensor(
        [[1.0, 0.0]] * n + [[-1.0, 0.0]] * n + [[config.distance, -config.distance / 2]] * config.far
    )
    points = centres.to(seeds.device) + 0.6 * seeds.randn(len(y), 2)  # (seeds, all, 2)
    x = torch.cat([torch.ones_like(points[:, :, :1]), points], dim=2)  # a column of ones for the bias
    near, labels = x[:, : 2 * n], y[: 2 * n]

    fits: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "least squares": least_squares,
        "logistic": lambda x, y: descend(lambda score, label: softplus(-label * score), x, y, config.steps),
        "squared error of tanh": lambda x, y: descend(lambda s, label: (s.tanh() - label) ** 2, x, y, config.steps),
    }
    before = {name: fit(near, labels) for name, fit in fits.items()}
    after = {name: fit(x, y) for name, fit in fits.items()}
    wrong = {name: (errors(before[name], near, labels), errors(after[name], near, labels)) for name in fits}
    plane = {"+1": points[0][y > 0].tolist(), "-1": points[0][y < 0].tolist(),
             "least squares before": border(before["least squares"][0]),
             "least squares after": border(after["least squares"][0]),
             "logistic after": border(after["logistic"][0])}  # fmt: skip
    yield Figure("The plane", "scatter", {"series": plane}, "x1", "x2")
    yield Table("Errors of the points near the border", ["model", "before", "after"],
                [[name, *wrong[name]] for name in fits])  # fmt: skip
    yield Measured("too-right-pulls", wrong["least squares"][1] - wrong["least squares"][0])
    yield Measured("logistic-stays", wrong["logistic"][1] - wrong["logistic"][0])
    yield Measured("squashed-stays", wrong["squared error of tanh"][1] - wrong["squared error of tanh"][0])

    biases = torch.linspace(-0.5, 0.5, 201, device=seeds.device)
    lines = torch.stack([biases, torch.ones_like(biases), torch.zeros_like(biases)], dim=1)  # (201, 3)
    squares = (lines @ near[0].T - labels).square().mean(1)
    curves = {"errors of 100": errors(lines[None], near[:1], labels)[0], "squared error, times 20": 20 * squares}
    series = {name: torch.stack([biases, curve], 1).tolist() for name, curve in curves.items()}
    yield Figure("Two losses as the boundary is moved", "lines", {"series": series}, "bias")
    boundaries = seeds.randn(1000, 3)  # (seeds, 1000, 3)
    moved = boundaries + 1e-5 * seeds.randn(1000, 3)
    same = errors(boundaries, near, labels) == errors(moved, near, labels)
    yield Measured("count-has-no-slope", same.cpu().double().mean(1))
