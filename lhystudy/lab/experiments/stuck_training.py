"""Five ways to be stuck, each with its sign and its remedy.

五种卡住的样子，各有各的征兆与对策。

Synthetic data throughout: each case is as small as it can be.

lesson: critical-points
quick: steps=200
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, leaky_relu

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 100, 10000, en="steps of each walk", zh="每次走的步数")
    size: float = param(50.0, 1.0, 200.0, en="size of the weights of the saturated network", zh="饱和网络的权重大小")


CLAIMS = (
    Claim("stuck-means-flat", "<", 0.01,
          en="where the loss no longer falls the gradient is near zero", zh="损失不再下降的地方，梯度接近零",
          quantity_en="least |gradient| of the last half, steep valley, rate 0.05",
          quantity_zh="陡谷、学习率 0.05，后一半里 |梯度| 的最小值"),
    Claim("smaller-rate-descends", "<", 0.2,
          en="in the steep valley a rate ten times smaller goes on down", zh="陡谷里把学习率降到十分之一就能继续下降",
          quantity_en="loss at its end over the loss of the stuck walk", quantity_zh="最终损失与卡住时的损失之比"),
    Claim("saturation-is-flat", "<", 0.02,
          en="a saturated network's wrong examples pull at next to nothing under squared error",
          zh="网络饱和后，平方误差下判错的样本几乎推不动",
          quantity_en="median slope in the score, of the wrong examples", quantity_zh="判错样本对分数的斜率，取中位数"),
    Claim("cross-entropy-pulls", ">", 10.0,
          en="under cross entropy the same examples pull", zh="换成交叉熵，同样的样本推得动",
          quantity_en="median slope over that of squared error", quantity_zh="斜率的中位数与平方误差的之比"),
    Claim("dead-relu-is-flat", "<=", 0.0,
          en="with all ReLUs off the hidden layer has no gradient at all", zh="ReLU 全关时，隐藏层的梯度恰好为零",
          quantity_en="|gradient| of the hidden weights", quantity_zh="隐藏层权重的 |梯度|"),
    Claim("leaky-relu-pulls", ">", 0.0,
          en="a ReLU that leaks has one", zh="漏一点的 ReLU 就有梯度",
          quantity_en="|gradient| of the hidden weights", quantity_zh="隐藏层权重的 |梯度|"),
    Claim("batch-noise-leaves-saddle", "<", 0.5,
          en="the noise of small batches leaves the saddle of y = w1 w2 x", zh="小批的噪声能离开 y = w1 w2 x 的鞍点",
          quantity_en="loss after walking from the origin, one example at a time",
          quantity_zh="从原点起每次一个样本，最终的损失"),
    Claim("kick-leaves-saddle", "<", 0.5,
          en="a kick of a millionth leaves it", zh="百万分之一的一踢就能离开",
          quantity_en="loss after the same walk from beside the origin", quantity_zh="从原点旁边出发，同样走完的损失"),
    Claim("adaptive-rate-helps", ">", 3.0,
          en="in a valley a thousand times steeper across, Adam needs less than a third of the steps",
          zh="横向陡一千倍的山谷里，Adam 的步数不到三分之一",
          quantity_en="steps of plain descent over Adam's", quantity_zh="普通下降与 Adam 的步数之比"),
)  # fmt: skip

ZH = {
    "loss in a steep valley": "陡谷里的损失", "length of the gradient": "梯度的长度", "Stuck, and freed": "卡住与脱困",
    "cause": "原因", "stuck": "卡住时", "remedy": "对策", "with it": "采用之后",
    "rate too large: loss": "学习率过大：损失", "saturation: slope": "饱和：斜率",
    "dead ReLUs: |gradient|": "全关的 ReLU：|梯度|", "saddle: loss": "鞍点：损失",
    "uneven valley: steps": "长短不均的谷：步数", "rate / 10": "学习率 / 10", "cross entropy": "交叉熵",
    "kick of 1e-6": "1e-6 的扰动",
}  # fmt: skip


def valley(w: Tensor) -> Tensor:
    """Steep walls across w1, a gentle floor along w2."""
    return (10 * w[0]).cosh().log() + 0.005 * w[1] ** 2


def walk(optimizer: str, rate: float, start: tuple[float, float], loss: Callable[[Tensor], Tensor],
         steps: int) -> tuple[list[float], list[float]]:  # fmt: skip
    """Losses and lengths of the gradient, before each step."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)  # float64 stays on the CPU
    chosen = torch.optim.Adam([w], lr=rate) if optimizer == "adam" else torch.optim.SGD([w], lr=rate)
    losses, lengths = [], []
    for _ in range(steps):
        value = loss(w)
        (w.grad,) = torch.autograd.grad(value, w)
        losses.append(value.item())
        lengths.append(w.grad.norm().item())
        chosen.step()
    return losses, lengths


