"""Eight modes of points in a ring, and a network that names the noise in noised points of it.

Synthetic: modes of spread 0.05 on a circle of radius 2.
"""

import math
from collections.abc import Generator

import torch
from torch import Tensor, nn

from lhystudy.lab.events import Event, Metric, Progress
from lhystudy.lab.seeds import Network, Seeds

MODES, LEVELS = 8, 50
KEPT = 1 - torch.linspace(0.001, 0.2, LEVELS)  # a: the share of the variance that each step of noise keeps
LEFT = torch.cumprod(KEPT, 0)  # b of each level: what is left of the variance


def centres(seeds: Seeds) -> Tensor:
    """The middles of the modes: (MODES, 2)."""
    angle = torch.arange(MODES, device=seeds.device) * 2 * math.pi / MODES
    return 2 * torch.stack([angle.cos(), angle.sin()], 1)


def real(count: int, seeds: Seeds) -> Tensor:
    """Points of the modes: (seeds, count, 2)."""
    return centres(seeds)[seeds.randint(MODES, (count,))] + 0.05 * seeds.randn(count, 2)


class Denoiser(nn.Module):
    """Names the noise in points at a level: (batch, 2) and (batch,) -> (batch, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.level, self.first = nn.Embedding(LEVELS, 96), nn.Linear(2, 96)
        hidden = [layer for _ in range(2) for layer in (nn.SiLU(), nn.Linear(96, 96))]
        self.rest = nn.Sequential(*hidden, nn.SiLU(), nn.Linear(96, 2))

    def forward(self, x: Tensor, level: Tensor) -> Tensor:
        """The noise in points x at their levels."""
        noise: Tensor = self.rest(self.first(x) + self.level(level))
        return noise


def denoisers(steps: int, batch: int, seeds: Seeds) -> Generator[Event, None, Network]:
    """Trains one a seed, each step on `batch` points noised to levels drawn at random; ends with the networks."""
    left = LEFT.to(seeds.device)
    networks = seeds.network(Denoiser)
    optimizer = torch.optim.Adam(networks.parameters(), lr=0.005)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        level, noise = seeds.randint(LEVELS, (batch,)), seeds.randn(batch, 2)
        b = left[level][..., None]
        noised = b.sqrt() * real(batch, seeds) + (1 - b).sqrt() * noise
        loss = (networks(noised, level) - noise).square().mean((1, 2))  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        rate.step()
        if step % (1 + steps // 150) == 0:
            yield Metric("loss", step, loss.detach(), chart="squared error of the noise")
        yield Progress(step + 1, steps)
    return networks
