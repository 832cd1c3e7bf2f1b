"""One word, two senses: in context its vectors fall into two groups, though its embedding is one vector.

一个词，两个意思：放进上下文，它的向量分成两群，而它的词嵌入只有一个。

A small BERT learns from lines about fruit and about firms, without their labels. Then each line with "apple" looks for
the apple whose vector is nearest, among lines that share no telling word with it (one that stands with one sense only).

lesson: bert-gpt
quick: steps=20
full: steps=3000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import normalize, one_hot

from lhystudy.errors import StudyError
from lhystudy.lab.corpus import corpus, numbered, words
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel
from lhystudy.lab.seeds import Network, Seeds
from lhystudy.words import say

WIDTH, BATCH, MASK = 32, 32, 1


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")
    word: str = param("apple", en="the word with two senses", zh="有两个意思的词")
    corpus: str = param("senses-en", en="lines and their senses, or the path of your own",
                        zh="句子和意思，或你自己的文件路径")  # fmt: skip


CLAIMS = (
    Claim("nearest-means-the-same", ">", 0.8,
          en="the nearest vector of the word belongs to the same sense", zh="这个词最近的向量属于同一个意思",
          quantity_en="share of lines", quantity_zh="句子的比例"),
    Claim("learning-does-it", ">", 0.1,
          en="before training that is so less often", zh="训练之前没有这么多",
          quantity_en="share after training minus share before", quantity_zh="训练后的比例减训练前的"),
    Claim("senses-part", ">", 0.1,
          en="within a sense vectors are closer than across", zh="同一个意思的向量更近",
          quantity_en="mean cosine within minus across", quantity_zh="组内平均余弦减组间平均余弦"),
    Claim("labels-go-farther", ">", 0.1,
          en="with two labelled lines a sense, the trained vectors sort all lines better than untrained ones",
          zh="每个意思只标两句，训练过的向量给其余句子分类，比没训练的准",
          quantity_en="accuracy after training minus before", quantity_zh="训练后的准确率减训练前的"),
)  # fmt: skip

ZH = {
    "loss on covered words": "被盖住的词上的损失", "The word in context": "上下文里的这个词", "network": "网络",
    "nearest has the same sense": "最近的是同一个意思", "cosine within a sense": "组内余弦",
    "cosine across": "组间余弦", "lines sorted rightly": "分对的句子",
    "before training": "训练前", "after training": "训练后",
    "Cosines of the word in 20 lines, ten of each sense": "20 个句子里这个词的余弦，每个意思十句", "line": "句子",
}  # fmt: skip


def covering_loss(models: Network, text: Tensor, seeds: Seeds) -> Tensor:
    """The loss of guessing a sixth of the words, covered: text (seeds, batch, n) -> (seeds,)."""
    covered = (seeds.rand(*text.shape[1:]) < 1 / 6) & (text > 0)  # 0 fills up short lines
    chances = models(text.masked_fill(covered, MASK)).log_softmax(3).gather(3, text[..., None])[..., 0]
    loss: Tensor = -(chances * covered).sum((1, 2)) / covered.sum((1, 2)).clamp(min=1)
    return loss


def vectors(models: Network, text: Tensor, word: int) -> Tensor:
    """The vector of the word in each line, of length 1: text (lines, n) -> (seeds, lines, width)."""
    with torch.no_grad():
        found = torch.stack([models[seed].reader(text) for seed in range(models.count)])  # (seeds, lines, n, width)
    at = (text == word).int().argmax(1)
    return normalize(found[:, torch.arange(len(text)), at], dim=2)


def sorted_rightly(models: Network, text: Tensor, labels: Tensor, shown: Tensor) -> Tensor:
    """The share of lines nearer to their own sense's two shown lines than to the other's: shown (seeds, 2, 2)."""
    with torch.no_grad():
        places = torch.stack([models[seed].reader(text) for seed in range(models.count)])
    filled = (text > 0)[..., None]
    lines = (places * filled).sum(2) / filled.sum(1)  # (seeds, lines, width): the mean of a line's vectors
    middle = torch.stack([lines[seed, pairs].mean(1) for seed, pairs in enumerate(shown)])  # (seeds, 2, width)
    return (torch.cdist(lines, middle).argmin(2) == labels).double().mean(1).cpu()


def telling(text: Tensor, senses: Tensor, symbols: int) -> Tensor:
    """Which pairs of lines share a word that occurs with one sense only: (lines, lines)."""
    has = one_hot(text, symbols).amax(1).bool()  # (lines, symbols)
    with_sense = torch.stack([has[senses == sense].any(0) for sense in (0, 1)])
    tells = (has & (with_sense.sum(0) == 1)).float()
    return (tells @ tells.T) > 0


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows = corpus(config.corpus, 20, 2)
    vocabulary, text = numbered([words(row[0]) for row in rows], first=("", "[mask]"))
    names = list(dict.fromkeys(row[1] for row in rows))
    labels = torch.tensor([names.index(row[1]) for row in rows], device=seeds.device)
    text = text.to(seeds.device)
    word = vocabulary.index(config.word) if config.word in vocabulary else -1
    chosen = (text == word).any(1)
    senses, own = labels[chosen], text[chosen]
    if min((senses == sense).sum() for sense in (0, 1)) < 10:
        raise StudyError(say(f"{config.word!r} stands in fewer than ten lines of a sense",
                             f"{config.word!r} 在某个意思里不到十句"), where=config.corpus)  # fmt: skip
    senses, order = senses.sort()
    own = own[order]
    models = seeds.network(partial(LanguageModel, len(vocabulary), text.shape[1], WIDTH, 1, 4, False))
    shown = torch.stack([(labels == sense).nonzero()[:, 0][seeds.randint(int((labels == sense).sum()), (2,))]
                         for sense in (0, 1)], dim=1)  # fmt: skip
    before, sorting = vectors(models, own, word), [sorted_rightly(models, text, labels, shown)]
    adam = torch.optim.Adam(models.parameters(), lr=0.01)
    for step in range(config.steps):
        loss = covering_loss(models, text[seeds.randint(len(text), (BATCH,))], seeds)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % (1 + config.steps // 60) == 0:
            yield Metric("loss", step, loss.detach(), chart="loss on covered words")
        yield Progress(step + 1, config.steps)

    sorting.append(sorted_rightly(models, text, labels, shown))
    same = senses[:, None] == senses
    itself = torch.eye(len(own), dtype=torch.bool, device=seeds.device)
    barred = telling(own, senses, len(vocabulary)) | itself
    right, gap = [], []
    table: list[list[str | Tensor]] = []
    for name, found in (("before training", before), ("after training", vectors(models, own, word))):
        cosines = found @ found.mT  # (seeds, lines, lines)
        nearest = cosines.masked_fill(barred, -2).argmax(2)
        right.append((senses[nearest] == senses).double().mean(1).cpu())
        within, across = cosines[:, same & ~itself].mean(1), cosines[:, ~same].mean(1)
        gap.append((within - across).cpu())
        table.append([name, right[-1], within, across, sorting[len(table)]])
    ten = torch.cat([(senses == sense).nonzero()[:10, 0] for sense in (0, 1)])
    yield Figure("Cosines of the word in 20 lines, ten of each sense", "heat",
                 {"values": cosines[0][ten][:, ten].tolist()}, "line", "line")  # fmt: skip
    heads = ["network", "nearest has the same sense", "cosine within a sense", "cosine across", "lines sorted rightly"]
    yield Table("The word in context", heads, table)
    yield Measured("nearest-means-the-same", right[1])
    yield Measured("learning-does-it", right[1] - right[0])
    yield Measured("senses-part", gap[1])
    yield Measured("labels-go-farther", sorting[1] - sorting[0])
