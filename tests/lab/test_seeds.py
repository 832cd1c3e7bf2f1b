"""All seeds at once: each draws and learns what it would alone, and their values become means, bands and verdicts."""

import copy
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lhystudy.lab.events import ClaimResult, Event, Figure, Log, Metric, Start, Table
from lhystudy.lab.merge import quantile
from lhystudy.lab.request import Request
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy
from tests.lab.own import claim_of, events_of, lines_of, result_of, run_body

STACKED = ("lstm-demo", "optimizer-race")  # enough to show that a batch of seeds is its seeds


def draws(seeds: Seeds) -> list[Tensor]:
    """Everything a seed can draw, twice over and mixed."""
    drawn = []
    for _ in range(2):
        drawn += [seeds.randn(3, 2), seeds.rand(4), seeds.randint(9, (5,)), seeds.randperm(6)]
        drawn.append(seeds.stack(lambda: torch.tensor([random.random(), np.random.rand(), torch.rand(1).item()])))
        drawn.append(seeds.network(lambda: nn.Linear(2, 3)).one.weight.detach())
    return drawn


@pytest.mark.parametrize("count", [1, 3])
def test_in_bfloat16_a_network_computes_coarsely_and_learns_in_float32(count: int) -> None:
    coarse = Seeds(range(count), bfloat16=True).network(lambda: nn.Linear(8, 4))
    fine = Seeds(range(count)).network(lambda: nn.Linear(8, 4))
    inputs = Seeds(range(count)).randn(5, 8)
    given = coarse(inputs)
    assert given.dtype == torch.float32
    assert 0 < (given - fine(inputs)).abs().max() < 0.05
    given.square().sum().backward()
    assert coarse.one.weight.grad.dtype == torch.float32 and coarse.one.weight.grad.shape == (count, 4, 8)


def test_float64_stays_on_the_cpu_where_the_device_has_none() -> None:
    drawn = Seeds([0, 1], "mps").stack(lambda: torch.randn(3, dtype=torch.float64))
    assert drawn.device.type == "cpu" and drawn.shape == (2, 3)


def test_a_seed_draws_the_same_alone_and_among_others() -> None:
    together = draws(Seeds((3, 4, 9)))
    for place, number in enumerate((3, 4, 9)):
        for all_seeds, alone in zip(together, draws(Seeds((number,))), strict=True):
            assert torch.equal(all_seeds[place], alone[0])


def test_what_a_seed_draws_never_repeats_and_leaves_the_rest_of_the_world_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    seeds = Seeds((0,))
    torch.manual_seed(0)
    first, second = seeds.randn(5), seeds.stack(lambda: torch.randn(5))
    assert not torch.equal(first, second)
    assert torch.equal(torch.rand(1), expected)


class Mixed(nn.Module):
    """Layers with buffers, with chance and with a shared weight."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.drop = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)
        self.again = nn.Linear(4, 4)
        self.again.weight = self.first.weight

    def forward(self, x: Tensor) -> Tensor:
        again: Tensor = self.again(self.drop(torch.relu(self.norm(self.first(x)))))
        return again


def test_networks_train_as_ordinary_ones_would() -> None:
    seeds = Seeds((0, 1, 2))
    networks, x, labels = seeds.network(Mixed), seeds.randn(8, 4), seeds.randint(4, (8,))
    networks.one.drop.p = 0.0
    plain = [networks[k] for k in range(3)]
    stacked = torch.optim.SGD(networks.parameters(), 0.1, momentum=0.9)
    singles = [torch.optim.SGD(network.parameters(), 0.1, momentum=0.9) for network in plain]
    for _ in range(5):
        stacked.zero_grad()
        losses = cross_entropy(networks(x), labels)
        losses.sum().backward()
        clip_gradients(networks.parameters(), 0.5)
        stacked.step()
        for k, (network, optimizer) in enumerate(zip(plain, singles, strict=True)):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(x[k]), labels[k])
            torch.testing.assert_close(losses[k], loss)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 0.5)
            optimizer.step()
    networks.eval()
    for k, network in enumerate(plain):
        state = networks[k].state_dict()
        for name, tensor in network.state_dict().items():
            torch.testing.assert_close(state[name], tensor, msg=name)
        torch.testing.assert_close(networks(x)[k], network.eval()(x[k]))
    assert len(list(networks.parameters())) == len(list(plain[0].parameters()))


def test_dropout_differs_between_seeds_and_a_copy_goes_its_own_way() -> None:
    seeds = Seeds((0, 1))
    networks = seeds.network(lambda: nn.Dropout(0.5))
    one, two = networks(seeds.shared(torch.ones(50)))
    assert not torch.equal(one, two)
    layers = seeds.network(lambda: nn.Linear(2, 2))
    other = copy.deepcopy(layers)
    with torch.no_grad():
        other.one.weight.zero_()
    assert other(seeds.randn(3, 2)).abs().max() <= other.one.bias.abs().max()
    assert layers.one.weight.abs().min() > 0


def curves(events: list[Event]) -> dict[tuple[str, str, float], float]:
    return {(event.chart, event.series, event.x): event.y for event in events if isinstance(event, Metric)}


@pytest.mark.parametrize("name", STACKED)
def test_a_batch_of_seeds_is_its_seeds_one_by_one(name: str) -> None:
    numbers = (5, 6, 7)
    alone = [events_of(Request(name, seeds=(number,), device="cpu", dtype="float64", quick=True)) for number in numbers]
    together = events_of(Request(name, seeds=numbers, device="cpu", dtype="float64", quick=True))
    singles = [curves(events) for events in alone]
    bands = [event for event in together if isinstance(event, Metric)]
    assert bands and {(band.chart, band.series, band.x) for band in bands} == set(singles[0])
    for band in bands:
        values = [single[band.chart, band.series, band.x] for single in singles]
        assert band.y == pytest.approx(sum(values) / 3, rel=1e-6, abs=1e-9)
        assert band.lo == pytest.approx(quantile(values, 0.05), rel=1e-6, abs=1e-9)
    for place, claim in enumerate(event for event in together if isinstance(event, ClaimResult)):
        measured = [[event for event in events if isinstance(event, ClaimResult)][place].measured for events in alone]
        assert claim.values == pytest.approx(measured, rel=1e-6)


def test_the_same_seeds_repeat_to_the_last_bit_in_another_process() -> None:
    request = Request("lstm-demo", seeds=(2, 3), device="cpu", quick=True)
    assert lines_of(events_of(request)) == lines_of(events_of(request))


def test_values_become_means_bands_and_one_measured_value_a_seed(tmp_path: Path) -> None:
    body = """
