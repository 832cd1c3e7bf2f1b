"""Four lines of arithmetic are PyTorch's LSTM, and three gates store, keep and read by hand.

四行算术就是 PyTorch 的 LSTM；三个门手工设好，就能存、能留、能读。

No training: weights are random, or set by hand as in a sum on the blackboard. The inputs are synthetic.

lesson: lstm-gru
quick: words=20 sequences=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn, sigmoid, tanh
from torch.nn.functional import linear

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    words: int = param(50, 5, 500, en="length of each sequence", zh="每条序列的长度")
    sequences: int = param(200, 5, 2000, en="random sequences", zh="随机序列的条数")
    hidden: int = param(8, 1, 64, en="cells in the layer", zh="这一层有几个记忆单元")


CLAIMS = (
    Claim("tanh-is-pytorch", "<", 1e-5,
          en="gates with a sigmoid, g and h with tanh: the hand-written cell is nn.LSTMCell",
          zh="门用 sigmoid，g 和 h 用 tanh：手写的单元就是 nn.LSTMCell",
          quantity_en="largest difference of an output", quantity_zh="输出的最大差"),
    Claim("h-is-sigmoid", "<", 1e-5,
          en="with a sigmoid as h it is nn.LSTMCell as well", zh="h 改用 sigmoid，也还是 nn.LSTMCell",
          quantity_en="largest difference of an output", quantity_zh="输出的最大差"),
    Claim("outputs-have-signs", ">", 0.25,
          en="outputs of nn.LSTM are negative about as often as positive", zh="nn.LSTM 的输出有正有负，大约各占一半",
          quantity_en="share of negative outputs", quantity_zh="负输出的比例"),
    Claim("three-gates-do-it", "<", 0.05,
          en="three gates set by hand store, keep, erase and read as a table of rules says",
          zh="手工设好的三个门，按规则表去存、留、清、读",
          quantity_en="largest error of an output", quantity_zh="输出的最大误差"),
    Claim("one-keeps-zero-erases", "<", 1e-6,
          en="a forget gate of 1 keeps the cell as it was, one of 0 erases it",
          zh="遗忘门取 1，记忆原样保留；取 0，记忆清空",
          quantity_en="largest deviation from that", quantity_zh="与此的最大偏差"),
    Claim("sigmoid-g-only-raises", ">=", 0.0,
          en="with f = 1 and a sigmoid as g the cell never falls", zh="f = 1 而 g 用 sigmoid，记忆就只升不降",
          quantity_en="smallest change of the cell in a step", quantity_zh="记忆一步之内的最小变化"),
    Claim("tanh-g-lowers", "<", 0.0,
          en="with tanh as g it goes below zero", zh="g 用 tanh，记忆可以降到零以下",
          quantity_en="smallest value of the cell", quantity_zh="记忆的最小值"),
    Claim("four-times", "<=", 0.0,
          en="an LSTM has four times the weights of an Elman network of the same width",
          zh="同样宽度，LSTM 的参数是 Elman 网络的四倍",
          quantity_en="deviation of the ratio from 4", quantity_zh="比值与 4 的偏差"),
    Claim("gru-three-quarters", "<=", 0.0,
          en="a GRU has three quarters of the LSTM's", zh="GRU 的参数是 LSTM 的四分之三",
          quantity_en="deviation of the ratio from 3/4", quantity_zh="比值与 3/4 的偏差"),
    Claim("hand-gru-is-pytorch", "<", 1e-5,
          en="the mixture (1-z) n + z h is nn.GRUCell", zh="混合式 (1-z) n + z h 就是 nn.GRUCell",
          quantity_en="largest difference of an output", quantity_zh="输出的最大差"),
)  # fmt: skip

ZH = {
    "one cell with f = 1 and i = 1": "f = 1、i = 1 的一个单元", "Numbers to learn": "要学的参数个数",
    "One sequence on the blackboard": "黑板上的一个序列", "value": "输入值", "store": "存", "read": "读",
    "memory": "记忆", "output": "输出",
}  # fmt: skip

State = tuple[Tensor, Tensor]


def lstm_step(cell: nn.LSTMCell, x: Tensor, state: State, h: Callable[[Tensor], Tensor] = tanh) -> State:
    """x: (batch, n_in); both parts of the state: (batch, hidden)."""
    out, memory = state
    raw = linear(x, cell.weight_ih, cell.bias_ih) + linear(out, cell.weight_hh, cell.bias_hh)
    i, f, g, o = raw.chunk(4, dim=1)  # PyTorch's order
    memory = sigmoid(f) * memory + sigmoid(i) * tanh(g)
    return sigmoid(o) * h(memory), memory


def gru_step(cell: nn.GRUCell, x: Tensor, out: Tensor) -> Tensor:
    r_x, z_x, n_x = linear(x, cell.weight_ih, cell.bias_ih).chunk(3, dim=1)
    r_h, z_h, n_h = linear(out, cell.weight_hh, cell.bias_hh).chunk(3, dim=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    return (1 - z) * tanh(n_x + r * n_h) + z * out


def against_pytorch(xs: Tensor, hidden: int) -> dict[str, float]:
    """Largest differences between hand-written steps and PyTorch's, over one seed's sequences (time, batch, n_in)."""
    cell, gru = nn.LSTMCell(xs.shape[2], hidden).to(xs.device), nn.GRUCell(xs.shape[2], hidden).to(xs.device)
    zero = torch.zeros(xs.shape[1], hidden, device=xs.device)
    real = by_hand = with_sigmoid = (zero, zero)
    real_gru = hand_gru = zero
    off = {"tanh": 0.0, "sigmoid": 0.0, "gru": 0.0}
    for x in xs:
        real, by_hand = cell(x, real), lstm_step(cell, x, by_hand)
        with_sigmoid = lstm_step(cell, x, with_sigmoid, h=sigmoid)
        real_gru, hand_gru = gru(x, real_gru), gru_step(gru, x, hand_gru)
        pairs = (("tanh", real[0], by_hand[0]), ("sigmoid", real[0], with_sigmoid[0]), ("gru", real_gru, hand_gru))
        for name, a, b in pairs:
            off[name] = max(off[name], (a - b).abs().max().item())
    return off


def blackboard(value: Tensor, order: Tensor, read: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A cell with hand-set weights, and the rules: order 1 adds the value, -1 erases, 0 keeps; read 1 shows.

    All (time, …). Returns the cell's outputs, those of the rules, and the memory.
    """
    memory = rule = torch.zeros_like(value[0])
    outputs, wanted, memories = [], [], []
    for x, command, show in zip(value, order, read, strict=True):
        i, f, o = sigmoid(20 * command - 10), sigmoid(20 * command + 10), sigmoid(20 * show - 10)
        memory = f * memory + i * x  # g and h are left out here: sums on a blackboard are easier to follow
        rule = torch.where(command < 0, 0 * rule, rule + x * (command > 0))
        outputs.append(o * memory)
        wanted.append(show * rule)
        memories.append(memory)
    return torch.stack(outputs), torch.stack(wanted), torch.stack(memories)


