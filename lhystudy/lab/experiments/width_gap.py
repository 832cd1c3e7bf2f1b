"""Wider and wider networks on ten examples: training error, test error and the gap between them.

十个样本，网络越来越宽：训练误差、测试误差，以及两者的差距。

The creatures are synthetic: the game's formula with random levels and individual values. A network of one hidden layer
foretells the combat power (CP) after evolution from that before. Errors are roots of mean squared errors in CP.

lesson: regression-case
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from lhystudy.lab.data import evolutions
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WIDTHS = (1, 4, 16, 64)


@dataclass(frozen=True)
class Config:
    examples: int = param(10, 4, 1000, en="creatures learned from", zh="用来学习的个体数")
    tested: int = param(500, 100, 20000, en="new creatures to test on", zh="用来检验的新个体数")
    steps: int = param(600, 10, 10000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("wide-fits-better", "<", 0.8,
          en="the widest network fits its examples better than the narrowest", zh="最宽的网络比最窄的更贴合学过的样本",
          quantity_en="training error, width 64 over width 1", quantity_zh="训练误差之比，宽 64 比宽 1"),
    Claim("gap-grows-with-width", ">", 10.0,
          en="the gap between test and training error is wider for the widest",
          zh="测试与训练误差的差距，最宽的更大",
          quantity_en="gap at width 64 minus gap at width 1, in CP", quantity_zh="宽 64 与宽 1 的差距之差，CP"),
    Claim("test-blows-up", ">", 2.0,
          en="the widest does as badly on new creatures as polynomials of high degree",
          zh="最宽的网络在新个体上，和高次多项式一样糟",
          quantity_en="test error, width 64 over width 1", quantity_zh="测试误差之比，宽 64 比宽 1"),
)  # fmt: skip

ZH = {
    "Root mean squared error, CP": "均方根误差，CP", "width": "宽度", "parameters": "参数个数", "training": "训练",
    "test": "测试", "training loss": "训练损失",
}  # fmt: skip


def network(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, 1))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    learned, tested = (seeds.stack(partial(evolutions, n)).cpu().float() for n in (config.examples, config.tested))
    deviation, centre = torch.std_mean(learned, dim=1, keepdim=True)
    x, y, x_new, y_new = (
        part.to(seeds.device)  # (seeds, n, 1), in deviations of the training set
        for creatures in ((learned - centre) / deviation, (tested - centre) / deviation)
        for part in (creatures[..., 1:2], creatures[..., 5:6])
    )
    unit = deviation[:, 0, 5].to(seeds.device)  # CP
    training, test, rows = {}, {}, []
    for place, width in enumerate(WIDTHS):
        networks = seeds.network(partial(network, width))
        optimizer = torch.optim.Adam(networks.parameters(), lr=config.rate)
        for step in range(config.steps):
            loss = (networks(x) - y).square().mean(dim=(1, 2))  # (seeds,)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 100) == 0:
                yield Metric(f"width {width}", step, loss.detach(), chart="training loss")
        with torch.no_grad():
            training[width] = (networks(x) - y).square().mean(dim=(1, 2)).sqrt() * unit
            test[width] = (networks(x_new) - y_new).square().mean(dim=(1, 2)).sqrt() * unit
        rows.append([width, sum(p[0].numel() for p in networks.parameters()), training[width], test[width]])
        yield Progress(place + 1, len(WIDTHS))
    yield Table("Root mean squared error, CP", ["width", "parameters", "training", "test"], rows)
    narrow, wide = WIDTHS[0], WIDTHS[-1]
    yield Measured("wide-fits-better", training[wide] / training[narrow])
    yield Measured("gap-grows-with-width", test[wide] - training[wide] - (test[narrow] - training[narrow]))
    yield Measured("test-blows-up", test[wide] / test[narrow])
