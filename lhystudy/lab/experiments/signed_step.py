"""A step of the gradient's signs, too small to matter to us, and the network reads another digit.

沿梯度符号走一小步，人看着没什么，网络就读成另一个数字。

The digits are scikit-learn's, with pixels from 0 to 1; no pixel is changed by more than epsilon.

lesson: explain-attack
quick: steps=60
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    epsilon: float = param(0.1, 0.01, 0.5, en="largest change of a pixel", zh="一个像素最多改多少")
    rounds: int = param(10, 2, 100, en="steps of the patient attack", zh="多步攻击的步数")
    probe: float = param(0.01, 0.0001, 0.1, en="step by which the forecast is tested", zh="检验预计时走多大一步")


CLAIMS = (
    Claim("small-step-flips", "<", 0.5,
          en="after one signed step most digits are misread", zh="沿符号走一步，大半数字认错",
          quantity_en="accuracy after one signed step", quantity_zh="走一步之后的准确率"),
    Claim("noise-is-harmless", "<", 0.03,
          en="as large a change in random directions does next to nothing", zh="方向随机、一样大的改动几乎没有影响",
          quantity_en="fall of the accuracy under random signs", quantity_zh="随机符号使准确率降低多少"),
    Claim("forecast-is-right", "<", 0.1,
          en="a very small step raises the loss by its size times the sum of the slopes' sizes",
          zh="步子很小时，损失的增量等于步长乘各斜率绝对值之和",
          quantity_en="size of (rise over forecast - 1)", quantity_zh="增量与预计之比与 1 的差（绝对值）"),
    Claim("patience-pays", ">", 0.05,
          en="several small steps hurt more than one large", zh="分几小步走，比一大步伤得重",
          quantity_en="accuracy after one step minus after several", quantity_zh="一步与多步之后的准确率之差"),
    Claim("target-is-reached", ">", 0.5,
          en="it reads what the attacker wants (the next digit)", zh="攻击者要它读成什么（下一个数字），它就读成什么",
          quantity_en="share read as the target", quantity_zh="读成目标数字的比例"),
    Claim("one-pixel-flips", ">", 0.1,
          en="one single pixel, black or white, turns one digit in ten",
          zh="只把一个像素涂黑或涂白，十张里就有一张读错",
          quantity_en="share of rightly read digits that some pixel turns",
          quantity_zh="原本认对、改一个像素就能弄错的比例"),
)  # fmt: skip

ZH = {
    "accuracy against epsilon": "准确率随 epsilon 的变化", "read as {}": "读成 {}",
    "after one signed step, read as {}": "走一步之后，读成 {}",
}  # fmt: skip


def losses(network: Network, images: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each image: (seeds, n, 64) and (seeds, n) -> (seeds, n)."""
    return nn.functional.cross_entropy(network(images).transpose(1, 2), labels, reduction="none")


def slopes(network: Network, images: Tensor, labels: Tensor) -> Tensor:
    images = images.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(losses(network, images, labels).sum(), images)
    return gradient


def climb(network: Network, images: Tensor, labels: Tensor, epsilon: float, rounds: int) -> Tensor:
    """Signed steps up the loss, each pixel kept within epsilon of its own and within 0 to 1; rounds 1 is FGSM."""
    moved, stride = images, epsilon if rounds == 1 else 2.5 * epsilon / rounds
    for _ in range(rounds):
        moved = moved + stride * slopes(network, moved, labels).sign()
        moved = images + (moved - images).clamp(-epsilon, epsilon)
        moved = moved.clamp(0, 1)
    return moved


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    network = seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for step in range(config.steps):
        drawn = seeds.randint(len(data.train_labels), (64,))
        loss = cross_entropy(network(data.train_images[drawn]), data.train_labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield Progress(step + 1, config.steps)

    images, labels = seeds.shared(data.test_images), seeds.shared(data.test_labels)

    def read(shown: Tensor) -> Tensor:
        with torch.no_grad():
            scores: Tensor = network(shown)
        return scores.argmax(2)

    def accuracy(shown: Tensor) -> Tensor:
        return (read(shown) == labels).cpu().double().mean(1)

    signs = seeds.randn(360, 64).sign()
    reached: dict[str, Tensor] = {}
    for epsilon in sorted({0.0, 0.02, 0.05, 0.1, 0.15, 0.2, config.epsilon}):
        attacks = {"noise": (images + epsilon * signs).clamp(0, 1),
                   "one step": climb(network, images, labels, epsilon, 1),
                   "steps": climb(network, images, labels, epsilon, config.rounds)}  # fmt: skip
        for name, shown in attacks.items():
            yield Metric(name, epsilon, accuracy(shown), chart="accuracy against epsilon")
        if epsilon == config.epsilon:
            reached = attacks
    before, after = read(images)[0], read(reached["one step"])[0]
    k = int((before != after).int().argmax())  # the first digit that is read otherwise
    yield Figure(f"read as {int(before[k])}", "image", {"values": images[0, k].view(8, 8).tolist()})
    yield Figure(f"after one signed step, read as {int(after[k])}", "image",
                 {"values": reached["one step"][0, k].view(8, 8).tolist()})  # fmt: skip
    yield Measured("small-step-flips", accuracy(reached["one step"]))
    yield Measured("noise-is-harmless", accuracy(images) - accuracy(reached["noise"]))

    slope = slopes(network, images, labels)  # without the borders 0 and 1, as in the formula
    with torch.no_grad():
        rise = losses(network, images + config.probe * slope.sign(), labels) - losses(network, images, labels)
    yield Measured("forecast-is-right", (rise.sum(1) / (config.probe * slope.abs().sum((1, 2))) - 1).abs())
    yield Measured("patience-pays", accuracy(reached["one step"]) - accuracy(reached["steps"]))

    target = (labels + 1) % 10
    moved = images
    for _ in range(config.rounds):  # down the loss of the target
        moved = moved - 2.5 * config.epsilon / config.rounds * slopes(network, moved, target).sign()
        moved = (images + (moved - images).clamp(-config.epsilon, config.epsilon)).clamp(0, 1)
    yield Measured("target-is-reached", (read(moved) == target).cpu().double().mean(1))

    eye = torch.eye(64, device=seeds.device)
    changes = [images * (1 - pixel) + value * pixel for pixel in eye for value in (0.0, 1.0)]
    wrong = torch.stack([read(shown) != labels for shown in changes])  # (128, seeds, images)
    right = read(images) == labels
    yield Measured("one-pixel-flips", ((wrong.any(0) & right).sum(1) / right.sum(1)).cpu().double())
