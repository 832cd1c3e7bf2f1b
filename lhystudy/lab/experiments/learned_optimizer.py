"""A network that learns the update: trained on the loss that its own steps reach, it forecasts no gradient.

学出来的更新：按自己走到的损失来训练的网络，并不是在预测下一个梯度。

Synthetic: bowls in five dimensions, each with curvatures, axes and a start of its own. For every coordinate a small
network reads the gradient and its running mean. One such network gives the update and is trained on the loss after
twenty of its own steps. Another is trained to forecast the next gradient along the path of plain descent.

lesson: meta-learning
quick: steps=20
full: steps=5000
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients

SIZE, TASKS, STEPS = 5, 32, 20
RATES = tuple(0.1 * k for k in range(1, 21))

Step = Callable[[Tensor, Tensor], Tensor]  # the update for a gradient and its running mean, each (seeds, tasks, 5)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 10000, en="training steps of each network", zh="每个网络的训练步数")
    memory: float = param(0.5, 0.0, 0.99, en="share of the old running mean", zh="滑动平均里旧值的份额")


CLAIMS = (
    Claim("learned-beats-descent", "<", 0.0,
          en="the learned update goes lower than plain descent at its best rate", zh="学来的更新，比调好的下降走得更低",
          quantity_en="log10 of their losses' ratio after 20 steps", quantity_zh="20 步后两者损失之比的 log10"),
    Claim("update-is-a-forecast", ">", 0.5,
          en="the learned update forecasts the next gradient", zh="学来的更新就是在预测下一个梯度",
          quantity_en="share of the next gradient that it explains (1 is all, 0 as a constant 0)",
          quantity_zh="它能解释下一个梯度的多少（1 是全部，0 相当于一律猜零）"),
    Claim("forecaster-can-forecast", ">", 0.5,
          en="the network trained for it forecasts the next gradient", zh="专门训练的网络能预测下一个梯度",
          quantity_en="share of the next gradient that it explains", quantity_zh="它能解释下一个梯度的多少"),
    Claim("forecast-is-a-worse-update", ">", 0.0,
          en="the forecast, times its best rate, goes less low than the learned update",
          zh="预测值乘上最好的学习率来走，也不如学来的更新",
          quantity_en="log10 of their losses' ratio after 20 steps", quantity_zh="20 步后两者损失之比的 log10"),
    Claim("bare-forecast-climbs", ">", 0.0,
          en="added as it is, the forecast climbs", zh="把预测值直接加上去，越走越高",
          quantity_en="log10 of the loss after 20 steps over the first", quantity_zh="20 步后与起点损失之比的 log10"),
)  # fmt: skip

ZH = {
    "loss after twenty steps, while training": "训练中，二十步之后的损失", "network": "网络", "forecaster": "预测网络",
    "Outputs against the next gradient": "输出与下一个梯度", "explained": "解释的份额", "cosine": "余弦",
    "After twenty steps on new bowls": "新碗上走二十步之后", "update": "更新", "loss": "损失", "no step": "不走",
    "plain descent": "普通下降", "running mean": "滑动平均", "learned": "学来的", "forecast added": "直接加预测",
    "forecast times a rate": "预测乘学习率",
}  # fmt: skip


def bowls(seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Hessians (seeds, tasks, 5, 5) with curvatures from 0.05 to 1, and starts (seeds, tasks, 5)."""
    axes = torch.linalg.qr(seeds.randn(TASKS, SIZE, SIZE).cpu())[0].to(seeds.device)
    curvatures = 0.05 ** seeds.rand(TASKS, SIZE)
    return axes @ (curvatures[..., None] * axes.mT), seeds.randn(TASKS, SIZE)


