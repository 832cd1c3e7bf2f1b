"""What one rewards is what one gets: a near coin, a bonus for every step nearer, and a bonus that cannot mislead.

奖励什么就得到什么：眼前的硬币、每走近一步的小奖，以及不会误导的小奖。

A corridor of seven cells, synthetic. The walker starts beside a coin (0.3) at the left end; the goal (1) lies at the
right end, and either ends the episode. Four walkers learn alike and are paid differently. One counts the next reward
only. One counts the return. One gets a bonus for every step to the right besides. One gets besides, for every step,
discount times the new cell's potential minus the old one's; the potential grows to the right and is 0 at both ends.

lesson: rl
quick: updates=40
full: updates=2000 episodes=32
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

CELLS, START, HORIZON = 7, 1, 40
COIN, GOAL = 0, CELLS - 1
WALKERS = ("next reward", "plain", "bonus", "potential")


@dataclass(frozen=True)
class Config:
    updates: int = param(300, 5, 5000, en="updates", zh="更新次数")
    episodes: int = param(8, 1, 200, en="episodes for each update", zh="每次更新用的回合数")
    rate: float = param(0.5, 0.01, 20.0, en="learning rate of the actor", zh="行动者的学习率")
    discount: float = param(0.95, 0.1, 0.99, en="discount", zh="折扣")
    coin: float = param(0.3, 0.0, 1.0, en="reward of the coin", zh="硬币的奖励")
    bonus: float = param(0.3, 0.0, 2.0, en="bonus for a step to the right", zh="向右一步的小奖")
    height: float = param(0.2, 0.0, 2.0, en="rise of the potential from cell to cell", zh="势函数每格升高多少")


CLAIMS = (
    Claim("next-reward-takes-the-coin", ">", 0.9,
          en="whoever counts the next reward only takes the coin", zh="只算下一个奖励的，拿了硬币就完事",
          quantity_en="share of episodes that end at the coin", quantity_zh="以硬币结束的回合的比例"),
    Claim("return-reaches-the-goal", ">", 0.9,
          en="whoever counts the return walks past it to the goal", zh="算回报的，会绕开硬币走到终点",
          quantity_en="share of episodes that end at the goal", quantity_zh="以终点结束的回合的比例"),
    Claim("bonus-misleads", "<", 0.1,
          en="with a bonus for every step nearer, the goal is missed", zh="每走近一步都给小奖，反而到不了终点",
          quantity_en="share of episodes that end at the goal", quantity_zh="以终点结束的回合的比例"),
    Claim("potential-keeps-the-goal", ">", 0.9,
          en="with a potential the goal is reached", zh="换成势函数，就走到终点",
          quantity_en="share of episodes that end at the goal", quantity_zh="以终点结束的回合的比例"),
    Claim("potential-is-faster", ">", 0.0,
          en="the potential finds the goal sooner than the plain rewards", zh="有势函数，比原来的奖励更早找到终点",
          quantity_en="difference of these shares, mean over training", quantity_zh="这个比例之差，训练全程平均"),
)  # fmt: skip

ZH = {
    "share of episodes that end at the goal": "以终点结束的回合的比例", "Where episodes end": "回合在哪里结束",
    "paid by": "按什么给奖励", "coin": "硬币", "goal": "终点", "still walking": "还在走", "next reward": "下一个奖励",
    "plain": "原来的奖励", "bonus": "走近就有小奖", "potential": "势函数",
}  # fmt: skip


def payments(config: Config) -> Tensor:
    """What each walker is paid for going from cell to cell: (walkers, 7, 7)."""
    plain = torch.zeros(CELLS, CELLS)
    plain[:, COIN], plain[:, GOAL] = config.coin, 1
    nearer = torch.diag(torch.full((CELLS - 1,), config.bonus), 1)  # from a cell to the one on its right
    potential = config.height * torch.arange(CELLS)
    potential[[COIN, GOAL]] = 0  # nothing is to come where an episode ends
    return torch.stack([plain, plain, plain + nearer, plain + config.discount * potential - potential[:, None]])


def walk(logits: Tensor, luck: Tensor) -> tuple[Tensor, Tensor]:
    """Cells (seeds, walkers, episodes, time + 1) and steps (…, time), 1 for right, with given luck (seeds, …, time)."""
    right = logits.sigmoid()  # (seeds, walkers, 7)
    cells = [torch.full((*logits.shape[:2], luck.shape[1]), START, device=logits.device)]
    steps = []
    for t in range(HORIZON):
        steps.append((luck[:, None, :, t] < right.gather(2, cells[-1])).long())
        over = (cells[-1] == COIN) | (cells[-1] == GOAL)
        cells.append(torch.where(over, cells[-1], cells[-1] + 2 * steps[-1] - 1))
    return torch.stack(cells, 3), torch.stack(steps, 3)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    pay = payments(config).to(seeds.device)
    discounts = torch.tensor([0.0, *[config.discount] * 3], device=seeds.device)[:, None]  # (walkers, 1)
    logits = torch.zeros(seeds.count, len(WALKERS), CELLS, device=seeds.device)  # of a step to the right
    baseline = torch.zeros_like(logits)
    walker = torch.arange(len(WALKERS), device=seeds.device)[:, None, None]
    shares = []
    for update in range(config.updates):
        cells, steps = walk(logits, seeds.rand(config.episodes, HORIZON))
        now, then = cells[..., :-1], cells[..., 1:]
        alive = ((now != COIN) & (now != GOAL)).float()
        to_go = alive * pay[walker, now, then]  # (seeds, walkers, episodes, time)
        for t in reversed(range(HORIZON - 1)):
            to_go[..., t] += discounts * to_go[..., t + 1]
        lead = alive * (to_go - baseline.gather(2, now.flatten(2)).view(now.shape))
        surprise = steps - logits.sigmoid().gather(2, now.flatten(2)).view(now.shape)  # dlog p/dz of a coin's logit
        slope = torch.zeros_like(logits).scatter_add(2, now.flatten(2), (lead * surprise).flatten(2))
        visits = torch.zeros_like(logits).scatter_add(2, now.flatten(2), alive.flatten(2))
        error = torch.zeros_like(logits).scatter_add(2, now.flatten(2), lead.flatten(2))
        logits = logits + config.rate * slope / config.episodes
        baseline = baseline + 0.3 * error / visits.clamp(min=1)
        shares.append((cells[..., -1] == GOAL).float().mean(2))  # (seeds, walkers)
        if (update + 1) % (1 + config.updates // 30) == 0:
            recent = torch.stack(shares[-10:]).mean(0)
            for k, name in enumerate(WALKERS):
                yield Metric(name, update, recent[:, k], chart="share of episodes that end at the goal")
        yield Progress(update + 1, config.updates)
    last = walk(logits, seeds.rand(200, HORIZON))[0][..., -1]
    coin, goal = ((last == at).cpu().double().mean(2) for at in (COIN, GOAL))
    walking = ((last != COIN) & (last != GOAL)).cpu().double().mean(2)
    yield Table("Where episodes end", ["paid by", "coin", "goal", "still walking"],
                [[name, coin[:, k], goal[:, k], walking[:, k]] for k, name in enumerate(WALKERS)])  # fmt: skip
    mean = torch.stack(shares).mean(0)
    yield Measured("next-reward-takes-the-coin", coin[:, 0])
    yield Measured("return-reaches-the-goal", goal[:, 1])
    yield Measured("bonus-misleads", goal[:, 2])
    yield Measured("potential-keeps-the-goal", goal[:, 3])
    yield Measured("potential-is-faster", mean[:, 3] - mean[:, 1])
