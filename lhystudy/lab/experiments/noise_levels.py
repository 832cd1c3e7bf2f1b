"""Adding noise in many small steps is one jump, and the best guess of what lies beneath can be learned.

一小步一小步地加噪声，等于一次跳到位；底下原来是什么，最好的猜法可以学出来。

Synthetic: every x0 is -1 or 1. Then one knows the best denoiser by Bayes' rule: E[x0 | x] = tanh(sqrt(b) x / (1 - b)),
where b is the share of x0's variance that is left after t steps. A network learns to name the noise.

lesson: diffusion
quick: steps=30
full: steps=10000 count=20000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

LEVELS = 50
LEFT = torch.cumprod(1 - torch.linspace(0.001, 0.2, LEVELS), 0)  # b of each level: what is left of x0's variance
SHOWN = (5, 15, 25, 49)


@dataclass(frozen=True)
class Config:
    steps: int = param(1200, 10, 20000, en="training steps", zh="训练步数")
    count: int = param(4000, 100, 50000, en="numbers that are drawn to compare", zh="拿来比较的样本数")


CLAIMS = (
    Claim("steps-are-a-jump", "<", 0.06,
          en="many small steps and one jump give the same distribution", zh="许多小步与一次跳跃，分布相同",
          quantity_en="largest gap of the two distribution functions at level 25",
          quantity_zh="第 25 级上两个分布函数的最大差距"),
    Claim("forgets", "<", 0.15,
          en="after the last step hardly anything of x0 is left", zh="最后一步之后，x0 几乎没剩下什么",
          quantity_en="correlation of x0 with the last x", quantity_zh="x0 与最后的 x 的相关系数"),
    Claim("learns-bayes", "<", 0.05,
          en="the network that names the noise knows Bayes' best guess of x0",
          zh="学会说出噪声的网络，也就知道贝叶斯的最佳猜测",
          quantity_en="mean distance of its x0 from tanh at level 25",
          quantity_zh="第 25 级上，它猜的 x0 与 tanh 的平均距离"),
    Claim("floor-not-zero", ">", 0.1,
          en="the loss of even the best denoiser is not zero", zh="最好的去噪者，损失也不是零",
          quantity_en="mean squared error of the noise over all levels, by Bayes' rule",
          quantity_zh="按贝叶斯法则算的噪声均方误差，对各级平均"),
)  # fmt: skip

ZH = {
    "squared error of the noise": "噪声的平方误差", "Best guess of x0": "x0 的最佳猜测",
    "Loss by level": "各级的损失", "level": "级", "left of x0": "x0 还剩", "network": "网络", "Bayes": "贝叶斯",
}  # fmt: skip


class Denoiser(nn.Module):
    """Names the noise in x at a level: (batch, 1) and (batch,) -> (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.level, self.first = nn.Embedding(LEVELS, 48), nn.Linear(1, 48)
        self.rest = nn.Sequential(nn.SiLU(), nn.Linear(48, 48), nn.SiLU(), nn.Linear(48, 1))

    def forward(self, x: Tensor, level: Tensor) -> Tensor:
        noise: Tensor = self.rest(self.first(x) + self.level(level))
        return noise


def signs(count: int, seeds: Seeds) -> Tensor:  # (seeds, count, 1)
    return 2.0 * seeds.randint(2, (count, 1)) - 1


def jump(x0: Tensor, left: Tensor, noise: Tensor) -> Tensor:
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def gap(one: Tensor, other: Tensor) -> Tensor:
    """Largest gap of the distribution functions of two heaps (seeds, n, 1): (seeds,)."""
    both = torch.cat([one, other], 1)[..., 0]
    rise = torch.where(both.argsort(1) < one.shape[1], 1.0, -1.0) / one.shape[1]
    return rise.cumsum(1).abs().amax(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    left = LEFT.to(seeds.device)
    x0 = signs(config.count, seeds)
    x = x0
    for level in range(LEVELS):
        keep = left[level] / (left[level - 1] if level else 1.0)
        x = keep.sqrt() * x + (1 - keep).sqrt() * seeds.randn(config.count, 1)
        if level == 25:
            at_once = jump(signs(config.count, seeds), left[level], seeds.randn(config.count, 1))
            yield Measured("steps-are-a-jump", gap(x, at_once))
    yield Measured("forgets", ((x - x.mean(1, keepdim=True)) * x0).mean((1, 2)) / x.std((1, 2)))

    networks = seeds.network(Denoiser)
    optimizer = torch.optim.Adam(networks.parameters(), lr=0.005)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    for step in range(config.steps):
        levels, noise = seeds.randint(LEVELS, (256,)), seeds.randn(256, 1)
        noised = jump(signs(256, seeds), left[levels][..., None], noise)
        loss = (networks(noised, levels) - noise).square().mean((1, 2))  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        rate.step()
        if step % (1 + config.steps // 150) == 0:
            yield Metric("loss", step, loss.detach(), chart="squared error of the noise")
        yield Progress(step + 1, config.steps)

    rows, floors = [], []
    for level in range(LEVELS):
        b, noise = left[level], seeds.randn(config.count, 1)
        x = jump(x0, b, noise)
        best = torch.tanh(b.sqrt() * x / (1 - b))  # E[x0 | x]
        floors.append(((x - b.sqrt() * best) / (1 - b).sqrt() - noise).square().mean((1, 2)))
        if level in SHOWN:
            with torch.no_grad():
                named = networks(x, torch.full((seeds.count, config.count), level, device=seeds.device))
            guess = (x - (1 - b).sqrt() * named) / b.sqrt()
            rows.append([level, b.item(), (named - noise).square().mean((1, 2)), floors[-1]])
            if level == 25:
                order = x[0, :, 0].argsort()[:: config.count // 100]
                curves = {"network": guess[0, order, 0], "Bayes": best[0, order, 0]}
                yield Figure("Best guess of x0", "lines",
                             {"series": {name: torch.stack([x[0, order, 0], y], 1).tolist()
                                         for name, y in curves.items()}}, "x", "x0")  # fmt: skip
                yield Measured("learns-bayes", (guess - best).abs().mean((1, 2)))
    yield Table("Loss by level", ["level", "left of x0", "network", "Bayes"], rows)
    yield Measured("floor-not-zero", torch.stack(floors).mean(0))
