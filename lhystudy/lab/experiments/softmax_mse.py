"""Far from the answer squared error lies flat, and cross entropy is as steep as ever.

离答案很远时，平方误差是一片平地，交叉熵照样陡。

lesson: softmax-classification
quick: steps=60
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

RATES = (2.0, 10.0, 50.0)  # learning rates offered to both losses from the bad start


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 20, 2000, en="gradient descent steps", zh="梯度下降的步数")
    rate: float = param(1.0, 0.01, 10.0, en="learning rate of the toy", zh="小例子的学习率")
    spread: float = param(
        20.0, 1.0, 100.0, en="how many times too large the bad start's weights are", zh="坏起点的权重放大多少倍"
    )


CLAIMS = (
    Claim("ce-steep-far", ">", 1,
          en="far from the answer cross entropy is steep", zh="离答案很远时交叉熵很陡",
          quantity_en="gradient norm at (-10, 10, -1000), class 1",
          quantity_zh="在 (-10, 10, -1000)、答案为第一类时的梯度长度"),
    Claim("mse-flat-far", "<", 1e-6,
          en="there squared error is flat", zh="同一处平方误差是平的",
          quantity_en="gradient norm at the same place", quantity_zh="同一处的梯度长度"),
    Claim("toy-ce-arrives", ">=", 0.9,
          en="from there cross entropy slides down", zh="交叉熵从那里滑得下来",
          quantity_en="probability of the right class at the end", quantity_zh="最后给正确类的概率"),
    Claim("toy-mse-arrives", ">=", 0.9,
          en="squared error gets there too", zh="平方误差也走得到",
          quantity_en="probability of the right class at the end", quantity_zh="最后给正确类的概率"),
    Claim("ce-bounded", "<=", 10,
          en="cross entropy stays bounded when the distributions are far apart",
          zh="两个分布差得再远，交叉熵也不会很大",
          quantity_en="cross entropy at score -200, label 1, nats", quantity_zh="分数 -200、标签 1 时的交叉熵，奈特"),
    Claim("ce-gradient-bounded", "<=", 1,
          en="its gradient in the score stays within 1", zh="有界的是它对分数的梯度，不超过 1",
          quantity_en="|dCE/dz| at score -200", quantity_zh="分数 -200 处的 |dCE/dz|"),
    Claim("digits-mse-normal", ">=", 0.85,
          en="digits, normal start: squared error learns as well", zh="真实数字、正常起点：平方误差也学得会",
          quantity_en="test accuracy", quantity_zh="测试正确率"),
    Claim("digits-ce-bad", ">=", 0.85,
          en="digits, bad start: cross entropy recovers", zh="真实数字、坏起点：交叉熵救得回来",
          quantity_en="test accuracy, best of three learning rates", quantity_zh="测试正确率，三个学习率里最好的"),
    Claim("digits-mse-bad", ">=", 0.85,
          en="digits, bad start: squared error recovers", zh="真实数字、坏起点：平方误差也救得回来",
          quantity_en="test accuracy, best of three learning rates", quantity_zh="测试正确率，三个学习率里最好的"),
)  # fmt: skip

ZH = {
    "toy: probability of the right class": "玩具问题：正确类别的概率",
    "digits, weights x {}: test accuracy": "数字图像，权重 × {}：测试准确率",
    "length of the gradient, {}": "梯度的长度，{}", "gradient norm at (-z, z, -1000)": "(-z, z, -1000) 处的梯度范数",
    "digits: test accuracy at the end": "数字图像：结束时的测试准确率", "loss": "损失", "start": "初始",
    "rate": "学习率", "accuracy": "准确率", "normal": "正常", "bad": "糟糕",
}  # fmt: skip


def squared_error(scores: Tensor, labels: Tensor) -> Tensor:
    """sum_i (p_i - y_i)^2, averaged over the examples. scores (seeds, batch, classes), labels (seeds, batch)"""
    p = torch.softmax(scores, 2)
    return ((p - one_hot(labels, scores.shape[2])) ** 2).sum(2).mean(1)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"CE": cross_entropy, "MSE": squared_error}


def slope(loss_name: str, scores: list[float]) -> float:
    """The length of the loss's gradient in the first two of three scores; class 1 (index 0) is right."""
    z = torch.tensor([[scores]], dtype=torch.float64, requires_grad=True)  # float64 stays on the CPU
    (gradient,) = torch.autograd.grad(LOSSES[loss_name](z, torch.tensor([[0]])).sum(), z)
    return float(gradient[0, 0, :2].norm())


