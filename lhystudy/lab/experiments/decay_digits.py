"""The same net from the same start: what constant and falling rates reach on handwritten digits.

同一个网络，同一个起点：认手写数字，学习率不变与渐降各走到哪里。

Plain descent in batches of four of scikit-learn's digits, so that the gradient is noisy; three first rates for each.

lesson: lr-schedules
quick: steps=60
"""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 20000, en="updates", zh="更新次数")
    rate: float = param(0.3, 0.001, 3.0, en="middle one of the first rates", zh="三个初始学习率的中间一个")
    batch: int = param(4, 1, 256, en="batch size", zh="批次大小")


CLAIMS = (
    Claim("cosine-settles", ">", 1.5,
          en="with the cosine training ends lower than at a constant rate", zh="用余弦，训练损失比学习率不变时低",
          quantity_en="final training loss, constant over cosine, best first rate of each seed",
          quantity_zh="最终训练损失之比，不变比余弦，各种子取最好的初始学习率"),
    Claim("exponential-settles", ">", 1.5,
          en="so it does with an exponential that falls to a hundredth", zh="用降到百分之一的指数，也更低",
          quantity_en="final training loss, constant over exponential, best first rate of each seed",
          quantity_zh="最终训练损失之比，不变比指数，各种子取最好的初始学习率"),
    Claim("tests-better", ">", 0.005,
          en="new digits are read better too", zh="新数字也认得更好",
          quantity_en="test accuracy, cosine minus constant, rates of the lowest training loss",
          quantity_zh="测试准确率之差，余弦减不变，各取训练损失最低的初始学习率"),
    Claim("too-early-is-worse", ">", 1.0,
          en="a rate that halves every twenty steps ends higher than a constant one",
          zh="每二十步减半，结果比不变还差",
          quantity_en="final training loss, halving over constant, best first rate of each seed",
          quantity_zh="最终训练损失之比，减半比不变，各种子取最好的初始学习率"),
)  # fmt: skip

ZH = {
    "training loss at the middle rate": "训练损失，中间的初始学习率", "Training loss at the end": "最终训练损失",
    "Test accuracy at the end": "最终测试准确率", "schedule": "曲线", "first rate {}": "初始学习率 {}",
    "constant": "不变", "exponential": "指数", "cosine": "余弦", "halving": "每二十步减半",
}  # fmt: skip

Schedule = Callable[[float], float]


def schedules(steps: int) -> dict[str, Schedule]:
    """The share of the first rate, by the share of the way that is done."""
    return {
        "constant": lambda done: 1.0,
        "exponential": lambda done: 0.01**done,
        "cosine": lambda done: 0.5 * (1 + math.cos(math.pi * done)),
        "halving": lambda done: 0.5 ** (done * steps / 20),
    }


@torch.no_grad()
def standing(networks: Network, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Loss and accuracy over all images: (networks,) each."""
    every = labels.expand(networks.count, -1)
    scores = networks(images.expand(networks.count, -1, -1))
    return cross_entropy(scores, every), (scores.argmax(2) == every).float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    plans, rates = schedules(config.steps), [config.rate * times for times in (1 / 3, 1, 3)]
    every = [(share, rate) for share in plans.values() for rate in rates]
    starts = seeds.each(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    networks = Network([copy.deepcopy(start) for start in starts for _ in every]).to(seeds.device)
    weights = list(networks.parameters())
    shape = (seeds.count, len(plans), len(rates))
    for step in range(config.steps):
        drawn = seeds.randint(len(data.train_labels), (config.batch,)).repeat_interleave(len(every), dim=0)
        batch_loss = cross_entropy(networks(data.train_images[drawn]), data.train_labels[drawn])
        gradients = torch.autograd.grad(batch_loss.sum(), weights)
        now = torch.tensor([rate * share(step / config.steps) for share, rate in every], device=seeds.device)
        with torch.no_grad():
            for w, gradient in zip(weights, gradients, strict=True):
                w.sub_(now.repeat(seeds.count).view(-1, *[1] * (w.dim() - 1)) * gradient)
        if step % (1 + config.steps // 40) == 0:
            middle = standing(networks, data.train_images, data.train_labels)[0].view(shape)[:, :, 1]
            for k, name in enumerate(plans):
                yield Metric(name, step, middle[:, k], chart="training loss at the middle rate")
        yield Progress(step + 1, config.steps)

    losses = standing(networks, data.train_images, data.train_labels)[0].view(shape)
    accuracies = standing(networks, data.test_images, data.test_labels)[1].view(shape)
    columns = ["schedule", *(f"first rate {rate:g}" for rate in rates)]
    for title, values in (("Training loss at the end", losses), ("Test accuracy at the end", accuracies)):
        yield Table(title, columns, [[name, *values[:, k].unbind(1)] for k, name in enumerate(plans)])
    lowest = losses.min(2)
    loss = dict(zip(plans, lowest.values.unbind(1), strict=True))
    accuracy = dict(zip(plans, accuracies.gather(2, lowest.indices[..., None])[..., 0].unbind(1), strict=True))
    yield Measured("cosine-settles", loss["constant"] / loss["cosine"])
    yield Measured("exponential-settles", loss["constant"] / loss["exponential"])
    yield Measured("tests-better", accuracy["cosine"] - accuracy["constant"])
    yield Measured("too-early-is-worse", loss["halving"] / loss["constant"])
