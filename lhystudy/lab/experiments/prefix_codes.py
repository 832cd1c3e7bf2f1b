"""Which tables of code words can be read back, and which of those is shortest.

哪些密码表读得回来，读得回来的里面谁最短。

lesson: entropy-coding
quick: trials=40
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement, product
from math import ceil, log2
from statistics import fmean
from typing import NamedTuple

import torch

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

CITIES = [0.60, 0.20, 0.15, 0.05]
TABLES = {
    "0 1 10 11": ("0", "1", "10", "11"),
    "0 1 111 110": ("0", "1", "111", "110"),
    "11 10 0 1": ("11", "10", "0", "1"),
    "00 01 10 11": ("00", "01", "10", "11"),
    "0 10 110 111": ("0", "10", "110", "111"),
}


@dataclass(frozen=True)
class Config:
    trials: int = param(200, 10, 1000, en="random distributions", zh="随机分布的个数")
    symbols: int = param(6, 3, 6, en="symbols of each distribution", zh="每个分布的符号数")
    days: int = param(5000, 100, 50000, en="days of weather to ask about", zh="猜多少天的天气")


CLAIMS = (
    Claim("counting-decodes", "<=", 0,
          en="the table 0, 1, 10, 11 can be read back", zh="密码表 0、1、10、11 读得回来",
          quantity_en="messages of up to 5 symbols that share their bits",
          quantity_zh="与别的消息比特相同的消息数（至多 5 个符号）"),
    Claim("scheme-two-decodes", "<=", 0,
          en="the table 0, 1, 111, 110 can be read back", zh="密码表 0、1、111、110 读得回来",
          quantity_en="messages of up to 5 symbols that share their bits",
          quantity_zh="与别的消息比特相同的消息数（至多 5 个符号）"),
    Claim("prefix-decodes", "<=", 0,
          en="the table 0, 10, 110, 111 can be read back", zh="密码表 0、10、110、111 读得回来",
          quantity_en="messages of up to 5 symbols that share their bits",
          quantity_zh="与别的消息比特相同的消息数（至多 5 个符号）"),
    Claim("huffman-beaten", ">", 0,
          en="some prefix code beats Huffman", zh="有前缀码胜过哈夫曼",
          quantity_en="largest gain of the best of all prefix codes, bits a symbol",
          quantity_zh="穷举最好的前缀码最多省下的比特"),
    Claim("rounded-up-fits", "<=", 1,
          en="lengths -log2 p rounded up always fit one code", zh="码长取 -log2 p 向上取整，总能排成一套码",
          quantity_en="largest Kraft sum", quantity_zh="最大的克拉夫特和"),
    Claim("huffman-within-a-bit", "<", 1,
          en="Huffman lies less than one bit above the entropy", zh="哈夫曼比熵多不到一比特",
          quantity_en="largest distance from entropy, bits", quantity_zh="与熵的最大距离，比特"),
    Claim("fixed-is-shortest", "<=", 0,
          en="the power of two above N gives the least length", zh="比 N 大的最小的 2 的幂给出最短码长",
          quantity_en="bits that a fixed length spends above Huffman, mean",
          quantity_zh="定长码比哈夫曼平均多花的比特"),
    Claim("rare-asks-more", ">=", 2,
          en="a day of rain (1/8) takes two questions more than a fine one (1/2)",
          zh="猜中雨天（1/8）比猜中晴天（1/2）多问两次",
          quantity_en="extra yes/no questions", quantity_zh="多问的是非题数"),
)  # fmt: skip

ZH = {
    "cities .60 .20 .15 .05: H = 1.533 bits": "城市 .60 .20 .15 .05：H = 1.533 比特", "table": "码表",
    "mean length": "平均长度", "Kraft sum": "克拉夫特和", "unreadable": "无法解码",
    "fixed length against Huffman": "定长码与哈夫曼码", "fixed": "定长", "Huffman": "哈夫曼", "entropy": "熵",
    "questions a day": "每天的提问数", "fine": "晴天", "rain": "雨天", "all days": "所有日子",
}  # fmt: skip


def huffman_lengths(p: list[float]) -> list[int]:
    """The lengths of Huffman's code words: each merge of the two rarest groups adds a bit to their members."""
    lengths = [0] * len(p)
    groups = [(chance, [symbol]) for symbol, chance in enumerate(p)]
    heapq.heapify(groups)
    while len(groups) > 1:
        (rare, left), (next_rare, right) = heapq.heappop(groups), heapq.heappop(groups)
        for symbol in left + right:
            lengths[symbol] += 1
        heapq.heappush(groups, (rare + next_rare, left + right))
    return lengths


