"""An LSTM that writes brackets nearly always closes what it opens, though nothing forbids it to forget.

写括号的 LSTM 几乎总能配对，虽然没有什么禁止它忘记。

Trees written as brackets, one to six pairs: an LSTM learns to write such rows by itself, bracket after bracket and an
end symbol. Then it is made to begin deeper than it ever was in training. Synthetic data.

lesson: rnn-applications
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

OPEN, CLOSE, END, BEGIN = 0, 1, 2, 3
PAIRS, HIDDEN, BATCH = 6, 32, 48


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    deep: int = param(12, 1, 40, en="brackets opened before it goes on by itself", zh="让它续写之前先开的括号数")


CLAIMS = (
    Claim("mostly-balanced", ">", 0.9,
          en="rows that it writes by itself are balanced",
          zh="它自己写的括号串是配对的",
          quantity_en="share of balanced rows", quantity_zh="配对的比例"),
    Claim("not-always", ">", 0.0,
          en="but not all of them: nothing forbids an unbalanced one",
          zh="但不是全部：没有什么禁止不配对",
          quantity_en="share of unbalanced rows", quantity_zh="不配对的比例"),
    Claim("deeper-fails", "<", 0.5,
          en="deeper than in training it loses count",
          zh="比训练时更深，它就数不清了",
          quantity_en="share of balanced rows behind twice the deepest beginning",
          quantity_zh="开头深度为训练时的两倍，配对的比例"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "balanced, by depth of the beginning": "配对的比例，按开头的深度",
    "Written by itself": "自己写的", "beginning": "开头", "balanced": "配对的比例",
    "one of them": "其中一串", "free": "随意",
    "{} opened": "已开 {} 个",
}  # fmt: skip


class Writer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.sign, self.cell, self.scores = nn.Embedding(4, 8), nn.LSTM(8, HIDDEN), nn.Linear(HIDDEN, 3)

    def forward(self, before: Tensor) -> Tensor:  # (batch, n) -> (batch, n, 3)
        scores: Tensor = self.scores(self.cell(self.sign(before).transpose(0, 1))[0].transpose(0, 1))
        return scores


def trees(count: int, seeds: Seeds) -> Tensor:
    """Balanced rows filled up with END: (seeds, count, 2 pairs + 1). A coin opens or closes where both are possible."""
    left = 1 + seeds.randint(PAIRS, (count,))  # pairs that are not opened yet
    depth, row = torch.zeros_like(left), []
    for _ in range(2 * PAIRS + 1):
        opens = (left > 0) & ((depth == 0) | (seeds.randint(2, (count,)) == 1))
        closes = ~opens & (depth > 0)
        row.append(torch.where(opens, OPEN, torch.where(closes, CLOSE, END)))
        left, depth = left - opens.long(), depth + opens.long() - closes.long()
    return torch.stack(row, dim=2)


@torch.no_grad()
def write(writers: Network, opened: int, seeds: Seeds) -> Tensor:
    """Rows drawn bracket by bracket behind `opened` opening ones: (seeds, 200, …)."""
    out = torch.full((seeds.count, 200, 1 + opened), OPEN, device=seeds.device)
    out[:, :, 0] = BEGIN
    for _ in range(2 * (2 * PAIRS + opened) + 2):
        chances = writers(out)[:, :, -1].softmax(dim=2).cumsum(2)
        drawn = (chances < seeds.rand(200)[..., None]).sum(2).clamp(max=END)
        drawn = torch.where((out == END).any(2), END, drawn)
        out = torch.cat([out, drawn[:, :, None]], dim=2)
    return out[:, :, 1:]


def balanced(rows: Tensor) -> Tensor:
    """Which rows close all that they open, never more, and end: (…, n) -> (…)."""
    depth = ((rows == OPEN).long() - (rows == CLOSE).long()).cumsum(-1)
    return (depth >= 0).all(-1) & (depth[..., -1] == 0) & (rows == END).any(-1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    writers = seeds.network(Writer)
    adam = torch.optim.Adam(writers.parameters(), lr=0.01)
    for step in range(config.steps):
        rows = trees(BATCH, seeds)
        before = torch.cat([torch.full_like(rows[:, :, :1], BEGIN), rows[:, :, :-1]], dim=2)
        loss = cross_entropy(writers(before), rows)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % (1 + config.steps // 60) == 0:
            yield Metric("LSTM", step, loss.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)
    shares, told = {}, []
    for opened in (0, 3, 6, 9, config.deep):
        rows = write(writers, opened, seeds)
        shares[opened] = balanced(rows).cpu().double().mean(1)
        yield Metric("balanced", opened, shares[opened], chart="balanced, by depth of the beginning")
        text = "".join("()"[sign] for sign in rows[0, 0].tolist() if sign < END)
        told.append([f"{opened} opened" if opened else "free", shares[opened], text])
    yield Table("Written by itself", ["beginning", "balanced", "one of them"], told)
    yield Measured("mostly-balanced", shares[0])
    yield Measured("not-always", 1 - shares[0])
    yield Measured("deeper-fails", shares[config.deep])
