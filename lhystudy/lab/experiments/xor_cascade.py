"""One line gets three corners of XOR right; logistic units in a row get all four, if descent finds them.

一条直线最多分对异或的三个角；逻辑单元一个接一个，四个角都能对，只要下降找得到。

Four points, no chance in the data; what is random is where descent starts.

lesson: logistic-regression
quick: steps=200 starts=5
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

X = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
Y = torch.tensor([0.0, 0.0, 1.0, 1.0])


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 100, 20000, en="steps of gradient descent", zh="梯度下降的步数")
    rate: float = param(1.0, 0.01, 10.0, en="learning rate", zh="学习率")
    starts: int = param(20, 2, 200, en="random starts a seed", zh="每个种子的随机起点数")


CLAIMS = (
    Claim("no-line-separates", "<", 1.0,
          en="no line separates XOR", zh="没有直线分得开异或",
          quantity_en="best share of the four points over a grid of (w1, w2, b)",
          quantity_zh="(w1, w2, b) 网格上四点分对的最大比例", seeds=1),
    Claim("cascade-by-hand", ">=", 1.0,
          en="two logistic units before a third separate it, with weights set by hand",
          zh="两个逻辑单元后面接第三个，手设权重就分得开",
          quantity_en="share of the four points", quantity_zh="四点分对的比例", seeds=1),
    Claim("two-units-learn-it", ">=", 0.95,
          en="gradient descent finds such weights for two hidden units", zh="隐藏两个单元：梯度下降找得到这样的权重",
          quantity_en="share of starts that end with all four right", quantity_zh="最后四点全对的起点比例"),
    Claim("four-units-learn-it", ">=", 0.95,
          en="and for four hidden units", zh="隐藏四个单元：也找得到",
          quantity_en="share of starts that end with all four right", quantity_zh="最后四点全对的起点比例"),
    Claim("more-units-help", ">", 0.0,
          en="four hidden units succeed more often than two", zh="四个单元比两个更常成功",
          quantity_en="difference of the two shares", quantity_zh="两个比例之差"),
)  # fmt: skip

ZH = {
    "share of starts with all four right": "四点全对的起点比例",
    "the corners after the two units": "经过两个单元之后的四个角",
    "With weights by hand": "手设权重", "point": "点", "output": "输出",
}  # fmt: skip


def best_line() -> float:
    """The largest share of the four points that any (w1, w2, b) of a grid gets right."""
    axis = torch.linspace(-2, 2, 41)
    weights = torch.cartesian_prod(axis, axis, axis)  # (lines, 3)
    said = X @ weights[:, :2].T + weights[:, 2] > 0  # (4, lines)
    return (said == (Y[:, None] > 0.5)).float().mean(0).max().item()


def by_hand() -> tuple[Tensor, Tensor]:
    """What two units make of the corners (4, 2), and the outputs of the third (4,)."""
    first = torch.tensor([[20.0, -20.0], [-20.0, 20.0]])  # one unit for (1, 0), one for (0, 1)
    features = torch.sigmoid(X @ first - 10)
    return features, torch.sigmoid(20 * features.sum(1) - 10)


def train(hidden: int, config: Config, seeds: Seeds) -> Iterator[Tensor]:
    """Whether all four points are right, before each step: (seeds, starts). Sigmoid units, cross entropy."""
    x, y = X.to(seeds.device), Y.to(seeds.device)
    shapes = ((2, hidden), (1, hidden), (hidden, 1), (1, 1))  # weights and biases of the two layers
    weights = [seeds.randn(config.starts, *shape).requires_grad_() for shape in shapes]
    for _ in range(config.steps):
        w_1, b_1, w_2, b_2 = weights
        scores = (torch.sigmoid(x @ w_1 + b_1) @ w_2 + b_2)[..., 0]  # (seeds, starts, 4)
        yield ((scores > 0) == (y > 0.5)).all(dim=2)
        loss = (softplus(scores) - y * scores).mean(dim=2)  # (seeds, starts)
        gradients = torch.autograd.grad(loss.sum(), weights)
        weights = [(w - config.rate * g).detach().requires_grad_() for w, g in zip(weights, gradients, strict=True)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    features, outputs = by_hand()
    series = {"class 1": features[2:].tolist(), "class 2": features[:2].tolist()}
    yield Figure("the corners after the two units", "scatter", {"series": series}, "x1'", "x2'")
    corners = [f"({p[0]:.0f}, {p[1]:.0f})" for p in X]
    rows = [[corner, *f.tolist(), o.item()] for corner, f, o in zip(corners, features, outputs, strict=True)]
    yield Table("With weights by hand", ["point", "x1'", "x2'", "output"], rows)
    share = {}
    for done, hidden in enumerate((2, 4)):
        for step, solved in enumerate(train(hidden, config, seeds)):
            share[hidden] = solved.cpu().double().mean(1)
            if step % max(1, config.steps // 100) == 0:
                yield Metric(f"2-{hidden}-1", step, share[hidden], chart="share of starts with all four right")
        yield Progress(done + 1, 2)
    yield Measured("no-line-separates", best_line())
    yield Measured("cascade-by-hand", ((outputs > 0.5) == (Y > 0.5)).double().mean().item())
    yield Measured("two-units-learn-it", share[2])
    yield Measured("four-units-learn-it", share[4])
    yield Measured("more-units-help", share[4] - share[2])
