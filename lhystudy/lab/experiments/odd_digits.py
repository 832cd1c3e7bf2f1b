"""An autoencoder that never saw a digit: does its error tell it apart, and when the unknown is simpler?

自编码器没见过某个数字：误差认得出来吗？没见过的东西更简单时呢？

scikit-learn's digits. For each digit one autoencoder learns from the nine others and is then asked about new images.

lesson: autoencoder-anomaly
quick: steps=20
full: steps=5000
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.ranking import auc
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 20000, en="training steps of each autoencoder", zh="每个自编码器的训练步数")
    code: int = param(8, 1, 64, en="numbers in the code", zh="编码的数的个数")
    contrast: float = param(0.3, 0.0, 1.0, en="contrast of the faint copies", zh="淡化图的对比度")


CLAIMS = (
    Claim("unknown-stands-out", ">", 0.8,
          en="a digit that was never seen is reconstructed worse than the known ones",
          zh="没见过的数字，重建得比见过的差",
          quantity_en="AUC of the error, mean of the ten digits left out",
          quantity_zh="误差的 AUC，轮流去掉十个数字的平均"),
    Claim("every-unknown-stands-out", ">", 0.7,
          en="that holds for every digit", zh="对每个数字都如此",
          quantity_en="the lowest of the ten AUCs", quantity_zh="十个 AUC 中最低的"),
    Claim("simpler-hides", ">", 0.5,
          en="the simpler an unknown digit, the better it hides", zh="没见过的数字越简单，越藏得住",
          quantity_en="correlation of the ten AUCs with the digits' distance from their own mean image",
          quantity_zh="十个 AUC 与该数字图像离自身平均图的距离的相关系数"),
    Claim("relatives-hide", ">", 0.5,
          en="the nearer an unknown digit is to pictures of other digits, the better it hides",
          zh="没见过的数字与别的数字的图越像，越藏得住",
          quantity_en="correlation of the ten AUCs with the squared distance to the nearest picture of another digit",
          quantity_zh="十个 AUC 与到别的数字中最近一张图的平方距离的相关系数"),
    Claim("faint-passes", "<", 0.5,
          en="a faint copy of an unknown digit looks more normal than the known digits",
          zh="没见过的数字只要印得淡，看上去比见过的还正常",
          quantity_en="AUC of the error for faint copies, mean of the ten",
          quantity_zh="淡化图的误差的 AUC，十个的平均"),
)  # fmt: skip

ZH = {
    "AUC of the error for each digit left out": "轮流去掉各数字时误差的 AUC", "left out": "去掉的数字", "AUC": "AUC",
    "faint copies": "淡化图", "variety": "自身的变化", "nearest other": "最近的别的数字",
    "An unknown digit, its copy, a faint one, its copy":
    "没见过的数字、它的重建、淡化图、它的重建",
}  # fmt: skip


def correlation(areas: Tensor, other: Tensor) -> Tensor:
    """(seeds, digits) and (digits,) -> (seeds,)."""
    a, b = areas - areas.mean(1, keepdim=True), other - other.mean()
    cosine: Tensor = (a * b).sum(1) / (a.norm(dim=1) * b.norm())
    return cosine


def autoencoder(code: int) -> nn.Module:
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, code),
                         nn.Linear(code, 32), nn.ReLU(), nn.Linear(32, 64))  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    found, passed, variety, apart = [], [], [], []
    rows: list[list[object]] = []
    for digit in range(10):
        known = data.train_images[data.train_labels != digit]
        nets = seeds.network(lambda: autoencoder(config.code))
        optimizer = torch.optim.Adam(nets.parameters(), lr=0.003)
        for _ in range(config.steps):
            x = known[seeds.randint(len(known), (64,))]  # (seeds, 64 digits, 64)
            optimizer.zero_grad()
            (nets(x) - x).square().sum((1, 2)).sum().backward()
            optimizer.step()
        odd = data.test_images[data.test_labels == digit]
        tests = [seeds.shared(x) for x in (data.test_images[data.test_labels != digit], odd, config.contrast * odd)]
        with torch.no_grad():
            copies = [nets(x) for x in tests]
        normal, unknown, faint = ((y - x).square().sum(2) for x, y in zip(tests, copies, strict=True))
        found.append(auc(unknown, normal))
        passed.append(auc(faint, normal))
        variety.append((odd - odd.mean(0)).square().sum(1).mean().double().cpu())
        apart.append(torch.cdist(odd, known).amin(1).square().mean().double().cpu())
        rows.append([str(digit), found[-1], passed[-1], variety[-1].item(), apart[-1].item()])
        if digit == 4:
            views = [x[0, 0].view(8, 8) for pair in zip(tests[1:], copies[1:], strict=True) for x in pair]
            yield Figure("An unknown digit, its copy, a faint one, its copy", "image",
                         {"values": torch.cat(views, dim=1).clamp(0, 1).tolist()})  # fmt: skip
        yield Progress(digit + 1, 10)
    yield Table(
        "AUC of the error for each digit left out",
        ["left out", "AUC", "faint copies", "variety", "nearest other"],
        rows,
    )
    areas = torch.stack(found, dim=1).cpu()  # (seeds, digits)
    yield Figure("AUC of the error for each digit left out", "bars",
                 {"names": [str(digit) for digit in range(10)], "values": areas[0].tolist()})  # fmt: skip
    yield Measured("unknown-stands-out", areas.mean(1))
    yield Measured("every-unknown-stands-out", areas.amin(1))
    yield Measured("simpler-hides", correlation(areas, torch.stack(variety)))
    yield Measured("relatives-hide", correlation(areas, torch.stack(apart)))
    yield Measured("faint-passes", torch.stack(passed, dim=1).mean(1))
