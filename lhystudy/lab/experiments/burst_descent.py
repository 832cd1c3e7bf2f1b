"""A quiet walk along the valley floor, and all at once a burst: it comes when eta h/sigma passes 2.

在谷底安静地走着，忽然一次喷发：它来在 eta h/sigma 越过 2 的时候。

The valley (u^2 + kappa v^2)/2 with a little noise on the gradient, so that v never comes to rest completely.

lesson: adaptive-lr
quick: steps=600
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(3000, 300, 30000, en="steps", zh="步数")
    rate: float = param(0.1, 0.001, 1.0, en="learning rate", zh="学习率")
    kappa: float = param(100.0, 1.0, 10000.0, en="times steeper across the valley than along", zh="横向比纵向陡多少倍")
    noise: float = param(0.01, 0.0001, 1.0, en="spread of the gradient noise", zh="梯度噪声的标准差")
    forget: float = param(0.999, 0.9, 0.9999, en="alpha of RMSProp", zh="RMSProp 的 alpha")


CLAIMS = (
    Claim("mean-form-bursts", ">", 10.0,
          en="with the mean form the quiet walk bursts", zh="用均值形式，安静的路上会喷发",
          quantity_en="largest |v| of the later walk over the mean of the quiet time",
          quantity_zh="后来最大的 |v| 与安静时平均的 |v| 之比"),
    Claim("rmsprop-bursts", ">", 10.0,
          en="with RMSProp's forgetting average it does, too", zh="用 RMSProp 的会遗忘的平均也会",
          quantity_en="largest |v| of the later walk over the mean of the quiet time",
          quantity_zh="后来最大的 |v| 与安静时平均的 |v| 之比"),
    Claim("at-the-limit", "<", 0.2,
          en="the burst begins where eta h/sigma passes 2, the limit of plain descent",
          zh="喷发从 eta h/sigma 越过 2 开始，那正是普通下降的界线",
          quantity_en="distance from 2 of the largest eta h/sigma up to the burst, mean form",
          quantity_zh="喷发为止 eta h/sigma 的最大值与 2 的距离，均值形式"),
    Claim("quiet-again", "<", 3.0,
          en="afterwards it is as quiet as before", zh="之后又和从前一样安静",
          quantity_en="mean |v| of the last tenth over that of the quiet time, mean form",
          quantity_zh="最后十分之一路程与安静时的平均 |v| 之比，均值形式"),
    Claim("sum-form-stays-quiet", "<", 10.0,
          en="the sum form does not burst", zh="求和形式不喷发",
          quantity_en="largest |v| of the later walk over the mean of the quiet time",
          quantity_zh="后来最大的 |v| 与安静时平均的 |v| 之比"),
    Claim("falling-rate-stays-quiet", "<", 10.0,
          en="a rate that falls to zero prevents the burst", zh="学习率降到零，就没有喷发",
          quantity_en="largest |v| of the later walk over the mean of the quiet time, mean form",
          quantity_zh="后来最大的 |v| 与安静时平均的 |v| 之比，均值形式"),
)  # fmt: skip

ZH = {
    "log10 |v|, largest of 30 steps": "|v| 的 log10，取 30 步中最大",
    "eta h/sigma across the valley": "横向的 eta h/sigma",
    "The walk across": "横向的走法", "sigma": "sigma 的形式", "quiet |v|": "安静时的 |v|",
    "largest later": "后来最大的",
    "last tenth": "最后十分之一", "largest eta h/sigma": "最大的 eta h/sigma", "mean": "平均", "sum": "求和",
    "falling": "平均，学习率下降",
}  # fmt: skip


def walk(form: str, noise: Tensor, config: Config) -> tuple[Tensor, Tensor]:
    """|v| after each step and eta h/sigma of that step: (steps, seeds) each. `noise` is (steps, seeds, 2)."""
    curvature = torch.tensor([1.0, config.kappa], dtype=noise.dtype)
    place = torch.tensor([10.0, 1.0], dtype=noise.dtype).expand(noise.shape[1:])
    total, average, away, limits = torch.zeros_like(place), torch.zeros_like(place), [], []
    for t in range(len(noise)):
        gradient = curvature * place + noise[t]
        total = total + gradient**2
        average = config.forget * average + (1 - config.forget) * gradient**2
        square = {"sum": total, "rmsprop": average / (1 - config.forget ** (t + 1))}.get(form, total / (t + 1))
        rate = config.rate * (1 - t / len(noise)) if form == "falling" else config.rate
        share = rate / square.sqrt()
        place = place - share * gradient
        away.append(place[:, 1].abs())
        limits.append(share[:, 1] * config.kappa)
    return torch.stack(away), torch.stack(limits)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    noise = seeds.stack(lambda: config.noise * torch.randn(config.steps, 2, dtype=torch.float64)).cpu().transpose(0, 1)
    begin, end = config.steps // 10, 3 * config.steps // 10  # the quiet time
    burst, rows = {}, []
    for done, form in enumerate(("mean", "rmsprop", "sum", "falling")):
        away, limits = walk(form, noise, config)
        quiet = away[begin:end].mean(dim=0)
        burst[form] = away[end:].amax(dim=0) / quiet
        last = away[-config.steps // 10 :].mean(dim=0)
        rows.append([form, quiet, away[end:].amax(dim=0), last, limits[begin:].amax(dim=0)])
        for t in range(0, config.steps, 30):
            yield Metric(form, t, away[t : t + 30].amax(dim=0).log10(), chart="log10 |v|, largest of 30 steps")
            yield Metric(form, t, limits[t], chart="eta h/sigma across the valley")
        if form == "mean":
            loud = (away > 10 * quiet) & (torch.arange(config.steps)[:, None] >= end)
            before = loud.cumsum(dim=0) == 0  # all steps where there is no burst
            at_limit = (limits.where(before, 0.0)[begin:].amax(dim=0) - 2).abs()
            again = last / quiet
        yield Progress(done + 1, 4)
    yield Table("The walk across", ["sigma", "quiet |v|", "largest later", "last tenth", "largest eta h/sigma"], rows)
    yield Measured("mean-form-bursts", burst["mean"])
    yield Measured("rmsprop-bursts", burst["rmsprop"])
    yield Measured("at-the-limit", at_limit)
    yield Measured("quiet-again", again)
    yield Measured("sum-form-stays-quiet", burst["sum"])
    yield Measured("falling-rate-stays-quiet", burst["falling"])
