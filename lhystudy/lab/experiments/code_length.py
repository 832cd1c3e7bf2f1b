"""Entropy is the floor of every code; the wrong code book costs cross entropy.

熵是一切编码的地板；拿错密码本，付出的是交叉熵。

lesson: entropy-coding
quick: symbols=40000 block=5
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, product
from math import ceil, log2, prod
from typing import NamedTuple

import torch

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

# Four distributions over four symbols: the true one of the data, or the one that the code book believes in.
DISTRIBUTIONS = {
    "cities": (0.60, 0.20, 0.15, 0.05),  # Beijing, Sichuan, Tianjin, elsewhere
    "halves": (0.50, 0.25, 0.125, 0.125),
    "peaked": (0.97, 0.01, 0.01, 0.01),
    "even": (0.25, 0.25, 0.25, 0.25),
    "reversed": (0.05, 0.15, 0.20, 0.60),
}
Code = dict[tuple[int, ...], str]  # block of symbols -> bits


@dataclass(frozen=True)
class Config:
    symbols: int = param(120000, 1000, 500000, en="symbols in the message", zh="消息里的符号数")
    block: int = param(6, 1, 7, en="largest number of symbols coded together", zh="最多几个符号一起编码")
    true: str = param(
        "cities",
        choices=("cities", "halves", "peaked", "even", "reversed"),
        en="distribution of the data",
        zh="数据的分布",
    )
    believed: str = param("reversed", choices=("cities", "halves", "peaked", "even", "reversed"),
                          en="distribution that the wrong book believes in", zh="错密码本相信的分布")  # fmt: skip


CLAIMS = (
    Claim("decodes", "<=", 0,
          en="Huffman's bits give the message back without loss", zh="哈夫曼的比特能无损还原消息",
          quantity_en="symbols that came back wrong", quantity_zh="还原错的符号数"),
    Claim("above-entropy", ">=", 0,
          en="none of the decodable codes beats the ideal length", zh="可译的码里没有一种比理想码长更短",
          quantity_en="bits a symbol above -log2 p, best code", quantity_zh="最好的码每符号比 -log2 p 多出的比特"),
    Claim("symbols-reach-entropy", "<=", 0.001,
          en="a code for single symbols reaches the entropy", zh="逐个符号编码就能达到熵",
          quantity_en="bits a symbol above -log2 p, Huffman on single symbols",
          quantity_zh="逐符号哈夫曼比 -log2 p 多出的比特"),
    Claim("blocks-come-close", "<=", 0.01,
          en="Huffman on blocks comes within 0.01 bit", zh="几个符号一起编码，离熵不到 0.01 比特",
          quantity_en="bits a symbol above -log2 p, largest block", quantity_zh="最大分组比 -log2 p 多出的比特"),
    Claim("wrong-book-longer", ">", 0,
          en="the book made for another distribution is longer", zh="为别的分布做的密码本更费比特",
          quantity_en="extra bits a symbol, Huffman for the wrong distribution",
          quantity_zh="错密码本每符号多花的比特"),
    Claim("wrong-book-is-ce", "<=", 0.03,
          en="coding the whole message with the wrong book costs cross entropy",
          zh="用错密码本编整条消息，代价就是交叉熵",
          quantity_en="distance from cross entropy, bits a symbol", quantity_zh="与交叉熵之差，比特/符号"),
)  # fmt: skip

ZH = {
    "bits a symbol against block size": "每符号比特数，按分组长度", "bits a symbol": "每符号比特数", "code": "编码",
    "measured": "实测", "above -log2 p": "超出 -log2 p", "expected": "理论值", "entropy H(p)": "熵 H(p)",
    "cross entropy H(p, q)": "交叉熵 H(p, q)", "fixed length": "定长", "Huffman, blocks of {}": "哈夫曼，每组 {} 个",
    "Huffman for the wrong book": "为另一本书造的哈夫曼码", "whole message, wrong book": "整条消息，按另一本书",
}  # fmt: skip


def huffman(chances: dict[tuple[int, ...], float]) -> Code:
    """The code that joins the two rarest groups again and again, one bit more for every member each time."""
    order = count()  # keeps equal chances from comparing their members
    groups = [(chance, next(order), [block]) for block, chance in chances.items()]
    code = dict.fromkeys(chances, "")
    heapq.heapify(groups)
    while len(groups) > 1:
        (rare, _, left), (next_rare, _, right) = heapq.heappop(groups), heapq.heappop(groups)
        for bit, members in (("0", left), ("1", right)):
            for member in members:
                code[member] = bit + code[member]
        heapq.heappush(groups, (rare + next_rare, next(order), left + right))
    return code


def block_code(p: tuple[float, ...], size: int) -> Code:
    """Huffman's code for blocks of `size` independent symbols."""
    return huffman({block: prod(p[symbol] for symbol in block) for block in product(range(len(p)), repeat=size)})


