"""A ball rolls past a shallow well: how high a bump it passes, and where its swing runs out.

小球滚过浅坑：能越过多高的坎，冲劲又在哪里用完。

A bowl with a bump in it (synthetic) has a well on either side. The start lies on one side, the deep well on the other.

lesson: momentum
quick: steps=2000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

BETAS = (0.0, 0.5, 0.9, 0.97, 0.99)
CENTRE, BOWL, WIDTH = 3.0, 0.2, 0.3  # the bowl's lowest point and curvature; the bump stands at 0
LEFT, RIGHT = -4.0, 10.0  # two starts equally high: beyond the shallow well, and beyond the deep one


@dataclass(frozen=True)
class Config:
    rate: float = param(0.01, 0.0005, 0.02, en="learning rate", zh="学习率")
    bump: float = param(0.4, 0.3, 6.0, en="height of the one bump in the first chart", zh="第一张图里那道坎的高度")
    steps: int = param(6000, 500, 30000, en="steps of each ball", zh="每个小球走的步数")


CLAIMS = (
    Claim("without-it-stays", "<", 0.05,
          en="plain descent stays in the first well that it meets", zh="没有动量，遇到第一个坑就停在里面",
          quantity_en="highest barrier passed with beta = 0", quantity_zh="beta = 0 时越过的最高的坎"),
    Claim("rolls-past", ">", 0.1,
          en="with beta = 0.9 it rolls past a shallow well", zh="beta = 0.9 时能滚过浅坑",
          quantity_en="highest barrier passed with beta = 0.9", quantity_zh="beta = 0.9 时越过的最高的坎"),
    Claim("more-beta-more-height", ">", 0.0,
          en="a larger beta passes a higher barrier", zh="beta 越大，越过的坎越高",
          quantity_en="smallest gain from one beta to the next", quantity_zh="beta 每升一档，高度增量的最小值"),
    Claim("passes-every-barrier", ">=", 1.0,
          en="momentum passes a barrier as high as its start", zh="坎与起点一样高，动量也越得过去",
          quantity_en="highest barrier with beta = 0.99 over the height of the start, both from the well's floor",
          quantity_zh="beta = 0.99 越过的最高的坎与起点高度之比，都从坑底量起"),
    Claim("settles", "<", 1e-3,
          en="in the end it rests in a well, like descent without momentum", zh="最后照样停在坑里，与没有动量一样",
          quantity_en="largest slope at the end", quantity_zh="终点处斜率的最大值"),
    Claim("also-past-the-good-well", ">", 0.0,
          en="from the other side it rolls out of the deep well into the shallow one, where plain descent stays",
          zh="从另一边出发，它会从深坑滚进浅坑，而普通下降留在深坑",
          quantity_en="share of bumps with beta = 0.99 ending in the shallow well minus with beta = 0",
          quantity_zh="停在浅坑的比例，beta = 0.99 减 beta = 0"),
)  # fmt: skip

ZH = {
    "where the ball is": "小球的位置", "Highest barrier passed": "越过的最高的坎", "barrier": "坎的高度",
    "beta": "动量系数 beta",
    "height over the shallow well": "比浅坑坑底高多少", "place w": "位置 w",
    "from the right, share ending in the shallow well": "从右边出发，停在浅坑的比例",
}  # fmt: skip


def height(w: Tensor, bump: Tensor) -> Tensor:
    return BOWL / 2 * (w - CENTRE) ** 2 + bump * torch.exp(-(w**2) / (2 * WIDTH**2))


def slope(w: Tensor, bump: Tensor) -> Tensor:
    return BOWL * (w - CENTRE) - bump * w / WIDTH**2 * torch.exp(-(w**2) / (2 * WIDTH**2))


def roll(start: Tensor, bump: Tensor, beta: Tensor, rate: float, steps: int) -> Iterator[Tensor]:
    """Places before each step and at the end; the movement is beta times the last one minus rate times the slope."""
    w, movement = start, torch.zeros_like(start)
    for _ in range(steps):
        yield w
        movement = beta * movement - rate * slope(w, bump)
        w = w + movement
    yield w


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    bumps = torch.linspace(0.3, 6.0, 115, dtype=torch.float64)[:, None]  # (bumps, 1)
    betas = torch.tensor(BETAS, dtype=torch.float64)
    nudge = seeds.stack(lambda: 0.2 * torch.rand(1, 1, dtype=torch.float64) - 0.1).cpu()  # (seeds, 1, 1)
    ground = torch.linspace(-1.5, 0.0, 3001, dtype=torch.float64)
    heights = height(ground, bumps)  # (bumps, places): the shallow well and the bump
    lowest = heights.cummin(1).values  # so far, coming from the left
    barrier, top = (heights - lowest).max(1)  # (bumps,): the climb, and where it ends
    floor = lowest.gather(1, top[:, None])[:, 0]

    line = torch.linspace(-4.5, 10.5, 151, dtype=torch.float64)
    shape = height(line, torch.tensor(config.bump, dtype=torch.float64))
    over = shape - shape[line < 0].amin()
    yield Figure("height over the shallow well", "lines", {"series": {"ground": torch.stack([line, over], 1).tolist()}},
                 "place w")  # fmt: skip
    for beta in (0.0, 0.5, 0.9):
        one = torch.full((seeds.count, 1, 1), config.bump, dtype=torch.float64)
        for step, w in enumerate(roll(LEFT + nudge, one, torch.tensor(beta), config.rate, 1000)):
            if step % 10 == 0:
                yield Metric(f"beta {beta}", step, w[:, 0, 0], chart="where the ball is")

    ends = {}
    for start in (LEFT, RIGHT):
        begin = (start + nudge).expand(-1, len(bumps), len(BETAS))
        for step, w in enumerate(roll(begin, bumps, betas, config.rate, config.steps)):
            ends[start] = w  # (seeds, bumps, betas)
            yield Progress(step, config.steps)
    passed = torch.where(ends[LEFT] > 0, barrier[:, None], 0.0)  # (seeds, bumps, betas)
    highest = passed.amax(1)  # (seeds, betas)
    wrong = (ends[RIGHT] < 0).double().mean(1)
    begun = height(LEFT + nudge[:, :, 0], bumps[:, 0]) - floor  # (seeds, bumps): the start above the well's floor
    yield Table("Highest barrier passed", ["beta", "barrier", "from the right, share ending in the shallow well"],
                [[beta, highest[:, k], wrong[:, k]] for k, beta in enumerate(BETAS)])  # fmt: skip
    yield Measured("without-it-stays", highest[:, 0])
    yield Measured("rolls-past", highest[:, 2])
    yield Measured("more-beta-more-height", highest.diff(dim=1).amin(1))
    yield Measured("passes-every-barrier", (passed[:, :, -1] / begun).amax(1))
    yield Measured("settles", torch.stack([slope(w, bumps).abs().amax((1, 2)) for w in ends.values()]).amax(0))
    yield Measured("also-past-the-good-well", wrong[:, -1] - wrong[:, 0])
