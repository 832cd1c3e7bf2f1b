"""Digits out of noise, on demand; pushing harder towards the condition costs variety.

从噪声里按要求变出数字；越使劲往要求上推，样子越单一。

scikit-learn's digits. A network guesses the image beneath the noise, with the digit told or (one time in five) kept
from it. Guidance w takes (1 + w) times the told guess minus w times the untold one. A classifier judges the drawings.

lesson: diffusion
quick: steps=10
full: steps=20000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.digit_reader import frechet, taught
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

LEVELS, UNTOLD = 50, 10
LEFT = torch.cumprod(1 - torch.linspace(0.001, 0.2, LEVELS), 0)  # b of each level: what is left of the variance
VISITED = list(range(LEVELS - 1, -1, -2))  # the levels that sampling visits


@dataclass(frozen=True)
class Config:
    steps: int = param(1200, 10, 50000, en="training steps", zh="训练步数")
    push: float = param(2.0, 0.1, 20.0, en="guidance w that is compared with none", zh="与不引导相比的引导强度 w")


CLAIMS = (
    Claim("draws-what-is-asked", ">", 0.8,
          en="without guidance it draws the digit that it is asked for", zh="不加引导，要它画几，它也画几",
          quantity_en="share of drawings that the classifier reads as asked",
          quantity_zh="分类器读出的数字与要求一致的比例"),
    Claim("guidance-obeys", ">", 0.0,
          en="guidance makes it obey more often", zh="加了引导，更听话",
          quantity_en="that share with guidance, minus without", quantity_zh="加引导的比例减去不加的"),
    Claim("guidance-narrows", "<", 0.8,
          en="guidance costs variety", zh="引导的代价是多样性变小",
          quantity_en="mean squared distance from the mean drawing of a digit, with guidance over without",
          quantity_zh="到同一数字的平均画的平均平方距离，加引导与不加之比"),
)  # fmt: skip

ZH = {
    "squared error of the image": "图片的平方误差", "Drawn on demand, 0 to 9": "按要求画的 0 到 9",
    "Sets of images": "几堆图", "set": "哪一堆", "held out": "留出的真图", "no guidance": "不引导", "guided": "引导",
    "Frechet distance": "Fréchet 距离", "read as asked": "与要求一致的比例", "variety": "多样性",
}  # fmt: skip


class Denoiser(nn.Module):
    """Guesses the image beneath, told a level and a digit: (batch, 64), (batch,), (batch,) -> (batch, 64)."""

    def __init__(self) -> None:
        super().__init__()
        self.level, self.digit = nn.Embedding(LEVELS, 128), nn.Embedding(UNTOLD + 1, 128)
        self.first = nn.Linear(64, 128)
        self.rest = nn.Sequential(nn.SiLU(), nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, 64))

    def forward(self, x: Tensor, level: Tensor, digit: Tensor) -> Tensor:
        image: Tensor = self.rest(self.first(x) + self.level(level) + self.digit(digit))
        return image


@torch.no_grad()
def drawn(networks: Network, asked: Tensor, push: float, seeds: Seeds) -> Tensor:
    """Images in 0..1 of the asked digits (seeds, n) -> (seeds, n, 64), by every second level without fresh noise."""
    x = seeds.randn(asked.shape[1], 64)
    for level, after in zip(VISITED, [*VISITED[1:], None], strict=True):
        b, kept = LEFT[level].item(), 1.0 if after is None else LEFT[after].item()
        at = torch.full_like(asked, level)
        told, untold = networks(x, at, asked), networks(x, at, torch.full_like(asked, UNTOLD))
        guess = ((1 + push) * told - push * untold).clamp(-1, 1)
        noise = (x - b**0.5 * guess) / (1 - b) ** 0.5
        x = kept**0.5 * guess + (1 - kept) ** 0.5 * noise
    return (x + 1) / 2


def variety(images: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance of images (seeds, n, 64) from the mean image of their label: (seeds,)."""
    own = [images[:, labels == digit] for digit in range(10)]
    return torch.stack([x.var(1, correction=0).sum(1) for x in own]).mean(0)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    readers, left = taught(data, seeds), LEFT.to(seeds.device)
    networks = seeds.network(Denoiser)
    optimizer = torch.optim.Adam(networks.parameters(), lr=0.003)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    for step in range(config.steps):
        pick = seeds.randint(len(data.train_labels), (128,))
        told = torch.where(seeds.rand(128) < 0.2, UNTOLD, data.train_labels[pick])
        images, level = 2 * data.train_images[pick] - 1, seeds.randint(LEVELS, (128,))
        b = left[level][..., None]
        noised = b.sqrt() * images + (1 - b).sqrt() * seeds.randn(128, 64)
        loss = (networks(noised, level, told) - images).square().mean((1, 2))  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        rate.step()
        if step % (1 + config.steps // 150) == 0:
            yield Metric("loss", step, loss.detach(), chart="squared error of the image")
        yield Progress(step + 1, config.steps)

    asked = seeds.shared(data.test_labels)
    sets = {name: drawn(networks, asked, push, seeds) for name, push in (("no guidance", 0.0), ("guided", config.push))}
    sets["held out"] = seeds.shared(data.test_images)
    ten = drawn(networks, seeds.shared(torch.arange(10, device=seeds.device)), config.push, seeds)[0].view(10, 8, 8)
    yield Figure("Drawn on demand, 0 to 9", "image", {"values": ten.permute(1, 0, 2).flatten(1).tolist()})
    truth = readers(seeds.shared(data.train_images))[0]
    right = {name: (readers(chosen)[1].argmax(2) == asked).float().mean(1) for name, chosen in sets.items()}
    spread = {name: variety(chosen, data.test_labels) for name, chosen in sets.items()}
    yield Table("Sets of images", ["set", "Frechet distance", "read as asked", "variety"],
                [[name, frechet(readers(chosen)[0], truth), right[name], spread[name]]
                 for name, chosen in sets.items()])  # fmt: skip
    yield Measured("draws-what-is-asked", right["no guidance"])
    yield Measured("guidance-obeys", right["guided"] - right["no guidance"])
    yield Measured("guidance-narrows", spread["guided"] / spread["no guidance"])
