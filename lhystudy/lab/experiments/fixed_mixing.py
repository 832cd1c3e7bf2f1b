"""Weights from q.k, learned weights, Fourier or a plain average: what each way of mixing places can learn.

权重由 q·k 算出、直接学出、傅里叶、取平均：每种混合方式学得会什么。

Synthetic sequences: turn the order round, find the commonest symbol, look up a value by its key.

lesson: efficient-attention
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Attention
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

N = 8  # places in a sequence, and symbols, keys and values
WIDTH = 32
MIXERS = ("dot product", "with positions", "learned", "Fourier", "average")
TASKS = ("reversal", "commonest", "look-up")


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps", zh="训练步数")
    batch: int = param(16, 1, 256, en="sequences in a step", zh="每步的序列数")


CLAIMS = (
    Claim("learned-reverses", ">", 0.95,
          en="weights that are plain parameters turn the order round", zh="权重直接当参数学，就能把次序倒过来",
          quantity_en="accuracy on reversal", quantity_zh="倒序的准确率"),
    Claim("dot-cannot-reverse", "<", 0.3,
          en="q.k without positions cannot", zh="没有位置编码的 q·k 做不到",
          quantity_en="accuracy on reversal", quantity_zh="倒序的准确率"),
    Claim("positions-mend-it", ">", 0.95,
          en="with positions q.k can as well", zh="加上位置编码，q·k 也能",
          quantity_en="accuracy on reversal", quantity_zh="倒序的准确率"),
    Claim("dot-looks-up", ">", 0.95,
          en="q.k finds a value by its key", zh="q·k 能按 key 查出 value",
          quantity_en="accuracy on look-up", quantity_zh="查找的准确率"),
    Claim("learned-cannot-look-up", "<", 0.4,
          en="weights that do not see the content cannot", zh="看不见内容的权重做不到",
          quantity_en="accuracy on look-up", quantity_zh="查找的准确率"),
    Claim("average-suffices", ">=", -0.02,
          en="for the commonest symbol a plain average is as good as attention", zh="找最多的符号，取平均就不输注意力",
          quantity_en="accuracy, average minus q.k with positions", quantity_zh="准确率之差，平均减去带位置的 q·k"),
    Claim("fourier-reverses", ">", 0.95,
          en="Fourier mixing, which learns nothing, turns the order round", zh="什么也不学的傅里叶混合，也能倒序",
          quantity_en="accuracy on reversal", quantity_zh="倒序的准确率"),
)  # fmt: skip

ZH = {
    "Accuracy on new sequences": "新序列上的准确率", "mixer": "混合方式", "dot product": "q·k", "average": "取平均",
    "with positions": "q·k 加位置", "learned": "学出来的权重", "Fourier": "傅里叶", "reversal": "倒序",
    "commonest": "最多的符号", "look-up": "查找", "loss on reversal": "倒序的损失", 
    "loss on commonest": "最多的符号的损失",    "loss on look-up": "查找的损失",
}  # fmt: skip


class Mixer(nn.Module):
    """One network: embed, mix the places once, then the same small network at each place."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.embed, self.places = nn.Linear(3 * N, WIDTH), nn.Parameter(torch.randn(N, WIDTH) / 2)
        self.attention = Attention(WIDTH) if kind in ("dot product", "with positions") else None
        self.scores = nn.Parameter(torch.randn(N, N) / 2)  # of the learned mixer
        self.answer = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, N))

    def mix(self, x: Tensor) -> Tensor:  # (batch, N, WIDTH) -> (batch, N, WIDTH)
        if self.attention is not None:
            mixed: Tensor = self.attention(x + self.places if self.kind == "with positions" else x)
            return mixed
        if self.kind == "learned":
            weights: Tensor = self.scores.softmax(1)
            return weights @ x
        if self.kind == "Fourier":  # along the places and along the vector, as in FNet
            waves: Tensor = torch.fft.fft2(x).real / sqrt(WIDTH)
            return waves
        return x.mean(1, keepdim=True).expand_as(x)

    def forward(self, facts: Tensor) -> Tensor:  # (batch, N, 3 N) -> (batch, N, N)
        x = self.embed(facts)
        answers: Tensor = self.answer(x + self.mix(x))
        return answers


def sequences(task: str, seeds: Seeds, batch: int) -> tuple[Tensor, Tensor]:
    """Three symbols a place as one-hot vectors (seeds, batch, N, 3 N), and the answers (seeds, batch, N)."""
    symbols = seeds.randint(N, (batch, N, 3))
    if task == "reversal":
        answers = symbols[..., 0].flip(2)
    elif task == "commonest":
        answers = seeds.randint(N, (batch, 1)).expand(-1, -1, N)
        symbols[..., 0] = torch.where(seeds.rand(batch, N) < 0.5, answers, symbols[..., 0])
    else:  # each place holds a key, a value, and the key that it wants to have looked up
        symbols[..., 0] = seeds.rand(batch, N).argsort(2)
        holder = symbols[..., 0].argsort(2)  # which place has key 0, 1, ...
        answers = symbols[..., 1].gather(2, holder.gather(2, symbols[..., 2]))
    used = one_hot(symbols, N).float()  # (seeds, batch, N, 3, N)
    if task != "look-up":
        used[..., 1:, :] = 0
    return used.flatten(3), answers


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    right: dict[tuple[str, str], Tensor] = {}
    for place, (task, kind) in enumerate((task, kind) for task in TASKS for kind in MIXERS):
        nets = seeds.network(partial(Mixer, kind))
        optimizer = torch.optim.Adam(nets.parameters(), lr=0.01, fused=True)
        for step in range(config.steps):
            facts, answers = sequences(task, seeds, config.batch)
            loss = cross_entropy(nets(facts), answers)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 10 == 0:
                yield Metric(kind, step, loss.detach(), chart=f"loss on {task}")
        facts, answers = sequences(task, seeds, 128)
        with torch.no_grad():
            right[task, kind] = (nets(facts).argmax(3) == answers).cpu().double().mean((1, 2))
        yield Progress(place + 1, len(TASKS) * len(MIXERS))
    rows = [[kind, *(right[task, kind] for task in TASKS)] for kind in MIXERS]
    yield Table("Accuracy on new sequences", ["mixer", *TASKS], rows)
    yield Measured("learned-reverses", right["reversal", "learned"])
    yield Measured("dot-cannot-reverse", right["reversal", "dot product"])
    yield Measured("positions-mend-it", right["reversal", "with positions"])
    yield Measured("dot-looks-up", right["look-up", "dot product"])
    yield Measured("learned-cannot-look-up", right["look-up", "learned"])
    yield Measured("average-suffices", right["commonest", "average"] - right["commonest", "with positions"])
    yield Measured("fourier-reverses", right["reversal", "Fourier"])
