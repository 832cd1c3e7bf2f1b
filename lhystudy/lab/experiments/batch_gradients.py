"""A batch's gradient is a noisy reading of the full one: right on average, and how noisy is a formula.

一批的梯度是整批梯度带噪声的读数：平均起来不偏，噪声多大有公式。

A small network at fixed weights, on 1400 real digits; the gradient of every single digit is worked out.

lesson: batch-size
quick: draws=50
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    batch: int = param(56, 2, 700, en="digits in a batch of the split", zh="分批时每批的数字个数")
    draws: int = param(100, 20, 5000, en="batches drawn for each size", zh="每种大小抽多少批")
    silent: int = param(
        8, 1, 100, en="digits in the batch whose silent units are counted", zh="数沉默神经元时的批次大小"
    )


CLAIMS = (
    Claim("one-mean", "<", 1e-10,
          en="a batch's gradient is the mean of its examples' gradients: nothing is saved up",
          zh="一批的梯度就是其中各样本梯度的平均，没有先攒后算",
          quantity_en="relative distance of the two", quantity_zh="两者的相对距离"),
    Claim("epoch-averages-to-full", "<", 1e-10,
          en="equal batches of one epoch average to the full gradient",
          zh="一个 epoch 里等大的各批，梯度平均就是整批梯度",
          quantity_en="relative distance from the full gradient", quantity_zh="与整批梯度的相对距离"),
    Claim("weights-mend-ragged", "<", 1e-10,
          en="with a smaller last batch they do so if each counts by its size",
          zh="末批较小时，按大小加权，平均仍是整批梯度",
          quantity_en="relative distance, weighted", quantity_zh="加权平均的相对距离"),
    Claim("ragged-mean-is-off", ">", 0.001,
          en="the plain mean of such batches is off", zh="这时不加权的平均就偏了",
          quantity_en="relative distance, not weighted", quantity_zh="不加权平均的相对距离"),
    Claim("noise-as-formula", "<", 0.1,
          en="the noise is s sqrt((N - B)/(B (N - 1)))", zh="噪声等于 s sqrt((N - B)/(B (N - 1)))",
          quantity_en="largest relative deviation over all sizes", quantity_zh="各种大小中最大的相对偏差"),
    Claim("sigmoid-moves-all", "<=", 0.0,
          en="with sigmoids one update moves every parameter", zh="用 Sigmoid 时，一次更新每个参数都动",
          quantity_en="share of parameters with zero gradient", quantity_zh="梯度为零的参数所占比例"),
    Claim("relu-leaves-some", ">", 0.0,
          en="with ReLU units some biases stay: their units are silent for the whole batch",
          zh="用 ReLU 时有的偏置不动：那些神经元对整批都沉默",
          quantity_en="share of hidden biases with zero gradient, beyond that with sigmoids",
          quantity_zh="梯度为零的隐藏层偏置比例，减去 Sigmoid 的比例"),
)  # fmt: skip

ZH = {
    "noise of the gradient, log10": "梯度噪声的 log10", "Noise at fixed weights": "固定权重时的噪声",
    "batch": "批次大小",
    "measured": "测得", "s/sqrt(B)": "s/√B", "without replacement": "不放回的公式",
    "One update": "一次更新", "unit": "神经元", "parameters that stay": "不动的参数比例",
    "hidden biases that stay": "不动的隐藏偏置比例",
}  # fmt: skip

COUNT = 1400
SIZES = (1, 4, 16, 64, 256, 1024, COUNT)


class Measures(NamedTuple):
    """What one seed measures."""

    one_mean: float
    epoch: float
    weighted: float
    plain: float
    noise: list[float]  # of each size
    spread: float  # s: root mean square distance of one example's gradient from the full one
    still: list[float]  # share of parameters and of hidden biases with zero gradient: sigmoid, then ReLU


def example_gradients(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of every example's loss by itself: (examples, parameters)."""
    weights = {name: weight.detach() for name, weight in net.named_parameters()}

    def loss(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(functional_call(net, weights, x[None]), y[None])

    return torch.cat([part.flatten(1) for part in vmap(grad(loss), (None, 0, 0))(weights, x, y).values()], dim=1)


def build(unit: type[nn.Module]) -> nn.Sequential:
    return nn.Sequential(nn.Linear(64, 32), unit(), nn.Linear(32, 10)).double()


def measure(x: Tensor, y: Tensor, config: Config) -> Measures:
    net = build(nn.ReLU)
    each = example_gradients(net, x, y)
    full = each.mean(dim=0)

    def off(gradient: Tensor) -> float:
        return float((gradient - full).norm() / full.norm())

    def mean_of(part: Tensor) -> Tensor:
        return each[part].mean(dim=0)

    def noise(size: int) -> float:
        drawn = torch.rand(config.draws, COUNT).argsort(dim=1) < size  # each row a batch, drawn without replacement
        return float((drawn.double() / size @ each - full).square().sum(dim=1).mean().sqrt())

    order = torch.randperm(COUNT)
    first = order[: config.batch]
    net.zero_grad()
    cross_entropy(net(x[first]), y[first]).backward()
    at_once = torch.cat([weight.grad.flatten() for weight in net.parameters() if weight.grad is not None])
    equal = order[: COUNT // config.batch * config.batch].split(config.batch)
    whole = torch.cat(equal)
    ragged = order.split(config.batch + config.batch // 2 + 1)  # the last batch is smaller
    means = torch.stack([mean_of(part) for part in ragged])
    sizes = torch.tensor([len(part) for part in ragged], dtype=each.dtype)
    still = []
    for unit in (nn.Sigmoid, nn.ReLU):
        part = order[: config.silent]
        gradient = example_gradients(build(unit), x[part], y[part]).mean(dim=0)
        still += [float((gradient == 0).double().mean()), float((gradient[64 * 32 : 65 * 32] == 0).double().mean())]
    return Measures(
        float((at_once - mean_of(first)).norm() / at_once.norm()),
        float((torch.stack([mean_of(part) for part in equal]).mean(dim=0) - mean_of(whole)).norm() / full.norm()),
        off((sizes[:, None] * means).sum(dim=0) / COUNT),
        off(means.mean(dim=0)),
        [noise(size) for size in SIZES],
        float((each - full).square().sum(dim=1).mean().sqrt()),
        still,
    )


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    x, y = data.train_images[:COUNT].double(), data.train_labels[:COUNT]
    found = seeds.each(lambda: measure(x, y, config))
    yield Progress(1, 1)
    noise = torch.tensor([one.noise for one in found])  # (seeds, sizes)
    spread = torch.tensor([one.spread for one in found])
    sizes = torch.tensor(SIZES)
    free = spread[:, None] / sizes.sqrt()
    formula = free * ((COUNT - sizes) / (COUNT - 1)).sqrt()
    for place, size in enumerate(SIZES[:-1]):
        yield Metric("measured", size, noise[:, place].log10(), chart="noise of the gradient, log10")
        yield Metric("s/sqrt(B)", size, free[:, place].log10(), chart="noise of the gradient, log10")
    yield Table("Noise at fixed weights", ["batch", "measured", "s/sqrt(B)", "without replacement"], [
        [size, noise[:, place], free[:, place], formula[:, place]] for place, size in enumerate(SIZES)
    ])  # fmt: skip
    still = torch.tensor([one.still for one in found])
    yield Table("One update", ["unit", "parameters that stay", "hidden biases that stay"],
                [["sigmoid", still[:, 0], still[:, 1]], ["ReLU", still[:, 2], still[:, 3]]])  # fmt: skip
    yield Measured("one-mean", [one.one_mean for one in found])
    yield Measured("epoch-averages-to-full", [one.epoch for one in found])
    yield Measured("weights-mend-ragged", [one.weighted for one in found])
    yield Measured("ragged-mean-is-off", [one.plain for one in found])
    yield Measured("noise-as-formula", (noise / formula - 1)[:, :-1].abs().amax(dim=1))
    yield Measured("sigmoid-moves-all", still[:, 0])
    yield Measured("relu-leaves-some", still[:, 3] - still[:, 1])
