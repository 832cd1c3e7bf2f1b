"""A line fitted where the examples are, and where the questions will be: weights p_t/p_s.

直线该拟合样本多的地方，还是将来要用的地方：权重 p_t/p_s。

Synthetic data (Shimodaira's example): y = -x + x^3 plus noise of spread 0.3; x of the source has mean 0.5 and spread
0.5, x of the target mean 0 and spread 0.3. The rule from x to y is the same in both. One set of weights comes from the
two densities, another from a classifier that tells source inputs from target inputs and sees no target label.

lesson: transfer-shift
quick: draws=5
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64
SOURCE, TARGET = (0.5, 0.5), (0.0, 0.3)  # mean and spread of x


@dataclass(frozen=True)
class Config:
    draws: int = param(100, 5, 1000, en="training sets of each seed", zh="每个种子的训练集个数")
    examples: int = param(100, 20, 1000, en="examples of a training set", zh="每个训练集的样本数")
    far: float = param(-1.0, -3.0, 3.0, en="mean of x in a target far away", zh="远处那个目标的 x 的均值")


CLAIMS = (
    Claim("weights-help", "<", 0.7,
          en="on the target a weighted line errs less than a plain one", zh="在目标上，加权的直线比不加权的错得少",
          quantity_en="error beyond the noise, weighted over plain", quantity_zh="噪声之外的误差之比：加权比不加权"),
    Claim("classifier-weights-too", "<", 0.7,
          en="so does a line weighted by a classifier that saw target inputs and no target labels",
          zh="权重来自分类器时也是，它只见过目标的输入，没见过标签",
          quantity_en="error beyond the noise, weighted over plain", quantity_zh="噪声之外的误差之比：加权比不加权"),
    Claim("right-model-needs-none", ">", 1.0,
          en="a cubic, which can be right everywhere, is better without weights",
          zh="三次式处处都能对，不加权更好",
          quantity_en="error beyond the noise, weighted over plain", quantity_zh="噪声之外的误差之比：加权比不加权"),
    Claim("far-few-are-left", "<", 5.0,
          en="three spreads away, 100 weighted examples are worth fewer than 5",
          zh="隔着三个标准差，100 个加权的样本抵不上 5 个",
          quantity_en="(sum of weights)^2 over the sum of their squares", quantity_zh="权重和的平方除以平方和"),
)  # fmt: skip

ZH = {"Error on the target beyond the noise": "目标上噪声之外的误差", "fit": "拟合", "plain": "不加权",
      "weighted": "加权", "weighted by classifier": "用分类器加权", "line": "直线", "cubic": "三次式",
      "line, far target": "直线，远处的目标", "Two lines and the truth": "两条直线与真相"}  # fmt: skip


def truth(x: Tensor) -> Tensor:
    return -x + x**3


def powers(x: Tensor, degree: int) -> Tensor:
    return torch.stack([x**k for k in range(degree + 1)], -1)  # (…) -> (…, degree + 1)


def log_density(x: Tensor, mean: float, spread: float) -> Tensor:
    return -(((x - mean) / spread) ** 2) / 2 - torch.tensor(spread).log()  # up to a constant that cancels


def fitted(x: Tensor, y: Tensor, weight: Tensor, degree: int) -> Tensor:
    """Weighted least squares: (…, n) -> coefficients (…, degree + 1)."""
    root = weight.sqrt()[..., None]
    solved: Tensor = torch.linalg.lstsq(powers(x, degree) * root, y[..., None] * root).solution
    return solved[..., 0]


def classifier_weights(source: Tensor, target: Tensor) -> Tensor:
    """p_t/p_s at the source inputs, from logistic regression on 1, x, x^2 by Newton's method: (…, n)."""
    x = powers(torch.cat([source, target], -1), 2)  # (…, 2n, 3)
    is_target = torch.arange(x.shape[-2]) >= source.shape[-1]
    c = torch.zeros_like(x[..., 0, :])
    for _ in range(8):
        p = torch.sigmoid((x @ c[..., None])[..., 0])
        slope = (x * (p - is_target.to(DOUBLE))[..., None]).sum(-2) + 1e-3 * c
        bend = x.mT @ (x * (p * (1 - p))[..., None]) + 1e-3 * torch.eye(3, dtype=DOUBLE)
        c = c - torch.linalg.solve(bend, slope)
    return (powers(source, 2) @ c[..., None])[..., 0].exp()  # as many source as target inputs


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    def normal(n: int) -> Tensor:
        return seeds.stack(lambda: torch.randn(config.draws, n, dtype=DOUBLE)).cpu()  # (seeds, draws, n)

    x = SOURCE[0] + SOURCE[1] * normal(config.examples)
    y = truth(x) + 0.3 * normal(config.examples)
    unlabelled = TARGET[0] + TARGET[1] * normal(config.examples)
    targets = {"near": TARGET, "far": (config.far, TARGET[1])}
    ratio = {name: (log_density(x, *place) - log_density(x, *SOURCE)).exp() for name, place in targets.items()}
    one, guessed = torch.ones_like(x), classifier_weights(x, unlabelled)

    def error(degree: int, weight: Tensor, place: tuple[float, float]) -> Tensor:
        """The squared distance from the truth over the target, a mean over the training sets: (seeds,)."""
        at = place[0] + place[1] * torch.linspace(-3, 3, 121, dtype=DOUBLE)
        mass = log_density(at, *place).exp()
        lines = fitted(x, y, weight, degree) @ powers(at, degree).T  # (seeds, draws, 121)
        return ((lines - truth(at)) ** 2 @ (mass / mass.sum())).mean(1)

    plain, weighted = error(1, one, TARGET), error(1, ratio["near"], TARGET)
    by_classifier = error(1, guessed, TARGET)
    cubic, cubic_weighted = error(3, one, TARGET), error(3, ratio["near"], TARGET)
    far = targets["far"]
    yield Table("Error on the target beyond the noise", ["fit", "plain", "weighted", "weighted by classifier"],
                [["line", plain, weighted, by_classifier],
                 ["cubic", cubic, cubic_weighted, error(3, guessed, TARGET)],
                 ["line, far target", error(1, one, far), error(1, ratio["far"], far), "-"]])  # fmt: skip
    at = torch.linspace(-0.8, 1.6, 49, dtype=DOUBLE)
    curves = {"truth": truth(at)} | {
        name: powers(at, 1) @ fitted(x, y, w, 1)[0, 0] for name, w in (("plain", one), ("weighted", ratio["near"]))
    }
    series = {name: torch.stack([at, curve], 1).tolist() for name, curve in curves.items()}
    yield Figure("Two lines and the truth", "lines", {"series": series}, "x", "y")
    yield Measured("weights-help", weighted / plain)
    yield Measured("classifier-weights-too", by_classifier / plain)
    yield Measured("right-model-needs-none", cubic_weighted / cubic)
    left = ratio["far"].sum(2) ** 2 / ratio["far"].square().sum(2)
    yield Measured("far-few-are-left", left.mean(1) * 100 / config.examples)
