"""Contours of (1 - w1 w2)^2: what close lines say, and what makes a point a minimum.

(1 - w1 w2)^2 的等高线：线密说明什么，凭什么说一个点是最低点。

lesson: critical-points
quick: size=21
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

SIX = ((0.5, 2.0), (1.0, 1.0), (2.0, 0.5), (-0.5, -2.0), (-1.0, -1.0), (-2.0, -0.5))


@dataclass(frozen=True)
class Config:
    size: int = param(41, 11, 201, en="points of the grid along each weight", zh="每个权重方向的网格点数")
    spacing: float = param(0.02, 0.001, 0.5, en="height between two contours", zh="相邻等高线的高度差")
    radius: float = param(
        0.05, 0.01, 0.2, en="size of the neighbourhood in which lines are counted", zh="数线时的邻域半径"
    )


CLAIMS = (
    Claim("dense-is-steep", ">", 0.95,
          en="where contours are closer the gradient is longer", zh="等高线越密，梯度越长",
          quantity_en="share of pairs of grid points with clearly different counts that agree",
          quantity_zh="线数明显不同的网格点对中，一致的比例"),
    Claim("dense-is-high", ">", 0.95,
          en="where contours are closer the loss is larger", zh="等高线越密，损失越大",
          quantity_en="share of the same pairs that agree", quantity_zh="同样的点对中，一致的比例"),
    Claim("same-density-same-height", "<", 2.0,
          en="places with equally close contours have about the same loss", zh="等高线一样密的地方，损失差不多",
          quantity_en="largest over smallest loss where |gradient| is between 1.9 and 2.1",
          quantity_zh="|梯度| 在 1.9 到 2.1 之间时，最大损失与最小损失之比"),
    Claim("six-points-are-zero", "<=", 1e-12,
          en="at the six points on the curve w1 w2 = 1 the loss is 0, and nowhere is it less",
          zh="曲线 w1 w2 = 1 上的六个点损失都是 0，而损失不可能更小",
          quantity_en="largest loss of the six points", quantity_zh="六个点损失的最大值"),
    Claim("flat-along-the-curve", "<=", 1e-12,
          en="at each of them one eigenvalue is 0: the valley floor is level",
          zh="在每一点都有一个特征值是 0：谷底是平的",
          quantity_en="largest size of the smaller eigenvalue", quantity_zh="较小特征值的最大绝对值"),
)  # fmt: skip

ZH = {
    "log10 of the loss": "损失的 log10", "Six points of the valley floor": "谷底上的六个点", "point": "点",
    "loss": "损失", "smaller eigenvalue": "较小的特征值", "larger": "较大的",
    "Two slices through the origin": "过原点的两条截线",
}  # fmt: skip


def loss(w: Tensor) -> Tensor:
    """(1 - w1 w2)^2 for w of shape (..., 2)."""
    return (1 - w[..., 0] * w[..., 1]) ** 2


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    line = torch.linspace(-2, 2, config.size, dtype=torch.float64)  # float64 stays on the CPU
    w = torch.cartesian_prod(line, line).requires_grad_()
    heights = loss(w)
    (gradients,) = torch.autograd.grad(heights.sum(), w)
    heights, slopes = heights.detach(), gradients.norm(dim=1)
    angles = torch.arange(64, dtype=torch.float64) * (2 * torch.pi / 64)
    ring = w.detach()[:, None] + config.radius * torch.stack([angles.cos(), angles.sin()], 1)  # (points, 64, 2)
    around = loss(ring)
    counts = (around.amax(1) / config.spacing).floor() - (around.amin(1) / config.spacing).floor()
    shown = (heights + 1e-3).log10().view(config.size, -1)
    every = max(config.size // 20, 1)
    labels = [f"{value + 0.0:.1f}" for value in line[::every].round(decimals=6).tolist()]
    picture = shown[::every, ::every].flip(0)
    yield Figure("log10 of the loss", "heat", {"values": picture.tolist(), "x": labels, "y": labels[::-1]}, "w2", "w1")
    one, other = seeds.randint(len(counts), (2, 20000)).cpu().unbind(dim=1)  # pairs of points (seeds, 20000)
    clearly = counts[one] > 1.2 * counts[other] + 2
    steeper, higher = slopes[one] > slopes[other], heights[one] > heights[other]
    yield Measured("dense-is-steep", (steeper & clearly).sum(dim=1).double() / clearly.sum(dim=1))
    yield Measured("dense-is-high", (higher & clearly).sum(dim=1).double() / clearly.sum(dim=1))
    alike = heights[(slopes > 1.9) & (slopes < 2.1)]
    yield Measured("same-density-same-height", (alike.max() / alike.min()).item())

    points = torch.tensor(SIX, dtype=torch.float64)
    eigenvalues = torch.stack([torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, p)) for p in points])
    rows = [[str(place), value, *pair] for place, value, pair in
            zip(SIX, loss(points).tolist(), eigenvalues.round(decimals=12).tolist(), strict=True)]  # fmt: skip
    yield Table("Six points of the valley floor", ["point", "loss", "smaller eigenvalue", "larger"], rows)
    slices = [[t, (1 - t * t) ** 2, (1 + t * t) ** 2] for t in (0.0, 0.1, 0.2, 0.5)]
    yield Table("Two slices through the origin", ["t", "L(t, t)", "L(t, -t)"], slices)
    yield Measured("six-points-are-zero", loss(points).max().item())
    yield Measured("flat-along-the-curve", eigenvalues[:, 0].abs().max().item())
