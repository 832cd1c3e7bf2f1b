"""Flat and sharp minima: what small and large batches find, and why sharpness alone says little.

平坦与尖锐的极小值：小批和大批各找到什么，以及为什么单凭尖锐说明不了多少。

The same network learns real digits to the same training loss in small and in large batches. Then a copy has its
first layer multiplied by 10 and its last divided by 10, which changes no output.

lesson: batch-size
quick: updates=40 target=2.5 draws=2 turns=5
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    small: int = param(8, 1, 64, en="digits in a small batch", zh="小批的数字个数")
    large: int = param(512, 65, 1437, en="digits in a large batch", zh="大批的数字个数")
    rate: float = param(0.2, 0.01, 1.0, en="learning rate", zh="学习率")
    target: float = param(0.1, 0.01, 2.5, en="training loss at which both stop", zh="两者都停在这个训练损失")
    updates: int = param(1500, 20, 10000, en="updates at most", zh="最多更新几次")
    shake: float = param(
        0.1, 0.001, 1.0, en="spread of the noise put on each weight", zh="加在每个权重上的噪声的标准差"
    )
    draws: int = param(10, 1, 200, en="times the weights are shaken", zh="扰动几次")
    turns: int = param(25, 2, 200, en="turns of the power iteration", zh="幂迭代的次数")
    factor: float = param(10.0, 1.0, 100.0, en="factor a between the layers", zh="两层之间的倍数 a")


CLAIMS = (
    Claim("large-is-sharper", ">", 1.1,
          en="at the same training loss large batches stand in the sharper place",
          zh="训练损失相同时，大批停在更尖锐的地方",
          quantity_en="rise of the loss when the weights are shaken, large over small",
          quantity_zh="扰动权重后损失上升之比，大批比小批"),
    Claim("large-is-more-curved", ">", 1.1,
          en="the largest eigenvalue of the Hessian says so too", zh="海森矩阵的最大特征值也这样说",
          quantity_en="largest eigenvalue, large over small", quantity_zh="最大特征值之比，大批比小批"),
    Claim("large-tests-worse", ">", 0.005,
          en="and large batches read new digits worse", zh="而且大批认新数字认得差",
          quantity_en="test accuracy, small minus large", quantity_zh="测试准确率之差，小批减大批"),
    Claim("rescaled-is-the-same", "<", 1e-4,
          en="rescaling the layers changes no output", zh="缩放各层不改变任何输出",
          quantity_en="largest change of an output", quantity_zh="输出的最大变化"),
    Claim("rescaled-is-sharper", ">", 2.0,
          en="and yet the place is much sharper", zh="那个地方却尖锐得多",
          quantity_en="largest eigenvalue, rescaled over before", quantity_zh="最大特征值之比，缩放后比缩放前"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Where they stopped": "停下的地方", "batch": "批次", "small": "小批",
    "large": "大批",
    "small rescaled": "小批，缩放后", "loss": "损失", "rise when shaken": "扰动后的上升",
    "largest eigenvalue": "最大特征值",
    "test accuracy": "测试准确率",
}  # fmt: skip


def full_loss(networks: Network, data: Digits, seeds: Seeds) -> Tensor:
    return cross_entropy(networks(seeds.shared(data.train_images)), seeds.shared(data.train_labels))


def train(networks: Network, name: str, data: Digits, config: Config, seeds: Seeds) -> Iterator[Event]:
    """Plain descent; each seed's weights come to rest once its training loss is at the target."""
    size = config.small if name == "small" else config.large
    optimizer = torch.optim.SGD(networks.parameters(), lr=config.rate)
    going = torch.ones(seeds.count, device=seeds.device)
    for update in range(config.updates):
        chosen = seeds.randint(len(data.train_labels), (size,))
        loss = cross_entropy(networks(data.train_images[chosen]), data.train_labels[chosen])
        optimizer.zero_grad()
        (loss * going).sum().backward()
        optimizer.step()
        if update % 10 == 0:
            with torch.no_grad():
                loss = full_loss(networks, data, seeds)
            going = going * (loss > config.target)
            yield Metric(name, update, loss, chart="training loss")
            if not going.any():
                return


def rise(networks: Network, data: Digits, config: Config, seeds: Seeds) -> Tensor:
    """Mean rise of the training loss when every weight is moved by normal noise: (seeds,)."""
    rises = []
    with torch.no_grad():
        before = full_loss(networks, data, seeds)
        for _ in range(config.draws):
            shaken = deepcopy(networks)
            for weight in shaken.parameters():
                weight.add_(config.shake * seeds.randn(*weight.shape[1:]))
            rises.append(full_loss(shaken, data, seeds) - before)
    return torch.stack(rises).mean(dim=0)


def largest_eigenvalue(networks: Network, data: Digits, config: Config, seeds: Seeds) -> Tensor:
    """Power iteration with products H v, each seed by itself: (seeds,)."""
    weights = list(networks.parameters())
    slopes = torch.autograd.grad(full_loss(networks, data, seeds).sum(), weights, create_graph=True)
    slope = torch.cat([part.flatten(1) for part in slopes], dim=1)  # (seeds, weights)
    v: Tensor = seeds.randn(slope.shape[1])
    size: Tensor = v.norm(dim=1)
    for _ in range(config.turns):
        v = v / size[:, None]
        product = torch.autograd.grad((slope * v).sum(), weights, retain_graph=True)
        v = torch.cat([part.flatten(1) for part in product], dim=1)
        size = v.norm(dim=1)
    return size


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    beginning = seeds.network(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    found = {"small": beginning, "large": deepcopy(beginning)}
    for done, (name, networks) in enumerate(found.items()):
        yield from train(networks, name, data, config, seeds)
        yield Progress(done + 1, 3)
    rescaled = deepcopy(found["small"])
    with torch.no_grad():
        rescaled.one[0].weight *= config.factor
        rescaled.one[0].bias *= config.factor
        rescaled.one[2].weight /= config.factor
    found["small rescaled"] = rescaled

    rows, outputs, rises, curved, right = [], {}, {}, {}, {}
    for name, networks in found.items():
        rises[name] = rise(networks, data, config, seeds)
        curved[name] = largest_eigenvalue(networks, data, config, seeds)
        with torch.no_grad():
            outputs[name] = networks(seeds.shared(data.test_images))
        right[name] = (outputs[name].argmax(dim=2) == data.test_labels).cpu().double().mean(dim=1)
        loss = full_loss(networks, data, seeds).detach()
        rows.append([name, loss, rises[name], curved[name], right[name]])
    yield Table("Where they stopped",
                ["batch", "loss", "rise when shaken", "largest eigenvalue", "test accuracy"], rows)  # fmt: skip
    yield Progress(3, 3)
    yield Measured("large-is-sharper", rises["large"] / rises["small"])
    yield Measured("large-is-more-curved", curved["large"] / curved["small"])
    yield Measured("large-tests-worse", right["small"] - right["large"])
    yield Measured("rescaled-is-the-same", (outputs["small rescaled"] - outputs["small"]).abs().amax(dim=(1, 2)))
    yield Measured("rescaled-is-sharper", curved["small rescaled"] / curved["small"])
