"""Batch size and learning rate go together: the best rate grows with the batch, and a growing batch is a falling rate.

批次大小与学习率要一起调：批次越大，合适的学习率越大；批次变大，等于学习率变小。

The same network learns real digits under many plans of batch and rate, each for the same number of epochs.

lesson: batch-size
quick: epochs=1
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    epochs: int = param(2, 1, 30, en="epochs of every plan", zh="每种方案的 epoch 数")
    batch: int = param(
        4,
        1,
        16,
        en="smallest batch; the others are 8 and 64 times as large",
        zh="最小的批次，另两种是它的 8 倍和 64 倍",
    )
    rate: float = param(
        0.02,
        0.001,
        0.05,
        en="smallest rate; the others are 8 and 64 times as large",
        zh="最小的学习率，另两种是它的 8 倍和 64 倍",
    )


CLAIMS = (
    Claim("best-on-the-diagonal", ">=", 0.9,
          en="the larger the batch, the larger its best rate", zh="批次越大，合适的学习率越大",
          quantity_en="share of seeds: the best rate of the largest batch is above that of the smallest",
          quantity_zh="种子比例：最大批的最佳学习率高于最小批的"),
    Claim("large-is-behind", ">", 1.5,
          en="at equal epochs and rate the large batch has learned less", zh="epoch 数与学习率都相同，大批学到的少",
          quantity_en="training loss, batch 8 times as large over small", quantity_zh="训练损失之比，8 倍的批比小批"),
    Claim("scaled-rate-closes", "<", 1.25,
          en="with the rate scaled along it keeps up", zh="学习率按同样的倍数放大，大批就跟上了",
          quantity_en="training loss, batch and rate 8 times as large over small",
          quantity_zh="训练损失之比，批次与学习率都 8 倍比小批"),
    Claim("scaled-tests-as-well", "<", 0.02,
          en="and reads new digits as well", zh="认新数字也一样好",
          quantity_en="test accuracy, small minus large with the scaled rate",
          quantity_zh="测试准确率之差，小批减学习率放大的大批"),
    Claim("growing-is-halving", "<", 0.1,
          en="doubling the batch does what halving the rate does", zh="批次加倍与学习率减半效果相同",
          quantity_en="how far the final training losses are apart, as a share", quantity_zh="最终训练损失相差的比例"),
)  # fmt: skip

ZH = {
    "training loss by epochs": "训练损失，按 epoch", "Plans": "方案", "plan": "方案", "updates": "更新次数",
    "training loss": "训练损失", "test accuracy": "测试准确率",
    "log10 training loss of the grid": "网格上训练损失的 log10",
    "rate": "学习率", "batch": "批次大小", "halve the rate": "学习率减半", "double the batch": "批次加倍",
    "batch {}, rate {}": "批次 {}，学习率 {}",
}  # fmt: skip

Plan = list[tuple[int, float]]  # batch and rate of each epoch


def follow(plan: Plan, begin: Network, data: Digits, seeds: Seeds) -> tuple[list[Tensor], Tensor, int]:
    """Training loss after each epoch, test accuracy at the end, each (seeds,), and the number of updates."""
    networks, losses, updates = deepcopy(begin), [], 0
    optimizer = torch.optim.SGD(networks.parameters(), lr=plan[0][1])
    for size, rate in plan:
        optimizer.param_groups[0]["lr"] = rate
        for chosen in seeds.randperm(len(data.train_labels)).split(size, dim=1):
            loss = cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            updates += 1
        with torch.no_grad():
            losses.append(cross_entropy(networks(seeds.shared(data.train_images)), seeds.shared(data.train_labels)))
    with torch.no_grad():
        right = networks(seeds.shared(data.test_images)).argmax(dim=2) == data.test_labels
    return losses, right.cpu().double().mean(dim=1), updates


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    beginning = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    batches = [config.batch * k for k in (1, 8, 64)]
    rates = [config.rate * k for k in (1, 8, 64)]
    plans: dict[str, Plan] = {
        f"batch {batch}, rate {rate:g}": [(batch, rate)] * config.epochs for batch in batches for rate in rates
    }
    phases = [k for k in (1, 2, 4) for _ in range(config.epochs)]  # three phases of equal length
    plans["halve the rate"] = [(4 * config.batch, 8 * config.rate / k) for k in phases]
    plans["double the batch"] = [(4 * config.batch * k, 8 * config.rate) for k in phases]

    final, accuracy, rows = {}, {}, []
    for done, (name, plan) in enumerate(plans.items()):
        losses, accuracy[name], updates = follow(plan, beginning, data, seeds)
        final[name] = losses[-1].nan_to_num(nan=1e6)  # a loss that blew up is larger than any other
        rows.append([name, updates, final[name], accuracy[name]])
        if name in ("halve the rate", "double the batch"):
            for epoch, loss in enumerate(losses):
                yield Metric("halve" if "halve" in name else "double", epoch + 1, loss, chart="training loss by epochs")
        yield Progress(done + 1, len(plans))
    yield Table("Plans", ["plan", "updates", "training loss", "test accuracy"], rows)

    grid = torch.stack([final[name] for name in list(plans)[:9]]).view(3, 3, -1)  # (batches, rates, seeds)
    yield Figure("log10 training loss of the grid", "heat",
                 {"values": grid[:, :, 0].log10().tolist(), "x": [f"{rate:g}" for rate in rates],
                  "y": [str(batch) for batch in batches]}, "rate", "batch")  # fmt: skip
    best = grid.argmin(dim=1)  # the place of the best rate: (batches, seeds)
    yield Measured("best-on-the-diagonal", (best[2] > best[0]).double())
    small, scaled = f"batch {batches[0]}, rate {rates[0]:g}", f"batch {batches[1]}, rate {rates[1]:g}"
    yield Measured("large-is-behind", final[f"batch {batches[1]}, rate {rates[0]:g}"] / final[small])
    yield Measured("scaled-rate-closes", final[scaled] / final[small])
    yield Measured("scaled-tests-as-well", accuracy[small] - accuracy[scaled])
    yield Measured("growing-is-halving", (final["double the batch"] / final["halve the rate"] - 1).abs())
