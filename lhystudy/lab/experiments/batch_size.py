"""Small batches are noisy and many, large ones smooth and few: what each is worth by updates and by epochs.

小批嘈杂而多，大批平稳而少：按更新次数算、按 epoch 算，各值多少。

The same network learns to read handwritten digits by plain descent, in batches of 1, 8, 64 and all digits at once.

lesson: batch-size
bfloat16: yes
quick: updates=20 epochs=1 repeats=3 alike=2.5
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    updates: int = param(400, 10, 5000, en="updates after which batches are compared", zh="比较各批次时的更新次数")
    epochs: int = param(4, 1, 50, en="epochs after which batches are compared", zh="比较各批次时的 epoch 数")
    rate: float = param(0.1, 0.001, 1.0, en="learning rate, the same for every batch", zh="学习率，各批次相同")
    alike: float = param(0.5, 0.01, 2.5, en="training loss at which tests are compared", zh="比较测试时的训练损失")
    repeats: int = param(50, 2, 1000, en="batches drawn to measure the noise", zh="测噪声时抽取的批数")


CLAIMS = (
    Claim("update-hardly-longer", "<", 3.0,
          en="an update on 64 digits takes hardly longer than on one",
          zh="用 64 个数字更新一次，比用一个几乎不多花时间",
          quantity_en="time of an update, batch of 64 over batch of 1", quantity_zh="一次更新的时间之比，64 个比 1 个",
          seeds=1),
    Claim("epoch-longer", ">", 5.0,
          en="small batches take longer for an epoch", zh="批次小，一个 epoch 花的时间反而长",
          quantity_en="time of an epoch, batch of 1 over batch of 64",
          quantity_zh="一个 epoch 的时间之比，1 个比 64 个",
          seeds=1),
    Claim("small-is-noisy", ">", 4.0,
          en="the gradient of one digit is far noisier than that of 64", zh="一个数字的梯度比 64 个的嘈杂得多",
          quantity_en="distance from the full gradient, batch of 1 over batch of 64",
          quantity_zh="与整批梯度的距离之比，1 个比 64 个"),
    Claim("noise-falls-as-root", "<", 0.15,
          en="64 times as large a batch has an eighth of the noise", zh="批次大到 64 倍，噪声降到八分之一",
          quantity_en="how far that ratio is from 8, as a share", quantity_zh="上面的比与 8 相差的比例"),
    Claim("ahead-by-epochs", ">", 2.0,
          en="after as many epochs the small batch has learned more", zh="同样多个 epoch 之后，小批学到的更多",
          quantity_en="training loss, all at once over batch of 8", quantity_zh="训练损失之比，整批比 8 个"),
    Claim("ahead-by-updates", ">", 1.0,
          en="noise helps: after as many updates, too, the small batch has learned more",
          zh="噪声有帮助：同样多次更新之后，也是小批学到的更多",
          quantity_en="training loss, all at once over batch of 8", quantity_zh="训练损失之比，整批比 8 个"),
    Claim("tests-better", ">", 0.005,
          en="at the same training loss the small batch reads new digits better",
          zh="训练损失相同时，小批认新数字认得更好",
          quantity_en="test accuracy, batch of 8 minus all at once", quantity_zh="测试准确率之差，8 个减整批"),
)  # fmt: skip

ZH = {
    "training loss after updates": "训练损失，按更新次数", "training loss after epochs": "训练损失，按 epoch 数",
    "Batches compared": "不同批次大小的比较", "batch": "批次大小", "update, ms": "每次更新，毫秒",
    "epoch, seconds": "每个 epoch，秒", "gradient noise": "梯度噪声", "loss, {} updates": "{} 次更新后的损失",
    "loss, {} epochs": "{} 个 epoch 后的损失", "test accuracy at loss {}": "损失为 {} 时的测试准确率", "all": "全部",
}  # fmt: skip


def seconds_an_update(network: nn.Module, data: Digits, size: int) -> float:
    """The median over an epoch, of at most 300 updates and at least 10, of one ordinary network."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    times = []
    for _ in range(min(300, max(10, ceil(len(data.train_labels) / size)))):
        chosen = torch.randint(len(data.train_labels), (size,), device=data.train_labels.device)
        start = perf_counter()
        loss = functional.cross_entropy(network(data.train_images[chosen]), data.train_labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()  # waits for the device
        times.append(perf_counter() - start)
    return median(times)


def noise(networks: Network, data: Digits, size: int, repeats: int, seeds: Seeds) -> Tensor:
    """Root mean square distance of a batch's gradient from that of all digits: (seeds,)."""

    def gradient(chosen: Tensor) -> Tensor:  # (seeds, size) -> (seeds, weights)
        loss = cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])
        parts = torch.autograd.grad(loss.sum(), list(networks.parameters()))
        return torch.cat([part.flatten(1) for part in parts], dim=1)

    count = len(data.train_labels)
    full = gradient(seeds.shared(torch.arange(count)))
    distances = [(gradient(seeds.randint(count, (size,))) - full).square().sum(dim=1) for _ in range(repeats)]
    return torch.stack(distances).mean(dim=0).sqrt()


