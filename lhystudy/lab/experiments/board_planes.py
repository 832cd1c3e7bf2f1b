"""A 9 x 9 board as a picture: find the point that takes a stone, with and without pooling.

把 9×9 棋盘当成一张图：找出能提子的那一点，用池化和不用池化。

Synthetic boards at random with a rule like that of Go: a lone white stone all of whose neighbours but one are black is
taken by playing on that one. Boards with exactly one such point are kept. No real games.

lesson: cnn
quick: steps=10 boards=200
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

SIDE, NEW = 9, 300  # points along the board; boards to test on


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps, each on 32 boards", zh="训练步数，每步 32 个棋盘")
    boards: int = param(2000, 200, 10000, en="boards to learn from", zh="用来学习的棋盘数")


CLAIMS = (
    Claim("convolution-finds-it", ">", 0.9,
          en="two layers of 3 x 3 without pooling find the point", zh="两层 3×3、不用池化，找得到那一点",
          quantity_en="share of new boards", quantity_zh="占新棋盘的比例"),
    Claim("pooling-spoils-it", ">", 0.2,
          en="with 2 x 2 pooling between the layers it finds the point much less often",
          zh="两层之间加 2×2 池化，找对的就少多了",
          quantity_en="share of new boards, without pooling minus with it",
          quantity_zh="新棋盘上比例之差，无池化减有池化"),
    Claim("dense-needs-more-boards", ">", 0.2,
          en="a fully connected network on the same boards falls behind", zh="同样的棋盘，全连接网络落在后面",
          quantity_en="share of new boards, convolution minus fully connected",
          quantity_zh="新棋盘上比例之差，卷积减全连接"),
    Claim("dropping-rows-changes-the-move", ">", 0.9,
          en="drop every second row and column, and the rule no longer gives that move",
          zh="隔行隔列抽掉，按规则得到的就不再是那一手",
          quantity_en="share of new boards", quantity_zh="占新棋盘的比例"),
    Claim("empty-plane-tells-the-edge", ">", 0.02,
          en="a third plane for empty points helps: zeros beyond the edge are then no longer empty points",
          zh="加一张空点平面有帮助：边外补的零就不会当成空点",
          quantity_en="share of new boards, three planes minus two", quantity_zh="新棋盘上比例之差，三张平面减两张"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Point found on new boards": "新棋盘上找对的比例", "network": "网络", "found": "找对",
    "stone at the edge": "子在边上", "parameters": "参数", "conv, no pooling": "卷积，不池化",
    "conv, pooling": "卷积，池化", "fully connected": "全连接", "conv, two planes": "卷积，两张平面",
    "a board: 1 black, -1 white": "棋盘：1 黑，-1 白", "its answers": "它的得分",
}  # fmt: skip


def neighbours(points: Tensor) -> Tensor:
    """How many of the up to four neighbours are marked: (n, side, side) -> the same shape."""
    cross = torch.tensor([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]], device=points.device)
    return F.conv2d(points[:, None], cross[None, None], padding=1)[:, 0]


def last_breath(black: Tensor, white: Tensor) -> Tensor:
    """White stones without a white neighbour and with one empty one, the rest black or edge: 1 there, else 0."""
    return white * (neighbours(white) == 0) * (neighbours(1 - black - white) == 1)


def takes(black: Tensor, white: Tensor) -> Tensor:
    """Where black takes a lone white stone by playing: 1 at such points, (n, side, side)."""
    return (1 - black - white) * (neighbours(last_breath(black, white)) > 0)


def draw(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Boards with one taking point: planes black, white, empty (count, 3, 9, 9), the point (count,), edge or not."""
    kept: list[Tensor] = []
    while sum(map(len, kept)) < count:
        chance = torch.rand(4 * count, SIDE, SIDE)
        black, white = (chance < 0.35).float(), (chance > 0.85).float()
        planes = torch.stack([black, white, 1 - black - white], dim=1)
        kept.append(planes[takes(black, white).sum((1, 2)) == 1])
    planes = torch.cat(kept)[:count]
    point = takes(planes[:, 0], planes[:, 1])
    taken = last_breath(planes[:, 0], planes[:, 1])
    inner = F.pad(torch.ones(SIDE - 2, SIDE - 2), (1, 1, 1, 1))
    return planes, point.flatten(1).argmax(1), (taken * (1 - inner)).sum((1, 2)) > 0


