"""Learning an HMM without ever seeing its states: the likelihood never falls, but where it ends depends on the start.

从未见过状态，也能学一个 HMM：似然从不下降，落在哪里却要看起点。

Synthetic: sequences from a known world of two states and three symbols.

lesson: hmm-crf
quick: rounds=30 starts=4
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
    rounds: int = param(100, 5, 1000, en="rounds of Baum-Welch", zh="Baum-Welch 的轮数")
    starts: int = param(10, 2, 50, en="random starts for each data set", zh="每份数据的随机起点数")
    sequences: int = param(40, 5, 500, en="sequences of 25 symbols", zh="序列的条数（每条 25 个符号）")


CLAIMS = (
    Claim("never-falls", ">=", -1e-9,
          en="no round lowers the likelihood", zh="没有一轮让似然下降",
          quantity_en="smallest change of log P in one round, per sequence",
          quantity_zh="一轮里 log P 的最小变化（每条序列）"),
    Claim("start-matters", ">", 1.0,
          en="different starts end at different likelihoods", zh="起点不同，最后的似然也不同",
          quantity_en="log P of all data, best start above worst",
          quantity_zh="全部数据的 log P，最好的起点比最差的高多少"),
    Claim("finds-the-world", "<", 0.1,
          en="the best start finds the true tables, up to the names of the states",
          zh="最好的起点找回真表，只是状态的名字不定",
          quantity_en="mean error of a table entry after the better naming",
          quantity_zh="取较好的命名后，表中各项的平均误差"),
    Claim("names-are-swapped", ">", 0.2,
          en="in a good part of the starts both states come out with their names swapped",
          zh="相当一部分起点学出来的两个状态，名字是对调的",
          quantity_en="share of starts that fit better swapped", quantity_zh="对调之后更接近真表的起点比例"),
    Claim("twins-stay-twins", "<", 1e-9,
          en="two states that begin alike stay alike for ever", zh="两个状态起初一模一样，就永远一模一样",
          quantity_en="largest difference of their emissions at the end", quantity_zh="最后两者发射概率的最大差"),
)  # fmt: skip

ZH = {"log P of each sequence, mean": "每条序列 log P 的平均", "Tables of the best start": "最好的起点学到的表",
      "entry": "项", "true": "真值", "learned": "学到的", "stay in state 1": "留在状态 1",
      "stay in state 2": "留在状态 2", "state 1 shows a": "状态 1 显示 a",
      "state 2 shows a": "状态 2 显示 a"}  # fmt: skip

START = torch.tensor([0.5, 0.5], dtype=torch.float64)
MOVE = torch.tensor([[0.9, 0.1], [0.2, 0.8]], dtype=torch.float64)
SHOW = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], dtype=torch.float64)
LENGTH = 25


def sample(sequences: int) -> Tensor:
    """What is seen: (sequences, length) of 0, 1, 2."""
    here, seen = torch.multinomial(START, sequences, replacement=True), []
    for _ in range(LENGTH):
        seen.append(torch.multinomial(SHOW[here], 1)[:, 0])
        here = torch.multinomial(MOVE[here], 1)[:, 0]
    return torch.stack(seen, 1)


def beginnings(starts: int) -> tuple[Tensor, Tensor, Tensor]:
    """Random tables (starts, …); in the last start both states are alike in every table."""
    start, move, show = (
        torch.softmax(torch.randn(starts, *shape, dtype=torch.float64), -1) for shape in ((2,), (2, 2), (2, 3))
    )
    start[-1], move[-1], show[-1] = 0.5, 0.5, show[-1, :1].clone()
    return start, move, show


def round_of(start: Tensor, move: Tensor, show: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One round: log P before it (seeds, starts, sequences) and the new tables. seen is one-hot (…, length, 3)."""
    likely = torch.einsum("zrks,znts->zrntk", show, seen)  # z seeds, r starts, n sequences
    alpha: list[Tensor] = []
    scale: list[Tensor] = []
    a = start[:, :, None] * likely[..., 0, :]
    for t in range(LENGTH):
        if t > 0:
            a = torch.einsum("zrni,zrij->zrnj", alpha[-1], move) * likely[..., t, :]
        scale.append(a.sum(-1, keepdim=True))  # P(o_t | o_1 … o_{t-1}): without it alpha would shrink to nothing
        alpha.append(a / scale[-1])
    b = torch.ones_like(a)
    states, moves = [alpha[-1]], torch.zeros_like(move)
    for t in range(LENGTH - 1, 0, -1):
        ahead = likely[..., t, :] * b / scale[t]
        moves = moves + move * torch.einsum("zrni,zrnj->zrij", alpha[t - 1], ahead)  # expected numbers of moves
        b = torch.einsum("zrij,zrnj->zrni", move, ahead)
        states.append(alpha[t - 1] * b)
    gamma = torch.stack(states[::-1], 3)  # (seeds, starts, sequences, length, states)
    shown = torch.einsum("zrntk,znts->zrks", gamma, seen)
    log_p = torch.cat(scale, -1).log().sum(-1)
    return log_p, gamma[..., 0, :].mean(2), moves / moves.sum(-1, keepdim=True), shown / shown.sum(-1, keepdim=True)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    drawn = seeds.each(lambda: (sample(config.sequences), *beginnings(config.starts + 1)))
    symbols, start, move, show = (torch.stack(part) for part in zip(*drawn, strict=True))  # float64 stays on the CPU
    seen = torch.nn.functional.one_hot(symbols, 3).double()
    history = []
    for done in range(config.rounds):
        log_p, start, move, show = round_of(start, move, show, seen)
        history.append(log_p.sum(2))  # (seeds, starts + 1)
        per_sequence = history[-1] / config.sequences
        if done % (1 + config.rounds // 100) == 0:
            for name, line in (("best start", per_sequence[:, :-1].amax(1)), ("twins", per_sequence[:, -1]),
                               ("worst start", per_sequence[:, :-1].amin(1))):  # fmt: skip
                yield Metric(name, done, line, chart="log P of each sequence, mean")
        yield Progress(done + 1, config.rounds)
    curve = torch.stack(history)  # (rounds, seeds, starts + 1)
    yield Measured("never-falls", curve[:, :, :-1].diff(dim=0).amin((0, 2)) / config.sequences)
    ends = curve[-1, :, :-1]
    yield Measured("start-matters", ends.amax(1) - ends.amin(1))

    learned, truth = torch.cat([move, show], 3), torch.cat([MOVE, SHOW], 1)
    renamed = torch.cat([move.flip(2, 3), show.flip(2)], 3)
    as_is, swapped = ((tables - truth).abs().mean((2, 3))[:, :-1] for tables in (learned, renamed))
    best = ends.argmax(1, keepdim=True)
    yield Measured("finds-the-world", torch.minimum(as_is, swapped).gather(1, best)[:, 0])
    yield Measured("names-are-swapped", (swapped < as_is).double().mean(1))
    yield Measured("twins-stay-twins", (show[:, -1, 0] - show[:, -1, 1]).abs().amax(1))
    each = torch.arange(seeds.count)
    named = torch.where((swapped < as_is)[:, :, None, None], renamed[:, :-1], learned[:, :-1])[each, best[:, 0]]
    places = (
        ("stay in state 1", 0, 0),
        ("stay in state 2", 1, 1),
        ("state 1 shows a", 0, 2),
        ("state 2 shows a", 1, 2),
    )
    yield Table("Tables of the best start", ["entry", "true", "learned"],
                [[name, truth[row, column].item(), named[:, row, column]] for name, row, column in places])  # fmt: skip
