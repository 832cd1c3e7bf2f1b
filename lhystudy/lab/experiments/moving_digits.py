"""Which way does the digit move? One frame does not tell, nor does a mean; an RNN that reads them in order does.

数字往哪边移动？看一帧不知道，把各帧取平均也不知道；按顺序读的 RNN 知道。

Real handwritten digits (scikit-learn's, 8 x 8) are shifted by one pixel a frame, round the edge, eight frames in all,
from a place drawn by chance. The same frames shown backwards are the same set in another order.

lesson: rnn
quick: steps=40
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

FRAMES = 8


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 3000, en="training steps", zh="训练步数")
    hidden: int = param(32, 4, 64, en="hidden neurons", zh="隐藏神经元数")


CLAIMS = (
    Claim("single-frame-guesses", "<", 0.6,
          en="a single frame does not tell the direction", zh="单看一帧，看不出方向",
          quantity_en="accuracy on digits not trained on", quantity_zh="没训练过的数字上的准确率"),
    Claim("mean-guesses", "<", 0.6,
          en="the mean over all frames' features does not tell it either", zh="把各帧的特征取平均，也看不出方向",
          quantity_en="accuracy on digits not trained on", quantity_zh="没训练过的数字上的准确率"),
    Claim("rnn-sees-motion", ">", 0.9,
          en="an RNN that reads the frames in order tells it", zh="按顺序读各帧的 RNN 看得出",
          quantity_en="accuracy on digits not trained on", quantity_zh="没训练过的数字上的准确率"),
    Claim("mean-ignores-order", "<", 0.00001,
          en="played backwards, the mean network's output stays the same", zh="倒着放，取平均的网络输出不变",
          quantity_en="largest change of an output", quantity_zh="输出的最大变化"),
    Claim("rnn-turns-round", ">", 0.9,
          en="played backwards, the RNN's answer turns round", zh="倒着放，RNN 的答案反过来",
          quantity_en="share of the films whose answer changes", quantity_zh="答案改变的影片所占比例"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Which way?": "往哪边？", "network": "网络", "accuracy": "准确率",
    "accuracy, order shuffled": "打乱顺序后的准确率", "A film, frame by frame": "一段影片，逐帧",
}  # fmt: skip


class OneFrame(nn.Module):
    """Sees the last frame alone."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, hidden), nn.Tanh(), nn.Linear(hidden, 2))

    def forward(self, film: Tensor) -> Tensor:  # (time, batch, 64) -> (batch, 2)
        scores: Tensor = self.layers(film[-1])
        return scores


class MeanOfFrames(OneFrame):
    """Takes features of each frame and answers from their mean."""

    def forward(self, film: Tensor) -> Tensor:  # (time, batch, 64) -> (batch, 2)
        features = torch.tanh(self.layers[0](film))
        scores: Tensor = self.layers[2](features.mean(0))
        return scores


class InOrder(nn.Module):
    """An Elman network that answers from its last state."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.cell, self.answer = nn.RNN(64, hidden), nn.Linear(hidden, 2)

    def forward(self, film: Tensor) -> Tensor:  # (time, batch, 64) -> (batch, 2)
        scores: Tensor = self.answer(self.cell(film)[0][-1])
        return scores


def films(seeds: Seeds, images: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Frames (seeds, FRAMES, count, 64) and the direction, 1 to the right, 0 to the left (seeds, count)."""
    chosen, start, right = (seeds.randint(high, (count,)) for high in (len(images), 8, 2))
    time = torch.arange(FRAMES, device=seeds.device)
    shift = start[:, None] + time[:, None] * (2 * right - 1)[:, None]  # (seeds, FRAMES, count)
    columns = (torch.arange(8, device=seeds.device) - shift[..., None]) % 8  # (seeds, FRAMES, count, 8)
    still = images[chosen].view(seeds.count, 1, count, 8, 8).expand(-1, FRAMES, -1, -1, -1)
    moved = still.gather(4, columns[..., None, :].expand(-1, -1, -1, 8, -1))
    return moved.flatten(3), right


@torch.no_grad()
def accuracy(network: Network, film: Tensor, right: Tensor) -> Tensor:  # (seeds,)
    share: Tensor = (network(film).argmax(2) == right).cpu().double().mean(1)
    return share


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    film, right = films(seeds, data.test_images, 500)
    shuffled = film[:, torch.tensor([3, 7, 0, 5, 2, 6, 1, 4])]
    yield Figure(
        "A film, frame by frame", "image", {"values": film[0, :, 0].view(8, 8, 8).transpose(0, 1).flatten(1).tolist()}
    )
    rows, networks = [], {}
    for name, build in {"one frame": OneFrame, "mean": MeanOfFrames, "in order": InOrder}.items():
        networks[name] = network = seeds.network(partial(build, config.hidden))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for step in range(config.steps):
            shown, way = films(seeds, data.train_images, 64)
            loss = cross_entropy(network(shown), way)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        rows.append([name, accuracy(network, film, right), accuracy(network, shuffled, right)])
        yield Progress(len(rows), 3)
    yield Table("Which way?", ["network", "accuracy", "accuracy, order shuffled"], rows)
    with torch.no_grad():
        change = (networks["mean"](film) - networks["mean"](film.flip(1))).abs().amax((1, 2))
        turned = networks["in order"](film).argmax(2) != networks["in order"](film.flip(1)).argmax(2)

    yield Measured("single-frame-guesses", rows[0][1])
    yield Measured("mean-guesses", rows[1][1])
    yield Measured("rnn-sees-motion", rows[2][1])
    yield Measured("mean-ignores-order", change)
    yield Measured("rnn-turns-round", turned.cpu().double().mean(1))
