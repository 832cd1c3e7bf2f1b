"""Choosing a model: what the score that it was chosen by is worth, and how steadily folds choose.

选模型：拿来挑选的那个分数还值多少，几折交叉验证又挑得多稳。

Simulated scores: on n independent examples the accuracy of a classifier that is right with chance p is Binomial(n, p)
/ n, so it is drawn directly. The folds choose the degree of a polynomial for synthetic points on one sine wave.

lesson: general-guidance
quick: trials=50 draws=10
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64
TOP = 8  # largest degree on offer


@dataclass(frozen=True)
class Config:
    trials: int = param(400, 10, 5000, en="competitions of each seed", zh="每个种子的比赛次数")
    models: int = param(50, 2, 2000, en="guessing models in a competition", zh="一场比赛里瞎猜的模型个数")
    crowd: int = param(500, 2, 5000, en="guessing models in the large competition", zh="大型比赛里瞎猜的模型个数")
    examples: int = param(100, 10, 5000, en="examples in each set", zh="每个集合的样本数")
    draws: int = param(100, 5, 1000, en="training sets of each seed for the folds", zh="每个种子用来分折的训练集个数")
    points: int = param(30, 30, 300, en="points of a training set", zh="每个训练集的点数")


CLAIMS = (
    Claim("public-flatters", ">", 0.05,
          en="the best of many guessing models on the public set scores lower on a fresh one",
          zh="一群瞎猜的模型里，公开集上的第一名换个新集合就掉下来",
          quantity_en="public accuracy minus fresh accuracy of the model chosen on the public set",
          quantity_zh="按公开集选出的模型：公开准确率减新准确率"),
    Claim("validation-is-honest", "<", 0.02,
          en="chosen on a validation set, its public score foretells the fresh one",
          zh="按验证集来选，公开分数就预告了新分数",
          quantity_en="|mean public accuracy minus fresh accuracy| of the model chosen on the validation set",
          quantity_zh="按验证集选出的模型：公开减新准确率的平均的绝对值"),
    Claim("luck-tops-the-board", ">", 0.1,
          en="the best of 500 guessing models stands well above chance on the public set",
          zh="500 个瞎猜的模型，公开集上的第一名远高于瞎猜",
          quantity_en="its public accuracy minus 0.5", quantity_zh="它的公开准确率减 0.5"),
    Claim("private-near-chance", "<", 0.02,
          en="and falls back to chance on the private set", zh="到了私有集就回到瞎猜的水平",
          quantity_en="|mean private accuracy minus 0.5|", quantity_zh="私有准确率的平均与 0.5 之差的绝对值"),
    Claim("bound-holds", "<", 0.0,
          en="luck stays below the bound sqrt(log M / (2 n))", zh="运气不超过上界 sqrt(log M / (2n))",
          quantity_en="mean luck minus the bound", quantity_zh="平均运气减上界"),
    Claim("skilled-models-too", ">", 0.0,
          en="the best of 20 skilled models on a test set does worse on fresh data, on average",
          zh="20 个有本事的模型，测试集上最好的那个，平均而言在新数据上变差",
          quantity_en="mean error on fresh data minus that on the test set",
          quantity_zh="新数据上的错误率减测试集上的，取平均"),
    Claim("folds-are-steadier", "<", 0.8,
          en="averaging three folds makes the chosen degree steadier than one split",
          zh="三折取平均，选出的次数比只切一次稳",
          quantity_en="variance of the chosen degree, three folds over one split",
          quantity_zh="所选次数的方差之比：三折比切一次"),
    Claim("more-folds-add-little", ">", 0.8,
          en="ten folds add little to three", zh="十折比三折好不了多少",
          quantity_en="variance of the chosen degree, ten folds over three",
          quantity_zh="所选次数的方差之比：十折比三折"),
)  # fmt: skip

ZH = {"Accuracy of the chosen": "被选中者的准确率", "chosen from": "从哪些里选", "by": "依据", "public": "公开集",
      "private": "私有集", "validation": "验证集", "{} guessing models": "{} 个瞎猜的模型",
      "20 skilled models": "20 个有本事的模型",
      "Degree chosen by": "选出的次数", "mean degree": "平均次数", "accuracy": "准确率",
      "variance": "方差", "new loss": "新数据上的损失",
      "one split": "切一次", "{} folds": "{} 折", "The best of a crowd": "一大群里的第一名"}  # fmt: skip


def scores(seeds: Seeds, config: Config, chance: Callable[[], Tensor], sets: int) -> Tensor:
    """Accuracies (seeds, sets, trials, models) on independent sets of models that are right with the given chance."""

    def draw() -> Tensor:
        p = chance().expand(sets, -1, -1)
        return torch.binomial(torch.full_like(p, config.examples), p) / config.examples

    return seeds.stack(draw).cpu()


def chosen(by: Tensor, then: Tensor) -> Tensor:
    """What each trial's best model by one set scores on another: (seeds, trials, models) -> (seeds, trials)."""
    return then.gather(2, by.argmax(2, keepdim=True))[..., 0]


