"""AdaBoost: stumps that are hardly better than chance, each trained on what the ones before got wrong.

AdaBoost：一串只比瞎猜强一点的树桩，每个都专攻前面的错。

Synthetic points in a square, parted by its diagonal. A stump looks at one coordinate only, so none can follow it.

lesson: ensembles-multitask
quick: points=60 rounds=15
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    points: int = param(200, 20, 1000, en="training points", zh="训练点数")
    rounds: int = param(100, 5, 500, en="stumps in a row", zh="树桩个数")
    wrong: float = param(0.15, 0.0, 0.4, en="share of wrong labels in the last part", zh="最后一部分里错误标签的比例")


CLAIMS = (
    Claim("stumps-are-weak", "<", 0.65,
          en="each stump is only a little better than chance on its weighted points",
          zh="每个树桩在自己的加权样本上只比瞎猜强一点",
          quantity_en="mean weighted accuracy of a stump", quantity_zh="树桩的平均加权准确率"),
    Claim("together-strong", ">", 0.95,
          en="together they follow the diagonal", zh="合起来就能贴着对角线走",
          quantity_en="training accuracy after all rounds", quantity_zh="全部轮次之后的训练准确率"),
    Claim("below-the-bound", "<=", 0.0,
          en="the training error stays below the product of 2 sqrt(r(1 - r))",
          zh="训练错误率始终不超过 2 sqrt(r(1 - r)) 的连乘积",
          quantity_en="largest excess of the error over the bound", quantity_zh="训练错误率比上界最多高出多少"),
    Claim("old-stump-is-useless", "<", 1e-6,
          en="under the new weights the last stump is right exactly half the time",
          zh="按新的权重，上一个树桩恰好对一半",
          quantity_en="largest distance of its weighted error from 1/2", quantity_zh="它的加权错误率与 1/2 的最大差"),
    Claim("bagged-stumps-do-not", ">", 0.05,
          en="as many stumps on random samples, without weights, stay behind on new points",
          zh="同样多的树桩只在随机样本上学、不改权重，在新点上落后",
          quantity_en="accuracy on new points, boosted minus bagged", quantity_zh="新点准确率：Boosting 减 Bagging"),
    Claim("wrong-labels-draw-weight", ">", 0.3,
          en="points with wrong labels draw far more weight than their share of 0.15",
          zh="标错的点吸走的权重远超它们 0.15 的占比",
          quantity_en="weight on wrongly labelled points at the end", quantity_zh="结束时标错的点占的权重"),
)  # fmt: skip

ZH = {
    "training error": "训练错误率", "The first four stumps": "前四个树桩", "round": "轮",
    "weighted error": "加权错误率", "coefficient": "系数", "What each reaches": "各自到多少", "boosted": "Boosting",
    "bagged": "Bagging",
    "one stump": "一个树桩", "training points": "训练点", "new points": "新点",
    "Boosted, with wrong labels": "Boosting，有错误标签", "Final weights": "最终的权重",
    "weight": "权重",
}  # fmt: skip


def best_stump(x: Tensor, y: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The stump with the least weighted error: its feature, threshold and direction, each (seeds,)."""
    ordered, order = x.sort(1)  # (seeds, n, 2): a border above every point, feature by feature
    carried = (weights * y)[:, :, None].expand_as(x).gather(1, order).cumsum(1)
    agreement = (weights * y).sum(1)[:, None, None] - 2 * carried  # of "1 above the border, -1 below"
    best = agreement.abs().flatten(1).argmax(1)
    n, features = x.shape[1:]
    row, feature = best // features, best % features
    seed = torch.arange(len(x), device=x.device)
    above = ordered[seed, (row + 1).clamp(max=n - 1), feature]
    return feature, (ordered[seed, row, feature] + above) / 2, agreement.flatten(1)[seed, best].sign()


