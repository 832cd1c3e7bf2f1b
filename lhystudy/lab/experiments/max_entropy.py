"""The most uncertain distribution that still fits what is known has the exponential form.

在已知条件下最不确定的分布，长成指数的样子。

lesson: entropy-coding
quick: steps=300
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
    outcomes: int = param(6, 3, 12, en="faces of the die, 1 to N", zh="骰子的面数，1 到 N")
    mean: float = param(2.5, 1.5, 10.5, en="the mean that is known", zh="已知的平均值")
    steps: int = param(600, 100, 5000, en="steps of each search", zh="每次搜索的步数")
    tosses: int = param(200, 20, 5000, en="tosses of the coin", zh="抛硬币的次数")


CLAIMS = (
    Claim("uniform-when-free", "<=", 0.001,
          en="with no further information the equal distribution has most entropy",
          zh="没有别的信息时，等概率的熵最大",
          quantity_en="largest |p - 1/N| after the ascent", quantity_zh="上升之后 |p - 1/N| 的最大值"),
    Claim("equal-under-a-mean", "<=", 0.01,
          en="under a known mean the probabilities still come out equal", zh="知道平均值以后，最大熵仍是等概率",
          quantity_en="largest |p - 1/N| after the ascent", quantity_zh="上升之后 |p - 1/N| 的最大值"),
    Claim("exponential-under-a-mean", "<=", 0.01,
          en="they come out as exp(lambda x)/Z", zh="得到的是 exp(lambda x)/Z",
          quantity_en="largest distance of log p from a straight line in x",
          quantity_zh="log p 与 x 的直线的最大偏差"),
    Claim("low-mean-falls", "<", 0,
          en="for a mean below the plain average the line falls", zh="平均值低于普通平均时，这条线向下",
          quantity_en="slope of log p when the mean is half a face below the middle",
          quantity_zh="平均值比中间低半个面时 log p 的斜率"),
    Claim("likelihood-agrees", "<=", 0.001,
          en="maximum likelihood in the exponential form finds the same distribution",
          zh="指数形式的最大似然找到同一个分布",
          quantity_en="largest difference of the two distributions", quantity_zh="两个分布的最大差"),
    Claim("bernoulli-frequency", "<=", 0.001,
          en="a coin is most likely to have shown its frequency at p = k/n", zh="硬币的似然在 p = k/n 处最大",
          quantity_en="distance of the grid's best p from the mean of y",
          quantity_zh="网格上最好的 p 与 y 的平均之差"),
    Claim("bernoulli-concave", "<", 0,
          en="the coin's log-likelihood is concave", zh="硬币的对数似然是凹的",
          quantity_en="largest second difference on the grid", quantity_zh="网格上最大的二阶差分"),
)  # fmt: skip

ZH = {
    "lambda = {}": "λ = {}", "p(x) when the mean is known": "已知均值时的 p(x)",
    "a coin: log-likelihood against p": "硬币：对数似然随 p 的变化",
    "p(x) of most entropy, mean {}": "熵最大的 p(x)，均值 {}", "nothing known": "一无所知", "mean known": "已知均值",
    "max likelihood": "最大似然",
}  # fmt: skip


def entropy(p: Tensor) -> Tensor:
    return -(p * p.log()).sum()


def most_uncertain(x: Tensor, mean: float | None, steps: int) -> Tensor:
    """The p of largest entropy, by ascent from a random start, with E[x] = mean where a mean is known.

    Nothing is assumed about the form of p: every probability is free. A multiplier grows until the mean is met.
    """
    scores = torch.randn(len(x), dtype=x.dtype, requires_grad=True)
    multiplier = torch.zeros((), dtype=x.dtype)

    def miss() -> Tensor:
        return (torch.softmax(scores, 0) @ x - mean) / x.std() if mean is not None else torch.zeros_like(multiplier)

    def cost() -> Tensor:
        scores.grad = None
        loss = -entropy(torch.softmax(scores, 0)) + multiplier * miss() + 4 * miss() ** 2
        loss.backward()
        return loss

    for _ in range(20):  # rounds of the augmented Lagrangian
        torch.optim.LBFGS([scores], max_iter=steps // 20, line_search_fn="strong_wolfe").step(cost)
        multiplier += 8 * miss().detach()
    return torch.softmax(scores, 0).detach()


def most_likely(x: Tensor, mean: float, steps: int) -> Tensor:
    """The p = exp(lambda x)/Z under which data with this mean are likeliest, by gradient ascent on lambda."""
    slope = torch.zeros((), dtype=x.dtype)
    rate = 4 / (len(x) - 1) ** 2  # the curvature is the variance of x, at most a quarter of its range squared
    for _ in range(steps):
        p = torch.softmax(slope * x, 0)
        slope = slope + rate * (mean - p @ x)  # d/d lambda of (lambda mean - log Z)
    return torch.softmax(slope * x, 0)


def line_through(x: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    """The slopes (seeds,) of the straight lines nearest to log p (seeds, outcomes), and the largest misses (seeds,)."""
    faces = torch.stack([x, torch.ones_like(x)], 1)
    lines = torch.linalg.lstsq(faces, log_p.T).solution  # (2, seeds)
    return lines[0], (log_p - (faces @ lines).T).abs().amax(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = torch.arange(1, config.outcomes + 1, dtype=torch.float64)  # float64 stays on the CPU
    mean = min(config.mean, config.outcomes - 0.5)
    found = []
    for number, known in enumerate((None, mean, x.mean().item() - 0.5)):
        found.append(torch.stack(seeds.each(partial(most_uncertain, x, known, config.steps))))
        yield Progress(number + 1, 3)
    free, bound, low = found  # each (seeds, outcomes)
    likely = most_likely(x, mean, config.steps)

    slope, bend = line_through(x, bound.log())
    for face, chance in zip(x.tolist(), bound.unbind(1), strict=True):
        yield Metric("max entropy", face, chance, chart="p(x) when the mean is known")
    names = [str(int(face)) for face in x]
    yield Figure(f"p(x) of most entropy, mean {mean}", "bars", {"names": names, "values": bound[0].tolist()})
    columns = zip(names, free.unbind(1), bound.unbind(1), likely.tolist(), strict=True)
    rows = [[int(face), *chances] for face, *chances in columns]
    yield Table(f"lambda = {slope[0].item():.4f}", ["x", "nothing known", "mean known", "max likelihood"], rows)

    coin = (seeds.rand(config.tosses).cpu() < 0.3).to(torch.float64)  # (seeds, tosses)
    heads, tails = coin.sum(1, keepdim=True), (1 - coin).sum(1, keepdim=True)
    grid = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    log_likelihood = heads * grid.log() + tails * (1 - grid).log()  # (seeds, p)
    for place in range(49, 950, 9):
        chart = "a coin: log-likelihood against p"
        yield Metric("log-likelihood", grid[place].item(), log_likelihood[:, place], chart=chart)

    yield Measured("uniform-when-free", (free - 1 / config.outcomes).abs().amax(1))
    yield Measured("equal-under-a-mean", (bound - 1 / config.outcomes).abs().amax(1))
    yield Measured("exponential-under-a-mean", bend)
    yield Measured("low-mean-falls", line_through(x, low.log())[0])
    yield Measured("likelihood-agrees", (bound - likely).abs().amax(1))
    yield Measured("bernoulli-frequency", (grid[log_likelihood.argmax(1)] - coin.mean(1)).abs())
    yield Measured("bernoulli-concave", log_likelihood.diff(n=2).amax(1))
