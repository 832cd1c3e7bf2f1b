import torch

from lhystudy.lab.events import Metric
from lhystudy.lab.ring import LEFT, MODES, centres, denoisers, real
from lhystudy.lab.seeds import Seeds


def test_points_lie_about_eight_centres_on_a_circle() -> None:
    seeds = Seeds([0, 1])
    assert torch.allclose(centres(seeds).norm(dim=1), torch.full((MODES,), 2.0))
    distance = torch.cdist(real(400, seeds), seeds.shared(centres(seeds)))
    assert distance.amin(2).max() < 0.3
    assert all(len(near.unique()) == MODES for near in distance.argmin(2))


def test_the_networks_learn_to_name_the_noise() -> None:
    training = denoisers(60, 64, Seeds([0, 1]))
    losses = []
    while True:
        try:
            event = next(training)
        except StopIteration as end:
            networks = end.value
            break
        if isinstance(event, Metric):
            losses.append(torch.as_tensor(event.y))
    assert networks.count == 2
    assert (torch.stack(losses[-5:]).mean(0) < 0.7 * losses[0]).all()
    assert (LEFT.diff() < 0).all()
