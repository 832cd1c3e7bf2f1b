"""A layer that turns digits upright, taught by nothing but the class: what it gains and what it really undoes.

一个把数字扶正的层，只靠类别标签学：它带来多少，又真正扶正了多少。

Real digits (scikit-learn's), each turned at random by up to `turn` degrees. A small network reads the six numbers off
the picture, the picture is sampled anew, and a small CNN sorts it. The other CNN has about as many weights, but no such
layer.

lesson: spatial-transformer
quick: steps=40
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.sampling import angle_of, sample, turn
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    turn: float = param(60.0, 0.0, 180.0, en="largest rotation, degrees", zh="最大转角，度")
    steps: int = param(240, 10, 5000, en="training steps of each network", zh="每个网络的训练步数")


CLAIMS = (
    Claim("beats-plain", ">", 0.02,
          en="with the layer a network sorts turned digits better than one of as many weights without it",
          zh="有这一层的网络，认转过的数字，胜过权重一样多却没有它的网络",
          quantity_en="accuracy on turned test digits, with minus without",
          quantity_zh="转过的测试数字上的准确率，有减无"),
    Claim("undoes-the-turn", "<", 0.5,
          en="the layer undoes the rotation: within a class digits come out standing alike",
          zh="这一层消去了旋转：同一类的数字出来时朝向一致",
          quantity_en="spread of the angles within a class, after over before",
          quantity_zh="同类数字角度的散布，之后比之前"),
    Claim("feels-the-class", ">", 0.0,
          en="the class alone gives the six numbers a gradient", zh="单凭类别，六个数就有梯度",
          quantity_en="norm of the first gradient of the layer's last weights",
          quantity_zh="该层最后一组权重第一步梯度的范数"),
    Claim("needs-no-turned-data", ">", 0.8,
          en="trained on upright digits only, the layer copes with turned ones",
          zh="只用正立的数字训练，这一层也能对付转过的",
          quantity_en="accuracy on turned test digits", quantity_zh="转过的测试数字上的准确率"),
    Claim("turned-data-help", ">", 0.1,
          en="turning the training digits helps a plain CNN with turned ones",
          zh="把训练数字也转一转，普通 CNN 认转过的数字就好得多",
          quantity_en="accuracy on turned test digits, with turned training minus without",
          quantity_zh="转过的测试数字上的准确率，转着训练减不转"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失",
    "Turned digits, and what the layer makes of them": "转过的数字，以及这一层把它们变成什么",
    "Accuracy on turned test digits": "转过的测试数字上的准确率", "network": "网络", "trained on": "训练用",
    "weights": "权重个数", "accuracy": "准确率", "accuracy, upright": "正立时的准确率",
    "transformer": "变换层加 CNN", "upright": "正立的", "turned": "转过的",
}  # fmt: skip


class Sorter(nn.Module):
    """A small CNN; a hidden layer of 26 makes up for the weights of the layer that it lacks."""

    def __init__(self, hidden: bool = True) -> None:
        super().__init__()
        head = [nn.Linear(128, 26), nn.ReLU(), nn.Linear(26, 10)] if hidden else [nn.Linear(128, 10)]
        self.layers = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), *head)

    def forward(self, images: Tensor) -> Tensor:  # (batch, 8, 8) -> (batch, 10)
        logits: Tensor = self.layers(images[:, None])
        return logits


class Transformer(nn.Module):
    """Six numbers a picture, the picture sampled by them, then a CNN. It begins with the identity."""

    def __init__(self) -> None:
        super().__init__()
        self.look, self.six = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU()), nn.Linear(32, 6)
        nn.init.zeros_(self.six.weight)
        self.six.bias.data = torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
        self.sorter = Sorter(hidden=False)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:  # (batch, 8, 8) -> (batch, 10), (batch, 2, 3)
        theta = self.six(self.look(images)).unflatten(1, (2, 3))
        return self.sorter(sample(images, theta)), theta


def logits_of(network: Network, images: Tensor) -> Tensor:
    output = network(images)
    logits: Tensor = output[0] if isinstance(output, tuple) else output
    return logits


def train(network: Network, name: str, turned: bool, config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    adam = torch.optim.Adam(network.parameters(), lr=0.005)
    for step in range(config.steps):
        chosen = seeds.randint(len(data.train_images), (64,))
        images = data.train_images[chosen].unflatten(2, (8, 8))
        if turned:
            images = sample(images, turn(math.radians(config.turn) * (2 * seeds.rand(64) - 1)))
        loss = cross_entropy(logits_of(network, images), data.train_labels[chosen])
        adam.zero_grad()
        loss.sum().backward()
        if step == 0 and name == "transformer turned":
            yield Measured("feels-the-class", network.one.six.weight.grad.flatten(1).norm(dim=1))
        adam.step()
        if step % 5 == 0:
            yield Metric(name, step, loss.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)


def spread(angles: Tensor, labels: Tensor) -> Tensor:
    """Root mean square of the angles about the mean of their class: (seeds, N), (N,) -> (seeds,)."""
    squares = torch.zeros_like(angles)
    for label in range(10):
        own = labels == label
        squares[:, own] = (angles[:, own] - angles[:, own].mean(1, keepdim=True)).square()
    return squares.mean(1).sqrt()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    upright = seeds.shared(data.test_images.view(-1, 8, 8))
    applied = math.radians(config.turn) * (2 * seeds.rand(len(data.test_labels)) - 1)
    turned = sample(upright, turn(applied))
    rows, accuracy = [], {}
    for kind, make in (("CNN", Sorter), ("transformer", Transformer)):
        for training in ("upright", "turned"):
            network = seeds.network(make)
            yield from train(network, f"{kind} {training}", training == "turned", config, seeds)
            with torch.no_grad():
                right = [(logits_of(network, images).argmax(2) == data.test_labels).double().mean(1)
                         for images in (turned, upright)]  # fmt: skip
            accuracy[kind, training] = right[0]
            weights = sum(p.numel() for p in network[0].parameters())
            rows.append([kind, training, weights, *right])
    columns = ["network", "trained on", "weights", "accuracy", "accuracy, upright"]
    yield Table("Accuracy on turned test digits", columns, rows)
    yield Measured("beats-plain", accuracy["transformer", "turned"] - accuracy["CNN", "turned"])
    with torch.no_grad():
        theta = network(turned)[1]  # of the transformer trained on turned digits: (seeds, 360, 2, 3)
    left = applied + angle_of(theta)
    yield Measured("undoes-the-turn", spread(left, data.test_labels) / spread(applied, data.test_labels))
    yield Measured("needs-no-turned-data", accuracy["transformer", "upright"])
    yield Measured("turned-data-help", accuracy["CNN", "turned"] - accuracy["CNN", "upright"])
    sevens = (data.test_labels == 7).nonzero()[:5, 0]
    before, after = turned[0, sevens], sample(turned[0, sevens], theta[0, sevens])
    rows_of_five = [torch.cat([nn.functional.pad(p, (0, 1, 0, 1)) for p in five], dim=1) for five in (before, after)]
    yield Figure("Turned digits, and what the layer makes of them", "image",
                 {"values": torch.cat(rows_of_five).clamp(0, 1).tolist()})  # fmt: skip
