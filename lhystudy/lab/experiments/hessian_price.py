"""What the Hessian costs: the whole matrix, one product with a vector, and the most negative direction.

海森矩阵要花多少：整个矩阵、与一个向量的乘积、最负的方向。

lesson: critical-points
quick: largest=300 repeats=3 turns=100
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    largest: int = param(2000, 200, 20000, en="weights of the largest network", zh="最大网络的参数个数")
    repeats: int = param(10, 1, 100, en="times each gradient and product is taken", zh="梯度与乘积各重复几次")
    turns: int = param(300, 50, 3000, en="turns of the power iteration", zh="幂迭代的次数")


CLAIMS = (
    Claim("matrix-is-dear", ">", 100.0,
          en="the whole Hessian costs more than a hundred gradients", zh="整个海森矩阵比一百次梯度还贵",
          quantity_en="seconds over those of a gradient, largest network",
          quantity_zh="与一次梯度的时间之比，最大的网络"),
    Claim("product-is-dear", ">", 100.0,
          en="so does whatever needs the Hessian, one product H v included",
          zh="凡用到海森矩阵的都如此，乘积 H v 也不例外",
          quantity_en="seconds of H v over those of a gradient", quantity_zh="H v 与一次梯度的时间之比"),
    Claim("product-is-exact", "<", 1e-8,
          en="the gradient of (gradient . v) is H v", zh="（梯度 · v）的梯度就是 H v",
          quantity_en="largest relative difference from the matrix times v", quantity_zh="与矩阵乘 v 的最大相对差"),
    Claim("power-finds-most-negative", "<", 0.01,
          en="power iteration finds the most negative eigenvalue", zh="幂迭代能找到最负的特征值",
          quantity_en="distance from -1, matrix diag(5, 1, -1)", quantity_zh="与 -1 的距离，矩阵 diag(5, 1, -1)"),
    Claim("shifted-finds-most-negative", "<", 0.01,
          en="power iteration on 5 I - H finds it", zh="对 5 I - H 做幂迭代能找到",
          quantity_en="distance from -1", quantity_zh="与 -1 的距离"),
    Claim("found-direction-lowers", "<", 0.0,
          en="the direction found by products alone bends the network's loss down",
          zh="只靠乘积找到的方向，使网络的损失向下弯",
          quantity_en="v^T H v over the largest eigenvalue", quantity_zh="v^T H v 与最大特征值之比"),
)  # fmt: skip

ZH = {
    "time in gradients": "耗时，以一次梯度为单位", "What each costs": "各自的代价", "weights": "权重数",
    "gradient ms": "梯度，毫秒", "H v ms": "H v，毫秒", "whole H ms": "整个 H，毫秒", "H v / gradient": "H v / 梯度",
    "whole H / gradient": "整个 H / 梯度", "Power iteration on diag(5, 1, -1)": "对 diag(5, 1, -1) 作幂迭代",
    "with": "用", "ends at the eigenvalue": "收敛到的特征值", "The {}-weight network": "{} 个权重的网络",
    "largest eigenvalue": "最大特征值", "most negative": "最负的",
    "v^T H v by products alone": "只用乘积求得的 v^T H v",
}  # fmt: skip


class Net:
    """A 64-h-10 tanh network on 200 real digits, its weights in one vector w; the last layer has no bias."""

    def __init__(self, weights: int) -> None:
        data = digits()
        self.hidden = max(weights // 75, 1)  # 64 + 1 weights into each hidden value, 10 out of it
        self.images = torch.cat([data.train_images[:200].double(), torch.ones(200, 1, dtype=torch.float64)], 1)
        self.labels = data.train_labels[:200]
        self.w = 0.2 * torch.randn(75 * self.hidden, dtype=torch.float64)  # float64 stays on the CPU

    def loss(self, w: Tensor) -> Tensor:
        """Cross entropy of all training images."""
        into, out = w[: 65 * self.hidden].view(65, -1), w[65 * self.hidden :].view(-1, 10)
        return torch.nn.functional.cross_entropy(torch.tanh(self.images @ into) @ out, self.labels)

    def gradient(self, w: Tensor) -> Tensor:
        """Shape (P,)."""
        (slope,) = torch.autograd.grad(self.loss(w), w, create_graph=True)
        return slope

    def plain_gradient(self) -> Tensor:
        """The gradient at w as training takes it, without the means to differentiate it again."""
        w = self.w.detach().requires_grad_()
        return torch.autograd.grad(self.loss(w), w)[0]

    def product(self, v: Tensor) -> Tensor:
        """H v: the gradient of the gradient's dot product with a fixed v. No P x P matrix is made."""
        w = self.w.detach().requires_grad_()
        return torch.autograd.grad(self.gradient(w) @ v, w)[0]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The shortest of several tries, the first one (which warms up) not counted unless it is the only one."""
    taken = []
    for _ in range(repeats + (repeats > 1)):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken[1:] or taken)


def columns_of_hessian(net: Net) -> Tensor:
    """The whole Hessian, one product with a unit vector for each column."""
    return torch.stack([net.product(e) for e in torch.eye(len(net.w), dtype=torch.float64)])


def power(times: Callable[[Tensor], Tensor], size: int, turns: int) -> Tensor:
    """The unit vector at which repeated multiplication arrives."""
    v = torch.randn(size, dtype=torch.float64)
    for _ in range(turns):
        v = times(v)
        v = v / v.norm()
    return v


def prices(size: int, config: Config) -> list[float]:
    """Milliseconds of a gradient, of H v and of the whole H, and the ratios to a gradient. Runs once a seed."""
    net = Net(size)
    v = torch.randn_like(net.w)
    one = seconds(net.plain_gradient, config.repeats)
    two = seconds(partial(net.product, v), config.repeats)
    whole = seconds(partial(columns_of_hessian, net), 1)
    return [len(v), 1000 * one, 1000 * two, 1000 * whole, two / one, whole / one]


def on_a_diagonal(config: Config) -> list[float]:
    """The eigenvalues of diag(5, 1, -1) at which power iteration ends: with H, and with 5 I - H. Runs once a seed."""
    diagonal = torch.tensor([5.0, 1.0, -1.0], dtype=torch.float64)
    plain = power(lambda v: diagonal * v, 3, config.turns)
    shifted = power(lambda v: (5 - diagonal) * v, 3, config.turns)
    return [(u * diagonal * u).sum().item() for u in (plain, shifted)]


def on_a_network(config: Config) -> list[float]:
    """How far H v is off, the largest and the least eigenvalue, and v^T H v found by products. Runs once a seed."""
    net = Net(150)
    hessian = torch.func.hessian(net.loss)(net.w)  # another way: forward mode over reverse mode
    v = torch.randn_like(net.w)
    expected = hessian @ v
    off = (net.product(v) - expected).abs().max() / expected.abs().max()
    top = power(net.product, len(net.w), config.turns)
    largest = (top @ net.product(top)).abs().item()  # a bound for every eigenvalue, after enough turns
    down = power(lambda v: largest * v - net.product(v), len(net.w), config.turns)
    least = torch.linalg.eigvalsh(hessian)[0].item()
    return [off.item(), largest, least, (down @ net.product(down)).item()]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows = []
    for done, size in enumerate((150, config.largest // 4, config.largest)):
        priced = torch.tensor(seeds.each(partial(prices, size, config)), dtype=torch.float64).T  # (6, seeds)
        weights, *costs = priced
        rows.append([int(weights[0]), *costs])
        yield Metric("H v", rows[-1][0], costs[3], chart="time in gradients")
        yield Metric("whole H", rows[-1][0], costs[4], chart="time in gradients")
        yield Progress(done + 1, 4)
    columns = ["weights", "gradient ms", "H v ms", "whole H ms", "H v / gradient", "whole H / gradient"]
    yield Table("What each costs", columns, rows)
    yield Measured("matrix-is-dear", rows[-1][5])
    yield Measured("product-is-dear", rows[-1][4])

    plain, shifted = torch.tensor(seeds.each(partial(on_a_diagonal, config)), dtype=torch.float64).T
    yield Table("Power iteration on diag(5, 1, -1)", ["with", "ends at the eigenvalue"],
                [["H", plain], ["5 I - H", shifted]])  # fmt: skip
    yield Measured("power-finds-most-negative", (plain + 1).abs())
    yield Measured("shifted-finds-most-negative", (shifted + 1).abs())

    off, largest, least, bend = torch.tensor(seeds.each(partial(on_a_network, config)), dtype=torch.float64).T
    yield Measured("product-is-exact", off)
    yield Table("The 150-weight network", ["largest eigenvalue", "most negative", "v^T H v by products alone"],
                [[largest, least, bend]])  # fmt: skip
    yield Measured("found-direction-lowers", bend / largest)
