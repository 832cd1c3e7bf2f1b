"""All outputs at once, or one after the other: attention against a recurrent layer by the clock.

所有输出同时算，还是一个接一个：注意力与循环层比时间。

Forward passes of one layer, on the device of the run. Times are the smallest of several tries.

lesson: self-attention
quick: tries=2 longest=1024
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log10
from time import perf_counter

import torch
from torch import nn

from lhystudy.lab.attention import Attention
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    width: int = param(64, 8, 512, en="numbers in a vector", zh="向量的长度")
    longest: int = param(4096, 256, 8192, en="longest sequence", zh="最长的序列")
    tries: int = param(3, 1, 50, en="tries, of which the fastest counts", zh="试几次，取最快的一次")


CLAIMS = (
    Claim("at-once-is-faster", ">", 1.0,
          en="for 256 vectors attention, all at once, is faster than a recurrent layer",
          zh="256 个向量时，一次全算的注意力快过循环层",
          quantity_en="time of the recurrent layer over that of attention",
          quantity_zh="循环层与注意力的时间之比", seeds=1),
    Claim("squares-overtake", ">", 1.0,
          en="for the longest sequence the recurrent layer is the faster", zh="序列最长时，循环层反而更快",
          quantity_en="time of attention over that of the recurrent layer",
          quantity_zh="注意力与循环层的时间之比", seeds=1),
    Claim("a-batch-is-parallel", "<", 16.0,
          en="a recurrent layer runs 64 sequences side by side for far less than 64 times the price",
          zh="循环层把 64 条序列并排算，代价远不到 64 倍",
          quantity_en="time for 64 sequences over time for one", quantity_zh="64 条与 1 条的时间之比", seeds=1),
)  # fmt: skip

ZH = {
    "One pass": "算一遍", "length": "长度", "rnn, ms": "循环层，毫秒", "attention, ms": "注意力，毫秒",
    "millions of products, rnn": "乘法（百万次），循环层", "millions of products, attention": "乘法（百万次），注意力",
    "log10 of the milliseconds against log2 of the length": "毫秒数的 log10，随长度的 log2",
}  # fmt: skip


def milliseconds(layer: Callable[[], object], tries: int, device: torch.device) -> float:
    """The fastest of the tries, after one that does not count."""
    fastest = float("inf")
    for attempt in range(tries + 1):
        begun = perf_counter()
        layer()
        if device.type != "cpu":
            torch.accelerator.synchronize()  # a GPU only takes the order; wait until it has done it
        if attempt:
            fastest = min(fastest, perf_counter() - begun)
    return 1000 * fastest


@torch.no_grad()
def times(config: Config, seeds: Seeds, length: int, batch: int = 1) -> dict[str, float]:
    """Milliseconds of a recurrent layer and of attention for sequences of this length; of the first seed alone."""
    rnn = seeds.network(lambda: nn.RNN(config.width, config.width))[0]
    attention = seeds.network(lambda: Attention(config.width))[0]
    x = seeds.randn(length, batch, config.width)[0]
    return {"rnn": milliseconds(lambda: rnn(x), config.tries, seeds.device),
            "attention": milliseconds(lambda: attention(x.transpose(0, 1)), config.tries, seeds.device)}  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    d, rows = config.width, []
    lengths = [n for n in (64, 256, 1024, 2048, 4096, 8192) if n <= config.longest]
    taken = {}
    for n in lengths:
        taken[n] = times(config, seeds, n)
        for name, time in taken[n].items():
            yield Metric(
                name, n.bit_length() - 1, log10(time), chart="log10 of the milliseconds against log2 of the length"
            )
        products = (2 * n * d * d / 1e6, (4 * n * d * d + 2 * n * n * d) / 1e6)
        rows.append([n, taken[n]["rnn"], taken[n]["attention"], *products])
    yield Table("One pass", ["length", "rnn, ms", "attention, ms", "millions of products, rnn",
                                 "millions of products, attention"], rows)  # fmt: skip
    yield Measured("at-once-is-faster", taken[256]["rnn"] / taken[256]["attention"])
    yield Measured("squares-overtake", taken[lengths[-1]]["attention"] / taken[lengths[-1]]["rnn"])
    many = times(config, seeds, 64, batch=64)
    yield Measured("a-batch-is-parallel", many["rnn"] / taken[64]["rnn"])
