"""What least squares chooses: descent's goal, fitted and Taylor polynomials, shifts and scales of the data.

最小二乘选出什么：下降的终点、拟合与泰勒多项式、数据的平移与缩放。

The creatures are synthetic: the game's formula with random levels and individual values. exp is taken at 61 even points
of [-2, 2]. Everything is computed in double precision.

lesson: regression-case
quick: steps=300
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import factorial

import torch
from torch import Tensor

from lhystudy.lab.data import evolutions
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    examples: int = param(40, 8, 1000, en="creatures learned from", zh="用来学习的个体数")
    steps: int = param(5000, 100, 20000, en="steps of descent", zh="下降的步数")
    rate: float = param(0.1, 0.0001, 0.9, en="learning rate", zh="学习率")
    penalty: float = param(10.0, 0.01, 1000.0, en="lambda of the penalty", zh="惩罚的 λ")
    shift: float = param(1000.0, 0.0, 1e6, en="CP added to every target", zh="给每个目标加上的 CP")


CLAIMS = (
    Claim("descent-gets-there", "<", 1e-6,
          en="descent ends where the formula says", zh="下降的终点就是公式的解",
          quantity_en="largest difference of a weight, in CP", quantity_zh="权重的最大差，CP"),
    Claim("fitted-weights-unrelated", "<", 0.01,
          en="fitted weights have nothing to do with one another: a further power leaves the others",
          zh="拟合出来的权重彼此无关：多加一次方，其他的不变",
          quantity_en="largest change of the constant from a degree to the next",
          quantity_zh="次数加一时常数项的最大变化",
          seeds=1),
    Claim("taylor-tied-to-a-point", "<", 0.8,
          en="expanded at 0, Taylor's polynomial of degree 3 is better near 0",
          zh="在 0 处展开，三次泰勒多项式在 0 附近更准",
          quantity_en="mean |error| for |x| < 0.5, Taylor over fit",
          quantity_zh="|x| < 0.5 时平均误差之比，泰勒比拟合",
          seeds=1),
    Claim("fit-serves-all-points", ">", 1.25,
          en="over the whole interval the fit is better", zh="在整个区间上，拟合更准",
          quantity_en="root mean squared error, Taylor over fit", quantity_zh="均方根误差之比，泰勒比拟合",
          seeds=1),
    Claim("free-bias-just-shifts", "<", 1e-6,
          en="with a free bias, adding 1000 to every target adds 1000 to every prediction",
          zh="偏置不受惩罚时，目标都加 1000，预测就都加 1000",
          quantity_en="largest deviation from that, in CP", quantity_zh="与此的最大偏差，CP"),
    Claim("penalised-bias-misses", ">", 10.0,
          en="with a penalised bias the predictions do not follow", zh="偏置受惩罚时，预测跟不上",
          quantity_en="how far the mean prediction lags behind, in CP", quantity_zh="平均预测落后多少，CP"),
    Claim("scaling-changes-nothing", "<", 1e-6,
          en="standardising the inputs leaves unpenalised predictions as they were",
          zh="没有惩罚时，把输入标准化不改变预测",
          quantity_en="largest change of a prediction, in CP", quantity_zh="预测的最大变化，CP"),
    Claim("penalty-changes-the-answer", ">", 1.0,
          en="a penalty does change them", zh="加上惩罚就会改变预测",
          quantity_en="root mean squared change of the predictions, in CP", quantity_zh="预测变化的均方根，CP"),
)  # fmt: skip

ZH = {
    "log10 of the loss above the least": "损失高出最小值多少，log10",
    "Coefficients of polynomials for exp": "exp 的多项式的系数",
    "degree": "次数", "constant": "常数", "x": "一次", "x squared": "二次", "x cubed": "三次",
    "fit, 1": "拟合，1", "fit, 2": "拟合，2", "fit, 3": "拟合，3", "fit, 4": "拟合，4", "Taylor, any": "泰勒，任意",
}  # fmt: skip


def solve(x: Tensor, y: Tensor, penalty: float = 0.0, free: int = 0) -> Tensor:
    """(X^T X + penalty I)^-1 X^T y, the first `free` weights not penalised: (…, n, d), (…, n, 1) -> (…, d, 1)."""
    penalised = torch.eye(x.shape[-1], dtype=x.dtype)
    penalised[:free] = 0
    weights: Tensor = torch.linalg.solve(x.mT @ x + penalty * penalised, x.mT @ y)
    return weights


def with_one(x: Tensor) -> Tensor:
    """A column of ones before the others: the bias is the first weight."""
    return torch.cat([torch.ones_like(x[..., :1]), x], dim=-1)


def exponential() -> Iterator[Event]:
    """exp by least squares and by Taylor at 0."""
    x = torch.linspace(-2, 2, 61, dtype=torch.float64)
    powers = torch.stack([x**k for k in range(5)], dim=1)
    fitted = [solve(powers[:, : d + 1], x.exp()[:, None])[:, 0] for d in range(1, 5)]
    taylor = torch.tensor([1 / factorial(k) for k in range(4)], dtype=torch.float64)
    rows: list[list[object]] = [
        [f"fit, {d}", *[round(v, 3) for v in a[:4].tolist()], *[""] * (4 - len(a))] for d, a in enumerate(fitted, 1)
    ]
    rows.append(["Taylor, any", *[round(v, 3) for v in taylor.tolist()]])
    yield Table("Coefficients of polynomials for exp", ["degree", "constant", "x", "x squared", "x cubed"], rows)
    yield Measured("fitted-weights-unrelated", torch.stack([a[0] for a in fitted]).diff().abs().max().item())
    off_fit, off_taylor = powers[:, :4] @ fitted[2] - x.exp(), powers[:, :4] @ taylor - x.exp()
    near = x.abs() < 0.5
    yield Measured("taylor-tied-to-a-point", (off_taylor[near].abs().mean() / off_fit[near].abs().mean()).item())
    yield Measured("fit-serves-all-points", (off_taylor.square().mean() / off_fit.square().mean()).sqrt().item())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    table = seeds.stack(partial(evolutions, config.examples)).cpu()  # (seeds, examples, 7)
    raw, y = table[..., 1:5], table[..., 5:6]
    deviation, centre = torch.std_mean(raw, dim=1, keepdim=True, correction=0)
    scaled = (raw - centre) / deviation
    x = with_one(scaled[..., :1])  # 1 and CP
    best = solve(x, y)
    least = (x @ best - y).square().mean(dim=(1, 2))
    w = torch.zeros_like(best)
    for step in range(config.steps):
        left = x @ w - y
        if step < 200:
            above = (left.square().mean(dim=(1, 2)) - least).clamp(min=1e-12)
            yield Metric("descent", step, above.log10(), chart="log10 of the loss above the least")
        w = w - config.rate * 2 * x.mT @ left / config.examples
    yield Measured("descent-gets-there", (w - best).abs().amax(dim=(1, 2)))
    yield from exponential()

    x, moved = with_one(scaled), y + config.shift
    free = x @ (solve(x, moved, config.penalty, free=1) - solve(x, y, config.penalty, free=1))
    held = x @ (solve(x, moved, config.penalty) - solve(x, y, config.penalty))
    yield Measured("free-bias-just-shifts", (free - config.shift).abs().amax(dim=(1, 2)))
    yield Measured("penalised-bias-misses", (config.shift - held).mean(dim=(1, 2)))
    plain = x @ solve(x, y)
    unscaled = with_one(raw)
    yield Measured("scaling-changes-nothing", (unscaled @ solve(unscaled, y) - plain).abs().amax(dim=(1, 2)))
    penalised = x @ solve(x, y, config.penalty, free=1)
    yield Measured("penalty-changes-the-answer", (penalised - plain).square().mean(dim=(1, 2)).sqrt())
