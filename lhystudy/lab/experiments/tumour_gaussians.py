"""Malignant or benign, by two Gaussians: with more measurements, one shared covariance, or none between features.

用两个高斯分辨肿瘤是恶性还是良性：多看几个测量值，共用协方差，或假设特征互相独立。

Real data: 569 breast tumours with 30 measurements each (bundled with scikit-learn). 140 at random are learned from, as
many as in the lecture; the others test.

lesson: generative-classifier
quick: repeats=2
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import tumours
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

MODELS = ("separate", "shared", "naive")


@dataclass(frozen=True)
class Config:
    train: int = param(140, 140, 400, en="tumours to learn from", zh="用来学习的肿瘤数")
    repeats: int = param(30, 1, 200, en="random splits a seed", zh="每个种子随机划分的次数")


CLAIMS = (
    Claim("more-measurements-help", ">", 0.0,
          en="with a shared covariance 30 measurements are better than 2", zh="共用协方差时，30 个测量值比 2 个好",
          quantity_en="test accuracy, 30 minus 2", quantity_zh="测试准确率，30 个减 2 个"),
    Claim("separate-overfits", ">", 0.0,
          en="separate covariances of 30 measurements overfit more than a shared one",
          zh="30 个测量值各用各的协方差，过拟合比共用严重",
          quantity_en="training minus test accuracy, separate minus shared",
          quantity_zh="训练减测试准确率，各用减共用"),
    Claim("sharing-helps", ">", 0.0,
          en="with 30 measurements a shared covariance is better on new tumours",
          zh="30 个测量值时，共用协方差在新肿瘤上更好",
          quantity_en="test accuracy, shared minus separate", quantity_zh="测试准确率，共用减各用"),
    Claim("independence-costs", ">", 0.0,
          en="taking the measurements as independent (naive Bayes) costs accuracy",
          zh="把测量值当作互相独立（朴素贝叶斯），会损失准确率",
          quantity_en="test accuracy at 30 measurements, separate minus naive",
          quantity_zh="30 个测量值的测试准确率，各用减朴素"),
    Claim("naive-is-overconfident", ">", 0.02,
          en="naive Bayes is surer than it is right", zh="朴素贝叶斯的把握，大于它的准确率",
          quantity_en="mean probability of its answers minus its accuracy", quantity_zh="所给答案的平均概率减准确率"),
)  # fmt: skip

ZH = {
    "Test accuracy": "测试准确率", "Training accuracy": "训练准确率", "measurements": "测量值个数",
    "separate": "各用各的", "shared": "共用", "naive": "朴素（独立）", "model": "模型", "accuracy": "准确率",
    "Confidence and accuracy at 30 measurements": "30 个测量值时的把握与准确率",
    "mean probability of the answer": "所给答案的平均概率",
    "malignant or benign, by two measurements": "恶性还是良性：看两个测量值", "radius": "半径", "texture": "质地",
    "new tumours by all 30 measurements: the boundary is at 0": "新肿瘤，看全部 30 个测量值：边界在 0",
    "log odds of malignant, shared covariance": "恶性的对数几率，共用协方差",
}  # fmt: skip


class Gaussians:
    """The likeliest Gaussians of both classes under a model, and the prior of the class sizes."""

    def __init__(self, x: Tensor, labels: Tensor, model: str) -> None:
        members = torch.stack([labels == 0, labels == 1]).to(x.dtype)  # (2, n)
        sizes = members.sum(1)
        self.means = members @ x / sizes[:, None]
        centred = x - self.means[:, None]  # (2, n, d)
        spreads = (members[:, :, None] * centred).mT @ centred / sizes[:, None, None]
        if model == "shared":
            spreads = (sizes[:, None, None] * spreads).sum(0).expand_as(spreads) / sizes.sum()
        if model == "naive":  # independent within a class: nothing but the variances
            spreads = torch.diag_embed(spreads.diagonal(dim1=1, dim2=2))
        self.roots, self.log_prior = torch.linalg.cholesky(spreads), (sizes / sizes.sum()).log()

    def log_joint(self, x: Tensor) -> Tensor:
        """log p(x|C) P(C) of both classes, up to a common constant: (m, d) -> (m, 2)."""
        away: Tensor = torch.linalg.solve_triangular(self.roots, (x - self.means[:, None]).mT, upper=False)  # (2, d, m)
        logs: Tensor = -0.5 * away.square().sum(1) - self.roots.diagonal(dim1=1, dim2=2).log().sum(1)[:, None]
        return (logs + self.log_prior[:, None]).T

    def posterior(self, x: Tensor) -> Tensor:
        """P(C|x) of both classes: (m, d) -> (m, 2)."""
        return self.log_joint(x).softmax(1)


def border(plane: Tensor, labels: Tensor, model: str) -> list[list[float]]:
    """Places in the plane of two measurements, (n, 2), where both classes are about equally likely."""
    (left, low), (right, high) = plane.amin(0), plane.amax(0)
    at = torch.cartesian_prod(torch.linspace(left, right, 60).double(), torch.linspace(low, high, 60).double())
    malignant = Gaussians(plane, labels, model).posterior(at)[:, 0].view(60, 60) > 0.5
    changes = torch.zeros_like(malignant)
    changes[1:] = malignant[1:] != malignant[:-1]
    places: list[list[float]] = at[changes.flatten()].tolist()
    return places


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = tumours()
    # scaled by constants that are the same for all; float64 stays on the CPU
    features = ((data.features - data.features.mean(0)) / data.features.std(0)).double()
    sizes = (2, 7, 30)
    order = seeds.stack(lambda: torch.stack([torch.randperm(len(features)) for _ in range(config.repeats)])).cpu()
    shape = (len(sizes), len(MODELS), seeds.count, config.repeats)
    trained, tested, sure = (torch.zeros(shape, dtype=torch.float64) for _ in range(3))
    for seed in range(seeds.count):
        for repeat in range(config.repeats):
            learn, test = order[seed, repeat, : config.train], order[seed, repeat, config.train :]
            for k, d in enumerate(sizes):
                for m, model in enumerate(MODELS):
                    fit = Gaussians(features[learn, :d], data.labels[learn], model)
                    at = (k, m, seed, repeat)
                    for values, part in ((trained, learn), (tested, test)):
                        probability, answer = fit.posterior(features[part, :d]).max(1)
                        values[at] = (answer == data.labels[part]).double().mean()
                    sure[at] = probability.mean()  # of the test set, the last part
        yield Progress(seed + 1, seeds.count)
    trained, tested, sure = trained.mean(3), tested.mean(3), sure.mean(3)
    for title, values in (("Training accuracy", trained), ("Test accuracy", tested)):
        yield Table(title, ["measurements", *MODELS], [[d, *values[k]] for k, d in enumerate(sizes)])
    yield Table("Confidence and accuracy at 30 measurements", ["model", "mean probability of the answer", "accuracy"],
                [[model, sure[2, m], tested[2, m]] for m, model in enumerate(MODELS)])  # fmt: skip
    learn = order[0, 0, : config.train]
    plane, kind = data.features[learn, :2].double(), data.labels[learn]
    series = {"malignant": plane[kind == 0].tolist(), "benign": plane[kind == 1].tolist(),
              "separate": border(plane, kind, "separate"), "shared": border(plane, kind, "shared")}  # fmt: skip
    yield Figure("malignant or benign, by two measurements", "scatter", {"series": series}, "radius", "texture")
    new = order[0, 0, config.train :]
    logs = Gaussians(features[learn], kind, "shared").log_joint(features[new])
    odds, truth = logs[:, 0] - logs[:, 1], data.labels[new]
    yield Figure("new tumours by all 30 measurements: the boundary is at 0", "histogram",
                 {"series": {"malignant": odds[truth == 0].tolist(), "benign": odds[truth == 1].tolist()}},
                 "log odds of malignant, shared covariance")  # fmt: skip

    separate, shared, naive = tested[2]
    yield Measured("more-measurements-help", shared - tested[0, 1])
    yield Measured("separate-overfits", (trained[2, 0] - separate) - (trained[2, 1] - shared))
    yield Measured("sharing-helps", shared - separate)
    yield Measured("independence-costs", separate - naive)
    yield Measured("naive-is-overconfident", sure[2, 2] - naive)