def follow(task: tuple[Tensor, Tensor], step: Step, memory: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Along 20 steps: losses (seeds, 20, tasks) after each, gradients, running means and updates (…, tasks, 5)."""
    hessian, at = task
    mean = torch.zeros_like(at)
    losses, gradients, means, updates = [], [], [], []
    for _ in range(STEPS):
        gradients.append((hessian @ at[..., None])[..., 0])
        mean = memory * mean + (1 - memory) * gradients[-1]
        means.append(mean)
        updates.append(step(gradients[-1], mean))
        at = at + updates[-1]
        losses.append((at[..., None, :] @ hessian @ at[..., None])[..., 0, 0] / 2)
    return torch.stack(losses, 1), torch.stack(gradients, 1), torch.stack(means, 1), torch.stack(updates, 1)


class Reader(nn.Module):
    """One number for each coordinate from its gradient and its running mean, the same network for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 8, bias=False), nn.Tanh(), nn.Linear(8, 1, bias=False))

    def forward(self, gradient: Tensor, mean: Tensor) -> Tensor:
        number: Tensor = self.layers(torch.stack([gradient, mean], -1))[..., 0]
        return number


def explained(outputs: Tensor, gradients: Tensor) -> tuple[Tensor, Tensor]:
    """Share of the next gradients' squares that outputs explain, 1 - (squared error)/(squares), and their cosine."""
    given, wanted = outputs[:, :-1].flatten(1), gradients[:, 1:].flatten(1)
    share = 1 - (given - wanted).square().sum(1) / wanted.square().sum(1)
    return share, torch.cosine_similarity(given, wanted)  # (seeds,) each


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    learned, forecaster = seeds.network(Reader), seeds.network(Reader)
    adams = [torch.optim.Adam(network.parameters(), lr=0.01) for network in (learned, forecaster)]
    for step in range(config.steps):
        task = bowls(seeds)
        reached = follow(task, learned, config.memory)[0][:, -1].mean(1)  # (seeds,): where its own steps lead
        _, gradients, means, _ = follow(task, lambda gradient, _: -0.5 * gradient, config.memory)
        missed = 1 - explained(forecaster(gradients, means), gradients)[0]
        for network, adam, loss in zip((learned, forecaster), adams, (reached, missed), strict=True):
            adam.zero_grad()
            loss.sum().backward()
            clip_gradients(network.parameters(), 1.0)  # through twenty steps gradients may explode
            adam.step()
        if step % (1 + config.steps // 100) == 0:
            yield Metric("learned", step, reached.detach(), chart="loss after twenty steps, while training")
        yield Progress(step + 1, config.steps)

    task = bowls(seeds)

    def after(step: Step) -> Tensor:
        return follow(task, step, config.memory)[0][:, -1].mean(1).detach().cpu().double()

    def tuned(make: Callable[[float], Step]) -> Tensor:
        return torch.stack([after(make(rate)) for rate in RATES]).amin(0)

    begin = ((task[1][..., None, :] @ task[0] @ task[1][..., None])[..., 0, 0] / 2).mean(1).cpu().double()
    found = {
        "no step": begin,
        "plain descent": tuned(lambda rate: lambda gradient, _: -rate * gradient),
        "running mean": tuned(lambda rate: lambda _, mean: -rate * mean),
        "learned": after(learned),
        "forecast times a rate": tuned(lambda rate: lambda gradient, mean: -rate * forecaster(gradient, mean)),
        "forecast added": after(forecaster),
    }
    yield Table("After twenty steps on new bowls", ["update", "loss"], [[name, loss] for name, loss in found.items()])
    _, gradients, _, updates = follow(task, learned, config.memory)
    _, others, means, _ = follow(task, lambda gradient, _: -0.5 * gradient, config.memory)
    forecast, update = explained(forecaster(others, means), others), explained(updates, gradients)
    yield Table("Outputs against the next gradient", ["network", "explained", "cosine"],
                [["learned", *(x.detach() for x in update)], ["forecaster", *(x.detach() for x in forecast)]],
                )  # fmt: skip
    yield Measured("learned-beats-descent", (found["learned"] / found["plain descent"]).log10())
    yield Measured("update-is-a-forecast", update[0].detach())
    yield Measured("forecaster-can-forecast", forecast[0].detach())
    yield Measured("forecast-is-a-worse-update", (found["forecast times a rate"] / found["learned"]).log10())
    yield Measured("bare-forecast-climbs", (found["forecast added"] / begin).log10())
