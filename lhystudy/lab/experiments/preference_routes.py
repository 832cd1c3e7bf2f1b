"""From comparisons to a policy by three routes: a learned reward and its exact optimum, sampling, and DPO.

从比较到策略的三条路：学出奖励再取精确的最优，靠采样，以及 DPO。

Synthetic: fifty responses to one prompt, each with a hidden reward; judges compare two and choose by Bradley-Terry.

lesson: assistant
quick: steps=100 comparisons=200
full: comparisons=20000 steps=3000 batch=512
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

RESPONSES = 50


@dataclass(frozen=True)
class Config:
    comparisons: int = param(1000, 10, 100000, en="comparisons by judges", zh="裁判的比较次数")
    beta: float = param(0.5, 0.05, 10.0, en="strength beta of the tie to the reference", zh="拴在参考上的强度 beta")
    steps: int = param(500, 10, 5000, en="training steps of each route", zh="每条路的训练步数")
    batch: int = param(64, 1, 1024, en="responses sampled a step", zh="每步采样的回答数")


CLAIMS = (
    Claim("orders-new-pairs", ">", 0.8,
          en="a reward learned from a thousand comparisons orders new pairs as the hidden one does",
          zh="从一千次比较学出的奖励，排新的一对时与隐藏的奖励一致",
          quantity_en="share of new pairs in the right order", quantity_zh="新的一对里次序正确的比例"),
    Claim("dpo-is-the-optimum", "<", 0.02,
          en="DPO, which learns no reward, ends at the exact optimum for the learned reward",
          zh="DPO 不学奖励，终点却正是所学奖励的精确最优",
          quantity_en="half the sum of |differences| of the two policies", quantity_zh="两个策略之差绝对值之和的一半"),
    Claim("sampling-gets-near", "<", 0.1,
          en="policy gradient with the KL penalty gets near that optimum", zh="带 KL 惩罚的策略梯度走到同一个最优附近",
          quantity_en="distance of its policy from the optimum", quantity_zh="它的策略与最优的距离"),
    Claim("judges-would-agree", ">", 0.3,
          en="the new policy is better by the hidden reward", zh="按隐藏的奖励来看，新策略更好",
          quantity_en="mean hidden reward, DPO minus reference", quantity_zh="隐藏奖励的平均：DPO 减参考模型"),
)  # fmt: skip

ZH = {
    "distance from the optimum": "与最优的距离", "Policies": "策略", "policy": "策略", "hidden reward": "隐藏的奖励",
    "learned reward": "学到的奖励", "KL from the reference": "与参考的 KL",
    "reference": "参考模型",
    "exact optimum": "精确最优", "policy gradient": "策略梯度",
}  # fmt: skip


def pairs(seeds: Seeds, chances: Tensor, count: int) -> Tensor:
    """Two different responses, the first drawn from the reference, the second among the others: (seeds, 2, count)."""
    first = (chances.cumsum(1)[:, :-1, None] < seeds.rand(1, count)).sum(1)  # (seeds, count)
    return torch.stack([first, (first + 1 + seeds.randint(RESPONSES - 1, (count,))) % RESPONSES], 1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    log_q = seeds.randn(RESPONSES).log_softmax(1)  # the reference: what the language model says by itself
    q, hidden, beta = log_q.exp(), seeds.randn(RESPONSES), config.beta
    a, b = pairs(seeds, q, config.comparisons).unbind(1)
    first_wins = seeds.rand(config.comparisons) < torch.sigmoid(hidden.gather(1, a) - hidden.gather(1, b))
    won, lost = torch.where(first_wins, a, b), torch.where(first_wins, b, a)

    def loss_of(reward: Tensor) -> Tensor:
        """Bradley-Terry's loss of the comparisons: (seeds,)."""
        return -logsigmoid(reward.gather(1, won) - reward.gather(1, lost)).mean(1)

    reward = torch.zeros_like(q).requires_grad_()
    dpo = log_q.clone().requires_grad_()  # a policy's scores; it begins as the reference
    rate = 10.0
    for _ in range(config.steps):
        (slope,) = torch.autograd.grad(loss_of(reward).sum(), reward)
        # DPO: the same loss, of the reward that the policy stands for
        (dpo_slope,) = torch.autograd.grad(loss_of(beta * (dpo.log_softmax(1) - log_q)).sum(), dpo)
        with torch.no_grad():
            reward -= rate * slope
            dpo -= rate / beta**2 * dpo_slope
    learned = reward.detach()
    best = (log_q + learned / beta).softmax(1)

    scores = log_q.clone().requires_grad_()
    optimizer = torch.optim.Adam([scores], lr=0.05)
    for step in range(config.steps):
        with torch.no_grad():
            policy = scores.softmax(1)
            said = (policy.cumsum(1)[:, :-1, None] < seeds.rand(1, config.batch)).sum(1)  # (seeds, batch)
            gain = (learned - beta * (policy.log() - log_q)).gather(1, said)
            advantage = gain - gain.mean(1, keepdim=True)
        if step % 10 == 0:
            yield Metric("policy gradient", step, (policy - best).abs().sum(1) / 2, chart="distance from the optimum")
        optimizer.zero_grad()
        (-(advantage * scores.log_softmax(1).gather(1, said)).mean(1)).sum().backward()
        optimizer.step()

    policies = {"reference": q, "exact optimum": best, "policy gradient": scores.detach().softmax(1),
                "DPO": dpo.detach().softmax(1)}  # fmt: skip
    yield Table("Policies", ["policy", "hidden reward", "learned reward", "KL from the reference"],
                [[name, (p * hidden).sum(1), (p * learned).sum(1), (p * (p.log() - log_q)).sum(1)]
                 for name, p in policies.items()])  # fmt: skip
    c, d = pairs(seeds, q, 2000).unbind(1)
    ordered = [values.gather(1, c) > values.gather(1, d) for values in (learned, hidden)]
    yield Measured("orders-new-pairs", (ordered[0] == ordered[1]).double().mean(1))
    yield Measured("dpo-is-the-optimum", (policies["DPO"] - best).abs().sum(1) / 2)
    yield Measured("sampling-gets-near", (policies["policy gradient"] - best).abs().sum(1) / 2)
    yield Measured("judges-would-agree", ((policies["DPO"] - q) * hidden).sum(1))
