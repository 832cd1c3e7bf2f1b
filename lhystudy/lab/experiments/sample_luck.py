"""How often a sample misleads: Hoeffding's bound, many candidate functions, and how much data is enough.

样本骗人的机会有多大：霍夫丁的界、许多候选函数，以及多少数据才够。

Simulated errors: a fixed function of true error p is wrong on Binomial(N, p) of N examples, so that number is drawn
directly. A sample is misleading if training and true error of some candidate differ by more than epsilon.

lesson: learning-theory
quick: draws=200 candidates=1000
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

SIZES = (20, 50, 100, 200, 300, 500)  # N
COUNTS = (1, 10, 100)  # |H|
DELTA, NEAR = 0.1, 0.1  # how much data is enough: chance of a misleading sample, and its epsilon


@dataclass(frozen=True)
class Config:
    draws: int = param(1000, 100, 100000, en="training sets drawn for each setting", zh="每种设定抽的训练集个数")
    p: float = param(0.3, 0.0, 1.0, en="true error of each function", zh="每个函数的真实错误率")
    epsilon: float = param(0.15, 0.01, 0.5, en="how far a training error may stray", zh="训练错误率允许偏离多少")
    candidates: int = param(10000, 10, 50000, en="candidates for the needed N", zh="求所需 N 时的候选函数个数")


CLAIMS = (
    Claim("tail-below-bound", "<=", 1.0,
          en="one fixed function strays less often than Hoeffding's bound says",
          zh="固定一个函数，走偏的次数不超过霍夫丁的界",
          quantity_en="largest frequency over its bound, six N", quantity_zh="六个 N 中频率与界之比的最大值"),
    Claim("tail-is-tiny", "<", 0.05,
          en="at N = 50 that is rare", zh="N = 50 时很少走偏",
          quantity_en="frequency of straying at N = 50", quantity_zh="N = 50 时走偏的频率"),
    Claim("bound-is-loose", ">", 5.0,
          en="the bound says several times more", zh="界比实际大好几倍",
          quantity_en="bound over frequency at N = 50", quantity_zh="N = 50 时界与频率之比"),
    Claim("more-candidates-mislead", ">", 0.8,
          en="among a hundred independent functions one nearly always misleads",
          zh="一百个互相独立的函数里，几乎总有一个骗人",
          quantity_en="frequency of a misleading sample, N = 50", quantity_zh="N = 50 时样本骗人的频率"),
    Claim("union-bound-holds", "<=", 1.0,
          en="never more often than |H| 2 exp(-2 N epsilon^2)", zh="不会比 |H| 2 exp(-2 N ε²) 更频繁",
          quantity_en="largest frequency over min(1, bound)", quantity_zh="频率与 min(1, 界) 之比的最大值"),
    Claim("more-data-help", "<", 0.01,
          en="with ten times as much data the hundred hardly ever mislead", zh="数据多十倍，一百个函数几乎不再骗人",
          quantity_en="frequency of a misleading sample, N = 500", quantity_zh="N = 500 时样本骗人的频率"),
    Claim("formula-is-enough", "<=", 0.1,
          en="the N of the formula is enough for ten thousand functions", zh="一万个函数，公式给的 N 足够",
          quantity_en="frequency of a misleading sample there, wanted 0.1", quantity_zh="那里样本骗人的频率，要求 0.1"),
    Claim("formula-not-wasteful", "<", 2.0,
          en="it asks for less than twice what is needed", zh="它要的数据不到实际需要的两倍",
          quantity_en="N of the formula over the least N that is enough",
          quantity_zh="公式的 N 与够用的最小 N 之比", seeds=1),
    Claim("alike-as-independent", ">", 0.8,
          en="a hundred thresholds on one quantity mislead as often as a hundred independent functions",
          zh="同一个量上的一百个阈值，与一百个独立函数一样容易骗人",
          quantity_en="frequency at N = 50 over that of independent ones", quantity_zh="N = 50 时的频率与独立函数之比"),
)  # fmt: skip

ZH = {"N": "N", "frequency of a misleading sample": "样本骗人的频率", "Misleading samples": "骗人的样本", "|H|": "|H|",
      "frequency": "频率", "bound": "界", "How much data is enough": "多少数据才够", "candidates": "候选个数",
      "N of the formula": "公式的 N", "least N": "够用的最小 N", "frequency there": "那里的频率"}  # fmt: skip


def strays(wrong: Tensor, n: int, p: float | Tensor, epsilon: float) -> Tensor:
    """Whether training and true error differ by more than epsilon; a difference of exactly epsilon is none."""
    return (wrong / n - p).abs() > epsilon + 1e-9


def misleading(seeds: Seeds, n: int, candidates: int, draws: int, p: float, epsilon: float) -> Tensor:
    """Share of the training sets of size n that mislead about one of independent candidates: (seeds,)."""

    def one_seed() -> Tensor:
        chance = torch.full((draws, candidates), p)
        return strays(torch.binomial(torch.full_like(chance, n), chance), n, p, epsilon).any(1).float().mean()

    return seeds.stack(one_seed)


def thresholds_mislead(config: Config, seeds: Seeds, n: int, candidates: int) -> Tensor:
    """The same for functions "x >= h" that are wrong where x lies between 0 and h; x is even on 0..1: (seeds,).

    Their true errors h are spread over 0 to 2 p, so that the mean is p as before.
    """
    error = torch.linspace(0, min(1.0, 2 * config.p), candidates, device=seeds.device)
    x = seeds.rand(config.draws, n).sort(dim=2).values
    wrong = torch.searchsorted(x, error.expand(*x.shape[:2], -1).contiguous())  # how many x lie below each h
    return strays(wrong, n, error, config.epsilon).any(2).float().mean(1)


def bound(candidates: int, n: int, epsilon: float) -> float:
    """Hoeffding's inequality and the union bound: |H| 2 exp(-2 N epsilon^2)."""
    return candidates * 2 * math.exp(-2 * n * epsilon**2)


