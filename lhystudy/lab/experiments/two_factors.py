"""A spot on a picture has two coordinates: does a code of two numbers find them?

图上一个亮斑有两个坐标：两个数的编码找得到它们吗？

Synthetic pictures: a soft spot on 8 x 8 pixels; how far it moves to the side and how far up or down is drawn evenly.

lesson: autoencoder-anomaly
quick: steps=60
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 20, 20000, en="training steps", zh="训练步数")
    beta: float = param(4.0, 0.0, 100.0, en="weight of the KL in the second VAE", zh="第二个 VAE 中 KL 的权重")
    flat: float = param(0.5, 0.05, 1.0, en="range up and down over the range to the side, where they are unequal",
                        zh="范围不等时，上下移动的范围与左右之比")  # fmt: skip


CLAIMS = (
    Claim("variational-finds-them", ">", 0.2,
          en="a variational autoencoder's numbers follow one coordinate each, a plain one's do not",
          zh="变分自编码器的每个数各管一个坐标，普通自编码器不是",
          quantity_en="alignment, beta 1 minus plain, unequal ranges", quantity_zh="对齐度：β 为 1 减普通，范围不等"),
    Claim("more-beta-helps", ">", 0.0,
          en="a heavier KL aligns them better", zh="KL 权重加大，对得更齐",
          quantity_en="alignment, heavier beta minus beta 1, unequal ranges",
          quantity_zh="对齐度：加大的 β 减 β 为 1，范围不等"),
    Claim("equal-ranges-do-not-matter", ">", 0.8,
          en="it finds them as well where both coordinates move equally far", zh="两个坐标移动范围相等时，也照样找得到",
          quantity_en="alignment, heavier beta, equal ranges", quantity_zh="对齐度：加大的 β，范围相等"),
)  # fmt: skip

ZH = {
    "reconstruction error": "重建误差", "Alignment": "对齐度", "alignment": "对齐度", "plain": "普通",
    "heavier VAE": "加重的 VAE",
    "heavier VAE, equal ranges": "加重的 VAE，范围相等", "Code of the heavier VAE": "加重的 VAE 的编码",
    "Code of the heavier VAE, equal ranges": "加重的 VAE 的编码，范围相等", "first number": "第一个数",
    "second number": "第二个数",
}  # fmt: skip


def spots(place: Tensor) -> Tensor:
    """Pictures (…, 64) of a spot at a place (…, 2) in -1..1."""
    row = torch.linspace(-1, 1, 8, device=place.device)
    across = torch.exp(-((row - place[..., :1]) ** 2) / 0.18)
    down = torch.exp(-((row - place[..., 1:]) ** 2) / 0.18)
    return (down[..., :, None] * across[..., None, :]).flatten(-2)


def places(count: int, flat: float, seeds: Seeds) -> Tensor:
    side = seeds.rand(count, 2) * 1.6 - 0.8
    return side * torch.tensor([1.0, flat], device=seeds.device)  # (seeds, count, 2)


def aligned(code: Tensor, place: Tensor) -> Tensor:
    """How much each number of the code follows one coordinate alone, 0 to 1, mean of both numbers: (seeds,).

    |a - b| / (a + b) of the squared correlations a, b of a number with the two coordinates.
    """
    c, p = (x - x.mean(1, keepdim=True) for x in (code, place))
    shares = (c.mT @ p).square() / c.square().sum(1)[:, :, None].clamp(min=1e-9) / p.square().sum(1)[:, None]
    return ((shares[..., 0] - shares[..., 1]).abs() / shares.sum(2).clamp(min=1e-9)).mean(1)


def train(config: Config, beta: float, flat: float, seeds: Seeds, name: str) -> Generator[Event, None, Network]:
    """Ends with the encoders; beta 0 is a plain autoencoder, without noise on its code."""
    encoder = seeds.network(lambda: nn.Sequential(nn.Linear(64, 48), nn.Tanh(), nn.Linear(48, 4)))
    decoder = seeds.network(lambda: nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 64)))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.005)
    for step in range(config.steps):
        x = spots(places(64, flat, seeds))
        mean, log_variance = encoder(x).chunk(2, dim=2)
        code = mean + ((log_variance / 2).exp() * seeds.randn(64, 2) if beta > 0 else 0.0)
        error = (decoder(code) - x).square().sum(2).mean(1) / (2 * 0.1**2)
        kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum(2).mean(1) / 2
        optimizer.zero_grad()
        (error + beta * kl).sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 50) == 0:
            yield Metric(name, step, error.detach(), chart="reconstruction error")
    return encoder


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    plans = {"plain": (0.0, config.flat), "VAE": (1.0, config.flat), "heavier VAE": (config.beta, config.flat),
             "heavier VAE, equal ranges": (config.beta, 1.0)}  # fmt: skip
    score: dict[str, Tensor] = {}
    for name, (beta, flat) in plans.items():
        encoder = yield from train(config, beta, flat, seeds, name)
        place = places(400, flat, seeds)
        with torch.no_grad():
            code = encoder(spots(place))[..., :2]
        score[name] = aligned(code, place)
        if beta == config.beta:
            side, high = place[0, :, 0] > 0, place[0, :, 1] > 0
            groups = {f"{a} {b}": code[0][(side == (a == "right")) & (high == (b == "low"))].tolist()
                      for a in ("left", "right") for b in ("high", "low")}  # fmt: skip
            yield Figure(f"Code of the {name}", "scatter", {"series": groups}, "first number", "second number")
        yield Progress(len(score), len(plans))
    yield Table("Alignment", ["", "alignment"], [[name, value] for name, value in score.items()])
    yield Measured("variational-finds-them", score["VAE"] - score["plain"])
    yield Measured("more-beta-helps", score["heavier VAE"] - score["VAE"])
    yield Measured("equal-ranges-do-not-matter", score["heavier VAE, equal ranges"])
