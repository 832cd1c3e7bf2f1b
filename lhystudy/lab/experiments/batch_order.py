"""Who goes into a batch: shuffled, never shuffled again, or sorted by class; and how smooth a curve each size gives.

谁和谁分在一批：洗牌、只洗一次、按类排好；以及不同大小的批次画出多平滑的曲线。

The same network learns the same real digits for the same number of updates; only the order differs.

lesson: batch-size
quick: epochs=1
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    epochs: int = param(3, 1, 50, en="passes through the digits", zh="把数字看几遍")
    batch: int = param(8, 1, 500, en="digits in a batch", zh="每批的数字个数")
    rate: float = param(0.1, 0.001, 1.0, en="learning rate", zh="学习率")
    smooth: int = param(
        100, 10, 1000, en="updates over which roughness is compared with full batches", zh="与整批比较粗糙度的更新次数"
    )


CLAIMS = (
    Claim("shuffled-reads-better", ">", 0.1,
          en="shuffled batches end with a better reader than batches sorted by digit",
          zh="洗牌训练出来的网络，比按数字排好队训练的认得准",
          quantity_en="test accuracy, shuffled minus sorted", quantity_zh="测试准确率之差，洗牌减排序"),
    Claim("sorted-sways", ">", 2.0,
          en="sorted batches make the loss of all digits sway", zh="排好队的批次使全体数字的损失大起大落",
          quantity_en="roughness of the full loss in the last epoch, sorted over shuffled",
          quantity_zh="最后一个 epoch 中整体损失的粗糙度之比，排序比洗牌"),
    Claim("redrawn-beats-once", ">", 0.005,
          en="a new shuffle for every epoch reads better than one shuffle for all",
          zh="每个 epoch 重新洗牌，比只洗一次认得更准",
          quantity_en="test accuracy, redrawn minus once", quantity_zh="测试准确率之差，重洗减只洗一次"),
    Claim("full-batch-is-smooth", ">", 10.0,
          en="the loss of full batches falls smoothly, that of small ones rattles",
          zh="整批训练的损失平滑下降，小批的上下抖动",
          quantity_en="roughness of the loss that the update sees, small batch over all digits",
          quantity_zh="更新所见损失的粗糙度之比，小批比整批"),
)  # fmt: skip

ZH = {
    "loss of all digits": "全体数字的损失", "loss that the update sees": "更新所见的损失",
    "Order of the digits": "数字的次序",
    "order": "次序", "updates": "更新次数", "training loss": "训练损失", "test accuracy": "测试准确率",
    "roughness": "粗糙度",
    "redrawn": "每个 epoch 重洗", "once": "只洗一次", "sorted": "按数字排序", "all": "整批",
}  # fmt: skip

Order = Callable[[], Tensor]  # the order of the digits for the next epoch: (seeds, digits)


def roughness(losses: list[Tensor]) -> Tensor:
    """Mean size of the second differences of a curve: (seeds,)."""
    return torch.stack(losses).diff(n=2, dim=0).abs().mean(dim=0)


def batches(order: Order, size: int) -> Iterator[Tensor]:
    """Batches without end, epoch after epoch: (seeds, size) each, the last of an epoch smaller."""
    while True:
        yield from order().split(size, dim=1)


@torch.no_grad()
def full_loss(networks: Network, data: Digits, seeds: Seeds) -> Tensor:
    """Training loss of all digits: (seeds,)."""
    return cross_entropy(networks(seeds.shared(data.train_images)), seeds.shared(data.train_labels))


@torch.no_grad()
def accuracy_of(networks: Network, data: Digits, seeds: Seeds) -> Tensor:
    """Share of the test digits read right: (seeds,)."""
    right: Tensor = networks(seeds.shared(data.test_images)).argmax(dim=2) == data.test_labels
    return right.cpu().double().mean(dim=1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    images, labels, count = data.train_images, data.train_labels, len(data.train_labels)
    beginning = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    once = seeds.randperm(count)
    by_class = seeds.shared(labels.argsort(stable=True))
    whole = seeds.shared(torch.arange(count))
    orders: dict[str, Order] = {
        "redrawn": lambda: seeds.randperm(count), "once": lambda: once,
        "sorted": lambda: by_class, "all": lambda: whole,
    }  # fmt: skip
    updates = config.epochs * -(-count // config.batch)
    look = max(updates // 90, 1)

    rows, accuracy, rough, seen_rough = [], {}, {}, {}
    for place, (name, order) in enumerate(orders.items()):
        networks, full, seen = deepcopy(beginning), [], []
        optimizer = torch.optim.SGD(networks.parameters(), lr=config.rate)
        last = min(updates, config.smooth) if name == "all" else updates
        for update, chosen in enumerate(islice(batches(order, count if name == "all" else config.batch), last)):
            loss = cross_entropy(networks(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            seen.append(loss.detach())
            if update % look == 0:
                full.append(full_loss(networks, data, seeds))
                yield Metric(name, update, full[-1], chart="loss of all digits")
            if update < config.smooth and name in ("redrawn", "all"):
                yield Metric(name, update, seen[-1], chart="loss that the update sees")
            yield Progress(place * updates + update + 1, len(orders) * updates)
        accuracy[name] = accuracy_of(networks, data, seeds)
        rough[name] = roughness(full[-max(len(full) // config.epochs, 3) :])  # of the last epoch
        seen_rough[name] = roughness(seen[: config.smooth])
        rows.append([name, last, full_loss(networks, data, seeds), accuracy[name], rough[name]])
    yield Table("Order of the digits", ["order", "updates", "training loss", "test accuracy", "roughness"], rows)
    yield Measured("shuffled-reads-better", accuracy["redrawn"] - accuracy["sorted"])
    yield Measured("sorted-sways", rough["sorted"] / rough["redrawn"])
    yield Measured("redrawn-beats-once", accuracy["redrawn"] - accuracy["once"])
    yield Measured("full-batch-is-smooth", seen_rough["redrawn"] / seen_rough["all"])
