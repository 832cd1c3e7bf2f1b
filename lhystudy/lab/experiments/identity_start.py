"""The same Elman network, four ways to start its matrix: which ones learn to remember over forty steps?

同样的 Elman 网络，循环矩阵四种起点：哪些学得会记住四十步之前？

The first of the symbols is to be named after the others, which say nothing. The matrix starts as PyTorch's, orthogonal,
or as the identity, the latter two with biases of 0; the bend is tanh or ReLU. The data is synthetic.

lesson: training-rnns
quick: steps=30 gap=12
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy
from lhystudy.lab.sequences import first_symbol

SYMBOLS = 6
STARTS = {
    "default tanh": ("tanh", "default"),
    "orthogonal tanh": ("tanh", "orthogonal"),
    "identity ReLU": ("relu", "identity"),
    "default ReLU": ("relu", "default"),
}


@dataclass(frozen=True)
class Config:
    gap: int = param(40, 4, 60, en="symbols after the first one", zh="首个符号之后的符号数")
    steps: int = param(150, 10, 2000, en="training steps", zh="训练步数")
    rate: float = param(0.002, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("default-forgets", "<", 0.75,
          en="from PyTorch's start with tanh the Elman network does not learn it", zh="PyTorch 的起点加 tanh，学不会",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("identity-recalls", ">", 0.95,
          en="from the identity with ReLU it does", zh="从单位矩阵开始加 ReLU，学得会",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("orthogonal-recalls", ">", 0.95,
          en="from an orthogonal matrix with tanh it does", zh="从正交矩阵开始加 tanh，学得会",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("relu-alone-does-not", "<", 0.75,
          en="ReLU alone, from PyTorch's start, does not help", zh="只换 ReLU、起点不变，没有用",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
)  # fmt: skip

ZH = {"training loss": "训练损失", "Naming the first symbol": "说出首个符号", "start": "起点", "accuracy": "准确率"}


class Reader(nn.Module):
    """An Elman network that answers from its last state."""

    def __init__(self, bend: str, start: str, hidden: int = 24) -> None:
        super().__init__()
        self.cell, self.answer = nn.RNN(SYMBOLS, hidden, nonlinearity=bend), nn.Linear(hidden, 2)
        if start == "default":
            return
        ways = {"orthogonal": nn.init.orthogonal_, "identity": nn.init.eye_}
        ways[start](self.cell.get_parameter("weight_hh_l0"))
        nn.init.zeros_(self.cell.get_parameter("bias_ih_l0"))
        nn.init.zeros_(self.cell.get_parameter("bias_hh_l0"))

    def forward(self, symbols: Tensor) -> Tensor:  # (1 + gap, batch, SYMBOLS) -> (batch, 2)
        scores: Tensor = self.answer(self.cell(symbols)[0][-1])
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    accuracy: dict[str, Tensor] = {}
    for name, (bend, start) in STARTS.items():
        network = seeds.network(partial(Reader, bend, start))
        optimizer = torch.optim.Adam(network.parameters(), lr=config.rate)
        for step in range(config.steps):
            symbols, first = first_symbol(seeds, 32, config.gap, SYMBOLS)
            loss = cross_entropy(network(symbols), first)
            optimizer.zero_grad()
            loss.sum().backward()
            clip_gradients(network.parameters(), 1.0)
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        with torch.no_grad():
            symbols, first = first_symbol(seeds, 500, config.gap, SYMBOLS)
            accuracy[name] = (network(symbols).argmax(2) == first).cpu().double().mean(1)
        yield Progress(len(accuracy), len(STARTS))
    yield Table("Naming the first symbol", ["start", "accuracy"], [[name, value] for name, value in accuracy.items()])

    yield Measured("default-forgets", accuracy["default tanh"])
    yield Measured("identity-recalls", accuracy["identity ReLU"])
    yield Measured("orthogonal-recalls", accuracy["orthogonal tanh"])
    yield Measured("relu-alone-does-not", accuracy["default ReLU"])
