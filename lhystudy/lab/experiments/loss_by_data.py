"""Loss against data: each model stopped at its best, and what four times the text brings beyond the ruler.

损失与数据量：每个模型都停在最好的地方，再看四倍的文本是否落在线上。

Real text: prose written for the course, read letter by letter. Networks of one size learn from the first 1/64, 1/32 …
of the text, over and over. What they are at the best moment is chosen on a second part and measured on a third.

lesson: scaling
quick: steps=20
full: steps=5000 width=256
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
FITTED, HELD_OUT = (64, 32, 16, 8, 4), 1  # the text that is learned from, as one over these


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 100000, en="training steps at most", zh="训练步数的上限")
    batch: int = param(128, 16, 8192, en="pieces of text a step", zh="每步读的片段数")
    rate: float = param(0.02, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")
    width: int = param(32, 1, 4096, en="hidden neurons", zh="隐藏神经元数")
    corpus: str = param(
        "prose-en", en="text to learn from, or the path of your own", zh="学习的文本，或你自己的文件路径"
    )


CLAIMS = (
    Claim("more-data-better", "<", 0.0,
          en="every doubling of the text lowers the loss", zh="文本每翻一倍，损失都降低",
          quantity_en="largest change of the loss at a doubling", quantity_zh="翻一倍时损失变化的最大值"),
    Claim("straight-line", "<", 0.02,
          en="the straight line through the logarithms predicts the loss at four times the text to 2%",
          zh="对数坐标里的直线，预言四倍文本时的损失，误差在 2% 以内",
          quantity_en="error of the foretold loss, as a share", quantity_zh="预言损失的相对误差"),
    Claim("exponent-of-giants", "<", 0.115,
          en="the exponent is at most that of published language models, 0.095, and 0.02 more",
          zh="指数不超过公开的语言模型的 0.095 再加 0.02",
          quantity_en="exponent of the straight line", quantity_zh="直线的指数"),
    Claim("overtrained", ">", 0.1,
          en="on the least text the last step is clearly worse than the best one",
          zh="文本最少时，最后一步明显不如最好的那一步",
          quantity_en="test loss at the last step minus at the best", quantity_zh="最后一步与最好一步的测试损失之差"),
)  # fmt: skip

ZH = {"test loss (nats a letter) by log10 of letters": "测试损失（每字母奈特；横轴：字母数的 log10）",
      "validation loss": "验证损失", "Loss by data": "数据与损失", "letters": "字母数", "best step": "最好的一步",
      "test loss": "测试损失", "at the last step": "最后一步", "straight line": "直线"}  # fmt: skip


def network(symbols: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Embedding(symbols, VECTOR), nn.Flatten(),
                         nn.Linear(SEEN * VECTOR, width), nn.ReLU(), nn.Linear(width, symbols))  # fmt: skip


def line(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Slope and height at x = 0, each (seeds,), of the line of least squares through (points,), (seeds, points)."""
    slope = ((x - x.mean()) * y).sum(1) / (x - x.mean()).square().sum()
    return slope, y.mean(1) - slope * x.mean()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    corpus(config.corpus, lines=100)
    symbols, text = spelled(config.corpus, characters=True)
    texts = seeds.stack(lambda: text.roll(int(torch.randint(len(text), ()))))  # each seed parts it elsewhere
    kept = len(text) // 10
    check, new = (part.unfold(1, SEEN + 1, 1) for part in (texts[:, -2 * kept : -kept], texts[:, -kept:]))
    looks = {round(5 * 1.3**power) for power in range(50)} | {config.steps}  # after which steps to look for the best
    letters, bests, lasts, rows = [], [], [], []
    for place, share in enumerate((*FITTED, HELD_OUT)):
        letters.append(max(2 * SEEN, (len(text) - 2 * kept) // share))
        models = seeds.network(partial(network, len(symbols), config.width))
        adam = torch.optim.Adam(models.parameters(), lr=config.rate)
        least, best, moment = (torch.full((seeds.count,), math.inf, device=seeds.device) for _ in range(3))
        for step in range(config.steps):
            piece = windows(texts[:, : letters[-1]], config.batch, SEEN + 1, seeds)
            loss = cross_entropy(models(piece[:, :, :-1]), piece[:, :, -1])
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step + 1 in looks:
                with torch.no_grad():
                    checked, tested = (cross_entropy(models(part[:, :, :-1]), part[:, :, -1]) for part in (check, new))
                better = checked < least
                least, best = torch.where(better, checked, least), torch.where(better, tested, best)
                moment = torch.where(better, step + 1, moment)
                yield Metric(f"{letters[-1]} letters", step + 1, checked, chart="validation loss")
            yield Progress(place * config.steps + step + 1, (len(FITTED) + 1) * config.steps)
        bests.append(best.cpu().double())
        lasts.append(tested)
        rows.append([letters[-1], moment, best, tested])
        yield Metric("measured", math.log10(letters[-1]), best, chart="test loss (nats a letter) by log10 of letters")
    x, y = torch.tensor(letters).double().log(), torch.stack(bests, dim=1).log()
    slope, height = line(x[:-1], y[:, :-1])
    foretold = [(height + slope * at).exp() for at in x]
    for count, value in zip(letters, foretold, strict=True):
        yield Metric("straight line", math.log10(count), value, chart="test loss (nats a letter) by log10 of letters")
    yield Table("Loss by data", ["letters", "best step", "test loss", "at the last step", "straight line"],
                [[*row, value] for row, value in zip(rows, foretold, strict=True)])  # fmt: skip
    yield Measured("more-data-better", torch.stack(bests[:-1], dim=1).diff(dim=1).amax(1))
    yield Measured("straight-line", (foretold[-1] / bests[-1] - 1).abs())
    yield Measured("exponent-of-giants", -slope)
    yield Measured("overtrained", lasts[0].cpu() - bests[0])
