"""How long one matrix product takes, for one row and for thousands at once.

一次矩阵乘法要多久：一行，还是几千行一起。

A batch of rows times a square matrix, on the device of the run. Times are the smallest of several tries.

lesson: pytorch
quick: size=128 tries=3
"""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    size: int = param(512, 16, 4096, en="rows and columns of the matrix", zh="矩阵的行数与列数")
    tries: int = param(7, 2, 100, en="tries, of which the fastest counts", zh="试几次，取最快的一次")


CLAIMS = (
    Claim("nearly-as-cheap", "<", 2.0,
          en="64 rows at once take hardly longer than one", zh="64 行一起算，比一行多不了多少时间",
          quantity_en="time for 64 rows over time for one", quantity_zh="64 行与 1 行的时间之比", seeds=1),
    Claim("a-row-gets-cheaper", ">", 4.0,
          en="in a batch of 64 each row is far cheaper", zh="64 行一批，摊到每行便宜得多",
          quantity_en="time a row, alone over in a batch of 64", quantity_zh="每行的时间之比，单独算比 64 行一批",
          seeds=1),
    Claim("only-up-to-a-point", ">", 4.0,
          en="beyond some size more rows take more time", zh="大到一定程度，行数越多时间越长",
          quantity_en="time for 8192 rows over time for 1024", quantity_zh="8192 行与 1024 行的时间之比", seeds=1),
)  # fmt: skip

ZH = {
    "Matrix products": "矩阵乘法", "rows": "行数", "one product, ms": "一次乘法，毫秒", "a row, us": "每行，微秒",
    "log10 of the milliseconds against log2 of the rows": "毫秒数的 log10，随行数的 log2",
}  # fmt: skip


def seconds(rows: Tensor, matrix: Tensor, tries: int) -> float:
    """The fastest of the tries; each repeats small products, so that the clock is fine enough."""
    repeats = max(1, 256 // len(rows))
    fastest = float("inf")
    for _ in range(tries):
        begun = perf_counter()
        for _ in range(repeats):
            rows @ matrix
        if rows.device.type != "cpu":
            torch.accelerator.synchronize()  # a GPU only takes the order; wait until it has done it
        fastest = min(fastest, (perf_counter() - begun) / repeats)
    return fastest


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    matrix = seeds.randn(config.size, config.size)[0]
    everything = seeds.randn(8192, config.size)[0]
    taken = {2**k: seconds(everything[: 2**k], matrix, config.tries) for k in range(14)}
    for rows, time in taken.items():
        yield Metric("product", rows.bit_length() - 1, torch.tensor(1000 * time).log10().item(),
                     chart="log10 of the milliseconds against log2 of the rows")  # fmt: skip
    shown = (1, 8, 64, 512, 1024, 8192)
    yield Table("Matrix products", ["rows", "one product, ms", "a row, us"],
                [[rows, 1e3 * taken[rows], 1e6 * taken[rows] / rows] for rows in shown])  # fmt: skip
    yield Measured("nearly-as-cheap", taken[64] / taken[1])
    yield Measured("a-row-gets-cheaper", 64 * taken[1] / taken[64])
    yield Measured("only-up-to-a-point", taken[8192] / taken[1024])
