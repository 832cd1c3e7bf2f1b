"""Start at the output and walk back: every unit's delta is computed once, through the transposed weights.

从输出端往回走：每个单元的 delta 只算一次，经过的是转置的权重。

A 2-3-3-1 network, deeper ones of the same width, and a two-layer classifier of real handwritten digits.

lesson: backprop
quick: depth=5
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import NamedTuple

import torch
from torch import Tensor, sigmoid
from torch.autograd import grad
from torch.nn.functional import cross_entropy, one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Log, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    depth: int = param(8, 2, 9, en="hidden layers of the deepest network", zh="最深的网络有几个隐藏层")


CLAIMS = (
    Claim("delta-is-autograd", "<", 1e-10,
          en="2-3-3-1: delta from the output back is autograd's dC/dz at every unit",
          zh="2-3-3-1 网络：从输出往回算的 delta，在每个单元都等于 autograd 的 dC/dz",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("expanding-agrees", "<", 1e-10,
          en="following every unit forward to the output gives the same deltas",
          zh="从每个单元往后一路展开到输出，得到同样的 delta",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("expanding-costs", ">", 10,
          en="expanding costs over ten times the visits to units", zh="但展开要多走十倍以上的单元",
          quantity_en="visits when expanding over visits when walking back, deepest network",
          quantity_zh="最深的网络里，展开与往回走访问单元次数之比"),
    Claim("error-through-transpose", "<", 1e-10,
          en="classifier: dL/dz of the hidden layer is f'(z) times W2^T (p - y)",
          zh="分类网络：隐藏层的 dL/dz 等于 f'(z) 乘 W2^T (p - y)",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
    Claim("untransposed-fits", "<", 1e-10,
          en="with a square W2 one may leave the transpose out", zh="W2 是方阵时，转置可以省掉",
          quantity_en="error over the size of the right delta", quantity_zh="误差与正确的 delta 大小之比"),
)  # fmt: skip

ZH = {
    "visits to units, by number of hidden layers": "访问单元的次数，按隐藏层数",
    "dC/dz in a 2-3-3-1 network": "2-3-3-1 网络中的 dC/dz", "unit": "单元", "walking back": "逐层往回",
    "autograd": "autograd", "layer {}, unit {}": "第 {} 层第 {} 个",
    "Classifier, hidden layer: error of dL/dz": "分类网络的隐藏层：dL/dz 的误差", "with W2^T": "用 W2^T",
    "with W2, relative": "用 W2，相对", "shapes do not fit": "形状不合",
    "Double precision on the CPU: there is next to nothing to compute.": "CPU 双精度：几乎没有什么要算。",
}  # fmt: skip

DOUBLE = torch.float64


class Chain:
    """A sigmoid network with one output, and one example; C = (y - t)^2 / 2. Counts visits to units."""

    def __init__(self, *sizes: int) -> None:
        self.weights = [torch.randn(m, n, dtype=DOUBLE) for n, m in pairwise(sizes)]  # (units, inputs)
        a, target = torch.randn(sizes[0], dtype=DOUBLE, requires_grad=True), torch.rand(1, dtype=DOUBLE)
        sums = []
        for W in self.weights:
            sums.append(W @ a + torch.randn(len(W), dtype=DOUBLE))
            a = sigmoid(sums[-1])
        self.by_autograd = grad(((a - target) ** 2 / 2).sum(), sums)  # dC/dz of every layer
        self.slopes = [(sigmoid(z) * (1 - sigmoid(z))).detach() for z in sums]  # f'(z), from the forward pass
        self.error = (a - target).detach()  # dC/dy
        self.visits = 0

    def walk_back(self) -> list[Tensor]:
        """delta of every layer: the output's first, each other one from the layer behind it."""
        deltas = [self.slopes[-1] * self.error]
        for slope, W in zip(reversed(self.slopes[:-1]), reversed(self.weights[1:]), strict=True):
            deltas.insert(0, slope * (W.T @ deltas[0]))
        self.visits += sum(len(delta) for delta in deltas)
        return deltas

    def expand(self, layer: int, unit: int) -> float:
        """delta of one unit, asking the units behind it, which ask those behind them, as far as the output."""
        self.visits += 1
        slope = self.slopes[layer][unit].item()
        if layer == len(self.slopes) - 1:
            return slope * self.error[unit].item()
        W = self.weights[layer + 1]
        return slope * sum(W[k, unit].item() * self.expand(layer + 1, k) for k in range(len(W)))

    def expand_all(self) -> list[Tensor]:
        return [torch.tensor([self.expand(layer, unit) for unit in range(len(slope))], dtype=DOUBLE)
                for layer, slope in enumerate(self.slopes)]  # fmt: skip


