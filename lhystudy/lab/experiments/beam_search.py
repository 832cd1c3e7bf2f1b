"""Keeping a few beginnings finds likelier outputs than taking the best word each time.

每一步多留几个开头，比只取最好的词，找得到更可能的输出。

Words follow each other by chances drawn anew for each tree; the likeliest output is known, since all are tried. Greedy
choice and beams of several widths look for it. Synthetic.

lesson: seq2seq-training
quick: trees=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WIDTHS = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class Config:
    trees: int = param(300, 10, 1000, en="trees of chances", zh="概率树的棵数")
    words: int = param(5, 2, 6, en="words in the vocabulary", zh="词表的词数")
    length: int = param(6, 2, 6, en="words in an output", zh="一个输出的词数")
    spread: float = param(1.5, 0.1, 5.0, en="spread of the scores: large is decided", zh="得分的散布：越大越明确")


CLAIMS = (
    Claim("greedy-misses", ">", 0.3,
          en="greedy choice misses the likeliest output in three trees of ten or more",
          zh="十棵树里，贪心至少有三棵找不到最可能的输出",
          quantity_en="share of trees that greedy misses", quantity_zh="贪心没找到的树的比例"),
    Claim("five-find-it", ">", 0.9,
          en="a beam of five finds it in nine of ten",
          zh="束宽为 5，十棵里有九棵找得到",
          quantity_en="share of trees where a beam of five finds it", quantity_zh="束宽 5 找到的树的比例"),
    Claim("wider-finds-more", ">", 0.0,
          en="a beam of two finds it more often than greedy choice",
          zh="束宽为 2，找到的比贪心多",
          quantity_en="share found by a beam of two - by greedy choice",
          quantity_zh="束宽 2 找到的比例 − 贪心找到的比例"),
    Claim("never-beyond-best", "<=", 1e-9,
          en="no beam writes anything likelier than the best of all",
          zh="束再宽，也不会比全部试一遍更好",
          quantity_en="log-probability above the best", quantity_zh="对数概率超出最优的部分"),
)  # fmt: skip

ZH = {
    "share of trees where the likeliest is found": "找到最可能输出的树的比例", "Beams": "束搜索", "beam width": "束宽",
    "found": "找到的比例", "log p below the best": "log p 比最优低",
}  # fmt: skip


def best_of_all(steps: Tensor) -> Tensor:
    """The log-probability of the likeliest output: (trees, length, words, words) -> (trees,).

    Row v of step t holds the log-chances of the next word when word v came before; the first step uses row 0. All
    words ** length outputs are tried.
    """
    totals = steps[:, 0, 0]  # (trees, words)
    for t in range(1, steps.shape[1]):
        words = steps.shape[-1]
        last = torch.arange(totals.shape[1]) % words  # the word with which each beginning ends
        totals = (totals[:, :, None] + steps[:, t][:, last]).flatten(1)  # (trees, words ** (t + 1))
    return totals.amax(1)


def beam(steps: Tensor, width: int) -> Tensor:
    """The log-probability of what a beam writes, which keeps the `width` best beginnings: -> (trees,)."""
    words = steps.shape[-1]
    totals, last = steps[:, 0, 0].topk(min(width, words), dim=1)  # (trees, kept)
    for t in range(1, steps.shape[1]):
        rows = steps[:, t].gather(1, last[:, :, None].expand(-1, -1, words))  # (trees, kept, words)
        longer = (totals[:, :, None] + rows).flatten(1)
        totals, chosen = longer.topk(min(width, longer.shape[1]), dim=1)
        last = chosen % words
    return totals[:, 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    scores = config.spread * seeds.randn(config.trees, config.length, config.words, config.words).cpu().double()
    steps = scores.log_softmax(dim=4)  # (seeds, trees, length, words, words)
    best = torch.stack([best_of_all(one) for one in steps])  # (seeds, trees)
    found: dict[int, Tensor] = {}
    rows, above = [], torch.full((seeds.count,), -torch.inf, dtype=torch.float64)
    for done, width in enumerate(WIDTHS):
        reached = torch.stack([beam(one, width) for one in steps])
        found[width] = (reached > best - 1e-9).double().mean(1)
        above = torch.maximum(above, (reached - best).amax(1))
        yield Metric("beam", width, found[width], chart="share of trees where the likeliest is found")
        rows.append([width, found[width], (best - reached).mean(1)])
        yield Progress(done + 1, len(WIDTHS))
    yield Table("Beams", ["beam width", "found", "log p below the best"], rows)
    yield Measured("greedy-misses", 1 - found[1])
    yield Measured("five-find-it", found[5])
    yield Measured("wider-finds-more", found[2] - found[1])
    yield Measured("never-beyond-best", above)
