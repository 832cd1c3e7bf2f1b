"""A network that answers with places of its input: sorting five numbers, then more of them than it ever saw.

一个用输入里的位置来回答的网络：给五个数排序，再给它没见过的更多的数。

Numbers are synthetic, drawn evenly from 0 to 1. The pointer network is trained on rows of five only. One kind may not
point at a place twice (masked), the other has to remember by itself where it has been.

lesson: memory-pointer
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    count: int = param(5, 2, 12, en="numbers in a training row", zh="训练时一行几个数")
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("sorts-five", ">", 0.9,
          en="trained on rows of five, it sorts new rows of five", zh="用五个数的行训练，能给新的五个数排序",
          quantity_en="share of rows wholly right, masked", quantity_zh="整行全对的比例，带掩码"),
    Claim("sorts-seven", ">", 0.9,
          en="it sorts rows of seven, which it never saw", zh="从没见过的七个数，它也能排",
          quantity_en="share of rows wholly right, masked", quantity_zh="整行全对的比例，带掩码"),
    Claim("sorts-fifteen", ">", 0.9,
          en="and rows of fifteen", zh="十五个数也能排",
          quantity_en="share of rows wholly right, masked", quantity_zh="整行全对的比例，带掩码"),
    Claim("remembers-at-five", ">", 0.9,
          en="it sorts five without a mask: it remembers where it has been",
          zh="没有掩码也能排五个数：它记得指过哪里",
          quantity_en="share of rows wholly right, without mask", quantity_zh="整行全对的比例，无掩码"),
    Claim("remembers-at-seven", ">", 0.9,
          en="without a mask it sorts seven as well", zh="没有掩码，七个数也能排",
          quantity_en="share of rows wholly right, without mask", quantity_zh="整行全对的比例，无掩码"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Rows wholly right": "整行全对的比例", "numbers in a row": "一行几个数",
    "masked": "带掩码", "without mask": "无掩码",
    "places right, masked": "位置对的比例，带掩码",
    "places right, without": "位置对的比例，无掩码",
    "Where it points, one row of seven": "七个数的一行，每一步指向哪里", "number": "数",
    "step": "步",
}  # fmt: skip

WIDTH = 32


class Pointer(nn.Module):
    """Scores v'tanh(W e_i + U h_t) of place i at step t; h_t remembers the numbers pointed at so far."""

    def __init__(self, masked: bool) -> None:
        super().__init__()
        self.masked = masked
        self.read = nn.Sequential(nn.Linear(1, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.begin = nn.Parameter(torch.zeros(WIDTH))
        self.memory = nn.GRU(WIDTH, WIDTH)
        self.place, self.state, self.score = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)

    def forward(self, numbers: Tensor, pointed: Tensor) -> Tensor:
        """Scores (batch, steps + 1, n) of numbers (batch, n) after each of the places pointed at (batch, steps)."""
        said = self.read(numbers.gather(1, pointed)[:, :, None]).transpose(0, 1)  # (steps, batch, WIDTH)
        begin = self.begin.expand(1, len(numbers), WIDTH)
        states = self.memory(torch.cat([begin, said]))[0].transpose(0, 1)  # (batch, steps + 1, WIDTH)
        places = self.place(self.read(numbers[:, :, None]))  # (batch, n, WIDTH)
        scores: Tensor = self.score(torch.tanh(places[:, None] + self.state(states)[:, :, None]))[..., 0]
        if self.masked:
            n = numbers.shape[1]
            once = (pointed[:, :, None] == torch.arange(n, device=numbers.device)).cumsum(1)  # (batch, steps, n)
            never = torch.zeros(len(numbers), 1, n, dtype=torch.long, device=numbers.device)
            used = torch.cat([never, once], dim=1)
            scores = scores.masked_fill(used > 0, -1e9)
        return scores


def point(pointers: Network, numbers: Tensor) -> Tensor:
    """The places that it points at, one after the other: (seeds, batch, n) -> (seeds, batch, n)."""
    pointed = torch.zeros(*numbers.shape[:2], 0, dtype=torch.long, device=numbers.device)
    for _ in range(numbers.shape[2]):
        chosen = pointers(numbers, pointed)[:, :, -1].argmax(2, keepdim=True)
        pointed = torch.cat([pointed, chosen], dim=2)
    return pointed


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lengths = (config.count, 7, 10, 15)
    rows = {n: seeds.rand(128, n) for n in lengths}
    right: dict[tuple[str, int], Tensor] = {}
    places: dict[tuple[str, int], Tensor] = {}
    for turn, name in enumerate(("masked", "without mask")):
        pointers = seeds.network(lambda name=name: Pointer(name == "masked"))  # type: ignore[misc]
        adam = torch.optim.Adam(pointers.parameters(), lr=0.01)
        for step in range(config.steps):
            numbers = seeds.rand(64, config.count)
            order = numbers.argsort(2)
            scores = pointers(numbers, order[:, :, :-1])  # told the right places so far
            loss = -scores.log_softmax(3).gather(3, order[..., None]).mean((1, 2, 3))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % 4 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(turn * config.steps + step + 1, 2 * config.steps)
        for n in lengths:
            with torch.no_grad():
                hits = point(pointers, rows[n]) == rows[n].argsort(2)
            right[name, n], places[name, n] = hits.all(2).float().mean(1), hits.float().mean((1, 2))
        if name == "masked":
            row = rows[7][:, :1].sort(2).values  # sorted, so that a right answer runs down the diagonal
            with torch.no_grad():
                weights = pointers(row, point(pointers, row)[:, :, :-1]).softmax(3)[0, 0]
            yield Figure("Where it points, one row of seven", "heat",
                         {"values": weights.tolist(), "x": [f"{number:.2f}" for number in row[0, 0].tolist()],
                          "y": [str(step + 1) for step in range(7)]}, "number", "step")  # fmt: skip
    kinds = ("masked", "without mask")
    yield Table("Rows wholly right",
                ["numbers in a row", *kinds, "places right, masked", "places right, without"],
                [[n, *[share[kind, n] for share in (right, places) for kind in kinds]] for n in lengths])  # fmt: skip
    for claim, kind, n in (("sorts-five", "masked", config.count), ("sorts-seven", "masked", 7),
                           ("sorts-fifteen", "masked", 15), ("remembers-at-five", "without mask", config.count),
                           ("remembers-at-seven", "without mask", 7)):  # fmt: skip
        yield Measured(claim, right[kind, n])
