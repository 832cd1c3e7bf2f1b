"""Fewer keys: a learned projection over the length, averages of neighbours, PCA, and the rank of the map.

减少 key：沿长度学一个投影、取邻居平均、PCA，再看注意力图的秩。

Real digits, 64 pixels each: every pixel is a place. The attention is trained first and then held fixed.

lesson: efficient-attention
quick: steps=20 images=8
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.attention import PixelReader, attend
from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

N, WIDTH = 64, 16


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 2000, en="training steps, of the attention and of the projection",
                       zh="注意力和投影各自的训练步数")  # fmt: skip
    batch: int = param(16, 1, 128, en="digits in a step", zh="每步的数字张数")
    images: int = param(16, 1, 360, en="test digits to measure on", zh="测量所用的测试图片数")
    few: int = param(8, 1, 32, en="keys that are kept", zh="留下几个 key")


CLAIMS = (
    Claim("map-is-nearly-low-rank", ">", 0.95,
          en="eight of 64 singular values hold nearly all of a trained map",
          zh="64 个奇异值里，前 8 个几乎就是整张训练好的图",
          quantity_en="share of the squared singular values", quantity_zh="奇异值平方所占的比例"),
    Claim("training-lowers-rank", ">", 0.0,
          en="training lowers the rank of the map", zh="训练使图的秩变低",
          quantity_en="the same share among all but the first, trained minus untrained",
          quantity_zh="除去第一个奇异值后的同一比例，训练后减训练前"),
    Claim("learned-keys-suffice", "<", 0.3,
          en="eight learned mixtures of keys and values give nearly the same output",
          zh="学出 8 个代表的 key 和 value，输出几乎不变",
          quantity_en="error of the output, 1 = looking at everything equally",
          quantity_zh="输出的误差，1 相当于平均地看所有位置"),
    Claim("learned-beats-average", ">", 0.0,
          en="learned mixtures are better than averages of eight neighbours", zh="学出来的代表，胜过八个邻居取平均",
          quantity_en="error, averages minus learned", quantity_zh="误差之差，取平均减学习"),
    Claim("learned-beats-pca", ">", 0.0,
          en="and better than PCA of the features at equal cost", zh="计算量相同时，也胜过对特征做 PCA",
          quantity_en="error, PCA minus learned", quantity_zh="误差之差，PCA 减学习"),
    Claim("any-map-projects", "<", 0.3,
          en="a map of full rank can be projected as well", zh="满秩的图也能这样缩减",
          quantity_en="error of the best map of rank eight for random sharp weights",
          quantity_zh="随机的尖锐权重，最好的秩 8 近似的误差"),
)  # fmt: skip

ZH = {
    "share of the squared singular values beyond the first": "除去第一个，前几个奇异值平方所占的比例",
    "Error of the output": "输出的误差", "way": "做法", "error": "误差", "numbers in the scores": "打分用的乘法次数",
    "learned projection": "学出的投影", "average of neighbours": "邻居取平均", "PCA of the features": "特征的 PCA",
    "training loss": "训练损失", "error of the learned projection": "学出的投影的误差",
}  # fmt: skip


def error(output: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The distance from full attention's output, over that of the plain mean: (seeds,)."""
    full, mean = attend(q, k, v)[0], v.mean(2, keepdim=True)
    off: Tensor = (output - full).flatten(1).norm(dim=1) / (mean - full).flatten(1).norm(dim=1)
    return off


def first_eight(weights: Tensor, skipped: int) -> Tensor:
    """Share of the squared singular values that stands in the first eight after those skipped: (seeds,)."""
    squares: Tensor = torch.linalg.svdvals(weights.double().cpu()).square()[..., skipped:]
    return (squares[..., :8].sum(-1) / squares.sum(-1)).mean(1)


