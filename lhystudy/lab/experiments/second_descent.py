"""More features than examples: the test error peaks where the training set is just fitted, then falls again.

特征比样本多：测试错误率在刚好拟合训练集处最高，之后又下降。

Real data: handwritten digits. The features are ReLUs of random directions that are never trained; the weights on them
are solved for, and where many fit exactly, the shortest ones are taken (as descent from zero would find).

lesson: general-guidance
quick: examples=30
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

SHARES = (0.1, 0.2, 0.4, 0.7, 0.9, 1.0, 1.1, 1.5, 2.0, 4.0, 8.0)  # features over examples


@dataclass(frozen=True)
class Config:
    examples: int = param(100, 20, 500, en="digits to learn from", zh="用来学的数字个数")


CLAIMS = (
    Claim("fits-exactly", "<", 1e-6,
          en="with twice as many features as examples the training set is fitted exactly",
          zh="特征是样本的两倍，训练集就拟合得分毫不差",
          quantity_en="training loss", quantity_zh="训练损失"),
    Claim("worse-at-the-edge", ">", 0.1,
          en="with as many features as examples the test error is higher than with fewer",
          zh="特征与样本一样多时，测试错误率比特征少时高",
          quantity_en="test error at as many features minus the least below",
          quantity_zh="测试错误率之差：一样多减更少时的最低"),
    Claim("better-beyond", "<", 0.0,
          en="with eight times as many it is lower than anywhere below the edge",
          zh="特征是样本的八倍时，比特征更少时的任何一处都低",
          quantity_en="test error at eight times minus the least below the edge",
          quantity_zh="测试错误率之差：八倍减更少时的最低"),
)  # fmt: skip

ZH = {"test error by log2 of features over examples": "测试错误率（横轴：特征与样本之比的 log2）",
      "Errors by features": "特征数与误差",
      "features": "特征数", "training loss": "训练损失", "test error": "测试错误率"}  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    n = config.examples
    chosen = seeds.randperm(len(data.train_images)).cpu()[:, :n]
    x, y = (
        data.train_images[chosen].double(),
        torch.eye(10).double()[data.train_labels[chosen]],
    )  # one-hot: (seeds, n, 10)
    new_x, new_y = data.test_images.double(), data.test_labels
    most = int(SHARES[-1] * n)
    directions = seeds.stack(lambda: torch.randn(64, most, dtype=torch.float64) / 8).cpu()
    rows, errors = [], []
    for share in SHARES:
        count = max(1, round(share * n))
        features, new_features = ((z @ directions[:, :, :count]).relu() for z in (x, new_x))
        weights: Tensor = torch.linalg.pinv(features) @ y  # (seeds, count, 10): the shortest of the best
        loss = (features @ weights - y).square().mean((1, 2))
        error = ((new_features @ weights).argmax(2) != new_y).double().mean(1)
        rows.append([count, loss, error])
        errors.append(error)
        yield Metric("test error", math.log2(share), error, chart="test error by log2 of features over examples")
    yield Table("Errors by features", ["features", "training loss", "test error"], rows)
    below = torch.stack(errors[: SHARES.index(1.0)]).amin(0)
    yield Measured("fits-exactly", rows[SHARES.index(2.0)][1])
    yield Measured("worse-at-the-edge", errors[SHARES.index(1.0)] - below)
    yield Measured("better-beyond", errors[-1] - below)
