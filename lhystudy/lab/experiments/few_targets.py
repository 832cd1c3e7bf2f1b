"""Features learned on one task, used for another that has few labels: when they help.

在一个任务上学到的特征，拿去给标签很少的另一个任务用：什么时候管用。

Real data: handwritten digits. One target is to name the digits 5 to 9, after a source that named 0 to 4. The other is
to say odd or even, after a source that named all ten, on other pictures. Only the hidden layer is carried over, under a
new head. As a control a hidden layer comes from the source pictures with random labels.

lesson: transfer-shift
quick: steps=10
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SIZES = (10, 20, 50, 200, 700)
FEW, MANY = 20, 700  # labels of the claims


@dataclass(frozen=True)
class Config:
    steps: int = param(100, 10, 2000, en="training steps", zh="训练步数")
    hidden: int = param(32, 4, 128, en="units of the hidden layer", zh="隐藏层的单元数")


CLAIMS = (
    Claim("other-digits-tuned", ">", 0.02,
          en="0 to 4, then 5 to 9 with 20 labels: fine-tuning beats training from scratch",
          zh="先学 0 到 4，再用 20 个标签学 5 到 9：微调胜过从零训练",
          quantity_en="test accuracy, fine-tuned minus scratch", quantity_zh="测试准确率之差：微调减从零"),
    Claim("other-digits-frozen", ">", 0.02,
          en="the same with frozen features under a new head", zh="同上，冻结特征，只学新的头",
          quantity_en="test accuracy, frozen minus scratch", quantity_zh="测试准确率之差：冻结减从零"),
    Claim("odd-even-frozen", ">", 0.02,
          en="names first, then odd or even with 20 labels: frozen features beat training from scratch",
          zh="先学名字，再用 20 个标签学奇偶：冻结特征胜过从零训练",
          quantity_en="test accuracy, frozen minus scratch", quantity_zh="测试准确率之差：冻结减从零"),
    Claim("gone-with-plenty", "<", 0.01,
          en="with 700 labels of odd or even there is nothing left to gain by fine-tuning",
          zh="奇偶标签有 700 个时，微调就没什么可赚的了",
          quantity_en="test accuracy, fine-tuned minus scratch", quantity_zh="测试准确率之差：微调减从零"),
    Claim("lots-no-help", "<", 0.0,
          en="features learned on random labels are worse for odd or even than none",
          zh="学奇偶时，在乱贴的标签上学来的特征不如没有",
          quantity_en="test accuracy with 20 labels, frozen from random labels minus scratch",
          quantity_zh="20 个标签时的测试准确率之差：乱标签的冻结特征减从零"),
)  # fmt: skip

ZH = {"accuracy by number of labels: 5 to 9": "准确率（横轴：标签数）：5 到 9",
      "accuracy by number of labels: odd or even": "准确率（横轴：标签数）：奇偶",
      "Test accuracy: 5 to 9": "测试准确率：5 到 9", "Test accuracy: odd or even": "测试准确率：奇偶",
      "labels": "标签数",
      "scratch": "从零", "frozen": "冻结", "tuned": "微调", "random labels, frozen": "乱标签，冻结"}  # fmt: skip

Examples = tuple[Tensor, Tensor]  # pictures (seeds, n, 64) and labels (seeds, n)


class Net(nn.Module):
    def __init__(self, hidden: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.head = nn.Linear(64, hidden), nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:  # (batch, 64) -> (batch, classes)
        out: Tensor = self.head(self.trunk(x).relu())
        return out


def learn(net: Network, examples: Examples, steps: int, frozen: bool = False) -> Network:
    adam = torch.optim.Adam(net.one.head.parameters() if frozen else net.parameters(), lr=0.01)
    for _ in range(steps):
        loss = cross_entropy(net(examples[0]), examples[1])
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    return net


def fresh(seeds: Seeds, config: Config, labels: Tensor) -> Network:
    return seeds.network(lambda: Net(config.hidden, int(labels.max()) + 1))


def transfer(
    seeds: Seeds, config: Config, known: Network, lots: Network, few: Examples, test: Examples
) -> dict[str, Tensor]:
    """Test accuracies (seeds,) on the target's task by what the hidden layer begins with."""

    def under_new_head(old: Network) -> Network:
        net = fresh(seeds, config, test[1])
        net.one.trunk.load_state_dict(old.one.trunk.state_dict())
        return net

    nets = {
        "scratch": learn(fresh(seeds, config, test[1]), few, config.steps),
        "frozen": learn(under_new_head(known), few, config.steps, frozen=True),
        "tuned": learn(under_new_head(known), few, config.steps),
        "random labels, frozen": learn(under_new_head(lots), few, config.steps, frozen=True),
    }
    with torch.no_grad():
        return {name: (net(test[0]).argmax(2) == test[1]).float().mean(1) for name, net in nets.items()}


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    order = seeds.randperm(len(data.train_images))
    x, y = data.train_images[order], data.train_labels[order]  # (seeds, 1437, ...)
    rank = (y >= 5).int().sort(dim=1, stable=True).indices  # 0 to 4 first, then 5 to 9
    sorted_x, sorted_y = x.gather(1, rank[..., None].expand_as(x)), y.gather(1, rank)
    low, late = int((data.train_labels < 5).sum()), data.test_labels >= 5
    test_x, test_y = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    tasks: dict[str, tuple[Examples, Examples, Examples]] = {  # source, target, test
        "5 to 9": ((sorted_x[:, :low], sorted_y[:, :low]), (sorted_x[:, low:], sorted_y[:, low:] - 5),
                   (test_x[:, late], test_y[:, late] - 5)),
        "odd or even": ((x[:, :719], y[:, :719]), (x[:, 719:], y[:, 719:] % 2), (test_x, test_y % 2)),
    }  # fmt: skip
    right: dict[str, dict[int, dict[str, Tensor]]] = {}
    for task, (source, target, test) in tasks.items():
        right[task], (x, y) = {}, source
        by_lot = seeds.randint(int(y.max()) + 1, (y.shape[1],))
        known, lots = (learn(fresh(seeds, config, y), (x, labels), config.steps) for labels in (y, by_lot))
        for size in SIZES:
            got = transfer(seeds, config, known, lots, (target[0][:, :size], target[1][:, :size]), test)
            right[task][size] = got
            for name, value in got.items():
                yield Metric(name, size, value, chart=f"accuracy by number of labels: {task}")
            yield Progress(len(SIZES) * len(right) - len(SIZES) + len(right[task]), 2 * len(SIZES))
        rows = [[size, *got.values()] for size, got in right[task].items()]
        yield Table(f"Test accuracy: {task}", ["labels", *got], rows)
    other, parity = right["5 to 9"], right["odd or even"]
    yield Measured("other-digits-tuned", other[FEW]["tuned"] - other[FEW]["scratch"])
    yield Measured("other-digits-frozen", other[FEW]["frozen"] - other[FEW]["scratch"])
    yield Measured("odd-even-frozen", parity[FEW]["frozen"] - parity[FEW]["scratch"])
    yield Measured("gone-with-plenty", parity[MANY]["tuned"] - parity[MANY]["scratch"])
    yield Measured("lots-no-help", parity[FEW]["random labels, frozen"] - parity[FEW]["scratch"])
