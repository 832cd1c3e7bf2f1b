"""Tables of relative frequencies, and the information in them."""

from __future__ import annotations

import torch
from torch import Tensor


def joint(*columns: Tensor) -> Tensor:
    """Relative frequencies of 0/1 columns (seeds, cases) together: (seeds, 2, 2, …), one axis a column."""
    number = torch.zeros(columns[0].shape, dtype=torch.long)
    for column in columns:
        number = 2 * number + column
    cells = torch.nn.functional.one_hot(number, 2 ** len(columns)).double().mean(1)
    return cells.view(-1, *[2] * len(columns))


def information(table: Tensor) -> Tensor:
    """Mutual information in bits of the last two axes, given those between them and the seeds: (seeds,)."""
    given = table.sum((-2, -1), keepdim=True)
    apart = table.sum(-1, keepdim=True) * table.sum(-2, keepdim=True) / given
    return torch.where(table > 0, table * torch.log2(table / apart), 0).flatten(1).sum(1)
