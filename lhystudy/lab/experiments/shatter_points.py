"""Infinitely many lines, few ways to part the points: labelings counted one by one.

直线有无穷多条，分点的方式却很少：一种一种数出来。

Random points, no data. Every labeling that a line can give to points in general position is found by the line through
two of them, moved by a hair; a hundred thousand random lines check that none is missing.

lesson: learning-theory
quick: lines=2000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

MOST = 12  # points


@dataclass(frozen=True)
class Config:
    lines: int = param(100000, 1000, 1000000, en="random lines", zh="随机直线的条数")


CLAIMS = (
    Claim("all-of-three", ">=", 8.0,
          en="a line can give three points all 8 labelings", zh="三个点的 8 种标法，直线全做得到",
          quantity_en="labelings found", quantity_zh="找到的标法数"),
    Claim("three-in-a-row", "<=", 6.0,
          en="of three points in a row it gives only 6", zh="三点共线，就只有 6 种",
          quantity_en="labelings found", quantity_zh="找到的标法数"),
    Claim("not-all-of-four", "<=", 14.0,
          en="of four points it gives at most 14 of 16", zh="四个点的 16 种，最多做到 14 种",
          quantity_en="labelings found", quantity_zh="找到的标法数"),
    Claim("growth-is-a-square", "<=", 0.0,
          en="of N points it gives N^2 - N + 2, far fewer than 2^N", zh="N 个点有 N² - N + 2 种，远少于 2^N",
          quantity_en="largest difference from that, N = 2 to 12", quantity_zh="N = 2 到 12，与它相差的最大值"),
    Claim("random-lines-find-no-other", "<=", 0.0,
          en="no random line gives one that was not counted", zh="随机直线没有给出漏数的标法",
          quantity_en="labelings found by random lines alone", quantity_zh="只有随机直线才找到的标法数"),
    Claim("plus-one-point-per-dimension", ">=", 1.0,
          en="in d dimensions d + 1 points can have all labelings, d = 1 to 8",
          zh="d 维空间里，d + 1 个点可以有全部标法，d = 1 到 8",
          quantity_en="share of the labelings that weights written down give",
          quantity_zh="直接写出的权重做到的比例", seeds=1),
    Claim("a-sine-has-no-limit", ">=", 1.0,
          en="a single parameter can be too much: sin(w x) gives 10 points all labelings",
          zh="一个参数也可能太多：sin(w x) 能给 10 个点全部标法",
          quantity_en="share of the 1024 labelings", quantity_zh="1024 种标法中做到的比例", seeds=1),
)  # fmt: skip

ZH = {"labelings": "标法数", "N": "N",
      "Four points, and a labeling that no line gives": "四个点，和一种直线做不到的标法",
      "Labelings of N points": "N 个点的标法数", "by a line": "直线做到", "all": "全部"}  # fmt: skip


def by_pairs(points: Tensor) -> set[tuple[bool, ...]]:
    """All labelings by lines of points (n, 2) in general position.

    A line that parts them can be moved until it touches two; these two may then fall on either side.
    """
    found = set()
    for i, j in combinations(range(len(points)), 2):
        x, y = (points - points[i]).unbind(1)
        way = points[j] - points[i]
        side = (way[0] * y - way[1] * x > 0).tolist()
        for first, second in product((True, False), repeat=2):
            side[i], side[j] = first, second
            found |= {tuple(side), tuple(not s for s in side)}
    return found


def by_chance(points: Tensor, lines: int) -> set[tuple[bool, ...]]:
    """Labelings by random lines, each through a random place of the square."""
    angle = 2 * torch.pi * torch.rand(lines, dtype=torch.float64)
    normal = torch.stack([angle.cos(), angle.sin()])  # (2, lines)
    place = 3 * torch.rand(2, lines, dtype=torch.float64) - 1
    labels = points @ normal > (normal * place).sum(0)  # (n, lines)
    codes = (labels.T * 2 ** torch.arange(len(points))).sum(1).unique().tolist()
    return {tuple(bool(code >> k & 1) for k in range(len(points))) for code in codes}


def corners(d: int) -> float:
    """Share of the 2^(d+1) labelings of 0 and the d unit vectors that the weights b = y_0, w_i = y_i - y_0 give."""
    labels = torch.tensor(list(product((-1.0, 1.0), repeat=d + 1)))  # (2^(d+1), d + 1)
    points = torch.cat([torch.zeros(1, d), torch.eye(d)])
    values = (labels[:, 1:] - labels[:, :1]) @ points.T + labels[:, :1]
    share: float = (values.sign() == labels).all(1).double().mean().item()
    return share


def sine(n: int) -> float:
    """Share of the labelings of the points 10^-1 to 10^-n that sin(w x) > 0 gives for one w each.

    w = pi (1 + sum of 10^i over the points i that are to be negative): Vapnik's example, here in whole multiples of pi,
    so that the sign is exact: w x / pi = m / 10^i, and sin is positive where the fraction of m / (2 10^i) is below 1/2.
    """
    right = 0
    for negative in product((0, 1), repeat=n):
        m = 1 + sum(10**i for i, chosen in enumerate(negative, 1) if chosen)
        said = [int(m % (2 * 10**i) >= 10**i) for i in range(1, n + 1)]
        right += said == list(negative)
    return right / (1 << n)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    points = seeds.stack(lambda: torch.rand(MOST, 2, dtype=torch.float64)).cpu()
    counted = [[by_pairs(cloud[:n]) for n in range(2, MOST + 1)] for cloud in points]  # for each seed
    yield Progress(1, 3)
    rows = []
    for n in range(2, MOST + 1):
        found = [len(sets[n - 2]) for sets in counted]
        rows.append([n, found, 2**n])
        yield Metric("by a line", n, found, chart="labelings")
        if n <= 8:
            yield Metric("all", n, 2**n, chart="labelings")
    yield Table("Labelings of N points", ["N", "by a line", "all"], rows)
    yield Measured("all-of-three", [len(sets[1]) for sets in counted])
    in_a_row = seeds.each(lambda: by_chance(torch.rand(3, 1, dtype=torch.float64).expand(3, 2), config.lines))
    yield Measured("three-in-a-row", [len(found) for found in in_a_row])
    yield Measured("not-all-of-four", [len(sets[2]) for sets in counted])
    apart = [max(abs(len(found) - (n * n - n + 2)) for n, found in enumerate(sets, 2)) for sets in counted]
    yield Measured("growth-is-a-square", apart)
    clouds = iter(points)
    chance = seeds.each(lambda: by_chance(next(clouds), config.lines))
    yield Measured("random-lines-find-no-other",
                   [len(found - sets[-1]) for found, sets in zip(chance, counted, strict=True)])  # fmt: skip
    yield Progress(2, 3)
    four = points[0, :4]
    missing = next(label for label in product((True, False), repeat=4) if label not in counted[0][2])
    series = {name: four[torch.tensor(missing) == side].tolist() for name, side in (("plus", True), ("minus", False))}
    yield Figure("Four points, and a labeling that no line gives", "scatter", {"series": series})
    yield Measured("plus-one-point-per-dimension", min(corners(d) for d in range(1, 9)))
    yield Measured("a-sine-has-no-limit", sine(10))
    yield Progress(3, 3)
