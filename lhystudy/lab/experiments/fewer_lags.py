"""A line that sees the days before: thirty of them overfit, three are enough, one is too few.

看前几天的直线：看三十天过拟合，看三天刚好，只看一天不够。

Synthetic data: a channel whose views today depend on the three days before and on chance, on nothing else. A line
learns from few days by least squares and is scored on many later ones.

lesson: general-guidance
quick: days=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

PAST = (0.5, -0.3, 0.4)  # what one, two and three days before bring
MOST, LATER = 30, 1000  # most days that a line sees; days to test on


@dataclass(frozen=True)
class Config:
    days: int = param(60, 35, 1000, en="days to learn from", zh="用来学的天数")


CLAIMS = (
    Claim("thirty-train-better", "<", 0.9,
          en="thirty days before give the lower training loss", zh="看三十天，训练损失更低",
          quantity_en="training loss with 30 over that with 3", quantity_zh="训练损失之比：30 天比 3 天"),
    Claim("three-test-better", ">", 1.2,
          en="three give the lower test loss", zh="看三天，测试损失更低",
          quantity_en="test loss with 30 over that with 3", quantity_zh="测试损失之比：30 天比 3 天"),
    Claim("one-is-too-few", ">", 1.1,
          en="one is too few: a day that matters was dropped", zh="只看一天不够：丢掉了有用的日子",
          quantity_en="test loss with 1 over that with 3", quantity_zh="测试损失之比：1 天比 3 天"),
)  # fmt: skip

ZH = {"loss by days before": "损失（横轴：看前几天）", "Loss": "损失", "days before": "看前几天", "training": "训练",
      "test": "测试"}  # fmt: skip


def channel(seeds: Seeds, days: int) -> Tensor:
    """Views above the mean, (seeds, days), after a hundred days to forget how it began."""
    chance = seeds.randn(days + 100)
    views = [torch.zeros_like(chance[:, 0])] * len(PAST)
    for day in range(days + 100):
        views.append(sum(w * views[-1 - k] for k, w in enumerate(PAST)) + chance[:, day])
    return torch.stack(views[-days:], dim=1).cpu().double()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    views = channel(seeds, MOST + config.days + LATER)
    rows = views.unfold(1, MOST + 1, 1).flip(2)  # (seeds, days, 31): today, one day before, two days before, ...
    learned, later = rows[:, : config.days], rows[:, config.days :]
    losses = {}
    for lags in range(1, MOST + 1):
        line = torch.linalg.lstsq(learned[..., 1 : lags + 1], learned[..., :1]).solution  # (seeds, lags, 1)
        losses[lags] = [
            (part[..., 1 : lags + 1] @ line - part[..., :1]).square().mean((1, 2)) for part in (learned, later)
        ]
        for name, loss in zip(("training", "test"), losses[lags], strict=True):
            yield Metric(name, lags, loss, chart="loss by days before")
    yield Table("Loss", ["days before", "training", "test"], [[lags, *losses[lags]] for lags in (1, 2, 3, 7, 14, 30)])
    yield Measured("thirty-train-better", losses[30][0] / losses[3][0])
    yield Measured("three-test-better", losses[30][1] / losses[3][1])
    yield Measured("one-is-too-few", losses[1][1] / losses[3][1])
