"""A zigzag that no line can follow: sums of 1, 3, 10 and 30 sigmoids, and of twice as many ReLUs.

直线跟不上的折线：1、3、10、30 个 Sigmoid 之和，以及两倍个数的 ReLU 之和。

Synthetic data without noise: a random zigzag of four pieces, up and down in turn, at 200 points.

lesson: bends
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

COUNTS = (1, 3, 10, 30)  # sigmoids in the sum


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 10000, en="training steps", zh="训练步数")
    rate: float = param(0.02, 0.0001, 0.5, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("a-line-cannot", ">", 0.5,
          en="even the best line leaves most of the zigzag unexplained", zh="就算最好的直线，也解释不了折线的一大半",
          quantity_en="loss of the least-squares line, as a share of the variance",
          quantity_zh="最小二乘直线的损失占方差的比例"),
    Claim("three-beat-the-line", "<", 0.5,
          en="three sigmoids follow it better than any line", zh="三个 Sigmoid 跟得比任何直线都好",
          quantity_en="training loss over the best line's", quantity_zh="训练损失与最好的直线之比"),
    Claim("each-enlargement-helps", ">=", 0.9,
          en="each enlargement, 1 to 3 to 10 to 30 sigmoids, lowers the training loss",
          zh="1、3、10、30，每次增加 Sigmoid，训练损失都下降",
          quantity_en="share of the three enlargements that lower it", quantity_zh="三次增加中使它下降的比例"),
    Claim("thirty-beat-three", "<", 0.5,
          en="thirty sigmoids follow it better than three", zh="三十个 Sigmoid 比三个跟得好",
          quantity_en="training loss with 30 over that with 3", quantity_zh="训练损失之比：30 个比 3 个"),
    Claim("relus-do-as-well", "<", 0.176,  # a ratio of 1.5; logarithms, since a few starts get stuck far from the rest
          en="twice as many ReLUs may stand in for ten sigmoids", zh="十个 Sigmoid 可以换成两倍个数的 ReLU",
          quantity_en="log10 of the training loss of 20 ReLUs over that of 10 sigmoids",
          quantity_zh="20 个 ReLU 与 10 个 Sigmoid 训练损失之比的 log10"),
)  # fmt: skip

ZH = {
    "log10 of the training loss": "训练损失的 log10", "The zigzag and its fits": "折线与各个拟合",
    "log10 of the final loss over the sigmoids or pairs of ReLUs": "最终损失的 log10，按 Sigmoid 个数或 ReLU 对数",
    "Loss as a share of the variance": "损失占方差的比例", "sigmoids or pairs": "Sigmoid 个数或 ReLU 对数",
    "sigmoids": "Sigmoid", "pairs of ReLUs": "成对的 ReLU", "best line": "最好的直线",
}  # fmt: skip


def zigzag() -> Tensor:
    """Heights at 0, 1, 2, 3, 4, in turn above and below zero: (5,)."""
    return (0.5 + 0.5 * torch.rand(5)) * torch.tensor([-1.0, 1.0, -1.0, 1.0, -1.0])


def bends(count: int, bend: nn.Module) -> nn.Module:
    """y = b + sum_i c_i bend(b_i + w_i x)."""
    return nn.Sequential(nn.Linear(1, count), bend, nn.Linear(count, 1))


def squared_error(models: Network, x: Tensor, y: Tensor) -> Tensor:  # (seeds,)
    error: Tensor = models(x) - y
    return error.square().mean(dim=(1, 2))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    place = torch.linspace(0, 3.999, 200, device=seeds.device)
    heights = seeds.stack(zigzag)  # (seeds, 5)
    piece = place.long()
    y = (heights[:, piece] + (place - piece) * (heights[:, piece + 1] - heights[:, piece]))[:, :, None]
    y = (y - y.mean(1, keepdim=True)) / y.std(1, keepdim=True, correction=0)  # losses are shares of the variance
    x = seeds.shared(place[:, None] - 2)  # (seeds, 200, 1)
    features = torch.cat([x, torch.ones_like(x)], 2)
    fitted = features @ torch.linalg.lstsq(features, y).solution
    line = (fitted - y).square().mean((1, 2))
    yield Measured("a-line-cannot", line)

    loss: dict[tuple[str, int], Tensor] = {}
    drawn = {"zigzag": y[0], "line": fitted[0]}
    for count in COUNTS:
        for kind, bend in (
            ("sigmoid", partial(bends, count, nn.Sigmoid())),
            ("relu", partial(bends, 2 * count, nn.ReLU())),
        ):
            models = seeds.network(bend)
            optimizer = torch.optim.Adam(models.parameters(), lr=config.rate, fused=True)
            for step in range(config.steps):
                now = squared_error(models, x, y)
                optimizer.zero_grad()
                now.sum().backward()
                optimizer.step()
                if step % (1 + config.steps // 100) == 0 and count in (3, 30):
                    units = count if kind == "sigmoid" else 2 * count
                    yield Metric(f"{units} {kind}", step, now.detach().log10(), chart="log10 of the training loss")
            with torch.no_grad():
                loss[kind, count] = squared_error(models, x, y)
            chart = "log10 of the final loss over the sigmoids or pairs of ReLUs"
            yield Metric(kind, count, loss[kind, count].log10(), chart=chart)
            yield Progress(len(loss), 2 * len(COUNTS))
            if kind == "sigmoid" and count in (3, 30):
                drawn[f"{count} sigmoids"] = models[0](x[0]).detach()
    series = {name: torch.stack([x[0, ::2, 0], values[::2, 0]], 1).tolist() for name, values in drawn.items()}
    yield Figure("The zigzag and its fits", "lines", {"series": series}, "x", "y")
    rows = [[count, loss["sigmoid", count], loss["relu", count], line] for count in COUNTS]
    yield Table(
        "Loss as a share of the variance", ["sigmoids or pairs", "sigmoids", "pairs of ReLUs", "best line"], rows
    )
    yield Measured("three-beat-the-line", loss["sigmoid", 3] / line)
    curve = torch.stack([loss["sigmoid", count] for count in COUNTS])  # (4, seeds)
    yield Measured("each-enlargement-helps", (curve.diff(dim=0) < 0).cpu().double().mean(0))
    yield Measured("thirty-beat-three", loss["sigmoid", 30] / loss["sigmoid", 3])
    yield Measured("relus-do-as-well", (loss["relu", 10] / loss["sigmoid", 10]).log10())
