"""A source whose entropy is known: does a fit to the losses find the floor, and where does the straight line end?

熵已知的信源：拟合损失曲线，能不能找到那个底？直线又会伸到哪里去？

Synthetic: a context is drawn by Zipf's law (the k-th with a probability in proportion to k^-2), and in each context one
of four symbols, with chances of its own. The learner counts what followed each context. Its expected loss is exact.

lesson: scaling
quick: largest=11 contexts=1000
full: contexts=100000 largest=20
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.power_law import fit
from lhystudy.lab.seeds import Seeds

SYMBOLS = 4


@dataclass(frozen=True)
class Config:
    contexts: int = param(10000, 100, 1000000, en="contexts of the source", zh="信源的语境数")
    smallest: int = param(4, 3, 10, en="log2 of the fewest examples", zh="最少样本数的 log2")
    fitted: int = param(10, 6, 16, en="log2 of the most examples that are fitted", zh="参与拟合的最多样本数的 log2")
    largest: int = param(16, 11, 24, en="log2 of the most examples", zh="最多样本数的 log2")


CLAIMS = (
    Claim("floor-found", "<", 0.02,
          en="the floor of the fit is the entropy of the source to 2%", zh="拟合出的底与信源的熵相差不到 2%",
          quantity_en="distance of the floor from the entropy, as a share", quantity_zh="底与熵的相对差距"),
    Claim("foretells", "<", 0.01,
          en="the fit with a floor predicts the loss at 64 times the examples to 1%",
          zh="带底的拟合，预言 64 倍样本时的损失，误差在 1% 以内",
          quantity_en="error of the foretold loss, as a share", quantity_zh="预言损失的相对误差"),
    Claim("through-the-floor", "<", 0.0,
          en="there the straight line without a floor lies below the entropy, which no model can reach",
          zh="在那里，不带底的直线已经低于熵，任何模型都到不了",
          quantity_en="foretold loss minus entropy (nats)", quantity_zh="预言的损失减熵（奈特）"),
    Claim("exponent-of-zipf", "<", 0.05,
          en="above the true floor the exponent is the 1/2 that Zipf's law asks for",
          zh="扣掉真正的底，指数就是齐普夫定律所要求的 1/2",
          quantity_en="distance of the exponent from 1/2", quantity_zh="指数与 1/2 的差距"),
)  # fmt: skip

ZH = {"expected loss (nats) by log2 of examples": "期望损失（奈特；横轴：样本数的 log2）",
      "Loss and fits": "损失与拟合", "examples": "样本数", "loss": "损失", "straight line": "直线",
      "with a floor": "带底", "entropy": "熵", "What was found": "拟合出的数", "fit": "方式", "floor": "底",
      "exponent": "指数", "true floor": "真正的底"}  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    often = torch.arange(1, config.contexts + 1).double() ** -2
    often /= often.sum()
    chances = seeds.stack(lambda: torch.randn(config.contexts, SYMBOLS).mul(1.5).double().softmax(1)).cpu()
    entropy = -(often[:, None] * chances * chances.log()).sum((1, 2))  # (seeds,)
    pairs = (often[:, None] * chances).flatten(1)  # (seeds, contexts * symbols): how often a context and what follows
    counts, done = torch.zeros_like(pairs), 0
    sizes, losses = [2**power for power in range(config.smallest, config.largest + 1)], []
    for place, size in enumerate(sizes):
        drawn = seeds.stack(partial(torch.rand, size - done, dtype=torch.float64)).cpu()
        found = torch.searchsorted(pairs.cumsum(1), drawn * pairs.sum(1, keepdim=True))
        counts.scatter_add_(1, found.clamp(max=pairs.shape[1] - 1), torch.ones_like(drawn))
        done = size
        seen = counts.unflatten(1, (config.contexts, SYMBOLS)) + 0.5  # what was never seen is not impossible
        guess = seen / seen.sum(2, keepdim=True)
        losses.append(-(often[:, None] * chances * guess.log()).sum((1, 2)))
        yield Metric("measured", math.log2(size), losses[-1], chart="expected loss (nats) by log2 of examples")
        yield Progress(place + 1, len(sizes))
    few = config.fitted - config.smallest + 1
    known, small = torch.tensor(sizes[:few]).double(), torch.stack(losses[:few], dim=1)
    tries = torch.linspace(0, 0.995, 200).double()[:, None] * small.amin(1)
    fits = {"straight line": fit(known, small, tries[:1]), "with a floor": fit(known, small, tries),
            "true floor": fit(known, small, entropy[None])}  # fmt: skip
    foretold = {name: [floor + factor * size**-exponent for size in sizes]
                for name, (floor, factor, exponent) in fits.items() if name != "true floor"}  # fmt: skip
    for name, curve in {**foretold, "entropy": [entropy] * len(sizes)}.items():
        for size, value in zip(sizes, curve, strict=True):
            yield Metric(name, math.log2(size), value, chart="expected loss (nats) by log2 of examples")
    yield Table("Loss and fits", ["examples", "loss", *foretold],
                [list(row) for row in zip(sizes, losses, *foretold.values(), strict=True)][::2])  # fmt: skip
    yield Table("What was found", ["fit", "floor", "exponent", "entropy"],
                [[name, found[0], found[2], entropy] for name, found in fits.items()])  # fmt: skip
    yield Measured("floor-found", (fits["with a floor"][0] / entropy - 1).abs())
    yield Measured("foretells", (foretold["with a floor"][-1] / losses[-1] - 1).abs())
    yield Measured("through-the-floor", foretold["straight line"][-1] - entropy)
    yield Measured("exponent-of-zipf", (fits["true floor"][2] - 0.5).abs())
