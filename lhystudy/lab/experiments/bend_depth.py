"""Sigmoid or ReLU: the same race with one, three and eight hidden layers, on real handwritten digits.

Sigmoid 还是 ReLU：一层、三层、八层隐藏层，各比一次，用真实的手写数字。

lesson: bends
quick: steps=20
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

DEPTHS = (1, 3, 8)  # hidden layers


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    width: int = param(32, 4, 256, en="units of each hidden layer", zh="每个隐藏层的单元数")
    rate: float = param(0.003, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("relu-ahead-at-eight", "<", 0.5,
          en="with eight hidden layers ReLU trains better", zh="八层隐藏层时，ReLU 训练得更好",
          quantity_en="training loss of ReLU over that of sigmoid", quantity_zh="训练损失之比：ReLU 比 Sigmoid"),
    Claim("relu-ahead-at-three", "<", 0.5,
          en="with three hidden layers too", zh="三层时也是",
          quantity_en="training loss of ReLU over that of sigmoid", quantity_zh="训练损失之比：ReLU 比 Sigmoid"),
    Claim("relu-ahead-at-one", "<", 0.5,
          en="with a single hidden layer too", zh="一层时也是",
          quantity_en="training loss of ReLU over that of sigmoid", quantity_zh="训练损失之比：ReLU 比 Sigmoid"),
    Claim("alike-on-new-digits-at-one", "<", 0.02,
          en="with a single hidden layer both read new digits equally well", zh="只有一层时，两者认新数字一样准",
          quantity_en="test accuracy of ReLU minus that of sigmoid", quantity_zh="测试正确率之差：ReLU 减 Sigmoid"),
    Claim("sigmoid-starves-the-first-layer", "<", 0.001,
          en="with eight hidden layers the first one gets hardly any gradient through sigmoids",
          zh="八层 Sigmoid 之下，第一层几乎分不到梯度",
          quantity_en="first layer's gradient norm before training, sigmoid over ReLU",
          quantity_zh="训练前第一层的梯度长度之比：Sigmoid 比 ReLU"),
)  # fmt: skip

ZH = {
    "training loss with 1 hidden layer": "一层隐藏层的训练损失",
    "training loss with {} hidden layers": "{} 层隐藏层的训练损失",
    "After training": "训练之后", "hidden layers": "隐藏层数", "bend": "激活函数", "training loss": "训练损失",
    "test accuracy": "测试正确率", "first layer's gradient": "第一层的梯度",
}  # fmt: skip


class Net(nn.Module):
    """Hidden layers of the same width, the same bend after each, then ten scores."""

    def __init__(self, hidden: int, width: int) -> None:
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(64 if k == 0 else width, width) for k in range(hidden))
        self.scores, self.bend = nn.Linear(width, 10), torch.sigmoid

    def forward(self, x: Tensor) -> Tensor:  # (batch, 64) -> (batch, 10)
        for layer in self.hidden:
            x = self.bend(layer(x))
        scores: Tensor = self.scores(x)
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    images, labels = seeds.shared(data.train_images), seeds.shared(data.train_labels)
    loss, accuracy, first, rows = {}, {}, {}, []
    for depth in DEPTHS:
        start = seeds.network(partial(Net, depth, config.width))
        batches = [seeds.randint(len(data.train_labels), (64,)) for _ in range(config.steps)]  # (seeds, 64) each
        for kind, bend in (("sigmoid", torch.sigmoid), ("relu", torch.relu)):
            nets = deepcopy(start)  # both begin alike and see the same digits in the same order
            nets.one.bend = bend
            (gradient,) = torch.autograd.grad(cross_entropy(nets(images), labels).sum(), [nets.one.hidden[0].weight])
            first[kind, depth] = gradient.norm(dim=(1, 2))
            optimizer = torch.optim.Adam(nets.parameters(), lr=config.rate)
            for step, batch in enumerate(batches):
                now = cross_entropy(nets(data.train_images[batch]), data.train_labels[batch])
                optimizer.zero_grad()
                now.sum().backward()
                optimizer.step()
                if step % (1 + config.steps // 60) == 0:
                    layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
                    yield Metric(kind, step, now.detach(), chart=f"training loss with {layers}")
            with torch.no_grad():
                loss[kind, depth] = cross_entropy(nets(images), labels)
                right = nets(seeds.shared(data.test_images)).argmax(2) == data.test_labels
            accuracy[kind, depth] = right.cpu().double().mean(1)
            rows.append([depth, kind, loss[kind, depth], accuracy[kind, depth], first[kind, depth]])
            yield Progress(len(rows), 2 * len(DEPTHS))
    columns = ["hidden layers", "bend", "training loss", "test accuracy", "first layer's gradient"]
    yield Table("After training", columns, rows)
    for name, depth in (("relu-ahead-at-eight", 8), ("relu-ahead-at-three", 3), ("relu-ahead-at-one", 1)):
        yield Measured(name, loss["relu", depth] / loss["sigmoid", depth])
    yield Measured("alike-on-new-digits-at-one", accuracy["relu", 1] - accuracy["sigmoid", 1])
    yield Measured("sigmoid-starves-the-first-layer", first["sigmoid", 8] / first["relu", 8])
