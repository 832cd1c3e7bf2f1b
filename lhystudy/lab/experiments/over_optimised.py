"""A learned reward, pressed harder and harder: what it promises, and what the true reward makes of it.

把学来的奖励越压越狠：它许诺多少，真正的奖励又兑现多少。

Synthetic: a response is ten numbers; its true reward is a fixed curved function of them. A small network learns the
reward from comparisons of the reference's responses. The best policy for each strength is worked out exactly.

lesson: assistant
quick: candidates=1000 steps=50
full: many=20000 candidates=100000 steps=1000
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import logsigmoid

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

BETAS = [2.0 ** (3 - k / 2) for k in range(21)]  # from a short leash to practically none


@dataclass(frozen=True)
class Config:
    few: int = param(200, 10, 10000, en="comparisons of the small reward model", zh="小奖励模型的比较次数")
    many: int = param(3200, 10, 50000, en="comparisons of the large one", zh="大奖励模型的比较次数")
    candidates: int = param(10000, 100, 100000, en="responses to choose among", zh="可选的回答个数")
    steps: int = param(200, 10, 2000, en="training steps of a reward model", zh="奖励模型的训练步数")


CLAIMS = (
    Claim("promise-is-kept", ">", 0.8,
          en="the true reward rises as much as the learned one promises", zh="学来的奖励许诺多少，真正的奖励就涨多少",
          quantity_en="true gain over learned gain, few comparisons, weakest tie",
          quantity_zh="比较少、最松处：真正的涨幅与学来的涨幅之比"),
    Claim("true-reward-turns", ">", 0.1,
          en="the true reward falls again when the learned one is pressed too hard",
          zh="学来的奖励压得太狠，真正的奖励就回落",
          quantity_en="true reward in the middle minus at the weakest tie", quantity_zh="真正的奖励：中间减最松处"),
    Claim("more-comparisons-hold", ">", 0.1,
          en="with sixteen times as many comparisons the weakest tie is better", zh="比较多十六倍，最松处的结果更好",
          quantity_en="true reward at the weakest tie, many minus few", quantity_zh="最松处的真正奖励：多减少"),
    Claim("still-worth-it", ">", 0.3,
          en="even the most pressed policy is better than the reference", zh="压得最狠的策略也还是比参考模型好",
          quantity_en="true reward at the weakest tie, few comparisons, minus the reference's",
          quantity_zh="比较少时，最松处的真正奖励减参考模型的"),
)  # fmt: skip

ZH = {
    "reward against -log2 beta, few comparisons": "奖励随 -log2 beta 的变化，比较少",
    "reward against -log2 beta, many comparisons": "奖励随 -log2 beta 的变化，比较多",
    "In the middle and at the end": "中间与末端", "comparisons": "比较次数", "strength beta": "强度 beta",
    "learned": "学来的", "true": "真正的",
}  # fmt: skip


def teach(seeds: Seeds, truth: nn.Module, count: int, steps: int) -> nn.Module:
    """A reward model for each seed, from comparisons of pairs of the reference's responses."""
    pair = seeds.randn(2 * count, 10)
    with torch.no_grad():
        true = truth(pair)[..., 0].view(seeds.count, 2, count)
    first_wins = seeds.rand(count) < torch.sigmoid(true[:, 0] - true[:, 1])
    sign = torch.where(first_wins, 1.0, -1.0)
    model = seeds.network(lambda: nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 1)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01)
    for _ in range(steps):
        reward = model(pair)[..., 0].view(seeds.count, 2, count)
        loss = -logsigmoid(sign * (reward[:, 0] - reward[:, 1])).mean(1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return model


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    truth = seeds.network(lambda: nn.Sequential(nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 1)))
    with torch.no_grad():
        for matrix in (truth.one[0].weight, truth.one[2].weight):
            matrix *= 3  # torch's own start is nearly a straight line; this one bends
    responses = seeds.randn(config.candidates, 10)  # the reference says each of them equally often
    with torch.no_grad():
        true = truth(responses)[..., 0]
    true, rows, ends = true - true.mean(1, keepdim=True), [], {}
    for name, count in (("few", config.few), ("many", config.many)):
        model = teach(seeds, truth, count, config.steps)
        with torch.no_grad():
            learned = model(responses)[..., 0]
        learned = learned - learned.mean(1, keepdim=True)
        curve = []
        for beta in BETAS:
            log_p = (learned / beta).log_softmax(1)  # the optimum, since the reference is uniform
            p = log_p.exp()
            kl = (p * log_p).sum(1) + math.log(config.candidates)
            curve.append(((p * learned).sum(1), (p * true).sum(1)))
            for series, value in zip(("learned", "true"), curve[-1], strict=True):
                yield Metric(series, -math.log2(beta), value, chart=f"reward against -log2 beta, {name} comparisons")
            if beta in (BETAS[0], BETAS[10], BETAS[-1]):
                rows.append([count, beta, kl, *curve[-1]])
        ends[name] = curve[10], curve[-1]
    yield Table("In the middle and at the end", ["comparisons", "strength beta", "KL", "learned", "true"], rows)
    middle, end = ends["few"]
    yield Measured("promise-is-kept", end[1] / end[0])
    yield Measured("true-reward-turns", middle[1] - end[1])
    yield Measured("more-comparisons-hold", ends["many"][1][1] - end[1])
    yield Measured("still-worth-it", end[1])
