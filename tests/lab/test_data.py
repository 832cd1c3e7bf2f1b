"""The data are scikit-learn's, and the digits split the same way everywhere; creatures follow the game's formula."""

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from lhystudy.lab import data


def test_the_digits_are_those_of_scikit_learn() -> None:
    images, labels = load_digits(return_X_y=True)
    digits = data.digits()
    tested = np.arange(1797) % 5 == 0
    assert np.array_equal(digits.test_images.numpy() * 16, images[tested])
    assert np.array_equal(digits.train_labels.numpy(), labels[~tested])
    assert digits.train_images.shape == (1437, 64) and digits.test_images.shape == (360, 64)
    assert digits.train_images.min() == 0 and digits.train_images.max() == 1


def test_the_tumours_and_wines_are_those_of_scikit_learn() -> None:
    for ours, theirs in ((data.tumours(), load_breast_cancer()), (data.wines(), load_wine())):
        assert np.array_equal(ours.features.numpy(), theirs.data.astype(ours.features.numpy().dtype))
        assert np.array_equal(ours.labels.numpy(), theirs.target)


def test_reading_the_digits_draws_no_chance() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    data.digits()
    assert torch.rand(1) == expected


def test_the_strongest_eevee_of_level_30_has_the_combat_power_of_the_game() -> None:
    species, before, *_, after, branch = data.evolutions(40000).unbind(1)
    assert 900 < before[species == 3].max() <= 918
    strongest = [after[(species == 3) & (branch == k)].max().item() for k in range(3)]
    by_formula = [2670, 2476, 2596]  # Vaporeon, Jolteon, Flareon at level 30 with 15 added to each base value
    assert all(0.97 * most < found <= most for found, most in zip(strongest, by_formula, strict=True))


def test_a_creature_has_what_its_columns_say() -> None:
    torch.manual_seed(1)
    table = data.evolutions(50)
    torch.manual_seed(1)
    assert torch.equal(table, data.evolutions(50)) and table.shape == (50, 7)
    assert table[:6, 0].tolist() == [0, 1, 2, 3, 0, 1]
    assert (table[:, 1] >= 10).all() and (table[:, 2] >= 10).all() and (table[:, 3:5] > 0).all()
