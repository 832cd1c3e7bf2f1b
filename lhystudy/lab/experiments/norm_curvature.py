"""With batch norm inside, must inputs still be standardised? The curvature of a small network's loss, and its speed.

有了批次归一化，输入还要不要标准化？看一个小网络的损失有多弯，学得多快。

Real data: scikit-learn's wines, 13 measurements, three grapes. A network 13-8-3 with tanh sees them raw or
standardised, with or without batch norm before the tanh. The Hessian of all its weights is computed at the start;
then it learns by plain descent on all wines at once.

lesson: normalization
quick: steps=20
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call, hessian

from lhystudy.lab.data import wines
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="steps of descent", zh="下降的步数")
    rate: float = param(0.1, 0.0001, 2.0, en="learning rate", zh="学习率")
    width: int = param(8, 2, 16, en="hidden units", zh="隐藏单元数")


CLAIMS = (
    Claim("raw-is-steeper", ">", 1.0,
          en="without batch norm the loss is steeper for raw inputs than for standardised ones",
          zh="没有批次归一化时，原始输入的损失比标准化的陡得多",
          quantity_en="log10 of the largest eigenvalue of the Hessian, raw over standardised",
          quantity_zh="Hessian 最大特征值之比的 log10，原始比标准化"),
    Claim("standardising-speeds", ">", 2.0,
          en="standardised, it learns far more in as many steps", zh="标准化之后，同样的步数学到的多得多",
          quantity_en="training loss at the end, raw over standardised, without batch norm",
          quantity_zh="最终训练损失之比，原始比标准化，没有批次归一化"),
    Claim("batch-norm-helps-raw", ">", 2.0,
          en="for raw inputs batch norm alone more than halves the loss",
          zh="对原始输入，光有批次归一化，损失就能降到一半以下",
          quantity_en="training loss at the end, without batch norm over with it, raw inputs",
          quantity_zh="最终训练损失之比，没有批次归一化比有，原始输入"),
    Claim("batch-norm-spares-it", "<", 1.2,
          en="with batch norm the inputs need not be standardised", zh="有了批次归一化，输入就不必标准化",
          quantity_en="training loss at the end, raw over standardised, with batch norm",
          quantity_zh="最终训练损失之比，原始比标准化，都有批次归一化"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失",
    "log10 of the eigenvalues of the Hessian, in order": "Hessian 特征值大小的 log10，从大到小",
    "place": "名次", "Four networks": "四个网络", "inputs": "输入", "batch norm": "批次归一化", "yes": "有", "no": "无",
    "largest eigenvalue": "最大特征值", "loss": "损失", "accuracy": "准确率", "raw": "原始", "standardised": "标准化",
}  # fmt: skip


def build(width: int, normed: bool) -> nn.Module:
    norm = nn.BatchNorm1d(width, track_running_stats=False) if normed else nn.Identity()
    return nn.Sequential(nn.Linear(13, width), norm, nn.Tanh(), nn.Linear(width, 3))


def eigenvalues(network: nn.Module, x: Tensor, labels: Tensor) -> Tensor:
    """Those of the Hessian of the mean cross entropy in all weights, by size, the largest first."""
    names, weights = zip(*network.named_parameters(), strict=True)
    sizes = [weight.numel() for weight in weights]

    def loss(flat: Tensor) -> Tensor:
        parts = [part.view_as(weight) for part, weight in zip(flat.split(sizes), weights, strict=True)]
        return nn.functional.cross_entropy(functional_call(network, dict(zip(names, parts, strict=True)), (x,)), labels)

    matrix = hessian(loss)(torch.cat([weight.detach().flatten() for weight in weights]))
    found: Tensor = torch.linalg.eigvalsh(matrix.cpu().double()).abs().sort(descending=True).values
    return found


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = wines()
    deviation, mean = torch.std_mean(data.features, dim=0, correction=0)
    inputs = {"raw": data.features, "standardised": (data.features - mean) / deviation}
    labels = seeds.shared(data.labels)
    steepest, losses, rows, curves = {}, {}, [], {}
    for kind, features in inputs.items():
        x = seeds.shared(features)
        for normed in (False, True):
            networks = seeds.network(partial(build, config.width, normed))
            name = f"{kind}, batch norm" if normed else kind
            values = torch.stack([eigenvalues(networks[k], x[k], labels[k]) for k in range(seeds.count)])
            steepest[name] = values[:, 0]
            curves[name] = [[k + 1, v] for k, v in enumerate(values[0].clamp(min=1e-9).log10().tolist())]
            for step in range(config.steps):
                loss = cross_entropy(networks(x), labels)
                for weight, slope in zip(
                    networks.parameters(), torch.autograd.grad(loss.sum(), list(networks.parameters())), strict=True
                ):
                    weight.data -= config.rate * slope
                if step % (1 + config.steps // 100) == 0:
                    yield Metric(name, step, loss.detach(), chart="training loss")
            with torch.no_grad():
                scores = networks(x)
            losses[name] = cross_entropy(scores, labels)
            right = (scores.argmax(dim=2) == labels).cpu().double().mean(dim=1)
            rows.append([kind, "yes" if normed else "no", steepest[name], losses[name], right])
            yield Progress(len(rows), 4)
    title = "log10 of the eigenvalues of the Hessian, in order"
    yield Figure(title, "lines", {"series": curves}, "place", "log10")
    yield Table("Four networks", ["inputs", "batch norm", "largest eigenvalue", "loss", "accuracy"], rows)
    yield Measured("raw-is-steeper", (steepest["raw"] / steepest["standardised"]).log10())
    yield Measured("standardising-speeds", losses["raw"] / losses["standardised"])
    yield Measured("batch-norm-helps-raw", losses["raw"] / losses["raw, batch norm"])
    yield Measured("batch-norm-spares-it", losses["raw, batch norm"] / losses["standardised, batch norm"])
