"""The curvature under a small network while it learns real digits.

小网络学真实数字时，脚下的曲率怎样变。

Real data: the 8 x 8 digits, their first 12 principal components. A 12-8-10 tanh network has 194 weights,
so all 194 eigenvalues of its Hessian can be had.

lesson: critical-points
quick: steps=100 images=100
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import grad, hessian, vmap

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(3000, 100, 20000, en="steps of descent", zh="下降步数")
    rate: float = param(0.5, 0.01, 2.0, en="learning rate", zh="学习率")
    images: int = param(300, 100, 1437, en="training images", zh="训练图片数")


CLAIMS = (
    Claim("gradient-vanishes", "<", 0.01,
          en="descent ends where the gradient is small", zh="下降停在梯度很小的地方",
          quantity_en="length of the gradient at the end over its largest", quantity_zh="终点的梯度长度与最大值之比"),
    Claim("half-positive-at-end", "<", 0.75,
          en="at the end fewer than three quarters of the eigenvalues are clearly positive",
          zh="在终点，明显为正的特征值不到四分之三",
          quantity_en="share above a thousandth of the largest", quantity_zh="大于最大特征值千分之一的比例"),
    Claim("half-whatever-zero-is", "<", 0.75,
          en="so it is with a stricter idea of zero", zh="换一个更严的“零”也是这样",
          quantity_en="share above a millionth of the largest", quantity_zh="大于最大特征值百万分之一的比例"),
    Claim("many-near-zero", ">", 0.3,
          en="at the end many eigenvalues are next to zero", zh="在终点许多特征值近乎零",
          quantity_en="share within a thousandth of the largest", quantity_zh="绝对值不超过最大特征值千分之一的比例"),
    Claim("negatives-shrink", "<", 0.1,
          en="what bends down at the end is far weaker than what bends up", zh="终点处向下弯的远比向上弯的弱",
          quantity_en="size of the most negative eigenvalue over the largest",
          quantity_zh="最负特征值与最大特征值的大小之比"),
    Claim("fewer-negative-with-training", "<", 0.0,
          en="the share of clearly negative eigenvalues falls as the loss falls", zh="损失下降，明显为负的比例也下降",
          quantity_en="share below minus a thousandth of the largest: end minus start",
          quantity_zh="小于负的最大特征值千分之一的比例：终点减起点"),
)  # fmt: skip

ZH = {
    "share of the eigenvalues": "特征值所占比例", "Along the training": "训练过程中", "step": "步数", "loss": "损失",
    "|gradient|": "|梯度|", "share > 1e-3 of largest": "大于最大值 1e-3 倍的比例", "near zero": "接近零",
    "least / largest": "最小 / 最大", "eigenvalues at the end, over the largest": "结束时的特征值，除以最大者",
}  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    pixels = data.train_images.double()  # float64 stays on the CPU
    pixels = pixels - pixels.mean(0)
    x = pixels @ torch.linalg.svd(pixels, full_matrices=False).Vh[:12].T  # (1437, 12)
    chosen = seeds.randperm(len(x))[:, : config.images].cpu()
    x, labels = x[chosen], data.train_labels[chosen]  # (seeds, images, 12), (seeds, images)

    def loss(w: Tensor, x: Tensor, labels: Tensor) -> Tensor:
        """Cross entropy of the 12-8-10 network with the 194 weights w, of one seed."""
        hidden = torch.tanh(x @ w[:96].view(12, 8) + w[96:104])
        return torch.nn.functional.cross_entropy(hidden @ w[104:184].view(8, 10) + w[184:], labels)

    w = 0.3 * seeds.stack(lambda: torch.randn(194, dtype=torch.float64)).cpu()
    height, slope, bends = vmap(loss), vmap(grad(loss)), vmap(hessian(loss))
    looks = sorted({0, *(round(config.steps * part) for part in (0.003, 0.01, 0.03, 0.1, 0.3)), config.steps})
    rows, lengths = [], []
    for step in range(config.steps + 1):
        gradient = slope(w, x, labels)
        if step in looks:
            eigenvalues = torch.linalg.eigvalsh(bends(w, x, labels))  # (seeds, 194)
            relative = eigenvalues / eigenvalues[:, -1:]
            shares = [(relative > 1e-3), (relative > 1e-6), (relative < -1e-3), (relative.abs() <= 1e-3)]
            lengths.append(gradient.norm(dim=1))
            rows.append([step, height(w, x, labels), lengths[-1], *(share.double().mean(1) for share in shares),
                         relative[:, 0]])  # fmt: skip
            yield Metric("clearly positive", step, rows[-1][3], chart="share of the eigenvalues")
            yield Metric("clearly negative", step, rows[-1][5], chart="share of the eigenvalues")
        w = w - config.rate * gradient
        yield Progress(step, config.steps)
    yield Table("Along the training", ["step", "loss", "|gradient|", "share > 1e-3 of largest", "> 1e-6", "< -1e-3",
                                       "near zero", "least / largest"], rows)  # fmt: skip
    yield Figure("eigenvalues at the end, over the largest", "histogram", {"series": {"value": relative[0].tolist()}})
    first, last = rows[0], rows[-1]
    yield Measured("gradient-vanishes", lengths[-1] / torch.stack(lengths).amax(0))
    yield Measured("half-positive-at-end", last[3])
    yield Measured("half-whatever-zero-is", last[4])
    yield Measured("many-near-zero", last[6])
    yield Measured("negatives-shrink", -last[7])
    yield Measured("fewer-negative-with-training", last[5] - first[5])
