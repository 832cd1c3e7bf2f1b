"""An encoder block in a dozen lines of matrices, beside PyTorch's: attention, add, norm, network, add, norm.

十几行矩阵写出的编码器块，与 PyTorch 的并排：注意力、相加、归一化、全连接、相加、归一化。

Real data: a handwritten digit is a sequence of its eight rows, each a vector of eight pixels.

lesson: transformer-encoder
quick: pictures=2
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Seeds

WIDTH, HEADS, INNER = 8, 2, 32
EPS = 1e-5  # under the root of a layer norm, torch's


@dataclass(frozen=True)
class Config:
    pictures: int = param(16, 1, 200, en="digits, each a sequence of eight rows", zh="数字张数，每张是八行的序列")


CLAIMS = (
    Claim("layer-norm-by-hand", "<", 1e-5,
          en="mean and variance over the features of one place, gain and shift: nn.LayerNorm",
          zh="对一个位置的各个特征求均值和方差，再放大、平移：就是 nn.LayerNorm",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("block-by-hand", "<", 1e-5,
          en="attention + input, norm, network + input, norm: nn.TransformerEncoderLayer",
          zh="注意力加输入、归一化、全连接加输入、归一化：就是 nn.TransformerEncoderLayer",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("norm-first-by-hand", "<", 1e-5,
          en="with the norm inside the branch it is the layer with norm_first=True",
          zh="把归一化放进支路，就是 norm_first=True 的层",
          quantity_en="largest difference", quantity_zh="最大差"),
    Claim("norm-of-the-branch-alone", "<", 1e-5,
          en="normalising the branch's output and then adding the input is the same",
          zh="先归一化支路的输出，再加输入，也一样",
          quantity_en="largest difference from the block", quantity_zh="与编码器块的最大差"),
    Claim("identity-in-the-jacobian", "<", 1e-6,
          en="the Jacobian of x + F(x) is the identity plus that of F", zh="x + F(x) 的雅可比矩阵，是单位矩阵加 F 的",
          quantity_en="largest difference, F the network of the block", quantity_zh="最大差，F 是块里的全连接"),
    Claim("weights-counted", "<=", 0.0,
          en="an encoder block has 4 d^2 + 2 d d_ff weights, a decoder block 8 d^2 + 2 d d_ff; norms 2 d and 3 d gains",
          zh="编码器块有 4d² + 2d·d_ff 个权重，解码器块 8d² + 2d·d_ff 个；归一化有 2d、3d 个增益",
          quantity_en="largest difference from torch's, six sizes", quantity_zh="与 torch 的最大差，六种大小", seeds=1),
)  # fmt: skip

ZH = {"Weights of a block": "一个块的权重", "width d": "宽度 d", "inner width": "内层宽度", "encoder": "编码器",
      "decoder": "解码器", "Rows of a digit": "一个数字的各行", "After the block": "经过编码器块"}  # fmt: skip


def layer_norm(x: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    """Each place's features with mean 0 and variance 1, then scaled and shifted: (…, d) -> (…, d)."""
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
    return (x - mean) / (variance + EPS).sqrt() * gain + shift


