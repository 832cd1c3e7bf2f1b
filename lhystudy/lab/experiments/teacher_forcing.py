"""Reading the right word in training reaches 95% in fewer steps than reading one's own.

训练时读正确答案，比读自己的输出更快学到 95%。

Counting by a step, round a ring, as in one-wrong-token. One decoder reads the right outputs while it trains (teacher
forcing), the other reads what it has just written itself; once with a GRU, whose only notes are its state, and once
with a block of a Transformer. Synthetic data.

lesson: seq2seq-training
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Decoder
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy
from lhystudy.lab.sequences import counting, shifted

RING, LENGTH, WIDTH, BATCH, EVERY = 6, 6, 32, 24, 10
BEGIN = RING


@dataclass(frozen=True)
class Config:
    steps: int = param(220, 30, 5000, en="training steps", zh="训练步数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("gru-learns-faster", "<", 0.7,
          en="with the right words as inputs a GRU reaches 95% in fewer steps",
          zh="输入正确答案，GRU 到 95% 所用的步数更少",
          quantity_en="steps to 95% on the inputs it trains with, right words / own words",
          quantity_zh="以训练时的输入计，到 95% 的步数：正确答案 / 自己的输出"),
    Claim("block-learns-faster", "<", 0.7,
          en="so does a Transformer's block",
          zh="Transformer 的块也是",
          quantity_en="steps to 95% on the inputs it trains with, right words / own words",
          quantity_zh="以训练时的输入计，到 95% 的步数：正确答案 / 自己的输出"),
    Claim("gru-faster-by-itself", "<", 1.0,
          en="that GRU is also sooner at 95% when it writes by itself",
          zh="让它自己写，这个 GRU 也更早到 95%",
          quantity_en="steps to 95% when writing by itself, right words / own words",
          quantity_zh="自己写时到 95% 的步数：正确答案 / 自己的输出"),
)  # fmt: skip

ZH = {
    "accuracy on its training inputs": "准确率，以训练时的输入计", "accuracy by itself": "准确率，自己写",
    "Steps to 95%": "到 95% 的步数", "decoder and inputs": "解码器与输入", "passes a step": "每步的遍数",
    "GRU, right words": "GRU，正确答案", "GRU, own words": "GRU，自己的输出", "block, right words": "块，正确答案",
    "block, own words": "块，自己的输出", "on training inputs": "以训练时的输入计", "by itself": "自己写",
}  # fmt: skip


class Recurrent(nn.Module):
    """A GRU that begins with what the source says and reads one number after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.source, self.word = nn.Embedding(2 * RING, WIDTH), nn.Embedding(RING + 1, WIDTH)
        self.cell, self.scores = nn.GRU(WIDTH, WIDTH), nn.Linear(WIDTH, RING)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:  # (batch, 2) and (batch, n) -> (batch, n, ring)
        states, _ = self.cell(self.word(before).transpose(0, 1), self.source(source).sum(1)[None])
        scores: Tensor = self.scores(states.transpose(0, 1))
        return scores


@torch.no_grad()
def write(counters: Network, source: Tensor) -> Tensor:
    """What the decoder writes by itself, a pass for each number: (seeds, batch, length)."""
    out = torch.full_like(source[:, :, :1], BEGIN)
    for _ in range(LENGTH):
        out = torch.cat([out, counters(source, out)[:, :, -1:].argmax(dim=3)], dim=2)
    return out[:, :, 1:]


def first_step(steps: list[int], accuracies: list[Tensor]) -> Tensor:
    """The step at which each seed first had 95%, or one interval after the last: (seeds,)."""
    there = torch.stack(accuracies) >= 0.95  # (times, seeds)
    times = torch.tensor([*steps, steps[-1] + EVERY], dtype=torch.float64)
    return times[torch.where(there.any(0), there.int().argmax(0), len(steps))]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    asked, meant = counting(seeds, 60, LENGTH, RING)
    rows, on_inputs, alone = [], [], []
    jobs = [(name, kind) for name in ("GRU", "block") for kind in ("right words", "own words")]
    for done, (name, kind) in enumerate(jobs):
        counters = seeds.network(Recurrent if name == "GRU" else partial(Decoder, 2 * RING, RING, LENGTH, WIDTH, 64))
        adam = torch.optim.Adam(counters.parameters(), lr=config.rate)
        steps: list[int] = []
        trained_way: list[Tensor] = []
        by_itself: list[Tensor] = []
        for step in range(config.steps):
            if step % EVERY == 0:
                written = write(counters, asked)
                with torch.no_grad():
                    read = counters(asked, shifted(meant, BEGIN)).argmax(dim=3) if kind == "right words" else written
                steps.append(step)
                trained_way.append((read == meant).cpu().double().mean((1, 2)))
                by_itself.append((written == meant).cpu().double().mean((1, 2)))
                yield Metric(f"{name}, {kind}", step, trained_way[-1], chart="accuracy on its training inputs")
                yield Metric(f"{name}, {kind}", step, by_itself[-1], chart="accuracy by itself")
            source, numbers = counting(seeds, BATCH, LENGTH, RING)
            words = numbers if kind == "right words" else write(counters, source)
            loss = cross_entropy(counters(source, shifted(words, BEGIN)), numbers)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            yield Progress(done * config.steps + step + 1, len(jobs) * config.steps)
        on_inputs.append(first_step(steps, trained_way))
        alone.append(first_step(steps, by_itself))
        passes = 1 if kind == "right words" else LENGTH + 1
        rows.append([f"{name}, {kind}", on_inputs[-1], alone[-1], passes])
    yield Table("Steps to 95%", ["decoder and inputs", "on training inputs", "by itself", "passes a step"], rows)
    yield Measured("gru-learns-faster", (on_inputs[0] + EVERY) / (on_inputs[1] + EVERY))
    yield Measured("block-learns-faster", (on_inputs[2] + EVERY) / (on_inputs[3] + EVERY))
    yield Measured("gru-faster-by-itself", (alone[0] + EVERY) / (alone[1] + EVERY))