@torch.no_grad()
def standing(networks: Network, data: Digits, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Training loss and test accuracy: (seeds,) each."""
    loss = cross_entropy(networks(seeds.shared(data.train_images)), seeds.shared(data.train_labels))
    right = networks(seeds.shared(data.test_images)).argmax(dim=2) == data.test_labels
    return loss, right.cpu().double().mean(dim=1)


def train(networks: Network, data: Digits, size: int, rate: float, seeds: Seeds) -> Iterator[int]:
    """Plain descent without end, each epoch in an order of its own; yields the updates made."""
    optimizer = torch.optim.SGD(networks.parameters(), lr=rate)
    made = 0
    while True:
        for chosen in seeds.randperm(len(data.train_labels)).split(size, dim=1):  # (seeds, size)
            loss = cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            made += 1
            yield made


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    count = len(data.train_labels)
    beginning = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    sizes = {"1": 1, "8": 8, "64": 64, "all": count}
    seconds, noises, by_updates, by_epochs, alike = {}, {}, {}, {}, {}

    for place, (name, size) in enumerate(sizes.items()):
        seconds[name] = seconds_an_update(beginning[0], data, size)
        noises[name] = noise(beginning, data, size, config.repeats, seeds) if size < count else torch.zeros(seeds.count)
        networks = deepcopy(beginning)
        epoch = ceil(count / size)  # updates
        last = max(config.updates, config.epochs * epoch)
        looks = {config.updates, config.epochs * epoch, *(ceil(last * k / 50) for k in range(1, 51))}
        alike[name] = torch.full((seeds.count,), torch.nan, dtype=torch.double, device=seeds.device)
        for made in train(networks, data, size, config.rate, seeds):
            if made in looks:
                loss, accuracy = standing(networks, data, seeds)
                alike[name] = torch.where(alike[name].isnan() & (loss <= config.alike), accuracy, alike[name])
                if made <= config.updates:
                    yield Metric(name, made, loss, chart="training loss after updates")
                if made <= config.epochs * epoch:
                    yield Metric(name, made / epoch, loss, chart="training loss after epochs")
                if made == config.updates:
                    by_updates[name] = loss
                if made == config.epochs * epoch:
                    by_epochs[name] = loss
                yield Progress(100 * place + 100 * made // last, 100 * len(sizes))
            if made == last:
                break

    heads = ["batch", "update, ms", "epoch, seconds", "gradient noise", f"loss, {config.updates} updates",
             f"loss, {config.epochs} epochs", f"test accuracy at loss {config.alike:g}"]  # fmt: skip
    yield Table("Batches compared", heads, [
        [name, 1000 * seconds[name], seconds[name] * ceil(count / size), noises[name], by_updates[name],
         by_epochs[name], alike[name]] for name, size in sizes.items()
    ])  # fmt: skip
    ratio = noises["1"] / noises["64"]
    yield Measured("update-hardly-longer", seconds["64"] / seconds["1"])
    yield Measured("epoch-longer", seconds["1"] * count / (seconds["64"] * ceil(count / 64)))
    yield Measured("small-is-noisy", ratio)
    yield Measured("noise-falls-as-root", (ratio / 8 - 1).abs())
    yield Measured("ahead-by-epochs", by_epochs["all"] / by_epochs["8"])
    yield Measured("ahead-by-updates", by_updates["all"] / by_updates["8"])
    yield Measured("tests-better", alike["8"] - alike["all"])
