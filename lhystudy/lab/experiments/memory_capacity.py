"""How many pairs a memory holds: one matrix of fixed size against attention over everything that was stored.

一个记忆装得下几对：大小固定的一个矩阵，对照查遍所有存储的注意力。

Keys and values are synthetic: random directions of `width` numbers, and values of +1 and -1. Each stored key is asked
again, a little off, and what comes back is compared with its value, sign by sign.

lesson: memory-pointer
quick: width=16
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    width: int = param(32, 4, 128, en="entries of a key and of a value", zh="键和值各有几个分量")
    off: float = param(
        0.1, 0.0, 1.0, en="length of the error in a question, keys have 1", zh="提问时的误差长度，键长为 1"
    )
    sharpness: float = param(20.0, 0.1, 200.0, en="factor on the scores before softmax", zh="softmax 之前分数乘的倍数")


CLAIMS = (
    Claim("exact-if-orthogonal", "<", 1e-9,
          en="a matrix holds as many pairs as keys have entries, if the keys stand at right angles",
          zh="键两两垂直时，一个矩阵存得下与键的分量一样多的对",
          quantity_en="largest error of a value, width pairs", quantity_zh="值的最大误差，width 对"),
    Claim("sum-holds-width", ">", 0.99,
          en="with random keys the sum of outer products holds that many as well",
          zh="键是随机的，外积之和也存得下那么多",
          quantity_en="share of signs right, width pairs", quantity_zh="符号对的比例，width 对"),
    Claim("best-holds-width", ">", 0.99,
          en="the best matrix of that size holds that many", zh="同样大小的最好的矩阵，存得下那么多",
          quantity_en="share of signs right, width pairs, exact questions",
          quantity_zh="符号对的比例，width 对，提问无误差"),
    Claim("best-holds-fourfold", ">", 0.99,
          en="and four times as many", zh="四倍那么多也存得下",
          quantity_en="share of signs right, 4 width pairs, exact questions",
          quantity_zh="符号对的比例，4 width 对，提问无误差"),
    Claim("attention-holds-fourfold", ">", 0.99,
          en="attention over the stored pairs recalls four times as many",
          zh="对存下的各对做注意力，四倍那么多也取得回",
          quantity_en="share of signs right, 4 width pairs", quantity_zh="符号对的比例，4 width 对"),
)  # fmt: skip

ZH = {
    "signs right, by pairs stored over width": "符号对的比例，横轴是存储的对数除以 width",
    "Share of signs right": "符号对的比例",
    "pairs / width": "存储的对数 / width", "sum of outer products": "外积之和",
    "best matrix": "最好的矩阵", "attention": "注意力",
    "numbers kept by the matrix": "矩阵存的数", "numbers kept for attention": "注意力存的数",
}  # fmt: skip


def unit(vectors: Tensor) -> Tensor:
    lengths: Tensor = vectors.norm(dim=-1, keepdim=True)
    return vectors / lengths


def right(read: Tensor, values: Tensor) -> Tensor:
    """Share of signs right for each seed: (seeds, pairs, width) twice -> (seeds,)."""
    share: Tensor = (read.sign() == values).double().mean((1, 2))
    return share


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    width = config.width
    square = torch.linalg.qr(seeds.stack(lambda: torch.randn(width, width, dtype=DOUBLE)).cpu())[0]  # orthonormal rows
    signs = 2.0 * seeds.randint(2, (width, width)).cpu().to(DOUBLE) - 1
    held = signs.mT @ square  # the sum of value key' over all pairs: (seeds, width, width)
    yield Measured("exact-if-orthogonal", (square @ held.mT - signs).abs().amax((1, 2)))

    rows = []
    shares: dict[tuple[str, float], Tensor] = {}
    for share in (0.125, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0):
        pairs = int(share * width)
        keys = unit(seeds.stack(lambda pairs=pairs: torch.randn(pairs, width, dtype=DOUBLE)).cpu())  # type: ignore[misc]
        values = 2.0 * seeds.randint(2, (pairs, width)).cpu().to(DOUBLE) - 1
        wrong = unit(seeds.stack(lambda pairs=pairs: torch.randn(pairs, width, dtype=DOUBLE)).cpu())  # type: ignore[misc]
        asked = keys + config.off * wrong
        summed = asked @ (keys.mT @ values)  # (seeds, pairs, width)
        best = keys @ (torch.linalg.pinv(keys) @ values)
        attended = (config.sharpness * asked @ keys.mT).softmax(2) @ values
        for name, read in (("sum", summed), ("best matrix", best), ("attention", attended)):
            shares[name, share] = right(read, values)
            yield Metric(name, share, shares[name, share], chart="signs right, by pairs stored over width")
        rows.append([share, shares["sum", share], shares["best matrix", share], shares["attention", share],
                     width * width, 2 * pairs * width])  # fmt: skip
    yield Table("Share of signs right", ["pairs / width", "sum of outer products", "best matrix", "attention",
                                         "numbers kept by the matrix", "numbers kept for attention"], rows)  # fmt: skip
    yield Measured("sum-holds-width", shares["sum", 1.0])
    yield Measured("best-holds-width", shares["best matrix", 1.0])
    yield Measured("best-holds-fourfold", shares["best matrix", 4.0])
    yield Measured("attention-holds-fourfold", shares["attention", 4.0])
