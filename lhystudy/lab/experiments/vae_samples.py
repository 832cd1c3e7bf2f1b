"""Drawing new digits from a code: a variational autoencoder's prior, and a plain autoencoder's codes.

从编码里抽出新数字：变分自编码器的先验，与普通自编码器的编码。

scikit-learn's digits. Drawn digits are held against the test digits by the Fréchet distance of their pixels: that of
two normal distributions with the same means and covariances.

lesson: autoencoder-anomaly
quick: steps=60
full: steps=20000
"""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 20000, en="training steps", zh="训练步数")
    code: int = param(16, 1, 64, en="numbers in the code", zh="编码的数的个数")
    spread: float = param(0.2, 0.02, 2.0, en="spread of a pixel about what the decoder says",
                          zh="像素围绕解码器所说的值的散布")  # fmt: skip


CLAIMS = (
    Claim("prior-draws-digits", "<", 0.5,
          en="codes drawn from the prior decode to better digits than in a plain autoencoder",
          zh="从先验抽出的编码，解码出的数字比普通自编码器的好",
          quantity_en="Fréchet distance to test digits, over a plain autoencoder's with the same draws",
          quantity_zh="与测试数字的 Fréchet 距离，与普通自编码器用同样的编码之比"),
    Claim("better-than-fitted", "<", 1.0,
          en="even when a normal distribution is fitted to the plain autoencoder's codes first",
          zh="哪怕先用正态分布去拟合普通自编码器的编码，也还是它好",
          quantity_en="Fréchet distance, over the plain autoencoder's with fitted codes",
          quantity_zh="Fréchet 距离，与普通自编码器用拟合的编码之比"),
    Claim("idle-numbers", ">", 0.0,
          en="some numbers of the code are not used at all", zh="编码里有的数完全没有用上",
          quantity_en="numbers whose KL to the prior is below 0.01 nats",
          quantity_zh="与先验的 KL 低于 0.01 奈特的数的个数"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Drawn digits against test digits": "抽出的数字与测试数字",
    "Fréchet distance": "Fréchet 距离", "VAE, prior": "VAE，先验", "plain, same draws": "普通，同样的编码",
    "plain, fitted codes": "普通，拟合的编码", "training digits": "训练数字",
    "Drawn: VAE, plain with the same draws, plain with fitted codes": "抽出的：VAE；普通，同样的编码；普通，拟合的编码",
    "KL of each number of the code, sorted": "编码里每个数的 KL，从大到小",
}  # fmt: skip


class Pair(NamedTuple):
    """Encoder and decoder; the plain autoencoder leaves the second half of the encoder's output unused."""

    encoder: Network  # (…, 64) -> (…, 2 code): means and log variances
    decoder: Network  # (…, code) -> (…, 64)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of a normal distribution to the standard one, for each number of the code."""
    return (mean**2 + log_variance.exp() - 1 - log_variance) / 2


def likelihood(copy: Tensor, x: Tensor, spread: float) -> Tensor:
    """log p(x | code) of independent normal pixels: (…, 64) -> (…)."""
    return -((copy - x) ** 2).sum(-1) / (2 * spread**2) - 64 * math.log(spread * math.sqrt(2 * math.pi))


def train(images: Tensor, config: Config, variational: bool, seeds: Seeds) -> Generator[Event, None, Pair]:
    encoder = seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2 * config.code)))
    decoder = seeds.network(
        lambda: nn.Sequential(nn.Linear(config.code, 64), nn.ReLU(), nn.Linear(64, 64), nn.Sigmoid())
    )
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.003)
    for step in range(config.steps):
        x = images[seeds.randint(len(images), (64,))]  # (seeds, 64 digits, 64)
        code, log_variance = encoder(x).chunk(2, dim=2)
        loss = torch.zeros(seeds.count, device=seeds.device)
        if variational:
            loss = divergence(code, log_variance).sum(2).mean(1)
            code = code + (log_variance / 2).exp() * seeds.randn(64, config.code)
        loss = loss - likelihood(decoder(code), x, config.spread).mean(1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 80) == 0:
            yield Metric("VAE" if variational else "plain", step, loss.detach(), chart="training loss")
    return Pair(encoder, decoder)


def root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    made: Tensor = vectors @ (values.clamp(min=0).sqrt()[..., None] * vectors.mT)
    return made


def frechet(drawn: Tensor, true: Tensor) -> Tensor:
    """|m - n|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2) of means and covariances, (seeds, images, 64): (seeds,)."""
    sets = [images.cpu().double() for images in (drawn, true)]
    means = [images.mean(1, keepdim=True) for images in sets]
    a, b = ((x - m).mT @ (x - m) / x.shape[1] for x, m in zip(sets, means, strict=True))
    apart: Tensor = (means[0] - means[1]).square().sum((1, 2))
    return apart + (a + b - 2 * root(root(a) @ b @ root(a))).diagonal(dim1=1, dim2=2).sum(1)


def fitted(codes: Tensor, chance: Tensor) -> Tensor:
    """The draws turned into draws from a normal distribution with the mean and covariance of the codes."""
    middle = codes.mean(1, keepdim=True)
    covariance = (codes - middle).mT @ (codes - middle) / codes.shape[1]
    ridge = 1e-6 * torch.eye(codes.shape[2], device=codes.device)
    drawn: Tensor = middle + chance @ torch.linalg.cholesky(covariance + ridge).mT
    return drawn


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    vae = yield from train(data.train_images, config, True, seeds)
    yield Progress(1, 2)
    plain = yield from train(data.train_images, config, False, seeds)
    yield Progress(2, 2)
    seen, test = seeds.shared(data.train_images), seeds.shared(data.test_images)
    chance = seeds.randn(len(data.train_images), config.code)
    with torch.no_grad():
        mean, log_variance = vae.encoder(seen).chunk(2, dim=2)
        used = divergence(mean, log_variance).mean(1)  # (seeds, code)
        own = fitted(plain.encoder(seen)[..., : config.code], chance)
        drawn = {"VAE, prior": vae.decoder(chance), "plain, same draws": plain.decoder(chance),
                 "plain, fitted codes": plain.decoder(own), "training digits": seen}  # fmt: skip
    distance = {name: frechet(images, test) for name, images in drawn.items()}
    yield Table("Drawn digits against test digits", ["", "Fréchet distance"], [[n, d] for n, d in distance.items()])
    rows = [images[0, :8].view(8, 8, 8).permute(1, 0, 2).flatten(1) for images in list(drawn.values())[:3]]
    yield Figure("Drawn: VAE, plain with the same draws, plain with fitted codes", "image",
                 {"values": torch.cat(rows).clamp(0, 1).tolist()})  # fmt: skip
    for place, nats in enumerate(used.sort(dim=1, descending=True).values.unbind(1)):
        yield Metric("nats", place + 1, nats, chart="KL of each number of the code, sorted")
    yield Measured("prior-draws-digits", distance["VAE, prior"] / distance["plain, same draws"])
    yield Measured("better-than-fitted", distance["VAE, prior"] / distance["plain, fitted codes"])
    yield Measured("idle-numbers", (used < 0.01).sum(1).double())
