"""Reading pictures at the places of an affine map, beside torch's own."""

import math

import pytest
import torch
import torch.nn.functional as F

from lhystudy.lab.sampling import angle_of, sample, turn


@pytest.mark.parametrize(("rounded", "mode"), [(False, "bilinear"), (True, "nearest")])
def test_it_reads_what_grid_sample_reads(rounded: bool, mode: str) -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(4, 5, 5, generator=generator, dtype=torch.float64)
    theta = torch.randn(4, 2, 3, generator=generator, dtype=torch.float64)
    grid = F.affine_grid(theta, [4, 1, 5, 5], align_corners=False)
    expected = F.grid_sample(images[:, None], grid, mode=mode, align_corners=False)[:, 0]
    torch.testing.assert_close(sample(images, theta, rounded), expected)


def test_a_grid_turned_by_a_quarter_turns_the_picture_the_other_way() -> None:
    picture = torch.arange(16.0).view(4, 4)
    torch.testing.assert_close(sample(picture, turn(torch.tensor(math.pi / 2))), picture.rot90(1))


def test_the_angle_of_a_turn_is_read_off_it_whatever_its_scale() -> None:
    angles = torch.tensor([-3.0, -0.5, 0.0, 2.0])
    torch.testing.assert_close(angle_of(turn(angles)), angles)
    torch.testing.assert_close(angle_of(0.3 * turn(angles)), angles)
