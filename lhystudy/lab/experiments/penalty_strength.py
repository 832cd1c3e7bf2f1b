"""How strong should the penalty be? Training and test error from no penalty to a crushing one.

惩罚该有多强？从没有惩罚到压垮一切，看训练误差与测试误差。

The creatures are synthetic (the game's formula with random individual values), and useless attributes join them. The
curves are sin x and sin 5x with noise. Inputs are standardised; weights minimise the sum of squared errors plus lambda
times the sum of squared weights, without the bias.

lesson: regression-case
quick: tested=200
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.data import evolutions
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

POWERS = torch.linspace(-4, 4, 33, dtype=torch.float64)  # log10 of lambda


@dataclass(frozen=True)
class Config:
    examples: int = param(40, 10, 1000, en="examples learned from", zh="用来学习的样本数")
    held_out: int = param(40, 10, 1000, en="examples held out to choose lambda", zh="留出来选 λ 的样本数")
    tested: int = param(2000, 100, 20000, en="new examples to test on", zh="用来检验的新样本数")
    useless: int = param(20, 0, 60, en="useless attributes", zh="无用特征的个数")
    shake: float = param(0.1, 0.001, 1.0, en="noise added to the inputs, in their deviations",
                         zh="加在输入上的噪声，以标准差为单位")  # fmt: skip


CLAIMS = (
    Claim("training-rises", ">=", 0.0,
          en="the training error rises with lambda all the way", zh="λ 变大，训练误差一路上升",
          quantity_en="smallest rise from a lambda to the next, in CP", quantity_zh="相邻两个 λ 之间的最小升幅，CP"),
    Claim("too-small-overfits", ">", 1.05,
          en="too small a lambda overfits", zh="λ 太小会过拟合",
          quantity_en="test error at lambda 1e-4 over the least", quantity_zh="λ 为 1e-4 时的测试误差与最小者之比"),
    Claim("too-large-underfits", ">", 1.05,
          en="too large a lambda underfits", zh="λ 太大会欠拟合",
          quantity_en="test error at lambda 1e4 over the least", quantity_zh="λ 为 1e4 时的测试误差与最小者之比"),
    Claim("held-out-chooses-well", "<", 1.1,
          en="forty held-out examples choose a lambda that is nearly the best",
          zh="用留出的四十个样本来选，选到的 λ 几乎是最好的",
          quantity_en="test error of the chosen lambda over the least", quantity_zh="所选 λ 的测试误差与最小者之比"),
    Claim("small-weights-shake-less", "<", 0.7,
          en="smaller weights make the output less sensitive to noise in the input",
          zh="权重小了，输出对输入噪声就不那么敏感",
          quantity_en="mean |f(x + e) - f(x)|, lambda 100 over 0",
          quantity_zh="|f(x + e) - f(x)| 的平均之比，λ 为 100 比 0"),
    Claim("wiggly-wants-less", ">", 1.0,
          en="the best lambda for a wiggly curve is much smaller than for a smooth one",
          zh="弯弯曲曲的曲线，最好的 λ 比平滑的小得多",
          quantity_en="log10 of the best lambda, sin x minus sin 5x",
          quantity_zh="最好的 λ 的 log10 之差，sin x 减 sin 5x"),
)  # fmt: skip

ZH = {
    "error over log10 of lambda, CP": "误差，按 λ 的 log10，CP",
    "error on curves over log10 of lambda": "曲线上的误差，按 λ 的 log10",
    "Sensitivity to noise of the inputs": "对输入噪声的敏感度", "length of the weights": "权重的长度",
    "change of the output": "输出的变化", "lambda": "λ", "Lambda chosen": "选出的 λ", "log10 of lambda": "λ 的 log10",
    "chosen by": "依据", "training": "训练", "held out": "留出", "test": "测试", "test error": "测试误差",
}  # fmt: skip

Fit = tuple[Tensor, Tensor]  # weights (seeds, d, lambdas) and bias (seeds, 1, lambdas)


def fits(x: Tensor, y: Tensor, lambdas: Tensor) -> Fit:
    """The minimisers of ||y - x w - b||^2 + lambda ||w||^2 for each lambda: x (seeds, n, d), y (seeds, n, 1).

    Without a penalty on b, it is the mean of y where x is centred; the rest goes by singular values.
    """
    centre, level = x.mean(dim=1, keepdim=True), y.mean(dim=1, keepdim=True)
    u, sizes, directions = torch.linalg.svd(x - centre, full_matrices=False)
    parts = u.mT @ (y - level)  # (seeds, d, 1)
    shrunk = sizes[..., None] / (sizes[..., None] ** 2 + lambdas) * parts  # (seeds, d, lambdas)
    weights = directions.mT @ shrunk
    return weights, level - centre @ weights


def errors(fit: Fit, x: Tensor, y: Tensor) -> Tensor:
    """Root mean squared errors: (seeds, lambdas)."""
    return (x @ fit[0] + fit[1] - y).square().mean(dim=1).sqrt()


def creatures(count: int, useless: int) -> Tensor:
    """Attributes before evolution, their squares, useless numbers, and CP after: (count, 8 + useless + 1)."""
    table = evolutions(count)
    scaled = table[:, 1:5] / torch.tensor([1000, 100, 10, 1])
    return torch.cat([scaled, scaled**2, torch.randn(count, useless).double(), table[:, 5:6]], dim=1)


def curve(count: int, waves: int) -> Tensor:
    """sin kx / k and cos kx / k for k = 1..8, and sin(waves x) with noise: (count, 17).

    Divided by k, their weights are the amplitudes of the slope: the penalty is on steepness.
    """
    x = 2 * torch.pi * torch.rand(count, 1).double()
    k = torch.arange(1, 9)
    return torch.cat(
        [(k * x).sin() / k, (k * x).cos() / k, (waves * x).sin() + 0.5 * torch.randn(count, 1).double()], dim=1
    )


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lambdas = 10**POWERS
    sizes = (config.examples, config.held_out, config.tested)
    tables = [seeds.stack(partial(creatures, count, config.useless)).cpu() for count in sizes]
    deviation, centre = torch.std_mean(tables[0][..., :-1], dim=1, keepdim=True)
    xs, ys = [(t[..., :-1] - centre) / deviation for t in tables], [t[..., -1:] for t in tables]
    fit = fits(xs[0], ys[0], lambdas)
    training, held_out, test = (errors(fit, x, y) for x, y in zip(xs, ys, strict=True))
    for k, power in enumerate(POWERS.tolist()):
        yield Metric("training", power, training[:, k], chart="error over log10 of lambda, CP")
        yield Metric("test", power, test[:, k], chart="error over log10 of lambda, CP")
    yield Progress(1, 2)
    yield Measured("training-rises", training.diff(dim=1).min(dim=1).values)
    least = test.min(dim=1).values
    yield Measured("too-small-overfits", test[:, 0] / least)
    yield Measured("too-large-underfits", test[:, -1] / least)
    rows, chosen = [], {}
    for name, scores in (("training", training), ("held out", held_out), ("test", test)):
        best = scores.argmin(dim=1, keepdim=True)
        chosen[name] = test.gather(1, best)[:, 0]
        rows.append([name, POWERS[best[:, 0]], chosen[name]])
    yield Table("Lambda chosen", ["chosen by", "log10 of lambda", "test error"], rows)
    yield Measured("held-out-chooses-well", chosen["held out"] / least)

    noise = config.shake * seeds.randn(*xs[2].shape[1:]).cpu().double()
    asked = torch.tensor([0.0, 1.0, 10.0, 100.0, 1000.0], dtype=torch.float64)
    weights, _ = fits(xs[0], ys[0], asked)
    moved = (noise @ weights).abs().mean(dim=1)  # (seeds, lambdas): f(x + e) - f(x) is e w
    rows = [[value, weights[..., k].norm(dim=1), moved[:, k]] for k, value in enumerate(asked.tolist())]
    yield Table("Sensitivity to noise of the inputs", ["lambda", "length of the weights", "change of the output"], rows)
    yield Measured("small-weights-shake-less", moved[:, 3] / moved[:, 0])

    best_power = []
    for name, waves in (("sin x", 1), ("sin 5x", 5)):
        train, new = (seeds.stack(partial(curve, count, waves)).cpu() for count in (config.examples, config.tested))
        scores = errors(fits(train[..., :-1], train[..., -1:], lambdas), new[..., :-1], new[..., -1:])
        best_power.append(POWERS[scores.argmin(dim=1)])
        for k, power in enumerate(POWERS.tolist()):
            yield Metric(name, power, scores[:, k], chart="error on curves over log10 of lambda")
    yield Measured("wiggly-wants-less", best_power[0] - best_power[1])
    yield Progress(2, 2)
