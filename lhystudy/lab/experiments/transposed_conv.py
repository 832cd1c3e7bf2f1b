"""Transposed convolution: a matrix transposed, not inverted; what it enlarges, and where it leaves a checkerboard.

转置卷积：它是矩阵的转置，不是逆；它何时放大，何处留下棋盘格。

The digits are real (scikit-learn's); each is shrunk to 4 x 4 by means, and a transposed convolution learns to
enlarge it.

lesson: conv-arithmetic
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 20, 5000, en="training steps", zh="训练步数")
    rate: float = param(0.02, 1e-4, 1.0, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("is-the-transpose", "<", 1e-5,
          en="a transposed convolution multiplies by the transpose of the convolution's matrix",
          zh="转置卷积就是乘上卷积矩阵的转置",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("few-links", "<", 0.2,
          en="of the matrix of a fully connected layer only few entries are not 0, and nine numbers fill them",
          zh="与全连接层的矩阵相比，非零的项很少，而且只由九个数填成",
          quantity_en="share of entries that are not 0, for a 3x3 kernel on 8x8",
          quantity_zh="8×8 上 3×3 的核，非零项的比例"),
    Claim("undoes-it", "<", 0.1,
          en="a transposed convolution undoes the convolution", zh="转置卷积能还原卷积之前的图",
          quantity_en="relative error of the best multiple of C'Cx", quantity_zh="C'Cx 乘上最佳倍数后的相对误差"),
    Claim("always-enlarges", ">=", 1.0, seeds=1,
          en="a transposed convolution is an upsampling: its output is larger than its input",
          zh="转置卷积是上采样：输出比输入大",
          quantity_en="share of the settings tried whose output is larger", quantity_zh="试过的设置中输出更大的比例"),
    Claim("learned-beats-bilinear", "<", 1.0,
          en="a learned transposed convolution enlarges new digits better than bilinear interpolation",
          zh="学出来的转置卷积放大新的数字，胜过双线性插值",
          quantity_en="its squared error over that of bilinear interpolation", quantity_zh="两者平方误差之比"),
    Claim("divisible-is-even", "<", 0.05,
          en="a kernel side that the stride divides leaves no checkerboard on an even field",
          zh="核的边长能被步幅整除，在均匀的输入上就不留棋盘格",
          quantity_en="spread of the four phases over their largest, random weights",
          quantity_zh="随机权重下四种相位的散布与其最大者之比"),
    Claim("training-evens-out", "<", 0.05,
          en="training takes the checkerboard away", zh="训练会消去棋盘格",
          quantity_en="the same for the trained kernel of side 4", quantity_zh="同一个量，训练后边长 4 的核"),
)  # fmt: skip

ZH = {
    "A digit, shrunk, enlarged bilinearly and by the learned kernel": "数字、缩小后、双线性放大、学出来的核放大",
    "How often stride 2 covers each place, kernel {}": "步幅 2 时每个位置被盖住几次，核 {}",
    "Sizes from 5": "从 5 得到的大小",
    "squared error on the batch": "这一批的平方误差",
    "kernel": "核", "stride": "步幅", "padding": "填充", "output": "输出",
}  # fmt: skip

SETTINGS = ((3, 2, 0), (2, 2, 0), (4, 2, 1), (3, 1, 0), (3, 1, 1), (5, 1, 2), (3, 1, 2))  # kernel, stride, padding


def matrix(kernel: Tensor) -> Tensor:
    """C of one 3x3 kernel on 8x8 pictures, so that conv2d(x) is C x: (3, 3) -> (36, 64)."""
    pixels = torch.eye(64).view(64, 1, 8, 8)
    return F.conv2d(pixels, kernel[None, None]).flatten(1).T


def phases(kernels: Tensor) -> Tensor:
    """What stride 2 makes of a field of ones, far from the border, in its four phases: (seeds, k, k) -> (seeds, 4)."""
    sums = [kernels[:, i::2, j::2].sum((1, 2)) for i in (0, 1) for j in (0, 1)]
    return torch.stack(sums, dim=1)


def unevenness(kernels: Tensor) -> Tensor:
    field = phases(kernels)
    return (field.amax(1) - field.amin(1)) / field.abs().amax(1)


def facts(images: Tensor, seeds: Seeds) -> Iterator[Event]:
    """What follows from C alone. images: (N, 8, 8)."""
    kernels = seeds.randn(3, 3).cpu()
    u = seeds.randn(1, 6, 6).cpu()
    gaps, errors = [], []
    flat = images.flatten(1)  # (N, 64)
    for kernel, small in zip(kernels, u, strict=True):
        C = matrix(kernel)
        spread = F.conv_transpose2d(small[None], kernel[None, None]).flatten()
        gaps.append((spread - C.T @ small.flatten()).abs().max().item())
        back = flat @ C.T @ C  # each row is C'Cx
        scale = (back * flat).sum() / (back * back).sum()
        errors.append(((scale * back - flat).norm() / flat.norm()).item())
    yield Measured("is-the-transpose", gaps)
    yield Measured("few-links", (matrix(torch.ones(3, 3)) != 0).float().mean().item())
    yield Measured("undoes-it", errors)
    sides = [F.conv_transpose2d(torch.zeros(1, 1, 5, 5), torch.zeros(1, 1, k, k), stride=s, padding=p).shape[2]
             for k, s, p in SETTINGS]  # fmt: skip
    yield Table("Sizes from 5", ["kernel", "stride", "padding", "output"],
                [[*setting, side] for setting, side in zip(SETTINGS, sides, strict=True)])  # fmt: skip
    yield Measured("always-enlarges", sum(side > 5 for side in sides) / len(sides))
    ones = [F.conv_transpose2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, k, k), stride=2)[0, 0] for k in (3, 4)]
    for k, covered in zip((3, 4), ones, strict=True):
        yield Figure(f"How often stride 2 covers each place, kernel {k}", "heat", {"values": covered.tolist()})


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    train, test = data.train_images.view(-1, 8, 8), data.test_images.view(-1, 1, 8, 8).to(seeds.device)
    yield from facts(train, seeds)

    enlargers = seeds.network(lambda: nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1))
    start = enlargers.one.weight.detach()[:, 0, 0].clone()  # (seeds, 4, 4)
    yield Measured("divisible-is-even", unevenness(start))
    adam = torch.optim.Adam(enlargers.parameters(), lr=config.rate)
    pictures = train[:, None].to(seeds.device)
    for step in range(config.steps):
        large = pictures[seeds.randint(len(pictures), (64,))]  # (seeds, 64, 1, 8, 8)
        small = F.avg_pool2d(large.flatten(0, 1), 2).unflatten(0, large.shape[:2])
        loss = (enlargers(small) - large).square().mean((1, 2, 3, 4))
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        if step % 4 == 0:
            yield Metric("transposed", step, loss.detach(), chart="squared error on the batch")
        yield Progress(step + 1, config.steps)
    small = F.avg_pool2d(test, 2)
    bilinear = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    learned = enlargers(seeds.shared(small)).detach()
    error = (learned - test).square().mean((1, 2, 3, 4))
    yield Measured("learned-beats-bilinear", error / (bilinear - test).square().mean())
    yield Measured("training-evens-out", unevenness(enlargers.one.weight.detach()[:, 0, 0]))
    shown = [test[7, 0], small[7, 0].repeat_interleave(2, 0).repeat_interleave(2, 1), bilinear[7, 0], learned[0, 7, 0]]
    picture = torch.cat([F.pad(part, (0, 1), value=1.0) for part in shown], dim=1).clamp(0, 1)
    yield Figure(
        "A digit, shrunk, enlarged bilinearly and by the learned kernel", "image", {"values": picture.tolist()}
    )
