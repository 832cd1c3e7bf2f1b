"""How much of a change in the first state reaches the last one: Elman networks and LSTMs, before any training.

第一个状态的变动，有多少传到最后一个状态：未经训练的 Elman 网络与 LSTM。

The length of the derivative is its largest singular value. Matrices are orthogonal ones times a radius, so that radius
and norm are the same; one more has radius 0.9 and a much larger norm. Inputs are drawn by chance.

lesson: training-rnns
quick: length=20
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    length: int = param(100, 10, 300, en="steps of the Elman networks", zh="Elman 网络的步数")
    hidden: int = param(16, 2, 64, en="hidden neurons", zh="隐藏神经元数")
    memory: int = param(40, 5, 100, en="steps of the LSTMs", zh="LSTM 的步数")


CLAIMS = (
    Claim("linear-vanishes", "<", -4.0,
          en="without a bend, norm 0.9 leaves less than a ten-thousandth", zh="没有弯折，范数 0.9 剩不到万分之一",
          quantity_en="log10 of the derivative's length over all steps", quantity_zh="全程导数长度的 log10"),
    Claim("linear-explodes", ">", 4.0,
          en="without a bend, norm 1.1 makes it grow more than ten thousand times",
          zh="没有弯折，范数 1.1 放大到万倍以上",
          quantity_en="log10 of the derivative's length over all steps", quantity_zh="全程导数长度的 log10"),
    Claim("tanh-explodes", ">", 0.0,
          en="with tanh, norm 1.1 makes it grow as well", zh="有 tanh，范数 1.1 也放大",
          quantity_en="log10 of the derivative's length over all steps", quantity_zh="全程导数长度的 log10"),
    Claim("bound-holds", "<=", 1e-9,
          en="it is never longer than the norm to the power of the steps", zh="从不超过范数的步数次方",
          quantity_en="log10 of the length minus that of the bound, at most",
          quantity_zh="长度的 log10 减上界的 log10，最大值"),
    Claim("radius-misleads", ">", 1.0,
          en="a radius of 0.9 may first let it grow tenfold", zh="谱半径是 0.9，也可能先放大到十倍",
          quantity_en="largest log10 of the derivative's length on the way", quantity_zh="途中导数长度的 log10 最大值"),
    Claim("open-lstm-keeps", ">", -2.0,
          en="an LSTM with forget bias 3 keeps more than a hundredth over the memory's steps",
          zh="遗忘门偏置取 3 的 LSTM，全程能留下百分之一以上",
          quantity_en="log10 of |dc_T/dc_0|", quantity_zh="|dc_T/dc_0| 的 log10"),
    Claim("default-lstm-loses", "<", -6.0,
          en="with bias 0 it loses all but a millionth, as an Elman network does",
          zh="偏置取 0，只剩不到百万分之一，与 Elman 网络一样",
          quantity_en="log10 of |dc_T/dc_0|", quantity_zh="|dc_T/dc_0| 的 log10"),
    Claim("lstm-explodes", ">", 2.0,
          en="with large weights on its outputs an open LSTM explodes all the same",
          zh="输出回来的权重一大，开着门的 LSTM 照样爆炸",
          quantity_en="log10 of |dc_T/dc_0|", quantity_zh="|dc_T/dc_0| 的 log10"),
)  # fmt: skip

ZH = {
    "log10 of |dh_T/dh_0| by steps": "|dh_T/dh_0| 的 log10，随步数",
    "log10 of |dc_T/dc_0| by steps": "|dc_T/dc_0| 的 log10，随步数",
    "LSTM: all paths, and the forget gates alone": "LSTM：所有的路，与只经遗忘门的路", "LSTM": "LSTM",
    "all paths": "所有的路", "forget gates alone": "只经遗忘门",
}  # fmt: skip


def longest(matrix: Tensor) -> Tensor:
    """log10 of the largest singular value: (seeds, m, m) -> (seeds,)."""
    size: Tensor = torch.linalg.matrix_norm(matrix, 2)
    return size.clamp_min(1e-300).log10()


def elman(w: Tensor, inputs: Tensor, bend: bool) -> Iterator[Tensor]:
    """dh_t/dh_0 after each step of h_t = tanh(W h_{t-1} + x_t), as the product of the steps' own: (seeds, m, m)."""
    state = torch.zeros_like(inputs[:, 0])
    product = torch.eye(w.shape[1], dtype=w.dtype).expand_as(w)
    for t in range(inputs.shape[1]):
        state = (w @ state[..., None])[..., 0] + inputs[:, t]
        state = torch.tanh(state) if bend else state
        step = (1 - state**2)[..., None] * w if bend else w  # J_t = diag(f'(z_t)) W
        product = step @ product
        yield product


