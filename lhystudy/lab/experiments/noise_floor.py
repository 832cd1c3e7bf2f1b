"""Noisy descent at a constant rate never settles; a shrinking rate lets it.

带噪声的下降，学习率不变就永远停不稳；学习率渐小，才停得下来。

Many walkers a seed on the bowl (h/2) w^2, each with gradient noise of its own: synthetic, so that the floor has a
formula.

lesson: lr-schedules
quick: steps=200 walkers=100
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 50, 20000, en="steps", zh="步数")
    walkers: int = param(500, 10, 5000, en="walkers a seed", zh="每个种子的行走者人数")
    curvature: float = param(1.0, 0.1, 10.0, en="curvature h", zh="曲率 h")
    noise: float = param(1.0, 0.0, 10.0, en="spread s of the gradient noise", zh="梯度噪声的散布 s")
    rate: float = param(0.2, 0.001, 1.0, en="first learning rate, times 1/h", zh="最初的学习率，以 1/h 为单位")


CLAIMS = (
    Claim("floor-as-computed", "<", 0.1,
          en="at a constant rate the mean square ends where the formula says", zh="学习率不变时，均方停在公式说的地方",
          quantity_en="difference from eta s^2/(h (2 - eta h)), as a share, last fifth of the steps",
          quantity_zh="与 eta s^2/(h (2 - eta h)) 相差的比例，最后五分之一的步"),
    Claim("decay-settles", "<", 0.3,
          en="with a rate that falls like 1/t it comes far nearer", zh="学习率按 1/t 下降，能走到近得多的地方",
          quantity_en="root mean square distance at the end, 1/t over constant",
          quantity_zh="终点的均方根距离之比，1/t 比不变"),
    Claim("too-fast-stops-short", ">", 2.0,
          en="a rate that halves every two steps stops on the way", zh="每两步减半，半路就停了",
          quantity_en="root mean square distance at the end, halving over constant",
          quantity_zh="终点的均方根距离之比，减半比不变"),
)  # fmt: skip

ZH = {
    "root mean square distance": "均方根距离", "Where it ends": "停在哪里", "rate": "学习率", "distance": "距离",
    "by the formula": "按公式", "constant": "不变", "1/t": "1/t", "halving": "每两步减半",
    "One walker": "一个行走者", "step": "步", "half the constant rate": "不变，减半",
}  # fmt: skip

Schedule = Callable[[int], float]


def schedules(rate: float, curvature: float) -> dict[str, Schedule]:
    """Learning rates by step, all beginning near `rate`."""
    return {
        "constant": lambda t: rate,
        "half the constant rate": lambda t: rate / 2,
        "1/t": lambda t: 1 / (1 / rate + curvature * t),
        "halving": lambda t: rate * 0.5 ** (t / 2),
    }


def floor(rate: float, config: Config) -> float:
    """The mean square that a constant rate ends with."""
    h = config.curvature
    return rate * config.noise**2 / (h * (2 - rate * h))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    h, first = config.curvature, config.rate / config.curvature
    plans = schedules(first, h)
    start = 10 * floor(first, config) ** 0.5 + 1e-3
    w = {name: torch.full((seeds.count, config.walkers), start, device=seeds.device) for name in plans}
    late: dict[str, list[Tensor]] = {name: [] for name in plans}
    path: dict[str, list[list[float]]] = {name: [] for name in plans}
    for step in range(config.steps):
        noise = config.noise * seeds.randn(config.walkers)  # the same for every plan
        for name, rate in plans.items():
            w[name] = w[name] - rate(step) * (h * w[name] + noise)
            square = w[name].square().mean(1)  # (seeds,)
            if step >= 0.8 * config.steps:
                late[name].append(square)
            if step % (1 + config.steps // 100) == 0:
                yield Metric(name, step, square.sqrt(), chart="root mean square distance")
                path[name].append([step, w[name][0, 0].item()])
        yield Progress(step + 1, config.steps)

    distance = {name: w[name].square().mean(1).sqrt() for name in plans}
    formula = {"constant": floor(first, config), "half the constant rate": floor(first / 2, config)}
    rows = [[name, distance[name], math.sqrt(formula[name]) if name in formula else ""] for name in plans]
    yield Table("Where it ends", ["rate", "distance", "by the formula"], rows)
    shown = {name: path[name] for name in ("constant", "1/t")}
    yield Figure("One walker", "lines", {"series": shown}, "step", "w")
    settled = torch.stack(late["constant"]).mean(0)
    yield Measured("floor-as-computed", (settled / max(formula["constant"], 1e-12) - 1).abs())
    yield Measured("decay-settles", distance["1/t"] / distance["constant"])
    yield Measured("too-fast-stops-short", distance["halving"] / distance["constant"])
