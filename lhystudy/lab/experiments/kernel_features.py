"""Softmax attention from random features: how many it takes, and what the reordered product is good for.

用随机特征近似 softmax 注意力：要多少个特征，换了次序的乘积有什么用。

Random queries, keys and values; nothing is trained.

lesson: efficient-attention
quick: draws=4
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import elu

from lhystudy.lab.attention import attend, up_to_now
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

LENGTHS = (("half as long", 0.5), ("q and k", 1.0), ("twice as long", 2.0))


@dataclass(frozen=True)
class Config:
    length: int = param(64, 8, 1024, en="vectors in the sequence", zh="序列里的向量数")
    width: int = param(8, 2, 64, en="numbers in a query", zh="query 的维数")
    draws: int = param(16, 1, 200, en="draws of the features that are averaged over", zh="特征抽几次取平均")


CLAIMS = (
    Claim("more-features-closer", ">", 2.5,
          en="sixteen times the features: a quarter of the error", zh="特征多到十六倍，误差约降到四分之一",
          quantity_en="error with 64 features over error with 1024", quantity_zh="64 个与 1024 个特征的误差之比"),
    Claim("short-vectors-are-easy", ">", 2.5,
          en="with q and k half as long, the error falls as 1/sqrt(features)",
          zh="q、k 短一半时，误差按 1/√特征数 下降",
          quantity_en="error with 64 features over error with 1024, half as long",
          quantity_zh="q、k 短一半时，64 个与 1024 个特征的误差之比"),
    Claim("close-at-1024", "<", 0.1,
          en="1024 features come close to softmax", zh="1024 个特征已经接近 softmax",
          quantity_en="error of the output, relative", quantity_zh="输出的相对误差"),
    Claim("long-vectors-are-hard", ">", 3.0,
          en="twice as long q and k make the features far worse", zh="q、k 长一倍，随机特征就差得多",
          quantity_en="error with 1024 features, twice as long over as they are",
          quantity_zh="1024 个特征的误差之比，加倍的比原来的"),
    Claim("elu-is-another-function", ">", 0.1,
          en="phi = elu + 1 does not give softmax's output", zh="φ = elu + 1 给出的不是 softmax 的输出",
          quantity_en="difference of the outputs, relative", quantity_zh="输出的相对差别"),
    Claim("templates-are-enough", "<", 1e-5,
          en="one template a feature, made once, serves every query", zh="每个特征一份模板，算一次，所有 query 都够用",
          quantity_en="largest difference from the full matrix", quantity_zh="与完整矩阵的最大差别"),
    Claim("running-sums", "<", 1e-5,
          en="looking only back, running sums do, as in a recurrent network", zh="只看过去时，累加就够了，像循环网络",
          quantity_en="largest difference from the masked matrix", quantity_zh="与加遮罩的完整矩阵的最大差别"),
)  # fmt: skip

ZH = {
    "log2 of the error against log2 of the features": "误差的 log2，随特征数的 log2",
    "Relative error of the output": "输出的相对误差", "features": "特征数", "q and k": "原来的 q、k",
    "twice as long": "长一倍",
    "half as long": "短一半",
}  # fmt: skip


def random_features(x: Tensor, w: Tensor) -> Tensor:
    """phi(x) with phi(q).phi(k) = exp(q.k) on average: (seeds, draws, n, d), (seeds, draws, m, d) -> (…, n, m)."""
    return (x @ w.mT - x.square().sum(-1, keepdim=True) / 2).exp()


def linear(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """phi(q) (phi(k)^T v), each row divided by its sum of weights; q and k are features already."""
    return (q @ (k.mT @ v)) / (q @ k.sum(-2)[..., None])


def apart(output: Tensor, wanted: Tensor) -> Tensor:
    """The relative distance of two outputs: (seeds, draws, n, d) -> (seeds,)."""
    off: Tensor = (output - wanted).norm(dim=(-2, -1)) / wanted.norm(dim=(-2, -1))
    return off.mean(1)


def one_by_one(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The same looking only back, place by place: all that is remembered is a matrix s and a vector z."""
    s, z, outputs = torch.zeros_like(k.mT @ v), torch.zeros_like(k[:, 0]), []  # (seeds, m, d), (seeds, m)
    for t in range(k.shape[1]):
        s = s + k[:, t, :, None] * v[:, t, None]
        z = z + k[:, t]
        outputs.append((q[:, t, None] @ s)[:, 0] / (q[:, t] * z).sum(1, keepdim=True))
    return torch.stack(outputs, 1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    n, d = config.length, config.width
    q, k, v = seeds.randn(3, n, d).unbind(1)  # (seeds, n, d)
    errors: dict[tuple[str, int], Tensor] = {}
    for power in range(4, 11):
        w = seeds.randn(config.draws, 2**power, d)
        for name, longer in LENGTHS:
            scaled = longer * d**-0.25  # of q and of k: attention divides the product by sqrt(d)
            of_q, of_k = (random_features(scaled * x[:, None], w) for x in (q, k))
            found = linear(of_q, of_k, v[:, None])
            errors[name, 2**power] = apart(found, attend(longer * q, longer * k, v)[0][:, None])
            yield Metric(name, power, errors[name, 2**power].log2(),
                         chart="log2 of the error against log2 of the features")  # fmt: skip
    rows = [[m, *(errors[name, m] for name, _ in LENGTHS)] for m in (16, 64, 256, 1024)]
    yield Table("Relative error of the output", ["features", *(name for name, _ in LENGTHS)], rows)
    yield Measured("more-features-closer", errors["q and k", 64] / errors["q and k", 1024])
    yield Measured("short-vectors-are-easy", errors["half as long", 64] / errors["half as long", 1024])
    yield Measured("close-at-1024", errors["q and k", 1024])
    yield Measured("long-vectors-are-hard", errors["twice as long", 1024] / errors["q and k", 1024])

    softmaxed = attend(q, k, v)[0]
    q, k = elu(q) + 1, elu(k) + 1
    weights = q @ k.mT  # (seeds, n, n): the full matrix, for comparison
    full = weights @ v / weights.sum(2, keepdim=True)
    yield Measured("elu-is-another-function", apart(full[:, None], softmaxed[:, None]))
    templates = torch.einsum("snm,snd->smd", k, v)  # one template of d numbers for each of the features
    mixed = torch.einsum("snm,smd->snd", q, templates) / (q @ k.sum(1)[:, :, None])
    yield Measured("templates-are-enough", (mixed - full).abs().amax((1, 2)))
    masked = weights * up_to_now(n, weights.device)
    back = masked @ v / masked.sum(2, keepdim=True)
    yield Measured("running-sums", (one_by_one(q, k, v) - back).abs().amax((1, 2)))
