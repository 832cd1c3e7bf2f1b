"""What the flat places of a 21-weight network are, beside random matrices and the ends of descent.

一个 21 参数网络的平地是什么样的，再与随机矩阵、与下降的终点相比。

Synthetic data: the product of two numbers on a grid. A 2-5-1 tanh network learns it. Its flat places are found
by making the squared length of the gradient small, which does not care if the loss goes up or down.

lesson: critical-points
quick: starts=6 searches=40 steps=100
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, hessian, vmap

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

FLAT = 1e-6  # a place counts as flat when its gradient is shorter


@dataclass(frozen=True)
class Config:
    starts: int = param(40, 4, 200, en="random starts", zh="随机起点的个数")
    searches: int = param(200, 10, 1000, en="steps of the search for flat places", zh="寻找平地的步数")
    steps: int = param(2000, 100, 20000, en="steps of plain descent", zh="普通下降的步数")
    matrices: int = param(20000, 1000, 200000, en="random symmetric matrices a size", zh="每个阶数的随机对称矩阵个数")


CLAIMS = (
    Claim("most-are-saddles", ">", 0.5,
          en="most of the flat places found are saddles, not minima", zh="找到的平地多数是鞍点，不是最小",
          quantity_en="share with a negative and a positive eigenvalue beyond 1e-6",
          quantity_zh="特征值有正有负（超过 1e-6）的比例"),
    Claim("both-ways-down", "<", 0.0,
          en="from each of them the loss falls along the most negative eigenvector, both ways",
          zh="在每一处，沿最负的特征向量往两边走，损失都下降",
          quantity_en="largest change of the loss, steps of 0.01", quantity_zh="走 0.01，损失变化的最大值"),
    Claim("one-way-out", "<=", 1.0,
          en="a saddle has one direction that leads down", zh="鞍点只有一个往下的方向",
          quantity_en="mean number of negative eigenvalues", quantity_zh="负特征值个数的平均"),
    Claim("half-positive", "<", 0.75,
          en="at the flat places fewer than three quarters of the eigenvalues are positive",
          zh="平地上正的特征值不到四分之三",
          quantity_en="mean share of eigenvalues above 1e-6", quantity_zh="大于 1e-6 的特征值比例的平均"),
    Claim("tolerance-matters", ">", 0.05,
          en="where descent ends, that share hangs on what is called zero", zh="在下降的终点，这个比例取决于多小算零",
          quantity_en="share counted above 1e-6 minus share above 1e-3",
          quantity_zh="以 1e-6 与以 1e-3 为界的比例之差"),
    Claim("fewer-negative-when-lower", ">", 0.0,
          en="the lower the loss of a flat place, the fewer negative eigenvalues", zh="平地的损失越低，负特征值越少",
          quantity_en="rank correlation of loss and number of negatives", quantity_zh="损失与负特征值个数的秩相关"),
    Claim("descent-ends-nearly-upward", ">", -0.01,
          en="where plain descent ends, hardly anything bends down", zh="普通下降的终点，几乎没有向下弯的方向",
          quantity_en="most negative eigenvalue over the largest, mean of the starts",
          quantity_zh="最负特征值与最大特征值之比，各起点平均"),
    Claim("random-rarely-positive", "<", 0.01,
          en="of random symmetric 6 x 6 matrices fewer than one in a hundred is positive definite",
          zh="随机的 6 阶对称矩阵，正定的不到百分之一",
          quantity_en="share", quantity_zh="比例"),
)  # fmt: skip

ZH = {
    "flat places": "平地", "loss": "损失", "negative eigenvalues": "负特征值的个数",
    "Places found, seed {}": "找到的位置，种子 {}", "starts": "起点数", "mean loss": "平均损失",
    "negative from": "负特征值最少", "to": "最多", "share positive": "正特征值的比例", "flat": "平地",
    "not reached": "未到达", "Where plain descent ends": "普通梯度下降的终点", "share above 1e-6": "大于 1e-6 的比例",
    "above 1e-3": "大于 1e-3", "most negative / largest": "最负 / 最大", "Random symmetric matrices": "随机对称矩阵",
    "size": "阶数", "share positive definite": "正定的比例",
}  # fmt: skip

grid = torch.cartesian_prod(
    torch.linspace(-1, 1, 5, dtype=torch.float64), torch.linspace(-1, 1, 5, dtype=torch.float64)
)


def loss(w: Tensor) -> Tensor:
    """Mean squared error of the 2-5-1 network with the 21 weights w on the product of its inputs."""
    hidden = torch.tanh(grid @ w[:10].view(2, 5) + w[10:15])
    return ((hidden @ w[15:20] + w[20] - grid[:, 0] * grid[:, 1]) ** 2).mean()


losses, slopes, bends = vmap(loss), vmap(grad(loss)), vmap(hessian(loss))  # of many weight vectors at once


def find_flat(w: Tensor, searches: int) -> Iterator[Tensor]:
    """Levenberg-Marquardt on the gradient: each start's damping falls when its gradient got shorter, else rises."""
    damping = torch.full((len(w),), 1e-2, dtype=w.dtype)
    unit = torch.eye(w.shape[1], dtype=w.dtype)
    for _ in range(searches):
        g, h = slopes(w), bends(w)
        step = torch.linalg.solve(h @ h + damping[:, None, None] * unit, (h @ g[..., None]))[..., 0]
        better = slopes(w - step).norm(dim=1) < g.norm(dim=1)
        w = torch.where(better[:, None], w - step, w)
        damping = torch.where(better, damping / 3, damping * 3).clamp(1e-16, 1e6)
        yield w


