"""Four clouds crosswise: no line separates them, nor do lines on lines; one hidden layer with a bend makes it easy.

四团交叉的点：一条直线分不开，直线叠直线也不行；隐藏层弯一下，就好分了。

Synthetic data: the four corners of XOR, each a cloud of points.

lesson: deep-network
quick: steps=50
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    units: int = param(8, 2, 64, en="units of the hidden layer", zh="隐藏层的单元数")
    spread: float = param(0.15, 0.01, 0.4, en="spread of each cloud", zh="每团点的散布")
    steps: int = param(500, 10, 5000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("a-line-fails", "<=", 0.8,
          en="one linear layer cannot separate the clouds", zh="单个线性层分不开这些点",
          quantity_en="accuracy on new points", quantity_zh="新点上的正确率"),
    Claim("lines-on-lines-fail", "<=", 0.8,
          en="two linear layers without a bend cannot either", zh="两个线性层，中间不弯，照样分不开",
          quantity_en="accuracy on new points", quantity_zh="新点上的正确率"),
    Claim("a-bend-parts-them", ">", 0.98,
          en="with a bend in between they can", zh="中间弯一下就分开了",
          quantity_en="accuracy on new points", quantity_zh="新点上的正确率"),
    Claim("hidden-units-are-separable", ">", 0.98,
          en="a new line on the trained hidden units separates them", zh="在训练好的隐藏单元上，另配一条直线就能分开",
          quantity_en="accuracy of a freshly fitted linear probe on new points",
          quantity_zh="新拟合的线性探针在新点上的正确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "The four clouds": "四团点", "model": "模型",
    "Accuracy on new points": "新点上的正确率", "accuracy": "正确率", "parameters": "参数个数",
    "What the hidden units say": "隐藏单元怎么说", "against class 1": "反对类 1", "for class 1": "赞成类 1",
    "line on hidden units": "隐藏单元上的直线", "line": "直线", "lines on lines": "直线叠直线",
    "with ReLU": "中间有 ReLU",
}  # fmt: skip


def clouds(spread: float) -> tuple[Tensor, Tensor]:
    """200 points about the corners of [-1, 1]^2 and 1 where the signs differ, else 0: (200, 2) and (200, 1)."""
    corners = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]).repeat(50, 1)
    return corners + spread * torch.randn(200, 2), (corners[:, :1] * corners[:, 1:] < 0).float()


def draw(seeds: Seeds, spread: float) -> tuple[Tensor, Tensor]:
    points, classes = zip(*seeds.each(partial(clouds, spread)), strict=True)
    return torch.stack(points).to(seeds.device), torch.stack(classes).to(seeds.device)


def fit(models: Network, x: Tensor, label: Tensor, steps: int) -> Iterator[Tensor]:
    optimizer = torch.optim.Adam(models.parameters(), lr=0.02)
    for _ in range(steps):
        loss = nn.functional.binary_cross_entropy_with_logits(models(x), label, reduction="none").mean((1, 2))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield loss.detach()


def accuracy(models: Network, x: Tensor, label: Tensor) -> Tensor:  # (seeds,)
    with torch.no_grad():
        right: Tensor = (models(x) > 0) == (label > 0.5)
        return right.cpu().double().mean((1, 2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    (x, label), (new_x, new_label) = draw(seeds, config.spread), draw(seeds, config.spread)
    makers = {
        "line": lambda: nn.Linear(2, 1),
        "lines on lines": lambda: nn.Sequential(nn.Linear(2, config.units), nn.Linear(config.units, 1)),
        "with ReLU": lambda: nn.Sequential(nn.Linear(2, config.units), nn.ReLU(), nn.Linear(config.units, 1)),
    }
    right, rows = {}, []
    for kind, make in makers.items():
        models = seeds.network(make)
        for step, loss in enumerate(fit(models, x, label, config.steps)):
            if step % (1 + config.steps // 100) == 0:
                yield Metric(kind, step, loss, chart="training loss")
        right[kind] = accuracy(models, new_x, new_label)
        rows.append([kind, sum(p[0].numel() for p in models.parameters()), right[kind]])
        yield Progress(len(rows), 4)

    def hidden(points: Tensor) -> Tensor:  # (seeds, 200, units)
        first = models.one[0]
        outputs: Tensor = torch.relu(points @ first.weight.mT + first.bias[:, None]).detach()
        return outputs

    probe = seeds.network(partial(nn.Linear, config.units, 1))  # fitted from nothing; the hidden layer stays
    for _ in fit(probe, hidden(x), label, config.steps):
        pass
    right["probe"] = accuracy(probe, hidden(new_x), new_label)
    rows.append(["line on hidden units", config.units + 1, right["probe"]])
    yield Progress(4, 4)
    yield Table("Accuracy on new points", ["model", "parameters", "accuracy"], rows)
    said = hidden(x)[0] * models.one[2].weight[0, 0].detach()  # (200, units): what each unit adds to the score
    sides = torch.stack([-said.clamp(max=0).sum(1), said.clamp(min=0).sum(1)], dim=1)
    ones = label[0, :, 0] > 0.5
    for title, points, axes in (("The four clouds", x[0], ("x1", "x2")),
                                ("What the hidden units say", sides, ("against class 1", "for class 1"))):  # fmt: skip
        series = {"class 0": points[~ones].tolist(), "class 1": points[ones].tolist()}
        yield Figure(title, "scatter", {"series": series}, *axes)
    for name, kind in (("a-line-fails", "line"), ("lines-on-lines-fail", "lines on lines"),
                       ("a-bend-parts-them", "with ReLU"), ("hidden-units-are-separable", "probe")):  # fmt: skip
        yield Measured(name, right[kind])
