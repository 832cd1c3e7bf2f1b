"""Thirteen examples: naive Bayes and logistic regression look at (1, 1) and say different classes.

十三个样本：面对 (1, 1)，朴素贝叶斯与逻辑回归说的类别不同。

The lecture's table: (1, 1) once in class 1; (1, 0), (0, 1) and (0, 0) four times each in class 2. Nothing is random.

lesson: logistic-regression
quick: steps=300
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64
CORNERS = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], dtype=DOUBLE)


@dataclass(frozen=True)
class Config:
    repeats: int = param(4, 1, 1000, en="times that each corner of class 2 is seen", zh="第 2 类的每个角出现几次")
    more: int = param(
        1000,
        0,
        100000,
        en="further examples of class 2, none of them (1, 1)",
        zh="第 2 类再添多少个样本，都不是 (1, 1)",
    )
    rate: float = param(1.0, 0.01, 5.0, en="learning rate", zh="学习率")
    steps: int = param(2000, 100, 20000, en="steps of gradient descent", zh="梯度下降的步数")


CLAIMS = (
    Claim("bayes-says-two", "<", 0.5,
          en="naive Bayes puts (1, 1) into class 2", zh="朴素贝叶斯把 (1, 1) 归到第 2 类",
          quantity_en="P(C1 | (1, 1)) by naive Bayes", quantity_zh="朴素贝叶斯的 P(C1 | (1, 1))", seeds=1),
    Claim("logistic-says-one", ">", 0.95,
          en="logistic regression puts it into class 1", zh="逻辑回归把它归到第 1 类",
          quantity_en="fitted probability of class 1 at (1, 1)", quantity_zh="(1, 1) 处拟合出的第 1 类概率", seeds=1),
    Claim("weights-still-grow", ">", 1.1,
          en="a line separates the thirteen, so the weights grow on and on",
          zh="一条直线分得开这十三个点，所以权重一直在长",
          quantity_en="length of w at the end over that at half the steps",
          quantity_zh="结束时 w 的长度与半程之比", seeds=1),
    Claim("more-examples-teach-bayes", "<", 0.01,
          en="with many more examples naive Bayes learns that class 2 never shows (1, 1)",
          zh="样本多了，朴素贝叶斯就知道第 2 类从不出现 (1, 1)",
          quantity_en="P((1, 1) | C2) by naive Bayes after the further examples",
          quantity_zh="添了样本之后，朴素贝叶斯的 P((1, 1) | C2)", seeds=1),
)  # fmt: skip

ZH = {
    "probability of class 1 at (1, 1)": "(1, 1) 处第 1 类的概率", "Probability of class 1": "第 1 类的概率",
    "corner": "角", "class 1 seen": "第 1 类次数", "class 2 seen": "第 2 类次数", "naive Bayes": "朴素贝叶斯",
    "logistic": "逻辑回归", "boundary of logistic regression": "逻辑回归的边界",
}  # fmt: skip


def naive_bayes(x: Tensor, y: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
    """P(C1 | at), and P(at | C2) as the product of the features' shares. x (N, 2), y (N,), at (places, 2)"""
    joint, given = {}, {}
    for label in (0, 1):
        members = x[y == label]
        ones = members.mean(dim=0)  # the share of examples with a 1, for each feature
        given[label] = torch.where(at == 1, ones, 1 - ones).prod(dim=1)
        joint[label] = len(members) / len(x) * given[label]
    return joint[1] / (joint[0] + joint[1]), given[0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = torch.cat([CORNERS[:1], CORNERS[1:].repeat(config.repeats, 1)])
    y = (torch.arange(len(x)) == 0).to(DOUBLE)
    bayes, _ = naive_bayes(x, y, CORNERS)

    features = torch.cat([x, torch.ones(len(x), 1, dtype=DOUBLE)], dim=1)  # (13, 3): the last column is for the bias
    corners = torch.cat([CORNERS, torch.ones(4, 1, dtype=DOUBLE)], dim=1)
    weights = torch.zeros(3, dtype=DOUBLE, requires_grad=True)
    half = torch.zeros(3, dtype=DOUBLE)
    for step in range(config.steps):
        scores = features @ weights
        (gradient,) = torch.autograd.grad((softplus(scores) - y * scores).mean(), weights)
        weights = (weights - config.rate * gradient).detach().requires_grad_()
        if step == config.steps // 2:
            half = weights.detach()
        if step % max(1, config.steps // 100) == 0:
            chart = "probability of class 1 at (1, 1)"
            yield Metric("logistic regression", step, torch.sigmoid(corners[0] @ weights).item(), chart=chart)
            yield Metric("naive Bayes", step, bayes[0].item(), chart=chart)
    w1, w2, b = weights.tolist()
    logistic = torch.sigmoid(corners @ weights)
    seen = [[1, 0]] + [[0, config.repeats]] * 3
    rows = [[f"({c[0]:.0f}, {c[1]:.0f})", *counts, bayes[n].item(), logistic[n].item()]
            for n, (c, counts) in enumerate(zip(CORNERS, seen, strict=True))]  # fmt: skip
    yield Table("Probability of class 1", ["corner", "class 1 seen", "class 2 seen", "naive Bayes", "logistic"], rows)
    ends = [[at, -(w1 * at + b) / w2] for at in (0.4, 1.1)]  # where w1 x1 + w2 x2 + b = 0
    series = {"class 1": CORNERS[:1].tolist(), "class 2": CORNERS[1:].tolist(), "boundary": ends}
    yield Figure("boundary of logistic regression", "scatter", {"series": series}, "x1", "x2")

    added = CORNERS[1:].repeat(config.more // 3 + 1, 1)[: config.more]
    _, of_two = naive_bayes(torch.cat([x, added]), torch.cat([y, torch.zeros(len(added), dtype=DOUBLE)]), CORNERS[:1])
    yield Measured("bayes-says-two", bayes[0].item())
    yield Measured("logistic-says-one", logistic[0].item())
    yield Measured("weights-still-grow", (weights[:2].norm() / half[:2].norm()).item())
    yield Measured("more-examples-teach-bayes", of_two[0].item())
