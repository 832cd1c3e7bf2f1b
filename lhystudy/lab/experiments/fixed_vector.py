"""One vector for a whole text: the longer it is, the less comes back; looking back at all of it loses far less.

整篇压成一个向量，越长越还原不了；能回头看全部，丢的少得多。

Rows of three to twelve digits are to be copied. One GRU hands its last state to the next, which writes; the other may
also look at all states of the first (attention). Both train on all lengths. Synthetic data.

lesson: rnn-applications
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import attend
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy
from lhystudy.lab.sequences import shifted

DIGITS, HIDDEN, BATCH, BEGIN = 8, 32, 32, 8
LENGTHS = (3, 6, 9, 12)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("short-fits", ">", 0.9,
          en="three digits fit into one vector", zh="三个数字，一个向量装得下",
          quantity_en="share of right digits, length 3", quantity_zh="数字正确率，长度 3"),
    Claim("long-does-not", "<", 0.6,
          en="of twelve not much more than half come back", zh="十二个，还原的不过一半多",
          quantity_en="share of right digits, length 12", quantity_zh="数字正确率，长度 12"),
    Claim("looking-back-helps", ">", 0.2,
          en="with attention far more of the twelve come back",
          zh="有了注意力，十二个里还原的多得多",
          quantity_en="share of right digits at length 12, attention - one vector",
          quantity_zh="长度 12 的数字正确率，注意力 − 单个向量"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "share of right digits": "数字正确率", "Copying": "照抄", "memory": "记忆方式",
    "length {}": "长度 {}", "one vector": "单个向量", "attention": "注意力",
}  # fmt: skip


class Copier(nn.Module):
    def __init__(self, looking_back: bool) -> None:
        super().__init__()
        self.looking_back = looking_back
        self.digit, self.word = nn.Embedding(DIGITS, HIDDEN), nn.Embedding(DIGITS + 1, HIDDEN)
        self.encoder, self.decoder = nn.GRU(HIDDEN, HIDDEN), nn.GRU(HIDDEN, HIDDEN)
        self.key, self.scores = nn.Linear(HIDDEN, HIDDEN), nn.Linear(2 * HIDDEN, DIGITS)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:  # (batch, n) twice -> (batch, n, digits)
        states, _ = self.encoder(self.digit(source).transpose(0, 1))  # (n, batch, hidden)
        own, _ = self.decoder(self.word(before).transpose(0, 1), states[-1:].contiguous())
        own, states = own.transpose(0, 1), states.transpose(0, 1)
        read = attend(own, self.key(states), states)[0] if self.looking_back else torch.zeros_like(own)
        scores: Tensor = self.scores(torch.cat([own, read], dim=2))
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lengths = torch.randint(LENGTHS[0], LENGTHS[-1] + 1, (config.steps,), generator=torch.Generator().manual_seed(0))
    rows, share = [], {}
    for jobs, name in enumerate(("one vector", "attention")):
        copiers = seeds.network(partial(Copier, name == "attention"))
        adam = torch.optim.Adam(copiers.parameters(), lr=config.rate)
        for step, length in enumerate(lengths.tolist()):
            digits = seeds.randint(DIGITS, (BATCH, length))
            loss = cross_entropy(copiers(digits, shifted(digits, BEGIN)), digits)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(jobs * config.steps + step + 1, 2 * config.steps)
        for length in LENGTHS:
            digits = seeds.randint(DIGITS, (100, length))
            out = torch.full_like(digits[:, :, :1], BEGIN)
            with torch.no_grad():
                for _ in range(length):
                    out = torch.cat([out, copiers(digits, out)[:, :, -1:].argmax(dim=3)], dim=2)
            share[name, length] = (out[:, :, 1:] == digits).cpu().double().mean((1, 2))
            yield Metric(name, length, share[name, length], chart="share of right digits")
        rows.append([name, *(share[name, length] for length in LENGTHS)])
    yield Table("Copying", ["memory", *(f"length {length}" for length in LENGTHS)], rows)
    yield Measured("short-fits", share["one vector", LENGTHS[0]])
    yield Measured("long-does-not", share["one vector", LENGTHS[-1]])
    yield Measured("looking-back-helps", share["attention", LENGTHS[-1]] - share["one vector", LENGTHS[-1]])
