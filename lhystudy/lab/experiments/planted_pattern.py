"""A small pattern and a small window: what a unit that sees little can learn, and what it cannot.

小样式，小窗口：只看一小块的单元学得会什么，学不会什么。

Synthetic 12 x 12 pictures: over noise one of two patterns somewhere, or two marks in far corners.

lesson: cnn
quick: steps=20 pictures=200
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SIDE, FILTERS = 12, 8
PATTERNS = torch.tensor([[[0.0, 1, 0], [1, 1, 1], [0, 1, 0]], [[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]])  # a plus, a cross


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 3000, en="training steps, each on 64 pictures", zh="训练步数，每步 64 张图")
    pictures: int = param(1000, 100, 5000, en="pictures to learn from", zh="用来学习的图的张数")


CLAIMS = (
    Claim("window-is-enough", ">", 0.9,
          en="for a small pattern, units that see only 3 x 3 pixels are enough", zh="样式小，只看 3×3 的单元就够了",
          quantity_en="accuracy on new pictures, plus or cross", quantity_zh="新图上的准确率，十字还是叉"),
    Claim("window-beats-whole", ">", 0.05,
          en="they do better than units that see the whole picture", zh="比看整张图的单元学得更好",
          quantity_en="accuracy, windows minus whole picture, plus or cross",
          quantity_zh="准确率之差，窗口减整图，十字还是叉"),
    Claim("window-misses-the-far", "<", 0.8,
          en="whether two far corners are alike, units with small windows cannot tell",
          zh="两个远角是否相同，小窗口的单元说不出",
          quantity_en="accuracy on new pictures, corners", quantity_zh="新图上的准确率，两角"),
    Claim("whole-sees-the-far", ">", 0.9,
          en="units that see the whole picture can", zh="看整张图的单元说得出",
          quantity_en="accuracy on new pictures, corners", quantity_zh="新图上的准确率，两角"),
    Claim("next-layer-joins-them", ">", 0.9,
          en="windows below and one layer above that sees all of them can as well",
          zh="下面是窗口，上面加一层把它们合起来，也说得出",
          quantity_en="accuracy on new pictures, corners", quantity_zh="新图上的准确率，两角"),
    Claim("filter-becomes-the-pattern", ">", 0.8,
          en="a learned filter looks like the planted pattern", zh="学到的滤波器长得像埋下的样式",
          quantity_en="largest correlation of a filter with cross minus plus, in size",
          quantity_zh="滤波器与叉减十字的相关系数，绝对值的最大"),
    Claim("map-peaks-at-the-pattern", ">", 0.8,
          en="its map is highest where the pattern stands", zh="它的特征图在样式所在处最高",
          quantity_en="share of new pictures with the pattern it is like where the highest place is the pattern's own",
          quantity_zh="含这个样式的新图里，最高处正是它所在处的比例"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on new pictures": "新图上的准确率", "network": "网络",
    "plus or cross": "十字还是叉", "corners": "两角", "windows": "窗口", "whole picture": "整图",
    "windows, then a layer": "窗口，再加一层", "a picture with what it detects": "一张含有该样式的图",
    "the filter most like it": "最像它的滤波器", "its map of that picture": "它在这张图上的特征图",
}  # fmt: skip


def patterns(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (count, 1, SIDE, SIDE) with a plus (0) or a cross (1), which, and its upper left corner (count, 2)."""
    labels, corner = torch.randint(2, (count,)), torch.randint(SIDE - 2, (count, 2))
    pictures = 0.3 * torch.randn(count, 1, SIDE, SIDE)
    for picture, label, (row, column) in zip(pictures, labels.tolist(), corner.tolist(), strict=True):
        picture[0, row : row + 3, column : column + 3] += PATTERNS[label]
    return pictures, labels, corner


def corners(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """A plus or a cross in the upper left and in the lower right corner each; label 1 where they are alike."""
    first, last = torch.randint(2, (2, count))
    pictures = 0.3 * torch.randn(count, 1, SIDE, SIDE)
    pictures[:, 0, :3, :3] += PATTERNS[first]
    pictures[:, 0, -3:, -3:] += PATTERNS[last]
    return pictures, (first == last).long(), torch.zeros(count, 2, dtype=torch.long)


def windows() -> nn.Sequential:
    """In each quarter the largest answer of each filter, then a weighted sum: no unit sees more than its window."""
    return nn.Sequential(nn.Conv2d(1, FILTERS, 3), nn.ReLU(), nn.MaxPool2d(5), nn.Flatten(),
                         nn.Linear(4 * FILTERS, 2))  # fmt: skip


def whole() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 32), nn.ReLU(), nn.Linear(32, 2))


