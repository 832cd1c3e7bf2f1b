"""Backpropagation through time by hand gives autograd's numbers, and what is lost when it is cut short.

手算的随时间反向传播与自动求导一致；半路截断会丢掉什么。

First one neuron, then sixteen, on inputs drawn by chance, with the loss at the last step only (float64). Then networks
learn to name the first of some symbols, with the way back complete, or cut to its last steps.

lesson: training-rnns
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy
from lhystudy.lab.sequences import first_symbol

SYMBOLS = 6  # the first one is 0 or 1, the others say nothing


@dataclass(frozen=True)
class Config:
    length: int = param(30, 5, 60, en="steps of the sequence", zh="序列的步数")
    hidden: int = param(16, 2, 64, en="hidden neurons", zh="隐藏神经元数")
    gap: int = param(10, 4, 20, en="symbols after the first one", zh="首个符号之后的符号数")
    kept: int = param(5, 1, 20, en="steps that the shortened way back keeps", zh="截断之后保留的步数")
    steps: int = param(150, 10, 2000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("one-neuron-agrees", "<", 1e-10,
          en="for one neuron the sum over time is autograd's derivative",
          zh="一个神经元：对时间求和，就是自动求导的结果",
          quantity_en="relative difference", quantity_zh="相对误差"),
    Claim("layer-agrees", "<", 1e-10,
          en="for a layer the recursion backwards is autograd's gradient",
          zh="一层神经元：向后的递推，就是自动求导的梯度",
          quantity_en="relative difference", quantity_zh="相对误差"),
    Claim("copies-add", "<", 1e-10,
          en="it is the sum of the gradients of one copy of the weights for each step",
          zh="它等于给每一步各一份权重时，各份梯度之和",
          quantity_en="relative difference", quantity_zh="相对误差"),
    Claim("last-steps-decide", ">", 0.99,
          en="from PyTorch's start, a third of the way back already gives the direction",
          zh="在 PyTorch 的起点，往回走三分之一，方向已经对了",
          quantity_en="cosine of the shortened gradient with the whole one",
          quantity_zh="截断的梯度与完整梯度的余弦"),
    Claim("whole-way-learns", ">", 0.95,
          en="with the whole way back the first symbol is learned", zh="走完全程，学得会首个符号",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("cut-short-misses", "<", 0.75,
          en="with the way cut before it reaches the first symbol, it is not", zh="到首个符号之前就截断，学不会",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
)  # fmt: skip

ZH = {
    "cosine with the whole gradient": "与完整梯度的余弦", "training loss": "训练损失",
    "Naming the first symbol": "说出首个符号", "way back": "往回走", "accuracy": "准确率",
    "whole": "全程", "last {} steps": "最后 {} 步",
}  # fmt: skip


def forward(w: Tensor | list[Tensor], u: Tensor, x: Tensor) -> list[Tensor]:
    """States h_0 = 0, h_1, …: h_t = tanh(W h_{t-1} + U x_t), (seeds, hidden, 1) each; w may be one copy a step."""
    states = [torch.zeros_like(u @ x[:, 0])]
    for t in range(x.shape[1]):
        matrix = w[t] if isinstance(w, list) else w
        states.append(torch.tanh(matrix @ states[-1] + u @ x[:, t]))
    return states


def by_hand(w: Tensor, states: list[Tensor], target: Tensor) -> list[Tensor]:
    """The shares of dL/dW, the last step's first, for L = |h_T - target|²/2: (seeds, hidden, hidden) each."""
    delta = (states[-1] - target) * (1 - states[-1] ** 2)  # dL/dz_T
    shares = []
    for t in range(len(states) - 1, 0, -1):
        shares.append(delta @ states[t - 1].mT)
        delta = (w.mT @ delta) * (1 - states[t - 1] ** 2)
    return shares


def apart(found: Tensor, expected: Tensor) -> Tensor:  # (seeds,)
    difference: Tensor = (found - expected).flatten(1).norm(dim=1) / expected.flatten(1).norm(dim=1)
    return difference


def compare(seeds: Seeds, hidden: int, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """How far the hand's gradient and the sum over copies are from autograd's, and the cosine by steps kept."""
    bound = hidden**-0.5  # as PyTorch starts: uniform within 1/sqrt(hidden)
    w, u = (bound * (2 * seeds.rand(hidden, n).cpu().double() - 1) for n in (hidden, 3))
    x, target = seeds.randn(length, 3, 1).cpu().double(), seeds.randn(hidden, 1).cpu().double()
    w.requires_grad_()
    states = forward(w, u, x)
    auto = torch.autograd.grad((states[-1] - target).square().sum() / 2, w)[0]
    copies = [w.detach().clone().requires_grad_() for _ in range(length)]
    last = forward(copies, u, x)[-1]
    each = torch.stack(torch.autograd.grad((last - target).square().sum() / 2, copies)).sum(0)
    shares = torch.stack(by_hand(w.detach(), [state.detach() for state in states], target)).cumsum(0)
    cosine = torch.cosine_similarity(shares.flatten(2), auto.flatten(1)[None], dim=2)  # (length, seeds)
    return apart(shares[-1], auto), apart(each, auto), cosine


class Recall(nn.Module):
    """An Elman network that names the first symbol; the way back ends `kept` steps before the end."""

    def __init__(self, hidden: int, kept: int) -> None:
        super().__init__()
        self.cell, self.answer, self.kept = nn.RNN(SYMBOLS, hidden), nn.Linear(hidden, 2), kept

    def forward(self, symbols: Tensor) -> Tensor:  # (1 + gap, batch, SYMBOLS) -> (batch, 2)
        state = self.cell(symbols[: -self.kept])[1].detach() if self.kept < len(symbols) else None
        scores: Tensor = self.answer(self.cell(symbols[-self.kept :], state)[0][-1])
        return scores


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    one_hand, _, _ = compare(seeds, 1, config.length)
    hand, copies, cosine = compare(seeds, config.hidden, config.length)
    for k, value in enumerate(cosine, 1):
        yield Metric("steps kept", k, value, chart="cosine with the whole gradient")
    accuracy: dict[str, Tensor] = {}
    for name, kept in {"whole": config.gap + 1, f"last {config.kept} steps": config.kept}.items():
        network = seeds.network(partial(Recall, config.hidden, kept))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for step in range(config.steps):
            symbols, first = first_symbol(seeds, 32, config.gap, SYMBOLS)
            loss = cross_entropy(network(symbols), first)
            optimizer.zero_grad()
            loss.sum().backward()
            clip_gradients(network.parameters(), 1.0)
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(step + 1 + config.steps * len(accuracy), 2 * config.steps)
        with torch.no_grad():
            symbols, first = first_symbol(seeds, 500, config.gap, SYMBOLS)
            accuracy[name] = (network(symbols).argmax(2) == first).cpu().double().mean(1)
    yield Table(
        "Naming the first symbol", ["way back", "accuracy"], [[name, value] for name, value in accuracy.items()]
    )

    whole, cut = accuracy.values()
    yield Measured("one-neuron-agrees", one_hand)
    yield Measured("layer-agrees", hand)
    yield Measured("copies-add", copies)
    yield Measured("last-steps-decide", cosine[config.length // 3 - 1])
    yield Measured("whole-way-learns", whole)
    yield Measured("cut-short-misses", cut)
