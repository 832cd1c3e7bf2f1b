"""Pushing an action away by negative cross-entropy: without end on fixed data, fading on actions drawn afresh.

用负的交叉熵把动作推开：数据固定时没有尽头，每次重新抽动作时推力会自己消失。

An actor with three actions and nothing to see: its logits are all there is. On fixed data the unwanted action is pushed
at every step. Drawn afresh, it is pushed only in the draws in which it comes up.

lesson: rl
quick: steps=200
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

ACTIONS = 3


@dataclass(frozen=True)
class Config:
    steps: int = param(2000, 100, 20000, en="steps", zh="步数")
    rate: float = param(0.5, 0.01, 2.0, en="learning rate", zh="学习率")
    draws: int = param(16, 1, 200, en="actions drawn at each step", zh="每步抽几个动作")


CLAIMS = (
    Claim("wanted-action-rises", ">", 0.95,
          en="cross-entropy makes a wanted action likely", zh="交叉熵让想要的动作变得很可能",
          quantity_en="its probability after 100 steps", quantity_zh="100 步后它的概率"),
    Claim("unwanted-action-falls", "<", 0.01,
          en="negative cross-entropy makes an unwanted action rare", zh="负的交叉熵让不要的动作变得罕见",
          quantity_en="its probability after 100 steps on fixed data", quantity_zh="固定数据上 100 步后它的概率"),
    Claim("fixed-data-has-no-floor", "<", -100.0,
          en="on fixed data the loss falls without a floor", zh="在固定的数据上，损失一路下降，没有下限",
          quantity_en="loss after all steps", quantity_zh="全部步数之后的损失"),
    Claim("fresh-draws-fade", ">", -10.0,
          en="with actions drawn afresh the push fades", zh="每次重新抽动作，推力会消失",
          quantity_en="logit of the unwanted action after all steps", quantity_zh="全部步数之后不要的动作的 logit"),
)  # fmt: skip

ZH = {
    "Logit of the first action": "第一个动作的 logit", "Logits at the end": "最后的 logits",
    "way": "做法", "pull, fixed data": "拉，固定数据", "push, fixed data": "推，固定数据",
    "push, fresh draws": "推，重新抽样", "action {}": "动作 {}",
}  # fmt: skip


def draw(logits: Tensor, count: int, seeds: Seeds) -> Tensor:
    """Actions (seeds, count) drawn from the softmax of logits (seeds, 3)."""
    below = logits.softmax(1).cumsum(1)  # (seeds, 3): the shares up to each action
    return (seeds.rand(count)[..., None] >= below[:, None, :-1]).sum(2)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    logits = {way: torch.zeros(seeds.count, ACTIONS, device=seeds.device) for way in ("pull", "push", "fresh")}
    first = torch.zeros(seeds.count, 1, dtype=torch.long, device=seeds.device)  # the action in question, as a label
    early = {}
    for step in range(config.steps + 1):
        if step % (1 + config.steps // 100) == 0:
            for way, z in logits.items():
                yield Metric(way, step, z[:, 0], chart="Logit of the first action")
        if step == 100:
            early = {way: z.softmax(1)[:, 0] for way, z in logits.items()}
        if step == config.steps:
            break
        drawn = draw(logits["fresh"], config.draws, seeds)
        for way, z in logits.items():
            z.requires_grad_()
            if way == "fresh":  # weight -1 for the unwanted action, 0 for the others
                log_p = z.log_softmax(1)
                loss = ((drawn == 0).float() * (one_hot(drawn, ACTIONS) * log_p[:, None]).sum(2)).mean(1)
            else:
                loss = (1 if way == "pull" else -1) * cross_entropy(z[:, None], first)
            (slope,) = torch.autograd.grad(loss.sum(), z)
            logits[way] = (z - config.rate * slope).detach()
        yield Progress(step + 1, config.steps)
    names = {"pull": "pull, fixed data", "push": "push, fixed data", "fresh": "push, fresh draws"}
    yield Table("Logits at the end", ["way", *(f"action {k + 1}" for k in range(ACTIONS))],
                [[names[way], *z.T] for way, z in logits.items()])  # fmt: skip
    yield Measured("wanted-action-rises", early["pull"])
    yield Measured("unwanted-action-falls", early["push"])
    yield Measured("fixed-data-has-no-floor", -cross_entropy(logits["push"][:, None], first))
    yield Measured("fresh-draws-fade", logits["fresh"][:, 0])
