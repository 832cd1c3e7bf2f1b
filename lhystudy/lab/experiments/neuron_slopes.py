"""A weight's slope is the value on its wire, and sigmoid'(z) is a number once the forward pass is done.

权重的斜率就是那条线上的值；前向一算完，sigmoid'(z) 就是一个定数。

Random neurons in double precision, and the small network of the lesson. The inputs are synthetic.

lesson: backprop
quick: draws=50
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, sigmoid
from torch.autograd import grad

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Log, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    draws: int = param(500, 10, 5000, en="random neurons", zh="随机神经元的个数")
    rate: float = param(0.5, 0.01, 5.0, en="learning rate of the one update", zh="那一次更新的学习率")


CLAIMS = (
    Claim("slopes-multiply", "<", 1e-6,
          en="a loss of nested functions: the derivative by w is the product of the local slopes",
          zh="层层套起来的损失：对 w 的导数就是各段斜率之积",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
    Claim("paths-add", "<", 1e-6,
          en="where w reaches the loss along three paths, the products add up", zh="w 经三条路通到损失，三个乘积要相加",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
    Claim("weight-sees-wire", "<", 1e-12,
          en="dz/dw is the value on the wire, also behind a hidden layer", zh="dz/dw 就是线上的值，隐藏层后面也一样",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
    Claim("all-see-wire", ">", 0.99,
          en="the derivative by anything, w, b or x, is the value on the wire (1 for b)",
          zh="不管对谁求偏导，w、b 还是 x，都等于线上的值（b 的线上是 1）",
          quantity_en="share of z's derivatives where that is so", quantity_zh="z 的各个偏导中确实如此的比例"),
    Claim("stored-slope", "<", 1e-12,
          en="sigmoid'(z), stored on the way forward, serves on the way back",
          zh="前向时存下的 sigmoid'(z)，反向时直接拿来用",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
    Claim("constant-over-inputs", "<", 1e-6,
          en="sigmoid'(z) is the same for every input", zh="换一个输入，sigmoid'(z) 还是那个数",
          quantity_en="largest minus smallest over inputs", quantity_zh="各输入之间最大减最小"),
    Claim("constant-over-updates", "<", 1e-6,
          en="sigmoid'(z) of one input stays the same after an update", zh="同一个输入，更新一次参数，sigmoid'(z) 不变",
          quantity_en="largest change", quantity_zh="最大变化"),
    Claim("text-numbers", "<", 1e-3,
          en="the six derivatives worked out by hand in the lesson are right", zh="课文里手算的六个导数是对的",
          quantity_en="largest difference from autograd", quantity_zh="与 autograd 的最大差"),
)  # fmt: skip

ZH = {
    "sigmoid'(z) of one neuron": "一个神经元的 sigmoid'(z)", "input": "输入", "before the update": "更新前",
    "after it": "更新后", "sigmoid'(z) of one neuron over all inputs": "一个神经元在全部输入上的 sigmoid'(z)",
    "The channel's network": "频道里的网络", "by": "对", "in the text": "课文中", "autograd": "autograd",
    "Double precision on the CPU: there is next to nothing to compute.": "CPU 双精度：几乎没有什么要算。",
}  # fmt: skip

DOUBLE = torch.float64


def slope(a: Tensor) -> Tensor:
    """sigmoid'(z), from the value a = sigmoid(z) that the forward pass left behind."""
    return a * (1 - a)


def draw(seeds: Seeds, *size: int) -> Tensor:  # (seeds, *size), on the CPU
    return torch.stack(seeds.each(lambda: torch.randn(*size, dtype=DOUBLE))).requires_grad_()


def largest(difference: Tensor) -> Tensor:  # (seeds, …) -> (seeds,)
    return difference.detach().abs().flatten(1).amax(1)


def chain(seeds: Seeds, draws: int) -> tuple[Tensor, Tensor]:
    """L = (sigmoid(w x + b) - t)^2 and a loss that w reaches along three paths, against autograd."""
    w, x, b, t = (draw(seeds, draws) for _ in range(4))
    a = sigmoid(w * x + b)
    (by_autograd,) = grad(((a - t) ** 2).sum(), w)
    one = 2 * (a - t) * slope(a) * x  # dL/da da/dz dz/dw

    u, v = draw(seeds, 3, draws), draw(seeds, 3, draws)
    paths = sigmoid(u * w[:, None])  # x_k = sigmoid(u_k w): (seeds, 3, draws)
    (by_autograd_too,) = grad(((v * paths).sum(1) ** 2).sum(), w)
    many = (2 * (v * paths).sum(1, keepdim=True) * v * slope(paths) * u).sum(1)  # sum over k of dL/dx_k dx_k/dw
    return largest(one - by_autograd), largest(many - by_autograd_too)


