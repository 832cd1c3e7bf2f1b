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


@dataclass(frozen=True)
class Specimens:
    """Things that were measured and sorted by somebody who knows: one row a thing."""

    features: Tensor  # (things, measurements)
    labels: Tensor  # (things,): 0, 1, ...


def tumours() -> Specimens:
    """569 breast tumours, 30 measurements of their cell nuclei each; 0 is malignant (212), 1 benign (357).

    The first ten are means over the nuclei of one sample, then come ten standard errors and ten largest values.
    Source: scikit-learn's copy of UCI "Breast Cancer Wisconsin (Diagnostic)".
    """
    return _specimens("breast_cancer.csv")


def wines() -> Specimens:
    """178 Italian wines, 13 chemical measurements each, the first of them alcohol in percent; 0, 1, 2 is the grape.

    Source: scikit-learn's copy of UCI "Wine".
    """
    return _specimens("wine_data.csv")


def _specimens(name: str) -> Specimens:
    table = _measured_table(name)
    features = torch.tensor(table[:, :-1], dtype=torch.get_default_dtype())
    return Specimens(features, torch.tensor(table[:, -1], dtype=torch.long))


@cache
def _measured_table(name: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """A table inside scikit-learn whose first line tells its size and whose last column is the label."""
    file = _bundled(name)
    if file is None:
        raise FileNotFoundError(f"this installation of scikit-learn has no datasets/data/{name}")
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.loadtxt(file, delimiter=",", skiprows=1)
    return table


def _bundled(name: str) -> Path | None:
    """A data file inside scikit-learn, found without importing it, which takes longer than a quick run."""
    package = find_spec("sklearn")
    places = package.submodule_search_locations if package else None
    file = Path(places[0]) / "datasets" / "data" / name if places else None
    return file if file is not None and file.is_file() else None


@cache
def _digit_table() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """1797 rows of 64 pixels in 0..16 and the digit, from the file inside scikit-learn."""
    file = _bundled("digits.csv.gz")
    if file is not None:
        table: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.loadtxt(file, delimiter=",")
        return table
    from sklearn.datasets import load_digits  # an installation that keeps its data elsewhere

    images, labels = load_digits(return_X_y=True)
    return np.column_stack([images, labels])


# Views of the channel by the day of the week: busy at its start, quiet on its last two days.
_WEEK = (1.3, 1.2, 1.1, 1.0, 0.9, 0.5, 0.6)


def channel(days: int) -> Tensor:
    """A synthetic channel's views a day, in thousands: a week's pattern, a bend and torch's chance: (days,)."""
    level, views = 5.0, []
    for day in range(days):
        level = 5.0 - 0.9 * abs(level - 5.0) + 0.4 * torch.randn(()).item()
        views.append(max(level, 0.5) * _WEEK[day % 7])
    return torch.tensor(views)


# Attack, defence and stamina of four species and of what they evolve into, as the game publishes them. An Eevee becomes
# one of three, by chance.
SPECIES = ("Pidgey", "Weedle", "Caterpie", "Eevee")
_YOUNG = ((85, 73, 120), (63, 50, 120), (55, 55, 128), (104, 114, 146))
_EVOLVED = (
    ((117, 105, 160),) * 3,
    ((46, 75, 128),) * 3,
    ((45, 80, 137),) * 3,
    ((205, 161, 277), (232, 182, 163), (246, 179, 163)),
)
_BODY = ((1.8, 0.3), (3.2, 0.3), (2.9, 0.3), (6.5, 0.3))  # mean weight in kg and height in m
_MULTIPLIERS = {1: 0.094, 10: 0.4225, 20: 0.5974, 30: 0.7317}  # the game's, by level; squares are linear in between


def evolutions(count: int) -> Tensor:
    """Synthetic creatures before they evolve and their combat power (CP) after it, drawn by torch's chance: (count, 7).

    Columns: species (a place in `SPECIES`, taking turns), CP, hit points, weight in kg, height in m, CP after evolving,
    and which of its species' three evolutions it took (they differ for Eevee alone). Base values and
    CP = attack sqrt(defence stamina) multiplier^2 / 10 are Pokémon GO's; each creature adds 0 to 15 to each base value
    and keeps that, and its level of 1 to 30, when it evolves. Weight and height scatter by an eighth and do not matter.
    """
    species, branch = torch.arange(count) % len(SPECIES), torch.randint(3, (count,))
    own = torch.randint(16, (count, 3))
    levels = 1 + torch.randint(59, (count,)).double() / 2
    squares = np.interp(levels, list(_MULTIPLIERS), np.square(list(_MULTIPLIERS.values())))
    multiplier = torch.from_numpy(np.sqrt(squares))
    young = torch.tensor(_YOUNG)[species] + own  # (count, 3)
    evolved = torch.tensor(_EVOLVED)[species, branch] + own
    body = torch.tensor(_BODY)[species] * (1 + torch.randn(count, 2) / 8)
    hit_points = (young[:, 2] * multiplier).floor().clamp(min=10)
    before, after = _combat_power(young, multiplier), _combat_power(evolved, multiplier)
    columns = [species, before, hit_points, body[:, 0], body[:, 1], after, branch]
    return torch.stack([column.double() for column in columns], dim=1)


def _combat_power(values: Tensor, multiplier: Tensor) -> Tensor:
    """The game's formula, rounded down, at least 10: (count, 3) and (count,) -> (count,)."""
    attack, defence, stamina = values.double().unbind(1)
    return (attack * (defence * stamina).sqrt() * multiplier**2 / 10).floor().clamp(min=10)
