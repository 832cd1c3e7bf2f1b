"""What a score does as vectors grow longer, and when the query turns round.

向量变长、查询反向时，分数会怎样。

Entries of queries and keys are independent normal numbers with mean 0 and variance 1; nothing is learned.

lesson: self-attention
quick: draws=60
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

WIDTHS = (4, 16, 64, 256, 1024)


@dataclass(frozen=True)
class Config:
    draws: int = param(200, 20, 1000, en="random queries, each with keys of its own", zh="随机查询的个数，各配一组键")
    keys: int = param(16, 2, 64, en="keys for each query", zh="每个查询的键数")


CLAIMS = (
    Claim("variance-is-d", "<", 0.05,
          en="the variance of q·k is d", zh="q·k 的方差是 d",
          quantity_en="distance of the variance over d from 1, at d = 1024",
          quantity_zh="d = 1024 时，方差与 d 之比离 1 多远"),
    Claim("raw-saturates", "<", 0.5,
          en="without division by the root of d the softmax is nearly all on one key",
          zh="不除以根号 d，Softmax 几乎全压在一个键上",
          quantity_en="mean entropy in nats at d = 1024", quantity_zh="d = 1024 时的平均熵（奈特）"),
    Claim("scaled-stays", "<", 0.1,
          en="divided by the root of d it stays as soft as with short vectors", zh="除以根号 d，仍与短向量时一样柔和",
          quantity_en="change of the mean entropy from d = 4 to d = 1024", quantity_zh="d 从 4 到 1024，平均熵的变化"),
    Claim("dot-turns-round", "<", 1e-10,
          en="turning the query round reverses the ranking of a dot product", zh="查询反向，点积的排名恰好倒过来",
          quantity_en="distance of the rank correlation from -1", quantity_zh="等级相关系数离 -1 多远"),
    Claim("additive-need-not", ">", 0.01,
          en="an additive score may keep the same key on top", zh="加性打分可以让同一个键仍居首位",
          quantity_en="share of random queries for which it does", quantity_zh="随机查询中这种情形的比例"),
)  # fmt: skip

ZH = {
    "Softmax over the keys": "对各个键做 Softmax", "d": "d", "variance of q.k over d": "q·k 的方差除以 d",
    "entropy, raw": "熵，不除", "entropy, scaled": "熵，除以根号 d", "largest slope, raw": "最大斜率，不除",
    "largest slope, scaled": "最大斜率，除以根号 d", "entropy against log2 of d": "熵，随 log2 d",
    "Score of a key for q and for -q": "同一个键对 q 与 -q 的分数",
    "score for q": "对 q 的分数", "score for -q": "对 -q 的分数",
}  # fmt: skip


def entropy(scores: Tensor) -> Tensor:
    """Mean entropy of the softmax of each row of scores (seeds, draws, keys), in nats: (seeds,)."""
    logs = scores.log_softmax(2)
    return -(logs.exp() * logs).sum(2).mean(1)


def largest_slope(scores: Tensor) -> Tensor:
    """Mean over the rows of the largest w (1 - w), the slope of a weight in its own score: (seeds,)."""
    weights = scores.softmax(2)
    return (weights * (1 - weights)).amax(2).mean(1)


def ranks(scores: Tensor) -> Tensor:
    """The place of every score in its row, from 0."""
    return scores.argsort(dim=-1).argsort(dim=-1).double()


def rank_correlation(one: Tensor, other: Tensor) -> Tensor:
    """Mean rank correlation of two sets of scores (seeds, draws, keys): (seeds,)."""
    a, b = (ranks(scores) - (scores.shape[-1] - 1) / 2 for scores in (one, other))
    return ((a * b).sum(-1) / (a * a).sum(-1)).mean(-1).cpu()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows, raw_entropy, scaled_entropy = [], {}, {}
    for d in WIDTHS:
        q, k = seeds.randn(config.draws, 1, d), seeds.randn(config.draws, config.keys, d)
        raw = (q * k).sum(3)  # (seeds, draws, keys)
        scaled = raw / d**0.5
        spread = raw.flatten(1).var(1) / d
        raw_entropy[d], scaled_entropy[d] = entropy(raw), entropy(scaled)
        rows.append([d, spread, raw_entropy[d], scaled_entropy[d], largest_slope(raw), largest_slope(scaled)])
        for name, value in (("raw", raw_entropy[d]), ("scaled", scaled_entropy[d])):
            yield Metric(name, d.bit_length() - 1, value, chart="entropy against log2 of d")
    yield Table("Softmax over the keys", ["d", "variance of q.k over d", "entropy, raw", "entropy, scaled",
                                          "largest slope, raw", "largest slope, scaled"], rows)  # fmt: skip
    yield Measured("variance-is-d", (spread - 1).abs())
    yield Measured("raw-saturates", raw_entropy[1024])
    yield Measured("scaled-stays", (scaled_entropy[4] - scaled_entropy[1024]).abs())

    d = 16
    q, k = seeds.randn(config.draws, 1, d), seeds.randn(config.draws, config.keys, d)
    w_q, w_k, w = seeds.randn(1, d, d) / d**0.5, seeds.randn(1, d, d) / d**0.5, seeds.randn(1, 1, d)
    dot = {sign: sign * (q * k).sum(3) for sign in (1, -1)}
    additive = {sign: ((sign * q @ w_q + k @ w_k).tanh() * w).sum(3) for sign in (1, -1)}
    pairs = {name: torch.stack([s[1][0, :12].flatten(), s[-1][0, :12].flatten()], dim=1).tolist()
             for name, s in (("dot", dot), ("additive", additive))}  # fmt: skip
    yield Figure("Score of a key for q and for -q", "scatter", {"series": pairs}, "score for q", "score for -q")
    yield Measured("dot-turns-round", (rank_correlation(dot[1], dot[-1]) + 1).abs())
    same = additive[1].argmax(2) == additive[-1].argmax(2)
    yield Measured("additive-need-not", same.cpu().double().mean(1))
