"""The trees that are put into bags answer for every point, also where none of their own examples lies."""

import torch

from lhystudy.lab.experiments.bagged_models import grow


def test_a_tree_says_a_class_everywhere() -> None:
    x = torch.arange(8.0)[:, None]
    y = torch.tensor([1.0, 1, 1, 1, -1, -1, -1, -1])
    bag = torch.tensor([0.0, 0, 1, 1, 1, 1, 0, 0])  # the outer points are not in the bag
    said = grow(x, y, bag, 3)(torch.linspace(-1, 9, 41)[:, None])
    assert set(said.tolist()) == {-1.0, 1.0}
    assert torch.equal(grow(x, y, bag, 3)(x), y)
