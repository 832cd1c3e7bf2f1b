"""Weights in eight bits, four, two, one: rounded after training, and rounded while training.

权重用八位、四位、两位、一位：训练完再取整，或者边训练边取整。

The digits are scikit-learn's.

lesson: compression
quick: steps=60
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

BITS = (8, 6, 4, 3, 2, 1)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    hidden: int = param(64, 4, 512, en="hidden neurons", zh="隐藏神经元个数")


CLAIMS = (
    Claim("eight-bits-are-free", "<", 0.005,
          en="eight bits a weight cost nothing", zh="每个权重八位，毫无损失",
          quantity_en="accuracy in 32 bits minus in 8", quantity_zh="32 位与 8 位的准确率之差"),
    Claim("four-bits-nearly", "<", 0.02,
          en="four bits cost next to nothing", zh="四位也几乎没有损失",
          quantity_en="accuracy in 32 bits minus in 4", quantity_zh="32 位与 4 位的准确率之差"),
    Claim("a-bit-halves-the-error", ">", 3.5,
          en="with each bit the squared rounding error falls to about a quarter",
          zh="每多一位，取整的平方误差约降到四分之一",
          quantity_en="squared rounding error in 4 bits over that in 5", quantity_zh="4 位与 5 位的平方取整误差之比"),
    Claim("one-bit-can-be-trained", ">", 0.9,
          en="with one bit a weight, rounded while training, it still reads nine of ten",
          zh="每个权重一位，边训练边取整，仍认对九成",
          quantity_en="accuracy in 1 bit, rounded while training", quantity_zh="1 位、边训练边取整的准确率"),
    Claim("training-beats-rounding", ">", 0.1,
          en="in one bit, rounding while training beats rounding afterwards",
          zh="只有一位时，边训练边取整胜过训练完再取整",
          quantity_en="accuracy rounded while training minus afterwards",
          quantity_zh="边训练边取整与训练完再取整的准确率之差"),
)  # fmt: skip

ZH = {"accuracy against bits": "准确率随位数的变化", "Accuracy": "准确率", "bits": "位数", "afterwards": "训练完再取整",
      "while training": "边训练边取整", "Weights of the first layer in {} bits": "第一层的权重，{} 位"}  # fmt: skip


def rounded(weight: Tensor, bits: int) -> Tensor:
    """Each weight at the nearest of 2^bits evenly spaced levels, symmetric about 0, up to its layer's largest size.

    One bit has two levels, plus and minus the mean size. (seeds, outputs, inputs) -> the same.
    """
    if bits == 1:
        return torch.where(weight >= 0, 1.0, -1.0) * weight.abs().mean((1, 2), keepdim=True)
    step = 2 * weight.abs().amax((1, 2), keepdim=True) / (2**bits - 1)
    places = ((weight / step - 0.5).round() + 0.5).clamp(-(2**bits - 1) / 2, (2**bits - 1) / 2)
    nearest: Tensor = places * step
    return nearest


def in_bits(network: Network, bits: int) -> Network:
    """A copy of the network with rounded weights; its biases stay as they are."""
    coarse = copy.deepcopy(network)
    with torch.no_grad():
        for layer in (coarse.one[0], coarse.one[2]):
            layer.weight.copy_(rounded(layer.weight, bits))
    return coarse


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    beginning = seeds.network(
        lambda: nn.Sequential(nn.Linear(64, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 10))
    )

    def train(bits: int) -> Network:
        """Trained from the common beginning; with bits > 0 each step's gradient is that at the rounded weights."""
        network = copy.deepcopy(beginning)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for _ in range(config.steps):
            drawn = seeds.randint(len(data.train_labels), (64,))
            used = in_bits(network, bits) if bits else network
            loss = cross_entropy(used(data.train_images[drawn]), data.train_labels[drawn])
            slopes = torch.autograd.grad(loss.sum(), list(used.parameters()))
            for parameter, slope in zip(network.parameters(), slopes, strict=True):
                parameter.grad = slope  # straight through the rounding, as if it were not there
            optimizer.step()
        return network

    def accuracy(network: Network) -> Tensor:
        with torch.no_grad():
            hits: Tensor = network(seeds.shared(data.test_images)).argmax(2) == data.test_labels
        return hits.cpu().double().mean(1)

    whole = train(0)
    right = {("afterwards", 32): accuracy(whole)}
    for bits in BITS:
        right["afterwards", bits] = accuracy(in_bits(whole, bits))
    for done, bits in enumerate((2, 1)):
        right["while training", bits] = accuracy(in_bits(train(bits), bits))
        yield Progress(done + 1, 2)
    for (name, bits), value in right.items():
        if bits < 32:
            yield Metric(name, bits, value, chart="accuracy against bits")
    yield Table("Accuracy", ["bits", "afterwards", "while training"],
                [[bits, right["afterwards", bits], right.get(("while training", bits), "")]
                 for bits in (32, *BITS)])  # fmt: skip
    weight = whole.one[0].weight.detach()
    for bits in (8, 3):
        yield Figure(f"Weights of the first layer in {bits} bits", "histogram",
                     {"series": {f"{bits}": rounded(weight, bits)[0].flatten().tolist()}})  # fmt: skip
    errors = [(rounded(weight, bits) - weight).square().mean((1, 2)) for bits in (4, 5)]
    yield Measured("eight-bits-are-free", right["afterwards", 32] - right["afterwards", 8])
    yield Measured("four-bits-nearly", right["afterwards", 32] - right["afterwards", 4])
    yield Measured("a-bit-halves-the-error", errors[0] / errors[1])
    yield Measured("one-bit-can-be-trained", right["while training", 1])
    yield Measured("training-beats-rounding", right["while training", 1] - right["afterwards", 1])
