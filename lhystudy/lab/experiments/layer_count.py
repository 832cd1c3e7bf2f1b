"""More layers on a short noisy channel: what they do to the days learned from, and to new days.

天数少、噪声大的频道：多加几层，学过的日子怎样，新日子又怎样。

The channel is synthetic: a weekly pattern, chance, and a bend. A net sees seven days; it learns on the first stretch of
days, the next one (validation) chooses among nets, and the last one (test) scores them.

lesson: deep-network
quick: steps=20 days=60
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

LAGS = 7


@dataclass(frozen=True)
class Config:
    days: int = param(120, 30, 2000, en="days to learn from", zh="用来学习的天数")
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")
    width: int = param(16, 4, 64, en="units of each hidden layer", zh="每个隐藏层的单元数")


CLAIMS = (
    Claim("training-loss-falls", "<", 0.7,
          en="four hidden layers fit the days learned from better than one", zh="四层比一层更贴合学过的日子",
          quantity_en="training loss with 4 layers over that with 1", quantity_zh="训练损失之比：4 层比 1 层"),
    Claim("each-layer-lowers-it", ">=", 0.9,
          en="every further layer lowers the training loss", zh="每多一层，训练损失都下降",
          quantity_en="share of the three further layers that lower it", quantity_zh="三次加层中使它下降的比例"),
    Claim("new-days-suffer", ">", 1.1,
          en="four layers are worse than one on new days", zh="在新日子上，四层不如一层",
          quantity_en="test loss with 4 layers over that with 1", quantity_zh="测试损失之比：4 层比 1 层"),
    Claim("deep-beats-wide", "<", 1.0,
          en="with as many parameters a deep net does better on new days than a wide one",
          zh="参数一样多时，深网络在新日子上胜过宽网络",
          quantity_en="test loss with 4 layers over that of one wide layer",
          quantity_zh="测试损失之比：4 层比一个宽层"),
    Claim("validation-chooses-well", "<", 1.0,
          en="the net that does best on the validation days is better than the average net",
          zh="验证集上最好的网络，比平均水平好",
          quantity_en="test loss of the chosen net over the mean of all nets",
          quantity_zh="选中者的测试损失与全部平均之比"),
)  # fmt: skip

ZH = {
    "loss over hidden layers": "损失，按隐藏层数", "Losses as shares of the variance": "损失占方差的比例",
    "Test loss by layers and width": "测试损失，按层数与宽度", "layers": "层数", "width": "宽度",
    "parameters": "参数个数", "training": "训练", "validation": "验证", "test": "测试",
}  # fmt: skip


def net(layers: int, width: int) -> nn.Module:
    """Hidden layers of one width with ReLUs, then one number: (days, 7) -> (days, 1)."""
    parts: list[nn.Module] = []
    for k in range(layers):
        parts += [nn.Linear(width if k else LAGS, width), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(width, 1))


def squared_error(models: Network, x: Tensor, y: Tensor) -> Tensor:  # (seeds,)
    error: Tensor = models(x) - y
    return error.square().mean(dim=(1, 2))


def train(models: Network, x: Tensor, y: Tensor, steps: int) -> None:
    optimizer = torch.optim.Adam(models.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        squared_error(models, x, y).sum().backward()
        optimizer.step()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    unseen = 300  # days of validation, and as many of test
    views = seeds.stack(partial(channel, LAGS + config.days + 2 * unseen))
    views = views - views[:, : config.days].mean(1, keepdim=True)
    views = views / views[:, : config.days].std(1, keepdim=True)
    x = torch.stack([views[:, LAGS - j : views.shape[1] - j] for j in range(1, LAGS + 1)], dim=2)
    y = views[:, LAGS:, None]
    stretch = {
        "training": slice(0, config.days),
        "validation": slice(config.days, config.days + unseen),
        "test": slice(config.days + unseen, None),
    }
    deep = (LAGS + 1) * config.width + 3 * (config.width + 1) * config.width + config.width + 1
    wide = (1, round((deep - 1) / (LAGS + 2)))  # a hidden unit on 7 days has 7 + 1 + 1 numbers
    shapes = [(layers, width) for width in (config.width // 4, config.width) for layers in (1, 2, 3, 4)] + [wide]
    loss: dict[tuple[int, int], dict[str, Tensor]] = {}
    rows = []
    for layers, width in shapes:
        models = seeds.network(partial(net, layers, width))
        train(models, x[:, stretch["training"]], y[:, stretch["training"]], config.steps)
        with torch.no_grad():
            found = {name: squared_error(models, x[:, days], y[:, days]) for name, days in stretch.items()}
        loss[layers, width] = found
        rows.append([layers, width, sum(p[0].numel() for p in models.parameters()), *found.values()])
        if width == config.width:
            for name in ("training", "test"):
                yield Metric(name, layers, found[name], chart="loss over hidden layers")
        yield Progress(len(loss), len(shapes))
    columns = ["layers", "width", "parameters", "training", "validation", "test"]
    yield Table("Losses as shares of the variance", columns, rows)
    widths = (config.width // 4, config.width)
    heat = [[loss[layers, width]["test"][0].item() for width in widths] for layers in (1, 2, 3, 4)]
    grid = {"values": heat, "x": [str(w) for w in widths], "y": ["1", "2", "3", "4"]}
    yield Figure("Test loss by layers and width", "heat", grid, "width", "layers")
    fit = torch.stack([loss[layers, config.width]["training"] for layers in (1, 2, 3, 4)])  # (4, seeds)
    one, four = loss[1, config.width]["test"], loss[4, config.width]["test"]
    yield Measured("training-loss-falls", fit[3] / fit[0])
    yield Measured("each-layer-lowers-it", (fit.diff(dim=0) < 0).cpu().double().mean(0))
    yield Measured("new-days-suffer", four / one)
    yield Measured("deep-beats-wide", four / loss[wide]["test"])
    validation, test = (torch.stack([found[name] for found in loss.values()]) for name in ("validation", "test"))
    chosen = test.gather(0, validation.argmin(0, keepdim=True))[0]
    yield Measured("validation-chooses-well", chosen / test.mean(0))
