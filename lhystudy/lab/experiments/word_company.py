"""Words that keep the same company end up close; characters avoid unknown words and make longer inputs.

常有同样邻居的词会靠在一起；按字输入避开生词，输入也更长。

The vectors come from counting neighbours in the course's travel requests (English), without any training. Words and
characters are compared on its Chinese requests and reviews, where a few have been seen and the rest are new.

lesson: rnn
quick: seen=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.corpus import corpus, numbered
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

SIZES = (10, 20, 40, 80, 160, 320)


@dataclass(frozen=True)
class Config:
    size: int = param(10, 2, 40, en="numbers in a word's vector", zh="词向量的长度")
    seen: int = param(40, 10, 320, en="Chinese lines already seen", zh="已经见过的中文句数")


CLAIMS = (
    Claim("company-makes-close", ">", 0.3,
          en="cities are closer to cities, and dates to dates, than cities to dates",
          zh="城市与城市、日期与日期，比城市与日期更近",
          quantity_en="mean cosine within the groups minus that between them", quantity_zh="组内平均余弦减组间平均余弦",
          seeds=1),
    Claim("characters-know-more", ">", 0.0,
          en="fewer characters than words are unknown in new lines", zh="新句子里，生字的比例低于生词",
          quantity_en="share of unknown words minus that of unknown characters", quantity_zh="生词的比例减生字的比例"),
    Claim("characters-are-more", ">", 1.3,
          en="in characters a line is longer", zh="按字数，句子更长",
          quantity_en="characters over words of a line", quantity_zh="每句的字数与词数之比"),
)  # fmt: skip

ZH = {
    "unknown in new lines, by lines seen": "新句子里没见过的比例，随见过的句数", "Words against characters": "词与字",
    "unit": "单位", "unknown": "没见过的", "length of a line": "每句长度", "different ones": "不同的个数",
    "words": "词", "characters": "字", "Word vectors, two directions": "词向量，两个方向",
}  # fmt: skip


def vectors(sentences: list[list[str]], size: int) -> tuple[list[str], Tensor]:
    """The vocabulary and a vector for each word: the singular vectors of how much oftener than by chance words are
    neighbours (at a distance of at most two, as a positive logarithm): (words, size)."""
    vocabulary, places = numbered(sentences)
    together = torch.zeros(len(vocabulary), len(vocabulary), dtype=torch.float64)
    for distance in (1, 2):
        left, right = places[:, :-distance].flatten(), places[:, distance:].flatten()
        together.index_put_((left, right), torch.ones(len(left), dtype=torch.float64), accumulate=True)
    together = (together + together.T)[1:, 1:]  # place 0 fills up short sentences
    expected = together.sum(0) * together.sum(1, keepdim=True) / together.sum()
    left, strength, _ = torch.linalg.svd((together / expected).clamp_min(1.0).log())
    return vocabulary[1:], left[:, :size] * strength[:size].sqrt()


def mean_cosine(one: Tensor, other: Tensor) -> float:
    """Between all words of two groups; of a group with itself, between different words only."""
    cosines = torch.nn.functional.normalize(one, dim=1) @ torch.nn.functional.normalize(other, dim=1).T
    own = len(one) if one is other else 0
    return float((cosines.sum() - own) / (cosines.numel() - own))


def unknown(lines: list[list[str]], order: list[int], seen: int) -> float:
    """The share of units in the lines beyond the first `seen` that do not occur in those."""
    known = {unit for line in order[:seen] for unit in lines[line]}
    new = [unit for line in order[seen:] for unit in lines[line]]
    return sum(unit not in known for unit in new) / len(new)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    requests = [[word.partition("/") for word in columns[0].split()] for columns in corpus("travel-en")]
    vocabulary, found = vectors([[word for word, _, _ in line] for line in requests], config.size)
    place = {word: number for number, word in enumerate(vocabulary)}
    groups: dict[str, list[str]] = {"cities": [], "dates": []}
    for word, _, slot in sorted({part for line in requests for part in line}):
        name = {"to": "cities", "from": "cities", "date": "dates"}.get(slot)
        if name is not None and word not in groups[name]:
            groups[name].append(word)
    cities, dates = (found[[place[word] for word in names]] for names in groups.values())
    gap = (mean_cosine(cities, cities) + mean_cosine(dates, dates)) / 2 - mean_cosine(cities, dates)
    series = {"cities": cities[:, :2].tolist(), "dates": dates[:, :2].tolist()}
    yield Figure("Word vectors, two directions", "scatter", {"series": series})

    plain = [" ".join(word.partition("/")[0] for word in columns[0].split()) for columns in corpus("travel-zh")]
    texts = plain + [columns[0] for columns in corpus("reviews-zh")]
    units = {"words": [text.split() for text in texts], "characters": [list(text.replace(" ", "")) for text in texts]}
    orders = seeds.randperm(len(texts)).tolist()
    missing = {name: [[unknown(lines, order, seen) for order in orders] for seen in (*SIZES, config.seen)]
               for name, lines in units.items()}  # fmt: skip
    for name, shares in missing.items():
        for seen, share in zip(SIZES, shares, strict=False):
            yield Metric(name, seen, share, chart="unknown in new lines, by lines seen")
    length = {name: sum(map(len, lines)) / len(lines) for name, lines in units.items()}
    different = {name: len({unit for line in lines for unit in line}) for name, lines in units.items()}
    rows = [[name, missing[name][-1], length[name], different[name]] for name in units]
    yield Table("Words against characters", ["unit", "unknown", "length of a line", "different ones"], rows)
    yield Progress(1, 1)

    yield Measured("company-makes-close", gap)
    fewer = [w - c for w, c in zip(missing["words"][-1], missing["characters"][-1], strict=True)]
    yield Measured("characters-know-more", fewer)
    yield Measured("characters-are-more", length["characters"] / length["words"])
