"""A translator whose cross-entropy gets worse may write better sentences.

交叉熵变差了，译文却可能更好。

A small Transformer learns English sentences and their Chinese from few pairs. Along the way new sentences are scored in
two ways: by the cross-entropy of the right words, and by the BLEU of what the model writes.

lesson: seq2seq-training
quick: steps=40 pairs=60
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import exp, log

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, sinusoids, up_to_now
from lhystudy.lab.corpus import corpus, numbered, words
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

WIDTH, BATCH, CHECKS, TESTED = 32, 32, 8, 80
PAD, BEGIN, END = 0, 1, 2


@dataclass(frozen=True)
class Config:
    steps: int = param(320, 16, 5000, en="training steps", zh="训练步数")
    pairs: int = param(250, 20, 5000, en="pairs to learn from", zh="用来学习的句对数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")
    corpus: str = param("pairs", en="text of two columns, or the path of your own", zh="两列的文本，或你自己的文件路径")


CLAIMS = (
    Claim("loss-is-minus-log", "<", 1e-3,
          en="summed over the words, the cross-entropy is minus the log-probability of the sentence",
          zh="逐词交叉熵加起来，就是整句对数概率的相反数",
          quantity_en="largest difference", quantity_zh="最大的差"),
    Claim("they-disagree", ">", 0.0,
          en="there are two moments of training of which one has the lower loss and the lower BLEU",
          zh="训练中有两个时刻，其中一个损失更低，BLEU 也更低",
          quantity_en="share of pairs of moments on which the two disagree",
          quantity_zh="两种评分意见相反的时刻对的比例"),
    Claim("lower-loss-lower-bleu", ">", 0,
          en="with its scores divided by ten, the last model has a higher loss than an earlier one of lower BLEU",
          zh="把最后的模型的得分都除以 10，它的损失就高过某个 BLEU 更低的早期模型",
          quantity_en="earlier moments with lower loss and lower BLEU",
          quantity_zh="损失更低、BLEU 也更低的更早时刻数"),
    Claim("bleu-rises-past-lowest-loss", ">", 0.0,
          en="BLEU still rises after the loss on new sentences was lowest",
          zh="新句子上的损失到最低之后，BLEU 还在升",
          quantity_en="BLEU at the end - BLEU at the lowest loss", quantity_zh="最后的 BLEU − 损失最低时的 BLEU"),
    Claim("no-gradient", "<=", 0,
          en="no weight has a gradient of BLEU", zh="BLEU 对任何权重都没有梯度",
          quantity_en="weights that the written words are differentiable in",
          quantity_zh="写出的词能对之求导的权重个数"),
)  # fmt: skip

ZH = {
    "cross-entropy a word": "每个词的交叉熵", "BLEU of new sentences": "新句子的 BLEU",
    "Moments of training": "训练中的时刻",
    "step": "步", "last, scores / 10": "最后，得分 / 10",
    "loss on new sentences": "新句子的损失", "Some translations": "几句译文", "source": "源句",
    "written": "写出的", "right": "正确的",
}  # fmt: skip


class Translator(nn.Module):
    places: Tensor

    def __init__(self, source_words: int, target_words: int, longest: int) -> None:
        super().__init__()
        self.source, self.word = nn.Embedding(source_words, WIDTH), nn.Embedding(target_words, WIDTH)
        self.encoder = Block(WIDTH, heads=2, inner=64)
        self.decoder = Block(WIDTH, heads=2, inner=64, crossed=True)
        self.scores = nn.Linear(WIDTH, target_words)
        self.register_buffer("places", sinusoids(longest + 1, WIDTH))

    def forward(self, source: Tensor, before: Tensor) -> Tensor:  # (batch, m), (batch, n) -> (batch, n, words)
        memory = self.encoder(self.source(source) + self.places[: source.shape[1]])
        x = self.word(before) + self.places[: before.shape[1]]
        scores: Tensor = self.scores(self.decoder(x, memory, up_to_now(before.shape[1], before.device)))
        return scores


def bleu(written: list[list[int]], meant: list[list[int]]) -> float:
    """BLEU of a corpus with one reference each, 0 to 1. Source: Papineni et al., 2002."""
    logs = 0.0
    for n in range(1, 5):
        hits = total = 0
        for ours, theirs in zip(written, meant, strict=True):
            grams = [Counter(tuple(line[i : i + n]) for i in range(len(line) - n + 1)) for line in (ours, theirs)]
            hits += (grams[0] & grams[1]).total()  # & takes the smaller count: the clipping
            total += grams[0].total()
        if hits == 0:
            return 0.0
        logs += log(hits / total) / 4
    c, r = sum(map(len, written)), sum(map(len, meant))
    return min(1.0, exp(1 - r / c)) * exp(logs)


def until_end(line: list[int]) -> list[int]:
    return line[: line.index(END)] if END in line else line


def write(translators: Network, source: Tensor, longest: int) -> Tensor:
    """The best word each time: (seeds, batch, longest)."""
    out = torch.full_like(source[:, :, :1], BEGIN)
    for _ in range(longest):
        out = torch.cat([out, translators(source, out)[:, :, -1:].argmax(dim=3)], dim=2)
    return out[:, :, 1:]


def word_losses(translators: Network, source: Tensor, target: Tensor, divided: float = 1.0) -> tuple[Tensor, Tensor]:
    """-log p of each right word, 0 behind the end, and where there is a word: both (seeds, batch, n)."""
    before = torch.cat([torch.full_like(target[:, :, :1], BEGIN), target[:, :, :-1]], dim=2)
    there = target != PAD
    chances = (translators(source, before) / divided).log_softmax(dim=3)
    return -chances.gather(3, target[..., None])[..., 0] * there, there


def sentence_log(translators: Network, source: Tensor, target: Tensor) -> Tensor:
    """log p of each sentence, its probability built up word after word as when it is written: (seeds, batch)."""
    out, total = torch.full_like(target[:, :, :1], BEGIN), torch.ones(target.shape[:2], dtype=torch.float64)
    for place in range(target.shape[2]):
        chances = translators(source, out)[:, :, -1].softmax(dim=2)
        word = target[:, :, place : place + 1]
        total *= torch.where((word == PAD).cpu(), 1.0, chances.gather(2, word).cpu().double())[:, :, 0]
        out = torch.cat([out, word], dim=2)
    return total.log()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    texts = [(words(row[0]), words(row[-1])) for row in corpus(config.corpus, lines=2, columns=2)]
    english, sources = numbered([left for left, _ in texts])
    chinese, targets = numbered([[*right, "END"] for _, right in texts], first=("", "BEGIN", "END"))
    longest = max(sources.shape[1], targets.shape[1])
    order = seeds.randperm(len(texts))
    tested = max(1, min(TESTED, len(texts) // 4))
    picked = min(config.pairs, len(texts) - tested)
    sources, targets = sources.to(seeds.device)[order], targets.to(seeds.device)[order]  # (seeds, texts, words)
    asked, meant = sources[:, picked : picked + tested], targets[:, picked : picked + tested]
    translators = seeds.network(partial(Translator, len(english), len(chinese), longest))
    adam = torch.optim.Adam(translators.parameters(), lr=config.rate)
    losses, scores, moments = [], [], []
    for step in range(1, config.steps + 1):
        drawn = seeds.randint(picked, (BATCH,))[:, :, None]
        source = sources.gather(1, drawn.expand(-1, -1, sources.shape[2]))
        target = targets.gather(1, drawn.expand(-1, -1, targets.shape[2]))
        each, there = word_losses(translators, source, target)
        loss = each.sum((1, 2)) / there.sum((1, 2))
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % max(1, config.steps // CHECKS) == 0:
            with torch.no_grad():
                each, there = word_losses(translators, asked, meant)
                out = write(translators, asked, targets.shape[2]).tolist()
            losses.append((each.sum((1, 2)) / there.sum((1, 2))).cpu().double())
            ours, right = ([[until_end(line) for line in lines] for lines in some] for some in (out, meant.tolist()))
            scores.append(torch.tensor([bleu(a, b) for a, b in zip(ours, right, strict=True)], dtype=torch.float64))
            moments.append([step, losses[-1], scores[-1]])
            yield Metric("training", step, loss.detach(), chart="cross-entropy a word")
            yield Metric("new sentences", step, losses[-1], chart="cross-entropy a word")
            yield Metric("BLEU", step, scores[-1], chart="BLEU of new sentences")
        yield Progress(step, config.steps)
    said = [[" ".join(english[n] for n in asked[0, k].tolist() if n),
             *(" ".join(chinese[n] for n in lines[0][k] if n) for lines in (ours, right))]
            for k in range(min(4, tested))]  # fmt: skip
    yield Table("Some translations", ["source", "written", "right"], said)
    with torch.no_grad():
        flat, _ = word_losses(translators, asked, meant, divided=10)  # the same words are best, less surely
        flat_loss = (flat.sum((1, 2)) / there.sum((1, 2))).cpu().double()
        apart = each.sum(2).cpu().double() + sentence_log(translators, asked, meant)
    moments.append(["last, scores / 10", flat_loss, scores[-1]])
    yield Table("Moments of training", ["step", "loss on new sentences", "BLEU"], moments)
    yield Measured("loss-is-minus-log", apart.abs().amax(1))
    loss_at, bleu_at = torch.stack(losses), torch.stack(scores)  # (moments, seeds)
    pairs = combinations(range(len(losses)), 2)
    against = [((loss_at[i] - loss_at[j]) * (bleu_at[i] - bleu_at[j]) > 0) for i, j in pairs]
    yield Measured("they-disagree", torch.stack(against).double().mean(0))
    lower = (loss_at[:-1] < flat_loss) & (bleu_at[:-1] < bleu_at[-1])
    yield Measured("lower-loss-lower-bleu", lower.double().sum(0))
    yield Measured("bleu-rises-past-lowest-loss", bleu_at[-1] - bleu_at.gather(0, loss_at.argmin(0)[None])[0])
    chosen = write(translators, asked[:, :4], 2)  # with gradients switched on
    yield Measured("no-gradient", len(list(translators.parameters())) if chosen.requires_grad else 0)
