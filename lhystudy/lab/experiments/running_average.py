"""Means without a batch: how fast a running average learns them, and what tiny batches do to it.

没有批次时的均值：移动平均学得多快，批次太小又怎样。

Real data: scikit-learn's digits. First the running mean of the outputs of one fixed layer, for three shares of the new
batch (PyTorch's momentum); then networks trained in batches of 2 and of 32, with batch norm or layer norm.

lesson: normalization
quick: batches=20 steps=10
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SHARES = (0.3, 0.1, 0.01)
EARLY = 10  # batches


@dataclass(frozen=True)
class Config:
    batches: int = param(600, 20, 5000, en="batches that are averaged", zh="取平均的批数")
    steps: int = param(300, 5, 5000, en="training steps", zh="训练步数")
    rate: float = param(0.003, 0.0001, 0.5, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("small-share-is-slow", ">", 1.5,
          en="with a small share of the new batch the running mean is slow to arrive",
          zh="新批占的份额小，移动均值到得慢",
          quantity_en="distance from the true mean after 10 batches, share 0.01 over 0.3",
          quantity_zh="10 批之后与真实均值的距离之比，份额 0.01 比 0.3"),
    Claim("small-share-is-steady", "<", 0.5,
          en="in the end it is the steadier one", zh="到最后它却更稳",
          quantity_en="distance at the end, share 0.01 over 0.3", quantity_zh="最终距离之比，份额 0.01 比 0.3"),
    Claim("tiny-batches-hurt", ">", 0.02,
          en="batches of two cost batch norm more accuracy than layer norm",
          zh="一批只有两个样本时，批次归一化丢的准确率比层归一化多",
          quantity_en="how much more accuracy on new digits batch norm is behind layer norm at 2 than at 32",
          quantity_zh="新数字上批次归一化比层归一化落后的准确率，批次 2 减批次 32"),
    Claim("running-beats-pair", ">", 0.02,
          en="for a network trained in batches of 32, new digits in pairs are read better with the running averages "
             "than with the pair's own",
          zh="用 32 个一批训练好的网络，两个两个地认新数字时，用移动平均比用这两个自己的均值好",
          quantity_en="test accuracy, running averages minus the pair's",
          quantity_zh="测试准确率之差，移动平均减这两个自己的"),
)  # fmt: skip

ZH = {
    "distance of the running mean from the true one": "移动均值与真实均值的距离", "Test accuracy": "测试准确率",
    "normalised by": "归一化", "batch": "批次", "in use": "使用时", "in pairs, own means": "两个一批，用自己的均值",
    "batch norm": "批次归一化", "layer norm": "层归一化",
}  # fmt: skip


def build(norm: Callable[[int], nn.Module]) -> nn.Module:
    first, second = (nn.Linear(64, 32), norm(32), nn.ReLU()), (nn.Linear(32, 32), norm(32), nn.ReLU())
    return nn.Sequential(*first, *second, nn.Linear(32, 10))


def running_means(z: Tensor, batches: Tensor, share: float) -> Iterator[Tensor]:
    """Distances of the running mean from the mean of all z, from a start at 0: z (seeds, n, d) -> (seeds,) a batch."""
    true = z.mean(dim=1)
    mean = torch.zeros_like(true)
    for chosen in batches.unbind(1):  # (seeds, size)
        of_batch = z.gather(1, chosen[..., None].expand(-1, -1, z.shape[2])).mean(dim=1)
        mean = (1 - share) * mean + share * of_batch
        yield (mean - true).norm(dim=1)


@torch.no_grad()
def accuracy(networks: Network, images: Tensor, labels: Tensor, size: int) -> Tensor:
    """Share read rightly, `size` digits at a time: (seeds, n, 64) -> (seeds,)."""
    chosen = torch.cat([networks(part).argmax(dim=2) for part in images.split(size, dim=1)], dim=1)  # (seeds, n)
    return (chosen == labels).cpu().double().mean(dim=1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    count = len(data.train_labels)
    z = seeds.shared(data.train_images) @ seeds.randn(64, 16)
    batches = seeds.randint(count, (config.batches, 32))
    early, late = {}, {}
    for share in SHARES:
        distances = list(running_means(z, batches, share))
        early[share], late[share] = distances[EARLY - 1], torch.stack(distances[-10:]).mean(dim=0)
        for t in range(0, config.batches, 1 + config.batches // 150):
            yield Metric(f"share {share}", t + 1, distances[t], chart="distance of the running mean from the true one")
    yield Measured("small-share-is-slow", early[0.01] / early[0.3])
    yield Measured("small-share-is-steady", late[0.01] / late[0.3])

    images, labels = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    found, rows = {}, []
    for name, norm in (("batch norm", nn.BatchNorm1d), ("layer norm", nn.LayerNorm)):
        for size in (2, 32):
            networks = seeds.network(partial(build, norm))
            optimizer = torch.optim.Adam(networks.parameters(), lr=config.rate)
            for chosen in seeds.randint(count, (config.steps, size)).unbind(1):
                loss = cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])
                optimizer.zero_grad()
                loss.sum().backward()
                optimizer.step()
            networks.eval()
            found[name, size] = accuracy(networks, images, labels, 360)
            networks.train()  # batch norm takes the pair's own means again
            pairs = accuracy(networks, images, labels, 2)
            if (name, size) == ("batch norm", 32):
                yield Measured("running-beats-pair", found[name, size] - pairs)
            rows.append([name, size, found[name, size], pairs])
            yield Progress(len(rows), 4)
    yield Table("Test accuracy", ["normalised by", "batch", "in use", "in pairs, own means"], rows)
    behind = {size: found["layer norm", size] - found["batch norm", size] for size in (2, 32)}
    yield Measured("tiny-batches-hurt", behind[2] - behind[32])
