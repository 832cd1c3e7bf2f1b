"""An LSTM remembers the first word over forty others, if its forget gate starts open.

隔着四十个词，LSTM 还记得第一个词，前提是遗忘门一开始就开着。

A sentence begins with `arrive` or `leave`; then come filler words that say nothing; at the end the network is asked
which of the two it was. Every network has 16 units and sees the same number of sentences. The data is synthetic.

lesson: lstm-gru
bfloat16: yes
quick: steps=30 gap=12
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, clip_gradients, cross_entropy

FIRST_WORDS, FILLERS = 2, 4
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM, "gru open": nn.GRU, "lstm open": nn.LSTM}


@dataclass(frozen=True)
class Config:
    gap: int = param(40, 4, 60, en="filler words between the first word and the question", zh="首词与提问之间的词数")
    steps: int = param(150, 10, 2000, en="training steps", zh="训练步数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")
    gate_bias: float = param(3.0, 0.0, 6.0, en="bias of the keep gate in the open cells", zh="open 单元保留门的偏置")
    clip: float = param(0.1, 0.01, 10.0, en="largest gradient norm let through when clipping", zh="裁剪的梯度范数上限")


CLAIMS = (
    Claim("default-forgets", "<", 0.75,
          en="with PyTorch's own biases the LSTM does not learn to recall over the longest gap",
          zh="用 PyTorch 默认的偏置，LSTM 学不会跨过最长的间隔去回忆",
          quantity_en="accuracy on new sentences", quantity_zh="新句子上的准确率"),
    Claim("open-gate-recalls", ">", 0.95,
          en="with an open forget gate at the start the LSTM recalls over the longest gap",
          zh="遗忘门一开始就开着，LSTM 能跨过最长的间隔去回忆",
          quantity_en="accuracy on new sentences", quantity_zh="新句子上的准确率"),
    Claim("open-gru-recalls", ">", 0.95,
          en="a GRU started the same way recalls as well: the start matters, not the kind of cell",
          zh="GRU 这样开局也能回忆：要紧的是开局，不是哪一种单元",
          quantity_en="accuracy on new sentences", quantity_zh="新句子上的准确率"),
    Claim("beats-elman", ">", 0.2,
          en="the LSTM with the open gate beats the Elman network over the longest gap",
          zh="在最长的间隔上，开着门的 LSTM 胜过 Elman 网络",
          quantity_en="accuracy of the LSTM minus that of the RNN", quantity_zh="LSTM 的准确率减去 RNN 的"),
    Claim("gradient-arrives", ">", 1000.0,
          en="before training, the open gate lets far more gradient through to the first word",
          zh="训练之前，开着的门就让多得多的梯度传回第一个词",
          quantity_en="gradient at the first word, open over default", quantity_zh="首词处梯度之比：开门比默认"),
    Claim("clipping-rescues", ">", 0.2,
          en="under plain momentum clipping decides whether the LSTM learns",
          zh="用普通动量法训练时，裁剪决定 LSTM 学不学得会",
          quantity_en="accuracy with clipping minus without", quantity_zh="有裁剪的准确率减去没有裁剪的"),
)  # fmt: skip

ZH = {
    "accuracy over the gap": "准确率，按间隔",
    "gradient at word t before training, log10": "训练前第 t 个词处的梯度，log10",
    "loss over the longest gap": "最长间隔上的损失",
    "loss of the open LSTM under momentum": "开门 LSTM 用动量训练的损失",
    "Mean gates of the open LSTM": "开门 LSTM 各门的平均值", "word": "词",
    "Accuracy on new sentences": "新句子上的准确率", "cell": "单元", "gap {}": "间隔 {}",
    "Open LSTM under momentum": "开门 LSTM 用动量", "clipped": "裁剪", "not clipped": "不裁剪",
}  # fmt: skip


class Reader(nn.Module):
    """A recurrent cell that reads a sentence, and a linear layer that answers from its last state."""

    def __init__(self, kind: str, gate_bias: float, hidden: int = 16) -> None:
        super().__init__()
        self.cell = CELLS[kind](FIRST_WORDS + FILLERS, hidden)
        self.answer = nn.Linear(hidden, FIRST_WORDS)
        if kind.endswith("open"):  # rows hidden to 2*hidden are the LSTM's forget gate, and the GRU's update gate z
            self.cell.bias_ih_l0.data[hidden : 2 * hidden] = gate_bias
            self.cell.bias_hh_l0.data[hidden : 2 * hidden] = 0.0

    def forward(self, words: Tensor) -> Tensor:  # (1 + gap, sentences, 6) -> (sentences, 2)
        states, _ = self.cell(words)
        answer: Tensor = self.answer(states[-1])
        return answer


def sentences(seeds: Seeds, count: int, gap: int) -> tuple[Tensor, Tensor]:
    """One-hot words (seeds, 1 + gap, count, 6), and which first word each sentence has (seeds, count)."""
    first = seeds.randint(FIRST_WORDS, (1, count))
    fillers = FIRST_WORDS + seeds.randint(FILLERS, (gap, count))
    words = torch.eye(FIRST_WORDS + FILLERS, device=seeds.device)[torch.cat([first, fillers], dim=1)]
    return words, first[:, 0]


def gradient_at_each_word(readers: Network, seeds: Seeds, gap: int) -> Tensor:  # (seeds, 1 + gap)
    words, first = sentences(seeds, 32, gap)
    loss = cross_entropy(readers(words.requires_grad_()), first)
    size: Tensor = torch.autograd.grad(loss.sum(), words)[0].norm(dim=(2, 3))
    return size


def train(readers: Network, optimizer: torch.optim.Optimizer, clip: float, seeds: Seeds, gap: int,
          steps: int) -> Iterator[Tensor]:  # fmt: skip
    for _ in range(steps):
        words, first = sentences(seeds, 32, gap)
        loss = cross_entropy(readers(words), first)  # (seeds,)
        optimizer.zero_grad()
        loss.sum().backward()
        clip_gradients(readers.parameters(), clip)
        optimizer.step()
        yield loss.detach()


@torch.no_grad()
def accuracy(readers: Network, seeds: Seeds, gap: int) -> Tensor:  # (seeds,)
    words, first = sentences(seeds, 500, gap)
    right: Tensor = readers(words).argmax(dim=2) == first
    return right.cpu().double().mean(dim=1)


@torch.no_grad()
def mean_gates(reader: Reader, words: Tensor) -> list[list[float]]:
    """The input, forget and output gate at each word: three rows of 1 + gap means over sentences and units."""
    cell, states = reader.cell, reader.cell(words)[0]
    before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])  # the state that each word meets
    raw = linear(words, cell.weight_ih_l0, cell.bias_ih_l0) + linear(before, cell.weight_hh_l0, cell.bias_hh_l0)
    i, f, _, o = raw.chunk(4, dim=2)
    return [torch.sigmoid(gate).mean(dim=(1, 2)).tolist() for gate in (i, f, o)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    gaps = (config.gap // 4, config.gap // 2, config.gap)
    trainings = len(CELLS) * len(gaps) + 2
    recall: dict[str, list[Tensor]] = {kind: [] for kind in CELLS}
    first_gradient: dict[str, Tensor] = {}

    for gap in gaps:
        for kind in CELLS:
            readers = seeds.network(partial(Reader, kind, config.gate_bias))
            if gap == config.gap:
                gradient = gradient_at_each_word(readers, seeds, gap)
                first_gradient[kind] = gradient[:, 0].clamp_min(1e-30)
                for t, norm in enumerate(gradient.clamp_min(1e-30).log10().unbind(dim=1)):
                    yield Metric(kind, t, norm, chart="gradient at word t before training, log10")
            adam = torch.optim.Adam(readers.parameters(), lr=config.rate)
            for step, loss in enumerate(train(readers, adam, 1.0, seeds, gap, config.steps)):
                if gap == config.gap and step % 5 == 0:
                    yield Metric(kind, step, loss, chart="loss over the longest gap")
            recall[kind].append(accuracy(readers, seeds, gap))
            yield Metric(kind, gap, recall[kind][-1], chart="accuracy over the gap")
            yield Progress(sum(map(len, recall.values())), trainings)
    gates = mean_gates(readers[0], sentences(seeds, 200, config.gap)[0][0])  # the first seed's last one, "lstm open"
    heat = {"values": gates, "x": list(range(config.gap + 1)), "y": ["input", "forget", "output"]}
    yield Figure("Mean gates of the open LSTM", "heat", heat, "word")

    clipped = []
    for name, limit in (("clipped", config.clip), ("not clipped", float("inf"))):
        readers = seeds.network(partial(Reader, "lstm open", config.gate_bias))
        momentum = torch.optim.SGD(readers.parameters(), lr=0.1, momentum=0.9)
        for step, loss in enumerate(train(readers, momentum, limit, seeds, config.gap, config.steps)):
            if step % 5 == 0:
                yield Metric(name, step, loss, chart="loss of the open LSTM under momentum")
        clipped.append(accuracy(readers, seeds, config.gap))
        yield Progress(trainings - 2 + len(clipped), trainings)

    yield Table("Accuracy on new sentences", ["cell", *(f"gap {gap}" for gap in gaps)],
                [[kind, *row] for kind, row in recall.items()])  # fmt: skip
    yield Table("Open LSTM under momentum", ["clipped", "not clipped"], [clipped])
    yield Measured("default-forgets", recall["lstm"][-1])
    yield Measured("open-gate-recalls", recall["lstm open"][-1])
    yield Measured("open-gru-recalls", recall["gru open"][-1])
    yield Measured("beats-elman", recall["lstm open"][-1] - recall["rnn"][-1])
    yield Measured("gradient-arrives", first_gradient["lstm open"] / first_gradient["lstm"])
    yield Measured("clipping-rescues", clipped[0] - clipped[1])
