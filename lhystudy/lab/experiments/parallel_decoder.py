"""Writing all words at once takes one pass, and mixes up two translations that are each right.

一次写完全部词只要跑一遍，却会把两种都对的译法混在一起。

Every source word has two translations of equal standing that share no word. One decoder writes word after word, the
other all positions at once, each drawn by itself. Both also learn a task in which each source has one translation only.
Synthetic data; the times are processor time, which other programs on the machine hardly change.

lesson: transformer-decoder
quick: steps=30 longest=16
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, up_to_now
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy
from lhystudy.lab.sequences import shifted

SOURCES, WIDTH, BATCH = 6, 32, 48
LONGEST = 128


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 3000, en="training steps", zh="训练步数")
    length: int = param(2, 2, 6, en="words in a translation", zh="一个译法的词数")
    longest: int = param(64, 8, 128, en="longest output that is timed", zh="计时的最长输出")


CLAIMS = (
    Claim("independent-words-mix", ">", 0.45,
          en="drawn position by position, about half of the two-word outputs are neither translation",
          zh="逐个位置独立抽取，两个词的输出约有一半不是任何一种译法",
          quantity_en="share of invalid outputs, non-autoregressive", quantity_zh="非自回归的无效输出比例"),
    Claim("word-by-word-keeps", "<", 0.02,
          en="written word by word they hardly ever mix",
          zh="逐词写出，几乎不会混",
          quantity_en="share of invalid outputs, autoregressive", quantity_zh="自回归的无效输出比例"),
    Claim("one-answer-no-loss", ">", 0.98,
          en="where there is one right answer, writing all at once is right as well",
          zh="只有一个正确答案时，一次写完也写得对",
          quantity_en="accuracy, non-autoregressive", quantity_zh="非自回归的准确率"),
    Claim("all-at-once-is-faster", ">", 5.0,
          en="at the longest output word by word takes over five times as long",
          zh="输出最长时，逐词写要花五倍以上的时间",
          quantity_en="processor time word by word / all at once",
          quantity_zh="逐词的处理器时间 / 一次写完的", seeds=1),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Invalid outputs and accuracy": "无效输出与准确率", "decoder": "解码器",
    "invalid, two translations": "无效（两种译法）", "right, one translation": "正确（一种译法）",
    "Some outputs": "一些输出", "outputs": "输出", "Processor time of 16 outputs": "16 个输出所花的处理器时间",
    "words": "词数", "autoregressive, ms": "自回归，毫秒", "non-autoregressive, ms": "非自回归，毫秒",
    "autoregressive": "自回归", "non-autoregressive": "非自回归",
}  # fmt: skip


class Decoder(nn.Module):
    """Scores for each position. With `stepwise` it reads the words before, else nothing but the position."""

    def __init__(self, words: int, stepwise: bool) -> None:
        super().__init__()
        self.begin, self.stepwise = words, stepwise
        self.source = nn.Embedding(SOURCES, WIDTH)
        self.word, self.place = nn.Embedding(words + 1, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.block = Block(WIDTH, heads=2, inner=64, crossed=True)
        self.scores = nn.Linear(WIDTH, words)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        """Sources (batch, 1) and the words before, shifted by a begin symbol (batch, n) -> scores (batch, n, words)."""
        n = before.shape[1]
        words = before if self.stepwise else torch.full_like(before, self.begin)
        x = self.word(words) + self.place.weight[:n]
        allowed = up_to_now(n, before.device) if self.stepwise else None
        scores: Tensor = self.scores(self.block(x, self.source(source), allowed))
        return scores


def translations(source: Tensor, choice: Tensor, length: int) -> Tensor:
    """The words (…, length) of the first or second translation; every word belongs to one translation and place."""
    return ((2 * source + choice) * length)[..., None] + torch.arange(length, device=source.device)


def write(decoders: Network, source: Tensor, length: int, words: int, stepwise: bool, seeds: Seeds) -> Tensor:
    """Words drawn from the decoder's chances: (seeds, batch, length)."""
    before = torch.full((*source.shape[:2], length), words, device=source.device)
    for place in range(length if stepwise else 1):
        chances = decoders(source, before).softmax(dim=3).cumsum(3)
        dice = seeds.rand(source.shape[1], length)
        drawn: Tensor = (chances < dice[..., None]).sum(3).clamp(max=words - 1)
        if stepwise and place + 1 < length:
            before[:, :, place + 1] = drawn[:, :, place]
    if not stepwise:
        return drawn
    return torch.cat([before[:, :, 1:], drawn[:, :, -1:]], dim=2)


