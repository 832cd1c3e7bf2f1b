"""A small classifier of the digits whose features judge heaps of drawn ones."""

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


class Reader(nn.Module):
    """Sixteen features of images and the ten scores made of them: (batch, 64) -> (batch, 16), (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16), nn.ReLU())
        self.answer = nn.Linear(16, 10)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(images)
        return features, self.answer(features)


def taught(data: Digits, seeds: Seeds) -> Network:
    """Classifiers trained on the digits, one a seed."""
    readers = seeds.network(Reader)
    optimizer = torch.optim.Adam(readers.parameters(), lr=0.005)
    for _ in range(200):
        pick = seeds.randint(len(data.train_labels), (128,))
        loss = cross_entropy(readers(data.train_images[pick])[1], data.train_labels[pick])
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return readers


def frechet(one: Tensor, other: Tensor) -> Tensor:
    """Fréchet distance between the Gaussians fitted to two heaps of features (seeds, n, 16): (seeds,)."""
    means, roots = [], []
    for heap in (one.detach().cpu().double(), other.detach().cpu().double()):
        means.append(heap.mean(1, keepdim=True))
        root = torch.linalg.qr(heap - means[-1], mode="r").R  # root^T root is the covariance
        roots.append(root / (heap.shape[1] - 1) ** 0.5)
    cross: Tensor = torch.linalg.svdvals(roots[0] @ roots[1].mT).sum(1)  # the trace of (C1 C2)^(1/2)
    squares: list[Tensor] = [x.square().sum((1, 2)) for x in (means[0] - means[1], *roots)]
    return torch.stack(squares).sum(0) - 2 * cross
