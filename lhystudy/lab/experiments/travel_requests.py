"""Requests of travellers: which city is the destination, which the departure, which neither?

旅客的请求：哪座城市是目的地，哪座是出发地，哪座两者都不是？

About 440 requests in 26 patterns, written for the course, in English or Chinese; 100 are kept for testing. In some the
clue stands before the city, in some behind it. A file of your own in the same form may be given by its path.

lesson: rnn
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.corpus import corpus, numbered
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

TESTED, BATCH = 100, 40  # of a shorter file a quarter is tested


@dataclass(frozen=True)
class Config:
    corpus: str = param("travel-en", en="travel-en, travel-zh, or a path", zh="travel-en、travel-zh，或文件路径")
    steps: int = param(150, 10, 2000, en="training steps", zh="训练步数")
    hidden: int = param(16, 4, 64, en="hidden neurons in all", zh="隐藏神经元总数")


CLAIMS = (
    Claim("word-by-word-poor", "<", 0.6,
          en="word by word, most cities get the wrong slot", zh="一个词一个词地看，多半的城市标错",
          quantity_en="accuracy on the cities of new requests", quantity_zh="新请求里城市标注的准确率"),
    Claim("memory-helps", ">", 0.2,
          en="memory of what came before helps much", zh="记得前面说过什么，大有帮助",
          quantity_en="accuracy on the cities, Elman minus word by word", quantity_zh="城市准确率之差：Elman 减逐词"),
    Claim("both-ways-help", ">", 0.05,
          en="reading from the end as well helps further", zh="再从句尾读一遍，更好",
          quantity_en="accuracy on the cities, both ways minus Elman", quantity_zh="城市准确率之差：双向减 Elman"),
    Claim("words-alike-meet", ">", 0.2,
          en="the learned word vectors group cities with cities and dates with dates",
          zh="学来的词向量里，城市与城市、日期与日期靠在一起",
          quantity_en="mean cosine within the groups minus that between them",
          quantity_zh="组内平均余弦减组间平均余弦"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on the cities of new requests": "新请求里城市标注的准确率",
    "network": "网络", "accuracy": "准确率", "cosine within groups": "组内余弦", "cosine between them": "组间余弦",
}  # fmt: skip


class Tagger(nn.Module):
    """Word vectors, then the word alone, an Elman network, or two that read in both directions; then a slot."""

    def __init__(self, kind: str, vocabulary: int, slots: int, hidden: int) -> None:
        super().__init__()
        self.vectors, self.kind, features = nn.Embedding(vocabulary, 8), kind, hidden // 2 * 2
        if kind == "word by word":
            self.alone = nn.Linear(8, features)
        else:
            share = features if kind == "Elman" else features // 2
            self.there = nn.RNN(8, share)
            self.back = nn.RNN(8, share) if kind == "both ways" else None
        self.answer = nn.Linear(features, slots)

    def forward(self, words: Tensor) -> Tensor:  # (time, batch) -> (time, batch, slots)
        vectors = self.vectors(words)
        if self.kind == "word by word":
            state = torch.tanh(self.alone(vectors))
        else:
            state = self.there(vectors)[0]
            if self.back is not None:
                state = torch.cat([state, self.back(vectors.flip(0))[0].flip(0)], dim=2)
        scores: Tensor = self.answer(state)
        return scores


def read(name: str) -> tuple[list[str], Tensor, Tensor, list[str]]:
    """The vocabulary, words and slots of all requests (requests, longest), and the names of the slots."""
    lines = [[word.partition("/") for word in columns[0].split()] for columns in corpus(name)]
    vocabulary, words = numbered([[word for word, _, _ in line] for line in lines])
    names, slots = numbered(
        [[slot or "none" for _, _, slot in line] for line in lines], ("", "none", "to", "from", "date")
    )
    return vocabulary, words, slots, names


def losses(scores: Tensor, slots: Tensor) -> Tensor:
    """The mean cross entropy over words, without the fillings: (seeds,)."""
    each = nn.functional.cross_entropy(scores.flatten(0, 2), slots.flatten(), ignore_index=0, reduction="none")
    return each.view(len(slots), -1).sum(1) / (slots != 0).sum((1, 2))


def closeness(vectors: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """The mean cosine between the words of two groups, of different words only: (seeds, words, size) -> (seeds,)."""
    unit = nn.functional.normalize(vectors, dim=-1)
    cosines = unit[:, one] @ unit[:, other].mT
    different = (one[:, None] != other).to(cosines.dtype)
    return (cosines * different).sum((1, 2)) / different.sum()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    vocabulary, words, slots, names = read(config.corpus)
    words, slots = words.to(seeds.device), slots.to(seeds.device)
    cities = words[(slots == names.index("to")) | (slots == names.index("from"))].unique()
    dates = words[slots == names.index("date")].unique()
    if len(words) < 4 or not len(cities) or not len(dates):
        raise ValueError(
            f"{config.corpus} needs four requests or more, with cities tagged /to or /from and words tagged /date"
        )
    order, count = seeds.randperm(len(words)), min(TESTED, len(words) // 4)
    tested = words[order[:, :count]].mT, slots[order[:, :count]].mT  # (seeds, time, requests) each
    accuracy, rows = {}, []
    for kind in ("word by word", "Elman", "both ways"):
        network: Network = seeds.network(partial(Tagger, kind, len(vocabulary), len(names), config.hidden))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
        for step in range(config.steps):
            drawn = count + seeds.randint(len(words) - count, (BATCH,))
            chosen = order.gather(1, drawn)
            loss = losses(network(words[chosen].mT), slots[chosen].mT)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(kind, step, loss.detach(), chart="training loss")
        with torch.no_grad():
            right = (network(tested[0]).argmax(-1) == tested[1]) & torch.isin(tested[0], cities)
            accuracy[kind] = right.sum((1, 2)).cpu().double() / torch.isin(tested[0], cities).sum((1, 2)).cpu()
            vectors = network.one.vectors.weight
            within = (closeness(vectors, cities, cities) + closeness(vectors, dates, dates)) / 2
            between = closeness(vectors, cities, dates)
        rows.append([kind, accuracy[kind], within, between])
        yield Progress(len(rows), 3)
    columns = ["network", "accuracy", "cosine within groups", "cosine between them"]
    yield Table("Accuracy on the cities of new requests", columns, rows)

    yield Measured("word-by-word-poor", accuracy["word by word"])
    yield Measured("memory-helps", accuracy["Elman"] - accuracy["word by word"])
    yield Measured("both-ways-help", accuracy["both ways"] - accuracy["Elman"])
    yield Measured("words-alike-meet", within - between)
