"""How many units so many pieces need, side by side and layer upon layer, and what chance gives.

要折出这么多段，并排要多少个单元，叠起来要多少个；随手初始化又有多少。

No data: nets whose weights are set by hand or drawn at random, in double precision.

lesson: why-deep
quick: nets=5
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64
TOP = 7  # curves of up to 2^7 pieces


@dataclass(frozen=True)
class Config:
    nets: int = param(15, 2, 1000, en="random nets of each kind and seed", zh="每个种子每一种的随机网络数")
    layers: int = param(4, 2, 8, en="hidden layers of the tall random net", zh="随机的高网络的隐藏层数")
    width: int = param(6, 2, 32, en="units of each of them", zh="每层单元数")


CLAIMS = (
    Claim("fat-makes-any-heights", "<", 1e-9,
          en="one hidden layer of 2^k units goes through any heights at 2^k + 1 knots",
          zh="一层 2^k 个单元，能穿过 2^k + 1 个结点上的任何高度",
          quantity_en="largest error, k = 1 to 7", quantity_zh="最大误差，k = 1 到 7"),
    Claim("tall-makes-the-sawtooth", "<", 1e-9,
          en="k layers of two units make the sawtooth of 2^k pieces", zh="k 层、每层两个单元，就做出 2^k 段的锯齿",
          quantity_en="largest error, k = 1 to 7", quantity_zh="最大误差，k = 1 到 7", seeds=1),
    Claim("half-is-too-few", ">", 0.1,
          en="one hidden layer of half as many units misses the sawtooth", zh="一层只有一半单元，就做不出锯齿",
          quantity_en="least squares error as a share of the variance, knots at every second tooth, k = 2 to 7",
          quantity_zh="最小二乘误差占方差的比例，折点隔一个取一个，k = 2 到 7", seeds=1),
    Claim("at-most-one-piece-a-unit", "<=", 1.0,
          en="H random units never make more than H + 1 pieces", zh="随机的 H 个单元，从不多于 H + 1 段",
          quantity_en="largest number of pieces over H + 1", quantity_zh="段数与 H + 1 之比的最大值"),
    Claim("chance-folds", ">", 1.0,
          en="a random tall net makes more pieces than a fat one with as many units",
          zh="随机的高网络比单元一样多的胖网络段数多",
          quantity_en="mean pieces, tall over fat", quantity_zh="平均段数之比，高比胖"),
)  # fmt: skip

ZH = {"units": "单元数", "Units and parameters for 2^k pieces": "2^k 段所需的单元与参数", "k": "k", "pieces": "段数",
      "units, fat": "单元，胖", "units, tall": "单元，高", "parameters, fat": "参数，胖",
      "parameters, tall": "参数，高",
      "Pieces of random nets": "随机网络的段数", "nets": "网络数"}  # fmt: skip


def sawtooth(k: int, x: Tensor) -> Tensor:
    """The tent in itself k times, 2^k pieces on 0..1, read at x by k layers of two ReLUs."""
    for _ in range(k):
        x = 2 * x.relu() - 4 * (x - 0.5).relu()
    return x


def fat(heights: Tensor, x: Tensor) -> Tensor:
    """A hidden layer of one ReLU for each piece, through equally spaced heights (…, knots) and read at x (n,)."""
    pieces = heights.shape[-1] - 1
    knots = torch.arange(pieces, dtype=DOUBLE) / pieces
    slopes = heights.diff(dim=-1) * pieces
    changes = torch.cat([slopes[..., :1], slopes.diff(dim=-1)], dim=-1)  # the weight of each unit
    return heights[..., :1] + changes @ (x - knots[:, None]).relu()


def least_squares(k: int) -> float:
    """What 2^(k-1) units with a bend at every second tooth leave of the sawtooth's variance."""
    x = torch.linspace(0, 1, 2 ** (k + 3) + 1, dtype=DOUBLE)
    knots = torch.arange(2 ** (k - 1), dtype=DOUBLE) / 2 ** (k - 1)
    columns = torch.cat([torch.ones(1, len(x), dtype=DOUBLE), (x - knots[:, None]).relu()]).T
    y = sawtooth(k, x)
    left = y - columns @ torch.linalg.lstsq(columns, y[:, None]).solution[:, 0]
    share: float = (left.square().mean() / y.var(correction=0)).item()
    return share


def random_net(*hidden: int) -> nn.Sequential:
    """Linear layers with ReLUs between, as torch draws them, from one number to one."""
    parts: list[nn.Module] = []
    for n, m in zip((1, *hidden), (*hidden, 1), strict=True):
        parts += [nn.Linear(n, m), nn.ReLU()]
    return nn.Sequential(*parts[:-1]).double()


def pieces(net: nn.Sequential) -> int:
    """Straight pieces between -20 and 20, counted by which units are on at 20,001 places."""
    x = torch.linspace(-20, 20, 20001, dtype=DOUBLE)[:, None]
    changed = torch.zeros(len(x) - 1, dtype=torch.bool)
    with torch.no_grad():
        for part in net:
            x = part(x)
            if isinstance(part, nn.ReLU):
                changed |= ((x[1:] > 0) != (x[:-1] > 0)).any(1)
    return 1 + int(changed.sum())


def counts(hidden: tuple[int, ...], nets: int) -> list[int]:
    """Pieces of so many random nets of one shape."""
    return [pieces(random_net(*hidden)) for _ in range(nets)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows, wrong, exact = [], [], []
    for k in range(1, TOP + 1):
        count = 2**k
        x = torch.linspace(0, 1, 8 * count + 1, dtype=DOUBLE)
        heights = seeds.stack(partial(torch.rand, count + 1, dtype=DOUBLE)).cpu()
        wrong.append((fat(heights, x)[:, ::8] - heights).abs().amax(1))
        exact.append((sawtooth(k, x) - fat(torch.arange(count + 1, dtype=DOUBLE) % 2, x)).abs().max().item())
        rows.append([k, count, count, 2 * k, 3 * count + 1, 6 * k + 1])
        yield Metric("fat", k, count, chart="units")
        yield Metric("tall", k, 2 * k, chart="units")
    columns = ["k", "pieces", "units, fat", "units, tall", "parameters, fat", "parameters, tall"]
    yield Table("Units and parameters for 2^k pieces", columns, rows)
    yield Measured("fat-makes-any-heights", torch.stack(wrong).amax(0))
    yield Measured("tall-makes-the-sawtooth", max(exact))
    yield Measured("half-is-too-few", min(least_squares(k) for k in range(2, TOP + 1)))
    yield Progress(1, 2)
    units = config.layers * config.width
    counted: dict[str, list[list[int]]] = {}
    for name, hidden in (("fat", (units,)), ("tall", (config.width,) * config.layers)):
        counted[name] = seeds.each(partial(counts, hidden, config.nets))
    series = {name: found[0] for name, found in counted.items()}
    yield Figure("Pieces of random nets", "histogram", {"series": series}, "pieces", "nets")
    yield Measured("at-most-one-piece-a-unit", [max(found) / (units + 1) for found in counted["fat"]])
    yield Measured("chance-folds", [sum(a) / sum(b) for a, b in zip(counted["tall"], counted["fat"], strict=True)])
    yield Progress(2, 2)
