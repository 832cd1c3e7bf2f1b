"""Convolution against cross-correlation, and the lengths that full, same and valid padding leave.

卷积与互相关，以及宽卷积、等宽卷积、窄卷积留下的长度。

Handwritten digits are real (scikit-learn's). The convolution is worked out by Fourier transforms, without sliding.

lesson: conv-arithmetic
quick: steps=20
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    kernel: int = param(3, 2, 7, en="side of the square kernel", zh="方形卷积核的边长")
    steps: int = param(100, 10, 1000, en="steps of the learned kernels", zh="学习卷积核的步数")


CLAIMS = (
    Claim("turned-by-180", "<", 1e-10,
          en="conv2d with the kernel turned by 180 degrees is the convolution of mathematics",
          zh="把核转 180 度再用 conv2d，就是数学上的卷积",
          quantity_en="largest difference from the Fourier product", quantity_zh="与傅里叶乘积的最大差"),
    Claim("turn-matters", ">", 0.1,
          en="with the same kernel convolution and cross-correlation give different pictures",
          zh="同一个核，卷积和互相关给出的图不同",
          quantity_en="norm of the difference over the norm of the convolution",
          quantity_zh="差的范数与卷积的范数之比"),
    Claim("either-learns-the-same", "<", 1e-9,
          en="a learned kernel does not mind: both train alike from starts that are turned to each other",
          zh="要学的核无所谓：两者从互相转过 180 度的起点出发，训练过程一样",
          quantity_en="largest difference of the two losses over all steps", quantity_zh="每一步两个损失之差的最大值"),
    Claim("lengths-odd", "<=", 0.0, seeds=1,
          en="padding k-1, (k-1)/2 and 0 leaves n+k-1, n and n-k+1, for odd k",
          zh="k 为奇数时，两边各补 k-1、(k-1)/2、0，长度是 n+k-1、n、n-k+1",
          quantity_en="wrong lengths, n up to 32 and k up to 9", quantity_zh="算错的长度个数，n 到 32，k 到 9"),
    Claim("same-for-any-kernel", ">=", 1.0, seeds=1,
          en="equal padding on both sides keeps the length whatever the kernel size",
          zh="不论核多大，两边补得一样多就能保持长度",
          quantity_en="share of kernel sizes 1 to 8 that have such a padding",
          quantity_zh="核的大小 1 到 8 中有这种填充的比例"),
)  # fmt: skip

ZH = {
    "A digit, correlated and convolved with one kernel: 1 at its right edge":
        "一个数字，与同一个核（只在右边有一个 1）做互相关和卷积",
    "Lengths from n = 10": "从 n = 10 得到的长度", "loss of the learned kernels": "学习卷积核的损失",
}  # fmt: skip


def correlate(images: Tensor, kernels: Tensor, padding: int = 0) -> Tensor:
    """torch's conv2d with one kernel a seed: (seeds, N, 8, 8) and (seeds, k, k) -> (seeds, N, h, w)."""
    slid = F.conv2d(images.transpose(0, 1), kernels[:, None], padding=padding, groups=len(kernels))
    return slid.transpose(0, 1)


def convolve(images: Tensor, kernels: Tensor) -> Tensor:
    """y_ij = sum_uv k_uv x_{i-u,j-v} at every place where it is not 0, as a product of Fourier transforms."""
    size = (images.shape[2] + kernels.shape[1] - 1,) * 2
    product = torch.fft.rfft2(images, s=size) * torch.fft.rfft2(kernels, s=size)[:, None]
    full: Tensor = torch.fft.irfft2(product, s=size)
    return full


def turned(kernels: Tensor) -> Tensor:
    return kernels.flip(1, 2)


def length(n: int, k: int, padding: int) -> int:
    return F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), padding=padding).shape[2]


def lengths() -> Iterator[Event]:
    rows = [[k, length(10, k, k - 1), length(10, k, (k - 1) // 2), length(10, k, k // 2), length(10, k, 0)]
            for k in range(1, 9)]  # fmt: skip
    yield Table("Lengths from n = 10", ["k", "p = k-1", "p = ⌊(k-1)/2⌋", "p = ⌊k/2⌋", "p = 0"], rows)
    wrong = sum((length(n, k, k - 1), length(n, k, (k - 1) // 2), length(n, k, 0)) != (n + k - 1, n, n - k + 1)
                for k in range(1, 10, 2) for n in range(k, 33))  # fmt: skip
    yield Measured("lengths-odd", wrong)
    kept = [any(length(10, k, padding) == 10 for padding in range(k)) for k in range(1, 9)]
    yield Measured("same-for-any-kernel", sum(kept) / len(kept))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().train_images.to(DOUBLE).view(-1, 8, 8)
    order = seeds.randperm(len(data)).cpu()[:, :32]
    images = data[order]  # (seeds, 32, 8, 8)
    k = config.kernel
    kernels = seeds.randn(k, k).cpu().to(DOUBLE)
    exact = convolve(images, kernels)
    yield Measured("turned-by-180", (correlate(images, turned(kernels), k - 1) - exact).abs().amax((1, 2, 3)))
    apart = correlate(images, kernels, k - 1) - exact
    yield Measured("turn-matters", apart.flatten(1).norm(dim=1) / exact.flatten(1).norm(dim=1))

    right = torch.zeros(1, 3, 3, dtype=DOUBLE)
    right[0, 1, 2] = 1  # correlation reads the pixel to the right: the picture moves to the left
    digit = images[:1, :1]
    three = [
        F.pad(digit[0, 0], (1, 1, 1, 1)),
        correlate(digit, right, 2)[0, 0],
        convolve(digit, right)[0, 0].round(decimals=6),
    ]
    picture = torch.cat([F.pad(part, (0, 1), value=1.0) for part in three], dim=1).clamp(0, 1)
    yield Figure("A digit, correlated and convolved with one kernel: 1 at its right edge", "image",
                 {"values": picture.tolist()})  # fmt: skip
    yield from lengths()

    start = 0.3 * seeds.randn(k, k).cpu().to(DOUBLE)
    slid, mathematical = start.clone().requires_grad_(), turned(start).clone().requires_grad_()
    adam = torch.optim.Adam([slid, mathematical], lr=0.05)
    gaps = torch.zeros(seeds.count, dtype=DOUBLE)
    for step in range(config.steps):
        outputs = (correlate(images, slid, k - 1), convolve(images, mathematical))
        losses = [(output - exact).square().mean((1, 2, 3)) for output in outputs]
        adam.zero_grad()
        sum(losses).sum().backward()  # type: ignore[union-attr]
        adam.step()
        gaps = torch.maximum(gaps, (losses[0] - losses[1]).detach().abs())
        yield Metric("cross-correlation", step, losses[0].detach(), chart="loss of the learned kernels")
        yield Metric("convolution", step, losses[1].detach(), chart="loss of the learned kernels")
    yield Measured("either-learns-the-same", gaps)
