"""Many lines or few: one threshold on the number of edge pixels tells two drawing styles apart, as far as it can.

线条多还是少：数边缘像素，用一个阈值分两种画风，能分多少算多少。

Synthetic drawings, 24 x 24: straight strokes, 3 to 9 in the plain style and 6 to 14 in the busy one, so that the styles
overlap. The real counterpart: scikit-learn's handwritten digits, all 45 pairs, 0 and 1 first.

lesson: learning-theory
quick: drawings=20
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy, conv2d

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

SIDE, MOST = 24, 14
PLAIN, BUSY = (3, 9), (6, 14)  # strokes of a drawing, each number equally likely


@dataclass(frozen=True)
class Config:
    drawings: int = param(100, 5, 1000, en="drawings of each style", zh="每种画风的张数")
    level: float = param(1.0, 0.1, 4.0, en="Sobel magnitude from which a pixel counts", zh="Sobel 幅值达到多少才算边缘")


CLAIMS = (
    Claim("edges-follow-strokes", ">", 0.8,
          en="the number of edge pixels says how many lines a drawing has", zh="边缘像素的个数，反映一张图有多少线条",
          quantity_en="correlation with the number of strokes", quantity_zh="与笔画数的相关系数"),
    Claim("threshold-separates", "<", 0.25,
          en="a threshold on it tells the two styles apart", zh="在它上面设一个阈值，就能分开两种画风",
          quantity_en="least training error over all h", quantity_zh="所有 h 中最小的训练错误率"),
    Claim("never-zero", ">", 0.02,
          en="no threshold gets all drawings right: the styles overlap", zh="没有哪个阈值全对：两种画风有重叠",
          quantity_en="least training error over all h", quantity_zh="所有 h 中最小的训练错误率"),
    Claim("few-different-errors", "<=", 1.0,
          en="of 10,000 thresholds at most N + 1 differ on N drawings", zh="一万个阈值在 N 张图上最多只有 N + 1 种分法",
          quantity_en="different labelings over N + 1", quantity_zh="不同的分法数与 N + 1 之比"),
    Claim("step-has-no-slope", "<=", 0.0,
          en="the error rate gives h no gradient", zh="错误率给不出 h 的梯度",
          quantity_en="1 if torch connects it with h", quantity_zh="torch 若能从它求到 h 则为 1", seeds=1),
    Claim("soft-step-has", ">", 1e-4,
          en="the cross entropy of a soft threshold does", zh="软阈值的交叉熵有梯度",
          quantity_en="size of its slope at the middle h", quantity_zh="在中间的 h 处斜率的大小"),
    Claim("zeros-from-ones", "<", 0.25,
          en="handwritten 0 and 1 are told apart by it", zh="手写的 0 和 1 用它也分得开",
          quantity_en="least error over all h, 360 real drawings",
          quantity_zh="360 张真实图片，所有 h 中最小的错误率", seeds=1),
    Claim("any-two-digits", ">", 0.5,
          en="so are most pairs of digits", zh="大多数数字两两之间也分得开",
          quantity_en="share of the 45 pairs with an error below 0.25",
          quantity_zh="45 对里错误率低于 0.25 的比例", seeds=1),
)  # fmt: skip

ZH = {"A plain drawing": "线条少的一张", "A busy drawing": "线条多的一张", "its edges: {}": "它的边缘：{}", "h": "h",
      "Edge pixels of a drawing": "一张图的边缘像素数", "edge pixels": "边缘像素数", "drawings": "张数",
      "Training error of each threshold h": "每个阈值 h 的训练错误率", "error": "错误率", "pair": "一对",
      "best h": "最好的 h",
      "Handwritten digits, pair by pair: the three best and the three worst":
      "手写数字，两两相比：最好的三对与最差的三对"}  # fmt: skip


def draw(seeds: Seeds, count: int, strokes: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Drawings (seeds, count, SIDE, SIDE), dark ink 1 on 0, and how many strokes each has (seeds, count)."""
    number = strokes[0] + seeds.randint(strokes[1] - strokes[0] + 1, (count,))
    ends = (SIDE - 1) * seeds.rand(count, MOST, 2, 2)
    axis = torch.arange(SIDE, device=seeds.device, dtype=ends.dtype)
    pixels = torch.cartesian_prod(axis, axis)  # (pixels, 2)
    picture = torch.zeros(seeds.count, count, len(pixels), device=seeds.device)
    for stroke in range(MOST):
        start, way = ends[:, :, stroke, 0], ends[:, :, stroke, 1] - ends[:, :, stroke, 0]
        offset = pixels - start[:, :, None]  # (seeds, count, pixels, 2)
        along = (offset * way[:, :, None]).sum(3) / way.square().sum(2).clamp(min=1e-6)[:, :, None]
        apart = (offset - along.clamp(0, 1)[..., None] * way[:, :, None]).norm(dim=3)
        ink = (1.2 - apart).clamp(0, 1) * (stroke < number)[:, :, None]
        picture = torch.maximum(picture, ink)
    return picture.unflatten(2, (SIDE, SIDE)), number


