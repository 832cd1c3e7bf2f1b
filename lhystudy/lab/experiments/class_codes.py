"""Classes coded 1, 2, 3 claim an order; one-hot codes claim none.

把类别写成 1、2、3，等于说它们有次序；独热编码不这么说。

Real data: 178 wines from three grapes, 13 measurements each (bundled with scikit-learn). First the grape is predicted
from the measurements by least squares, then the alcohol from the grape.

lesson: generative-classifier
quick: repeats=2
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from lhystudy.lab.data import wines
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    train: int = param(120, 30, 160, en="wines to learn from", zh="用来学习的酒")
    repeats: int = param(20, 1, 200, en="random splits a seed", zh="每个种子随机划分的次数")


CLAIMS = (
    Claim("codes-claim-an-order", ">", 0.05,
          en="with 1, 2, 3 as targets, which class gets which number decides how well it works",
          zh="用 1、2、3 当目标，哪一类分到哪个数，决定了效果好坏",
          quantity_en="best minus worst accuracy over the six orders", quantity_zh="六种排法中最好与最差的准确率之差"),
    Claim("one-hot-claims-none", "<=", 0.0,
          en="with one-hot targets the order of the classes makes no difference", zh="用独热目标，类别怎么排都一样",
          quantity_en="best minus worst accuracy over the six orders", quantity_zh="六种排法中最好与最差的准确率之差"),
    Claim("input-codes-too", ">", 0.05,
          en="a category put in as 1, 2, 3 explains more or less, as it is numbered",
          zh="类别以 1、2、3 作输入，编号不同，能解释的多少也不同",
          quantity_en="largest minus smallest explained share of the alcohol's variance",
          quantity_zh="酒精度的方差被解释的比例，最大减最小"),
    Claim("indicators-do-not", "<=", 1e-5,
          en="put in as three indicators it explains the same however it is numbered",
          zh="改用三个指示变量作输入，怎么编号都一样",
          quantity_en="largest minus smallest explained share", quantity_zh="被解释的比例，最大减最小"),
)  # fmt: skip

ZH = {
    "numbers of the grapes A B C": "葡萄 A B C 的编号", "accuracy with codes": "用编号的准确率",
    "accuracy with one-hot": "用独热的准确率", "explained with codes": "用编号解释的比例",
    "explained with indicators": "用指示变量解释的比例", "Six ways to number three classes": "给三个类别编号的六种排法",
}  # fmt: skip


def with_bias(features: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(features[..., :1]), features], dim=-1)


def fitted(x: Tensor, y: Tensor, at: Tensor) -> Tensor:
    """What the line of least squares through (x, y) says at other points."""
    line: Tensor = torch.linalg.lstsq(with_bias(x), y).solution
    return with_bias(at) @ line


def explained(x: Tensor, y: Tensor) -> Tensor:
    """The share of y's variance that a line in x explains, on the same data: x (…, n, d), y (…, n, 1) -> (…)."""
    rest = (y - fitted(x, y, x)).square().sum((-1, -2))
    return 1 - rest / (y - y.mean(-2, keepdim=True)).square().sum((-1, -2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = wines()
    features = ((data.features - data.features.mean(0)) / data.features.std(0)).to(seeds.device)
    grapes = data.labels.to(seeds.device)
    orders = list(permutations(range(3)))
    right = torch.zeros(2, len(orders), seeds.count, device=seeds.device)  # codes and one-hot, each order
    share = torch.zeros_like(right)
    for repeat in range(config.repeats):
        order = seeds.randperm(len(grapes))
        learn, test = order[:, : config.train], order[:, config.train :]
        x, at = features[learn], features[test]  # (seeds, train, 13) and (seeds, rest, 13)
        alcohol = features[learn][:, :, :1]
        for k, numbers in enumerate(orders):
            code = torch.tensor(numbers, device=seeds.device)[grapes]  # the number of each wine's grape
            one_hot = torch.nn.functional.one_hot(code, 3).to(x.dtype)
            number = code[:, None].to(x.dtype)
            nearest = fitted(x, number[learn], at)[:, :, 0].round().clamp(0, 2)
            largest = fitted(x, one_hot[learn], at).argmax(2)
            for row, said in enumerate((nearest, largest)):
                right[row, k] += (said == code[test]).to(x.dtype).mean(1) / config.repeats
            # two indicators beside the bias say the same as three
            for row, category in enumerate((number, one_hot[:, :2])):
                share[row, k] += explained(category[learn], alcohol) / config.repeats
        yield Progress(repeat + 1, config.repeats)
    yield Table("Six ways to number three classes",
                ["numbers of the grapes A B C", "accuracy with codes", "accuracy with one-hot",
                 "explained with codes", "explained with indicators"],
                [[" ".join(str(n + 1) for n in numbers), *right[:, k], *share[:, k]]
                 for k, numbers in enumerate(orders)])  # fmt: skip
    spread, spread_in = right.amax(1) - right.amin(1), share.amax(1) - share.amin(1)  # (2, seeds)
    yield Measured("codes-claim-an-order", spread[0])
    yield Measured("one-hot-claims-none", spread[1])
    yield Measured("input-codes-too", spread_in[0])
    yield Measured("indicators-do-not", spread_in[1])