def board_net(planes: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(planes, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(),
                         nn.Conv2d(12, 1, 1), nn.Flatten())  # fmt: skip


class Pooled(nn.Module):
    """The same with pooling between the layers; each cell of the 5 x 5 that are left gives its four points a score."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 4, 1), nn.PixelShuffle(2),
        )  # fmt: skip

    def forward(self, planes: Tensor) -> Tensor:  # (n, 3, 9, 9) -> (n, 81)
        scores: Tensor = self.layers(planes)[:, 0, :SIDE, :SIDE]
        return scores.flatten(1)


def dense() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 96), nn.ReLU(), nn.Linear(96, SIDE**2))


BUILDS: dict[str, tuple[int, Callable[[], nn.Module]]] = {
    "conv, no pooling": (3, partial(board_net, 3)), "conv, two planes": (2, partial(board_net, 2)),
    "conv, pooling": (3, Pooled), "fully connected": (3, dense)}  # fmt: skip


def changed(planes: Tensor, point: Tensor) -> Tensor:
    """Whether the board with every second row and column dropped no longer has that point as its only taking one."""
    left = takes(planes[:, 0, ::2, ::2], planes[:, 1, ::2, ::2])
    full = torch.zeros(len(planes), SIDE, SIDE, device=planes.device)
    full[:, ::2, ::2] = left
    only = full.flatten(1).sum(1) == 1
    return ~(only & (full.flatten(1).argmax(1) == point))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    drawn = seeds.each(lambda: draw(config.boards + NEW))
    planes, points, edge = (torch.stack(part).to(seeds.device) for part in zip(*drawn, strict=True))
    new, answers, at_edge = planes[:, -NEW:], points[:, -NEW:], edge[:, -NEW:]
    row = torch.arange(seeds.count, device=seeds.device)[:, None]
    found, rows = {}, []
    for done, (name, (count, build)) in enumerate(BUILDS.items()):
        networks = seeds.network(build)
        optimizer = torch.optim.Adam(networks.parameters(), lr=0.01)
        for step in range(config.steps):
            picked = seeds.randint(config.boards, (32,))
            loss = cross_entropy(networks(planes[row, picked, :count]), points[row, picked])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
        with torch.no_grad():
            hits = networks(new[:, :, :count]).argmax(2) == answers
        found[name] = hits.cpu().double().mean(1)
        rows.append([name, found[name], ((hits & at_edge).sum(1) / at_edge.sum(1)).cpu(),
                     sum(weights[0].numel() for weights in networks.parameters())])  # fmt: skip
        if name == "conv, no pooling":
            with torch.no_grad():
                scores = networks[0](new[0, :1]).softmax(1).view(SIDE, SIDE)
        yield Progress(done + 1, len(BUILDS))
    labels = [str(k) for k in range(SIDE)]
    for title, values in (("a board: 1 black, -1 white", new[0, 0, 0] - new[0, 0, 1]), ("its answers", scores)):
        yield Figure(title, "heat", {"values": values.tolist(), "x": labels, "y": labels})
    yield Table("Point found on new boards", ["network", "found", "stone at the edge", "parameters"], rows)
    best = found["conv, no pooling"]
    yield Measured("convolution-finds-it", best)
    yield Measured("pooling-spoils-it", best - found["conv, pooling"])
    yield Measured("dense-needs-more-boards", best - found["fully connected"])
    gone = [changed(*pair) for pair in zip(new, answers, strict=True)]
    yield Measured("dropping-rows-changes-the-move", torch.stack(gone).cpu().double().mean(1))
    yield Measured("empty-plane-tells-the-edge", best - found["conv, two planes"])
