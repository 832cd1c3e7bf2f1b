"""The same digits on a finer grid: do more pixels make the same small step worse?

同样的数字，画在更细的格子上：像素多了，同样小的一步会不会伤得更重？

The digits are scikit-learn's; a finer grid repeats each pixel in a square, so that nothing new is to be seen.

lesson: explain-attack
quick: steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

TIMES = (1, 2, 4)  # a digit has 8, 16 or 32 pixels along its side


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    epsilon: float = param(0.05, 0.01, 0.3, en="largest change of a pixel", zh="一个像素最多改多少")


CLAIMS = (
    Claim("finer-is-read-as-well", "<", 0.02,
          en="untouched, the fine pictures are read as well as the coarse",
          zh="不攻击时，细的图认得与粗的一样好",
          quantity_en="accuracy with 8 pixels along the side minus with 32",
          quantity_zh="每边 8 个与 32 个像素的准确率之差"),
    Claim("finer-falls-sooner", ">", 0.2,
          en="the same signed step hurts the fine pictures far more", zh="同样的符号步，细的图伤得重得多",
          quantity_en="attacked accuracy with 8 pixels along the side minus with 32",
          quantity_zh="攻击之后，每边 8 个与 32 个像素的准确率之差"),
    Claim("noise-stays-harmless", "<", 0.03,
          en="random signs of the same size still do next to nothing to them",
          zh="一样大的随机符号对它仍几乎没有影响",
          quantity_en="fall of the accuracy with 32 pixels along the side",
          quantity_zh="每边 32 个像素时准确率降了多少"),
)  # fmt: skip

ZH = {
    "accuracy after one signed step": "走一步符号步之后的准确率", "Accuracy": "准确率",
    "pixels along the side": "每边的像素",
    "untouched": "没攻击", "random signs": "随机符号", "signed step": "符号步",
    "1-norm of the slope": "斜率的 1 范数",
}  # fmt: skip


def finer(images: Tensor, times: int) -> Tensor:
    """Each pixel of (…, 64) repeated in a square: (…, 64 times²)."""
    square = images.unflatten(-1, (8, 8))
    large: Tensor = square.repeat_interleave(times, -1).repeat_interleave(times, -2)
    return large.flatten(-2)


def build(pixels: int) -> nn.Module:
    return nn.Sequential(nn.Linear(pixels, 64), nn.ReLU(), nn.Linear(64, 10))


def slopes(network: Network, images: Tensor, labels: Tensor) -> Tensor:
    """The slope of each image's log-odds of its label in its pixels, with the sign turned: (seeds, n, pixels)."""
    images = images.detach().requires_grad_()
    scores = network(images)
    chosen = nn.functional.one_hot(labels, 10).bool()
    odds = (scores * chosen).sum(2) - scores.masked_fill(chosen, -torch.inf).logsumexp(2)
    (gradient,) = torch.autograd.grad(-odds.sum(), images)
    return gradient


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    labels = seeds.shared(data.test_labels)

    def accuracy(network: Network, shown: Tensor) -> Tensor:
        with torch.no_grad():
            hits: Tensor = network(shown.clamp(0, 1)).argmax(2) == labels
        return hits.cpu().double().mean(1)

    rows: list[list[Any]] = []
    for done, times in enumerate(TIMES):
        network = seeds.network(partial(build, 64 * times**2))
        first, *others = network.parameters()  # repeated pixels add up: smaller steps move the first sums alike
        groups: list[dict[str, Any]] = [{"params": [first], "lr": 0.005 / times**2}, {"params": others}]
        optimizer = torch.optim.Adam(groups, lr=0.005)
        for _ in range(config.steps):
            drawn = seeds.randint(len(data.train_labels), (64,))
            loss = cross_entropy(network(finer(data.train_images[drawn], times)), data.train_labels[drawn])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
        images = seeds.shared(finer(data.test_images, times))
        slope = slopes(network, images, labels)
        noise = seeds.randn(*images.shape[1:]).sign()
        right = [accuracy(network, images + config.epsilon * change) for change in (0 * noise, noise, slope.sign())]
        rows.append([8 * times, *right, slope.abs().sum(2).mean(1)])
        yield Metric("attacked", 8 * times, right[2], chart="accuracy after one signed step")
        yield Progress(done + 1, len(TIMES))
    heads = ["pixels along the side", "untouched", "random signs", "signed step", "1-norm of the slope"]
    yield Table("Accuracy", heads, rows)
    yield Measured("finer-is-read-as-well", rows[0][1] - rows[-1][1])
    yield Measured("finer-falls-sooner", rows[0][3] - rows[-1][3])
    yield Measured("noise-stays-harmless", rows[-1][1] - rows[-1][2])
