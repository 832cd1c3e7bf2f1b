"""CTC adds up all alignments without listing them, and learns from words whose letters have no times.

CTC 不必一一列出就能把所有对齐加起来，还能从没有时间标记的词里学习。

First random chances for a few frames: the sum over all paths by listing, by the recursion, and by PyTorch. Then made-up
speech: each letter sounds for two to four noisy frames, a pause stands between equal letters, and only the word is
known. Synthetic data.

lesson: rnn-applications
quick: steps=40
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, product

import torch
from torch import Tensor, nn
from torch.nn.functional import ctc_loss, one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

LETTERS, LENGTH, LONGEST, BATCH, HIDDEN = 4, 4, 4, 24, 24  # LENGTH letters a word, at most LONGEST frames each
FRAMES = LENGTH * (LONGEST + 1) + 1


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 3000, en="training steps", zh="训练步数")
    noise: float = param(0.3, 0.0, 2.0, en="noise of a frame", zh="每一帧的噪声")
    frames: int = param(4, 2, 9, en="frames in the comparison", zh="比较时的帧数")


CLAIMS = (
    Claim("three-ways-one-sum", "<", 1e-7,
          en="listing all paths, the recursion and PyTorch give the same probability",
          zh="逐条列举、递推和 PyTorch 给出同一个概率",
          quantity_en="largest difference of the losses", quantity_zh="损失的最大差"),
    Claim("no-doubles-without-blank", "<=", 0,
          en="without a blank no path gives a doubled letter",
          zh="没有空白符，没有一条路径给得出叠字",
          quantity_en="paths that collapse to AA", quantity_zh="合并成 AA 的路径数", seeds=1),
    Claim("learns-without-times", ">", 0.9,
          en="a GRU learns to write the words although no letter's time is known",
          zh="不知道字母的时间，GRU 也学会了写出词",
          quantity_en="share of new words written right", quantity_zh="新词写对的比例"),
    Claim("blank-saves-doubles", ">", 0.5,
          en="if its blanks are struck out before repeats are merged, words with doubled letters go wrong",
          zh="若先删空白、再合并重复，带叠字的词就错了",
          quantity_en="share of right words with doubled letters, merged first - struck out first",
          quantity_zh="带叠字的词的正确率：先合并 − 先删空白"),
)  # fmt: skip

ZH = {
    "loss of a word": "每个词的损失", "All paths": "所有路径", "frames": "帧数", "all paths": "全部路径",
    "paths that give AB": "给出 AB 的路径", "cells of the recursion": "递推的格子数", "New words": "新词",
    "merged, then blanks struck out": "先合并，再删空白", "blanks struck out, then merged": "先删空白，再合并",
    "words": "词", "all": "全部", "with doubled letters": "带叠字", "What each frame says": "每一帧说什么",
    "frame": "帧", "symbol": "符号",
}  # fmt: skip


def collapse(path: list[int] | tuple[int, ...]) -> list[int]:
    """Repeats merged, then blanks (0) struck out."""
    return [symbol for symbol, _ in groupby(path) if symbol]


def by_listing(chances: Tensor, word: list[int]) -> float:
    """The probability of a word, all paths listed: chances (frames, symbols)."""
    frames, symbols = chances.shape
    fitting = (path for path in product(range(symbols), repeat=frames) if collapse(path) == word)
    return sum(math.prod(chances[t, s].item() for t, s in enumerate(path)) for path in fitting)


def by_recursion(chances: Tensor, word: list[int]) -> float:
    """The same in frames times 2 len(word) + 1 cells: what is reached at each place of -A-B-, frame after frame."""
    places = [0]
    for letter in word:
        places += [letter, 0]
    reached = [chances[0, s].item() if place < 2 else 0.0 for place, s in enumerate(places)]
    for t in range(1, len(chances)):
        before, reached = reached, []
        for place, symbol in enumerate(places):
            ways = before[place] + (before[place - 1] if place else 0.0)
            if symbol and place > 1 and places[place - 2] != symbol:  # the blank between unlike letters may be skipped
                ways += before[place - 2]
            reached.append(ways * chances[t, symbol].item())
    return sum(reached[-2:])


def by_torch(chances: Tensor, word: list[int]) -> float:
    logs, lengths = chances.log()[:, None], torch.tensor([len(chances)])
    return ctc_loss(logs, torch.tensor([word]), lengths, torch.tensor([len(word)]), reduction="sum").item()


def largest_difference(frames: int) -> float:
    """Over the words AB and AA of random chances: how far the three losses lie apart."""
    gaps = []
    for word in ([1, 2], [1, 1]):
        if frames < 2 + (word[0] == word[1]):
            continue
        chances = torch.randn(frames, 3, dtype=torch.float64).softmax(1)
        losses = [-math.log(by_listing(chances, word)), -math.log(by_recursion(chances, word)), by_torch(chances, word)]
        gaps.append(max(losses) - min(losses))
    return max(gaps)


class Listener(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.symbol = nn.GRU(LETTERS + 1, HIDDEN), nn.Linear(HIDDEN, LETTERS + 1)

    def forward(self, sound: Tensor) -> Tensor:  # (batch, frames, letters + 1) -> log-chances of the same shape
        logs: Tensor = self.symbol(self.cell(sound.transpose(0, 1))[0].transpose(0, 1)).log_softmax(2)
        return logs


def speech(count: int, noise: float, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Sound (seeds, count, frames, letters + 1) and words (seeds, count, length) of letters 1, 2, …"""
    words = 1 + seeds.randint(LETTERS, (count, LENGTH))
    longs = 2 + seeds.randint(LONGEST - 1, (count, LENGTH))
    pauses = torch.cat([torch.zeros_like(words[:, :, :1]), (words[:, :, 1:] == words[:, :, :-1]).long()], dim=2)
    ends = (longs + pauses).cumsum(2)[..., None]  # (seeds, count, length, 1)
    frame = torch.arange(FRAMES, device=seeds.device)
    sounding = (frame < ends) & (frame >= ends - longs[..., None])
    said = (sounding * words[..., None]).sum(2)  # (seeds, count, frames): the letter, or 0
    return one_hot(said, LETTERS + 1) + noise * seeds.randn(count, FRAMES, LETTERS + 1), words


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    gaps = seeds.each(lambda: largest_difference(config.frames))
    rows = []
    for frames in range(2, config.frames + 1):
        fitting = sum(collapse(path) == [1, 2] for path in product(range(3), repeat=frames))
        rows.append([frames, 3**frames, fitting, frames * 5])
    yield Table("All paths", ["frames", "all paths", "paths that give AB", "cells of the recursion"], rows)
    doubled = sum([symbol for symbol, _ in groupby(path)] == [1, 1] for path in product((1, 2), repeat=config.frames))
    listeners = seeds.network(Listener)
    adam = torch.optim.Adam(listeners.parameters(), lr=0.01)
    for step in range(config.steps):
        sound, words = speech(BATCH, config.noise, seeds)
        logs = listeners(sound).flatten(0, 1).transpose(0, 1)  # (frames, seeds batch, symbols)
        full = torch.full((logs.shape[1],), FRAMES), torch.full((logs.shape[1],), LENGTH)
        losses = ctc_loss(logs, words.flatten(0, 1), *full, reduction="none").view(seeds.count, BATCH)
        adam.zero_grad()
        losses.mean(1).sum().backward()
        adam.step()
        if step % (1 + config.steps // 60) == 0:
            yield Metric("CTC", step, losses.detach().mean(1), chart="loss of a word")
        yield Progress(step + 1, config.steps)
    with torch.no_grad():
        sound, words = speech(200, config.noise, seeds)
        logs = listeners(sound)
    paths, meant = logs.argmax(dim=3).tolist(), words.tolist()  # the best symbol of each frame
    twice = (words[:, :, 1:] == words[:, :, :-1]).any(2).cpu().double()
    scores = []
    for read in (collapse, lambda path: [s for s, _ in groupby(s for s in path if s)]):
        pairs = [zip(*both, strict=True) for both in zip(paths, meant, strict=True)]  # of each seed
        hits = [[read(path) == word for path, word in seed] for seed in pairs]
        hit = torch.tensor(hits, dtype=torch.float64)
        scores.append((hit.mean(1), (hit * twice).sum(1) / twice.sum(1)))
    heat = {"values": logs[0, 0].exp().T.tolist(), "x": [str(t) for t in range(FRAMES)], "y": list("-ABCD")}
    yield Figure("What each frame says", "heat", heat, "frame", "symbol")
    yield Table("New words", ["words", "merged, then blanks struck out", "blanks struck out, then merged"],
                [[name, scores[0][k], scores[1][k]]
                 for k, name in enumerate(("all", "with doubled letters"))])  # fmt: skip
    yield Measured("three-ways-one-sum", gaps)
    yield Measured("no-doubles-without-blank", doubled)
    yield Measured("learns-without-times", scores[0][0])
    yield Measured("blank-saves-doubles", scores[0][1] - scores[1][1])
