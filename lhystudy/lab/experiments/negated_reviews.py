"""A network that reads a review to its end tells "not dull but good" from "not good but dull"; counted words do not.

从头读到尾的网络，分得清“不无趣而是好”和“不好而是无趣”；数词的分不清。

Reviews of the course's own are judged good or bad from the last state of a GRU, and from how often each word occurs.
Then sentences of a small grammar, "A not B", where A and B praise or blame: the same words in the other order say the
opposite. The course's reviews were written from patterns.

lesson: rnn-applications
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.corpus import corpus, numbered, words
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

HIDDEN, BATCH, PRAISE = 32, 32, 6  # words of praise, and as many of blame, in the small grammar
NOT = 2 * PRAISE + 1


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 3000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate", zh="学习率")
    corpus: str = param("reviews-en", en="reviews and their labels, or the path of your own",
                        zh="评论与标签，或你自己的文件路径")  # fmt: skip


CLAIMS = (
    Claim("last-state-judges", ">", 0.9,
          en="from its last state alone a GRU judges new reviews",
          zh="只凭最后的状态，GRU 就能判断新评论",
          quantity_en="accuracy on new reviews", quantity_zh="新评论上的准确率"),
    Claim("reading-beats-counting", ">", 0.1,
          en="it judges them better than counted words do",
          zh="比数词的方法判断得准",
          quantity_en="accuracy, GRU - counts", quantity_zh="准确率，GRU − 词袋"),
    Claim("counts-guess-order", "<", 0.6,
          en="where only order decides, counted words guess",
          zh="只由词序决定时，数词的只能猜",
          quantity_en="accuracy of counts on A not B", quantity_zh="词袋在“A 而不是 B”上的准确率"),
    Claim("reading-tells-order", ">", 0.95,
          en="and the GRU does not", zh="而 GRU 不用猜",
          quantity_en="accuracy of the GRU on A not B", quantity_zh="GRU 在“A 而不是 B”上的准确率"),
)  # fmt: skip

ZH = {
    "accuracy on new reviews": "新评论上的准确率", "Accuracy": "准确率", "reader": "读法", "reviews": "评论",
    "A not B": "A 而不是 B", "counts": "词袋",
}  # fmt: skip


class Reader(nn.Module):
    """A judgement from the last state; texts are filled up in front, so that all end together."""

    def __init__(self, vocabulary: int, labels: int) -> None:
        super().__init__()
        self.word, self.cell = nn.Embedding(vocabulary, HIDDEN), nn.GRU(HIDDEN, HIDDEN)
        self.judge = nn.Linear(HIDDEN, labels)

    def forward(self, texts: Tensor) -> Tensor:  # (batch, time) -> (batch, labels)
        states, _ = self.cell(self.word(texts).transpose(0, 1))
        judged: Tensor = self.judge(states[-1])
        return judged


class Counts(nn.Module):
    """A judgement from how often each word occurs: a bag of words."""

    def __init__(self, vocabulary: int, labels: int) -> None:
        super().__init__()
        self.vocabulary, self.judge = vocabulary, nn.Linear(vocabulary, labels)

    def forward(self, texts: Tensor) -> Tensor:  # (batch, time) -> (batch, labels)
        counts = nn.functional.one_hot(texts, self.vocabulary).sum(1)
        judged: Tensor = self.judge(counts.to(self.judge.weight.dtype))
        return judged


def ordered(count: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """ "A not B" as numbers (seeds, count, 3), one of praise and one of blame; 1 where praise comes first."""
    good, praise, blame = (seeds.randint(n, (count,)) for n in (2, PRAISE, PRAISE))
    first = torch.where(good == 1, praise, PRAISE + blame)
    second = torch.where(good == 1, PRAISE + blame, praise)
    return torch.stack([first, torch.full_like(first, NOT), second], dim=2), good


def right(readers: Network, texts: Tensor, labels: Tensor) -> Tensor:
    with torch.no_grad():
        hits: Tensor = readers(texts).argmax(dim=2) == labels
    return hits.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows = corpus(config.corpus, lines=4, columns=2)
    names = sorted({row[-1] for row in rows})
    texts = [words(row[0]) for row in rows]
    vocabulary, table = numbered([list(reversed(text)) for text in texts])  # turned round twice: filled up in front
    order = seeds.randperm(len(rows))
    reviews = table.flip(1).to(seeds.device)[order]  # (seeds, texts, longest)
    labels = torch.tensor([names.index(row[-1]) for row in rows], device=seeds.device)[order]
    tested = len(rows) // 4
    found: dict[str, list[Tensor]] = {}
    for jobs, (name, make) in enumerate((("GRU", Reader), ("counts", Counts))):
        readers = seeds.network(partial(make, len(vocabulary), len(names)))
        orders = seeds.network(partial(make, 2 * PRAISE + 2, 2))
        adam = torch.optim.Adam([*readers.parameters(), *orders.parameters()], lr=config.rate)
        for step in range(config.steps):
            drawn = tested + seeds.randint(len(rows) - tested, (BATCH,))
            batch = reviews.gather(1, drawn[:, :, None].expand(-1, -1, reviews.shape[2]))
            pairs, good = ordered(BATCH, seeds)
            loss = cross_entropy(readers(batch), labels.gather(1, drawn)) + cross_entropy(orders(pairs), good)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 25) == 0:
                score = right(readers, reviews[:, :tested], labels[:, :tested])
                yield Metric(name, step, score, chart="accuracy on new reviews")
            yield Progress(jobs * config.steps + step + 1, 2 * config.steps)
        found[name] = [right(readers, reviews[:, :tested], labels[:, :tested]), right(orders, *ordered(400, seeds))]
    yield Table("Accuracy", ["reader", "reviews", "A not B"], [[name, *scores] for name, scores in found.items()])
    yield Measured("last-state-judges", found["GRU"][0])
    yield Measured("reading-beats-counting", found["GRU"][0] - found["counts"][0])
    yield Measured("counts-guess-order", found["counts"][1])
    yield Measured("reading-tells-order", found["GRU"][1])
