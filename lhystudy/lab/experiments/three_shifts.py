"""Three ways for data to differ, three remedies: which is for which?

数据不一致的三种情形，三种办法：哪种治哪种？

Synthetic data in the plane, two classes, a linear classifier. Covariate shift: the inputs move along a curved border.
Concept shift: the inputs stay, the border turns by 60 degrees. Prior shift: two clouds stay, their shares become 9:1.
Remedies: weights p_t(x)/p_s(x) (the true ones), correcting the output by the new shares, 20 target labels.

lesson: transfer-shift
quick: examples=200 steps=20
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    examples: int = param(2000, 100, 20000, en="examples of each domain", zh="每个领域的样本数")
    steps: int = param(200, 20, 2000, en="training steps", zh="训练步数")
    labels: int = param(20, 2, 500, en="target labels for fine-tuning", zh="微调用的目标标签数")
    share: float = param(
        0.9, 0.55, 0.99, en="share of class 1 in the target under prior shift", zh="先验偏移时目标中第 1 类的份额"
    )


CLAIMS = (
    Claim("weights-mend-inputs", ">", 0.05,
          en="weights mend a covariate shift under a model that is too simple", zh="模型太简单时，加权能治协变量偏移",
          quantity_en="target accuracy, weighted minus plain", quantity_zh="目标准确率之差：加权减不管"),
    Claim("no-weights-mend-concept", "<", 0.05,
          en="no weighting of the inputs mends a concept shift", zh="概念偏移，怎样给输入加权都治不好",
          quantity_en="best target accuracy of 10 random weightings minus plain",
          quantity_zh="目标准确率之差：10 种随机加权里最好的减不管"),
    Claim("labels-mend-concept", ">", 0.1,
          en="20 target labels do, though inputs and label names stay the same",
          zh="20 个目标标签能治，输入空间和标签名都没变",
          quantity_en="target accuracy, fine-tuned minus plain", quantity_zh="目标准确率之差：微调减不管"),
    Claim("shares-restored", "<", 0.01,
          en="after a prior shift correcting by log shares restores what training on the target reaches",
          zh="先验偏移时，按份额的对数修正，就回到在目标上训练的水平",
          quantity_en="target accuracy, trained on as many target examples minus corrected",
          quantity_zh="目标准确率之差：在同样多的目标样本上训练减修正"),
    Claim("shares-matter", ">", 0.02,
          en="and without it accuracy is lost", zh="不修正就有损失",
          quantity_en="target accuracy, corrected minus plain", quantity_zh="目标准确率之差：修正减不管"),
)  # fmt: skip

ZH = {"Accuracy on the target": "目标上的准确率", "shift": "偏移", "nothing": "不管", "weights": "加权",
      "corrected shares": "修正份额", "target labels": "目标标签", "trained on target": "在目标上训练",
      "covariate": "协变量", "concept": "概念", "prior": "先验"}  # fmt: skip

Domain = tuple[Tensor, Tensor]  # inputs (seeds, n, 2), class 0 or 1 (seeds, n)
MOVE = 0.75  # half of the way that the inputs go under covariate shift


def covariate(seeds: Seeds, n: int, middle: float) -> Domain:
    """The border is the parabola x2 = x1^2 / 2; inputs lie around the given place of x1."""
    x = seeds.randn(n, 2) + torch.tensor([middle, middle**2 / 2], device=seeds.device)
    chance = torch.sigmoid(4 * (x[..., 1] - x[..., 0] ** 2 / 2))
    return x, (seeds.rand(n) < chance).float()


def concept(seeds: Seeds, n: int, angle: float) -> Domain:
    x = seeds.randn(n, 2)
    chance = torch.sigmoid(4 * (math.cos(angle) * x[..., 1] - math.sin(angle) * x[..., 0]))
    return x, (seeds.rand(n) < chance).float()


def prior(seeds: Seeds, n: int, share: float) -> Domain:
    y = (seeds.rand(n) < share).float()
    return seeds.randn(n, 2) + (2 * y - 1)[..., None] * torch.tensor([1.0, 0.0], device=seeds.device), y


def score(w: Tensor, x: Tensor) -> Tensor:
    """The log odds of class 1, (seeds, n), under weights and bias (seeds, 3)."""
    return (x @ w[:, :2, None])[..., 0] + w[:, 2:]


def learn(x: Tensor, y: Tensor, weight: Tensor, steps: int, start: Tensor | None = None) -> Tensor:
    """Weights (seeds, 3) after weighted logistic regression by Adam."""
    w = (x.new_zeros(len(x), 3) if start is None else start.clone()).requires_grad_()
    adam = torch.optim.Adam([w], lr=0.05)
    for _ in range(steps):
        each = torch.nn.functional.binary_cross_entropy_with_logits(score(w, x), y, reduction="none")
        loss = (weight * each).sum(1) / weight.sum(1)  # (seeds,)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    return w.detach()


def accuracy(w: Tensor, domain: Domain, correction: float = 0.0) -> Tensor:
    x, y = domain
    return ((score(w, x) + correction > 0) == (y > 0.5)).float().mean(1)


def ratio(shift: str, x: Tensor, share: float) -> Tensor:
    """The true p_t(x)/p_s(x) of a shift at the source inputs: (seeds, n, 2) -> (seeds, n)."""
    if shift == "covariate":
        return (2 * MOVE * x[..., 0]).exp()  # two clouds that differ in x1 alone
    if shift == "concept":
        return torch.ones_like(x[..., 0])
    first = torch.sigmoid(2 * x[..., 0])  # p_s(class 1 | x)
    return 2 * share * first + 2 * (1 - share) * (1 - first)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    n, log_odds = config.examples, math.log(config.share / (1 - config.share))
    worlds = {
        "covariate": (covariate(seeds, n, -MOVE), covariate(seeds, n, MOVE), covariate(seeds, n, MOVE)),
        "concept": (concept(seeds, n, 0.0), concept(seeds, n, math.pi / 3), concept(seeds, n, math.pi / 3)),
        "prior": (prior(seeds, n, 0.5), prior(seeds, n, config.share), prior(seeds, n, config.share)),
    }  # source, target to learn from where a remedy may, target to test on
    right: dict[str, dict[str, Tensor]] = {}
    for number, (name, (source, target, test)) in enumerate(worlds.items()):
        one = torch.ones_like(source[1])
        plain = learn(*source, one, config.steps)
        few = target[0][:, : config.labels], target[1][:, : config.labels]
        right[name] = {
            "nothing": accuracy(plain, test),
            "weights": accuracy(learn(*source, ratio(name, source[0], config.share), config.steps), test),
            "corrected shares": accuracy(plain, test, log_odds if name == "prior" else 0.0),
            "target labels": accuracy(learn(*few, torch.ones_like(few[1]), config.steps, plain), test),
            "trained on target": accuracy(learn(*target, one, config.steps), test),
        }
        yield Progress(number + 1, 4)
    yield Table(
        "Accuracy on the target", ["shift", *right["prior"]], [[name, *of.values()] for name, of in right.items()]
    )

    source, _, test = worlds["concept"]
    best = torch.zeros(seeds.count, device=seeds.device)
    for _ in range(10):  # weights exp(a.x) for random a: each looks to another side
        weight = (source[0] @ seeds.randn(2, 1))[..., 0].exp()
        best = torch.maximum(best, accuracy(learn(*source, weight, config.steps), test))
    yield Measured("weights-mend-inputs", right["covariate"]["weights"] - right["covariate"]["nothing"])
    yield Measured("no-weights-mend-concept", best - right["concept"]["nothing"])
    yield Measured("labels-mend-concept", right["concept"]["target labels"] - right["concept"]["nothing"])
    yield Measured("shares-restored", right["prior"]["trained on target"] - right["prior"]["corrected shares"])
    yield Measured("shares-matter", right["prior"]["corrected shares"] - right["prior"]["nothing"])
    yield Progress(4, 4)
