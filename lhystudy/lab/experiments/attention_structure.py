"""Attention sees a set; a mask makes it a graph, and shifted heads make it a convolution.

注意力看到的是集合；加掩码就成了图，加上平移的头就成了卷积。

Random weights, a random graph, and real digits for the convolution; nothing is learned.

lesson: multihead-position
quick: nodes=8
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from lhystudy.lab.attention import Attention
from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    nodes: int = param(12, 6, 40, en="nodes of the graph", zh="图的节点数")
    layers: int = param(3, 1, 5, en="most attention layers", zh="注意力层数的上限")


CLAIMS = (
    Claim("order-is-ignored", "<", 1e-5,
          en="mixing up the inputs mixes up the outputs in the same way, and does nothing else",
          zh="打乱输入的次序，输出只是跟着打乱，别的都不变",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("convolution-sees-order", ">", 0.1,
          en="a convolution does not take it so calmly", zh="卷积就不是这样",
          quantity_en="mean difference of an entry over the spread of the outputs",
          quantity_zh="各分量的平均差与输出标准差之比"),
    Claim("strangers-have-no-say", "<=", 0.0,
          en="masked by a graph, a node's output does not change with a node that is no neighbour",
          zh="按图加掩码，不相邻的节点怎么变，输出都不变",
          quantity_en="largest change of an output", quantity_zh="输出的最大变化"),
    Claim("k-layers-k-hops", "<=", 0.0,
          en="k layers reach exactly the nodes within k hops", zh="k 层恰好够到 k 步以内的节点",
          quantity_en="pairs of nodes where slope and distance disagree, for all k",
          quantity_zh="对各个 k，斜率与距离不一致的节点对数"),
    Claim("nine-heads-convolve", "<", 1e-4,
          en="nine heads that look one step away each, set by hand, give a 3 by 3 convolution",
          zh="手工设九个头，各看一个相邻方向，就得到 3×3 卷积",
          quantity_en="largest difference of a pixel on real digits", quantity_zh="真实数字图像上各像素的最大差"),
)  # fmt: skip

ZH = {"The graph": "图", "node": "节点", "Reach": "够得着的节点", "layers": "层数", "pairs reached": "够得着的节点对",
      "pairs within as many hops": "步数之内的节点对"}  # fmt: skip


def ring_with_chords(nodes: int) -> Tensor:
    """Neighbours (nodes, nodes): a ring, each node its own neighbour, and one random chord."""
    near = torch.eye(nodes, dtype=torch.bool)
    near = near | near.roll(1, 0) | near.roll(-1, 0)
    a, b = torch.randperm(nodes)[:2]
    near[a, b] = near[b, a] = True
    return near


def slopes(layers: list[Attention], nodes: int, near: Tensor) -> Tensor:
    """Whether node i's output after all layers has a slope in node j's input: (nodes, nodes)."""
    x = torch.randn(1, nodes, 8, requires_grad=True)
    y = x
    for layer in layers:
        y = layer(y, allowed=near)
    by_node = [torch.autograd.grad(y[0, i].sum(), x, retain_graph=True)[0][0].abs().amax(1) for i in range(nodes)]
    return torch.stack(by_node) > 0


def reach(nodes: int, most: int) -> tuple[Tensor, list[list[int]]]:
    """The graph; for each number of layers: pairs reached, pairs within as many hops, and pairs that disagree."""
    near = ring_with_chords(nodes)
    rows, within = [], torch.eye(nodes, dtype=torch.bool)
    for k in range(1, most + 1):
        within = (within.int() @ near.int()) > 0
        reached = slopes([Attention(8) for _ in range(k)], nodes, near)
        rows.append([int(reached.sum()), int(within.sum()), int((reached != within).sum())])
    return near, rows


def change_by_a_stranger(nodes: int) -> float:
    """How much the outputs of nodes change when a node that is not their neighbour does."""
    near, layer, x = ring_with_chords(nodes), Attention(8), torch.randn(1, nodes, 8)
    other = x.clone()
    other[0, 0] += 1
    moved = (layer(other, allowed=near) - layer(x, allowed=near))[0].abs().amax(1)
    return float(moved[~near[:, 0]].max())


def shuffle_gaps() -> tuple[float, float]:
    """What is left after undoing a shuffle: of attention, and of a convolution over its spread."""
    x, order, layer = torch.randn(1, 10, 8), torch.randperm(10), Attention(8, heads=2)
    conv = torch.nn.Conv1d(8, 8, 3, padding=1)
    plain, shuffled = conv(x.mT), conv(x[:, order].mT)
    gap = (shuffled - plain[..., order]).abs().mean() / plain.std()
    return float((layer(x[:, order]) - layer(x)[:, order]).abs().max()), float(gap)


def nine_heads(images: Tensor, kernel: Tensor) -> Tensor:
    """A convolution as attention: head (r, c) looks at the pixel r down and c right; its values are scaled pixels."""
    side = images.shape[2] + 2  # a rim of zeros
    pixels = torch.nn.functional.pad(images, (1, 1, 1, 1)).flatten(1)[..., None]  # (count, side side, 1)
    places = torch.arange(side * side)
    outputs = torch.zeros_like(pixels)
    for row in (-1, 0, 1):
        for column in (-1, 0, 1):
            looked_at = (places + side * row + column) % (side * side)
            scores = -1e4 * (looked_at[:, None] != places).float()  # by relative position alone
            outputs = outputs + scores.softmax(1) @ (pixels * kernel[row + 1, column + 1])
    whole: Tensor = outputs[..., 0].unflatten(1, (side, side))
    return whole[:, 1:-1, 1:-1]


def convolution_gap() -> float:
    images, kernel = digits().train_images[:50].unflatten(1, (8, 8)), torch.randn(3, 3)
    by_conv = conv2d(images[:, None], kernel[None, None], padding=1)[:, 0]
    return float((nine_heads(images, kernel) - by_conv).abs().max())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    gaps = seeds.each(shuffle_gaps)
    yield Measured("order-is-ignored", [attention for attention, _ in gaps])
    yield Measured("convolution-sees-order", [convolution for _, convolution in gaps])
    yield Measured("strangers-have-no-say", seeds.each(lambda: change_by_a_stranger(config.nodes)))
    graphs = seeds.each(lambda: reach(config.nodes, config.layers))
    yield Figure("The graph", "heat", {"values": graphs[0][0].int().tolist()}, "node", "node")
    yield Table("Reach", ["layers", "pairs reached", "pairs within as many hops"],
                [[k + 1, [float(rows[k][0]) for _, rows in graphs], [float(rows[k][1]) for _, rows in graphs]]
                 for k in range(config.layers)])  # fmt: skip
    yield Measured("k-layers-k-hops", [float(sum(row[2] for row in rows)) for _, rows in graphs])
    yield Measured("nine-heads-convolve", seeds.each(convolution_gap))
