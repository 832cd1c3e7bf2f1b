"""Warm-up keeps Adam's first steps short: how long they are without it, and what a small Transformer makes of it.

预热使 Adam 的头几步不至于太长：不预热有多长，小 Transformer 又因此学得怎样。

The Transformer learns to read sequences of random symbols backwards (synthetic), with three learning rates.

lesson: lr-schedules
quick: steps=12 warm=4
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SYMBOLS, LENGTH, WIDTH, EARLY = 8, 6, 16, 20
RATES = (0.003, 0.01, 0.03)
LEARNED = 0.01  # the loss below which a reader makes hardly any mistakes
PLANS = tuple(product((True, False), (False, True), RATES))  # corrected, warmed up, rate


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="steps", zh="步数")
    warm: int = param(50, 1, 1000, en="steps of warm-up", zh="预热的步数")
    layers: int = param(2, 1, 6, en="layers", zh="层数")


CLAIMS = (
    Claim("uncorrected-steps-are-long", ">", 3.0,
          en="without bias correction an early step is several rates long",
          zh="不做偏差修正，开头的步子有学习率的几倍长",
          quantity_en="longest step of a weight in the first 20, over the rate",
          quantity_zh="前 20 步里单个权重走得最远的一步，与学习率之比"),
    Claim("warm-up-shortens-them", "<", 0.5,
          en="warm-up shortens them", zh="预热使它们变短",
          quantity_en="that longest step, with warm-up over without", quantity_zh="上述最长的一步之比，预热比不预热"),
    Claim("uncorrected-gains", ">", 0.04,
          en="without bias correction the Transformer learns better for it",
          zh="不做偏差修正时，预热使 Transformer 学得更好",
          quantity_en="powers of ten between the losses without and with warm-up, best of the three rates of each seed",
          quantity_zh="不预热与预热的损失相差几个数量级，各种子取三个学习率中最好的"),
    Claim("corrected-gains", ">", 0.04,
          en="and with bias correction too", zh="做了偏差修正，也是如此",
          quantity_en="powers of ten between the losses without and with warm-up, best of the three rates of each seed",
          quantity_zh="不预热与预热的损失相差几个数量级，各种子取三个学习率中最好的"),
    Claim("large-rates-gain", ">", 0.04,
          en="at the largest rate, with correction, warm-up helps", zh="学习率最大时，做了修正，预热有帮助",
          quantity_en="powers of ten between the losses without and with warm-up, rate 0.03",
          quantity_zh="不预热与预热的损失相差几个数量级，学习率 0.03"),
)  # fmt: skip

ZH = {
    "loss, with correction, rate 0.01": "损失，做修正，学习率 0.01", "Loss after {} steps": "{} 步后的损失",
    "Share of seeds that end below {}": "最终低于 {} 的种子比例", "correction": "偏差修正",
    "warm-up": "预热", "rate {}": "学习率 {}", "longest early step": "开头最长的一步", "yes": "有", "no": "无",
}  # fmt: skip


class Layer(nn.Module):
    """One layer of the first Transformer: each part's sum with its input is normalised afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.ask, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:  # (batch, LENGTH, WIDTH)
        weights = (self.ask(x) @ self.key(x).mT / math.sqrt(WIDTH)).softmax(2)
        x = self.first(x + weights @ self.value(x))
        y: Tensor = self.second(x + self.narrow(torch.relu(self.wide(x))))
        return y


