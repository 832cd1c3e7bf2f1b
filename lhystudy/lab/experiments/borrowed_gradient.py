"""An attack on a network that one cannot look into: the gradient comes from a network of one's own.

看不到里面的网络也能攻击：用自己训练的网络求梯度。

The digits are scikit-learn's. The victim learns one half of the training digits, the attacker's networks the other.

lesson: explain-attack
quick: steps=60
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    epsilon: float = param(0.15, 0.01, 0.5, en="largest change of a pixel", zh="一个像素最多改多少")
    rounds: int = param(10, 1, 100, en="steps of the attack", zh="攻击的步数")


CLAIMS = (
    Claim("borrowed-gradient-hurts", ">", 0.3,
          en="a gradient from another network hurts far more than noise of the same size",
          zh="从别的网络借来的梯度，比一样大的噪声伤得重得多",
          quantity_en="accuracy under noise minus under the borrowed attack",
          quantity_zh="噪声下与借梯度攻击下的准确率之差"),
    Claim("own-gradient-hurts-more", ">", 0.05,
          en="the victim's own gradient hurts more still", zh="用受害网络自己的梯度，伤得更重",
          quantity_en="accuracy under the borrowed attack minus under its own",
          quantity_zh="借来的与自己的梯度攻击下的准确率之差"),
    Claim("several-lend-better", ">", 0.02,
          en="three networks together lend a better gradient than one", zh="三个网络合起来，借出的梯度比一个的好",
          quantity_en="accuracy under one network's attack minus under three's",
          quantity_zh="一个网络与三个网络的攻击下的准确率之差"),
    Claim("other-build-lends-too", ">", 0.3,
          en="a linear model lends a gradient that hurts the network", zh="线性模型借出的梯度也伤得了这个网络",
          quantity_en="accuracy under noise minus under the linear model's attack",
          quantity_zh="噪声下与线性模型的攻击下的准确率之差"),
    Claim("wish-is-not-lent", "<", 0.5,
          en="a targeted attack seldom transfers from one network to another",
          zh="“读成指定的数字”很难从一个网络搬到另一个",
          quantity_en="share read as the target by the victim, over that by the surrogate",
          quantity_zh="受害网络读成目标的比例，除以出借网络的"),
)  # fmt: skip

ZH = {
    "The victim's accuracy": "受害网络的准确率", "gradient from": "梯度来自", "accuracy": "准确率",
    "nowhere (untouched)": "没有攻击", "random signs": "随机符号", "a linear model": "线性模型",
    "one network": "一个网络", "three networks": "三个网络", "the victim itself": "受害网络自己",
    "Read as the target": "读成目标的比例", "by": "由谁读", "share": "比例", "the surrogate": "出借网络",
    "the victim": "受害网络",
}  # fmt: skip


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def train(network: Network, images: Tensor, labels: Tensor, seeds: Seeds, steps: int) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(steps):
        drawn = seeds.randint(len(labels), (64,))
        loss = cross_entropy(network(images[drawn]), labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()


def attack(surrogates: Sequence[Network], images: Tensor, labels: Tensor, config: Config, sign: int = 1) -> Tensor:
    """Signed steps up (sign 1) or down (-1) the surrogates' summed loss of the labels, within epsilon and 0..1."""
    moved = images
    for _ in range(config.rounds):
        moved = moved.detach().requires_grad_()
        losses = torch.stack([cross_entropy(surrogate(moved), labels) for surrogate in surrogates])
        (slope,) = torch.autograd.grad(losses.sum(), moved)
        moved = moved + sign * 2.5 * config.epsilon / config.rounds * slope.sign()
        moved = (images + (moved - images).clamp(-config.epsilon, config.epsilon)).clamp(0, 1)
    return moved.detach()


def share(network: Network, images: Tensor, labels: Tensor) -> Tensor:
    """How many images are read as the labels: (seeds,)."""
    with torch.no_grad():
        hits: Tensor = network(images).argmax(2) == labels
    return hits.cpu().double().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    networks = {name: seeds.network(dense) for name in ("victim", "first", "second", "third")}
    networks["linear"] = seeds.network(lambda: nn.Linear(64, 10))
    for done, (name, network) in enumerate(networks.items()):
        half = slice(0, None, 2) if name == "victim" else slice(1, None, 2)
        train(network, data.train_images[half], data.train_labels[half], seeds, config.steps)
        yield Progress(done + 1, len(networks))
    victim, first = networks["victim"], networks["first"]
    images, labels = seeds.shared(data.test_images), seeds.shared(data.test_labels)
    shown = {
        "nowhere (untouched)": images,
        "random signs": (images + config.epsilon * seeds.randn(360, 64).sign()).clamp(0, 1),
        "a linear model": attack([networks["linear"]], images, labels, config),
        "one network": attack([first], images, labels, config),
        "three networks": attack([first, networks["second"], networks["third"]], images, labels, config),
        "the victim itself": attack([victim], images, labels, config),
    }
    right = {name: share(victim, moved, labels) for name, moved in shown.items()}
    yield Table("The victim's accuracy", ["gradient from", "accuracy"], [[name, right[name]] for name in shown])
    target = (labels + 1) % 10
    wished = attack([first], images, target, config, sign=-1)
    reached = {"the surrogate": share(first, wished, target), "the victim": share(victim, wished, target)}
    yield Table("Read as the target", ["by", "share"], [[name, reached[name]] for name in reached])
    yield Measured("borrowed-gradient-hurts", right["random signs"] - right["one network"])
    yield Measured("own-gradient-hurts-more", right["one network"] - right["the victim itself"])
    yield Measured("several-lend-better", right["one network"] - right["three networks"])
    yield Measured("other-build-lends-too", right["random signs"] - right["a linear model"])
    yield Measured("wish-is-not-lent", reached["the victim"] / reached["the surrogate"].clamp(min=1 / 360))
