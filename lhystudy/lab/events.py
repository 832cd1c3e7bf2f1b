"""What an experiment may say while it runs, and the JSON line of each thing said."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

Status = Literal["done", "stopped", "failed"]


@dataclass(frozen=True)
class Start:
    """First event of a run; the lab writes it."""

    event: ClassVar[str] = "start"
    name: str
    params: dict[str, Any]
    seeds: list[int]
    device: str
    versions: dict[str, str]
    threads: int = 1
    quick: bool = False
    dtype: str = "float32"
    file: str = ""  # the path of an experiment of the learner's own, else empty


@dataclass(frozen=True)
class Progress:
    event: ClassVar[str] = "progress"
    done: int
    total: int


@dataclass(frozen=True)
class Metric:
    """One point of a curve. An experiment gives y as a number, or as a tensor or list of one number a seed.

    A run's y is a float: with several seeds the mean, lo and hi the 5 and 95 % quantiles. Read back from a line, a y
    that was not a finite number is nan.
    """

    event: ClassVar[str] = "metric"
    series: str  # plain ASCII: it is the chart's legend
    x: float
    y: Any
    lo: float | None = None
    hi: float | None = None
    chart: str = ""  # series that share a chart share this title


@dataclass(frozen=True)
class Table:
    """Rows of numbers or short texts under column heads. An experiment's cell may be a tensor or list of one a seed."""

    event: ClassVar[str] = "table"
    title: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Figure:
    """A picture as numbers. `kind` says how to draw `data`:

    heat: {"values": rows, "x": labels, "y": labels}; image: {"values": rows in 0..1};
    scatter: {"series": {name: [[x, y], ...]}}; lines: {"series": {name: [[x, y], ...]}};
    histogram: {"series": {name: [values]}}; bars: {"names": [...], "values": [...]}.
    """

    event: ClassVar[str] = "figure"
    title: str
    kind: Literal["heat", "image", "scatter", "lines", "histogram", "bars"]
    data: dict[str, Any]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True)
class Log:
    event: ClassVar[str] = "log"
    text: str


@dataclass(frozen=True)
class Measured:
    """What an experiment yields for a declared claim: a number, or a tensor or list of one a seed.

    The lab turns it into a ClaimResult.
    """

    event: ClassVar[str] = "measured"
    claim: str
    value: Any


@dataclass(frozen=True)
class ClaimResult:
    """`holds` is None when the run is too small to say. `effect` is the distance beyond the threshold
    on the claim's side, `ci` the 95 % interval of the measured quantity over seeds (None for one seed), `values`
    what each seed measured (None for what is not a finite number)."""

    event: ClassVar[str] = "claim"
    id: str
    text: str
    holds: bool | None
    measured: float | None
    compare: str
    threshold: float
    seeds: int
    effect: float | None = None
    ci: list[float] | None = None
    note: str = ""
    values: list[float | None] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """Last event of a run; the lab writes it."""

    event: ClassVar[str] = "result"
    status: Status
    run: int | None = None  # the store's id, None when the run was not kept
    seconds: float = 0.0
    claims: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""  # one sentence, where the run failed or was stopped


Event = Start | Progress | Metric | Table | Figure | Log | Measured | ClaimResult | Result
KINDS: dict[str, type[Any]] = {
    kind.event: kind for kind in (Start, Progress, Metric, Table, Figure, Log, Measured, ClaimResult, Result)
}


class Moment(NamedTuple):
    """An event and the seconds since its run began."""

    seconds: float
    event: Event


def to_json(event: Event, seconds: float) -> dict[str, Any]:
    """The event as a JSON object, its kind first and the seconds since the start second."""
    return {"event": event.event, "t": round(seconds, 4), **asdict(event)}


def to_line(event: Event, seconds: float) -> str:
    """One line of JSON; numbers that JSON lacks (nan, inf) become null."""
    document = to_json(event, seconds)
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document), ensure_ascii=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def from_json(document: dict[str, Any]) -> Event:
    """The event that `to_json` wrote. Raises KeyError for an unknown kind, TypeError for wrong fields."""
    fields = {key: value for key, value in document.items() if key not in ("event", "t")}
    for name in ("x", "y"):
        if document["event"] == "metric" and fields[name] is None:
            fields[name] = math.nan
    event: Event = KINDS[document["event"]](**fields)
    return event


def to_moment(document: dict[str, Any]) -> Moment:
    """The event of a line with its time. Raises as `from_json` does."""
    return Moment(float(document["t"]), from_json(document))
