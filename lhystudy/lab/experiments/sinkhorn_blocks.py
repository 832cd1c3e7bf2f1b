"""Learned patterns: rows and columns are normalised in turn until a matrix of scores says which block looks where.

可学习的样式：行和列轮流归一化，一个打分矩阵就说出哪一块去看哪一块。

Synthetic: each block of places needs what stands in one other block, and nobody says which.

lesson: efficient-attention
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

HEATS = (1.0, 0.3, 0.1, 0.03, 0.01)


@dataclass(frozen=True)
class Config:
    blocks: int = param(10, 2, 32, en="blocks of the sequence", zh="序列分成几块")
    block: int = param(16, 1, 256, en="places in a block", zh="每块有几个位置")
    steps: int = param(200, 10, 2000, en="training steps of the scores", zh="打分矩阵的训练步数")
    passes: int = param(3000, 10, 20000, en="most passes of the normalisation", zh="归一化最多几遍")


CLAIMS = (
    Claim("sums-become-one", "<", 50.0,
          en="at temperature 1 a few dozen passes make every row and column sum to 1",
          zh="温度为 1 时，几十遍之内行和、列和都成了 1",
          quantity_en="passes until all sums are within 0.001 of 1",
          quantity_zh="所有和与 1 相差不到 0.001 所需的遍数"),
    Claim("cold-needs-more", ">", 5.0,
          en="at temperature 0.03 it takes many more", zh="温度降到 0.03，遍数多得多",
          quantity_en="passes, temperature 0.03 over 1", quantity_zh="遍数之比，温度 0.03 比 1"),
    Claim("cold-is-binary", "<", 0.05,
          en="and the entries then lie near 0 or 1", zh="这时每个元素都靠近 0 或 1",
          quantity_en="mean distance of an entry from the nearer of 0 and 1, temperature 0.03",
          quantity_zh="温度 0.03 时，元素与 0、1 中较近者的平均距离"),
    Claim("colder-is-sharper", "<", 0.02,
          en="at temperature 0.01 they lie within 0.02", zh="温度 0.01 时，相差不到 0.02",
          quantity_en="the same distance, temperature 0.01", quantity_zh="温度 0.01 时的同一个距离"),
    Claim("pattern-is-found", ">", 0.9,
          en="descent on the scores finds which block each one needs", zh="对打分做梯度下降，就找到每块该看哪一块",
          quantity_en="share of the blocks whose largest entry is the right one",
          quantity_zh="最大元素正好选对的块的比例"),
    Claim("fewer-entries", ">", 5.0,
          en="the blocks and their small matrix take far fewer entries than the full one",
          zh="分块加小矩阵，元素比完整矩阵少得多",
          quantity_en="entries, full over blocks and scores", quantity_zh="元素个数之比，完整比分块加打分", seeds=1),
)  # fmt: skip

ZH = {
    "Normalising in turn": "轮流归一化", "temperature": "温度", "passes": "遍数", "training loss": "训练损失",
    "distance from 0 or 1": "与 0 或 1 的距离", "row sums after 20 passes, off by": "20 遍后行和差多少",
    "Learned small matrix": "学出的小矩阵", "block looked at": "看哪一块", "block": "块",
}  # fmt: skip


def normalise(scores: Tensor, heat: float, passes: int) -> Tensor:
    """exp(scores / heat) with rows and columns normalised in turn, in logarithms: (seeds, n, n)."""
    logs = scores / heat
    for _ in range(passes):
        logs = logs - logs.logsumexp(2, keepdim=True)
        logs = logs - logs.logsumexp(1, keepdim=True)
    return logs.exp()


def passes_needed(scores: Tensor, heat: float, most: int) -> tuple[Tensor, Tensor]:
    """Passes until all row sums are within 0.001 of 1 (columns are exact after each), and the matrices then."""
    needed, matrix = torch.full((len(scores),), float(most)), scores / heat
    for done in range(1, most + 1):
        matrix = matrix - matrix.logsumexp(2, keepdim=True)
        matrix = matrix - matrix.logsumexp(1, keepdim=True)
        if done % 10 and done > 50:
            continue  # look rarely once it is slow
        even = (matrix.exp().sum(2) - 1).abs().amax(1).cpu() < 1e-3
        needed = torch.where(even, needed.clamp(max=done), needed)
        if even.all():
            break
    return needed, matrix.exp()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    n = config.blocks
    scores = seeds.rand(n, n)
    rows, needed, sharp = [], {}, {}
    for heat in HEATS:
        needed[heat], matrix = passes_needed(scores, heat, config.passes)
        sharp[heat] = torch.minimum(matrix, 1 - matrix).abs().mean((1, 2))
        early = (normalise(scores, heat, 20).sum(2) - 1).abs().amax(1)
        rows.append([heat, needed[heat], early, sharp[heat]])
    columns = ["temperature", "passes", "row sums after 20 passes, off by", "distance from 0 or 1"]
    yield Table("Normalising in turn", columns, rows)
    wanted = seeds.randperm(n)  # (seeds, n): the block that each block needs
    learned = (0.01 * seeds.randn(n, n)).requires_grad_()
    optimizer = torch.optim.Adam([learned], lr=0.05)
    for step in range(config.steps):
        content = seeds.randn(n, 8)  # what stands in each block
        needs = content.gather(1, wanted[..., None].expand_as(content))
        loss = (normalise(learned, 0.3, 10) @ content - needs).square().mean((1, 2))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % 2 == 0:
            yield Metric("loss", step, loss.detach(), chart="training loss")
    small = normalise(learned.detach(), 0.3, 10)
    yield Figure("Learned small matrix", "heat", {"values": small[0].tolist(), "x": [str(i) for i in range(n)],
                 "y": [str(i) for i in range(n)]}, "block looked at", "block")  # fmt: skip
    length = n * config.block
    yield Measured("sums-become-one", needed[1.0])
    yield Measured("cold-needs-more", needed[0.03] / needed[1.0])
    yield Measured("cold-is-binary", sharp[0.03])
    yield Measured("colder-is-sharper", sharp[0.01])
    yield Measured("pattern-is-found", (small.argmax(2) == wanted).cpu().double().mean(1))
    yield Measured("fewer-entries", length**2 / (n**2 + length * config.block))
