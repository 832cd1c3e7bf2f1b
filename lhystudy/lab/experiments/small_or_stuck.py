"""A training loss that stays high: the model is too small, or descent did not go far enough.

训练损失降不下去：是模型太小，还是下降没走到？

Synthetic data: 60 points on a curve without noise, so that a large enough model can reach zero; and ten points with
labels drawn by a coin, of which a flexible model can fit any.

lesson: general-guidance
quick: steps=100 labellings=2
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(800, 50, 20000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.00001, 0.1, en="the good learning rate of Adam", zh="Adam 的好学习率")
    slow: float = param(0.0001, 0.00001, 0.1, en="the learning rate that is too small", zh="过小的学习率")
    labellings: int = param(8, 1, 50, en="ways to label the ten points", zh="十个点随机标几种")


CLAIMS = (
    Claim("a-line-has-a-floor", ">", 0.1,
          en="trained to its end, a line still has a large training loss: the model is too small",
          zh="直线练到底，训练损失还是很大：模型太小",
          quantity_en="training loss of the line over the variance", quantity_zh="直线的训练损失占方差的比例"),
    Claim("three-bends-lower", "<", 0.5,
          en="three sigmoids reach a lower training loss than the line", zh="三条 Sigmoid 的训练损失比直线低",
          quantity_en="training loss over the line's", quantity_zh="训练损失与直线的之比"),
    Claim("thirty-lower-still", "<", 0.5,
          en="thirty reach a lower one than three", zh="三十条比三条更低",
          quantity_en="training loss over that of three", quantity_zh="训练损失与三条的之比"),
    Claim("the-rate-alone", ">", 3.0,
          en="the same thirty sigmoids with a rate that is too small stay high: the model was not at fault",
          zh="同样三十条，只因学习率太小就降不下去：错不在模型",
          quantity_en="training loss at the small rate over that at the good one",
          quantity_zh="训练损失之比：小学习率比好学习率"),
    Claim("more-fit-more", ">", 0.5,
          en="more ReLUs fit more of the random labellings of ten points", zh="ReLU 越多，十个点的随机标法能拟合得越多",
          quantity_en="share fitted by 64 ReLUs minus that by 2", quantity_zh="能拟合的比例之差：64 个减 2 个"),
    Claim("parameters-alone-do-not", "<", 0.05,
          en="a deep linear network has 141 parameters and fits no more labellings than a line with 2",
          zh="深的线性网络有 141 个参数，能拟合的并不比 2 个参数的直线多",
          quantity_en="share fitted by the deep linear network minus the line's",
          quantity_zh="能拟合的比例之差：深线性网络减直线"),
)  # fmt: skip

ZH = {"training loss on a curve": "曲线上的训练损失", "The curve and what became of it": "曲线与学到的结果",
      "Training loss at the end": "最后的训练损失", "model": "模型", "rate": "学习率", "loss": "损失",
      "Labellings of ten points": "十个点的标法", "parameters": "参数个数", "share fitted": "能拟合的比例",
      "line": "直线", "deep linear": "深线性网络", "{} ReLUs": "{} 个 ReLU",
      "{} sigmoids": "{} 条 Sigmoid"}  # fmt: skip


def layers(seeds: Seeds, copies: int, sizes: tuple[int, ...]) -> list[Tensor]:
    """Weights and biases of `copies` networks a seed: (seeds, copies, inputs, outputs) and (seeds, copies, 1, outputs).

    Uniform within 1/sqrt(inputs), as torch's Linear begins; a first layer of one input within 3, to spread the bends.
    """
    net = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        bound = 3.0 if inputs == 1 else inputs**-0.5
        net += [bound * (2 * seeds.rand(copies, k, outputs) - 1) for k in (inputs, 1)]
    return [w.requires_grad_() for w in net]


def output(net: list[Tensor], x: Tensor, kind: str) -> Tensor:
    """x (…, points, 1) -> (seeds, copies, points)."""
    for k in range(0, len(net), 2):
        x = x @ net[k] + net[k + 1]
        if k + 2 < len(net) and kind != "linear":
            x = x.sigmoid() if kind == "sigmoid" else x.relu()
    return x[..., 0]


def fit_curve(config: Config, seeds: Seeds) -> Iterator[Event]:
    x = torch.linspace(-2, 2, 60, device=seeds.device)[:, None]
    phase = 6.3 * seeds.rand(1, 1)
    y = torch.sin(3 * x[:, 0] + phase) + 0.5 * x[:, 0]  # (seeds, 1, 60)
    plans = {"line": ((1, 1), config.rate), "3 sigmoids": ((1, 3, 1), config.rate),
             "30 sigmoids": ((1, 30, 1), config.rate), "30, slow": ((1, 30, 1), config.slow)}  # fmt: skip
    ends, drawn = {}, {"truth": torch.stack([x[:, 0], y[0, 0]], 1).tolist()}
    for name, (sizes, rate) in plans.items():
        net = layers(seeds, 1, sizes)
        adam = torch.optim.Adam(net, lr=rate)
        for step in range(config.steps):
            guess = output(net, x, "sigmoid")
            loss = (guess - y).square().mean((1, 2)) / y.var((1, 2), unbiased=False)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 100) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss on a curve")
        ends[name], drawn[name] = loss.detach(), torch.stack([x[:, 0], guess[0, 0].detach()], 1).tolist()
    yield Figure("The curve and what became of it", "lines", {"series": drawn}, "x", "y")
    yield Table("Training loss at the end", ["model", "rate", "loss"],
                [[name.replace("30, slow", "30 sigmoids"), rate, ends[name]]
                 for name, (_, rate) in plans.items()])  # fmt: skip
    yield Measured("a-line-has-a-floor", ends["line"])
    yield Measured("three-bends-lower", ends["3 sigmoids"] / ends["line"])
    yield Measured("thirty-lower-still", ends["30 sigmoids"] / ends["3 sigmoids"])
    yield Measured("the-rate-alone", ends["30, slow"] / ends["30 sigmoids"])


def share_fitted(config: Config, seeds: Seeds, sizes: tuple[int, ...], kind: str, x: Tensor, y: Tensor) -> Tensor:
    """The share of the labellings y (seeds, labellings, 10) in 0, 1 that the trained network gets wholly right."""
    net = layers(seeds, config.labellings, sizes)
    adam = torch.optim.Adam(net, lr=config.rate)
    fitted = torch.zeros(y.shape[:2], dtype=torch.bool, device=y.device)
    for _ in range(config.steps):
        score = output(net, x, kind)
        fitted |= ((score > 0) == (y > 0.5)).all(2)
        loss = (softplus(score) - y * score).mean((1, 2))  # cross entropy of a sigmoid
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    return fitted.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    yield from fit_curve(config, seeds)
    yield Progress(4, 9)
    x = seeds.randn(1, 10, 1)
    y = seeds.randint(2, (config.labellings, 10)).float()
    plans = {"line": ((1, 1), "linear"), "deep linear": ((1, 10, 10, 1), "linear")}
    plans |= {f"{n} ReLUs": ((1, n, 1), "relu") for n in (2, 8, 64)}
    shares = {}
    for number, (name, (sizes, kind)) in enumerate(plans.items()):
        shares[name] = share_fitted(config, seeds, sizes, kind, x, y)
        yield Progress(5 + number, 9)
    numbers = {name: sum((a + 1) * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))
               for name, (sizes, _) in plans.items()}  # fmt: skip
    yield Table("Labellings of ten points", ["model", "parameters", "share fitted"],
                [[name, numbers[name], shares[name]] for name in plans])  # fmt: skip
    yield Measured("more-fit-more", shares["64 ReLUs"] - shares["2 ReLUs"])
    yield Measured("parameters-alone-do-not", shares["deep linear"] - shares["line"])
