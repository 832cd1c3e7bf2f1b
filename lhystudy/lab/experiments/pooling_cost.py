"""What pooling costs: what is in the picture survives, where it is does not; max pooling, stride and neither compared.

池化的代价：图里有什么留得住，在哪里留不住；最大池化、步幅、都不用，三种一起比。

The digits are scikit-learn's; `data` takes a folder of the learner's own (MNIST's files, CIFAR-10's binary files, or a
folder a class). The bars and the single bright pixel are synthetic.

lesson: cnn
quick: steps=10
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.pictures import pictures
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

KINDS = ("max pooling", "stride 2", "neither")


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 3000, en="training steps, each on 32 pictures", zh="训练步数，每步 32 张图")
    data: str = param("digits", en="digits, or a folder of your own pictures", zh="digits，或自己的图片文件夹")
    side: int = param(8, 8, 32, en="side to which pictures are brought, in pixels", zh="图片缩放到的边长（像素）")


CLAIMS = (
    Claim("whole-cnn-reads-bars", ">", 0.95,
          en="convolution, pooling, twice, then flatten and a dense layer: it tells upright bars from level ones",
          zh="卷积、池化，各两次，再拉直接全连接：分得出竖条与横条",
          quantity_en="accuracy on new pictures after learning from 600",
          quantity_zh="学了 600 张之后，新图上的准确率"),
    Claim("whole-cnn-reads-digits", ">", 0.9,
          en="the same network reads digits", zh="同样的网络认得数字",
          quantity_en="accuracy on new digits", quantity_zh="新数字上的准确率"),
    Claim("shrinking-keeps-the-digit", "<", 0.02,
          en="pooling hardly lowers the accuracy on digits", zh="池化几乎不降低认数字的准确率",
          quantity_en="accuracy, neither minus max pooling", quantity_zh="准确率之差，都不用减最大池化"),
    Claim("pooling-loses-the-place", ">", 0.5,
          en="where a bright pixel is, the network with pooling says less exactly",
          zh="亮点在哪里，有池化的网络说得不准",
          quantity_en="mean distance in pixels, max pooling minus neither",
          quantity_zh="平均距离（像素），最大池化减都不用"),
    Claim("stride-keeps-more", ">", 0.1,
          en="a stride shrinks as much and keeps more of the place", zh="步幅缩得一样小，位置却保留得多些",
          quantity_en="mean distance in pixels, max pooling minus stride 2",
          quantity_zh="平均距离（像素），最大池化减步幅 2"),
    Claim("neither-is-best-in-detail", ">", 0.0,
          en="with nothing shrunk the place is exact most often", zh="什么都不缩，位置说对的最多",
          quantity_en="share of places within half a pixel, neither minus the better of the others",
          quantity_zh="误差在半个像素以内的比例之差，都不用减其余较好的"),
    Claim("pooling-steadies-the-digit", ">", 0.1,
          en="moved by one pixel, a digit is read better with pooling than without",
          zh="移一个像素，有池化的比没有的认得好",
          quantity_en="accuracy on digits moved by one pixel, max pooling minus neither",
          quantity_zh="移一个像素后的准确率之差，最大池化减都不用"),
    Claim("pooling-keeps-the-outputs", "<", 0.1,
          en="with pooling the outputs hardly change when the digit moves by one pixel",
          zh="有池化，数字移一个像素，输出几乎不变",
          quantity_en="size of the change of the outputs over their size, max pooling",
          quantity_zh="输出变化的大小与输出大小之比，最大池化"),
)  # fmt: skip

ZH = {
    "training loss, digits": "训练损失，数字", "error in pixels": "误差（像素）", "What": "是什么", "Where": "在哪里",
    "shrinking by": "怎么缩小", "digits": "数字", "moved by one pixel": "移一个像素", "outputs change by": "输出变化",
    "parameters": "参数", "distance in pixels": "距离（像素）", "within half a pixel": "半个像素以内",
    "max pooling": "最大池化", "stride 2": "步幅 2", "neither": "都不用",
}  # fmt: skip


def build(kind: str, channels: int, side: int, outputs: int) -> nn.Module:
    """The whole network: two convolutions, each followed by what shrinks, then flatten and a dense layer."""
    stride = 2 if kind == "stride 2" else 1
    shrink: Callable[[], nn.Module] = partial(nn.MaxPool2d, 2) if kind == "max pooling" else nn.Identity
    maps = nn.Sequential(nn.Conv2d(channels, 8, 3, stride, padding=1), nn.ReLU(), shrink(),
                         nn.Conv2d(8, 16, 3, stride, padding=1), nn.ReLU(), shrink(), nn.Flatten())  # fmt: skip
    width = maps(torch.zeros(1, channels, side, side)).shape[1]
    return nn.Sequential(maps, nn.Linear(width, outputs))


def bars(count: int, side: int) -> tuple[Tensor, Tensor]:
    """Pictures (count, 1, side, side) of a bar of four pixels somewhere over noise, and whether it is upright."""
    labels = torch.randint(2, (count,))
    along, across = torch.randint(side - 3, (count,)).tolist(), torch.randint(side, (count,)).tolist()
    images = 0.3 * torch.randn(count, 1, side, side)
    for image, upright, start, line in zip(images[:, 0], labels.tolist(), along, across, strict=True):
        (image if upright else image.T)[start : start + 4, line] += 1
    return images, labels


def points(places: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Pictures of one bright pixel, numbered row by row: (…, 1, side, side), and its row and column (…, 2)."""
    images = torch.eye(side**2, device=places.device)[places].unflatten(-1, (1, side, side))
    return images, torch.stack([places // side, places % side], dim=-1).float()


def squared(guess: Tensor, place: Tensor) -> Tensor:
    """Mean squared distance of each seed: (seeds, n, 2) twice -> (seeds,)."""
    return (guess - place).square().sum(2).mean(1)


def fit(
    network: Network, draw: Callable[[], tuple[Tensor, Tensor]], loss_of: Callable[[Tensor, Tensor], Tensor], steps: int
) -> Iterator[Tensor]:
    """Trains on what `draw` gives; yields each seed's loss before each step."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(steps):
        images, wanted = draw()
        loss = loss_of(network(images), wanted)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield loss.detach()


def right(scores: Tensor, labels: Tensor) -> Tensor:
    return (scores.argmax(2) == labels).cpu().double().mean(1)


def bars_told(config: Config, seeds: Seeds) -> Tensor:
    """Each seed's accuracy on 400 new bars after learning from 600."""
    drawn = seeds.each(partial(bars, 1000, config.side))
    images, labels = (torch.stack(part).to(seeds.device) for part in zip(*drawn, strict=True))
    row = torch.arange(seeds.count, device=seeds.device)[:, None]

    def some() -> tuple[Tensor, Tensor]:
        picked = seeds.randint(600, (32,))
        return images[row, picked], labels[row, picked]

    teller = seeds.network(partial(build, "max pooling", 1, config.side, 2))
    for _ in fit(teller, some, cross_entropy, config.steps):
        pass
    with torch.no_grad():
        return right(teller(images[:, 600:]), labels[:, 600:])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = pictures(config.data, config.side, most=2000).to(seeds.device)
    tested = seeds.shared(data.test_images)
    everywhere, truth = points(seeds.shared(torch.arange(config.side**2)), config.side)

    def some_pictures() -> tuple[Tensor, Tensor]:
        picked = seeds.randint(len(data.train_labels), (32,))
        return data.train_images[picked], data.train_labels[picked]

    def some_points() -> tuple[Tensor, Tensor]:
        return points(seeds.randint(config.side**2, (32,)), config.side)

    what: dict[str, list[Tensor]] = {}
    where: dict[str, list[Tensor]] = {}
    sizes = {}
    for done, kind in enumerate(KINDS):
        reader = seeds.network(partial(build, kind, data.train_images.shape[1], config.side, len(data.names)))
        sizes[kind] = sum(weights[0].numel() for weights in reader.parameters())
        for step, loss in enumerate(fit(reader, some_pictures, cross_entropy, config.steps)):
            if step % 4 == 0:
                yield Metric(kind, step, loss, chart="training loss, digits")
        finder = seeds.network(partial(build, kind, 1, config.side, 2))
        for step, loss in enumerate(fit(finder, some_points, squared, config.steps)):
            if step % 4 == 0:
                yield Metric(kind, step, loss.sqrt(), chart="error in pixels")
        with torch.no_grad():
            outputs, moved = reader(tested), reader(tested.roll(1, 4))  # the last column comes in at the left
            away = (finder(everywhere) - truth).norm(dim=2).cpu()
        change = ((moved - outputs).norm(dim=2).mean(1) / outputs.norm(dim=2).mean(1)).cpu()
        what[kind] = [right(outputs, data.test_labels), right(moved, data.test_labels), change]
        where[kind] = [away.mean(1), (away < 0.5).double().mean(1)]
        yield Progress(done + 1, len(KINDS) + 1)
    yield Table("What", ["shrinking by", "digits", "moved by one pixel", "outputs change by", "parameters"],
                [[kind, *what[kind], sizes[kind]] for kind in KINDS])  # fmt: skip
    yield Table("Where", ["shrinking by", "distance in pixels", "within half a pixel"],
                [[kind, *where[kind]] for kind in KINDS])  # fmt: skip
    pooled, strided, neither = (where[kind] for kind in KINDS)
    yield Measured("whole-cnn-reads-bars", bars_told(config, seeds))
    yield Measured("whole-cnn-reads-digits", what["max pooling"][0])
    yield Measured("shrinking-keeps-the-digit", what["neither"][0] - what["max pooling"][0])
    yield Measured("pooling-loses-the-place", pooled[0] - neither[0])
    yield Measured("stride-keeps-more", pooled[0] - strided[0])
    yield Measured("neither-is-best-in-detail", neither[1] - torch.maximum(pooled[1], strided[1]))
    yield Measured("pooling-steadies-the-digit", what["max pooling"][1] - what["neither"][1])
    yield Measured("pooling-keeps-the-outputs", what["max pooling"][2])
