"""A sweep on the command line: a grid of runs, one after the other, compared in one table and one chart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lhystudy.cli import console, paint
from lhystudy.cli.report import CHART_ROWS, columns, heading
from lhystudy.cli.running import Followed, follow
from lhystudy.draw.cells import Run
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import Event, Metric, Start
from lhystudy.lab.plot import write_picture
from lhystudy.lab.record import Chart, Record
from lhystudy.lab.request import Request
from lhystudy.study.outcome import SIGNS, chart_block, measured, table_rows
from lhystudy.words import say


def run_grid(
    requests: Sequence[Request], keys: Sequence[str], *, as_json: bool, out: Path | None, plot: Path | None
) -> int:
    """Runs every point of the grid and compares them. A claim that fails somewhere in a grid is a finding, not a no."""
    followed: list[tuple[str, Followed]] = []
    for place, request in enumerate(requests):
        name = " ".join(f"{key}={request.params[key]}" for key in keys)
        if not as_json:
            console.talk(f"{place + 1}/{len(requests)}  {name}")
        folder = out / f"{place + 1:03d} {name}".replace("/", "_") if out else None
        followed.append((name, follow(request, as_json=as_json, out=folder)))
        if followed[-1][1].interrupted:
            break
    points = {name: run.record for name, run in followed if run.record.start is not None}
    if not as_json and points:
        _show(points, keys)
    if out is not None:
        _write(points, keys, out)
    if plot is not None and points:
        write_picture(_overlaid(points), plot)
    if any(run.interrupted for _, run in followed):
        return console.INTERRUPTED
    failed = any(run.record.result is None or run.record.result.status == "failed" for _, run in followed)
    return console.NO if failed else console.DONE


def table(points: dict[str, Record], keys: Sequence[str]) -> tuple[list[str], list[list[Any]]]:
    """One row a run: the swept parameters, each claim's measured value, each curve's last value."""
    claims = list(dict.fromkeys(claim.id for record in points.values() for claim in record.claims))
    curves = list(dict.fromkeys(name for record in points.values() for name in record.last_values()))
    rows = []
    for record in points.values():
        params = record.start.params if record.start else {}
        values = {claim.id: claim.measured for claim in record.claims}
        last = record.last_values()
        rows.append(
            [params.get(key) for key in keys]
            + [values.get(claim) for claim in claims]
            + [last.get(name) for name in curves]
        )
    return [*keys, *claims, *curves], rows


def _show(points: dict[str, Record], keys: Sequence[str]) -> None:
    first = next(iter(points.values()))
    assert first.start is not None
    paint.show_rows([heading(first.start, find(first.start.file or first.start.name).title), ()])
    chart = _overlay(points)
    if chart is not None:
        title, curves = chart
        paint.show_rows(chart_block(title, curves, columns(), CHART_ROWS).rows)
        paint.show_rows([()])
    heads, rows = table(points, keys)
    claims = [claim.id for claim in first.claims]
    last = len(keys) + len(claims)
    paint.show_rows(table_rows([*heads[: len(keys)], *heads[last:]], [row[: len(keys)] + row[last:] for row in rows]))
    for claim in first.claims:
        paint.show_rows([(), (Run(claim.text, "strong"), Run(f"  {claim.compare} {claim.threshold:g}", "dim"))])
        for name, record in points.items():
            told = next((other for other in record.claims if other.id == claim.id), None)
            if told is not None:
                sign, role = SIGNS[told.holds]
                paint.show_rows([(Run(f" {sign} ", role), Run(f"{name}  {measured(told)}  {told.note}".rstrip()))])
    kept = [str(record.result.run) for record in points.values() if record.result and record.result.run is not None]
    if len(kept) > 1:
        console.out(say("again side by side: ", "再次对照：") + "lhystudy runs compare " + " ".join(kept))


def _overlay(points: dict[str, Record]) -> tuple[str, Chart] | None:
    """The first curve of every run in one chart."""
    first = next((metric for record in points.values() for metric in record.events if isinstance(metric, Metric)), None)
    if first is None:
        return None
    overlay = Chart()
    for name, record in points.items():
        chart = record.charts.get(first.chart)
        if chart is not None and first.series in chart.curves:
            overlay.curves[name] = chart.curves[first.series]
            if first.series in chart.bands:
                overlay.bands[name] = chart.bands[first.series]
    title = f"{first.chart}: {first.series}" if first.chart else first.series
    return title, overlay


def _overlaid(points: dict[str, Record]) -> list[Event]:
    """The overlay as the events of one run, for the picture."""
    start = next(iter(points.values())).start
    chart = _overlay(points)
    events: list[Event] = [start] if isinstance(start, Start) else []
    if chart is not None:
        title, curves = chart
        for name, curve in curves.curves.items():
            low = {x: lo for x, lo, _ in curves.bands.get(name, [])}
            high = {x: hi for x, _, hi in curves.bands.get(name, [])}
            events += [Metric(name, x, y, low.get(x), high.get(x), title) for x, y in curve]
    return events


def _write(points: dict[str, Record], keys: Sequence[str], out: Path) -> None:
    heads, rows = table(points, keys)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    (out / "sweep.csv").write_text(text.getvalue(), encoding="utf-8")
    document = [dict(zip(heads, row, strict=True)) for row in rows]
    (out / "sweep.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