def slide(loss_name: str, config: Config) -> list[float]:
    """The probability of the right class along gradient descent from (-10, 10, -1000)."""
    z = torch.tensor([[[-10.0, 10.0, -1000.0]]], dtype=torch.float64, requires_grad=True)
    seen = []
    for _ in range(config.steps):
        (gradient,) = torch.autograd.grad(LOSSES[loss_name](z, torch.tensor([[0]])).sum(), z)
        z = (z - config.rate * gradient).detach().requires_grad_()
        seen.append(torch.softmax(z, 2)[0, 0, 0].item())
    return seen


def train(loss_name: str, start: float, rate: float, steps: int, data: Digits, seeds: Seeds) -> Tensor:
    """Test accuracy of softmax(x W + b) on the digits after each step (steps, seeds); W starts `start` times larger."""
    weight = (start * seeds.randn(64, 10) / 8).requires_grad_()
    bias = torch.zeros(seeds.count, 1, 10, device=seeds.device, requires_grad=True)
    labels = seeds.shared(data.train_labels)
    accuracy = []
    for _ in range(steps):
        loss = LOSSES[loss_name](data.train_images @ weight + bias, labels)  # (seeds,)
        gradients = torch.autograd.grad(loss.sum(), (weight, bias))
        with torch.no_grad():
            weight -= rate * gradients[0]
            bias -= rate * gradients[1]
            right = (data.test_images @ weight + bias).argmax(2) == data.test_labels
            accuracy.append(right.float().mean(1))
    return torch.stack(accuracy)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    axis = [float(v) for v in range(-10, 11, 2)]
    for loss_name in LOSSES:
        steepness = [[slope(loss_name, [y1, y2, -1000.0]) for y1 in axis] for y2 in reversed(axis)]
        labels = {"x": [f"{v:.0f}" for v in axis], "y": [f"{v:.0f}" for v in reversed(axis)]}
        yield Figure(f"length of the gradient, {loss_name}", "heat", {"values": steepness, **labels}, "y1", "y2")
    rows: list[list[object]] = [[z, *(slope(name, [-z, z, -1000.0]) for name in LOSSES)] for z in (1.0, 2.0, 5.0, 10.0)]
    yield Table("gradient norm at (-z, z, -1000)", ["z", *LOSSES], rows)
    toy = {name: slide(name, config) for name in LOSSES}
    for name, step in product(LOSSES, range(0, config.steps, max(1, config.steps // 100))):
        yield Metric(name, step, toy[name][step], chart="toy: probability of the right class")

    score = torch.tensor(-200.0, dtype=torch.float64, requires_grad=True)
    far_loss = binary_cross_entropy_with_logits(score, torch.ones_like(score))
    (far_gradient,) = torch.autograd.grad(far_loss, score)

    data = digits().to(seeds.device)
    plans = [(name, 1.0, 2.0) for name in LOSSES] + [(name, config.spread, rate) for name in LOSSES for rate in RATES]
    final = {}
    for done, (name, start, rate) in enumerate(plans):
        curve = train(name, start, rate, config.steps, data, seeds)
        final[name, start != 1.0, rate] = curve[-1]
        if start != 1.0 and rate == RATES[0]:
            for step in range(0, config.steps, max(1, config.steps // 100)):
                yield Metric(name, step, curve[step], chart=f"digits, weights x {config.spread:g}: test accuracy")
        yield Progress(done + 1, len(plans))
    rows = [[name, "bad" if bad else "normal", rate, right] for (name, bad, rate), right in final.items()]
    yield Table("digits: test accuracy at the end", ["loss", "start", "rate", "accuracy"], rows)

    yield Measured("ce-steep-far", slope("CE", [-10.0, 10.0, -1000.0]))
    yield Measured("mse-flat-far", slope("MSE", [-10.0, 10.0, -1000.0]))
    yield Measured("toy-ce-arrives", toy["CE"][-1])
    yield Measured("toy-mse-arrives", toy["MSE"][-1])
    yield Measured("ce-bounded", far_loss.item())
    yield Measured("ce-gradient-bounded", far_gradient.abs().item())
    yield Measured("digits-mse-normal", final["MSE", False, 2.0])
    for name, claim in (("CE", "digits-ce-bad"), ("MSE", "digits-mse-bad")):
        yield Measured(claim, torch.stack([final[name, True, rate] for rate in RATES]).amax(0))
