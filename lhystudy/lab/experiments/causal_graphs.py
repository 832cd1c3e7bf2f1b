"""What arrows say: conditions that cut a tie, a condition that makes one, and what data alone cannot tell.

箭头说了什么：有的条件切断关系，有的条件造出关系；还有些事，单看数据分不清。

Synthetic: small graphs that are known, so that every answer can be checked.

lesson: hmm-crf
quick: cases=2000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.frequencies import information, joint
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    cases: int = param(20000, 1000, 200000, en="cases sampled from each graph", zh="每个图抽样的个数")


CLAIMS = (
    Claim("common-cause-is-cut", "<", 0.001,
          en="two effects of one cause are independent given the cause", zh="同一个原因的两个结果，给定原因就独立",
          quantity_en="mutual information given the cause, in bits", quantity_zh="给定原因时的互信息（比特）"),
    Claim("conditioning-cuts-always", "<", 0.001,
          en="two causes of one effect are independent given the effect", zh="同一个结果的两个原因，给定结果也独立",
          quantity_en="mutual information given the effect, in bits", quantity_zh="给定结果时的互信息（比特）"),
    Claim("naive-effect-is-right", "<", 0.02,
          en="the difference of the frequencies is the effect", zh="频率之差就是因果效应",
          quantity_en="distance from the true effect 0.2", quantity_zh="与真效应 0.2 的距离"),
    Claim("adjusted-effect-is-right", "<", 0.02,
          en="adjusted for the common cause it is, with no search for a graph",
          zh="对共同原因作调整就对了，不必搜索图的结构",
          quantity_en="distance from the true effect 0.2", quantity_zh="与真效应 0.2 的距离"),
    Claim("skeleton-is-found", ">", 0.9,
          en="partial correlations find which of four variables are tied directly",
          zh="用偏相关，能找出四个变量里谁与谁直接相连",
          quantity_en="share of the six pairs judged right", quantity_zh="六对变量里判断正确的比例"),
    Claim("arrows-are-found", ">", 0.001,
          en="the likelihood tells x -> y -> z from x <- y <- z", zh="似然分得清 x -> y -> z 与 x <- y <- z",
          quantity_en="difference of log-likelihood, per case", quantity_zh="每个样本对数似然之差"),
    Claim("collider-is-found", ">", 0.01,
          en="it tells x -> y <- z from a chain", zh="似然分得清 x -> y <- z 与链",
          quantity_en="log-likelihood of the collider above the chain, per case",
          quantity_zh="对撞结构比链高出的对数似然（每个样本）"),
)  # fmt: skip

ZH = {"Mutual information in bits": "互信息（比特）", "graph": "图", "a and b": "a 与 b", "given c": "给定 c",
      "a <- c -> b": "a <- c -> b", "a -> c <- b": "a -> c <- b", "Effect of x on y": "x 对 y 的效应", "way": "做法",
      "effect": "效应", "set by hand (true)": "人为设定（真值）", "naive": "直接相减",
      "adjusted": "调整之后"}  # fmt: skip


def ties(luck: Tensor) -> Iterator[Event]:
    """A common cause and a collider, before and after the condition. luck: (3, seeds, cases) in 0..1."""
    cause = luck[0] < 0.5
    fork = (luck[1] < 0.2 + 0.6 * cause, luck[2] < 0.2 + 0.6 * cause)
    left, right = luck[0] < 0.5, luck[1] < 0.5
    alarm = luck[2] < 0.05 + 0.45 * left + 0.45 * right
    found = {
        name: (information(joint(a, b)), information(joint(c, a, b)))
        for name, (a, b, c) in {"a <- c -> b": (*fork, cause), "a -> c <- b": (left, right, alarm)}.items()
    }
    yield Table("Mutual information in bits", ["graph", "a and b", "given c"],
                [[name, *values] for name, values in found.items()])  # fmt: skip
    yield Measured("common-cause-is-cut", found["a <- c -> b"][1])
    yield Measured("conditioning-cuts-always", found["a -> c <- b"][1])


def effects(luck: Tensor) -> Iterator[Event]:
    """z makes both x and y likelier; x itself adds 0.2 to the chance of y."""
    z = luck[0] < 0.5
    x = luck[1] < 0.2 + 0.6 * z
    y = luck[2] < 0.1 + 0.2 * x + 0.5 * z
    table = joint(z, x, y)  # (seeds, z, x, y)
    apart = table.sum(1)
    naive = (apart[:, 1, 1] / apart[:, 1].sum(1)) - (apart[:, 0, 1] / apart[:, 0].sum(1))
    inside = table[..., 1] / table.sum(3)  # P(y | x, z): (seeds, z, x)
    adjusted = ((inside[:, :, 1] - inside[:, :, 0]) * table.sum((2, 3))).sum(1)
    yield Table("Effect of x on y", ["way", "effect"],
                [["set by hand (true)", 0.2], ["naive", naive], ["adjusted", adjusted]])  # fmt: skip
    yield Measured("naive-effect-is-right", (naive - 0.2).abs())
    yield Measured("adjusted-effect-is-right", (adjusted - 0.2).abs())


def separated(cov: Tensor, cases: int) -> Tensor:
    """Pairs of the four variables that some set of the others makes uncorrelated: (seeds, 6) of booleans."""
    answers = []
    for i, j in combinations(range(4), 2):
        others = [v for v in range(4) if v not in (i, j)]
        some = torch.zeros(len(cov), dtype=torch.bool)
        for size in range(3):
            for given in combinations(others, size):
                part = [i, j, *given]
                precision = torch.linalg.inv(cov[:, part][:, :, part])
                r = -precision[:, 0, 1] / (precision[:, 0, 0] * precision[:, 1, 1]).sqrt()
                some |= torch.atanh(r).abs() * (cases - size - 3) ** 0.5 < 2.58  # Fisher's z, 1 %
        answers.append(some)
    return torch.stack(answers, 1)


def fitted(cov: Tensor, parents: tuple[tuple[int, ...], ...]) -> Tensor:
    """Greatest log-likelihood per case of a linear Gaussian graph, but for a constant: each node on its parents."""
    total = torch.zeros(len(cov), dtype=torch.float64)
    for node, above in enumerate(parents):
        left = torch.linalg.det(cov[:, [node, *above]][:, :, [node, *above]])  # rest variance: a ratio of determinants
        total -= 0.5 * (left / (torch.linalg.det(cov[:, list(above)][:, :, list(above)]) if above else 1)).log()
    return total


def covariance(columns: list[Tensor]) -> Tensor:
    rows = torch.stack(columns, 1) - torch.stack(columns, 1).mean(2, keepdim=True)
    return rows @ rows.mT / rows.shape[2]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    luck = seeds.rand(6, config.cases).cpu().transpose(0, 1)
    yield from ties(luck[:3])
    yield from effects(luck[3:])
    noise = seeds.randn(4, config.cases).cpu().double()
    top = noise[:, 0]
    left, right = 0.8 * top + noise[:, 1], 0.6 * top + noise[:, 2]
    diamond = covariance([top, left, right, 0.7 * left + 0.7 * right + noise[:, 3]])
    edge = torch.tensor([True, True, False, False, True, True])  # the pairs 01 02 03 12 13 23
    yield Measured("skeleton-is-found", (separated(diamond, config.cases) != edge).double().mean(1))
    line = covariance([top, left, 0.8 * left + noise[:, 2]])
    forth, back = fitted(line, ((), (0,), (1,))), fitted(line, ((1,), (2,), ()))
    yield Measured("arrows-are-found", (forth - back).abs())
    meeting = covariance([top, noise[:, 1] + 0.8 * top + 0.8 * noise[:, 2], noise[:, 2]])
    yield Measured("collider-is-found", fitted(meeting, ((), (0, 2), ())) - fitted(meeting, ((), (0,), (1,))))
    yield Progress(1, 1)
