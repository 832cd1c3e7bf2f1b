"""The best discriminator knows p/(p+q), and far away it leaves the generator without a slope.

最好的判别器学到的就是 p/(p+q)；离得远了，它不再给生成器斜坡。

On a line, synthetic: real numbers are normal with mean 0 and spread 1, made ones have spread 0.5 and stand `d` away.
A discriminator is trained for each d while the made numbers stay where they are.

lesson: gan
quick: steps=20
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

DISTANCES = (1, 2, 4, 6, 8)


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 10000, en="training steps for each distance", zh="每个距离的训练步数")
    batch: int = param(256, 8, 4096, en="real numbers a step, and as many made ones", zh="每步的真样本数，生成的同样多")


CLAIMS = (
    Claim("learns-the-ratio", "<", 0.03,
          en="the trained discriminator is p/(p+q)", zh="训练好的判别器就是 p/(p+q)",
          quantity_en="mean distance of D from p/(p+q) at d = 1", quantity_zh="d = 1 时 D 到 p/(p+q) 的平均距离"),
    Claim("loss-tells-js", "<", 0.02,
          en="its best loss tells the Jensen-Shannon divergence", zh="它最好的损失说出了 JS 散度",
          quantity_en="distance of the estimate from the integral at d = 1", quantity_zh="d = 1 时估计值与积分之差"),
    Claim("js-stands-still", "<", 0.01,
          en="far apart, the divergence no longer feels the distance", zh="离得远了，散度就感觉不到距离",
          quantity_en="change of the estimate from d = 6 to d = 8", quantity_zh="d 从 6 到 8，估计值的变化"),
    Claim("slope-dies", "<", 0.05,
          en="log(1 - D) gives a far generator hardly a slope", zh="对远处的生成器，log(1 - D) 几乎没有斜率",
          quantity_en="mean slope at the made numbers, d = 8 over d = 1",
          quantity_zh="生成样本处的平均斜率，d = 8 与 d = 1 之比"),
    Claim("other-loss-keeps-it", ">", 0.5,
          en="-log D still has one", zh="-log D 的斜率还在",
          quantity_en="mean slope at the made numbers, d = 8 over d = 1",
          quantity_zh="生成样本处的平均斜率，d = 8 与 d = 1 之比"),
)  # fmt: skip

ZH = {
    "D and p/(p+q) at d = 1": "d = 1 时的 D 与 p/(p+q)",
    "Against the distance": "随距离的变化", "JS, learned": "JS，学到的", "JS, integral": "JS，积分",
    "Wasserstein": "Wasserstein", "slope of log(1 - D)": "log(1 - D) 的斜率", "slope of -log D": "-log D 的斜率",
}  # fmt: skip


def normal(x: Tensor, mean: float, spread: float) -> Tensor:
    return torch.exp(-(((x - mean) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))


def divergence(d: float) -> tuple[float, Tensor, Tensor]:
    """Jensen-Shannon by a sum over a fine grid, and the grid (n,) with p/(p+q) there."""
    x = torch.linspace(-8, 16, 4801, dtype=torch.float64)
    p, q = normal(x, 0, 1) + 1e-300, normal(x, d, 0.5) + 1e-300
    middle = (p + q) / 2
    js = (p * (p / middle).log() + q * (q / middle).log()).sum() / 2 * (x[1] - x[0])
    return js.item(), x, p / (p + q)


def trained(d: float, config: Config, seeds: Seeds) -> Network:
    judges = seeds.network(
        lambda: nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
    )
    optimizer = torch.optim.Adam(judges.parameters(), lr=0.01)
    for _ in range(config.steps):
        real, made = seeds.randn(config.batch, 1), d + 0.5 * seeds.randn(config.batch, 1)
        loss = -(logsigmoid(judges(real)) + logsigmoid(-judges(made))).mean((1, 2))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return judges


def slope(loss: Tensor, made: Tensor) -> Tensor:
    """Mean length of the derivative of a loss at the made numbers: (seeds,)."""
    return torch.autograd.grad(loss.sum(), made, retain_graph=True)[0].abs().mean((1, 2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows, js, dying, other = [], {}, {}, {}
    for number, d in enumerate(DISTANCES):
        judges = trained(d, config, seeds)
        real, made = seeds.randn(2000, 1), (d + 0.5 * seeds.randn(2000, 1)).requires_grad_()
        score = judges(made)
        js[d] = (logsigmoid(judges(real)) + logsigmoid(-score)).mean((1, 2)).detach() / 2 + math.log(2)
        dying[d], other[d] = slope(logsigmoid(-score), made), slope(-logsigmoid(score), made)
        exact, x, ratio = divergence(d)
        apart = (real.sort(1).values - made.detach().sort(1).values).abs().mean((1, 2))
        rows.append([d, js[d], exact, apart, dying[d], other[d]])
        if d == DISTANCES[0]:
            near = (x > -4) & (x < 4)
            both = torch.cat([real, made.detach()], 1)  # (seeds, 4000, 1)
            p, q = normal(both, 0, 1), normal(both, d, 0.5)
            learned = judges(seeds.shared(x[near, None].to(both))).detach().sigmoid()
            curves = {"D": learned[0, :, 0].cpu(), "p/(p+q)": ratio[near]}
            yield Figure("D and p/(p+q) at d = 1", "lines",
                         {"series": {name: torch.stack([x[near], y], 1)[::20].tolist()
                                     for name, y in curves.items()}}, "x", "D")  # fmt: skip
            yield Measured("learns-the-ratio", (judges(both).detach().sigmoid() - p / (p + q)).abs().mean((1, 2)))
            yield Measured("loss-tells-js", (js[d] - exact).abs())
        yield Progress(number + 1, len(DISTANCES))
    columns = ["d", "JS, learned", "JS, integral", "Wasserstein", "slope of log(1 - D)", "slope of -log D"]
    yield Table("Against the distance", columns, rows)
    yield Measured("js-stands-still", (js[8] - js[6]).abs())
    yield Measured("slope-dies", dying[8] / dying[1])
    yield Measured("other-loss-keeps-it", other[8] / other[1])