def ranks(values: Tensor) -> Tensor:
    """The rank of each value, ties sharing their mean rank."""
    lower, same = (values[None] < values[:, None]).sum(1), (values[None] == values[:, None]).sum(1)
    return lower + (same - 1) / 2


class Found(NamedTuple):
    """The flat places that one seed's starts led to."""

    rows: list[list[object]]  # of the table, the search's last step
    heights: Tensor  # loss (places,)
    negative: Tensor  # eigenvalues below zero (places,)
    saddles: float  # share
    change: float  # the largest change of loss along the most negative direction, both ways
    positive: float  # share of all eigenvalues
    agreement: float  # rank correlation of height and negative eigenvalues


def search(starts: Tensor, searches: int) -> Found:
    """Looks for flat places from every start (starts, 21), and tells what kind they are."""
    w = list(find_flat(starts, searches))[-1]
    lengths = slopes(w).norm(dim=1)
    flat = lengths <= max(FLAT, lengths.min().item())  # in a short search the flattest one stands in
    eigenvalues, vectors = torch.linalg.eigh(bends(w))
    negative, positive = (eigenvalues < -1e-6).sum(1), (eigenvalues > 1e-6).sum(1)
    rows = [[name, int(mask.sum()), losses(w)[mask].mean().item(), negative[mask].min().item(),
             negative[mask].max().item(), positive[mask].double().mean().item() / 21]
            for name, mask in (("flat", flat), ("not reached", ~flat)) if mask.any()]  # fmt: skip
    at, minus = w[flat], negative[flat]
    saddle = (minus > 0) & (positive[flat] > 0)
    u = vectors[flat][saddle][:, :, 0]
    change = torch.stack([losses(at[saddle] + sign * 0.01 * u) - losses(at[saddle]) for sign in (1, -1)])
    agreement = torch.corrcoef(torch.stack([ranks(losses(at).round(decimals=6)), ranks(minus.double())]))[0, 1]
    return Found(rows, losses(at), minus.double(), saddle.double().mean().item(), change.max().item(),
                 (eigenvalues[flat] > 1e-6).double().mean().item(), agreement.nan_to_num(0).item())  # fmt: skip


def random_matrices(size: int, count: int) -> float:
    """Of so many random symmetric matrices the share that is positive definite. Runs once a seed."""
    square = torch.randn(count, size, size, dtype=torch.float64)
    least = torch.linalg.eigvalsh((square + square.mT) / 2)[:, 0]
    share: float = (least > 0).double().mean().item()
    return share


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    starts = seeds.stack(lambda: torch.randn(config.starts, 21, dtype=torch.float64)).cpu()  # float64 stays on the CPU
    found = []
    for seed, own in enumerate(starts):
        found.append(search(own, config.searches))
        yield Progress(seed + 1, seeds.count + 1)
    columns = ["", "starts", "mean loss", "negative from", "to", "share positive"]
    yield Table(f"Places found, seed {seeds.numbers[0]}", columns, found[0].rows)
    places = torch.stack([found[0].heights, found[0].negative], 1).tolist()
    yield Figure("flat places", "scatter", {"series": {"place": places}}, "loss", "negative eigenvalues")
    yield Measured("most-are-saddles", [one.saddles for one in found])
    yield Measured("both-ways-down", [one.change for one in found])
    yield Measured("one-way-out", [one.negative.mean().item() for one in found])
    yield Measured("half-positive", [one.positive for one in found])
    yield Measured("fewer-negative-when-lower", [one.agreement for one in found])

    w = starts.flatten(0, 1)
    for _ in range(config.steps):
        w = w - 0.2 * slopes(w)
    ends = torch.linalg.eigvalsh(bends(w)).unflatten(0, starts.shape[:2])  # (seeds, starts, 21)
    shares = [(ends > tolerance).double().mean((1, 2)) for tolerance in (1e-6, 1e-3)]
    down = (ends[..., 0] / ends[..., -1]).mean(1)
    height = losses(w).unflatten(0, starts.shape[:2]).mean(1)
    yield Table("Where plain descent ends", ["mean loss", "share above 1e-6", "above 1e-3", "most negative / largest"],
                [[height, *shares, down]])  # fmt: skip
    yield Measured("tolerance-matters", shares[0] - shares[1])
    yield Measured("descent-ends-nearly-upward", down)

    share = {size: seeds.each(partial(random_matrices, size, config.matrices)) for size in range(1, 7)}
    yield Table("Random symmetric matrices", ["size", "share positive definite"], [list(row) for row in share.items()])
    yield Measured("random-rarely-positive", share[6])
