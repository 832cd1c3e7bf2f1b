"""Whether attention measures likeness: queries and keys have maps of their own.

注意力量的是相似度吗：查询和键各有各的映射。

Random vectors and maps in double precision; nothing is learned.

lesson: self-attention
quick: draws=50
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.attention import attend
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    draws: int = param(200, 10, 1000, en="random sequences", zh="随机序列的个数")
    words: int = param(6, 3, 16, en="vectors in a sequence", zh="一个序列里的向量个数")
    width: int = param(8, 3, 64, en="numbers in a vector", zh="向量的长度")


CLAIMS = (
    Claim("linear-maps", "<", 1e-10,
          en="query, key and value of a mixture are the same mixture of queries, keys and values",
          zh="混合向量的查询、键、值，就是各自查询、键、值的同样混合",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("exchange-transposes", "<", 1e-10,
          en="exchanging Wq and Wk transposes the scores", zh="Wq 与 Wk 对调，分数矩阵就转置",
          quantity_en="largest difference from the transpose", quantity_zh="与转置的最大差"),
    Claim("exchange-changes-outputs", ">", 0.1,
          en="it also changes the outputs", zh="输出也随之改变",
          quantity_en="norm of the change over the norm of the outputs", quantity_zh="变化的范数与输出的范数之比"),
    Claim("symmetric-when-tied", "<", 1e-10,
          en="with Wq = Wk the scores are symmetric", zh="令 Wq = Wk，分数就对称",
          quantity_en="largest difference from the transpose", quantity_zh="与转置的最大差"),
    Claim("softmax-breaks-symmetry", ">", 0.1,
          en="after the softmax even tied weights are not symmetric", zh="过了 Softmax，即使 Wq = Wk，权重也不对称",
          quantity_en="largest difference from the transpose", quantity_zh="与转置的最大差"),
    Claim("most-like-itself", ">", 0.99,
          en="tied, every vector scores itself highest", zh="令 Wq = Wk，每个向量给自己的分数最高",
          quantity_en="share of vectors", quantity_zh="这样的向量所占比例"),
    Claim("near-means-alike", ">", 0.5,
          en="when b1 lies within 1% of v2, a1 and a2 are alike", zh="b1 与 v2 相差不到 1% 时，a1 与 a2 相像",
          quantity_en="cosine of a1 and a2 in a case made by hand", quantity_zh="手工造的一例中 a1 与 a2 的余弦",
          seeds=1),
)  # fmt: skip

ZH = {"Scores of one sequence": "一个序列的分数", "key": "键", "query": "查询"}


def by_hand(width: int) -> tuple[Tensor, Tensor, Tensor]:
    """b_1, the values, and the vectors: all orthogonal, with maps that make a_1 look at a_2 only."""
    a = torch.eye(width, dtype=torch.float64)
    w_q = torch.eye(width, dtype=torch.float64)
    w_k = torch.zeros(width, width, dtype=torch.float64)
    w_k[1, 0] = 10 * width**0.5  # the key of a_2 lies where the query of a_1 lies
    v = a.flip(0)
    return attend(a @ w_q, a @ w_k, v)[0][0], v, a


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x, y = (seeds.randn(config.draws, config.words, config.width).cpu().double() for _ in range(2))
    w_q, w_k, w_v = (seeds.randn(config.draws, config.width, config.width).cpu().double() / config.width**0.5
                     for _ in range(3))  # fmt: skip
    mixed = 2 * x - 3 * y
    off = [(mixed @ w - (2 * (x @ w) - 3 * (y @ w))).abs().amax((1, 2, 3)) for w in (w_q, w_k, w_v)]
    yield Measured("linear-maps", torch.stack(off).amax(0))

    q, k, v = x @ w_q, x @ w_k, x @ w_v
    scores, exchanged = q @ k.mT, (x @ w_k) @ (x @ w_q).mT
    yield Figure("Scores of one sequence", "heat", {"values": scores[0, 0].tolist()}, "key", "query")
    yield Measured("exchange-transposes", (exchanged - scores.mT).abs().amax((1, 2, 3)))
    before, after = attend(q, k, v)[0], attend(k, q, v)[0]
    yield Measured("exchange-changes-outputs", (after - before).flatten(1).norm(dim=1) / before.flatten(1).norm(dim=1))

    tied = q @ q.mT
    _, weights = attend(q, q, v)
    yield Measured("symmetric-when-tied", (tied - tied.mT).abs().amax((1, 2, 3)))
    yield Measured("softmax-breaks-symmetry", (weights - weights.mT).abs().amax((1, 2, 3)))
    itself = tied.argmax(3) == torch.arange(config.words)
    yield Measured("most-like-itself", itself.double().mean((1, 2)))

    b_1, values, a = by_hand(config.width)
    far = (b_1 - values[1]).norm() / values[1].norm()
    alike = torch.cosine_similarity(a[0], a[1], dim=0)
    yield Measured("near-means-alike", alike.item() if far < 0.01 else float("nan"))
