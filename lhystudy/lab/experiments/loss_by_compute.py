"""Loss against compute: five sizes get the same number of operations; which one is best depends on how many.

损失与算力：五种大小用同样多的运算；哪一种最好，要看运算有多少。

Real text: prose written for the course, read letter by letter. Compute is 6 operations for each parameter and piece
of text: 2 forward and 4 back. At each budget a parabola through the losses names the best size.

lesson: scaling
quick: compute=0.02
full: compute=20 narrowest=8
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.corpus import corpus
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import spelled, windows
from lhystudy.lab.seeds import Seeds, cross_entropy

SEEN, VECTOR = 6, 6  # letters that are read, and the numbers that stand for one
WIDTHS = (1, 2, 4, 8, 16)  # in units of the narrowest
BUDGETS = (0.1, 0.16, 0.25, 0.4, 0.63, 1.0)  # shares of the whole compute at which the sizes are compared


@dataclass(frozen=True)
class Config:
    compute: float = param(0.5, 0.01, 1e9, en="operations for each size, in 10^9", zh="每种大小的运算次数，单位 10^9")
    batch: int = param(128, 16, 8192, en="pieces of text a step", zh="每步读的片段数")
    rate: float = param(0.02, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")
    narrowest: int = param(4, 1, 256, en="hidden neurons of the smallest model", zh="最小模型的隐藏神经元数")
    corpus: str = param(
        "prose-en", en="text to learn from, or the path of your own", zh="学习的文本，或你自己的文件路径"
    )


CLAIMS = (
    Claim("small-wins-early", "<", 0.0,
          en="with a tenth of the compute the smallest size is better than the largest",
          zh="只有十分之一的算力时，最小的比最大的好",
          quantity_en="loss of the smallest minus loss of the largest", quantity_zh="最小与最大的损失之差"),
    Claim("small-loses-late", ">", 0.0,
          en="with all of it the smallest size is worse than one four times as wide",
          zh="算力用满时，最小的不如宽四倍的",
          quantity_en="loss of the smallest minus loss at four times the width", quantity_zh="最小与四倍宽的损失之差"),
    Claim("best-size-grows", ">", 2.0,
          en="ten times the compute more than doubles the best size", zh="算力十倍，最好的大小增加一倍以上",
          quantity_en="best size at the whole compute over best size at a tenth",
          quantity_zh="最好的大小之比：全部算力比十分之一"),
    Claim("half-and-half", "<", 0.6,
          en="the best size grows at most like the square root of compute, give or take 0.1 in the exponent",
          zh="最好的大小至多随算力的平方根增长，指数放宽 0.1",
          quantity_en="exponent of the best size in compute", quantity_zh="最好的大小对算力的指数"),
)  # fmt: skip

ZH = {"test loss (nats a letter) by log10 of compute": "测试损失（每字母奈特；横轴：运算次数的 log10）",
      "best size by log10 of compute": "最好的大小（横轴：运算次数的 log10）",
      "Loss at equal compute": "同样算力下的损失", "compute / 10^9": "运算 / 10^9", "best size": "最好的大小",
      "{} parameters": "{} 个参数"}  # fmt: skip


def network(symbols: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Embedding(symbols, VECTOR), nn.Flatten(),
                         nn.Linear(SEEN * VECTOR, width), nn.ReLU(), nn.Linear(width, symbols))  # fmt: skip


def lowest(x: Tensor, y: Tensor) -> Tensor:
    """Where the parabola of least squares through (sizes,), (seeds, sizes) is lowest, at most at the outer sizes."""
    powers = torch.stack([x**0, x, x**2], dim=1)  # (sizes, 3)
    _, slope, bend = (torch.linalg.pinv(powers) @ y.T).unbind()  # (seeds,) each
    edge = x[y[:, [0, -1]].argmin(1) * (len(x) - 1)]  # where it has no lowest place, the better end
    return torch.where(bend > 0, (-slope / (2 * bend)).clamp(x[0], x[-1]), edge)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    corpus(config.corpus, lines=100)
    symbols, text = spelled(config.corpus, characters=True)
    texts = seeds.stack(lambda: text.roll(int(torch.randint(len(text), ()))))  # each seed holds out a part of its own
    kept = len(text) // 8
    new = texts[:, -kept:].unfold(1, SEEN + 1, 1)  # (seeds, pieces, letters)
    sizes, losses = [], []
    for place, times in enumerate(WIDTHS):
        models = seeds.network(partial(network, len(symbols), times * config.narrowest))
        sizes.append(sum(p[0].numel() for p in models.parameters()) - len(symbols) * VECTOR)
        adam = torch.optim.Adam(models.parameters(), lr=config.rate)
        price = 6 * sizes[-1] * config.batch / (config.compute * 1e9)  # share of the compute that a step takes
        tests = [max(1, round(share / price)) for share in BUDGETS]  # after which steps
        measured = {}
        for step in range(1, tests[-1] + 1):
            piece = windows(texts[:, :-kept], config.batch, SEEN + 1, seeds)
            loss = cross_entropy(models(piece[:, :, :-1]), piece[:, :, -1])
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step in tests:
                with torch.no_grad():
                    measured[step] = cross_entropy(models(new[:, :, :-1]), new[:, :, -1]).cpu().double()
            yield Progress(place * 100 + 100 * step // tests[-1], len(WIDTHS) * 100)
        losses.append([measured[step] for step in tests])
        for share, value in zip(BUDGETS, losses[-1], strict=True):
            yield Metric(f"{sizes[-1]} parameters", math.log10(share * config.compute * 1e9), value,
                         chart="test loss (nats a letter) by log10 of compute")  # fmt: skip
    x = torch.tensor(sizes).double().log()
    bests = torch.stack([lowest(x, torch.stack(at, dim=1)) for at in zip(*losses, strict=True)], dim=1)
    for share, best in zip(BUDGETS, bests.T, strict=True):
        yield Metric("best size", math.log10(share * config.compute * 1e9), best.exp(),
                     chart="best size by log10 of compute")  # fmt: skip
    yield Table("Loss at equal compute", ["compute / 10^9", *(f"{size} parameters" for size in sizes), "best size"],
                [[share * config.compute, *(row[place] for row in losses), bests[:, place].exp()]
                 for place, share in enumerate(BUDGETS)])  # fmt: skip
    c = torch.tensor(BUDGETS).double().log()
    exponent = ((c - c.mean()) * bests).sum(1) / (c - c.mean()).square().sum()
    yield Measured("small-wins-early", losses[0][0] - losses[-1][0])
    yield Measured("small-loses-late", losses[0][-1] - losses[2][-1])
    yield Measured("best-size-grows", (bests[:, -1] - bests[:, 0]).exp())
    yield Measured("half-and-half", exponent)
