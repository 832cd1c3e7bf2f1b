"""One rate for all directions: bouncing between walls, and waiting for the flat one.

所有方向共用一个学习率：在两壁之间来回弹，或者苦等平坦的方向。

Two small functions: the bowl (u^2 + kappa v^2)/2, and the trough u^2/2 + 10 (sqrt(1 + v^2) - 1), whose walls grow no
steeper than 10. Starts are random; everything is computed in double precision.

lesson: adaptive-lr
quick: largest=100.0
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    largest: float = param(10000.0, 100.0, 100000.0, en="largest condition number kappa", zh="最大的条件数 kappa")
    rate: float = param(0.5, 0.01, 1.9, en="learning rate in the trough", zh="槽里的学习率")
    steps: int = param(200, 60, 2000, en="steps in the trough", zh="槽里走的步数")
    near: float = param(
        1e-6, 1e-12, 0.1, en="share of the first loss that counts as arrived", zh="损失降到最初的几分之几算到达"
    )


CLAIMS = (
    Claim("loss-stands-still", "<", 0.01,
          en="in the trough the loss stops falling", zh="在槽里，损失不再下降",
          quantity_en="fall of the loss over the last 50 steps, as a share",
          quantity_zh="最后 50 步里损失下降的比例"),
    Claim("slope-stays-steep", ">", 0.5,
          en="while the gradient stays as large as at the start", zh="梯度却仍和开始时差不多大",
          quantity_en="norm of the last gradient over the first", quantity_zh="最后与最初的梯度范数之比"),
    Claim("smaller-rate-goes-on", "<", 0.001,
          en="a smaller rate would have gone on falling: it was no minimum",
          zh="换小一点的学习率就接着降：那里不是最低点",
          quantity_en="loss after as many steps at a tenth of the rate, over the loss that stood still",
          quantity_zh="学习率取十分之一，同样步数后的损失与停住的损失之比"),
    Claim("long-valley-is-slow", ">", 0.9,
          en="steps grow in proportion to the condition number, even in a bowl",
          zh="即使是一只碗，步数也与条件数成正比",
          quantity_en="slope of log steps against log kappa, from kappa = 10 on",
          quantity_zh="步数的对数对 kappa 的对数的斜率，从 10 起"),
    Claim("own-rates-mend-it", "<=", 1.1,
          en="with a rate of its own for each direction kappa does not matter",
          zh="每个方向有自己的学习率，kappa 就无所谓了",
          quantity_en="steps at the largest kappa over steps at kappa = 1, rates 0.5/h",
          quantity_zh="最大的 kappa 与 kappa = 1 的步数之比，学习率 0.5/h"),
    Claim("scaling-finds-own-rates", ">", 10.0,
          en="dividing by the root mean square of past gradients finds such rates by itself",
          zh="除以过去梯度的均方根，就能自己找到这样的学习率",
          quantity_en="eta/sigma of the flat direction over that of the steep one, kappa = 100, after 50 steps",
          quantity_zh="平坦方向与陡峭方向的 eta/sigma 之比，kappa = 100，50 步之后"),
)  # fmt: skip

ZH = {
    "loss in the trough": "槽里的损失", "gradient norm in the trough": "槽里的梯度范数",
    "Steps to arrive": "到达所需的步数",
    "kappa": "条件数", "one rate": "同一个学习率", "own rates": "各自的学习率",
    "log10 steps against log10 kappa": "步数的 log10，横轴是 kappa 的 log10",
    "log10 eta/sigma of both directions": "两个方向的 eta/sigma 的 log10",
}  # fmt: skip


def trough(place: Tensor, rate: float, steps: int) -> tuple[Tensor, Tensor]:
    """Losses and gradient norms before each step: (steps, seeds) each."""
    losses, norms = [], []
    for _ in range(steps):
        u, v = place.unbind(dim=-1)
        wall = (1 + v**2).sqrt()
        gradient = torch.stack([u, 10 * v / wall], dim=-1)
        losses.append(u**2 / 2 + 10 * (wall - 1))
        norms.append(gradient.norm(dim=-1))
        place = place - rate * gradient
    return torch.stack(losses), torch.stack(norms)


def steps_to_arrive(start: Tensor, curvature: Tensor, rate: Tensor, near: float) -> Tensor:
    """Steps until the loss sum(h w^2)/2 is `near` times the first: (kappas, seeds). `curvature` is (kappas, 1, 2)."""
    first = (curvature * start**2).sum(dim=-1)
    place, taken = start.expand(first.shape + (2,)), torch.zeros_like(first)
    while (going := (curvature * place**2).sum(dim=-1) > near * first).any():
        taken += going
        place = place * (1 - rate * curvature)
    return taken


def scaled(start: Tensor, curvature: Tensor, rate: float, steps: int) -> Tensor:
    """eta/sigma of each direction over time, sigma the root mean square of its gradients: (steps, seeds, 2)."""
    place, total, rates = start, torch.zeros_like(start), []
    for t in range(steps):
        total = total + (curvature * place) ** 2
        rates.append(rate / (total / (t + 1)).sqrt())
        place = place - rates[-1] * curvature * place
    return torch.stack(rates)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    start = 3 + seeds.stack(lambda: torch.rand(2, dtype=torch.float64)).cpu()  # (seeds, 2), between 3 and 4
    losses, norms = trough(start, config.rate, config.steps)
    small, small_norms = trough(start, config.rate / 10, config.steps)
    for step in range(0, config.steps, -(-config.steps // 100)):
        yield Metric("rate", step, losses[step], chart="loss in the trough")
        yield Metric("tenth", step, small[step], chart="loss in the trough")
        yield Metric("rate", step, norms[step], chart="gradient norm in the trough")
        yield Metric("tenth", step, small_norms[step], chart="gradient norm in the trough")
    yield Progress(1, 3)

    powers = torch.arange(round(log10(config.largest)) + 1, dtype=torch.float64)
    kappa = 10**powers
    curvature = torch.stack([torch.ones_like(kappa), kappa], dim=-1)[:, None]  # (kappas, 1, 2)
    one = steps_to_arrive(start, curvature, 2 / (1 + kappa)[:, None, None], config.near)
    yield Progress(2, 3)
    own = steps_to_arrive(start, curvature, 0.5 / curvature, config.near)
    rows = [[f"{kappa[k]:g}", one[k], own[k]] for k in range(len(kappa))]
    yield Table("Steps to arrive", ["kappa", "one rate", "own rates"], rows)
    for k, power in enumerate(powers.tolist()):
        yield Metric("one", power, one[k].log10(), chart="log10 steps against log10 kappa")
        yield Metric("own", power, own[k].log10(), chart="log10 steps against log10 kappa")
    yield Progress(3, 3)
    rates = scaled(start, torch.tensor([1.0, 100.0], dtype=torch.float64), 0.1, 50)
    for t in range(50):
        yield Metric("flat", t + 1, rates[t, :, 0].log10(), chart="log10 eta/sigma of both directions")
        yield Metric("steep", t + 1, rates[t, :, 1].log10(), chart="log10 eta/sigma of both directions")
    yield Measured("loss-stands-still", 1 - losses[-1] / losses[-50])
    yield Measured("slope-stays-steep", norms[-1] / norms[0])
    yield Measured("smaller-rate-goes-on", small[-1] / losses[-1])
    yield Measured("long-valley-is-slow", (one[-1].log10() - one[1].log10()) / (powers[-1] - 1))
    yield Measured("own-rates-mend-it", own[-1] / own[0])
    yield Measured("scaling-finds-own-rates", rates[-1, :, 0] / rates[-1, :, 1])
