"""A run's events gathered as they come: curves by chart, tables, figures, remarks, verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lhystudy.lab.events import ClaimResult, Event, Figure, Log, Metric, Progress, Result, Start, Table

Curve = list[tuple[float, float]]
Band = list[tuple[float, float, float]]


@dataclass
class Chart:
    """The curves that share a title; `bands` holds (x, low, high) over seeds."""

    curves: dict[str, Curve] = field(default_factory=dict)
    bands: dict[str, Band] = field(default_factory=dict)

    def add(self, metric: Metric) -> None:
        self.curves.setdefault(metric.series, []).append((metric.x, metric.y))
        if metric.lo is not None and metric.hi is not None:
            self.bands.setdefault(metric.series, []).append((metric.x, metric.lo, metric.hi))


class Record:
    """What a run has said so far."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        self.start: Start | None = None
        self.result: Result | None = None
        self.progress: Progress | None = None
        self.charts: dict[str, Chart] = {}
        self.latest_chart: str | None = None
        self.tables: list[Table] = []
        self.figures: list[Figure] = []
        self.remarks: list[str] = []
        self.claims: list[ClaimResult] = []
        self.events: list[Event] = []

    def take(self, event: Event) -> None:
        """Adds one event."""
        self.events.append(event)
        match event:
            case Start():
                self.clear()  # of what an attempt said that ended for want of memory
                self.events.append(event)
                self.start = event
            case Progress():
                self.progress = event
            case Metric():
                self.charts.setdefault(event.chart, Chart()).add(event)
                self.latest_chart = event.chart
            case Table():
                self.tables.append(event)
            case Figure():
                self.figures.append(event)
            case Log():
                self.remarks.append(event.text)
            case ClaimResult():
                self.claims.append(event)
            case Result():
                self.result = event

    def last_values(self) -> dict[str, float]:
        """Each curve's last finite value, by its series (with the chart's title where series repeat)."""
        names = [series for chart in self.charts.values() for series in chart.curves]
        last: dict[str, float] = {}
        for title, chart in self.charts.items():
            for series, curve in chart.curves.items():
                name = series if names.count(series) == 1 else f"{title}: {series}"
                finite = [y for _, y in curve if math.isfinite(y)]
                last[name] = finite[-1] if finite else math.nan
        return last


def overlay(records: Mapping[str, Record]) -> dict[str, Chart]:
    """Each curve of several runs in a chart of its own, by its title; the runs' names are those of the curves."""
    charts: dict[str, Chart] = {}
    for name, record in records.items():
        for title, chart in record.charts.items():
            for series, curve in chart.curves.items():
                laid = charts.setdefault(f"{title}: {series}" if title else series, Chart())
                laid.curves[name] = curve
                if series in chart.bands:
                    laid.bands[name] = chart.bands[series]
    return charts
