"""A linear autoencoder finds the plane of principal components, but not its axes.

线性自编码器找到的就是主成分张成的平面，轴却不是主成分。

scikit-learn's digits, centred. The squared error of X W V depends on the data through X^T X alone, so each step sees
all digits at the price of a 64 x 64 matrix.

lesson: autoencoder-anomaly
quick: steps=200
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 50, 20000, en="training steps", zh="训练步数")
    code: int = param(8, 1, 40, en="numbers in the code", zh="编码的数的个数")


CLAIMS = (
    Claim("reaches-pca", "<", 0.01,
          en="trained by descent, a linear autoencoder's error comes down to that of the principal components",
          zh="用梯度下降训练的线性自编码器，误差降到与主成分一样",
          quantity_en="its error over the principal components', minus 1", quantity_zh="它的误差比主成分的误差，减 1"),
    Claim("same-plane", ">", 0.99,
          en="what it can reconstruct is the plane of the principal components",
          zh="它能重建的，正是主成分张成的平面",
          quantity_en="mean squared cosine of the angles between the two planes",
          quantity_zh="两个平面夹角余弦平方的平均"),
    Claim("finds-the-axes", ">", 0.9,
          en="each number of the code is one principal component", zh="编码里的每个数就是一个主成分",
          quantity_en="cosine between a decoder column and the principal direction nearest to it, mean of all columns",
          quantity_zh="解码器的一列与最近的主方向的余弦，各列平均"),
    Claim("holds-on-new-digits", "<", 0.02,
          en="the two agree on digits not learned from, too", zh="在没学过的数字上，两者也一致",
          quantity_en="its error on test digits over the principal components', minus 1",
          quantity_zh="测试数字上的误差比主成分的误差，减 1"),
)  # fmt: skip

ZH = {
    "squared error a digit": "每个数字的平方误差", "Squared error a digit": "每个数字的平方误差",
    "learned from": "学过的", "new": "新的", "principal components": "主成分", "linear autoencoder": "线性自编码器",
    "A digit, the components' copy, the autoencoder's": "原图、主成分的重建、自编码器的重建",
}  # fmt: skip


def error(product: Tensor, scatter: Tensor) -> Tensor:
    """Mean over the digits of |x - x P|^2 for P = W V: (seeds, 64, 64) and (64, 64) -> (seeds,)."""
    left = torch.eye(64, device=scatter.device) - product
    return (left * (scatter @ left)).sum((1, 2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    mean = data.train_images.mean(0)
    seen, new = data.train_images - mean, data.test_images - mean
    scatter, scatter_new = seen.T @ seen / len(seen), new.T @ new / len(new)
    principal = torch.linalg.eigh(scatter).eigenvectors[:, -config.code :]  # (64, code)
    projector = (principal @ principal.T)[None]
    floor, floor_new = error(projector, scatter), error(projector, scatter_new)

    w = (0.1 * seeds.randn(64, config.code)).requires_grad_()  # the encoder
    v = (0.1 * seeds.randn(config.code, 64)).requires_grad_()  # the decoder
    optimizer = torch.optim.Adam([w, v], lr=0.01)
    for step in range(config.steps):
        loss = error(w @ v, scatter)  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 100) == 0:
            yield Metric("linear autoencoder", step, loss.detach(), chart="squared error a digit")
            yield Metric("principal components", step, floor.item(), chart="squared error a digit")
        yield Progress(step + 1, config.steps)

    product, decoder = (w @ v).detach(), v.detach()
    reached, reached_new = error(product, scatter), error(product, scatter_new)
    basis = torch.linalg.qr(decoder.mT).Q  # (seeds, 64, code)
    cosines = (torch.nn.functional.normalize(decoder, dim=2) @ principal).abs()  # (seeds, code, code)
    yield Table("Squared error a digit", ["", "learned from", "new"],
                [["principal components", floor.item(), floor_new.item()],
                 ["linear autoencoder", reached, reached_new]])  # fmt: skip
    rows = [(image + mean).view(8, 8) for image in (new[3], new[3] @ projector[0], new[3] @ product[0])]
    yield Figure("A digit, the components' copy, the autoencoder's", "image",
                 {"values": torch.cat(rows, dim=1).clamp(0, 1).tolist()})  # fmt: skip
    yield Measured("reaches-pca", reached / floor - 1)
    yield Measured("same-plane", (principal.T @ basis).square().sum((1, 2)) / config.code)
    yield Measured("finds-the-axes", cosines.amax(2).mean(1))
    yield Measured("holds-on-new-digits", reached_new / floor_new - 1)
