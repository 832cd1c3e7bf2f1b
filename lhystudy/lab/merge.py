"""What an experiment says of all its seeds made what the run says: means with bands, one measured value a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from lhystudy.lab.events import Event, Figure, Log, Measured, Metric, Progress, Table
from lhystudy.lab.spoken import FIRST_SEED, MEAN
from lhystudy.words import say

PROGRESS_EVENTS = 100  # of a run, however often the experiment reports


class Merge:
    """Takes an experiment's events and gives those of the run. `measured` holds one value a seed, claim by claim."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self.seeds = tuple(seeds)
        self.measured: dict[str, list[float]] = {}
        self._percent = -1
        self._infinite: set[tuple[str, str]] = set()

    def take(self, event: Event) -> Iterator[Event]:
        """The events of the run that this event makes. Raises ValueError for values that are not one a seed."""
        match event:
            case Progress():
                percent = PROGRESS_EVENTS * event.done // event.total if event.total > 0 else 0
                if percent != self._percent:
                    self._percent = percent
                    yield event
            case Metric():
                values = per_seed(event.y, len(self.seeds), event.series)
                yield from self._remark(event, values)
                yield point(event, values)
            case Table():
                yield mean_table(event, len(self.seeds))
            case Measured():
                self.measured[event.claim] = per_seed(event.value, len(self.seeds), event.claim)
            case Figure() if len(self.seeds) > 1:
                yield replace(event, title=event.title + say(*FIRST_SEED).format(self.seeds[0]))
            case _:
                yield event

    def _remark(self, event: Metric, values: list[float]) -> Iterator[Log]:
        """Says, once a curve, which seed first left the finite numbers."""
        lost = [seed for seed, value in zip(self.seeds, values, strict=True) if not math.isfinite(value)]
        if lost and (event.chart, event.series) not in self._infinite:
            self._infinite.add((event.chart, event.series))
            yield Log(
                say(
                    f"{event.series} is not a finite number at {event.x:g} (seed {lost[0]})",
                    f"{event.series} 在 {event.x:g} 处不再是有限的数（种子 {lost[0]}）",
                )
            )


def per_seed(value: Any, seeds: int, name: str) -> list[float]:
    """One number a seed, from one number for all or from a tensor or list with one for each."""
    values = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(values, list | tuple):
        return [float(values)] * seeds
    if len(values) != seeds or any(isinstance(item, list) for item in values):
        raise ValueError(
            say(
                f"{name} must be one number, or one for each of the {seeds} seeds",
                f"{name} 应是一个数，或给 {seeds} 个种子各一个数",
            )
        )
    return [float(item) for item in values]


def point(event: Metric, values: list[float]) -> Metric:
    """The curve's point: the mean with the 5 and 95 % quantiles, or the one value of one seed."""
    x = float(event.x)
    if len(values) == 1:
        return Metric(event.series, x, values[0], chart=event.chart)
    if not all(map(math.isfinite, values)):
        return Metric(event.series, x, math.nan, chart=event.chart)  # without the seeds that diverged it would flatter
    return Metric(event.series, x, fmean(values), quantile(values, 0.05), quantile(values, 0.95), event.chart)


def quantile(values: list[float], share: float) -> float:
    """The quantile by linear interpolation, as numpy has it."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def mean_table(table: Table, seeds: int) -> Table:
    """The table with the mean over the seeds in every cell that has one value a seed."""
    cells = [cell for row in table.rows for cell in row]
    averaged = seeds > 1 and any(hasattr(cell, "tolist") or isinstance(cell, list | tuple) for cell in cells)
    suffix = say(*MEAN).format(seeds) if averaged else ""
    rows = [[mean_cell(cell, seeds, table.title) for cell in row] for row in table.rows]
    return Table(table.title + suffix, table.columns, rows)


def mean_cell(cell: Any, seeds: int, title: str) -> Any:
    """The cell as it stands, or the mean of its values over the seeds."""
    value = cell.tolist() if hasattr(cell, "tolist") else cell
    if not isinstance(value, list | tuple):
        return value
    numbers = per_seed(value, seeds, title)
    return value[0] if all(item == value[0] for item in value) else fmean(numbers)
