"""The signal of a deep network at its start, and shallow ones that it copies."""

from dataclasses import fields

import pytest
import torch

from lhystudy.lab.experiments.deeper_worse import Config, deepen, scores, signal, start
from lhystudy.lab.seeds import Seeds


def test_a_spread_below_the_rounding_of_the_scores_is_measured() -> None:
    seeds = Seeds(range(3))
    pictures, labels = seeds.rand(5, 64), seeds.randint(10, (5,))
    spread, gradient = signal(start(seeds, Config(), 56), pictures, labels, shortcut=False)
    assert bool((spread > 0).all()) and bool((spread < 1e-14).all())
    assert bool((gradient > 0).all())
    assert spread.dtype == gradient.dtype == torch.float64


@pytest.mark.parametrize("network", ["shallow", "middle"])
def test_the_least_deep_network_can_copy_the_deepest_of_the_others(network: str) -> None:
    bounds = {field.name: field.metadata for field in fields(Config)}
    seeds, deep = Seeds(range(2)), bounds["deep"]["low"]
    net = start(seeds, Config(), bounds[network]["high"])
    pictures = seeds.rand(5, 64)
    torch.testing.assert_close(scores(deepen(net, deep), pictures), scores(net, pictures))
    assert deepen(net, deep)[1].shape[1] == deep - 2
