"""Two drawing styles are told apart on characters never seen before, by features that nobody named.

两种画风，从没见过的角色也分得出来；靠的特征，没有人起过名字。

The drawings are synthetic: a soft shape of its own for each character, with strokes that are faint
in style A and strong in style B.

lesson: what-is-ml
quick: steps=40 characters=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SIDE = 12  # pixels


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    characters: int = param(
        200, 4, 2000, en="characters to learn from, four pictures each", zh="用来学的角色数，每个四张图"
    )
    shift: float = param(2.0, 1.0, 5.0, en="how much stronger a new pen draws", zh="换一支笔，笔触强多少倍")


CLAIMS = (
    Claim("style-is-learned", ">", 0.85,
          en="a small network tells the styles apart on new characters", zh="小网络在全新的角色上分得出画风",
          quantity_en="accuracy on new characters", quantity_zh="新角色上的准确率"),
    Claim("pictures-leak", ">", 0.1,
          en="a split by picture flatters a network that learns characters by heart",
          zh="按图片切分，会高估一个死记角色的网络",
          quantity_en="accuracy of the pixel network, new pictures of known characters minus new characters",
          quantity_zh="像素网络的准确率：旧角色的新图减新角色"),
    Claim("a-new-pen-hurts", ">", 0.1,
          en="when everybody draws with a stronger pen, accuracy falls", zh="大家换了更重的笔，准确率下降",
          quantity_en="accuracy on new characters, old pen minus new pen", quantity_zh="新角色上的准确率：旧笔减新笔"),
)  # fmt: skip

ZH = {
    "Accuracy": "准确率", "pixel network": "像素网络", "stroke network": "笔触网络", "training pictures": "训练用的图",
    "known characters, new pictures": "旧角色的新图", "new characters": "新角色",
    "new characters, new pen": "新角色，新笔",
    "training loss": "训练损失", "Style A": "画风 A", "Style B": "画风 B",
}  # fmt: skip


class StrokeNetwork(nn.Module):
    """Looks at 3 x 3 pixels at a time, at every place alike, and averages what it finds."""

    def __init__(self) -> None:
        super().__init__()
        self.look, self.answer = nn.Conv2d(1, 8, 3), nn.Linear(8, 2)

    def forward(self, pictures: Tensor) -> Tensor:  # (batch, 144) -> (batch, 2)
        found = torch.relu(self.look(pictures.view(-1, 1, SIDE, SIDE)))
        scores: Tensor = self.answer(found.mean((2, 3)))
        return scores


def pixel_network() -> nn.Module:
    return nn.Sequential(nn.Linear(SIDE * SIDE, 64), nn.ReLU(), nn.Linear(64, 2))


def invent(seeds: Seeds, count: int, pen: float = 1.0) -> tuple[Tensor, Tensor]:
    """Characters (seeds, count, 144) and the style of each (seeds, count)."""
    coarse = seeds.randn(count, 4, 4)
    shape = nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear", align_corners=True).flatten(2)
    style = seeds.randint(2, (count,))
    strokes = pen * (0.3 + 0.3 * style)[..., None] * seeds.randn(count, SIDE * SIDE)
    return shape + strokes, style


def photograph(seeds: Seeds, characters: Tensor, times: int) -> Tensor:
    """So many grainy pictures of each character: (seeds, count * times, 144)."""
    pictures = characters.repeat_interleave(times, dim=1)
    return pictures + 0.3 * seeds.randn(*pictures.shape[1:])


def accuracy(network: Network, pictures: Tensor, style: Tensor) -> Tensor:
    with torch.no_grad():
        right: Tensor = network(pictures).argmax(2) == style
    return right.float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    known, style = invent(seeds, config.characters)
    new, new_style = invent(seeds, 500)
    shifted, shifted_style = invent(seeds, 500, config.shift)
    places = {
        "training pictures": (photograph(seeds, known, 4), style.repeat_interleave(4, dim=1)),
        "known characters, new pictures": (photograph(seeds, known, 1), style),
        "new characters": (photograph(seeds, new, 1), new_style),
        "new characters, new pen": (photograph(seeds, shifted, 1), shifted_style),
    }
    pictures, answers = places["training pictures"]
    for which in (0, 1):
        example = known[0][int((style[0] == which).int().argmax())]
        grey = (example - example.min()) / (example.max() - example.min())
        yield Figure(f"Style {'AB'[which]}", "image", {"values": grey.view(SIDE, SIDE).tolist()})

    networks = {"pixel network": seeds.network(pixel_network), "stroke network": seeds.network(StrokeNetwork)}
    right = {}
    for name, network in networks.items():
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        for step in range(config.steps):
            drawn = seeds.randint(pictures.shape[1], (64,))
            batch = pictures.gather(1, drawn[..., None].expand(-1, -1, SIDE * SIDE))
            loss = cross_entropy(network(batch), answers.gather(1, drawn))
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 100) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        right[name] = {place: accuracy(network, *where) for place, where in places.items()}
        yield Progress(len(right), len(networks))

    yield Table("Accuracy", ["", *networks], [[place, *(right[name][place] for name in networks)] for place in places])
    pixel, stroke = right["pixel network"], right["stroke network"]
    yield Measured("style-is-learned", stroke["new characters"])
    yield Measured("pictures-leak", pixel["known characters, new pictures"] - pixel["new characters"])
    yield Measured("a-new-pen-hurts", stroke["new characters"] - stroke["new characters, new pen"])
