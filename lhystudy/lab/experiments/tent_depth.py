"""A tent folded into itself: depth doubles the pieces, but will training find them?

帐篷函数套进自己：每加一层，段数翻倍；可是训练找得到吗？

No data but the sawtooth itself: three tents, 8 straight pieces, 257 points. Nets are compared by training loss.

lesson: deep-network
quick: steps=50
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

TENTS = 3  # the sawtooth to be learned: the tent of the tent of the tent, 8 pieces


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 20, 20000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("pieces-double", ">=", 1.0,
          en="k layers of two ReLUs make 2^k straight pieces", zh="k 层、每层两个 ReLU，能折出 2^k 段",
          quantity_en="pieces counted over 2^k, the least of k = 1 to 8",
          quantity_zh="数到的段数与 2^k 之比，k = 1 到 8 中最小的", seeds=1),
    Claim("nineteen-numbers", "<", 1e-6,
          en="nineteen numbers set by hand give the sawtooth exactly", zh="手工写下十九个数，就精确得到锯齿",
          quantity_en="largest error", quantity_zh="最大误差", seeds=1),
    Claim("training-finds-them", "<", 0.01,
          en="training the same nineteen numbers finds the sawtooth", zh="训练同样的十九个数，也能找到锯齿",
          quantity_en="training loss as a share of the variance", quantity_zh="训练损失占方差的比例"),
    Claim("deep-beats-wide", "<", 0.0,
          en="trained with 169 parameters each, the deep net fits the sawtooth better than the wide one",
          zh="都有 169 个参数，训练之后，深网络比宽网络更贴合锯齿",
          quantity_en="log10 of the deep net's training loss over the wide one's",
          quantity_zh="深网络与宽网络训练损失之比的 log10"),
)  # fmt: skip

ZH = {
    "log10 of the training loss": "训练损失的 log10", "The sawtooth and what was learned": "锯齿与学到的线",
    "pieces over layers": "段数，按层数", "Loss as a share of the variance": "损失占方差的比例", "net": "网络",
    "parameters": "参数个数", "loss": "损失", "by hand": "手工", "width 2, trained": "宽 2，训练",
    "deep, trained": "深，训练", "wide, trained": "宽，训练",
}  # fmt: skip


def net(*sizes: int) -> nn.Sequential:
    """Linear layers from 1 number through the sizes to 1 number, with ReLUs between."""
    parts: list[nn.Module] = []
    for n, m in zip((1, *sizes), (*sizes, 1), strict=True):
        parts += [nn.Linear(n, m), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def tents(k: int) -> nn.Sequential:
    """The tent T(x) = 2 relu(x) - 4 relu(x - 1/2) applied k times, as a net of k hidden layers of two units."""
    made = net(*[2] * k)
    with torch.no_grad():
        for layer in (part for part in made if isinstance(part, nn.Linear)):
            folded = torch.tensor([[2.0, -4.0]]) if layer.in_features == 2 else torch.ones(1, 1)
            layer.weight.copy_(folded.expand(layer.weight.shape))
            layer.bias.copy_(torch.tensor([0.0, -0.5])[: layer.out_features])
    return made


def pieces(k: int) -> int:
    """Straight pieces of the k-fold tent on [0, 1], counted by its changes of slope on a grid that has every bend."""
    x = torch.linspace(0, 1, 2 ** (k + 2) + 1, dtype=torch.float64)[:, None]
    with torch.no_grad():
        slopes = tents(k).double()(x)[:, 0].diff()
    return 1 + int((slopes.diff().abs() > 1e-9).sum())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    counted = [pieces(k) for k in range(1, 9)]
    for k, count in enumerate(counted, 1):
        yield Metric("deep, 2 units a layer", k, count, chart="pieces over layers")
        yield Metric("wide, 2k units", k, 2 * k + 1, chart="pieces over layers")  # each unit bends at most once
    yield Measured("pieces-double", min(count / 2**k for k, count in enumerate(counted, 1)))

    x = torch.linspace(0, 1, 257)
    y = x
    for _ in range(TENTS):
        y = 1 - (2 * y - 1).abs()  # the tent once more
    with torch.no_grad():
        by_hand = tents(TENTS)(x[:, None])[:, 0]
    yield Measured("nineteen-numbers", (by_hand - y).abs().max().item())

    inputs, target = seeds.shared(x[:, None]), seeds.shared(y[:, None])
    variance = y.var(correction=0)
    loss: dict[str, Tensor] = {}
    rows: list[list[object]] = [["by hand", 19, ((by_hand - y) ** 2).mean().item() / variance.item()]]
    drawn = {"sawtooth": y}
    for name, sizes in {"width 2": [2] * TENTS, "deep": [8] * 3, "wide": [56]}.items():
        models = seeds.network(partial(net, *sizes))
        optimizer = torch.optim.Adam(models.parameters(), lr=config.rate)
        for step in range(config.steps):
            now = (models(inputs) - target).square().mean((1, 2)) / variance
            optimizer.zero_grad()
            now.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 100) == 0:
                yield Metric(name, step, now.detach().log10(), chart="log10 of the training loss")
        loss[name] = now.detach()
        rows.append([f"{name}, trained", sum(p[0].numel() for p in models.parameters()), loss[name]])
        drawn[name] = models[0](x[:, None].to(seeds.device))[:, 0].detach().cpu()
        yield Progress(len(loss), 3)
    series = {name: torch.stack([x, line], 1)[::4].tolist() for name, line in drawn.items()}
    yield Figure("The sawtooth and what was learned", "lines", {"series": series}, "x", "y")
    yield Table("Loss as a share of the variance", ["net", "parameters", "loss"], rows)
    yield Measured("training-finds-them", loss["width 2"])
    yield Measured("deep-beats-wide", (loss["deep"] / loss["wide"]).log10())
