"""Where to start so that a few steps on ten points give a new sine curve: MAML, its first-order form, Reptile.

从哪里出发，十个点、几步就能学会一条新的正弦曲线：MAML、它的一阶版本和 Reptile。

Synthetic: a task is a sine curve with an amplitude and a phase of its own, of which ten points are seen. Each way
trains a start on many tasks; then descent goes from it on new tasks, and the error is measured on other points.

lesson: meta-learning
quick: steps=25
full: steps=10000 tasks=32
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WIDTH, POINTS, AFTER = 32, 10, (0, 1, 5, 50)
WAYS = ("random", "joint", "maml", "first order", "reptile")

Weights = list[
    Tensor
]  # of a network for each seed and task, or one for all tasks: (seeds, tasks or 1, inputs, outputs)


@dataclass(frozen=True)
class Config:
    steps: int = param(500, 10, 20000, en="training steps of each start", zh="每个起点的训练步数")
    tasks: int = param(8, 1, 100, en="tasks for each step", zh="每步的任务数")
    rate: float = param(0.02, 0.001, 0.1, en="learning rate within a task", zh="任务内的学习率")
    reptile_steps: int = param(5, 2, 20, en="steps within a task for Reptile", zh="Reptile 在任务内的步数")


CLAIMS = (
    Claim("learned-start-helps", "<", 0.5,
          en="from the learned start one step on a new task gains far more", zh="从学来的起点出发，走一步就好得多",
          quantity_en="error after one step, MAML over a random start", quantity_zh="一步之后的误差，MAML 比随机起点"),
    Claim("joint-start-does-not", ">", 1.5,
          en="training on all tasks together gives no such start", zh="把所有任务混在一起训练，得不到这样的起点",
          quantity_en="error after one step, joint training over MAML", quantity_zh="一步之后的误差，混合训练比 MAML"),
    Claim("second-order-pays", ">", 1.0,
          en="leaving out the second derivatives costs accuracy", zh="略去二阶导数，误差变大",
          quantity_en="error after one step, first order over MAML", quantity_zh="一步之后的误差，一阶比 MAML"),
    Claim("reptile-keeps-up", "<", 1.2,
          en="after five steps Reptile's start is about as good", zh="走五步之后，Reptile 的起点差不多一样好",
          quantity_en="error after five steps, Reptile over MAML", quantity_zh="五步之后的误差，Reptile 比 MAML"),
    Claim("one-step-is-enough", ">", 0.9,
          en="one step is best; more steps gain nothing", zh="一步就最好，多走没有好处",
          quantity_en="MAML's error after 50 steps over that after one", quantity_zh="MAML 50 步后的误差与一步后之比"),
)  # fmt: skip

ZH = {
    "Error on new tasks": "新任务上的误差", "start": "起点", "after {}": "{} 步后", "random": "随机",
    "joint": "混合训练", "maml": "MAML", "first order": "一阶", "reptile": "Reptile",
    "error after one step, while training": "训练中，一步之后的误差",
}  # fmt: skip


def first_weights(seeds: Seeds) -> Weights:
    """Weights and biases of a network 1-32-32-1 with torch's usual spread, one for each seed."""
    shapes = ((1, WIDTH), (WIDTH, WIDTH), (WIDTH, 1))
    return [(2 * seeds.rand(1, rows, n) - 1) * k**-0.5 for k, n in shapes for rows in (k, 1)]


def predict(weights: Weights, x: Tensor) -> Tensor:
    """y (seeds, tasks, points, 1) for x of the same shape."""
    a, b, c, d, e, f = weights
    return ((x @ a + b).relu() @ c + d).relu() @ e + f


def error(weights: Weights, points: tuple[Tensor, Tensor]) -> Tensor:
    """Mean squared error of each task (seeds, tasks)."""
    x, y = points
    return (predict(weights, x) - y).square().mean((2, 3))


def adapt(weights: Weights, seen: tuple[Tensor, Tensor], steps: int, rate: float, graph: bool) -> Weights:
    """Weights of each task (seeds, tasks, …) after descent on its seen points; `graph` keeps second derivatives."""
    fast = [w.expand(-1, seen[0].shape[1], -1, -1) for w in weights]
    for _ in range(steps):
        if not graph:
            fast = [w.detach().requires_grad_() for w in fast]
        slopes = torch.autograd.grad(error(fast, seen).sum(), fast, create_graph=graph)
        fast = [w - rate * slope for w, slope in zip(fast, slopes, strict=True)]
    return fast


def tasks(count: int, seeds: Seeds) -> list[tuple[Tensor, Tensor]]:
    """Seen points and other points of sine curves: x and y, each (seeds, count, 10, 1)."""
    height, shift = 0.1 + 4.9 * seeds.rand(count, 1, 1), torch.pi * seeds.rand(count, 1, 1)
    x = 10 * seeds.rand(2, count, POINTS, 1) - 5
    return [(x[:, k], height * torch.sin(x[:, k] - shift)) for k in (0, 1)]


def gradient(way: str, weights: Weights, seen: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor],
             config: Config) -> list[Tensor]:  # fmt: skip
    """The direction in which one way of training lowers the start, for each seed."""
    if way == "joint":
        return list(torch.autograd.grad(error(weights, other).mean(1).sum(), weights))
    if way == "maml":
        fast = adapt(weights, seen, 1, config.rate, graph=True)
        return list(torch.autograd.grad(error(fast, other).mean(1).sum(), weights))
    if way == "first order":
        fast = [w.detach().requires_grad_() for w in adapt(weights, seen, 1, config.rate, graph=False)]
        slopes = torch.autograd.grad(error(fast, other).mean(1).sum(), fast)
        return [slope.sum(1, keepdim=True) for slope in slopes]
    fast = adapt(weights, seen, config.reptile_steps, config.rate, graph=False)
    return [(w - f.mean(1, keepdim=True)).detach() / config.rate for w, f in zip(weights, fast, strict=True)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    beginning = first_weights(seeds)
    starts = {way: [w.clone().requires_grad_() for w in beginning] for way in WAYS}
    adams = {way: torch.optim.Adam(starts[way], lr=0.003) for way in WAYS[1:]}
    for step in range(config.steps):
        seen, other = tasks(config.tasks, seeds)
        for way, adam in adams.items():
            for w, slope in zip(starts[way], gradient(way, starts[way], seen, other, config), strict=True):
                w.grad = slope
            adam.step()
            if step % (1 + config.steps // 20) == 0:
                after = error(adapt(starts[way], seen, 1, config.rate, graph=False), other).mean(1).detach()
                yield Metric(way, step, after, chart="error after one step, while training")
        yield Progress(step + 1, config.steps)
    seen, other = tasks(100, seeds)
    found = {}
    for way in WAYS:
        fast, done = starts[way], 0
        for steps in AFTER:
            fast, done = adapt(fast, seen, steps - done, config.rate, graph=False), steps
            found[way, steps] = error(fast, other).mean(1).detach().cpu().double()
    yield Table("Error on new tasks", ["start", *(f"after {steps}" for steps in AFTER)],
                [[way, *(found[way, steps] for steps in AFTER)] for way in WAYS])  # fmt: skip
    yield Measured("learned-start-helps", found["maml", 1] / found["random", 1])
    yield Measured("joint-start-does-not", found["joint", 1] / found["maml", 1])
    yield Measured("second-order-pays", found["first order", 1] / found["maml", 1])
    yield Measured("reptile-keeps-up", found["reptile", 5] / found["maml", 5])
    yield Measured("one-step-is-enough", found["maml", 50] / found["maml", 1])
