"""Is the output a probability? It is where the log-odds are linear in the features that the model sees.

输出真是概率吗？要看对数几率在模型看到的特征上是不是线性的。

Synthetic data, since only there the true probabilities are known.

lesson: logistic-regression
quick: points=500 steps=100
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

BINS = 10


@dataclass(frozen=True)
class Config:
    points: int = param(
        2000,
        100,
        20000,
        en="examples to learn from, and as many new ones five times",
        zh="训练样本数；新样本是它的五倍",
    )
    steps: int = param(300, 50, 5000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("line-is-probability", "<", 0.03,
          en="where the true log-odds are linear, the output is the share of class 1",
          zh="真实的对数几率是线性的：输出就是第 1 类的比例",
          quantity_en="mean gap between output and share, over ten bins", quantity_zh="输出与比例之差，十个区间的平均"),
    Claim("circle-is-probability", "<", 0.03,
          en="where they are quadratic, it is as well", zh="真实的对数几率是二次的：输出也是",
          quantity_en="mean gap between output and share, over ten bins", quantity_zh="输出与比例之差，十个区间的平均"),
    Claim("squares-mend-it", "<", 0.03,
          en="with the squares as further features it is", zh="把平方也当特征，输出就是比例了",
          quantity_en="mean gap between output and share, over ten bins", quantity_zh="输出与比例之差，十个区间的平均"),
    Claim("squares-bend-the-boundary", ">", 0.95,
          en="then the boundary in the plane is the circle", zh="这时平面上的边界就是那个圆",
          quantity_en="share of new points that the model and the circle put on the same side",
          quantity_zh="模型与圆归为同侧的新点比例"),
    Claim("softmax-is-probability", "<", 0.03,
          en="three scores through softmax give the shares of three classes",
          zh="三个分数经过 softmax，就是三类的比例",
          quantity_en="mean gap between output and share, over ten bins and three classes",
          quantity_zh="输出与比例之差，十个区间、三个类的平均"),
    Claim("softmax-adds-up", "<", 1e-5,
          en="its outputs add up to 1", zh="它的输出加起来是 1",
          quantity_en="largest distance of a sum from 1", quantity_zh="总和与 1 的最大距离"),
)  # fmt: skip

ZH = {
    "cross entropy": "交叉熵", "share of class 1 by output": "输出与第 1 类的比例",
    "what the model with squares says": "加了平方的模型怎么判断",
    "Output and share in ten bins": "十个区间里的输出与比例",
    "true log-odds": "真实的对数几率", "features": "特征", "mean gap": "平均差", "linear": "线性",
    "quadratic": "二次", "with squares": "加平方", "three linear scores": "三个线性分数",
    "output": "输出", "share": "比例",
}  # fmt: skip


def true_scores(kind: str, x: Tensor) -> Tensor:
    """What decides the classes, of x (…, 2): log-odds of class 1, or a score for each of three classes."""
    if kind == "linear":
        return 2 * x[..., :1] - x[..., 1:] + 0.5
    if kind == "quadratic":
        return 3 - 2 * (x[..., :1] - 1) ** 2 - 2 * x[..., 1:] ** 2  # zero on a circle around (1, 0)
    return x @ torch.tensor([[2.0, -1.0, -1.0], [0.0, 1.5, -1.5]], device=x.device)


def features_of(x: Tensor, squares: bool) -> Tensor:
    """x (…, 2) beside a 1 for the bias, and its squares where they are wanted."""
    parts = [x, torch.ones_like(x[..., :1])] + ([x**2] if squares else [])
    return torch.cat(parts, dim=-1)


def outputs(scores: Tensor) -> Tensor:
    """One score becomes the probability of class 1, several become one a class."""
    return torch.sigmoid(scores) if scores.shape[-1] == 1 else torch.softmax(scores, dim=-1)


def draw(kind: str, points: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """x (seeds, points, 2) and what came out: 0 or 1 for class 1, or a one-hot row of three."""
    x = seeds.randn(points, 2)
    p, chance = outputs(true_scores(kind, x)), seeds.rand(points, 1)
    if p.shape[-1] == 1:
        return x, (chance < p).float()
    drawn = (chance > p.cumsum(-1)).sum(-1).clamp(max=2)
    return x, torch.nn.functional.one_hot(drawn, 3).float()


def cross_entropy(scores: Tensor, y: Tensor) -> Tensor:
    """One loss a seed."""
    if scores.shape[-1] == 1:
        return (softplus(scores) - y * scores).mean(dim=(1, 2))
    return -(y * torch.log_softmax(scores, dim=-1)).sum(-1).mean(1)


def bins(f: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """In ten bins of the output f: how many, the mean output, the share of ones. Each (seeds, bins)."""
    f, y = f.flatten(1), y.flatten(1)
    member = torch.nn.functional.one_hot((f * BINS).long().clamp(max=BINS - 1), BINS).to(f)  # (seeds, outputs, bins)
    count = member.sum(1)
    return (
        count,
        (member * f[..., None]).sum(1) / count.clamp(min=1),
        (member * y[..., None]).sum(1) / count.clamp(min=1),
    )


def gap(f: Tensor, y: Tensor) -> Tensor:
    """The distance between mean output and share, averaged over all outputs: (seeds,)."""
    count, said, share = bins(f, y)
    return (count * (said - share).abs()).sum(1) / count.sum(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    plans = (("linear", False, "line-is-probability"), ("quadratic", False, "circle-is-probability"),
             ("quadratic", True, "squares-mend-it"),
             ("three linear scores", False, "softmax-is-probability"))  # fmt: skip
    curves, rows = {"perfect": [[0.0, 0.0], [1.0, 1.0]]}, []
    for done, (kind, squares, claim) in enumerate(plans):
        (x, y), (new_x, new_y) = draw(kind, config.points, seeds), draw(kind, 5 * config.points, seeds)
        features, new_features = features_of(x, squares), features_of(new_x, squares)
        weights = torch.zeros(seeds.count, features.shape[2], y.shape[2], device=seeds.device, requires_grad=True)
        optimizer = torch.optim.Adam([weights], lr=0.1)
        name = f"{kind}{', squares' if squares else ''}"
        for step in range(config.steps):
            loss = cross_entropy(features @ weights, y)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % max(1, config.steps // 100) == 0:
                yield Metric(name, step, loss.detach(), chart="cross entropy")
        f = outputs(new_features @ weights.detach())
        count, said, share = bins(f, new_y)
        if y.shape[2] == 1:
            # to hundredths, lest one share near 0 make the axis of the figure logarithmic
            curves[name] = torch.stack([said[0], share[0].round(decimals=2)], 1)[count[0] >= 50].tolist()
        rows.append([kind, "with squares" if squares else "linear", gap(f, new_y)])
        yield Measured(claim, gap(f, new_y))
        if squares:
            inside = f[..., 0] > 0.5
            same = inside == (true_scores(kind, new_x)[..., 0] > 0)
            yield Measured("squares-bend-the-boundary", same.float().mean(1))
            series = {"class 1": new_x[0][inside[0]][:300].tolist(), "class 2": new_x[0][~inside[0]][:300].tolist()}
            yield Figure("what the model with squares says", "scatter", {"series": series}, "x1", "x2")
        yield Progress(done + 1, len(plans))
    yield Measured("softmax-adds-up", (f.sum(-1) - 1).abs().amax(1))
    yield Figure("share of class 1 by output", "lines", {"series": curves}, "output", "share")
    yield Table("Output and share in ten bins", ["true log-odds", "features", "mean gap"], rows)
