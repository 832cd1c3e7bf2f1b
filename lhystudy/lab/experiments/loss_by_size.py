"""Loss against parameters: a ruler laid on five small models, and a larger model that it did not see.

损失与参数量：用五个小模型画一条线，再拿一个它没见过的大模型来检验。

Real text: prose written for the course, read letter by letter. A network sees six letters and scores the seventh; its
parameters are counted without the letters' vectors. Every size reads equally many pieces, in the same order.

lesson: scaling
quick: steps=20
full: steps=20000 batch=1024 narrowest=16
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from lhystudy.lab.corpus import corpus
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import spelled, windows
from lhystudy.lab.power_law import fit
from lhystudy.lab.seeds import Seeds, cross_entropy

SEEN, VECTOR = 6, 6  # letters that are read, and the numbers that stand for one
FITTED, HELD_OUT = (1, 2, 4, 8, 16), 64  # widths, in units of the narrowest


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 100000, en="training steps of each model", zh="每个模型的训练步数")
    batch: int = param(128, 16, 8192, en="pieces of text a step", zh="每步读的片段数")
    rate: float = param(0.03, 0.0001, 0.1, en="learning rate of Adam at the start", zh="Adam 开始时的学习率")
    narrowest: int = param(2, 1, 256, en="hidden neurons of the smallest model", zh="最小模型的隐藏神经元数")
    corpus: str = param(
        "prose-en", en="text to learn from, or the path of your own", zh="学习的文本，或你自己的文件路径"
    )


CLAIMS = (
    Claim("straight-line", "<", 0.02,
          en="the straight line through the logarithms predicts the larger model to 2%",
          zh="对数坐标里的直线，预言大模型的损失，误差在 2% 以内",
          quantity_en="error of the foretold loss, as a share", quantity_zh="预言损失的相对误差"),
    Claim("too-hopeful", ">", 0.0,
          en="the straight line promises a lower loss than is reached", zh="直线许诺的损失比实际达到的低",
          quantity_en="measured loss minus foretold loss", quantity_zh="实测损失减预言损失"),
    Claim("floor-helps", "<", 0.0,
          en="a power law above a floor predicts better than the straight line", zh="带底的幂律预言得比直线准",
          quantity_en="error with a floor minus error without", quantity_zh="带底的误差减不带底的误差"),
    Claim("exponent-of-giants", "<", 0.096,
          en="the exponent is at most that of published language models, 0.076, and 0.02 more",
          zh="指数不超过公开的语言模型的 0.076 再加 0.02",
          quantity_en="exponent of the straight line", quantity_zh="直线的指数"),
)  # fmt: skip

ZH = {"test loss (nats a letter) by log10 of parameters": "测试损失（每字母奈特；横轴：参数量的 log10）",
      "Loss by size": "规模与损失", "hidden neurons": "隐藏神经元", "parameters": "参数量", "test loss": "测试损失",
      "straight line": "直线", "with a floor": "带底", "The fits": "拟合", "fit": "方式", "exponent": "指数",
      "floor": "底"}  # fmt: skip


def network(symbols: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Embedding(symbols, VECTOR), nn.Flatten(),
                         nn.Linear(SEEN * VECTOR, width), nn.ReLU(), nn.Linear(width, symbols))  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    corpus(config.corpus, lines=100)
    symbols, text = spelled(config.corpus, characters=True)
    texts = seeds.stack(lambda: text.roll(int(torch.randint(len(text), ()))))  # each seed holds out a part of its own
    kept = len(text) // 6
    new = texts[:, -kept:].unfold(1, SEEN + 1, 1)  # (seeds, pieces, letters)
    pieces = [windows(texts[:, :-kept], config.batch, SEEN + 1, seeds) for _ in range(config.steps)]
    sizes, losses = [], []
    for place, times in enumerate((*FITTED, HELD_OUT)):
        models = seeds.network(partial(network, len(symbols), times * config.narrowest))
        adam = torch.optim.Adam(models.parameters(), lr=config.rate)
        falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: 1 - step / config.steps)
        for step, piece in enumerate(pieces):
            loss = cross_entropy(models(piece[:, :, :-1]), piece[:, :, -1])
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            falling.step()
            yield Progress(place * config.steps + step + 1, (len(FITTED) + 1) * config.steps)
        with torch.no_grad():
            losses.append(cross_entropy(models(new[:, :, :-1]), new[:, :, -1]).cpu().double())
        sizes.append(sum(p[0].numel() for p in models.parameters()) - len(symbols) * VECTOR)
        yield Metric("measured", math.log10(sizes[-1]), losses[-1],
                     chart="test loss (nats a letter) by log10 of parameters")  # fmt: skip
    known, small = torch.tensor(sizes[:-1]).double(), torch.stack(losses[:-1], dim=1)
    tries = torch.linspace(0, 0.98, 99).double()[:, None] * small.amin(1)  # floors
    fits = {"straight line": fit(known, small, tries[:1]), "with a floor": fit(known, small, tries)}
    foretold = {name: [floor + factor * size**-exponent for size in sizes]
                for name, (floor, factor, exponent) in fits.items()}  # fmt: skip
    for name, curve in foretold.items():
        for size, value in zip(sizes, curve, strict=True):
            yield Metric(name, math.log10(size), value, chart="test loss (nats a letter) by log10 of parameters")
    yield Table("Loss by size", ["hidden neurons", "parameters", "test loss", *foretold],
                [[times * config.narrowest, *row] for times, *row in
                 zip((*FITTED, HELD_OUT), sizes, losses, *foretold.values(), strict=True)])  # fmt: skip
    yield Table("The fits", ["fit", "floor", "exponent"], [[name, f[0], f[2]] for name, f in fits.items()])
    straight, floored = (curve[-1] for curve in foretold.values())
    yield Measured("straight-line", (straight / losses[-1] - 1).abs())
    yield Measured("too-hopeful", losses[-1] - straight)
    yield Measured("floor-helps", (floored - losses[-1]).abs() - (straight - losses[-1]).abs())
    yield Measured("exponent-of-giants", fits["straight line"][2])
