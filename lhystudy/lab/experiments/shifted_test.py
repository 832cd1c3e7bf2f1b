"""Training and test data that differ: more of the same hardly helps, and inputs alone may not give it away.

训练集与测试集不是一回事：再多同样的数据也帮不了多少；光看输入，未必看得出来。

Real data: handwritten digits. The test set is left alone, or its pictures are moved one pixel to the right (the inputs
change), or 1 and 7, 3 and 5 swap their names (the same picture gets another label).

lesson: general-guidance
quick: steps=10
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SWAPPED = (0, 7, 2, 5, 4, 3, 6, 1, 8, 9)  # the new name of each digit
SIZES = (50, 150, 500, 1000)


@dataclass(frozen=True)
class Config:
    steps: int = param(100, 10, 2000, en="training steps", zh="训练步数")
    target: int = param(50, 5, 300, en="examples of the other kind that are added", zh="加进去的另一类样本数")


CLAIMS = (
    Claim("more-data-helps", "<", 0.5,
          en="without mismatch twenty times the data halves the test error at least",
          zh="没有不一致时，二十倍数据至少让测试错误率减半",
          quantity_en="test error with 1000 examples over that with 50", quantity_zh="测试错误率之比：1000 个比 50 个"),
    Claim("moved-stays-bad", ">", 0.1,
          en="with moved test pictures it does not cure the mismatch", zh="测试图片移了位，加数据治不好",
          quantity_en="error on moved minus error on unmoved pictures, 1000 examples",
          quantity_zh="1000 个样本时，移位图片与未移位图片的错误率之差"),
    Claim("moved-gets-better", ">", 0.05,
          en="though it makes it milder", zh="不过会减轻一些",
          quantity_en="fall of the error on moved pictures from 50 to 1000 examples",
          quantity_zh="移位图片的错误率从 50 个到 1000 个样本的降幅"),
    Claim("renamed-stays-bad", ">", 0.3,
          en="with swapped names no amount of data mends the swapped digits", zh="名字换了，多少数据也救不了换名的数字",
          quantity_en="error with 1000 examples", quantity_zh="1000 个样本时的错误率"),
    Claim("a-few-of-the-right-kind", ">", 0.05,
          en="50 moved pictures help more than 500 more of the old kind", zh="50 张移位图片，胜过再加 500 张老样子的",
          quantity_en="error on moved pictures with 500 old ones more, minus that with 50 moved ones more",
          quantity_zh="移位图片的错误率之差：多 500 张旧的减多 50 张移位的"),
    Claim("told-apart-when-moved", ">", 0.6,
          en="a classifier can tell the moved pictures from training pictures", zh="分类器能分出移位图片与训练图片",
          quantity_en="held-out accuracy, equal counts", quantity_zh="留出集上的准确率，两类同样多"),
    Claim("not-told-apart-unmoved", "<", 0.55,
          en="without shift it cannot", zh="没有移位就分不出",
          quantity_en="held-out accuracy, equal counts", quantity_zh="留出集上的准确率，两类同样多"),
)  # fmt: skip

ZH = {"test error by number of training examples": "测试错误率（横轴：训练样本数）",
      "Test error": "测试错误率",
      "examples": "样本数", "same": "一致", "moved": "移位", "renamed": "换名",
      "Telling test pictures from training pictures": "分辨测试图片与训练图片", "accuracy": "准确率",
      "Error on moved pictures": "移位图片的错误率", "500 old": "500 张旧的", "error": "错误率",
      "500 old and 500 more old": "500 张旧的再加 500 张旧的",
      "500 old and {} moved": "500 张旧的加 {} 张移位的"}  # fmt: skip


def moved(x: Tensor) -> Tensor:
    """The pictures one pixel to the right: (…, 64)."""
    return nn.functional.pad(x.view(*x.shape[:-1], 8, 8)[..., :7], (1, 0)).flatten(-2)


def trained(seeds: Seeds, config: Config, x: Tensor, y: Tensor, classes: int = 10) -> Network:
    net = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, classes)))
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(config.steps):
        loss = cross_entropy(net(x), y)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    return net


@torch.no_grad()
def error(net: Network, x: Tensor, y: Tensor) -> Tensor:
    wrong: Tensor = net(x).argmax(2) != y
    return wrong.float().mean(1)  # (seeds,)


def told_apart(seeds: Seeds, config: Config, old: Tensor, new: Tensor) -> Tensor:
    """The held-out accuracy of a network that tells old pictures (seeds, n, 64) from as many new ones."""
    half = old.shape[1] // 2
    kinds = torch.arange(2, device=old.device).repeat_interleave(half).expand(seeds.count, -1)
    net = trained(seeds, config, torch.cat([old[:, :half], new[:, :half]], 1), kinds, 2)
    return 1 - error(net, torch.cat([old[:, half : 2 * half], new[:, half : 2 * half]], 1), kinds)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    order = seeds.randperm(len(data.train_images))
    x, y = data.train_images[order], data.train_labels[order]  # (seeds, 1437, ...)
    test_x, test_y = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    renamed = torch.tensor(SWAPPED, device=seeds.device)[test_y]
    tests = {"same": (test_x, test_y), "moved": (moved(test_x), test_y), "renamed": (test_x, renamed)}
    ends: dict[int, dict[str, Tensor]] = {}
    for number, size in enumerate(SIZES):
        net = trained(seeds, config, x[:, :size], y[:, :size])
        ends[size] = {name: error(net, *test) for name, test in tests.items()}
        for name, value in ends[size].items():
            yield Metric(name, size, value, chart="test error by number of training examples")
        yield Progress(number + 1, 8)
    yield Table("Test error", ["examples", *tests], [[size, *ends[size].values()] for size in SIZES])

    few = slice(1000, 1000 + config.target)
    mixed = trained(seeds, config, torch.cat([x[:, :500], moved(x[:, few])], 1), torch.cat([y[:, :500], y[:, few]], 1))
    with_few, with_more = error(mixed, *tests["moved"]), ends[1000]["moved"]
    yield Table("Error on moved pictures", ["examples", "error"],
                [["500 old", ends[500]["moved"]], ["500 old and 500 more old", with_more],
                 [f"500 old and {config.target} moved", with_few]])  # fmt: skip
    yield Progress(6, 8)
    some = test_x.gather(1, torch.argsort(seeds.rand(test_x.shape[1]), 1)[..., None].expand(-1, -1, 64))
    apart = {
        "same": told_apart(seeds, config, x[:, :360], some),
        "moved": told_apart(seeds, config, x[:, :360], moved(some)),
    }
    yield Table("Telling test pictures from training pictures", ["", "accuracy"],
                [["same", apart["same"]], ["moved", apart["moved"]], ["renamed", apart["same"]]])  # fmt: skip
    yield Measured("more-data-helps", ends[1000]["same"] / ends[50]["same"])
    yield Measured("moved-stays-bad", ends[1000]["moved"] - ends[1000]["same"])
    yield Measured("moved-gets-better", ends[50]["moved"] - ends[1000]["moved"])
    yield Measured("renamed-stays-bad", ends[1000]["renamed"])
    yield Measured("a-few-of-the-right-kind", with_more - with_few)
    yield Measured("told-apart-when-moved", apart["moved"])
    yield Measured("not-told-apart-unmoved", apart["same"])
