"""Two clusters without pairs: does a way back make a translator keep what it was given?

两堆点，没有配对：加一条回路，翻译者就会保住原来的内容吗？

Synthetic, in the plane: X has four clusters; Y is X turned about the origin, drawn anew, so no pair is ever seen. One
network goes from X to Y, one back, each with a discriminator. The cycle loss wants there and back to end at the start.

lesson: gan
quick: steps=10
full: steps=5000
"""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 20000, en="turns of both", zh="双方轮流的次数")
    cycle: float = param(5.0, 0.0, 100.0, en="weight of the cycle loss", zh="循环损失的权重")
    turn: float = param(60.0, -180.0, 180.0, en="degrees from X to Y", zh="从 X 到 Y 转的度数")


CLAIMS = (
    Claim("comes-back", "<", 0.3,
          en="with the cycle loss a point comes back to where it began", zh="有循环损失，点走一个来回能回到原处",
          quantity_en="mean distance from the start after there and back", quantity_zh="一个来回之后离起点的平均距离"),
    Claim("else-it-is-lost", ">", 0.5,
          en="without it, it does not", zh="没有它就回不来",
          quantity_en="that distance without the cycle loss, minus with it",
          quantity_zh="不加循环损失时的这个距离，减去加了的"),
    Claim("finds-the-partner", ">", 0.9,
          en="with the cycle loss each cluster goes to its own partner", zh="有循环损失，每堆都去了自己的那一堆",
          quantity_en="share of points that land nearest to their own partner's cluster",
          quantity_zh="落点离自己那一堆最近的点的比例"),
)  # fmt: skip

ZH = {
    "distance from the start after there and back": "一个来回之后离起点的距离",
    "There: X, and what it becomes": "去程：X 与它变成的点",
    "With and without the way back": "有回路与没有回路", "without": "不加", "cycle": "加循环损失",
    "back error": "来回误差", "own partner": "去了自己那一堆", "clusters reached": "到达的堆数",
}  # fmt: skip
CLUSTERS = 4


def turned(points: Tensor, degrees: float) -> Tensor:
    """The true translation: a turn about the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return points @ torch.tensor([[c, s], [-s, c]], dtype=points.dtype, device=points.device)


def places(seeds: Seeds) -> Tensor:
    return torch.tensor([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -2.0]], device=seeds.device)  # no symmetry


def clusters(count: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Points (seeds, count, 2) of X and the cluster of each (seeds, count)."""
    which = seeds.randint(CLUSTERS, (count,))
    return places(seeds)[which] + 0.15 * seeds.randn(count, 2), which


def body(outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, outputs))


def play(name: str, weight: float, config: Config, seeds: Seeds) -> Generator[Event, None, tuple[Network, Network]]:
    """Trains both translators and both discriminators; ends with the translators."""
    there, back = seeds.network(lambda: body(2)), seeds.network(lambda: body(2))
    judge_x, judge_y = seeds.network(lambda: body(1)), seeds.network(lambda: body(1))
    moving = torch.optim.Adam([*there.parameters(), *back.parameters()], lr=0.002, betas=(0.5, 0.9))
    judging = torch.optim.Adam([*judge_x.parameters(), *judge_y.parameters()], lr=0.002, betas=(0.5, 0.9))
    for step in range(config.steps):
        x, y = clusters(64, seeds)[0], turned(clusters(64, seeds)[0], config.turn)  # drawn apart: no pairs
        new_y, new_x = there(x), back(y)
        loss = torch.zeros(seeds.count, device=seeds.device)
        for judge, true, made in ((judge_x, x, new_x.detach()), (judge_y, y, new_y.detach())):
            score_true, score_made = judge(torch.cat([true, made], 1)).chunk(2, 1)
            loss = loss + (softplus(-score_true) + softplus(score_made)).mean((1, 2))
        judging.zero_grad()
        loss.sum().backward()
        judging.step()
        fooled = (softplus(-judge_x(new_x)) + softplus(-judge_y(new_y))).mean((1, 2))
        returned = ((back(new_y) - x).abs() + (there(new_x) - y).abs()).mean((1, 2))
        moving.zero_grad()
        (fooled + weight * returned).sum().backward()
        moving.step()
        if step % (1 + config.steps // 80) == 0:
            error = (back(new_y) - x).detach().norm(dim=2).mean(1)
            yield Metric(name, step, error, chart="distance from the start after there and back")
        yield Progress((name == "cycle") * config.steps + step + 1, 2 * config.steps)
    return there, back


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x, which = clusters(1000, seeds)
    goals = seeds.shared(turned(places(seeds), config.turn))  # (seeds, CLUSTERS, 2)
    rows, error, own = [], {}, {}
    for name, weight in (("without", 0.0), ("cycle", config.cycle)):
        there, back = yield from play(name, weight, config, seeds)
        with torch.no_grad():
            moved = there(x)
            error[name] = (back(moved) - x).norm(dim=2).mean(1)
        nearest = torch.cdist(moved, goals).argmin(2)  # (seeds, 1000)
        own[name] = (nearest == which).float().mean(1)
        share = nn.functional.one_hot(nearest, CLUSTERS).float().mean(1)
        rows.append([name, error[name], own[name], (share > 0.05).float().sum(1)])
    yield Figure("There: X, and what it becomes", "scatter",
                 {"series": {label: points[0, :150].tolist() for label, points in
                             (("X", x), ("Y", turned(x, config.turn)), ("G(X)", moved))}}, "x1", "x2")  # fmt: skip
    yield Table("With and without the way back", ["", "back error", "own partner", "clusters reached"], rows)
    yield Measured("comes-back", error["cycle"])
    yield Measured("else-it-is-lost", error["without"] - error["cycle"])
    yield Measured("finds-the-partner", own["cycle"])
