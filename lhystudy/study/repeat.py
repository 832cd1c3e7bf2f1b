"""A run beside an earlier one of the same request: the same to the last bit, within its band, or different."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lhystudy.lab.events import ClaimResult, Event, Figure, Metric, Table
from lhystudy.store.db import Database
from lhystudy.store.runs import StoredRun
from lhystudy.study.history import gathered, stored_run

Place = tuple[Any, ...]  # what names a number of a run: its curve and x, or its table or figure and where in it


@dataclass(frozen=True)
class Number:
    """A number that a run reports. With several seeds a curve has a band around it and a claim an interval."""

    value: float
    low: float | None = None
    high: float | None = None

    def covers(self, value: float) -> bool:
        return self.low is not None and self.high is not None and self.low <= value <= self.high


@dataclass(frozen=True)
class Comparison:
    """How a repeated run differs from the stored one."""

    points: int  # numbers that both have
    equal_points: int  # of these, those that agree to the last bit
    outside: int  # of these, those that lie outside of the stored run's band, or differ where there is none
    largest: float  # the largest difference of two numbers, 0.0 where all agree
    other_points: int  # numbers that only one of them has
    changed_verdicts: list[str] = field(default_factory=list)  # claims that hold in one of them only
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)  # versions, code, device, threads: before, after

    @property
    def identical(self) -> bool:
        return self.equal_points == self.points and not self.other_points and not self.changed_verdicts

    @property
    def within_band(self) -> bool:
        """Whether all that differs stays in the stored run's bands, and no verdict changed."""
        return not self.outside and not self.other_points and not self.changed_verdicts


def compare(database: Database, first: int, second: int) -> Comparison:
    """Number by number, verdict by verdict, version by version."""
    before, after = gathered(database, first).events, gathered(database, second).events
    one, two = dict(_numbers(before)), dict(_numbers(after))
    common = one.keys() & two.keys()
    gaps = {place: _gap(one[place].value, two[place].value) for place in common}
    return Comparison(
        points=len(common),
        equal_points=sum(gap == 0.0 for gap in gaps.values()),
        outside=sum(gap != 0.0 and not one[place].covers(two[place].value) for place, gap in gaps.items()),
        largest=max(gaps.values(), default=0.0),
        other_points=len(one.keys() ^ two.keys()),
        changed_verdicts=_changed(_verdicts(before), _verdicts(after)),
        changed=_circumstances(stored_run(database, first), stored_run(database, second)),
    )


def _numbers(events: list[Event]) -> Iterator[tuple[Place, Number]]:
    """Every number that a run reports under its place; texts, which follow the language, are left out."""
    count: dict[Any, int] = {}
    for event in events:
        kind = type(event).__name__
        count[kind] = count.get(kind, 0) + 1
        match event:
            case Metric():
                curve = (event.chart, event.series, event.x)
                count[curve] = count.get(curve, 0) + 1
                yield ("curve", *curve, count[curve]), Number(event.y, event.lo, event.hi)
            case ClaimResult() if event.measured is not None:
                low, high = event.ci or (None, None)
                yield ("claim", event.id), Number(event.measured, low, high)
            case Table():
                for place, value in _flat(event.rows):
                    yield ("table", count[kind], *place), Number(value)
            case Figure():
                for place, value in _flat(event.data):
                    yield ("figure", count[kind], *place), Number(value)


def _flat(data: Any) -> Iterator[tuple[Place, float]]:
    """The numbers in nested lists and mappings with the way to each."""
    if isinstance(data, Mapping) or isinstance(data, list | tuple):
        for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
            for place, number in _flat(value):
                yield (key, *place), number
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield (), float(data)


def _verdicts(events: list[Event]) -> dict[str, bool | None]:
    return {event.id: event.holds for event in events if isinstance(event, ClaimResult)}


def _changed(one: dict[str, bool | None], two: dict[str, bool | None]) -> list[str]:
    return sorted(claim for claim in one.keys() | two.keys() if one.get(claim) != two.get(claim))


def _circumstances(one: StoredRun, two: StoredRun) -> dict[str, tuple[str, str]]:
    """What the runs depend on besides their parameters and seeds, where that differs."""
    before, after = ({**run.versions, "device": run.device, "threads": str(run.threads)} for run in (one, two))
    names = sorted(before.keys() | after.keys())
    return {n: (before.get(n, ""), after.get(n, "")) for n in names if before.get(n) != after.get(n)}


def _gap(one: float, two: float) -> float:
    """How far two values are apart; two that are both not a number agree."""
    if math.isnan(one) or math.isnan(two):
        return 0.0 if math.isnan(one) and math.isnan(two) else math.inf
    return abs(one - two)
