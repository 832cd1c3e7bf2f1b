"""A posterior and its Gaussian: full Fisher matrix, diagonal, and Fisher from labels that are not the model's.

后验与它的正态近似：完整的 Fisher 矩阵、只留对角、标签不是模型给的 Fisher。

Synthetic data: logistic regression with two weights on two inputs that go together, labels drawn from the model, a flat
prior. The true posterior is worked out on a grid; the Gaussians stand at its peak with N times Fisher as precision.
Beside it an easy case: a Gaussian mean learned from all data at once, or from two halves in turn.

lesson: lifelong
quick: examples=50
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    examples: int = param(100, 20, 2000, en="examples", zh="样本数")
    together: float = param(0.9, 0.0, 0.99, en="correlation of the two inputs", zh="两个输入的相关系数")


CLAIMS = (
    Claim("in-turn-is-at-once", "<", 1e-9,
          en="the posterior after the first half, taken as prior for the second, gives the posterior of all",
          zh="前一半的后验当作后一半的先验，就得到全部数据的后验",
          quantity_en="largest difference of mean and precision", quantity_zh="均值与精度的最大差"),
    Claim("fisher-is-hessian", "<", 1e-9,
          en="here N times Fisher is the Hessian of the loss, whatever the labels",
          zh="这里 N 倍 Fisher 就是损失的 Hessian，与标签无关",
          quantity_en="largest difference over the largest entry", quantity_zh="最大差除以最大的元"),
    Claim("full-fits", "<", 0.15,
          en="a Gaussian with the full Fisher matrix is close to the posterior", zh="完整 Fisher 的正态分布接近后验",
          quantity_en="total variation distance, 0 to 1", quantity_zh="全变差距离，0 到 1"),
    Claim("diagonal-is-off", ">", 0.2,
          en="with its diagonal alone it is far off when inputs go together", zh="输入相关时，只留对角就差得远",
          quantity_en="total variation distance, diagonal minus full", quantity_zh="全变差距离之差：对角减完整"),
    Claim("observed-is-rough", ">", 0.05,
          en="squared slopes at the observed labels give another matrix",
          zh="用观测到的标签算斜率的平方，得到的是另一个矩阵",
          quantity_en="norm of the difference over the norm of Fisher", quantity_zh="差的范数除以 Fisher 的范数"),
)  # fmt: skip

ZH = {"Distance from the posterior": "与后验的距离", "Gaussian": "正态分布", "total variation": "全变差距离",
      "full Fisher": "完整 Fisher",
      "diagonal": "对角", "observed labels": "观测到的标签", "random labels": "乱抽的标签",
      "The true posterior": "真正的后验", "With the diagonal alone": "只留对角的正态分布"}  # fmt: skip


def peak(x: Tensor, y: Tensor) -> Tensor:
    """The weights (seeds, 2) of least loss, by Newton's method."""
    w = torch.zeros(len(x), 2, dtype=DOUBLE)
    for _ in range(25):
        p = torch.sigmoid((x @ w[..., None])[..., 0])
        slope = (x * (p - y)[..., None]).sum(1)
        bend = x.mT @ (x * (p * (1 - p))[..., None]) + 1e-9 * torch.eye(2, dtype=DOUBLE)
        w = w - torch.linalg.solve(bend, slope).clamp(-2, 2)
    return w


def loss(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Minus log likelihood of one seed at weights (..., 2)."""
    z = w @ x.T
    return (torch.nn.functional.softplus(z) - y * z).sum(-1)


def on_grid(minus_log: Tensor) -> Tensor:
    """Chances (seeds, cells) that add up to 1."""
    return (-minus_log).softmax(-1)


def in_turn(seeds: Seeds) -> Tensor:
    """How far mean and precision from two halves in turn are from those of all data: (seeds,)."""
    x = 2 + seeds.stack(lambda: torch.randn(40, dtype=DOUBLE)).cpu()

    def update(mean: Tensor, precision: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
        more = precision + data.shape[1]  # each point of spread 1 adds a precision of 1
        return (precision * mean + data.sum(1)) / more, more

    prior = torch.zeros(seeds.count, dtype=DOUBLE), torch.ones(seeds.count, dtype=DOUBLE)
    halves, whole = update(*update(*prior, x[:, :10]), x[:, 10:]), update(*prior, x)
    return torch.maximum((halves[0] - whole[0]).abs(), (halves[1] - whole[1]).abs())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    raw = seeds.stack(lambda: torch.randn(config.examples, 2, dtype=DOUBLE)).cpu()
    rest = (1 - config.together**2) ** 0.5
    x = torch.stack([raw[..., 0], config.together * raw[..., 0] + rest * raw[..., 1]], -1)  # (seeds, N, 2)
    chance = torch.sigmoid(x @ torch.tensor([1.0, 0.5], dtype=DOUBLE))
    y = (seeds.stack(lambda: torch.rand(config.examples, dtype=DOUBLE)).cpu() < chance).to(DOUBLE)
    w = peak(x, y)
    p = torch.sigmoid((x @ w[..., None])[..., 0])

    def from_labels(weight: Tensor) -> Tensor:
        """The sum of slope slopeT with the given mean square of (label - p): (seeds, 2, 2)."""
        return x.mT @ (x * weight[..., None])

    lots = seeds.stack(lambda: torch.randint(2, (config.examples,)).to(DOUBLE)).cpu()
    full, observed = from_labels(p * (1 - p)), from_labels((y - p) ** 2)  # the model's own labels: E (label - p)^2
    matrices = {"full Fisher": full, "diagonal": torch.diag_embed(full.diagonal(dim1=1, dim2=2)),
                "observed labels": observed, "random labels": from_labels((lots - p) ** 2)}  # fmt: skip
    hessian = torch.stack([torch.autograd.functional.hessian(lambda v, i=i: loss(v, x[i], y[i]), w[i])
                           for i in range(seeds.count)])  # fmt: skip

    side = 6 * full.inverse().diagonal(dim1=1, dim2=2).sqrt()  # (seeds, 2): six standard deviations
    step = torch.linspace(-1, 1, 121, dtype=DOUBLE)
    cells = torch.cartesian_prod(step, step) * side[:, None]  # (seeds, 14641, 2), around the peak
    true = on_grid(torch.stack([loss(w[i] + cells[i], x[i], y[i]) for i in range(seeds.count)]))
    gauss = {name: on_grid(((cells @ m) * cells).sum(-1) / 2) for name, m in matrices.items()}
    apart = {name: (g - true).abs().sum(1) / 2 for name, g in gauss.items()}
    yield Table("Distance from the posterior", ["Gaussian", "total variation"], [[*pair] for pair in apart.items()])
    for title, values in (("The true posterior", true), ("With the diagonal alone", gauss["diagonal"])):
        yield Figure(title, "heat", {"values": values[0].view(121, 121)[30:91:3, 30:91:3].tolist(), "x": [], "y": []})
    yield Measured("in-turn-is-at-once", in_turn(seeds))
    yield Measured("fisher-is-hessian", (hessian - full).abs().amax((1, 2)) / full.abs().amax((1, 2)))
    yield Measured("full-fits", apart["full Fisher"])
    yield Measured("diagonal-is-off", apart["diagonal"] - apart["full Fisher"])
    yield Measured("observed-is-rough", (observed - full).norm(dim=(1, 2)) / full.norm(dim=(1, 2)))
