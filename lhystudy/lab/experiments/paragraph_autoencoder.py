"""Words into sentences, sentences into a paragraph, and back: is a vector by levels better than one by reading on?

词合成句，句合成段，再还原：分层压成的向量，比一口气读下来的好吗？

Paragraphs of three sentences of four words are pressed into one vector and rebuilt from it. The flat machine reads and
writes all twelve words in a row; the hierarchical one has a GRU for words and a GRU for sentences on either side. Same
number of steps. Synthetic data.

lesson: rnn-applications
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

WORDS, SENTENCES, LENGTH, BATCH = 4, 3, 4, 24


@dataclass(frozen=True)
class Config:
    steps: int = param(240, 10, 5000, en="training steps", zh="训练步数")
    hidden: int = param(32, 8, 128, en="size of the paragraph's vector", zh="段落向量的维数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("levels-beat-flat", ">", 0.05,
          en="at equal steps the hierarchical machine rebuilds more words",
          zh="步数相同时，分层的还原出更多的词",
          quantity_en="share of right words, hierarchical - flat", quantity_zh="词的正确率，分层 − 不分层"),
    Claim("better-than-guessing", ">", 0.5,
          en="it rebuilds more than half of the words in their places",
          zh="它能在原位还原一半以上的词",
          quantity_en="share of right words, hierarchical", quantity_zh="词的正确率，分层"),
    Claim("order-is-kept", ">", 0.1,
          en="with two sentences exchanged it rebuilds them in the new order",
          zh="调换两句的次序，它就按新次序还原",
          quantity_en="share of right words by the new order - by the old one",
          quantity_zh="词的正确率：按新次序 − 按旧次序"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Rebuilt": "还原", "machine": "机器", "right words": "词的正确率",
    "parameters": "参数个数",
    "sentence {}": "第 {} 句", "flat": "不分层", "levels": "分层",
}  # fmt: skip


class Flat(nn.Module):
    """(batch, 3, 4) words -> one vector -> scores (batch, 3, 4, words)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.word = nn.Embedding(WORDS, hidden)
        self.encoder, self.decoder = nn.GRU(hidden, hidden), nn.GRU(1, hidden)
        self.scores = nn.Linear(hidden, WORDS)

    def forward(self, text: Tensor) -> Tensor:
        words = self.word(text.flatten(1)).transpose(0, 1)  # (12, batch, hidden)
        paragraph = self.encoder(words)[0][-1:].contiguous()  # (1, batch, hidden)
        rebuilt, _ = self.decoder(torch.zeros_like(words[:, :, :1]), paragraph)
        scores: Tensor = self.scores(rebuilt.transpose(0, 1)).unflatten(1, (SENTENCES, LENGTH))
        return scores


class Levels(nn.Module):
    """The same by levels: words -> sentence vectors -> the paragraph's vector -> sentence vectors -> words."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.word = nn.Embedding(WORDS, hidden)
        self.read_words, self.read_sentences = nn.GRU(hidden, hidden), nn.GRU(hidden, hidden)
        self.write_sentences, self.write_words = nn.GRU(1, hidden), nn.GRU(1, hidden)
        self.scores = nn.Linear(hidden, WORDS)

    def forward(self, text: Tensor) -> Tensor:
        words = self.word(text.flatten(0, 1)).transpose(0, 1)  # (4, batch 3, hidden)
        sentences = self.read_words(words)[0][-1].unflatten(0, (-1, SENTENCES)).transpose(0, 1)  # (3, batch, hidden)
        paragraph = self.read_sentences(sentences.contiguous())[0][-1:].contiguous()  # (1, batch, hidden)
        planned, _ = self.write_sentences(torch.zeros_like(sentences[:, :, :1]), paragraph)  # (3, batch, hidden)
        starts = planned.transpose(0, 1).flatten(0, 1)[None].contiguous()  # (1, batch 3, hidden)
        rebuilt, _ = self.write_words(torch.zeros_like(words[:, :, :1]), starts)
        scores: Tensor = self.scores(rebuilt.transpose(0, 1)).unflatten(0, (-1, SENTENCES))
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = [seeds.randint(WORDS, (BATCH, SENTENCES, LENGTH)) for _ in range(config.steps)]
    fresh = seeds.randint(WORDS, (200, SENTENCES, LENGTH))
    swapped = fresh[:, :, [1, 0, 2]]
    shares: dict[str, Tensor] = {}
    rows, order = [], torch.zeros(seeds.count)
    for jobs, (name, make) in enumerate((("flat", Flat), ("levels", Levels))):
        machines = seeds.network(lambda make=make: make(config.hidden))  # type: ignore[misc]
        adam = torch.optim.Adam(machines.parameters(), lr=config.rate)
        for step, text in enumerate(data):
            loss = cross_entropy(machines(text), text)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(jobs * config.steps + step + 1, 2 * config.steps)
        with torch.no_grad():
            right = (machines(fresh).argmax(4) == fresh).cpu().double()  # (seeds, 200, 3, 4)
            again = machines(swapped).argmax(4)
        shares[name] = right.mean((1, 2, 3))
        order = ((again == swapped).double() - (again == fresh).double())[:, :, :2].mean((1, 2, 3))  # at last: levels
        count = sum(weights[0].numel() for weights in machines.parameters())
        rows.append([name, count, shares[name], *right.mean((1, 3)).unbind(1)])
    columns = ["machine", "parameters", "right words", *(f"sentence {k + 1}" for k in range(SENTENCES))]
    yield Table("Rebuilt", columns, rows)
    yield Measured("levels-beat-flat", shares["levels"] - shares["flat"])
    yield Measured("better-than-guessing", shares["levels"])
    yield Measured("order-is-kept", order)
