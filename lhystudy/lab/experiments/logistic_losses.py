"""Two losses for one sigmoid: cross entropy is a bowl, squared error has plateaus.

同一个 S 形函数，两种损失：交叉熵是一只碗，平方误差有一片片平台。

Synthetic data: one number an example, two overlapping classes.

lesson: logistic-regression
quick: steps=100 lines=50
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    points: int = param(100, 20, 1000, en="examples, half of them in each class", zh="样本数，两类各半")
    start: float = param(
        -10.0, -30.0, 0.0, en="where w starts; the best w is above zero", zh="w 的起点；最好的 w 大于零"
    )
    rate: float = param(1.0, 0.01, 10.0, en="learning rate, the same for both", zh="学习率，两者相同")
    steps: int = param(500, 50, 5000, en="steps of gradient descent", zh="梯度下降的步数")
    lines: int = param(500, 10, 5000, en="random lines along which the bend is measured", zh="测弯曲用的随机直线条数")


CLAIMS = (
    Claim("same-form", "<", 1e-9,
          en="logistic and linear regression have the same gradient, the sum of (output - target) x",
          zh="逻辑回归与线性回归的梯度同形：（输出 - 目标）乘 x，再求和",
          quantity_en="largest difference between autograd and that sum", quantity_zh="自动求导与该式的最大差"),
    Claim("ce-non-convex", "<", -1e-6,
          en="cross entropy of logistic regression is not convex", zh="逻辑回归的交叉熵不是凸函数",
          quantity_en="smallest second difference of cross entropy along random lines",
          quantity_zh="交叉熵沿随机直线的最小二阶差分"),
    Claim("se-non-convex", "<", -1e-6,
          en="squared error through the same sigmoid is not convex", zh="同一个 S 形函数配平方误差，不是凸函数",
          quantity_en="smallest second difference of squared error along random lines",
          quantity_zh="平方误差沿随机直线的最小二阶差分"),
    Claim("ce-arrives", "<=", 0.02,
          en="from a far start, descent on cross entropy comes to the accuracy of the fit",
          zh="从很远的起点出发，沿交叉熵下降，走得到拟合好的正确率",
          quantity_en="fall of accuracy below that of the fit", quantity_zh="正确率比拟合好的低多少"),
    Claim("se-arrives", "<=", 0.02,
          en="descent on squared error does so as well", zh="沿平方误差下降，也走得到",
          quantity_en="fall of accuracy below that of the fit", quantity_zh="正确率比拟合好的低多少"),
    Claim("likelihood-is-not-accuracy", ">", 0.0,
          en="the likeliest boundary makes more errors than the boundary with the fewest",
          zh="似然最大的边界，比错得最少的边界错得多",
          quantity_en="training errors more", quantity_zh="训练集上多错几个"),
    Claim("inside-float64", ">", 0.0,
          en="the output stays inside (0, 1)", zh="输出一直在 (0, 1) 之内",
          quantity_en="least distance from 0 and 1 for |z| up to 30, float64",
          quantity_zh="|z| 到 30 为止，离 0 和 1 的最小距离，float64", seeds=1),
    Claim("inside-float32", ">", 0.0,
          en="it does so in float32 as well", zh="用 float32 算也一样",
          quantity_en="least distance from 0 and 1 for |z| up to 30, float32",
          quantity_zh="|z| 到 30 为止，离 0 和 1 的最小距离，float32", seeds=1),
)  # fmt: skip

ZH = {
    "cross entropy over (w, b)": "(w, b) 上的交叉熵", "squared error over (w, b)": "(w, b) 上的平方误差",
    "accuracy from a far start": "从很远的起点出发的正确率", "After {} steps": "{} 步之后",
    "accuracy": "正确率", "cross entropy": "交叉熵", "squared error": "平方误差", "the fit": "拟合好的",
}  # fmt: skip


def cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    """-(y log f + (1 - y) log(1 - f)) of f = sigmoid(z), without taking the logarithm of a number near 0."""
    return softplus(z) - y * z


def squared_error(z: Tensor, y: Tensor) -> Tensor:
    return (torch.sigmoid(z) - y) ** 2


Loss = Callable[[Tensor, Tensor], Tensor]
LOSSES: dict[str, Loss] = {"cross entropy": cross_entropy, "squared error": squared_error}


def mean_loss(loss: Loss, features: Tensor, y: Tensor, weights: Tensor) -> Tensor:
    """features (seeds, points, 2), y (seeds, points, 1), weights (seeds, 2, places) -> (seeds, places)"""
    return loss(features @ weights, y).mean(dim=1)


def descend(loss: Loss, features: Tensor, y: Tensor, config: Config) -> Iterator[Tensor]:
    """The weights (seeds, 2, 1) after each step of gradient descent from the far start."""
    weights = torch.tensor([[config.start], [0.0]], dtype=DOUBLE).repeat(len(y), 1, 1).requires_grad_()
    for _ in range(config.steps):
        (gradient,) = torch.autograd.grad(mean_loss(loss, features, y, weights).sum(), weights)
        weights = (weights - config.rate * gradient).detach().requires_grad_()
        yield weights.detach()


def likeliest(features: Tensor, y: Tensor) -> Tensor:
    """The weights of least cross entropy by Newton's method: (seeds, 2, 1)."""
    weights = torch.zeros(len(y), 2, 1, dtype=DOUBLE)
    for _ in range(30):
        f = torch.sigmoid(features @ weights)
        hessian = features.mT @ (f * (1 - f) * features)  # X^T diag(f (1 - f)) X
        weights = weights - torch.linalg.solve(hessian, features.mT @ (f - y))
    return weights


