"""Cross entropy is entropy plus KL: never below the entropy, and seldom zero.

交叉熵等于熵加 KL：从不低于熵，也很少是零。

lesson: entropy-coding
quick: pairs=200 steps=40
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds
from lhystudy.lab.seeds import cross_entropy as label_loss


@dataclass(frozen=True)
class Config:
    pairs: int = param(1000, 10, 20000, en="random pairs of distributions", zh="随机分布对的个数")
    outcomes: int = param(4, 2, 20, en="outcomes of each distribution", zh="每个分布的结果数")
    steps: int = param(150, 10, 1000, en="training steps on the digits", zh="在数字图片上训练的步数")


CLAIMS = (
    Claim("never-shorter", ">=", 0,
          en="coding p with q's lengths is never shorter than H(p)", zh="用 q 的码长编 p，从不短于 H(p)",
          quantity_en="least H(p, q) - H(p), bits", quantity_zh="H(p, q) - H(p) 的最小值，比特"),
    Claim("zero-when-equal", "<=", 0.001,
          en="cross entropy is zero when the two distributions agree", zh="两个分布相同时交叉熵为零",
          quantity_en="largest H(p, p) of random p, bits", quantity_zh="随机 p 的 H(p, p) 最大值，比特"),
    Claim("zero-when-one-hot", "<=", 0.001,
          en="for a one-hot distribution it is", zh="独热分布时确实为零",
          quantity_en="largest H(p, p) of one-hot p, bits", quantity_zh="独热 p 的 H(p, p) 最大值，比特"),
    Claim("same-value", "<=", 0.001,
          en="cross entropy and KL are the same number", zh="交叉熵与 KL 是同一个数",
          quantity_en="mean |H(p, q) - KL|, bits", quantity_zh="|H(p, q) - KL| 的平均，比特"),
    Claim("same-gradient", "<=", 1e-9,
          en="with p fixed, both pull q in the same direction", zh="p 固定时，两者把 q 往同一方向拉",
          quantity_en="largest relative difference of the gradients in q", quantity_zh="对 q 的梯度的最大相对差"),
    Claim("low-entropy-is-right", ">=", 0.8,
          en="making the outputs certain makes the classifier precise", zh="把输出变得确定，分类就准了",
          quantity_en="test accuracy on digits, output entropy minimised",
          quantity_zh="最小化输出熵后，数字图片的测试正确率"),
    Claim("cross-entropy-is-right", ">=", 0.8,
          en="making cross entropy to the labels small does", zh="把对标签的交叉熵变小，分类才准",
          quantity_en="test accuracy on digits, cross entropy minimised",
          quantity_zh="最小化交叉熵后，数字图片的测试正确率"),
)  # fmt: skip

ZH = {
    "bits a symbol as q approaches p": "q 趋近 p 时的每符号比特数", "test accuracy on digits": "数字图像上的测试准确率",
    "some values": "几个数值", "what": "量", "bits": "比特", "H(p, p), cities": "H(p, p)，城市",
    "KL(p || p), cities": "KL(p || p)，城市", "entropy of the output (.99, .01)": "输出 (.99, .01) 的熵",
    "cross entropy, label 2 and output (.99, .01)": "标签为 2、输出为 (.99, .01) 的交叉熵",
}  # fmt: skip


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """-sum_i p_i log2 q_i along the last axis, in bits; an outcome with p_i = 0 costs nothing."""
    return -torch.xlogy(p, q).sum(-1) / torch.log(torch.tensor(2.0, dtype=q.dtype))


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """sum_i p_i log2(p_i / q_i) along the last axis, in bits."""
    return (p * torch.log2(p / q)).sum(-1)


def train(config: Config, seeds: Seeds, loss_name: str) -> list[Tensor]:
    """The test accuracy (seeds,) of one linear layer on the digits, before each training step and after the last."""
    data = digits().to(seeds.device)
    layers = seeds.network(lambda: nn.Linear(64, 10))
    optimizer = torch.optim.Adam(layers.parameters(), lr=0.05)
    images, labels = seeds.shared(data.train_images), seeds.shared(data.train_labels)

    def accuracy() -> Tensor:
        right: Tensor = layers(seeds.shared(data.test_images)).argmax(2) == data.test_labels
        return right.float().mean(1)

    accuracies = []
    for _ in range(config.steps):
        accuracies.append(accuracy())
        scores = layers(images)  # (seeds, 1437, 10)
        entropy = -(torch.softmax(scores, 2) * torch.log_softmax(scores, 2)).sum(2).mean(1)
        loss = entropy if loss_name == "entropy" else label_loss(scores, labels)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return [*accuracies, accuracy()]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    # The pairs need float64, which not every device has: they stay on the CPU.
    shape = (2, config.pairs, config.outcomes)
    scores = seeds.stack(lambda: torch.randn(shape, dtype=torch.float64)).cpu()
    p, q = torch.softmax(1.5 * scores, -1).unbind(1)  # each (seeds, pairs, outcomes)
    gaps = cross_entropy(p, q) - cross_entropy(p, p)

    cities = torch.tensor([0.60, 0.20, 0.15, 0.05], dtype=torch.float64)
    wrong = cities.flip(0)
    for share in torch.linspace(0, 1, 41).tolist():  # q moves from the wrong book to the right one
        q_between = (1 - share) * wrong + share * cities
        yield Metric("H(p,q)", share, cross_entropy(cities, q_between).item(), chart="bits a symbol as q approaches p")
        yield Metric("H(p)", share, cross_entropy(cities, cities).item(), chart="bits a symbol as q approaches p")

    pulled = q.clone().requires_grad_()
    (ce_pull,) = torch.autograd.grad(cross_entropy(p, pulled).sum(), pulled)
    (kl_pull,) = torch.autograd.grad(divergence(p, pulled).sum(), pulled)

    one_hot = torch.eye(config.outcomes, dtype=torch.float64)
    sure, label = torch.tensor([0.99, 0.01]), torch.tensor([0.0, 1.0])
    table = [["H(p, p), cities", cross_entropy(cities, cities).item()],
             ["KL(p || p), cities", divergence(cities, cities).item()],
             ["entropy of the output (.99, .01)", cross_entropy(sure, sure).item()],
             ["cross entropy, label 2 and output (.99, .01)", cross_entropy(label, sure).item()]]  # fmt: skip
    yield Table("some values", ["what", "bits"], table)

    accuracy = {}
    for done, loss_name in enumerate(("entropy", "cross entropy")):
        curve = train(config, seeds, loss_name)
        for step in range(0, len(curve), max(1, len(curve) // 100)):
            yield Metric(f"minimise {loss_name}", step, curve[step], chart="test accuracy on digits")
        accuracy[loss_name] = curve[-1]
        yield Progress(done + 1, 2)

    yield Measured("never-shorter", gaps.amin(1))
    yield Measured("zero-when-equal", cross_entropy(p, p).amax(1))
    yield Measured("zero-when-one-hot", cross_entropy(one_hot, one_hot).abs().max())
    yield Measured("same-value", (cross_entropy(p, q) - divergence(p, q)).abs().mean(1))
    yield Measured("same-gradient", ((ce_pull - kl_pull).abs() / ce_pull.abs()).amax((1, 2)))
    yield Measured("low-entropy-is-right", accuracy["entropy"])
    yield Measured("cross-entropy-is-right", accuracy["cross entropy"])
