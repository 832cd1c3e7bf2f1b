"""What a stream of gradients does to eta/sigma: decay, recovery, a burst and its cures.

一串梯度怎样改变 eta/sigma：衰减、恢复、喷发，以及喷发的治法。

Gradients are fed in by hand, with eta = 1, so that only the scale is looked at: nothing is random.

lesson: adaptive-lr
quick: quiet=50
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    quiet: int = param(200, 20, 5000, en="tiny gradients before the burst", zh="喷发之前有多少个极小的梯度")
    tiny: float = param(0.001, 0.0, 0.1, en="size of a tiny gradient", zh="极小的梯度有多大")
    forget: float = param(0.9, 0.5, 0.999, en="alpha of RMSProp", zh="RMSProp 的 alpha")


CLAIMS = (
    Claim("sum-form-keeps-its-rate", ">", 0.9,
          en="using all past gradients keeps the rate from decaying: the sum form",
          zh="用上所有过去的梯度，学习率就不会衰减：求和形式",
          quantity_en="eta/sigma after 1000 equal gradients over that after one",
          quantity_zh="1000 个相同的梯度之后与一个之后的 eta/sigma 之比", seeds=1),
    Claim("mean-form-keeps-its-rate", ">", 0.9,
          en="the same: the mean form", zh="同上：均值形式",
          quantity_en="eta/sigma after 1000 equal gradients over that after one",
          quantity_zh="1000 个相同的梯度之后与一个之后的 eta/sigma 之比", seeds=1),
    Claim("rmsprop-recovers", ">", 10.0,
          en="when gradients shrink again RMSProp's rate rises again", zh="梯度重新变小，RMSProp 的学习率就重新升高",
          quantity_en="eta/sigma 100 steps after |g| fell from 1 to 0.01, over that before",
          quantity_zh="|g| 从 1 降到 0.01 之后 100 步与之前的 eta/sigma 之比", seeds=1),
    Claim("adagrad-never-rises", "<=", 1.0,
          en="Adagrad's does not", zh="Adagrad 的不会",
          quantity_en="the same ratio for the sum form", quantity_zh="求和形式的同一个比", seeds=1),
    Claim("mean-form-bursts", ">", 5.0,
          en="after many tiny gradients a usual one makes a huge step",
          zh="许多极小的梯度之后，来一个平常的，步子就极大",
          quantity_en="longest step of the mean form, in eta",
          quantity_zh="均值形式的最大步长，以 eta 为单位", seeds=1),
    Claim("burst-heals", "<", 0.3,
          en="and then recovers by itself", zh="随后自己恢复",
          quantity_en="step 50 gradients later over the longest",
          quantity_zh="再过 50 个梯度的步长与最大步长之比", seeds=1),
    Claim("sum-form-never-bursts", "<=", 1.0,
          en="the sum form cannot burst", zh="求和形式不会喷发",
          quantity_en="longest step, in eta", quantity_zh="最大步长，以 eta 为单位", seeds=1),
    Claim("decay-cures", "<=", 1.0,
          en="a decaying rate keeps the burst small", zh="学习率递减，喷发就小了",
          quantity_en="longest step of the mean form with eta/sqrt(t + 1), in eta",
          quantity_zh="均值形式配 eta/sqrt(t + 1) 的最大步长，以 eta 为单位", seeds=1),
    Claim("signs-only-in-momentum", "<", 0.06,
          en="of +1, -1, +1, … momentum keeps next to nothing", zh="对 +1、-1、+1……，动量几乎什么也不留",
          quantity_en="|m| at last, beta = 0.9", quantity_zh="最后的 |m|，beta = 0.9", seeds=1),
    Claim("size-stays-in-sigma", ">", 0.99,
          en="the root mean square keeps all of it", zh="均方根全都留住",
          quantity_en="sigma at last", quantity_zh="最后的 sigma", seeds=1),
)  # fmt: skip

ZH = {
    "log10 eta/sigma, equal gradients": "eta/sigma 的 log10，梯度恒定", "log10 eta/sigma, |g| = 0.01, 1, 0.01":
    "eta/sigma 的 log10，|g| = 0.01、1、0.01", "step in eta around the burst": "喷发前后的步长，以 eta 为单位",
    "The burst and its cures": "喷发与治法", "form": "形式", "longest step": "最大步长",
    "50 gradients later": "再过 50 个梯度",
    "sum of squares": "平方和", "mean of squares": "平方的平均", "RMSProp": "RMSProp",
    "mean, decaying rate": "平均，学习率递减",
    "RMSProp, eps 0.1": "RMSProp，eps 取 0.1", "mean, steps clipped at 1": "平均，步长截断在 1",
}  # fmt: skip


def sums(g: Tensor) -> Tensor:
    """sigma of the sum form after each gradient."""
    return (g**2).cumsum(dim=0).sqrt()


def means(g: Tensor) -> Tensor:
    """sigma of the mean form."""
    return sums(g) / counts(g).sqrt()


def forgetting(g: Tensor, keep: float) -> Tensor:
    """sigma of RMSProp, which starts as the first gradient's size."""
    squares = [g[0] ** 2]
    for gradient in g[1:]:
        squares.append(keep * squares[-1] + (1 - keep) * gradient**2)
    return torch.stack(squares).sqrt()


