"""Polynomials from stiff to wild: training loss falls on and on, test loss falls and rises.

从僵硬到乱晃的多项式：训练损失一路降，测试损失先降后升。

Synthetic data: points on one sine wave or a parabola, with noise, fitted by least squares in double precision.

lesson: general-guidance
quick: draws=10
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    draws: int = param(50, 2, 1000, en="training sets of each seed", zh="每个种子的训练集个数")
    points: int = param(30, 13, 500, en="points of a training set", zh="每个训练集的点数")
    few: int = param(12, 10, 100, en="points for the parabola", zh="抛物线的点数")
    top: int = param(12, 9, 20, en="largest degree", zh="最高次数")
    noise: float = param(0.3, 0.01, 2.0, en="spread of the noise", zh="噪声的散布")


CLAIMS = (
    Claim("training-falls-on", "<=", 1e-9,
          en="the training loss never rises with the degree", zh="次数增加，训练损失从不上升",
          quantity_en="largest rise of the median from a degree to the next", quantity_zh="相邻次数间中位数的最大升幅"),
    Claim("test-falls-first", ">", 2.0,
          en="the test loss first falls", zh="测试损失先降",
          quantity_en="median test loss at degree 0 over the lowest",
          quantity_zh="0 次的测试损失与最低处之比（中位数）"),
    Claim("then-rises", ">", 1.5,
          en="and then rises again", zh="然后又升",
          quantity_en="median test loss at the top degree over the lowest",
          quantity_zh="最高次的测试损失与最低处之比（中位数）"),
    Claim("three-parts-add-up", "<", 0.1,
          en="squared bias, variance and noise add up to the expected squared error",
          zh="偏差平方、方差、噪声相加，就是期望平方误差",
          quantity_en="largest share by which they miss it, degrees 0 to 5", quantity_zh="0 到 5 次里相差的最大比例"),
    Claim("bias-for-variance", ">", 1.0,
          en="of the stiffest and a wilder model one has the larger bias, the other the larger variance",
          zh="最僵的模型偏差大，灵活的模型方差大",
          quantity_en="least of the two ratios, degrees 0 and 5", quantity_zh="0 次与 5 次，两个比值中较小的"),
    Claim("truth-like-wins", ">", 2.0,
          en="where the truth is a parabola, degree 2 beats degree 9", zh="真相是抛物线时，2 次胜过 9 次",
          quantity_en="median test loss of degree 9 over that of 2", quantity_zh="测试损失之比（中位数）：9 次比 2 次"),
    Claim("too-tight-trains-worse", ">", 2.0,
          en="a restriction that is too strong raises the training loss again", zh="限制过强，训练损失又升高",
          quantity_en="median training loss at the largest lambda over that at the smallest",
          quantity_zh="训练损失之比（中位数）：最大的 λ 比最小的"),
    Claim("too-tight-tests-worse", ">", 2.0,
          en="and the test loss with it", zh="测试损失也跟着升高",
          quantity_en="median test loss at the largest lambda over the lowest",
          quantity_zh="测试损失之比（中位数）：最大的 λ 比最低处"),
)  # fmt: skip

ZH = {"log10 of the median loss by degree": "各次数的损失中位数的 log10",
      "log10 of the median loss by log10 of lambda, degree 9": "9 次多项式在各 λ 的损失中位数的 log10（横轴 log10 λ）",
      "Where the error comes from": "误差从哪里来", "degree": "次数", "bias squared": "偏差平方", "variance": "方差",
      "noise": "噪声", "sum": "三者之和", "measured": "实测", "Two draws at the top degree": "最高次在两个训练集上",
      "A parabola from few points": "用很少的点学抛物线",
      "test loss": "测试损失"}  # fmt: skip


def powers(x: Tensor, degree: int) -> Tensor:
    """1, x, ..., x^degree beside each other: (…) -> (…, degree + 1)."""
    return torch.stack([x**k for k in range(degree + 1)], dim=-1)


def fit(x: Tensor, y: Tensor, degree: int, penalty: float = 0.0) -> Tensor:
    """Least squares: x, y (…, n) -> weights (…, degree + 1, 1). The penalty lambda |w|^2 spares the constant.

    Solved by adding the rows sqrt(n lambda) w_k = 0.
    """
    rows, targets = powers(x, degree), y[..., None]
    if penalty:
        keep = torch.eye(degree + 1, dtype=DOUBLE)[1:] * math.sqrt(penalty * x.shape[-1])
        rows = torch.cat([rows, keep.expand(*x.shape[:-1], -1, -1)], dim=-2)
        targets = torch.cat([targets, torch.zeros(*x.shape[:-1], degree, 1, dtype=DOUBLE)], dim=-2)
    weights: Tensor = torch.linalg.lstsq(rows, targets, driver="gelsd").solution
    return weights


def value(weights: Tensor, x: Tensor) -> Tensor:
    return (powers(x, weights.shape[-2] - 1) @ weights)[..., 0]


def median_losses(fits: list[Tensor], x: Tensor, y: Tensor) -> list[Tensor]:
    """The median over the draws of each fit's mean squared error, (seeds,) each."""
    return [(value(w, x) - y).square().mean(2).quantile(0.5, dim=1) for w in fits]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    def draw(n: int) -> tuple[Tensor, Tensor]:
        made = seeds.stack(lambda: torch.randn(2, config.draws, n, dtype=DOUBLE)).cpu()
        return torch.erf(made[:, 0] / math.sqrt(2)), config.noise * made[:, 1]  # x uniform in -1..1, noise

    def wave(x: Tensor) -> Tensor:
        return torch.sin(math.pi * x)

    x, noise = draw(config.points)  # (seeds, draws, points)
    new_x, new_noise = draw(200)
    y, new_y = wave(x) + noise, wave(new_x) + new_noise
    fits = [fit(x, y, degree) for degree in range(config.top + 1)]
    train, test = median_losses(fits, x, y), median_losses(fits, new_x, new_y)
    for degree, (a, b) in enumerate(zip(train, test, strict=True)):
        yield Metric("training", degree, a.log10(), chart="log10 of the median loss by degree")
        yield Metric("test", degree, b.log10(), chart="log10 of the median loss by degree")
    line = torch.linspace(-1, 1, 60, dtype=DOUBLE)
    drawn = {f"draw {k}": torch.stack([line, value(fits[-1][0, k], line).clamp(-3, 3)], 1).tolist() for k in (0, 1)}
    drawn["truth"] = torch.stack([line, wave(line)], 1).tolist()
    yield Figure("Two draws at the top degree", "lines", {"series": drawn}, "x", "y")
    lowest = torch.stack(test).amin(0)
    yield Measured(
        "training-falls-on", torch.stack([b - a for a, b in zip(train[:-1], train[1:], strict=True)]).amax(0)
    )
    yield Measured("test-falls-first", test[0] / lowest)
    yield Measured("then-rises", test[-1] / lowest)

    yield from parts(config, fits, line, seeds, wave(line))

    x, noise = draw(config.few)
    y, new_y = x**2 + noise, new_x**2 + new_noise
    two, nine = (median_losses([fit(x, y, degree)], new_x, new_y)[0] for degree in (2, 9))
    yield Table("A parabola from few points", ["degree", "test loss"], [[2, two], [9, nine]])
    yield Measured("truth-like-wins", nine / two)
    lambdas = [10.0**k for k in range(-6, 4)]
    tight = [fit(x, y, 9, penalty) for penalty in lambdas]
    train, test = median_losses(tight, x, y), median_losses(tight, new_x, new_y)
    for penalty, a, b in zip(lambdas, train, test, strict=True):
        chart = "log10 of the median loss by log10 of lambda, degree 9"
        yield Metric("training", math.log10(penalty), a.log10(), chart=chart)
        yield Metric("test", math.log10(penalty), b.log10(), chart=chart)
    yield Measured("too-tight-trains-worse", train[-1] / train[0])
    yield Measured("too-tight-tests-worse", test[-1] / torch.stack(test).amin(0))


def parts(config: Config, fits: list[Tensor], line: Tensor, seeds: Seeds, truth: Tensor) -> Iterator[Event]:
    """Bias, variance and noise of low degrees, against errors measured on fresh noise at the points of `line`."""
    fresh = config.noise * seeds.stack(lambda: torch.randn(config.draws, len(line), dtype=DOUBLE)).cpu()
    rows, missed, biases, variances = [], [], [], []
    for degree in range(6):
        guesses = value(fits[degree], line)  # (seeds, draws, points of the line)
        bias = (guesses.mean(1) - truth).square().mean(1)
        variance = guesses.var(1, unbiased=False).mean(1)
        error = (truth + fresh - guesses).square().mean((1, 2))
        total = bias + variance + config.noise**2
        rows.append([degree, bias, variance, config.noise**2, total, error])
        missed.append((total / error - 1).abs())
        biases.append(bias)
        variances.append(variance)
    yield Table("Where the error comes from",
                ["degree", "bias squared", "variance", "noise", "sum", "measured"], rows)  # fmt: skip
    yield Measured("three-parts-add-up", torch.stack(missed).amax(0))
    yield Measured("bias-for-variance", torch.minimum(biases[0] / biases[5], variances[5] / variances[0]))
