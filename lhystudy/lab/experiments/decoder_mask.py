"""A decoder that may look ahead copies the answer while it trains, and cannot write a line by itself.

能偷看后文的解码器，训练时抄答案，自己一句也写不出来。

A walk over ten numbers in a ring: each next number is one up or one down, by a fair coin. Nobody can guess a coin, so
an honest loss cannot fall below log 2 = 0.693 a step. Two decoders of one block, one with the causal mask and one
without, train on the same walks and then write walks of their own. Synthetic data.

lesson: transformer-decoder
quick: steps=30
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, up_to_now
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

RING, WIDTH, BATCH = 10, 32, 32


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 3000, en="training steps", zh="训练步数")
    length: int = param(8, 4, 24, en="coins in a walk", zh="一次游走里的硬币数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("later-changes-nothing", "<", 1e-5,
          en="with the mask, changing later numbers changes no earlier output",
          zh="有掩码时，改动后面的数，前面的输出一点不变",
          quantity_en="largest change of an earlier score", quantity_zh="前面得分的最大变化"),
    Claim("masked-stays-honest", ">", 0.65,
          en="with the mask the training loss stays near log 2",
          zh="有掩码时，训练损失停在 log 2 附近",
          quantity_en="loss after training", quantity_zh="训练后的损失"),
    Claim("peeking-loss-near-zero", "<", 0.05,
          en="without the mask the training loss falls to almost nothing",
          zh="没有掩码时，训练损失几乎降到零",
          quantity_en="loss after training", quantity_zh="训练后的损失"),
    Claim("masked-writes", ">", 0.95,
          en="the masked decoder writes steps that are allowed",
          zh="带掩码的解码器写出的步子合规",
          quantity_en="share of allowed steps in its own walks", quantity_zh="自己写的游走中合规步子的比例"),
    Claim("peeking-cannot-write", "<", 0.5,
          en="the decoder without a mask does not",
          zh="不带掩码的解码器做不到",
          quantity_en="share of allowed steps in its own walks", quantity_zh="自己写的游走中合规步子的比例"),
    Claim("output-becomes-input", ">", 0.95,
          en="a number planted by hand is walked on from: each output becomes the next input",
          zh="亲手换掉一个数，它就从这个数接着走：每个输出都成为下一个输入",
          quantity_en="share of next numbers beside the planted one", quantity_zh="下一个数与换上的数相邻的比例"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "After training": "训练之后", "decoder": "解码器", "loss": "损失",
    "allowed steps, own walks": "自写游走的合规比例", "effect of later numbers": "后文的影响",
    "walks without a slip": "全程合规的游走", "masked": "有掩码",
    "unmasked": "无掩码", "Where the masked decoder looks": "带掩码的解码器看哪里",
    "looked at": "被看的位置", "Walks of their own": "自己写的游走", "one": "一条", "another": "又一条",
    "position": "位置",
}  # fmt: skip


class Decoder(nn.Module):
    def __init__(self, length: int, masked: bool) -> None:
        super().__init__()
        self.masked = masked
        self.number = nn.Embedding(RING, WIDTH)
        self.place = nn.Embedding(length + 1, WIDTH)
        self.block = Block(WIDTH, heads=2, inner=64)
        self.scores = nn.Linear(WIDTH, RING)

    def enter(self, numbers: Tensor) -> Tensor:  # (batch, n) -> (batch, n, width)
        entered: Tensor = self.number(numbers) + self.place.weight[: numbers.shape[1]]
        return entered

    def forward(self, numbers: Tensor) -> Tensor:  # (batch, n) -> (batch, n, ring)
        allowed = up_to_now(numbers.shape[1], numbers.device) if self.masked else None
        scores: Tensor = self.scores(self.block(self.enter(numbers), allowed=allowed))
        return scores


def walks(count: int, length: int, seeds: Seeds) -> Tensor:
    """Walks (seeds, count, length + 1) that start anywhere."""
    coins = 2 * seeds.randint(2, (count, length)) - 1
    return torch.cat([seeds.randint(RING, (count, 1)), coins], dim=2).cumsum(2) % RING


def write(decoders: Network, numbers: Tensor, length: int, seeds: Seeds) -> Tensor:
    """The walks continued to `length` + 1 numbers: each number is drawn, appended, and read for the next."""
    while numbers.shape[2] <= length:
        chances = decoders(numbers)[:, :, -1].softmax(dim=2).cumsum(2)  # (seeds, batch, ring)
        drawn = (chances < seeds.rand(numbers.shape[1])[:, :, None]).sum(2).clamp(max=RING - 1)
        numbers = torch.cat([numbers, drawn[:, :, None]], dim=2)
    return numbers


def beside(first: Tensor, second: Tensor) -> Tensor:
    """Which pairs are neighbours on the ring."""
    gap = (second - first) % RING
    return (gap == 1) | (gap == RING - 1)


def share(right: Tensor) -> Tensor:
    """(seeds, …) -> (seeds,)"""
    return right.flatten(1).cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = [walks(BATCH, config.length, seeds) for _ in range(config.steps)]
    fresh = walks(200, config.length, seeds)
    middle = config.length // 2
    other = fresh.clone()  # the same walks up to the middle, other numbers behind it
    other[:, :, middle + 1 :] = seeds.randint(RING, (200, config.length - middle))
    losses: dict[str, Tensor] = {}
    allowed, whole, effect, written = dict(losses), dict(losses), dict(losses), dict(losses)
    for name, masked in (("masked", True), ("unmasked", False)):
        decoders = seeds.network(partial(Decoder, config.length, masked))
        adam = torch.optim.Adam(decoders.parameters(), lr=config.rate)
        for step, batch in enumerate(data):
            loss = cross_entropy(decoders(batch)[:, :, :-1], batch[:, :, 1:])  # the next number is the answer
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
                yield Metric("log 2", step, math.log(2), chart="training loss")
            yield Progress(len(losses) * config.steps + step + 1, 2 * config.steps)
        with torch.no_grad():
            scores = decoders(fresh)
            losses[name] = cross_entropy(scores[:, :, :-1], fresh[:, :, 1:])
            change = (decoders(other) - scores)[:, :, : middle + 1].abs()
            effect[name] = change.amax(dim=(1, 2, 3))
            written[name] = write(decoders, fresh[:, :, :1], config.length, seeds)
            steps = beside(written[name][:, :, :-1], written[name][:, :, 1:])  # (seeds, 200, length)
            allowed[name], whole[name] = share(steps), share(steps.all(dim=2))
            if masked:
                planted = (written[name][:, :, middle : middle + 1] + RING // 2) % RING
                start = torch.cat([written[name][:, :, :middle], planted], dim=2)
                followed = share(beside(planted[:, :, 0], write(decoders, start, middle + 1, seeds)[:, :, -1]))
                one = decoders[0]
                looks = one.block.attention.look(
                    one.enter(fresh[0]), allowed=up_to_now(config.length + 1, seeds.device)
                )[1]
    yield Table("Walks of their own", ["decoder", "one", "another"],
                [[name, *(" ".join(map(str, walk)) for walk in lines[0, :2].tolist())]
                 for name, lines in written.items()])  # fmt: skip
    places = [str(place) for place in range(config.length + 1)]
    heat = {"values": looks.mean(dim=(0, 1)).tolist(), "x": places, "y": places}
    yield Figure("Where the masked decoder looks", "heat", heat, "looked at", "position")
    yield Table("After training",
                ["decoder", "loss", "allowed steps, own walks", "walks without a slip", "effect of later numbers"],
                [[name, losses[name], allowed[name], whole[name], effect[name]] for name in losses])  # fmt: skip
    yield Measured("later-changes-nothing", effect["masked"])
    yield Measured("masked-stays-honest", losses["masked"])
    yield Measured("peeking-loss-near-zero", losses["unmasked"])
    yield Measured("masked-writes", allowed["masked"])
    yield Measured("peeking-cannot-write", allowed["unmasked"])
    yield Measured("output-becomes-input", followed)
