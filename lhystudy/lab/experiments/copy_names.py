"""A decoder that may point at the source repeats names that it has never read.

能指着源句抄写的解码器，从没见过的名字也说得出来。

"hello I am Kuruppa" is to be answered by "hello Kuruppa nice to meet you". Thirty names occur in training, others at
test; those have vectors that were never trained. One decoder gives a score to each word of its vocabulary; the other
may also point at a word of the source and copy it. Synthetic data.

lesson: seq2seq-training
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, sinusoids, up_to_now
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds
from lhystudy.lab.sequences import shifted

PLAIN = 16  # words other than names: 0..3 greetings, 4..7 their answers, 8..11 introductions, 12..15 their answers
KNOWN, UNKNOWN, WIDTH, BATCH = 30, 30, 32, 32
WORDS = PLAIN + KNOWN + UNKNOWN
BEGIN = WORDS


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 3000, en="training steps", zh="训练步数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("both-say-known-names", ">", 0.95,
          en="both decoders repeat the names of the training data",
          zh="训练里有的名字，两个解码器都说得出",
          quantity_en="smaller share of right names", quantity_zh="名字正确率，取较小的"),
    Claim("vocabulary-cannot", "<", 0.05,
          en="without pointing, a name that was never seen is not repeated",
          zh="不能指的，没见过的名字说不出来",
          quantity_en="share of right names", quantity_zh="名字的正确率"),
    Claim("pointing-can", ">", 0.9,
          en="the decoder that may point repeats names it has never seen",
          zh="能指的，没见过的名字也说得出来",
          quantity_en="share of right names", quantity_zh="名字的正确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Names said right": "说对的名字", "decoder": "解码器", "known names": "见过的名字",
    "unknown names": "没见过的名字", "share copied, name": "名字处抄写的份额",
    "share copied, other words": "其余词抄写的份额",
    "vocabulary": "只用词表", "pointing": "能指着抄",
}  # fmt: skip


class Answerer(nn.Module):
    """Log-probabilities of the next word. With `pointing` a share of them goes to the words of the source."""

    places: Tensor

    def __init__(self, pointing: bool) -> None:
        super().__init__()
        self.pointing = pointing
        self.word = nn.Embedding(WORDS + 1, WIDTH)
        self.encoder, self.decoder = Block(WIDTH, inner=64), Block(WIDTH, inner=64, crossed=True)
        self.scores, self.gate = nn.Linear(WIDTH, WORDS), nn.Linear(WIDTH, 1)
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer("places", sinusoids(8, WIDTH))

    def forward(self, source: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, m), (batch, n) -> (batch, n, words) and the share that is copied (batch, n)."""
        memory = self.encoder(self.word(source) + self.places[: source.shape[1]])
        x = self.word(before) + self.places[: before.shape[1]]
        x = self.decoder(x, memory, up_to_now(before.shape[1], before.device))
        chances = self.scores(x).softmax(dim=2)
        share = torch.sigmoid(self.gate(x))  # (batch, n, 1)
        if not self.pointing:
            return (chances + 1e-9).log(), 0 * share[:, :, 0]
        looks = (self.query(x) @ self.key(memory).mT / WIDTH**0.5).softmax(dim=2)  # (batch, n, m)
        copied = looks @ nn.functional.one_hot(source, WORDS).to(x.dtype)  # the weight of a place goes to its word
        return ((1 - share) * chances + share * copied + 1e-9).log(), share[:, :, 0]


def talks(count: int, names: int, first: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Sources (seeds, count, 3): greeting, introduction, name; answers (seeds, count, 3): greeting, name, a phrase."""
    greeting, introduction = seeds.randint(4, (count,)), seeds.randint(4, (count,))
    name = first + seeds.randint(names, (count,))
    source = torch.stack([greeting, 8 + introduction, name], dim=2)
    return source, torch.stack([4 + greeting, name, 12 + introduction], dim=2)


def named_right(answerers: Network, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The share of right names, and the share that is copied at each place (seeds, 3)."""
    with torch.no_grad():
        logs, share = answerers(source, shifted(target, BEGIN))
    right = logs.argmax(dim=3)[:, :, 1] == target[:, :, 1]
    return right.cpu().double().mean(1), share.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows, known, unknown = [], [], []
    for jobs, name in enumerate(("vocabulary", "pointing")):
        answerers = seeds.network(partial(Answerer, name == "pointing"))
        adam = torch.optim.Adam(answerers.parameters(), lr=config.rate)
        for step in range(config.steps):
            source, target = talks(BATCH, KNOWN, PLAIN, seeds)
            logs, _ = answerers(source, shifted(target, BEGIN))
            loss = -logs.gather(3, target[..., None]).mean((1, 2, 3))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(jobs * config.steps + step + 1, 2 * config.steps)
        right, _ = named_right(answerers, *talks(300, KNOWN, PLAIN, seeds))
        new, share = named_right(answerers, *talks(300, UNKNOWN, PLAIN + KNOWN, seeds))
        known.append(right)
        unknown.append(new)
        rows.append([name, right, new, share[:, 1], (share[:, 0] + share[:, 2]) / 2])
    columns = ["decoder", "known names", "unknown names", "share copied, name", "share copied, other words"]
    yield Table("Names said right", columns, rows)
    yield Measured("both-say-known-names", torch.minimum(*known))
    yield Measured("vocabulary-cannot", unknown[0])
    yield Measured("pointing-can", unknown[1])
