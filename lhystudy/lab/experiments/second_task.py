"""A network learns a second task, and what becomes of the first.

网络学第二个任务，第一个怎么样了。

Real data: handwritten digits. The first task is the digits as they are. The second has the same digits with their 64
pixels in another, fixed order, or moved one pixel to the right. Same ten labels, same network, first pictures gone.

lesson: lifelong
quick: steps=20
"""

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
    steps: int = param(200, 10, 2000, en="training steps of each task", zh="每个任务的训练步数")
    hidden: int = param(32, 4, 256, en="units of the hidden layer", zh="隐藏层的单元数")


CLAIMS = (
    Claim("forgets", ">", 0.2,
          en="after the second task the first is largely forgotten", zh="学完第二个任务，第一个忘了一大截",
          quantity_en="accuracy on the first task, before minus after",
          quantity_zh="第一个任务的准确率之差：之前减之后"),
    Claim("room-for-both", ">", 0.9,
          en="the same network has room for both, if it learns them together",
          zh="同时学的话，同一个网络装得下两个任务",
          quantity_en="lower one of the two accuracies", quantity_zh="两个准确率中较低的"),
    Claim("like-tasks-forget-less", ">", 0.1,
          en="a second task that resembles the first makes it forget less", zh="第二个任务与第一个相似，就忘得少",
          quantity_en="accuracy on the first task, after moved minus after shuffled digits",
          quantity_zh="第一个任务的准确率之差：学完移位减学完打乱"),
    Claim("comes-back-fast", ">", 0.1,
          en="what is forgotten comes back faster than it came at first", zh="忘掉的东西，重新学比头一次快",
          quantity_en="accuracy after 20 steps on the first task, relearning minus learning",
          quantity_zh="在第一个任务上学 20 步后的准确率之差：重学减初学"),
)  # fmt: skip

ZH = {"accuracy on the first task while learning the second": "学第二个任务时，第一个任务的准确率",
      "After both tasks": "两个任务之后", "second task": "第二个任务", "first, before": "第一个，之前",
      "first, after": "第一个，之后", "second": "第二个", "shuffled": "打乱", "moved": "移位",
      "shuffled, both together": "打乱，两个一起学"}  # fmt: skip

Examples = tuple[Tensor, Tensor]  # pictures (seeds, n, 64) and labels (seeds, n)


def shuffled(x: Tensor, order: Tensor) -> Tensor:
    """Pictures (seeds, n, 64) with their pixels in each seed's order (seeds, 64)."""
    return x.gather(2, order[:, None].expand_as(x))


def moved(x: Tensor) -> Tensor:
    """Pictures (seeds, n, 64) one pixel to the right."""
    return nn.functional.pad(x.unflatten(2, (8, 8))[..., :7], (1, 0)).flatten(2)


@torch.no_grad()
def accuracy(net: Network, examples: Examples) -> Tensor:
    right: Tensor = net(examples[0]).argmax(2) == examples[1]
    return right.float().mean(1)


def learn(seeds: Seeds, net: Network, tasks: list[Examples], steps: int, watched: Examples) -> Iterator[Tensor]:
    """Adam on batches of 64 of each task in turn with equal weight; yields the accuracy on the watched task."""
    adam = torch.optim.Adam(net.parameters(), lr=0.005)
    for step in range(steps):
        loss = torch.zeros(seeds.count, device=seeds.device)
        for x, y in tasks:
            batch = seeds.randint(x.shape[1], (64,))
            loss = loss + cross_entropy(net(x.gather(1, batch[..., None].expand(-1, -1, 64))), y.gather(1, batch))
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % 10 == 9:
            yield accuracy(net, watched)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, order = digits().to(seeds.device), seeds.randperm(64)
    x, y = seeds.shared(data.train_images), seeds.shared(data.train_labels)
    new_x, new_y = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    first, first_test = (x, y), (new_x, new_y)
    second = {"shuffled": ((shuffled(x, order), y), (shuffled(new_x, order), new_y)),
              "moved": ((moved(x), y), (moved(new_x), new_y))}  # fmt: skip

    start = seeds.network(lambda: nn.Sequential(nn.Linear(64, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 10)))
    begin = {name: value.clone() for name, value in start.state_dict().items()}
    learning = list(learn(seeds, start, [first], config.steps, first_test))
    before = {name: value.clone() for name, value in start.state_dict().items()}
    yield Progress(1, 4)
    rows, after = [], {}
    for number, (name, (task, test)) in enumerate(second.items()):
        start.load_state_dict(before)
        for point, value in enumerate(learn(seeds, start, [task], config.steps, first_test)):
            yield Metric(name, 10 * (point + 1), value, chart="accuracy on the first task while learning the second")
        after[name] = accuracy(start, first_test)
        rows.append([name, learning[-1], after[name], accuracy(start, test)])
        if name == "shuffled":
            again = list(learn(seeds, start, [first], 20, first_test))[-1]
        yield Progress(number + 2, 4)
    start.load_state_dict(begin)
    task, test = second["shuffled"]
    list(learn(seeds, start, [first, task], config.steps, first_test))
    both = accuracy(start, first_test), accuracy(start, test)
    rows.append(["shuffled, both together", "-", *both])
    yield Table("After both tasks", ["second task", "first, before", "first, after", "second"], rows)
    yield Measured("forgets", learning[-1] - after["shuffled"])
    yield Measured("room-for-both", torch.minimum(*both))
    yield Measured("like-tasks-forget-less", after["moved"] - after["shuffled"])
    yield Measured("comes-back-fast", again - learning[1])
    yield Progress(4, 4)
