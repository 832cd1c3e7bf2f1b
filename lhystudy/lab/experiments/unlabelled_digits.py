"""Heaps found without labels turn out to be digits.

不看标签分出来的堆，原来就是数字。

k-means on scikit-learn's digits: ten centres, each image to the nearest, each centre to the mean of its images,
and so on.

lesson: what-is-ml
quick: rounds=5
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    rounds: int = param(30, 1, 200, en="rounds of k-means", zh="k-means 的轮数")
    heaps: int = param(10, 2, 100, en="heaps", zh="堆数")


CLAIMS = (
    Claim("heaps-are-digits", ">", 0.6,
          en="most images of a heap show the same digit", zh="一堆里的图，大多是同一个数字",
          quantity_en="share of images that show their heap's commonest digit",
          quantity_zh="图与所在堆的多数数字一致的比例"),
    Claim("structure-not-chance", ">", 0.3,
          en="with the pixels shuffled from image to image nothing of it is left",
          zh="把像素在图与图之间打乱，就什么都不剩了",
          quantity_en="that share, minus the same on shuffled pixels", quantity_zh="上面的比例减去打乱像素后的比例"),
    Claim("ten-labels-suffice", ">", 0.6,
          en="ten labels, one a heap, are enough to read new images", zh="每堆给一个标签，十个标签就能读新图",
          quantity_en="accuracy on new images when each heap is named by the image nearest its centre",
          quantity_zh="用离中心最近的那张图给堆命名，新图上的准确率"),
)  # fmt: skip

ZH = {
    "mean squared distance to the centre": "到中心的平均平方距离", "Centres of the heaps": "各堆的中心",
    "What the heaps hold": "堆里是什么",
    "digits": "数字图", "shuffled pixels": "打乱的像素", "purity": "纯度", "ten labels, new images": "十个标签，新图",
}  # fmt: skip


def nearest(images: Tensor, centres: Tensor) -> Tensor:
    return torch.cdist(images, centres).argmin(2)  # (seeds, images)


def k_means(images: Tensor, config: Config, seeds: Seeds, name: str) -> Generator[Event, None, Tensor]:
    """Ends with the centres (seeds, heaps, 64); images are (seeds, n, 64)."""
    start = seeds.randperm(images.shape[1])[:, : config.heaps]
    centres = images.gather(1, start[..., None].expand(-1, -1, 64))
    for turn in range(config.rounds):
        heap = nearest(images, centres)
        member = one_hot(heap, config.heaps).to(images.dtype)  # (seeds, n, heaps)
        sizes = member.sum(1)[..., None]
        centres = torch.where(sizes > 0, member.mT @ images / sizes.clamp(min=1), centres)
        distance = (images - centres.gather(1, heap[..., None].expand_as(images))).square().sum(2).mean(1)
        yield Metric(name, turn, distance, chart="mean squared distance to the centre")
    return centres


def purity(images: Tensor, centres: Tensor, labels: Tensor, heaps: int) -> Tensor:
    """Share of images (seeds,) that show the commonest digit of their heap."""
    member = one_hot(nearest(images, centres), heaps).to(images.dtype)
    counts = member.mT @ one_hot(labels, 10).to(images.dtype)  # (seeds, heaps, 10)
    return counts.amax(2).sum(1) / len(labels)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    images = seeds.shared(data.train_images)
    centres = yield from k_means(images, config, seeds, "digits")
    yield Progress(1, 2)
    order = seeds.rand(*data.train_images.shape).argsort(1)  # an order of its own for every pixel
    shuffled = images.gather(1, order)
    noise_centres = yield from k_means(shuffled, config, seeds, "shuffled pixels")
    yield Progress(2, 2)

    pure = purity(images, centres, data.train_labels, config.heaps)
    noise = purity(shuffled, noise_centres, data.train_labels, config.heaps)
    named = data.train_labels[torch.cdist(centres, images).argmin(2)]  # (seeds, heaps): the label one asks for
    says = named.gather(1, nearest(seeds.shared(data.test_images), centres))
    right = (says == data.test_labels).float().mean(1)
    row = centres[0][:10].view(-1, 8, 8).permute(1, 0, 2).flatten(1)
    yield Figure("Centres of the heaps", "image", {"values": row.tolist()})
    yield Table("What the heaps hold", ["", "purity", "ten labels, new images"],
                [["digits", pure, right], ["shuffled pixels", noise, ""]])  # fmt: skip
    yield Measured("heaps-are-digits", pure)
    yield Measured("structure-not-chance", pure - noise)
    yield Measured("ten-labels-suffice", right)
