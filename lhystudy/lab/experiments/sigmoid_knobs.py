"""What the knobs w, b and c of a sigmoid turn, and what they turn along with it.

Sigmoid 的三个旋钮 w、b、c 各管什么，又牵动了什么。

Slopes come from autograd, in double precision; knobs are random; limited growth is followed in small steps.

lesson: bends
quick: knobs=100 growth_steps=500
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    knobs: int = param(500, 10, 5000, en="random settings of w, b and c", zh="w、b、c 的随机取法个数")
    growth_steps: int = param(
        4000, 100, 100000, en="steps of the growth from t = 0 to 6", zh="从 t = 0 到 6 的增长步数"
    )


CLAIMS = (
    Claim("slope-at-the-centre", "<", 1e-9,
          en="at the centre -b/w the slope is c w/4", zh="在中心 -b/w 处，斜率是 c w/4",
          quantity_en="largest difference, autograd against formula", quantity_zh="自动求导与公式的最大差"),
    Claim("b-only-moves", "<", 1e-9,
          en="b moves the curve and changes nothing else", zh="b 只是移动曲线，别的都不变",
          quantity_en="largest change of height and centre slope", quantity_zh="高度与中心斜率的最大变化"),
    Claim("w-only-steepens", "<", 0.01,
          en="w sets the steepness and nothing else", zh="w 只管陡度，别的不管",
          quantity_en="mean distance by which the centre moves when w doubles",
          quantity_zh="w 加倍时，中心平均移动多远"),
    Claim("c-only-heightens", "<", 0.01,
          en="c sets the height and nothing else", zh="c 只管高度，别的不管",
          quantity_en="relative change of the centre slope when c doubles", quantity_zh="c 加倍时，中心斜率的相对变化"),
    Claim("sum-has-no-corner", "<", 0.01,
          en="a sum of sigmoids is one smooth curve: its slope has no jump, as that of ramps has",
          zh="Sigmoid 之和是一条光滑曲线：斜率不跳，斜坡之和却跳",
          quantity_en="largest change of slope over 0.001, over that of the same sum of ramps",
          quantity_zh="相隔 0.001 的斜率的最大变化，与同样的斜坡之和相比"),
    Claim("growth-is-the-sigmoid", "<", 0.001,
          en="limited growth y' = y (1 - y) from 1/2 runs along the sigmoid",
          zh="有限增长 y' = y (1 - y) 从 1/2 出发，走的就是 Sigmoid",
          quantity_en="largest difference, growth in small steps against sigmoid",
          quantity_zh="小步增长与 Sigmoid 的最大差", seeds=1),
)  # fmt: skip

ZH = {
    "One knob at a time": "每次只拧一个", "When one knob doubles": "把一个旋钮加倍", "knob": "旋钮",
    "centre moves by": "中心移动", "height times": "高度变为几倍", "centre slope times": "中心斜率变为几倍",
    "Limited growth and sigmoid": "有限增长与 Sigmoid",
}  # fmt: skip


def slope(curve: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """dy/dx by autograd, of curves that work number by number."""
    x = x.detach().requires_grad_()
    (found,) = torch.autograd.grad(curve(x).sum(), x)
    return found


def unit(x: Tensor, w: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return c * torch.sigmoid(w * x + b)


def traits(w: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Centre, height (far right minus far left) and slope at the centre, each as w is."""
    far = 100 / w
    height = unit(far - b / w, w, b, c) - unit(-far - b / w, w, b, c)
    return -b / w, height, slope(partial(unit, w=w, b=b, c=c), -b / w)


def ramp(z: Tensor) -> Tensor:
    """The ramp with the sigmoid's height and centre slope."""
    return (z / 4 + 0.5).clamp(0, 1)


def growth(steps: int) -> tuple[Tensor, Tensor]:
    """Times from 0 to 6 and y, each step adding dt * y (1 - y) to y from 1/2 on: (steps + 1,) both."""
    y, dt = [0.5], 6 / steps
    for _ in range(steps):
        y.append(y[-1] + dt * y[-1] * (1 - y[-1]))
    return torch.linspace(0, 6, steps + 1, dtype=DOUBLE), torch.tensor(y, dtype=DOUBLE)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    draw = partial(torch.rand, config.knobs, 3, dtype=DOUBLE)
    w, b, c = (seeds.stack(draw).cpu() * torch.tensor([4.0, 6.0, 3.0]) + torch.tensor([1.0, -3.0, 1.0])).unbind(2)
    centre, height, steep = traits(w, b, c)  # (seeds, knobs) each
    yield Measured("slope-at-the-centre", (steep - c * w / 4).abs().amax(1))
    rows, changed = [], {}
    for name, knobs in {"w": (2 * w, b, c), "b": (w, 2 * b, c), "c": (w, b, 2 * c)}.items():
        new = traits(*knobs)
        changed[name] = (new[0] - centre).abs().mean(1), (new[1] / height).mean(1), (new[2] / steep).mean(1)
        rows.append([name, *changed[name]])
        if name == "b":
            still = torch.maximum((new[1] - height).abs(), (new[2] - steep).abs()).amax(1)
    yield Table("When one knob doubles", ["knob", "centre moves by", "height times", "centre slope times"], rows)
    yield Measured("b-only-moves", still)
    yield Measured("w-only-steepens", changed["w"][0])
    yield Measured("c-only-heightens", changed["c"][2] - 1)
    x = torch.linspace(-2, 4, 81, dtype=DOUBLE)
    turned = {"w=1 b=-1": (1, -1, 1), "w=2 b=-1": (2, -1, 1), "w=1 b=-3": (1, -3, 1), "w=1 b=-1 c=2": (1, -1, 2)}
    series = {
        name: torch.stack([x, unit(x, *torch.tensor(knobs, dtype=DOUBLE))], 1).tolist()
        for name, knobs in turned.items()
    }
    yield Figure("One knob at a time", "lines", {"series": series}, "x", "y")

    fine = torch.arange(-5, 5, 0.001, dtype=DOUBLE).expand(seeds.count, -1)

    def total(x: Tensor, bend: Callable[[Tensor], Tensor]) -> Tensor:  # the first five units of each seed
        return (c[:, :5, None] * bend(w[:, :5, None] * x[:, None] + b[:, :5, None])).sum(1)

    jumps = [slope(partial(total, bend=bend), fine).diff(dim=1).abs().amax(1) for bend in (torch.sigmoid, ramp)]
    yield Measured("sum-has-no-corner", jumps[0] / jumps[1])
    t, y = growth(config.growth_steps)
    few = slice(None, None, max(1, config.growth_steps // 40))
    both = {"growth": y, "sigmoid": torch.sigmoid(t)}
    series = {name: torch.stack([t[few], line[few]], 1).tolist() for name, line in both.items()}
    yield Figure("Limited growth and sigmoid", "lines", {"series": series}, "t", "y")
    yield Measured("growth-is-the-sigmoid", (y - torch.sigmoid(t)).abs().max().item())
