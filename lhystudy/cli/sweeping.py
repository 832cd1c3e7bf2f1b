"""A sweep on the command line: a grid of runs on all cores, compared in one table and one chart."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lhystudy.cli import console, paint
from lhystudy.cli.report import CHART_ROWS, columns, heading
from lhystudy.cli.running import Followed, follow_many
from lhystudy.draw.cells import Run
from lhystudy.draw.width import width
from lhystudy.errors import StudyError, nearest
from lhystudy.files import write_text
from lhystudy.lab.catalogue import card_of
from lhystudy.lab.events import Event, Metric
from lhystudy.lab.plot import write_picture
from lhystudy.lab.record import Chart, Record, overlay
from lhystudy.lab.request import Request
from lhystudy.lab.spoken import record_said
from lhystudy.study.outcome import SIGNS, chart_block, number, table_rows
from lhystudy.words import say

MOST_CURVES = 8  # of one chart on a terminal: as many as there are signs


@dataclass(frozen=True)
class Sweep:
    """What is to be done with a grid of runs."""

    keys: Sequence[str]  # the parameters that differ
    sort: str = ""  # a column of the table; with - before it the largest value comes first
    engine: str = "local"
    as_json: bool = False
    out: Path | None = None
    plot: Path | None = None


def run_grid(requests: Sequence[Request], sweep: Sweep) -> int:
    """Runs every point of the grid and compares them. A claim that fails somewhere in a grid is a finding, not a no."""
    names = [" ".join(f"{key}={request.params[key]}" for key in sweep.keys) for request in requests]
    out = sweep.out
    folders = [out / f"{place:03d} {name}".replace("/", "_") for place, name in enumerate(names, 1)] if out else []
    found = follow_many(requests, names, engine=sweep.engine, as_json=sweep.as_json, folders=folders)
    if found.refusals and not found.runs:
        raise found.refusals[0]
    points = {_name(run.record, sweep.keys): run.record for run in found.runs}
    heads, rows = table(points, sweep.keys)
    fault = _sort(heads, rows, sweep.sort)
    if not sweep.as_json and points:
        _show(points, sweep.keys, heads, rows)
    if out is not None:
        _write(heads, rows, out)
    if sweep.plot is not None and points:
        write_picture(_overlaid(points), sweep.plot)
    if fault is not None:
        raise fault
    return console.INTERRUPTED if found.interrupted else _code(found.runs, found.refusals)


def _name(record: Record, keys: Sequence[str]) -> str:
    params = record.start.params if record.start else {}
    return " ".join(f"{key}={params.get(key)}" for key in keys)


def _code(runs: Sequence[Followed], refusals: Sequence[StudyError]) -> int:
    """The worst of what befell the runs."""
    codes = [fault.exit_code for fault in [*refusals, *(run.trouble for run in runs)] if fault is not None]
    codes += [console.NO for run in runs if run.failed]
    return max(codes, default=console.DONE)


def table(points: dict[str, Record], keys: Sequence[str]) -> tuple[list[str], list[list[Any]]]:
    """One row a run: the swept parameters, each claim's measured value with its interval, each curve's last value.

    The last column is the run's id.
    """
    claims = list(dict.fromkeys(claim.id for record in points.values() for claim in record.claims))
    curves = list(dict.fromkeys(name for record in points.values() for name in record.last_values()))
    wide = {claim.id for record in points.values() for claim in record.claims if claim.ci is not None}
    rows = []
    for record in points.values():
        params = record.start.params if record.start else {}
        row = [params.get(key) for key in keys]
        of_id = {claim.id: claim for claim in record.claims}
        for name in claims:
            claim = of_id.get(name)
            row.append(claim.measured if claim else None)
            if name in wide:
                row += claim.ci if claim and claim.ci else [None, None]
        last = record.last_values()
        row += [last.get(name) for name in curves]
        rows.append([*row, record.result.run if record.result else None])
    heads = [head for name in claims for head in ([name, f"{name} low", f"{name} high"] if name in wide else [name])]
    return [*keys, *heads, *curves, "run"], rows


def _sort(heads: Sequence[str], rows: list[list[Any]], by: str) -> StudyError | None:
    """Puts the rows in order of a column, those without a value last; the error where there is no such column."""
    name = by.removeprefix("-")
    if not name:
        return None
    if name not in heads:
        hint = nearest(name, list(heads)) or ", ".join(heads)
        return StudyError(
            say(f"the table has no column {name!r}", f"表中没有名为 {name!r} 的列"), hint=f"--sort {hint}"
        )
    place, sign = heads.index(name), -1 if by.startswith("-") else 1

    def rank(row: list[Any]) -> tuple[int, Any]:
        value = row[place]
        if isinstance(value, int | float) and math.isfinite(value):
            return 0, sign * value
        return (1, value) if isinstance(value, str) else (2, 0)

    rows.sort(key=rank)
    return None


def _show(points: dict[str, Record], keys: Sequence[str], heads: Sequence[str], rows: list[list[Any]]) -> None:
    first = next(iter(points.values()))
    assert first.start is not None
    card = card_of(first.start)
    paint.show_rows([heading(first.start, card.title if card else ""), ()])
    for title, chart in list(overlay(_said(points)).items())[:1]:
        paint.show_rows([*chart_block(title, _thinned(chart), columns(), CHART_ROWS).rows, ()])
    signs = {(record.result.run, claim.id): SIGNS[claim.holds][0] for record in points.values() if record.result
             for claim in record.claims}  # fmt: skip
    texts = [
        [f"{signs[row[-1], head]} {number(cell)}" if (row[-1], head) in signs else number(cell)
         for head, cell in zip(heads, row, strict=True)]
        for row in rows
    ]  # fmt: skip
    shown = _fitting(heads, texts, len(keys))
    paint.show_rows(table_rows([heads[place] for place in shown], [[row[place] for place in shown] for row in texts]))
    if hidden := len(heads) - len(shown):
        note = say(f" {hidden} more columns: --out DIR writes them", f" 另有 {hidden} 列：用 --out DIR 写入文件")
        paint.show_rows([(Run(note, "dim"),)])
    for claim in first.claims:
        rule = f"{claim.compare} {claim.threshold:g}"
        paint.show_rows([(Run(f" {claim.id}  ", "strong"), Run(claim.text), Run(f"  {rule}", "dim"))])
    notes = list(dict.fromkeys(claim.note for record in points.values() for claim in record.claims if claim.note))
    paint.show_rows((Run(f" ? {note}", "dim"),) for note in notes)
    kept = [str(record.result.run) for record in points.values() if record.result and record.result.run is not None]
    if 1 < len(kept) <= MOST_CURVES:
        console.out(say("again side by side: ", "再次对照：") + "lhystudy runs compare " + " ".join(kept))


def _said(points: dict[str, Record]) -> dict[str, Record]:
    """The runs with their words in the language in use."""
    card = next((card_of(record.start) for record in points.values() if record.start), None)
    return {name: record_said(record, card) for name, record in points.items()}


def _fitting(heads: Sequence[str], texts: Sequence[Sequence[str]], keys: int) -> list[int]:
    """The columns that a line has room for: the parameters and the run first, then as many of the rest."""
    widths = [max(width(head), *(width(row[place]) for row in texts)) + 3 for place, head in enumerate(heads)]
    fixed = [*range(keys), len(heads) - 1]
    room = columns() - sum(widths[place] for place in fixed)
    chosen = []
    for place in range(keys, len(heads) - 1):
        if not heads[place].endswith((" low", " high")) and widths[place] <= room:
            room -= widths[place]
            chosen.append(place)
    return sorted([*fixed, *chosen])


def _thinned(chart: Chart) -> Chart:
    """The chart with no more curves than there are signs, spread evenly over the grid."""
    names = list(chart.curves)
    if len(names) <= MOST_CURVES:
        return chart
    kept = [names[round(place * (len(names) - 1) / (MOST_CURVES - 1))] for place in range(MOST_CURVES)]
    return Chart({name: chart.curves[name] for name in kept}, {n: b for n, b in chart.bands.items() if n in kept})


def _overlaid(points: dict[str, Record]) -> list[Event]:
    """The overlays as the events of one run, for the picture."""
    start = next(iter(points.values())).start
    events: list[Event] = [start] if start is not None else []
    for title, chart in overlay(_said(points)).items():
        for name, curve in chart.curves.items():
            low = {x: edge for x, edge, _ in chart.bands.get(name, [])}
            high = {x: edge for x, _, edge in chart.bands.get(name, [])}
            events += [Metric(name, x, y, low.get(x), high.get(x), title) for x, y in curve]
    return events


def _write(heads: Sequence[str], rows: list[list[Any]], out: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    write_text(out / "sweep.csv", text.getvalue())
    document = [dict(zip(heads, map(_finite, row), strict=True)) for row in rows]
    write_text(out / "sweep.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _finite(cell: Any) -> Any:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
