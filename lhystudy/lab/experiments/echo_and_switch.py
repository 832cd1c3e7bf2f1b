"""A window of twenty values hears an echo of twenty steps; a learned state holds a switch for as long as it takes.

二十个值的窗口听得见二十步前的回声；学来的状态能把一个开关记到要用的时候。

Two synthetic signals. Echo: 0.9 times the value of twenty steps ago plus chance. Switch: silence, and now and then a
pulse, up and down by turns; whenever one comes, its sign is to be told beforehand. AR(p) is a line through the last p
values.

lesson: rnn
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

WINDOWS = (1, 5, 10, 19, 20, 25)
WARM = 30  # the first values of a signal are not predicted


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps of the RNN", zh="RNN 的训练步数")
    hidden: int = param(24, 4, 128, en="hidden neurons of the RNN", zh="RNN 的隐藏神经元数")
    lag: int = param(20, 2, 25, en="steps until the echo", zh="回声隔的步数")
    rest: int = param(16, 4, 40, en="mean silence between two pulses, in steps", zh="两个脉冲之间平均静默的步数")


CLAIMS = (
    Claim("ar5-misses-echo", ">", 0.95,
          en="AR(5) does not hear the echo", zh="AR(5) 听不见回声",
          quantity_en="squared error on new signals as a share of the variance",
          quantity_zh="新信号上的平方误差占方差的比例"),
    Claim("ar20-hears-echo", "<", 0.3,
          en="AR(20) hears it", zh="AR(20) 听得见",
          quantity_en="squared error on new signals as a share of the variance",
          quantity_zh="新信号上的平方误差占方差的比例"),
    Claim("rnn-hears-echo", "<", 0.6,
          en="an RNN, to which nobody says how far back to look, hears it as well",
          zh="没人告诉 RNN 该看多远，它也听得见",
          quantity_en="squared error on new signals as a share of the variance",
          quantity_zh="新信号上的平方误差占方差的比例"),
    Claim("ar20-loses-switch", "<", 0.6,
          en="after more than twenty silent steps AR(20) guesses the pulse's sign",
          zh="静默超过二十步，AR(20) 只能猜脉冲的正负",
          quantity_en="accuracy at pulses after a longer silence", quantity_zh="较长静默之后的脉冲，判对正负的比例"),
    Claim("rnn-holds-switch", ">", 0.95,
          en="the RNN still knows it", zh="RNN 还记得",
          quantity_en="accuracy at pulses after a longer silence", quantity_zh="较长静默之后的脉冲，判对正负的比例"),
)  # fmt: skip

ZH = {
    "echo: error by window": "回声：误差随窗口", "training loss of the RNN": "RNN 的训练损失",
    "What is heard": "听见了什么", "model": "模型", "echo: share of the variance": "回声：误差占方差",
    "switch: right signs": "开关：正负判对", "after a long silence": "长静默之后",
}  # fmt: skip


class Listener(nn.Module):
    """Predicts each value of a signal from a state that has read all before it."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.cell, self.answer = nn.RNN(1, hidden), nn.Linear(hidden, 1)

    def forward(self, signal: Tensor) -> Tensor:  # (time, batch) -> (time - 1, batch): of the values 1, 2, ...
        guess: Tensor = self.answer(self.cell(signal[:-1, :, None])[0])[..., 0]
        return guess


def echoes(seeds: Seeds, count: int, lag: int, length: int = 90) -> Tensor:  # (seeds, length, count)
    """Signals of variance 1, begun as if they had always gone on."""
    values = list(seeds.randn(lag, count).unbind(1))
    for fresh in seeds.randn(length - lag, count).unbind(1):
        values.append(0.9 * values[-lag] + 0.19**0.5 * fresh)
    return torch.stack(values, dim=1)


def switches(seeds: Seeds, count: int, rest: int, length: int = 90) -> Tensor:  # (seeds, length, count)
    pulses = seeds.rand(length, count) < 1 / rest
    sign = 2 * seeds.randint(2, (1, count)) - 1
    return pulses * sign * (1 - 2 * (pulses.cumsum(1) % 2)).float()


