"""Restarts among many wells: which one descent ends in, and what the best of k starts finds.

在许多坑里重来：下降停在哪个坑，k 次里最好的一次找到什么。

lesson: critical-points
quick: trials=40
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

MOST = 20  # restarts tried


@dataclass(frozen=True)
class Config:
    starts: int = param(200, 50, 2000, en="starts on the quartic and in the counts", zh="四次曲线与计数所用的起点数")
    trials: int = param(200, 20, 2000, en="trials of the best of k restarts", zh="“k 次取最好”试多少回")
    steps: int = param(400, 100, 4000, en="steps of each descent", zh="每次下降的步数")


CLAIMS = (
    Claim("ends-in-worse-well", ">", 0.2,
          en="of many starts on a curve with two wells, a good part ends in the worse one",
          zh="曲线有两个坑，许多起点里有不少停在较差的那个",
          quantity_en="share of the starts", quantity_zh="起点的比例"),
    Claim("ten-find-best-of-3", ">", 0.95,
          en="among 3 wells the best of ten restarts is the deepest", zh="3 个坑时，重来十次能找到最深的",
          quantity_en="share of trials", quantity_zh="成功的比例"),
    Claim("ten-find-best-of-50", ">", 0.95,
          en="among 50 wells too", zh="50 个坑时也能",
          quantity_en="share of trials", quantity_zh="成功的比例"),
    Claim("wells-can-be-listed", "<", 50,
          en="in six dimensions, with 64 wells, the starts meet fewer than 50 of them",
          zh="六维有 64 个坑，这些起点遇到的不到 50 个",
          quantity_en="different wells met", quantity_zh="遇到的不同的坑"),
    Claim("large-rate-jumps", ">", 0.2,
          en="a large rate that is lowered later gets more starts into the better well",
          zh="先用大学习率、后来降低，能让更多起点进到较好的坑",
          quantity_en="share in the better well minus the share with a small rate",
          quantity_zh="进好坑的比例减去小学习率时的比例"),
    Claim("large-rate-leaves-narrow", ">", 0.9,
          en="started in a narrow well, it gets nearly all of them into the wide one",
          zh="若从窄坑里出发，它几乎都能进到宽坑",
          quantity_en="share in the wide well minus the share with a small rate",
          quantity_zh="进宽坑的比例减去小学习率时的比例"),
)  # fmt: skip

ZH = {
    "trials in which the best of k restarts is the deepest well": "k 次重启中最好的一次就在最深的坑里的试验比例",
    "share": "比例", "Share in the better well": "落进较好的坑的比例", "steps at a large rate": "大学习率的步数",
    "two equal wells": "两个一样的坑", "from a narrow one": "从窄坑出发", "Best of k restarts": "k 次重启中最好的一次",
    "wells": "坑数", "Different wells met by {} starts": "{} 个起点遇到的不同的坑", "dimensions": "维数",
    "wells there are": "实有坑数", "wells met": "遇到的坑数",
}  # fmt: skip

Curve = Callable[[Tensor], Tensor]


def quartic(x: Tensor) -> Tensor:
    """A curve with a good well near -1 and a worse one, about as wide, near 1."""
    return (x**2 - 1) ** 2 + 0.3 * x


def dented(x: Tensor) -> Tensor:
    """A wide bowl round 0 with a narrow dent in its side, near 1.5."""
    return 0.2 * x**2 - 0.5 * torch.exp(-((x - 1.5) ** 2) / 0.04)


def descend(x: Tensor, curve: Curve, rate: float, steps: int) -> Tensor:
    """Where plain descent ends, for every start in x."""
    for _ in range(steps):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(curve(x).sum(), x)
        x = x - rate * gradient
    return x.detach()


def bumps(wells: int, depths: Tensor) -> Curve:
    """A line from 0 to `wells` with a well in the middle of each unit: 1 - cos, by `depths` (seeds, wells) deep."""

    def curve(x: Tensor) -> Tensor:  # (seeds, …)
        place = x.floor().long().clamp(0, wells - 1)
        depth = depths.gather(1, place.flatten(1)).view(x.shape)
        return -depth * (1 - torch.cos(2 * torch.pi * x)) / 2

    return curve


def best_of(wells: int, config: Config, seeds: Seeds) -> Tensor:
    """Share of the trials in which the best of the first k restarts is in the deepest well: (seeds, k = 1 to MOST)."""
    curve = bumps(wells, 0.5 + 0.5 * draw(seeds, wells))
    ends = descend(wells * draw(seeds, config.trials, MOST), curve, 0.03, config.steps)
    middles = torch.arange(wells, dtype=torch.float64) + 0.5
    lowest = curve(middles.expand(seeds.count, wells)).amin(1)
    best = curve(ends).cummin(dim=2).values  # (seeds, trials, k)
    return (best < lowest[:, None, None] + 1e-3).double().mean(1)


def draw(seeds: Seeds, *shape: int) -> Tensor:
    """Numbers from 0 to 1 (seeds, *shape); float64 stays on the CPU."""
    return seeds.stack(lambda: torch.rand(shape, dtype=torch.float64)).cpu()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    starts = 3 * draw(seeds, config.starts) - 1.5
    better, wide = [], []
    for large in (0, 40):  # steps at the large rate, before those at the small one
        ends = descend(descend(starts, quartic, 0.25, large), quartic, 0.02, config.steps)
        better.append((ends < 0).double().mean(1))
        ends = descend(descend(1.5 + starts / 10, dented, 0.3, large), dented, 0.02, config.steps)
        wide.append((ends < 1).double().mean(1))
    yield Table("Share in the better well", ["steps at a large rate", "two equal wells", "from a narrow one"],
                [[0, better[0], wide[0]], [40, better[1], wide[1]]])  # fmt: skip
    yield Measured("ends-in-worse-well", 1 - better[0])

    found = {wells: best_of(wells, config, seeds) for wells in (3, 50)}
    yield Figure("trials in which the best of k restarts is the deepest well", "lines",
                 {"series": {f"{wells} wells": [[k + 1, share] for k, share in enumerate(shares[0].tolist())]
                             for wells, shares in found.items()}}, "k", "share")  # fmt: skip
    yield Table("Best of k restarts", ["wells", "k = 1", "k = 10", "k = 20"],
                [[wells, *(shares[:, k - 1] for k in (1, 10, 20))] for wells, shares in found.items()])  # fmt: skip
    yield Measured("ten-find-best-of-3", found[3][:, 9])
    yield Measured("ten-find-best-of-50", found[50][:, 9])

    counts = {}
    for dimension in (1, 2, 6):
        anywhere = 3 * draw(seeds, config.starts, dimension) - 1.5
        ends = descend(anywhere, lambda x: quartic(x).sum(-1), 0.02, config.steps)
        counts[dimension] = [len({tuple(end) for end in one}) for one in (ends > 0).tolist()]  # one count a seed
    yield Table(f"Different wells met by {config.starts} starts", ["dimensions", "wells there are", "wells met"],
                [[dimension, 2**dimension, count] for dimension, count in counts.items()])  # fmt: skip
    yield Measured("wells-can-be-listed", counts[6])
    yield Measured("large-rate-jumps", better[1] - better[0])
    yield Measured("large-rate-leaves-narrow", wide[1] - wide[0])
