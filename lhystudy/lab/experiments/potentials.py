"""Potentials are scores, not probabilities: what a Markov random field says, checked by adding up every case.

势函数是分数，不是概率：把每种情形都加起来，看马尔可夫随机场说了什么。

Small random fields (synthetic) of three and four variables, in double precision.

lesson: hmm-crf
quick: steps=100
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.frequencies import information
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    values: int = param(3, 2, 6, en="values that a variable can take", zh="每个变量的取值个数")
    steps: int = param(400, 20, 5000, en="steps of fitting the cycle", zh="拟合四元环的步数")


CLAIMS = (
    Claim("chain-separates", "<", 1e-12,
          en="in a chain a - b - c the ends are independent given b", zh="在链 a - b - c 里，给定 b，两端独立",
          quantity_en="largest gap of P(a,c|b) from P(a|b) P(c|b)", quantity_zh="P(a,c|b) 与 P(a|b) P(c|b) 的最大差"),
    Claim("potentials-are-probabilities", "<", 0.01,
          en="a potential, divided by its sum, is the distribution of its clique",
          zh="势函数除以自己的总和，就是这个团的分布",
          quantity_en="largest gap from P(a, b)", quantity_zh="与 P(a, b) 的最大差"),
    Claim("seven-times-the-same", "<", 1e-12,
          en="a potential multiplied by 7 leaves the distribution as it was", zh="把一个势函数乘 7，分布不变",
          quantity_en="largest change of a probability", quantity_zh="概率的最大变化"),
    Claim("neighbours-separate", "<", 1e-12,
          en="in a cycle of four, opposite corners are independent given both neighbours",
          zh="在四元环里，给定两个邻居，对角的两个独立",
          quantity_en="mutual information in bits", quantity_zh="互信息（比特）"),
    Claim("one-neighbour-separates", "<", 0.001,
          en="one of the two neighbours is enough", zh="只给定其中一个邻居就够了",
          quantity_en="mutual information in bits", quantity_zh="互信息（比特）"),
    Claim("observed-minus-expected", "<", 1e-10,
          en="the gradient of the log-likelihood is observed minus expected features",
          zh="对数似然的梯度，等于特征的观测值减期望值",
          quantity_en="largest gap from autograd", quantity_zh="与自动求导的最大差"),
    Claim("counting-fits-the-cycle", "<", 0.01,
          en="counted pairs, used as potentials, give the distribution of the cycle",
          zh="把数出来的成对频率当势函数，就得到环的分布",
          quantity_en="KL in bits from the true distribution", quantity_zh="与真分布的 KL（比特）"),
    Claim("climbing-fits-the-cycle", "<", 0.001,
          en="climbing by observed minus expected does", zh="沿“观测减期望”往上爬，才得到",
          quantity_en="KL in bits from the true distribution", quantity_zh="与真分布的 KL（比特）"),
)  # fmt: skip

ZH = {"KL in bits while fitting a cycle": "拟合四元环时的 KL（比特）", "A pair in the chain": "链里的一对",
      "source": "来源", "P(a=1, b=1)": "P(a=1, b=1)", "potential over its sum": "势函数除以总和",
      "marginal": "边缘分布", "sum of the potential": "势函数的总和"}  # fmt: skip

EDGES = ((0, 1), (1, 2), (2, 3), (3, 0))


def field(scores: Tensor) -> Tensor:
    """P(x0, x1, x2, x3) of a cycle from the scores of its four pairs: (seeds, 4, K, K) -> (seeds, K, K, K, K)."""
    total = scores[:, 0, :, :, None, None] + scores[:, 1, None, :, :, None]
    total = total + scores[:, 2, None, None] + scores[:, 3].mT[:, :, None, None, :]
    return torch.softmax(total.flatten(1), 1).view_as(total)


def pairs(p: Tensor) -> Tensor:
    """The distributions of the four pairs: (seeds, K, K, K, K) -> (seeds, 4, K, K)."""
    found = [p.sum([1 + axis for axis in range(4) if axis not in edge]) for edge in EDGES]
    return torch.stack([*found[:3], found[3].mT], 1)  # the last pair is (x3, x0)


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || q) of each seed in bits."""
    return (p * torch.log2(p / q)).flatten(1).sum(1)


def chain(ab: Tensor, bc: Tensor) -> Iterator[Event]:
    """Claims about a - b - c with the potentials ab and bc, each (seeds, K, K)."""
    product = ab[:, :, :, None] * bc[:, None]  # (seeds, a, b, c)
    p = product / product.sum((1, 2, 3), keepdim=True)
    b = p.sum((1, 3), keepdim=True)
    apart = p.sum(3, keepdim=True) / b * (p.sum(1, keepdim=True) / b)
    yield Measured("chain-separates", (p / b - apart).abs().amax((1, 2, 3)))
    shares = ab / ab.sum((1, 2), keepdim=True)
    yield Table("A pair in the chain", ["source", "P(a=1, b=1)"],
                [["potential over its sum", shares[:, 0, 0]], ["marginal", p.sum(3)[:, 0, 0]],
                 ["sum of the potential", ab.sum((1, 2))]])  # fmt: skip
    yield Measured("potentials-are-probabilities", (shares - p.sum(3)).abs().amax((1, 2)))
    larger = 7 * product
    yield Measured("seven-times-the-same", (larger / larger.sum((1, 2, 3), keepdim=True) - p).abs().amax((1, 2, 3)))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    k = config.values
    scores = seeds.stack(lambda: torch.randn(6, k, k, dtype=DOUBLE)).cpu()
    yield from chain(scores[:, 4].exp(), scores[:, 5].exp())
    truth = field(scores[:, :4])
    yield Measured("neighbours-separate", information(truth.permute(0, 2, 4, 1, 3)))  # given x1 and x3
    yield Measured("one-neighbour-separates", information(truth.sum(4).permute(0, 2, 1, 3)))  # given x1 alone

    observed = pairs(truth)  # a likelihood of endless data: each case counts as often as it is probable
    w = torch.zeros_like(observed, requires_grad=True)
    for step in range(config.steps):
        p = field(w)
        loss = -(truth * p.log()).flatten(1).sum(1)
        (gradient,) = torch.autograd.grad(loss.sum(), w)
        by_hand = observed - pairs(p.detach())
        if step == config.steps // 4:
            yield Measured("observed-minus-expected", (by_hand + gradient).abs().amax((1, 2, 3)))
        with torch.no_grad():
            w += 2.0 * by_hand
        if step % (1 + config.steps // 100) == 0:
            yield Metric("climbing", step, divergence(truth, p.detach()), chart="KL in bits while fitting a cycle")
        yield Progress(step + 1, config.steps)
    counted = divergence(truth, field(observed.log()))
    for step in (0, config.steps - 1):
        yield Metric("counting", step, counted, chart="KL in bits while fitting a cycle")
    yield Measured("counting-fits-the-cycle", counted)
    yield Measured("climbing-fits-the-cycle", divergence(truth, field(w.detach())))
