"""Three ways to score a sentence's tags: word by word, step by step, and the whole sentence at once.

给一句话打标签的三种算法：逐词归一化，逐步归一化，整句一起归一化。

Synthetic: a small grammar with ambiguous words, and the two words rib and rob with misprints.

lesson: hmm-crf
quick: steps=15 sentences=60
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(80, 5, 1000, en="training steps", zh="训练步数")
    sentences: int = param(250, 20, 3000, en="sentences to learn from, as many to test", zh="训练句数，测试同样多")


CLAIMS = (
    Claim("recursion-is-enumeration", "<", 1e-10,
          en="the forward recursion in logarithms gives log Z of all K^T taggings",
          zh="取对数的前向递推，得到全部 K^T 种标注的 log Z",
          quantity_en="difference from enumeration", quantity_zh="与逐一列举之差"),
    Claim("gradient-is-a-difference", "<", 1e-10,
          en="the gradient of log P(y|x) is observed minus expected counts of moves",
          zh="log P(y|x) 的梯度，等于转移次数的观测值减期望值",
          quantity_en="largest gap between autograd and enumeration", quantity_zh="自动求导与列举的最大差"),
    Claim("crf-gets-sentences", ">", 0.1,
          en="on the grammar the CRF gets more whole sentences right than the softmax",
          zh="在小语法上，CRF 整句全对的比逐词 softmax 多",
          quantity_en="share of sentences right, above the softmax", quantity_zh="整句全对的比例，高出 softmax 多少"),
    Claim("crf-breaks-no-rule", "<", 0.01,
          en="the CRF hardly writes a pair of tags that the grammar forbids", zh="CRF 几乎不会写出语法禁止的相邻标签",
          quantity_en="share of sentences with a forbidden pair", quantity_zh="含有禁止标签对的句子比例"),
    Claim("window-is-as-good", ">", -0.02,
          en="a softmax that also sees both neighbouring words is as good", zh="同时看左右两个词的 softmax 也一样好",
          quantity_en="share of sentences right, above the CRF", quantity_zh="整句全对的比例，高出 CRF 多少"),
    Claim("label-bias", ">", 0.1,
          en="on rib and rob the locally normalised model misses what the CRF gets",
          zh="在 rib 与 rob 上，逐步归一化的模型不如 CRF",
          quantity_en="share of words wrong, above the CRF", quantity_zh="错词的比例，高出 CRF 多少"),
)  # fmt: skip

ZH = {"loss on the grammar, per word": "小语法上的损失（每个词）",
      "rib and rob: words right while learning": "rib 与 rob：学习过程中猜对的词",
      "Whole sentences right": "整句全对的比例",
      "head": "做法", "grammar": "小语法", "forbidden pairs": "有禁止标签对", "rib and rob": "rib 与 rob"}  # fmt: skip

# Tags: article, adjective, noun, verb. Words: the, old, fish, run, light, we, see, net; columns of a row add up to 1.
MOVE = torch.tensor([[0, .4, .6, 0], [0, .2, .8, 0], [.1, 0, .1, .8], [.6, .1, .3, 0]])  # fmt: skip
SHOW = torch.tensor([[1, 0, 0, 0, 0, 0, 0, 0], [0, .6, 0, 0, .4, 0, 0, 0], [0, .1, .2, .1, .2, .2, 0, .2],
                     [0, 0, .3, .3, .1, 0, .2, .1]])  # fmt: skip
GRAMMAR = (torch.tensor([.6, .1, .3, 0]), MOVE, SHOW, 8)  # fmt: skip
# Tags: the letters of rib (0 1 2) and of rob (3 4 5). Letters r, i, o, b; three in 32 are misprints.
NEXT = one_hot(torch.tensor([1, 2, 2, 4, 5, 5]), 6).float()
PRINT = one_hot(torch.tensor([0, 1, 3, 0, 2, 3]), 4) * 28 / 32 + 1 / 32
RIB_ROB = (torch.tensor([.5, 0, 0, .5, 0, 0]), NEXT, PRINT, 3)  # fmt: skip

World = tuple[Tensor, Tensor, Tensor, int]


def sample(world: World, count: int) -> Tensor:
    """Tags and words: (2, count, length)."""
    start, move, show, length = world
    here, tags = torch.multinomial(start, count, replacement=True), []
    for _ in range(length):
        tags.append(here)
        here = torch.multinomial(move[here], 1)[:, 0]
    words = [torch.multinomial(show[tag], 1)[:, 0] for tag in tags]
    return torch.stack([torch.stack(tags, 1), torch.stack(words, 1)])


class Head:
    """Scores of tags and of steps between tags. `kind`: softmax, window, MEMM (normalised step by step) or CRF."""

    def __init__(self, kind: str, count: int, tags: int, words: int, dtype: torch.dtype | None = None) -> None:
        self.kind, self.words = kind, words
        sizes = ((tags,), (tags, tags), ((3 if kind == "window" else 1) * words, tags))
        self.weights = [torch.zeros(count, *size, dtype=dtype, requires_grad=True) for size in sizes]

    def scores(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Of the first tag (seeds, n, K) and of each step (seeds, n, T-1, K, K), for words (seeds, n, T)."""
        start, move, show = self.weights
        letters = one_hot(seen, self.words).to(show.dtype)
        if self.kind == "window":
            edge = torch.zeros_like(letters[:, :, :1])
            before, after = torch.cat([edge, letters[:, :, :-1]], 2), torch.cat([letters[:, :, 1:], edge], 2)
            letters = torch.cat([before, letters, after], 3)
        emitted = torch.einsum("sntw,swk->sntk", letters, show)
        tied = 0 if self.kind in ("softmax", "window") else 1  # without ties a CRF is one softmax a word
        first = emitted[:, :, 0] + tied * start[:, None]
        steps = emitted[:, :, 1:, None] + tied * move[:, None, None]
        if self.kind == "MEMM":
            return first.log_softmax(-1), steps.log_softmax(-1)
        return first, steps


