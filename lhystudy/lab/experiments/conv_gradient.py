"""The gradients of convolution and pooling by hand, beside autograd's.

卷积与池化的梯度：手算的，与 autograd 的相比。

Real digits (scikit-learn's) pass through two layers of convolution in double precision; the loss is squared error
against random targets, so that no error term is special.

lesson: conv-arithmetic
quick: digits_used=8
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    digits_used: int = param(64, 1, 1000, en="digits in the batch", zh="一批里的数字个数")
    channels: int = param(4, 1, 16, en="channels of the hidden layer", zh="隐藏层的通道数")


CLAIMS = (
    Claim("kernel-gradient", "<", 1e-10,
          en="the gradient of the kernel is the input correlated with the error term",
          zh="核的梯度，是输入与误差项的互相关",
          quantity_en="largest relative difference from autograd", quantity_zh="与 autograd 的最大相对差"),
    Claim("input-gradient", "<", 1e-10,
          en="the gradient of the input is the full correlation of the error term with the turned kernel",
          zh="输入的梯度，是误差项与转过 180 度的核的宽互相关",
          quantity_en="largest relative difference from autograd", quantity_zh="与 autograd 的最大相对差"),
    Claim("unturned-is-wrong", ">", 0.1,
          en="with the kernel not turned it is another gradient", zh="核不转，得到的就不是这个梯度",
          quantity_en="largest relative difference from autograd", quantity_zh="与 autograd 的最大相对差"),
    Claim("layer-delta", "<", 1e-10,
          en="a layer's error is f'(z) times the sum of full correlations of the next errors with turned kernels",
          zh="一层的误差项，是 f'(z) 乘上对下一层各通道的宽互相关之和，核都转过 180 度",
          quantity_en="largest relative difference from autograd", quantity_zh="与 autograd 的最大相对差"),
    Claim("max-routes", "<", 1e-12,
          en="max pooling sends each error to the winner of its window", zh="最大池化把误差送给窗口里的胜者",
          quantity_en="largest difference from a one-hot mask times the error", quantity_zh="与独热掩码乘误差的最大差"),
    Claim("mean-spreads", "<", 1e-12,
          en="mean pooling spreads each error in equal parts", zh="平均池化把误差平分给窗口里的每一个",
          quantity_en="largest difference from a quarter of the error", quantity_zh="与误差的四分之一的最大差"),
)  # fmt: skip

ZH = {
    "The gradient of one digit's pixels": "一个数字各像素的梯度",
    "Relative difference from autograd": "与 autograd 的相对差",
    "by hand": "手算的式子", "kernel: x corr delta": "核：x 与 delta 互相关",
    "input: delta full corr turned kernel": "输入：delta 与转过的核宽互相关",
    "input: delta full corr kernel": "输入：delta 与没转的核宽互相关", 
    "hidden error term": "隐藏层的误差项", "difference": "差",
}  # fmt: skip


def full_with_turned(delta: Tensor, kernels: Tensor) -> Tensor:
    """Sum over p of delta^p (full corr) rot180(W^{p,c}): (N, P, h, w), (P, C, k, k) -> (N, C, h+k-1, w+k-1)."""
    return F.conv2d(delta, kernels.flip(2, 3).transpose(0, 1), padding=kernels.shape[2] - 1)


def kernel_gradient(x: Tensor, delta: Tensor) -> Tensor:
    """Sum over the batch of x^c (valid corr) delta^p: (N, C, h, w), (N, P, h', w') -> (P, C, k, k)."""
    return F.conv2d(x.transpose(0, 1), delta.transpose(0, 1)).transpose(0, 1)


def apart(ours: Tensor, autograd: Tensor) -> float:
    return ((ours - autograd).abs().max() / autograd.abs().max()).item()


def layers(images: Tensor, channels: int) -> tuple[dict[str, float], Tensor]:
    """Relative differences of the hand-made gradients in a two-layer net of one seed, and one digit's gradient."""
    first, second = torch.randn(channels, 1, 3, 3, dtype=DOUBLE), torch.randn(2, channels, 3, 3, dtype=DOUBLE)
    x, w, u = (t.clone().requires_grad_() for t in (images, first, second))
    z = F.conv2d(x, w)  # (N, channels, 6, 6)
    hidden = torch.tanh(z)
    y = F.conv2d(hidden, u)  # (N, 2, 4, 4)
    loss = (y - torch.randn_like(y)).square().sum() / 2
    for_y, for_hidden, for_z, for_x, for_u, for_w = torch.autograd.grad(loss, [y, hidden, z, x, u, w])
    delta = (1 - hidden.detach() ** 2) * full_with_turned(for_y, second)  # f'(z) of tanh is 1 - tanh(z)^2
    unturned = F.conv2d(for_z, first.transpose(0, 1), padding=2)
    gaps = {
        "kernel-gradient": max(apart(kernel_gradient(hidden.detach(), for_y), for_u),
                               apart(kernel_gradient(images, for_z), for_w)),
        "input-gradient": apart(full_with_turned(for_z, first), for_x),
        "unturned-is-wrong": apart(unturned, for_x),
        "layer-delta": apart(delta, for_z),
    }  # fmt: skip
    return gaps, for_x[0, 0]


def pooling(images: Tensor) -> tuple[float, float]:
    """How far autograd's gradients through 2x2 pooling lie from the mask and from equal quarters."""
    x = (images + 1e-3 * torch.rand_like(images)).requires_grad_()  # no two pixels of a window are equal
    delta = torch.randn(len(images), 1, 4, 4, dtype=DOUBLE)
    (through_max,) = torch.autograd.grad((F.max_pool2d(x, 2) * delta).sum(), x)
    (through_mean,) = torch.autograd.grad((F.avg_pool2d(x, 2) * delta).sum(), x)
    wide = delta.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)  # each error, at the four places of its window
    winners = x.detach() == F.max_pool2d(x, 2).detach().repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return (through_max - winners * wide).abs().max().item(), (through_mean - wide / 4).abs().max().item()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().train_images.to(DOUBLE).view(-1, 1, 8, 8)

    def one_seed() -> tuple[dict[str, float], tuple[float, float], Tensor]:
        images = data[torch.randperm(len(data))[: config.digits_used]]
        gaps, picture = layers(images, config.channels)
        return gaps, pooling(images), picture

    made = seeds.each(one_seed)
    gaps = {claim: [gaps[claim] for gaps, _, _ in made] for claim in made[0][0]}
    yield Figure("The gradient of one digit's pixels", "heat", {"values": made[0][2].tolist()})
    names = ("kernel: x corr delta", "input: delta full corr turned kernel", "input: delta full corr kernel",
             "hidden error term")  # fmt: skip
    yield Table("Relative difference from autograd", ["by hand", "difference"],
                [[name, values] for name, values in zip(names, gaps.values(), strict=True)])  # fmt: skip
    for claim, values in gaps.items():
        yield Measured(claim, values)
    yield Measured("max-routes", [most for _, (most, _), _ in made])
    yield Measured("mean-spreads", [mean for _, (_, mean), _ in made])
