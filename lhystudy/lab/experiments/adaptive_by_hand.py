"""Adagrad, RMSProp and Adam in a few lines each, beside PyTorch's; and what is not the same.

几行代码写出 Adagrad、RMSProp 和 Adam，与 PyTorch 的并排比较；以及哪些其实不一样。

Each goes 60 steps down the bowl (w_1^2 + 20 w_2^2)/2 under the same gradient noise, in double precision.

lesson: adaptive-lr
quick: steps=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(60, 5, 2000, en="steps", zh="步数")
    rate: float = param(0.1, 0.0001, 1.0, en="learning rate", zh="学习率")
    noise: float = param(0.3, 0.0, 10.0, en="spread of the gradient noise", zh="梯度噪声的标准差")


CLAIMS = (
    Claim("sum-form-is-adagrad", "<", 1e-6,
          en="the root of the sum of squares is Adagrad", zh="平方和再开方，就是 Adagrad",
          quantity_en="largest distance from torch.optim.Adagrad", quantity_zh="与 torch.optim.Adagrad 的最大距离"),
    Claim("mean-form-is-adagrad", "<", 1e-6,
          en="so is the root of the mean of squares", zh="平方的平均再开方，也是 Adagrad",
          quantity_en="largest distance from torch.optim.Adagrad", quantity_zh="与 torch.optim.Adagrad 的最大距离"),
    Claim("mean-form-with-decay-is", "<", 1e-6,
          en="the mean form with the rate eta/sqrt(t + 1) is", zh="均值形式配上学习率 eta/sqrt(t + 1) 才是",
          quantity_en="largest distance from torch.optim.Adagrad", quantity_zh="与 torch.optim.Adagrad 的最大距离"),
    Claim("rmsprop-by-hand", "<", 1e-6,
          en="the forgetting average is RMSProp", zh="会遗忘的平均，就是 RMSProp",
          quantity_en="largest distance from torch.optim.RMSprop", quantity_zh="与 torch.optim.RMSprop 的最大距离"),
    Claim("adam-by-hand", "<", 1e-6,
          en="two corrected averages are Adam", zh="两个修正过的平均，就是 Adam",
          quantity_en="largest distance from torch.optim.Adam", quantity_zh="与 torch.optim.Adam 的最大距离"),
    Claim("adam-is-rmsprop-plus-momentum", "<", 1e-6,
          en="Adam is RMSProp plus momentum", zh="Adam 就是 RMSProp 加动量",
          quantity_en="largest distance of torch.optim.RMSprop with momentum from torch.optim.Adam",
          quantity_zh="带动量的 torch.optim.RMSprop 与 torch.optim.Adam 的最大距离"),
    Claim("uncorrected-first-step", ">", 3.0,
          en="without correction the first step is about three times too large", zh="不修正，第一步大约大到三倍",
          quantity_en="length of the first step without over with correction",
          quantity_zh="第一步的长度之比，不修正比修正"),
)  # fmt: skip

ZH = {
    "distance from PyTorch's": "与 PyTorch 的距离",
    "By hand and by PyTorch": "手写的与 PyTorch 的", "by hand": "手写",
    "by PyTorch": "PyTorch", "largest distance": "最大距离", "after one step": "一步之后", "sum of squares": "平方和",
    "mean of squares": "平方的平均", "mean, decaying rate": "平均，学习率递减", "forgetting average": "会遗忘的平均",
    "two averages, corrected": "两个平均，有修正", "two averages, uncorrected": "两个平均，无修正",
    "RMSprop with momentum": "带动量的 RMSprop",
}  # fmt: skip

Step = Callable[[int, Tensor], Tensor]  # (t, gradient) -> how far w moves; t counts from 0
CURVATURE = torch.tensor([1.0, 20.0], dtype=torch.float64)
A, B1, B2, EPS = 0.9, 0.9, 0.999, 1e-10


def adagrad(rate: float, mean: bool, decay: bool) -> Step:
    total = torch.zeros(())

    def step(t: int, g: Tensor) -> Tensor:
        nonlocal total
        total = total + g**2
        sigma = (total / (t + 1)).sqrt() if mean else total.sqrt()
        return -(rate / (t + 1) ** 0.5 if decay else rate) * g / (sigma + (0 if decay else EPS))

    return step


def rmsprop(rate: float) -> Step:
    s = torch.zeros(())

    def step(t: int, g: Tensor) -> Tensor:
        nonlocal s
        s = A * s + (1 - A) * g**2
        return -rate * g / (s.sqrt() + EPS)

    return step


def adam(rate: float, correct: bool) -> Step:
    m = v = torch.zeros(())

    def step(t: int, g: Tensor) -> Tensor:
        nonlocal m, v
        m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g**2
        first, second = (1 - B1 ** (t + 1), 1 - B2 ** (t + 1)) if correct else (1, 1)
        return -rate * (m / first) / ((v / second).sqrt() + EPS)

    return step


def walk(step: Step, start: Tensor, noise: Tensor) -> Tensor:
    """Places after each step: (steps, seeds, 2)."""
    w, path = start, []
    for t in range(len(noise)):
        w = w + step(t, CURVATURE * w + noise[t])
        path.append(w)
    return torch.stack(path)


def walk_with(make: Callable[[list[Tensor]], torch.optim.Optimizer], start: Tensor, noise: Tensor) -> Tensor:
    """The same with one of PyTorch's optimizers."""
    w = start.clone().requires_grad_()
    optimizer, path = make([w]), []
    for t in range(len(noise)):
        w.grad = CURVATURE * w.detach() + noise[t]
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    start = seeds.stack(lambda: 2 + torch.rand(2, dtype=torch.float64)).cpu()
    noise = config.noise * seeds.stack(lambda: torch.randn(config.steps, 2, dtype=torch.float64)).cpu().transpose(0, 1)
    rate = config.rate
    theirs = {
        "Adagrad": walk_with(lambda w: torch.optim.Adagrad(w, rate), start, noise),
        "RMSprop": walk_with(lambda w: torch.optim.RMSprop(w, rate, alpha=A, eps=EPS), start, noise),
        "Adam": walk_with(lambda w: torch.optim.Adam(w, rate, betas=(B1, B2), eps=EPS), start, noise),
    }
    mixed = walk_with(  # with Adam's two numbers, so that only the order and the corrections differ
        lambda w: torch.optim.RMSprop(w, rate * (1 - B1), alpha=B2, eps=EPS, momentum=B1), start, noise
    )
    pairs = {
        "sum of squares": ("Adagrad", walk(adagrad(rate, mean=False, decay=False), start, noise)),
        "mean of squares": ("Adagrad", walk(adagrad(rate, mean=True, decay=False), start, noise)),
        "mean, decaying rate": ("Adagrad", walk(adagrad(rate, mean=True, decay=True), start, noise)),
        "forgetting average": ("RMSprop", walk(rmsprop(rate), start, noise)),
        "two averages, corrected": ("Adam", walk(adam(rate, correct=True), start, noise)),
        "two averages, uncorrected": ("Adam", walk(adam(rate, correct=False), start, noise)),
        "RMSprop with momentum": ("Adam", mixed),
    }
    rows, off, first = [], {}, {}
    for done, (mine, (name, path)) in enumerate(pairs.items()):
        apart = (path - theirs[name]).norm(dim=2)  # (steps, seeds)
        off[mine], first[mine] = apart.amax(dim=0), (path[0] - start).norm(dim=1)
        rows.append([mine, name, first[mine], off[mine]])
        if mine in ("mean of squares", "two averages, uncorrected", "RMSprop with momentum"):
            series = {"mean": "mean form", "two ": "uncorrected", "RMSp": "RMSProp+momentum"}[mine[:4]]
            for t in range(0, config.steps, -(-config.steps // 60)):
                yield Metric(series, t + 1, apart[t], chart="distance from PyTorch's")
        yield Progress(done + 1, len(pairs))
    yield Table("By hand and by PyTorch", ["by hand", "by PyTorch", "after one step", "largest distance"], rows)
    yield Measured("sum-form-is-adagrad", off["sum of squares"])
    yield Measured("mean-form-is-adagrad", off["mean of squares"])
    yield Measured("mean-form-with-decay-is", off["mean, decaying rate"])
    yield Measured("rmsprop-by-hand", off["forgetting average"])
    yield Measured("adam-by-hand", off["two averages, corrected"])
    yield Measured("adam-is-rmsprop-plus-momentum", off["RMSprop with momentum"])
    yield Measured("uncorrected-first-step", first["two averages, uncorrected"] / first["two averages, corrected"])