def accuracy(features: Tensor, y: Tensor, weights: Tensor) -> Tensor:
    return ((features @ weights > 0) == (y > 0.5)).to(DOUBLE).mean(dim=(1, 2))


def form_difference(features: Tensor, y: Tensor, weights: Tensor) -> Tensor:
    """Autograd against X^T (output - y) for both regressions, the largest difference of each seed."""
    worst = []
    for output, total in (
        (torch.sigmoid(features @ weights), lambda w: cross_entropy(features @ w, y).sum()),
        (features @ weights, lambda w: (0.5 * (features @ w - y) ** 2).sum()),
    ):
        free = weights.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(total(free), free)
        worst.append((gradient - features.mT @ (output - y)).abs().amax((1, 2)))
    return torch.stack(worst).amax(0)


def least_bend(loss: Loss, features: Tensor, y: Tensor, places: Tensor, directions: Tensor) -> Tensor:
    """Smallest second difference, step 0.1, at places (seeds, 2, lines) along directions of length 1: (seeds,)"""
    before, here, after = (mean_loss(loss, features, y, places + h * directions) for h in (-0.1, 0.0, 0.1))
    return ((after + before - 2 * here) / 0.01).amin(1)


def fewest_errors(x: Tensor, y: Tensor) -> Tensor:
    """Errors of the best threshold on x, either way round: (seeds,)."""
    cuts = torch.cat([x.amin(1, keepdim=True) - 1, x], dim=1)  # (seeds, points + 1, 1)
    wrong = ((x > cuts.mT) != (y > 0.5)).sum(1)  # (seeds, cuts)
    return torch.minimum(wrong, x.shape[1] - wrong).amin(1).to(DOUBLE)


def distance_inside(dtype: torch.dtype) -> float:
    f = torch.sigmoid(torch.linspace(-30, 30, 601, dtype=dtype))
    return torch.minimum(f, 1 - f).min().item()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    y = (torch.arange(config.points, dtype=DOUBLE) % 2)[:, None].repeat(seeds.count, 1, 1)  # (seeds, points, 1)
    x = 2 * y - 1 + seeds.stack(lambda: torch.randn(config.points, 1, dtype=DOUBLE)).cpu()  # centres -1 and 1, spread 1
    features = torch.cat([x, torch.ones_like(x)], dim=2)  # (seeds, points, 2): for w and b
    axis = torch.linspace(-10, 10, 11, dtype=DOUBLE)
    grid = torch.cartesian_prod(axis.flip(0), axis).T.flip(0).expand(seeds.count, 2, -1)  # rows b, columns w
    places, directions = (seeds.stack(lambda: torch.randn(2, config.lines, dtype=DOUBLE)).cpu() for _ in range(2))
    directions = directions / directions.norm(dim=1, keepdim=True)
    fit = likeliest(features, y)
    best = accuracy(features, y, fit)
    rows: list[list[object]] = [["the fit", fit[:, 0, 0], fit[:, 1, 0], best]]
    for (name, loss), tag in zip(LOSSES.items(), ("ce", "se"), strict=True):
        surface = mean_loss(loss, features, y, grid)[0].reshape(11, 11)
        yield Figure(f"{name} over (w, b)", "heat", {"values": surface.tolist(), "x": [f"{v:.0f}" for v in axis],
                     "y": [f"{v:.0f}" for v in axis.flip(0)]}, "w", "b")  # fmt: skip
        for step, weights in enumerate(descend(loss, features, y, config)):
            if step % max(1, config.steps // 100) == 0:
                yield Metric(name, step, accuracy(features, y, weights), chart="accuracy from a far start")
        right = accuracy(features, y, weights)
        rows.append([name, weights[:, 0, 0], weights[:, 1, 0], right])
        yield Measured(f"{tag}-arrives", best - right)
        yield Measured(f"{tag}-non-convex", least_bend(loss, features, y, 5 * places, directions))
    yield Table(f"After {config.steps} steps", ["", "w", "b", "accuracy"], rows)
    yield Measured("same-form", form_difference(features, y, places[:, :, :1]))
    yield Measured("likelihood-is-not-accuracy", (1 - best) * config.points - fewest_errors(x, y))
    yield Measured("inside-float64", distance_inside(torch.float64))
    yield Measured("inside-float32", distance_inside(torch.float32))
