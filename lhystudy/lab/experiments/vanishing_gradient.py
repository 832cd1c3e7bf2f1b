"""In a deep sigmoid network the gradient dwindles on its way back to the input; with ReLU much less.

深层 sigmoid 网络里，梯度往回走一层弱一层；换成 ReLU 好得多。

Ten layers of weights on real handwritten digits; the gradient of each layer's weights before training, then training.

lesson: backprop
bfloat16: yes
quick: steps=20
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    layers: int = param(10, 3, 30, en="layers of weights", zh="有几层权重")
    width: int = param(32, 4, 128, en="units of each hidden layer", zh="每个隐藏层的单元数")
    steps: int = param(400, 10, 5000, en="steps of gradient descent", zh="梯度下降的步数")
    rate: float = param(0.1, 0.001, 5.0, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("sigmoid-shrinks", ">", 1000,
          en="sigmoid: the first layer's gradient is over a thousand times smaller than the last one's",
          zh="sigmoid：第一层的梯度比最后一层小一千倍以上",
          quantity_en="last layer's gradient norm over the first one's", quantity_zh="最后一层与第一层的梯度长度之比"),
    Claim("layer-by-layer", ">=", 0.99,
          en="it shrinks at every layer towards the input", zh="朝输入的方向，每过一层都变小",
          quantity_en="share of neighbouring layers where the earlier one's is smaller",
          quantity_zh="相邻两层中，前一层更小的比例"),
    Claim("relu-much-less", ">", 100,
          en="with ReLU and the same start it shrinks over a hundred times less",
          zh="同样的起点换成 ReLU，缩小的倍数不到百分之一",
          quantity_en="sigmoid's ratio over ReLU's", quantity_zh="两种网络的缩小倍数之比"),
    Claim("relu-cures", "<", 10,
          en="ReLU alone cures it: with PyTorch's usual start first and last are within a factor of ten",
          zh="换成 ReLU 就治好了：PyTorch 的默认起点下，首尾相差不到十倍",
          quantity_en="last layer's gradient norm over the first one's", quantity_zh="最后一层与第一层的梯度长度之比"),
    Claim("relu-with-he", "<", 10,
          en="ReLU with He's start: within a factor of ten", zh="ReLU 加 He 初始化：首尾相差不到十倍",
          quantity_en="last layer's gradient norm over the first one's", quantity_zh="最后一层与第一层的梯度长度之比"),
    Claim("sigmoid-stands-still", "<", 0.3,
          en="plain gradient descent does not teach the sigmoid network", zh="普通的梯度下降教不动这个 sigmoid 网络",
          quantity_en="test accuracy at the end", quantity_zh="最后的测试正确率"),
    Claim("he-learns", ">", 0.8,
          en="it teaches the one with ReLU and He's start", zh="却教得会 ReLU 加 He 初始化的网络",
          quantity_en="test accuracy at the end", quantity_zh="最后的测试正确率"),
)  # fmt: skip

ZH = {
    "length of dL/dW before training, by layer from the input": "训练前 dL/dW 的长度，从输入起逐层",
    "test accuracy in training": "训练中的测试准确率", "Gradient and training": "梯度与训练", "network": "网络",
    "first layer": "第一层", "last layer": "最后一层", "ratio": "比值", "test accuracy": "测试准确率",
}  # fmt: skip


class Deep(nn.Module):
    """Linear layers as PyTorch starts them, with the same bend after each but the last."""

    def __init__(self, config: Config, bend: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        sizes = [64, *[config.width] * (config.layers - 1), 10]
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
        self.bend = bend

    def forward(self, x: Tensor) -> Tensor:  # (batch, 64) -> (batch, 10)
        for layer in self.layers[:-1]:
            x = self.bend(layer(x))
        scores: Tensor = self.layers[-1](x)
        return scores


def start_as_he(nets: Network, seeds: Seeds) -> None:
    """Normal weights of variance 2/inputs, no bias."""
    for layer in nets.one.layers:
        layer.weight.data = (2 / layer.in_features) ** 0.5 * seeds.randn(layer.out_features, layer.in_features)
        layer.bias.data.zero_()


def gradient_norms(nets: Network, data: Digits, seeds: Seeds) -> list[Tensor]:
    """The length of dL/dW of each layer, from the input on: (seeds,) each."""
    loss = cross_entropy(nets(seeds.shared(data.train_images)), seeds.shared(data.train_labels))
    gradients = torch.autograd.grad(loss.sum(), [layer.weight for layer in nets.one.layers])
    return [gradient.norm(dim=(1, 2)) for gradient in gradients]


def train(nets: Network, data: Digits, seeds: Seeds, config: Config) -> Iterator[tuple[int, Tensor]]:
    """Gradient descent on batches of 64; yields now and then, and at the end, the step and the test accuracy."""
    optimizer = torch.optim.SGD(nets.parameters(), lr=config.rate)
    for step in range(1, config.steps + 1):
        batch = seeds.randint(len(data.train_labels), (64,))  # (seeds, 64)
        loss = cross_entropy(nets(data.train_images[batch]), data.train_labels[batch])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 50) == 0 or step == config.steps:
            with torch.no_grad():
                right = nets(seeds.shared(data.test_images)).argmax(2) == data.test_labels
            yield step, right.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    sigmoid = seeds.network(partial(Deep, config, torch.sigmoid))
    relu = deepcopy(sigmoid)  # the same start
    relu.one.bend = torch.relu
    he = deepcopy(relu)
    start_as_he(he, seeds)
    norms: dict[str, list[Tensor]] = {}
    final: dict[str, Tensor] = {}
    for kind, nets in {"sigmoid": sigmoid, "ReLU": relu, "ReLU He": he}.items():
        norms[kind] = gradient_norms(nets, data, seeds)
        for layer, norm in enumerate(norms[kind], 1):
            yield Metric(kind, layer, norm, chart="length of dL/dW before training, by layer from the input")
        for step, accuracy in train(nets, data, seeds, config):
            final[kind] = accuracy
            yield Metric(kind, step, accuracy, chart="test accuracy in training")
        yield Progress(len(final), 3)
    shrink = {kind: norm[-1] / norm[0] for kind, norm in norms.items()}
    rows = [[kind, norms[kind][0], norms[kind][-1], shrink[kind], final[kind]] for kind in norms]
    yield Table("Gradient and training", ["network", "first layer", "last layer", "ratio", "test accuracy"], rows)

    smaller = [(early < late).cpu().double() for early, late in pairwise(norms["sigmoid"])]
    yield Measured("sigmoid-shrinks", shrink["sigmoid"])
    yield Measured("layer-by-layer", torch.stack(smaller).mean(0))
    yield Measured("relu-much-less", shrink["sigmoid"] / shrink["ReLU"])
    yield Measured("relu-cures", shrink["ReLU"])
    yield Measured("relu-with-he", shrink["ReLU He"])
    yield Measured("sigmoid-stands-still", final["sigmoid"])
    yield Measured("he-learns", final["ReLU He"])
