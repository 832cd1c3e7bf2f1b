"""How far back a network can remember: recurrent, convolutional and attending.

网络能记得多远：循环、卷积与注意力。

The first of a row of symbols has to be named after the last one. The symbols between are others. Synthetic; each
network is trained anew for each distance.

lesson: multihead-position
quick: steps=10
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Attention, sinusoids
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy

NAMES, WIDTH, DISTANCES = 4, 16, (5, 60)


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 5, 3000, en="training steps for each distance", zh="每种距离的训练步数")


CLAIMS = (
    Claim("attention-spans-sixty", ">", 0.95,
          en="attention recalls over 60 steps", zh="注意力隔 60 步也记得",
          quantity_en="accuracy at distance 60", quantity_zh="距离 60 时的准确率"),
    Claim("rnn-loses-it", "<", 0.5,
          en="an Elman network has lost it by then", zh="Elman 网络隔 60 步就忘了",
          quantity_en="accuracy at distance 60", quantity_zh="距离 60 时的准确率"),
    Claim("short-stack-cannot-see", "<", 0.4,
          en="four plain convolutions do not reach that far", zh="四层普通卷积够不到那么远",
          quantity_en="accuracy at distance 60", quantity_zh="距离 60 时的准确率"),
    Claim("no-convolution-can", "<", 0.5,
          en="no convolution can do it, dilated ones included", zh="卷积都做不到，空洞卷积也不行",
          quantity_en="accuracy of five dilated convolutions at distance 60",
          quantity_zh="五层空洞卷积在距离 60 时的准确率"),
)  # fmt: skip

ZH = {"Recall": "回忆", "network": "网络", "{} steps": "{} 步", "accuracy against the distance": "准确率，随距离"}


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNN] | type[nn.LSTM]) -> None:
        super().__init__()
        self.cell, self.answer = kind(2 * NAMES, WIDTH), nn.Linear(WIDTH, NAMES)

    def forward(self, symbols: Tensor) -> Tensor:  # (batch, n, 8) -> (batch, 4)
        logits: Tensor = self.answer(self.cell(symbols.transpose(0, 1))[0][-1])
        return logits


class Convolutions(nn.Module):
    """Layers of kernel 3 that look back only; each dilation is one layer, added to its input."""

    def __init__(self, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.embed, self.answer, self.dilations = nn.Linear(2 * NAMES, WIDTH), nn.Linear(WIDTH, NAMES), dilations
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in dilations)

    def forward(self, symbols: Tensor) -> Tensor:  # (batch, n, 8) -> (batch, 4)
        x = self.embed(symbols)
        for layer, dilation in zip(self.layers, self.dilations, strict=True):
            padded = nn.functional.pad(x, (0, 0, 2 * dilation, 0))
            taps = [padded[:, shift : shift + x.shape[1]] for shift in (0, dilation, 2 * dilation)]
            x = x + layer(torch.cat(taps, dim=2)).relu()
        logits: Tensor = self.answer(x[:, -1])
        return logits


class Attending(nn.Module):
    """One attention layer with sinusoids, read at the last place."""

    places: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.attention, self.answer = nn.Linear(2 * NAMES, WIDTH), Attention(WIDTH), nn.Linear(WIDTH, NAMES)
        self.register_buffer("places", sinusoids(100, WIDTH))

    def forward(self, symbols: Tensor) -> Tensor:  # (batch, n, 8) -> (batch, 4)
        x = self.embed(symbols) + self.places[: symbols.shape[1]]
        logits: Tensor = self.answer(self.attention(x[:, -1:], x)[:, 0])
        return logits


def rows(distance: int, count: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """One-hot symbols (seeds, count, 1 + distance, 8), the first of the four names, and which (seeds, count)."""
    name = seeds.randint(NAMES, (count, 1))
    others = NAMES + seeds.randint(NAMES, (count, distance))
    return one_hot(torch.cat([name, others], dim=2), 2 * NAMES).float(), name[..., 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    kinds: dict[str, Callable[[], nn.Module]] = {
        "rnn": partial(Recurrent, nn.RNN), "lstm": partial(Recurrent, nn.LSTM), "attention": Attending,
        "4 convolutions": partial(Convolutions, (1, 1, 1, 1)), "5 dilated": partial(Convolutions, (1, 2, 4, 8, 16)),
    }  # fmt: skip
    accuracy: dict[tuple[str, int], Tensor] = {}
    for done, distance in enumerate(DISTANCES):
        networks = {name: seeds.network(make) for name, make in kinds.items()}
        adams = {name: torch.optim.Adam(network.parameters(), lr=0.01, fused=True)
                 for name, network in networks.items()}  # fmt: skip
        for _ in range(config.steps):
            symbols, first = rows(distance, 16, seeds)
            for name, network in networks.items():
                loss = cross_entropy(network(symbols), first)
                adams[name].zero_grad()
                loss.sum().backward()
                clip_gradients(network.parameters(), 1.0)
                adams[name].step()
        symbols, first = rows(distance, 200, seeds)
        for name, network in networks.items():
            with torch.no_grad():
                accuracy[name, distance] = (network(symbols).argmax(2) == first).cpu().double().mean(1)
            yield Metric(name, distance, accuracy[name, distance], chart="accuracy against the distance")
        yield Progress(done + 1, len(DISTANCES))
    yield Table("Recall", ["network", *(f"{distance} steps" for distance in DISTANCES)],
                [[name, *(accuracy[name, distance] for distance in DISTANCES)] for name in kinds])  # fmt: skip
    yield Measured("attention-spans-sixty", accuracy["attention", 60])
    yield Measured("rnn-loses-it", accuracy["rnn", 60])
    yield Measured("short-stack-cannot-see", accuracy["4 convolutions", 60])
    yield Measured("no-convolution-can", accuracy["5 dilated", 60])
