"""Three tasks in all six orders: does it matter which comes first?

三个任务，六种顺序：先学哪个有关系吗？

Real data: handwritten digits as they are, moved one pixel to the right, and with their pixels in another, fixed order.
One network learns the three in turn, each task's pictures gone when the next begins; or it keeps a few of each.

lesson: lifelong
quick: steps=10
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

NAMES = ("upright", "moved", "shuffled")


@dataclass(frozen=True)
class Config:
    steps: int = param(100, 10, 2000, en="training steps of each task", zh="每个任务的训练步数")
    stored: int = param(20, 1, 300, en="pictures of each task kept for replay", zh="回放时每个任务存下的图片数")


CLAIMS = (
    Claim("order-matters", ">", 0.05,
          en="the best order ends well above the worst", zh="最好的顺序，结果远好于最差的",
          quantity_en="mean accuracy of the three tasks, best order minus worst, orders picked on the other seeds",
          quantity_zh="三个任务的平均准确率之差：最好的顺序减最差的，顺序由别的种子选出"),
    Claim("odd-one-first", ">", 0.0,
          en="it is better to begin with the task that is unlike the others than to end with it",
          zh="与众不同的任务，放最前面比放最后面好",
          quantity_en="mean accuracy, shuffled first minus shuffled last",
          quantity_zh="平均准确率之差：打乱的最先减打乱的最后"),
    Claim("last-is-best", ">", 0.1,
          en="the task learned last is known best", zh="最后学的记得最牢",
          quantity_en="accuracy on the last task minus on the first, mean of all orders",
          quantity_zh="准确率之差：最后一个减第一个，六种顺序平均"),
    Claim("replay-levels", "<", 0.5,
          en="with replay the order matters less than half as much", zh="有回放时，顺序的影响不到一半",
          quantity_en="spread of the six mean accuracies, with replay over without",
          quantity_zh="六个平均准确率的极差之比：有回放比没有"),
)  # fmt: skip

ZH = {"After all three tasks": "学完三个任务之后", "order": "顺序", "first": "第一个", "second": "第二个",
      "last": "最后一个",
      "mean": "平均", "with replay": "有回放"}  # fmt: skip


def batch(seeds: Seeds, x: Tensor, y: Tensor, count: int) -> tuple[Tensor, Tensor]:
    chosen = seeds.randint(x.shape[1], (count,))
    return x.gather(1, chosen[..., None].expand(-1, -1, 64)), y.gather(1, chosen)


def views(x: Tensor, order: Tensor) -> dict[str, Tensor]:
    """The three tasks' pictures, each (seeds, n, 64)."""
    moved = nn.functional.pad(x.unflatten(2, (8, 8))[..., :7], (1, 0)).flatten(2)
    return {"upright": x, "moved": moved, "shuffled": x.gather(2, order[:, None].expand_as(x))}


def learn(seeds: Seeds, net: Network, x: Tensor, y: Tensor, steps: int, kept: list[tuple[Tensor, Tensor]]) -> None:
    """Adam on batches of 64, and on everything that was kept."""
    adam = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(steps):
        some_x, some_y = batch(seeds, x, y, 64)
        loss = cross_entropy(net(some_x), some_y)
        if kept:
            loss = loss + cross_entropy(net(torch.cat([k[0] for k in kept], 1)), torch.cat([k[1] for k in kept], 1))
        adam.zero_grad()
        loss.sum().backward()
        adam.step()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, pixels = digits().to(seeds.device), seeds.randperm(64)
    y, new_y = seeds.shared(data.train_labels), seeds.shared(data.test_labels)
    tasks, tests = views(seeds.shared(data.train_images), pixels), views(seeds.shared(data.test_images), pixels)
    net = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    begin = {name: value.clone() for name, value in net.state_dict().items()}
    ends: dict[bool, list[Tensor]] = {}  # for each order (seeds, 3): accuracies in the order of learning
    orders = list(permutations(NAMES))
    for replay in (False, True):
        ends[replay] = []
        for number, order in enumerate(orders):
            net.load_state_dict(begin)
            kept: list[tuple[Tensor, Tensor]] = []
            for name in order:
                learn(seeds, net, tasks[name], y, config.steps, kept)
                if replay:
                    kept.append(batch(seeds, tasks[name], y, config.stored))
            with torch.no_grad():
                right = [(net(tests[name]).argmax(2) == new_y).float().mean(1) for name in order]
            ends[replay].append(torch.stack(right, 1))
            yield Progress(number + 1 + len(orders) * replay, 2 * len(orders))
    rows = [[" ".join(order), *plain.unbind(1), plain.mean(1), replayed.mean(1)]
            for order, plain, replayed in zip(orders, ends[False], ends[True], strict=True)]  # fmt: skip
    yield Table("After all three tasks", ["order", "first", "second", "last", "mean", "with replay"], rows)
    every, leveled = (torch.stack(ends[replay]).mean(2) for replay in (False, True))  # (orders, seeds)
    others = (every.sum(1, keepdim=True) - every) / max(seeds.count - 1, 1) if seeds.count > 1 else every
    picked = [every.gather(0, by(0, keepdim=True))[0] for by in (others.argmax, others.argmin)]
    by_first = {name: every[[k for k, order in enumerate(orders) if order[0] == name]].mean(0) for name in NAMES}
    by_last = {name: every[[k for k, order in enumerate(orders) if order[2] == name]].mean(0) for name in NAMES}
    yield Measured("order-matters", picked[0] - picked[1])
    yield Measured("odd-one-first", by_first["shuffled"] - by_last["shuffled"])
    yield Measured("last-is-best", torch.stack([end[:, 2] - end[:, 0] for end in ends[False]]).mean(0))
    yield Measured("replay-levels", (leveled.amax(0) - leveled.amin(0)) / (every.amax(0) - every.amin(0)))
