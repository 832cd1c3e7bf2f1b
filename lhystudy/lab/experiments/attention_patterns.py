"""Local, stride, global, random or full: how far each pattern of attention sees, and what it can learn.

局部、跨步、全局、随机、完整：各种注意力样式看得多远，学得会什么。

Synthetic rings of 24 symbols. Every place must name three symbols: its left neighbour's, that of the place 12
before it, and the one under a flag that stands anywhere. The window does not reach across the ring's seam.

lesson: efficient-attention
quick: steps=20 batch=4
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.attention import Block
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

N, SYMBOLS, WIDTH = 24, 4, 24
TASKS = ("neighbour", "12 before", "flag")


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps", zh="训练步数")
    batch: int = param(6, 1, 256, en="sequences in a step", zh="每步的序列数")
    window: int = param(2, 1, 11, en="neighbours that a local place sees on each side", zh="局部样式每边看几个邻居")


CLAIMS = (
    Claim("stride-sees-farther", ">", 1.0,
          en="two layers of stride reach farther than two of a window with about as many entries",
          zh="条目差不多时，两层跨步比两层窗口看得远",
          quantity_en="farthest place reached, stride over window", quantity_zh="能看到的最远距离之比，跨步比窗口",
          seeds=1),
    Claim("global-reaches-all", ">=", 1.0,
          en="with one global token everything is two steps away", zh="有一个全局 token，任何两处只隔两步",
          quantity_en="share of the pairs connected by two layers", quantity_zh="两层之内连通的位置对的比例", seeds=1),
    Claim("window-is-no-rnn", "<", 0.5,
          en="a place under a window sees a part of what it sees in a bidirectional RNN",
          zh="窗口下看到的，只是双向 RNN 看到的一部分",
          quantity_en="places with a gradient, window over RNN", quantity_zh="有梯度的位置数之比，窗口比 RNN", seeds=1),
    Claim("window-suffices-near", ">=", -0.02,
          en="for the neighbour a window is as good as full attention", zh="只看邻居的任务，窗口不输完整注意力",
          quantity_en="accuracy, window minus full", quantity_zh="准确率之差，窗口减完整"),
    Claim("window-misses-the-flag", ">", 0.1,
          en="for the flag it is not", zh="找旗子的任务，窗口就不行了",
          quantity_en="accuracy, full minus window", quantity_zh="准确率之差，完整减窗口"),
    Claim("heads-share-the-work", ">=", -0.02,
          en="one pattern a head does all tasks as well as full attention",
          zh="每个头一种样式，三个任务都不输完整注意力",
          quantity_en="mean accuracy, mixed heads minus full", quantity_zh="平均准确率之差，混合减完整"),
    Claim("mixed-beats-single", ">", 0.0,
          en="and better than the best single pattern", zh="而且胜过最好的单一样式",
          quantity_en="mean accuracy, mixed minus the best of window, stride, global, random",
          quantity_zh="平均准确率之差，混合减去最好的单一样式"),
)  # fmt: skip

ZH = {
    "Patterns": "样式", "pattern": "样式", "entries": "条目数", "reached in 2 layers": "两层内连通", "farthest": "最远",
    "neighbour": "邻居", "12 before": "前面第 12 个", "flag": "旗子", "training loss": "训练损失", "full": "完整",
    "window": "窗口", "stride": "跨步", "global": "全局", "random": "随机", "mixed": "每头一种",
    "Window, stride, global, random: 1 is looked at": "窗口、跨步、全局、随机：1 是要看的",
}  # fmt: skip


def patterns(window: int, kept: Tensor) -> dict[str, Tensor]:
    """The places that each place may look at, a mask for each of four heads: (4, N, N)."""
    place = torch.arange(N)
    gap = place[:, None] - place
    one_token = (place[:, None] == 0) | (place == 0) | (gap == 0)
    single = {"window": gap.abs() <= window, "stride": gap % 6 == 0, "global": one_token, "random": kept | (gap == 0)}
    masks = {name: mask.expand(4, N, N) for name, mask in single.items()}
    return {"full": torch.ones(4, N, N, dtype=torch.bool), **masks, "mixed": torch.stack(list(single.values()))}


class Tagger(nn.Module):
    """Two blocks of four heads under one pattern, then three answers at each place."""

    def __init__(self, allowed: Tensor) -> None:
        super().__init__()
        self.register_buffer("allowed", allowed)
        self.embed, self.places = nn.Linear(SYMBOLS + 1, WIDTH), nn.Parameter(torch.randn(N, WIDTH) / 2)
        self.blocks = nn.ModuleList(Block(WIDTH, 4, inner=WIDTH, norm_first=True) for _ in range(2))
        self.answer = nn.Linear(WIDTH, 3 * SYMBOLS)

    def forward(self, x: Tensor) -> Tensor:  # (batch, N, SYMBOLS + 1) -> (batch, N, 3, SYMBOLS)
        x = self.embed(x) + self.places
        for block in self.blocks:
            x = block(x, allowed=self.allowed)
        answers: Tensor = self.answer(x).unflatten(2, (3, SYMBOLS))
        return answers


def sequences(seeds: Seeds, batch: int) -> tuple[Tensor, Tensor]:
    """Symbols and a flag (seeds, batch, N, SYMBOLS + 1), and three answers a place (seeds, batch, N, 3)."""
    symbols, flag = seeds.randint(SYMBOLS, (batch, N)), seeds.randint(N, (batch, 1))
    flagged = symbols.gather(2, flag).expand_as(symbols)
    answers = torch.stack([symbols.roll(1, 2), symbols.roll(12, 2), flagged], dim=3)
    seen = torch.cat([one_hot(symbols, SYMBOLS), one_hot(flag[..., 0], N)[..., None]], dim=3)
    return seen.float(), answers


def connected(masks: Tensor) -> Tensor:
    """Which place gets word of which through two layers: (4, N, N) -> (N, N)."""
    step = masks.any(0).float()
    return (step @ step) > 0


def rnn_sees() -> int:
    """Places whose input moves the middle output of a bidirectional RNN."""
    x = torch.randn(1, N, 4, requires_grad=True)
    ahead, back = nn.RNN(4, 4, batch_first=True), nn.RNN(4, 4, batch_first=True)
    output = ahead(x)[0] + back(x.flip(1))[0].flip(1)
    output[0, N // 2].sum().backward()
    assert x.grad is not None
    return int((x.grad[0].abs().sum(1) > 0).sum())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    kept = torch.rand(N, N, generator=torch.Generator().manual_seed(0)).argsort(1) < 4  # four random keys a place
    masks = patterns(config.window, kept)
    gap = (torch.arange(N)[:, None] - torch.arange(N)).abs()
    far = {name: int(gap[connected(mask)].max()) for name, mask in masks.items()}
    strips = torch.cat([masks["mixed"][head, ::2, ::2].float() for head in range(4)], dim=1)
    yield Figure("Window, stride, global, random: 1 is looked at", "heat", {"values": strips.tolist(),
                 "x": [""] * strips.shape[1], "y": [""] * strips.shape[0]})  # fmt: skip
    right: dict[str, Tensor] = {}
    for place, (name, mask) in enumerate(masks.items()):
        nets = seeds.network(partial(Tagger, mask))
        optimizer = torch.optim.Adam(nets.parameters(), lr=0.01, fused=True)
        for step in range(config.steps):
            seen, answers = sequences(seeds, config.batch)
            loss = cross_entropy(nets(seen), answers)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        seen, answers = sequences(seeds, 64)
        with torch.no_grad():
            right[name] = (nets(seen).argmax(4) == answers).cpu().double().mean((1, 2))  # (seeds, 3)
        yield Progress(place + 1, len(masks))
    rows = [[name, int(mask.sum()) // 4, connected(mask).float().mean().item(), far[name], *right[name].unbind(1)]
            for name, mask in masks.items()]  # fmt: skip
    yield Table("Patterns", ["pattern", "entries", "reached in 2 layers", "farthest", *TASKS], rows)
    yield Measured("stride-sees-farther", far["stride"] / far["window"])
    yield Measured("global-reaches-all", connected(masks["global"]).float().mean().item())
    yield Measured("window-is-no-rnn", int(masks["window"][0, N // 2].sum()) / rnn_sees())
    yield Measured("window-suffices-near", right["window"][:, 0] - right["full"][:, 0])
    yield Measured("window-misses-the-flag", right["full"][:, 2] - right["window"][:, 2])
    mean = {name: found.mean(1) for name, found in right.items()}
    best = torch.stack([mean[name] for name in ("window", "stride", "global", "random")]).amax(0)
    yield Measured("heads-share-the-work", mean["mixed"] - mean["full"])
    yield Measured("mixed-beats-single", mean["mixed"] - best)
