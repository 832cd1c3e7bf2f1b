"""Features that a second network cannot tell apart: adversarial training against another light, and another place.

让第二个网络分不出的特征：对抗训练，对付换了的光线和换了的位置。

Real data: handwritten digits. The source has labels, the target is other digits without labels: lit from the right (a
ramp of brightness is added) or moved one pixel to the right. A judge learns to tell the domains by their features; its
gradient is reversed on the way back to the trunk, which so learns to mislead it.

lesson: transfer-shift
quick: steps=10
full: steps=3000 examples=700
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 3000, en="training steps", zh="训练步数")
    rate: float = param(0.003, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")
    momentum: float = param(0.5, 0.0, 0.99, en="beta1 of Adam", zh="Adam 的 beta1")
    examples: int = param(300, 50, 700, en="pictures of each domain", zh="每个领域的图片数")
    weight: float = param(1.0, 0.0, 10.0, en="final weight of the reversed gradient", zh="反转梯度最终的权重")


CLAIMS = (
    Claim("helps-in-another-light", ">", 0.05,
          en="reversed gradients raise the accuracy on pictures in another light",
          zh="反转梯度，换了光线的图片认得更准",
          quantity_en="target accuracy, with minus without", quantity_zh="目标准确率之差：有减无"),
    Claim("harder-to-tell", "<", -0.1,
          en="a new judge too finds it harder to tell light from source", zh="换一个新判官，光线不同也更难看出",
          quantity_en="its accuracy on new pictures, with minus without",
          quantity_zh="新判官在新图片上的准确率之差：有减无"),
    Claim("helps-in-another-place", ">", 0.05,
          en="they raise the accuracy on moved pictures", zh="反转梯度，移了位的图片认得更准",
          quantity_en="target accuracy, with minus without", quantity_zh="目标准确率之差：有减无"),
    Claim("lopsided-gains-less", ">", 0.05,
          en="with a target of 0 to 4 alone these digits gain less by it", zh="目标只有 0 到 4 时，这几个数字赚得少",
          quantity_en="accuracy on lit 0 to 4, whole target minus lopsided target",
          quantity_zh="换了光线的 0 到 4 上的准确率之差：完整目标减偏缺目标"),
)  # fmt: skip

ZH = {"accuracy on the target while training": "训练中目标上的准确率", "After training": "训练之后",
      "target": "目标", "training": "训练方式", "source accuracy": "源准确率", "target accuracy": "目标准确率",
      "on 0 to 4": "其中 0 到 4", "new judge": "新判官", "source only": "只用源", "adversary": "对抗",
      "lit": "换光线", "moved": "移位", "lit, 0 to 4 alone": "换光线，只有 0 到 4"}  # fmt: skip


def lit(x: Tensor) -> Tensor:
    """The pictures with brightness added, 0 in the first column to 1 in the last: (…, 64)."""
    return x + torch.linspace(0, 1, 8, device=x.device).repeat(8)


def moved(x: Tensor) -> Tensor:
    """The pictures one pixel to the right: (…, 64)."""
    return nn.functional.pad(x.view(*x.shape[:-1], 8, 8)[..., :7], (1, 0)).flatten(-2)


def reversed_gradient(z: Tensor, weight: float) -> Tensor:
    """z itself; the gradient that comes back through it is multiplied by -weight."""
    return (1 + weight) * z.detach() - weight * z


def judge(seeds: Seeds) -> Network:
    return seeds.network(lambda: nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2)))


def new_judge(seeds: Seeds, old: Tensor, new: Tensor) -> Tensor:
    """How well a judge that learns from one half of the features (seeds, n, 32) of two domains tells the other half."""
    half = old.shape[1] // 2
    kinds = torch.arange(2, device=old.device).repeat_interleave(half).expand(seeds.count, -1)
    net = judge(seeds)
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(100):
        loss = cross_entropy(net(torch.cat([old[:, :half], new[:, :half]], 1)), kinds)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    told: Tensor = net(torch.cat([old[:, half : 2 * half], new[:, half : 2 * half]], 1)).argmax(2) == kinds
    return told.float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, n = digits().to(seeds.device), config.examples
    order = seeds.randperm(len(data.train_images))
    x, y = data.train_images[order], data.train_labels[order]
    other, low = x[:, n : 2 * n], data.test_labels < 5
    rank = (y[:, n:] >= 5).int().sort(dim=1, stable=True).indices[:, :n]  # 0 to 4 first; labels serve for this alone
    only_low = x[:, n:].gather(1, rank[..., None].expand(-1, -1, 64))
    x, y, test = x[:, :n], y[:, :n], seeds.shared(data.test_images)
    kinds = (torch.arange(2 * n, device=seeds.device) >= n).long().expand(seeds.count, -1)

    plans = {
        ("lit", "source only"): (lit, other, 0.0),
        ("lit", "adversary"): (lit, other, config.weight),
        ("lit, 0 to 4 alone", "adversary"): (lit, only_low, config.weight),
        ("moved", "source only"): (moved, other, 0.0),
        ("moved", "adversary"): (moved, other, config.weight),
    }
    ends: dict[tuple[str, str], list[Tensor]] = {}
    for number, (plan, (change, unlabelled, weight)) in enumerate(plans.items()):
        trunk = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU()))
        head, judges = seeds.network(lambda: nn.Linear(32, 10)), judge(seeds)
        adam = torch.optim.Adam(
            [*trunk.parameters(), *head.parameters(), *judges.parameters()],
            lr=config.rate,
            betas=(config.momentum, 0.999),
        )
        target = change(unlabelled)
        for step in range(config.steps):
            growing = weight * (2 / (1 + math.exp(-10 * step / config.steps)) - 1)  # from 0 up to the weight
            both = trunk(torch.cat([x, target], 1))  # (seeds, 2n, 32)
            loss = cross_entropy(head(both[:, :n]), y)
            loss = loss + cross_entropy(judges(reversed_gradient(both, growing)), kinds)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % 20 == 0:
                with torch.no_grad():
                    now = (head(trunk(change(test))).argmax(2) == data.test_labels).float().mean(1)
                yield Metric(", ".join(plan), step, now, chart="accuracy on the target while training")
        with torch.no_grad():
            old, new = trunk(test), trunk(change(test))
            right = [(head(z).argmax(2) == data.test_labels).float() for z in (old, new)]
        ends[plan] = [right[0].mean(1), right[1].mean(1), right[1][:, low].mean(1)]
        ends[plan].append(new_judge(seeds, old[:, ::2], new[:, 1::2]))  # no picture stands on both sides
        yield Progress(number + 1, len(plans))
    columns = ["target", "training", "source accuracy", "target accuracy", "on 0 to 4", "new judge"]
    yield Table("After training", columns, [[*plan, *values] for plan, values in ends.items()])
    plain, adversary, lopsided, plain_moved, adversary_moved = ends.values()
    yield Measured("helps-in-another-light", adversary[1] - plain[1])
    yield Measured("harder-to-tell", adversary[3] - plain[3])
    yield Measured("helps-in-another-place", adversary_moved[1] - plain_moved[1])
    yield Measured("lopsided-gains-less", adversary[2] - lopsided[2])
