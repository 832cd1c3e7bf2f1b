"""More entropy, more questions to ask; but not always more wrong guesses, nor more states.

熵越大，要问的问题越多；猜错却不一定更多，状态也不一定更多。

lesson: entropy-coding
quick: distributions=300
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    distributions: int = param(1500, 50, 4000, en="random distributions", zh="随机分布的个数")
    most_states: int = param(16, 3, 64, en="largest number of states", zh="状态数最多几个")


CLAIMS = (
    Claim("more-questions", ">=", 0.95,
          en="higher entropy means more yes/no questions", zh="熵越大，要问的是非题越多",
          quantity_en="rank correlation of entropy and questions", quantity_zh="熵与提问数的等级相关"),
    Claim("within-one-question", "<", 1,
          en="the questions exceed the entropy by less than one", zh="提问数比熵多不到一次",
          quantity_en="largest excess over the entropy", quantity_zh="比熵最多多出几次"),
    Claim("harder-on-the-whole", ">=", 0.7,
          en="higher entropy means more wrong guesses, on the whole", zh="总的说来，熵越大，猜错越多",
          quantity_en="rank correlation of entropy and error of the best guess",
          quantity_zh="熵与最佳猜测错误率的等级相关"),
    Claim("harder-always", "<=", 0,
          en="higher entropy always means more wrong guesses", zh="熵越大，猜错必定越多",
          quantity_en="share of pairs that contradict", quantity_zh="与此相反的分布对所占比例"),
    Claim("more-states-always", "<=", 0,
          en="more states always mean higher entropy", zh="状态越多，熵必定越大",
          quantity_en="share of pairs that contradict", quantity_zh="与此相反的分布对所占比例"),
)  # fmt: skip

ZH = {
    "yes/no questions": "是非题的个数", "error of the best guess": "最佳猜测的错误率", "entropy in bits": "熵（比特）",
    "four to compare": "四个分布的比较", "states": "状态数", "largest p": "最大的 p", "entropy": "熵",
    "questions": "提问数", "error": "错误率",
}  # fmt: skip


def entropy(p: Tensor) -> float:
    """In bits; p has no zeros."""
    return -(p * torch.log2(p)).sum().item()


def expected_questions(p: Tensor) -> float:
    """The mean number of yes/no questions of the best plan: the chances of all groups that Huffman joins, added up."""
    groups = p.tolist()
    heapq.heapify(groups)
    questions = 0.0
    while len(groups) > 1:
        joined = heapq.heappop(groups) + heapq.heappop(groups)
        questions += joined
        heapq.heappush(groups, joined)
    return questions


def ranks(values: Tensor) -> Tensor:
    return values.argsort().argsort().to(torch.float64)


def rank_correlation(left: Tensor, right: Tensor) -> float:
    """Spearman's: 1 where both sort the distributions alike."""
    return torch.corrcoef(torch.stack([ranks(left), ranks(right)]))[0, 1].item()


def share_against(left: Tensor, right: Tensor) -> float:
    """Of all pairs that differ in `left`, the share in which the one with more has less of `right`."""
    more = left[:, None] > left[None, :]
    less = right[:, None] < right[None, :] - 1e-9
    return ((more & less).sum() / more.sum()).item()


def draw(config: Config) -> Tensor:
    """Random distributions, (4, distributions): states, entropy, questions, error of the best guess. Once a seed."""
    rows = []
    for _ in range(config.distributions):
        states = int(torch.randint(2, config.most_states + 1, ()))
        unevenness = 3 * torch.rand((), dtype=torch.float64)
        p = torch.softmax(unevenness * torch.randn(states, dtype=torch.float64), 0)
        rows.append([states, entropy(p), expected_questions(p), 1 - p.max().item()])
    return torch.tensor(rows, dtype=torch.float64).T


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    drawn = seeds.each(partial(draw, config))  # float64 stays on the CPU
    yield Progress(1, 1)
    _, bits, questions, error = drawn[0]
    for title, height in (("yes/no questions", questions), ("error of the best guess", error)):
        points = torch.stack([bits, height], 1)[:300].tolist()
        yield Figure(title, "scatter", {"series": {"distribution": points}}, "entropy in bits", title)
    pairs = []
    for named in ([0.5, 0.5], [0.97, 0.01, 0.01, 0.01], [0.25] * 4, [0.6] + [0.4 / 15] * 15):
        p = torch.tensor(named, dtype=torch.float64)
        pairs.append([len(named), max(named), entropy(p), expected_questions(p), 1 - max(named)])
    yield Table("four to compare", ["states", "largest p", "entropy", "questions", "error"], pairs)

    yield Measured("more-questions", [rank_correlation(bits, questions) for _, bits, questions, _ in drawn])
    yield Measured("within-one-question", [(questions - bits).max().item() for _, bits, questions, _ in drawn])
    yield Measured("harder-on-the-whole", [rank_correlation(bits, error) for _, bits, _, error in drawn])
    yield Measured("harder-always", [share_against(bits, error) for _, bits, _, error in drawn])
    yield Measured("more-states-always", [share_against(states, bits) for states, bits, _, _ in drawn])
