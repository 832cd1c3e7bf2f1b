"""Bayes' rule turns densities into a posterior: a sigmoid, and a straight line where the covariance is shared.

贝叶斯公式把密度变成后验：它是一个 Sigmoid；共用协方差时，边界是直线。

Synthetic data: draws from two boxes; then 79 made-up water types and 61 normal types, two attributes each.

lesson: generative-classifier
quick: draws=2000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    draws: int = param(100_000, 1000, 1_000_000, en="balls drawn from the two boxes", zh="从两个盒子里抽球的次数")
    prior: float = param(0.9, 0.01, 0.99, en="another prior of the water type", zh="水系的另一个先验")


CLAIMS = (
    Claim("boxes-agree", "<", 0.01,
          en="among the blue balls drawn, the share from box 1 is what Bayes' rule says",
          zh="抽到的蓝球里，来自 1 号盒的比例正是贝叶斯公式算的那个",
          quantity_en="distance from 9/11", quantity_zh="与 9/11 的距离"),
    Claim("unseen-has-density", ">", 0.0,
          en="a point that never occurred still gets a density", zh="从没出现过的点，也有密度",
          quantity_en="smallest density of 100 new points", quantity_zh="100 个新点中最小的密度"),
    Claim("prior-shifts-evenly", "<", 1e-9,
          en="another prior shifts the log odds of all points by the same number",
          zh="换一个先验，所有点的对数几率平移同一个数",
          quantity_en="largest minus smallest shift over 100 points", quantity_zh="100 个点中平移量的最大减最小"),
    Claim("posterior-is-sigmoid", "<", 1e-5,
          en="with a shared covariance the posterior is sigmoid(w.x + b)", zh="共用协方差时，后验就是 sigmoid(w·x + b)",
          quantity_en="largest difference on a grid", quantity_zh="网格上的最大差"),
    Claim("shared-is-straight", "<", 1e-6,
          en="with a shared covariance the log odds do not bend: the boundary is a straight line",
          zh="共用协方差时，对数几率不弯：边界是直线",
          quantity_en="largest second difference on the grid", quantity_zh="网格上最大的二阶差分"),
    Claim("separate-bends", ">", 0.001,
          en="with separate covariances they bend", zh="各用各的协方差时，它是弯的",
          quantity_en="largest second difference on the grid", quantity_zh="网格上最大的二阶差分"),
)  # fmt: skip

ZH = {
    "A blue ball: from box 1?": "抽到蓝球：来自 1 号盒吗？", "drawn": "抽出来的", "by Bayes' rule": "按贝叶斯公式",
    "Where both classes are equally likely": "两类一样可能的地方", "defence": "防御", "special defence": "特防",
    "P(water), shared covariance": "P(水系)，共用协方差",
}  # fmt: skip

# Of the size that the lecture shows for water and normal types.
MEANS = torch.tensor([[75.0, 71.3], [55.6, 59.8]], dtype=DOUBLE)
COVARIANCES = torch.tensor([[[874, 327], [327, 929]], [[847, 422], [422, 685]]], dtype=DOUBLE)
SIZES = (79, 61)


def boxes(draws: int) -> float:
    """The share of box 1 among the blue balls. Taken 6 times in 10, 3 of its 4 balls are blue; 1 of 4 in box 2."""
    first = torch.rand(draws) < 0.6
    blue = torch.rand(draws) < torch.where(first, 0.75, 0.25)
    return (first & blue).sum().item() / blue.sum().item()


def draw(k: int, count: int) -> Tensor:
    root: Tensor = torch.linalg.cholesky(COVARIANCES[k])
    return MEANS[k] + torch.randn(count, 2, dtype=DOUBLE) @ root.T


class Gaussians:
    """The likeliest Gaussian of each class, with its own or with one shared covariance."""

    def __init__(self, classes: tuple[Tensor, Tensor], shared: bool) -> None:
        self.sizes = torch.tensor([len(points) for points in classes], dtype=DOUBLE)
        self.means = torch.stack([points.mean(0) for points in classes])
        self.spreads = torch.stack([points.T.cov(correction=0) for points in classes])
        if shared:
            weighted = (self.sizes[:, None, None] * self.spreads).sum(0) / self.sizes.sum()
            self.spreads = weighted.expand(2, 2, 2)

    def log_densities(self, x: Tensor) -> Tensor:
        """log p(x|C) of both classes: (…, 2) -> (…, 2)."""
        logs: Tensor = MultivariateNormal(self.means, self.spreads).log_prob(x[..., None, :])
        return logs

    def log_odds(self, x: Tensor) -> Tensor:
        """log P(C1|x) - log P(C2|x), with the prior of the class sizes: (…, 2) -> (…)."""
        logs = self.log_densities(x)
        return logs[..., 0] - logs[..., 1] + (self.sizes[0] / self.sizes[1]).log()

    def posterior(self, x: Tensor, priors: Tensor) -> Tensor:
        """P(C|x) of both classes by Bayes' rule as it stands: (…, 2) -> (…, 2)."""
        joint = self.log_densities(x).exp() * priors
        return joint / joint.sum(-1, keepdim=True)

    def line(self) -> tuple[Tensor, Tensor]:
        """w and b of the shared covariance S: w = S^-1 (m1 - m2)."""
        inverse, (first, second) = torch.linalg.inv(self.spreads[0]), self.means
        b = -0.5 * first @ inverse @ first + 0.5 * second @ inverse @ second + (self.sizes[0] / self.sizes[1]).log()
        return inverse @ (first - second), b


