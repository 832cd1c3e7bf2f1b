"""With memory a network tells the destination from the place of departure; word by word it guesses.

有记忆的网络分得清目的地和出发地；一个词一个词单独看，只能猜。

Requests such as "I want to arrive Taipei on November 2nd" come from a small grammar written for this experiment: either
verb is equally likely, fillers stand before, between and after. Each word gets a tag: other, destination, departure or
time.

lesson: rnn
quick: steps=60
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

VERBS, CITIES = ("arrive", "leave"), ("Taipei", "Tainan", "Hualien", "Taichung", "Hsinchu", "Kaohsiung")
MONTHS, DAYS = ("March", "May", "August", "November"), ("2nd", "5th", "9th", "21st")
FILLERS = ("I", "want", "to", "please", "then", "well")
WORDS = (*VERBS, *CITIES, "on", *MONTHS, *DAYS, *FILLERS)
TAGS, FIRST_CITY = 4, len(VERBS)
SHORT, LONG = 8, 16  # words of a request in training, and of a longer one


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 2000, en="training steps", zh="训练步数")
    hidden: int = param(16, 4, 64, en="hidden neurons of each network", zh="每个网络的隐藏神经元数")


CLAIMS = (
    Claim("word-by-word-guesses", "<", 0.6,
          en="word by word, destination and departure cannot be told apart",
          zh="一个词一个词地看，分不清目的地和出发地",
          quantity_en="accuracy on the cities", quantity_zh="城市标注的准确率"),
    Claim("memory-tells", ">", 0.95,
          en="an Elman network tells them apart",
          zh="Elman 网络分得清",
          quantity_en="accuracy on the cities", quantity_zh="城市标注的准确率"),
    Claim("same-in-same-out", "<=", 0.0,
          en="without memory the same word gives the same output, whatever came before it",
          zh="没有记忆，同一个词的输出总是一样，不管前面说过什么",
          quantity_en="difference of P(destination) for Taipei after arrive and after leave",
          quantity_zh="“台北”在 arrive 之后与 leave 之后，目的地概率之差"),
    Claim("same-in-other-out", ">", 0.5,
          en="with memory the same word gives another output", zh="有了记忆，同一个词的输出不一样",
          quantity_en="difference of P(destination) for Taipei after arrive and after leave",
          quantity_zh="“台北”在 arrive 之后与 leave 之后，目的地概率之差"),
    Claim("whole-sentence-fits-its-length", ">", 0.95,
          en="a dense network that sees the whole sentence at once manages sentences of the length it was trained on",
          zh="一次看整句的全连接网络，训练过的长度能做好",
          quantity_en="accuracy on the cities", quantity_zh="城市标注的准确率"),
    Claim("longer-sentences", ">", 0.2,
          en="on sentences twice as long the Elman network is clearly better than it",
          zh="句子长一倍时，Elman 网络明显更好",
          quantity_en="accuracy on the cities, Elman minus whole sentence",
          quantity_zh="城市准确率之差：Elman 减整句网络"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on the cities": "城市标注的准确率", "network": "网络",
    "numbers to learn": "参数个数", "{} words": "{} 个词", "word": "词",
    "P(destination), Elman network, word by word": "目的地的概率，Elman 网络，逐词",
}  # fmt: skip


class WordByWord(nn.Module):
    """Tags each word by itself."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(len(WORDS), hidden), nn.Tanh(), nn.Linear(hidden, TAGS))

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        tags: Tensor = self.layers(words)
        return tags


class Elman(nn.Module):
    """Tags each word by a state that was handed on from the words before it."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.cell, self.answer = nn.RNN(len(WORDS), hidden), nn.Linear(hidden, TAGS)

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        tags: Tensor = self.answer(self.cell(words)[0])
        return tags


class Whole(nn.Module):
    """Sees all words at once, each place with weights of its own; short sentences are filled up with zeros."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(LONG * len(WORDS), hidden), nn.Tanh(), nn.Linear(hidden, LONG * TAGS))

    def forward(self, words: Tensor) -> Tensor:  # (time, batch, words) -> (time, batch, tags)
        time, batch, size = words.shape
        filled = torch.cat([words, words.new_zeros(LONG - time, batch, size)])
        tags: Tensor = self.layers(filled.transpose(0, 1).flatten(1))
        return tags.view(batch, LONG, TAGS).transpose(0, 1)[:time]