values = torch.tensor([1.0, 2.0, 6.0, 3.0, 3.0])
yield Metric("x", 0, values)
yield Metric("same", 0, 4)
yield Table("ends", ["name", "each", "all"], [["x", values, 7]])
yield Figure("first", "bars", {"names": ["a"], "values": [values[0].item()]})
yield Measured("big", values.tolist())
"""
    start, x, same, table, figure, claim, _ = run_body(tmp_path, body, (4, 5, 6, 7, 8))
    assert isinstance(start, Start) and isinstance(x, Metric) and isinstance(claim, ClaimResult)
    assert [x.y, x.lo, x.hi] == pytest.approx([3.0, 1.2, 5.4])
    assert same == Metric("same", 0.0, 4.0, 4.0, 4.0)
    assert table == Table("ends (mean of 5 seeds)", ["name", "each", "all"], [["x", 3.0, 7]])
    assert isinstance(figure, Figure) and figure.title == "first (seed 4)"
    assert claim.values == [1.0, 2.0, 6.0, 3.0, 3.0] and claim.measured == 3.0
    assert claim.holds is True and claim.ci is not None and 1 < claim.ci[0] < 3 < claim.ci[1] < 6


def test_one_seed_says_its_values_as_they_are(tmp_path: Path) -> None:
    body = 'yield Metric("x", 0, torch.ones(1))\nyield Table("t", ["a"], [[[2]]])\nyield Measured("big", [0.75])'
    _, x, table, claim, _ = run_body(tmp_path, body)
    assert x == Metric("x", 0.0, 1.0) and table == Table("t", ["a"], [[2]])
    assert isinstance(claim, ClaimResult) and claim.holds is True and claim.values == [0.75]


@pytest.mark.parametrize("values", ["[1.0, 2.0]", "torch.ones(3, 1)"])
def test_values_that_are_not_one_a_seed_are_refused_in_words(tmp_path: Path, values: str) -> None:
    result = result_of(run_body(tmp_path, f'yield Metric("x", 0, {values})', (0, 1, 2)))
    assert result.status == "failed" and "x must be one number, or one for each of the 3 seeds" in result.message


def test_a_mean_that_would_hide_a_diverged_seed_is_no_number(tmp_path: Path) -> None:
    body = 'for x in (0, 1):\n    yield Metric("x", x, [1.0, float("inf")])\nyield Measured("big", [1.0, float("nan")])'
    events = run_body(tmp_path, body, (8, 9))
    assert all(math.isnan(event.y) and event.lo is None for event in events if isinstance(event, Metric))
    assert [event.text for event in events if isinstance(event, Log)] == ["x is not a finite number at 0 (seed 9)"]
    assert claim_of(events).measured is None and claim_of(events).values == [1.0, None]


def test_progress_comes_at_most_once_a_percent(tmp_path: Path) -> None:
    events = run_body(tmp_path, "for step in range(1000):\n    yield Progress(step + 1, 1000)", (0, 1))
    done: list[Any] = [event for event in events if event.event == "progress"]
    assert len(done) <= 101 and (done[-1].done, done[-1].total) == (1000, 1000)


def test_a_run_that_outgrows_the_memory_starts_again_with_half_the_seeds(tmp_path: Path) -> None:
    body = """
yield Metric("x", 0, seeds.randn())
if seeds.count > 4:
    raise torch.OutOfMemoryError("CUDA out of memory")
yield Measured("big", 1.0)
"""
    events = run_body(tmp_path, body, tuple(range(20)))
    assert [len(event.seeds) for event in events if isinstance(event, Start)] == [20, 10, 5, 2]
    said = [event.text for event in events if isinstance(event, Log)]
    assert said[0] == "memory ran out with 20 seeds: the run started again with 10" and len(said) == 3
    assert result_of(events).status == "done" and claim_of(events).seeds == 2
