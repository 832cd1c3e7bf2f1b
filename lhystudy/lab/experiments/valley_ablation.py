"""Momentum, root-mean-square scaling, a falling rate: which of the three a narrow valley needs.

动量、均方根缩放、递减的学习率：一条窄谷需要三者中的哪些。

All eight combinations walk the valley (u^2 + kappa v^2)/2 with noise on the gradient; each is shown at the best of the
same rates, 61 from 0.001 to 1. Then Adagrad and RMSProp go down it without noise, rate by rate.

lesson: adaptive-lr
quick: steps=60 walkers=5
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(500, 50, 5000, en="steps of each combination", zh="每种组合的步数")
    kappa: float = param(200.0, 1.0, 1000.0, en="times steeper across the valley than along", zh="横向比纵向陡多少倍")
    noise: float = param(0.3, 0.0, 10.0, en="spread of the gradient noise", zh="梯度噪声的标准差")
    walkers: int = param(20, 1, 1000, en="walkers a seed", zh="每个种子的行走者数")


CLAIMS = (
    Claim("needs-momentum", ">", 1.2,
          en="without momentum the three together do worse", zh="三者之中去掉动量就变差",
          quantity_en="loss without it over loss with all three, best rates",
          quantity_zh="去掉它与三者齐全的损失之比，各取最好的学习率"),
    Claim("needs-scaling", ">", 1.2,
          en="without root-mean-square scaling they do", zh="去掉均方根缩放就变差",
          quantity_en="loss without it over loss with all three, best rates",
          quantity_zh="去掉它与三者齐全的损失之比，各取最好的学习率"),
    Claim("needs-falling-rate", ">", 1.2,
          en="without a falling rate they do", zh="去掉递减的学习率就变差",
          quantity_en="loss without it over loss with all three, best rates",
          quantity_zh="去掉它与三者齐全的损失之比，各取最好的学习率"),
    Claim("adagrad-stalls-at-small-rate", ">", 2.0,
          en="at the rate 0.01 Adagrad stops far from the end", zh="学习率 0.01 时，Adagrad 停在离终点很远的地方",
          quantity_en="distance left, Adagrad over RMSProp", quantity_zh="剩下的距离之比，Adagrad 比 RMSProp"),
    Claim("adagrad-stalls-at-any-rate", ">", 2.0,
          en="and at its best rate too", zh="用最好的学习率也是",
          quantity_en="distance left, Adagrad over RMSProp, best rates",
          quantity_zh="剩下的距离之比，Adagrad 比 RMSProp，各取最好的学习率"),
)  # fmt: skip

ZH = {
    "log10 loss at the best rates": "损失的 log10，各用最佳学习率", "Eight combinations": "八种组合", "with": "用了",
    "best rate": "最佳学习率", "loss": "损失",
    "Adagrad and RMSProp": "Adagrad 与 RMSProp",
    "rate": "学习率", "nothing": "都不用", "momentum": "动量", "scaling": "缩放", "falling": "递减",
    "momentum, scaling": "动量、缩放", "momentum, falling": "动量、递减",
    "scaling, falling": "缩放、递减", "all three": "三者都用",
    "loss of the combinations, log10": "各种组合损失的 log10", "Adagrad": "Adagrad", "RMSProp": "RMSProp",
}  # fmt: skip

FAR = 1e6
RATES = torch.logspace(-3, 0, 61)  # a factor 1.12 apart: plain descent is at its best just below its limit 2/kappa


def walk(
    place: Tensor, noise: list[Tensor], curvature: Tensor, momentum: bool, scale: str, falling: bool
) -> tuple[Tensor, Tensor]:
    """Mean loss after each step (steps, rates, seeds) and distance from the end (rates, seeds), all rates at once."""
    rates = RATES.to(place.device).view(-1, 1, 1, 1)
    place = place.expand(len(RATES), *place.shape)
    m, s, losses = torch.zeros_like(place), torch.zeros_like(place), []
    for t, disturbance in enumerate(noise):
        gradient = curvature * place + disturbance
        m = 0.9 * m + 0.1 * gradient if momentum else gradient
        step = m / (1 - 0.9 ** (t + 1)) if momentum else gradient
        if scale == "forget":
            s = 0.99 * s + 0.01 * gradient**2
            step = step / ((s / (1 - 0.99 ** (t + 1))).sqrt() + 1e-8)
        elif scale == "sum":
            s = s + gradient**2
            step = step / (s.sqrt() + 1e-10)
        share = 1 - t / len(noise) if falling else 1.0  # falls to zero in a straight line
        place = place - share * rates * step
        place = place.where(place.abs() < FAR, torch.nan)  # what has flown off does not come back
        losses.append((curvature * place**2).sum(dim=-1).mean(dim=-1) / 2)
    return torch.stack(losses).nan_to_num(nan=FAR), place.norm(dim=-1).mean(dim=-1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    curvature = torch.tensor([1.0, config.kappa], device=seeds.device)
    start = torch.tensor([10.0, 1.0], device=seeds.device) + 0.1 * seeds.randn(config.walkers, 2)
    noise = [config.noise * seeds.randn(config.walkers, 2) for _ in range(config.steps)]
    names = {(True, True, True): "all three", (False, False, False): "nothing"}
    final, rows = {}, []
    for done, (momentum, scaling, falling) in enumerate(product((False, True), repeat=3)):
        used = [name for name, on in (("momentum", momentum), ("scaling", scaling), ("falling", falling)) if on]
        name = names.get((momentum, scaling, falling), ", ".join(used))
        losses, _ = walk(start, noise, curvature, momentum, "forget" if scaling else "", falling)
        final[name], best = losses[-1].min(dim=0)
        rows.append([name, RATES[best.cpu()], final[name]])
        if name in ("nothing", "momentum", "scaling", "all three"):
            at_best = losses[:, best, torch.arange(seeds.count)]
            for t in range(0, config.steps, -(-config.steps // 100)):
                yield Metric(name.replace("all three", "all"), t, at_best[t].log10(),
                             chart="log10 loss at the best rates")  # fmt: skip
        yield Progress(done + 1, 10)
    yield Table("Eight combinations", ["with", "best rate", "loss"], rows)
    yield Figure("loss of the combinations, log10", "bars",
                 {"names": list(final), "values": [float(loss[0].log10()) for loss in final.values()]})  # fmt: skip

    quiet = [torch.zeros_like(start[:, :1])] * (4 * config.steps)  # without noise one walker is enough
    left = {
        name: walk(start[:, :1], quiet, curvature, False, scale, False)[1].clamp_min(1e-6)  # below it lies rounding
        for name, scale in (("Adagrad", "sum"), ("RMSProp", "forget"))
    }  # (rates, seeds) each
    yield Table("Adagrad and RMSProp", ["rate", "Adagrad", "RMSProp"],
                [[f"{RATES[k]:.2g}", left["Adagrad"][k], left["RMSProp"][k]] for k in range(0, 61, 10)])  # fmt: skip
    yield Progress(10, 10)
    best_left = {name: distance.amin(dim=0) for name, distance in left.items()}
    yield Measured("needs-momentum", final["scaling, falling"] / final["all three"])
    yield Measured("needs-scaling", final["momentum, falling"] / final["all three"])
    yield Measured("needs-falling-rate", final["momentum, scaling"] / final["all three"])
    yield Measured("adagrad-stalls-at-small-rate", left["Adagrad"][20] / left["RMSProp"][20])  # the rate 0.01
    yield Measured("adagrad-stalls-at-any-rate", best_left["Adagrad"] / best_left["RMSProp"])
