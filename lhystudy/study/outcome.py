"""What a run comes to, as rows: its charts, figures and tables, the verdict on each claim, how it ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from lhystudy.draw.cells import Block, Role, Row, Run
from lhystudy.draw.chart import figure, line_chart
from lhystudy.draw.width import pad, width
from lhystudy.lab.card import Card
from lhystudy.lab.events import ClaimResult
from lhystudy.lab.record import Chart, Record
from lhystudy.words import say

SIGNS: dict[bool | None, tuple[str, Role]] = {True: ("✓", "good"), False: ("✗", "bad"), None: ("?", "unsure")}


def chart_block(title: str, chart: Chart, columns: int, rows: int) -> Block:
    """One chart of a run."""
    return line_chart(chart.curves, columns, rows, bands=chart.bands, title=title)


def pictures(record: Record, columns: int, rows: int) -> Iterator[Row]:
    """Every chart and figure of a run, one below the other, each `columns` × `rows` cells."""
    for title, chart in record.charts.items():
        yield from chart_block(title, chart, columns, rows).rows
        yield ()
    yield from figures(record, columns, rows)


def figures(record: Record, columns: int, rows: int) -> Iterator[Row]:
    """Every figure of a run, one below the other."""
    for one in record.figures:
        labels = {"title": one.title, "x_label": one.x_label, "y_label": one.y_label}
        yield from figure(one.kind, one.data, columns, rows, **labels).rows
        yield ()


def number(value: Any) -> str:
    """A cell's text: four digits of a number, a dash for none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table_rows(heads: Sequence[str], cells: Sequence[Sequence[Any]]) -> Iterator[Row]:
    """A table in aligned columns; columns of numbers stand to the right."""
    texts = [[number(cell) for cell in row] for row in cells]
    numeric = [
        bool(cells) and all(isinstance(row[i], int | float | None) for row in cells if i < len(row))
        for i in range(len(heads))
    ]
    widths = [max([width(head), *(width(row[i]) for row in texts if i < len(row))]) for i, head in enumerate(heads)]

    def line(words: Sequence[str], role: Role) -> Row:
        aligned = [
            pad(word, widths[i], "right" if numeric[i] else "left") for i, word in enumerate(words[: len(heads)])
        ]
        return (Run(" " + "   ".join(aligned).rstrip(), role),)

    yield line(heads, "strong")
    for row in texts:
        yield line(row, "")


def tables(record: Record) -> Iterator[Row]:
    """Every table of a run under its title."""
    for table in record.tables:
        yield (Run(table.title, "emphasis"),)
        yield from table_rows(table.columns, table.rows)
        yield ()


def claim_rows(claims: Sequence[ClaimResult], card: Card | None) -> Iterator[Row]:
    """Each claim's verdict: sign and sentence, below it what was measured."""
    quantities = {claim.id: say(claim.quantity_en, claim.quantity_zh) for claim in card.claims} if card else {}
    for claim in claims:
        sign, role = SIGNS[claim.holds]
        yield (Run(f" {sign} ", role), Run(claim.text, "strong"))
        told = measured(claim)
        quantity = quantities.get(claim.id, "")
        parts = [part for part in (told, quantity, claim.note) if part]
        yield (Run("   " + " · ".join(parts), "dim"),)


def measured(claim: ClaimResult) -> str:
    """What was measured against the threshold, with the interval where there is one: `0.61 > 0.3 [0.52, 0.70]`."""
    if claim.measured is None:
        return ""
    told = f"{claim.measured:.4g}"
    if claim.holds is not None:
        relation = claim.compare if claim.holds else say("is not ", "不") + claim.compare
        told += f" {relation} {claim.threshold:g}"
    if claim.ci is not None:
        told += f" [{claim.ci[0]:.4g}, {claim.ci[1]:.4g}]"
    return told


def ending(record: Record) -> Iterator[Row]:
    """How a run ended, where that was not at its end."""
    result = record.result
    if result is not None and result.status == "failed":
        yield (Run(" " + say("failed: ", "失败：") + result.message, "bad"),)
    elif result is not None and (result.status == "stopped" or result.message):
        yield (Run(" " + result.message, "unsure"),)
