"""What softmax does to scores, and what it does not.

Softmax 对分数做了什么，没做什么。

lesson: softmax-classification
quick: vectors=300
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    vectors: int = param(2000, 10, 50000, en="random vectors of scores", zh="随机分数向量的个数")
    classes: int = param(5, 2, 50, en="classes", zh="类别数")
    spread: float = param(3.0, 0.1, 8.0, en="standard deviation of the scores", zh="分数的标准差")


CLAIMS = (
    Claim("sums-to-one", "<=", 1e-12,
          en="the outputs sum to 1", zh="输出之和是 1",
          quantity_en="largest |sum - 1|, float64", quantity_zh="|和 - 1| 的最大值，float64"),
    Claim("strictly-inside", "<=", 0,
          en="every output computed lies strictly between 0 and 1", zh="算出来的每个输出都严格在 0 与 1 之间",
          quantity_en="outputs that are exactly 0 or 1, of random scores",
          quantity_zh="随机分数下恰为 0 或 1 的输出个数"),
    Claim("never-rounds", "<=", 0,
          en="however far apart the scores are", zh="分数差得再大也如此",
          quantity_en="outputs that are exactly 0 or 1, scores 0 and 800",
          quantity_zh="分数为 0 与 800 时恰为 0 或 1 的输出个数"),
    Claim("product-is-one", ">=", 0.999,
          en="the outputs multiply to 1", zh="输出之积是 1",
          quantity_en="largest product", quantity_zh="积的最大值"),
    Claim("product-bounded", "<=", 1.000001,
          en="their product is at most C^-C", zh="它们的积至多是 C^-C",
          quantity_en="largest product times C^C", quantity_zh="积的最大值乘以 C^C"),
    Claim("gap-widens", ">", 0,
          en="softmax makes the gap between two scores larger", zh="Softmax 拉大两个分数的差",
          quantity_en="share of pairs with |p_i - p_j| > |y_i - y_j|",
          quantity_zh="|p_i - p_j| > |y_i - y_j| 的比例"),
    Claim("gap-below-tanh", "<=", 1e-12,
          en="the gap of the outputs is at most tanh(|y_i - y_j|/2)", zh="输出之差至多是 tanh(|y_i - y_j|/2)",
          quantity_en="largest excess", quantity_zh="最多超出多少"),
    Claim("odds-are-exponential", "<=", 1e-9,
          en="the ratio of two outputs is exp(y_i - y_j)", zh="两个输出之比是 exp(y_i - y_j)",
          quantity_en="largest relative error", quantity_zh="最大相对误差"),
    Claim("shift-invariant", "<=", 1e-12,
          en="adding the same number to all scores changes nothing", zh="所有分数加同一个数，输出不变",
          quantity_en="largest change", quantity_zh="最大变化"),
    Claim("rows-sum-to-zero", "<=", 1e-12,
          en="each row of the Jacobian sums to 0", zh="雅可比矩阵每行之和是 0",
          quantity_en="largest |row sum|, autograd", quantity_zh="|行和| 的最大值，自动求导"),
    Claim("two-class-sigmoid", "<=", 1e-12,
          en="for two classes softmax is a sigmoid of y1 - y2", zh="两类时 Softmax 就是 y1 - y2 的 sigmoid",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("sigmoids-sum-to-one", "<=", 0.01,
          en="one sigmoid a class gives a distribution too", zh="每类一个 sigmoid 也得到一个分布",
          quantity_en="mean |sum of the sigmoids - 1|", quantity_zh="|sigmoid 之和 - 1| 的平均"),
)  # fmt: skip

ZH = {
    "the gap of two outputs against the gap of their scores": "两个输出之差与分数之差",
    "softmax beside dividing by the sum": "softmax 与除以总和的对比", "scores": "分数", "product": "乘积",
    "gap at which float64 rounds": "float64 开始舍入的分数之差", "to exactly 1": "恰为 1", "to exactly 0": "恰为 0",
}  # fmt: skip


def first_gap_that_rounds(to: float) -> float:
    """The smallest gap of two scores, in steps of 0.01, at which an output is exactly `to`, 0 or 1."""
    gaps = torch.arange(0, 80000, dtype=torch.float64) / 100
    p = torch.softmax(torch.stack([gaps, torch.zeros_like(gaps)], 1), 1)[:, 0 if to == 1 else 1]
    return gaps[p == to][0].item()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    shape = (config.vectors, config.classes)
    y = config.spread * seeds.stack(lambda: torch.randn(shape, dtype=torch.float64)).cpu()  # float64 stays on the CPU
    p = torch.softmax(y, 2)  # (seeds, vectors, classes)
    far = torch.softmax(torch.tensor([0.0, 800.0], dtype=torch.float64), 0)
    products = p.prod(2).amax(1)  # the largest of each seed
    y_gap, p_gap = y[..., 0] - y[..., 1], p[..., 0] - p[..., 1]

    some = y[:, :200].clone().requires_grad_()
    columns = [torch.autograd.grad(torch.softmax(some, 2)[..., k].sum(), some)[0] for k in range(config.classes)]
    jacobian = torch.stack(columns, 2)  # (seeds, vectors, output k, score j)
    two_classes = torch.softmax(y[..., :2], 2)[..., 0]
    moved = torch.softmax(y + 5, 2)
    yield Progress(1, 1)

    points = torch.stack([y_gap[0].abs(), p_gap[0].abs()], 1)[:400].tolist()
    bound = [[g / 10, torch.tanh(torch.tensor(g / 20)).item()] for g in range(0, 101, 2)]
    yield Figure("the gap of two outputs against the gap of their scores", "scatter",
                 {"series": {"pairs": points, "tanh(gap/2)": bound}}, "|y_i - y_j|", "|p_i - p_j|")  # fmt: skip
    rows = []
    for scores in ([3.0, 1.0, -3.0], [0.2, 0.1], [1.10, 1.01], [8.0, 6.0, 2.0]):
        z = torch.tensor(scores, dtype=torch.float64)
        outputs, shares = torch.softmax(z, 0), z / z.sum()
        shown = [", ".join(f"{value:.4f}" for value in values.tolist()) for values in (outputs, shares)]
        rows.append([str(scores), shown[0], f"{outputs.prod().item():.2e}", shown[1]])
    yield Table("softmax beside dividing by the sum", ["scores", "softmax", "product", "y / sum(y)"], rows)
    rounds = [first_gap_that_rounds(1), first_gap_that_rounds(0)]
    yield Table("gap at which float64 rounds", ["to exactly 1", "to exactly 0"], [rounds])

    def largest(errors: Tensor) -> Tensor:  # (seeds, …) -> (seeds,)
        return errors.flatten(1).amax(1)

    odds = p[..., 0] / p[..., 1] / torch.exp(y_gap)
    yield Measured("sums-to-one", largest((p.sum(2) - 1).abs()))
    yield Measured("strictly-inside", ((p == 0) | (p == 1)).sum((1, 2)))
    yield Measured("never-rounds", ((far == 0) | (far == 1)).sum())
    yield Measured("product-is-one", products)
    yield Measured("product-bounded", products * config.classes**config.classes)
    yield Measured("gap-widens", (p_gap.abs() > y_gap.abs()).double().mean(1))
    yield Measured("gap-below-tanh", largest(p_gap.abs() - torch.tanh(y_gap.abs() / 2)))
    yield Measured("odds-are-exponential", largest((odds - 1).abs()))
    yield Measured("shift-invariant", largest((moved - p).abs()))
    yield Measured("rows-sum-to-zero", largest(jacobian.sum(3).abs()))
    yield Measured("two-class-sigmoid", largest((two_classes - torch.sigmoid(y_gap)).abs()))
    yield Measured("sigmoids-sum-to-one", (torch.sigmoid(y).sum(2) - 1).abs().mean(1))
