import torch

from lhystudy.lab.power_law import fit


def test_the_law_that_made_the_losses_is_found() -> None:
    sizes = torch.tensor([10.0, 30.0, 100.0, 300.0]).double()
    floor, factor, exponent = (torch.tensor(z).double() for z in ([1.5, 0.5], [3.0, 2.0], [0.5, 0.8]))
    losses = floor[:, None] + factor[:, None] * sizes ** -exponent[:, None]
    tries = torch.stack([0 * floor, floor, 0.5 * floor])
    for found, true in zip(fit(sizes, losses, tries), (floor, factor, exponent), strict=True):
        assert torch.allclose(found, true)


def test_without_a_floor_it_is_the_straight_line_of_the_logarithms() -> None:
    sizes, losses = torch.tensor([1.0, 2.0, 4.0]).double(), torch.tensor([[8.0, 4.0, 2.0]]).double()
    found = fit(sizes, losses, torch.zeros(1, 1).double())
    assert torch.allclose(torch.cat(found), torch.tensor([0.0, 8.0, 1.0]).double())
