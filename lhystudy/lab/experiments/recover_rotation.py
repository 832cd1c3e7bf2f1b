"""Gradient descent on the six numbers turns a picture back, if it starts near enough.

对六个数做梯度下降，能把转过的图转回来，只要起点够近。

A real digit (scikit-learn's) and the same digit turned by a known angle; descent moves the sampling grid until the two
agree. 32 digits of a seed are tried at once.

lesson: spatial-transformer
quick: steps=40
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.sampling import angle_of, sample, turn
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    near: float = param(30.0, 1.0, 180.0, en="the near angle, degrees", zh="近的角度，度")
    far: float = param(120.0, 1.0, 180.0, en="the far angle, degrees", zh="远的角度，度")
    steps: int = param(150, 10, 2000, en="steps of descent", zh="下降步数")


CLAIMS = (
    Claim("near-comes-back", ">", 0.9,
          en="a rotation of 30 degrees is found by descent on the angle", zh="转 30 度，对角度做下降就找得回来",
          quantity_en="share of digits that end within 5 degrees", quantity_zh="最后偏差在 5 度内的数字的比例"),
    Claim("six-come-back", ">", 0.9,
          en="so it is by descent on all six numbers", zh="对六个数一起下降，也找得回来",
          quantity_en="share of digits whose matrix ends within 5 degrees",
          quantity_zh="矩阵的角度最后偏差在 5 度内的比例"),
    Claim("far-comes-back", ">", 0.9,
          en="a rotation of 120 degrees is found as well", zh="转 120 度也找得回来",
          quantity_en="share of digits that end within 5 degrees", quantity_zh="最后偏差在 5 度内的数字的比例"),
    Claim("rounded-stays", "<=", 0.0,
          en="with rounded coordinates the angle does not move", zh="坐标取整，角度一动不动",
          quantity_en="mean movement, degrees", quantity_zh="平均移动，度"),
)  # fmt: skip

ZH = {
    "degrees from upright": "与正立相差的度数", "A digit, turned, and turned back": "一个数字、转过的、转回来的",
    "Squared difference over the angle, first digit": "第一个数字：平方差随角度的变化",
    "Where descent ends": "下降停在哪里", "start": "起点", "what moves": "动的是", "the angle": "角度",
    "six numbers": "六个数", "share within 5 degrees": "偏差 5 度内的比例", "mean error, degrees": "平均偏差，度",
    "angle of the grid, degrees": "网格的角度，度",
}  # fmt: skip


def descend(upright: Tensor, degrees: float, config: Config, six: bool, rounded: bool = False) -> Iterator[Tensor]:
    """How many degrees from upright each picture (seeds, digits) is, before every step and after the last."""
    applied = torch.full(upright.shape[:2], math.radians(degrees), device=upright.device)
    turned = sample(upright, turn(applied))
    angle = torch.zeros_like(applied)
    moved = (turn(angle) if six else angle).requires_grad_()
    adam = torch.optim.Adam([moved], lr=0.03)
    for step in range(config.steps + 1):
        theta = moved if six else turn(moved)
        off = (applied + angle_of(theta.detach()) + math.pi) % (2 * math.pi) - math.pi
        yield off.abs() * 180 / math.pi
        if step == config.steps:
            return
        loss = (sample(turned, theta, rounded) - upright).square().sum()
        adam.zero_grad()
        loss.backward()
        adam.step()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().test_images.view(-1, 8, 8).to(seeds.device)
    upright = data[seeds.randperm(len(data))[:, :32]]  # (seeds, 32, 8, 8)
    cases = (("near", config.near, False, False, "near-comes-back"),
             ("near six", config.near, True, False, "six-come-back"),
             ("far", config.far, False, False, "far-comes-back"),
             ("rounded", config.near, False, True, ""))  # fmt: skip
    rows = []
    first = torch.zeros(())
    for place, (name, degrees, six, rounded, claim) in enumerate(cases):
        for step, off in enumerate(descend(upright, degrees, config, six, rounded)):
            first = off if step == 0 else first
            if step % 2 == 0:
                yield Metric(name, step, off.mean(1), chart="degrees from upright")
            yield Progress(place * (config.steps + 1) + step + 1, len(cases) * (config.steps + 1))
        found = (off < 5).float().mean(1)
        if claim:
            yield Measured(claim, found)
            rows.append([degrees, "six numbers" if six else "the angle", found, off.mean(1)])
        else:
            yield Measured("rounded-stays", (off - first).abs().mean(1))
    yield Table("Where descent ends", ["start", "what moves", "share within 5 degrees", "mean error, degrees"], rows)

    angles = torch.linspace(-math.pi, math.pi, 121, device=seeds.device)
    digit = upright[0, :1].expand(len(angles), 8, 8)
    losses = (sample(digit, turn(angles)) - digit).square().sum((1, 2))
    points = [[math.degrees(angle), loss] for angle, loss in zip(angles.tolist(), losses.tolist(), strict=True)]
    yield Figure("Squared difference over the angle, first digit", "lines", {"series": {"difference": points}},
                 "angle of the grid, degrees")  # fmt: skip
    near = torch.tensor(math.radians(config.near), device=seeds.device)
    three = [upright[0, 0], sample(upright[0, 0], turn(near)), sample(sample(upright[0, 0], turn(near)), turn(-near))]
    row = torch.cat([torch.nn.functional.pad(picture, (0, 1), value=1.0) for picture in three], dim=1)
    yield Figure("A digit, turned, and turned back", "image", {"values": row.clamp(0, 1).tolist()})
