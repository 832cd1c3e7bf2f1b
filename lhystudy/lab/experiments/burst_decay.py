"""Dividing by the size of past gradients bursts out after a long calm; a falling rate keeps it down.

除以过去梯度的大小，平静久了会突然喷发；学习率渐降，就压得住。

A valley a hundred times as steep across as along, descended with the root mean square of all gradients so far. The
gradients carry a little noise: synthetic.

lesson: lr-schedules
quick: steps=1200
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(4000, 200, 50000, en="steps", zh="步数")
    rate: float = param(0.1, 0.001, 1.0, en="learning rate", zh="学习率")
    noise: float = param(0.01, 0.0, 1.0, en="spread of the gradient noise", zh="梯度噪声的散布")
    stretch: float = param(
        100.0, 1.0, 10000.0, en="curvature across the valley; along it is 1", zh="横向的曲率，纵向是 1"
    )


CLAIMS = (
    Claim("it-bursts", ">", 100.0,
          en="at a constant rate the calm ends in a burst", zh="学习率不变，平静之后会喷发",
          quantity_en="largest distance across the valley in the last three quarters, over the usual one before",
          quantity_zh="后四分之三里横向最远的距离，与此前平静时之比"),
    Claim("a-schedule-tames-it", "<", 0.01,
          en="with eta/sqrt(t) there is none", zh="用 eta/sqrt(t) 就没有喷发",
          quantity_en="that largest distance, falling rate over constant", quantity_zh="上述最远距离之比，渐降比不变"),
    Claim("it-arrives-too", "<", 0.1,
          en="and the bottom of the valley is reached all the same", zh="谷底也照样走得到",
          quantity_en="distance along the valley at the end, over that at the start",
          quantity_zh="终点与起点的纵向距离之比"),
    Claim("epsilon-does-not-help", ">", 0.9,
          en="an epsilon of 1e-8 under the fraction line changes nothing", zh="分母上加 1e-8 没有用",
          quantity_en="that largest distance, with epsilon over without",
          quantity_zh="上述最远距离之比，加 epsilon 比不加"),
)  # fmt: skip

ZH = {
    "log10 distance across the valley": "横向距离的 log10", "The way down": "下山的路线", "along": "纵向",
    "across": "横向",
    "Excursions": "偏离", "constant": "不变", "eta/sqrt(t)": "eta/sqrt(t)",
    "with epsilon": "加 epsilon",
    "in the calm before": "此前平静时", "largest after": "此后最远", "along, at the end": "终点的纵向距离",
}  # fmt: skip

TINY = 1e-30  # stands under the fraction line where no epsilon is wanted, so that 0/0 is 0


def descend(start: Tensor, noise: Tensor, config: Config, power: float, epsilon: float) -> Tensor:
    """Places (steps, seeds, 2), along and across, of descent by g / root mean square, at the rate eta/(t+1)^power."""
    place, squares, places = start, torch.zeros_like(start), []
    curvature = torch.tensor([1.0, config.stretch], device=start.device)
    for t in range(config.steps):
        gradient = curvature * place + noise[:, t]
        squares = squares + gradient**2
        sigma = (squares / (t + 1)).sqrt()
        place = place - config.rate / (t + 1) ** power * gradient / (sigma + epsilon)
        places.append(place)
    return torch.stack(places)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    start = torch.tensor([-3.0, 1.0], device=seeds.device) * (0.75 + 0.5 * seeds.rand(2))
    noise = config.noise * seeds.randn(config.steps, 2)  # the same for all
    plans = {"constant": (0.0, TINY), "eta/sqrt(t)": (0.5, TINY), "with epsilon": (0.0, 1e-8)}
    quarter, window = config.steps // 4, 1 + config.steps // 200
    before, after, end, ways = {}, {}, {}, {}
    for name, (power, epsilon) in plans.items():
        places = descend(start, noise, config, power, epsilon)
        across = places[..., 1].abs()
        if name != "with epsilon":
            for t in range(0, config.steps, window):
                highest = across[t : t + window].amax(0).clamp(min=1e-12)
                yield Metric(name, t, highest.log10(), chart="log10 distance across the valley")
        before[name] = across[quarter // 2 : quarter].square().mean(0).sqrt()
        after[name], end[name] = across[quarter:].amax(0), places[-1, :, 0].abs()
        ways[name] = places[:: 1 + config.steps // 300, 0].tolist()
        yield Progress(len(end), len(plans))
    shown = {name: ways[name] for name in ("constant", "eta/sqrt(t)")}
    yield Figure("The way down", "lines", {"series": shown}, "along", "across")
    yield Table("Excursions", ["", "in the calm before", "largest after", "along, at the end"],
                [[name, before[name], after[name], end[name]] for name in plans])  # fmt: skip
    yield Measured("it-bursts", after["constant"] / before["constant"].clamp(min=1e-12))
    yield Measured("a-schedule-tames-it", after["eta/sqrt(t)"] / after["constant"])
    yield Measured("it-arrives-too", end["eta/sqrt(t)"] / start[:, 0].abs())
    yield Measured("epsilon-does-not-help", after["with epsilon"] / after["constant"])
