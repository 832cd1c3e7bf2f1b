"""A sigmoid on a linear score is logistic regression; on learned features it can do more.

线性分数加 sigmoid 是逻辑回归；接在学来的特征上，它能做得更多。

lesson: softmax-classification
quick: steps=200
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(600, 50, 5000, en="training steps", zh="训练步数")
    hidden: int = param(16, 2, 128, en="hidden units", zh="隐藏单元数")


CLAIMS = (
    Claim("linear-solves-xor", ">=", 0.9,
          en="sigmoid on a linear score separates XOR", zh="线性分数加 sigmoid 分得开 XOR",
          quantity_en="accuracy on new points", quantity_zh="新点上的正确率"),
    Claim("features-solve-xor", ">=", 0.9,
          en="the same sigmoid behind a hidden layer does", zh="同样的 sigmoid 接在隐藏层后面就分得开",
          quantity_en="accuracy on new points", quantity_zh="新点上的正确率"),
    Claim("head-is-logistic", "<=", 0.02,
          en="its last layer is a logistic regression on the hidden features",
          zh="它的最后一层就是隐藏特征上的逻辑回归",
          quantity_en="accuracy that a freshly fitted logistic regression on the features gains or loses",
          quantity_zh="在特征上重新拟合逻辑回归后正确率的变化"),
)  # fmt: skip

ZH = {
    "cross entropy": "交叉熵", "what the net with a hidden layer says": "有隐藏层的网络的判断",
}  # fmt: skip


def xor(points: int) -> tuple[Tensor, Tensor]:
    """Synthetic: points of the square [-1, 1]^2; class 1 where the two signs differ. x (points, 2), y (points, 1)"""
    x = 2 * torch.rand(points, 2) - 1
    return x, (x[:, :1] * x[:, 1:] < 0).float()


def fit(models: nn.Module, x: Tensor, y: Tensor, steps: int) -> list[Tensor]:
    """Trains the scores of `models` on cross entropy; the loss (seeds,) before each step."""
    optimizer = torch.optim.Adam(models.parameters(), lr=0.03)
    losses = []
    for _ in range(steps):
        loss = binary_cross_entropy_with_logits(models(x), y, reduction="none").mean((1, 2))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        losses.append(loss.detach())
    return losses


def accuracy_of(models: nn.Module, x: Tensor, y: Tensor) -> Tensor:  # (seeds,)
    right: Tensor = (models(x) > 0) == (y > 0.5)
    return right.cpu().double().mean((1, 2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    drawn = seeds.each(lambda: (*xor(400), *xor(1000)))
    x, y, new_x, new_y = (
        torch.stack(parts).to(seeds.device) for parts in zip(*drawn, strict=True)
    )  # (seeds, points, …)
    hidden = seeds.network(lambda: nn.Sequential(nn.Linear(2, config.hidden), nn.Tanh()))
    linear, head, new_head = (seeds.network(partial(nn.Linear, size, 1)) for size in (2, config.hidden, config.hidden))
    models = {"linear": linear, "hidden layer": nn.Sequential(hidden, head)}
    accuracy = {}
    for done, (name, model) in enumerate(models.items()):
        losses = fit(model, x, y, config.steps)
        for step in range(0, config.steps, max(1, config.steps // 100)):
            yield Metric(name, step, losses[step], chart="cross entropy")
        accuracy[name] = accuracy_of(model, new_x, new_y)
        yield Progress(done + 1, 3)

    with torch.no_grad():
        features, new_features = hidden(x), hidden(new_x)  # (seeds, points, hidden)
    fit(new_head, features, y, config.steps)
    refitted = accuracy_of(new_head, new_features, new_y)
    yield Progress(3, 3)

    said = (models["hidden layer"](new_x) > 0)[0, :, 0]
    series = {"class 1": new_x[0][said][:150].tolist(), "class 0": new_x[0][~said][:150].tolist()}
    yield Figure("what the net with a hidden layer says", "scatter", {"series": series}, "x1", "x2")
    yield Measured("linear-solves-xor", accuracy["linear"])
    yield Measured("features-solve-xor", accuracy["hidden layer"])
    yield Measured("head-is-logistic", (refitted - accuracy["hidden layer"]).abs())
