"""What one knows about pictures: copies that keep the label help, copies that break it do not; and so does sharing.

关于图片的知识：不改标签的复制有用，改了标签的有害；共享权重也是这样的知识。

Synthetic data: a noisy 8 x 8 picture with one upright or lying bar at a random place; is it upright? Real data: the
handwritten digits. A copy takes the label of its original, whether that is right or not.

lesson: general-guidance
quick: steps=10
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(100, 10, 2000, en="training steps", zh="训练步数")
    examples: int = param(100, 10, 1000, en="pictures to learn from", zh="用来学的图片数")
    noise: float = param(0.25, 0.0, 3.0, en="spread of the noise on the bars", zh="条形图片上噪声的散布")


CLAIMS = (
    Claim("shift-helps-bars", ">", 0.02,
          en="shifted copies of the bars help", zh="平移的条形复制品有用",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("half-turn-harmless", ">", -0.02,
          en="upside-down copies of the bars do no harm: the label stays", zh="倒过来的条形无害：标签没变",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("quarter-turn-ruins-bars", "<", -0.1,
          en="copies turned by 90 degrees ruin it: the label breaks", zh="转 90 度的复制品把它毁了：标签错了",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("shift-helps-digits", ">", 0.0,
          en="shifted copies of the digits help", zh="平移的数字复制品有用",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("mirror-hurts-digits", "<", 0.0,
          en="mirrored copies of the digits hurt", zh="左右翻转的数字复制品有害",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("upside-down-hurts-digits", "<", 0.0,
          en="upside-down copies of the digits hurt", zh="倒过来的数字复制品有害",
          quantity_en="test accuracy with them minus without", quantity_zh="测试准确率之差：有减无"),
    Claim("sharing-helps", ">", 0.02,
          en="one set of filters for all places beats a set of its own for each place",
          zh="各处共用一套滤波器，胜过每处各用一套",
          quantity_en="test accuracy on bars, shared minus unshared",
          quantity_zh="条形上的测试准确率之差：共享减不共享"),
)  # fmt: skip

ZH = {"Two pictures of bars": "两张条形图片", "Accuracy on new pictures, by copies": "各种复制下，新图片上的准确率",
      "copies": "复制",
      "bars": "条形", "digits": "数字", "none": "不复制", "shifted": "平移", "mirrored": "左右翻转",
      "turned by 180 degrees": "转 180 度", "turned by 90 degrees": "转 90 度",
      "Filters, shared or not": "滤波器共享与否", "filters": "滤波器", "parameters": "参数个数",
      "activations": "激活值个数", "training accuracy": "训练准确率", "test accuracy": "测试准确率", "shared": "共享",
      "one set a place": "每处一套"}  # fmt: skip

Model = Callable[[list[Tensor], Tensor], Tensor]
FILTERS = 8


def bars(seeds: Seeds, n: int, noise: float) -> tuple[Tensor, Tensor]:
    """Pictures (seeds, n, 8, 8) with a bar of 5 pixels, and whether it stands upright (seeds, n)."""
    upright = seeds.randint(2, (n,))
    line, begin = seeds.randint(8, (n,))[..., None, None], seeds.randint(4, (n,))[..., None, None]
    place = torch.arange(8, device=seeds.device)
    long, across = place[:, None], place[None]  # the bar runs down the rows, at one column
    bar = ((long >= begin) & (long < begin + 5) & (across == line)).float()
    bar = torch.where(upright[..., None, None] == 1, bar, bar.mT)
    return bar + noise * seeds.randn(n, 8, 8), upright


def shifted(seeds: Seeds, x: Tensor) -> Tensor:
    """Each picture moved one pixel to a side drawn for it, the rim filled with zeros."""
    padded = torch.nn.functional.pad(x, (1, 1, 1, 1))
    sides = [padded[..., a : a + 8, b : b + 8] for a, b in ((0, 1), (2, 1), (1, 0), (1, 2))]
    side = seeds.randint(4, (x.shape[1],))[None, ..., None, None]  # (1, seeds, n, 1, 1)
    return torch.stack(sides).gather(0, side.expand(1, *x.shape))[0]


def plain(net: list[Tensor], x: Tensor) -> Tensor:
    """A hidden layer of ReLUs: (seeds, n, 8, 8) -> (seeds, n, classes)."""
    return (x.flatten(2) @ net[0] + net[1]).relu() @ net[2] + net[3]


def filtered(net: list[Tensor], x: Tensor) -> Tensor:
    """3 x 3 filters at 36 places, the same at all (1, 9, F) or a set at each (36, 9, F), then the mean over places."""
    windows = x.unfold(2, 3, 1).unfold(3, 3, 1).flatten(4).flatten(2, 3).transpose(1, 2)  # (seeds, 36, n, 9)
    units = (windows @ net[0] + net[1]).relu()  # (seeds, 36, n, F)
    return units.mean(1) @ net[2] + net[3]


def start(seeds: Seeds, *shapes: tuple[int, ...]) -> list[Tensor]:
    """Normal weights of variance 2 / inputs and zero biases, in turn."""
    net = []
    for shape in shapes:
        weight = seeds.randn(*shape) * (2 / shape[-2]) ** 0.5
        net += [weight, torch.zeros_like(weight[..., :1, :])]
    return [w.requires_grad_() for w in net]


def accuracy(model: Model, net: list[Tensor], x: Tensor, y: Tensor) -> Tensor:
    return (model(net, x).argmax(2) == y).float().mean(1).detach()


def learn(model: Model, net: list[Tensor], x: Tensor, y: Tensor, steps: int) -> list[Tensor]:
    """The network after full-batch Adam, from copies of the given weights."""
    net = [w.detach().clone().requires_grad_() for w in net]
    adam = torch.optim.Adam(net, lr=0.01)
    for _ in range(steps):
        loss = cross_entropy(model(net, x), y)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    return net


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, n = digits().to(seeds.device), config.examples
    chosen = seeds.randperm(len(data.train_images))[:, :n]
    sets: dict[str, tuple[Tensor, Tensor, Tensor, Tensor, int]] = {
        "bars": (*bars(seeds, n, config.noise), *bars(seeds, 500, config.noise), 2),
        "digits": (data.train_images[chosen].view(-1, n, 8, 8), data.train_labels[chosen],
                   seeds.shared(data.test_images.view(-1, 8, 8)), seeds.shared(data.test_labels), 10),
    }  # fmt: skip
    shown = [(sets["bars"][1][0] == kind).int().argmax() for kind in (0, 1)]  # the first of each kind
    picture = torch.cat([sets["bars"][0][0, k].clamp(0, 1) for k in shown], 1)
    yield Figure("Two pictures of bars", "image", {"values": picture.tolist()})
    copies: dict[str, Callable[[Tensor], Tensor]] = {
        "none": lambda x: x, "shifted": lambda x: shifted(seeds, x), "mirrored": lambda x: x.flip(3),
        "turned by 180 degrees": lambda x: x.flip(2, 3), "turned by 90 degrees": lambda x: x.rot90(1, (2, 3)),
    }  # fmt: skip
    right: dict[str, dict[str, Tensor]] = {}
    for number, (name, (x, y, new_x, new_y, classes)) in enumerate(sets.items()):
        net, right[name] = start(seeds, (64, 32), (32, classes)), {}
        for kind, change in copies.items():
            both = torch.cat([x, change(x)], 1), torch.cat([y, y], 1)
            right[name][kind] = accuracy(plain, learn(plain, net, *both, config.steps), new_x, new_y)
        yield Progress(number + 1, 4)
    yield Table("Accuracy on new pictures, by copies", ["copies", "bars", "digits"],
                [[kind, right["bars"][kind], right["digits"][kind]] for kind in copies])  # fmt: skip

    x, y, new_x, new_y, _ = sets["bars"]
    rows: list[list[Any]] = []
    for name, places in (("shared", 1), ("one set a place", 36)):
        net = start(seeds, (places, 9, FILTERS), (FILTERS, 2))
        net = learn(filtered, net, x, y, config.steps)
        size = sum(w[0].numel() for w in net)
        rows.append([name, size, 36 * FILTERS, accuracy(filtered, net, x, y), accuracy(filtered, net, new_x, new_y)])
    yield Table("Filters, shared or not",
                ["filters", "parameters", "activations", "training accuracy", "test accuracy"], rows)  # fmt: skip
    gains = {name: {kind: got - of["none"] for kind, got in of.items()} for name, of in right.items()}
    yield Measured("shift-helps-bars", gains["bars"]["shifted"])
    yield Measured("half-turn-harmless", gains["bars"]["turned by 180 degrees"])
    yield Measured("quarter-turn-ruins-bars", gains["bars"]["turned by 90 degrees"])
    yield Measured("shift-helps-digits", gains["digits"]["shifted"])
    yield Measured("mirror-hurts-digits", gains["digits"]["mirrored"])
    yield Measured("upside-down-hurts-digits", gains["digits"]["turned by 180 degrees"])
    yield Measured("sharing-helps", rows[0][4] - rows[1][4])
    yield Progress(4, 4)
