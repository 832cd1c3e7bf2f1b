"""Inertia in two places: a particle swarm and balls with momentum, side by side.

惯性出现在两处：粒子群与带动量的小球，并排比一比。

Both search the Rastrigin function (synthetic): a bowl with a pit at every whole number, the deepest one at 0.

lesson: momentum
quick: rounds=20
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    dimensions: int = param(5, 1, 30, en="dimensions of the search", zh="搜索的维数")
    crowd: int = param(20, 2, 200, en="particles, and balls", zh="粒子数，也是小球数")
    rounds: int = param(200, 5, 2000, en="rounds in which each moves once", zh="轮数，每轮各走一步")
    inertia: float = param(0.7, 0.0, 0.95, en="share of the last movement that is kept", zh="保留上一次位移的比例")
    pull: float = param(1.5, 0.0, 3.0, en="strength of each of the swarm's two pulls", zh="粒子群两种牵引各自的强度")
    rate: float = param(0.002, 0.0001, 0.01, en="learning rate of the balls", zh="小球的学习率")


CLAIMS = (
    Claim("same-inertia", "<", 1e-6,
          en="without pulls and without slope both keep the same share of the last movement",
          zh="去掉牵引、去掉斜率，两者按同样的比例保留上一次的位移",
          quantity_en="largest difference after 10 rounds", quantity_zh="10 轮之后的最大差"),
    Claim("no-slopes-needed", "<=", 0.0,
          en="the swarm needs no gradient at all", zh="粒子群完全不需要梯度",
          quantity_en="gradients evaluated", quantity_zh="求梯度的次数"),
    Claim("swarm-finds-deeper", ">", 0.0,
          en="among many pits the swarm finds a deeper place than as many balls in as many rounds",
          zh="坑很多的时候，轮数、个数相同，粒子群找到的地方更低",
          quantity_en="best value of the balls minus the swarm's", quantity_zh="小球的最好值减粒子群的最好值"),
)  # fmt: skip

ZH = {
    "best value so far": "到目前为止的最好值", "Who asked for what": "谁求了什么", "swarm": "粒子群", "balls": "小球",
    "method": "方法", "values": "求值次数", "gradients": "求梯度次数", "best value": "最好值",
}  # fmt: skip


Round = tuple[Tensor, Tensor]  # places (seeds, crowd, dimensions), best value so far (seeds,)


class Ground:
    """Rastrigin's function and its slope, counting how often each point asks."""

    def __init__(self) -> None:
        self.values = self.gradients = 0

    def value(self, x: Tensor) -> Tensor:  # (seeds, crowd, dimensions) -> (seeds, crowd)
        self.values += x.shape[1]
        return (x**2 - 10 * torch.cos(2 * pi * x) + 10).sum(2)

    def slope(self, x: Tensor) -> Tensor:
        self.gradients += x.shape[1]
        return 2 * x + 20 * pi * torch.sin(2 * pi * x)


def swarm(x: Tensor, v: Tensor, ground: Ground, config: Config, seeds: Seeds) -> Iterator[Round]:
    """Each keeps part of its movement and is pulled to its own best place and to the swarm's."""
    own, lowest = x, ground.value(x)
    for _ in range(config.rounds):
        leader = own.gather(1, lowest.argmin(1)[:, None, None].expand(-1, 1, x.shape[2]))
        to_own, to_leader = seeds.rand(*x.shape[1:]), seeds.rand(*x.shape[1:])
        v = config.inertia * v + config.pull * (to_own * (own - x) + to_leader * (leader - x))
        x = x + v
        value = ground.value(x)
        own = torch.where((value < lowest)[:, :, None], x, own)
        lowest = torch.minimum(lowest, value)
        yield x, lowest.amin(1)


def balls(x: Tensor, v: Tensor, ground: Ground, config: Config) -> Iterator[Round]:
    """Each ball keeps part of its movement and is pulled down its slope."""
    lowest = ground.value(x).amin(1)
    for _ in range(config.rounds):
        v = config.inertia * v - config.rate * ground.slope(x)
        x = x + v
        lowest = torch.minimum(lowest, ground.value(x).amin(1))
        yield x, lowest


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = 10.24 * seeds.rand(config.crowd, config.dimensions) - 5.12  # the usual box of this function
    pushed = seeds.randn(config.crowd, config.dimensions)
    grounds = {"swarm": Ground(), "balls": Ground()}
    still = torch.zeros_like(x)
    walks = {
        "swarm": swarm(x, still, grounds["swarm"], config, seeds),
        "balls": balls(x, still, grounds["balls"], config),
    }
    best = {}
    for name, walk in walks.items():
        for t, (_, lowest) in enumerate(walk):
            best[name] = lowest
            if t % (1 + config.rounds // 150) == 0:
                yield Metric(name, t, lowest, chart="best value so far")
    yield Table("Who asked for what", ["method", "values", "gradients", "best value"],
                [[name, ground.values, ground.gradients, best[name]] for name, ground in grounds.items()])  # fmt: skip
    yield Measured("no-slopes-needed", grounds["swarm"].gradients)
    yield Measured("swarm-finds-deeper", best["balls"] - best["swarm"])

    free = replace(config, pull=0.0, rate=0.0, rounds=10)
    coasting = zip(swarm(x, pushed, Ground(), free, seeds), balls(x, pushed, Ground(), free), strict=True)
    yield Measured("same-inertia", [(one - other).abs().amax((1, 2)) for (one, _), (other, _) in coasting][-1])
