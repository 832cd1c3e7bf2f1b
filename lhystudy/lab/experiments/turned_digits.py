"""Shifted, enlarged, turned: what a convolutional network makes of digits that it knows in one size only.

平移、放大、旋转：只见过一种大小的数字，卷积网络还认得吗？

The digits are scikit-learn's, 8 x 8 pixels, on an empty field of 16 x 16.

lesson: cnn
quick: steps=10
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

FIELD = 16
# scale, quarter turns to the left, pixels to the right
VIEWS = {
    "as in training": (1.0, 0, 0), "1 pixel to the right": (1.0, 0, 1), "2 pixels": (1.0, 0, 2),
    "4 pixels": (1.0, 0, 4), "1.5 times as large": (1.5, 0, 0), "twice as large": (2.0, 0, 0),
    "turned by 90 degrees": (1.0, 1, 0), "turned the other way": (1.0, 3, 0),
}  # fmt: skip
LEARNED = tuple(VIEWS)[:-1]  # the views that augmentation shows; the last one it never shows


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 3000, en="training steps, each on 32 digits", zh="训练步数，每步 32 张数字")


CLAIMS = (
    Claim("knows-its-own-size", ">", 0.9,
          en="as it saw them in training it reads new digits", zh="与训练时一样摆放，认得新数字",
          quantity_en="accuracy without augmentation", quantity_zh="不做增强时的准确率"),
    Claim("fails-when-enlarged", "<", 0.6,
          en="trained on one size it fails on digits twice as large", zh="只训练一种大小，放大一倍就认不得",
          quantity_en="accuracy without augmentation", quantity_zh="不做增强时的准确率"),
    Claim("fails-when-turned", "<", 0.6,
          en="it fails on digits turned by 90 degrees", zh="转 90 度就认不得",
          quantity_en="accuracy without augmentation", quantity_zh="不做增强时的准确率"),
    Claim("bears-one-pixel", ">", 0.8,
          en="a shift by one pixel it bears", zh="移一个像素，还受得住",
          quantity_en="accuracy without augmentation", quantity_zh="不做增强时的准确率"),
    Claim("not-four-pixels", "<", 0.6,
          en="a shift by four pixels it does not, convolution or not", zh="移四个像素就受不住了，是卷积也没用",
          quantity_en="accuracy without augmentation", quantity_zh="不做增强时的准确率"),
    Claim("augmentation-helps", ">", 0.2,
          en="augmentation helps with shifts, sizes and turns", zh="数据增强对平移、放大、旋转都有帮助",
          quantity_en="mean accuracy over the six changes that it shows, with minus without",
          quantity_zh="它展示过的六种变化，平均准确率之差，有增强减无增强"),
    Claim("only-what-was-shown", "<", 0.6,
          en="a turn the other way, which it never showed, stays unread", zh="另一个方向的旋转没展示过，还是认不得",
          quantity_en="accuracy with augmentation", quantity_zh="做了增强时的准确率"),
    Claim("it-costs-something", ">", 0.0,
          en="on digits as in training it costs a little", zh="对原样的数字，要付一点代价",
          quantity_en="accuracy without augmentation minus with it", quantity_zh="准确率之差，无增强减有增强"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy on new digits": "新数字上的准确率", "digits": "数字", "plain": "不增强",
    "augmented": "增强", "as in training": "与训练时一样", "1 pixel to the right": "右移 1 像素",
    "2 pixels": "右移 2 像素", "4 pixels": "右移 4 像素", "1.5 times as large": "放大到 1.5 倍",
    "twice as large": "放大到 2 倍", "turned by 90 degrees": "转 90 度", "turned the other way": "往另一边转",
}  # fmt: skip


def view(images: Tensor, scale: float, turns: int, right: int) -> Tensor:
    """Digits (n, 64), enlarged, turned and shifted on an empty field: (n, 1, 16, 16)."""
    square = images.view(-1, 1, 8, 8)
    if scale != 1:
        square = nn.functional.interpolate(square, scale_factor=scale, mode="bilinear")
    before = (FIELD - square.shape[-1]) // 2
    field = nn.functional.pad(square, (before, before, before, before))
    return field.rot90(turns, (2, 3)).roll(right, 3)


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(128, 10))  # fmt: skip


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    shown = torch.stack([view(data.train_images, *VIEWS[name]) for name in LEARNED])  # (7, 1437, 1, 16, 16)
    tests = {name: view(data.test_images, *change) for name, change in VIEWS.items()}
    for name in ("as in training", "twice as large", "turned by 90 degrees"):
        yield Figure(name, "image", {"values": tests[name][7, 0].tolist()})
    right = {}
    for done, kind in enumerate(("plain", "augmented")):
        networks = seeds.network(network)
        optimizer = torch.optim.Adam(networks.parameters(), lr=0.005)
        for step in range(config.steps):
            picked = seeds.randint(len(data.train_labels), (32,))
            which = seeds.randint(len(LEARNED), (32,)) if kind == "augmented" else torch.zeros_like(picked)
            loss = cross_entropy(networks(shown[which, picked]), data.train_labels[picked])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(kind, step, loss.detach(), chart="training loss")
        for name, pictures in tests.items():
            with torch.no_grad():
                hits = networks(seeds.shared(pictures)).argmax(2) == data.test_labels
            right[kind, name] = hits.cpu().double().mean(1)
        yield Progress(done + 1, 2)
    yield Table("Accuracy on new digits", ["digits", "plain", "augmented"],
                [[name, right["plain", name], right["augmented", name]] for name in VIEWS])  # fmt: skip
    yield Measured("knows-its-own-size", right["plain", "as in training"])
    yield Measured("fails-when-enlarged", right["plain", "twice as large"])
    yield Measured("fails-when-turned", right["plain", "turned by 90 degrees"])
    yield Measured("bears-one-pixel", right["plain", "1 pixel to the right"])
    yield Measured("not-four-pixels", right["plain", "4 pixels"])
    gains = [right["augmented", name] - right["plain", name] for name in LEARNED[1:]]
    yield Measured("augmentation-helps", torch.stack(gains).mean(0))
    yield Measured("only-what-was-shown", right["augmented", "turned the other way"])
    yield Measured("it-costs-something", right["plain", "as in training"] - right["augmented", "as in training"])