def edges(pictures: Tensor, level: float) -> Tensor:
    """Where the Sobel magnitude reaches the level: (…, height, width) -> the same, True and False."""
    across = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]], device=pictures.device)
    slopes = conv2d(pictures.flatten(0, -3)[:, None], torch.stack([across, across.T])[:, None], padding=1)
    found: Tensor = slopes.norm(dim=1) >= level
    grid: Tensor = found.unflatten(0, pictures.shape[:-2])
    return grid


def errors(counts: Tensor, busy: Tensor, thresholds: Tensor) -> Tensor:
    """Share of wrong answers of "busy if the count is at least h": (…, n), (n,), (h,) -> (…, h)."""
    return ((counts[..., None] >= thresholds) != busy[:, None]).float().mean(dim=-2)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    (plain, few), (busy, many) = draw(seeds, config.drawings, PLAIN), draw(seeds, config.drawings, BUSY)
    pictures, strokes = torch.cat([plain, busy], 1), torch.cat([few, many], 1).double()
    label = torch.arange(2 * config.drawings, device=seeds.device) >= config.drawings
    found = edges(pictures, config.level)
    counts = found.flatten(2).sum(2)  # (seeds, drawings)
    yield Progress(1, 2)
    for name, first in (("A plain drawing", 0), ("A busy drawing", config.drawings)):
        order = counts[0, first : first + config.drawings].argsort()
        number = first + int(order[config.drawings // 2])  # the median of its style
        yield Figure(name, "image", {"values": (1 - pictures[0, number]).tolist()})
        yield Figure(f"its edges: {counts[0, number]}", "image", {"values": (~found[0, number]).float().tolist()})
    series = {"plain": counts[0, ~label].tolist(), "busy": counts[0, label].tolist()}
    yield Figure("Edge pixels of a drawing", "histogram", {"series": series}, "edge pixels", "drawings")
    yield Measured("edges-follow-strokes", [torch.corrcoef(torch.stack(pair))[0, 1].item()
                                            for pair in zip(counts.double(), strokes, strict=True)])  # fmt: skip

    whole = torch.arange(SIDE * SIDE + 2, device=seeds.device)
    error = errors(counts, label, whole)
    line = [[h, e] for h, e in enumerate(error[0].tolist()) if h % 8 == 0]
    yield Figure("Training error of each threshold h", "lines", {"series": {"error": line}}, "h", "error")
    yield Measured("threshold-separates", error.amin(1))
    yield Measured("never-zero", error.amin(1))
    fine = torch.linspace(-1, SIDE * SIDE + 1, 10000, device=seeds.device)
    labelings = [len(((count[:, None] >= fine).T).unique(dim=0)) for count in counts]
    yield Measured("few-different-errors", [n / (2 * config.drawings + 1) for n in labelings])

    h = counts.double().mean(1).requires_grad_()  # (seeds,)
    hard = ((counts >= h[:, None]) != label).double().mean(1)
    yield Measured("step-has-no-slope", float(hard.requires_grad))
    soft = torch.sigmoid((counts - h[:, None]) / 20)
    loss = binary_cross_entropy(soft, label.double().expand_as(soft), reduction="none").mean(1)
    (slope,) = torch.autograd.grad(loss.sum(), h)
    yield Measured("soft-step-has", slope.abs())

    rows = sorted(pairs(config.level), key=lambda row: row[1])
    yield Table("Handwritten digits, pair by pair: the three best and the three worst", ["pair", "error", "best h"],
                [list(row) for row in rows[:3] + rows[-3:]])  # fmt: skip
    yield Measured("zeros-from-ones", next(error for pair, error, _ in rows if pair == "1, 0"))
    yield Measured("any-two-digits", sum(error < 0.25 for _, error, _ in rows) / len(rows))
    yield Progress(2, 2)


def pairs(level: float) -> Iterator[tuple[str, float, int]]:
    """For each pair of digits, the one with more edges last: the least error of a threshold, and that threshold."""
    data = digits()
    images = torch.cat([data.train_images, data.test_images]).unflatten(1, (8, 8))
    labels = torch.cat([data.train_labels, data.test_labels])
    counts = edges(images, level).flatten(1).sum(1)
    mean = [counts[labels == digit].double().mean().item() for digit in range(10)]
    for pair in combinations(range(10), 2):
        less, more = sorted(pair, key=mean.__getitem__)
        chosen = (labels == less) | (labels == more)
        error = errors(counts[chosen], labels[chosen] == more, torch.arange(66))
        yield f"{less}, {more}", error.min().item(), int(error.argmin())
