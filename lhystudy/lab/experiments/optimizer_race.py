"""Six optimizers race down a stretched, rugged valley and on handwritten digits.

六种优化器的比赛：一条拉长而崎岖的山谷，和手写数字。

Every optimizer tries the same learning rates and is shown at its best one, so that none loses by a bad setting.

lesson: adaptive-lr
bfloat16: yes
quick: steps=40 tries=2
"""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 20, 2000, en="steps of each race", zh="每场比赛的步数")
    tries: int = param(6, 1, 7, en="learning rates to try, from 0.03 outwards", zh="尝试几个学习率，从 0.03 向两边取")
    stretch: float = param(200.0, 1.0, 1000.0, en="times steeper across the valley than along", zh="横向比纵向陡多少倍")
    angle: float = param(0.0, 0.0, 90.0, en="degrees that the valley is turned", zh="山谷转过的角度（度）")
    bumps: float = param(0.1, 0.0, 1.0, en="height of the bumps", zh="起伏的高度")
    warmup: int = param(20, 1, 200, en="steps over which warm-up raises the rate", zh="预热的步数")
    batch: int = param(64, 1, 512, en="digits in a batch", zh="每批数字的个数")


CLAIMS = (
    Claim("one-rate-is-not-enough", ">=", 1,
          en="in the valley no single rate takes plain descent as low as Adam",
          zh="在山谷里，普通梯度下降用哪个学习率都到不了 Adam 的低处",
          quantity_en="powers of ten between the final losses of SGD and Adam, best rates",
          quantity_zh="SGD 与 Adam 最终损失相差几个数量级，各取最好的学习率"),
    Claim("adagrad-stalls", ">=", 0.3,
          en="at the same rate 0.03 Adagrad stalls where RMSProp goes on",
          zh="同样用学习率 0.03，Adagrad 停下来了，RMSProp 还在前进",
          quantity_en="powers of ten between the final losses of Adagrad and RMSProp",
          quantity_zh="Adagrad 与 RMSProp 最终损失相差几个数量级"),
    Claim("adam-trains-faster", ">=", 2,
          en="on digits Adam gets lower than plain descent in as many steps",
          zh="在手写数字上，同样的步数 Adam 的损失低于普通梯度下降",
          quantity_en="training loss of SGD over Adam's, best rates",
          quantity_zh="训练损失之比 SGD / Adam，各取最好的学习率"),
    Claim("momentum-keeps-up", "<=", 0.02,
          en="with its best rate, momentum reads digits as well as Adam", zh="学习率调好以后，动量法认数字不输 Adam",
          quantity_en="test accuracy, Adam's minus momentum's", quantity_zh="测试准确率之差 Adam − 动量法"),
    Claim("warm-up-helps", ">=", 1.1,
          en="warm-up takes Adam to a lower loss on digits", zh="预热让 Adam 在手写数字上的损失更低",
          quantity_en="training loss without over with warm-up, best rates",
          quantity_zh="训练损失之比 不预热 / 预热，各取最好的学习率"),
)  # fmt: skip

ZH = {
    "log10 loss in the valley": "山谷里损失的 log10", "log10 loss on digits": "数字图像上损失的 log10",
    "ways down the valley": "下到谷底的路线", "at the best rates": "各用最佳学习率", "optimizer": "优化器",
    "rate, valley": "学习率，山谷", "loss, valley": "损失，山谷", "rate, digits": "学习率，数字",
    "training loss": "训练损失", "test accuracy": "测试准确率",
}  # fmt: skip

Make = Callable[[list[Tensor], float], torch.optim.Optimizer]
OPTIMIZERS: dict[str, Make] = {
    "SGD": lambda weights, rate: torch.optim.SGD(weights, rate),
    "momentum": lambda weights, rate: torch.optim.SGD(weights, rate, momentum=0.9),
    "Adagrad": lambda weights, rate: torch.optim.Adagrad(weights, rate),
    "RMSProp": lambda weights, rate: torch.optim.RMSprop(weights, rate, alpha=0.9),
    "Adam": lambda weights, rate: torch.optim.Adam(weights, rate),
    "Adam warm": lambda weights, rate: torch.optim.Adam(weights, rate),
}
SAME_RATE = 0.03
RATES = (SAME_RATE, 0.003, 0.3, 0.01, 0.1, 1.0, 0.001)


class Race(NamedTuple):
    """How one optimizer did at one learning rate, for every seed."""

    rate: Tensor  # (seeds,)
    losses: Tensor  # before each step (seeds, steps)
    final: Tensor  # the loss after the last step (seeds,)
    accuracy: Tensor  # (seeds,)
    path: Tensor  # (seeds, steps, 2)


def descend(name: str, rate: float, weights: list[Tensor], loss_at: Callable[[int], Tensor], config: Config) -> Tensor:
    """The training loop, the same for all; `loss_at` gives the loss (seeds,) of the batch of a step."""
    optimizer = OPTIMIZERS[name](weights, rate)
    losses = []
    for step in range(config.steps):
        if name == "Adam warm":
            optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / config.warmup)
        loss = loss_at(step)
        losses.append(loss.detach())
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return torch.stack(losses, dim=1)


