"""On real digits: how much of momentum's gain is only a larger step?

真实数字图片上：动量的好处里，有多少只是步子变大？

While the gradient hardly changes, the movement grows to rate / (1 - beta) times it: tenfold for beta = 0.9.

lesson: momentum
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 20, 5000, en="training steps, each on 32 digits", zh="训练步数，每步 32 张数字图片")
    rate: float = param(0.03, 0.001, 0.1, en="learning rate with momentum", zh="有动量时的学习率")
    beta: float = param(0.9, 0.0, 0.99, en="momentum", zh="动量系数")


CLAIMS = (
    Claim("same-rate-faster", ">", 1.5,
          en="at the same rate momentum learns faster", zh="学习率相同，有动量学得更快",
          quantity_en="training loss at the end, plain over momentum", quantity_zh="最后的训练损失之比，普通比动量"),
    Claim("large-rate-as-good", "<", 0.01,
          en="plain descent with the rate divided by 1 - beta reads new digits as well",
          zh="普通下降把学习率除以 1 - beta，新数字也认得一样好",
          quantity_en="test accuracy, momentum minus plain with the larger rate",
          quantity_zh="测试准确率之差，动量减步子大的普通下降"),
    Claim("still-ahead-in-training", ">", 1.1,
          en="its training loss stays higher all the same", zh="可它的训练损失仍然更高",
          quantity_en="training loss, plain with the larger rate over momentum",
          quantity_zh="训练损失之比，步子大的普通下降比动量"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "After {} steps": "{} 步之后", "method": "方法", "test accuracy": "测试准确率",
    "momentum": "动量", "plain, same rate": "普通，学习率相同", "plain, larger rate": "普通，学习率更大",
}  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    everything = seeds.shared(data.train_images), seeds.shared(data.train_labels)
    batches = [seeds.randint(len(data.train_labels), (32,)) for _ in range(config.steps)]  # (seeds, 32) each
    first = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    begin = {name: weight.detach().clone() for name, weight in first.named_parameters()}
    methods = {
        "momentum": (config.rate, config.beta),
        "plain, same rate": (config.rate, 0.0),
        "plain, larger rate": (config.rate / (1 - config.beta), 0.0),
    }
    losses, accuracy = {}, {}
    for number, (method, (rate, beta)) in enumerate(methods.items()):
        with torch.no_grad():
            for name, weight in first.named_parameters():
                weight.copy_(begin[name])  # every method starts from the same weights and sees the same digits
        optimizer = torch.optim.SGD(first.parameters(), lr=rate, momentum=beta)
        for step, picked in enumerate(batches):
            loss = cross_entropy(first(data.train_images[picked]), data.train_labels[picked])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 10 == 9:
                with torch.no_grad():
                    losses[method] = cross_entropy(first(everything[0]), everything[1])  # (seeds,)
                yield Metric(method.replace(",", ""), step + 1, losses[method], chart="training loss")
            yield Progress(number * config.steps + step, 3 * config.steps)
        with torch.no_grad():
            answers = first(seeds.shared(data.test_images)).argmax(2)
        accuracy[method] = (answers == data.test_labels).cpu().double().mean(1)
    yield Table(f"After {config.steps} steps", ["method", "training loss", "test accuracy"],
                [[method, losses[method], accuracy[method]] for method in methods])  # fmt: skip
    yield Measured("same-rate-faster", losses["plain, same rate"] / losses["momentum"])
    yield Measured("large-rate-as-good", accuracy["momentum"] - accuracy["plain, larger rate"])
    yield Measured("still-ahead-in-training", losses["plain, larger rate"] / losses["momentum"])
