"""Elastic weights, equal springs or a few stored pictures: keeping the first task while learning a second.

弹性权重、一样硬的弹簧、几张存下的图片：学第二个任务，怎么留住第一个。

Real data: handwritten digits, then the same digits with their pixels in another, fixed order. EWC holds every weight
near its old place by a spring as stiff as its Fisher information; equal springs have the mean stiffness everywhere.
Replay keeps a few pictures of the first task and goes on learning them.

lesson: lifelong
quick: steps=10 fisher=20
full: steps=1000 fisher=1000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 2000, en="training steps of each task", zh="每个任务的训练步数")
    fisher: int = param(200, 10, 1000, en="pictures for the Fisher information", zh="用来算 Fisher 信息的图片数")
    stored: int = param(20, 1, 500, en="pictures kept for replay", zh="为回放存下的图片数")


CLAIMS = (
    Claim("ewc-keeps", ">", 0.1,
          en="EWC at lambda = 100 forgets less than plain training", zh="EWC 取 lambda = 100，比不管忘得少",
          quantity_en="accuracy on the first task, EWC minus plain", quantity_zh="第一个任务的准确率之差：EWC 减不管"),
    Claim("stiff-blocks", "<", -0.05,
          en="very stiff springs block the second task", zh="弹簧太硬，第二个任务就学不进去",
          quantity_en="accuracy on the second task, EWC at lambda = 1000 minus plain",
          quantity_zh="第二个任务的准确率之差：lambda = 1000 的 EWC 减不管"),
    Claim("fisher-beats-equal", ">", 0.01,
          en="Fisher's stiffness beats equal springs, each at its best lambda",
          zh="Fisher 定的软硬，胜过一样硬，各取最好的 lambda",
          quantity_en="mean accuracy of both tasks, EWC minus equal springs",
          quantity_zh="两个任务的平均准确率之差：EWC 减一样硬"),
    Claim("replay-keeps", ">", 0.1,
          en="20 stored pictures, without any posterior, forget less than plain training",
          zh="存 20 张图片，用不着后验，也比不管忘得少",
          quantity_en="accuracy on the first task, replay minus plain",
          quantity_zh="第一个任务的准确率之差：回放减不管"),
    Claim("replay-beats-ewc", ">", 0.01,
          en="they beat EWC at its best lambda",
          zh="它们胜过最好的 lambda 下的 EWC",
          quantity_en="mean accuracy of both tasks, replay minus EWC",
          quantity_zh="两个任务的平均准确率之差：回放减 EWC"),
)  # fmt: skip

ZH = {"Accuracy after the second task": "学完第二个任务的准确率", "method": "办法", "lambda": "lambda",
      "first": "第一个",
      "second": "第二个", "mean": "平均", "plain": "不管", "EWC": "EWC", "equal springs": "一样硬", "replay": "回放",
      "First task against second, by lambda": "第一个对第二个，随 lambda"}  # fmt: skip

Weights = list[Tensor]


def batch(seeds: Seeds, x: Tensor, y: Tensor, count: int) -> tuple[Tensor, Tensor]:
    chosen = seeds.randint(x.shape[1], (count,))
    return x.gather(1, chosen[..., None].expand(-1, -1, 64)), y.gather(1, chosen)


def fisher(seeds: Seeds, net: Network, x: Tensor, count: int) -> Weights:
    """The mean squared slope of log p(label) in each weight, with labels drawn from the network's own output."""
    weights = list(net.parameters())
    total = [torch.zeros_like(w) for w in weights]
    for n in range(count):
        logits = net(x[:, n : n + 1])  # (seeds, 1, 10)
        chance = logits.detach().softmax(2).cumsum(2)
        label = (chance < seeds.rand(1, 1)).sum(2).clamp(max=9)
        slopes = torch.autograd.grad(cross_entropy(logits, label).sum(), weights)
        total = [t + slope**2 / count for t, slope in zip(total, slopes, strict=True)]
    return total


