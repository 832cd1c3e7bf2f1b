"""Combat power after evolution from combat power before: polynomials of rising degree, and more examples.

由进化前的战力预测进化后的战力：次数越来越高的多项式，以及更多的样本。

The creatures are synthetic: the game's published formula and base values, with random levels and individual values.
Every polynomial is the one of least squares. Errors are roots of mean squared errors, in points of combat power (CP).

lesson: regression-case
quick: tested=200
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.data import SPECIES, evolutions
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

MANY = (10, 30, 100, 1000)  # examples to learn from
STRONGEST = 1000.0  # CP; dividing by it keeps powers small


@dataclass(frozen=True)
class Config:
    examples: int = param(10, 4, 1000, en="creatures learned from", zh="用来学习的个体数")
    tested: int = param(2000, 100, 20000, en="new creatures to test on", zh="用来检验的新个体数")
    degree: int = param(9, 2, 12, en="highest degree", zh="最高次数")


CLAIMS = (
    Claim("line-captures-much", "<", 0.3,
          en="a line with one input already captures much", zh="只有一个输入的直线，已经抓住了大部分",
          quantity_en="mean squared error on new creatures over their variance, 100 examples",
          quantity_zh="新个体上的均方误差与方差之比，100 个样本"),
    Claim("training-never-rises", "<=", 0.01,
          en="the training error never rises with the degree", zh="次数升高，训练误差从不上升",
          quantity_en="largest rise from a degree to the next, in CP", quantity_zh="次数加一时的最大升幅，CP"),
    Claim("test-rises", ">", 0.3,
          en="the test error rises after a while", zh="测试误差到后来会上升",
          quantity_en="log10 of the test error at the highest degree over that of the best",
          quantity_zh="最高次与最好次数的测试误差之比的 log10"),
    Claim("gap-grows", ">", 0.0,
          en="the gap between test and training error is wider at degree 5 than at degree 1",
          zh="测试与训练误差的差距，五次比一次大",
          quantity_en="log10 of the gap at degree 5 over the gap at degree 1",
          quantity_zh="五次与一次的差距之比的 log10"),
    Claim("more-data-shrinks", ">", 0.3,
          en="more examples shrink the overfitting of the highest degree", zh="样本多了，最高次的过拟合就小了",
          quantity_en="log10 of the test error with 10 examples over that with 1000",
          quantity_zh="10 个样本与 1000 个样本的测试误差之比的 log10"),
)  # fmt: skip

ZH = {
    "log10 of the error over the degree": "误差的 log10，按次数", "Creatures to learn from": "用来学习的个体",
    "CP before": "进化前 CP", "CP after": "进化后 CP", "Root mean squared error, CP": "均方根误差，CP",
    "degree": "次数", "training": "训练", "test": "测试", "median test": "测试的中位数",
    "Test error of the highest degree, log10": "最高次的测试误差，log10", "examples": "样本数",
}  # fmt: skip


def powers(cp: Tensor, degree: int) -> Tensor:
    """1, x, …, x^degree of x = CP / 1000: (…, n) -> (…, n, degree + 1)."""
    return torch.stack([(cp / STRONGEST) ** k for k in range(degree + 1)], dim=-1)


def error(weights: Tensor, creatures: Tensor) -> Tensor:
    """Root mean squared error of a polynomial: (seeds, degree + 1, 1) and (seeds, n, 7) -> (seeds,)."""
    foretold = powers(creatures[..., 1], weights.shape[1] - 1) @ weights
    return (foretold - creatures[..., 5:6]).square().mean(dim=(1, 2)).sqrt()


def fit(creatures: Tensor, degree: int) -> Tensor:
    """The least squares weights of each seed: (seeds, n, 7) -> (seeds, degree + 1, 1)."""
    weights: Tensor = torch.linalg.lstsq(
        powers(creatures[..., 1], degree), creatures[..., 5:6], driver="gelsd"
    ).solution
    return weights


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    learned = seeds.stack(partial(evolutions, config.examples)).cpu()  # (seeds, examples, 7)
    tested = seeds.stack(partial(evolutions, config.tested)).cpu()
    dots = {name: learned[0, learned[0, :, 0] == k][:, [1, 5]].tolist() for k, name in enumerate(SPECIES)}
    yield Figure("Creatures to learn from", "scatter", {"series": dots}, "CP before", "CP after")

    training, test = [], []
    for degree in range(1, config.degree + 1):
        weights = fit(learned, degree)
        training.append(error(weights, learned))
        test.append(error(weights, tested))
        yield Metric("training", degree, training[-1].clamp(min=1).log10(), chart="log10 of the error over the degree")
        yield Metric("test", degree, test[-1].log10(), chart="log10 of the error over the degree")
    rows = [[k + 1, training[k], test[k], test[k].median().item()] for k in range(config.degree)]
    yield Table("Root mean squared error, CP", ["degree", "training", "test", "median test"], rows)

    of_many = []
    for count in MANY:
        more = seeds.stack(partial(evolutions, count)).cpu()
        of_many.append(error(fit(more, config.degree), tested).log10())
        if count == 100:
            line = error(fit(more, 1), tested)
    yield Table("Test error of the highest degree, log10", ["examples", "test"],
                [[count, value] for count, value in zip(MANY, of_many, strict=True)])  # fmt: skip
    by_degree = torch.stack(test)  # (degrees, seeds)
    yield Measured("line-captures-much", line**2 / tested[..., 5].var(dim=1, correction=0))
    yield Measured("training-never-rises", torch.stack(training).diff(dim=0).max(dim=0).values)
    yield Measured("test-rises", (by_degree[-1] / by_degree.min(dim=0).values).log10())
    fifth = min(5, config.degree) - 1
    gap = [(test[k] - training[k]).clamp(min=1) for k in (0, fifth)]
    yield Measured("gap-grows", (gap[1] / gap[0]).log10())
    yield Measured("more-data-shrinks", of_many[0] - of_many[-1])
