"""Two sums over all paths, done in two ways: path by path, and step by step.

对所有路径求和、求最大，各做两遍：一条一条地做，一步一步地做。

Random small worlds (synthetic), in double precision; the clock is a subject here and belongs to this machine.

lesson: hmm-crf
quick: worlds=40 longest=10
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import log10

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

STATES, SYMBOLS, DAYS = 3, 4, 6


@dataclass(frozen=True)
class Config:
    worlds: int = param(400, 10, 2000, en="random worlds, one sequence each", zh="随机世界的个数，每个一条序列")
    longest: int = param(15, 6, 18, en="longest sequence on the clock, two states", zh="计时的最长序列（两个状态）")


CLAIMS = (
    Claim("forward-is-enumeration", "<", 1e-10,
          en="the forward recursion gives the sum over all paths", zh="前向递推得到的，就是对所有路径的求和",
          quantity_en="largest relative difference", quantity_zh="最大相对差"),
    Claim("viterbi-is-enumeration", "<", 1e-10,
          en="Viterbi's path is as probable as the best of all paths", zh="维特比的路径，与所有路径里最好的一样可能",
          quantity_en="largest difference of log probabilities", quantity_zh="对数概率的最大差"),
    Claim("posterior-gets-more-days", ">", 0,
          en="day by day the most probable state is right more often than Viterbi's",
          zh="逐日取最可能的状态，猜对的天数比维特比多",
          quantity_en="share of days right, above Viterbi's", quantity_zh="猜对天数的比例，超出维特比多少"),
    Claim("viterbi-gets-more-paths", ">", 0,
          en="Viterbi has more whole paths right", zh="维特比猜对的整条路径更多",
          quantity_en="share of paths right, above the day by day guess", quantity_zh="整条猜对的比例，超出逐日猜多少"),
    Claim("enumeration-explodes", ">", 100,
          en="from 5 days to the longest, adding up paths takes over a hundred times as long",
          zh="从 5 天到最长，逐条相加的用时涨到一百倍以上",
          quantity_en="ratio of the times, two states", quantity_zh="用时之比（两个状态）", seeds=1),
    Claim("forward-does-not", "<", 10,
          en="the forward recursion takes less than ten times as long", zh="前向递推的用时涨不到十倍",
          quantity_en="ratio of the times, two states", quantity_zh="用时之比（两个状态）", seeds=1),
)  # fmt: skip

ZH = {
    "log10 of milliseconds against days": "毫秒数的 log10 随天数的变化", "Decoding": "解码", "way": "做法",
    "Adding up the chances of all paths": "把所有路径的概率加起来", "states": "状态", "days": "天", "paths": "路径数",
    "path by path ms": "逐条 ms", "forward ms": "前向 ms", "days right": "猜对的天",
    "paths right": "整条猜对", "day by day": "逐日", "Viterbi": "维特比",
}  # fmt: skip


def worlds(count: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Random tables and one sample of each world: start, move, show, states (worlds, days), seen (worlds, days)."""

    def tables(*shape: int) -> Tensor:
        return torch.softmax(1.5 * torch.randn(count, *shape, dtype=torch.float64), -1)

    start, move, show = tables(STATES), tables(STATES, STATES), tables(STATES, SYMBOLS)
    here, states, seen = torch.multinomial(start, 1)[:, 0], [], []
    each = torch.arange(count)
    for _ in range(DAYS):
        states.append(here)
        seen.append(torch.multinomial(show[each, here], 1)[:, 0])
        here = torch.multinomial(move[each, here], 1)[:, 0]
    return start, move, show, torch.stack(states, 1), torch.stack(seen, 1)


def every_path(start: Tensor, move: Tensor, likely: Tensor) -> tuple[Tensor, Tensor]:
    """All paths (paths, days) and the probability of each with what was seen (worlds, paths)."""
    paths = torch.tensor(list(product(range(STATES), repeat=DAYS)))
    p = start[:, paths[:, 0]] * likely[:, 0, paths[:, 0]]
    for t in range(1, DAYS):
        p = p * move[:, paths[:, t - 1], paths[:, t]] * likely[:, t, paths[:, t]]
    return paths, p


