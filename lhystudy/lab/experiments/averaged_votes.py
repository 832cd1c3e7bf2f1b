"""Averaging errors and counting votes: what many models gain, and what they keep in common.

平均误差与数票：模型多了能赚到什么，共有的错又怎样留下。

Synthetic errors: normal numbers of mean square 1 in which every two models have the same correlation rho. A voter is
wrong where its number passes a threshold, so the same numbers serve the average and the vote.

lesson: ensembles-multitask
quick: draws=2000
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    draws: int = param(10000, 500, 100000, en="examples on which all models err", zh="让所有模型都来犯错的样本数")
    bias: float = param(1.0, 0.0, 10.0, en="error that all models share", zh="所有模型共有的偏差")
    voters: int = param(51, 3, 201, en="largest number of voters (odd)", zh="投票者最多多少个（奇数）")


CLAIMS = (
    Claim("formula-holds", "<", 0.03,
          en="the averaged error is R/M + (1 - 1/M) rho R", zh="平均后的误差等于 R/M + (1 - 1/M) rho R",
          quantity_en="largest difference over the sweep of rho, R = 1", quantity_zh="扫过各个 rho，最大的差（R = 1）"),
    Claim("never-below-one-mth", ">=", 0.95,
          en="the averaged error is never below R/M", zh="平均后的误差不会低于 R/M",
          quantity_en="smallest averaged error over R/M", quantity_zh="最小的平均误差与 R/M 之比"),
    Claim("independent-is-enough", "<", 1.1,
          en="models that err independently around a common bias reach R/M",
          zh="围绕共同偏差各自独立犯错的模型，误差降到 R/M",
          quantity_en="averaged error of 51 models over R/M", quantity_zh="51 个模型的平均误差与 R/M 之比"),
    Claim("majority-helps", ">", 0.2,
          en="independent voters, each right with 0.6, are right far more often together",
          zh="各自以 0.6 的概率投对，独立的多数票对得多得多",
          quantity_en="accuracy of 51 votes minus 0.6", quantity_zh="51 票的准确率减 0.6"),
    Claim("below-half-hurts", "<", -0.2,
          en="voters that are right with 0.4 are worse together", zh="各自以 0.4 的概率投对，合起来更差",
          quantity_en="accuracy of 51 votes minus 0.4", quantity_zh="51 票的准确率减 0.4"),
    Claim("correlation-costs-votes", "<", 0.5,
          en="voters with correlated mistakes gain less than half as much", zh="错得相似的投票者，收益不到一半",
          quantity_en="gain at rho = 0.3 over gain at rho = 0", quantity_zh="rho = 0.3 的收益与 rho = 0 的收益之比"),
    Claim("votes-go-as-means", "<", 1.5,
          en="the majority's share of mistakes falls as R/M does", zh="多数票的错误率像 R/M 那样下降",
          quantity_en="mistakes of 11 votes over a single voter's / 11", quantity_zh="11 票的错误率与单个的 1/11 之比"),
)  # fmt: skip

ZH = {
    "averaged error against rho": "平均误差随 rho 的变化", "accuracy of the majority": "多数票的准确率",
    "Averaged error": "平均误差", "models": "模型个数", "measured": "测得", "formula": "公式",
    "Mistakes of a majority, p = 0.6": "多数票的错误率，p = 0.6", "votes": "票数", "majority": "多数票",
    "single / votes": "单个除以票数",
}  # fmt: skip


def errors(seeds: Seeds, models: int, rho: float, draws: int) -> Tensor:
    """Errors (seeds, models, draws) of mean square 1, every two models correlated by rho >= -1/(models - 1)."""
    z = seeds.randn(models, draws)
    shared = z.mean(1, keepdim=True)
    return math.sqrt(1 - rho) * (z - shared) + math.sqrt(max(1 + (models - 1) * rho, 0.0)) * shared


def majority(seeds: Seeds, voters: int, p: float, rho: float, draws: int) -> Tensor:
    """How often most voters are right, each with chance p: (seeds,)."""
    limit = math.sqrt(2) * torch.erfinv(torch.tensor(2 * p - 1, dtype=torch.float64)).item()
    right = errors(seeds, voters, rho, draws) < limit
    return (right.sum(1) * 2 > voters).double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    off, share, rows = [], [], []
    for models in (2, 5):
        for step in range(11):
            low = -1 / (models - 1)
            rho = low + (1 - low) * step / 10
            error = errors(seeds, models, rho, config.draws).mean(1).square().mean(1)  # (seeds,)
            error = error.round(decimals=9)  # what is left of zero by rounding is zero
            formula = 1 / models + (1 - 1 / models) * rho
            yield Metric(f"M = {models}", rho, error, chart="averaged error against rho")
            rows.append([models, rho, error, formula])
            off.append((error - formula).abs())
            share.append(error * models)
    yield Table("Averaged error", ["models", "rho", "measured", "formula"], rows)
    yield Measured("formula-holds", torch.stack(off).amax(0))
    yield Measured("never-below-one-mth", torch.stack(share).amin(0))
    biased = config.bias + errors(seeds, 51, 0.0, config.draws)
    yield Measured("independent-is-enough", biased.mean(1).square().mean(1) * 51 / biased.square().mean((1, 2)))

    votes = {}
    for p, rho in ((0.4, 0.0), (0.5, 0.0), (0.6, 0.0), (0.6, 0.3)):
        for voters in (1, 3, 5, 11, 25, config.voters):
            votes[p, rho, voters] = majority(seeds, voters, p, rho, config.draws)
            yield Metric(f"p = {p}, rho = {rho}", voters, votes[p, rho, voters], chart="accuracy of the majority")
    gain = {key: votes[*key, config.voters] - key[0] for key in ((0.4, 0.0), (0.6, 0.0), (0.6, 0.3))}
    yield Table("Mistakes of a majority, p = 0.6", ["votes", "majority", "single / votes"],
                [[voters, 1 - votes[0.6, 0.0, voters], 0.4 / voters] for voters in (1, 3, 5, 11, 25)])  # fmt: skip
    yield Measured("majority-helps", gain[0.6, 0.0])
    yield Measured("below-half-hurts", gain[0.4, 0.0])
    yield Measured("correlation-costs-votes", gain[0.6, 0.3] / gain[0.6, 0.0])
    yield Measured("votes-go-as-means", (1 - votes[0.6, 0.0, 11]) * 11 / 0.4)
