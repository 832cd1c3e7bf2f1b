"""Settings that descent does not touch decide how far it gets; the number of updates is none of them.

下降碰不到的设置，决定它能走多远；更新次数却不算其中之一。

A small network reads scikit-learn's digits with three learning rates and three batch sizes, three beginnings each.

lesson: what-is-ml
quick: steps=20
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

RATES, BATCHES, STARTS = (0.01, 0.1, 1.0), (4, 32, 256), 3


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="updates, the same for all", zh="更新次数，各组相同")
    width: int = param(16, 2, 128, en="width of the hidden layer", zh="隐藏层宽度")


CLAIMS = (
    Claim("settings-outweigh-chance", ">", 3.0,
          en="learning rate and batch size change the result far more than chance does",
          zh="学习率与批次大小对结果的影响，远大于随机性",
          quantity_en="spread of the validation loss over the nine settings, over its spread over beginnings",
          quantity_zh="验证损失在九组设置间的散布，与不同起点间的散布之比"),
    Claim("rate-matters", ">", 3.0,
          en="with batches of 32 the worst rate of three leaves several times the loss of the best",
          zh="批次为 32 时，三个学习率里最差的，损失是最好的几倍",
          quantity_en="validation loss, worst rate over best", quantity_zh="验证损失之比，最差比最好"),
    Claim("updates-follow", "<=", 0.0,
          en="the number of updates is epochs times ceil(N/B)", zh="更新次数就是 epoch 数乘 N/B 向上取整",
          quantity_en="largest difference between updates counted and the formula, 27 settings",
          quantity_zh="数出来的更新次数与公式的最大差，27 组设置", seeds=1),
    Claim("updates-are-free", ">", 0.0,
          en="the number of updates is a third setting beside epochs and batch size",
          zh="更新次数是 epoch 数、批次大小之外的第三个设置",
          quantity_en="updates left to choose once N, B and the epochs are fixed",
          quantity_zh="N、B、epoch 数定下后，更新次数还剩多少可选", seeds=1),
)  # fmt: skip

ZH = {
    "Validation loss after {} updates": "{} 次更新后的验证损失", "learning rate": "学习率", "batch of 4": "批次 4",
    "batch of 32": "批次 32",
    "batch of 256": "批次 256", "training loss, batches of 32": "训练损失，批次 32",
    "Updates counted": "数出来的更新次数",
    "examples": "样本数", "batch": "批次大小", "epochs": "epoch 数",
    "updates, last batch kept": "更新次数，保留最后的小批",
    "updates, last batch dropped": "更新次数，丢掉最后的小批",
}  # fmt: skip


def networks(seeds: Seeds, width: int) -> list[Tensor]:
    """Weights of one network for each rate and start; the same starts for every rate: (seeds, RATES, STARTS, …)."""
    shapes = ((STARTS, 64, width), (STARTS, 1, width), (STARTS, width, 10), (STARTS, 1, 10))
    scales = (64**-0.5, 0.0, width**-0.5, 0.0)
    made = [scale * seeds.randn(*shape) for shape, scale in zip(shapes, scales, strict=True)]
    return [w[:, None].repeat(1, len(RATES), 1, 1, 1).requires_grad_() for w in made]


def losses(weights: list[Tensor], images: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each network: images (seeds, n, 64), labels (seeds, n) -> (seeds, RATES, STARTS)."""
    w1, b1, w2, b2 = weights
    hidden = torch.relu(torch.einsum("snd,srkdh->srknh", images, w1) + b1)
    scores = hidden @ w2 + b2  # (seeds, RATES, STARTS, n, 10)
    target = labels[:, None, None].expand(scores.shape[:-1])
    each = cross_entropy(scores.flatten(0, 3), target.flatten(), reduction="none")
    return each.view(scores.shape[:-1]).mean(3)


def count_updates(seeds: Seeds, examples: int, batch: int, epochs: int, drop_last: bool) -> int:
    """Updates of an ordinary loop, counted one by one."""
    made = 0
    for _ in range(epochs):
        for part in seeds.randperm(examples)[0].split(batch):
            made += not (drop_last and len(part) < batch)
    return made


def counted(seeds: Seeds) -> Iterator[Event]:
    rows, off, free = [], 0, 0
    for examples in (100, 1437, 1500):
        for batch in (8, 25, 64):
            for epochs in (1, 3, 10):
                kept = {count_updates(seeds, examples, batch, epochs, False) for _ in range(3)}
                dropped = count_updates(seeds, examples, batch, epochs, True)
                off = max(off, *(abs(n - epochs * ceil(examples / batch)) for n in kept))
                off = max(off, abs(dropped - epochs * (examples // batch)))
                free = max(free, len(kept) - 1)
                if epochs == 3:
                    rows.append([examples, batch, epochs, max(kept), dropped])
    yield Table(
        "Updates counted",
        ["examples", "batch", "epochs", "updates, last batch kept", "updates, last batch dropped"],
        rows,
    )
    yield Measured("updates-follow", off)
    yield Measured("updates-are-free", free)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    rates = torch.tensor(RATES, device=seeds.device)[:, None, None, None]
    ends = []
    for batch in BATCHES:
        weights = networks(seeds, config.width)
        for step in range(config.steps):
            drawn = seeds.randint(len(data.train_labels), (batch,))
            loss = losses(weights, data.train_images[drawn], data.train_labels[drawn])
            gradients = torch.autograd.grad(loss.sum(), weights)
            with torch.no_grad():
                for w, gradient in zip(weights, gradients, strict=True):
                    w -= rates * gradient
            if batch == 32 and step % (1 + config.steps // 100) == 0:
                for k, rate in enumerate(RATES):
                    yield Metric(
                        f"rate {rate:g}", step, loss[:, k].mean(1).detach(), chart="training loss, batches of 32"
                    )
        with torch.no_grad():
            ends.append(losses(weights, seeds.shared(data.test_images), seeds.shared(data.test_labels)))
        yield Progress(len(ends), len(BATCHES))

    end = torch.stack(ends, dim=2)  # (seeds, RATES, BATCHES, STARTS)
    mean = end.mean(3)
    columns = ["learning rate", *(f"batch of {batch}" for batch in BATCHES)]
    rows = [[f"{rate:g}", *mean[:, k].unbind(1)] for k, rate in enumerate(RATES)]
    yield Table(f"Validation loss after {config.steps} updates", columns, rows)
    over_settings, over_starts = mean.flatten(1).std(1), end.var(3).mean((1, 2)).sqrt()
    yield Measured("settings-outweigh-chance", over_settings / over_starts)
    yield Measured("rate-matters", mean[:, :, 1].amax(1) / mean[:, :, 1].amin(1))
    yield from counted(seeds)
