"""A tiny memory machine copies rows longer than those it learned from; an LSTM of its own cell does not.

一台小小的记忆机器，能抄写比训练时更长的行；只靠自己细胞的 LSTM 不能。

Rows of random 4-bit words (synthetic): first they are shown, then they have to be said again. The machine has a writing
and a reading head on a ring of slots; each step it moves them by at most one slot, softly, and may erase and add.

lesson: memory-pointer
quick: steps=20
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    longest: int = param(5, 1, 10, en="words in the longest training row", zh="训练时最长几个词")
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("machine-copies", ">", 0.95,
          en="the machine learns to copy rows of the trained length", zh="机器学会抄写训练过的长度",
          quantity_en="share of bits right", quantity_zh="比特对的比例"),
    Claim("machine-goes-on", ">", 0.95,
          en="it copies rows four times as long", zh="四倍长的行，它也能抄",
          quantity_en="share of bits right, 20 words", quantity_zh="比特对的比例，20 个词"),
    Claim("lstm-copies", ">", 0.95,
          en="an LSTM learns to copy rows of the trained length", zh="LSTM 学会抄写训练过的长度",
          quantity_en="share of bits right", quantity_zh="比特对的比例"),
    Claim("lstm-goes-on", ">", 0.95,
          en="the LSTM copies rows four times as long", zh="四倍长的行，LSTM 也能抄",
          quantity_en="share of bits right, 20 words", quantity_zh="比特对的比例，20 个词"),
    Claim("machine-is-ahead", ">", 0.1,
          en="on long rows the machine is ahead", zh="在长的行上，机器领先",
          quantity_en="share of bits right, 20 words, machine minus LSTM",
          quantity_zh="20 个词，比特对的比例，机器减 LSTM"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Share of bits right": "比特对的比例", "words": "词数", "machine": "机器",
    "Where the writing head stands (first 5 words), then the reading head": "写头的位置（前 5 个词），然后是读头的位置",
    "slot": "槽", "step": "步", "weights": "权重个数",
}  # fmt: skip

BITS, SLOTS = 4, 24


class Machine(nn.Module):
    """Two heads on a ring of slots. The controller sees only the present word and whether it is time to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.controller = nn.Sequential(nn.Linear(BITS + 2, 32), nn.Tanh())
        self.moves = nn.Linear(32, 8)  # three shifts and a sharpness for each head
        self.write = nn.Linear(32, 2 * BITS + 1)  # what to erase, what to add, and how much of either
        self.say = nn.Linear(BITS, BITS)

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is said (time, batch, BITS) and where the two heads stood, from words (time, batch, BITS + 2)."""
        batch = words.shape[1]
        memory = torch.zeros(batch, SLOTS, BITS, device=words.device)
        writing = torch.eye(SLOTS, device=words.device)[:1].expand(batch, SLOTS)
        reading, said, wrote, read = writing, [], [], []
        for hidden in self.controller(words):
            moves, write = self.moves(hidden), self.write(hidden)
            strength = write[:, -1:].sigmoid() * writing  # (batch, SLOTS)
            erase, add = write[:, :BITS].sigmoid(), write[:, BITS : 2 * BITS]
            memory = memory * (1 - strength[:, :, None] * erase[:, None]) + strength[:, :, None] * add[:, None]
            said.append(self.say((reading[:, :, None] * memory).sum(1)))
            wrote.append(writing)
            read.append(reading)
            writing, reading = move(writing, moves[:, :4]), move(reading, moves[:, 4:])
        return torch.stack(said), torch.stack(wrote), torch.stack(read)


def move(head: Tensor, order: Tensor) -> Tensor:
    """The head (batch, SLOTS) shifted by -1, 0 or 1 as the order (batch, 4) weighs them, then sharpened."""
    shift = order[:, :3].softmax(1)
    moved = shift[:, :1] * head.roll(-1, 1) + shift[:, 1:2] * head + shift[:, 2:] * head.roll(1, 1)
    sharp = (moved + 1e-6) ** (1 + F.softplus(order[:, 3:]))
    return sharp / sharp.sum(1, keepdim=True)


class Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.say = nn.LSTM(BITS + 2, 48), nn.Linear(48, BITS)

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        said = self.say(self.cell(words)[0])
        return said, said, said  # it has no heads to show


def rows(seeds: Seeds, length: int, batch: int) -> tuple[Tensor, Tensor]:
    """Words with the two flags (seeds, 2 length, batch, BITS + 2), and the bits to say (seeds, length, batch, BITS)."""
    bits = seeds.randint(2, (length, batch, BITS)).float()
    flags = torch.eye(2, device=seeds.device)[:, None, None].expand(2, length, batch, 2)
    shown = torch.cat([2 * bits - 1, flags[0].expand(seeds.count, -1, -1, -1)], dim=3)
    asked = torch.cat([torch.zeros_like(bits), flags[1].expand(seeds.count, -1, -1, -1)], dim=3)
    return torch.cat([shown, asked], dim=1), bits


def share_right(network: Network, words: Tensor, bits: Tensor) -> Tensor:
    with torch.no_grad():
        said = network(words)[0][:, bits.shape[1] :]
    share: Tensor = ((said > 0) == (bits > 0.5)).float().mean((1, 2, 3))
    return share


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lengths = (config.longest, 10, 20)
    tests = {length: rows(seeds, length, 64) for length in lengths}
    shares: dict[tuple[str, int], Tensor] = {}
    weights = []
    for turn, (name, make) in enumerate((("machine", Machine), ("LSTM", Lstm))):
        network = seeds.network(make)
        weights.append(sum(p.numel() for p in network[0].parameters()))
        adam = torch.optim.Adam(network.parameters(), lr=0.01)
        for step in range(config.steps):
            length = 1 + step % config.longest
            words, bits = rows(seeds, length, 32)
            said = network(words)[0][:, length:]
            loss = F.binary_cross_entropy_with_logits(said, bits, reduction="none").mean((1, 2, 3))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if length == config.longest:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(turn * config.steps + step + 1, 2 * config.steps)
        for length in lengths:
            shares[name, length] = share_right(network, *tests[length])
        if name == "machine":
            with torch.no_grad():
                _, wrote, read = network(tests[lengths[0]][0])
            stood = torch.cat([wrote[0, : lengths[0], 0], read[0, lengths[0] :, 0]])
            yield Figure("Where the writing head stands (first 5 words), then the reading head", "image",
                         {"values": stood.tolist()}, "slot", "step")  # fmt: skip
    yield Table("Share of bits right", ["words", "machine", "LSTM"],
                [*[[length, shares["machine", length], shares["LSTM", length]] for length in lengths],
                 ["weights", *weights]])  # fmt: skip
    yield Measured("machine-copies", shares["machine", lengths[0]])
    yield Measured("machine-goes-on", shares["machine", 20])
    yield Measured("lstm-copies", shares["LSTM", lengths[0]])
    yield Measured("lstm-goes-on", shares["LSTM", 20])
    yield Measured("machine-is-ahead", shares["machine", 20] - shares["LSTM", 20])
