"""From pure noise back to eight modes: small steps arrive, one jump does not.

从纯噪声走回八堆点：小步走得到，一次跳不到。

Synthetic: the ring of eight modes (radius 2, spread 0.05) on which the GAN was tried. A network learns to name the
noise at each of 50 levels; sampling takes a little of it away at a time and adds a little fresh noise (DDPM).

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
from lhystudy.lab.ring import KEPT, LEFT, LEVELS, centres, denoisers, real
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 10, 20000, en="training steps", zh="训练步数")
    batch: int = param(256, 8, 4096, en="points a step", zh="每步的点数")


CLAIMS = (
    Claim("serves-all", ">", 7.5,
          en="sampling serves all eight modes", zh="采样顾到全部八堆",
          quantity_en="modes with at least 1% of 1000 samples", quantity_zh="得到至少 1% 样本（共 1000 个）的堆数"),
    Claim("lands-on-modes", ">", 0.8,
          en="most samples lie on a mode", zh="大多数样本落在堆上",
          quantity_en="share of samples within 0.25 of a mode's centre", quantity_zh="离某个堆心 0.25 以内的样本比例"),
    Claim("one-jump-fails", "<", 0.1,
          en="the best guess straight from pure noise lies on no mode", zh="从纯噪声直接猜，哪堆也落不上",
          quantity_en="share of one-jump guesses within 0.25 of a mode's centre",
          quantity_zh="一次跳跃的猜测中，离某个堆心 0.25 以内的比例"),
    Claim("fresh-noise-needed", ">", 0.0,
          en="without the fresh noise of each step the samples crowd closer to the centres than real points do",
          zh="每步不加新噪声，样本会比真的点更挤在堆心",
          quantity_en="distance to the centre of real points minus that of samples without fresh noise",
          quantity_zh="真的点到堆心的距离，减去不加新噪声的样本的距离"),
)  # fmt: skip

ZH = {
    "squared error of the noise": "噪声的平方误差", "Real and sampled": "真的与采样的", "Samples": "样本",
    "real": "真的", "small steps": "小步走", "no fresh noise": "不加新噪声", "one jump": "一次跳",
    "modes served": "顾到的堆数", "on a mode": "落在堆上", "distance to the centre": "到堆心的距离",
}  # fmt: skip


@torch.no_grad()
def sample(networks: Network, x: Tensor, fresh: float, seeds: Seeds) -> Tensor:
    """Points from pure noise x (seeds, count, 2), level by level; `fresh` scales the noise that is added."""
    for level in reversed(range(LEVELS)):
        a, b = KEPT[level].item(), LEFT[level].item()
        noise = networks(x, torch.full(x.shape[:2], level, device=x.device))
        x = (x - (1 - a) / (1 - b) ** 0.5 * noise) / a**0.5
        if level:
            before = LEFT[level - 1].item()
            x = x + fresh * ((1 - a) * (1 - before) / (1 - b)) ** 0.5 * seeds.randn(*x.shape[1:])
    return x


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    networks = yield from denoisers(config.steps, config.batch, seeds)
    start, last = seeds.randn(1000, 2), LEFT[-1].item()
    points = {
        name: sample(networks, start, fresh, seeds) for name, fresh in (("small steps", 1.0), ("no fresh noise", 0.0))
    }
    with torch.no_grad():
        noise = networks(start, torch.full(start.shape[:2], LEVELS - 1, device=start.device))
    points = {"real": real(1000, seeds), **points, "one jump": (start - (1 - last) ** 0.5 * noise) / last**0.5}
    rows, served, on, apart = [], {}, {}, {}
    for name, x in points.items():
        distance = torch.cdist(x, seeds.shared(centres(seeds)))  # (seeds, 1000, MODES)
        served[name] = ((distance < 0.25).float().mean(1) >= 0.01).float().sum(1)
        on[name], apart[name] = (distance.amin(2) < 0.25).float().mean(1), distance.amin(2).median(1).values
        rows.append([name, served[name], on[name], apart[name]])
    shown = {name: points[name][0, :200].tolist() for name in ("real", "small steps", "one jump")}
    yield Figure("Real and sampled", "scatter", {"series": shown}, "x1", "x2")
    yield Table("Samples", ["", "modes served", "on a mode", "distance to the centre"], rows)
    yield Measured("serves-all", served["small steps"])
    yield Measured("lands-on-modes", on["small steps"])
    yield Measured("one-jump-fails", on["one jump"])
    yield Measured("fresh-noise-needed", apart["real"] - apart["no fresh noise"])
