"""Eight tasks, thirty images each: a network of its own for every task, or one trunk for all.

八个任务，每个三十张图：各用各的网络，还是共用一段主干。

Real digits. A task parts the ten digits at random into five and five. In the related case all tasks see the images as
they are; in the unrelated case each sees the 64 pixels in an order of its own, which leaves every task as hard as
before (a fully connected layer does not mind) but makes the trunk's features useless to the others.

lesson: ensembles-multitask
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    tasks: int = param(8, 2, 32, en="tasks", zh="任务个数")
    images: int = param(30, 5, 200, en="images of each task", zh="每个任务的图数")
    hidden: int = param(16, 2, 128, en="units of a trunk", zh="主干的单元数")
    steps: int = param(200, 10, 2000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("related-tasks-gain", "<", 0.0,
          en="related tasks learned with one trunk err less than learned apart",
          zh="相关的任务共用主干，错得比分开学少",
          quantity_en="share of mistakes on new images, together minus apart",
          quantity_zh="新图上的错误率：一起学减分开学"),
    Claim("unrelated-tasks-gain", "<", 0.0,
          en="unrelated tasks learned with one trunk err less than learned apart",
          zh="无关的任务共用主干，错得也比分开学少",
          quantity_en="share of mistakes on new images, together minus apart",
          quantity_zh="新图上的错误率：一起学减分开学"),
    Claim("related-better-than-unrelated", "<", -0.02,
          en="a shared trunk serves related tasks better than unrelated ones",
          zh="共用的主干对相关的任务比对无关的更有用",
          quantity_en="share of mistakes together, related minus unrelated",
          quantity_zh="一起学的错误率：相关减无关"),
)  # fmt: skip

ZH = {
    "mistakes on new images": "新图上的错误率", "Mistakes on new images": "新图上的错误率", "tasks": "任务",
    "parameters": "参数个数", "mistakes": "错误率", "apart": "分开学", "related, together": "相关，一起学",
    "unrelated, together": "无关，一起学",
}  # fmt: skip


def scores(x: Tensor, trunk: list[Tensor], heads: list[Tensor]) -> Tensor:
    """One score for each image of each task: x (seeds, tasks, n, 64) -> (seeds, tasks, n)."""
    hidden = torch.tanh(x @ trunk[0] + trunk[1])  # a trunk of (seeds, 1 or tasks, …): one for all, or one each
    return (hidden @ heads[0] + heads[1])[..., 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, tasks, n = digits().to(seeds.device), config.tasks, config.images
    groups = seeds.rand(tasks, 10).argsort(2) < 5  # (seeds, tasks, 10): which digits a task calls 1
    drawn = seeds.rand(tasks, len(data.train_labels)).argsort(2)[..., :n]
    x, digit = data.train_images[drawn], data.train_labels[drawn]  # (seeds, tasks, n, 64), (seeds, tasks, n)
    y = groups.gather(2, digit).to(x.dtype)
    new = data.test_images.expand(seeds.count, tasks, -1, -1)
    truth = groups.gather(2, data.test_labels.expand(seeds.count, tasks, -1))
    order = seeds.rand(tasks, 1, 64).argsort(3)  # each task's own order of the pixels
    mixed, mixed_new = (part.gather(3, order.expand_as(part)) for part in (x, new))
    start = [seeds.randn(1, 64, config.hidden) / 8, seeds.randn(1, 1, config.hidden) * 0,
             seeds.randn(tasks, config.hidden, 1) / 4, seeds.randn(tasks, 1, 1) * 0]  # fmt: skip
    rows, mistakes = [], {}
    for name, images, fresh, trunks in (("apart", x, new, tasks), ("related, together", x, new, 1),
                                        ("unrelated, together", mixed, mixed_new, 1)):  # fmt: skip
        trunk = [part.repeat(1, trunks, 1, 1).requires_grad_() for part in start[:2]]
        heads = [part.clone().requires_grad_() for part in start[2:]]
        optimizer = torch.optim.AdamW([*trunk, *heads], lr=0.01, weight_decay=0.1)
        for step in range(config.steps + 1):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(scores(images, trunk, heads), y,
                                                                        reduction="none").mean(2)  # fmt: skip
            if step % 10 == 0 or step == config.steps:
                with torch.no_grad():
                    wrong = ((scores(fresh, trunk, heads) > 0) != truth).double().mean((1, 2))
                yield Metric(name, step, wrong, chart="mistakes on new images")
            optimizer.zero_grad()
            loss.sum().backward()  # a sum over the tasks: each one's gradient reaches a trunk that it uses
            optimizer.step()
        mistakes[name] = wrong
        rows.append([name, sum(part[0].numel() for part in (*trunk, *heads)), wrong])
    yield Table("Mistakes on new images", ["tasks", "parameters", "mistakes"], rows)
    yield Measured("related-tasks-gain", mistakes["related, together"] - mistakes["apart"])
    yield Measured("unrelated-tasks-gain", mistakes["unrelated, together"] - mistakes["apart"])
    yield Measured("related-better-than-unrelated", mistakes["related, together"] - mistakes["unrelated, together"])
