"""Hide words, guess them: a text is its own teacher, and both sides of a hole tell more than the left one.

把词盖住再猜：文本自己就是老师，而空格的两边比左边一边说得更多。

A small Transformer reads the course's reviews, without their labels. One in six words is covered, singly or in runs of
three; another model sees the left side only. Judged on lines that none of them has learned from.

lesson: bert-gpt
quick: steps=30
full: steps=3000 width=128
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.corpus import corpus
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel, spelled, windows
from lhystudy.lab.seeds import Network, Seeds

SPAN, BATCH, MASK = 18, 20, 0  # words in a window, windows in a batch, the number of the cover


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 20000, en="training steps of each model", zh="每个模型的训练步数")
    width: int = param(32, 8, 512, en="numbers in a word's vector", zh="词向量的长度")
    corpus: str = param("reviews-en", en="text to learn from, or the path of your own", zh="文本，或你自己的文件路径")


CLAIMS = (
    Claim("text-teaches-itself", ">", 0.1,
          en="covered words are guessed better than by always naming the commonest word",
          zh="猜盖住的词，比总猜最常见的词准",
          quantity_en="accuracy minus the commonest word's share", quantity_zh="准确率减最常见词的比例"),
    Claim("both-sides-help", ">", 0.05,
          en="with both sides a word is guessed better than from the left alone", zh="看两边比只看左边猜得准",
          quantity_en="accuracy from both sides minus that from the left", quantity_zh="看两边的准确率减只看左边的"),
    Claim("runs-are-harder", ">", 0.1,
          en="runs of three covered words are harder than single ones", zh="连盖三个词比盖单个词难",
          quantity_en="loss of runs minus loss of single words, nats", quantity_zh="连盖的损失减单盖的，奈特"),
)  # fmt: skip

ZH = {
    "loss on covered words": "被盖住的词上的损失", "Guessing words of new lines": "猜新句子里的词",
    "what is seen": "看得见什么",
    "accuracy": "准确率", "loss": "损失", "both sides, single words": "两边，单个词",
    "both sides, runs of three": "两边，连着三个", "left side only": "只有左边", "the commonest word": "最常见的词",
    "Accuracy on new lines": "新句子上的准确率",
}  # fmt: skip


def covers(count: int, run: int, seeds: Seeds) -> Tensor:
    """Where words are covered: (seeds, count, SPAN), the same number in each window, in runs of one or of three."""
    slots = SPAN // run
    order = seeds.rand(count, slots).argsort(dim=2)
    chosen = one_hot(order[:, :, : SPAN // 6 // run], slots).sum(2).bool()  # whole slots, drawn without repetition
    return chosen.repeat_interleave(run, dim=2)


def guess(models: Network, pieces: Tensor, covered: Tensor, causal: bool) -> tuple[Tensor, Tensor]:
    """Loss and accuracy on the covered words, each (seeds,). A causal model reads all words before the covered one."""
    if causal:  # the scores behind word t are for word t + 1
        scores = models(pieces[:, :, :-1])
    else:
        scores = models(pieces.masked_fill(covered, MASK))[:, :, 1:]
    pieces, covered = pieces[:, :, 1:], covered[:, :, 1:]  # a window's first word, which has no left, is not asked for
    chances = scores.log_softmax(3).gather(3, pieces[..., None])[..., 0]  # of the right words, as logarithms
    right, count = (scores.argmax(3) == pieces) & covered, covered.sum((1, 2))
    return -(chances * covered).sum((1, 2)) / count, right.sum((1, 2)) / count


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    corpus(config.corpus, lines=50)  # enough for a window in each part
    vocabulary, text = spelled(config.corpus, first=("[mask]", "\n"))
    cut = len(text) * 4 // 5
    known, new = seeds.shared(text[:cut]), windows(seeds.shared(text[cut:]), 300, SPAN, seeds)
    kinds = {"both sides, single words": (1, False), "both sides, runs of three": (3, False),
             "left side only": (1, True)}  # fmt: skip
    loss, accuracy = dict[str, Tensor](), dict[str, Tensor]()
    for done, (name, (run_of, causal)) in enumerate(kinds.items()):
        models = seeds.network(partial(LanguageModel, len(vocabulary), SPAN, config.width, 1, 4, causal))
        adam = torch.optim.Adam(models.parameters(), lr=0.01)
        for step in range(config.steps):
            pieces = windows(known, BATCH, SPAN, seeds)
            # left to right every word is asked for: that costs a causal model nothing
            covered = torch.ones_like(pieces, dtype=torch.bool) if causal else covers(BATCH, run_of, seeds)
            error, _ = guess(models, pieces, covered, causal)
            adam.zero_grad()
            error.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, error.detach(), chart="loss on covered words")
            yield Progress(done * config.steps + step + 1, len(kinds) * config.steps)
        covered = covers(300, run_of, seeds)
        with torch.no_grad():
            loss[name], accuracy[name] = guess(models, new, covered, causal)
    commonest = text[:cut].bincount().argmax()
    accuracy["the commonest word"] = (new == commonest).float().mean((1, 2))
    yield Table("Guessing words of new lines", ["what is seen", "accuracy", "loss"],
                [[name, share, loss.get(name, "")] for name, share in accuracy.items()])  # fmt: skip
    bars = {"names": list(accuracy), "values": [share[0].item() for share in accuracy.values()]}
    yield Figure("Accuracy on new lines", "bars", bars)
    both, runs, left, common = accuracy
    yield Measured("text-teaches-itself", accuracy[both] - accuracy[common])
    yield Measured("both-sides-help", accuracy[both] - accuracy[left])
    yield Measured("runs-are-harder", loss[runs] - loss[both])