def exactly(candidates: int, n: int, p: float, epsilon: float) -> float:
    """The probability of a misleading sample for independent candidates, from the binomial distribution."""
    k = torch.arange(n + 1, dtype=torch.float64)
    size = torch.tensor(float(n), dtype=torch.float64)
    ways = (size + 1).lgamma() - (k + 1).lgamma() - (size - k + 1).lgamma()
    mass = (ways + k * math.log(p) + (size - k) * math.log(1 - p)).exp()
    one = min(mass[strays(k, n, p, epsilon)].sum().item(), 1 - 1e-12)  # rounding may pass 1
    return -math.expm1(candidates * math.log1p(-one))


def enough(candidates: int, formula: int) -> int:
    """The least N from which on every N is enough. Errors are multiples of 1/N: the chance does not fall steadily."""
    return 1 + next((n for n in range(formula, 0, -1) if exactly(candidates, n, 0.5, NEAR) > DELTA), 0)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    frequency: dict[tuple[int, int], Tensor] = {}
    rows: list[list[object]] = []
    for candidates in COUNTS:
        for n in SIZES:
            there = misleading(seeds, n, candidates, config.draws, config.p, config.epsilon)
            frequency[candidates, n] = there
            rows.append([candidates, n, there, bound(candidates, n, config.epsilon)])
            yield Metric(f"|H| = {candidates}", n, there, chart="frequency of a misleading sample")
            yield Progress(len(rows), len(COUNTS) * len(SIZES) + 2)
    yield Table("Misleading samples", ["|H|", "N", "frequency", "bound"], rows)
    ratio = {pair: there / min(1.0, bound(*pair, config.epsilon)) for pair, there in frequency.items()}
    yield Measured("tail-below-bound", torch.stack([ratio[1, n] for n in SIZES]).amax(0))
    yield Measured("tail-is-tiny", frequency[1, 50])
    yield Measured("bound-is-loose", bound(1, 50, config.epsilon) / frequency[1, 50].clamp(min=1 / config.draws))
    yield Measured("more-candidates-mislead", frequency[100, 50])
    yield Measured("union-bound-holds", torch.stack(list(ratio.values())).amax(0))
    yield Measured("more-data-help", frequency[100, 500])

    formula = math.ceil(math.log(2 * config.candidates / DELTA) / (2 * NEAR**2))
    least = enough(config.candidates, formula)
    there = misleading(seeds, formula, config.candidates, config.draws // 20, 0.5, NEAR)
    yield Table("How much data is enough", ["candidates", "N of the formula", "least N", "frequency there"],
                [[config.candidates, formula, least, there]])  # fmt: skip
    yield Measured("formula-is-enough", there)
    yield Measured("formula-not-wasteful", formula / least)
    yield Progress(len(rows) + 1, len(rows) + 2)
    yield Measured("alike-as-independent", thresholds_mislead(config, seeds, 50, 100) / frequency[100, 50])
    yield Progress(len(rows) + 2, len(rows) + 2)
