"""What each layer makes of two spirals: how well a straight line parts them there, and nets of one to four layers.

两条螺线，每过一层成了什么样：直线在那里分得多好；以及一层到四层的网络。

Synthetic data: two arms of a spiral in the plane, with noise; 200 points to learn from and 400 new ones.

lesson: why-deep
quick: steps=30
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

DEEPEST = 4


@dataclass(frozen=True)
class Config:
    steps: int = param(800, 20, 10000, en="training steps", zh="训练步数")
    width: int = param(16, 2, 64, en="units of each hidden layer", zh="每个隐藏层的单元数")
    turns: float = param(1.5, 0.25, 3.0, en="turns of the spiral", zh="螺线的圈数")
    noise: float = param(0.02, 0.0, 0.2, en="spread of the noise", zh="噪声的散布")


CLAIMS = (
    Claim("views-get-straighter", ">", 0.1,
          en="after the fourth layer a line parts the arms much better than after the first",
          zh="过了第四层，直线分得比过了第一层好得多",
          quantity_en="accuracy of the line on new points, layer 4 minus layer 1",
          quantity_zh="直线在新点上的准确率，第四层减第一层"),
    Claim("each-layer-straightens", ">=", 0.9,
          en="every layer helps", zh="每一层都有帮助",
          quantity_en="share of the four layers after which the line does better",
          quantity_zh="四层中过了之后直线分得更好的比例"),
    Claim("deeper-fits-better", "<", 0.5,
          en="four layers fit the points learned from better than one", zh="四层比一层更贴合学过的点",
          quantity_en="training loss with 4 layers over that with 1", quantity_zh="训练损失之比：4 层比 1 层"),
    Claim("deeper-predicts-better", ">", 0.0,
          en="and they are right more often on new points", zh="在新点上也更准",
          quantity_en="test accuracy, 4 layers minus 1", quantity_zh="测试准确率，4 层减 1 层"),
    Claim("not-by-parameters-alone", ">", 0.0,
          en="more often, too, than one layer with as many parameters", zh="也比参数一样多的单层更准",
          quantity_en="test accuracy, 4 layers minus a wide one", quantity_zh="测试准确率，4 层减宽的单层"),
)  # fmt: skip

ZH = {"training loss": "训练损失", "accuracy of a line after each layer": "每层之后直线的准确率",
      "Spirals": "螺线", "hidden layers": "隐藏层数", "parameters": "参数个数", "loss": "损失",
      "test accuracy": "测试准确率", "Two arms": "两条螺线"}  # fmt: skip


def spirals(count: int, config: Config) -> Tensor:
    """Points of two arms by torch's chance: x, y and the arm, 0 or 1, (count, 3)."""
    along, arm = torch.rand(count).sqrt(), torch.arange(count) % 2
    angle = 2 * math.pi * config.turns * along + math.pi * arm
    points = torch.stack([along * angle.cos(), along * angle.sin()], dim=1) + config.noise * torch.randn(count, 2)
    return torch.cat([points, arm[:, None]], dim=1)


class Net(nn.Module):
    """Hidden layers of one width and a score; gives the score and what each layer makes of the input."""

    def __init__(self, hidden: int, width: int) -> None:
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(2 if k == 0 else width, width) for k in range(hidden))
        self.score = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:  # (batch, 2) -> (batch,), of (batch, width)
        views = [x]
        for layer in self.hidden:
            views.append(layer(views[-1]).relu())
        score: Tensor = self.score(views[-1])
        return score[..., 0], views


def line(seen: Tensor, labels: Tensor, new: Tensor, truth: Tensor) -> Tensor:
    """Accuracy on new views of the least-squares line for labels -1 and 1, slightly damped: (seeds,)."""

    def with_one(view: Tensor) -> Tensor:
        return torch.cat([view, torch.ones_like(view[..., :1])], dim=2).double()

    a, y = with_one(seen), (2 * labels - 1).double()[..., None]
    damped = a.mT @ a + 1e-6 * torch.eye(a.shape[2], dtype=torch.float64)
    said = with_one(new) @ torch.linalg.solve(damped, a.mT @ y)
    right: Tensor = (said[..., 0] > 0) == (truth > 0.5)
    return right.double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    train, test = seeds.stack(partial(spirals, 200, config)), seeds.stack(partial(spirals, 400, config))
    x, y, new, truth = train[..., :2], train[..., 2], test[..., :2], test[..., 2]
    arms = {f"arm {k}": x[0][y[0] == k].tolist() for k in (0, 1)}
    yield Figure("Two arms", "scatter", {"series": arms})
    wide = (2 * config.width + config.width + 3 * config.width * (config.width + 1) + config.width) // 4
    plans = {**{str(depth): (depth, config.width) for depth in range(1, DEEPEST + 1)}, "1, wide": (1, wide)}
    loss: dict[str, Tensor] = {}
    right: dict[str, Tensor] = {}
    rows: list[list[object]] = []
    for name, plan in plans.items():
        nets = seeds.network(partial(Net, *plan))
        optimizer = torch.optim.Adam(nets.parameters(), lr=0.01)
        for step in range(config.steps):
            now = binary_cross_entropy_with_logits(nets(x)[0], y, reduction="none").mean(1)
            optimizer.zero_grad()
            now.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 60) == 0:
                series = "wide" if "," in name else f"{name} hidden"
                yield Metric(series, step, now.detach(), chart="training loss")
        with torch.no_grad():
            (_, seen), (said, views) = nets(x), nets(new)
        loss[name], right[name] = now.detach(), ((said > 0) == (truth > 0.5)).cpu().double().mean(1)
        rows.append([name, sum(p[0].numel() for p in nets.parameters()), loss[name], right[name]])
        if name == str(DEEPEST):
            probes = [line(a.cpu(), y.cpu(), b.cpu(), truth.cpu()) for a, b in zip(seen, views, strict=True)]
        yield Progress(len(rows), len(plans))
    for layer, accuracy in enumerate(probes):
        yield Metric("line", layer, accuracy, chart="accuracy of a line after each layer")
    yield Table("Spirals", ["hidden layers", "parameters", "loss", "test accuracy"], rows)
    steps_up = [(b > a).double() for a, b in zip(probes, probes[1:], strict=False)]
    deep = str(DEEPEST)
    yield Measured("views-get-straighter", probes[-1] - probes[1])
    yield Measured("each-layer-straightens", torch.stack(steps_up).mean(0))
    yield Measured("deeper-fits-better", loss[deep] / loss["1"])
    yield Measured("deeper-predicts-better", right[deep] - right["1"])
    yield Measured("not-by-parameters-alone", right[deep] - right["1, wide"])
