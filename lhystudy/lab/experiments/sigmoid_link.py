"""The sigmoid follows from maximum entropy under some constraints; with other data another curve fits better.

S 形函数可以由最大熵在一定约束下得出；换一种数据，别的曲线更合适。

lesson: entropy-coding
quick: rounds=40 points=20
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    points: int = param(40, 10, 200, en="labelled points", zh="带标签的点数")
    rounds: int = param(60, 20, 500, en="rounds of the search for most entropy", zh="搜索最大熵的轮数")
    slope: float = param(1.5, 0.2, 4.0, en="slope of the true curve", zh="真实曲线的斜率")


CLAIMS = (
    Claim("max-entropy-is-logistic", "<=", 0.001,
          en="most entropy under feature-label moments is the logistic fit",
          zh="特征与标签的矩固定时，最大熵就是逻辑回归的解",
          quantity_en="largest difference of the two predictions", quantity_zh="两种预测的最大差"),
    Claim("sigmoid-is-necessary", "<=", 0,
          en="no other curve predicts better than the sigmoid", zh="没有别的曲线比 S 形函数预测得更好",
          quantity_en="nats an example that probit gains on probit data",
          quantity_zh="在 probit 数据上 probit 每例省下的奈特"),
    Claim("probit-gains-little", "<=", 0.002,
          en="but the sigmoid loses very little", zh="不过 S 形函数也亏得极少",
          quantity_en="nats an example that probit gains on probit data",
          quantity_zh="在 probit 数据上 probit 每例省下的奈特"),
)  # fmt: skip

ZH = {
    "search for most entropy": "寻找熵最大的分布", "predicted chance of class 1": "预测的第 1 类概率",
    "expected cross entropy, nats an example": "期望交叉熵，每个样本的奈特数", "curve": "曲线",
    "on probit data": "在 probit 数据上",
}  # fmt: skip


def normal_cdf(z: Tensor) -> Tensor:
    return 0.5 * torch.erfc(-z / 2**0.5)


def cross_entropy(y: Tensor, f: Tensor) -> Tensor:
    return -(torch.xlogy(y, f) + torch.xlogy(1 - y, 1 - f)).mean()


def fit(features: Tensor, y: Tensor, link: str) -> Tensor:
    """The weights w that make link(features w) likeliest; y may be labels or probabilities."""
    w = torch.zeros(features.shape[1], dtype=features.dtype, requires_grad=True)
    curve = torch.sigmoid if link == "sigmoid" else normal_cdf
    optimizer = torch.optim.LBFGS([w], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = cross_entropy(y, curve(features @ w).clamp(1e-12, 1 - 1e-12))
        value.backward()
        return value

    optimizer.step(loss)
    return w.detach()


def most_uncertain(features: Tensor, y: Tensor, start: Tensor, rounds: int) -> Iterator[tuple[Tensor, float]]:
    """The free predictions f_n of largest entropy with features^T f = features^T y, and how far the moments are off.

    Each f_n is a number of its own: no formula ties it to the features. One pair for each round of the search.
    """
    scores = start.clone().requires_grad_()
    multipliers = torch.zeros(features.shape[1], dtype=y.dtype)

    def cost() -> Tensor:
        scores.grad = None
        f = torch.sigmoid(scores)  # keeps every f between 0 and 1, each with a score of its own
        miss = features.T @ (f - y)
        loss = -len(y) * cross_entropy(f, f) + multipliers @ miss + (miss**2).sum()
        loss.backward()
        return loss

    for _ in range(rounds):
        torch.optim.LBFGS([scores], max_iter=60, tolerance_grad=1e-12, line_search_fn="strong_wolfe").step(cost)
        f = torch.sigmoid(scores).detach()
        miss = features.T @ (f - y)
        multipliers += 2 * miss
        yield f, miss.abs().max().item()


def labelled(config: Config) -> tuple[Tensor, Tensor, Tensor]:
    """Points x, their labels y, and where the search starts: (points,) each. Runs once a seed."""
    x = torch.randn(config.points, dtype=torch.float64)
    y = (torch.rand(config.points) < torch.sigmoid(config.slope * x - 0.5)).to(torch.float64)
    y[x.argmin()], y[x.argmax()] = 1, 0  # the classes overlap, so the fit is finite
    return x, y, torch.randn(config.points, dtype=torch.float64)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    logistic, searches = [], []  # one a seed, each by itself: LBFGS would mix the seeds. float64 stays on the CPU
    drawn = seeds.each(partial(labelled, config))
    for x, y, start in drawn:
        features = torch.stack([x, torch.ones_like(x)], 1)  # (points, 2)
        logistic.append(torch.sigmoid(features @ fit(features, y, "sigmoid")))
        searches.append(most_uncertain(features, y, start, config.rounds))
    for done, found in enumerate(zip(*searches, strict=True)):  # a round of every seed's search
        predicted, misses = zip(*found, strict=True)
        distance = (torch.stack(predicted) - torch.stack(logistic)).abs().amax(1)  # (seeds,)
        yield Metric("moments off by", done, misses, chart="search for most entropy")
        yield Metric("distance from logistic", done, distance, chart="search for most entropy")
        yield Progress(done + 1, config.rounds)
    curves = {"max entropy": predicted[0], "logistic": logistic[0]}
    series = {name: torch.stack([drawn[0][0], f], 1).tolist() for name, f in curves.items()}
    yield Figure("predicted chance of class 1", "scatter", {"series": series}, "x", "p")

    # Endless data: the loss expected under the true curve, over a fine grid of standard normal x.
    x = torch.special.ndtri((torch.arange(4000, dtype=torch.float64) + 0.5) / 4000)
    features = torch.stack([x, torch.ones_like(x)], 1)
    truth = normal_cdf(config.slope * x - 0.3)
    losses = {
        "probit": cross_entropy(truth, normal_cdf(features @ fit(features, truth, "probit"))).item(),
        "sigmoid": cross_entropy(truth, torch.sigmoid(features @ fit(features, truth, "sigmoid"))).item(),
    }
    rows = [[curve, nats] for curve, nats in losses.items()]
    yield Table("expected cross entropy, nats an example", ["curve", "on probit data"], rows)
    gain = losses["sigmoid"] - losses["probit"]
    yield Measured("max-entropy-is-logistic", distance)
    yield Measured("sigmoid-is-necessary", gain)
    yield Measured("probit-gains-little", gain)
