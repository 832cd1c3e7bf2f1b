"""Which pairs matter: a trained attention map cut down to its top k, a window, clusters or chosen pairs.

哪些位置对要紧：训练好的注意力图，只留前 k 个、窗口、聚类各剩多少。

Real digits, 64 pixels each: every pixel is a place, and attention lets it look at the others.

lesson: efficient-attention
quick: steps=20 images=8
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import PixelReader, attend
from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

N, WIDTH = 64, 16


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 2000, en="training steps", zh="训练步数")
    batch: int = param(16, 1, 128, en="digits in a step", zh="每步的数字张数")
    images: int = param(16, 1, 360, en="test digits that the map is measured on", zh="量注意力图所用的测试图片数")
    clusters: int = param(8, 2, 32, en="clusters of keys", zh="key 聚成几类")


CLAIMS = (
    Claim("top-k-is-enough", "<", 0.1,
          en="in the trained map 16 of 64 keys a query give nearly the same output",
          zh="训练好的图，每个 query 只留 64 个 key 中的 16 个，输出几乎不变",
          quantity_en="error of the output, 1 = looking at everything equally",
          quantity_zh="输出的误差，1 相当于平均地看所有位置"),
    Claim("flat-map-loses", ">", 0.3,
          en="in the flat map before training they do not", zh="训练前的图很平，留 16 个就不行",
          quantity_en="weight that 16 keys leave out", quantity_zh="16 个 key 之外漏掉的权重"),
    Claim("clusters-beat-chance", ">", 0.1,
          en="clusters keep more of the weight than random blocks of the same sizes",
          zh="聚类留下的权重，比同样大小的随机分块多",
          quantity_en="weight kept, k-means minus random", quantity_zh="留下的权重之差，k-means 减随机"),
    Claim("clusters-keep-half", ">", 0.5,
          en="one cluster in eight keeps more than half of the weight", zh="八类只看一类，留下的权重过半",
          quantity_en="weight kept", quantity_zh="留下的权重"),
    Claim("unlike-keeps-least", "<", 0.0,
          en="pairing each query with the least similar cluster is worse than chance",
          zh="专挑最不像的一类，比随机还差",
          quantity_en="weight kept, least similar minus random", quantity_zh="留下的权重之差，最不像的减随机"),
    Claim("window-loses", "<", 0.5,
          en="a window of 9 of 64 pixels keeps less than half", zh="64 个像素里看 9 个的窗口，留下的不到一半",
          quantity_en="weight kept", quantity_zh="留下的权重"),
)  # fmt: skip

ZH = {
    "weight left out against keys kept": "漏掉的权重，随留下的 key 数", "Weight kept": "留下的权重", "kept": "留下的",
    "pairs": "位置对的比例", "trained": "训练后", "most similar cluster": "最像的一类",
    "random blocks": "随机分块", "least similar cluster": "最不像的一类", "window": "窗口", "top 16": "前 16 个",
    "training loss": "训练损失", "Weights of one digit, averaged over 4 x 4 places": "一张数字的权重，每 4×4 处取平均",
    "Test digits": "测试图片", "read right": "认对的比例",
    "key": "被看的位置（key）", "query": "在看的位置（query）",
}  # fmt: skip


def k_means(points: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Ten rounds: each point's cluster (…, n), and the centres (…, count, d)."""
    centres = points[..., :: N // count, :][..., :count, :]
    for _ in range(10):
        mine = (points[..., None, :] - centres[..., None, :, :]).square().sum(-1).argmin(-1)
        member = nn.functional.one_hot(mine, count).to(points.dtype)  # (…, n, count)
        centres = member.mT @ points / member.sum(-2)[..., None].clamp(min=1)
    return mine, centres


def error(allowed: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """How far the output moves when only the allowed pairs count, over the distance from the plain mean: (seeds,)."""
    full, cut = attend(q, k, v)[0], attend(q, k, v, allowed)[0]
    mean = v.mean(2, keepdim=True)
    off: Tensor = (cut - full).flatten(1).norm(dim=1) / (mean - full).flatten(1).norm(dim=1)
    return off


def top(weights: Tensor, k: int) -> Tensor:
    """True at the k largest weights of each query."""
    return weights >= weights.topk(k).values[..., -1:]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    nets = seeds.network(partial(PixelReader, N, WIDTH))
    shown = seeds.shared(data.test_images[: config.images])
    with torch.no_grad():
        before = nets(shown)[1:]  # q, k, v: (seeds, images, 64, WIDTH)
    optimizer = torch.optim.Adam(nets.parameters(), lr=0.02)
    for step in range(config.steps):
        chosen = seeds.randint(len(data.train_labels), (config.batch,))
        loss = cross_entropy(nets(data.train_images[chosen])[0], data.train_labels[chosen])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % 5 == 0:
            yield Metric("loss", step, loss.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)
    with torch.no_grad():
        after = nets(shown)[1:]
        read = nets(seeds.shared(data.test_images))[0].argmax(2) == data.test_labels
    weights = {"untrained": attend(*before)[1], "trained": attend(*after)[1]}  # (seeds, images, 64, 64)
    picture = weights["trained"][0, 0].unflatten(0, (16, 4)).unflatten(2, (16, 4)).mean((1, 3))
    marks = [str(4 * i) for i in range(16)]
    yield Figure("Weights of one digit, averaged over 4 x 4 places", "heat",
                 {"values": picture.tolist(), "x": marks, "y": marks}, "key", "query")  # fmt: skip
    for name, map_ in weights.items():
        missing = 1 - map_.sort(descending=True).values.cumsum(3).mean((1, 2))  # (seeds, 64)
        for k in range(0, N, 3):
            yield Metric(name, k + 1, missing[:, k], chart="weight left out against keys kept")

    map_, (q, k, _) = weights["trained"], after
    mine, centres = k_means(k, config.clusters)
    fit = q @ centres.mT  # which cluster a query looks at goes by the product, as its weights do
    shuffled = mine.gather(2, seeds.rand(config.images, N).argsort(2))  # the same sizes, other members
    place = torch.arange(N, device=seeds.device)
    keep = {
        "most similar cluster": fit.argmax(3)[..., None] == mine[:, :, None],
        "random blocks": fit.argmax(3)[..., None] == shuffled[:, :, None],
        "least similar cluster": fit.argmin(3)[..., None] == mine[:, :, None],
        "window": ((place[:, None] - place).abs() <= 4).expand_as(map_),
        "top 16": top(map_, 16),
    }
    kept = {name: (map_ * pairs).sum(3).mean((1, 2)) for name, pairs in keep.items()}
    rows = [[name, pairs.float().mean((1, 2, 3)), kept[name]] for name, pairs in keep.items()]
    yield Table("Test digits", ["read right"], [[read.cpu().double().mean(1)]])
    yield Table("Weight kept", ["kept", "pairs", "trained"], rows)
    yield Measured("top-k-is-enough", error(keep["top 16"], *after))
    yield Measured("flat-map-loses", 1 - weights["untrained"].topk(16).values.sum(3).mean((1, 2)))
    yield Measured("clusters-beat-chance", kept["most similar cluster"] - kept["random blocks"])
    yield Measured("clusters-keep-half", kept["most similar cluster"])
    yield Measured("unlike-keeps-least", kept["least similar cluster"] - kept["random blocks"])
    yield Measured("window-loses", kept["window"])
