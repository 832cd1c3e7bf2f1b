"""A bent bottleneck against principal components: copying digits, cleaning them, and reading them with few labels.

弯的瓶颈与主成分相比：复原数字、去掉噪声、用少量标签认数字。

scikit-learn's digits. Two networks of one build: one copies what it sees, the other sees noisy digits and is to give
back the clean ones.

lesson: autoencoder-anomaly
quick: steps=60
full: steps=10000
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(800, 20, 20000, en="training steps", zh="训练步数")
    code: int = param(8, 1, 64, en="numbers in the code", zh="编码的数的个数")
    noise: float = param(0.3, 0.0, 2.0, en="spread of the noise on a pixel", zh="每个像素噪声的散布")
    labels: int = param(100, 10, 1400, en="labelled digits", zh="有标签的数字个数")


CLAIMS = (
    Claim("bends-beat-planes", "<", 0.9,
          en="with a code of the same size it copies new digits better than principal components do",
          zh="编码一样大，它复原新数字比主成分好",
          quantity_en="error on new digits over the principal components'", quantity_zh="新数字上的误差，与主成分之比"),
    Claim("trained-to-clean", "<", 0.9,
          en="the one that learned with noise cleans new digits better than the one that learned to copy",
          zh="带着噪声学的，比只学复原的更会清理新数字",
          quantity_en="distance to the clean digit, over the copying network's",
          quantity_zh="与干净数字的距离，与只学复原的网络之比"),
    Claim("cleans-better-than-planes", "<", 0.9,
          en="and better than principal components", zh="也胜过主成分",
          quantity_en="distance to the clean digit, over the principal components'",
          quantity_zh="与干净数字的距离，与主成分之比"),
    Claim("codes-beat-pixels", ">", 0.0,
          en="a line read with few labels is right more often from the code than from the pixels",
          zh="标签少时，直线从编码里认数字比从像素里更准",
          quantity_en="accuracy from codes minus accuracy from pixels", quantity_zh="用编码的准确率减用像素的准确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "New digits": "新数字", "copying": "复原", "cleaning": "去噪",
    "reading with {} labels": "{} 个标签认数字", "principal components": "主成分", "copying network": "学复原的网络",
    "cleaning network": "学去噪的网络", "pixels": "像素",
    "Noisy, cleaned, true": "带噪声、清理后、原图",
}  # fmt: skip


class Autoencoder(nn.Module):
    def __init__(self, code: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, code))
        self.decoder = nn.Sequential(nn.Linear(code, 64), nn.ReLU(), nn.Linear(64, 64))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (batch, 64) -> its code, its copy
        code = self.encoder(x)
        return code, self.decoder(code)


def train(images: Tensor, config: Config, noise: float, seeds: Seeds, name: str) -> Generator[Event, None, Network]:
    """Ends with the trained networks; images are (n, 64)."""
    nets = seeds.network(partial(Autoencoder, config.code))
    optimizer = torch.optim.Adam(nets.parameters(), lr=0.003)
    for step in range(config.steps):
        clean = images[seeds.randint(len(images), (64,))]  # (seeds, 64 digits, 64)
        _, copy = nets(clean + noise * seeds.randn(64, 64))
        loss = (copy - clean).square().sum(2).mean(1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 80) == 0:
            yield Metric(name, step, loss.detach(), chart="training loss")
    return nets


def read(codes: Tensor, labels: Tensor, new: Tensor, truth: Tensor) -> Tensor:
    """Accuracy of ridge regression onto the ten digits from standardised codes, (seeds, n, k): (seeds,)."""
    middle, spread = codes.mean(1, keepdim=True), codes.std(1, keepdim=True).clamp(min=1e-3)
    a, b = (codes - middle) / spread, (new - middle) / spread
    targets = one_hot(labels, 10).to(a.dtype) - 0.1
    weights = torch.linalg.solve(a.mT @ a + torch.eye(a.shape[2], device=a.device), a.mT @ targets)
    right: Tensor = (b @ weights).argmax(2) == truth
    return right.float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    mean = data.train_images.mean(0)
    principal = torch.linalg.svd(data.train_images - mean, full_matrices=False).Vh[: config.code].T  # (64, code)
    new = seeds.shared(data.test_images)
    noisy = new + config.noise * seeds.randn(len(data.test_images), 64)
    few = seeds.randperm(len(data.train_images))[:, : config.labels]
    shown = data.train_images[few]  # (seeds, labels, 64)
    views = {"pixels": (shown, new),
             "principal components": ((shown - mean) @ principal, (new - mean) @ principal)}  # fmt: skip
    copies = {"principal components": [(x - mean) @ principal @ principal.T + mean for x in (new, noisy)]}
    for name, noise in (("copying network", 0.0), ("cleaning network", config.noise)):
        nets = yield from train(data.train_images, config, noise, seeds, name)
        with torch.no_grad():
            copies[name] = [nets(x)[1] for x in (new, noisy)]
            views[name] = (nets(shown)[0], nets(new)[0])
        yield Progress(len(copies) - 1, 2)
    copying, cleaning = (
        {name: (made[k] - new).square().sum(2).mean(1) for name, made in copies.items()} for k in (0, 1)
    )
    right = {
        name: read(seen, data.train_labels[few], of_new, data.test_labels) for name, (seen, of_new) in views.items()
    }
    yield Table("New digits", ["", "copying", "cleaning", f"reading with {config.labels} labels"],
                [[name, copying.get(name, ""), cleaning.get(name, ""), right[name]] for name in views])  # fmt: skip
    rows = [images[0, :6].view(6, 8, 8).permute(1, 0, 2).flatten(1)
            for images in (noisy, copies["cleaning network"][1], new)]  # fmt: skip
    yield Figure("Noisy, cleaned, true", "image", {"values": torch.cat(rows).clamp(0, 1).tolist()})
    copied, planes = "copying network", "principal components"
    yield Measured("bends-beat-planes", copying[copied] / copying[planes])
    yield Measured("trained-to-clean", cleaning["cleaning network"] / cleaning[copied])
    yield Measured("cleans-better-than-planes", cleaning["cleaning network"] / cleaning[planes])
    yield Measured("codes-beat-pixels", right[copied] - right["pixels"])
