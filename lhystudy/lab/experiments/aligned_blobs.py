"""Two domains laid over each other: when that helps, and when it matches the wrong classes.

把两个领域叠到一起：什么时候有用，什么时候配错了类。

Synthetic data in the plane: each domain has a blob for class A and one for class B. Aligning gives the target's inputs
the source's mean and covariance and never looks at a target label. The distance of two samples is the squared maximum
mean discrepancy (MMD), here without its bias, under a Gaussian kernel.

lesson: transfer-shift
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
    examples: int = param(200, 20, 1000, en="examples of each domain", zh="每个领域的样本数")
    spread: float = param(0.25, 0.05, 1.0, en="spread of a blob", zh="一团的散布")
    kernel: float = param(1.0, 0.05, 20.0, en="width of the kernel", zh="核的宽度")


CLAIMS = (
    Claim("same-is-near-zero", "<", 0.02,
          en="two samples of one distribution have an MMD^2 near 0", zh="同一分布的两个样本，MMD^2 接近 0",
          quantity_en="|MMD^2|", quantity_zh="|MMD^2|"),
    Claim("moved-is-positive", ">", 0.1,
          en="a moved sample has a large one", zh="移走的样本，MMD^2 很大",
          quantity_en="MMD^2 of source and moved target", quantity_zh="源与移动后的目标的 MMD^2"),
    Claim("aligning-helps", ">", 0.2,
          en="aligning mean and covariance helps a moved and stretched target",
          zh="目标被移动又拉长，对齐均值与协方差有用",
          quantity_en="target accuracy after minus before", quantity_zh="目标准确率之差：对齐后减对齐前"),
    Claim("swapped-looks-alike", "<", 0.02,
          en="a target whose classes stand the other way round is aligned just as well",
          zh="两类左右颠倒的目标，照样对得齐",
          quantity_en="MMD^2 after aligning", quantity_zh="对齐后的 MMD^2"),
    Claim("swapped-is-all-wrong", "<", 0.1,
          en="and nearly every label is wrong then", zh="而标签几乎全错",
          quantity_en="target accuracy after aligning", quantity_zh="对齐后的目标准确率"),
    Claim("other-shares-hurt", "<", -0.05,
          en="a target in its right place with shares 9:1 is aligned away from it",
          zh="目标本来就在原位，只是份额变成 9:1，一对齐反而离开了",
          quantity_en="target accuracy after minus before", quantity_zh="目标准确率之差：对齐后减对齐前"),
)  # fmt: skip

ZH = {"Before and after aligning": "对齐前后", "target": "目标",
      "MMD^2 before": "对齐前 MMD^2", "MMD^2 after": "对齐后 MMD^2",
      "accuracy before": "对齐前准确率", "accuracy after": "对齐后准确率",
      "same": "原样", "moved": "移动并拉长",
      "swapped": "两类颠倒", "other shares": "份额不同",
      "Swapped classes, after aligning": "两类颠倒，对齐之后"}  # fmt: skip


def blobs(seeds: Seeds, config: Config, place_a: float, place_b: float, share_b: float = 0.5) -> tuple[Tensor, Tensor]:
    """Inputs (seeds, n, 2) around (place, 0), and whether each is of class B (seeds, n)."""
    is_b = (torch.arange(config.examples) < share_b * config.examples).expand(seeds.count, -1)
    noise = config.spread * seeds.stack(lambda: torch.randn(config.examples, 2, dtype=DOUBLE)).cpu()
    first = torch.where(is_b, place_b, place_a)
    return noise + torch.stack([first, torch.zeros_like(first)], -1), is_b


def root(matrix: Tensor, power: float) -> Tensor:
    """A symmetric positive matrix to a power: (seeds, 2, 2)."""
    values, vectors = torch.linalg.eigh(matrix)
    powered: Tensor = vectors @ torch.diag_embed(values**power) @ vectors.mT
    return powered


def aligned(x: Tensor, source: Tensor) -> Tensor:
    """x (seeds, n, 2), whitened, then given the source's covariance and mean."""
    centred, wanted = x - x.mean(1, keepdim=True), source - source.mean(1, keepdim=True)
    have, want = centred.mT @ centred / x.shape[1], wanted.mT @ wanted / source.shape[1]
    moved: Tensor = centred @ root(have, -0.5) @ root(want, 0.5) + source.mean(1, keepdim=True)
    return moved


def mmd(x: Tensor, z: Tensor, width: float) -> Tensor:
    """MMD^2 of two samples (seeds, n, 2) and (seeds, m, 2) without bias: (seeds,)."""

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (-torch.cdist(a, b).square() / (2 * width**2)).exp()

    n, m = x.shape[1], z.shape[1]
    within = (kernel(x, x).sum((1, 2)) - n) / (n * (n - 1)) + (kernel(z, z).sum((1, 2)) - m) / (m * (m - 1))
    return within - 2 * kernel(x, z).mean((1, 2))


def nearest(source: Tensor, is_b: Tensor, x: Tensor) -> Tensor:
    """Whether each of x lies nearer to the source's mean of B than to that of A: (seeds, n)."""
    far = []
    for chosen in (~is_b, is_b):
        mean = (source * chosen[..., None]).sum(1, keepdim=True) / chosen.sum(1)[:, None, None]
        far.append((x - mean).norm(dim=2))
    nearer_b: Tensor = far[1] < far[0]
    return nearer_b


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    source, source_b = blobs(seeds, config, 0.0, 1.0)
    moved, moved_b = blobs(seeds, config, 0.0, 1.0)
    stretch = torch.tensor([2.0, 0.5], dtype=DOUBLE)
    targets = {
        "same": blobs(seeds, config, 0.0, 1.0),
        "moved": (moved * stretch + 2.0, moved_b),
        "swapped": blobs(seeds, config, 5.0, 4.0),
        "other shares": blobs(seeds, config, 0.0, 1.0, 0.9),
    }
    got: dict[str, list[Tensor]] = {}
    for name, (x, is_b) in targets.items():
        y = aligned(x, source)
        right = [(nearest(source, source_b, at) == is_b).double().mean(1) for at in (x, y)]
        got[name] = [mmd(source, x, config.kernel), mmd(source, y, config.kernel), *right]
    columns = ["target", "MMD^2 before", "MMD^2 after", "accuracy before", "accuracy after"]
    yield Table("Before and after aligning", columns, [[name, *values] for name, values in got.items()])
    x, is_b = aligned(targets["swapped"][0], source)[0], targets["swapped"][1][0]
    parts = {"source A": source[0][~source_b[0]], "source B": source[0][source_b[0]], "target A": x[~is_b],
             "target B": x[is_b]}  # fmt: skip
    series = {name: part[:40].tolist() for name, part in parts.items()}
    yield Figure("Swapped classes, after aligning", "scatter", {"series": series})
    yield Measured("same-is-near-zero", got["same"][0].abs())
    yield Measured("moved-is-positive", got["moved"][0])
    yield Measured("aligning-helps", got["moved"][3] - got["moved"][2])
    yield Measured("swapped-looks-alike", got["swapped"][1])
    yield Measured("swapped-is-all-wrong", got["swapped"][3])
    yield Measured("other-shares-hurt", got["other shares"][3] - got["other shares"][2])
