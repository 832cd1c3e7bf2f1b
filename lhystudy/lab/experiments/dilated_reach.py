"""Dilated convolutions see far with the same weights; where all gaps are equal, they see only some places.

空洞卷积用同样多的权重看得更远；若各层空洞都一样，只看得见其中一些位置。

Synthetic words: a row of random bits; the answer is the bit that stood `back` places before the last.

lesson: conv-arithmetic
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    back: int = param(15, 1, 20, en="places between the asked bit and the last", zh="被问的比特离末尾几位")
    steps: int = param(200, 20, 5000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("same-weights", "<=", 0.0, seeds=1,
          en="gaps in the kernel add no weights", zh="核里加空洞，权重不变多",
          quantity_en="weights more than without gaps", quantity_zh="比没有空洞时多出的权重个数"),
    Claim("reach-formula", "<=", 0.0, seeds=1,
          en="a kernel of k weights with dilation d reaches over k + (k-1)(d-1) places",
          zh="k 个权重、空洞率 d 的核，跨度是 k + (k-1)(d-1)",
          quantity_en="wrong spans among k up to 5 and d up to 5", quantity_zh="k 到 5、d 到 5，算错的跨度个数"),
    Claim("doubling-answers", ">", 0.95,
          en="four layers with dilations 1, 2, 4, 8 learn the bit 15 places back",
          zh="空洞率 1、2、4、8 的四层学得会 15 位之前的比特",
          quantity_en="accuracy on new rows", quantity_zh="新数据上的准确率"),
    Claim("plain-cannot", "<", 0.6,
          en="four layers without gaps cannot: they reach 5 places", zh="没有空洞的四层学不会：只看得见 5 个位置",
          quantity_en="accuracy on new rows", quantity_zh="新数据上的准确率"),
    Claim("far-is-enough", ">", 0.95,
          en="a reach that goes beyond the bit is enough: dilation 4 in all layers reaches 17 places",
          zh="跨度够长就行：四层空洞率都是 4，跨度 17",
          quantity_en="accuracy on new rows", quantity_zh="新数据上的准确率"),
)  # fmt: skip

ZH = {
    "accuracy on the batch": "这一批的准确率", "How strongly the answer depends on each place": "答案对每个位置的依赖",
    "Three stacks of four layers": "三种四层网络", "dilations": "空洞率", "reach": "跨度",
    "places seen": "看得见的位置",
    "weights": "权重个数", "accuracy": "准确率", "place, 0 is the last": "位置，0 是最后一个",
}  # fmt: skip

STACKS = {"plain": (1, 1, 1, 1), "doubling": (1, 2, 4, 8), "fours": (4, 4, 4, 4)}
LENGTH, WIDTH = 24, 12
ROWS, NEW_ROWS = 64, 1000  # of a batch, and of the last one, which is only answered


def stack(dilations: tuple[int, ...]) -> nn.Sequential:
    """Convolutions of two weights a channel pair; only the last output place is used, so nothing is padded."""
    layers: list[nn.Module] = []
    for depth, dilation in enumerate(dilations):
        layers += [nn.Conv1d(WIDTH if depth else 1, WIDTH, 2, dilation=dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv1d(WIDTH, 2, 1))


def dependence(network: nn.Module) -> Tensor:
    """|d answer / d place| summed over 64 random rows: (LENGTH,)."""
    rows = torch.randn(64, 1, LENGTH, generator=torch.Generator().manual_seed(0)).requires_grad_()
    network(rows)[:, 1, -1].sum().backward()
    assert rows.grad is not None
    return rows.grad.abs().sum((0, 1))


def span(kernel: int, dilation: int) -> int:
    """Places from the first to the last that one layer's output depends on."""
    row = torch.zeros(1, 1, 32, requires_grad=True)
    output = torch.nn.functional.conv1d(row, torch.ones(1, 1, kernel), dilation=dilation)[0, 0, 0]
    (gradient,) = torch.autograd.grad(output, row)
    touched = gradient[0, 0].nonzero()
    return int(touched.max() - touched.min()) + 1


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    counts = {name: sum(p.numel() for p in stack(dilations).parameters()) for name, dilations in STACKS.items()}
    yield Measured("same-weights", max(counts.values()) - counts["plain"])
    wrong = sum(span(k, d) != k + (k - 1) * (d - 1) for k in range(1, 6) for d in range(1, 6))
    yield Measured("reach-formula", wrong)

    rows = []
    accuracies, curves = {}, {}
    for place, (name, dilations) in enumerate(STACKS.items()):
        networks = seeds.network(lambda dilations=dilations: stack(dilations))  # type: ignore[misc]
        seen = dependence(networks[0])
        adam = torch.optim.Adam(networks.parameters(), lr=0.01)
        for step in range(config.steps + 1):
            bits = seeds.randint(2, (ROWS if step < config.steps else NEW_ROWS, LENGTH))
            logits = networks(2.0 * bits[:, :, None] - 1)[:, :, :, -1]  # (seeds, rows, 2), at the last place
            asked = bits[:, :, -1 - config.back]
            accuracies[name] = (logits.argmax(2) == asked).double().mean(1)
            if step % 5 == 0:
                yield Metric(name, step, accuracies[name], chart="accuracy on the batch")
            if step < config.steps:
                adam.zero_grad()
                cross_entropy(logits, asked).sum().backward()
                adam.step()
            yield Progress(place * config.steps + step, len(STACKS) * config.steps)
        places = seen.nonzero().flatten()
        curves[name] = [[i - LENGTH + 1, value] for i, value in enumerate((seen / seen.sum()).tolist())]
        rows.append(
            [" ".join(map(str, dilations)), LENGTH - int(places.min()), len(places), counts[name], accuracies[name]]
        )
    yield Figure("How strongly the answer depends on each place", "lines", {"series": curves}, "place, 0 is the last")
    yield Table("Three stacks of four layers", ["dilations", "reach", "places seen", "weights", "accuracy"], rows)
    yield Measured("doubling-answers", accuracies["doubling"])
    yield Measured("plain-cannot", accuracies["plain"])
    yield Measured("far-is-enough", accuracies["fours"])