@torch.no_grad()
def forced_gates(xs: Tensor, hidden: int) -> float:
    """How far one seed's nn.LSTMCell is from its memory at the start with f forced to 1, and from 0 with f at 0."""
    worst = 0.0
    for forget, goal in ((50.0, 1.0), (-50.0, 0.0)):
        cell = nn.LSTMCell(xs.shape[2], hidden).to(xs.device)
        cell.bias_ih[:hidden] = -50.0  # the input gate stays shut
        cell.bias_ih[hidden : 2 * hidden] = forget
        start = torch.randn(xs.shape[1], hidden).to(xs.device)
        out, memory = torch.zeros_like(start), start
        for x in xs:
            out, memory = cell(x, (out, memory))
        worst = max(worst, (memory - goal * start).abs().max().item())
    return worst


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    xs = seeds.randn(config.words, config.sequences, 3)  # (seeds, time, batch, n_in)
    one_seed = iter(xs)  # torch.vmap knows no nn.LSTMCell, so its steps go seed by seed
    with torch.no_grad():
        off = seeds.each(lambda: against_pytorch(next(one_seed), config.hidden))
        outputs, _ = seeds.network(partial(nn.LSTM, 3, 64))(xs)
    yield Measured("tanh-is-pytorch", [one["tanh"] for one in off])
    yield Measured("h-is-sigmoid", [one["sigmoid"] for one in off])
    yield Measured("hand-gru-is-pytorch", [one["gru"] for one in off])
    yield Measured("outputs-have-signs", (outputs < 0).to(xs.dtype).mean((1, 2, 3)))

    size = (12, config.sequences)
    drawn = 1 + seeds.randint(4, size), seeds.randint(3, size) - 1, seeds.randint(2, size)
    value, order, read = (whole.to(xs.dtype).transpose(0, 1) for whole in drawn)  # (time, seeds, batch)
    shown, wanted, memory = blackboard(value, order, read)
    rows = {"value": value, "store": order, "read": read, "memory": memory, "output": shown}  # the first seed's below
    yield Table("One sequence on the blackboard", ["t", *map(str, range(1, 13))],
                [[name, *(round(v, 2) for v in row[:, 0, 0].tolist())] for name, row in rows.items()])  # fmt: skip
    yield Measured("three-gates-do-it", (shown - wanted).abs().amax((0, 2)))

    one_seed = iter(xs)
    yield Measured("one-keeps-zero-erases", seeds.each(lambda: forced_gates(next(one_seed), config.hidden)))

    rising, falling = sigmoid(xs[..., 0]).cumsum(1), tanh(xs[..., 0]).cumsum(1)  # f = i = 1, from c = 0
    for t in range(config.words):
        yield Metric("sigmoid as g", t + 1, rising[:, t, 0], chart="one cell with f = 1 and i = 1")
        yield Metric("tanh as g", t + 1, falling[:, t, 0], chart="one cell with f = 1 and i = 1")
    yield Measured("sigmoid-g-only-raises", rising.diff(dim=1).amin((1, 2)))
    yield Measured("tanh-g-lowers", falling.amin((1, 2)))

    numbers = {kind.__name__: sum(p.numel() for p in kind(3, config.hidden).parameters())
               for kind in (nn.RNN, nn.GRU, nn.LSTM)}  # fmt: skip
    yield Figure("Numbers to learn", "bars", {"names": list(numbers), "values": list(numbers.values())})
    yield Measured("four-times", abs(numbers["LSTM"] / numbers["RNN"] - 4))
    yield Measured("gru-three-quarters", abs(numbers["GRU"] / numbers["LSTM"] - 0.75))
