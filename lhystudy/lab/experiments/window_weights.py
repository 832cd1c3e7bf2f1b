"""A linear layer on every window is a convolution, and its weights grow with the window.

对每个窗口用同一个线性层就是卷积，权重随窗口变长而变多。

lesson: self-attention
quick: width=32
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import pad

from lhystudy.lab.attention import Attention
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

WINDOWS = (3, 9, 99, 999, 1999)


@dataclass(frozen=True)
class Config:
    width: int = param(512, 8, 1024, en="numbers in a vector", zh="向量的长度")


CLAIMS = (
    Claim("same-as-convolution", "<", 1e-4,
          en="a linear layer on every window gives what a convolution with the same weights gives",
          zh="对每个窗口用线性层，与权重相同的卷积结果一样",
          quantity_en="largest difference of an entry", quantity_zh="各分量的最大差"),
    Claim("weights-follow-the-window", "<=", 0.0,
          en="the number of weights is the window times the size of input and output",
          zh="权重个数等于窗口长乘输入长再乘输出长",
          quantity_en="largest difference from the product", quantity_zh="与乘积的最大差", seeds=1),
    Claim("a-thousand-is-too-many", ">", 100.0,
          en="a window of 999 has over a hundred times the weights of attention",
          zh="窗口长 999 时，权重是注意力的一百多倍",
          quantity_en="weights of the window over those of attention",
          quantity_zh="窗口与注意力的权重个数之比", seeds=1),
)  # fmt: skip

ZH = {"Weights in millions": "权重个数（百万）", "window": "窗口", "convolution": "卷积", "attention": "注意力",
      "log10 of the weights against the window": "权重个数的 log10，随窗口长"}  # fmt: skip


def gap() -> float:
    """How far a linear layer on every window of five is from the convolution with its weights."""
    x, layer, conv = torch.randn(4, 20, 8), nn.Linear(5 * 8, 6), nn.Conv1d(8, 6, 5, padding=2)
    conv.weight.data = layer.weight.data.unflatten(1, (8, 5))  # a window lies flat as 8 rows of 5
    conv.bias = layer.bias
    windows = pad(x, (0, 0, 2, 2)).unfold(1, 5, 1).flatten(2)  # (4, 20, 40)
    return float((layer(windows) - conv(x.mT).mT).abs().max())


def count(layer: nn.Module) -> int:
    """The number of weights; biases are left out."""
    return sum(p.numel() for p in layer.parameters() if p.dim() > 1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield Measured("same-as-convolution", seeds.each(gap))
    with torch.device("meta"):  # shapes only: a window of 1999 would fill two gigabytes
        windows = {size: count(nn.Conv1d(config.width, config.width, size)) for size in WINDOWS}
        attention = count(Attention(config.width))
    for size, weights in windows.items():
        for name, value in (("window", weights), ("attention", attention)):
            yield Metric(name, size, torch.tensor(float(value)).log10().item(),
                         chart="log10 of the weights against the window")  # fmt: skip
    yield Table("Weights in millions", ["window", "convolution", "attention"],
                [[size, weights / 1e6, attention / 1e6] for size, weights in windows.items()])  # fmt: skip
    yield Measured("weights-follow-the-window", max(abs(n - size * config.width**2) for size, n in windows.items()))
    yield Measured("a-thousand-is-too-many", windows[999] / attention)