def request(length: int) -> list[tuple[str, int]]:
    """One request of `length` words, each with its tag: fillers before the verb, before the city and at the end."""
    verb = random.choice(VERBS)
    first, second = sorted(random.choices(range(length - 4), k=2))
    chatter = [(random.choice(FILLERS), 0) for _ in range(length - 5)]
    place = (random.choice(CITIES), 1 + VERBS.index(verb))
    date = [("on", 0), (random.choice(MONTHS), 3), (random.choice(DAYS), 3)]
    return [*chatter[:first], (verb, 0), *chatter[first:second], place, *date, *chatter[second:]]


def requests(seeds: Seeds, count: int, length: int) -> tuple[Tensor, Tensor]:
    """One-hot words (seeds, length, count, words) and tags (seeds, length, count)."""

    def draw() -> Tensor:
        said = [request(length) for _ in range(count)]
        return torch.tensor([[(WORDS.index(word), tag) for word, tag in line] for line in said])

    words, tags = seeds.stack(draw).transpose(1, 2).unbind(-1)  # (seeds, length, count) each
    return torch.eye(len(WORDS), device=seeds.device)[words], tags


@torch.no_grad()
def on_cities(network: Network, words: Tensor, tags: Tensor) -> Tensor:  # (seeds,)
    city = words[..., FIRST_CITY : FIRST_CITY + len(CITIES)].sum(-1)  # 1 where a city stands
    right = (network(words).argmax(-1) == tags) * city
    accuracy: Tensor = right.sum((1, 2)).cpu().double() / city.sum((1, 2)).cpu().double()
    return accuracy


@torch.no_grad()
def destination(network: Network, seeds: Seeds) -> Tensor:
    """P(destination) at each word of "arrive Taipei on November 2nd" and of "leave …": (seeds, 5, 2)."""
    said = [[WORDS.index(word) for word in (verb, "Taipei", "on", "November", "2nd")] for verb in VERBS]
    shares: Tensor = network(seeds.shared(torch.eye(len(WORDS))[torch.tensor(said).T])).softmax(-1)[..., 1]
    return shares


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    words, tags = requests(seeds, 400, SHORT)
    short, long = requests(seeds, 200, SHORT), requests(seeds, 200, LONG)
    rows, difference, accuracy = [], {}, {}
    for name, build in {"word by word": WordByWord, "whole sentence": Whole, "Elman": Elman}.items():
        network = seeds.network(partial(build, config.hidden))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        for step in range(config.steps):
            drawn = slice(step * 40 % 400, step * 40 % 400 + 40)
            loss = cross_entropy(network(words[:, :, drawn]), tags[:, :, drawn].contiguous())
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        accuracy[name] = (on_cities(network, *short), on_cities(network, *long))
        shares = destination(network, seeds)
        difference[name] = (shares[:, 1, 0] - shares[:, 1, 1]).abs()
        rows.append([name, sum(p[0].numel() for p in network.parameters()), *accuracy[name]])
        yield Progress(len(rows), 3)
    heat = {"values": shares[0].T.tolist(), "x": ["verb", "Taipei", "on", "November", "2nd"], "y": list(VERBS)}
    yield Figure("P(destination), Elman network, word by word", "heat", heat, "word")
    columns = ["network", "numbers to learn", f"{SHORT} words", f"{LONG} words"]
    yield Table("Accuracy on the cities", columns, rows)

    yield Measured("word-by-word-guesses", accuracy["word by word"][0])
    yield Measured("memory-tells", accuracy["Elman"][0])
    yield Measured("same-in-same-out", difference["word by word"])
    yield Measured("same-in-other-out", difference["Elman"])
    yield Measured("whole-sentence-fits-its-length", accuracy["whole sentence"][0])
    yield Measured("longer-sentences", accuracy["Elman"][1] - accuracy["whole sentence"][1])
