"""Five schedules as PyTorch computes them, beside their formulas.

PyTorch 算出的五种学习率曲线，与公式相对照。

lesson: lr-schedules
quick: steps=200
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, LRScheduler

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 50, 10000, en="steps T", zh="步数 T")
    decay: float = param(0.005, 0.0001, 0.1, en="k of the natural exponential", zh="自然指数的 k")
    warm: int = param(100, 1, 5000, en="warm-up steps of the Transformer's schedule", zh="Transformer 预热的步数")
    width: int = param(512, 1, 4096, en="width d of the Transformer", zh="Transformer 的宽度 d")


CLAIMS = (
    Claim("halves-every-ln2-over-k", "<", 0.01,
          en="the natural exponential halves every ln 2/k steps", zh="自然指数每 ln 2/k 步减半",
          quantity_en="largest difference of the ratio from 1/2, at whole steps nearest to ln 2/k apart",
          quantity_zh="相隔最接近 ln 2/k 的整数步，比值与 1/2 的最大差", seeds=1),
    Claim("same-family", "<", 1e-6,
          en="an exponential of base b is a natural one with k = -log b",
          zh="以 b 为底的指数，就是 k = -log b 的自然指数",
          quantity_en="largest difference, as a share", quantity_zh="最大的相对差", seeds=1),
    Claim("cosine-as-formula", "<", 1e-9,
          en="PyTorch's cosine is the formula", zh="PyTorch 的余弦就是公式",
          quantity_en="largest difference", quantity_zh="最大差", seeds=1),
    Claim("cosine-flat-at-both-ends", "<", 0.05,
          en="the cosine starts and ends flat", zh="余弦开头与结尾都是平的",
          quantity_en="larger of its first and last change, over its largest change",
          quantity_zh="第一步与最后一步的变化中较大者，与最大变化之比",
          seeds=1),
    Claim("peak-at-warm", "<=", 0.0,
          en="the Transformer's rate peaks at the last step of warm-up", zh="Transformer 的学习率在预热结束那一步最高",
          quantity_en="steps between the peak and t = warm", quantity_zh="最高点与 t = warm 相差的步数", seeds=1),
)  # fmt: skip

ZH = {
    "rate over its peak": "学习率与最高值之比", "The rate along the way": "一路上的学习率", "schedule": "曲线",
    "natural exponential": "自然指数", "exponential": "指数", "cosine": "余弦",
    "start": "开始", "half-way": "一半", "end": "结束",
}  # fmt: skip

Make = Callable[[torch.optim.Optimizer], LRScheduler]


def rates(make: Make, steps: int) -> list[float]:
    """The rates of steps 0 to `steps` that a scheduler sets, from an optimizer at rate 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps + 1):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def transformer(t: int, width: int, warm: int) -> float:
    """The rate of step t = 1, 2, … of "Attention is all you need"."""
    return float(width**-0.5 * min(t**-0.5, t * warm**-1.5))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    steps, k = config.steps, config.decay
    base = math.exp(-k)
    curves = {
        "1/sqrt(t)": rates(lambda o: LambdaLR(o, lambda t: (t + 1) ** -0.5), steps),
        "natural exponential": rates(lambda o: LambdaLR(o, lambda t: math.exp(-k * t)), steps),
        "exponential": rates(lambda o: ExponentialLR(o, base), steps),
        "cosine": rates(lambda o: CosineAnnealingLR(o, steps), steps),
        "Transformer": rates(lambda o: LambdaLR(o, lambda t: transformer(t + 1, config.width, config.warm)), steps),
    }
    for name, curve in curves.items():
        for t in range(0, steps + 1, max(1, steps // 100)):
            if name != "exponential":  # it lies on the natural one
                yield Metric(name, t, curve[t] / max(curve), chart="rate over its peak")
    yield Table("The rate along the way", ["schedule", "start", "half-way", "end"],
                [[name, curve[0], curve[steps // 2], curve[steps]] for name, curve in curves.items()])  # fmt: skip
    natural, cosine = curves["natural exponential"], curves["cosine"]
    half = round(math.log(2) / k)
    ratios = [natural[t + half] / natural[t] for t in range(steps + 1 - half)] or [0.5]
    yield Measured("halves-every-ln2-over-k", max(abs(ratio - 0.5) for ratio in ratios))
    yield Measured("same-family", max(abs(a / b - 1) for a, b in zip(curves["exponential"], natural, strict=True)))
    formula = [0.5 * (1 + math.cos(t * math.pi / steps)) for t in range(steps + 1)]
    yield Measured("cosine-as-formula", max(abs(a - b) for a, b in zip(cosine, formula, strict=True)))
    changes = [abs(b - a) for a, b in zip(cosine, cosine[1:], strict=False)]
    yield Measured("cosine-flat-at-both-ends", max(changes[0], changes[-1]) / max(changes))
    peak = max(range(steps + 1), key=curves["Transformer"].__getitem__) + 1
    yield Measured("peak-at-warm", abs(peak - min(config.warm, steps + 1)))
