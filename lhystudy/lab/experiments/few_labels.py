"""Twenty labelled requests: how much does it help a network to have read others before?

只有二十句带标签的请求：网络事先读过别的句子，帮得上多少？

A small BERT reads travel requests without labels, covering words. Then slots (to, from, date) are learned from twenty
labelled lines: by a fresh network, by tuning all of the reader, a new head alone, or a head and low-rank changes.

lesson: bert-gpt
quick: steps=20 tuning=10
full: steps=3000 tuning=300
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Attention
from lhystudy.lab.corpus import corpus, numbered
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel, Reader
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SLOTS, WIDTH, TEST, BATCH = ("-", "to", "from", "date"), 32, 200, 24


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 20000, en="steps of pre-training", zh="预训练的步数")
    tuning: int = param(60, 10, 2000, en="steps of each tuning", zh="每种微调的步数")
    labels: int = param(20, 2, 200, en="labelled lines", zh="带标签的句数")
    rank: int = param(2, 1, 16, en="rank of the low-rank changes", zh="低秩改动的秩")
    corpus: str = param("travel-en", en="requests with slots, or the path of your own",
                        zh="带槽位的请求，或你自己的文件路径")  # fmt: skip


CLAIMS = (
    Claim("reading-first-helps", ">", 0.05,
          en="with few labels, tuning a network that has read beats a fresh one",
          zh="标签少时，微调读过书的网络胜过从头学",
          quantity_en="F1 on new lines, tuned minus fresh", quantity_zh="新句子上的 F1，微调减从头学"),
    Claim("starts-lower", "<", -0.05,
          en="tuning starts from a lower loss", zh="微调的损失起点更低",
          quantity_en="first training loss, tuned minus fresh", quantity_zh="最初的训练损失，微调减从头学"),
    Claim("falls-sooner", "<", -0.05,
          en="after ten steps its loss is lower", zh="十步之后它的损失更低",
          quantity_en="training loss after ten steps, tuned minus fresh", quantity_zh="十步后的训练损失，微调减从头学"),
    Claim("low-rank-is-enough", ">", -0.05,
          en="changes of low rank do as well as tuning everything", zh="只学低秩改动，不输给全部微调",
          quantity_en="F1, low-rank minus full tuning", quantity_zh="F1，低秩减全部微调"),
)  # fmt: skip

ZH = {
    "training loss on the labelled lines": "带标签句子上的训练损失", "Slots of new lines": "新句子的槽位",
    "way": "做法", "numbers tuned": "调整的参数个数", "first loss": "最初的损失", "after ten steps": "十步后",
    "fresh": "从头学", "tuned": "全部微调", "head only": "只学输出头", "low-rank": "低秩",
}  # fmt: skip


class LowRank(nn.Linear):
    """A linear map W plus a change of low rank, W + B A; B begins at zero, so that nothing is changed at first."""

    def __init__(self, width: int, rank: int) -> None:
        super().__init__(width, width)
        self.down = nn.Parameter(torch.randn(rank, width) / width**0.5)
        self.up = nn.Parameter(torch.zeros(width, rank))

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = super().forward(x) + x @ self.down.T @ self.up.T
        return changed


class Tagger(nn.Module):
    """A slot for each word: (batch, n) -> (batch, n, slots). With a `rank`, queries and values are `LowRank`."""

    def __init__(self, symbols: int, longest: int, rank: int = 0) -> None:
        super().__init__()
        self.reader, self.head = Reader(symbols, longest, WIDTH, 1, 4, causal=False), nn.Linear(WIDTH, len(SLOTS))
        attentions = [part for part in self.reader.modules() if isinstance(part, Attention)]
        for attention in attentions if rank else ():
            attention.query, attention.value = LowRank(WIDTH, rank), LowRank(WIDTH, rank)

    def forward(self, text: Tensor) -> Tensor:
        scores: Tensor = self.head(self.reader(text))
        return scores


def covering_loss(models: Network, text: Tensor, mask: int, seeds: Seeds) -> Tensor:
    """The loss of guessing a sixth of the words, covered: text (seeds, batch, n) -> (seeds,)."""
    covered = (seeds.rand(*text.shape[1:]) < 1 / 6) & (text > 0)  # 0 fills up short lines
    chances = models(text.masked_fill(covered, mask)).log_softmax(3).gather(3, text[..., None])[..., 0]
    loss: Tensor = -(chances * covered).sum((1, 2)) / covered.sum((1, 2)).clamp(min=1)
    return loss


def f1(scores: Tensor, slots: Tensor) -> Tensor:
    """How well the slots are found, 0 to 1: (seeds, lines, n, slots) and (seeds, lines, n) -> (seeds,)."""
    found = scores.argmax(3)
    right = ((found == slots) & (slots > 0)).sum((1, 2))
    return 2 * right / ((found > 0).sum((1, 2)) + (slots > 0).sum((1, 2)))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    lines = [[word.partition("/") for word in row[0].split()] for row in corpus(config.corpus, TEST + config.labels)]
    vocabulary, text = numbered([[word for word, _, _ in line] for line in lines], first=("", "[mask]"))
    slots = torch.zeros_like(text)
    for row, line in zip(slots, lines, strict=True):
        row[: len(line)] = torch.tensor([SLOTS.index(slot if slot in SLOTS else "-") for _, _, slot in line])
    order = seeds.randperm(len(lines))
    text, slots = (whole.to(seeds.device)[order] for whole in (text, slots))  # (seeds, lines, n), in a seed's own order
    new, known = (text[:, :TEST], slots[:, :TEST]), (text[:, TEST:], slots[:, TEST:])
    labelled = known[0][:, : config.labels], known[1][:, : config.labels]

    models = seeds.network(partial(LanguageModel, len(vocabulary), text.shape[2], WIDTH, 1, 4, False))
    adam = torch.optim.Adam(models.parameters(), lr=0.01)
    each = torch.arange(seeds.count, device=seeds.device)[:, None]
    for step in range(config.steps):
        pieces = known[0][each, seeds.randint(known[0].shape[1], (BATCH,))]
        loss = covering_loss(models, pieces, 1, seeds)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        yield Progress(step + 1, config.steps + 4 * config.tuning)

    ways = {"fresh": "", "tuned": "", "head only": "head", "low-rank": "head up down"}
    first, early, score, rows = dict[str, Tensor](), dict[str, Tensor](), dict[str, Tensor](), []
    for done, (name, parts) in enumerate(ways.items()):
        rank = config.rank if name == "low-rank" else 0
        taggers = seeds.network(partial(Tagger, len(vocabulary), text.shape[2], rank))
        if name != "fresh":
            taggers.one.reader.load_state_dict(models.one.reader.state_dict(), strict=not rank)
        tuned = [p for key, p in taggers.one.named_parameters() if not parts or {*key.split(".")} & {*parts.split()}]
        adam, losses = torch.optim.Adam(tuned, lr=0.01), list[Tensor]()
        for step in range(config.tuning):
            loss = cross_entropy(taggers(labelled[0]), labelled[1])
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            losses.append(loss.detach())
            yield Metric(name, step, loss.detach(), chart="training loss on the labelled lines")
            yield Progress(config.steps + done * config.tuning + step + 1, config.steps + 4 * config.tuning)
        with torch.no_grad():
            score[name] = f1(taggers(new[0]), new[1])
        first[name], early[name] = losses[0], losses[min(10, config.tuning - 1)]
        rows.append([name, sum(p.numel() for p in tuned) // seeds.count, first[name], early[name], score[name]])
    yield Table("Slots of new lines", ["way", "numbers tuned", "first loss", "after ten steps", "F1"], rows)
    yield Measured("reading-first-helps", score["tuned"] - score["fresh"])
    yield Measured("starts-lower", first["tuned"] - first["fresh"])
    yield Measured("falls-sooner", early["tuned"] - early["fresh"])
    yield Measured("low-rank-is-enough", score["low-rank"] - score["tuned"])
