"""One loop, three tasks: a number, a class and a picture, from the upper half of a handwritten digit.

同一个循环，三种任务：看数字图的上半边，给出一个数、一个类别、一张图。

lesson: what-is-ml
quick: steps=60
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")
    width: int = param(64, 2, 512, en="width of the hidden layer", zh="隐藏层宽度")


CLAIMS = (
    Claim("finds-a-number", "<", 0.5,
          en="regression: it foretells how much ink the lower half holds", zh="回归：预测下半边有多少墨",
          quantity_en="squared error over the variance, new images", quantity_zh="新图上平方误差与方差之比"),
    Claim("finds-a-class", ">", 0.7,
          en="classification: it names the digit from its upper half", zh="分类：只看上半边就认出数字",
          quantity_en="accuracy on new images", quantity_zh="新图上的准确率"),
    Claim("finds-a-picture", "<", 0.7,
          en="structured output: it draws the lower half", zh="结构化输出：把下半边画出来",
          quantity_en="squared error over that of the mean picture, new images",
          quantity_zh="新图上平方误差与“平均图”的平方误差之比"),
)  # fmt: skip

ZH = {
    "Same body, three heads": "同一个主干，三个头", "task": "任务", "output of one image": "一张图的输出",
    "loss": "损失",
    "number": "数", "class": "类别", "picture": "图", "on new images": "新图上", "squared error": "平方误差",
    "cross entropy": "交叉熵", "training loss over its first value": "训练损失与开始时之比",
    "Upper half as seen, lower half as drawn": "上半边是看到的，下半边是画出来的", "The whole image": "完整的图",
}  # fmt: skip

Loss = Callable[[Tensor, Tensor], Tensor]


def build(width: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(32, width), nn.ReLU(), nn.Linear(width, outputs))


def squared_error(says: Tensor, target: Tensor) -> Tensor:
    return (says - target).square().mean((1, 2))  # (seeds,)


def fit(network: Network, x: Tensor, y: Tensor, loss: Loss, seeds: Seeds, steps: int, name: str) -> Iterator[Event]:
    """The loop that all three tasks share; y is (examples, …)."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    first = None
    for step in range(steps):
        drawn = seeds.randint(len(x), (128,))
        value = loss(network(x[drawn]), y[drawn])
        optimizer.zero_grad()
        value.sum().backward()
        optimizer.step()
        first = value.detach() if first is None else first
        if step % (1 + steps // 100) == 0:
            yield Metric(name, step, value.detach() / first, chart="training loss over its first value")


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    seen, new = data.train_images[:, :32], seeds.shared(data.test_images[:, :32])  # the upper four rows of pixels
    below = data.train_images[:, 32:]  # the lower four
    tasks: dict[str, tuple[int, Tensor, Loss]] = {
        "number": (1, below.mean(1, keepdim=True), squared_error),
        "class": (10, data.train_labels, cross_entropy),
        "picture": (32, below, squared_error),
    }
    says = {}
    for done, (name, (outputs, target, loss)) in enumerate(tasks.items()):
        network = seeds.network(partial(build, config.width, outputs))
        yield from fit(network, seen, target, loss, seeds, config.steps, name)
        with torch.no_grad():
            says[name] = network(new)  # (seeds, 360, outputs)
        yield Progress(done + 1, 3)

    hidden = data.test_images[:, 32:]
    ink = hidden.mean(1, keepdim=True)
    number = squared_error(says["number"], ink) / ink.var(correction=0)
    right = (says["class"].argmax(2) == data.test_labels).float().mean(1)
    picture = squared_error(says["picture"], hidden) / (hidden - below.mean(0)).square().mean()
    yield Table("Same body, three heads", ["task", "output of one image", "loss", "on new images"],
                [["number", "(1,)", "squared error", number], ["class", "(10,)", "cross entropy", right],
                 ["picture", "(32,)", "squared error", picture]])  # fmt: skip
    whole = data.test_images[7].view(8, 8)
    drawn = torch.cat([whole[:4], says["picture"][0, 7].view(4, 8).clamp(0, 1)])
    yield Figure("The whole image", "image", {"values": whole.tolist()})
    yield Figure("Upper half as seen, lower half as drawn", "image", {"values": drawn.tolist()})
    yield Measured("finds-a-number", number)
    yield Measured("finds-a-class", right)
    yield Measured("finds-a-picture", picture)
