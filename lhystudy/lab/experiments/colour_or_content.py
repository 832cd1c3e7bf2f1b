"""Does a detector look at the digit or at its colour?

检测器看的是数字，还是颜色？

scikit-learn's digits 0 to 4 are known, 5 to 9 are odd. Ink is given a colour by us. Two detectors, each of whose
scores is high for what looks odd: an autoencoder's error, and how unsure a classifier of the known digits is.

lesson: autoencoder-anomaly
quick: steps=30
full: steps=5000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.ranking import auc
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

GREY = (1.0, 1.0, 1.0)
INK = ((1.0, 0.2, 0.2), (1.0, 1.0, 0.2), (0.2, 1.0, 0.2), (0.2, 1.0, 1.0), (0.3, 0.3, 1.0))  # red, yellow, ...


@dataclass(frozen=True)
class Config:
    steps: int = param(600, 20, 20000, en="training steps", zh="训练步数")
    code: int = param(12, 1, 64, en="numbers in the code", zh="编码的数的个数")


CLAIMS = (
    Claim("content-in-grey", ">", 0.8,
          en="among grey digits the autoencoder's error finds the odd ones",
          zh="都是灰色时，自编码器的误差找得出没见过的数字",
          quantity_en="AUC of the error, grey odd digits against grey known ones",
          quantity_zh="误差的 AUC：灰色的异常数字对灰色的已知数字"),
    Claim("colour-outweighs-content", "<", 0.5,
          en="known digits in red ink look odder to it than odd digits in grey",
          zh="在它看来，红色的已知数字比灰色的陌生数字更怪",
          quantity_en="AUC of the error, grey odd digits against red known ones",
          quantity_zh="误差的 AUC：灰色的异常数字对红色的已知数字"),
    Claim("classifier-trusts-colour", "<", 0.5,
          en="a classifier that learned each digit in its own colour is surer of odd digits in those colours than of "
             "known digits in another's",
          zh="分类器学的每个数字各有一色，于是颜色熟悉的陌生数字，比换了颜色的已知数字更让它放心",
          quantity_en="AUC of its doubt, odd digits in known colours against known digits in another digit's colour",
          quantity_zh="疑虑的 AUC：颜色熟悉的异常数字对换了颜色的已知数字"),
    Claim("mixed-ink-mends", ">", 0.8,
          en="trained on digits in all colours, the autoencoder looks at the digit again",
          zh="用各种颜色的数字训练，自编码器又看内容了",
          quantity_en="AUC of the error, grey odd digits against red known ones, trained in all colours",
          quantity_zh="误差的 AUC：灰色的异常数字对红色的已知数字，用各色训练"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Which score is higher": "谁的分数更高", "AUC": "AUC", "detector": "检测器",
    "odd": "异常", "known": "已知", "autoencoder, learned in grey": "自编码器，学的是灰色",
    "autoencoder, learned in all colours": "自编码器，学的是各色", "classifier, a colour for each digit":
    "分类器，每个数字一色", "grey": "灰", "red": "红", "known colours": "熟悉的颜色", "own colour": "自己的颜色",
    "another's colour": "别人的颜色", "AUC, odd / known": "AUC：异常 / 已知",
}  # fmt: skip


def painted(images: Tensor, ink: Tensor) -> Tensor:
    """Grey images (…, 64) in inks (…, 3), as (…, 192)."""
    return (ink[..., None] * images[..., None, :]).flatten(-2)


def doubt(classifier: Network, x: Tensor) -> Tensor:
    """One minus the largest probability: (seeds, n)."""
    with torch.no_grad():
        surest: Tensor = classifier(x).softmax(2).amax(2)
    return 1 - surest


def bottleneck(code: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Linear(192, 64), nn.ReLU(), nn.Linear(64, code),
                         nn.Linear(code, 64), nn.ReLU(), nn.Linear(64, out))  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    known, labels = data.train_images[data.train_labels < 5], data.train_labels[data.train_labels < 5]
    inks, grey = torch.tensor(INK, device=seeds.device), torch.tensor(GREY, device=seeds.device)
    plans = {"autoencoder, learned in grey": "grey", "autoencoder, learned in all colours": "all",
             "classifier, a colour for each digit": "own"}  # fmt: skip
    nets: dict[str, Network] = {}
    for name, plan in plans.items():
        out = 5 if plan == "own" else 192
        nets[name] = seeds.network(partial(bottleneck, config.code, out))
        optimizer = torch.optim.Adam(nets[name].parameters(), lr=0.003)
        for step in range(config.steps):
            pick = seeds.randint(len(known), (64,))
            own = inks[labels[pick]]
            ink = {"grey": grey.expand_as(own), "all": 0.2 + 0.8 * seeds.rand(64, 3), "own": own}[plan]
            x = painted(known[pick], ink)
            said = nets[name](x)
            loss = cross_entropy(said, labels[pick]) if plan == "own" else (said - x).square().sum(2).mean(1)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        yield Progress(len(nets), 3)

    new, truth = data.test_images[data.test_labels < 5], data.test_labels[data.test_labels < 5]
    odd = data.test_images[data.test_labels >= 5]
    grey_odd, grey_new = (seeds.shared(painted(images, grey.expand(len(images), 3))) for images in (odd, new))
    red_new = seeds.shared(painted(new, inks[0].expand(len(new), 3)))
    coloured_odd = painted(seeds.shared(odd), inks[seeds.randint(5, (len(odd),))])
    own_new, other_new = (seeds.shared(painted(new, inks[(truth + k) % 5])) for k in (0, 1))
    with torch.no_grad():
        error = {(name, what): (nets[name](x) - x).square().sum(2) for name in list(plans)[:2]
                 for what, x in (("odd", grey_odd), ("grey", grey_new), ("red", red_new))}  # fmt: skip
    doubts = [doubt(nets["classifier, a colour for each digit"], x) for x in (coloured_odd, own_new, other_new)]
    rows: list[list[Any]] = [[name, "grey", ink, auc(error[name, "odd"], error[name, ink])]
                                for name in list(plans)[:2] for ink in ("grey", "red")]  # fmt: skip
    rows += [[list(plans)[2], "known colours", colour, auc(doubts[0], score)]
             for colour, score in zip(("own colour", "another's colour"), doubts[1:], strict=True)]  # fmt: skip
    yield Table("Which score is higher", ["detector", "odd", "known", "AUC"], rows)
    bars = {"names": [f"{row[1]} / {row[2]}" for row in rows], "values": [row[3][0].item() for row in rows]}
    yield Figure("AUC, odd / known", "bars", bars)
    for claim, place in (("content-in-grey", 0), ("colour-outweighs-content", 1), ("classifier-trusts-colour", 5),
                         ("mixed-ink-mends", 3)):  # fmt: skip
        yield Measured(claim, rows[place][3])
