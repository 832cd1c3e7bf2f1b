"""Softmax, ReLU or nothing between the scores and the weights, on a task of looking things up.

分数与权重之间放 Softmax、ReLU 还是什么都不放：一个查找任务。

A sequence holds random keys, each with one of eight labels; the query is one of the keys, slightly disturbed, and asks
for its label. Synthetic. The three networks start equal and see the same sequences.

lesson: self-attention
quick: steps=60
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

LABELS = 8
WEIGHTS: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda scores: scores.softmax(dim=-1), "relu": torch.relu, "none": lambda scores: scores}  # fmt: skip


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 3000, en="training steps", zh="训练步数")
    pairs: int = param(16, 2, 64, en="keys in a training sequence", zh="训练序列里的键数")
    width: int = param(16, 4, 64, en="numbers in a key", zh="键的长度")
    more: int = param(8, 2, 16, en="how many times as many keys in the long test", zh="加长测试里键数是几倍")


CLAIMS = (
    Claim("softmax-looks-up", ">", 0.95,
          en="with softmax the label is found", zh="用 Softmax 能查到标签",
          quantity_en="accuracy on new sequences", quantity_zh="新序列上的准确率"),
    Claim("relu-may-replace", "<", 0.05,
          en="with ReLU it is found nearly as often", zh="换成 ReLU，几乎同样准",
          quantity_en="accuracy with softmax minus that with ReLU", quantity_zh="Softmax 的准确率减去 ReLU 的"),
    Claim("nothing-falls-behind", ">", 0.05,
          en="with bare scores it is found less often", zh="直接用分数，就查得差些",
          quantity_en="accuracy with softmax minus that with bare scores",
          quantity_zh="Softmax 的准确率减去直接用分数的"),
    Claim("relu-in-long-sequences", "<", 0.05,
          en="also in sequences much longer than trained on, ReLU stays close to softmax",
          zh="序列比训练时长很多时，ReLU 也与 Softmax 差不多",
          quantity_en="accuracy with softmax minus that with ReLU, long test",
          quantity_zh="加长测试中 Softmax 的准确率减去 ReLU 的"),
    Claim("relu-does-not-sum-to-one", ">", 0.1,
          en="the ReLU weights of a query do not sum to 1", zh="ReLU 给出的权重，一行之和不是 1",
          quantity_en="mean distance of a row sum from 1", quantity_zh="行和离 1 的平均距离"),
)  # fmt: skip

ZH = {"loss": "损失", "Looking up": "查找", "weights": "权重", "trained length": "训练时的长度", "long": "加长",
      "row sum, mean": "行和，平均", "row sum, spread": "行和，标准差"}  # fmt: skip


class Lookup(nn.Module):
    """Scores by learned maps of query and key; the logits are read from the weighted sum of the labels."""

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.answer = nn.Linear(LABELS, LABELS)

    def forward(self, query: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, d), (batch, n, d), (batch, n, labels) -> logits (batch, labels), weights (batch, n)."""
        scores = (self.key(keys) @ self.query(query)[:, :, None])[:, :, 0] / query.shape[1] ** 0.5
        weights = WEIGHTS[self.kind](scores)
        return self.answer((weights[:, None] @ values)[:, 0]), weights


def sequences(config: Config, pairs: int, count: int, seeds: Seeds) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Query (seeds, count, d), keys (…, n, d), one-hot labels (…, n, 8), and the answers (seeds, count)."""
    keys = seeds.randn(count, pairs, config.width)
    labels = seeds.randint(LABELS, (count, pairs))
    asked = seeds.randint(pairs, (count, 1))
    query = keys.gather(2, asked[..., None].expand(-1, -1, 1, config.width))[:, :, 0]
    values = one_hot(labels, LABELS).to(keys.dtype)
    return query + 0.1 * seeds.randn(count, config.width), keys, values, labels.gather(2, asked)[..., 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    first = seeds.network(lambda: Lookup(config.width, "softmax"))
    networks = {}
    for kind in WEIGHTS:
        networks[kind] = copy.deepcopy(first)
        networks[kind].one.kind = kind
    adams = {kind: torch.optim.Adam(network.parameters(), lr=0.01) for kind, network in networks.items()}
    for step in range(config.steps):
        *given, answer = sequences(config, config.pairs, 64, seeds)
        for kind, network in networks.items():
            loss = cross_entropy(network(*given)[0], answer)
            adams[kind].zero_grad()
            loss.sum().backward()
            adams[kind].step()
            if step % 5 == 0:
                yield Metric(kind, step, loss.detach(), chart="loss")
        yield Progress(step + 1, config.steps)

    accuracy: dict[tuple[str, int], Tensor] = {}
    sums: dict[str, Tensor] = {}
    with torch.no_grad():
        for pairs in (config.pairs, config.more * config.pairs):
            *given, answer = sequences(config, pairs, 500, seeds)
            for kind, network in networks.items():
                logits, weights = network(*given)
                accuracy[kind, pairs] = (logits.argmax(2) == answer).cpu().double().mean(1)
                sums.setdefault(kind, weights.sum(2).cpu().double())
    near, far = config.pairs, config.more * config.pairs
    yield Table("Looking up", ["weights", "trained length", "long", "row sum, mean", "row sum, spread"],
                [[kind, accuracy[kind, near], accuracy[kind, far], sums[kind].mean(1), sums[kind].std(1)]
                 for kind in networks])  # fmt: skip
    yield Measured("softmax-looks-up", accuracy["softmax", near])
    yield Measured("relu-may-replace", accuracy["softmax", near] - accuracy["relu", near])
    yield Measured("nothing-falls-behind", accuracy["softmax", near] - accuracy["none", near])
    yield Measured("relu-in-long-sequences", accuracy["softmax", far] - accuracy["relu", far])
    yield Measured("relu-does-not-sum-to-one", (sums["relu"] - 1).abs().mean(1))
