"""A function fed with random draws gives out a distribution, and a network can learn which.

函数吃进随机数，吐出来的就是一个分布；吐出哪个分布，网络可以学。

Numbers drawn uniformly from 0 to 1 are to come out as waiting times: Exp(1), synthetic. By hand the formula is
-log(1 - z). The network sees only draws: sort both heaps of numbers and pull them together, smallest to smallest.

lesson: gan
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(600, 10, 10000, en="training steps", zh="训练步数")
    batch: int = param(256, 8, 4096, en="draws a step", zh="每步抽的个数")


CLAIMS = (
    Claim("by-hand", "<", 0.05,
          en="-log(1 - z) turns uniform draws into waiting times", zh="-log(1 - z) 把均匀的随机数变成等待时间",
          quantity_en="Kolmogorov-Smirnov distance of 4000 draws to Exp(1)",
          quantity_zh="4000 个值到 Exp(1) 的 Kolmogorov-Smirnov 距离"),
    Claim("untrained-far", ">", 0.3,
          en="an untrained network's distribution is far off", zh="没训练的网络，分布差得远",
          quantity_en="Kolmogorov-Smirnov distance of 4000 draws to Exp(1)",
          quantity_zh="4000 个值到 Exp(1) 的 Kolmogorov-Smirnov 距离"),
    Claim("trained-close", "<", 0.05,
          en="a small trained network gives out waiting times too", zh="小网络训练之后，吐出来的也是等待时间",
          quantity_en="Kolmogorov-Smirnov distance of 4000 draws to Exp(1)",
          quantity_zh="4000 个值到 Exp(1) 的 Kolmogorov-Smirnov 距离"),
)  # fmt: skip

ZH = {
    "Wasserstein distance to new draws": "到新抽的样本的 Wasserstein 距离",
    "What comes out for z": "z 变成了什么", "Distance to Exp(1)": "到 Exp(1) 的距离",
    "by hand": "手写公式", "untrained": "未训练", "trained": "训练后", "KS distance": "KS 距离", "mean": "均值",
}  # fmt: skip


def waiting_times(z: Tensor) -> Tensor:
    """Exp(1) by the inverse of its distribution function F(x) = 1 - exp(-x)."""
    return -torch.log1p(-z)


def to_exponential(x: Tensor) -> Tensor:
    """Largest gap between the share of draws below a place and F there: (seeds, n, 1) -> (seeds,)."""
    ordered = x[..., 0].sort(1).values
    n = ordered.shape[1]
    below = torch.arange(n, device=x.device) / n  # the share just left of each draw; right of it 1/n more
    truth = 1 - torch.exp(-ordered.clamp(min=0))
    return torch.maximum(truth - below, below + 1 / n - truth).amax(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    generators = seeds.network(lambda: nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1)))
    z = seeds.rand(4000, 1)
    with torch.no_grad():
        drawn = {"by hand": waiting_times(z), "untrained": generators(z)}
    optimizer = torch.optim.Adam(generators.parameters(), lr=0.01)
    for step in range(config.steps):
        real = waiting_times(seeds.rand(config.batch, 1))
        fake = generators(seeds.rand(config.batch, 1))
        loss = (fake.sort(1).values - real.sort(1).values).abs().mean((1, 2))  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 150) == 0:
            yield Metric("distance", step, loss.detach(), chart="Wasserstein distance to new draws")
        yield Progress(step + 1, config.steps)
    with torch.no_grad():
        drawn["trained"] = generators(z)

    order = z[0, :, 0].argsort()[::40]
    yield Figure("What comes out for z", "lines",
                 {"series": {name: torch.stack([z[0, order, 0], x[0, order, 0]], 1).tolist()
                             for name, x in drawn.items()}}, "z", "x")  # fmt: skip
    distance = {name: to_exponential(x) for name, x in drawn.items()}
    yield Table("Distance to Exp(1)", ["", "KS distance", "mean"],
                [[name, distance[name], x.mean((1, 2))] for name, x in drawn.items()])  # fmt: skip
    yield Measured("by-hand", distance["by hand"])
    yield Measured("untrained-far", distance["untrained"])
    yield Measured("trained-close", distance["trained"])