def joined() -> nn.Module:
    return nn.Sequential(*list(windows())[:-1], nn.Linear(4 * FILTERS, 32), nn.ReLU(), nn.Linear(32, 2))


BUILDS: dict[str, Callable[[], nn.Module]] = {
    "windows": windows, "whole picture": whole, "windows, then a layer": joined}  # fmt: skip
RUNS = (("plus or cross", "windows"), ("plus or cross", "whole picture"), *(("corners", name) for name in BUILDS))


def likest(network: Network) -> tuple[Tensor, Tensor]:
    """Of each seed the filter most like cross minus plus (or the reverse): its correlation and which filter it is."""
    wanted = (PATTERNS[1] - PATTERNS[0]).flatten()
    wanted = wanted - wanted.mean()
    filters = network.one[0].weight.detach().cpu().flatten(2)  # (seeds, FILTERS, 9)
    centred = filters - filters.mean(2, keepdim=True)
    likeness = (centred @ wanted) / (centred.norm(dim=2) * wanted.norm()).clamp(min=1e-9)
    which = likeness.abs().argmax(1)
    return likeness[torch.arange(len(which)), which], which


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    tasks = {}
    for name, draw in (("plus or cross", patterns), ("corners", corners)):
        drawn = seeds.each(partial(draw, config.pictures + 500))
        tasks[name] = [torch.stack(part).to(seeds.device) for part in zip(*drawn, strict=True)]
    right: dict[tuple[str, str], Tensor] = {}
    trained: dict[tuple[str, str], Network] = {}
    for done, (task, name) in enumerate(RUNS):
        pictures, labels, _ = tasks[task]
        network = seeds.network(BUILDS[name])
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        row = torch.arange(seeds.count, device=seeds.device)[:, None]
        for step in range(config.steps):
            picked = seeds.randint(config.pictures, (64,))
            loss = cross_entropy(network(pictures[row, picked]), labels[row, picked])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(f"{task} {name}", step, loss.detach(), chart="training loss")
        with torch.no_grad():
            hits = network(pictures[:, config.pictures :]).argmax(2) == labels[:, config.pictures :]
        right[task, name], trained[task, name] = hits.cpu().double().mean(1), network
        yield Progress(done + 1, len(RUNS))
    yield Table("Accuracy on new pictures", ["network", *tasks],
                [[name, *(right.get((task, name), "") for task in tasks)] for name in BUILDS])  # fmt: skip
    yield Measured("window-is-enough", right["plus or cross", "windows"])
    yield Measured("window-beats-whole", right["plus or cross", "windows"] - right["plus or cross", "whole picture"])
    yield Measured("window-misses-the-far", right["corners", "windows"])
    yield Measured("whole-sees-the-far", right["corners", "whole picture"])
    yield Measured("next-layer-joins-them", right["corners", "windows, then a layer"])

    detectors = trained["plus or cross", "windows"]
    likeness, which = likest(detectors)
    weights = detectors.one[0].weight.detach()[torch.arange(seeds.count), which, 0]  # (seeds, 3, 3)
    pictures, labels, corner = (part[:, config.pictures :] for part in tasks["plus or cross"])
    maps = torch.einsum("snrcij,sij->snrc", pictures[:, :, 0].unfold(2, 3, 1).unfold(3, 3, 1), weights)
    hit = maps.flatten(2).argmax(2) == corner[..., 0] * (SIDE - 2) + corner[..., 1]
    detected = labels == (likeness > 0)[:, None].to(seeds.device)  # pictures with what the filter looks like
    shown = int(detected[0].int().argmax())
    three, ten = [str(k) for k in range(3)], [str(k) for k in range(SIDE - 2)]
    yield Figure("a picture with what it detects", "image", {"values": pictures[0, shown, 0].clamp(0, 1).tolist()})
    yield Figure("the filter most like it", "heat", {"values": weights[0].tolist(), "x": three, "y": three})
    yield Figure("its map of that picture", "heat", {"values": maps[0, shown].tolist(), "x": ten, "y": ten})
    yield Measured("filter-becomes-the-pattern", likeness.abs())
    yield Measured("map-peaks-at-the-pattern", ((hit & detected).sum(1) / detected.sum(1)).cpu())
