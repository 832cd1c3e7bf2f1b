"""The movement is a fading sum of all past gradients, by hand and in torch, and what looking ahead changes.

动量的位移是过去所有梯度渐渐淡去的和：手写与 torch 对照，再看先看前面改变了什么。

A linear classifier on real digits, in double precision, so that two ways to the same number can be told apart.

lesson: momentum
quick: steps=50
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 2000, en="steps, each on 16 digits", zh="步数，每步 16 张数字图片")
    beta: float = param(0.9, 0.0, 0.99, en="momentum", zh="动量系数")
    rate: float = param(0.05, 0.001, 1.0, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("sum-of-past-gradients", "<", 1e-12,
          en="the movement is the sum of all past gradients, each fading by beta a step",
          zh="位移是过去所有梯度之和，每过一步淡去一个 beta",
          quantity_en="largest difference, recursion and explicit sum", quantity_zh="递推与直接求和的最大差"),
    Claim("torch-is-the-same", "<", 1e-12,
          en="torch's SGD with momentum makes the same walk", zh="torch 的 SGD 加 momentum 走的是同一条路",
          quantity_en="largest difference of a weight", quantity_zh="权重的最大差"),
    Claim("two-steps-alone", "<", 1e-12,
          en="split in two steps, with the gradient still taken at w, nothing has changed",
          zh="拆成两步，而梯度仍在 w 处求，什么都没变",
          quantity_en="largest difference of a weight from ordinary momentum",
          quantity_zh="与普通动量相比，权重的最大差"),
    Claim("looking-ahead-differs", ">", 1e-3,
          en="with the gradient taken ahead, at w + beta v, the walk is another one",
          zh="梯度改在前方 w + beta v 处求，路就不同了",
          quantity_en="largest difference of a weight from ordinary momentum",
          quantity_zh="与普通动量相比，权重的最大差"),
    Claim("torch-stores-the-place-ahead", "<", 1e-12,
          en="torch's nesterov=True keeps w + beta v as its parameter",
          zh="torch 的 nesterov=True 存的参数是 w + beta v",
          quantity_en="largest difference of a weight", quantity_zh="权重的最大差"),
    Claim("no-longer-against-the-gradient", "<", 0.9,
          en="with momentum a step no longer goes straight against the gradient",
          zh="有了动量，步子不再沿着负梯度方向",
          quantity_en="mean cosine of the movement and minus the gradient", quantity_zh="位移与负梯度夹角余弦的平均"),
)  # fmt: skip

ZH = {
    "cosine with minus the gradient": "与负梯度夹角的余弦", "steps ago": "几步之前",
    "weight of a gradient in the movement": "一个梯度在位移里的权重",
}  # fmt: skip

Batches = list[tuple[Tensor, Tensor]]  # (seeds, 16, 64) and (seeds, 16) each


def gradient(w: Tensor, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Slope of each seed's mean cross entropy in its weights: (seeds, 64, 10)."""
    images, labels = batch
    wrong = (images @ w).softmax(2) - one_hot(labels, 10)
    return images.transpose(1, 2) @ wrong / labels.shape[1]


def walk(batches: Batches, rate: float, beta: float, look: float, halves: bool = False) -> Iterator[tuple[Tensor, ...]]:
    """Gradient and movement of each step and the place after it; the gradient is taken at w + look * movement."""
    w = torch.zeros(len(batches[0][0]), 64, 10, dtype=torch.float64)
    movement = torch.zeros_like(w)
    for batch in batches:
        g = gradient(w + look * movement, batch)
        if halves:  # first coast, then correct
            coasted = w + beta * movement
            w, movement = coasted - rate * g, (coasted - rate * g) - w
        else:
            movement = beta * movement - rate * g
            w = w + movement
        yield g, movement, w


def torch_walk(batches: Batches, rate: float, beta: float, nesterov: bool) -> Iterator[Tensor]:
    """The places that torch's own SGD visits."""
    w = torch.zeros(len(batches[0][0]), 64, 10, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate, momentum=beta, nesterov=nesterov and beta > 0)
    for batch in batches:
        w.grad = gradient(w.detach(), batch)
        optimizer.step()
        yield w.detach().clone()


def apart(one: Tensor, other: Tensor) -> Tensor:
    return (one - other).abs().flatten(1).amax(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, rate, beta = digits(), config.rate, config.beta
    batches = []
    for _ in range(config.steps):
        picked = seeds.randint(len(data.train_labels), (16,)).cpu()
        batches.append((data.train_images[picked].double(), data.train_labels[picked]))
    gradients: list[Tensor] = []
    total = torch.zeros(seeds.count, dtype=torch.float64)
    differ, straight = total.clone(), total.clone()
    ordinary = []
    for t, (g, movement, w) in enumerate(walk(batches, rate, beta, 0.0)):
        gradients.append(g)
        ordinary.append(w)
        summed = sum((-rate * beta ** (t - i) * past for i, past in enumerate(gradients)), torch.zeros_like(w))
        differ = torch.maximum(differ, apart(movement, summed))
        cosine = torch.cosine_similarity(movement.flatten(1), -g.flatten(1))
        straight += cosine / config.steps
        yield Metric("movement", t, cosine, chart="cosine with minus the gradient")
        yield Progress(t, config.steps)
    fading = [[float(ago), beta**ago] for ago in range(41)]
    yield Figure("weight of a gradient in the movement", "lines", {"series": {f"beta {beta}": fading}}, "steps ago")
    yield Measured("sum-of-past-gradients", differ)
    yield Measured("no-longer-against-the-gradient", straight)

    last = ordinary[-1]
    yield Measured("torch-is-the-same", apart(list(torch_walk(batches, rate, beta, False))[-1], last))
    yield Measured("two-steps-alone", apart(list(walk(batches, rate, beta, 0.0, halves=True))[-1][2], last))
    _, movement, ahead = list(walk(batches, rate, beta, beta))[-1]
    yield Measured("looking-ahead-differs", apart(ahead, last))
    yield Measured("torch-stores-the-place-ahead",
                   apart(list(torch_walk(batches, rate, beta, True))[-1], ahead + beta * movement))  # fmt: skip