def lagged(signal: Tensor, p: int) -> tuple[Tensor, Tensor]:
    """The last p values before each value from `WARM` on (seeds, values, p), and those values (seeds, values)."""
    before = torch.stack([signal[:, WARM - k : signal.shape[1] - k] for k in range(1, p + 1)], dim=-1)
    return before.flatten(1, 2), signal[:, WARM:].flatten(1)


def line(signal: Tensor, new: Tensor, p: int) -> Tensor:
    """What AR(p), by least squares, predicts of new signals from `WARM` on: (seeds, values)."""
    before, value = lagged(signal, p)
    gram = before.mT @ before + 1e-3 * torch.eye(p, device=signal.device)
    learned = torch.linalg.solve(gram, before.mT @ value[..., None])
    guess: Tensor = (lagged(new, p)[0] @ learned)[..., 0]
    return guess


def train(network: nn.Module, config: Config, draw: partial[Tensor], pulses_only: bool) -> Iterator[Tensor]:
    """Adam on fresh signals; silent values count only if `pulses_only` is false. Yields the losses, (seeds,)."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(config.steps):
        signal = draw(32)
        counted = (signal[:, 1:] != 0).float() if pulses_only else torch.ones_like(signal[:, 1:])
        error = (network(signal) - signal[:, 1:]).square() * counted
        loss = error.sum((1, 2)) / counted.sum((1, 2)).clamp_min(1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield loss.detach()


def right_signs(guess: Tensor, value: Tensor, where: Tensor) -> Tensor:  # (seeds,)
    right = (1 + guess.sign() * value.sign()) / 2  # a guess of exactly 0 names no sign: half right
    return (right * where).sum(1).cpu().double() / where.sum(1).cpu()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    draw = {
        "echo": partial(echoes, seeds, lag=config.lag),
        "switch": partial(switches, seeds, rest=config.rest),
    }
    signal, new = ({name: make(200) for name, make in draw.items()} for _ in range(2))
    guess: dict[str, dict[str, Tensor]] = {f"AR({p})": {n: line(signal[n], new[n], p) for n in draw} for p in WINDOWS}
    guess["RNN"] = {}
    for name, make in draw.items():
        network = seeds.network(partial(Listener, config.hidden))
        for step, loss in enumerate(train(network, config, make, name == "switch")):
            if step % 5 == 0:
                yield Metric(name, step, loss, chart="training loss of the RNN")
            yield Progress(step + 1 + config.steps * (name == "switch"), 2 * config.steps)
        with torch.no_grad():
            guess["RNN"][name] = network(new[name])[:, WARM - 1 :].flatten(1)

    echo, pulse = (new[name][:, WARM:].flatten(1) for name in draw)
    silence = (lagged(new["switch"], 20)[0] == 0).all(2)
    earlier = (lagged(new["switch"], WARM)[0] != 0).any(2)
    long = (pulse != 0) & silence & earlier  # one pulse stands within 21 to 30 steps
    share = {name: (g["echo"] - echo).square().mean(1) / echo.var(1) for name, g in guess.items()}
    signs = {name: right_signs(g["switch"], pulse, (pulse != 0) & earlier) for name, g in guess.items()}
    far = {name: right_signs(g["switch"], pulse, long) for name, g in guess.items()}
    for p in WINDOWS:
        yield Metric("AR", p, share[f"AR({p})"], chart="echo: error by window")
        yield Metric("RNN", p, share["RNN"], chart="echo: error by window")
    columns = ["model", "echo: share of the variance", "switch: right signs", "after a long silence"]
    yield Table("What is heard", columns, [[name, share[name], signs[name], far[name]] for name in guess])

    yield Measured("ar5-misses-echo", share["AR(5)"])
    yield Measured("ar20-hears-echo", share["AR(20)"])
    yield Measured("rnn-hears-echo", share["RNN"])
    yield Measured("ar20-loses-switch", far["AR(20)"])
    yield Measured("rnn-holds-switch", far["RNN"])
