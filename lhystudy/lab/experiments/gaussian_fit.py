"""The likeliest Gaussian has the mean and the covariance of the data; two classes that share one, their weighted mean.

最可能的高斯，均值和协方差就是数据的；两类共用协方差时，最可能的是按人数加权的平均。

Synthetic data: 79 made-up water types and 61 normal types, two attributes each. All in double precision.

lesson: generative-classifier
quick: water=30 normal=20
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    water: int = param(79, 10, 1000, en="points of the water type", zh="水系的点数")
    normal: int = param(61, 10, 1000, en="points of the normal type", zh="一般系的点数")
    uniform: int = param(10, 2, 1000, en="draws in a sample of the uniform distribution", zh="均匀分布每个样本的抽样数")


CLAIMS = (
    Claim("mean-and-covariance", "<", 1e-4,
          en="climbing the likelihood ends at the mean and at the covariance divided by N",
          zh="沿似然往上爬，终点是平均数，以及除以 N 的协方差",
          quantity_en="largest difference of an entry, in tens of points", quantity_zh="各分量的最大差，单位是十点"),
    Claim("shared-is-weighted", "<", 1e-4,
          en="with one covariance for both classes it ends at the mean of the two, weighted by size",
          zh="两类共用一个协方差时，终点是两个协方差按人数的加权平均",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("all-in-one-is-wider", ">", 0.0,
          en="one covariance around one mean of all points is wider than the shared one",
          zh="全部点围绕一个总平均的协方差，比共用的那个宽",
          quantity_en="its trace over the shared one's, minus 1", quantity_zh="它的迹与共用协方差的迹之比减 1"),
    Claim("others-are-less-likely", ">=", 1.0,
          en="every other Gaussian makes the data less likely", zh="换成别的高斯，数据都更不可能",
          quantity_en="share of 50 random changes that lower the likelihood",
          quantity_zh="50 次随机改动中似然降低的比例"),
    Claim("moments-differ-elsewhere", ">", 0.05,
          en="for a uniform distribution on (0, t) matching the mean can contradict the data",
          zh="换成 (0, t) 上的均匀分布，配平均数的估计会与数据矛盾",
          quantity_en="share of 1000 samples with 2 mean < largest value",
          quantity_zh="1000 个样本中，平均数的两倍小于最大值的比例"),
)  # fmt: skip

ZH = {
    "log-likelihood a point, the weighted mean times a factor": "每点的对数似然，协方差取加权平均乘一个倍数",
    "Variance of the two attributes": "两个属性的方差", "defence": "防御", "special defence": "特防", "shared": "共用",
    "all points around one mean": "全部点围绕总平均",
    "Estimates of t = 1 from uniform draws": "由均匀抽样估计 t = 1", "root mean square error": "均方根误差",
    "2 mean (moments)": "平均数的两倍（矩估计）", "largest value (likelihood)": "最大值（似然）",
}  # fmt: skip

# In tens of points, of the size that the lecture shows for defence and special defence.
MEANS = torch.tensor([[7.50, 7.13], [5.56, 5.98]], dtype=DOUBLE)
COVARIANCES = torch.tensor([[[8.74, 3.27], [3.27, 9.29]], [[8.47, 4.22], [4.22, 6.85]]], dtype=DOUBLE)


def draw(k: int, count: int) -> Tensor:
    """`count` points of class k: (count, 2)."""
    root: Tensor = torch.linalg.cholesky(COVARIANCES[k])
    return MEANS[k] + torch.randn(count, 2, dtype=DOUBLE) @ root.T


def log_likelihood(classes: Sequence[Tensor], means: Tensor, root: Tensor) -> Tensor:
    """Of all points, each class around its mean, with one precision matrix root root^T."""
    whitened = torch.cat([(points - mean) @ root for points, mean in zip(classes, means, strict=True)])
    return len(whitened) * (root.logdet() - math.log(2 * math.pi)) - 0.5 * whitened.square().sum()


def climb(classes: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """The means (classes, 2) and the one covariance (2, 2) where the likelihood is largest, by gradient ascent."""
    means = torch.zeros(len(classes), 2, dtype=DOUBLE, requires_grad=True)
    logs, below = torch.zeros(2, dtype=DOUBLE, requires_grad=True), torch.zeros(1, dtype=DOUBLE, requires_grad=True)
    climber = torch.optim.LBFGS([means, logs, below], lr=1, max_iter=500, tolerance_grad=1e-12,
                                tolerance_change=1e-16, line_search_fn="strong_wolfe")  # fmt: skip

    def root() -> Tensor:  # lower triangular with a positive diagonal: any precision matrix is root root^T
        return torch.diag(logs.exp()) + below * torch.tensor([[0.0, 0.0], [1.0, 0.0]], dtype=DOUBLE)

    def height() -> Tensor:
        climber.zero_grad()
        loss = -log_likelihood(classes, means, root()) / sum(map(len, classes))
        loss.backward()
        return loss

    climber.step(height)
    return means.detach(), torch.linalg.inv(root() @ root().T).detach()


def covariance(points: Tensor) -> Tensor:
    """Around the mean, divided by the number of points."""
    centred = points - points.mean(0)
    return centred.T @ centred / len(points)


def lowered(classes: Sequence[Tensor], means: Tensor, shared: Tensor, changes: Tensor) -> float:
    """Share of the changes (changes, 2, 2, 2) of means and precision root after which the data are less likely."""
    root = torch.linalg.cholesky(torch.linalg.inv(shared))
    best = log_likelihood(classes, means, root)
    heights = [log_likelihood(classes, means + 0.1 * a, root + 0.02 * b.tril()) for a, b in changes]
    return sum(bool(height < best) for height in heights) / len(changes)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    sizes = torch.tensor([config.water, config.normal], dtype=DOUBLE)
    data = seeds.each(lambda: (draw(0, config.water), draw(1, config.normal)))
    alone, shared_off, wider, lower = [], [], [], []
    variances = torch.zeros(2, 2, seeds.count, dtype=DOUBLE)
    changes = seeds.stack(lambda: torch.randn(50, 2, 2, 2, dtype=DOUBLE)).cpu()
    scales = torch.linspace(0.5, 2, 61, dtype=DOUBLE)
    heights = torch.zeros(len(scales), seeds.count, dtype=DOUBLE)
    for seed, classes in enumerate(data):
        (mean,), spread = climb(classes[:1])
        alone.append(max((mean - classes[0].mean(0)).abs().max().item(),
                         (spread - covariance(classes[0])).abs().max().item()))  # fmt: skip
        means, shared = climb(classes)
        weighted = sum(n * covariance(points) for n, points in zip(sizes, classes, strict=True)) / sizes.sum()
        shared_off.append((shared - weighted).abs().max().item())
        total = covariance(torch.cat(classes))
        wider.append((total.trace() / weighted.trace() - 1).item())
        lower.append(lowered(classes, means, weighted, changes[seed]))
        variances[:, :, seed] = torch.stack([weighted.diag(), total.diag()])
        roots = [torch.linalg.cholesky(torch.linalg.inv(scale * weighted)) for scale in scales]
        heights[:, seed] = torch.stack([log_likelihood(classes, means, root) for root in roots]) / sizes.sum()
        yield Progress(seed + 1, seeds.count)
    for scale, height in zip(scales.tolist(), heights, strict=True):
        yield Metric("log-likelihood", scale, height, chart="log-likelihood a point, the weighted mean times a factor")
    names = ["shared", "all points around one mean"]
    yield Table("Variance of the two attributes", ["", "defence", "special defence"],
                [[name, *variances[k]] for k, name in enumerate(names)])  # fmt: skip
    yield Measured("mean-and-covariance", alone)
    yield Measured("shared-is-weighted", shared_off)
    yield Measured("all-in-one-is-wider", wider)
    yield Measured("others-are-less-likely", lower)

    drawn = seeds.rand(1000, config.uniform).cpu().double()  # (seeds, samples, draws): t = 1
    by_mean, largest = 2 * drawn.mean(2), drawn.amax(2)
    yield Table("Estimates of t = 1 from uniform draws", ["", "root mean square error"],
                [["2 mean (moments)", (by_mean - 1).square().mean(1).sqrt()],
                 ["largest value (likelihood)", (largest - 1).square().mean(1).sqrt()]])  # fmt: skip
    yield Measured("moments-differ-elsewhere", (by_mean < largest).double().mean(1))