def powers(x: Tensor, degree: int) -> Tensor:
    return torch.stack([x**k for k in range(degree + 1)], dim=-1)  # (…) -> (…, degree + 1)


def held_out_losses(x: Tensor, y: Tensor, fold: Tensor) -> Tensor:
    """The loss of each degree on the points of a fold when it learned from the others: (…, degrees)."""
    losses = []
    for degree in range(TOP + 1):
        rows = powers(x, degree)
        learned = rows * (~fold)[..., None].to(DOUBLE)  # a row of zeros teaches nothing
        weights = torch.linalg.pinv(learned, rtol=1e-12) @ (y * ~fold)[..., None]
        losses.append((((rows @ weights)[..., 0] - y).square() * fold).sum(-1) / fold.sum(-1))
    return torch.stack(losses, dim=-1)


def choose(x: Tensor, y: Tensor, folds: int, used: int) -> Tensor:
    """The degree with the lowest mean loss over the first `used` of `folds` folds: (seeds, draws)."""
    place = torch.arange(x.shape[-1]) % folds  # the points stand in random order
    losses = [held_out_losses(x, y, (place == k).expand_as(x)) for k in range(used)]
    return torch.stack(losses).mean(0).argmin(-1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    few, crowd, skilled = (
        scores(seeds, config, chance, sets)
        for chance, sets in ((lambda: torch.full((config.trials, config.models), 0.5), 3),
                             (lambda: torch.full((config.trials // 4, config.crowd), 0.5), 2),
                             (lambda: 0.7 + 0.1 * torch.rand(config.trials, 20), 2))
    )  # fmt: skip
    ends: list[tuple[str, str, Tensor, Tensor]] = []
    for name, by, public, fresh in ((f"{config.models} guessing models", "public", few[:, 0], few[:, 2]),
                                    (f"{config.models} guessing models", "validation", few[:, 0], few[:, 2]),
                                    (f"{config.crowd} guessing models", "public", crowd[:, 0], crowd[:, 1]),
                                    ("20 skilled models", "public", skilled[:, 0], skilled[:, 1])):  # fmt: skip
        basis = few[:, 1] if by == "validation" else public
        ends.append((name, by, chosen(basis, public).mean(1), chosen(basis, fresh).mean(1)))
    yield Table("Accuracy of the chosen", ["chosen from", "by", "public", "private"], [list(row) for row in ends])
    yield Figure("The best of a crowd", "histogram",
                 {"series": {"public": chosen(crowd[0:1, 0], crowd[0:1, 0])[0].tolist(),
                             "private": chosen(crowd[0:1, 0], crowd[0:1, 1])[0].tolist()}}, "accuracy")  # fmt: skip
    (_, _, flattered, sober), (_, _, honest, new), (_, _, top, fallen), (_, _, tested, later) = ends
    yield Measured("public-flatters", flattered - sober)
    yield Measured("validation-is-honest", (honest - new).abs())
    yield Measured("luck-tops-the-board", top - 0.5)
    yield Measured("private-near-chance", (fallen - 0.5).abs())
    yield Measured("bound-holds", top - 0.5 - math.sqrt(math.log(config.crowd) / (2 * config.examples)))
    yield Measured("skilled-models-too", tested - later)

    n = config.points
    shape = (config.draws, n + 100)
    x = seeds.stack(lambda: 2 * torch.rand(shape, dtype=DOUBLE) - 1).cpu()  # (seeds, draws, points)
    y = torch.sin(math.pi * x) + 0.3 * seeds.stack(lambda: torch.randn(shape, dtype=DOUBLE)).cpu()
    tests = held_out_losses(x, y, (torch.arange(n + 100) >= n).expand_as(x))  # learned from all n points
    degrees = {"one split": choose(x[..., :n], y[..., :n], 3, 1)}
    degrees |= {f"{folds} folds": choose(x[..., :n], y[..., :n], folds, folds) for folds in (3, 10)}
    spread = {name: degree.to(DOUBLE).var(1) for name, degree in degrees.items()}
    yield Table("Degree chosen by", ["", "mean degree", "variance", "new loss"],
                [[name, degree.to(DOUBLE).mean(1), spread[name], tests.gather(2, degree[..., None]).mean((1, 2))]
                 for name, degree in degrees.items()])  # fmt: skip
    yield Measured("folds-are-steadier", spread["3 folds"] / spread["one split"])
    yield Measured("more-folds-add-little", spread["10 folds"] / spread["3 folds"])
