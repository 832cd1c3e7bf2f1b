"""Tomorrow's views from the days before: lines, then sums of hard sigmoids, then ReLUs.

用前几天预测明天的观看数：先用直线，再用硬 Sigmoid 之和，再用 ReLU。

The channel is synthetic: a weekly pattern, chance, and a bend (a day above the usual level is followed by a drop, a
day below it by a slow recovery). Models learn on the first two thirds of the days and are scored on the rest.

lesson: three-steps
bfloat16: yes
quick: steps=60 days=400
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import channel
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    days: int = param(1500, 200, 5000, en="days of the channel", zh="频道的天数")
    steps: int = param(600, 20, 5000, en="training steps", zh="训练步数")
    pieces: int = param(16, 1, 200, en="hard sigmoids or ReLUs in a sum", zh="相加的硬 Sigmoid 或 ReLU 个数")
    rate: float = param(0.02, 0.0001, 0.2, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("a-week-helps", "<", 0.7,
          en="a line that sees seven days predicts better than one that sees yesterday alone",
          zh="看七天的直线，比只看昨天的预测得准",
          quantity_en="test loss with 7 days over that with 1", quantity_zh="测试损失之比：7 天比 1 天"),
    Claim("a-month-helps-less", "<", 0.8,
          en="four weeks help the line once more", zh="给直线四周的数据，还能再好一些",
          quantity_en="test loss with 28 days over that with 7", quantity_zh="测试损失之比：28 天比 7 天"),
    Claim("then-it-stops", "<", 0.25,
          en="from four weeks to eight the line gains little, against what it gained from one to four",
          zh="与从一周到四周的好处相比，从四周到八周只再好一点点",
          quantity_en="fall of the test loss from 28 to 56 days over that from 7 to 28",
          quantity_zh="测试损失的降幅之比：28 到 56 天比 7 到 28 天"),
    Claim("relu-beats-line", "<", 0.9,
          en="a sum of ReLUs of seven days predicts better than a line", zh="用七天，ReLU 之和比直线预测得准",
          quantity_en="test loss of the ReLUs over the line's", quantity_zh="测试损失之比：ReLU 比直线"),
    Claim("sigmoid-beats-line", "<", 0.9,
          en="a sum of hard sigmoids of seven days predicts better than a line",
          zh="用七天，硬 Sigmoid 之和比直线预测得准",
          quantity_en="test loss of the hard sigmoids over the line's", quantity_zh="测试损失之比：硬 Sigmoid 比直线"),
    Claim("bends-need-fewer-days", ">", 0.9,
          en="with ReLUs four weeks are no better than one", zh="用 ReLU，四周并不比一周好",
          quantity_en="test loss with 28 days over that with 7", quantity_zh="测试损失之比：28 天比 7 天"),
    Claim("one-day-late", ">", 0.9,
          en="on a random walk the best line copies yesterday: its peaks come one day late",
          zh="在随机游走上，最好的直线就是照抄昨天：峰值晚一天",
          quantity_en="correlation of the prediction's changes with the truth's of the day before",
          quantity_zh="预测的变化与前一天真实变化的相关系数"),
)  # fmt: skip

ZH = {
    "test loss over the days seen": "测试损失，按所看天数", "training loss with 7 days": "看 7 天时的训练损失",
    "Four weeks that no model learned from": "没有模型学过的四周", "day": "天", "views": "观看次数",
    "Mean squared error": "均方误差", "model": "模型", "days seen": "所看天数", "parameters": "参数个数",
    "training": "训练", "test": "测试", "A random walk, seven-day line": "随机游走，七天的直线", "delay": "延迟",
    "correlation": "相关系数",
}  # fmt: skip


class Bends(nn.Module):
    """b + sum of c_i * bend(b_i + sum_j w_ij x_j): hard sigmoids or ReLUs of the past days."""

    def __init__(self, lags: int, pieces: int, bend: nn.Module) -> None:
        super().__init__()
        self.inner, self.bend, self.outer = nn.Linear(lags, pieces), bend, nn.Linear(pieces, 1)

    def forward(self, x: Tensor) -> Tensor:  # (days, lags) -> (days, 1)
        y: Tensor = self.outer(self.bend(self.inner(x)))
        return y


def past_days(views: Tensor, lags: int, skip: int) -> tuple[Tensor, Tensor]:
    """Features x_j = views j days before, (…, days, lags), and targets (…, days, 1), for every day from `skip` on."""
    x = torch.stack([views[..., skip - j : views.shape[-1] - j] for j in range(1, lags + 1)], dim=-1)
    return x, views[..., skip:, None]


def squared_error(models: Network, x: Tensor, y: Tensor) -> Tensor:  # (seeds,)
    error: Tensor = models(x) - y
    return error.square().mean(dim=(1, 2))


def fit(models: Network, x: Tensor, y: Tensor, config: Config) -> Iterator[Tensor]:
    """Steps two and three: the mean squared error, and descent on it (Adam, of a later lesson)."""
    descent = torch.optim.Adam(models.parameters(), lr=config.rate)
    settle = torch.optim.lr_scheduler.LinearLR(descent, 1.0, 0.01, config.steps)
    for _ in range(config.steps):
        loss = squared_error(models, x, y)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()
        settle.step()
        yield loss.detach()


def late(days: int) -> list[float]:
    """Correlations of a seven-day line's changes with a random walk's, at 0, 1 and 2 days of delay. Once a seed."""
    walk = torch.randn(days).cumsum(dim=0)
    x, y = past_days(walk, 7, 7)
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    predicted = (x @ torch.linalg.lstsq(x, y).solution)[:, 0].diff()
    true = y[:, 0].diff()
    return [torch.corrcoef(torch.stack([predicted[2:], true[2 - k : len(true) - k]]))[0, 1].item() for k in range(3)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    views = seeds.stack(partial(channel, config.days))  # (seeds, days)
    views = views - views.mean(1, keepdim=True)
    views = views / views.std(1, keepdim=True)  # losses are shares of the variance: 1 = always the mean
    split = 2 * (config.days - 56) // 3
    kinds = {"line": (1, 7, 28, 56), "hard sigmoid": (1, 7, 28), "relu": (1, 7, 28)}
    rows, test = [], {}
    for kind, sizes in kinds.items():
        for lags in sizes:
            x, y = past_days(views, lags, 56)  # the same days for every model
            bend = nn.Hardsigmoid() if kind == "hard sigmoid" else nn.ReLU()
            make = partial(nn.Linear, lags, 1) if kind == "line" else partial(Bends, lags, config.pieces, bend)
            models = seeds.network(make)
            for step, loss in enumerate(fit(models, x[:, :split], y[:, :split], config)):
                if lags == 7 and step % 5 == 0:
                    yield Metric(kind, step, loss, chart="training loss with 7 days")
            with torch.no_grad():
                test[kind, lags] = squared_error(models, x[:, split:], y[:, split:])
            yield Metric(kind, lags, test[kind, lags], chart="test loss over the days seen")
            rows.append([kind, lags, sum(p[0].numel() for p in models.parameters()), loss, test[kind, lags]])
            yield Progress(len(rows), sum(map(len, kinds.values())))
            if (kind, lags) == ("relu", 7):
                predicted = models[0](x[0, split : split + 28]).detach()
                month = {"truth": y[0, split : split + 28, 0], "relu, 7 days": predicted[:, 0]}
                series = {name: [[t, v] for t, v in enumerate(line.tolist())] for name, line in month.items()}
                yield Figure("Four weeks that no model learned from", "lines", {"series": series}, "day", "views")
    yield Table("Mean squared error", ["model", "days seen", "parameters", "training", "test"], rows)
    delays = list(zip(*seeds.each(partial(late, config.days)), strict=True))  # 3 times (seeds,)
    yield Table("A random walk, seven-day line", ["delay", "correlation"], [[k, v] for k, v in enumerate(delays)])
    yield Measured("a-week-helps", test["line", 7] / test["line", 1])
    yield Measured("a-month-helps-less", test["line", 28] / test["line", 7])
    yield Measured("then-it-stops", (test["line", 28] - test["line", 56]) / (test["line", 7] - test["line", 28]))
    yield Measured("relu-beats-line", test["relu", 7] / test["line", 7])
    yield Measured("sigmoid-beats-line", test["hard sigmoid", 7] / test["line", 7])
    yield Measured("bends-need-fewer-days", test["relu", 28] / test["relu", 7])
    yield Measured("one-day-late", delays[1])