def votes(stump: tuple[Tensor, Tensor, Tensor], x: Tensor) -> Tensor:
    """1 or -1 for every point: (seeds, n, 2) -> (seeds, n)."""
    feature, border, direction = stump
    value = x.gather(2, feature[:, None, None].expand(-1, x.shape[1], 1))[:, :, 0]
    return torch.where(value > border[:, None], direction[:, None], -direction[:, None])


def accuracy(score: Tensor, y: Tensor) -> Tensor:
    return (score * y > 0).double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x, new = (2 * seeds.rand(n, 2).double() - 1 for n in (config.points, 2000))
    y, truth = (torch.where(p.sum(2) > 0, 1.0, -1.0).double() for p in (x, new))
    flipped = torch.where(seeds.rand(config.points) < config.wrong, -y, y)
    ends, finals = {}, {}
    for labels, taught in (("all right", y), ("some wrong", flipped)):
        weights = torch.full_like(y, 1 / config.points)
        score, fresh, bound = torch.zeros_like(y), torch.zeros_like(truth), torch.ones_like(y[:, 0])
        rows, correct, excess, half = [], [], [], []
        for t in range(config.rounds):
            stump = best_stump(x, taught, weights)
            vote = votes(stump, x)
            r = (weights * (vote != taught)).sum(1).clamp(1e-9, 1 - 1e-9)  # weighted error (seeds,)
            alpha = 0.5 * ((1 - r) / r).log()
            weights = weights * (-alpha[:, None] * taught * vote).exp()  # a mistake gains weight
            weights = weights / weights.sum(1, keepdim=True)
            score, fresh = score + alpha[:, None] * vote, fresh + alpha[:, None] * votes(stump, new)
            bound = bound * 2 * (r * (1 - r)).sqrt()
            error = 1 - accuracy(score, taught)
            rows.append([t + 1, r, alpha])
            correct.append(1 - r)
            excess.append(error - bound)
            half.append(((weights * (vote != taught)).sum(1) - 0.5).abs())
            if labels == "all right":
                yield Metric("boosted", t + 1, error, chart="training error")
                yield Metric("bound", t + 1, bound, chart="training error")
        ends[labels] = [accuracy(score, taught), accuracy(fresh, truth)]
        finals[labels] = weights
        if labels == "all right":
            yield Table("The first four stumps", ["round", "weighted error", "coefficient"], rows[:4])
            yield Measured("stumps-are-weak", torch.stack(correct).mean(0))
            yield Measured("together-strong", ends[labels][0])
            yield Measured("below-the-bound", torch.stack(excess).amax(0))
            yield Measured("old-stump-is-useless", torch.stack(half).amax(0))
    polled, polled_new = torch.zeros_like(y), torch.zeros_like(truth)
    for _ in range(config.rounds):
        drawn = torch.zeros_like(y).scatter_add(1, seeds.randint(config.points, (config.points,)), torch.ones_like(y))
        stump = best_stump(x, y, drawn)
        polled, polled_new = polled + votes(stump, x), polled_new + votes(stump, new)
    alone = best_stump(x, y, torch.ones_like(y))
    yield Table("What each reaches", ["", "training points", "new points"],
                [["one stump", accuracy(votes(alone, x), y), accuracy(votes(alone, new), truth)],
                 ["bagged", accuracy(polled, y), accuracy(polled_new, truth)], ["boosted", *ends["all right"]],
                 ["Boosted, with wrong labels", *ends["some wrong"]]])  # fmt: skip
    wrong = flipped != y
    mine = config.points * finals["some wrong"][0]
    yield Figure("Final weights", "histogram",
                 {"series": {"rightly labelled": mine[~wrong[0]].tolist(),
                             "wrongly labelled": mine[wrong[0]].tolist()}}, "weight")  # fmt: skip
    yield Measured("bagged-stumps-do-not", ends["all right"][1] - accuracy(polled_new, truth))
    yield Measured("wrong-labels-draw-weight", (finals["some wrong"] * wrong).sum(1))