def one_at_a_time(kick: float, xs: Tensor, ys: Tensor, steps: int) -> Tensor:
    """Mean squared error (seeds,) of y = w1 w2 x after steps of one example each, from w1 = w2 = kick."""
    w = torch.full((len(xs), 2), kick, dtype=xs.dtype)
    for step in range(steps):
        example = step % xs.shape[1]
        x, y = xs[:, example, None], ys[:, example, None]
        w = w + 0.1 * (y - w.prod(1, keepdim=True) * x) * x * w.flip(1)  # minus 0.05 times the slope of the error
    return (w.prod(1, keepdim=True) * xs - ys).square().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    stuck = walk("sgd", 0.05, (0.3, 1.0), valley, config.steps)
    freed = walk("sgd", 0.005, (0.3, 1.0), valley, config.steps)
    for name, (losses, lengths) in (("rate 0.05", stuck), ("rate 0.005", freed)):
        for step in range(0, min(config.steps, 200), 2):
            yield Metric(name, step, losses[step], chart="loss in a steep valley")
            yield Metric(f"gradient, {name}", step, lengths[step], chart="length of the gradient")
    yield Measured("stuck-means-flat", min(stuck[1][config.steps // 2 :]))
    yield Measured("smaller-rate-descends", freed[0][-1] / stuck[0][-1])

    def randn(*size: int) -> Tensor:  # (seeds, *size)
        return torch.stack(seeds.each(lambda: torch.randn(*size, dtype=torch.float64)))

    x, y = randn(200, 2), seeds.randint(2, (200,)).cpu().double()
    into, out = config.size * randn(2, 8), config.size * randn(8, 1)
    score = (torch.sigmoid(x @ into) @ out)[:, :, 0].requires_grad_()  # (seeds, examples)
    errors = [((torch.sigmoid(score) - y) ** 2).sum(), binary_cross_entropy_with_logits(score, y, reduction="sum")]
    wrong = (score > 0) != (y > 0.5)
    slopes = [torch.autograd.grad(error, score)[0].abs().where(wrong, nan).nanmedian(1).values for error in errors]
    yield Measured("saturation-is-flat", slopes[0])
    yield Measured("cross-entropy-pulls", slopes[1] / slopes[0].clamp_min(1e-12))

    weights = randn(2, 8).requires_grad_()
    dead = []
    for bend in (torch.relu, leaky_relu):
        guess = bend(x @ weights - 30).sum(2)  # the bias -30 keeps every neuron off
        dead.append(torch.autograd.grad(((guess - y) ** 2).mean(1).sum(), weights)[0].norm(dim=(1, 2)))
    yield Measured("dead-relu-is-flat", dead[0])
    yield Measured("leaky-relu-pulls", dead[1])

    xs = 1 + 0.3 * randn(20)
    ys = xs + 0.1 * randn(20)
    ends = [one_at_a_time(kick, xs, ys, config.steps) for kick in (0.0, 1e-6)]
    yield Measured("batch-noise-leaves-saddle", ends[0])
    yield Measured("kick-leaves-saddle", ends[1])

    def uneven(w: Tensor) -> Tensor:
        return 500 * w[0] ** 2 + 0.5 * w[1] ** 2

    arrived = []
    for optimizer, rate in (("sgd", 0.0019), ("adam", 0.02)):  # 0.002 is where plain descent begins to diverge
        losses, _ = walk(optimizer, rate, (1.0, 1.0), uneven, 4 * config.steps)
        arrived.append(next((step for step, value in enumerate(losses) if value < 1e-3), 4 * config.steps))
    yield Measured("adaptive-rate-helps", arrived[0] / arrived[1])
    yield Table("Stuck, and freed", ["cause", "stuck", "remedy", "with it"],
                [["rate too large: loss", stuck[0][-1], "rate / 10", freed[0][-1]],
                 ["saturation: slope", slopes[0], "cross entropy", slopes[1]],
                 ["dead ReLUs: |gradient|", dead[0], "leaky ReLU", dead[1]],
                 ["saddle: loss", ends[0], "kick of 1e-6", ends[1]],
                 ["uneven valley: steps", arrived[0], "Adam", arrived[1]]])  # fmt: skip
