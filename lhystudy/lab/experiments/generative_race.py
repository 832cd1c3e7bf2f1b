"""Generative against discriminative: what an assumption is worth that is true, and what a false one costs.

生成式对判别式：假设对了值多少，错了又赔多少。

Both draw a line. The generative one fits a Gaussian to each class (independent features, the same spreads in both) and
reads w and b off; the discriminative one climbs down the cross entropy, without and with weight decay.

Two synthetic data sets, and real digits: 3 or 8.

lesson: logistic-regression
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

SIZES = {"gaussian": (10, 30, 100, 300, 2000), "outlying": (10, 30, 100, 300, 2000), "digits": (10, 30, 100, 260)}
FEATURES = 10  # of the synthetic data
MOMENTUM = 0.9


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 50, 5000, en="steps of gradient descent", zh="梯度下降的步数")
    rate: float = param(0.3, 0.01, 1.0, en="learning rate", zh="学习率")
    flipped: float = param(
        0.3, 0.0, 0.5, en="share of labels turned in the noisy runs", zh="带噪声的几次里，翻转的标签比例"
    )
    decay: float = param(0.1, 0.0, 1.0, en="weight decay of the third contestant", zh="第三个选手的权重衰减")


CLAIMS = (
    Claim("few-gaussian", ">", 0.0,
          en="ten examples, Gaussian classes: the generative model is better", zh="10 个样本、高斯数据：生成式更好",
          quantity_en="test accuracy, generative minus discriminative", quantity_zh="测试正确率之差，生成式减判别式"),
    Claim("thirty-gaussian", ">", 0.0,
          en="thirty examples, Gaussian classes: the generative model is better", zh="30 个样本、高斯数据：生成式更好",
          quantity_en="test accuracy, generative minus discriminative", quantity_zh="测试正确率之差，生成式减判别式"),
    Claim("few-digits", ">", 0.0,
          en="ten examples, real digits: the generative model is better", zh="10 个样本、真实数字：生成式更好",
          quantity_en="test accuracy, generative minus discriminative", quantity_zh="测试正确率之差，生成式减判别式"),
    Claim("noisy-digits", ">", 0.0,
          en="260 digits with noisy labels: the generative model is better", zh="260 个数字、标签带噪声：生成式更好",
          quantity_en="test accuracy, generative minus discriminative", quantity_zh="测试正确率之差，生成式减判别式"),
    Claim("decayed-digits", ">", 0.0,
          en="the same noise, but weight decay on the discriminative model: the generative one is still better",
          zh="同样的噪声，给判别式加上权重衰减：还是生成式更好",
          quantity_en="test accuracy, generative minus discriminative", quantity_zh="测试正确率之差，生成式减判别式"),
    Claim("many-gaussian", ">", 0.0,
          en="2000 examples, Gaussian classes: the discriminative model is better",
          zh="2000 个样本、高斯数据：判别式更好",
          quantity_en="test accuracy, discriminative minus generative", quantity_zh="测试正确率之差，判别式减生成式"),
    Claim("many-outlying", ">", 0.0,
          en="2000 examples that are not Gaussian: the discriminative model is better",
          zh="2000 个样本、不是高斯：判别式更好",
          quantity_en="test accuracy, discriminative minus generative", quantity_zh="测试正确率之差，判别式减生成式"),
    Claim("many-digits", ">", 0.0,
          en="260 digits: the discriminative model is better", zh="260 个数字：判别式更好",
          quantity_en="test accuracy, discriminative minus generative", quantity_zh="测试正确率之差，判别式减生成式"),
    Claim("other-line", ">", 5.0,
          en="same function set, same data, yet another w", zh="同一个函数集，同样的数据，得到的 w 却不同",
          quantity_en="angle between the two w on 100 Gaussian examples, degrees",
          quantity_zh="100 个高斯样本上两个 w 的夹角，度"),
)  # fmt: skip

ZH = {
    "Test accuracy": "测试正确率",
    "data": "数据", "examples": "样本数", "noisy labels": "标签噪声", "generative": "生成式",
    "discriminative": "判别式", "with weight decay": "加权重衰减",
    "gaussian": "高斯", "outlying": "有离群", "digits": "数字", "yes": "有", "no": "无",
    "gaussian: test accuracy by log10 of the examples": "高斯数据：测试正确率，横轴是样本数的 log10",
    "outlying: test accuracy by log10 of the examples": "有离群的数据：测试正确率，横轴是样本数的 log10",
    "digits: test accuracy by log10 of the examples": "真实数字：测试正确率，横轴是样本数的 log10",
}  # fmt: skip


def synthetic(kind: str, n: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """x (seeds, n, features) and y (seeds, n), the classes by turns: Gaussians whose centres lie 2 apart.

    "outlying": a fifth of class 1 lies far out, on its own side of the boundary.
    """
    y = (torch.arange(n, device=seeds.device) % 2).float().expand(seeds.count, n)
    x = seeds.randn(n, FEATURES)
    x[..., 0] += 2 * y - 1
    if kind == "outlying":
        x[..., 0] += 8 * y * (seeds.rand(n) < 0.2)
    return x, y


def threes_and_eights(n: int, seeds: Seeds) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """n digits of 3 or 8 to learn from, drawn by each seed, and all such test digits. Label 1 is the 8."""
    data = digits()
    sets = []
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        chosen = (labels == 3) | (labels == 8)
        sets.append((images[chosen], (labels[chosen] == 8).float()))
    (x, y), (new_x, new_y) = sets
    threes, eights = (y == 0).nonzero()[:, 0], (y == 1).nonzero()[:, 0]
    half = n // 2
    picks = [group[seeds.randperm(len(group)).cpu()[:, :half]] for group in (threes, eights)]  # (seeds, half) each
    pick = torch.cat(picks, dim=1)
    return (x[pick].to(seeds.device), y[pick].to(seeds.device)), (seeds.shared(new_x), seeds.shared(new_y))


def generative(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """w (seeds, features, 1) and b (seeds, 1, 1) from two means, one variance a feature, and the class sizes."""
    one, two = y[..., None], 1 - y[..., None]
    mean_1, mean_2 = ((c * x).sum(1, keepdim=True) / c.sum(1, keepdim=True).clamp(min=1) for c in (one, two))
    variance = (one * (x - mean_1) ** 2 + two * (x - mean_2) ** 2).mean(
        1, keepdim=True
    ) + 0.01  # pixels may be constant
    w = (mean_1 - mean_2) / variance
    prior = torch.log(one.sum(1, keepdim=True).clamp(min=1) / two.sum(1, keepdim=True).clamp(min=1))
    return w.mT, prior - 0.5 * (w * (mean_1 + mean_2)).sum(2, keepdim=True)


def discriminative(x: Tensor, y: Tensor, config: Config, decay: float) -> tuple[Tensor, Tensor]:
    """w and b by gradient descent on the mean cross entropy + decay/2 ‖w‖², from zero. Shapes as above.

    With momentum: at a rate that is safe for pixels, plain steps stop far from the minimum.
    """
    w = torch.zeros(len(x), x.shape[2], 1, device=x.device)
    b = torch.zeros(len(x), 1, 1, device=x.device)
    step_w, step_b = torch.zeros_like(w), torch.zeros_like(b)
    for _ in range(config.steps):
        error = torch.sigmoid(x @ w + b) - y[..., None]  # output - target
        step_w = MOMENTUM * step_w - config.rate * (x.mT @ error / x.shape[1] + decay * w)
        step_b = MOMENTUM * step_b - config.rate * error.mean(1, keepdim=True)
        w, b = w + step_w, b + step_b
    return w, b


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows, lead, angle = [], {}, torch.zeros(seeds.count)
    plans = [(kind, n, False) for kind, sizes in SIZES.items() for n in sizes] + [("digits", 260, True)]
    for done, (kind, n, noisy) in enumerate(plans):
        if kind == "digits":
            (x, y), (new_x, new_y) = threes_and_eights(n, seeds)
        else:
            (x, y), (new_x, new_y) = synthetic(kind, n, seeds), synthetic(kind, 2000, seeds)
        if noisy:
            y = torch.where(seeds.rand(n) < config.flipped, 1 - y, y)
        fits = {"generative": generative(x, y), "discriminative": discriminative(x, y, config, 0.0),
                "with weight decay": discriminative(x, y, config, config.decay)}  # fmt: skip
        right = {}
        for name, (w, b) in fits.items():
            right[name] = ((new_x @ w + b > 0)[..., 0] == (new_y > 0.5)).cpu().double().mean(1)
            lead[kind, n, noisy, name] = right["generative"] - right[name]
            if not noisy:
                yield Metric(name, log10(n), right[name], chart=f"{kind}: test accuracy by log10 of the examples")
        if (kind, n) == ("gaussian", 100):
            cosine = torch.cosine_similarity(fits["generative"][0], fits["discriminative"][0], dim=1)[:, 0]
            angle = torch.rad2deg(torch.arccos(cosine.clamp(-1, 1)))
        rows.append([kind, n, "yes" if noisy else "no", *right.values()])
        yield Progress(done + 1, len(plans))
    yield Table("Test accuracy", ["data", "examples", "noisy labels", *fits], rows)
    yield Measured("few-gaussian", lead["gaussian", 10, False, "discriminative"])
    yield Measured("thirty-gaussian", lead["gaussian", 30, False, "discriminative"])
    yield Measured("few-digits", lead["digits", 10, False, "discriminative"])
    yield Measured("noisy-digits", lead["digits", 260, True, "discriminative"])
    yield Measured("decayed-digits", lead["digits", 260, True, "with weight decay"])
    yield Measured("many-gaussian", -lead["gaussian", 2000, False, "discriminative"])
    yield Measured("many-outlying", -lead["outlying", 2000, False, "discriminative"])
    yield Measured("many-digits", -lead["digits", 260, False, "discriminative"])
    yield Measured("other-line", angle)