def pca(k: Tensor, keep: int) -> Tensor:
    """The directions in which the keys of a seed vary most: (seeds, images, 64, WIDTH) -> (seeds, 1, WIDTH, keep)."""
    points = k.flatten(1, 2) - k.flatten(1, 2).mean(1, keepdim=True)
    directions: Tensor = torch.linalg.eigh(points.mT @ points).eigenvectors
    return directions[:, None, :, -keep:]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data, few = digits().to(seeds.device), config.few
    nets = seeds.network(partial(PixelReader, N, WIDTH))
    shown = seeds.shared(data.test_images[: config.images])
    with torch.no_grad():
        untrained = attend(*nets(shown)[1:])[1]  # (seeds, images, 64, 64)
    averages = torch.eye(few, device=seeds.device).repeat_interleave(-(-N // few), dim=1)[:, :N]
    averages = averages / averages.sum(1, keepdim=True).clamp(min=1)  # (few, 64): each row a mean of neighbours
    e, f = (seeds.shared(averages).clone().requires_grad_() for _ in range(2))  # (seeds, few, 64), for keys and values
    trained_first = torch.optim.Adam(nets.parameters(), lr=0.02)
    then = torch.optim.Adam([e, f], lr=0.01)
    for step in range(2 * config.steps):
        chosen = seeds.randint(len(data.train_labels), (config.batch,))
        if step < config.steps:
            optimizer, chart = trained_first, "training loss"
            loss = cross_entropy(nets(data.train_images[chosen])[0], data.train_labels[chosen])
        else:
            optimizer, chart = then, "error of the learned projection"
            with torch.no_grad():
                q, k, v = nets(data.train_images[chosen])[1:]
            loss = error(attend(q, e[:, None] @ k, f[:, None] @ v)[0], q, k, v)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % 5 == 0:
            yield Metric("loss", step, loss.detach(), chart=chart)
        yield Progress(step + 1, 2 * config.steps)
    with torch.no_grad():
        q, k, v = nets(shown)[1:]
        weights = attend(q, k, v)[1]
        directions = pca(k, max(WIDTH * few // N, 1))  # 64 keys of 2 numbers cost as much as 8 keys of 16
        centre = k.mean((1, 2), keepdim=True)
        scores = (q @ directions) @ ((k - centre) @ directions).mT / WIDTH**0.5
        errors = {
            "learned projection": error(attend(q, e[:, None] @ k, f[:, None] @ v)[0], q, k, v),
            "average of neighbours": error(attend(q, averages @ k, averages @ v)[0], q, k, v),
            "PCA of the features": error(scores.softmax(3) @ v, q, k, v),
        }
    cost = {"PCA of the features": N * N * directions.shape[-1]}
    rows = [[name, cost.get(name, N * few * WIDTH), found] for name, found in errors.items()]
    yield Table("Error of the output", ["way", "numbers in the scores", "error"], rows)
    sharp = (6 * seeds.randn(config.images, N, N)).softmax(3)  # each query looks at few places, all at others
    left, values, right = torch.linalg.svd(sharp.cpu())
    values[..., 8:] = 0
    best = (left * values[..., None, :]) @ right
    for count in range(1, 33):
        for name, map_ in (("untrained", untrained), ("trained", weights)):
            squares = torch.linalg.svdvals(map_[:, 0].cpu()).square()[:, 1:]
            yield Metric(name, count, squares[:, :count].sum(1) / squares.sum(1),
                         chart="share of the squared singular values beyond the first")  # fmt: skip
    yield Measured("map-is-nearly-low-rank", first_eight(weights, 0))
    yield Measured("training-lowers-rank", first_eight(weights, 1) - first_eight(untrained, 1))
    yield Measured("learned-keys-suffice", errors["learned projection"])
    yield Measured("learned-beats-average", errors["average of neighbours"] - errors["learned projection"])
    yield Measured("learned-beats-pca", errors["PCA of the features"] - errors["learned projection"])
    off = (best - sharp.cpu()).flatten(1).norm(dim=1) / (sharp.cpu() - 1 / N).flatten(1).norm(dim=1)
    yield Measured("any-map-projects", off)