class Reader(nn.Module):
    """Symbols and their places, layers, and a score for each symbol at each place."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.symbols = nn.Linear(SYMBOLS, WIDTH)
        self.places = nn.Parameter(torch.randn(LENGTH, WIDTH))
        self.layers = nn.Sequential(*(Layer() for _ in range(layers)))
        self.answer = nn.Linear(WIDTH, SYMBOLS)

    def forward(self, symbols: Tensor) -> Tensor:  # (batch, LENGTH, SYMBOLS) -> the same
        scores: Tensor = self.answer(self.layers(self.symbols(symbols) + self.places))
        return scores


def rate_of(step: int, warm: int) -> Tensor:
    """The rate of each plan at a step counted from 1: (plans,)."""
    return torch.tensor([rate * (min(1.0, step / warm) if warmed else 1.0) for _, warmed, rate in PLANS])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    starts = seeds.each(lambda: Reader(config.layers))
    readers = Network([copy.deepcopy(start) for start in starts for _ in PLANS]).to(seeds.device)
    weights = list(readers.parameters())
    first, second = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights]
    corrected = torch.tensor([plan[0] for plan in PLANS], device=seeds.device).repeat(seeds.count)
    longest = torch.zeros(seeds.count * len(PLANS), device=seeds.device)
    plain, warmed = PLANS.index((True, False, 0.01)), PLANS.index((True, True, 0.01))
    tail = []
    for step in range(1, config.steps + 1):
        symbols = seeds.randint(SYMBOLS, (16, LENGTH)).repeat_interleave(len(PLANS), dim=0)
        scores = readers(torch.eye(SYMBOLS, device=seeds.device)[symbols])
        loss = cross_entropy(scores, symbols.flip(2))  # (seeds * plans,)
        gradients = torch.autograd.grad(loss.sum(), weights)
        rate = rate_of(step, config.warm).to(seeds.device).repeat(seeds.count)
        scale = torch.where(corrected, math.sqrt(1 - 0.999**step) / (1 - 0.9**step), 1.0)
        with torch.no_grad():
            for w, m, v, gradient in zip(weights, first, second, gradients, strict=True):
                m.mul_(0.9).add_(0.1 * gradient)
                v.mul_(0.999).add_(0.001 * gradient**2)
                move = (rate * scale).view(-1, *[1] * (w.dim() - 1)) * m / (v.sqrt() + 1e-8)
                w.sub_(move)
                if step <= EARLY:
                    longest = torch.maximum(longest, move.abs().flatten(1).amax(1))
        if step > config.steps - 10:
            tail.append(loss.detach())
        if step % (1 + config.steps // 100) == 0:
            by_plan = loss.detach().view(seeds.count, len(PLANS))
            for name, which in (("constant", plain), ("warm-up", warmed)):
                yield Metric(name, step, by_plan[:, which], chart="loss, with correction, rate 0.01")
        yield Progress(step, config.steps)

    end = torch.stack(tail).mean(0).view(seeds.count, 2, 2, len(RATES))  # correction, warm-up, rate
    length = longest.view(seeds.count, 2, 2, len(RATES)) / torch.tensor(RATES, device=seeds.device)
    plans = [(("yes", "no")[c], ("no", "yes")[u], c, u) for c in (0, 1) for u in (0, 1)]
    columns = ["correction", "warm-up", *(f"rate {rate:g}" for rate in RATES)]
    rows = [[yes, up, *end[:, c, u].unbind(1), length[:, c, u].mean(1)] for yes, up, c, u in plans]
    yield Table(f"Loss after {config.steps} steps", [*columns, "longest early step"], rows)
    learned = (end < LEARNED).float()
    rows = [[yes, up, *learned[:, c, u].unbind(1)] for yes, up, c, u in plans]
    yield Table(f"Share of seeds that end below {LEARNED}", columns, rows)
    best = end.amin(3)  # (seeds, correction, warm-up)
    yield Measured("uncorrected-steps-are-long", length[:, 1, 0].mean(1))
    yield Measured("warm-up-shortens-them", length[:, 1, 1].mean(1) / length[:, 1, 0].mean(1))
    yield Measured("uncorrected-gains", (best[:, 1, 0] / best[:, 1, 1]).log10())
    yield Measured("corrected-gains", (best[:, 0, 0] / best[:, 0, 1]).log10())
    yield Measured("large-rates-gain", (end[:, 0, 0, 2] / end[:, 0, 1, 2]).log10())
