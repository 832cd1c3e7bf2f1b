"""Two thin layers for a thick one: low rank, and a convolution channel by channel.

两个薄层换一个厚层：低秩分解，以及逐通道的卷积。

The digits are scikit-learn's.

lesson: compression
quick: steps=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

HIDDEN, CHANNELS = 128, 16


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps", zh="训练步数")
    rank: int = param(8, 1, 64, en="numbers between the two thin layers", zh="两个薄层之间的宽度")


CLAIMS = (
    Claim("cut-afterwards", "<", 0.02,
          en="a trained layer cut down to a low rank afterwards reads as well", zh="训练好的层砍成低秩，认得一样好",
          quantity_en="accuracy whole minus cut to the rank", quantity_zh="完整的与砍到低秩的准确率之差"),
    Claim("thin-from-the-start", "<", 0.02,
          en="two thin layers trained from the start read as well", zh="从头训练两个薄层，认得一样好",
          quantity_en="accuracy of the whole layer minus of two thin ones",
          quantity_zh="一个厚层与两个薄层的准确率之差"),
    Claim("separable-reads-as-well", "<", 0.02,
          en="a convolution channel by channel and then pixel by pixel reads as well",
          zh="先逐通道、再逐像素的卷积，认得一样好",
          quantity_en="accuracy of the ordinary convolution minus of the separable",
          quantity_zh="普通卷积与可分离卷积的准确率之差"),
    Claim("separable-is-small", "<", 0.25,
          en="with a quarter of that layer's parameters or less", zh="而那一层的参数不到四分之一",
          quantity_en="parameters separable over ordinary", quantity_zh="可分离与普通的参数之比", seeds=1),
)  # fmt: skip

ZH = {"Accuracy": "准确率", "layer": "层", "parameters of the layer": "这一层的参数", "accuracy": "准确率",
      "dense": "全连接", "dense, cut to rank {}": "全连接，砍到秩 {}", "two thin layers": "两个薄层",
      "convolution": "普通卷积", "channel by channel, then pixel by pixel": "先逐通道，再逐像素",
      "Singular values of the trained layer and of the untrained": "这一层的奇异值，训练前后",
      "place": "第几个", "singular value": "奇异值"}  # fmt: skip


def around(middle: nn.Module) -> nn.Module:
    """A small convolutional network with `middle` from 16 channels to 16 at its heart."""
    return nn.Sequential(nn.Unflatten(-1, (1, 8, 8)), nn.Conv2d(1, CHANNELS, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         middle, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * CHANNELS, 10))  # fmt: skip


def size(layer: nn.Module) -> int:
    return sum(weights.numel() for weights in layer.parameters())


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    rank = config.rank

    def thin() -> nn.Module:
        return nn.Sequential(nn.Linear(64, rank, bias=False), nn.Linear(rank, HIDDEN))

    def ordinary() -> nn.Module:
        return nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)

    def separable() -> nn.Module:
        return nn.Sequential(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS),
                             nn.Conv2d(CHANNELS, CHANNELS, 1))  # fmt: skip

    def dense(first: Callable[[], nn.Module]) -> nn.Module:
        return nn.Sequential(first(), nn.ReLU(), nn.Linear(HIDDEN, 10))

    def accuracy(network: Network) -> Tensor:
        with torch.no_grad():
            hits: Tensor = network(seeds.shared(data.test_images)).argmax(2) == data.test_labels
        return hits.cpu().double().mean(1)

    networks = {
        "dense": seeds.network(lambda: dense(lambda: nn.Linear(64, HIDDEN))),
        "two thin layers": seeds.network(lambda: dense(thin)),
        "convolution": seeds.network(lambda: around(ordinary())),
        "channel by channel, then pixel by pixel": seeds.network(lambda: around(separable())),
    }
    sizes = dict(zip(networks, map(size, (nn.Linear(64, HIDDEN), thin(), ordinary(), separable())), strict=True))
    before = torch.linalg.svdvals(networks["dense"].one[0].weight.detach())
    right = {}
    for done, (name, network) in enumerate(networks.items()):
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for _ in range(config.steps):
            drawn = seeds.randint(len(data.train_labels), (64,))
            loss = cross_entropy(network(data.train_images[drawn]), data.train_labels[drawn])
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
        right[name] = accuracy(network)
        yield Progress(done + 1, len(networks))

    weight = networks["dense"].one[0].weight
    with torch.no_grad():  # the best approximation of its rank: the largest singular values alone
        left, values, turned = torch.linalg.svd(weight, full_matrices=False)
        weight.copy_(left[..., :rank] * values[:, None, :rank] @ turned[:, :rank])
    cut = accuracy(networks["dense"])
    both = {"untrained": before, "trained": values}
    yield Figure("Singular values of the trained layer and of the untrained", "lines",
                 {"series": {name: [[k + 1, value] for k, value in enumerate(part[0].tolist())]
                             for name, part in both.items()}}, "place", "singular value")  # fmt: skip
    rows = [[name, sizes[name], right[name]] for name in networks]
    rows.insert(1, [f"dense, cut to rank {rank}", sizes["two thin layers"], cut])
    yield Table("Accuracy", ["layer", "parameters of the layer", "accuracy"], rows)
    yield Measured("cut-afterwards", right["dense"] - cut)
    yield Measured("thin-from-the-start", right["dense"] - right["two thin layers"])
    pair = ("convolution", "channel by channel, then pixel by pixel")
    yield Measured("separable-reads-as-well", right[pair[0]] - right[pair[1]])
    yield Measured("separable-is-small", sizes[pair[1]] / sizes[pair[0]])
