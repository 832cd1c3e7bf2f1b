"""The events of several seeds made one stream: curves to mean and band, claims to one measured value a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean
from typing import Any

from lhystudy.lab.events import Event, Figure, Log, Measured, Metric, Progress, Table
from lhystudy.words import say

PROGRESS_EVENTS = 100  # of a run, however often the experiment reports


class Merge:
    """Takes each seed's events and gives back those of the run as soon as every seed has had its say.

    `measured` holds, claim by claim, the values of the seeds that measured it.
    """

    def __init__(self, seeds: list[int]) -> None:
        self.seeds = seeds
        self.measured: dict[str, dict[int, float]] = {}
        self._points: dict[tuple[str, str, float], dict[int, float]] = {}
        self._tables: dict[tuple[str, int], dict[int, Table]] = {}
        self._seen_tables: dict[tuple[int, str], int] = {}
        self._progress: dict[int, Progress] = {}
        self._last_percent = -1
        self._infinite: set[tuple[str, str]] = set()

    def take(self, lane: int, event: Event) -> Iterator[Event]:
        """The events of the run that this event of one lane completes."""
        match event:
            case Progress():
                yield from self._take_progress(lane, event)
            case Metric():
                yield from self._take_metric(lane, event)
            case Table() if len(self.seeds) > 1:
                yield from self._take_table(lane, event)
            case Measured():
                self.measured.setdefault(event.claim, {})[lane] = float(event.value)
            case Figure() | Log() if lane > 0:
                return  # pictures and remarks are shown for the first seed
            case Figure() if len(self.seeds) > 1:
                title = event.title + say(f" (seed {self.seeds[0]})", f"（种子 {self.seeds[0]}）")
                yield Figure(title, event.kind, event.data, event.x_label, event.y_label)
            case _:
                yield event

    def rest(self) -> Iterator[Event]:
        """What only some of the seeds have said, once none will say more."""
        for (chart, series, x), values in list(self._points.items()):
            yield self._point(chart, series, x, list(values.values()))
        self._points.clear()
        for (title, _), tables in list(self._tables.items()):
            yield mean_table(title, list(tables.values()))
        self._tables.clear()

    def _take_progress(self, lane: int, event: Progress) -> Iterator[Event]:
        self._progress[lane] = event
        # seeds that have not reported yet are taken to be as long as this one, and not begun
        total = sum(self._progress.get(n, Progress(0, event.total)).total for n in range(len(self.seeds)))
        done = sum(report.done for report in self._progress.values())
        percent = PROGRESS_EVENTS * done // total if total > 0 else 0
        if percent != self._last_percent:
            self._last_percent = percent
            yield Progress(done, total)

    def _take_metric(self, lane: int, event: Metric) -> Iterator[Event]:
        y = float(event.y)
        name = (event.chart, event.series)
        if not math.isfinite(y) and name not in self._infinite:
            self._infinite.add(name)
            yield Log(
                say(
                    f"{event.series} is not a finite number at {event.x:g} (seed {self.seeds[lane]})",
                    f"{event.series} 在 {event.x:g} 处不再是有限的数（种子 {self.seeds[lane]}）",
                )
            )
        if len(self.seeds) == 1:
            lo, hi = (None if edge is None else float(edge) for edge in (event.lo, event.hi))
            yield Metric(event.series, float(event.x), y, lo, hi, event.chart)
            return
        key = (event.chart, event.series, float(event.x))
        values = self._points.setdefault(key, {})
        values[lane] = y
        if len(values) == len(self.seeds):
            del self._points[key]
            yield self._point(*key, list(values.values()))

    def _point(self, chart: str, series: str, x: float, values: list[float]) -> Metric:
        if not all(map(math.isfinite, values)):
            return Metric(series, x, math.nan, chart=chart)  # a mean without the seeds that diverged would flatter
        if len(self.seeds) == 1:
            return Metric(series, x, values[0], chart=chart)
        return Metric(series, x, fmean(values), quantile(values, 0.05), quantile(values, 0.95), chart)

    def _take_table(self, lane: int, event: Table) -> Iterator[Event]:
        place = self._seen_tables.get((lane, event.title), 0)
        self._seen_tables[lane, event.title] = place + 1
        tables = self._tables.setdefault((event.title, place), {})
        tables[lane] = event
        if len(tables) == len(self.seeds):
            del self._tables[event.title, place]
            yield mean_table(event.title, list(tables.values()))


def quantile(values: list[float], share: float) -> float:
    """The quantile by linear interpolation, as numpy has it."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def mean_table(title: str, tables: list[Table]) -> Table:
    """One table whose numbers are the means over the seeds; other cells, and rows that differ, are the first seed's."""
    first = tables[0]
    alike = all([len(row) for row in table.rows] == [len(row) for row in first.rows] for table in tables)
    suffix = say(f" (mean of {len(tables)} seeds)", f"（{len(tables)} 个种子的平均）")
    if not alike:
        return Table(title + say(" (first seed)", "（第一个种子）"), first.columns, first.rows)
    rows = [
        [mean_cell([table.rows[i][j] for table in tables]) for j in range(len(first.rows[i]))]
        for i in range(len(first.rows))
    ]
    return Table(title + suffix, first.columns, rows)


def mean_cell(cells: list[Any]) -> Any:
    """The mean of numbers that differ, else the first cell."""
    numbers = all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)
    if not numbers or all(cell == cells[0] for cell in cells):
        return cells[0]
    return fmean(cells)