def both_ways(start: Tensor, move: Tensor, likely: Tensor) -> tuple[Tensor, Tensor]:
    """Forward and backward numbers alpha and beta, each (worlds, days, states)."""
    alpha, beta = [start * likely[:, 0]], [torch.ones_like(start)]
    for t in range(1, DAYS):
        alpha.append((alpha[-1][:, :, None] * move).sum(1) * likely[:, t])
        beta.append((move * (likely[:, DAYS - t] * beta[-1])[:, None]).sum(2))
    return torch.stack(alpha, 1), torch.stack(beta[::-1], 1)


def viterbi(start: Tensor, move: Tensor, likely: Tensor) -> tuple[Tensor, Tensor]:
    """The most probable path (worlds, days) and its probability (worlds,): the same recursion with max for sum."""
    best, came = start * likely[:, 0], []
    for t in range(1, DAYS):
        highest, where = (best[:, :, None] * move).max(1)
        best = highest * likely[:, t]
        came.append(where)
    p, last = best.max(1)
    path = [last]
    for where in reversed(came):
        path.append(where.gather(1, path[-1][:, None])[:, 0])
    return torch.stack(path[::-1], 1), p


def measure(count: int) -> list[float]:
    """One seed's numbers: two differences, then days and paths right day by day and by Viterbi."""
    start, move, show, states, seen = worlds(count)
    likely = show.mT.gather(1, seen[:, :, None].expand(-1, -1, STATES))  # (worlds, days, states): P(seen | state)
    paths, p = every_path(start, move, likely)
    alpha, beta = both_ways(start, move, likely)
    path, best = viterbi(start, move, likely)
    gaps = ((alpha[:, -1].sum(1) / p.sum(1) - 1).abs().max(), (best.log() - p.amax(1).log()).abs().max())
    daily = (alpha * beta).argmax(2)
    right = [share for guess in (daily, path) for share in
             ((guess == states).double().mean(), (guess == states).all(1).double().mean())]  # fmt: skip
    return [value.item() for value in (*gaps, *right)]


def clock(states: int, days: int, forward: bool) -> float:
    """Milliseconds to add up the chances of all paths of one sequence in plain Python; the best of several runs."""
    move = [[(1 + i + 2 * j) / 20 for j in range(states)] for i in range(states)]
    taken = []
    for _ in range(100 if forward else 3):  # the recursion takes microseconds, which a busy machine easily doubles
        begun = time.perf_counter()
        if forward:
            alpha = [1.0] * states
            for _ in range(days - 1):
                alpha = [sum(alpha[i] * move[i][j] for i in range(states)) for j in range(states)]
        else:
            total = 0.0
            for path in product(range(states), repeat=days):
                p = 1.0
                for i, j in zip(path, path[1:], strict=False):
                    p *= move[i][j]
                total += p
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    forward_gap, viterbi_gap, days, whole, days_v, whole_v = zip(
        *seeds.each(lambda: measure(config.worlds)), strict=True
    )
    yield Progress(1, 2)
    yield Table("Decoding", ["way", "days right", "paths right"],
                [["day by day", list(days), list(whole)], ["Viterbi", list(days_v), list(whole_v)]])  # fmt: skip
    yield Measured("forward-is-enumeration", list(forward_gap))
    yield Measured("viterbi-is-enumeration", list(viterbi_gap))
    yield Measured("posterior-gets-more-days", [a - b for a, b in zip(days, days_v, strict=True)])
    yield Measured("viterbi-gets-more-paths", [b - a for a, b in zip(whole, whole_v, strict=True)])
    times: dict[tuple[int, int, bool], float] = {}
    for states, longest in ((2, config.longest), (3, min(config.longest, 10))):
        for n in range(5, longest + 1):
            for forward in (False, True):
                times[states, n, forward] = clock(states, n, forward)
                name = f"{'forward' if forward else 'all paths'} K={states}"
                yield Metric(name, n, log10(times[states, n, forward]), chart="log10 of milliseconds against days")
    yield Table("Adding up the chances of all paths", ["states", "days", "paths", "path by path ms", "forward ms"],
                [[states, n, states**n, times[states, n, False], times[states, n, True]]
                 for states, n, forward in times if forward and n % 5 == 0])  # fmt: skip
    for claim, forward in (("enumeration-explodes", False), ("forward-does-not", True)):
        yield Measured(claim, times[2, config.longest, forward] / times[2, 5, forward])
    yield Progress(2, 2)
