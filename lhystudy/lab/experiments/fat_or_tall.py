"""Fat or tall, both trained, with the same number of parameters: on folded curves, on random heights, on digits.

胖还是高？参数一样多，都来训练：折叠出来的曲线、随机的高度、手写数字。

Synthetic curves on 0..1: a sawtooth of 8 pieces (the tent in itself three times), and a zigzag through random heights
at the same knots, which no folding makes. Real data: scikit-learn's digits. A fat net has one hidden layer, a tall one
three.

lesson: why-deep
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

PIECES = 8
SAMPLES = (25, 100)  # points to learn a curve from


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 20000, en="training steps on a curve", zh="在曲线上的训练步数")
    digit_steps: int = param(300, 20, 5000, en="training steps on the digits", zh="在数字上的训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("tall-wins-on-folds", "<", 0.0,
          en="on the sawtooth the tall net reaches the lower training loss", zh="在锯齿上，高网络的训练损失更低",
          quantity_en="log10 of the tall net's loss over the fat one's", quantity_zh="高、胖两网训练损失之比的 log10"),
    Claim("not-on-random-heights", ">", 0.0,
          en="on random heights the fat net does", zh="在随机高度上，胖网络的更低",
          quantity_en="log10 of the tall net's loss over the fat one's", quantity_zh="高、胖两网训练损失之比的 log10"),
    Claim("advantage-needs-folds", "<", 0.0,
          en="the tall net does relatively better on the sawtooth than on random heights",
          zh="与随机高度相比，高网络在锯齿上占的便宜更大",
          quantity_en="the first quantity minus the second", quantity_zh="前一个量减后一个量"),
    Claim("fewer-examples", "<", 0.0,
          en="from 25 points of the sawtooth the tall net predicts the rest better",
          zh="只给锯齿上的 25 个点，高网络对其余点预测得更好",
          quantity_en="log10 of the tall net's error between the points over the fat one's",
          quantity_zh="点与点之间的误差之比的 log10，高比胖"),
    Claim("tall-wins-on-digits", ">", 0.0,
          en="on digits the tall net is right more often", zh="在手写数字上，高网络认得更准",
          quantity_en="test accuracy, tall minus fat", quantity_zh="测试准确率，高减胖"),
)  # fmt: skip

ZH = {"sawtooth": "锯齿", "random heights": "随机高度", "After training": "训练之后", "target": "目标", "net": "网络",
      "parameters": "参数个数", "training loss": "训练损失", "fat": "胖", "tall": "高", "digits": "手写数字",
      "log10 of the training loss, sawtooth": "训练损失的 log10，锯齿",
      "log10 of the training loss, random heights": "训练损失的 log10，随机高度",
      "log10 of the error between the points, by how many there are": "点与点之间误差的 log10，按点数",
      "The sawtooth from 25 points": "只用 25 个点学锯齿", "x": "x", "y": "y"}  # fmt: skip


def net(inputs: int, hidden: tuple[int, ...], outputs: int) -> nn.Sequential:
    """Linear layers with ReLUs between."""
    sizes = (inputs, *hidden, outputs)
    parts: list[nn.Module] = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        parts += [nn.Linear(n, m), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


SHAPES = {"fat": (56,), "tall": (8, 8, 8)}  # 169 parameters each, from one number to one number
DIGIT_SHAPES = {"fat": (42,), "tall": (30, 22, 16)}  # 3160 and 3170, from 64 pixels to ten scores


def zigzag(heights: Tensor, x: Tensor) -> Tensor:
    """The bent line through equally spaced heights (seeds, knots), read at x in 0..1 (seeds, n)."""
    place = x * (heights.shape[1] - 1)
    left = place.floor().long().clamp(max=heights.shape[1] - 2)
    below, above = heights.gather(1, left), heights.gather(1, left + 1)
    return below + (place - left) * (above - below)


def fit(nets: Network, x: Tensor, y: Tensor, config: Config) -> Iterator[tuple[int, Tensor]]:
    """Trains on (seeds, n) by Adam; each step and its loss as a share of the variance of y."""
    optimizer = torch.optim.Adam(nets.parameters(), lr=config.rate)
    for step in range(config.steps):
        loss = (nets(x[..., None])[..., 0] - y).square().mean(1) / y.var(dim=1, correction=0)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield step, loss.detach()


def parameters(nets: Network) -> int:
    """How many numbers one of the networks learns."""
    return sum(p[0].numel() for p in nets.parameters())


def read_digits(config: Config, seeds: Seeds) -> dict[str, tuple[int, Tensor, Tensor]]:
    """Of each net on the digits: its parameters, each seed's training loss at the end, and its test accuracy."""
    data = digits().to(seeds.device)
    found = {}
    batches = [seeds.randint(len(data.train_labels), (64,)) for _ in range(config.digit_steps)]
    for name, shape in DIGIT_SHAPES.items():
        nets = seeds.network(partial(net, 64, shape, 10))
        optimizer = torch.optim.Adam(nets.parameters(), lr=config.rate / 3)
        for batch in batches:
            now = cross_entropy(nets(data.train_images[batch]), data.train_labels[batch])
            optimizer.zero_grad()
            now.sum().backward()
            optimizer.step()
        with torch.no_grad():
            final = cross_entropy(nets(seeds.shared(data.train_images)), seeds.shared(data.train_labels))
            right = nets(seeds.shared(data.test_images)).argmax(2) == data.test_labels
        found[name] = parameters(nets), final, right.cpu().double().mean(1)
    return found


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    teeth = torch.arange(PIECES + 1) % 2
    targets = {"sawtooth": seeds.shared(teeth.float()), "random heights": seeds.rand(PIECES + 1)}
    grid = seeds.shared(torch.linspace(0, 1, 129))
    loss: dict[tuple[str, str], Tensor] = {}
    rows: list[list[object]] = []
    total = 6
    for target, heights in targets.items():
        for name, shape in SHAPES.items():
            nets = seeds.network(partial(net, 1, shape, 1))
            for step, now in fit(nets, grid, zigzag(heights, grid), config):
                loss[target, name] = now
                if step % (1 + config.steps // 60) == 0:
                    yield Metric(name, step, now.log10(), chart=f"log10 of the training loss, {target}")
            rows.append([target, name, parameters(nets), loss[target, name]])
            yield Progress(len(rows), total)
    between: dict[tuple[str, int], Tensor] = {}
    drawn = {"sawtooth": zigzag(targets["sawtooth"], grid)[0]}
    for points in SAMPLES:
        x = seeds.rand(points)
        for name, shape in SHAPES.items():
            nets = seeds.network(partial(net, 1, shape, 1))
            for _ in fit(nets, x, zigzag(targets["sawtooth"], x), config):
                pass
            with torch.no_grad():
                said = nets(grid[..., None])[..., 0]
            truth = zigzag(targets["sawtooth"], grid)
            between[name, points] = (said - truth).square().mean(1) / truth.var(dim=1, correction=0)
            yield Metric(name, points, between[name, points].log10(),
                         chart="log10 of the error between the points, by how many there are")  # fmt: skip
            if points == 25:
                drawn[name] = said[0]
    yield Progress(5, total)
    lines = {name: torch.stack([grid[0], line], 1)[::2].tolist() for name, line in drawn.items()}
    yield Figure("The sawtooth from 25 points", "lines", {"series": lines}, "x", "y")

    read = read_digits(config, seeds)
    rows += [["digits", name, size, final] for name, (size, final, _) in read.items()]
    yield Progress(total, total)
    yield Table("After training", ["target", "net", "parameters", "training loss"], rows)
    ratio = {target: (loss[target, "tall"] / loss[target, "fat"]).log10() for target in targets}
    yield Measured("tall-wins-on-folds", ratio["sawtooth"])
    yield Measured("not-on-random-heights", ratio["random heights"])
    yield Measured("advantage-needs-folds", ratio["sawtooth"] - ratio["random heights"])
    yield Measured("fewer-examples", (between["tall", 25] / between["fat", 25]).log10())
    yield Measured("tall-wins-on-digits", read["tall"][2] - read["fat"][2])
