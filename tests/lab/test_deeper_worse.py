"""The signal of a deep network at its start, where single precision rounds it away."""

import torch

from lhystudy.lab.experiments.deeper_worse import Config, signal, start
from lhystudy.lab.seeds import Seeds


def test_a_spread_below_the_rounding_of_the_scores_is_measured() -> None:
    seeds = Seeds(range(3))
    pictures, labels = seeds.rand(5, 64), seeds.randint(10, (5,))
    spread, gradient = signal(start(seeds, Config(), 56), pictures, labels, shortcut=False)
    assert bool((spread > 0).all()) and bool((spread < 1e-14).all())
    assert bool((gradient > 0).all())
    assert spread.dtype == gradient.dtype == torch.float64
