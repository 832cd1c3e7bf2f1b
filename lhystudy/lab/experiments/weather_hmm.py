"""A weather that nobody sees and a channel's views that everybody sees: a hidden Markov model, sampled.

看不见的天气，看得见的观看数：给一个隐马尔可夫模型抽样。

Synthetic: two kinds of weather, two kinds of days, all tables known.

lesson: hmm-crf
quick: days=2000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.frequencies import information, joint
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    days: int = param(20000, 500, 100000, en="days sampled", zh="抽样的天数")


CLAIMS = (
    Claim("frequencies-match", "<", 0.02,
          en="the frequencies of a long sample are the numbers of the tables", zh="样本够长，频率就是表里的数",
          quantity_en="largest gap of a transition or emission", quantity_zh="转移或发射频率的最大差距"),
    Claim("yesterday-is-enough", "<", 0.03,
          en="once yesterday's weather is known, the day before says nothing more",
          zh="知道了昨天的天气，前天的就不再有用",
          quantity_en="largest change of a frequency by the day before", quantity_zh="前天使频率改变的最大幅度"),
    Claim("observations-independent", "<", 0.001,
          en="the views of two days in a row are independent", zh="相邻两天的观看数互相独立",
          quantity_en="mutual information in bits", quantity_zh="互信息（比特）"),
    Claim("independent-given-weather", "<", 0.001,
          en="they are independent once the weather of both days is known", zh="两天的天气都知道之后，它们才独立",
          quantity_en="mutual information given the weather, in bits", quantity_zh="给定天气时的互信息（比特）"),
    Claim("sum-rule-is-the-union", "<", 0.01,
          en="P(A) + P(B) - P(AB) gives the table of A and B", zh="用 P(A) + P(B) - P(AB) 可以得到 A、B 的联合表",
          quantity_en="largest gap from the counted table", quantity_zh="与实际计数的表的最大差距"),
)  # fmt: skip

ZH = {
    "Sampled against the tables": "抽样与表的对照", "entry": "项", "table": "表里的值", "sampled": "频率",
    "sunny to sunny": "晴到晴", "rainy to rainy": "雨到雨", "many views if sunny": "晴天观看多",
    "many views if rainy": "雨天观看多",
    "the first 30 days: 1 is rain, 1 is many views": "前 30 天：1 表示下雨、观看多",
    "day": "天",
    "P(rain today, many views today)": "P(今天有雨, 今天观看多)", "way": "算法", "value": "值", "counted": "直接数",
    "summed over yesterday": "对昨天求和",
}  # fmt: skip

START = torch.tensor([0.6, 0.4], dtype=torch.float64)  # sunny, rainy on the first day
MOVE = torch.tensor([[0.8, 0.2], [0.4, 0.6]], dtype=torch.float64)  # row: today, column: tomorrow
SHOW = torch.tensor([[0.8, 0.2], [0.3, 0.7]], dtype=torch.float64)  # row: weather, column: few or many views


def sample(days: int) -> Tensor:
    """Weather and views of each day: (2, days) of 0 and 1."""
    luck = torch.rand(2, days).tolist()
    start, move, show = START.tolist(), MOVE.tolist(), SHOW.tolist()
    weather = [int(luck[0][0] > start[0])]
    for chance in luck[0][1:]:
        weather.append(int(chance > move[weather[-1]][0]))
    views = [int(chance > show[state][0]) for state, chance in zip(weather, luck[1], strict=True)]
    return torch.tensor([weather, views])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    both = torch.stack(seeds.each(lambda: sample(config.days)))  # (seeds, 2, days); float64 stays on the CPU
    weather, views = both[:, 0], both[:, 1]
    pairs, emitted = joint(weather[:, :-1], weather[:, 1:]), joint(weather, views)
    move, show = pairs / pairs.sum(2, keepdim=True), emitted / emitted.sum(2, keepdim=True)
    names = ("sunny to sunny", "rainy to rainy", "many views if sunny", "many views if rainy")
    true = (MOVE[0, 0], MOVE[1, 1], SHOW[0, 1], SHOW[1, 1])
    found = (move[:, 0, 0], move[:, 1, 1], show[:, 0, 1], show[:, 1, 1])
    yield Table("Sampled against the tables", ["entry", "table", "sampled"],
                [[name, t.item(), f] for name, t, f in zip(names, true, found, strict=True)])  # fmt: skip
    yield Figure("the first 30 days: 1 is rain, 1 is many views", "heat",
                 {"values": both[0, :, :30].tolist(), "x": [str(day) for day in range(1, 31)],
                  "y": ["weather", "views"]}, "day")  # fmt: skip
    gaps = torch.stack([(move - MOVE).abs().amax((1, 2)), (show - SHOW).abs().amax((1, 2))])
    yield Measured("frequencies-match", gaps.amax(0))
    three = joint(weather[:, :-2], weather[:, 1:-1], weather[:, 2:])  # two days back, yesterday, today
    yield Measured("yesterday-is-enough", (three / three.sum(3, keepdim=True) - move[:, None]).abs().amax((1, 2, 3)))
    yield Measured("observations-independent", information(joint(views[:, :-1], views[:, 1:])))
    full = joint(weather[:, :-1], weather[:, 1:], views[:, :-1], views[:, 1:])
    yield Measured("independent-given-weather", information(full))
    table = joint(weather[:, :-1], weather[:, 1:], views[:, 1:])  # yesterday's weather R, today's weather Y, views O
    summed, counted = table.sum(1), joint(weather[:, 1:], views[:, 1:])
    union = counted.sum(2, keepdim=True) + counted.sum(1, keepdim=True) - counted
    yield Table("P(rain today, many views today)", ["way", "value"],
                [["counted", counted[:, 1, 1]], ["summed over yesterday", summed[:, 1, 1]],
                 ["P(A) + P(B) - P(AB)", union[:, 1, 1]]])  # fmt: skip
    yield Measured("sum-rule-is-the-union", (union - counted).abs().amax((1, 2)))
    yield Progress(1, 1)
