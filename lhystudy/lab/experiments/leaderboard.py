"""The best of many entries looks better on the board than it is.

许多份提交里最好的那份，在榜上看起来比实际更好。

Every entry guesses real digits' parity (even or odd) by pure chance; half of the test digits are public, half private.

lesson: pytorch
quick: entries=20 boards=2
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    entries: int = param(200, 2, 5000, en="entries handed in", zh="提交的份数")
    boards: int = param(20, 1, 200, en="boards over which each seed takes the mean", zh="每个种子对几个榜取平均")


CLAIMS = (
    Claim("public-score-is-inflated", ">", 0.05,
          en="the entry with the best public score has a far lower private one",
          zh="公开分最高的那份，私有分低得多",
          quantity_en="public minus private accuracy of the chosen entry",
          quantity_zh="所选那份的公开准确率减私有准确率"),
    Claim("private-score-is-chance", "<", 0.52,
          en="its private score is mere chance", zh="它的私有分不过是瞎猜的水平",
          quantity_en="private accuracy of the chosen entry",
          quantity_zh="所选那份的私有准确率"),
)  # fmt: skip

ZH = {"accuracy of the entry that leads on the public board": "公开榜上领先的那份的准确率"}


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    odd = (digits().test_labels % 2).to(seeds.device)  # (360,)
    scores = torch.zeros(2, seeds.count, config.entries, dtype=torch.float64)  # public and private, of the leader
    for board in range(config.boards):
        guesses = seeds.randint(2, (config.entries, len(odd)))  # (seeds, entries, 360)
        public, private = ((guesses == odd)[:, :, half::2].cpu().double().mean(2) for half in (0, 1))
        best, _ = public.cummax(1)  # (seeds, entries)
        leader = torch.where(public == best, torch.arange(config.entries), 0).cummax(1).values
        scores += torch.stack([best, private.gather(1, leader)]) / config.boards
        yield Progress(board + 1, config.boards)
    for handed_in in range(0, config.entries, 1 + config.entries // 100):
        for name, score in zip(("public", "private"), scores, strict=True):
            yield Metric(name, handed_in + 1, score[:, handed_in],
                         chart="accuracy of the entry that leads on the public board")  # fmt: skip
    yield Measured("public-score-is-inflated", (scores[0] - scores[1])[:, -1])
    yield Measured("private-score-is-chance", scores[1, :, -1])
