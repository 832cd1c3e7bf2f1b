"""Where scaled steps end: dividing by one gradient, by the mean of all, by their sum; and beside an L2 penalty.

缩放过的步子停在哪里：除以当前梯度、除以全部的均方根、除以平方和的根；再和 L2 惩罚比一比。

The bowl (w - 3)^2/2 with 200 walkers a seed, without noise and with noise on every gradient.

lesson: adaptive-lr
quick: steps=100 walkers=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(2000, 100, 20000, en="steps", zh="步数")
    rate: float = param(0.05, 0.001, 0.5, en="learning rate", zh="学习率")
    noise: float = param(0.3, 0.0, 3.0, en="spread of the gradient noise", zh="梯度噪声的标准差")
    penalty: float = param(0.5, 0.0, 5.0, en="strength of the L2 penalty", zh="L2 惩罚的强度")
    walkers: int = param(200, 1, 2000, en="walkers a seed", zh="每个种子的行走者数")


CLAIMS = (
    Claim("current-only-never-settles", ">", 0.99,
          en="divided by the current gradient alone, every step has the length eta",
          zh="只除以当前梯度，每一步都是 eta 那么长",
          quantity_en="mean length of the last 100 steps, in eta, no noise",
          quantity_zh="最后 100 步的平均长度，以 eta 为单位，无噪声"),
    Claim("mean-form-settles", "<", 0.01,
          en="the mean of all past squares lets it settle", zh="用全部的均方根就能停下来",
          quantity_en="mean length of the last 100 steps, in eta, no noise",
          quantity_zh="最后 100 步的平均长度，以 eta 为单位，无噪声"),
    Claim("mean-form-settles-in-noise", "<", 0.1,
          en="in noise, too", zh="有噪声时也能",
          quantity_en="mean length of the last 100 steps, in eta, with noise",
          quantity_zh="最后 100 步的平均长度，以 eta 为单位，有噪声"),
    Claim("sum-form-settles-in-noise", "<", 0.1,
          en="the sum form does", zh="求和形式能",
          quantity_en="mean length of the last 100 steps, in eta, with noise",
          quantity_zh="最后 100 步的平均长度，以 eta 为单位，有噪声"),
    Claim("rms-keeps-the-minimum", "<", 0.01,
          en="scaling by the root mean square leaves the minimum where it is", zh="用均方根缩放，最低点不动",
          quantity_en="mean distance of the ends from 3, no noise", quantity_zh="各终点与 3 的平均距离，无噪声"),
    Claim("penalty-moves-the-minimum", ">", 0.5,
          en="an L2 penalty moves it", zh="L2 惩罚会移动它",
          quantity_en="mean distance of the ends from 3", quantity_zh="各终点与 3 的平均距离"),
)  # fmt: skip

ZH = {
    "length of a step in eta, noise": "步长，以 eta 为单位，有噪声",
    "distance from 3, no noise": "与 3 的距离，无噪声",
    "Ends": "终点", "divided by": "除以", "last steps, no noise": "最后的步长，无噪声",
    "last steps, noise": "最后的步长，有噪声",
    "end, no noise": "终点，无噪声", "current gradient": "当前梯度",
    "mean of squares": "平方的平均", "sum of squares": "平方和",
    "nothing, L2 penalty": "不除，L2 惩罚",
}  # fmt: skip

Scale = Callable[[int, Tensor, Tensor], Tensor]  # (t, gradient, sum of squares so far) -> what it is divided by
SCALES: dict[str, Scale] = {
    "current gradient": lambda t, g, total: g.abs().clamp_min(1e-12),
    "mean of squares": lambda t, g, total: (total / (t + 1)).sqrt(),
    "sum of squares": lambda t, g, total: total.sqrt(),
    "nothing, L2 penalty": lambda t, g, total: torch.ones_like(g),
}


def walk(scale: Scale, w: Tensor, noise: list[Tensor], penalty: float, rate: float) -> tuple[Tensor, Tensor]:
    """Mean lengths of the steps in units of the rate (steps, seeds), and places after them (steps, seeds, walkers)."""
    total, lengths, places = torch.zeros_like(w), [], []
    for t, disturbance in enumerate(noise):
        gradient = w - 3 + penalty * w + disturbance
        total = total + gradient**2
        step = gradient / scale(t, gradient, total)
        w = w - rate * step
        lengths.append(step.abs().mean(dim=1))
        places.append(w)
    return torch.stack(lengths), torch.stack(places)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    start = seeds.randn(config.walkers)
    noise = [config.noise * seeds.randn(config.walkers) for _ in range(config.steps)]
    quiet = [torch.zeros_like(start)] * config.steps
    still, moving, away, rows = {}, {}, {}, []
    for done, (name, scale) in enumerate(SCALES.items()):
        penalty = config.penalty if "L2" in name else 0.0
        lengths, places = walk(scale, start, quiet, penalty, config.rate)
        noisy, _ = walk(scale, start, noise, penalty, config.rate)
        still[name], moving[name] = lengths[-100:].mean(dim=0), noisy[-100:].mean(dim=0)
        away[name] = (places[-1] - 3).abs().mean(dim=1)  # each walker by itself: two sides of 3 must not cancel
        rows.append([name, still[name], moving[name], places[-1].mean(dim=1)])
        series = name.split()[-1] if "L2" in name else name.split()[0]
        for t in range(0, config.steps, -(-config.steps // 100)):
            yield Metric(series, t, noisy[t], chart="length of a step in eta, noise")
            yield Metric(series, t, (places[t] - 3).abs().mean(dim=1), chart="distance from 3, no noise")
        yield Progress(done + 1, len(SCALES))
    yield Table("Ends", ["divided by", "last steps, no noise", "last steps, noise", "end, no noise"], rows)
    yield Measured("current-only-never-settles", still["current gradient"])
    yield Measured("mean-form-settles", still["mean of squares"])
    yield Measured("mean-form-settles-in-noise", moving["mean of squares"])
    yield Measured("sum-form-settles-in-noise", moving["sum of squares"])
    yield Measured("rms-keeps-the-minimum", away["mean of squares"])
    yield Measured("penalty-moves-the-minimum", away["nothing, L2 penalty"])