def log_z(first: Tensor, steps: Tensor) -> Tensor:
    """log of the sum over all taggings of exp(score): (seeds, n)."""
    alpha = first
    for t in range(steps.shape[2]):
        alpha = torch.logsumexp(alpha[..., None] + steps[:, :, t], 2)
    return alpha.logsumexp(2)


def log_p(first: Tensor, steps: Tensor, tags: Tensor) -> Tensor:
    """log P(tags | words): the score of the tags minus log Z. (seeds, n)."""
    start = first.gather(2, tags[:, :, :1])[..., 0]
    rows = steps.gather(3, tags[:, :, :-1, None, None].expand(-1, -1, -1, 1, steps.shape[-1]))[:, :, :, 0]
    return start + rows.gather(3, tags[:, :, 1:, None])[..., 0].sum(2) - log_z(first, steps)


def viterbi(first: Tensor, steps: Tensor) -> Tensor:
    """The taggings with the highest score: (seeds, n, T)."""
    best, came = first, []
    for t in range(steps.shape[2]):
        best, where = (best[..., None] + steps[:, :, t]).max(2)
        came.append(where)
    path = [best.argmax(2)]
    for where in reversed(came):
        path.append(where.gather(2, path[-1][..., None])[..., 0])
    return torch.stack(path[::-1], 2)


def whole(head: Head, data: Tensor) -> tuple[Tensor, Tensor]:
    """The head's taggings of tags and words (seeds, 2, n, T), and the share of them that is right throughout."""
    with torch.no_grad():
        guess = viterbi(*head.scores(data[:, 1]))
    return guess, (guess == data[:, 0]).all(2).double().mean(1)


def learn(head: Head, data: Tensor, steps: int) -> Iterator[Tensor]:
    """Trains on tags and words (seeds, 2, n, T); yields each step's loss per word, (seeds,)."""
    adam = torch.optim.Adam(head.weights, lr=0.2)
    for _ in range(steps):
        loss = -log_p(*head.scores(data[:, 1]), data[:, 0]).mean(1) / data.shape[3]
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        yield loss.detach()


def exactly(seeds: Seeds) -> Iterator[Event]:
    """log Z and its gradient on one sentence of five words, against all 4^5 taggings, in double precision."""
    head = Head("CRF", seeds.count, 4, 8, torch.float64)
    with torch.no_grad():
        for weight in head.weights:
            weight += seeds.stack(partial(torch.randn, weight.shape[1:], dtype=weight.dtype)).cpu()
    seen, every = seeds.randint(8, (1, 5)).cpu(), torch.tensor(list(product(range(4), repeat=5)))
    first, steps = head.scores(seen)
    (gradient,) = torch.autograd.grad(log_p(first, steps, every[:1].expand(seeds.count, 1, 5)).sum(), head.weights[1])
    with torch.no_grad():
        n = len(every)
        score = first[:, 0, every[:, 0]] + sum(steps[:, 0, t, every[:, t], every[:, t + 1]] for t in range(4))
        counts = one_hot(4 * every[:, :-1] + every[:, 1:], 16).sum(1).double().view(n, 4, 4)  # moves in each tagging
        expected = torch.einsum("sn,nij->sij", score.softmax(1), counts)
        gap = (gradient - (counts[0] - expected)).abs().amax((1, 2))
        difference = (log_z(first, steps)[:, 0] - score.logsumexp(1)).abs()
    yield Measured("recursion-is-enumeration", difference)
    yield Measured("gradient-is-a-difference", gap)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield from exactly(seeds)
    right: dict[tuple[str, str], Tensor] = {}
    forbidden: dict[str, Tensor] = {}
    kinds, done = ("softmax", "window", "MEMM", "CRF"), 0
    for name, world in (("grammar", GRAMMAR), ("rib and rob", RIB_ROB)):
        data, test = (seeds.stack(partial(sample, world, config.sentences)).cpu() for _ in range(2))
        for kind in kinds:
            head = Head(kind, seeds.count, *world[2].shape)
            for step, loss in enumerate(learn(head, data, config.steps)):
                if step % 2 == 0 and name == "grammar":
                    yield Metric(kind, step, loss, chart="loss on the grammar, per word")
                elif step % 2 == 0:
                    yield Metric(kind, step, whole(head, test)[1], chart="rib and rob: words right while learning")
                done += 1
                yield Progress(done, 8 * config.steps)
            guess, right[name, kind] = whole(head, test)
            if name == "grammar":
                forbidden[kind] = (world[1][guess[:, :, :-1], guess[:, :, 1:]] == 0).any(2).double().mean(1)
    yield Table("Whole sentences right", ["head", "grammar", "forbidden pairs", "rib and rob"],
                [[kind, right["grammar", kind], forbidden[kind], right["rib and rob", kind]]
                 for kind in kinds])  # fmt: skip
    yield Measured("crf-gets-sentences", right["grammar", "CRF"] - right["grammar", "softmax"])
    yield Measured("crf-breaks-no-rule", forbidden["CRF"])
    yield Measured("window-is-as-good", right["grammar", "window"] - right["grammar", "CRF"])
    yield Measured("label-bias", right["rib and rob", "CRF"] - right["rib and rob", "MEMM"])
