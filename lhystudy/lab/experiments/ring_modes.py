"""Eight modes in a ring: which of three losses makes a generator serve them all?

八堆点围成一圈：三种损失，哪一种能让生成器堆堆都顾到？

Synthetic: modes of spread 0.05 on a circle of radius 2. `gan`: the discriminator's -log D. `clip`: a critic whose
weights are cut to a small range (Wasserstein). `penalty`: a critic whose slope is pulled to 1 (with gradient penalty).
The three are trained side by side from the same beginning.

lesson: gan
quick: steps=20
full: steps=20000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.ring import centres, real
from lhystudy.lab.seeds import Network, Seeds

KINDS = ("gan", "clip", "penalty")
GAN, CLIP, PENALTY = range(3)


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 10, 20000, en="turns of both", zh="双方轮流的次数")
    border: float = param(0.1, 0.001, 10.0, en="largest weight of the clipped critic", zh="裁剪时权重的上限")
    weight: float = param(1.0, 0.0, 100.0, en="weight of the gradient penalty", zh="梯度惩罚的权重")


CLAIMS = (
    Claim("gan-drops-modes", "<", 7.0,
          en="the plain GAN drops modes", zh="普通的 GAN 会丢掉几堆",
          quantity_en="modes with at least 1% of the made points", quantity_zh="得到至少 1% 生成点的堆数"),
    Claim("penalty-serves-more", ">", 1.0,
          en="with Wasserstein's loss and a gradient penalty more modes are served",
          zh="用 Wasserstein 损失加梯度惩罚，顾到的堆更多",
          quantity_en="modes served, minus those of the plain GAN", quantity_zh="顾到的堆数，减去普通 GAN 的"),
    Claim("penalty-beats-clipping", ">", 0.0,
          en="the penalty puts more points on the modes than clipping does",
          zh="比起裁剪权重，梯度惩罚让更多的点落在堆上",
          quantity_en="share of made points on a mode, minus that with clipping",
          quantity_zh="落在堆上的生成点比例，减去裁剪时的"),
)  # fmt: skip

ZH = {
    "modes served": "顾到的堆数", "Real points and those of three losses": "真的点与三种损失生成的点",
    "After training": "训练之后", "loss": "损失", "points on a mode": "落在堆上的点",
}  # fmt: skip


class Trio(nn.Module):
    """Three networks side by side with the same beginning: (3, batch, inputs) -> (3, batch, outputs).

    Given fewer inputs than three, the last ones answer: (1, batch, inputs) is for the one with the penalty.
    """

    def __init__(self, *widths: int) -> None:
        super().__init__()
        layers = [nn.Linear(*pair) for pair in pairwise(widths)]
        self.weights = nn.ParameterList(layer.weight.detach().T.repeat(3, 1, 1) for layer in layers)
        self.biases = nn.ParameterList(layer.bias.detach().repeat(3, 1, 1) for layer in layers)

    def forward(self, x: Tensor) -> Tensor:
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = (x.relu() if number else x) @ weight[-len(x) :] + bias[-len(x) :]
        return x


def served(points: Tensor, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Modes with at least 1 % of the points within 0.25, and the share of points on any mode: (seeds, kinds) each."""
    on = (torch.cdist(points, centres(seeds)) < 0.25).float().mean(2)  # (seeds, kinds, MODES)
    return (on >= 0.01).float().sum(2), on.sum(2)


def judge_losses(judges: Network, true: Tensor, made: Tensor, weight: float, seeds: Seeds) -> Tensor:
    """The losses of the three judges on (seeds, 3, batch, 2) true and made points: (seeds, 3)."""
    score_true, score_made = judges(torch.cat([true, made], 2)).chunk(2, 2)
    plain = (softplus(-score_true) + softplus(score_made)).mean((2, 3))
    losses = (score_made - score_true).mean((2, 3))
    share = seeds.rand(1, true.shape[2], 1)
    between = (share * true + (1 - share) * made)[:, PENALTY:].requires_grad_()
    (slope,) = torch.autograd.grad(judges(between).sum(), between, create_graph=True)
    off = (slope.square().sum(3).add(1e-12).sqrt() - 1).square().mean((1, 2))
    return torch.stack([plain[:, GAN], losses[:, CLIP], losses[:, PENALTY] + weight * off], 1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    makers, judges = seeds.network(lambda: Trio(4, 48, 48, 2)), seeds.network(lambda: Trio(2, 48, 48, 1))
    making = torch.optim.Adam(makers.parameters(), lr=0.002, betas=(0.5, 0.9))
    judging = torch.optim.Adam(judges.parameters(), lr=0.002, betas=(0.5, 0.9))
    for step in range(config.steps):
        made = makers(seeds.randn(1, 64, 4).expand(-1, 3, -1, -1))
        true = real(64, seeds)[:, None].expand_as(made)
        judging.zero_grad()
        judge_losses(judges, true, made.detach(), config.weight, seeds).sum().backward()
        judging.step()
        with torch.no_grad():
            for weights in judges.parameters():
                weights[:, CLIP].clamp_(-config.border, config.border)
        score = judges(made).mean(3)  # (seeds, 3, 64)
        making.zero_grad()
        fooled = (softplus(-score[:, GAN]) - score[:, CLIP] - score[:, PENALTY]).mean(1)
        fooled.sum().backward(inputs=list(makers.parameters()))
        making.step()
        if step % (1 + config.steps // 40) == 0:
            with torch.no_grad():
                modes = served(makers(seeds.randn(1, 500, 4).expand(-1, 3, -1, -1)), seeds)[0]
            for kind, name in enumerate(KINDS):
                yield Metric(name, step, modes[:, kind], chart="modes served")
        yield Progress(step + 1, config.steps)

    with torch.no_grad():
        points = makers(seeds.randn(1, 1000, 4).expand(-1, 3, -1, -1))
    every = torch.cat([real(1000, seeds)[:, None], points], 1)
    shown = dict(zip(("real", *KINDS), every[0, :, :200].tolist(), strict=True))
    yield Figure("Real points and those of three losses", "scatter", {"series": shown}, "x1", "x2")
    modes, on = served(points, seeds)
    yield Table("After training", ["loss", "modes served", "points on a mode"],
                [[name, modes[:, kind], on[:, kind]] for kind, name in enumerate(KINDS)])  # fmt: skip
    yield Measured("gan-drops-modes", modes[:, GAN])
    yield Measured("penalty-serves-more", modes[:, PENALTY] - modes[:, GAN])
    yield Measured("penalty-beats-clipping", on[:, PENALTY] - on[:, CLIP])
