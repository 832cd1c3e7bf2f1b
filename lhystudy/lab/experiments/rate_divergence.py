"""From which learning rate on do an Elman network and an LSTM fly apart, and does a small rate teach them?

学习率多大，Elman 网络和 LSTM 会训练到发散？学习率小，又学得会吗？

The first of the symbols is to be named after the others. Plain momentum, no clipping; the LSTM's forget bias starts at
3. A run has flown apart when its loss is above 1 at the end or no number; guessing gives 0.69. The data is synthetic.

lesson: training-rnns
quick: steps=20 gap=8
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy
from lhystudy.lab.sequences import first_symbol

SYMBOLS, RATES = 6, (0.01, 0.1, 1.0, 10.0)


@dataclass(frozen=True)
class Config:
    gap: int = param(20, 4, 60, en="symbols after the first one", zh="首个符号之后的符号数")
    steps: int = param(120, 10, 2000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("small-is-safe", "<", 0.05,
          en="at the smallest rate no LSTM flies apart", zh="学习率最小时，LSTM 都不发散",
          quantity_en="share of the seeds that flew apart, rate 0.01", quantity_zh="发散的种子比例，学习率 0.01"),
    Claim("small-is-enough", ">", 0.5,
          en="and the small rate is enough to teach it", zh="而且小学习率就够它学会",
          quantity_en="share of the seeds with a loss below 0.2, rate 0.01",
          quantity_zh="损失低于 0.2 的种子比例，学习率 0.01"),
    Claim("large-breaks-rnn", ">", 0.5,
          en="at the largest rate the Elman network flies apart", zh="学习率最大时，Elman 网络发散",
          quantity_en="share of the seeds that flew apart, rate 10", quantity_zh="发散的种子比例，学习率 10"),
    Claim("large-breaks-lstm", ">", 0.5,
          en="the LSTM flies apart there, too", zh="LSTM 也发散",
          quantity_en="share of the seeds that flew apart, rate 10", quantity_zh="发散的种子比例，学习率 10"),
)  # fmt: skip

ZH = {
    "share flown apart, by log10 of the rate": "发散的比例，随学习率的 log10",
    "Flown apart, and learned": "发散的与学会的",
    "network": "网络", "rate": "学习率", "flown apart": "发散", "learned": "学会",
}  # fmt: skip


class Reader(nn.Module):
    """A recurrent layer that answers from its last output."""

    def __init__(self, kind: str, hidden: int = 16) -> None:
        super().__init__()
        self.cell: nn.RNNBase = nn.LSTM(SYMBOLS, hidden) if kind == "LSTM" else nn.RNN(SYMBOLS, hidden)
        self.answer = nn.Linear(hidden, 2)
        if kind == "LSTM":  # rows hidden to 2*hidden are the forget gate
            self.cell.get_parameter("bias_ih_l0").data[hidden : 2 * hidden] = 3.0

    def forward(self, symbols: Tensor) -> Tensor:  # (1 + gap, batch, SYMBOLS) -> (batch, 2)
        scores: Tensor = self.answer(self.cell(symbols)[0][-1])
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    apart: dict[tuple[str, float], Tensor] = {}
    learned: dict[tuple[str, float], Tensor] = {}
    for kind in ("Elman", "LSTM"):
        for rate in RATES:
            network = seeds.network(partial(Reader, kind))
            optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
            recent: list[Tensor] = []
            for _ in range(config.steps):
                symbols, first = first_symbol(seeds, 32, config.gap, SYMBOLS)
                loss = cross_entropy(network(symbols), first)
                optimizer.zero_grad()
                loss.sum().backward()
                optimizer.step()
                recent = [*recent[-9:], loss.detach()]
            last = torch.stack(recent).mean(0).cpu()  # of the last ten steps
            apart[kind, rate] = (~(last <= 1.0)).double()
            learned[kind, rate] = (last < 0.2).double()
            exponent = torch.tensor(rate).log10().item()
            yield Metric(kind, exponent, apart[kind, rate], chart="share flown apart, by log10 of the rate")
            yield Progress(len(apart), 2 * len(RATES))
    rows = [[kind, rate, apart[kind, rate], learned[kind, rate]] for kind, rate in apart]
    yield Table("Flown apart, and learned", ["network", "rate", "flown apart", "learned"], rows)

    yield Measured("small-is-safe", apart["LSTM", RATES[0]])
    yield Measured("small-is-enough", learned["LSTM", RATES[0]])
    yield Measured("large-breaks-rnn", apart["Elman", RATES[-1]])
    yield Measured("large-breaks-lstm", apart["LSTM", RATES[-1]])
