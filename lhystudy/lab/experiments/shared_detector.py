"""One detector for all places, or one for each: what is learned on the left, tested on the right.

处处共用一个检测器，还是每处各配一个：在左边学，到右边考。

The digits are scikit-learn's, put on an empty strip, in training always in its left part.

lesson: cnn
quick: steps=10
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

DIGIT, WIDTH = 8, 20  # a strip is as high as a digit
PLACES = WIDTH - DIGIT + 1  # where a digit-sized window fits


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 3000, en="training steps, each on 64 digits", zh="训练步数，每步 64 张数字")
    filters: int = param(24, 4, 64, en="detectors in each place", zh="每处的检测器个数")


CLAIMS = (
    Claim("all-learn-the-left", ">", 0.8,
          en="shared or not, new digits are read in the places of training", zh="共享与否，训练过的位置上都认得新数字",
          quantity_en="accuracy on the left, the lowest of three networks",
          quantity_zh="左边的准确率，三个网络里最低的"),
    Claim("shared-reads-the-right", ">", 0.8,
          en="with shared weights and the largest answer over all places, also where none ever stood",
          zh="权重共享，再取各处的最大响应，从没出现过的位置也认得",
          quantity_en="accuracy on the right", quantity_zh="右边的准确率"),
    Claim("unshared-does-not", "<", 0.3,
          en="with weights of their own for each place it is guessing there", zh="每处各用各的权重，在那里就是瞎猜",
          quantity_en="accuracy on the right, chance 0.1", quantity_zh="右边的准确率，瞎猜 0.1"),
    Claim("flatten-undoes-it", "<", 0.3,
          en="shared weights are no use there when a dense layer on the flattened map follows",
          zh="权重虽共享，后面把图拉直接全连接，在那里也没用",
          quantity_en="accuracy on the right, chance 0.1", quantity_zh="右边的准确率，瞎猜 0.1"),
    Claim("fewer-parameters", ">", 10.0,
          en="without sharing there are many times more weights", zh="不共享，权重多出许多倍",
          quantity_en="parameters unshared over shared", quantity_zh="参数个数，不共享与共享之比"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on new digits": "新数字上的准确率", "network": "网络", "left": "左边",
    "right": "右边", "parameters": "参数", "shared, largest answer": "共享，取最大响应",
    "unshared, largest answer": "不共享，取最大响应", "shared, flattened": "共享，拉直", "in training": "训练时",
    "in the test": "考试时",
}  # fmt: skip


class Unshared(nn.Module):
    """The same windows as a convolution, with other weights in each of them."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.weight = nn.Parameter((2 * torch.rand(PLACES, DIGIT**2, filters) - 1) / DIGIT)  # as nn.Conv2d begins
        self.bias = nn.Parameter(torch.zeros(PLACES, 1, filters))

    def forward(self, pictures: Tensor) -> Tensor:  # (n, 1, DIGIT, WIDTH) -> (n, filters, 1, PLACES)
        windows = nn.functional.unfold(pictures, DIGIT).permute(2, 0, 1)  # (places, n, 64)
        answers = torch.baddbmm(self.bias, windows, self.weight)  # (places, n, filters)
        return answers.permute(1, 2, 0)[:, :, None]


def shared(filters: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, filters, DIGIT), nn.AdaptiveMaxPool2d(1), nn.ReLU(), nn.Flatten(),
                         nn.Linear(filters, 10))  # fmt: skip


def unshared(filters: int) -> nn.Module:
    return nn.Sequential(Unshared(filters), *list(shared(filters))[1:])


def flattened(filters: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, filters, DIGIT), nn.ReLU(), nn.Flatten(),
                         nn.Linear(filters * PLACES, 10))  # fmt: skip


BUILDS: dict[str, Callable[[int], nn.Module]] = {
    "shared, largest answer": shared, "unshared, largest answer": unshared, "shared, flattened": flattened}  # fmt: skip


def place(images: Tensor, column: Tensor) -> Tensor:
    """Digits (…, 64) on empty strips, their left edges at `column` (…): (…, 1, DIGIT, WIDTH)."""
    strips = torch.zeros(*images.shape[:-1], DIGIT * WIDTH, device=images.device)
    cells = torch.arange(DIGIT, device=images.device)
    inside = (cells[:, None] * WIDTH + cells).flatten()  # a digit's pixels from its corner on
    placed = strips.scatter(-1, column[..., None] + inside, images)
    return placed.view(*images.shape[:-1], 1, DIGIT, WIDTH)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    half = PLACES // 2  # left edges 0 to half - 1 are trained, those from half + 1 on are tested as the right
    tested, left = seeds.shared(data.test_images), seeds.randint(half, data.test_labels.shape)
    tests = {"left": place(tested, left), "right": place(tested, left + half + 1)}
    for title, strips in (("in training", tests["left"]), ("in the test", tests["right"])):
        yield Figure(title, "image", {"values": strips[0, 7, 0].tolist()})
    right, sizes = {}, {}
    for done, (name, build) in enumerate(BUILDS.items()):
        networks = seeds.network(partial(build, config.filters))
        optimizer = torch.optim.Adam(networks.parameters(), lr=0.005)
        for step in range(config.steps):
            picked = seeds.randint(len(data.train_labels), (64,))
            strips = place(data.train_images[picked], seeds.randint(half, (64,)))
            loss = cross_entropy(networks(strips), data.train_labels[picked])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        sizes[name] = sum(weights[0].numel() for weights in networks.parameters())
        for side, strips in tests.items():
            with torch.no_grad():
                hits = networks(strips).argmax(2) == data.test_labels
            right[name, side] = hits.cpu().double().mean(1)
        yield Progress(done + 1, len(BUILDS))
    yield Table("Accuracy on new digits", ["network", "left", "right", "parameters"],
                [[name, right[name, "left"], right[name, "right"], sizes[name]] for name in BUILDS])  # fmt: skip
    yield Measured("all-learn-the-left", torch.stack([right[name, "left"] for name in BUILDS]).amin(0))
    yield Measured("shared-reads-the-right", right["shared, largest answer", "right"])
    yield Measured("unshared-does-not", right["unshared, largest answer", "right"])
    yield Measured("flatten-undoes-it", right["shared, flattened", "right"])
    yield Measured("fewer-parameters", sizes["unshared, largest answer"] / sizes["shared, largest answer"])
