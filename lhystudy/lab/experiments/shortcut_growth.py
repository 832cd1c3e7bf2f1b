"""A path with factor 1 keeps gradients alive; it does not keep them small. And the path through an LSTM's memory.

因子为 1 的路让梯度活着，却管不住它变大；再看 LSTM 记忆里的那条路。

Random blocks at the start, no training. What enters are real digits, what comes out is summed with random signs.

lesson: transformer-encoder
quick: blocks=10
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WIDTH = 64


@dataclass(frozen=True)
class Config:
    blocks: int = param(50, 5, 200, en="blocks", zh="块数")
    words: int = param(20, 5, 100, en="steps of the LSTM", zh="LSTM 的步数")


CLAIMS = (
    Claim("plain-vanishes", "<", -6.0,
          en="without shortcuts the gradient at the input has vanished", zh="没有捷径，输入处的梯度已经消失",
          quantity_en="log10 of the gradient's length at the input over that at the output",
          quantity_zh="输入处与输出处梯度长度之比的 log10"),
    Claim("shortcut-keeps", ">", -1.0,
          en="with shortcuts it arrives", zh="有捷径，它就到得了", quantity_en="the same", quantity_zh="同上"),
    Claim("identity-bounds", "<", 1.0,
          en="with shortcuts it does not explode either, even with strong branches (He)",
          zh="有捷径，它也不会爆炸，支路强（He 初始化）也不会",
          quantity_en="the same", quantity_zh="同上"),
    Claim("scaling-bounds", "<", 1.0,
          en="branches divided by the root of their number keep it within a factor of ten",
          zh="支路除以块数的平方根，变化就不超过十倍",
          quantity_en="size of that logarithm", quantity_zh="这个对数的绝对值"),
    Claim("norm-bounds", "<", 1.0,
          en="so does a norm inside the branch", zh="在支路里归一化，也是", quantity_en="size of that logarithm",
          quantity_zh="这个对数的绝对值"),
    Claim("memory-path-is-gates", "<", 1e-5,
          en="LSTM: with the way through h cut, dc_T/dc_0 is the product of the forget gates",
          zh="LSTM：切断经过 h 的路，dc_T/dc_0 就是各遗忘门之积",
          quantity_en="largest relative difference", quantity_zh="最大相对误差"),
    Claim("whole-is-gates", "<", 1e-5,
          en="and so it is with that way left in", zh="不切断也是这样", quantity_en="largest relative difference",
          quantity_zh="最大相对误差"),
)  # fmt: skip

ZH = {"log10 of the gradient's length, from the output back": "梯度长度的 log10，从输出往回",
      "Back at the input": "回到输入处",
      "blocks as": "块的样子", "log10 of the ratio": "比值的 log10", "plain": "没有捷径", "shortcut": "捷径",
      "shortcut, He": "捷径，He", "shortcut, He, scaled": "捷径，He，缩小",
      "shortcut, He, norm": "捷径，He，归一化"}  # fmt: skip


def branch(h: Tensor, weight: Tensor, norm: bool) -> Tensor:
    """A ReLU of the input (normalised per digit, if asked), then a matrix: (seeds, n, width) -> the same."""
    if norm:
        h = (h - h.mean(2, keepdim=True)) / (h.var(2, correction=0, keepdim=True) + 1e-5).sqrt()
    return h.relu() @ weight


def lengths(x: Tensor, weights: Tensor, keep: float, scale: float, norm: bool, signs: Tensor) -> list[Tensor]:
    """log10 of the gradient's length at the output and at each block's input, back from it: (seeds,) each."""
    states = [x.clone().requires_grad_()]
    for weight in weights.unbind(1):
        states.append(keep * states[-1] + scale * branch(states[-1], weight, norm))
    gradients = torch.autograd.grad((states[-1] * signs).sum(), states)
    sizes = [g.flatten(1).norm(dim=1).log10() for g in gradients]
    return [size - sizes[-1] for size in reversed(sizes)]


def lstm_path(seeds: Seeds, words: int, cut: bool) -> Tensor:
    """Largest relative difference of dc_T/dc_0 (its diagonal) from the product of the forget gates: (seeds,)."""
    n = 8
    draw = seeds.stack(lambda: torch.rand(4, 2 * n + 1, n, dtype=torch.float64)).cpu() - 0.5
    x = seeds.stack(lambda: torch.randn(words, n, dtype=torch.float64)).cpu()
    c_0 = torch.zeros(seeds.count, n, dtype=torch.float64, requires_grad=True)
    c, h, product = c_0, torch.zeros_like(c_0), torch.ones_like(c_0)
    for t in range(words):
        joined = torch.cat([x[:, t], h.detach() if cut else h, torch.ones_like(h[:, :1])], dim=1)
        g, i, f, o = (torch.einsum("sk,skn->sn", joined, draw[:, k]) for k in range(4))
        f = torch.sigmoid(f + 3)  # open at first
        c, product = f * c + torch.sigmoid(i) * g.tanh(), product * f.detach()
        h = torch.sigmoid(o) * c.tanh()
    diagonal = torch.stack([torch.autograd.grad(c[:, k].sum(), c_0, retain_graph=True)[0][:, k] for k in range(n)], 1)
    return ((diagonal - product) / product).abs().amax(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    double = torch.float64
    x = data.train_images[seeds.randint(len(data.train_images), (32,)).cpu()].double()  # (seeds, 32, 64)
    drawn = seeds.stack(lambda: torch.randn(config.blocks, WIDTH, WIDTH, dtype=double)).cpu()
    signs = seeds.stack(lambda: torch.randn(32, WIDTH, dtype=double)).cpu().sign()
    weak, strong = drawn / (3 * WIDTH) ** 0.5, drawn * (2 / WIDTH) ** 0.5  # torch's variance, He's
    plans = {"plain": (weak, 0.0, 1.0, False), "shortcut": (weak, 1.0, 1.0, False),
             "shortcut, He": (strong, 1.0, 1.0, False),
             "shortcut, He, scaled": (strong, 1.0, config.blocks**-0.5, False),
             "shortcut, He, norm": (strong, 1.0, 1.0, True)}  # fmt: skip
    short = dict(zip(plans, ("plain", "weak", "He", "scaled", "norm"), strict=True))
    end: dict[str, Tensor] = {}
    for name, (weights, keep, scale, norm) in plans.items():
        path = lengths(x, weights, keep, scale, norm, signs)
        for block, size in enumerate(path):
            yield Metric(short[name], block, size, chart="log10 of the gradient's length, from the output back")
        end[name] = path[-1]
        yield Progress(len(end), len(plans))
    yield Table("Back at the input", ["blocks as", "log10 of the ratio"], [[name, size] for name, size in end.items()])
    yield Measured("plain-vanishes", end["plain"])
    yield Measured("shortcut-keeps", end["shortcut"])
    yield Measured("identity-bounds", end["shortcut, He"])
    yield Measured("scaling-bounds", end["shortcut, He, scaled"].abs())
    yield Measured("norm-bounds", end["shortcut, He, norm"].abs())
    yield Measured("memory-path-is-gates", lstm_path(seeds, config.words, cut=True))
    yield Measured("whole-is-gates", lstm_path(seeds, config.words, cut=False))