def height(place: Tensor, config: Config) -> Tensor:
    """L = (u^2 + stretch v^2)/2 + bumps (2 - cos 4u - cos 4v), with (u, v) the place (x, y) turned by the angle."""
    turn, (x, y) = math.radians(config.angle), place.unbind(dim=1)
    u = math.cos(turn) * x + math.sin(turn) * y
    v = math.cos(turn) * y - math.sin(turn) * x
    return torch.add((u**2 + config.stretch * v**2) / 2, config.bumps * (2 - torch.cos(4 * u) - torch.cos(4 * v)))


def race_in_valley(name: str, rate: float, beginning: Tensor, config: Config) -> Race:
    place = beginning.clone().requires_grad_()  # (seeds, 2)
    path: list[Tensor] = []

    def loss_at(step: int) -> Tensor:
        path.append(place.detach().clone())
        return height(place, config)

    losses = descend(name, rate, [place], loss_at, config)
    final = height(place, config).detach()
    return Race(torch.full_like(final, rate), losses, final, torch.zeros_like(final), torch.stack(path, dim=1))


def race_on_digits(
    name: str, rate: float, data: Digits, batches: Tensor, begin: Network, seeds: Seeds, config: Config
) -> Race:
    networks = copy.deepcopy(begin)

    def loss_at(step: int) -> Tensor:
        chosen = batches[:, step]  # (seeds, batch)
        return cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])

    losses = descend(name, rate, list(networks.parameters()), loss_at, config)
    with torch.no_grad():
        final = cross_entropy(networks(seeds.shared(data.train_images)), seeds.shared(data.train_labels))
        right = networks(seeds.shared(data.test_images)).argmax(dim=2) == data.test_labels
    nowhere = losses.new_zeros(seeds.count, config.steps, 2)
    return Race(torch.full_like(final, rate), losses, final, right.to(final.dtype).mean(dim=1), nowhere)


def best(races: list[Race]) -> Race:
    """For each seed the race with the lowest final loss; one that blew up counts as the highest."""
    finals = torch.stack([race.final for race in races]).nan_to_num(nan=math.inf)  # (tries, seeds)
    winner, seed = finals.argmin(dim=0), torch.arange(finals.shape[1], device=finals.device)
    return Race(*(torch.stack(tries)[winner, seed] for tries in zip(*races, strict=True)))


def powers(loss: Tensor) -> Tensor:
    """log10 of a loss; below 1e-12 rounding is all that is left."""
    return loss.clamp_min(1e-12).log10()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    beginning = torch.tensor([-4.0, 1.0], device=seeds.device) + 0.2 * seeds.randn(2)
    data = digits().to(seeds.device)
    networks = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    batches = seeds.randint(len(data.train_labels), (config.steps, config.batch))  # the same for all optimizers

    valley: dict[str, Race] = {}
    plain: dict[str, Race] = {}  # in the valley, at the one rate that all try
    digit: dict[str, Race] = {}
    for number, name in enumerate(OPTIMIZERS):
        in_valley, on_digits = [], []
        for place, rate in enumerate(RATES[: config.tries]):
            in_valley.append(race_in_valley(name, rate, beginning, config))
            on_digits.append(race_on_digits(name, rate, data, batches, networks, seeds, config))
            yield Progress(number * config.tries + place + 1, len(OPTIMIZERS) * config.tries)
        plain[name], valley[name], digit[name] = in_valley[0], best(in_valley), best(on_digits)
        for step in range(0, config.steps, math.ceil(config.steps / 100)):
            yield Metric(name, step, powers(valley[name].losses[:, step]), chart="log10 loss in the valley")
            yield Metric(name, step, powers(digit[name].losses[:, step]), chart="log10 loss on digits")

    columns = ["optimizer", "rate, valley", "loss, valley", "rate, digits", "training loss", "test accuracy"]
    yield Table("at the best rates", columns, [
        [name, valley[name].rate, valley[name].final, digit[name].rate, digit[name].final, digit[name].accuracy]
        for name in OPTIMIZERS
    ])  # fmt: skip
    paths = {name: valley[name].path[0].tolist() for name in OPTIMIZERS}  # the first seed's
    yield Figure("ways down the valley", "lines", {"series": paths}, "x", "y")
    yield Measured("one-rate-is-not-enough", powers(valley["SGD"].final) - powers(valley["Adam"].final))
    yield Measured("adagrad-stalls", powers(plain["Adagrad"].final) - powers(plain["RMSProp"].final))
    yield Measured("adam-trains-faster", digit["SGD"].final / digit["Adam"].final)
    yield Measured("momentum-keeps-up", digit["Adam"].accuracy - digit["momentum"].accuracy)
    yield Measured("warm-up-helps", digit["Adam"].final / digit["Adam warm"].final)
