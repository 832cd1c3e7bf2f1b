"""Smoothing and training on attacked digits: what each defence stops, and what it costs.

平滑，以及拿攻击过的图来训练：各挡得住什么，又付出什么。

The digits are scikit-learn's, with pixels from 0 to 1; no pixel is changed by more than epsilon.

lesson: explain-attack
quick: steps=40 rounds=4
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

Reader = Callable[[Tensor], Tensor]  # images (seeds, n, 64) -> scores (seeds, n, 10)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    epsilon: float = param(0.1, 0.01, 0.5, en="largest change of a pixel", zh="一个像素最多改多少")
    rounds: int = param(10, 1, 100, en="steps of the attack in the test", zh="测试时攻击的步数")


CLAIMS = (
    Claim("smoothing-helps-unknown", ">", 0.1,
          en="smoothing the picture helps against an attacker who does not know of it",
          zh="先把图抹平，挡得住不知情的攻击者",
          quantity_en="accuracy with smoothing minus without, attack made without it",
          quantity_zh="抹平与不抹平的准确率之差，攻击时不知道要抹平"),
    Claim("smoothing-helps-known", ">", 0.1,
          en="and against one who sends the gradient through it", zh="也挡得住把梯度传过平滑层的攻击者",
          quantity_en="the same, attack made through the smoothing", quantity_zh="同样的差，攻击时把平滑也算进去"),
    Claim("training-on-attacks-helps", ">", 0.2,
          en="training on attacked digits helps against an attacker who knows everything",
          zh="拿攻击过的图训练，挡得住什么都知道的攻击者",
          quantity_en="accuracy of the trained on attacks minus of the plain, each under its own attack",
          quantity_zh="受过攻击训练的与普通的网络，各受针对自己的攻击，准确率之差"),
    Claim("it-costs-accuracy", ">", 0.005,
          en="it costs accuracy on untouched digits", zh="代价是没被攻击的图认得差些",
          quantity_en="accuracy of the plain minus of the trained on attacks, untouched digits",
          quantity_zh="普通的减去受过攻击训练的，没被攻击的图"),
    Claim("larger-steps-break-it", "<", 0.5,
          en="an attack twice as large as in training breaks it", zh="攻击比训练时大一倍，就挡不住了",
          quantity_en="its accuracy at twice epsilon", quantity_zh="两倍 epsilon 时它的准确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Accuracy": "准确率", "defence": "防御", "untouched": "没攻击",
    "attacked, unknown": "攻击，不知情", "attacked, known": "攻击，知情", "twice as far, known": "大一倍，知情",
    "none": "没有", "smoothing": "平滑", "training on attacks": "拿攻击训练",
}  # fmt: skip


def smoothed(images: Tensor) -> Tensor:
    """Each pixel becomes half of itself and half of the mean of its four neighbours: (…, 64) -> (…, 64)."""
    framed = nn.functional.pad(images.unflatten(-1, (8, 8)), (1, 1, 1, 1))
    left, right, here = framed[..., 1:-1, :-2], framed[..., 1:-1, 2:], framed[..., 1:-1, 1:-1]
    return (here / 2 + (framed[..., :-2, 1:-1] + framed[..., 2:, 1:-1] + left + right) / 8).flatten(-2)


def attack(read: Reader, images: Tensor, labels: Tensor, epsilon: float, rounds: int) -> Tensor:
    """Signed steps up the reader's loss, each pixel kept within epsilon of its own and within 0 to 1."""
    moved = images
    for _ in range(rounds):
        moved = moved.detach().requires_grad_()
        (slope,) = torch.autograd.grad(cross_entropy(read(moved), labels).sum(), moved)
        moved = moved + min(2.5 / rounds, 1.0) * epsilon * slope.sign()
        moved = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return moved.detach()


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    plain, hardened = (
        seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))) for _ in range(2)
    )
    for name, network, rounds in (("plain", plain, 0), ("on attacks", hardened, 3)):
        optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
        for step in range(config.steps):
            drawn = seeds.randint(len(data.train_labels), (64,))
            images, labels = data.train_images[drawn], data.train_labels[drawn]
            images = attack(network, images, labels, config.epsilon, rounds)
            loss = cross_entropy(network(images), labels)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(step + 1, config.steps)

    images, labels = seeds.shared(data.test_images), seeds.shared(data.test_labels)

    def smoothing(shown: Tensor) -> Tensor:
        scores: Tensor = plain(smoothed(shown))
        return scores

    def right(read: Reader, against: Reader, epsilon: float) -> Tensor:
        """The accuracy of one reader on digits that were attacked through another: (seeds,)."""
        shown = attack(against, images, labels, epsilon, config.rounds)
        with torch.no_grad():
            hits: Tensor = read(shown).argmax(2) == labels
        return hits.cpu().double().mean(1)

    readers: dict[str, Reader] = {"none": plain, "smoothing": smoothing, "training on attacks": hardened}
    shares = {name: [right(read, read, 0.0), right(read, plain, config.epsilon), right(read, read, config.epsilon),
                     right(read, read, 2 * config.epsilon)] for name, read in readers.items()}  # fmt: skip
    yield Table("Accuracy", ["defence", "untouched", "attacked, unknown", "attacked, known", "twice as far, known"],
                [[name, *row] for name, row in shares.items()])  # fmt: skip
    none, smooth, hard = shares.values()
    yield Measured("smoothing-helps-unknown", smooth[1] - none[1])
    yield Measured("smoothing-helps-known", smooth[2] - none[2])
    yield Measured("training-on-attacks-helps", hard[2] - none[2])
    yield Measured("it-costs-accuracy", none[0] - hard[0])
    yield Measured("larger-steps-break-it", hard[3])
