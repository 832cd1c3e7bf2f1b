"""Windows counted: how large the map is, how often a pixel is looked at, what overlap finds, how far a stack sees.

把窗口数清楚：图有多大，每个像素看几次，重叠能找到什么，叠起来看多远。

Counting on pictures of zeros and ones; nothing is trained.

lesson: cnn
quick: side=9
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    side: int = param(12, 9, 30, en="side of the pictures in pixels", zh="图的边长（像素）")


CLAIMS = (
    Claim("size-formula", "<=", 0.0,
          en="floor((n + 2p - k)/s) + 1 is the side of the map that nn.Conv2d gives",
          zh="floor((n + 2p - k)/s) + 1 就是 nn.Conv2d 给出的边长",
          quantity_en="settings of n, k, s, p where it is not", quantity_zh="不符的 n、k、s、p 组合数", seeds=1),
    Claim("corners-are-neglected", "<=", 1.0,
          en="without padding 3 x 3 windows look at a corner pixel once", zh="不填充时，3×3 的窗口只看角上的像素一次",
          quantity_en="windows that hold the corner pixel", quantity_zh="含有角上像素的窗口数", seeds=1),
    Claim("inner-pixels-are-not", ">=", 9.0,
          en="and at an inner pixel nine times", zh="而内部的像素看九次",
          quantity_en="windows that hold the middle pixel", quantity_zh="含有中间像素的窗口数", seeds=1),
    Claim("padding-evens-out", ">=", 4.0,
          en="with one ring of zeros a corner is looked at more often", zh="补一圈零，角上看的次数就多了",
          quantity_en="windows that hold the corner pixel", quantity_zh="含有角上像素的窗口数", seeds=1),
    Claim("overlap-finds-all", ">=", 1.0,
          en="with stride 1 some window holds the 3 x 3 pattern whole, wherever it is",
          zh="步幅为 1 时，3×3 样式无论在哪里，总有一个窗口装得下它",
          quantity_en="share of positions found", quantity_zh="找到的位置所占比例", seeds=1),
    Claim("no-overlap-misses", "<", 0.5,
          en="without overlap (stride 3) most positions are missed", zh="不重叠（步幅 3），多数位置找不到",
          quantity_en="share of positions found", quantity_zh="找到的位置所占比例", seeds=1),
    Claim("stack-widens-by-two", "<=", 0.0,
          en="L layers of 3 x 3 see 2L + 1 pixels across", zh="L 层 3×3 看到 2L + 1 个像素宽",
          quantity_en="layers from 1 to 4 where the gradient reaches another width",
          quantity_zh="1 到 4 层里，梯度到达的宽度与此不符的层数", seeds=1),
    Claim("stride-sees-farther", ">", 2.0,
          en="with stride 2, so less overlap, three layers see farther than with stride 1",
          zh="步幅 2，重叠少了，三层却看得更远", quantity_en="width over the width with stride 1",
          quantity_zh="宽度与步幅 1 时之比", seeds=1),
    Claim("centre-counts-more", ">", 5.0,
          en="the middle of what a unit sees counts more than its edge", zh="看到的范围里，中间比边上要紧",
          quantity_en="slope at the middle pixel over the corner's, four layers of equal weights",
          quantity_zh="中间像素与角上像素的斜率之比，四层等权重", seeds=1),
    Claim("checks-vanish", "<=", 0.0,
          en="a checkerboard of single pixels is uniform after every second row and column is dropped",
          zh="一像素一格的棋盘，隔行隔列抽掉之后变成一色",
          quantity_en="spread of the pixels that are left", quantity_zh="剩下像素的散布", seeds=1),
)  # fmt: skip

ZH = {
    "windows that hold each pixel, no padding": "含有各像素的窗口数，不填充",
    "windows that hold each pixel, padding 1": "含有各像素的窗口数，填充 1", "How far a unit sees": "一个单元看多远",
    "layers": "层数", "stride {}": "步幅 {}", "Positions of a 3 x 3 pattern": "3×3 样式的位置", "stride": "步幅",
    "found": "找到", "in all": "总数", "slope in each pixel, four layers": "对各像素的斜率，四层",
}  # fmt: skip


def size_faults() -> int:
    """Settings in which nn.Conv2d's map has another side than the formula says."""
    settings = itertools.product(range(5, 16), (1, 2, 3, 5), (1, 2, 3, 4), (0, 1, 2))
    return sum(
        nn.Conv2d(1, 1, k, stride=s, padding=p)(torch.zeros(1, 1, n, n)).shape[-1] != (n + 2 * p - k) // s + 1
        for n, k, s, p in settings
    )