def milliseconds(decoder: nn.Module, length: int) -> float:
    """The processor time that 16 outputs of `length` words take: the best of three."""
    source, best = torch.zeros(16, 1, dtype=torch.long), float("inf")
    for _ in range(3):
        began = time.process_time()
        before = torch.zeros(16, 1 if decoder.stepwise else length, dtype=torch.long)
        for _ in range(length if decoder.stepwise else 1):
            drawn = decoder(source, before).argmax(dim=2)
            before = torch.cat([before, drawn[:, -1:]], dim=1)
        best = min(best, 1000 * (time.process_time() - began))
    return best


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    words, jobs = 2 * SOURCES * config.length, 0
    invalid: dict[str, Tensor] = {}
    examples = []
    right, trained = dict(invalid), dict[str, nn.Module]()
    for name, stepwise in (("autoregressive", True), ("non-autoregressive", False)):
        for kinds in (1, 2):  # translations of each source
            decoders = seeds.network(partial(Decoder, words, stepwise))
            adam = torch.optim.Adam(decoders.parameters(), lr=0.005)
            for step in range(config.steps):
                source = seeds.randint(SOURCES, (BATCH,))
                target = translations(source, seeds.randint(kinds, (BATCH,)), config.length)
                loss = cross_entropy(decoders(source[:, :, None], shifted(target, words)), target)
                adam.zero_grad()
                loss.sum().backward()
                adam.step()
                if kinds == 2 and step % (1 + config.steps // 60) == 0:
                    yield Metric(name, step, loss.detach(), chart="training loss")
                yield Progress(jobs * config.steps + step + 1, 4 * config.steps)
            jobs += 1
            with torch.no_grad():
                source = seeds.randint(SOURCES, (600,))
                out = write(decoders, source[:, :, None], config.length, words, stepwise, seeds)
                meant = [
                    (out == translations(source, torch.full_like(source, k), config.length)).all(2) for k in (0, 1)
                ]
            good = meant[0] if kinds == 1 else meant[0] | meant[1]
            (right if kinds == 1 else invalid)[name] = (good if kinds == 1 else ~good).cpu().double().mean(1)
            trained[name] = decoders[0].cpu()
        examples.append([name, "   ".join("-".join(map(str, line)) for line in out[0, :6].tolist())])
    yield Table("Some outputs", ["decoder", "outputs"], examples)
    times: list[list[float]] = []
    for length in [n for n in (4, 8, 16, 32, 64, 128) if n <= config.longest]:
        with torch.no_grad():
            times.append([length, *(milliseconds(decoder, length) for decoder in trained.values())])
    yield Table("Processor time of 16 outputs", ["words", "autoregressive, ms", "non-autoregressive, ms"], times)
    yield Table("Invalid outputs and accuracy", ["decoder", "invalid, two translations", "right, one translation"],
                [[name, invalid[name], right[name]] for name in invalid])  # fmt: skip
    yield Measured("independent-words-mix", invalid["non-autoregressive"])
    yield Measured("word-by-word-keeps", invalid["autoregressive"])
    yield Measured("one-answer-no-loss", right["non-autoregressive"])
    yield Measured("all-at-once-is-faster", times[-1][1] / times[-1][2])
