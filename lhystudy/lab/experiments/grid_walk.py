"""A walker in a slippery grid learns from reward alone; what each action is weighted with decides how fast.

打滑网格里的行走者只靠奖励学习；每个动作乘什么权重，决定学得多快。

Synthetic: 16 cells, the start in one corner, a goal (+1) in the opposite one, two pits (-1). Now and then the floor
slips and the step goes anywhere; every step pays some noise of mean zero besides. Four actors differ only in the weight
of an action. An actor's value is computed exactly, by solving for the expected return of each cell.

lesson: rl
quick: updates=20
full: updates=2000 episodes=32
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

SIDE, ACTIONS, HORIZON = 4, 4, 30
GOAL, PITS = 15, (5, 11)
ACTORS = ("whole return", "reward to go", "minus baseline", "actor-critic")


@dataclass(frozen=True)
class Config:
    updates: int = param(200, 5, 5000, en="updates of each actor", zh="每个行动者的更新次数")
    episodes: int = param(8, 1, 200, en="episodes for each update", zh="每次更新用的回合数")
    rate: float = param(1.0, 0.01, 20.0, en="learning rate of the actor", zh="行动者的学习率")
    slip: float = param(0.1, 0.001, 0.9, en="chance that the floor slips", zh="打滑的概率")
    noise: float = param(0.3, 0.0, 5.0, en="spread of the noise that every step pays", zh="每步奖励里噪声的散布")
    discount: float = param(0.95, 0.1, 0.99, en="discount", zh="折扣")


CLAIMS = (
    Claim("learns-from-reward", ">", 0.3,
          en="from rewards alone, with a baseline, the walker learns the way", zh="只靠奖励（带基线），行走者学会了路",
          quantity_en="start's value minus a random walk's", quantity_zh="起点的价值，减去乱走的"),
    Claim("to-go-beats-whole", ">", 0.0,
          en="the reward to go as weight learns faster than the whole return", zh="权重只用之后的奖励，学得更快",
          quantity_en="difference of the start's value, mean over training", quantity_zh="起点价值之差，训练全程平均"),
    Claim("baseline-helps", ">", 0.0,
          en="subtracting a learned baseline learns faster still", zh="再减去学来的基线，学得更快",
          quantity_en="difference of the start's value, mean over training", quantity_zh="起点价值之差，训练全程平均"),
    Claim("near-the-best", ">", 0.95,
          en="the actor-critic comes close to the best there is", zh="行动者-评论家接近最好的走法",
          quantity_en="start's value over that of the best policy", quantity_zh="起点的价值与最优策略之比"),
)  # fmt: skip

ZH = {
    "exact value of the start": "起点的精确价值", "Value of the start": "起点的价值", "actor": "行动者",
    "value": "价值", "mean over training": "训练全程平均", "whole return": "整个回报", "reward to go": "之后的奖励",
    "minus baseline": "减去基线", "actor-critic": "行动者-评论家", "random walk": "乱走", "best policy": "最优策略",
    "What the critic holds each cell to be worth": "评论家眼里每个格子的价值",
}  # fmt: skip


def world(slip: float, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Where each action leads (16, 4) if nothing slips, the chances (16, 4, 16), and the reward for entering a cell."""
    cell = torch.arange(SIDE**2)[:, None]
    row = (cell // SIDE + torch.tensor([-1, 0, 1, 0])).clamp(0, SIDE - 1)  # up, right, down, left; walls hold
    column = (cell % SIDE + torch.tensor([0, 1, 0, -1])).clamp(0, SIDE - 1)
    leads = row * SIDE + column
    sure = torch.nn.functional.one_hot(leads, SIDE**2).float()
    chances = (1 - slip) * sure + slip * sure.mean(1, keepdim=True)
    pays = torch.zeros(SIDE**2)
    pays[GOAL], pays[list(PITS)] = 1, -1
    return leads.to(device), chances.to(device), pays.to(device)


def values(policy: Tensor, chances: Tensor, pays: Tensor, discount: float) -> Tensor:
    """The expected discounted return of each cell (…, 16) under a policy (…, 16, 4): v = r + γ P v, solved for v."""
    onward = (pays == 0).float()[:, None]  # an episode ends in the goal and in a pit: nothing comes after
    moves = onward * torch.einsum("...sa,sat->...st", policy, chances)
    value: Tensor = torch.linalg.solve(torch.eye(SIDE**2, device=pays.device) - discount * moves, moves @ pays)
    return value


def best(chances: Tensor, pays: Tensor, discount: float) -> Tensor:
    """The value of each cell (16,) under the best policy, by value iteration."""
    value = torch.zeros_like(pays)
    for _ in range(500):
        value = (pays == 0) * (chances @ (pays + discount * value)).amax(1)
    return value


def walk(logits: Tensor, luck: Tensor, leads: Tensor, slip: float) -> tuple[Tensor, Tensor]:
    """Cells (seeds, actors, episodes, time + 1) and actions (…, time) of episodes with given luck (…, time, 2)."""
    policy = logits.softmax(3).cumsum(3)  # (seeds, actors, 16, 4)
    cell = torch.zeros(*logits.shape[:2], luck.shape[1], dtype=torch.long, device=logits.device)
    cells, actions = [cell], []
    for t in range(HORIZON):
        below = policy.gather(2, cell[..., None].expand(*cell.shape, ACTIONS))
        action = (luck[:, None, :, t, :1] >= below[..., :-1]).sum(3)
        slips = luck[:, None, :, t, 1]
        moved = torch.where(slips < slip, (slips / slip * ACTIONS).long().clamp(max=ACTIONS - 1), action)
        cell = leads[cell, moved]
        cells.append(cell)
        actions.append(action)
    return torch.stack(cells, 3), torch.stack(actions, 3)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    leads, chances, pays = world(config.slip, seeds.device)
    over = pays != 0
    leads[over] = over.nonzero()  # an episode stays where it ended
    gamma = config.discount
    logits = torch.zeros(seeds.count, len(ACTORS), SIDE**2, ACTIONS, device=seeds.device)
    critic = torch.zeros(seeds.count, len(ACTORS), SIDE**2, device=seeds.device)
    curves = [values(logits.softmax(3), chances, pays, gamma)[..., 0]]  # of the start: (seeds, actors)
    fade = gamma ** torch.arange(HORIZON, device=seeds.device)
    for update in range(config.updates):
        cells, actions = walk(logits, seeds.rand(config.episodes, HORIZON, 2), leads, config.slip)
        now, then = cells[..., :-1], cells[..., 1:]
        alive = (~over[now]).float()  # (seeds, actors, episodes, time)
        rewards = alive * (pays[then] + config.noise * seeds.randn(config.episodes, HORIZON)[:, None])
        to_go = rewards.clone()
        for t in reversed(range(HORIZON - 1)):
            to_go[..., t] += gamma * to_go[..., t + 1]
        worth, next_worth = (critic.gather(2, at.flatten(2)).view(at.shape) for at in (now, then))
        one_step = rewards + gamma * next_worth * (~over[then]).float()
        whole = to_go[:, 0, :, :1].expand_as(to_go[:, 0])
        leads_by = [to_go[:, 1], (to_go - worth)[:, 2], (one_step - worth)[:, 3]]
        weights = alive * torch.stack([whole, *(fade * lead for lead in leads_by)], 1)
        logits.requires_grad_()
        log_p = logits.log_softmax(3).flatten(2).gather(2, (now * ACTIONS + actions).flatten(2)).view(now.shape)
        (slope,) = torch.autograd.grad((weights * log_p).sum() / config.episodes, logits)
        logits = (logits + config.rate * slope).detach()  # uphill: more return
        targets = torch.cat([to_go[:, :3], one_step[:, 3:]], 1)
        error = torch.zeros_like(critic).scatter_add(2, now.flatten(2), (alive * (targets - worth)).flatten(2))
        visits = torch.zeros_like(critic).scatter_add(2, now.flatten(2), alive.flatten(2))
        critic = critic + 0.3 * error / visits.clamp(min=1)
        curves.append(values(logits.softmax(3), chances, pays, gamma)[..., 0])
        if update % (1 + config.updates // 100) == 0:
            for k, actor in enumerate(ACTORS):
                yield Metric(actor, update, curves[-1][:, k], chart="exact value of the start")
        yield Progress(update + 1, config.updates)
    start, end, mean, top = curves[0], curves[-1], torch.stack(curves).mean(0), best(chances, pays, gamma)[0]
    yield Table("Value of the start", ["actor", "value", "mean over training"],
                [["random walk", *[start[:, 0]] * 2], *([name, end[:, k], mean[:, k]] for k, name in enumerate(ACTORS)),
                 ["best policy", *[top.item()] * 2]])  # fmt: skip
    yield Figure("What the critic holds each cell to be worth", "heat",
                 {"values": critic[0, 3].view(SIDE, SIDE).tolist(), "x": list("1234"), "y": list("1234")})  # fmt: skip
    yield Measured("learns-from-reward", end[:, 2] - start[:, 2])
    yield Measured("to-go-beats-whole", mean[:, 1] - mean[:, 0])
    yield Measured("baseline-helps", mean[:, 2] - mean[:, 1])
    yield Measured("near-the-best", end[:, 3] / top)