def counts(g: Tensor) -> Tensor:
    return torch.arange(1, len(g) + 1, dtype=g.dtype)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    def stream(*parts: tuple[float, int]) -> Tensor:
        return torch.cat([torch.full((count,), size, dtype=torch.float64) for size, count in parts])

    forms: dict[str, Callable[[Tensor], Tensor]] = {
        "sum": sums, "mean": means, "rmsprop": lambda g: forgetting(g, config.forget),
    }  # fmt: skip
    equal, jump = stream((1.0, 1000)), stream((0.01, 100), (1.0, 100), (0.01, 100))
    burst = stream((config.tiny, config.quiet), (1.0, 60))
    rates = {name: (1 / form(equal), 1 / form(jump)) for name, form in forms.items()}
    for name, (same, changing) in rates.items():
        for t in range(0, 1000, 20):
            yield Metric(name, t + 1, same[t].log10(), chart="log10 eta/sigma, equal gradients")
        for t in range(0, 300, 3):
            yield Metric(name, t + 1, changing[t].log10(), chart="log10 eta/sigma, |g| = 0.01, 1, 0.01")
    yield Progress(1, 2)

    steps = {
        "sum of squares": burst / sums(burst),
        "mean of squares": burst / means(burst),
        "RMSProp": burst / forms["rmsprop"](burst),
        "mean, decaying rate": burst / means(burst) / counts(burst).sqrt(),
        "RMSProp, eps 0.1": burst / (forms["rmsprop"](burst) + 0.1),
        "mean, steps clipped at 1": (burst / means(burst)).clamp(max=1.0),
    }
    for t in range(max(config.quiet - 40, 0), len(burst)):
        for series, name in (("sum", "sum of squares"), ("mean", "mean of squares"), ("rmsprop", "RMSProp")):
            yield Metric(series, t, steps[name][t], chart="step in eta around the burst")
    later = config.quiet + 50
    yield Table("The burst and its cures", ["form", "longest step", "50 gradients later"],
                [[name, step.max(), step[later]] for name, step in steps.items()])  # fmt: skip
    yield Progress(2, 2)

    turning = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(100)
    m = torch.zeros(())
    for g in turning:
        m = 0.9 * m + 0.1 * g
    yield Measured("sum-form-keeps-its-rate", float(rates["sum"][0][-1] / rates["sum"][0][0]))
    yield Measured("mean-form-keeps-its-rate", float(rates["mean"][0][-1] / rates["mean"][0][0]))
    yield Measured("rmsprop-recovers", float(rates["rmsprop"][1][299] / rates["rmsprop"][1][199]))
    yield Measured("adagrad-never-rises", float(rates["sum"][1][299] / rates["sum"][1][199]))
    yield Measured("mean-form-bursts", float(steps["mean of squares"].max()))
    yield Measured("burst-heals", float(steps["mean of squares"][later] / steps["mean of squares"].max()))
    yield Measured("sum-form-never-bursts", float(steps["sum of squares"].max()))
    yield Measured("decay-cures", float(steps["mean, decaying rate"].max()))
    yield Measured("signs-only-in-momentum", float(m.abs()))
    yield Measured("size-stays-in-sigma", float(means(turning)[-1]))
