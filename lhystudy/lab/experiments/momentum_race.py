"""Down a valley with walls bent a thousand times more than its floor: plain, heavy ball, Nesterov, each at its best.

谷壁比谷底弯一千倍的山谷：普通下降、重球动量、Nesterov，各用最好的常数。

Quadratics in 50 directions (synthetic) whose curvatures run from 1 to kappa, and one bent curve in one direction.

lesson: momentum
quick: kappa=100
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log, sqrt

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds

Slope = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Config:
    kappa: float = param(1000.0, 20.0, 3000.0, en="greatest curvature over the least", zh="最大曲率与最小曲率之比")


CLAIMS = (
    Claim("nesterov-far-sooner", ">", 5.0,
          en="looking ahead needs far fewer steps than plain descent", zh="先看前面再求梯度，步数远比普通下降少",
          quantity_en="steps to a millionth of the distance, plain over Nesterov",
          quantity_zh="走到距离百万分之一的步数之比，普通比 Nesterov"),
    Claim("heavy-ball-far-sooner", ">", 5.0,
          en="heavy ball, too, needs far fewer", zh="重球动量也远比它少",
          quantity_en="steps, plain over heavy ball", quantity_zh="步数之比，普通比重球"),
    Claim("nesterov-before-heavy-ball", ">", 1.0,
          en="looking ahead is also faster than heavy ball", zh="先看前面，也比重球快",
          quantity_en="steps, heavy ball over Nesterov", quantity_zh="步数之比，重球比 Nesterov"),
    Claim("plain-grows-with-kappa", ">", 0.9,
          en="the steps of plain descent grow like kappa", zh="普通下降的步数随 kappa 同比增长",
          quantity_en="exponent of kappa, from kappa/10 to kappa", quantity_zh="kappa 的指数，从 kappa/10 到 kappa"),
    Claim("nesterov-grows-with-root", "<", 0.6,
          en="those of Nesterov only like its root", zh="Nesterov 的只随它的平方根增长",
          quantity_en="exponent of kappa, from kappa/10 to kappa", quantity_zh="kappa 的指数，从 kappa/10 到 kappa"),
    Claim("heavy-ball-always-arrives", ">=", 1.0,
          en="heavy ball with these constants arrives on every convex curve between the two curvatures",
          zh="曲率介于两者之间的凸函数上，重球用这些常数总能到达",
          quantity_en="share of 200 starts that arrive on one such curve",
          quantity_zh="在一条这样的曲线上，200 个起点中到达的比例"),
    Claim("nesterov-always-arrives", ">=", 1.0,
          en="Nesterov arrives there from everywhere", zh="Nesterov 在那里从哪儿出发都能到",
          quantity_en="share of 200 starts that arrive on the same curve",
          quantity_zh="在同一条曲线上，200 个起点中到达的比例"),
)  # fmt: skip

ZH = {
    "log10 of the distance": "距离的 log10", "Steps to a millionth": "走到百万分之一的步数", "plain": "普通",
    "heavy ball": "重球", "Curve on which the slope bends twice": "斜率拐两次的曲线",
    "share that arrives": "到达的比例", "method": "方法", "kappa": "条件数 kappa",
}  # fmt: skip


def best_constants(low: float, high: float) -> dict[str, tuple[float, float, float]]:
    """Rate, beta and look-ahead with the fastest sure pace on quadratics of curvatures low..high.

    Source: Lessard, Recht and Packard 2016, "Analysis and Design of Optimization Algorithms", Proposition 1.
    """
    ball, ahead = sqrt(high / low), sqrt(3 * high / low + 1)
    beta = (ahead - 2) / (ahead + 2)
    return {
        "plain": (2 / (high + low), 0.0, 0.0),
        "heavy ball": (4 / (sqrt(high) + sqrt(low)) ** 2, ((ball - 1) / (ball + 1)) ** 2, 0.0),
        "Nesterov": (4 / (3 * high + low), beta, beta),
    }


def walk(start: Tensor, slope: Slope, rate: float, beta: float, look: float) -> Iterator[Tensor]:
    """Places without end; the slope is taken at w + look * movement."""
    w, movement = start, torch.zeros_like(start)
    while True:
        yield w
        movement = beta * movement - rate * slope(w + look * movement)
        w = w + movement


def steps_needed(places: Iterator[Tensor], share: float = 1e-6) -> tuple[Tensor, list[Tensor]]:
    """Steps after which each seed stays below that share of its first distance (seeds,), and the distances passed."""
    distances = []
    for w in places:
        distances.append(w.norm(dim=1))  # (seeds,)
        if (distances[-1] < 0.1 * share * distances[0]).all():
            break
    above = torch.stack(distances) >= share * distances[0]  # (steps, seeds)
    return (above * torch.arange(1, len(above) + 1)[:, None]).amax(0).double(), distances


def bent_slope(w: Tensor) -> Tensor:
    """Slope of a convex curve with curvatures 25, 1 and 25; its minimum is at 0. Source: the same paper."""
    return torch.where(w < 1, 25 * w, torch.where(w < 2, w + 24, 25 * w - 24))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    start = seeds.stack(lambda: torch.randn(50, dtype=torch.float64)).cpu()  # (seeds, directions)
    rows, steps = [], {}
    for part, kappa in enumerate((config.kappa / 10, config.kappa)):
        curvature = torch.logspace(0, log(kappa, 10), 50, dtype=torch.float64)
        for name, constants in best_constants(1.0, kappa).items():
            steps[name, part], distances = steps_needed(walk(start, curvature.mul, *constants))
            for t in range(0, len(distances), max(1, len(distances) // 150)):
                if part:
                    yield Metric(name, t, (distances[t] / distances[0]).log10(), chart="log10 of the distance")
        rows.append([kappa, *(steps[name, part] for name in ("plain", "heavy ball", "Nesterov"))])
        yield Progress(part + 1, 3)
    yield Table("Steps to a millionth", ["kappa", "plain", "heavy ball", "Nesterov"], rows)
    yield Measured("nesterov-far-sooner", steps["plain", 1] / steps["Nesterov", 1])
    yield Measured("heavy-ball-far-sooner", steps["plain", 1] / steps["heavy ball", 1])
    yield Measured("nesterov-before-heavy-ball", steps["heavy ball", 1] / steps["Nesterov", 1])
    exponent = {name: (steps[name, 1] / steps[name, 0]).log10() for name in ("plain", "Nesterov")}
    yield Measured("plain-grows-with-kappa", exponent["plain"])
    yield Measured("nesterov-grows-with-root", exponent["Nesterov"])

    begin, arrived = 5 * seeds.stack(lambda: torch.rand(200, dtype=torch.float64)).cpu(), {}
    for name, constants in best_constants(1.0, 25.0).items():
        places = walk(begin, bent_slope, *constants)
        for _ in range(1000):
            w = next(places)
        arrived[name] = (w.abs() < 1e-6).double().mean(1)
    yield Table("Curve on which the slope bends twice", ["method", "share that arrives"],
                [[name, share] for name, share in arrived.items()])  # fmt: skip
    yield Measured("heavy-ball-always-arrives", arrived["heavy ball"])
    yield Measured("nesterov-always-arrives", arrived["Nesterov"])
    yield Progress(3, 3)
