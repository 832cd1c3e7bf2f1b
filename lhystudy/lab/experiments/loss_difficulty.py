"""The same model is easy or hard to train, depending on the loss and on where it starts.

同一个模型好不好训练，看损失，也看起点。

lesson: softmax-classification
quick: starts=8 steps=400
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import e, log

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

LOSSES = ("CE", "MSE", "CE + extra softmax")


@dataclass(frozen=True)
class Config:
    starts: int = param(16, 4, 200, en="random starts, each with its own data", zh="随机起点的个数，各有各的数据")
    steps: int = param(800, 100, 5000, en="most steps of gradient descent", zh="梯度下降最多几步")
    rate: float = param(0.1, 0.01, 1.0, en="learning rate, the same for all", zh="学习率，三者相同")
    enlarge: float = param(5.0, 1.0, 20.0, en="factor of the weights in the bad start", zh="坏起点的权重放大倍数")


CLAIMS = (
    Claim("hard-from-normal", ">=", 3,
          en="from a normal start squared error takes three times the steps", zh="正常起点：平方误差要走三倍的步数",
          quantity_en="median steps to 95 % of MSE over those of CE",
          quantity_zh="到 95% 的步数中位数之比，MSE 比 CE"),
    Claim("hard-from-large", ">=", 3,
          en="from weights five times as large it does", zh="权重放大五倍再起步：确实如此",
          quantity_en="median steps to 95 % of MSE over those of CE",
          quantity_zh="到 95% 的步数中位数之比，MSE 比 CE"),
    Claim("ce-always-arrives", ">=", 1,
          en="cross entropy arrives from every such start", zh="从这样的起点，交叉熵次次走到",
          quantity_en="share of starts that reach 95 %", quantity_zh="达到 95% 的起点比例"),
    Claim("mse-always-arrives", ">=", 1,
          en="squared error arrives from every such start", zh="从这样的起点，平方误差也次次走到",
          quantity_en="share of starts that reach 95 %", quantity_zh="达到 95% 的起点比例"),
    Claim("extra-softmax-slows", ">=", 2,
          en="a softmax before PyTorch's cross entropy doubles the steps or more",
          zh="在 PyTorch 的交叉熵前再加 softmax，步数至少翻倍",
          quantity_en="median steps to 95 %, with over without, normal start",
          quantity_zh="到 95% 的步数中位数之比，多加比不加，正常起点"),
    Claim("extra-softmax-floor", ">=", 0.551,
          en="and its loss cannot fall below log(1 + 2/e)", zh="而且损失降不到 log(1 + 2/e) 以下",
          quantity_en="least training loss reached, nats", quantity_zh="达到过的最小训练损失，奈特"),
)  # fmt: skip

ZH = {
    "accuracy, weights x {}": "准确率，权重 × {}", "steps to {} % training accuracy": "训练准确率达到 {}% 的步数",
    "loss": "损失", "start": "初始", "median": "中位数", "share that arrives": "达到的比例", "normal": "正常",
    "large": "很大", "scores (5, 0, 0), class 1; log(1 + 2/e) = {}": "分数 (5, 0, 0)，第 1 类；log(1 + 2/e) = {}",
    "value": "值",
}  # fmt: skip


def blobs(starts: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Synthetic: 150 points a start in three separable clouds. x (seeds, starts, 150, 2), labels (150,)"""
    centres = torch.tensor([[0.0, 2.0], [-1.7, -1.0], [1.7, -1.0]], device=seeds.device)
    labels = torch.arange(150, device=seeds.device) % 3
    return centres[labels] + 0.5 * seeds.randn(starts, 150, 2), labels


def losses(loss_name: str, scores: Tensor, labels: Tensor) -> Tensor:
    """One loss a start. scores (…, points, classes)"""
    target = one_hot(labels, 3).to(scores)
    p = torch.softmax(scores, -1)
    if loss_name == "MSE":
        return ((p - target) ** 2).sum(-1).mean(-1)
    scored = p if loss_name == "CE + extra softmax" else scores  # softmax of what is a probability already
    return -(target * torch.log_softmax(scored, -1)).sum(-1).mean(-1)


def train(loss_name: str, x: Tensor, labels: Tensor, weight: Tensor, config: Config) -> Iterator[tuple[Tensor, Tensor]]:
    """Training accuracy and loss of every start, before each step. weight (seeds, starts, 2, 3)"""
    weight, bias = weight.clone().requires_grad_(), torch.zeros(*x.shape[:2], 1, 3, device=x.device, requires_grad=True)
    for _ in range(config.steps):
        scores = x @ weight + bias  # (seeds, starts, points, classes)
        loss = losses(loss_name, scores, labels)
        yield (scores.argmax(-1) == labels).float().mean(-1), loss.detach()
        gradients = torch.autograd.grad(loss.sum(), (weight, bias))
        with torch.no_grad():
            weight -= config.rate * gradients[0]
            bias -= config.rate * gradients[1]


def middle(steps: Tensor) -> Tensor:
    """The median over the starts: (seeds, starts) -> (seeds,)."""
    return steps.median(dim=1).values


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    x, labels = blobs(config.starts, seeds)
    weight = seeds.randn(config.starts, 2, 3)
    arrival, floor = {}, torch.full((seeds.count,), float("inf"), device=seeds.device)
    for place, factor in enumerate((1.0, config.enlarge)):
        for number, loss_name in enumerate(LOSSES):
            # Starts that never arrive count as the limit.
            steps = torch.full((seeds.count, config.starts), config.steps, device=seeds.device)
            for step, (accuracy, loss) in enumerate(train(loss_name, x, labels, factor * weight, config)):
                steps = torch.where(accuracy >= 0.95, steps.clamp(max=step), steps)
                if step % max(1, config.steps // 100) == 0:
                    yield Metric(loss_name, step, accuracy.mean(1), chart=f"accuracy, weights x {factor:g}")
                if loss_name == "CE + extra softmax":
                    floor = torch.minimum(floor, loss.amin(1))
            arrival[loss_name, place] = steps.float()
            yield Progress(3 * place + number + 1, 6)
    rows = [
        [name, ("normal", "large")[place], middle(steps), (steps < config.steps).float().mean(1)]
        for (name, place), steps in arrival.items()
    ]
    yield Table("steps to 95 % training accuracy", ["loss", "start", "median", "share that arrives"], rows)

    scores = torch.tensor([[[5.0, 0.0, 0.0]]])
    first = torch.tensor([0])
    losses_there = [[name, losses(name, scores, first).item()] for name in LOSSES]
    yield Table(f"scores (5, 0, 0), class 1; log(1 + 2/e) = {log(1 + 2 / e):.4f}", ["loss", "value"], losses_there)

    def ratio(loss_name: str, place: int) -> Tensor:
        """Of the medians, each counted as one step at least."""
        return middle(arrival[loss_name, place]).clamp(min=1) / middle(arrival["CE", place]).clamp(min=1)

    yield Measured("hard-from-normal", ratio("MSE", 0))
    yield Measured("hard-from-large", ratio("MSE", 1))
    yield Measured("ce-always-arrives", (arrival["CE", 1] < config.steps).float().mean(1))
    yield Measured("mse-always-arrives", (arrival["MSE", 1] < config.steps).float().mean(1))
    yield Measured("extra-softmax-slows", ratio("CE + extra softmax", 0))
    yield Measured("extra-softmax-floor", floor)