def lstm(w: Tensor, x: Tensor, bias: float) -> tuple[list[Tensor], list[Tensor]]:
    """log10 of |dc_t/dc_0| by autograd, and of the largest product of forget gates: (seeds,) after each step.

    w is (seeds, 4m, m), rows i, f, g, o; x is (seeds, steps, 4m), what the words add to the four sums. The rows of the
    derivative come from m equal copies, of which copy i answers for c_i.
    """
    m = w.shape[2]
    c = start = torch.zeros(len(w), m, m, dtype=w.dtype, requires_grad=True)  # (seeds, copies, m)
    h, gates = torch.zeros_like(c), torch.ones_like(c)
    whole, alone = [], []
    for t in range(x.shape[1]):
        i, f, g, o = (h @ w.mT + x[:, t, None]).chunk(4, dim=2)
        f = torch.sigmoid(f + bias)
        c = f * c + torch.sigmoid(i) * torch.tanh(g)
        h, gates = torch.sigmoid(o) * torch.tanh(c), gates * f.detach()
        if t % 4 == 3 or t == x.shape[1] - 1:
            own = c.diagonal(dim1=1, dim2=2).sum()
            whole.append(longest(torch.autograd.grad(own, start, retain_graph=True)[0]))
            alone.append(gates.amax((1, 2)).log10())
    return whole, alone


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    m = config.hidden
    turned = torch.linalg.qr(seeds.randn(m, m).cpu().double())[0]
    inputs = seeds.randn(config.length, m).cpu().double() / 2
    skewed = 0.9 * torch.eye(m, dtype=torch.float64) + torch.diag(torch.ones(m - 1, dtype=torch.float64), 1)
    runs = {f"linear {r}": (r * turned, False) for r in (0.9, 1.0, 1.1)}
    runs |= {f"tanh {r}": (r * turned, True) for r in (0.9, 1.0, 1.1)}
    runs["skewed 0.9"] = (skewed.expand(seeds.count, m, m), False)
    lengths, over = {}, []
    for name, (w, bend) in runs.items():
        lengths[name] = torch.stack([longest(product) for product in elman(w, inputs, bend)])  # (length, seeds)
        steps = torch.arange(1, config.length + 1)[:, None]
        over.append((lengths[name] - steps * longest(w)).amax(0))
        for t in range(0, config.length, 2):
            yield Metric(name, t + 1, lengths[name][t], chart="log10 of |dh_T/dh_0| by steps")
        yield Progress(len(lengths), len(runs) + 3)

    weights = (2 * seeds.rand(4 * m, m).cpu().double() - 1) / m**0.5  # as PyTorch starts
    words = (2 * seeds.rand(config.memory, 4 * m).cpu().double() - 1) / m**0.5
    rows, kept = [], {}
    for name, scale, bias in (("bias 0", 1, 0.0), ("bias 3", 1, 3.0), ("bias 3, weights x 6", 6, 3.0)):
        whole, alone = lstm(scale * weights, words, bias)
        kept[name] = whole[-1]
        for t, value in enumerate(whole):
            yield Metric(name, min(4 * t + 4, config.memory), value, chart="log10 of |dc_T/dc_0| by steps")
        rows.append([name, whole[-1], alone[-1]])
        yield Progress(len(runs) + len(rows), len(runs) + 3)
    yield Table("LSTM: all paths, and the forget gates alone", ["LSTM", "all paths", "forget gates alone"], rows)

    yield Measured("linear-vanishes", lengths["linear 0.9"][-1])
    yield Measured("linear-explodes", lengths["linear 1.1"][-1])
    yield Measured("tanh-explodes", lengths["tanh 1.1"][-1])
    yield Measured("bound-holds", torch.stack(over).amax(0))
    yield Measured("radius-misleads", lengths["skewed 0.9"].amax(0))
    yield Measured("open-lstm-keeps", kept["bias 3"])
    yield Measured("default-lstm-loses", kept["bias 0"])
    yield Measured("lstm-explodes", kept["bias 3, weights x 6"])
