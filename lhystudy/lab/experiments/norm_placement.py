"""Normalise before the sigmoid or after it? Saturated units, slopes and learning on digits.

归一化放在 Sigmoid 之前还是之后？看饱和的单元、斜率和在数字上的学习。

Real data: scikit-learn's digits. A network of sigmoid layers starts with torch's own small weights or with large ones
(normal, deviation 1), and is normalised nowhere, before each sigmoid, or after it.

lesson: normalization
quick: steps=10
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

PLACES = ("nowhere", "before", "after")


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 5, 5000, en="training steps", zh="训练步数")
    batch: int = param(64, 8, 1000, en="digits in a batch", zh="一批的数字个数")
    layers: int = param(3, 1, 8, en="sigmoid layers", zh="Sigmoid 层数")
    width: int = param(32, 2, 200, en="units of a layer", zh="每层的单元数")
    rate: float = param(0.01, 0.0001, 0.5, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("before-avoids-flats", ">", 0.1,
          en="with large weights, normalising before the sigmoid keeps units off its flat ends",
          zh="权重大时，在 Sigmoid 之前归一化，能让单元离开平坦的两端",
          quantity_en="share of units with |z| > 4, after minus before",
          quantity_zh="|z| > 4 的单元的比例，放后面减放前面"),
    Claim("before-is-steeper", ">", 1.0,
          en="and the first layer then has the larger gradient", zh="第一层的梯度也更大",
          quantity_en="norm of the first layer's gradient, before over after",
          quantity_zh="第一层梯度范数之比，前面比后面"),
    Claim("before-learns-better-large", ">", 1.2,
          en="from large weights it learns faster when normalised before than after",
          zh="从大权重出发，归一化放前面比放后面学得快",
          quantity_en="training loss at the end, after over before", quantity_zh="最终训练损失之比，后面比前面"),
    Claim("before-learns-better-small", ">", 1.2,
          en="from torch's small weights too", zh="从 torch 的小权重出发也一样",
          quantity_en="training loss at the end, after over before", quantity_zh="最终训练损失之比，后面比前面"),
    Claim("normalising-helps", ">", 1.5,
          en="from large weights it learns faster normalised than not", zh="从大权重出发，归一化比不归一化学得快",
          quantity_en="training loss at the end, nowhere over before",
          quantity_zh="最终训练损失之比，不归一化比放前面"),
)  # fmt: skip

ZH = {
    "training loss, large weights": "训练损失，大权重", "training loss, small weights": "训练损失，小权重",
    "z of the last sigmoid layer, large weights": "最后一层 Sigmoid 的 z，大权重", "z": "z", "units": "单元数",
    "Placement": "放在哪里", "weights": "权重", "normalised": "归一化", "share of |z| > 4": "|z| > 4 的比例",
    "gradient of layer 1": "第一层的梯度", "loss": "损失", "test accuracy": "测试准确率", "large": "大", "small": "小",
    "nowhere": "不做", "before": "之前", "after": "之后",
}  # fmt: skip


class Sigmoids(nn.Module):
    """Layers of Linear and sigmoid, normalised at one place; returns the scores and the z of each sigmoid."""

    def __init__(self, place: str, config: Config, large: bool) -> None:
        super().__init__()
        sizes = [64] + [config.width] * config.layers
        self.place = place
        linear = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
        if large:
            for layer in linear:
                nn.init.normal_(layer.weight)
        self.linear = nn.ModuleList(linear)
        self.norm = nn.ModuleList(nn.BatchNorm1d(config.width) for _ in self.linear)
        self.out = nn.Linear(config.width, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (batch, 64) -> (batch, 10), (layers, batch, width)
        inputs = []
        for linear, norm in zip(self.linear, self.norm, strict=True):
            z = norm(linear(x)) if self.place == "before" else linear(x)
            inputs.append(z)
            x = norm(z.sigmoid()) if self.place == "after" else z.sigmoid()
        return self.out(x), torch.stack(inputs)


def first_slope(networks: Network) -> Tensor:
    """Norm of the first layer's gradient: (seeds,)."""
    norms: Tensor = networks.one.linear[0].weight.grad.flatten(1).norm(dim=1)
    return norms


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    flat, slope, loss_at_end, rows, histogram = {}, {}, {}, [], {}
    for size in ("large", "small"):
        start = seeds.network(partial(Sigmoids, "nowhere", config, size == "large"))
        batches = seeds.randint(len(data.train_labels), (config.steps, config.batch))  # (seeds, steps, batch)
        for place in PLACES:
            networks = deepcopy(start)
            networks.one.place = place
            optimizer = torch.optim.Adam(networks.parameters(), lr=config.rate)
            for step in range(config.steps):
                chosen = batches[:, step]
                scores, z = networks(data.train_images[chosen])
                loss = cross_entropy(scores, data.train_labels[chosen])
                optimizer.zero_grad()
                loss.sum().backward()
                if step == 0:
                    flat[size, place] = (z.detach().abs() > 4).float().mean(dim=(1, 2, 3))
                    slope[size, place] = first_slope(networks)
                    if size == "large":
                        histogram[place] = z[0, -1].detach().flatten().tolist()
                optimizer.step()
                if step % (1 + config.steps // 100) == 0:
                    yield Metric(place, step, loss.detach(), chart=f"training loss, {size} weights")
            with torch.no_grad():  # over all training digits as one batch
                scores, _ = networks(seeds.shared(data.train_images))
                loss_at_end[size, place] = cross_entropy(scores, seeds.shared(data.train_labels))
                networks.eval()
                scores, _ = networks(seeds.shared(data.test_images))
            right = (scores.argmax(dim=2) == data.test_labels).cpu().double().mean(dim=1)
            rows.append([size, place, flat[size, place], slope[size, place], loss_at_end[size, place], right])
            yield Progress(len(rows), 6)
    yield Figure("z of the last sigmoid layer, large weights", "histogram", {"series": histogram}, "z", "units")
    heads = ["weights", "normalised", "share of |z| > 4", "gradient of layer 1", "loss", "test accuracy"]
    yield Table("Placement", heads, rows)
    yield Measured("before-avoids-flats", flat["large", "after"] - flat["large", "before"])
    yield Measured("before-is-steeper", slope["large", "before"] / slope["large", "after"])
    for size in ("large", "small"):
        yield Measured(f"before-learns-better-{size}", loss_at_end[size, "after"] / loss_at_end[size, "before"])
    yield Measured("normalising-helps", loss_at_end["large", "nowhere"] / loss_at_end["large", "before"])
