"""Five ways to say which pixels decided, tested by taking those pixels away.

五种方法说哪些像素起了作用；把这些像素抹掉，看说得对不对。

The digits are scikit-learn's. What is explained is the log-odds of the true digit, log(p / (1 - p)).

lesson: explain-attack
quick: steps=60 images=20
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

Score = Callable[[Tensor], Tensor]  # images (seeds, copies, images, 64) -> log-odds (seeds, copies, images)


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 5000, en="training steps", zh="训练步数")
    images: int = param(100, 10, 360, en="test digits to explain", zh="要解释的测试图张数")
    removed: int = param(8, 1, 32, en="pixels taken away for the claims", zh="论断里抹掉的像素数")
    points: int = param(20, 2, 200, en="points on the path, noisy copies", zh="路径上的点数，也是加噪的份数")


CLAIMS = (
    Claim("credit-adds-up", "<", 0.02,
          en="integrated gradients add up to the score above the empty image's",
          zh="积分梯度加起来，等于得分比空白图高出的部分",
          quantity_en="mean gap as a share of the mean difference", quantity_zh="平均差额占平均得分差的比例"),
    Claim("slope-beats-chance", ">", 0.1,
          en="the pixels of the steepest slope count for more than random ones",
          zh="斜率最大的像素，比随便挑的像素要紧",
          quantity_en="accuracy without random pixels minus without the steepest",
          quantity_zh="抹掉随机像素后的准确率减去抹掉最陡像素后的"),
    Claim("smoothing-helps", ">", 0.02,
          en="slopes averaged over noisy copies point better than one slope",
          zh="对加噪的图取平均的斜率，比单个斜率指得准",
          quantity_en="accuracy without the steepest minus without SmoothGrad's",
          quantity_zh="抹掉最陡像素后的准确率减去抹掉 SmoothGrad 所指像素后的"),
    Claim("path-beats-slope", ">", 0.1,
          en="integrated gradients point better than the slope at the image", zh="积分梯度比图上一点的斜率指得准",
          quantity_en="accuracy without the steepest minus without the path's",
          quantity_zh="抹掉最陡像素后的准确率减去抹掉积分梯度所指像素后的"),
    Claim("map-needs-training", "<", 0.5,
          en="an untrained network's map looks different", zh="没训练过的网络，画出来的图不一样",
          quantity_en="correlation of the two networks' integrated gradients, in size",
          quantity_zh="两个网络的积分梯度（绝对值）的相关系数"),
)  # fmt: skip

ZH = {
    "accuracy against pixels taken away": "抹掉像素后的准确率", "A digit": "一张数字", "gradient": "梯度",
    "Accuracy without the {} pixels of most credit": "抹掉功劳最大的 {} 个像素之后的准确率", "accuracy": "准确率",
    "order": "次序", "random": "随机", "brightest": "最亮的",
    "integrated gradients": "积分梯度", "occlusion": "遮挡", "Integrated gradients": "积分梯度",
    "Integrated gradients, untrained": "积分梯度，没训练过的网络",
}  # fmt: skip


def slope(score: Score, images: Tensor) -> Tensor:
    """The gradient of the score in the pixels, of the same shape as the images."""
    images = images.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(images).sum(), images)
    return gradient


def along_the_path(score: Score, images: Tensor, points: int) -> Tensor:
    """Integrated gradients from the empty image, by midpoints: (seeds, images, 64)."""
    shares = (torch.arange(points, device=images.device) + 0.5) / points
    return images * slope(score, shares[:, None, None] * images[:, None]).mean(1)


def occlusion(score: Score, images: Tensor) -> Tensor:
    """How far the score falls when one pixel is blackened: (seeds, images, 64)."""
    one_missing = 1 - torch.eye(64, device=images.device)[:, None]  # (64, 1, 64)
    with torch.no_grad():
        falls = score(images[:, None]) - score(one_missing * images[:, None])  # (seeds, 64, images)
    return falls.transpose(1, 2)


def local_line(score: Score, images: Tensor, seeds: Seeds) -> Tensor:
    """As LIME: the weights of a line fitted to the scores of copies that lack a fifth of their pixels."""
    kept = (seeds.rand(300, 64) > 0.2).float()  # (seeds, copies, 64)
    with torch.no_grad():
        scores = score(kept[:, :, None] * images[:, None])  # (seeds, copies, images)
    x, y = kept - kept.mean(1, keepdim=True), scores - scores.mean(1, keepdim=True)
    penalty = torch.eye(64, device=images.device)
    weights: Tensor = torch.linalg.solve(x.mT @ x + penalty, x.mT @ y)  # (seeds, 64, images)
    return weights.mT * (images > 0)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    network = seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)))
    labels = data.test_labels[: config.images]
    images = seeds.shared(data.test_images[: config.images])  # (seeds, images, 64)
    chosen = nn.functional.one_hot(labels, 10).bool()

    def score(shown: Tensor) -> Tensor:
        logits: Tensor = network(shown.flatten(1, -2)).view(*shown.shape[:-1], 10)
        others = logits.masked_fill(chosen, -torch.inf).logsumexp(-1)
        return (logits * chosen).sum(-1) - others

    untrained = along_the_path(score, images, config.points)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for step in range(config.steps):
        drawn = seeds.randint(len(data.train_labels), (64,))
        loss = cross_entropy(network(data.train_images[drawn]), data.train_labels[drawn])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        yield Progress(step + 1, config.steps)

    noisy = images[:, None] + 0.2 * seeds.randn(config.points, config.images, 64)
    path = along_the_path(score, images, config.points)
    credit = {"random": seeds.rand(config.images, 64), "brightest": images, "gradient": slope(score, images).abs(),
              "SmoothGrad": slope(score, noisy).mean(1).abs(), "integrated gradients": path,
              "occlusion": occlusion(score, images), "LIME": local_line(score, images, seeds)}  # fmt: skip
    right: dict[str, Tensor] = {}
    for name, value in credit.items():
        place = value.argsort(2, descending=True).argsort(2)  # 0 for the pixel of most credit
        for count in sorted({0, 2, 4, 8, 12, 16, config.removed}):
            with torch.no_grad():
                hits = network(images * (place >= count)).argmax(2) == labels
            share = hits.cpu().double().mean(1)
            yield Metric(name, count, share, chart="accuracy against pixels taken away")
            if count == config.removed:
                right[name] = share
    yield Figure("A digit", "image", {"values": images[0, 3].view(8, 8).tolist()})
    for title, value in (("Integrated gradients", path), ("Integrated gradients, untrained", untrained)):
        yield Figure(title, "heat", {"values": value[0, 3].abs().view(8, 8).tolist(),
                     "x": list("01234567"), "y": list("01234567")})  # fmt: skip
    yield Table(f"Accuracy without the {config.removed} pixels of most credit", ["order", "accuracy"],
                [[name, right[name]] for name in credit])  # fmt: skip
    with torch.no_grad():
        rise = (score(images[:, None]) - score(0 * images[:, None]))[:, 0]  # (seeds, images)
    yield Measured("credit-adds-up", (path.sum(2) - rise).abs().mean(1) / rise.abs().mean(1))
    yield Measured("slope-beats-chance", right["random"] - right["gradient"])
    yield Measured("smoothing-helps", right["gradient"] - right["SmoothGrad"])
    yield Measured("path-beats-slope", right["gradient"] - right["integrated gradients"])
    one, other = (part.abs() - part.abs().mean(2, keepdim=True) for part in (path, untrained))
    yield Measured("map-needs-training", nn.functional.cosine_similarity(one, other, dim=2).mean(1))
