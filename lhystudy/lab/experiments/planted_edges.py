"""Whether attention finds the relations that were planted, and what it finds among twins.

注意力找得到埋下的关系吗？遇到成双成对的实体又如何？

Twelve entities have states that change from example to example; each is to predict the mean state of two others, its
planted neighbours. The scores depend on who asks and who is asked only. Synthetic. Among twins, two entities nearly
always share their state.

lesson: multihead-position
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.attention import attend
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

ENTITIES, WIDTH, FEATURES = 12, 16, 4


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 3000, en="training steps", zh="训练步数")
    likeness: float = param(0.98, 0.0, 1.0, en="correlation of the states of two twins", zh="一对实体的状态的相关系数")


CLAIMS = (
    Claim("edges-are-found", ">", 0.95,
          en="the two largest weights of an entity are its planted neighbours",
          zh="一个实体最大的两个权重，正是埋下的邻居",
          quantity_en="share of planted edges among the largest weights", quantity_zh="最大权重中埋下的边所占比例"),
    Claim("found-among-twins", ">", 0.95,
          en="they are also found when entities come in twins", zh="实体成双成对时也找得到",
          quantity_en="share of planted edges among the largest weights", quantity_zh="最大权重中埋下的边所占比例"),
    Claim("twins-predict-as-well", "<", 0.05,
          en="among twins the prediction is good all the same", zh="成双成对时，预测照样准",
          quantity_en="mean squared error, of a variance of 0.5", quantity_zh="均方误差（目标的方差为 0.5）"),
)  # fmt: skip

ZH = {"loss": "损失", "Planted and found": "埋下的与找到的", "states": "状态", "share found": "找到的比例",
      "error": "误差",
      "Weights learned, all independent": "学到的权重，各实体独立", "Edges planted": "埋下的边", "asked": "被问者",
      "asking": "提问者"}  # fmt: skip


def neighbours() -> Tensor:
    """Planted weights (12, 12): one half for each of two others."""
    planted = torch.zeros(ENTITIES, ENTITIES)
    for entity in range(ENTITIES):
        others = [other for other in torch.randperm(ENTITIES).tolist() if other != entity]
        planted[entity, others[:2]] = 0.5
    return planted


def states(count: int, likeness: float, seeds: Seeds) -> Tensor:
    """Normal states (seeds, count, 12, 4); entities 2i and 2i + 1 are correlated by `likeness`."""
    own = seeds.randn(count, ENTITIES, FEATURES)
    shared = seeds.randn(count, ENTITIES // 2, FEATURES).repeat_interleave(2, dim=2)
    mixed: Tensor = likeness**0.5 * shared + (1 - likeness) ** 0.5 * own
    return mixed


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    planted = seeds.stack(neighbours)
    found, errors, learned = {}, {}, {}
    for name, likeness in (("independent", 0.0), ("twins", config.likeness)):
        q, k = (seeds.randn(ENTITIES, WIDTH).requires_grad_() for _ in range(2))  # each entity's query and key
        adam = torch.optim.Adam([q, k], lr=0.05)
        for step in range(config.steps):
            x = states(32, likeness, seeds)
            read, weights = attend(q[:, None], k[:, None], x)  # the values are the states themselves
            loss = (read - planted[:, None] @ x).square().mean((1, 2, 3))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="loss")
        largest = weights[:, 0].topk(2, dim=2).indices  # (seeds, 12, 2)
        found[name] = (planted.gather(2, largest) > 0).cpu().double().mean((1, 2))
        errors[name], learned[name] = loss.detach(), weights[0, 0].detach()
        yield Progress(len(found), 2)
    yield Figure("Edges planted", "heat", {"values": planted[0].tolist()}, "asked", "asking")
    yield Figure(
        "Weights learned, all independent", "heat", {"values": learned["independent"].tolist()}, "asked", "asking"
    )
    yield Table("Planted and found", ["states", "share found", "error"], [[n, found[n], errors[n]] for n in found])
    yield Measured("edges-are-found", found["independent"])
    yield Measured("found-among-twins", found["twins"])
    yield Measured("twins-predict-as-well", errors["twins"])
