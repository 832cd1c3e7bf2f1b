"""The lottery ticket: prune a trained network, set what is left back to its beginning, and train it alone.

彩票假说：把训练好的网络剪掉大半，剩下的退回初始值，单独训练。

The digits are scikit-learn's.

lesson: compression
quick: steps=50
full: steps=3000
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps of every network", zh="每个网络训练的步数")
    kept: float = param(0.05, 0.005, 0.9, en="share of the weights that is kept", zh="保留的权重比例")


CLAIMS = (
    Claim("ticket-keeps-up", "<", 0.01,
          en="a twentieth of the weights, from its old beginning, learns as well as the whole",
          zh="二十分之一的权重，从原来的初始值出发，学得与整个网络一样好",
          quantity_en="accuracy of the whole minus of the ticket", quantity_zh="整个网络与中奖彩票的准确率之差"),
    Claim("beginning-matters", ">", 0.01,
          en="from a new beginning the same connections learn worse", zh="同样的连接，换一组初始值，就学得差",
          quantity_en="accuracy from the old beginning minus from a new one",
          quantity_zh="原初始值与新初始值的准确率之差"),
    Claim("connections-matter", ">", 0.01,
          en="from their old beginning, as many random connections learn worse",
          zh="同样多的随机连接，从原初始值出发，也学得差",
          quantity_en="accuracy of the ticket minus of random connections",
          quantity_zh="中奖彩票与随机连接的准确率之差"),
    Claim("signs-are-enough", "<", 0.01,
          en="of the old beginning only the signs matter", zh="原来的初始值，要紧的只是正负号",
          quantity_en="accuracy of the ticket minus with its signs and one size for all",
          quantity_zh="中奖彩票与只保留正负号（大小一律相同）的准确率之差"),
)  # fmt: skip

ZH = {"accuracy while training": "训练中的准确率", "Accuracy at the end": "最后的准确率", "network": "网络",
      "accuracy": "准确率", "whole": "整个网络", "ticket": "中奖彩票", "new beginning": "换初始值",
      "random connections": "随机连接", "signs only": "只留正负号"}  # fmt: skip


def build() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))


def weights(network: Network) -> list[Tensor]:
    """Both layers' weights, (seeds, 128, 64) and (seeds, 10, 128), without the biases."""
    return [network.one[0].weight, network.one[2].weight]


def largest(value: Tensor, share: float) -> Tensor:
    """Ones where a value is among its seed's largest `share` in its layer, zeros elsewhere."""
    flat = value.flatten(1)
    place = flat.argsort(1, descending=True).argsort(1)
    return (place < share * flat.shape[1]).float().view_as(value)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data: Digits = digits().to(seeds.device)
    batches = [seeds.randint(len(data.train_labels), (64,)) for _ in range(config.steps)]  # the same for all networks
    right: dict[str, Tensor] = {}

    def train(name: str, network: Network, masks: list[Tensor]) -> Iterator[Event]:
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for step in range(config.steps + 1):
            with torch.no_grad():
                for weight, mask in zip(weights(network), masks, strict=True):
                    weight.mul_(mask)
            if step in (10, 20, 40, 70, 100, 150, 200, config.steps):
                with torch.no_grad():
                    hits = network(seeds.shared(data.test_images)).argmax(2) == data.test_labels
                right[name] = hits.cpu().double().mean(1)
                yield Metric(name, step, right[name], chart="accuracy while training")
            if step < config.steps:
                drawn = batches[step]
                loss = cross_entropy(network(data.train_images[drawn]), data.train_labels[drawn])
                optimizer.zero_grad()
                loss.sum().backward()
                optimizer.step()
        yield Progress(len(right), 5)

    beginning, other = seeds.network(build), seeds.network(build)
    whole = copy.deepcopy(beginning)
    yield from train("whole", whole, [torch.ones_like(weight) for weight in weights(whole)])
    masks = [largest(weight.detach().abs(), config.kept) for weight in weights(whole)]
    chance = [largest(seeds.rand(*mask.shape[1:]), config.kept) for mask in masks]
    signs = copy.deepcopy(beginning)
    with torch.no_grad():
        for weight in weights(signs):
            weight.copy_(weight.sign() * weight.abs().mean((1, 2), keepdim=True))
    yield from train("ticket", copy.deepcopy(beginning), masks)
    yield from train("new beginning", other, masks)
    yield from train("random connections", copy.deepcopy(beginning), chance)
    yield from train("signs only", signs, masks)

    yield Table("Accuracy at the end", ["network", "accuracy"], [[name, right[name]] for name in right])
    yield Measured("ticket-keeps-up", right["whole"] - right["ticket"])
    yield Measured("beginning-matters", right["ticket"] - right["new beginning"])
    yield Measured("connections-matter", right["ticket"] - right["random connections"])
    yield Measured("signs-are-enough", right["ticket"] - right["signs only"])
