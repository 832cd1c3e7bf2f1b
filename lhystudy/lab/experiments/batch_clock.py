"""What a batch costs by the clock: an update, an epoch, and how far the same seconds get.

一批要花多少时间：一次更新、一个 epoch，以及同样的秒数能走多远。

8192 real digits, drawn with replacement from 1437, and one small network. The seconds are those of your machine.

lesson: batch-size
quick: examples=1024 budget=5 repeats=5
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    examples: int = param(
        8192, 1024, 65536, en="examples in an epoch, the largest batch", zh="一个 epoch 的样本数，也是最大的批次"
    )
    repeats: int = param(30, 3, 500, en="updates timed for each size", zh="每种大小计时的更新次数")
    budget: int = param(
        15, 2, 500, en="full-batch updates whose seconds all get", zh="各批次所得的时间，合多少次整批更新"
    )
    rate: float = param(0.1, 0.001, 1.0, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("thousand-hardly-longer", "<", 3.0,
          en="an update on 1024 digits takes hardly longer than on one",
          zh="用 1024 个数字更新一次，不比用一个慢多少",
          quantity_en="time of an update, batch of 1024 over batch of 1",
          quantity_zh="一次更新的时间之比，1024 个比 1 个",
          seeds=1),
    Claim("then-it-grows", ">", 3.0,
          en="beyond that the time grows with the batch", zh="再往上，时间就随批次增长了",
          quantity_en="time of an update, all over batch of 1024", quantity_zh="一次更新的时间之比，整批比 1024 个",
          seeds=1),
    Claim("small-epoch-is-long", ">", 10.0,
          en="an epoch takes longer in small batches", zh="批次越小，一个 epoch 越久",
          quantity_en="time of an epoch, batch of 1 over batch of 1024",
          quantity_zh="一个 epoch 的时间之比，1 个比 1024 个",
          seeds=1),
    Claim("at-once-is-faster", ">", 5.0,
          en="one matrix product beats a loop over the examples", zh="一次矩阵乘法胜过逐个样本的循环",
          quantity_en="time of the loop over that of the product", quantity_zh="循环与矩阵乘法的时间之比",
          seeds=1),
    Claim("at-once-is-the-same", "<", 1e-5,
          en="and gives the same numbers", zh="而且结果一样",
          quantity_en="largest difference", quantity_zh="最大的差", seeds=1),
    Claim("sooner-by-the-clock", ">", 2.0,
          en="in the same seconds batches of 32 learn more than full batches",
          zh="同样的秒数，32 个一批比整批学到的多",
          quantity_en="training loss, all over batch of 32", quantity_zh="训练损失之比，整批比 32 个", seeds=1),
)  # fmt: skip

ZH = {
    "training loss by seconds": "训练损失，按秒数", "The clock": "时间", "batch": "批次大小",
    "update, ms": "一次更新，毫秒",
    "epoch, seconds": "一个 epoch，秒", "updates in the time": "这段时间内的更新次数", "loss after it": "之后的损失",
}  # fmt: skip


def update(net: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    loss = cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss.item()  # waits for the device


def seconds_an_update(net: nn.Module, x: Tensor, y: Tensor, size: int, repeats: int) -> float:
    """The median, after two updates to warm up."""
    optimizer, times = torch.optim.SGD(net.parameters(), lr=0.0), []
    for _ in range(repeats + 2):
        chosen = torch.randint(len(y), (size,), device=y.device)
        start = perf_counter()
        update(net, optimizer, x[chosen], y[chosen])
        times.append(perf_counter() - start)
    return median(times[2:])


def seconds_of_product(x: Tensor, w: Tensor) -> tuple[float, float, float]:
    """Seconds of a loop over the rows, seconds of X W at once, and the largest difference of the two results."""
    (x[0] @ w + x[:2] @ w).sum().item()  # the first call of each kind takes longer
    start = perf_counter()
    looped = torch.stack([row @ w for row in x])
    looped.sum().item()
    middle = perf_counter()
    at_once = x @ w
    at_once.sum().item()
    return middle - start, perf_counter() - middle, float((looped - at_once).abs().max())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    drawn = seeds.randint(len(data.train_labels), (config.examples,))[0]
    x, y = data.train_images[drawn], data.train_labels[drawn]
    beginning = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))[0]
    sizes = (1, 32, 1024, config.examples)
    seconds = {size: seconds_an_update(beginning, x, y, size, config.repeats) for size in sizes}
    budget, losses, rows = config.budget * seconds[config.examples], {}, []
    for place, size in enumerate(sizes):
        net = deepcopy(beginning)
        optimizer = torch.optim.SGD(net.parameters(), lr=config.rate)
        updates = max(int(budget / seconds[size]), 1)
        for made in range(1, updates + 1):
            chosen = torch.randint(len(y), (size,), device=y.device) if size < len(y) else slice(None)
            update(net, optimizer, x[chosen], y[chosen])
            if made % ceil(updates / 25) == 0 or made == updates:
                losses[size] = float(cross_entropy(net(x), y))
                yield Metric(str(size), made * seconds[size], losses[size], chart="training loss by seconds")
        epoch = seconds[size] * ceil(config.examples / size)
        rows.append([size, 1000 * seconds[size], epoch, updates, losses[size]])
        yield Progress(place + 1, len(sizes))
    yield Table("The clock", ["batch", "update, ms", "epoch, seconds", "updates in the time", "loss after it"], rows)
    loop, at_once, apart = seconds_of_product(x, beginning[0].weight.detach().T.contiguous())
    yield Measured("thousand-hardly-longer", seconds[1024] / seconds[1])
    yield Measured("then-it-grows", seconds[config.examples] / seconds[1024])
    yield Measured("small-epoch-is-long", 1024 * seconds[1] / seconds[1024])
    yield Measured("at-once-is-faster", loop / at_once)
    yield Measured("at-once-is-the-same", apart)
    yield Measured("sooner-by-the-clock", losses[config.examples] / losses[32])
