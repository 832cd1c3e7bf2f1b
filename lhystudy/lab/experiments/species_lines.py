"""One line for all, a line for each species, and more attributes than are good.

一条直线给所有个体，每个物种各一条直线，以及多得有害的特征。

The creatures are synthetic: the game's published formula and base values, with random levels and individual values.
Eevee evolves into one of three by chance, which the attributes before do not tell: a hidden factor. Errors are roots of
mean squared errors on new creatures, in points of combat power (CP).

lesson: regression-case
quick: tested=200
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.data import SPECIES, evolutions
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

EEVEE = SPECIES.index("Eevee")


@dataclass(frozen=True)
class Config:
    examples: int = param(40, 16, 1000, en="creatures learned from", zh="用来学习的个体数")
    tested: int = param(2000, 100, 20000, en="new creatures to test on", zh="用来检验的新个体数")
    useless: int = param(20, 6, 28, en="useless attributes that are added at most", zh="最多添加的无用特征数")


CLAIMS = (
    Claim("species-matter", "<", 0.7,
          en="a line for each species foretells better than one line", zh="每个物种一条直线，预测得比一条直线好",
          quantity_en="test error over that of one line", quantity_zh="与一条直线的测试误差之比"),
    Claim("one-solve-same-lines", "<", 1e-6,
          en="solved in one go with indicators it gives the lines of separate fits",
          zh="用指示特征一次解出来，与分开拟合的直线相同",
          quantity_en="largest difference of a prediction, in CP", quantity_zh="预测的最大差，CP"),
    Claim("residuals-told-it", "<", 0.3,
          en="residuals that lean by species stop leaning once the species is in",
          zh="残差原来按物种偏向一边，加入物种后就不偏了",
          quantity_en="largest mean residual of a species on new creatures, after over before",
          quantity_zh="新个体上各物种平均残差的最大值，之后比之前"),
    Claim("species-and-cp-settle-it", "<", 10.0,
          en="CP before and the species determine CP after", zh="进化前的 CP 和物种决定了进化后的 CP",
          quantity_en="error that is left with a line for each species, in CP",
          quantity_zh="每个物种一条直线之后剩下的误差，CP"),
    Claim("hidden-branch", "<", 0.8,
          en="a good part of what is left is which evolution an Eevee took",
          zh="剩下的误差里，不少来自伊布进化成了哪一种",
          quantity_en="test error on Eevee with that known over without",
          quantity_zh="伊布的测试误差之比，知道与不知道"),
    Claim("useless-ones-hurt", ">", 1.2,
          en="throwing in useless attributes overfits", zh="把无用的特征都扔进去，会过拟合",
          quantity_en="test error with them over that without", quantity_zh="测试误差之比：加比不加"),
)  # fmt: skip

ZH = {
    "Root mean squared error, CP": "均方根误差，CP", "model": "模型", "features": "特征数", "training": "训练",
    "test": "测试", "one line": "一条直线", "a line a species": "每个物种一条直线", "and hit points": "再加生命值",
    "and weight": "再加体重", "and height": "再加身高", "all three and squares": "三者及其平方",
    "and {} useless": "再加 {} 个无用特征", "Test residuals of one line": "一条直线在新个体上的残差",
    "Mean test residual by species, CP": "新个体上各物种的平均残差，CP", "species": "物种", "CP before": "进化前 CP",
    "residual": "残差",
}  # fmt: skip


def line(creatures: Tensor) -> Tensor:
    """1 and CP: (seeds, n, 7) -> (seeds, n, 2)."""
    cp = creatures[..., 1:2]
    return torch.cat([torch.ones_like(cp), cp], dim=-1)


def lines(creatures: Tensor, kinds: int = len(SPECIES), column: int = 0) -> Tensor:
    """An indicator of each kind, and the indicators times CP: (seeds, n, 7) -> (seeds, n, 2 kinds)."""
    here = one_hot(creatures[..., column].long(), kinds).to(creatures.dtype)
    return torch.cat([here, here * creatures[..., 1:2]], dim=-1)


def residuals(train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Truth minus prediction of least squares, in training and test, each (seeds, n): (seeds, n, d) and targets."""
    weights = torch.linalg.lstsq(train[0], train[1][..., None], driver="gelsd").solution
    left, left_new = (y - (x @ weights)[..., 0] for x, y in (train, test))
    return left, left_new


