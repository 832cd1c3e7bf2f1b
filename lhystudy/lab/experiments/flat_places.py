"""Kinds of flat place: what the eigenvalues of the Hessian settle, and what they leave open.

各种平地：海森矩阵的特征值能断定什么，断定不了什么。

lesson: critical-points
quick: directions=500
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    directions: int = param(10000, 100, 100000, en="random directions tried at each place", zh="每处试多少个随机方向")
    radius: float = param(0.01, 0.0001, 0.1, en="length of a small step", zh="一小步的长度")
    size: int = param(4, 2, 50, en="size of the random symmetric matrix", zh="随机对称矩阵的阶数")


CLAIMS = (
    Claim("only-minimum-or-saddle", ">=", 1.0,
          en="where the gradient is zero there is a local minimum or a saddle", zh="梯度为零的地方不是局部最小就是鞍点",
          quantity_en="share of the listed flat places that are one or the other",
          quantity_zh="所列平地中属于这两种的比例"),
    Claim("signs-settle", ">=", 1.0,
          en="all positive: minimum, all negative: maximum, both signs: saddle",
          zh="全正是最小，全负是最大，有正有负是鞍点",
          quantity_en="share of right verdicts where these signs occur", quantity_zh="出现这些符号时判对的比例"),
    Claim("test-always-settles", ">=", 1.0,
          en="the eigenvalues settle every flat place", zh="特征值能给每一处平地下结论",
          quantity_en="share of the places with a verdict", quantity_zh="有结论的比例"),
    Claim("maximum-lower-all-round", ">=", 1.0,
          en="round a place with all eigenvalues negative every small step lowers the loss",
          zh="特征值全负的地方，任何一小步都使损失变小",
          quantity_en="share of the steps that go down", quantity_zh="往下走的比例"),
    Claim("saddle-lower-all-round", ">=", 1.0,
          en="the same holds round a saddle", zh="鞍点周围也一样",
          quantity_en="share of the steps that go down", quantity_zh="往下走的比例"),
    Claim("descent-leaves-maximum", ">", 1.0,
          en="descent from beside a maximum walks away from it", zh="从最大值旁边出发的下降会走开",
          quantity_en="distance after 200 steps from 0.001 away", quantity_zh="从 0.001 之外出发 200 步后的距离"),
    Claim("quadratic-decides", ">", 2.9,
          en="the second-order model of a flat place errs by the third power of the distance",
          zh="平地的二阶模型，误差是距离的三次方",
          quantity_en="slope of log error against log radius, worst direction at each radius",
          quantity_zh="误差对半径的双对数斜率，每个半径取最差的方向"),
    Claim("smallest-eigenvalue-bounds-all", ">=", -1e-9,
          en="no direction v has v^T H v below the smallest eigenvalue", zh="没有方向 v 的 v^T H v 小于最小特征值",
          quantity_en="least v^T H v of unit v minus the smallest eigenvalue",
          quantity_zh="单位方向 v^T H v 的最小值减最小特征值"),
)  # fmt: skip

ZH = {
    "error of the second-order model": "二阶近似的误差", "log10 radius": "半径的 log10", "log10 error": "误差的 log10",
    "Ten flat places": "十处平地", "surface": "曲面", "place": "位置", "eigenvalues": "特征值", "test says": "判别结果",
    "it is": "实际是", "steps that go down": "往下走的比例", "minimum": "极小点", "maximum": "极大点", "saddle": "鞍点",
    "open": "未定", "v^T H v of a random H": "随机 H 的 v^T H v", "least": "最小", "greatest": "最大",
    "directions tried": "试过的方向",
}  # fmt: skip

Surface = Callable[[Tensor], Tensor]  # w of shape (..., 2) -> (...)
# name, formula, flat place, what it is
PLACES: tuple[tuple[str, Surface, tuple[float, float], str], ...] = (
    ("a^2 + b^2", lambda w: w[..., 0] ** 2 + w[..., 1] ** 2, (0.0, 0.0), "minimum"),
    ("cos a + cos b", lambda w: w[..., 0].cos() + w[..., 1].cos(), (0.0, 0.0), "maximum"),
    ("cos a + cos b", lambda w: w[..., 0].cos() + w[..., 1].cos(), (torch.pi, torch.pi), "minimum"),
    ("cos a + cos b", lambda w: w[..., 0].cos() + w[..., 1].cos(), (0.0, torch.pi), "saddle"),
    ("(1 - a b)^2", lambda w: (1 - w[..., 0] * w[..., 1]) ** 2, (0.0, 0.0), "saddle"),
    ("(1 - a b)^2", lambda w: (1 - w[..., 0] * w[..., 1]) ** 2, (1.0, 1.0), "minimum"),
    ("a^4 + b^2", lambda w: w[..., 0] ** 4 + w[..., 1] ** 2, (0.0, 0.0), "minimum"),
    ("a^3 + b^2", lambda w: w[..., 0] ** 3 + w[..., 1] ** 2, (0.0, 0.0), "saddle"),
    ("a^2 b", lambda w: w[..., 0] ** 2 * w[..., 1], (0.0, 0.0), "saddle"),
    ("-a^4 - b^4", lambda w: -(w[..., 0] ** 4) - w[..., 1] ** 4, (0.0, 0.0), "maximum"),
)  # fmt: skip


def verdict(eigenvalues: Tensor, tolerance: float = 1e-9) -> str:
    """What the signs of the eigenvalues say: minimum, maximum, saddle, or open."""
    low, high = eigenvalues.min().item(), eigenvalues.max().item()
    if low < -tolerance and high > tolerance:
        return "saddle"
    return "minimum" if low > tolerance else "maximum" if high < -tolerance else "open"


def directions(count: int, size: int) -> Tensor:
    """Random directions, unit vectors as rows (count, size)."""
    v = torch.randn(count, size, dtype=torch.float64)
    v /= v.norm(dim=1, keepdim=True)
    return v


def descent_from_beside_the_peak() -> float:
    """Distance from the peak of cos a + cos b after 200 steps of descent from 0.001 away."""
    w = torch.tensor([0.0006, 0.0008], dtype=torch.float64, requires_grad=True)
    for _ in range(200):
        (gradient,) = torch.autograd.grad(w.cos().sum(), w)
        w = (w - 0.1 * gradient).detach().requires_grad_()
    return float(w.norm())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    v = seeds.stack(lambda: directions(config.directions, 2)).cpu()  # float64 stays on the CPU
    rows, lower = [], []
    for name, surface, place, kind in PLACES:
        w = torch.tensor(place, dtype=torch.float64)
        eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(surface, w))
        lower.append((surface(w + config.radius * v) < surface(w)).double().mean(1))
        shown = ", ".join(f"{value + 0.0:.3g}" for value in eigenvalues.tolist())
        rows.append([name, f"({place[0]:.3g}, {place[1]:.3g})", shown, verdict(eigenvalues), kind, lower[-1]])
    columns = ["surface", "place", "eigenvalues", "test says", "it is", "steps that go down"]
    yield Table("Ten flat places", columns, rows)
    told, kinds = [row[3] for row in rows], [row[4] for row in rows]
    settled = [(said, kind) for said, kind in zip(told, kinds, strict=True) if said != "open"]
    yield Measured("only-minimum-or-saddle", sum(kind in ("minimum", "saddle") for kind in kinds) / len(kinds))
    yield Measured("signs-settle", sum(said == kind for said, kind in settled) / len(settled))
    yield Measured("test-always-settles", len(settled) / len(told))
    yield Measured("maximum-lower-all-round", lower[1])
    yield Measured("saddle-lower-all-round", lower[3])
    yield Measured("descent-leaves-maximum", descent_from_beside_the_peak())

    def bumpy(w: Tensor) -> Tensor:
        """A surface that is flat at 0, with terms of every order above."""
        return (1 - w[..., 0] * w[..., 1]) ** 2 + 0.5 * (w[..., 0] - 1).exp() * w[..., 0] ** 2 + w[..., 1] ** 3

    origin = torch.zeros(2, dtype=torch.float64)
    hessian: Tensor = torch.autograd.functional.hessian(bumpy, origin)
    radii = torch.logspace(-3, -1, 9, dtype=torch.float64)
    steps = radii[:, None, None] * v[:, None, :100]  # (seeds, radius, direction, 2)
    errors = (bumpy(steps) - bumpy(origin) - 0.5 * ((steps @ hessian) * steps).sum(-1)).abs().amax(2)
    slope = (errors[:, -1] / errors[:, 0]).log10() / 2  # two powers of ten between the radii
    yield Figure("error of the second-order model", "lines",
                 {"series": {"error": [list(p) for p in zip(radii.log10().tolist(), errors[0].log10().tolist(),
                                                            strict=True)]}}, "log10 radius", "log10 error")  # fmt: skip
    yield Measured("quadratic-decides", slope)

    square = seeds.stack(lambda: torch.randn(config.size, config.size, dtype=torch.float64)).cpu()
    symmetric = (square + square.mT) / 2
    u = seeds.stack(lambda: directions(config.directions, config.size)).cpu()
    bends = ((u @ symmetric) * u).sum(2)  # (seeds, directions)
    values = torch.linalg.eigvalsh(symmetric)
    yield Table("v^T H v of a random H", ["", "least", "greatest"],
                [["eigenvalues", values[:, 0], values[:, -1]],
                 ["directions tried", bends.amin(1), bends.amax(1)]])  # fmt: skip
    yield Measured("smallest-eigenvalue-bounds-all", bends.amin(1) - values[:, 0])
