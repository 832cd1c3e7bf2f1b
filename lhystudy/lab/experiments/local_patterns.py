"""A convolution is told to look nearby, attention has to learn it: digits, from fifty to over a thousand.

卷积事先知道只看附近，注意力得自己学：手写数字，从五十张到一千多张。

Real digits. The convolution, the attention over patches of 2 by 2 pixels and the fully connected network have about as
many weights and make as many steps on each number of images.

lesson: multihead-position
quick: steps=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block
from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

SIZES = (50, 1400)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 3000, en="training steps for each number of images", zh="每种图像数的训练步数")


CLAIMS = (
    Claim("few-favour-convolution", ">", 0.02,
          en="with 50 images the convolution is ahead of attention", zh="只有 50 张图像时，卷积领先注意力",
          quantity_en="test accuracy of the convolution minus that of attention",
          quantity_zh="卷积的测试准确率减去注意力的"),
    Claim("attention-catches-up", ">", 0.02,
          en="with more images the lead shrinks", zh="图像多了，领先的幅度缩小",
          quantity_en="lead with 50 images minus the lead with 1400", quantity_zh="50 张时的领先减去 1400 张时的"),
    Claim("attention-overtakes", ">", 0.0,
          en="with 1400 images attention is ahead", zh="有 1400 张时，注意力领先",
          quantity_en="test accuracy of attention minus that of the convolution",
          quantity_zh="注意力的测试准确率减去卷积的"),
    Claim("dense-is-not-a-convolution", ">", 0.02,
          en="with 50 images the convolution is ahead of a fully connected network too",
          zh="只有 50 张时，卷积也领先全连接网络",
          quantity_en="test accuracy of the convolution minus that of the dense network",
          quantity_zh="卷积的测试准确率减去全连接的"),
    Claim("a-shift-hurts-it-more", ">", 0.02,
          en="trained on 1400, the dense network loses more than the convolution when the digits stand a pixel aside",
          zh="用 1400 张训练，测试数字挪开一个像素，全连接比卷积损失更大",
          quantity_en="fall of the dense network's accuracy minus that of the convolution's",
          quantity_zh="全连接准确率的下降减去卷积的下降"),
)  # fmt: skip

ZH = {"Test accuracy": "测试准确率", "network": "网络", "weights": "权重个数",
      "shifted": "挪动后", "{} images": "{} 张图像",
      "test accuracy against log10 of the images": "测试准确率，随图像数的 log10"}  # fmt: skip


class Patches(nn.Module):
    """Attention over 16 patches with learned positions; the class is read from their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.block, self.answer = nn.Linear(4, 20), Block(20, heads=2, inner=24), nn.Linear(20, 10)
        self.places = nn.Parameter(0.5 * torch.randn(16, 20))

    def forward(self, images: Tensor) -> Tensor:  # (batch, 64) -> (batch, 10)
        patches = images.unflatten(1, (4, 2, 4, 2)).transpose(2, 3).flatten(3).flatten(1, 2)  # (batch, 16, 4)
        logits: Tensor = self.answer(self.block(self.embed(patches) + self.places).mean(1))
        return logits


def convolution() -> nn.Module:
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(1),
                         nn.Linear(32, 56), nn.ReLU(), nn.Linear(56, 10))  # fmt: skip


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 40), nn.ReLU(), nn.Linear(40, 10))


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    kinds: dict[str, Callable[[], nn.Module]] = {"convolution": convolution, "attention": Patches, "dense": dense}
    accuracy: dict[tuple[str, int], Tensor] = {}
    counts, shifted = {}, {}
    moved = data.test_images.unflatten(1, (8, 8)).roll(1, 2).flatten(1)
    for done, size in enumerate(SIZES):
        chosen = seeds.randperm(len(data.train_labels))[:, :size]  # the same images for the three networks
        for name, make in kinds.items():
            network = seeds.network(make)
            counts[name] = sum(p.numel() for p in network.parameters()) // seeds.count
            adam = torch.optim.Adam(network.parameters(), lr=0.005, fused=True)
            for _ in range(config.steps):
                batch = chosen.gather(1, seeds.randint(size, (32,)))
                loss = cross_entropy(network(data.train_images[batch]), data.train_labels[batch])
                adam.zero_grad()
                loss.sum().backward()
                adam.step()
            with torch.no_grad():
                right = network(seeds.shared(data.test_images)).argmax(2) == data.test_labels
                aside = network(seeds.shared(moved)).argmax(2) == data.test_labels
            accuracy[name, size] = right.cpu().double().mean(1)
            shifted[name] = aside.cpu().double().mean(1)  # what stays is that of the most images
            yield Metric(name, torch.tensor(float(size)).log10().item(), accuracy[name, size],
                         chart="test accuracy against log10 of the images")  # fmt: skip
        yield Progress(done + 1, len(SIZES))
    yield Table("Test accuracy", ["network", "weights", *(f"{size} images" for size in SIZES), "shifted"],
                [[name, counts[name], *(accuracy[name, size] for size in SIZES), shifted[name]]
                 for name in kinds])  # fmt: skip
    lead = {size: accuracy["convolution", size] - accuracy["attention", size] for size in SIZES}
    yield Measured("few-favour-convolution", lead[50])
    yield Measured("attention-catches-up", lead[50] - lead[1400])
    yield Measured("attention-overtakes", -lead[1400])
    yield Measured("dense-is-not-a-convolution", accuracy["convolution", 50] - accuracy["dense", 50])
    fall = {name: accuracy[name, SIZES[-1]] - shifted[name] for name in kinds}
    yield Measured("a-shift-hurts-it-more", fall["dense"] - fall["convolution"])