def root_mean(residual: Tensor) -> Tensor:
    return residual.square().mean(dim=1).sqrt()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    learned = seeds.stack(partial(evolutions, config.examples)).cpu()  # (seeds, examples, 7)
    tested = seeds.stack(partial(evolutions, config.tested)).cpu()
    useless = [seeds.randn(count, config.useless).cpu().double() for count in (config.examples, config.tested)]

    def everything(creatures: Tensor) -> Tensor:
        body = creatures[..., 2:5] / 10
        return torch.cat([lines(creatures), body, body**2], dim=-1)

    models = {
        "one line": [line(c) for c in (learned, tested)],
        "a line a species": [lines(c) for c in (learned, tested)],
    }
    for column, name in ((2, "and hit points"), (3, "and weight"), (4, "and height")):
        models[name] = [torch.cat([lines(c), c[..., column : column + 1]], dim=-1) for c in (learned, tested)]
    models["all three and squares"] = [everything(c) for c in (learned, tested)]
    for count in (5, config.useless):
        models[f"and {count} useless"] = [
            torch.cat([lines(c), extra[..., :count]], dim=-1)
            for c, extra in zip((learned, tested), useless, strict=True)
        ]
    goals = (learned[..., 5], tested[..., 5])
    left = {name: residuals((x[0], goals[0]), (x[1], goals[1])) for name, x in models.items()}
    yield Table("Root mean squared error, CP", ["model", "features", "training", "test"],
                [[name, models[name][0].shape[-1], *map(root_mean, pair)] for name, pair in left.items()])  # fmt: skip
    dots = {name: torch.stack([tested[0, k::4, 1], left["one line"][1][0, k::4]], 1)[:60].tolist()
            for k, name in enumerate(SPECIES)}  # fmt: skip
    yield Figure("Test residuals of one line", "scatter", {"series": dots}, "CP before", "residual")
    one, each = (left[name][1] for name in ("one line", "a line a species"))
    means = [[one[:, k::4].mean(dim=1), each[:, k::4].mean(dim=1)] for k in range(len(SPECIES))]  # taking turns
    yield Table("Mean test residual by species, CP", ["species", "one line", "a line a species"],
                [[name, *pair] for name, pair in zip(SPECIES, means, strict=True)])  # fmt: skip

    apart = torch.zeros_like(goals[1])  # a fit for each species by itself
    for k in range(len(SPECIES)):
        own = [line(c[:, k::4]) for c in (learned, tested)]
        apart[:, k::4] = residuals((own[0], goals[0][:, k::4]), (own[1], goals[1][:, k::4]))[1]
    eevees = [c[:, EEVEE::4] for c in (learned, tested)]
    known = residuals(*((torch.cat([line(c), one_hot(c[..., 6].long(), 3)[..., 1:] * c[..., 1:2]], -1), c[..., 5])
                        for c in eevees))[1]  # fmt: skip
    lean_before, lean_after = (torch.stack(column).abs().max(dim=0).values for column in zip(*means, strict=True))
    yield Measured("species-matter", root_mean(each) / root_mean(one))
    yield Measured("one-solve-same-lines", (apart - each).abs().max(dim=1).values)
    yield Measured("residuals-told-it", lean_after / lean_before)
    yield Measured("species-and-cp-settle-it", root_mean(each))
    yield Measured("hidden-branch", root_mean(known) / root_mean(each[:, EEVEE::4]))
    yield Measured("useless-ones-hurt", root_mean(left[f"and {config.useless} useless"][1]) / root_mean(each))
