"""Set the smallest weights to zero, or whole neurons: how few are enough for digits?

把最小的权重归零，或者整个神经元拿掉：认数字，剩多少就够？

The digits are scikit-learn's; the network has 128 hidden neurons and about 9,500 weights.

lesson: compression
quick: steps=60 tuning=20
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SHARES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02)  # of the weights that are kept
Keep = Callable[[Network, float], list[Tensor]]  # a mask of zeros and ones for each layer's weights


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    tuning: int = param(50, 0, 2000, en="steps of fine-tuning after pruning", zh="剪枝之后微调的步数")


CLAIMS = (
    Claim("a-fifth-is-enough", "<", 0.02,
          en="a fifth of the weights, the largest, is enough without any more training",
          zh="只留最大的五分之一权重，不再训练也够用",
          quantity_en="accuracy of the whole network minus with a fifth",
          quantity_zh="整个网络与只留五分之一的准确率之差"),
    Claim("size-beats-chance", ">", 0.2,
          en="it matters which: the largest fifth reads far better than a random fifth",
          zh="留哪些很要紧：最大的五分之一，远胜随机的五分之一",
          quantity_en="accuracy with the largest fifth minus with a random fifth",
          quantity_zh="留最大与随机留五分之一的准确率之差"),
    Claim("tuning-mends", ">", 0.1,
          en="where pruning hurts, a little training mends it (one weight in twenty)",
          zh="剪狠了，稍加训练就能补回来（二十个留一个）",
          quantity_en="accuracy with 5% of the weights, tuned minus not",
          quantity_zh="留 5% 权重，微调与不微调的准确率之差"),
    Claim("neurons-cost-more", ">", 0.05,
          en="dropping whole neurons costs more than dropping as many single weights (a tenth is kept)",
          zh="拿掉整个神经元，比拿掉同样多的零散权重代价大（留一成）",
          quantity_en="accuracy with a tenth of the weights minus with a tenth of the neurons",
          quantity_zh="留一成权重与留一成神经元的准确率之差"),
)  # fmt: skip

ZH = {"accuracy against the share of weights kept": "准确率随保留比例的变化", "Accuracy": "准确率", "kept": "保留",
      "largest weights": "最大的权重", "largest, tuned": "最大的，再微调", "random weights": "随机的权重",
      "largest neurons": "最大的神经元"}  # fmt: skip


def weights(network: Network) -> list[Tensor]:
    """Both layers' weights, (seeds, 128, 64) and (seeds, 10, 128), without the biases."""
    return [network.one[0].weight, network.one[2].weight]


def largest(value: Tensor, share: float) -> Tensor:
    """Ones where a value is among its seed's largest `share` in its layer, zeros elsewhere."""
    flat = value.flatten(1)
    place = flat.argsort(1, descending=True).argsort(1)
    return (place < share * flat.shape[1]).float().view_as(value)


def by_neuron(network: Network, share: float) -> list[Tensor]:
    """Masks that keep the neurons whose weights, in and out, have the largest product of norms."""
    into, out = weights(network)
    kept = largest(into.norm(dim=2) * out.norm(dim=1), share)  # (seeds, 128)
    return [kept[:, :, None].expand_as(into), kept[:, None].expand_as(out)]


def apply(network: Network, masks: list[Tensor]) -> None:
    with torch.no_grad():
        for weight, mask in zip(weights(network), masks, strict=True):
            weight.mul_(mask)


def train(network: Network, masks: list[Tensor], data: Digits, seeds: Seeds, steps: int) -> Iterator[Event]:
    """Ordinary training; after each step the pruned weights are set to zero again."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for step in range(steps):
        drawn = seeds.randint(len(data.train_labels), (64,))
        loss = cross_entropy(network(data.train_images[drawn]), data.train_labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        apply(network, masks)
        yield Progress(step + 1, steps)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)

    def accuracy(network: Network) -> Tensor:
        with torch.no_grad():
            hits: Tensor = network(seeds.shared(data.test_images)).argmax(2) == data.test_labels
        return hits.cpu().double().mean(1)

    whole = seeds.network(lambda: nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)))
    yield from train(whole, [torch.ones_like(weight) for weight in weights(whole)], data, seeds, config.steps)
    ways: dict[str, Keep] = {
        "largest weights": lambda network, share: [largest(weight.abs(), share) for weight in weights(network)],
        "random weights": lambda network, share: [
            largest(seeds.rand(*weight.shape[1:]), share) for weight in weights(network)],
        "largest neurons": by_neuron,
    }  # fmt: skip
    right = {}
    for share in SHARES:
        for name, keep in ways.items():
            pruned = copy.deepcopy(whole)
            masks = keep(pruned, share)
            apply(pruned, masks)
            right[name, share] = accuracy(pruned)
            if name == "largest weights":
                yield from train(pruned, masks, data, seeds, config.tuning)
                right["largest, tuned", share] = accuracy(pruned)
    right |= {(name, 1.0): accuracy(whole) for name, _ in right}
    names = ("largest weights", "largest, tuned", "random weights", "largest neurons")
    for (name, share), value in right.items():
        yield Metric(name, share, value, chart="accuracy against the share of weights kept")
    yield Table("Accuracy", ["kept", *names],
                [[share, *(right[name, share] for name in names)] for share in (1.0, *SHARES)])  # fmt: skip
    yield Measured("a-fifth-is-enough", right["largest weights", 1.0] - right["largest weights", 0.2])
    yield Measured("size-beats-chance", right["largest weights", 0.2] - right["random weights", 0.2])
    yield Measured("tuning-mends", right["largest, tuned", 0.05] - right["largest weights", 0.05])
    yield Measured("neurons-cost-more", right["largest weights", 0.1] - right["largest neurons", 0.1])
