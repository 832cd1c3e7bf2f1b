"""What batch and layer normalisation do to a batch of digits, number by number.

批次归一化与层归一化对一批数字做了什么，逐个数来看。

Real data: 64 of scikit-learn's digits go through a layer of random weights; its 16 outputs z are normalised.

lesson: normalization
quick: batch=16
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

UNITS = 16


@dataclass(frozen=True)
class Config:
    batch: int = param(64, 4, 500, en="digits in a batch", zh="一批的数字个数")
    eps: float = param(1e-5, 1e-12, 1.0, en="epsilon under the root", zh="根号里的 ε")


CLAIMS = (
    Claim("by-hand-is-torch", "<", 1e-6,
          en="(z - mean) / sqrt(variance + eps) over the batch, variance by 1/N, is nn.BatchNorm1d in training",
          zh="对一批取 (z - 均值) / sqrt(方差 + ε)，方差除以 N，就是训练时的 nn.BatchNorm1d",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("units-do-not-matter", "<", 0.01,
          en="scaling an input of it by 100 and shifting it changes nothing",
          zh="把它的一个输入放大 100 倍再平移，结果不变",
          quantity_en="largest change of the output", quantity_zh="输出的最大变化"),
    Claim("only-subtract-and-divide", ">", 1e-3,
          en="batch normalisation is only subtracting the mean and dividing by the deviation",
          zh="批次归一化只是减均值、除以标准差",
          quantity_en="largest distance from the input when weight and bias are set to deviation and mean",
          quantity_zh="把 weight 和 bias 设成标准差和均值时，与输入的最大差距"),
    Claim("constant-needs-eps", ">=", 1.0,
          en="without eps a unit that is constant over the batch becomes nan", zh="没有 ε，整批都相同的单元会变成 nan",
          quantity_en="share of its values that are nan", quantity_zh="其中 nan 的比例"),
    Claim("batch-evens-units", "<", 1e-6,
          en="batch norm: each unit has mean 0 over the examples", zh="批次归一化：每个单元在各样本上均值为 0",
          quantity_en="largest mean of a unit", quantity_zh="单元均值的最大值"),
    Claim("layer-evens-examples", "<", 1e-6,
          en="layer norm: each example has mean 0 over its units", zh="层归一化：每个样本在各单元上均值为 0",
          quantity_en="largest mean of an example", quantity_zh="样本均值的最大值"),
    Claim("layer-minds-its-own", "<=", 0.0,
          en="layer norm of an example does not change when the other examples do",
          zh="换掉其他样本，一个样本的层归一化不变",
          quantity_en="largest change", quantity_zh="最大变化"),
    Claim("batch-minds-others", ">", 0.05,
          en="its batch norm does", zh="它的批次归一化会变", quantity_en="largest change", quantity_zh="最大变化"),
    Claim("one-is-refused", ">=", 1.0,
          en="in training a batch of one example is refused", zh="训练时，只有一个样本的批会报错",
          quantity_en="share of seeds", quantity_zh="种子的比例"),
    Claim("use-differs-from-training", ">", 0.1,
          en="for a batch of two, training and use give different outputs", zh="一批两个样本时，训练与使用的输出不同",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("updated-in-use", ">", 0.0,
          en="in use the running averages go on being updated", zh="使用时，移动平均还在逐步更新",
          quantity_en="largest change of the running mean by ten batches in use",
          quantity_zh="使用中过十批之后，移动均值的最大变化"),
)  # fmt: skip

ZH = {
    "z: a row is an example, a column a unit": "z：一行是一个样本，一列是一个单元", "unit": "单元", "example": "样本",
    "Batch norm of z": "z 的批次归一化", "Layer norm of z": "z 的层归一化", "Largest mean": "最大的均值",
    "normalised": "归一化", "over the examples": "跨样本", "over the units": "跨单元", "none": "无",
    "batch norm": "批次归一化", "layer norm": "层归一化",
}  # fmt: skip


def batch_norm(z: Tensor, eps: float) -> Tensor:
    """Each unit over the batch: (examples, units) -> (examples, units)."""
    mean, variance = z.mean(dim=0), z.var(dim=0, correction=0)
    return (z - mean) / (variance + eps).sqrt()


def measure(z: Tensor, config: Config) -> dict[str, float]:
    """What each claim measures, for one seed's z: (examples, units) in double precision."""
    eps, units = config.eps, z.shape[1]
    layer = nn.LayerNorm(units, eps, dtype=z.dtype)
    batch = nn.BatchNorm1d(units, eps, momentum=1.0, dtype=z.dtype)  # its averages are those of the last batch
    with torch.no_grad():
        pair = batch(z[:2])
        normalised = batch(z)
        scaled = z.clone()
        scaled[:, 0] = 100 * z[:, 0] + 7
        undo = nn.BatchNorm1d(units, eps, dtype=z.dtype)
        undo.weight.copy_((z.var(dim=0, correction=0) + eps).sqrt())
        undo.bias.copy_(z.mean(dim=0))
        constant = z.clone()
        constant[:, 0] = 3.0
        others = torch.cat([z[:1], z[1:].flip(0) + torch.randn_like(z[1:])])
        batch.eval()
        before = batch.get_buffer("running_mean").clone()
        used = batch(z[:2])
        for _ in range(10):
            batch(z + 1)
        after = batch.get_buffer("running_mean")
        try:
            nn.BatchNorm1d(units)(z[:1].float())
            refused = 0.0
        except ValueError:
            refused = 1.0
        found = {
            "by-hand-is-torch": (batch_norm(z, eps) - normalised).abs().max(),
            "units-do-not-matter": (batch_norm(scaled, eps) - normalised).abs().max(),
            "only-subtract-and-divide": (undo(z) - z).abs().max(),
            "constant-needs-eps": batch_norm(constant, 0.0)[:, 0].isnan().double().mean(),
            "batch-evens-units": normalised.mean(dim=0).abs().max(),
            "layer-evens-examples": layer(z).mean(dim=1).abs().max(),
            "layer-minds-its-own": (layer(others)[0] - layer(z)[0]).abs().max(),
            "batch-minds-others": (batch_norm(others, eps)[0] - normalised[0]).abs().max(),
            "use-differs-from-training": (used - pair).abs().max(),
            "updated-in-use": (after - before).abs().max(),
        }
    return {name: value.item() for name, value in found.items()} | {"one-is-refused": refused}


