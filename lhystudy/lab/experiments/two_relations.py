"""Two relations at once: what one head cannot hold apart and two heads can.

同时看两种关系：一个头分不开，两个头分得开。

Each place is to name the symbol before it and the symbol after it, from one linear layer behind the attention.
Synthetic. All networks have the same width and, but for the one with a network behind it, the same number of weights.

lesson: multihead-position
quick: steps=40
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Attention
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

SYMBOLS, LENGTH = 6, 8


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 3000, en="training steps", zh="训练步数")
    width: int = param(32, 8, 128, en="width, shared by the heads", zh="总宽度，由各个头分享")


CLAIMS = (
    Claim("equals-torch", "<", 1e-5,
          en="heads written by hand give what torch's multi-head attention gives with the same weights",
          zh="手写的多头与权重相同的 torch 多头注意力结果一样",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("heads-cost-nothing", "<=", 0.0,
          en="two heads have as many weights as one", zh="两个头与一个头的权重一样多",
          quantity_en="difference of the numbers of weights", quantity_zh="权重个数之差", seeds=1),
    Claim("one-head-mixes-them", "<", 0.75,
          en="one head cannot name both neighbours", zh="一个头说不全两个邻居",
          quantity_en="accuracy over both questions", quantity_zh="两个问题合计的准确率"),
    Claim("two-heads-hold-both", ">", 0.95,
          en="two heads of half the width name both", zh="两个各占一半宽度的头，两个邻居都说得出",
          quantity_en="accuracy over both questions", quantity_zh="两个问题合计的准确率"),
    Claim("two-beat-one", ">", 0.0,
          en="from the same data two heads do better than one", zh="数据相同，两个头胜过一个头",
          quantity_en="accuracy with two heads minus that with one", quantity_zh="两个头的准确率减去一个头的"),
    Claim("a-network-does-not-mend-it", "<", 0.95,
          en="a network behind the single head does not make up for it", zh="在单头后面接一个网络也补不回来",
          quantity_en="accuracy over both questions", quantity_zh="两个问题合计的准确率"),
)  # fmt: skip

ZH = {"loss": "损失", "Naming both neighbours": "说出两个邻居", "network": "网络", "weights": "权重个数",
      "accuracy": "准确率",
      "Weights of the first of two heads": "两个头中第一个的权重", "Weights of the second": "第二个的权重",
      "key": "键", "query": "查询"}  # fmt: skip


class Namer(nn.Module):
    """Symbols with learned positions, one attention layer, and a read-out for two questions at each place."""

    def __init__(self, width: int, heads: int, deep: bool = False) -> None:
        super().__init__()
        self.symbols, self.attention = nn.Linear(SYMBOLS, width), Attention(width, heads)
        self.places = nn.Parameter(torch.randn(LENGTH, width))
        hidden = [nn.Linear(width, 2 * width), nn.ReLU()] if deep else []
        self.answer = nn.Sequential(*hidden, nn.Linear(2 * width if deep else width, 2 * SYMBOLS))

    def forward(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """One-hot (batch, n, 6) -> logits (batch, n, 2, 6) and the weights (batch, heads, n, n)."""
        read, weights = self.attention.look(self.symbols(symbols) + self.places)
        return self.answer(read).unflatten(2, (2, SYMBOLS)), weights


def torch_gap() -> float:
    """How far our attention is from torch's with the same weights, for four heads."""
    ours, theirs = Attention(32, 4), nn.MultiheadAttention(32, 4, batch_first=True)
    theirs.in_proj_weight.data = torch.cat([part.weight.data for part in (ours.query, ours.key, ours.value)])
    theirs.in_proj_bias.data = torch.cat([part.bias.data for part in (ours.query, ours.key, ours.value)])
    theirs.out_proj.load_state_dict(ours.mix.state_dict())
    x = torch.randn(3, 7, 32)
    return float((ours(x) - theirs(x, x, x)[0]).abs().max())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Measured("equals-torch", seeds.each(torch_gap))
    kinds: dict[str, Callable[[], nn.Module]] = {
        "1 head": partial(Namer, config.width, 1), "2 heads": partial(Namer, config.width, 2),
        "1 head + network": partial(Namer, config.width, 1, True),
    }  # fmt: skip
    networks = {name: seeds.network(make) for name, make in kinds.items()}
    adams = {name: torch.optim.Adam(network.parameters(), lr=0.01) for name, network in networks.items()}

    def sentences(count: int) -> tuple[Tensor, Tensor]:
        """One-hot symbols (seeds, count, n, 6), those before and after each inner place (seeds, count, n - 2, 2)."""
        drawn = seeds.randint(SYMBOLS, (count, LENGTH))
        return one_hot(drawn, SYMBOLS).float(), torch.stack([drawn[..., :-2], drawn[..., 2:]], dim=3)

    for step in range(config.steps):
        symbols, both = sentences(32)
        for name, network in networks.items():
            logits = network(symbols)[0][:, :, 1:-1]  # (seeds, 32, n - 2, 2, 6)
            loss = cross_entropy(logits.flatten(1, 3), both.flatten(1))
            adams[name].zero_grad()
            loss.sum().backward()
            adams[name].step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="loss")
        yield Progress(step + 1, config.steps)

    symbols, both = sentences(300)
    rows, accuracy, counts = [], {}, {}
    for name, network in networks.items():
        with torch.no_grad():
            logits, weights = network(symbols)
        accuracy[name] = (logits[:, :, 1:-1].argmax(4) == both).cpu().double().mean((1, 2, 3))
        counts[name] = sum(p.numel() for p in network.parameters()) // seeds.count
        rows.append([name, counts[name], accuracy[name]])
        if name == "2 heads":
            titles = ("Weights of the first of two heads", "Weights of the second")
            for head, title in enumerate(titles):
                yield Figure(title, "heat", {"values": weights[0, :, head].mean(0).tolist()}, "key", "query")
    yield Table("Naming both neighbours", ["network", "weights", "accuracy"], rows)
    yield Measured("heads-cost-nothing", counts["2 heads"] - counts["1 head"])
    yield Measured("one-head-mixes-them", accuracy["1 head"])
    yield Measured("two-heads-hold-both", accuracy["2 heads"])
    yield Measured("two-beat-one", accuracy["2 heads"] - accuracy["1 head"])
    yield Measured("a-network-does-not-mend-it", accuracy["1 head + network"])