def bend(log_odds: Tensor) -> Tensor:
    """The largest second difference along rows and columns."""
    return torch.maximum(log_odds.diff(n=2, dim=0).abs().max(), log_odds.diff(n=2, dim=1).abs().max())


def border(grid: Tensor, log_odds: Tensor) -> list[list[float]]:
    """The grid's points beside which the log odds change their sign."""
    changes = log_odds[:, 1:].sign() != log_odds[:, :-1].sign()
    points: list[list[float]] = grid[:, 1:][changes].tolist()
    return points


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    share = seeds.each(lambda: boxes(config.draws))
    yield Table("A blue ball: from box 1?", ["drawn", "by Bayes' rule"], [[share, 9 / 11]])
    yield Measured("boxes-agree", [abs(value - 9 / 11) for value in share])

    at = torch.linspace(0, 150, 61, dtype=DOUBLE)
    grid = torch.cartesian_prod(at, at).view(61, 61, 2)
    data = seeds.each(lambda: (draw(0, SIZES[0]), draw(1, SIZES[1]), torch.cat([draw(0, 50), draw(1, 50)])))
    other = torch.tensor([config.prior, 1 - config.prior], dtype=DOUBLE)
    density, shift, sigmoid, straight, bent = [], [], [], [], []
    for seed, (water, normal, new) in enumerate(data):
        shared, separate = Gaussians((water, normal), shared=True), Gaussians((water, normal), shared=False)
        density.append(separate.log_densities(new).exp().min())
        own = shared.sizes / shared.sizes.sum()
        before, after = (shared.posterior(new, priors).log() for priors in (own, other))
        moved = (after - before).diff(dim=1)
        shift.append(moved.max() - moved.min())
        posterior = shared.posterior(grid, own)[..., 0]
        w, b = shared.line()
        sigmoid.append((posterior - torch.sigmoid(grid @ w + b)).abs().max())
        straight.append(bend(shared.log_odds(grid)))
        bent.append(bend(separate.log_odds(grid)))
        if seed == 0:
            series = {"water": water.tolist(), "normal": normal.tolist(), "shared": border(grid, grid @ w + b),
                      "separate": border(grid, separate.log_odds(grid))}  # fmt: skip
            yield Figure("Where both classes are equally likely", "scatter", {"series": series},
                         "defence", "special defence")  # fmt: skip
            labels = [f"{value:.0f}" for value in at[::5]]
            heat = {"values": posterior[::5, ::5].T.flip(0).tolist(), "x": labels, "y": labels[::-1]}
            yield Figure("P(water), shared covariance", "heat", heat, "defence", "special defence")
    for name, values in zip(("unseen-has-density", "prior-shifts-evenly", "posterior-is-sigmoid", "shared-is-straight",
                             "separate-bends"), (density, shift, sigmoid, straight, bent), strict=True):  # fmt: skip
        yield Measured(name, torch.stack(values))
