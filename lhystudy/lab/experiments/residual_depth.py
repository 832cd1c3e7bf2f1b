"""4, 20 and 56 layers with shortcuts and without; then batch norm, which keeps the gradient alive: is that enough?

4、20、56 层，有捷径与没有捷径；再加批次归一化，梯度不再消失：这就够了吗？

Real data: 100 handwritten digits, learned by heart; only the training loss is looked at. A layer's branch is linear,
then (where said) batch norm, then ReLU; with shortcuts the input is added to the branch.

lesson: transformer-encoder
quick: steps=5
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

DEPTHS = (4, 20, 56)


@dataclass(frozen=True)
class Config:
    steps: int = param(100, 5, 2000, en="training steps", zh="训练步数")
    width: int = param(24, 4, 64, en="units in each hidden layer", zh="每个隐藏层的单元数")
    rate: float = param(0.003, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("plain-degrades", ">", 0.5,
          en="without shortcuts 56 layers end with a larger training loss than 4",
          zh="没有捷径，56 层的训练损失比 4 层大",
          quantity_en="training loss, 56 layers minus 4", quantity_zh="训练损失之差，56 层减 4 层"),
    Claim("residual-does-not", "<", 0.05,
          en="with shortcuts they do not", zh="有捷径就不会",
          quantity_en="training loss, 56 layers minus 4", quantity_zh="训练损失之差，56 层减 4 层"),
    Claim("nor-with-batch-norm", "<", 0.05,
          en="nor do they with shortcuts and batch norm", zh="有捷径又有批次归一化，也不会",
          quantity_en="training loss, 56 such layers minus 4 plain ones",
          quantity_zh="训练损失之差，56 层减普通的 4 层"),
    Claim("gradient-vanishes", "<", 1e-6,
          en="the plain 56-layer net starts with a vanished gradient", zh="56 层的普通网络，起点上梯度已经消失",
          quantity_en="gradient norm of the first hidden layer over the last one's",
          quantity_zh="梯度范数之比，第一个隐藏层比最后一个"),
    Claim("batch-norm-revives", ">", 0.1,
          en="with batch norm it has not vanished", zh="加批次归一化，它没有消失",
          quantity_en="gradient norm of the first hidden layer over the last one's",
          quantity_zh="梯度范数之比，第一个隐藏层比最后一个"),
    Claim("batch-norm-evens", "<", 10.0,
          en="and is of healthy size", zh="而且大小正常",
          quantity_en="gradient norm of the first hidden layer over the last one's",
          quantity_zh="梯度范数之比，第一个隐藏层比最后一个"),
    Claim("still-worse-than-residual", ">", 0.1,
          en="yet 56 layers with batch norm alone train worse than with shortcuts as well",
          zh="可是 56 层只有批次归一化，还是不如再加上捷径",
          quantity_en="training loss, without shortcuts minus with them, batch norm in both",
          quantity_zh="训练损失之差，没有捷径减有捷径，都有批次归一化"),
)  # fmt: skip

ZH = {"training loss, 56 layers": "训练损失，56 层", "Nets": "网络", "net": "网络", "layers": "层数",
      "first over last gradient": "首尾梯度之比", "loss": "损失", "plain": "普通", "shortcuts": "捷径",
      "plain, batch norm": "普通，批次归一化", "shortcuts, batch norm": "捷径，批次归一化"}  # fmt: skip


def start(seeds: Seeds, width: int, layers: int) -> list[Tensor]:
    """Weights, then biases, of the first layer, of all hidden ones and of the last, drawn as torch's Linear does."""

    def draw(inputs: int, *shape: int) -> Tensor:
        return ((2 * seeds.rand(*shape) - 1) / math.sqrt(inputs)).requires_grad_()

    shapes = ((64, (64, width)), (width, (layers - 2, width, width)), (width, (width, 10)))
    weights = [draw(inputs, *shape) for inputs, shape in shapes]
    return weights + [draw(inputs, *shape[:-2], 1, shape[-1]) for inputs, shape in shapes]


def scores(net: list[Tensor], x: Tensor, shortcut: bool, norm: bool) -> Tensor:
    """Images (seeds, batch, 64) -> scores (seeds, batch, 10); batch norm has no gain and shift of its own."""
    first, hidden, last, first_bias, hidden_bias, last_bias = net
    h = (x @ first + first_bias).relu()
    for weight, bias in zip(hidden.unbind(1), hidden_bias.unbind(1), strict=True):
        z = torch.baddbmm(bias, h, weight)
        if norm:
            z = (z - z.mean(1, keepdim=True)) / (z.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
        h = h + z.relu() if shortcut else z.relu()
    said: Tensor = h @ last + last_bias
    return said


def share(net: list[Tensor], x: Tensor, y: Tensor, shortcut: bool, norm: bool) -> Tensor:
    """Gradient norm of the first hidden layer over the last one's, in double precision: (seeds,)."""
    exact = [w.detach().cpu().double() for w in net]
    exact[1].requires_grad_()
    loss = cross_entropy(scores(exact, x.cpu().double(), shortcut, norm), y.cpu()).sum()
    size = torch.autograd.grad(loss, exact[1])[0].flatten(2).norm(dim=2)  # (seeds, hidden layers)
    ratio: Tensor = size[:, 0] / size[:, -1]
    return ratio


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    chosen = seeds.randperm(len(data.train_images))[:, :100]
    x, y = data.train_images[chosen], data.train_labels[chosen]  # (seeds, 100, 64), (seeds, 100)
    plans = [("plain", depth, False, False) for depth in DEPTHS]
    plans += [("shortcuts", depth, True, False) for depth in DEPTHS]
    plans += [("plain, batch norm", 56, False, True), ("shortcuts, batch norm", 56, True, True)]
    loss: dict[tuple[str, int], Tensor] = {}
    ratio: dict[tuple[str, int], Tensor] = {}
    rows: list[list[object]] = []
    for name, depth, shortcut, norm in plans:
        net = start(seeds, config.width, depth)
        ratio[name, depth] = share(net, x, y, shortcut, norm)
        optimizer = torch.optim.Adam(net, lr=config.rate)
        for step in range(config.steps):
            now = cross_entropy(scores(net, x, shortcut, norm), y)
            optimizer.zero_grad()
            now.sum().backward()
            optimizer.step()
            if depth == DEPTHS[-1] and step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, now.detach(), chart="training loss, 56 layers")
        with torch.no_grad():
            loss[name, depth] = cross_entropy(scores(net, x, shortcut, norm), y)
        rows.append([name, depth, ratio[name, depth], loss[name, depth]])
        yield Progress(len(rows), len(plans))
    yield Table("Nets", ["net", "layers", "first over last gradient", "loss"], rows)
    yield Measured("plain-degrades", loss["plain", 56] - loss["plain", 4])
    yield Measured("residual-does-not", loss["shortcuts", 56] - loss["shortcuts", 4])
    yield Measured("nor-with-batch-norm", loss["shortcuts, batch norm", 56] - loss["plain", 4])
    yield Measured("gradient-vanishes", ratio["plain", 56])
    yield Measured("batch-norm-revives", ratio["plain, batch norm", 56])
    yield Measured("batch-norm-evens", ratio["plain, batch norm", 56])
    yield Measured("still-worse-than-residual", loss["plain, batch norm", 56] - loss["shortcuts, batch norm", 56])
