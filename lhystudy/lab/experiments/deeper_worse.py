"""A deeper plain network trains worse than a shallow one, although it could copy it.

更深的普通网络连训练集都学得更差，可它明明能照抄浅的。

Real data: 100 handwritten digits, learned by heart. Only the training loss is looked at, never a test set. Every
network has the same width, data, optimiser and number of steps; "default" is the beginning that PyTorch gives.

lesson: general-guidance
quick: steps=20
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

Weights = list[Tensor]  # of the first layer, of all hidden layers, of the last; then their biases


@dataclass(frozen=True)
class Config:
    steps: int = param(150, 10, 2000, en="training steps", zh="训练步数")
    shallow: int = param(4, 3, 20, en="layers of the shallow network", zh="浅网络的层数")
    middle: int = param(20, 3, 40, en="layers of the middle network", zh="中等网络的层数")
    deep: int = param(56, 40, 80, en="layers of the deep network", zh="深网络的层数")
    width: int = param(24, 4, 64, en="units in each hidden layer", zh="每个隐藏层的单元数")
    rate: float = param(0.003, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("deep-loses-to-shallow", ">", 0.5,
          en="the deep network ends with a larger training loss than the shallow one",
          zh="深网络的训练损失比浅网络还大",
          quantity_en="training loss, deep minus shallow", quantity_zh="训练损失之差：深减浅"),
    Claim("deep-loses-to-middle", ">", 0.1,
          en="56 layers end with a larger training loss than 20", zh="56 层的训练损失比 20 层还大",
          quantity_en="training loss, deep minus middle", quantity_zh="训练损失之差：深减中"),
    Claim("a-copy-is-equal", "<", 1e-4,
          en="with extra layers that do nothing the deep network equals the shallow one and the middle one at once",
          zh="多出来的层什么也不做，深网络立刻与浅的、中的一样好",
          quantity_en="largest difference of the losses", quantity_zh="损失之差的最大值"),
    Claim("another-start-mends", "<", 0.5,
          en="the same deep network learns from another start (He: larger weights, no biases)",
          zh="同一个深网络，只换起点（He 初始化：权重取大，偏置取零），就学得动",
          quantity_en="training loss over that of the default beginning", quantity_zh="训练损失与默认初始化的之比"),
    Claim("shortcuts-mend", "<", 0.5,
          en="and with shortcuts around its layers, each of which adds a small share, it learns as well",
          zh="给各层加上捷径，每层只添一小份，也学得动",
          quantity_en="training loss over that without shortcuts", quantity_zh="训练损失与没有捷径的之比"),
)  # fmt: skip

ZH = {"training loss": "训练损失", "Training loss at the end": "最后的训练损失", "network": "网络", "layers": "层数",
      "loss": "损失",
      "The signal at the start": "起点上的信号", "spread of the scores": "分数在图片间的散布",
      "gradient of the first layer": "第一层的梯度", "shallow": "浅", "middle": "中", "deep": "深",
      "deep, He": "深，He 初始化", "deep, shortcuts": "深，捷径", "default": "默认初始化",
      "copied from the shallow one": "照抄浅网络",
      "copied from the middle one": "照抄中等网络", "He": "He 初始化", "shortcuts": "捷径"}  # fmt: skip


def start(seeds: Seeds, config: Config, layers: int, he: bool = False) -> Weights:
    """First weights: uniform within 1/sqrt(inputs) as in torch's Linear, or normal with variance 2/inputs (He)."""

    def draw(inputs: int, *shape: int) -> Tensor:
        if he:
            return seeds.randn(*shape) * math.sqrt(2 / inputs)
        return (2 * seeds.rand(*shape) - 1) / math.sqrt(inputs)

    n = config.width
    weights = [draw(64, 64, n), draw(n, layers - 2, n, n), draw(n, n, 10)]
    biases = [draw(64, 1, n), draw(n, layers - 2, 1, n), draw(n, 1, 10)]
    return weights + ([0 * bias for bias in biases] if he else biases)