def attention(x: Tensor, w: dict[str, Tensor]) -> Tensor:
    """Self-attention with HEADS heads, (batch, n, d) -> (batch, n, d), weights named as in torch's layer."""
    q, k, v = (x @ w["self_attn.in_proj_weight"].T + w["self_attn.in_proj_bias"]).chunk(3, dim=-1)
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (q, k, v))
    scores = q @ k.mT / math.sqrt(WIDTH // HEADS)
    read = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    mixed: Tensor = read @ w["self_attn.out_proj.weight"].T + w["self_attn.out_proj.bias"]
    return mixed


def network(x: Tensor, w: dict[str, Tensor]) -> Tensor:
    """Two linear layers with a ReLU between, for each place alone."""
    inner = (x @ w["linear1.weight"].T + w["linear1.bias"]).relu()
    made: Tensor = inner @ w["linear2.weight"].T + w["linear2.bias"]
    return made


def block(x: Tensor, w: dict[str, Tensor], order: str) -> Tensor:
    """The encoder block, its norm after the sum ("post"), before the branch ("pre"), or on the branch's end ("end")."""
    for number, branch in ((1, attention), (2, network)):
        norm = partial(layer_norm, gain=w[f"norm{number}.weight"], shift=w[f"norm{number}.bias"])
        if order == "post":
            x = norm(x + branch(x, w))
        else:
            x = x + (branch(norm(x), w) if order == "pre" else norm(branch(x, w)))
    return x


def layer(norm_first: bool) -> nn.TransformerEncoderLayer:
    """torch's layer with biases and gains drawn as well, so that none of them is left out by accident."""
    made = nn.TransformerEncoderLayer(WIDTH, HEADS, INNER, dropout=0.0, batch_first=True, norm_first=norm_first)
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
    return made


def counts() -> Iterator[list[int]]:
    """d, d_ff, then the weights and gains of torch's encoder and decoder block, and what the formulas say."""
    for d in (8, 16, 64):
        for inner in (2 * d, 4 * d):
            row = [d, inner]
            for made, norms in (
                (nn.TransformerEncoderLayer(d, 2, inner), 2),
                (nn.TransformerDecoderLayer(d, 2, inner), 3),
            ):
                matrices = sum(p.numel() for p in made.parameters() if p.dim() == 2)
                gains = sum(p.numel() for name, p in made.named_parameters() if "norm" in name and "weight" in name)
                row += [matrices, gains - norms * d]
            yield row


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()
    chosen = seeds.randint(len(data.train_images), (config.pictures,)).cpu()
    rows = data.train_images[chosen].unflatten(2, (8, 8))  # (seeds, pictures, 8, 8)
    differences: dict[str, list[float]] = {"norm": [], "post": [], "pre": [], "end": [], "jacobian": []}
    pairs = seeds.each(lambda: (layer(False), layer(True)))
    for x, (post, pre) in zip(rows, pairs, strict=True):
        w, first = dict(post.state_dict()), dict(pre.state_dict())
        with torch.no_grad():
            expected, expected_first = post(x), pre(x)
            by_hand = layer_norm(x, w["norm1.weight"], w["norm1.bias"])
            differences["norm"].append((by_hand - post.norm1(x)).abs().max().item())
            differences["post"].append((block(x, w, "post") - expected).abs().max().item())
            differences["pre"].append((block(x, first, "pre") - expected_first).abs().max().item())
            differences["end"].append((block(x, w, "end") - expected).abs().max().item())
        place = x[0, 3]
        around = torch.autograd.functional.jacobian(lambda v, w=w: v + network(v, w), place)
        inside = torch.autograd.functional.jacobian(lambda v, w=w: network(v, w), place)
        differences["jacobian"].append((around - torch.eye(WIDTH) - inside).abs().max().item())
    yield Progress(1, 2)
    with torch.no_grad():
        after = pairs[0][0](rows[0, :1])[0]
    yield Figure("Rows of a digit", "heat", {"values": rows[0, 0].tolist()})
    yield Figure("After the block", "heat", {"values": after.tolist()})
    table = list(counts())
    yield Table("Weights of a block", ["width d", "inner width", "encoder", "decoder"],
                [[d, inner, encoder, decoder] for d, inner, encoder, _, decoder, _ in table])  # fmt: skip
    for claim, name in (("layer-norm-by-hand", "norm"), ("block-by-hand", "post"), ("norm-first-by-hand", "pre"),
                        ("norm-of-the-branch-alone", "end"), ("identity-in-the-jacobian", "jacobian")):  # fmt: skip
        yield Measured(claim, differences[name])
    apart = [max(abs(encoder - 4 * d * d - 2 * d * inner), abs(decoder - 8 * d * d - 2 * d * inner), abs(a), abs(b))
             for d, inner, encoder, a, decoder, b in table]  # fmt: skip
    yield Measured("weights-counted", max(apart))
    yield Progress(2, 2)
