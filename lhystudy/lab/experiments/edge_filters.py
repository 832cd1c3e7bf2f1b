"""An edge detector by hand: one small window of weights slides over a digit and leaves a map of its edges.

手写一个边缘检测器：一小窗权重滑过数字，留下一张边缘图。

The digits are scikit-learn's. Nothing is trained.

lesson: cnn
quick: digit=3
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

UPRIGHT = torch.tensor(
    [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
)  # dark left, bright right: an upright edge
FILTERS = {"upright edges": UPRIGHT, "level edges": UPRIGHT.T}
SIDE = 8


@dataclass(frozen=True)
class Config:
    digit: int = param(7, 0, 9, en="digit in the figures", zh="图里的数字")


CLAIMS = (
    Claim("sliding-is-convolution", "<", 1e-5,
          en="multiplying window by window, in a loop, gives what nn.Conv2d gives",
          zh="用循环一窗一窗相乘，结果与 nn.Conv2d 相同",
          quantity_en="largest difference, 360 digits", quantity_zh="最大的差，360 张数字", seeds=1),
    Claim("dense-with-zeros-is-convolution", "<", 1e-5,
          en="a fully connected layer with most weights zero and the others shared gives the same",
          zh="全连接层，大部分权重为零、其余共享，结果也相同",
          quantity_en="largest difference, 360 digits", quantity_zh="最大的差，360 张数字", seeds=1),
    Claim("unfold-is-convolution", "<", 1e-5,
          en="all windows as columns of a matrix, times the filter, give the same",
          zh="把所有窗口排成矩阵的列，再乘滤波器，结果也相同",
          quantity_en="largest difference, 360 digits", quantity_zh="最大的差，360 张数字", seeds=1),
    Claim("each-sees-its-own-edge", ">", 0.9,
          en="the upright filter answers to a 1 more strongly than the level one",
          zh="竖边滤波器对 1 的响应比横边滤波器强",
          quantity_en="share of the ones in the test set", quantity_zh="占测试集里数字 1 的比例", seeds=1),
    Claim("equal-patches-equal-answers", "<", 1e-6,
          en="a shared filter gives two windows with the same content the same answer",
          zh="同一个滤波器，两个窗口内容相同，答案就相同",
          quantity_en="largest difference between such answers", quantity_zh="这样的答案之间最大的差", seeds=1),
    Claim("shifting-commutes", "<", 1e-5,
          en="without any pooling: shift and filter is filter and shift, where the picture closes to a ring",
          zh="不用池化：首尾相接的图上，先移再滤等于先滤再移",
          quantity_en="largest difference, 360 digits, every shift",
          quantity_zh="最大的差，360 张数字，各种平移", seeds=1),
    Claim("zero-edge-breaks-it", ">", 0.1,
          en="with zeros around the picture the equality breaks at its edge", zh="四周补零，等式在边上就破了",
          quantity_en="largest difference, 360 digits, every shift",
          quantity_zh="最大的差，360 张数字，各种平移", seeds=1),
)  # fmt: skip

ZH = {
    "the digit": "数字", "upright edges": "竖边", "level edges": "横边", "digit": "数字", "layer": "层",
    "count": "个数", "Mean size of the answers, test digits": "响应的平均大小，测试集", "Weights": "权重",
    "weights of a dense layer for the same map": "给出同一张图的全连接层的权重", "inside of a window": "在窗口里",
    "fully connected": "全连接", "of these different": "其中互不相同", "pixel": "像素", "unit": "单元",
}  # fmt: skip


def slide(pictures: Tensor, weights: Tensor) -> Tensor:
    """The sum of weights times pixels in each 3 x 3 window: (n, 8, 8) -> (n, 6, 6)."""
    answers = torch.zeros(len(pictures), SIDE - 2, SIDE - 2)
    for row in range(SIDE - 2):
        for column in range(SIDE - 2):
            window = pictures[:, row : row + 3, column : column + 3]
            answers[:, row, column] = (window * weights).sum((1, 2))
    return answers


def dense_weights(weights: Tensor) -> Tensor:
    """The matrix (36, 64) of the dense layer that gives the same map: one row a window, zeros outside of it."""
    matrix = torch.zeros(SIDE - 2, SIDE - 2, SIDE, SIDE)
    for row in range(SIDE - 2):
        for column in range(SIDE - 2):
            matrix[row, column, row : row + 3, column : column + 3] = weights
    return matrix.view((SIDE - 2) ** 2, SIDE**2)


def shift_gap(pictures: Tensor, weights: Tensor, mode: str) -> float:
    """Largest difference between shifting before and after the filter; `mode` says what surrounds the picture."""

    def same_size(x: Tensor) -> Tensor:
        return F.conv2d(F.pad(x[:, None], (1, 1, 1, 1), mode), weights[None, None])[:, 0]

    gaps = [same_size(pictures.roll(by, 2)) - same_size(pictures).roll(by, 2) for by in range(1, SIDE)]
    return torch.stack(gaps).abs().max().item()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    pictures = data.test_images.view(-1, SIDE, SIDE)
    shown = pictures[data.test_labels == config.digit][0]
    yield Figure("the digit", "image", {"values": shown.tolist()})
    maps, gaps = {}, {"loop": 0.0, "dense": 0.0, "unfold": 0.0}
    for name, weights in FILTERS.items():
        maps[name] = F.conv2d(pictures[:, None], weights[None, None])[:, 0]  # (360, 6, 6)
        windows = F.unfold(pictures[:, None], 3)  # (360, 9, 36): a column for each window
        others = {"loop": slide(pictures, weights), "dense": pictures.flatten(1) @ dense_weights(weights).T,
                  "unfold": weights.flatten() @ windows}  # fmt: skip
        gaps = {
            way: max(gap, (others[way].view(-1, 6, 6) - maps[name]).abs().max().item()) for way, gap in gaps.items()
        }
        seen = maps[name][data.test_labels == config.digit][0]
        yield Figure(name, "heat", {"values": seen.tolist(), "x": list("012345"), "y": list("012345")})
    yield Measured("sliding-is-convolution", gaps["loop"])
    yield Measured("dense-with-zeros-is-convolution", gaps["dense"])
    yield Measured("unfold-is-convolution", gaps["unfold"])

    striped = dense_weights(UPRIGHT).tolist()
    yield Figure("weights of a dense layer for the same map", "heat",
                 {"values": striped, "x": [""] * SIDE**2, "y": [""] * 36}, "pixel", "unit")  # fmt: skip
    numbered = dense_weights(torch.arange(1.0, 10.0).view(3, 3))  # which of the nine weights stands where
    used = numbered[numbered != 0]
    yield Table("Weights", ["layer", "count"],
                [["fully connected", numbered.numel()], ["inside of a window", len(used)],
                 ["of these different", len(used.unique())]])  # fmt: skip
    sizes = {name: map_.abs().mean((1, 2)) for name, map_ in maps.items()}
    yield Table("Mean size of the answers, test digits", ["digit", *FILTERS],
                [[k, *(size[data.test_labels == k].mean().item() for size in sizes.values())]
                 for k in range(10)])  # fmt: skip
    ones = (sizes["upright edges"] > sizes["level edges"])[data.test_labels == 1]
    yield Measured("each-sees-its-own-edge", ones.double().mean().item())

    twice = torch.cat([pictures, pictures], dim=2)  # the same digit twice, side by side: (360, 8, 16)
    answers = F.conv2d(twice[:, None], UPRIGHT[None, None])[:, 0]
    yield Measured("equal-patches-equal-answers", (answers[:, :, :6] - answers[:, :, 8:]).abs().max().item())
    yield Measured("shifting-commutes", shift_gap(pictures, UPRIGHT, "circular"))
    yield Measured("zero-edge-breaks-it", shift_gap(pictures, UPRIGHT, "constant"))
