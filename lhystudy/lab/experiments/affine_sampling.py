"""Six numbers move a picture; between pixels the gradient lives, at rounded places it dies.

六个数移动一张图；在像素之间取值，梯度还在，取整之后梯度就没了。

Digits are real (scikit-learn's). Everything is computed in double precision, with bilinear interpolation written out as
a sum of hats beside torch's grid_sample.

lesson: spatial-transformer
quick: digits_used=8
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.sampling import sample, turn
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    digits_used: int = param(32, 1, 360, en="digits that are moved", zh="移动几个数字")
    angle: float = param(20.0, -180.0, 180.0, en="rotation of the grid, degrees", zh="网格转多少度")


CLAIMS = (
    Claim("one-matrix", "<", 1e-10,
          en="scaling, rotation and shift together are one 2x3 matrix of six numbers",
          zh="缩放、旋转、平移合起来是一个 2×3 矩阵，六个数",
          quantity_en="largest distance of affine_grid from the three steps in turn",
          quantity_zh="affine_grid 与三步依次做的最大距离"),
    Claim("moves-back", "<", -1.5,
          en="a grid shifted to the right by two pixels moves the picture to the left",
          zh="网格右移两个像素，图就往左移",
          quantity_en="shift of the centre of the ink, pixels", quantity_zh="笔画重心的移动，像素"),
    Claim("a-layer-shifts", "<=", 0.0,
          en="a fully connected layer with fixed weights 0 and 1 shifts a picture by a row",
          zh="权重固定为 0 和 1 的全连接层，能把图移动一行",
          quantity_en="largest difference from the shifted picture", quantity_zh="与移动后的图的最大差"),
    Claim("sum-of-hats", "<", 1e-10,
          en="bilinear interpolation is a sum of hats over all pixels", zh="双线性插值是对所有像素的一堆尖帽求和",
          quantity_en="largest difference from grid_sample", quantity_zh="与 grid_sample 的最大差"),
    Claim("rounded-is-flat", "<=", 0.0,
          en="with the nearest pixel the six numbers have no gradient", zh="取最近的像素，六个数的梯度是 0",
          quantity_en="sum of the absolute gradient", quantity_zh="梯度绝对值之和"),
    Claim("bilinear-is-not", ">", 0.1,
          en="with interpolation they have one", zh="插值时，梯度不是 0",
          quantity_en="sum of the absolute gradient", quantity_zh="梯度绝对值之和"),
    Claim("as-differences-say", "<", 1e-4,
          en="and it is the one that small differences give", zh="而且与小差分算出的一样",
          quantity_en="largest relative difference", quantity_zh="最大相对差"),
    Claim("only-scales", "<=", 0.0,
          en="with the two entries off the diagonal fixed at 0 the layer can only scale",
          zh="把对角线以外的两个数固定为 0，就只能缩放",
          quantity_en="largest shift of the middle of the crop, in half widths",
          quantity_zh="裁切中心的最大移动，以半宽计"),
    Claim("nor-rotate", "<=", 1e-12,
          en="but it cannot rotate", zh="但不能旋转",
          quantity_en="largest slope of a row of the grid", quantity_zh="网格各行的最大斜率"),
)  # fmt: skip

ZH = {
    "A digit, turned by bilinear sampling, and by the nearest pixel": "一个数字、双线性采样转过的、取最近像素转过的",
    "Gradient of the six numbers": "六个数的梯度", "sampling": "采样", "nearest": "最近像素", "bilinear": "双线性",
    "differences": "差分",
}  # fmt: skip


def torch_sample(images: Tensor, theta: Tensor, mode: str = "bilinear") -> Tensor:
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode=mode, align_corners=False)


def differences(loss: Callable[[Tensor], Tensor], theta: Tensor, step: float = 1e-6) -> Tensor:
    """The gradient by central differences, number by number."""
    slopes = torch.zeros_like(theta)
    for place in range(theta.numel()):
        change = torch.zeros_like(theta)
        change.view(-1)[place] = step
        slopes.view(-1)[place] = (loss(theta + change) - loss(theta - change)) / (2 * step)
    return slopes


def facts(images: Tensor, angle: float) -> tuple[dict[str, float], list[Tensor], Tensor]:
    """What the claims measure on (N, 1, 8, 8), the gradients of the six numbers, and three pictures in a row."""
    count = len(images)
    scale = torch.diag(0.5 + torch.rand(2, dtype=DOUBLE))
    rotation = turn(torch.tensor(math.radians(angle), dtype=DOUBLE))[:, :2]
    shift = torch.randn(2, dtype=DOUBLE) / 4
    theta = torch.cat([rotation @ scale, shift[:, None]], dim=1).expand(count, 2, 3)
    identity = torch.eye(2, 3, dtype=DOUBLE).expand(count, 2, 3)
    plain = F.affine_grid(identity, list(images.shape), align_corners=False)
    in_turn = (plain @ scale.T) @ rotation.T + shift
    to_right = identity + torch.tensor([[0, 0, 2 * 2 / 8], [0, 0, 0]], dtype=DOUBLE)  # two of eight pixels
    columns = torch.arange(8, dtype=DOUBLE)

    def centre(pictures: Tensor) -> Tensor:
        return (pictures.sum(2)[:, 0] * columns).sum(1) / pictures.sum((1, 2, 3))

    narrow = F.pad(images[..., 3:6], (3, 2))  # only the middle columns have ink: none is pushed over the edge
    layer = torch.diag(torch.ones(56, dtype=DOUBLE), -8)  # (64, 64): each place reads the one above it
    down = F.pad(images, (0, 0, 1, 0))[:, :, :8]
    target = images.roll(1, 0)

    start = theta.clone().requires_grad_()
    rounded, between = (
        torch.autograd.grad((torch_sample(images, start, mode) - target).square().sum(), start)[0]
        for mode in ("nearest", "bilinear")
    )
    slopes = differences(lambda t: (torch_sample(images[:1], t) - target[:1]).square().sum(), theta[:1].clone())
    crop = torch.zeros(64, 2, 3, dtype=DOUBLE)
    crop[:, 0, 0] = crop[:, 1, 1] = 0.2 + torch.rand(64, dtype=DOUBLE)
    crop[:, :, 2] = torch.rand(64, 2, dtype=DOUBLE) - 0.5
    grids = F.affine_grid(crop, [64, 1, 8, 8], align_corners=False)
    measured = {
        "one-matrix": (F.affine_grid(theta, list(images.shape), align_corners=False) - in_turn).abs().max(),
        "moves-back": (centre(torch_sample(narrow, to_right)) - centre(narrow)).mean(),
        "a-layer-shifts": (images.flatten(1) @ layer.T - down.flatten(1)).abs().max(),
        "sum-of-hats": (sample(images[:, 0], theta) - torch_sample(images, theta)[:, 0]).abs().max(),
        "rounded-is-flat": rounded.abs().sum(),
        "bilinear-is-not": between.abs().sum(),
        "as-differences-say": (slopes[0] - between[0]).abs().max() / slopes.abs().max(),
        "only-scales": grids.mean((1, 2)).abs().max(),
        "nor-rotate": (grids[:, :, 1:, 1] - grids[:, :, :-1, 1]).abs().max(),
    }
    pictures = [images[0, 0], torch_sample(images, theta)[0, 0], torch_sample(images, theta, "nearest")[0, 0]]
    row = torch.cat([F.pad(picture, (0, 1), value=1.0) for picture in pictures], dim=1)
    return {claim: float(value) for claim, value in measured.items()}, [rounded[0], between[0], slopes[0]], row


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().test_images.to(DOUBLE).view(-1, 1, 8, 8)
    made = seeds.each(lambda: facts(data[torch.randperm(len(data))[: config.digits_used]], config.angle))
    yield Figure("A digit, turned by bilinear sampling, and by the nearest pixel", "image",
                 {"values": made[0][2].tolist()})  # fmt: skip
    rows = [[name, *[[gradients[kind].flatten()[place].item() for _, gradients, _ in made] for place in range(6)]]
            for kind, name in enumerate(("nearest", "bilinear", "differences"))]  # fmt: skip
    yield Table("Gradient of the six numbers", ["sampling", "a", "b", "e", "c", "d", "f"], rows)
    for claim in CLAIMS:
        yield Measured(claim.id, [measured[claim.id] for measured, _, _ in made])
