"""One wrong token throws off a decoder that has only ever read right ones.

只读过正确答案的解码器，读到一个错的，后面就跟着错。

Counting by a step, round a ring: the source gives start and step, each output adds the step to the one before. It can
be found from the previous output, or from the source and the position. Three decoders differ in what they read while
they train: the right outputs, outputs of which some are replaced by chance, or their own guesses mixed in.

lesson: seq2seq-training
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.attention import Decoder
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy
from lhystudy.lab.sequences import counting, shifted

RING, LENGTH, WIDTH, BATCH = 6, 7, 32, 24
BEGIN = RING


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    noise: float = param(0.2, 0.0, 1.0, en="share of decoder inputs replaced by chance", zh="随机替换的解码器输入比例")
    own: float = param(
        0.5, 0.0, 1.0, en="share of its own guesses in scheduled sampling", zh="计划采样中自己输出的比例"
    )
    planted: int = param(2, 0, 5, en="position of the wrong token", zh="错词的位置")


CLAIMS = (
    Claim("writes-right", ">", 0.95,
          en="trained on right inputs only, it counts right by itself",
          zh="只用正确输入训练，它自己写也数得对",
          quantity_en="token accuracy", quantity_zh="逐词准确率"),
    Claim("one-error-derails", "<", 0.3,
          en="after one wrong token it is wrong from there on",
          zh="中间错一个，后面就跟着错",
          quantity_en="accuracy behind the wrong token", quantity_zh="错词之后的准确率"),
    Claim("noise-recovers", ">", 0.3,
          en="noise in its training inputs lets it find back",
          zh="训练时输入里加过噪声的，能找回来",
          quantity_en="accuracy behind the wrong token, gained by noise", quantity_zh="错词之后的准确率，因噪声而提高"),
    Claim("own-guesses-recover", ">", 0.3,
          en="its own guesses in training (scheduled sampling) do so as well",
          zh="训练时掺进自己的输出（计划采样），也能找回来",
          quantity_en="accuracy behind the wrong token, gained by own guesses",
          quantity_zh="错词之后的准确率，因计划采样而提高"),
    Claim("drawing-hurts", ">", 0.0,
          en="where there is one right answer, drawing words at test costs accuracy",
          zh="答案只有一个时，测试时随机抽词会降低准确率",
          quantity_en="accuracy of the best word - of words drawn at temperature 1",
          quantity_zh="取最好的词 − 温度 1 随机抽取，准确率之差"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "After training": "训练之后", "training inputs": "训练时的输入", "on right inputs":
    "读正确答案", "by itself": "自己写", "words drawn": "随机抽词", "behind a wrong token": "错词之后",
    "right": "正确答案", "noisy": "加噪声", "own": "掺自己的输出",
    "accuracy by position": "各位置的准确率",
}  # fmt: skip


def inputs(kind: str, counters: Network, source: Tensor, numbers: Tensor, config: Config, seeds: Seeds) -> Tensor:
    """What the decoder reads in training: (seeds, batch, length), behind the begin symbol."""
    if kind == "noisy":
        replaced = seeds.rand(BATCH, LENGTH) < config.noise
        return shifted(torch.where(replaced, seeds.randint(RING, (BATCH, LENGTH)), numbers), BEGIN)
    if kind == "own":  # one pass on the right inputs gives the guesses that take their place
        with torch.no_grad():
            guesses = counters(source, shifted(numbers, BEGIN)).argmax(dim=3)
        return shifted(torch.where(seeds.rand(BATCH, LENGTH) < config.own, guesses, numbers), BEGIN)
    return shifted(numbers, BEGIN)


def write(counters: Network, source: Tensor, planted: int | None, drawn_by: Seeds | None) -> Tensor:
    """The decoder's own numbers (seeds, batch, length); `planted` is a position at which it is made to be wrong."""
    out = torch.full_like(source[:, :, :1], BEGIN)
    for place in range(LENGTH):
        scores = counters(source, out)[:, :, -1]  # (seeds, batch, ring)
        best = scores.argmax(dim=2)
        if drawn_by is not None:
            dice = drawn_by.rand(source.shape[1])[:, :, None]
            best = (scores.softmax(dim=2).cumsum(2) < dice).sum(2).clamp(max=RING - 1)
        if place == planted:
            best = (best + 1) % RING
        out = torch.cat([out, best[:, :, None]], dim=2)
    return out[:, :, 1:]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    asked, meant = counting(seeds, 100, LENGTH, RING)
    alone: dict[str, Tensor] = {}
    forced, drawn, behind = dict(alone), dict(alone), dict(alone)
    for jobs, kind in enumerate(("right", "noisy", "own")):
        counters = seeds.network(partial(Decoder, 2 * RING, RING, LENGTH, WIDTH, 96))
        adam = torch.optim.Adam(counters.parameters(), lr=0.005)
        for step in range(config.steps):
            source, numbers = counting(seeds, BATCH, LENGTH, RING)
            loss = cross_entropy(counters(source, inputs(kind, counters, source, numbers, config, seeds)), numbers)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(kind, step, loss.detach(), chart="training loss")
            yield Progress(jobs * config.steps + step + 1, 3 * config.steps)
        with torch.no_grad():
            told = counters(asked, shifted(meant, BEGIN)).argmax(dim=3) == meant  # (seeds, 100, length)
            right = write(counters, asked, None, None) == meant
            hit = write(counters, asked, None, seeds) == meant
            after = write(counters, asked, config.planted, None) == meant
        forced[kind] = told.cpu().double().mean((1, 2))
        alone[kind], drawn[kind] = right.cpu().double().mean((1, 2)), hit.cpu().double().mean((1, 2))
        behind[kind] = after[:, :, config.planted + 1 :].cpu().double().mean((1, 2))
        for place in range(LENGTH):
            yield Metric(kind, place, after[:, :, place].cpu().double().mean(1), chart="accuracy by position")
    yield Table("After training",
                ["training inputs", "on right inputs", "by itself", "words drawn", "behind a wrong token"],
                [[kind, forced[kind], alone[kind], drawn[kind], behind[kind]] for kind in alone])  # fmt: skip
    yield Measured("writes-right", alone["right"])
    yield Measured("one-error-derails", behind["right"])
    yield Measured("noise-recovers", behind["noisy"] - behind["right"])
    yield Measured("own-guesses-recover", behind["own"] - behind["right"])
    yield Measured("drawing-hurts", alone["noisy"] - drawn["noisy"])