def outputs(images: Tensor, batch: int) -> Tensor:
    """z of a batch drawn by torch's chance: (batch, units)."""
    chosen = images[torch.randperm(len(images))[:batch]]
    return chosen @ torch.randn(images.shape[1], UNITS, dtype=images.dtype)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    images = digits().train_images.double()
    zs = seeds.stack(partial(outputs, images, config.batch)).cpu()  # (seeds, batch, units)
    rest = iter(zs)
    measured = seeds.each(lambda: measure(next(rest), config))
    layered = [nn.functional.layer_norm(z, (UNITS,)) for z in zs]
    normed = [batch_norm(z, config.eps) for z in zs]
    for title, rows in (("z: a row is an example, a column a unit", zs[0]), ("Batch norm of z", normed[0]),
                        ("Layer norm of z", layered[0])):  # fmt: skip
        yield Figure(title, "heat", {"values": rows[:16].tolist()}, "unit", "example")
    cells = [[name, [z.mean(dim=0).abs().max().item() for z in kind], [z.mean(dim=1).abs().max().item() for z in kind]]
             for name, kind in (("none", zs), ("batch norm", normed), ("layer norm", layered))]  # fmt: skip
    yield Table("Largest mean", ["normalised", "over the examples", "over the units"], cells)
    for claim in CLAIMS:
        yield Measured(claim.id, [found[claim.id] for found in measured])
