"""A mark in the corner of one class is learned in place of the digit: a shortcut, and how to see it.

一类图的角上有个记号，网络学到的就是记号，不是数字：这叫捷径，可以看出来。

The digits are scikit-learn's threes and eights; the mark is planted.

lesson: what-is-ml
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    one: int = param(3, 0, 9, en="the digit with the mark", zh="带记号的数字")
    other: int = param(8, 0, 9, en="the digit without", zh="不带记号的数字")


CLAIMS = (
    Claim("looks-splendid", ">", 0.98,
          en="with the mark in its place the network looks splendid", zh="记号还在时，网络看上去好极了",
          quantity_en="accuracy on new images, marked as in training", quantity_zh="新图上的准确率，记号与训练时一样"),
    Claim("mark-draws-the-gradient", ">", 3.0,
          en="the output is far more sensitive to the mark than to other pixels", zh="输出对记号比对别的像素敏感得多",
          quantity_en="slope of the score in the mark's pixel over the mean of the others, in size",
          quantity_zh="得分对记号像素的斜率与其余像素平均之比（绝对值）"),
    Claim("falls-without-mark", ">", 0.1,
          en="remove the mark, and accuracy falls", zh="去掉记号，准确率下降",
          quantity_en="accuracy with the mark minus without it", quantity_zh="有记号与无记号的准确率之差"),
    Claim("digit-was-learnable", ">", 0.95,
          en="the same network without any marks learns the digits themselves",
          zh="同样的网络，没有记号时学得会数字本身",
          quantity_en="accuracy on new images, trained without marks", quantity_zh="新图上的准确率，训练时没有记号"),
)  # fmt: skip

ZH = {
    "Accuracy on new images": "新图上的准确率", "trained with the mark": "有记号训练", "trained without": "无记号训练",
    "mark as in training": "记号照旧", "no mark": "没有记号", "mark on the other digit": "记号换到另一个数字上",
    "training loss": "训练损失", "Size of the slope of the score in each pixel": "得分对每个像素的斜率（绝对值）",
}  # fmt: skip


def marked(images: Tensor, where: Tensor) -> Tensor:
    """Images (n, 64) with a white first pixel where it says so."""
    images = images.clone()
    images[where, 0] = 1.0
    return images


def fit(network: Network, images: Tensor, labels: Tensor, seeds: Seeds, steps: int, name: str) -> Iterator[Event]:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for step in range(steps):
        drawn = seeds.randint(len(labels), (64,))
        loss = cross_entropy(network(images[drawn]), labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + steps // 100) == 0:
            yield Metric(name, step, loss.detach(), chart="training loss")


def accuracy(network: Network, images: Tensor, labels: Tensor, seeds: Seeds) -> Tensor:
    with torch.no_grad():
        right: Tensor = network(seeds.shared(images)).argmax(2) == labels
    return right.float().mean(1)


def slopes(network: Network, images: Tensor, seeds: Seeds) -> Tensor:
    """Mean size of the slope of the score difference in each pixel: (seeds, 64)."""
    pixels = seeds.shared(images).clone().requires_grad_()
    scores = network(pixels)
    (slope,) = torch.autograd.grad((scores[..., 1] - scores[..., 0]).sum(), pixels)
    return slope.abs().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)

    def two(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        kept = (labels == config.one) | (labels == config.other)
        return images[kept], (labels[kept] == config.one).long()

    images, labels = two(data.train_images, data.train_labels)
    new, answers = two(data.test_images, data.test_labels)
    tests = {
        "mark as in training": marked(new, answers == 1),
        "no mark": new,
        "mark on the other digit": marked(new, answers == 0),
    }
    right, sensitive = {}, {}
    training = {"trained with the mark": marked(images, labels == 1), "trained without": images}
    for done, (name, shown) in enumerate(training.items()):
        network = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2)))
        yield from fit(network, shown, labels, seeds, config.steps, name)
        right[name] = {test: accuracy(network, seen, answers, seeds) for test, seen in tests.items()}
        sensitive[name] = slopes(network, tests["mark as in training"], seeds)
        yield Progress(done + 1, 2)

    marks, plain = right["trained with the mark"], right["trained without"]
    yield Table("Accuracy on new images", ["", *training], [[test, marks[test], plain[test]] for test in tests])
    slope = sensitive["trained with the mark"]
    yield Figure("Size of the slope of the score in each pixel", "heat",
                 {"values": slope[0].view(8, 8).tolist(), "x": list("01234567"), "y": list("01234567")})  # fmt: skip
    yield Measured("looks-splendid", marks["mark as in training"])
    yield Measured("mark-draws-the-gradient", slope[:, 0] / slope[:, 1:].mean(1))
    yield Measured("falls-without-mark", marks["mark as in training"] - marks["no mark"])
    yield Measured("digit-was-learnable", plain["no mark"])
