"""What a seed fixes and what it does not: the same training twice, compared bit for bit.

种子固定了什么，没固定什么：同样的训练做两遍，逐位比较。

A small network on synthetic points, in ordinary PyTorch, with torch's own generator.

lesson: pytorch
quick: steps=10
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(50, 5, 2000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("same-seed-same-bits", "<=", 0.0,
          en="with manual_seed before each, two trainings end in the same bits",
          zh="每次之前都调用 manual_seed，两次训练逐位相同",
          quantity_en="share of weights that differ", quantity_zh="不相同的权重比例"),
    Claim("without-a-seed-it-differs", ">", 0.9,
          en="without a seed they do not", zh="不设种子就不同",
          quantity_en="share of weights that differ", quantity_zh="不相同的权重比例"),
    Claim("the-flag-makes-it-repeat", "<=", 0.0,
          en="torch.backends.cudnn.deterministic = True is enough",
          zh="只设 torch.backends.cudnn.deterministic = True 就够了",
          quantity_en="share of weights that differ, flag without seed",
          quantity_zh="只有标志没有种子时，不相同的权重比例"),
    Claim("torch-seeds-them-all", "<=", 0.0,
          en="torch.manual_seed also fixes a shuffle by Python's random or NumPy",
          zh="torch.manual_seed 也固定了 Python 的 random 与 NumPy 的洗牌",
          quantity_en="share of weights that differ when the data are shuffled by these",
          quantity_zh="用它们洗牌时，不相同的权重比例"),
    Claim("one-draw-more-changes-nothing", "<=", 0.0,
          en="with the same seed, one more draw before building the network changes nothing",
          zh="种子相同，建网络之前多抽一个数，什么也不变",
          quantity_en="share of weights that differ", quantity_zh="不相同的权重比例"),
    Claim("order-of-a-sum-is-free", "<=", 0.0,
          en="the same numbers added in another order give the same float32 sum",
          zh="同样的数换个顺序相加，float32 的和不变",
          quantity_en="difference of the two sums", quantity_zh="两个和之差"),
)  # fmt: skip

ZH = {
    "Weights that differ between two trainings": "两次训练之间不相同的权重", "what is fixed": "固定了什么",
    "share that differs": "不相同的比例", "torch's seed": "torch 的种子", "nothing": "什么也没固定",
    "cuDNN's flag": "cuDNN 的标志", "torch's seed, other shuffle": "torch 的种子，别家洗牌",
    "torch's seed, one draw more": "torch 的种子，多抽一个数", "all three seeds, other shuffle": "三个种子，别家洗牌",
}  # fmt: skip


def train(steps: int, shuffle: Callable[[], list[int]]) -> Tensor:
    """The weights after some steps, all in one row; every draw comes from the generators as they stand."""
    network = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    x = torch.linspace(-1, 1, 256).view(64, 4)
    y = torch.sin(3 * x.sum(1, keepdim=True))
    for _ in range(steps):
        picked = shuffle()[:16]
        loss = ((network(x[picked]) - y[picked]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


def by_torch() -> list[int]:
    return torch.randperm(64).tolist()


def by_others() -> list[int]:
    order = list(range(64))
    random.shuffle(order)
    return [order[k] for k in np.random.permutation(64)]


def differing(steps: int, shuffle: Callable[[], list[int]], fix: Callable[[], None], draws: int = 0) -> float:
    """Share of the weights that differ between two trainings, the second with some draws more at its start."""
    ends = []
    for more in (0, draws):
        fix()
        torch.rand(more)
        ends.append(train(steps, shuffle))
    return (ends[0] != ends[1]).double().mean().item()


def comparisons(steps: int) -> dict[str, float]:
    """The share of weights that differ by what is fixed before each training, under one seed's chance."""
    number = int(torch.randint(10**6, ()))

    def fix_nothing() -> None:
        torch.backends.cudnn.deterministic = False

    def set_flag() -> None:
        torch.backends.cudnn.deterministic = True

    def fix_torch() -> None:
        torch.manual_seed(number)

    def fix_all() -> None:
        torch.manual_seed(number)
        random.seed(number)
        np.random.seed(number)

    before = torch.backends.cudnn.deterministic
    try:
        return {
            "torch's seed": differing(steps, by_torch, fix_torch),
            "nothing": differing(steps, by_torch, fix_nothing),
            "cuDNN's flag": differing(steps, by_torch, set_flag),
            "torch's seed, other shuffle": differing(steps, by_others, fix_torch),
            "all three seeds, other shuffle": differing(steps, by_others, fix_all),
            "torch's seed, one draw more": differing(steps, by_torch, fix_torch, draws=1),
        }
    finally:
        torch.backends.cudnn.deterministic = before


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    found = seeds.each(lambda: comparisons(config.steps))
    shares = {name: [one[name] for one in found] for name in found[0]}
    yield Table("Weights that differ between two trainings", ["what is fixed", "share that differs"],
                [[name, share] for name, share in shares.items()])  # fmt: skip
    yield Measured("same-seed-same-bits", shares["torch's seed"])
    yield Measured("without-a-seed-it-differs", shares["nothing"])
    yield Measured("the-flag-makes-it-repeat", shares["cuDNN's flag"])
    yield Measured("torch-seeds-them-all", shares["torch's seed, other shuffle"])
    yield Measured("one-draw-more-changes-nothing", shares["torch's seed, one draw more"])
    numbers = seeds.randn(10000).cpu()
    yield Measured("order-of-a-sum-is-free", (numbers.sum(1) - numbers.flip(1).sum(1)).abs())
