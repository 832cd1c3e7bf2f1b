"""Ramps rebuild any bent line exactly, a sigmoid a ramp only nearly, and ramps a smooth curve ever more closely.

斜坡能分毫不差地拼出折线；Sigmoid 只能近似斜坡；斜坡越多，光滑曲线就贴得越紧。

No training and no data: random bent lines, one ramp, a sine and a jump, in double precision.

lesson: bends
quick: points=400
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    pieces: int = param(6, 2, 50, en="straight pieces of the bent line", zh="折线的段数")
    points: int = param(2000, 100, 20000, en="points at which errors are measured", zh="量误差的点数")


CLAIMS = (
    Claim("ramps-are-exact", "<", 1e-12,
          en="a constant plus one ramp for each piece is the bent line itself",
          zh="常数加上每段一个斜坡，就是那条折线本身",
          quantity_en="largest error on the interval", quantity_zh="区间上的最大误差"),
    Claim("sigmoid-comes-near", "<", 0.05,
          en="a sigmoid of the right width, height and level comes near a ramp",
          zh="宽度、高度、上下位置都合适的 Sigmoid 与斜坡很接近",
          quantity_en="least possible largest error, for a ramp of height 1",
          quantity_zh="最大误差的最小值（斜坡高 1）", seeds=1),
    Claim("sigmoid-is-the-ramp", "<", 0.001,
          en="a ramp can be written as a sigmoid", zh="斜坡可以写成 Sigmoid",
          quantity_en="least possible largest error, for a ramp of height 1",
          quantity_zh="最大误差的最小值（斜坡高 1）", seeds=1),
    Claim("twice-the-ramps", "<", 0.05,
          en="on a sine, from 4 ramps on, twice as many leave a quarter of the error",
          zh="对正弦曲线，从 4 个斜坡起，每加倍一次，误差剩四分之一",
          quantity_en="distance of the slope of log error over log H from -2, H = 4 to 64",
          quantity_zh="log 误差对 log H 的斜率与 -2 的差，H 从 4 到 64", seeds=1),
    Claim("in-the-end-a-quarter", "<", 0.1,
          en="with many ramps, twice as many leave a quarter of the error", zh="斜坡多了以后，再加倍，误差剩四分之一",
          quantity_en="distance from 4 of the error with 32 ramps over that with 64",
          quantity_zh="32 个与 64 个斜坡的误差之比与 4 的差", seeds=1),
    Claim("never-above-the-bound", "<=", 1.0,
          en="the error never exceeds h^2/8 times the largest |f''|", zh="误差从不超过 h^2/8 乘 |f''| 的最大值",
          quantity_en="largest ratio of error and bound, 4 to 64 ramps",
          quantity_zh="误差与上界之比的最大值，4 到 64 个斜坡", seeds=1),
    Claim("jumps-are-fitted", "<", 0.1,
          en="with 64 ramps a jump is followed as well", zh="用 64 个斜坡，跳跃也跟得上",
          quantity_en="largest error beside a jump of height 1", quantity_zh="高度为 1 的跳跃旁的最大误差", seeds=1),
)  # fmt: skip

ZH = {
    "A bent line and its ramps": "一条折线和它的各个斜坡", "A ramp and the nearest sigmoid": "斜坡与最接近的 Sigmoid",
    "log10 of the largest error over log2 of the ramps": "最大误差的 log10，横轴是斜坡数的 log2",
    "The sigmoid nearest to clip(x, 0, 1)": "最接近 clip(x, 0, 1) 的 Sigmoid",
    "height c": "高度 c", "steepness w": "陡度 w", "shift d": "上下平移 d", "largest error": "最大误差",
}  # fmt: skip


def ramps(x: Tensor, knots: Tensor, heights: Tensor) -> Tensor:
    """The ramps s_i (clip(x, t_i, t_i+1) - t_i), one column each: (points, pieces)."""
    slopes = heights.diff() / knots.diff()
    return slopes * (x[:, None].clamp(knots[:-1], knots[1:]) - knots[:-1])


def bent_line(x: Tensor, knots: Tensor, heights: Tensor) -> Tensor:
    """The line through the knots, each point looked up in its own piece: (points,)."""
    piece = torch.searchsorted(knots, x).clamp(1, len(knots) - 1)
    share = (x - knots[piece - 1]) / (knots[piece] - knots[piece - 1])
    return heights[piece - 1] + share * (heights[piece] - heights[piece - 1])


def random_knots(pieces: int) -> Tensor:
    """Places from 0 on and heights of a random bent line: (2, pieces + 1)."""
    places = torch.cat([torch.zeros(1), (0.5 + torch.rand(pieces)).cumsum(0)])
    return torch.stack([places, 2 * torch.rand(pieces + 1) - 1]).to(DOUBLE)


def nearest_sigmoid(points: int) -> tuple[float, float, float]:
    """Least largest error of c sigmoid(w (x - 1/2)) + d against clip(x, 0, 1) on [-3, 4], and the best c and w.

    The ramp is symmetric about (1/2, 1/2), and so is every candidate: d = (1 - c)/2.
    """
    x = torch.linspace(-3, 4, points, dtype=DOUBLE)
    w = torch.linspace(3, 8, 251, dtype=DOUBLE)[:, None]
    best = (math.inf, 0.0, 0.0)
    for c in torch.linspace(0.9, 1.3, 201).tolist():
        errors = (x.clamp(0, 1) - 0.5 - c * (torch.sigmoid(w * (x - 0.5)) - 0.5)).abs().amax(1)
        least = errors.argmin()
        best = min(best, (errors[least].item(), c, w[least].item()))
    return best


def largest_error(curve: Callable[[Tensor], Tensor], end: float, count: int, points: int) -> float:
    """Largest error of `count` ramps of one width between points of the curve on [0, end]."""
    knots, x = (torch.linspace(0, end, n, dtype=DOUBLE) for n in (count + 1, points))
    return (curve(knots[0]) + ramps(x, knots, curve(knots)).sum(1) - curve(x)).abs().max().item()


def jump_at(place: float) -> Callable[[Tensor], Tensor]:
    return lambda x: (x > place).to(DOUBLE)


def drawn(title: str, x: Tensor, lines: dict[str, Tensor]) -> Figure:
    series = {name: torch.stack([x, y], 1).tolist() for name, y in lines.items()}
    return Figure(title, "lines", {"series": series}, "x", "y")


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    share, lines = torch.linspace(0, 1, config.points, dtype=DOUBLE), seeds.each(partial(random_knots, config.pieces))
    errors = []
    for knots, heights in lines:
        x = share * knots[-1]
        rebuilt = heights[0] + ramps(x, knots, heights).sum(1)
        errors.append((rebuilt - bent_line(x, knots, heights)).abs().max().item())
    yield Measured("ramps-are-exact", errors)
    x = torch.linspace(0, 1, 100, dtype=DOUBLE) * lines[0][0][-1]
    shown = {"line": bent_line(x, *lines[0])} | {f"ramp {i}": y for i, y in enumerate(ramps(x, *lines[0]).T[:3], 1)}
    yield drawn("A bent line and its ramps", x, shown)

    error, height, steepness = nearest_sigmoid(config.points)
    yield Table("The sigmoid nearest to clip(x, 0, 1)", ["height c", "steepness w", "shift d", "largest error"],
                [[height, steepness, (1 - height) / 2, error]])  # fmt: skip
    z = torch.linspace(-3, 4, 100, dtype=DOUBLE)
    near = height * torch.sigmoid(steepness * (z - 0.5)) + (1 - height) / 2
    yield drawn("A ramp and the nearest sigmoid", z, {"ramp": z.clamp(0, 1), "sigmoid": near})
    yield Measured("sigmoid-comes-near", error)
    yield Measured("sigmoid-is-the-ramp", error)

    logs = []
    for doublings in range(2, 7):
        count = 2**doublings
        sine = largest_error(torch.sin, 2 * math.pi, count, config.points)
        jump = largest_error(jump_at(0.5 + 0.5 / count), 1.0, count, config.points)  # in the middle of a piece
        logs.append((doublings * math.log(2), math.log(sine)))
        for name, value in (("sine", sine), ("jump", jump)):
            chart = "log10 of the largest error over log2 of the ramps"
            yield Metric(name, doublings, math.log10(value), chart=chart)
    log_h, log_error = torch.tensor(logs, dtype=DOUBLE).T
    slope = torch.linalg.lstsq(torch.stack([log_h, torch.ones(5, dtype=DOUBLE)], 1), log_error[:, None]).solution[0]
    yield Measured("twice-the-ramps", abs(slope.item() + 2))
    yield Measured("in-the-end-a-quarter", abs((log_error[3] - log_error[4]).exp().item() - 4))
    bounds = 2 * (math.log(2 * math.pi) - log_h) - math.log(8)  # h = 2 pi/H, and |f''| <= 1 for a sine
    yield Measured("never-above-the-bound", (log_error - bounds).exp().max().item())
    yield Measured("jumps-are-fitted", jump)
