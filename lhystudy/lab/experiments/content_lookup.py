"""Looking up by content: a window over everything goes by place, attention by what stands there.

按内容查找：罩住一切的窗口只认位置，注意力认内容。

Eight places hold a key and a label each, in random order; the ninth holds a key alone and asks for its label.
Synthetic. The two networks have about as many weights.

lesson: multihead-position
quick: steps=40
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Attention
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

PAIRS, KEYS, LABELS, WIDTH = 8, 16, 8, 24


@dataclass(frozen=True)
class Config:
    steps: int = param(500, 10, 3000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("attention-looks-up", ">", 0.95,
          en="attention finds the label", zh="注意力查得到标签",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("window-falls-behind", ">", 0.2,
          en="a window over all nine places, with as many weights, does not",
          zh="罩住全部九个位置的窗口，权重一样多，却查不到",
          quantity_en="accuracy of attention minus that of the window", quantity_zh="注意力的准确率减去窗口的"),
)  # fmt: skip

ZH = {"loss": "损失", "Looking up": "查找", "network": "网络", "weights": "权重个数", "accuracy": "准确率"}


class Window(nn.Module):
    """A convolution whose window covers the sequence, read at one place: one matrix for each place."""

    def __init__(self) -> None:
        super().__init__()
        self.window = nn.Linear((PAIRS + 1) * (KEYS + LABELS), 14)
        self.answer = nn.Linear(14, LABELS)

    def forward(self, places: Tensor) -> Tensor:  # (batch, 9, 24) -> (batch, 8)
        logits: Tensor = self.answer(self.window(places.flatten(1)).relu())
        return logits


class Asking(nn.Module):
    """One attention layer, read at the last place."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.attention = nn.Linear(KEYS + LABELS, WIDTH), Attention(WIDTH)
        self.answer = nn.Linear(WIDTH, LABELS)

    def forward(self, places: Tensor) -> Tensor:  # (batch, 9, 24) -> (batch, 8)
        x = self.embed(places)
        logits: Tensor = self.answer(self.attention(x[:, -1:], x)[:, 0])
        return logits


def sequences(count: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Keys and labels side by side (seeds, count, 9, 24), no label at the last place; the answers (seeds, count)."""
    keys = seeds.rand(count, KEYS).argsort(dim=2)[..., :PAIRS]  # eight different keys
    labels = seeds.randint(LABELS, (count, PAIRS))
    asked = seeds.randint(PAIRS, (count, 1))
    pairs = torch.cat([one_hot(keys, KEYS), one_hot(labels, LABELS)], dim=3)
    question = one_hot(keys.gather(2, asked), KEYS)
    question = torch.cat([question, torch.zeros_like(pairs[:, :, :1, KEYS:])], dim=3)
    return torch.cat([pairs, question], dim=2).float(), labels.gather(2, asked)[..., 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    kinds: dict[str, Callable[[], nn.Module]] = {"attention": Asking, "window": Window}
    networks = {name: seeds.network(make) for name, make in kinds.items()}
    adams = {name: torch.optim.Adam(network.parameters(), lr=0.01) for name, network in networks.items()}
    for step in range(config.steps):
        places, answer = sequences(64, seeds)
        for name, network in networks.items():
            loss = cross_entropy(network(places), answer)
            adams[name].zero_grad()
            loss.sum().backward()
            adams[name].step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="loss")
        yield Progress(step + 1, config.steps)
    places, answer = sequences(1000, seeds)
    accuracy, counts = {}, {}
    for name, network in networks.items():
        with torch.no_grad():
            accuracy[name] = (network(places).argmax(2) == answer).cpu().double().mean(1)
        counts[name] = sum(p.numel() for p in network.parameters()) // seeds.count
    yield Table("Looking up", ["network", "weights", "accuracy"],
                [[name, counts[name], accuracy[name]] for name in networks])  # fmt: skip
    yield Measured("attention-looks-up", accuracy["attention"])
    yield Measured("window-falls-behind", accuracy["attention"] - accuracy["window"])
