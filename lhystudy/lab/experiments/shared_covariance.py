"""One covariance for both classes or one each: which is better depends on the truth and on how many examples there are.

两类共用一个协方差，还是各用各的：哪个好，要看真实情况，也要看有多少样本。

Synthetic data: two Gaussian classes whose true means and covariances are known. Each attribute tells a little.

lesson: generative-classifier
quick: repeats=4 test=200
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    attributes: int = param(7, 2, 9, en="attributes of a point", zh="每个点的属性数")
    few: int = param(30, 20, 1000, en="examples of both classes, the small set", zh="小样本：两类共多少个")
    many: int = param(140, 20, 5000, en="examples of both classes, the large set", zh="大样本：两类共多少个")
    gap: float = param(0.6, 0.0, 5.0, en="distance of the means in each attribute", zh="两个均值在每个属性上的距离")
    correlation: float = param(0.4, 0.0, 0.9, en="correlation of neighbouring attributes", zh="相邻属性的相关系数")
    repeats: int = param(40, 1, 500, en="training sets a seed", zh="每个种子的训练集数")
    test: int = param(1000, 100, 10000, en="test points", zh="测试点数")


CLAIMS = (
    Claim("few-alike", ">", 0.0,
          en="few examples, equal true spreads: sharing one covariance is better",
          zh="样本少、真实散布相同：共用协方差更好",
          quantity_en="test accuracy, shared minus separate", quantity_zh="测试准确率，共用减各用"),
    Claim("few-unlike", ">", 0.0,
          en="few examples, different true spreads: sharing is better", zh="样本少、真实散布不同：共用更好",
          quantity_en="test accuracy, shared minus separate", quantity_zh="测试准确率，共用减各用"),
    Claim("many-alike", ">", 0.0,
          en="more examples, equal true spreads: sharing is better", zh="样本多、真实散布相同：共用更好",
          quantity_en="test accuracy, shared minus separate", quantity_zh="测试准确率，共用减各用"),
    Claim("many-unlike", ">", 0.0,
          en="more examples, different true spreads: sharing is better", zh="样本多、真实散布不同：共用更好",
          quantity_en="test accuracy, shared minus separate", quantity_zh="测试准确率，共用减各用"),
    Claim("attributes-help", ">", 0.02,
          en="all attributes are better than two, with a shared covariance and the larger set",
          zh="共用协方差、大样本：全部属性比两个属性好",
          quantity_en="test accuracy, all minus two", quantity_zh="测试准确率，全部减两个"),
    Claim("separate-overfits", ">", 0.02,
          en="with all attributes separate covariances still overfit more than a shared one, on the larger set",
          zh="全部属性、大样本：各用各的协方差，过拟合仍比共用严重",
          quantity_en="training minus test accuracy, separate minus shared, equal true spreads",
          quantity_zh="训练减测试准确率，各用减共用，真实散布相同"),
)  # fmt: skip

ZH = {
    "Test accuracy": "测试准确率", "Training accuracy": "训练准确率", "true spreads": "真实散布", "examples": "样本数",
    "attributes": "属性数", "separate": "各用各的", "shared": "共用", "equal": "相同", "different": "不同",
    "test accuracy, all attributes": "测试准确率，全部属性",
}  # fmt: skip


def truth(config: Config, alike: bool) -> Tensor:
    """The true covariances of both classes, (2, d, d): neighbours go together; unlike, they go against in class 2."""
    steps = torch.arange(config.attributes)
    apart = (steps[:, None] - steps).abs()
    return torch.stack([config.correlation**apart, (config.correlation if alike else -config.correlation) ** apart])


def draw(config: Config, roots: Tensor, count: int, repeats: int, seeds: Seeds) -> Tensor:
    """Half of `count` points of each class: (seeds, repeats, 2, count / 2, d)."""
    noise = seeds.randn(repeats, 2, count // 2, config.attributes)
    middle = config.gap / 2 * torch.tensor([1.0, -1.0], device=seeds.device)[:, None, None]
    return middle + noise @ roots.mT


def log_odds(train: Tensor, shared: bool, x: Tensor) -> Tensor:
    """log p(x|C1) - log p(x|C2) of the likeliest Gaussians: x (…, 2, m, d) -> (…, 2, m)."""
    means = train.mean(-2)  # (…, 2, d)
    centred = train - means[..., None, :]
    spreads = centred.mT @ centred / train.shape[-2]  # (…, 2, d, d)
    if shared:  # the classes are of one size: the weighted mean is the plain one
        spreads = spreads.mean(-3, keepdim=True).expand_as(spreads)
    points = x.flatten(-3, -2)[..., None, :, :]  # (…, 1, 2 m, d), to be held against both classes
    roots = torch.linalg.cholesky(spreads)
    away = torch.linalg.solve_triangular(roots, (points - means[..., None, :]).mT, upper=False)  # (…, 2, d, 2 m)
    logs = -0.5 * away.square().sum(-2) - roots.diagonal(dim1=-2, dim2=-1).log().sum(-1)[..., None]
    odds: Tensor = (logs[..., 0, :] - logs[..., 1, :]).unflatten(-1, x.shape[-3:-1])
    return odds


def accuracy(odds: Tensor) -> Tensor:
    """Of log odds (seeds, repeats, 2, m): class 1 should be positive, class 2 negative. -> (seeds,)"""
    right = torch.stack([odds[:, :, 0] > 0, odds[:, :, 1] < 0], dim=2)
    return right.cpu().double().mean((1, 2, 3))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    tested: dict[tuple[object, ...], Tensor] = {}
    trained: dict[tuple[object, ...], Tensor] = {}
    done, cases = 0, [(spreads, n) for spreads in ("equal", "different") for n in (config.few, config.many)]
    for spreads, n in cases:
        roots = torch.linalg.cholesky(truth(config, spreads == "equal")).to(seeds.device)
        train = draw(config, roots, n, config.repeats, seeds)
        test = draw(config, roots, config.test, config.repeats, seeds)
        for d in sorted({2, config.attributes}):
            for model in ("separate", "shared"):
                seen, new = train[..., :d], test[..., :d]
                trained[spreads, n, d, model] = accuracy(log_odds(seen, model == "shared", seen))
                tested[spreads, n, d, model] = accuracy(log_odds(seen, model == "shared", new))
        done += 1
        yield Progress(done, len(cases))
    columns = ["true spreads", "examples", "attributes", "separate", "shared"]
    for title, values in (("Training accuracy", trained), ("Test accuracy", tested)):
        rows = [
            [*case, value, values[*case, "shared"]] for (*case, model), value in values.items() if model == "separate"
        ]
        yield Table(title, columns, rows)
    d = config.attributes
    bars = {f"{spreads} {n} {model}": tested[spreads, n, d, model][0].item()
            for spreads, n in cases for model in ("separate", "shared")}  # fmt: skip
    yield Figure("test accuracy, all attributes", "bars", {"names": list(bars), "values": list(bars.values())})

    def gain(spreads: str, n: int) -> Tensor:
        return tested[spreads, n, d, "shared"] - tested[spreads, n, d, "separate"]

    yield Measured("few-alike", gain("equal", config.few))
    yield Measured("few-unlike", gain("different", config.few))
    yield Measured("many-alike", gain("equal", config.many))
    yield Measured("many-unlike", gain("different", config.many))
    large = ("equal", config.many)
    yield Measured("attributes-help", tested[*large, d, "shared"] - tested[*large, 2, "shared"])
    excess = {model: trained[*large, d, model] - tested[*large, d, model] for model in ("separate", "shared")}
    yield Measured("separate-overfits", excess["separate"] - excess["shared"])
