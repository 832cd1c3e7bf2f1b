"""The same pixels in another order: a fully connected network does not mind, a convolution does.

像素不变，只换顺序：全连接网络无所谓，卷积却不行。

Synthetic 12 x 12 pictures with a small pattern at a random place, one of two patterns; then real digits.

lesson: pytorch
quick: steps=20 pictures=200
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

SIDE = 12
PATTERNS = (((1, 0, 1), (0, 1, 0), (1, 0, 1)), ((0, 1, 0), (1, 1, 1), (0, 1, 0)))  # five bright pixels each


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 3000, en="training steps, each on 64 pictures", zh="训练步数，每步 64 张图")
    pictures: int = param(1000, 100, 5000, en="synthetic pictures to learn from", zh="用来学习的合成图的张数")


CLAIMS = (
    Claim("dense-does-not-mind", "<", 0.03,
          en="a fully connected network reads shuffled pictures as well as ordered ones",
          zh="全连接网络认打乱的图与认原图一样好",
          quantity_en="test accuracy ordered minus shuffled, synthetic",
          quantity_zh="测试准确率，原图减打乱，合成图"),
    Claim("convolution-needs-neighbours", ">", 0.2,
          en="a convolutional network loses much by the shuffle", zh="打乱之后，卷积网络差很多",
          quantity_en="test accuracy ordered minus shuffled, synthetic",
          quantity_zh="测试准确率，原图减打乱，合成图"),
    Claim("down-to-chance", "<", 0.6,
          en="it falls to chance", zh="跌到瞎猜的水平",
          quantity_en="test accuracy on shuffled synthetic pictures, chance 0.5",
          quantity_zh="打乱的合成图上的测试准确率，瞎猜是 0.5"),
    Claim("digits-as-well", ">", 0.1,
          en="on real digits, too, the convolution loses much", zh="真实数字图片上，卷积也差很多",
          quantity_en="test accuracy ordered minus shuffled, digits",
          quantity_zh="测试准确率，原图减打乱，数字图片"),
)  # fmt: skip

ZH = {
    "training loss, synthetic": "训练损失，合成图", "Test accuracy": "测试准确率", "network": "网络",
    "pictures": "图片", "ordered": "原图", "shuffled": "打乱", "fully connected": "全连接", "convolution": "卷积",
    "synthetic": "合成", "real digits": "真实数字", "a picture": "一张图",
    "the same pixels, shuffled": "同样的像素，打乱之后",
}  # fmt: skip


def synthetic(count: int) -> tuple[Tensor, Tensor]:
    """Pictures (count, SIDE * SIDE) with one of two patterns somewhere over noise, and which one it is (count,)."""
    labels = torch.randint(2, (count,))
    corner = torch.randint(SIDE - 2, (count, 2))
    pictures = 0.3 * torch.randn(count, SIDE, SIDE)
    for k in range(count):
        row, column = corner[k].tolist()
        pictures[k, row : row + 3, column : column + 3] += torch.tensor(PATTERNS[int(labels[k])])
    return pictures.flatten(1), labels


def dense(side: int, classes: int) -> nn.Module:
    return nn.Sequential(nn.Linear(side * side, 32), nn.ReLU(), nn.Linear(32, classes))


def convolution(side: int, classes: int) -> nn.Module:
    """Looks at 3 x 3 neighbourhoods, and in each quarter takes the largest response of each filter."""
    return nn.Sequential(
        nn.Unflatten(1, (1, side, side)), nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d((side - 2) // 2),
        nn.Flatten(), nn.Linear(32, classes),
    )  # fmt: skip


Pictures = tuple[Tensor, Tensor, Tensor, Tensor]  # to learn from (seeds, n, pixels), their labels; the same to test on


def learn(make: Callable[[], nn.Module], data: Pictures, steps: int, seeds: Seeds) -> Iterator[tuple[Tensor, Tensor]]:
    """Each seed's loss before each step, and its test accuracy once at the end (zeros before)."""
    pictures, labels, new, answers = data
    networks = seeds.network(make)
    optimizer = torch.optim.Adam(networks.parameters(), lr=0.01)
    row = torch.arange(seeds.count, device=seeds.device)[:, None]
    for _ in range(steps):
        picked = seeds.randint(pictures.shape[1], (64,))  # (seeds, 64)
        loss = cross_entropy(networks(pictures[row, picked]), labels[row, picked])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield loss.detach(), torch.zeros(seeds.count)
    with torch.no_grad():
        right = networks(new).argmax(2) == answers
    yield loss.detach(), right.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    drawn = seeds.each(lambda: synthetic(config.pictures + 500))
    pictures, labels = (torch.stack(part).to(seeds.device) for part in zip(*drawn, strict=True))
    known = config.pictures
    real = digits().to(seeds.device)
    sets: dict[str, tuple[int, int, Pictures]] = {
        "synthetic": (SIDE, 2, (pictures[:, :known], labels[:, :known], pictures[:, known:], labels[:, known:])),
        "real digits": (8, 10, (seeds.shared(real.train_images), seeds.shared(real.train_labels),
                                seeds.shared(real.test_images), seeds.shared(real.test_labels))),
    }  # fmt: skip
    order = seeds.randperm(SIDE * SIDE)[0]
    for title, picture in (("a picture", pictures[0, 0]), ("the same pixels, shuffled", pictures[0, 0, order])):
        yield Figure(title, "image", {"values": picture.clamp(0, 1).view(SIDE, SIDE).tolist()})
    rows, accuracy, done = [], {}, 0
    for kind, (side, classes, (some, known_labels, new, answers)) in sets.items():
        shuffle = seeds.randperm(side * side)[:, None]  # (seeds, 1, pixels): one order for all pictures of a seed
        for name, build in (("fully connected", dense), ("convolution", convolution)):
            for way in ("ordered", "shuffled"):
                data = (some, known_labels, new, answers)
                if way == "shuffled":
                    data = (some.gather(2, shuffle.expand_as(some)), known_labels,
                            new.gather(2, shuffle.expand_as(new)), answers)  # fmt: skip
                for step, (loss, right) in enumerate(learn(partial(build, side, classes), data, config.steps, seeds)):
                    accuracy[kind, name, way] = right
                    if kind == "synthetic" and step % 5 == 0:
                        yield Metric(f"{name} {way}", step, loss, chart="training loss, synthetic")
                done += 1
                yield Progress(done, 8)
            rows.append([kind, name, accuracy[kind, name, "ordered"], accuracy[kind, name, "shuffled"]])
    yield Table("Test accuracy", ["pictures", "network", "ordered", "shuffled"], rows)
    ordered, shuffled = ({key[:2]: value for key, value in accuracy.items() if key[2] == way}
                         for way in ("ordered", "shuffled"))  # fmt: skip
    fully, neighbours = ("synthetic", "fully connected"), ("synthetic", "convolution")
    yield Measured("dense-does-not-mind", ordered[fully] - shuffled[fully])
    yield Measured("convolution-needs-neighbours", ordered[neighbours] - shuffled[neighbours])
    yield Measured("down-to-chance", shuffled[neighbours])
    yield Measured("digits-as-well", ordered["real digits", "convolution"] - shuffled["real digits", "convolution"])