def uses(side: int, padding: int) -> Tensor:
    """How many 3 x 3 windows hold each pixel: (side, side). It is the gradient of the sum of all windows' sums."""
    picture = torch.zeros(1, 1, side, side, requires_grad=True)
    F.conv2d(picture, torch.ones(1, 1, 3, 3), padding=padding).sum().backward()
    assert picture.grad is not None
    return picture.grad[0, 0]


def found(side: int, stride: int) -> tuple[int, int]:
    """Positions at which some window holds a 3 x 3 cross whole, and all positions."""
    cross = torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
    places = list(itertools.product(range(side - 2), repeat=2))
    pictures = torch.zeros(len(places), 1, side, side)
    for picture, (row, column) in zip(pictures, places, strict=True):
        picture[0, row : row + 3, column : column + 3] = cross
    answers = F.conv2d(pictures, 2 * cross[None, None] - 1, stride=stride)  # 5 for the whole cross, less otherwise
    return int((answers.amax((1, 2, 3)) >= 5).sum()), len(places)


def seen(layers: int, stride: int) -> Tensor:
    """Slope of one unit of the last layer in each pixel, all weights 1: (61, 61)."""
    picture = torch.zeros(1, 1, 61, 61, requires_grad=True)
    top = picture
    for _ in range(layers):
        top = F.conv2d(top, torch.ones(1, 1, 3, 3), stride=stride)
    middle = top.shape[-1] // 2
    top[0, 0, middle, middle].backward()
    assert picture.grad is not None
    return picture.grad[0, 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Measured("size-formula", size_faults())
    plain, padded = uses(config.side, 0), uses(config.side, 1)
    labels = [str(k) for k in range(config.side)]
    for title, counts in (("no padding", plain), ("padding 1", padded)):
        yield Figure(f"windows that hold each pixel, {title}", "heat",
                     {"values": counts.tolist(), "x": labels, "y": labels})  # fmt: skip
    yield Measured("corners-are-neglected", plain[0, 0].item())
    yield Measured("inner-pixels-are-not", plain[config.side // 2, config.side // 2].item())
    yield Measured("padding-evens-out", padded[0, 0].item())

    counted = {stride: found(config.side, stride) for stride in (1, 2, 3)}
    yield Table("Positions of a 3 x 3 pattern", ["stride", "found", "in all"], [[s, *counted[s]] for s in counted])
    yield Measured("overlap-finds-all", counted[1][0] / counted[1][1])
    yield Measured("no-overlap-misses", counted[3][0] / counted[3][1])

    widths = {(layers, stride): int(seen(layers, stride).any(0).sum()) for layers in (1, 2, 3, 4) for stride in (1, 2)}
    yield Table("How far a unit sees", ["layers", "stride 1", "stride 2"],
                [[layers, widths[layers, 1], widths[layers, 2]] for layers in (1, 2, 3, 4)])  # fmt: skip
    yield Measured("stack-widens-by-two", sum(widths[layers, 1] != 2 * layers + 1 for layers in (1, 2, 3, 4)))
    yield Measured("stride-sees-farther", widths[3, 2] / widths[3, 1])
    slopes = seen(4, 1)
    slopes = slopes[slopes.any(1)][:, slopes.any(0)]
    yield Figure("slope in each pixel, four layers", "heat",
                 {"values": slopes.tolist(), "x": list("012345678"), "y": list("012345678")})  # fmt: skip
    yield Measured("centre-counts-more", (slopes[4, 4] / slopes[0, 0]).item())

    rows = torch.arange(config.side)
    checks = ((rows[:, None] + rows) % 2).float()
    yield Measured("checks-vanish", (checks[::2, ::2].amax() - checks[::2, ::2].amin()).item())
