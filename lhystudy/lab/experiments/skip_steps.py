"""The same denoiser without dice: every start has one end, and most of the steps may be skipped.

同一个去噪网络，不掷骰子：起点决定终点，大部分步子可以跳过。

Synthetic: eight modes in a ring. One network is trained as for small steps (DDPM). Then two ways down from the same
noise are compared, with 50, 25, 10 or 5 of the levels: with fresh noise at each step (DDPM), and with none (DDIM).

lesson: diffusion
quick: steps=30
full: steps=20000 batch=1024
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.ring import LEFT, LEVELS, centres, denoisers
from lhystudy.lab.seeds import Network, Seeds

VISITS = (50, 25, 10, 5)


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 10, 20000, en="training steps", zh="训练步数")
    batch: int = param(256, 8, 4096, en="points a step", zh="每步的点数")


CLAIMS = (
    Claim("start-decides", "<", 0.3,
          en="without fresh noise 10 levels end where 50 end", zh="不加新噪声，走 10 级与走 50 级到的是同一处",
          quantity_en="median distance of the two ends from the same start",
          quantity_zh="同一起点的两个终点，距离的中位数"),
    Claim("dice-decide", ">", 1.0,
          en="with fresh noise the same start ends elsewhere each time", zh="加新噪声，同一个起点每次到的地方都不同",
          quantity_en="median distance of two ends from the same start",
          quantity_zh="同一起点走两次，终点距离的中位数"),
    Claim("fewer-levels-without-dice", ">", 0.0,
          en="with 10 levels more points reach a mode without fresh noise than with it",
          zh="只走 10 级时，不加新噪声比加的有更多点走到堆上",
          quantity_en="share of points on a mode, without minus with fresh noise",
          quantity_zh="落在堆上的比例，不加的减去加的"),
)  # fmt: skip

ZH = {
    "squared error of the noise": "噪声的平方误差", "Ends without fresh noise": "不加新噪声的终点",
    "Points on a mode": "落在堆上的比例", "levels": "级数", "fresh noise": "加新噪声", "none": "不加",
}  # fmt: skip


@torch.no_grad()
def sample(networks: Network, x: Tensor, visits: int, fresh: float, seeds: Seeds) -> Tensor:
    """Points from pure noise x (seeds, count, 2) by `visits` of the levels; `fresh` is 1 for DDPM, 0 for DDIM."""
    levels = torch.linspace(LEVELS - 1, 0, visits).round().long().tolist()
    for level, after in zip(levels, [*levels[1:], None], strict=True):
        b, kept = LEFT[level].item(), 1.0 if after is None else LEFT[after].item()
        noise = networks(x, torch.full(x.shape[:2], level, device=x.device))
        guess = (x - (1 - b) ** 0.5 * noise) / b**0.5  # of the point beneath
        dice = fresh * ((1 - kept) / (1 - b) * (1 - b / kept)) ** 0.5
        x = kept**0.5 * guess + (1 - kept - dice**2) ** 0.5 * noise
        if dice:
            x = x + dice * seeds.randn(*x.shape[1:])
    return x


def on_mode(points: Tensor, seeds: Seeds) -> Tensor:
    """Share of points within 0.25 of a mode's centre: (seeds,)."""
    return (torch.cdist(points, seeds.shared(centres(seeds))).amin(2) < 0.25).float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    networks = yield from denoisers(config.steps, config.batch, seeds)
    start = seeds.randn(500, 2)
    plain = {visits: sample(networks, start, visits, 0.0, seeds) for visits in VISITS}
    thrown = {visits: sample(networks, start, visits, 1.0, seeds) for visits in VISITS}
    again = sample(networks, start, LEVELS, 1.0, seeds)
    share = {visits: (on_mode(plain[visits], seeds), on_mode(thrown[visits], seeds)) for visits in VISITS}
    shown = {f"levels={visits}": plain[visits][0, :200].tolist() for visits in (50, 10, 5)}
    yield Figure("Ends without fresh noise", "scatter", {"series": shown}, "x1", "x2")
    yield Table("Points on a mode", ["levels", "none", "fresh noise"], [[visits, *share[visits]] for visits in VISITS])
    yield Measured("start-decides", (plain[50] - plain[10]).norm(dim=2).median(1).values)
    yield Measured("dice-decide", (thrown[50] - again).norm(dim=2).median(1).values)
    yield Measured("fewer-levels-without-dice", share[10][0] - share[10][1])
