"""Several seeds at once: each as if it ran alone, their curves as means with bands."""

from pathlib import Path

import pytest

from lhystudy.lab.events import Event, Figure, Log, Metric, Progress, Table
from lhystudy.lab.lane_merge import Merge, mean_table, quantile
from lhystudy.lab.request import Request
from tests.lab.own import claim_of, events_of, result_of, write_experiment

NOISE = """
weights = torch.randn(3)
for step in range(config.steps):
    value = torch.rand(1).item() + random.random() + np.random.rand() + weights.sum().item()
    if value > 1:  # seeds part ways, and each goes its own
        value += torch.rand(1).item()
    yield Metric("x", step, value)
    {progress}
yield Table("ends", ["name", "value"], [["x", value]])
yield Measured("big", value)
"""


def run_body(folder: Path, body: str, seeds: tuple[int, ...] = (0,)) -> list[Event]:
    """All events of a small experiment that knows one seed."""
    file = write_experiment(folder, body)
    text = file.read_text(encoding="utf-8").replace("seeds: Seeds", "device: torch.device")
    file.write_text(text, encoding="utf-8")
    return events_of(Request(str(file), seeds=seeds, device="cpu"))


def curve(events: list[object]) -> list[float]:
    return [event.y for event in events if isinstance(event, Metric)]


@pytest.mark.parametrize("progress", ["yield Progress(step + 1, config.steps)", "pass"], ids=["progress", "silent"])
def test_seeds_together_give_what_each_gives_alone(tmp_path: Path, progress: str) -> None:
    body = NOISE.format(progress=progress)
    alone = [curve(list(run_body(tmp_path, body, (seed,)))) for seed in (5, 6, 7)]
    together = run_body(tmp_path, body, (5, 6, 7))
    metrics = [event for event in together if isinstance(event, Metric)]
    assert len(metrics) == 5
    for step, metric in enumerate(metrics):
        values = [run[step] for run in alone]
        assert metric.x == step
        assert metric.y == pytest.approx(sum(values) / 3, rel=1e-15)
        assert metric.lo == pytest.approx(quantile(values, 0.05)) and metric.hi == pytest.approx(quantile(values, 0.95))
    (table,) = [event for event in together if isinstance(event, Table)]
    assert table.rows[0][0] == "x" and table.rows[0][1] == pytest.approx(sum(run[-1] for run in alone) / 3)
    assert claim_of(together).seeds == 3 and claim_of(together).holds is None


def test_bands_come_while_the_seeds_still_run(tmp_path: Path) -> None:
    body = """
for step in range(config.steps):
    yield Metric("x", step, float(step))
    yield Progress(step + 1, config.steps)
"""
    kinds = [event.event for event in run_body(tmp_path, body, (0, 1))]
    assert kinds.index("metric") < len(kinds) - 1 - kinds[::-1].index("progress")
    assert kinds.index("progress") < len(kinds) - 1 - kinds[::-1].index("metric")


def test_one_seed_switching_gradients_off_does_not_reach_the_others(tmp_path: Path) -> None:
    body = """
weight = torch.ones(1, requires_grad=True)
for step in range(config.steps):
    with torch.no_grad():
        yield Progress(step + 1, config.steps)
    (weight * 2).sum().backward()
yield Metric("x", 0, weight.grad.item())
"""
    events = run_body(tmp_path, body, (0, 1, 2))
    assert result_of(events).status == "done"
    assert curve(list(events)) == [10.0]


def test_a_seed_that_ends_early_leaves_its_curve_to_the_others(tmp_path: Path) -> None:
    body = "for step in range(2 + torch.initial_seed() % 2):\n    yield Metric('x', step, 1.0)"
    metrics = [event for event in run_body(tmp_path, body, (0, 1)) if isinstance(event, Metric)]
    assert [metric.x for metric in metrics] == [0, 1, 2]


def test_one_crashing_seed_ends_the_run_and_names_the_fault(tmp_path: Path) -> None:
    body = """
yield Metric("x", 0, 1.0)
if torch.initial_seed() == 1:
    raise ValueError("odd")
yield Measured("big", 1)
"""
    events = run_body(tmp_path, body, (0, 1, 2))
    assert result_of(events).status == "failed" and "odd" in result_of(events).message
    assert claim_of(events).holds is None


def test_five_seeds_give_an_interval(tmp_path: Path) -> None:
    claim = claim_of(run_body(tmp_path, "yield Measured('big', 1 + torch.rand(1).item())", (0, 1, 2, 3, 4)))
    assert claim.holds is True and claim.ci is not None
    assert 1 < claim.ci[0] < (claim.measured or 0) < claim.ci[1] < 2


def test_a_mean_that_would_hide_a_diverged_seed_is_no_number() -> None:
    merge = Merge([0, 1])
    first = list(merge.take(0, Metric("loss", 0, 1.0)))
    second = list(merge.take(1, Metric("loss", 0, float("inf"))))
    assert not first
    remark, metric = second
    assert isinstance(remark, Log) and isinstance(metric, Metric) and metric.y != metric.y and metric.lo is None


def test_pictures_and_remarks_are_those_of_the_first_seed() -> None:
    merge = Merge([4, 5])
    figure = Figure("gates", "heat", {"values": [[1.0]]})
    assert [event.title for event in merge.take(0, figure) if isinstance(event, Figure)] == ["gates (seed 4)"]
    assert not list(merge.take(1, figure))
    assert not list(merge.take(1, Log("hello")))


def test_progress_counts_all_seeds_and_comes_at_most_once_a_percent() -> None:
    merge = Merge([0, 1])
    sent = [event for step in range(1000) for lane in (0, 1) for event in merge.take(lane, Progress(step + 1, 1000))]
    assert len(sent) <= 101
    assert sent[-1] == Progress(2000, 2000)


def test_tables_of_different_shape_are_not_averaged() -> None:
    one, two = Table("t", ["a"], [[1.0]]), Table("t", ["a"], [[1.0], [2.0]])
    assert mean_table("t", [one, two]) == Table("t (first seed)", ["a"], [[1.0]])
    assert mean_table("t", [one, Table("t", ["a"], [[2.0]])]).rows == [[1.5]]


def test_quantiles_are_numpys() -> None:
    import numpy as np

    values = [3.0, 1.0, 4.0, 1.5, 9.0]
    assert [quantile(values, share) for share in (0.05, 0.5, 0.95)] == pytest.approx(
        np.quantile(values, [0.05, 0.5, 0.95])
    )