def forward_slopes(seeds: Seeds, draws: int) -> tuple[Tensor, Tensor]:
    """z = w a + b over three wires from a hidden layer, b on a wire that carries 1: how far dz/dw is from the
    value on the wire, and for which share of the derivatives by w, b and a that value is right."""
    a = sigmoid(draw(seeds, draws, 3)).detach().requires_grad_()  # (seeds, draws, wires)
    w, b = draw(seeds, draws, 3), draw(seeds, draws)
    z = (w * a).sum(2) + b
    by_w, by_a, by_b = grad(z.sum(), (w, a, b))
    equal = torch.cat([(by_w - a).abs() < 1e-9, (by_b - 1).abs()[..., None] < 1e-9, (by_a - a).abs() < 1e-9], dim=2)
    return largest(by_w - a), equal.to(DOUBLE).mean((1, 2))


def stored_slopes(config: Config, seeds: Seeds) -> tuple[Tensor, Tensor, Tensor]:
    """One neuron, many inputs: error of a backward pass with stored slopes, the slopes, and those after an update."""
    w, b = draw(seeds, 3), draw(seeds, 1)
    x = draw(seeds, config.draws, 3).detach()
    target = torch.stack(seeds.each(lambda: torch.rand(config.draws, dtype=DOUBLE)))

    def forward(w: Tensor, b: Tensor) -> Tensor:  # (seeds, draws)
        return sigmoid((x @ w[:, :, None])[:, :, 0] + b)

    a = forward(w, b)
    stored = slope(a).detach()
    by_autograd, by_autograd_b = grad(((a - target) ** 2).mean(1).sum(), (w, b))
    delta = 2 * (a.detach() - target) / config.draws * stored
    by_hand = (delta[:, :, None] * x).sum(1), delta.sum(1, keepdim=True)
    off = torch.maximum(largest(by_hand[0] - by_autograd), largest(by_hand[1] - by_autograd_b))
    return off, stored, slope(forward(w - config.rate * by_autograd, b - config.rate * by_autograd_b)).detach()


def lesson_network() -> dict[str, tuple[float, float]]:
    """The channel's 2-2-1 network: each derivative as the lesson's text gives it, and by autograd."""
    x, target = torch.tensor([2.0, 1.0], dtype=DOUBLE), 3.0
    W = torch.tensor([[0.5, -1.0], [1.0, -1.0]], dtype=DOUBLE, requires_grad=True)
    v = torch.tensor([3.0, 1.0], dtype=DOUBLE, requires_grad=True)
    y = v @ sigmoid(W @ x)
    by_W, by_v = grad((y - target) ** 2 / 2, (W, v))
    text = {"w11": -1.153, "w12": -0.577, "w21": -0.302, "w22": -0.151, "v1": -0.384, "v2": -0.562}
    found = [*by_W.flatten().tolist(), *by_v.tolist()]
    return {name: (value, right) for (name, value), right in zip(text.items(), found, strict=True)}


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Log("Double precision on the CPU: there is next to nothing to compute.")
    one, many = chain(seeds, config.draws)
    yield Measured("slopes-multiply", one)
    yield Measured("paths-add", many)

    off, share = forward_slopes(seeds, config.draws)
    yield Measured("weight-sees-wire", off)
    yield Measured("all-see-wire", share)

    off, stored, after = stored_slopes(config, seeds)
    rows = [[n + 1, stored[0, n].item(), after[0, n].item()] for n in range(6)]  # one neuron, the first seed's
    yield Table("sigmoid'(z) of one neuron", ["input", "before the update", "after it"], rows)
    yield Figure("sigmoid'(z) of one neuron over all inputs", "histogram", {"series": {"slope": stored[0].tolist()}})
    yield Measured("stored-slope", off)
    yield Measured("constant-over-inputs", stored.amax(1) - stored.amin(1))
    yield Measured("constant-over-updates", largest(after - stored))

    numbers = lesson_network()
    yield Table("The channel's network", ["by", "in the text", "autograd"], [[k, *pair] for k, pair in numbers.items()])
    yield Measured("text-numbers", max(abs(said - right) for said, right in numbers.values()))
