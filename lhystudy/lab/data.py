"""Data that experiments share, as torch tensors that are the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8 x 8 grey pixels in 0..1: 1437 to train on and 360 to test on."""

    train_images: Tensor  # (1437, 64)
    train_labels: Tensor  # (1437,)
    test_images: Tensor  # (360, 64)
    test_labels: Tensor  # (360,)

    def to(self, device: torch.device) -> Digits:
        """The same digits on a device."""
        tensors = (self.train_images, self.train_labels, self.test_images, self.test_labels)
        return Digits(*(tensor.to(device) for tensor in tensors))


def digits() -> Digits:
    """scikit-learn's digits; every fifth one, counted from the first, is kept for testing.

    Images have torch's default dtype. Source: UCI "Optical recognition of handwritten digits".
    """
    table = _digit_table()
    images = torch.tensor(table[:, :64] / 16, dtype=torch.get_default_dtype())
    labels = torch.tensor(table[:, 64], dtype=torch.long)
    tested = torch.arange(len(labels)) % 5 == 0
    return Digits(images[~tested], labels[~tested], images[tested], labels[tested])


@cache
def _digit_table() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """1797 rows of 64 pixels in 0..16 and the digit, from the file inside scikit-learn.

    The file is read directly since importing scikit-learn takes longer than a quick run.
    """
    package = find_spec("sklearn")
    places = package.submodule_search_locations if package else None
    file = Path(places[0]) / "datasets" / "data" / "digits.csv.gz" if places else None
    if file is not None and file.is_file():
        table: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.loadtxt(file, delimiter=",")
        return table
    from sklearn.datasets import load_digits  # an installation that keeps its data elsewhere

    images, labels = load_digits(return_X_y=True)
    return np.column_stack([images, labels])
