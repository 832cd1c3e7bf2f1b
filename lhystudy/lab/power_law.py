"""A power law with a floor, fitted through losses at several sizes."""

from torch import Tensor


def fit(sizes: Tensor, losses: Tensor, floors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Floor, factor and exponent, each (seeds,), of floor + factor * size^-exponent through (sizes,), (seeds, sizes).

    `floors` (tries, seeds), below every loss, are tried one by one: for each, logarithms are fitted by least squares.
    """
    x, y = sizes.log(), (losses - floors[:, :, None]).log()  # (sizes,), (tries, seeds, sizes)
    slope = ((x - x.mean()) * y).sum(2, keepdim=True) / (x - x.mean()).square().sum()
    height = y.mean(2, keepdim=True) - slope * x.mean()
    misses = ((height + slope * x).exp() + floors[:, :, None] - losses).square().sum(2)  # (tries, seeds)
    best = misses.argmin(0, keepdim=True)
    floor, height, slope = (z.gather(0, best)[0] for z in (floors, height[:, :, 0], slope[:, :, 0]))
    return floor, height.exp(), -slope
