"""One walk forward and one walk back give every derivative of the loss.

往前走一趟，往回走一趟，损失的每一个导数就都有了。

A 2-2-2 network on the blackboard, then real handwritten digits. All gradients are in double precision.

lesson: backprop
quick: hidden=6 repeats=5
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import median
from time import perf_counter

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.nn.functional import cross_entropy, one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Log, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    hidden: int = param(24, 1, 64, en="hidden units of the digits network", zh="数字网络的隐藏单元数")
    examples: int = param(128, 1, 1437, en="digits in the loss", zh="损失里有多少张数字图片")
    repeats: int = param(30, 3, 500, en="repetitions of each short timing", zh="短计时的重复次数")


CLAIMS = (
    Claim("by-hand-is-autograd", "<", 1e-10,
          en="2-2-2 network: twelve derivatives by hand are autograd's",
          zh="2-2-2 网络：手写的十二个导数就是 autograd 的",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("by-hand-is-difference", "<", 1e-6,
          en="nudging every weight and measuring again gives them too", zh="逐个轻推权重再量一遍，得到的也是它们",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("digits-agree", "<", 1e-5,
          en="the same lines of code serve the digits network: hand, autograd, nudges and forward mode agree",
          zh="同样几行代码用在数字网络上：手写、autograd、轻推、前向模式都一致",
          quantity_en="largest difference of a derivative", quantity_zh="导数的最大差"),
    Claim("few-forwards", "<", 5,
          en="loss and all derivatives cost less than five forward passes", zh="损失加全部导数，花不了五次前向的时间",
          quantity_en="time of forward and backward over time of forward",
          quantity_zh="前向加反向的时间与一次前向之比"),
    Claim("beats-nudging", ">", 100,
          en="nudging the P weights one by one takes over a hundred times as long",
          zh="P 个权重逐个轻推，要花一百多倍的时间",
          quantity_en="time of P + 1 forward passes over forward and backward",
          quantity_zh="P + 1 次前向的时间与前向加反向之比"),
    Claim("beats-forward-mode", ">", 100,
          en="so do P passes of forward-mode differentiation", zh="前向模式求导跑 P 遍，也要一百多倍",
          quantity_en="time of P forward-mode passes over forward and backward",
          quantity_zh="P 遍前向模式的时间与前向加反向之比"),
    Claim("wins-for-one-weight", ">", 1,
          en="even a single derivative comes quicker by walking back than by one nudge",
          zh="哪怕只要一个导数，往回走也比轻推一次快",
          quantity_en="time of 2 forward passes over forward and backward",
          quantity_zh="2 次前向的时间与前向加反向之比"),
)  # fmt: skip

ZH = {
    "milliseconds, by the number P of weights": "毫秒数，按权重个数 P",
    "2-2-2 network: the twelve derivatives": "2-2-2 网络：十二个导数", "by": "对", "by hand": "手算",
    "autograd": "autograd", "nudged": "轻推", "Digits network with P weights": "有 P 个权重的数字网络",
    "forward, ms": "前向，毫秒", "forward + backward, ms": "前向＋反向，毫秒",
    "P + 1 forwards, ms": "P + 1 次前向，毫秒", "P forward-mode, ms": "P 次前向模式，毫秒",
    "Double precision on one CPU thread: differences need the digits, and timings a quiet machine.":
        "双精度、单个 CPU 线程：差分需要足够的位数，计时需要安静的机器。",
}  # fmt: skip


@dataclass(frozen=True)
class Net:
    """Sigmoid layers under a softmax. All weights stand in one vector theta, each layer's W before its b."""

    sizes: tuple[int, ...]  # units, from the inputs to the classes
    x: Tensor  # (examples, inputs)
    labels: Tensor  # (examples,)

    def layers(self, theta: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """W (units, inputs) and b (units,) of each layer."""
        at = 0
        for n, m in pairwise(self.sizes):
            yield theta[at : at + m * n].view(m, n), theta[at + m * n : at + m * n + m]
            at += m * n + m

    def wires(self, theta: Tensor) -> list[Tensor]:
        """What comes into each layer (examples, inputs), and last what leaves the net: the scores."""
        wires, z = [], self.x
        for number, (W, b) in enumerate(self.layers(theta)):
            wires.append(torch.sigmoid(z) if number else z)
            z = wires[-1] @ W.T + b
        return [*wires, z]

    def loss(self, theta: Tensor) -> Tensor:
        return cross_entropy(self.wires(theta)[-1], self.labels)


def backprop(net: Net, theta: Tensor) -> Tensor:
    """dL/dtheta, written by hand."""
    *wires, scores = net.wires(theta)
    delta = (torch.softmax(scores, 1) - one_hot(net.labels, net.sizes[-1])) / len(net.x)  # dL/dz of the last layer
    gradients: list[Tensor] = []
    for a, (W, _) in reversed(list(zip(wires, net.layers(theta), strict=True))):
        gradients = [(delta.T @ a).flatten(), delta.sum(0), *gradients]  # delta times the value on the wire
        if a is not net.x:
            delta = a * (1 - a) * (delta @ W)  # one layer back: through W, times the slope sigmoid'(z) = a (1 - a)
    return torch.cat(gradients)


def by_autograd(net: Net, theta: Tensor) -> Tensor:
    theta = theta.clone().requires_grad_()
    return torch.autograd.grad(net.loss(theta), theta)[0]


def by_nudging(net: Net, theta: Tensor, step: float = 1e-6) -> Tensor:
    """Each weight in turn is moved by `step` and the loss measured again: P + 1 forward passes."""
    before = net.loss(theta)
    moved = step * torch.eye(len(theta), dtype=theta.dtype)
    return torch.stack([(net.loss(theta + each) - before) / step for each in moved])


def by_forward_mode(net: Net, theta: Tensor) -> Tensor:
    """The exact slope in the direction of one weight, carried along with the forward pass: P passes."""
    slopes = []
    for direction in torch.eye(len(theta), dtype=theta.dtype):
        with forward_ad.dual_level():
            loss = net.loss(forward_ad.make_dual(theta, direction))
            slopes.append(forward_ad.unpack_dual(loss).tangent)
    return torch.stack(slopes)


def apart(first: Tensor, second: Tensor) -> float:
    return (first - second).abs().max().item()


def timed(way: Callable[[Net, Tensor], Tensor], net: Net, theta: Tensor, repeats: int) -> tuple[Tensor, float]:
    """What the way finds, and the median of its durations in milliseconds."""
    durations = []
    for _ in range(repeats):
        start = perf_counter()
        found = way(net, theta)
        durations.append(1000 * (perf_counter() - start))
    return found, median(durations)


def random_weights(net: Net) -> Tensor:
    return torch.cat([torch.randn(m * n + m, dtype=torch.float64) / n**0.5 for n, m in pairwise(net.sizes)])


def small_network() -> list[Tensor]:
    """The twelve derivatives of a 2-2-2 network on five examples: by hand, by autograd, by nudging. Once a seed."""
    net = Net((2, 2, 2), torch.randn(5, 2, dtype=torch.float64), torch.tensor([0, 1, 1, 0, 1]))
    theta = random_weights(net)
    return [way(net, theta) for way in (backprop, by_autograd, by_nudging)]


def time_digits(width: int, config: Config) -> tuple[dict[str, float], float]:
    """Milliseconds of each way on a 64-width-10 network, and how far the ways are apart. Once a seed."""
    data = digits()
    images, labels = data.train_images[: config.examples].double(), data.train_labels[: config.examples]
    net = Net((64, width, 10), images, labels)
    theta = random_weights(net)
    by_forward_mode(Net((2, 2, 2), images[:2, :2], labels[:2] % 2), theta[:12])  # the first call loads code
    _, one = timed(Net.loss, net, theta, config.repeats)
    hand, back = timed(backprop, net, theta, config.repeats)
    nudged, nudging = timed(by_nudging, net, theta, 1)
    carried, carrying = timed(by_forward_mode, net, theta, 1)
    times = {"forward": one, "forward + backward": back, "P + 1 forwards": nudging, "P forward-mode": carrying}
    return times, max(apart(hand, other) for other in (by_autograd(net, theta), nudged, carried))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Log("Double precision on one CPU thread: differences need the digits, and timings a quiet machine.")
    small = seeds.each(small_network)
    names = ("w11", "w12", "w21", "w22", "b1", "b2", "v11", "v12", "v21", "v22", "c1", "c2")
    rows = [list(row) for row in zip(names, *(found.tolist() for found in small[0]), strict=True)]
    yield Table("2-2-2 network: the twelve derivatives", ["by", "by hand", "autograd", "nudged"], rows)
    yield Measured("by-hand-is-autograd", [apart(hand, auto) for hand, auto, _ in small])
    yield Measured("by-hand-is-difference", [apart(hand, nudged) for hand, _, nudged in small])

    widths = sorted({max(1, config.hidden // 6), max(1, config.hidden // 2), config.hidden})
    rows = []
    for done, width in enumerate(widths):
        timings = seeds.each(partial(time_digits, width, config))
        weights = (64 + 1) * width + (width + 1) * 10
        times = {name: torch.tensor([one[name] for one, _ in timings]) for name in timings[0][0]}  # (seeds,) each
        for name, duration in times.items():
            yield Metric(name, weights, duration, chart="milliseconds, by the number P of weights")
        rows.append([weights, *times.values()])
        yield Progress(done + 1, len(widths))
    yield Table("Digits network with P weights", ["P", *(f"{name}, ms" for name in times)], rows)
    one, back, nudging, carrying = times.values()
    yield Measured("digits-agree", [difference for _, difference in timings])
    yield Measured("few-forwards", back / one)
    yield Measured("beats-nudging", nudging / back)
    yield Measured("beats-forward-mode", carrying / back)
    yield Measured("wins-for-one-weight", 2 * one / back)