def apart(first: Iterable[Tensor], second: Iterable[Tensor]) -> float:
    return max((a - b).abs().max().item() for a, b in zip(first, second, strict=True))


def classifier(hidden: int) -> tuple[float, float]:
    """A 64-hidden-10 classifier on 50 digits, each with autograd's dL/dz of the hidden layer.

    Returns how far f'(z) * (W2^T (p - y)) is from it, and how far f'(z) * (W2 (p - y)) is, as a share of its
    length; nan where W2 (10, hidden) and p - y (10,) do not fit.
    """
    data = digits()
    W1, W2 = torch.randn(hidden, 64, dtype=DOUBLE) / 8, torch.randn(10, hidden, dtype=DOUBLE)
    off, shares = 0.0, []
    for x, label in zip(data.train_images[:50].to(DOUBLE), data.train_labels[:50], strict=True):
        z = (W1 @ x).requires_grad_()
        a = sigmoid(z)
        scores = W2 @ a
        (right,) = grad(cross_entropy(scores, label), z)
        error, slope = (torch.softmax(scores, 0) - one_hot(label, 10)).detach(), (a * (1 - a)).detach()
        off = max(off, (slope * (W2.T @ error) - right).abs().max().item())
        if hidden == 10:
            shares.append(((slope * (W2 @ error) - right).norm() / right.norm()).item())
    return off, sum(shares) / len(shares) if shares else nan


class Walked(NamedTuple):
    """What one seed's small network says: dC/dz by walking back, by expanding, and by autograd, layer by layer."""

    back: list[Tensor]
    expanded: list[Tensor]
    true: tuple[Tensor, ...]


def small_network() -> Walked:
    chain = Chain(2, 3, 3, 1)
    return Walked(chain.walk_back(), chain.expand_all(), chain.by_autograd)


def visits(depth: int) -> tuple[int, int]:
    """Visits to units in a network of that many hidden layers: by walking back, and by expanding each delta."""
    walked, expanded = Chain(2, *[3] * depth, 1), Chain(2, *[3] * depth, 1)
    walked.walk_back()
    expanded.expand_all()
    return walked.visits, expanded.visits


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Log("Double precision on the CPU: there is next to nothing to compute.")
    small = seeds.each(small_network)
    rows = [[f"layer {layer}, unit {unit + 1}", delta.item(), true[unit].item()]
            for layer, (deltas, true) in enumerate(zip(small[0].back, small[0].true, strict=True), 1)
            for unit, delta in enumerate(deltas)]  # fmt: skip
    yield Table("dC/dz in a 2-3-3-1 network", ["unit", "walking back", "autograd"], rows)
    yield Measured("delta-is-autograd", [apart(one.back, one.true) for one in small])
    yield Measured("expanding-agrees", [apart(one.expanded, one.true) for one in small])

    for depth in range(1, config.depth + 1):
        walked, expanded = visits(depth)  # the same for every seed
        yield Metric("walking back", depth, walked, chart="visits to units, by number of hidden layers")
        yield Metric("expanding", depth, expanded, chart="visits to units, by number of hidden layers")
        yield Progress(depth, config.depth)
    yield Measured("expanding-costs", expanded / walked)

    found = torch.tensor(seeds.each(lambda: (classifier(16), classifier(10))), dtype=DOUBLE)  # (seeds, 2, 2)
    off, off_square, share = found[:, 0, 0], found[:, 1, 0], found[:, 1, 1]
    rows = [["(10, 16)", off, "shapes do not fit"], ["(10, 10)", off_square, share]]
    yield Table("Classifier, hidden layer: error of dL/dz", ["W2", "with W2^T", "with W2, relative"], rows)
    yield Measured("error-through-transpose", torch.maximum(off, off_square))
    yield Measured("untransposed-fits", share)
