"""The error surface of a small RNN: plains and a cliff. How five ways of walking get down from it.

小 RNN 的误差曲面：平原与悬崖。五种走法怎样从悬崖上下来。

One neuron, the same weight w and bias b at every step, the state 0.5 at first; the loss is the squared distance of the
last state from 0.7. Then w alone, without a bend: after all steps the state is w to their power, and is to become 1.
The walks begin on the cliff, at a w drawn between 1.1 and 1.2.

lesson: training-rnns
quick: walk=300
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Log, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WAYS = ("SGD", "SGD clipped", "RMSProp", "Adam", "Adam clipped")


@dataclass(frozen=True)
class Config:
    length: int = param(50, 2, 200, en="steps of the RNN", zh="RNN 的步数")
    walk: int = param(3000, 100, 20000, en="steps of each walk", zh="每种走法的步数")
    rate: float = param(0.001, 0.00001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("cliff-and-plain", ">", 1e4,
          en="the surface has a cliff and a plain", zh="曲面上既有悬崖，也有平原",
          quantity_en="steepest slope over the median one", quantity_zh="最陡的坡度与中位坡度之比", seeds=1),
    Claim("without-bend-too", ">", 1e4,
          en="without any bend it has them as well", zh="去掉弯折，照样有",
          quantity_en="steepest slope over the median one", quantity_zh="最陡的坡度与中位坡度之比", seeds=1),
    Claim("sgd-flies-off", ">", 4.0,
          en="plain descent jumps off the cliff", zh="普通下降从悬崖上飞出去",
          quantity_en="log10 of the largest step over the learning rate", quantity_zh="最大的一步与学习率之比的 log10"),
    Claim("clipped-arrives", ">", 0.95,
          en="with the gradient clipped to 1 the walk arrives", zh="把梯度裁剪到 1，走得到",
          quantity_en="share of the seeds with a loss below 0.01 at the end",
          quantity_zh="最后损失低于 0.01 的种子比例"),
    Claim("adam-steps-bounded", "<", 4.0,
          en="Adam's largest step is no more than a few learning rates", zh="Adam 最大的一步也只有几个学习率",
          quantity_en="largest step, in learning rates", quantity_zh="最大的一步，以学习率为单位"),
    Claim("adam-is-slow", ">", 3.0,
          en="afterwards Adam crawls, since the cliff stays in its average",
          zh="之后 Adam 只能爬，因为悬崖还留在它的平均里",
          quantity_en="Adam's steps to a loss below 0.01 over clipped descent's",
          quantity_zh="损失降到 0.01 以下的步数：Adam 比裁剪的下降"),
    Claim("clipping-helps-adam", ">", 2.0,
          en="Adam that is fed clipped gradients gets there much sooner", zh="喂给 Adam 裁剪过的梯度，快得多",
          quantity_en="Adam's steps over those of Adam with clipping", quantity_zh="Adam 的步数比裁剪后的 Adam"),
)  # fmt: skip

ZH = {
    "loss, with tanh": "损失，有 tanh", "log10 of the loss, without a bend": "损失的 log10，没有弯折",
    "log10 of the distance from w = 1": "离 w = 1 的距离的 log10", "Down from the cliff": "从悬崖上下来",
    "way": "走法", "log10 of the largest step / rate": "最大步与学习率之比的 log10",
    "steps to loss 0.01": "到损失 0.01 的步数", "arrived": "到达的比例",
    "steepest slope {}, median slope {}": "最陡的坡度 {}，中位坡度 {}",
}  # fmt: skip


def surface(bend: bool, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """The places of w, and on a grid of b (rows) and w (columns) the loss and the length of its gradient."""
    low, high = (-0.5, 3.5) if bend else (0.7, 1.3)
    w, b = (torch.linspace(*ends, dtype=torch.float64) for ends in ((low, high, 81), (-1, 1, 41)))
    both = torch.stack(torch.meshgrid(b, w, indexing="ij")).requires_grad_()
    state = torch.full_like(both[0], 0.5)
    for _ in range(length):
        state = both[1] * state + both[0]
        state = torch.tanh(state) if bend else state
    loss = (state - 0.7).square()
    slope = torch.autograd.grad(loss.sum(), both)[0].norm(dim=0)
    return w, loss.detach(), slope


def walk(way: str, start: Tensor, config: Config) -> Iterator[Tensor]:
    """The weight after each step on (w^length - 1)²/2: (seeds,)."""
    w = start.clone().requires_grad_()
    kinds = {"SGD": torch.optim.SGD, "RMSProp": torch.optim.RMSprop, "Adam": torch.optim.Adam}
    optimizer = kinds[way.removesuffix(" clipped")]([w], lr=config.rate)
    for _ in range(config.walk):
        optimizer.zero_grad()
        ((w**config.length - 1).square() / 2).sum().backward()
        if way.endswith("clipped") and w.grad is not None:
            w.grad.clamp_(-1, 1)  # the norm of a single number
        optimizer.step()
        yield w.detach().clone()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    ratio = {}
    for title, bend in {"loss, with tanh": True, "log10 of the loss, without a bend": False}.items():
        w, loss, slope = surface(bend, config.length)
        ratio[bend] = float(slope.max() / slope.median())
        height = loss if bend else loss.clamp_min(1e-8).log10()
        labels = {"x": [f"{place:.2g}" for place in w[::2].tolist()], "y": [f"{k / 10:.1f}" for k in range(-10, 11)]}
        yield Figure(title, "heat", {"values": height[::2, ::2].tolist(), **labels}, "w", "b")
        yield Log(f"steepest slope {float(slope.max()):.3g}, median slope {float(slope.median()):.3g}")
    start = 1.1 + 0.1 * seeds.rand().cpu().double()
    largest, arrival, arrived = {}, {}, {}
    for way in WAYS:
        places = torch.stack([start, *walk(way, start, config)])  # (1 + walk, seeds)
        jumps = places.diff(dim=0).abs().nan_to_num(0.0, 0.0, 0.0)
        largest[way] = jumps.amax(0) / config.rate
        there = (places**config.length - 1).square() / 2 < 0.01  # a place that is not a number is not there
        arrival[way] = torch.where(there.any(0), there.int().argmax(0), config.walk)
        arrived[way] = there[-1].double()
        for t in range(0, config.walk + 1, max(1, config.walk // 100)):
            distance = (places[t] - 1).abs().nan_to_num(1e9, 1e9, 1e9).clamp(1e-6, 1e9)
            yield Metric(way, t, distance.log10(), chart="log10 of the distance from w = 1")
        yield Progress(len(largest), len(WAYS))
    rows = [[way, largest[way].log10().round(decimals=3) + 0.0, arrival[way].double(), arrived[way]] for way in WAYS]
    yield Table(
        "Down from the cliff", ["way", "log10 of the largest step / rate", "steps to loss 0.01", "arrived"], rows
    )

    yield Measured("cliff-and-plain", ratio[True])
    yield Measured("without-bend-too", ratio[False])
    yield Measured("sgd-flies-off", largest["SGD"].log10())
    yield Measured("clipped-arrives", arrived["SGD clipped"])
    yield Measured("adam-steps-bounded", largest["Adam"])
    yield Measured("adam-is-slow", arrival["Adam"] / arrival["SGD clipped"])
    yield Measured("clipping-helps-adam", arrival["Adam"] / arrival["Adam clipped"])
