"""A network that reads both ways finds the clue wherever it stands; an Elman network needs it first.

双向网络不管线索在前在后都找得到；Elman 网络只用得上先出现的线索。

Half of the sentences put the verb before the city ("leave … Taipei"), half behind it ("Taipei … is where I leave").
Each word gets a tag: other, destination or departure. The sentences come from a small grammar in this file.

lesson: rnn
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

VERBS, CITIES, FILLERS = 2, 6, 4  # words 0 and 1 are arrive and leave, then cities, then fillers
WORDS, TAGS, LENGTH = VERBS + CITIES + FILLERS, 3, 6
SIDES = ("before", "behind")


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 2000, en="training steps", zh="训练步数")
    hidden: int = param(16, 4, 64, en="hidden neurons in all", zh="隐藏神经元总数")


CLAIMS = (
    Claim("elman-clue-before", ">", 0.95,
          en="with the verb before the city, an Elman network tags the city right",
          zh="动词在城市之前，Elman 网络标得对",
          quantity_en="accuracy on these cities", quantity_zh="这些城市的准确率"),
    Claim("jordan-clue-before", ">", 0.95,
          en="a Jordan network, which hands on its answer, does so too", zh="回传答案的 Jordan 网络也标得对",
          quantity_en="accuracy on these cities", quantity_zh="这些城市的准确率"),
    Claim("elman-clue-behind", "<", 0.6,
          en="with the verb behind the city, the Elman network guesses", zh="动词在城市之后，Elman 网络只能猜",
          quantity_en="accuracy on these cities", quantity_zh="这些城市的准确率"),
    Claim("both-ways-clue-behind", ">", 0.95,
          en="a network that reads both ways tags these right as well", zh="双向网络这些也标得对",
          quantity_en="accuracy on these cities", quantity_zh="这些城市的准确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on the cities": "城市标注的准确率", "network": "网络",
    "verb before": "动词在前", "verb behind": "动词在后", "numbers to learn": "参数个数",
    "Accuracy by network: verb before, verb behind": "各网络的准确率：动词在前、动词在后",
}  # fmt: skip


class Elman(nn.Module):
    """Hands on its hidden values."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.cell, self.answer = nn.RNN(WORDS, hidden), nn.Linear(hidden, TAGS)

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        tags: Tensor = self.answer(self.cell(words)[0])
        return tags


class Jordan(nn.Module):
    """Hands on its answer, as shares that add up to one."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden, self.answer = nn.Linear(WORDS + TAGS, hidden), nn.Linear(hidden, TAGS)

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        said, tags = words.new_zeros(words.shape[1], TAGS), []
        for word in words:
            tags.append(self.answer(torch.tanh(self.hidden(torch.cat([word, said], dim=1)))))
            said = tags[-1].softmax(1)
        return torch.stack(tags)


class BothWays(nn.Module):
    """Two Elman networks of half the size, one of which reads from the end."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.there, self.back = nn.RNN(WORDS, hidden // 2), nn.RNN(WORDS, hidden // 2)
        self.answer = nn.Linear(hidden // 2 * 2, TAGS)

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        there, back = self.there(words)[0], self.back(words.flip(0))[0].flip(0)
        tags: Tensor = self.answer(torch.cat([there, back], dim=2))
        return tags


def sentences(seeds: Seeds, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """One-hot words (seeds, LENGTH, count, WORDS), tags, and 1 or 2 at the city, the verb being before or behind it."""
    words = VERBS + CITIES + seeds.randint(FILLERS, (LENGTH, count))
    order = seeds.rand(LENGTH, count).argsort(dim=1)  # the first two are the places of verb and city
    verb, city = seeds.randint(VERBS, (1, count)), VERBS + seeds.randint(CITIES, (1, count))
    words.scatter_(1, order[:, :1], verb).scatter_(1, order[:, 1:2], city)
    tags = torch.zeros_like(words).scatter_(1, order[:, 1:2], 1 + verb)
    side = torch.where(order[:, :1] < order[:, 1:2], 1, 2)
    return torch.eye(WORDS, device=seeds.device)[words], tags, torch.zeros_like(words).scatter_(1, order[:, 1:2], side)


@torch.no_grad()
def on_cities(network: Network, words: Tensor, tags: Tensor, sides: Tensor) -> list[Tensor]:  # (seeds,) each
    right = network(words).argmax(-1) == tags
    return [(right & (sides == side)).sum((1, 2)).cpu().double() / (sides == side).sum((1, 2)).cpu() for side in (1, 2)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    accuracy: dict[str, list[Tensor]] = {}
    sizes = {}
    test = sentences(seeds, 1000)
    for name, build in {"Elman": Elman, "Jordan": Jordan, "both ways": BothWays}.items():
        network = seeds.network(partial(build, config.hidden))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        for step in range(config.steps):
            words, tags, _ = sentences(seeds, 32)
            loss = cross_entropy(network(words), tags)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        sizes[name] = sum(p[0].numel() for p in network.parameters())
        accuracy[name] = on_cities(network, *test)
        yield Progress(len(accuracy), 3)
    bars = {f"{name} {side}": float(row[k][0]) for name, row in accuracy.items() for k, side in enumerate(SIDES)}
    yield Figure("Accuracy by network: verb before, verb behind", "bars",
                 {"names": list(bars), "values": list(bars.values())})  # fmt: skip
    yield Table("Accuracy on the cities", ["network", "numbers to learn", "verb before", "verb behind"],
                [[name, sizes[name], *row] for name, row in accuracy.items()])  # fmt: skip

    yield Measured("elman-clue-before", accuracy["Elman"][0])
    yield Measured("jordan-clue-before", accuracy["Jordan"][0])
    yield Measured("elman-clue-behind", accuracy["Elman"][1])
    yield Measured("both-ways-clue-behind", accuracy["both ways"][1])
