"""A rule that nobody can write down is found from examples, and answers inputs that no table holds.

谁也写不出来的规则，可以从例子里找到；它能回答表里没有的输入。

The spiral is synthetic; the digits are scikit-learn's.

lesson: what-is-ml
quick: steps=60
"""

import math
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
    steps: int = param(600, 10, 5000, en="training steps", zh="训练步数")
    turns: float = param(1.25, 0.25, 3.0, en="turns of the spiral", zh="螺旋的圈数")
    noise: float = param(0.04, 0.0, 0.5, en="scatter of the points", zh="点的散布")


CLAIMS = (
    Claim("found-from-examples", ">", 0.9,
          en="a network finds the spiral's two arms from 300 points", zh="网络从 300 个点找到螺旋的两条臂",
          quantity_en="accuracy on new points", quantity_zh="新点上的准确率"),
    Claim("beats-the-hand-rule", ">", 0.2,
          en="it is far better than the best rule of one straight cut", zh="它远胜最好的“切一刀”规则",
          quantity_en="accuracy of the network minus that of the cut, new points",
          quantity_zh="新点上网络与切一刀的准确率之差"),
    Claim("table-knows-no-new-image", "<", 0.01,
          en="a lookup table of 1000 digits contains hardly any of the unseen ones",
          zh="存了 1000 张数字的查找表，几乎查不到没见过的图",
          quantity_en="share of new images that stand in the table", quantity_zh="新图在表里查得到的比例"),
    Claim("network-knows-new-images", ">", 0.9,
          en="a network learned from the same 1000 digits reads the unseen ones",
          zh="从同样 1000 张学来的网络，读得出没见过的图",
          quantity_en="accuracy on new images", quantity_zh="新图上的准确率"),
)  # fmt: skip

ZH = {
    "best straight cut": "最好的一刀", "network": "网络", "exact table": "逐字查表", "nearest entry": "找最像的一条",
    "Share of right answers": "答对的比例", "examples": "例子", "new inputs": "新输入",
    "The spiral and what the network says": "螺旋与网络的判断", "training loss": "训练损失", "spiral": "螺旋",
    "digits": "数字",
}  # fmt: skip


def spiral(seeds: Seeds, config: Config, count: int) -> tuple[Tensor, Tensor]:
    """Points (seeds, count, 2) of two arms and the arm of each (seeds, count)."""
    arm = seeds.randint(2, (count,))
    radius = 0.2 + 0.8 * seeds.rand(count)
    angle = 2 * math.pi * config.turns * radius + math.pi * arm
    points = radius[..., None] * torch.stack([angle.cos(), angle.sin()], dim=2)
    return points + config.noise * seeds.randn(count, 2), arm


def best_cut(train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Accuracies (seeds,) of the straight cut that is best on the examples, out of 90 directions and 41 places."""
    angles = torch.arange(90, device=train[0].device) * math.pi / 45  # all the way round: either side may be arm 1
    directions = torch.stack([angles.cos(), angles.sin()])  # (2, 90)
    places = torch.linspace(-1, 1, 41, device=angles.device)

    def accuracies(points: Tensor, arm: Tensor) -> Tensor:  # (seeds, 90 * 41)
        says = (points @ directions)[..., None] > places  # (seeds, points, 90, 41)
        return (says == arm[:, :, None, None].bool()).float().mean(1).flatten(1)

    on_train = accuracies(*train)
    best = on_train.argmax(1, keepdim=True)
    return on_train.gather(1, best)[:, 0], accuracies(*test).gather(1, best)[:, 0]


def fit(network: Network, x: Tensor, y: Tensor, steps: int, name: str) -> Iterator[Event]:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for step in range(steps):
        loss = cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + steps // 100) == 0:
            yield Metric(name, step, loss.detach(), chart="training loss")


def accuracy(network: Network, x: Tensor, y: Tensor) -> Tensor:
    with torch.no_grad():
        right: Tensor = network(x).argmax(2) == y
    return right.float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    train, test = spiral(seeds, config, 300), spiral(seeds, config, 1000)
    network = seeds.network(lambda: nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2)))
    yield from fit(network, *train, config.steps, "spiral")
    yield Progress(1, 2)
    cut_train, cut_test = best_cut(train, test)
    net_train, net_test = accuracy(network, *train), accuracy(network, *test)
    with torch.no_grad():
        says = network[0](test[0][0]).argmax(1)
    arms = {f"network says {arm}": test[0][0][says == arm][:250].tolist() for arm in (0, 1)}
    yield Figure("The spiral and what the network says", "scatter", {"series": arms}, "x", "y")

    data = digits().to(seeds.device)
    chosen = seeds.randperm(len(data.train_images))[:, :1000]  # each seed has a table of its own
    images, labels = data.train_images[chosen], data.train_labels[chosen]  # (seeds, 1000, 64) and (seeds, 1000)
    new, answers = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    distance, entry = torch.cdist(new, images, compute_mode="donot_use_mm_for_euclid_dist").min(2)  # (seeds, 360)
    found = (distance == 0).float().mean(1)
    nearest = (labels.gather(1, entry) == answers).float().mean(1)
    reader = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    yield from fit(reader, images, labels, config.steps // 4, "digits")
    yield Progress(2, 2)
    yield Table("Share of right answers", ["", "", "examples", "new inputs"],
                [["spiral", "best straight cut", cut_train, cut_test], ["spiral", "network", net_train, net_test],
                 ["digits", "exact table", 1.0, found], ["digits", "nearest entry", 1.0, nearest],
                 ["digits", "network", accuracy(reader, images, labels), accuracy(reader, new, answers)]])  # fmt: skip
    yield Measured("found-from-examples", net_test)
    yield Measured("beats-the-hand-rule", net_test - cut_test)
    yield Measured("table-knows-no-new-image", found)
    yield Measured("network-knows-new-images", accuracy(reader, new, answers))
