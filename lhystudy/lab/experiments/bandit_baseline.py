"""A baseline leaves the mean of the policy gradient where it is and changes its scatter: a bandit with four arms.

基线不动策略梯度的平均，只改变它的散布：四个拉杆的老虎机。

Every arm pays its own mean plus noise; synthetic. First the gradient is estimated from single pulls and compared with
the exact one, then three actors learn, one pull a step.

lesson: rl
quick: pulls=4000 steps=200
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

PAYS = (3.0, 4.0, 5.0, 6.0)  # the mean reward of each arm


@dataclass(frozen=True)
class Config:
    pulls: int = param(20000, 1000, 200000, en="pulls for each estimate", zh="每个估计用的次数")
    steps: int = param(1000, 50, 10000, en="steps of learning, one pull each", zh="学习的步数，每步拉一次")
    rate: float = param(0.05, 0.001, 1.0, en="learning rate", zh="学习率")
    noise: float = param(1.0, 0.0, 10.0, en="spread of the rewards", zh="奖励的散布")


CLAIMS = (
    Claim("mean-stays", "<", 4.0,
          en="whatever the baseline, the mean is the exact gradient", zh="不管基线取多少，平均都是精确的梯度",
          quantity_en="largest distance in standard errors", quantity_zh="最大的偏离，以标准误计"),
    Claim("mean-reward-calms", "<", 0.5,
          en="the mean reward as baseline lowers the variance", zh="用平均奖励作基线，方差变小",
          quantity_en="variance over that without a baseline", quantity_zh="方差与不用基线时之比"),
    Claim("too-large-disturbs", ">", 1.0,
          en="a baseline five times too large raises the variance", zh="基线大到五倍，方差反而变大",
          quantity_en="variance over that without a baseline", quantity_zh="方差与不用基线时之比"),
    Claim("learns-the-best-arm", ">", 0.9,
          en="from rewards alone the actor finds the best arm", zh="只凭奖励，行动者找到最好的拉杆",
          quantity_en="probability of the best arm at the end", quantity_zh="最后拉最好那根的概率"),
    Claim("baseline-learns-better", ">", 0.1,
          en="with the baseline it learns better than without", zh="有基线比没有学得好",
          quantity_en="difference of the probabilities of the best arm", quantity_zh="最好那根的概率之差"),
)  # fmt: skip

ZH = {
    "Estimates from single pulls, first policy": "单次拉杆的估计，最初的策略", "baseline": "基线", "none": "无",
    "mean reward": "平均奖励", "far too large": "大得多", "variance": "方差", "in standard errors": "以标准误计的偏离",
    "expected reward of the policy": "策略的期望奖励",
}  # fmt: skip


def pull(policy: Tensor, luck: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Arms as one-hot rows (…, pulls, 4) and rewards (…, pulls), drawn from a policy (…, 4)."""
    arms = (luck[..., None] >= policy.cumsum(-1)[..., None, :-1]).sum(-1)
    return one_hot(arms, len(PAYS)), torch.tensor(PAYS, device=policy.device)[arms] + noise


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    pays = torch.tensor(PAYS, device=seeds.device)
    logits = 0.5 * seeds.randn(len(PAYS))  # (seeds, 4)
    policy = logits.softmax(1)
    mean = (policy * pays).sum(1, keepdim=True)  # (seeds, 1): the expected reward J
    exact = policy * (pays - mean)  # (seeds, 4): dJ/dz
    arms, rewards = pull(policy, seeds.rand(config.pulls), config.noise * seeds.randn(config.pulls))
    variance, off = {}, {}
    for name, baseline in {"none": 0 * mean, "mean reward": mean, "far too large": 5 * mean}.items():
        estimates = (rewards - baseline)[..., None] * (arms - policy[:, None])  # (seeds, pulls, 4): (R - b) dlog p/dz
        spread = estimates.var(1)
        off[name] = ((estimates.mean(1) - exact).abs() / (spread / config.pulls).sqrt()).amax(1)
        variance[name] = spread.sum(1)
    yield Table("Estimates from single pulls, first policy", ["baseline", "variance", "in standard errors"],
                [[name, variance[name], off[name]] for name in variance])  # fmt: skip
    yield Measured("mean-stays", torch.stack(list(off.values())).amax(0))
    yield Measured("mean-reward-calms", variance["mean reward"] / variance["none"])
    yield Measured("too-large-disturbs", variance["far too large"] / variance["none"])

    names, factors = ("none", "mean", "too large"), torch.tensor([0.0, 1.0, 5.0], device=seeds.device)
    z = torch.zeros(seeds.count, 3, len(PAYS), device=seeds.device)  # three actors a seed, all from zero
    average = torch.zeros(seeds.count, 3, 1, device=seeds.device)  # of the rewards so far: what the baseline is made of
    for step in range(config.steps):
        policy = z.softmax(2)
        luck, noise = seeds.rand(1)[:, None], config.noise * seeds.randn(1)[:, None]  # the same for all three
        arms, rewards = pull(policy, luck, noise)
        slope = (rewards - factors[:, None] * average) * (arms[:, :, 0] - policy)
        z = z + config.rate * slope  # uphill: more reward
        average = average + (rewards - average) / (step + 1)
        if step % (1 + config.steps // 100) == 0:
            for k, name in enumerate(names):
                yield Metric(name, step, (policy * pays).sum(2)[:, k], chart="expected reward of the policy")
        yield Progress(step + 1, config.steps)
    best = z.softmax(2)[..., -1]
    yield Measured("learns-the-best-arm", best[:, 1])
    yield Measured("baseline-learns-better", best[:, 1] - best[:, 0])
