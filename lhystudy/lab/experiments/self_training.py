"""Self-training: a few labels label the rest, the surest first; and what a wrong start makes of that.

自训练：几个标签去标其余的，最有把握的先标；起点错了又会怎样。

Two moons are synthetic, the digits are real. The model compares points: a class scores the sum of exp(-d^2 / (2 w^2))
over its labelled points at distance d. A point is the surer, the farther its best class is ahead of the second.

lesson: ensembles-multitask
quick: unlabelled=100
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import pi

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

NEW = 360  # points to test on


@dataclass(frozen=True)
class Config:
    labels: int = param(5, 1, 20, en="labelled moon points of each class", zh="月牙上每类有标签的点数")
    unlabelled: int = param(500, 50, 1200, en="points without a label", zh="无标签的点数")
    wrong: int = param(3, 0, 20, en="labels that the wrong start has wrong", zh="错误的起点里标错几个")
    noise: float = param(0.1, 0.0, 0.5, en="spread of the moons", zh="月牙的散布")
    moon_width: float = param(0.15, 0.01, 2.0, en="width w for the moons", zh="月牙用的宽度 w")
    digit_width: float = param(0.6, 0.1, 5.0, en="width w for the digits", zh="数字用的宽度 w")


CLAIMS = (
    Claim("moons-gain", ">", 0.05,
          en="ten labels and 500 unlabelled points beat ten labels on two moons",
          zh="两个月牙上，十个标签加 500 个无标签的点，胜过只有十个标签",
          quantity_en="accuracy on new points, self-trained minus labels alone",
          quantity_zh="新点上的准确率：自训练减只用标签"),
    Claim("digits-gain", ">", 0.03,
          en="twenty labels and 500 unlabelled images beat twenty labels on digits",
          zh="手写数字上，二十个标签加 500 张无标签的图，胜过只有二十个标签",
          quantity_en="accuracy on new images, self-trained minus labels alone",
          quantity_zh="新图上的准确率：自训练减只用标签"),
    Claim("surest-are-right", ">", 0.05,
          en="labels that it gives early are right more often than those that it gives late",
          zh="早给出的伪标签比晚给出的更常对",
          quantity_en="accuracy of the first fifth of the digits' pseudo-labels minus the last fifth",
          quantity_zh="数字的伪标签：最早五分之一的准确率减最晚五分之一"),
    Claim("wrong-start-amplified", "<", 0.0,
          en="with three of ten labels wrong, self-training makes the moons worse",
          zh="十个标签错了三个，自训练把月牙分得更差",
          quantity_en="accuracy on new points, self-trained minus labels alone",
          quantity_zh="新点上的准确率：自训练减只用标签"),
)  # fmt: skip

ZH = {
    "accuracy on new points": "新点上的准确率", "Two moons, labelled by itself": "两个月牙，自己标完之后",
    "Accuracy": "准确率", "start": "起点", "labels alone": "只用标签", "self-trained": "自训练",
    "first fifth": "最早五分之一", "last fifth": "最晚五分之一", "moons": "月牙",
    "moons, wrong start": "月牙，起点有错", "largest class": "最大一类占", "digits": "数字",
}  # fmt: skip


def moons(seeds: Seeds, config: Config) -> tuple[Tensor, Tensor]:
    """Two moons that reach into each other: points (seeds, n, 2), classes (seeds, n); the first ones of every class."""
    n = 2 * config.labels + config.unlabelled + NEW
    turn, label = pi * seeds.rand(n), seeds.randint(2, (n,))
    label[:, : 2 * config.labels] = torch.arange(2 * config.labels, device=label.device) % 2
    side = 1.0 - 2 * label  # the upper moon, 0, opens downwards
    x = torch.stack([turn.cos() * side + label, turn.sin() * side + 0.5 * label], 2)
    return (x + config.noise * seeds.randn(n, 2)).double(), label


def numerals(seeds: Seeds, config: Config) -> tuple[Tensor, Tensor]:
    """Digits in random order, but two of each class first: (seeds, 20 + unlabelled + NEW, 64) and their labels."""
    data = digits()

    def order() -> Tensor:
        mixed = torch.randperm(len(data.train_labels))
        first = torch.cat([mixed[data.train_labels[mixed] == k][:2] for k in range(10)])
        rest = mixed[~torch.isin(mixed, first)][: config.unlabelled]
        return torch.cat([first, rest])

    known = seeds.stack(order).cpu()
    x = torch.cat([data.train_images[known], data.test_images.expand(seeds.count, -1, -1)], 1)
    y = torch.cat([data.train_labels[known], data.test_labels.expand(seeds.count, -1)], 1)
    return x.double().to(seeds.device), y.to(seeds.device)


def self_train(x: Tensor, given: Tensor, width: float, classes: int) -> Iterator[tuple[int, Tensor, Tensor]]:
    """After each round: how many points have a label, the labels (seeds, n; -1 for none), the guesses for all x."""
    near = (-(torch.cdist(x, x) ** 2) / (2 * width**2)).exp()  # (seeds, n + NEW, n + NEW)
    n, label = given.shape[1], given.clone()
    while True:
        votes = torch.nn.functional.one_hot(label + 1, classes + 1)[..., 1:].to(x.dtype)
        score = near[:, :, :n] @ votes  # (seeds, n + NEW, classes)
        done = int((label[0] >= 0).sum())
        yield done, label, score.argmax(2)
        if done == n:
            return
        top = score[:, :n].topk(2, dim=2).values
        lead = (top[..., 0] - top[..., 1]).masked_fill(label >= 0, -1.0)
        surest = lead.topk(min(20, n - done), dim=1).indices
        label = label.scatter(1, surest, score[:, :n].argmax(2).gather(1, surest))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    two, ten = moons(seeds, config), numerals(seeds, config)
    count = 2 * config.labels
    misled = two[1].clone()
    misled[:, : config.wrong] = 1 - misled[:, : config.wrong]
    rows, gain, lead = [], {}, {}
    for name, (x, y), start, width, labelled in (("moons", two, two[1], config.moon_width, count),
                                                 ("moons, wrong start", two, misled, config.moon_width, count),
                                                 ("digits", ten, ten[1], config.digit_width, 20)):  # fmt: skip
        given = start[:, :-NEW].clone()
        given[:, labelled:] = -1
        scores, fifths, before = [], [], given
        for done, label, guess in self_train(x, given, width, int(y.max()) + 1):
            scores.append((guess == y)[:, -NEW:].double().mean(1))
            yield Metric(name, done, scores[-1], chart="accuracy on new points")
            fresh = (label >= 0) & (before < 0)
            fifths.append(((label == y[:, :-NEW]) & fresh).sum(1) / fresh.sum(1).clamp(min=1))
            before = label
        fifth = max(1, (len(fifths) - 1) // 5)
        early, late = (torch.stack(part).double().mean(0) for part in (fifths[1 : 1 + fifth], fifths[-fifth:]))
        largest = torch.nn.functional.one_hot(label).double().mean(1).amax(1)
        rows.append([name, scores[0], scores[-1], early, late, largest])
        gain[name], lead[name] = scores[-1] - scores[0], early - late
        if name == "moons":
            points = {part: x[0, :-NEW][label[0] == k].tolist() for k, part in enumerate(("upper", "lower"))}
            yield Figure("Two moons, labelled by itself", "scatter", {"series": points})
    yield Table("Accuracy", ["start", "labels alone", "self-trained", "first fifth", "last fifth", "largest class"],
                rows)  # fmt: skip
    yield Measured("moons-gain", gain["moons"])
    yield Measured("digits-gain", gain["digits"])
    yield Measured("surest-are-right", lead["digits"])
    yield Measured("wrong-start-amplified", gain["moons, wrong start"])