def kraft(lengths: list[int]) -> float:
    return sum(2.0**-length for length in lengths)


def mean(p: list[float], lengths: list[int]) -> float:
    return sum(chance * length for chance, length in zip(p, lengths, strict=True))


def shared_bits(table: tuple[str, ...], longest: int = 5) -> int:
    """How many messages of at most `longest` symbols have the same bits as another one."""
    messages = (m for size in range(1, longest + 1) for m in product(table, repeat=size))
    spellings = Counter("".join(message) for message in messages)
    return sum(times for times in spellings.values() if times > 1)


def best_by_search(p: list[float]) -> float:
    """The least mean length of all prefix codes.

    Goes through all lengths that fit Kraft's sum and hands the short ones to the likely symbols.
    """
    tables = combinations_with_replacement(range(1, len(p)), len(p))
    likely_first = sorted(p, reverse=True)
    return min(mean(likely_first, list(lengths)) for lengths in tables if kraft(list(lengths)) <= 1)


class Compared(NamedTuple):
    """What the random distributions of one seed say at their worst."""

    gain: float  # bits by which the best code of a search beats Huffman's
    kraft: float  # sum of 2^-length with lengths rounded up from -log2 p
    redundancy: float  # Huffman's mean length above the entropy
    excess: float  # fixed length above Huffman's, in the mean


def compare_codes(config: Config) -> Compared:
    """Draws distributions, uneven ones among them, and measures their codes. Runs once a seed."""
    found = []
    for _ in range(config.trials):
        p = torch.rand(config.symbols, dtype=torch.float64).pow(3).add(1e-6)
        chances = (p / p.sum()).tolist()
        entropy = -sum(chance * log2(chance) for chance in chances)
        shortest = mean(chances, huffman_lengths(chances))
        gain = round(shortest - best_by_search(chances), 12)  # sums in another order differ in the 16th digit
        rounded = kraft([ceil(-log2(chance)) for chance in chances])
        found.append(Compared(gain, rounded, shortest - entropy, ceil(log2(config.symbols)) - shortest))
    gains, krafts, redundancies, excesses = zip(*found, strict=True)
    return Compared(max(gains), max(krafts), max(redundancies), fmean(excesses))


def ask(config: Config) -> list[float]:
    """Questions on a fine day, on a rainy one and on all days: "is it fine?", then "is it cloudy?", "does it rain?".

    Each answer is one bit of the code word. Runs once a seed.
    """
    weather = [1 / 2, 1 / 4, 1 / 8, 1 / 8]  # fine, cloudy, rain, snow
    questions = torch.tensor(huffman_lengths(weather), dtype=torch.float32)
    days = torch.multinomial(torch.tensor(weather), config.days, replacement=True)
    return [questions[chosen].mean().item() for chosen in (days[days == 0], days[days == 2], days)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    shared = {name: shared_bits(table) for name, table in TABLES.items()}
    rows = []
    for name, table in TABLES.items():
        lengths = [len(word) for word in table]
        rows.append([name, mean(CITIES, lengths), kraft(lengths), shared[name]])
    yield Table("cities .60 .20 .15 .05: H = 1.533 bits", ["table", "mean length", "Kraft sum", "unreadable"], rows)
    compared = seeds.each(partial(compare_codes, config))
    yield Progress(1, 2)

    rows = []
    for chances in ([0.25] * 4, [0.3, 0.25, 0.25, 0.2], [1 / 3] * 3, CITIES, [0.97, 0.01, 0.01, 0.01]):
        entropy = -sum(chance * log2(chance) for chance in chances)
        named = str([round(chance, 2) for chance in chances])
        rows.append([named, ceil(log2(len(chances))), mean(chances, huffman_lengths(chances)), entropy])
    yield Table("fixed length against Huffman", ["p", "fixed", "Huffman", "entropy"], rows)
    fine, rain, every = torch.tensor(seeds.each(partial(ask, config)), dtype=torch.float64).unbind(dim=1)
    yield Table("questions a day", ["fine", "rain", "all days", "entropy"], [[fine, rain, every, 1.75]])
    yield Progress(2, 2)

    yield Measured("counting-decodes", shared["0 1 10 11"])
    yield Measured("scheme-two-decodes", shared["0 1 111 110"])
    yield Measured("prefix-decodes", shared["0 10 110 111"])
    yield Measured("huffman-beaten", [one.gain for one in compared])
    yield Measured("rounded-up-fits", [one.kraft for one in compared])
    yield Measured("huffman-within-a-bit", [one.redundancy for one in compared])
    yield Measured("fixed-is-shortest", [one.excess for one in compared])
    yield Measured("rare-asks-more", rain - fine)
