"""A text that always takes the likeliest word goes round in circles; drawing words brings it back to life.

总取最可能的词，文章会原地打转；随机抽词，才有变化。

A small GRU learns to continue the course's reviews, sentence after sentence, and then writes on from the first word,
with the best word each time and with words drawn at several temperatures.

lesson: seq2seq-training
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.errors import StudyError
from lhystudy.lab.corpus import corpus, words
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy
from lhystudy.words import say

WIDTH, BATCH, SPAN, RUN = 48, 16, 24, 4


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 5000, en="training steps", zh="训练步数")
    length: int = param(80, 20, 500, en="words that are written", zh="写出的词数")
    corpus: str = param(
        "reviews-en", en="text to continue, or the path of your own", zh="要续写的文本，或你自己的文件路径"
    )


CLAIMS = (
    Claim("best-word-repeats", ">", 0.5,
          en="with the best word each time, more than half of the four-word runs stood in the text before",
          zh="总取最好的词，一半以上的四词串在前文出现过",
          quantity_en="share of repeated runs", quantity_zh="重复的比例"),
    Claim("drawn-words-do-not", "<", 0.3,
          en="with words drawn at temperature 1 few of them did",
          zh="温度 1 随机抽词，出现过的不多",
          quantity_en="share of repeated runs", quantity_zh="重复的比例"),
    Claim("like-real-text", "<", 0.1,
          en="drawn words repeat about as often as real text",
          zh="随机抽词的重复程度与真文章相近",
          quantity_en="distance from the share in the real text", quantity_zh="与真文章的比例之差"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Repetition": "重复", "how words are chosen": "怎么选词",
    "repeated runs": "重复的四词串",
    "beginning": "开头", "real text": "真文章", "best word": "最好的词", "temperature {}": "温度 {}",
}  # fmt: skip


class Writer(nn.Module):
    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.word, self.cell = nn.Embedding(vocabulary, WIDTH), nn.GRU(WIDTH, WIDTH)
        self.scores = nn.Linear(WIDTH, vocabulary)

    def forward(self, text: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Words (batch, time) and state (batch, width) -> scores (batch, time, words) and the state behind them."""
        states, _ = self.cell(self.word(text).transpose(0, 1), state[None])
        return self.scores(states.transpose(0, 1)), states[-1]


def write(writers: Network, first: Tensor, temperature: float, length: int, seeds: Seeds) -> Tensor:
    """A text behind `first` (seeds, batch, 1): (seeds, batch, length). Temperature 0 takes the best word."""
    state = torch.zeros(*first.shape[:2], WIDTH, device=first.device)
    text, word = [], first
    for _ in range(length):
        scores, state = writers(word, state)
        if temperature == 0:
            word = scores.argmax(dim=3)
        else:
            chances = (scores[:, :, 0] / temperature).softmax(dim=2).cumsum(2)
            dice = seeds.rand(first.shape[1])[:, :, None]
            word = (chances < dice).sum(2, keepdim=True).clamp(max=scores.shape[3] - 1)
        text.append(word)
    return torch.cat(text, dim=2)


def repeated(text: list[int]) -> float:
    """The share of runs of four words that stood in the text before."""
    runs = [tuple(text[i : i + RUN]) for i in range(len(text) - RUN + 1)]
    return 1 - len(set(runs)) / len(runs)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    sentences = [[*words(row[0]), "."] for row in corpus(config.corpus)]
    vocabulary = sorted({word for sentence in sentences for word in sentence})
    number = {word: place for place, word in enumerate(vocabulary)}
    text = seeds.shared(torch.tensor([number[word] for sentence in sentences for word in sentence]))  # (seeds, words)
    if text.shape[1] < 2 * RUN:
        told = say(f"this text needs {2 * RUN} words or more", f"这个文本至少要有 {2 * RUN} 个词")
        raise StudyError(told, where=config.corpus)
    span, length = min(SPAN, text.shape[1] // 2), min(config.length, text.shape[1] // 2)  # a short text of one's own
    writers = seeds.network(partial(Writer, len(vocabulary)))
    adam = torch.optim.Adam(writers.parameters(), lr=0.01)
    fresh = torch.zeros(seeds.count, BATCH, WIDTH, device=seeds.device)
    for step in range(config.steps):
        start = seeds.randint(text.shape[1] - span - 1, (BATCH, 1))
        places = (start + torch.arange(span + 1, device=seeds.device)).flatten(1)
        drawn = text.gather(1, places).unflatten(1, (BATCH, span + 1))  # (seeds, batch, span + 1)
        loss = cross_entropy(writers(drawn[:, :, :-1], fresh)[0], drawn[:, :, 1:])
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % (1 + config.steps // 60) == 0:
            yield Metric("loss", step, loss.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)
    begins = seeds.randint(text.shape[1] - length, (8,)).tolist()
    real = [[repeated(lines[s : s + length]) for s in starts]
            for lines, starts in zip(text.tolist(), begins, strict=True)]  # fmt: skip
    shares = {"real text": torch.tensor(real, dtype=torch.float64).mean(1)}
    begun = {"real text": text[0, :length].tolist()}
    first = torch.full((seeds.count, 8, 1), number["."], device=seeds.device)
    for temperature in (0.0, 0.5, 1.0):
        name = f"temperature {temperature}" if temperature else "best word"
        with torch.no_grad():
            written = write(writers, first, temperature, length, seeds).tolist()
        shares[name] = torch.tensor([[repeated(one) for one in some] for some in written], dtype=torch.float64).mean(1)
        begun[name] = written[0][0]
    rows = [[name, share, " ".join(vocabulary[n] for n in begun[name][:24])] for name, share in shares.items()]
    yield Table("Repetition", ["how words are chosen", "repeated runs", "beginning"], rows)
    yield Measured("best-word-repeats", shares["best word"])
    yield Measured("drawn-words-do-not", shares["temperature 1.0"])
    yield Measured("like-real-text", (shares["temperature 1.0"] - shares["real text"]).abs())
