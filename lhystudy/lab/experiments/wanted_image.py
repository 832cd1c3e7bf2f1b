"""What does the network want to see? Pictures that climb the score of a digit, and whether they are digits.

网络想看到什么？让图顺着某个数字的得分往上爬，看爬出来的是不是那个数字。

The digits are scikit-learn's. The second reader, of another build, has never seen the network that is asked.

lesson: explain-attack
quick: steps=30 climbs=20
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps", zh="训练步数")
    climbs: int = param(60, 5, 1000, en="steps of the picture up the score", zh="图往上爬的步数")
    ink: float = param(
        0.3, 0.0, 5.0, en="price of a white pixel, in units of the score", zh="一个白像素的价钱，以得分计"
    )


CLAIMS = (
    Claim("network-is-sure", ">", 0.99,
          en="the network is sure of the pictures that it wanted", zh="网络对自己想看的图很有把握",
          quantity_en="probability of the digit, mean over ten digits", quantity_zh="该数字的概率，十个数字平均"),
    Claim("unlike-any-digit", ">", 2.0,
          en="they lie farther from every real digit than real digits from each other",
          zh="它们离任何真数字都远，比真数字彼此远得多",
          quantity_en="distance to the nearest training digit, over that of test digits",
          quantity_zh="到最近的训练图的距离，除以测试图到最近训练图的距离"),
    Claim("second-reader-disagrees", "<", 0.5,
          en="a second reader does not see the digit in most of them", zh="换一个网络来读，大半看不出是那个数字",
          quantity_en="share that the second reader reads as wanted", quantity_zh="第二个网络读成该数字的比例"),
    Claim("price-brings-nearer", "<", 0.9,
          en="a price on ink brings the pictures nearer to real digits", zh="给墨水定个价，图就离真数字近些",
          quantity_en="distance to the nearest training digit, with the price over without",
          quantity_zh="到最近的训练图的距离，有价与无价之比"),
)  # fmt: skip

ZH = {
    "Pictures that the network wants": "网络想看的图", "free": "随便画", "with a price on ink": "墨水要钱",
    "probability": "概率", "second reader": "第二个网络", "distance": "距离", "ink": "墨水", "real digits": "真数字",
    "A wanted {}, free": "网络想看的 {}，随便画", "A wanted {}, with a price on ink": "网络想看的 {}，墨水要钱",
    "A filter of the first layer": "第一层的一个滤波器",
}  # fmt: skip


def convolutional() -> nn.Module:
    return nn.Sequential(nn.Unflatten(-1, (1, 8, 8)), nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10))  # fmt: skip


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def train(network: Network, images: Tensor, labels: Tensor, seeds: Seeds, steps: int) -> Iterator[Event]:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for step in range(steps):
        drawn = seeds.randint(len(labels), (64,))
        loss = cross_entropy(network(images[drawn]), labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield Progress(step + 1, steps)


def wanted(network: Network, seeds: Seeds, climbs: int, ink: float) -> Tensor:
    """For each digit a picture that climbs its score, minus the ink's price, from grey: (seeds, 10, 64) in 0..1."""
    pictures = seeds.shared(torch.full((10, 64), 0.5))
    for _ in range(climbs):
        pictures = pictures.detach().requires_grad_()
        scores = network(pictures).diagonal(dim1=1, dim2=2)  # (seeds, 10): digit k of picture k
        (slope,) = torch.autograd.grad((scores - ink * pictures.sum(2)).sum(), pictures)
        pictures = (pictures + 0.05 * slope).clamp(0, 1)
    return pictures.detach()


def nearest(pictures: Tensor, images: Tensor) -> Tensor:
    """The mean distance to the nearest image: (seeds, n, 64) and (images, 64) -> (seeds,)."""
    return torch.cdist(pictures, images.expand(len(pictures), *images.shape)).amin(2).mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    network, reader = seeds.network(convolutional), seeds.network(dense)
    for learner in (network, reader):
        yield from train(learner, data.train_images, data.train_labels, seeds, config.steps)
    near_real = nearest(seeds.shared(data.test_images), data.train_images)
    digit = torch.arange(10, device=seeds.device)
    far, rows = {}, []
    for name, ink in (("free", 0.0), ("with a price on ink", config.ink)):
        pictures = wanted(network, seeds, config.climbs, ink)
        with torch.no_grad():
            sure = network(pictures).softmax(2).diagonal(dim1=1, dim2=2).mean(1)
            agreed = (reader(pictures).argmax(2) == digit).float().mean(1)
        far[name] = nearest(pictures, data.train_images)
        rows.append([name, sure, agreed, far[name], pictures.sum(2).mean(1)])
        for k in (1, 3):
            yield Figure(f"A wanted {k}, {name}", "image", {"values": pictures[0, k].view(8, 8).tolist()})
    rows.append(["real digits", "", "", near_real, data.test_images.sum(1).mean().item()])
    yield Table("Pictures that the network wants", ["", "probability", "second reader", "distance", "ink"], rows)
    yield Figure("A filter of the first layer", "heat", {"values": network[0][1].weight[0, 0].tolist(),
                 "x": list("012"), "y": list("012")})  # fmt: skip
    yield Measured("network-is-sure", rows[0][1])
    yield Measured("unlike-any-digit", far["free"] / near_real)
    yield Measured("second-reader-disagrees", rows[0][2])
    yield Measured("price-brings-nearer", far["with a price on ink"] / far["free"])
