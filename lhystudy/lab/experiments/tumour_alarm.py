"""Where to draw the line: a detector of malignant tumours that has only seen benign ones, and what errors cost.

线画在哪里：只见过良性肿瘤的检测器，以及两种错误的代价。

scikit-learn's 569 tumours. An autoencoder learns from 200 benign ones. The others are split in two: on one half a
threshold is chosen, on the other it is paid for.

lesson: autoencoder-anomaly
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lhystudy.lab.data import tumours
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.ranking import auc
from lhystudy.lab.seeds import Seeds

LEARNED = 200  # benign tumours that the autoencoder learns from


@dataclass(frozen=True)
class Config:
    steps: int = param(600, 20, 20000, en="training steps", zh="训练步数")
    code: int = param(5, 1, 30, en="numbers in the code", zh="编码的数的个数")
    missed: float = param(10.0, 1.0, 1000.0, en="cost of a missed tumour; a false alarm costs 1",
                          zh="漏掉一个恶性的代价；误报一个的代价是 1")  # fmt: skip


CLAIMS = (
    Claim("finds-malignant", ">", 0.9,
          en="the error of an autoencoder that saw only benign tumours tells malignant ones apart",
          zh="只见过良性肿瘤的自编码器，靠误差就分得出恶性的",
          quantity_en="AUC of the error", quantity_zh="误差的 AUC"),
    Claim("network-beats-distance", ">", 0.0,
          en="better than the mere distance from the average benign tumour", zh="比单看离良性平均值有多远更好",
          quantity_en="AUC of the error minus AUC of the distance", quantity_zh="误差的 AUC 减距离的 AUC"),
    Claim("cost-moves-the-line", "<", 0.9,
          en="a threshold chosen by its cost is cheaper than the one with the fewest errors",
          zh="按代价选的阈值，比错得最少的阈值便宜",
          quantity_en="cost on the other half, over that of the threshold with the fewest errors",
          quantity_zh="另一半上的代价，与错得最少的阈值之比"),
    Claim("labels-help", ">", 0.0,
          en="a line that learned from labels of both kinds does better still", zh="用两类标签学出的直线更好",
          quantity_en="AUC of logistic regression on the chosen half's labels minus AUC of the error",
          quantity_zh="用那一半的标签学的逻辑回归的 AUC 减误差的 AUC"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "false alarms": "误报率", "found": "检出率", "ROC: found against false alarms":
    "ROC：检出率对误报率", "Scores": "分数", "error": "误差", "distance from the mean": "离平均的距离",
    "labels of both kinds": "两类标签", "Threshold": "阈值", "missed": "漏掉", "cost": "代价",
    "fewest errors": "错得最少", "lowest cost": "代价最低",
}  # fmt: skip


def best_line(score: Tensor, odd: Tensor, missed: float) -> Tensor:
    """The threshold among the scores (seeds, n) with the lowest cost on them: (seeds, 1)."""
    alarm = score[:, None, :] >= score[:, :, None]  # (seeds, thresholds, n)
    cost = (alarm & ~odd[:, None]).sum(2) + missed * (~alarm & odd[:, None]).sum(2)
    return score.gather(1, cost.argmin(1, keepdim=True))


def logistic(x: Tensor, odd: Tensor, new: Tensor, steps: int) -> Tensor:
    """Scores of new cases (seeds, m) by logistic regression with a small penalty."""
    w = torch.zeros(x.shape[0], x.shape[2] + 1, device=x.device, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.05)
    for _ in range(steps):
        score = (x @ w[:, 1:, None])[..., 0] + w[:, :1]
        loss = nn.functional.binary_cross_entropy_with_logits(score, odd.float(), reduction="none").mean(1)
        optimizer.zero_grad()
        (loss + 0.01 * w[:, 1:].square().sum(1)).sum().backward()
        optimizer.step()
    return (new @ w.detach()[:, 1:, None])[..., 0]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = tumours()
    features, labels = data.features.to(seeds.device), data.labels.to(seeds.device)  # 0 malignant, 1 benign
    benign, malignant = features[labels == 1], features[labels == 0]
    shuffled = benign[seeds.randperm(len(benign))]  # (seeds, 357, 30)
    middle, spread = shuffled[:, :LEARNED].mean(1, keepdim=True), shuffled[:, :LEARNED].std(1, keepdim=True)
    learned = (shuffled[:, :LEARNED] - middle) / spread
    rest = torch.cat([shuffled[:, LEARNED:], seeds.shared(malignant)], dim=1)
    order = seeds.randperm(rest.shape[1])
    rest = ((rest - middle) / spread).gather(1, order[..., None].expand_as(rest))
    odd = order >= len(benign) - LEARNED  # (seeds, cases)

    nets = seeds.network(lambda: nn.Sequential(
        nn.Linear(30, 20), nn.ReLU(), nn.Linear(20, config.code), nn.Linear(config.code, 20), nn.ReLU(),
        nn.Linear(20, 30)))  # fmt: skip
    optimizer = torch.optim.Adam(nets.parameters(), lr=0.003)
    for step in range(config.steps):
        loss = (nets(learned) - learned).square().sum(2).mean(1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 80) == 0:
            yield Metric("error", step, loss.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)

    half = rest.shape[1] // 2
    with torch.no_grad():
        error = (nets(rest) - rest).square().sum(2)  # (seeds, cases)
    told = logistic(rest[:, :half], odd[:, :half], rest[:, half:], 200)
    scores = {"error": error[:, half:], "distance from the mean": rest.square().sum(2)[:, half:],
              "labels of both kinds": told}  # fmt: skip
    truth = odd[:, half:]
    # Which cases are odd differs from seed to seed in number, so the pairs are counted seed by seed.
    area = {name: torch.cat([auc(s[t][None], s[~t][None]) for s, t in zip(score, truth, strict=True)])
            for name, score in scores.items()}  # fmt: skip
    yield Table("Scores", ["", "AUC"], [[name, a] for name, a in area.items()])
    curves = {}
    for name, score in scores.items():
        ranked = truth[0][score[0].argsort(descending=True)].double()
        found, alarms = ranked.cumsum(0) / ranked.sum(), (1 - ranked).cumsum(0) / (1 - ranked).sum()
        curves[name] = torch.stack([alarms, found], dim=1).tolist()
    yield Figure("ROC: found against false alarms", "lines", {"series": curves}, "false alarms", "found")
    rows: list[list[Any]] = []
    for name, missed in (("fewest errors", 1.0), ("lowest cost", config.missed)):
        alarm = error[:, half:] >= best_line(error[:, :half], odd[:, :half], missed)
        false, lost = (alarm & ~truth).double().mean(1), (~alarm & truth).double().mean(1)
        rows.append([name, false, lost, false + config.missed * lost])
    yield Table("Threshold", ["", "false alarms", "missed", "cost"], rows)
    yield Measured("finds-malignant", area["error"])
    yield Measured("network-beats-distance", area["error"] - area["distance from the mean"])
    yield Measured("cost-moves-the-line", rows[1][3] / rows[0][3])
    yield Measured("labels-help", area["labels of both kinds"] - area["error"])
