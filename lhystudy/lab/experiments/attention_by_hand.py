"""Attention written out in loops: a weighted mean of all values, with a gradient to every input.

用循环写出的注意力：所有值的加权平均，梯度通向每一个输入。

Random vectors in double precision; nothing is learned.

lesson: self-attention
quick: words=4
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    words: int = param(6, 2, 30, en="vectors in the sequence", zh="序列里的向量个数")
    width: int = param(8, 2, 64, en="numbers in a query and a key", zh="查询和键的长度")
    content: int = param(5, 1, 64, en="numbers in a value", zh="值的长度")


CLAIMS = (
    Claim("loops-equal-torch", "<", 1e-10,
          en="a dozen lines of loops give what torch's attention gives", zh="十来行循环算出的与 torch 的注意力相同",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("rows-sum-to-one", "<", 1e-10,
          en="the weights of each output sum to 1", zh="每个输出的权重之和为 1",
          quantity_en="largest distance of a row sum from 1", quantity_zh="行和与 1 的最大差"),
    Claim("inside-the-hull", "<=", 1e-10,
          en="in no direction does an output go farther than the values go",
          zh="朝任何方向看，输出都不会比各个值走得更远",
          quantity_en="largest excess over 200 random directions", quantity_zh="200 个随机方向上超出的最大值"),
    Claim("every-input-reaches", ">", 0.0,
          en="every output has a slope in every input", zh="每个输出对每个输入都有斜率",
          quantity_en="smallest norm of the derivative of one output by one input",
          quantity_zh="一个输出对一个输入的导数，范数的最小值"),
    Claim("soft-has-a-slope", ">", 0.0,
          en="the soft mean changes with every score", zh="软性平均随每个分数而变",
          quantity_en="smallest norm of the derivative by one score", quantity_zh="对一个分数的导数，范数的最小值"),
    Claim("hard-has-none", "<=", 0.0,
          en="taking the top item only does not change when a score moves a little",
          zh="只取最高分的那一个，分数稍动时输出不变",
          quantity_en="largest change when one score moves by 0.000001",
          quantity_zh="一个分数动 0.000001 时输出的最大变化"),
)  # fmt: skip

ZH = {"Attention weights": "注意力权重", "key": "键", "query": "查询"}


def by_loops(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Outputs (seeds, n, e) and weights (seeds, n, n) from q, k (seeds, n, d) and v (seeds, n, e)."""
    words, width = q.shape[1:]
    outputs, rows = [], []
    for i in range(words):
        scores = [(q[:, i] * k[:, j]).sum(1) / width**0.5 for j in range(words)]  # each (seeds,)
        total = sum(score.exp() for score in scores)
        weights = [score.exp() / total for score in scores]
        outputs.append(sum(weights[j][:, None] * v[:, j] for j in range(words)))
        rows.append(torch.stack(weights, dim=1))
    return torch.stack(outputs, dim=1), torch.stack(rows, dim=1)


def slopes(output: Tensor, source: Tensor) -> Tensor:
    """Norms of the derivative of each output row by each source row: (seeds, n, e), (seeds, m, d) -> (seeds, n, m)."""
    squares = [[torch.autograd.grad(output[:, i, c].sum(), source, retain_graph=True)[0].square().sum(2)
                for c in range(output.shape[2])] for i in range(output.shape[1])]  # fmt: skip
    return torch.stack([torch.stack(row).sum(0) for row in squares], dim=1).sqrt()


def hard(scores: Tensor, v: Tensor) -> Tensor:
    """The value of the top score: (seeds, n, n), (seeds, n, e) -> (seeds, n, e)."""
    return v.gather(1, scores.argmax(2, keepdim=True).expand(-1, -1, v.shape[2]))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = seeds.randn(config.words, config.width).cpu().double().requires_grad_()
    w_q, w_k, w_v = (seeds.randn(config.width, size).cpu().double() / config.width**0.5
                     for size in (config.width, config.width, config.content))  # fmt: skip
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    b, weights = by_loops(q, k, v)
    yield Figure("Attention weights", "heat", {"values": weights[0].tolist()}, "key", "query")
    yield Measured("loops-equal-torch", (b - scaled_dot_product_attention(q, k, v)).abs().amax((1, 2)).detach())
    yield Measured("rows-sum-to-one", (weights.sum(2) - 1).abs().amax(1).detach())
    directions = seeds.randn(config.content, 200).cpu().double()
    reach, own = b @ directions, v @ directions  # (seeds, n, 200)
    excess = torch.maximum(reach.amax(1) - own.amax(1), own.amin(1) - reach.amin(1))
    yield Measured("inside-the-hull", excess.amax(1).detach())
    yield Measured("every-input-reaches", slopes(b, x).amin((1, 2)))

    scores = (q @ k.mT / config.width**0.5).detach().requires_grad_()
    soft = scores.softmax(2) @ v.detach()
    # output i knows the scores of row i only: its derivative by score j is w_ij (v_j - b_i)
    by_score = scores.softmax(2)[..., None] * (v[:, None] - soft[:, :, None])  # (seeds, n, n, e)
    yield Measured("soft-has-a-slope", by_score.norm(dim=3).amin((1, 2)).detach())
    moved = [hard(scores + 1e-6 * torch.eye(config.words)[j], v) - hard(scores, v) for j in range(config.words)]
    yield Measured("hard-has-none", torch.stack(moved).abs().amax((0, 2, 3)).detach())
