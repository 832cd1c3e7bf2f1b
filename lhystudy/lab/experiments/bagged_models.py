"""One wrapper around five models: each learns from a random bag of the data, and the bags vote.

一个外壳套五种模型：各从随机的一袋数据里学，再一起投票。

Real data: 569 breast tumours with 30 measurements, 100 of them (each seed draws its own) to learn from, the rest new.

lesson: ensembles-multitask
quick: bags=3 steps=30
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import tumours
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

TAUGHT = 100  # tumours to learn from
Model = Callable[[Tensor], Tensor]  # measurements (seeds, bags, n, 30) -> scores (seeds, bags, n)


@dataclass(frozen=True)
class Config:
    bags: int = param(15, 3, 51, en="bags, so models in a vote (odd)", zh="袋数，也就是投票的模型个数（奇数）")
    splits: int = param(4, 1, 6, en="splits of a tree, one below the other", zh="一棵树上下分几次")
    steps: int = param(150, 10, 2000, en="steps of descent for the models that descend", zh="靠下降训练的模型走的步数")


CLAIMS = (
    Claim("trees-gain", ">", 0.01,
          en="a vote of bagged trees is better than a single tree", zh="套袋的树一起投票，比单棵树好",
          quantity_en="accuracy on new tumours, vote minus single", quantity_zh="新样本上的准确率：投票减单个"),
    Claim("svms-gain", ">", 0.01,
          en="a vote of bagged linear SVMs gains as trees do", zh="线性支持向量机套袋，收益和树一样",
          quantity_en="accuracy on new tumours, vote minus single", quantity_zh="新样本上的准确率：投票减单个"),
    Claim("logistic-gains", ">", 0.0,
          en="bagged logistic regressions gain too", zh="逻辑回归套袋也有收益",
          quantity_en="vote minus single", quantity_zh="投票减单个"),
    Claim("networks-gain", ">", 0.0,
          en="bagged small networks gain too", zh="小网络套袋也有收益",
          quantity_en="vote minus single", quantity_zh="投票减单个"),
    Claim("samples-loosen", "<", 0.8,
          en="trees grown on random samples make different mistakes", zh="在随机样本上长的树，错得不一样",
          quantity_en="correlation of two trees' mistakes", quantity_zh="两棵树的错误的相关系数"),
    Claim("features-loosen-further", "<", -0.05,
          en="with random measurements too, their mistakes are less alike still", zh="再随机选特征，错得更不一样",
          quantity_en="correlation with random measurements minus without", quantity_zh="相关系数：选特征减不选"),
)  # fmt: skip

ZH = {"Accuracy on new tumours": "新样本上的准确率", "Correlation of two models' mistakes": "两个模型的错误的相关系数",
      "model": "模型", "one alone": "单个", "bags": "随机样本", "bags, 10 measurements": "随机样本加 10 个特征",
      "same data": "同样的数据", "stump": "树桩", "tree": "树", "logistic": "逻辑回归", "linear SVM": "线性支持向量机",
      "small network": "小网络"}  # fmt: skip


def grow(x: Tensor, y: Tensor, weights: Tensor, splits: int, parent: Tensor | float = 1.0) -> Model:
    """A decision tree: (…, n, d), labels ±1 and weights (…, n). Each split parts the labels as purely as one can."""
    leaning = (weights * y).sum(-1, keepdim=True).sign()
    says = torch.where(leaning == 0, parent, leaning)  # a part without examples, or with a tie, says what held before
    if splits == 0:
        return lambda new: says.expand(new.shape[:-1])
    ordered, order = x.sort(-2)
    spread = torch.stack([weights, weights * y])[..., None].expand(2, *x.shape)
    left = spread.gather(-2, order.expand_as(spread)).cumsum(-2)  # below each border: weight, and label's surplus
    right = left[..., -1:, :] - left
    purity = left[1] ** 2 / left[0].clamp(min=1e-9) + right[1] ** 2 / right[0].clamp(min=1e-9)
    above = torch.cat([ordered[..., 1:, :], ordered[..., -1:, :]], -2)
    best = torch.where(above > ordered, purity, -1.0).flatten(-2).argmax(-1, keepdim=True)  # between equals no border
    feature = best % x.shape[-1]
    border = ((ordered + above) / 2).flatten(-2).gather(-1, best)

    def goes_right(points: Tensor) -> Tensor:
        index = feature[..., None, :].expand(*points.shape[:-1], 1)
        return points.gather(-1, index)[..., 0] > border

    low, high = (grow(x, y, weights * (goes_right(x) == side), splits - 1, says) for side in (False, True))
    return lambda points: torch.where(goes_right(points), high(points), low(points))


def descend(x: Tensor, y: Tensor, weights: Tensor, start: list[Tensor], hinge: bool, steps: int) -> Model:
    """A linear model (one matrix and one bias) or a network (two), on the weighted logistic or hinge loss."""
    parameters = [tensor.clone().requires_grad_() for tensor in start]

    def score(points: Tensor) -> Tensor:
        hidden = points
        for matrix, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            hidden = torch.relu(hidden @ matrix + bias)
        return (hidden @ parameters[-2] + parameters[-1])[..., 0]

    optimizer = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(steps):
        margin = y * score(x)
        loss = torch.relu(1 - margin) if hinge else torch.nn.functional.softplus(-margin)
        penalty = torch.stack([matrix.square().sum() for matrix in parameters[::2]]).sum()
        optimizer.zero_grad()
        ((loss * weights).sum() / TAUGHT + 0.005 * penalty).backward()
        optimizer.step()
    return score


def alike(wrong: Tensor) -> Tensor:
    """Mean correlation of two models' mistakes: (seeds, bags, n) -> (seeds,)."""
    off = wrong - wrong.mean(2, keepdim=True)
    off = off / off.norm(dim=2, keepdim=True).clamp(min=1e-9)
    bags = wrong.shape[1]
    pairs: Tensor = (off @ off.mT).sum((1, 2)) - bags
    return pairs / (bags * (bags - 1))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = tumours()
    order = seeds.randperm(len(data.labels)).cpu()
    x, y = data.features[order].to(seeds.device), (2.0 * data.labels[order] - 1).to(seeds.device)
    x = (x - x[:, :TAUGHT].mean(1, keepdim=True)) / x[:, :TAUGHT].std(1, keepdim=True)
    x, y = x[:, None].expand(-1, config.bags, -1, -1), y[:, None]  # (seeds, bags, 569, 30), (seeds, 1, 569)
    drawn = seeds.randint(TAUGHT, (config.bags, TAUGHT))
    bags = torch.zeros_like(drawn, dtype=x.dtype).scatter_add(2, drawn, torch.ones_like(drawn, dtype=x.dtype))
    kept = (seeds.rand(config.bags, 30).argsort(2) < 10).to(x.dtype)  # ten measurements for each bag
    ways = {"same data": (torch.ones_like(bags), x), "bags": (bags, x),
            "bags, 10 measurements": (bags, x * kept[:, :, None])}  # fmt: skip
    line = [seeds.randn(config.bags, *shape) * 0 for shape in ((30, 1), (1, 1))]
    net = [seeds.randn(config.bags, *shape) * 0.2 for shape in ((30, 16), (1, 16), (16, 1), (1, 1))]
    models: dict[str, Callable[[Tensor, Tensor, Tensor], Model]] = {
        "stump": lambda x, y, w: grow(x, y, w, 1), "tree": lambda x, y, w: grow(x, y, w, config.splits),
        "logistic": lambda x, y, w: descend(x, y, w, line, False, config.steps),
        "linear SVM": lambda x, y, w: descend(x, y, w, line, True, config.steps),
        "small network": lambda x, y, w: descend(x, y, w, net, False, config.steps),
    }  # fmt: skip
    single, vote, likeness = {}, {}, {}
    for k, (name, fit) in enumerate(models.items()):
        for way, (weights, shown) in ways.items():
            said = fit(shown[:, :, :TAUGHT], y[:, :, :TAUGHT], weights)(shown[:, :, TAUGHT:]).sign()
            likeness[name, way] = alike((said != y[:, :, TAUGHT:]).double())
            single[name, way] = (said == y[:, :, TAUGHT:]).double().mean((1, 2))
            vote[name, way] = (said.sum(1) * y[:, 0, TAUGHT:] > 0).double().mean(1)
        yield Progress(k + 1, len(models))
    yield Table("Accuracy on new tumours", ["model", "one alone", "same data", *list(ways)[1:]],
                [[name, single[name, "same data"], *(vote[name, way] for way in ways)] for name in models])  # fmt: skip
    yield Table("Correlation of two models' mistakes", ["model", *ways],
                [[name, *(likeness[name, way] for way in ways)] for name in models])  # fmt: skip
    gain = {name: vote[name, "bags"] - single[name, "same data"] for name in models}
    yield Measured("trees-gain", gain["tree"])
    yield Measured("svms-gain", gain["linear SVM"])
    yield Measured("logistic-gains", gain["logistic"])
    yield Measured("networks-gain", gain["small network"])
    yield Measured("samples-loosen", likeness["tree", "bags"])
    yield Measured("features-loosen-further", likeness["tree", "bags, 10 measurements"] - likeness["tree", "bags"])