def equal(stiffness: Weights) -> Weights:
    """The mean stiffness of each seed for every weight."""
    size = sum(f[0].numel() for f in stiffness)
    mean = sum((f.flatten(1).sum(1) for f in stiffness), torch.zeros(())) / size
    return [mean.view(-1, *[1] * (f.dim() - 1)).expand_as(f) for f in stiffness]


@torch.no_grad()
def accuracy(net: Network, x: Tensor, y: Tensor) -> Tensor:
    right: Tensor = net(x).argmax(2) == y
    return right.float().mean(1)


def learn(seeds: Seeds, net: Network, x: Tensor, y: Tensor, steps: int, springs: Weights | None = None,
          strength: float = 0.0, stored: tuple[Tensor, Tensor] | None = None) -> None:  # fmt: skip
    """Adam on batches of 64, with springs to the weights at the start or with stored examples."""
    weights, old = list(net.parameters()), [w.detach().clone() for w in net.parameters()]
    adam = torch.optim.Adam(weights, lr=0.005)
    for _ in range(steps):
        some_x, some_y = batch(seeds, x, y, 64)
        loss = cross_entropy(net(some_x), some_y)
        if springs is not None:
            pulls = [f * (w - o) ** 2 for f, w, o in zip(springs, weights, old, strict=True)]
            loss = loss + strength / 2 * torch.stack([pull.flatten(1).sum(1) for pull in pulls]).sum(0)
        if stored is not None:
            loss = loss + cross_entropy(net(stored[0]), stored[1])
        adam.zero_grad()
        loss.sum().backward()
        adam.step()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, order = digits().to(seeds.device), seeds.randperm(64)[:, None]
    x, y = seeds.shared(data.train_images), seeds.shared(data.train_labels)
    test, new_y = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    x_2, test_2 = x.gather(2, order.expand_as(x)), test.gather(2, order.expand_as(test))
    net = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    learn(seeds, net, x, y, config.steps)
    begin = {name: value.clone() for name, value in net.state_dict().items()}
    shown, _ = batch(seeds, x, y, config.fisher)
    stiffness = fisher(seeds, net, shown, config.fisher)
    kinds = {"EWC": stiffness, "equal springs": equal(stiffness)}
    stored = batch(seeds, x, y, config.stored)

    plans = [("plain", 0.0), *((kind, s) for kind in kinds for s in STRENGTHS), ("replay", 0.0)]
    got: dict[tuple[str, float], list[Tensor]] = {}
    for number, (kind, strength) in enumerate(plans):
        net.load_state_dict(begin)
        learn(seeds, net, x_2, y, config.steps, kinds.get(kind), strength, stored if kind == "replay" else None)
        first, second = accuracy(net, test, new_y), accuracy(net, test_2, new_y)
        got[kind, strength] = [first, second, (first + second) / 2]
        yield Progress(number + 1, len(plans))
    rows = [[kind, f"{strength:g}" if strength else "-", *values] for (kind, strength), values in got.items()]
    yield Table("Accuracy after the second task", ["method", "lambda", "first", "second", "mean"], rows)
    series = {kind: [[got[kind, s][1][0].item(), got[kind, s][0][0].item()] for s in STRENGTHS] for kind in kinds}
    yield Figure("First task against second, by lambda", "lines", {"series": series}, "second", "first")
    best = {kind: torch.stack([got[kind, s][2] for s in STRENGTHS]).amax(0) for kind in kinds}
    yield Measured("ewc-keeps", got["EWC", 100.0][0] - got["plain", 0.0][0])
    yield Measured("stiff-blocks", got["EWC", 1000.0][1] - got["plain", 0.0][1])
    yield Measured("fisher-beats-equal", best["EWC"] - best["equal springs"])
    yield Measured("replay-keeps", got["replay", 0.0][0] - got["plain", 0.0][0])
    yield Measured("replay-beats-ewc", got["replay", 0.0][2] - best["EWC"])
