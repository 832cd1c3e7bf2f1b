"""How well a score parts two groups."""

from torch import Tensor


def auc(odd: Tensor, normal: Tensor) -> Tensor:
    """Share of pairs in which the odd one has the higher score, ties half: (seeds, a) and (seeds, b) -> (seeds,)."""
    gap = odd[:, :, None] - normal[:, None, :]
    share: Tensor = ((gap > 0).double() + 0.5 * (gap == 0).double()).mean((1, 2))
    return share
