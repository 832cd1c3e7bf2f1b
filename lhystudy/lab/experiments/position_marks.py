"""Which word came first: no positions, sinusoids, learned positions, and longer sequences.

谁排第一：不带位置、正弦位置、学出来的位置，以及更长的序列。

Two questions about random symbols (synthetic): which symbol is the first, and at each place, which symbol stood before
it.

lesson: multihead-position
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Block, sinusoids
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

SYMBOLS, WIDTH, KINDS = 6, 32, ("none", "sinusoid", "learned")


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 3000, en="training steps", zh="训练步数")
    length: int = param(10, 4, 24, en="length of the training sequences", zh="训练序列的长度")


CLAIMS = (
    Claim("none-is-counting", "<", 0.05,
          en="without positions attention does no better than counting symbols", zh="不带位置，注意力不比数一数符号强",
          quantity_en="accuracy on the first symbol minus that of naming the most frequent one",
          quantity_zh="猜首个符号的准确率，减去“总猜出现最多的那个”的准确率"),
    Claim("sinusoid-knows-the-first", ">", 0.95,
          en="with sinusoids it knows the first symbol", zh="加正弦位置，就知道首个符号",
          quantity_en="accuracy on the first symbol", quantity_zh="猜首个符号的准确率"),
    Claim("learned-knows-the-first", ">", 0.95,
          en="with learned positions too", zh="加学出来的位置，也知道",
          quantity_en="accuracy on the first symbol", quantity_zh="猜首个符号的准确率"),
    Claim("rule-goes-on", ">", 0.9,
          en="since sinusoids follow a rule, the symbol before is found at places beyond the training length as well",
          zh="正弦位置有规律，所以超出训练长度的位置上，也能找到前一个符号",
          quantity_en="accuracy on the symbol before, at new places", quantity_zh="在新位置上说出前一个符号的准确率"),
    Claim("learned-stops", "<", 0.5,
          en="learned positions know nothing of places that they never met", zh="学出来的位置，对没见过的位置一无所知",
          quantity_en="accuracy on the symbol before, at new places", quantity_zh="在新位置上说出前一个符号的准确率"),
)  # fmt: skip

ZH = {"loss": "损失", "Accuracy": "准确率", "positions": "位置", "first symbol": "首个符号",
      "symbol before": "前一个符号", "first, twice as long": "首个，长度加倍",
      "before, new places": "前一个，新位置"}  # fmt: skip


class Reader(nn.Module):
    """A block over symbols with positions; the first symbol is read from the mean, the one before from each place."""

    places: Tensor

    def __init__(self, kind: str, longest: int) -> None:
        super().__init__()
        self.symbols, self.block = nn.Linear(SYMBOLS, WIDTH), Block(WIDTH, heads=2, inner=2 * WIDTH)
        self.first, self.before = nn.Linear(WIDTH, SYMBOLS), nn.Linear(WIDTH, SYMBOLS)
        fixed = sinusoids(longest, WIDTH) * (kind == "sinusoid")
        if kind == "learned":
            self.places = nn.Parameter(torch.randn(longest, WIDTH))
        else:
            self.register_buffer("places", fixed)

    def forward(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """One-hot (batch, n, 6) -> logits of the first (batch, 6), and of the one before (batch, n - 1, 6)."""
        read = self.block(self.symbols(symbols) + self.places[: symbols.shape[1]])
        return self.first(read.mean(1)), self.before(read[:, 1:])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    networks = {kind: seeds.network(partial(Reader, kind, 2 * config.length)) for kind in KINDS}
    adams = {kind: torch.optim.Adam(network.parameters(), lr=0.005, fused=True) for kind, network in networks.items()}
    for step in range(config.steps):
        drawn = seeds.randint(SYMBOLS, (24, config.length))
        for kind, network in networks.items():
            first, before = network(one_hot(drawn, SYMBOLS).float())
            loss = cross_entropy(first, drawn[..., 0]) + cross_entropy(before.flatten(1, 2), drawn[..., :-1].flatten(1))
            adams[kind].zero_grad()
            loss.sum().backward()
            adams[kind].step()
            if step % 5 == 0:
                yield Metric(kind, step, loss.detach(), chart="loss")
        yield Progress(step + 1, config.steps)

    accuracy: dict[tuple[str, str], Tensor] = {}
    for length in (config.length, 2 * config.length):
        drawn = seeds.randint(SYMBOLS, (500, length))
        new = slice(config.length - 1, None) if length > config.length else slice(None)  # of the symbols before
        for kind, network in networks.items():
            with torch.no_grad():
                first, before = network(one_hot(drawn, SYMBOLS).float())
            right = before.argmax(3) == drawn[..., :-1]
            accuracy[kind, f"first {length}"] = (first.argmax(2) == drawn[..., 0]).cpu().double().mean(1)
            accuracy[kind, f"before {length}"] = right[..., new].cpu().double().mean((1, 2))
        if length == config.length:
            commonest = one_hot(drawn, SYMBOLS).sum(2).argmax(2)
            counting = (commonest == drawn[..., 0]).cpu().double().mean(1)
    near, far = config.length, 2 * config.length
    yield Table("Accuracy",
                ["positions", "first symbol", "symbol before", "first, twice as long", "before, new places"],
                [[kind, *(accuracy[kind, f"{what} {length}"] for length in (near, far) for what in ("first", "before"))]
                 for kind in KINDS])  # fmt: skip
    yield Measured("none-is-counting", accuracy["none", f"first {near}"] - counting)
    yield Measured("sinusoid-knows-the-first", accuracy["sinusoid", f"first {near}"])
    yield Measured("learned-knows-the-first", accuracy["learned", f"first {near}"])
    yield Measured("rule-goes-on", accuracy["sinusoid", f"before {far}"])
    yield Measured("learned-stops", accuracy["learned", f"before {far}"])