def scores(net: Weights, x: Tensor, shortcut: bool = False) -> Tensor:
    """Images (seeds, batch, 64) -> scores (seeds, batch, 10)."""
    first, hidden, last, first_bias, hidden_bias, last_bias = net
    h = (x @ first + first_bias).relu()  # (seeds, batch, width)
    for layer in range(hidden.shape[1]):
        new = torch.baddbmm(hidden_bias[:, layer], h, hidden[:, layer]).relu()
        h = h + new / hidden.shape[1] if shortcut else new
    return h @ last + last_bias


def deepen(net: Weights, layers: int) -> Weights:
    """The same network with layers that copy: relu(I h + 0) = h, since h is never negative."""
    first, hidden, last, first_bias, hidden_bias, last_bias = net
    more = layers - 2 - hidden.shape[1]
    copies = torch.eye(hidden.shape[2], device=hidden.device).expand(len(hidden), more, -1, -1)
    silent = torch.zeros_like(hidden_bias[:, :1]).expand(-1, more, -1, -1)
    return [first, torch.cat([hidden, copies], 1), last, first_bias, torch.cat([hidden_bias, silent], 1), last_bias]


def signal(net: Weights, x: Tensor, y: Tensor, shortcut: bool) -> tuple[Tensor, Tensor]:
    """How much the scores differ from picture to picture, and the length of the first layer's gradient: (seeds,).

    In double precision, since the differences may lie below the rounding of single precision.
    """
    net = [w.detach().cpu().double() for w in net]
    z = scores([net[0].requires_grad_(), *net[1:]], x.cpu().double(), shortcut)
    (gradient,) = torch.autograd.grad(cross_entropy(z, y.cpu()).sum(), net[0])
    return z.detach().std(dim=1).mean(dim=1), gradient.flatten(1).norm(dim=1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    chosen = seeds.randperm(len(data.train_images))[:, :100]
    x, y = data.train_images[chosen], data.train_labels[chosen]  # (seeds, 100, 64) and (seeds, 100)
    plans = {"shallow": (config.shallow, False, False), "middle": (config.middle, False, False),
             "deep": (config.deep, False, False), "deep, He": (config.deep, True, False),
             "deep, shortcuts": (config.deep, False, True)}  # fmt: skip
    nets: dict[str, Weights] = {}
    losses: dict[str, Tensor] = {}
    first: dict[str, tuple[Tensor, Tensor]] = {}
    for number, (name, (layers, he, shortcut)) in enumerate(plans.items()):
        net = [w.requires_grad_() for w in start(seeds, config, layers, he)]
        first[name] = signal(net, x, y, shortcut)
        adam = torch.optim.Adam(net, lr=config.rate)
        for step in range(config.steps + 1):
            loss = cross_entropy(scores(net, x, shortcut), y)
            if step % (1 + config.steps // 100) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            if step < config.steps:
                adam.zero_grad()
                loss.sum().backward()
                adam.step()
            yield Progress(number * (config.steps + 1) + step + 1, len(plans) * (config.steps + 1))
        nets[name], losses[name] = [w.detach() for w in net], loss.detach()

    yield Table("The signal at the start", ["network", "spread of the scores", "gradient of the first layer"],
                [[name, *values] for name, values in first.items()])  # fmt: skip
    copied = {name: cross_entropy(scores(deepen(nets[name], config.deep), x), y) for name in ("shallow", "middle")}
    rows = [["default", layers, losses[name]] for name, (layers, _, _) in list(plans.items())[:3]]
    rows += [[f"copied from the {name} one", config.deep, loss] for name, loss in copied.items()]
    rows += [["He", config.deep, losses["deep, He"]], ["shortcuts", config.deep, losses["deep, shortcuts"]]]
    yield Table("Training loss at the end", ["network", "layers", "loss"], rows)
    yield Measured("deep-loses-to-shallow", losses["deep"] - losses["shallow"])
    yield Measured("deep-loses-to-middle", losses["deep"] - losses["middle"])
    yield Measured("a-copy-is-equal", torch.stack([(copied[name] - losses[name]).abs() for name in copied]).amax(0))
    yield Measured("another-start-mends", losses["deep, He"] / losses["deep"])
    yield Measured("shortcuts-mend", losses["deep, shortcuts"] / losses["deep"])