def encode(message: list[int], code: Code, size: int) -> str:
    return "".join(code[tuple(message[start : start + size])] for start in range(0, len(message), size))


def decode(bits: str, code: Code) -> list[int]:
    """The symbols, read greedily: no code word begins another one, so the first that fits is the right one."""
    words = {word: block for block, word in code.items()}
    message: list[int] = []
    word = ""
    for bit in bits:
        word += bit
        if word in words:
            message.extend(words[word])
            word = ""
    return message


class Sent(NamedTuple):
    """What one random message costs, in bits a symbol."""

    ideal: float  # -log2 p of this very message
    lengths: list[float]  # by the size of the blocks
    wrong_symbols: int  # after decoding
    wrong_book: float  # symbol by symbol, by the book for the believed distribution
    whole_wrong: float  # as a whole, by that distribution


def send(config: Config, codes: list[Code], wrong: Code) -> Sent:
    """Draws a message, encodes it in every way and reads it back. Runs once a seed."""
    p, q = DISTRIBUTIONS[config.true], DISTRIBUTIONS[config.believed]
    total = config.symbols - config.symbols % (60 * 7)  # blocks of every size fit into the message
    message = torch.multinomial(torch.tensor(p), total, replacement=True).tolist()
    encoded = [encode(message, code, size) for size, code in enumerate(codes, 1)]
    wrong_symbols = sum(a != b for a, b in zip(message, decode(encoded[0], codes[0]), strict=True))
    wrong_book = len(encode(message, wrong, 1))
    # A code for whole messages may give each the length -log2 q, rounded up once: those lengths fit Kraft's inequality.
    whole_wrong = ceil(-sum(log2(q[symbol]) for symbol in message))
    ideal = -sum(log2(p[symbol]) for symbol in message)
    return Sent(ideal / total, [len(bits) / total for bits in encoded], wrong_symbols, wrong_book / total,
                whole_wrong / total)  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    p, q = DISTRIBUTIONS[config.true], DISTRIBUTIONS[config.believed]
    entropy = -sum(chance * log2(chance) for chance in p)
    cross_entropy = -sum(chance * log2(believed) for chance, believed in zip(p, q, strict=True))
    codes = [block_code(p, size) for size in range(1, config.block + 1)]
    sent = seeds.each(partial(send, config, codes, block_code(q, 1)))
    ideal, lengths, wrong_symbols, wrong_book, whole_wrong = (
        torch.tensor(part, dtype=torch.float64) for part in zip(*sent, strict=True)
    )  # (seeds,) each, lengths (seeds, sizes)

    fixed = ceil(log2(len(p)))
    rows: list[list[object]] = [["fixed length", fixed, fixed - ideal]]
    for size, length in enumerate(lengths.unbind(dim=1), 1):
        rows.append([f"Huffman, blocks of {size}", length, length - ideal])
        yield Metric("Huffman", size, length, chart="bits a symbol against block size")
        yield Metric("entropy", size, entropy, chart="bits a symbol against block size")
    rows.append(["Huffman for the wrong book", wrong_book, wrong_book - ideal])
    rows.append(["whole message, wrong book", whole_wrong, whole_wrong - ideal])
    yield Table("bits a symbol", ["code", "measured", "above -log2 p"], rows)
    yield Table("expected", ["entropy H(p)", "cross entropy H(p, q)"], [[entropy, cross_entropy]])

    above = lengths - ideal[:, None]
    yield Measured("decodes", wrong_symbols)
    yield Measured("above-entropy", above.amin(dim=1))
    yield Measured("symbols-reach-entropy", above[:, 0])
    yield Measured("blocks-come-close", above[:, -1])
    yield Measured("wrong-book-longer", wrong_book - lengths[:, 0])
    yield Measured("wrong-book-is-ce", (whole_wrong - cross_entropy).abs())
