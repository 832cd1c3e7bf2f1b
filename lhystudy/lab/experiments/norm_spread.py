"""Norm after the sum or inside the branch: how the gradient spreads over twelve encoder blocks, and how they learn.

归一化放在相加之后，还是放进支路：梯度在十二个编码器块里怎么分布，又学得怎样。

Real data: a handwritten digit is a sequence of its eight rows. Post-norm is the original design; pre-norm has one more
norm at the end. "input" is post-norm with another norm on what enters.

lesson: transformer-encoder
quick: steps=2 layers=4
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, sinusoids
from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

KINDS = ("post", "pre", "input")


@dataclass(frozen=True)
class Config:
    layers: int = param(12, 2, 24, en="encoder blocks", zh="编码器块数")
    width: int = param(16, 8, 64, en="width", zh="宽度")
    steps: int = param(40, 2, 2000, en="training steps, 32 digits each", zh="训练步数，每步 32 个数字")
    rate: float = param(0.003, 0.0001, 0.1, en="learning rate of Adam, no warm-up", zh="Adam 的学习率，不预热")


CLAIMS = (
    Claim("post-is-even", "<", 2.0,
          en="at the start post-norm spreads the gradient evenly over the blocks",
          zh="起点上，后归一化的梯度在各块里分布均匀",
          quantity_en="largest over smallest gradient norm of the blocks' second linear layer",
          quantity_zh="各块第二个线性层的梯度范数，最大与最小之比"),
    Claim("pre-falls", ">", 2.0,
          en="with pre-norm it falls from the first block to the last", zh="前归一化的梯度从第一块到最后一块递减",
          quantity_en="gradient norm of the first block over the last one's",
          quantity_zh="梯度范数之比，第一块比最后一块"),
    Claim("both-reach-the-first", ">", 0.1,
          en="with either the first block gets as large a share as the middle one",
          zh="不论哪种，第一块分到的都不比中间的少多少",
          quantity_en="first block's gradient norm over the middle one's, the lesser of the two kinds",
          quantity_zh="第一块与中间一块的梯度范数之比，两种里较小的"),
    Claim("input-norm-not-missing", "<", 1.5,
          en="a further norm at the input hardly changes post-norm's spread",
          zh="在输入处再加一次归一化，后归一化的分布几乎不变",
          quantity_en="largest factor by which a block's gradient norm changes",
          quantity_zh="各块梯度范数变化的最大倍数"),
    Claim("pre-learns-faster", ">", 0.1,
          en="without warm-up the twelve blocks learn faster with pre-norm", zh="不预热时，十二个块用前归一化学得更快",
          quantity_en="training loss at the end, post minus pre", quantity_zh="最后的训练损失，后归一化减前归一化"),
)  # fmt: skip

ZH = {"gradient norm at the start, by block": "起点的梯度范数，按块", "training loss": "训练损失",
      "Twelve blocks": "十二个块", "norm": "归一化", "first": "第一块", "middle": "中间", "last": "最后",
      "loss": "损失", "post": "后", "pre": "前"}  # fmt: skip


class Encoder(nn.Module):
    """Rows of a digit (batch, 8, 8) -> ten scores (batch, 10)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.enter = nn.Linear(8, config.width)
        self.blocks = nn.ModuleList(Block(config.width, heads=2) for _ in range(config.layers))
        self.first, self.last = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.scores = nn.Linear(config.width, 10)
        self.register_buffer("places", sinusoids(8, config.width))
        self.kind = "post"

    def forward(self, rows: Tensor) -> Tensor:
        x = self.enter(rows) + self.places
        if self.kind == "input":
            x = self.first(x)
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.scores((self.last(x) if self.kind == "pre" else x).mean(dim=1))
        return scores


def spread(nets: Network, loss: Tensor) -> Tensor:
    """The gradient norm of each block's second linear layer: (seeds, blocks)."""
    weights = [block.network[2].weight for block in nets.one.blocks]
    gradients = torch.autograd.grad(loss.sum(), weights)
    return torch.stack([g.flatten(1).norm(dim=1) for g in gradients], dim=1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    batches = [seeds.randint(len(data.train_labels), (32,)) for _ in range(config.steps)]
    shapes: dict[str, Tensor] = {}
    loss: dict[str, Tensor] = {}
    start = seeds.network(partial(Encoder, config))
    for done, kind in enumerate(KINDS):
        nets = deepcopy(start)  # all three from the same weights
        nets.one.kind = kind
        for block in nets.one.blocks:
            block.norm_first = kind == "pre"
        images, labels = (
            seeds.shared(data.train_images[:200].unflatten(1, (8, 8))),
            seeds.shared(data.train_labels[:200]),
        )
        shapes[kind] = spread(nets, cross_entropy(nets(images), labels))
        for place in range(config.layers):
            yield Metric(kind, place + 1, shapes[kind][:, place], chart="gradient norm at the start, by block")
        optimizer = torch.optim.Adam(nets.parameters(), lr=config.rate)
        for step, batch in enumerate(batches if kind != "input" else []):
            now = cross_entropy(nets(data.train_images[batch].unflatten(2, (8, 8))), data.train_labels[batch])
            optimizer.zero_grad()
            now.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(kind, step, now.detach(), chart="training loss")
        with torch.no_grad():
            loss[kind] = cross_entropy(nets(images), labels)
        yield Progress(done + 1, len(KINDS))
    middle = config.layers // 2
    columns = ["norm", "first", "middle", "last", "loss"]
    yield Table("Twelve blocks", columns,
                [[kind, shapes[kind][:, 0], shapes[kind][:, middle], shapes[kind][:, -1], loss[kind]]
                 for kind in ("post", "pre")])  # fmt: skip
    post, pre, entered = (shapes[kind] for kind in KINDS)
    yield Measured("post-is-even", post.amax(1) / post.amin(1))
    yield Measured("pre-falls", pre[:, 0] / pre[:, -1])
    yield Measured("both-reach-the-first", torch.minimum(post[:, 0] / post[:, middle], pre[:, 0] / pre[:, middle]))
    change = entered / post
    yield Measured("input-norm-not-missing", torch.maximum(change, 1 / change).amax(1))
    yield Measured("pre-learns-faster", loss["post"] - loss["pre"])
