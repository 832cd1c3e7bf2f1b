"""How a run reads on the command line: its heading, charts, tables and the verdict on each claim."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from lhystudy.cli import console, paint
from lhystudy.draw.cells import Block, Role, Row, Run
from lhystudy.draw.chart import figure, line_chart
from lhystudy.draw.width import pad, width
from lhystudy.errors import StudyError
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import ClaimResult, Start
from lhystudy.lab.record import Chart, Record
from lhystudy.study.experiment import command_line
from lhystudy.words import say

SIGNS: dict[bool | None, tuple[str, Role]] = {True: ("✓", "good"), False: ("✗", "bad"), None: ("?", "unsure")}
CHART_ROWS = 14
WIDEST = 110


def columns() -> int:
    """Cells of a line: the terminal's, but not so many that a curve becomes flat."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def card_of(start: Start) -> Card | None:
    """The experiment's card as it is now, or None when its file is gone or no longer readable."""
    try:
        return find(start.file or start.name)
    except StudyError:
        return None


def heading(start: Start, title: str) -> Row:
    """Name, title and how it is run, on one line."""
    seeds = say(f"seed {start.seeds[0]}", f"种子 {start.seeds[0]}")
    if len(start.seeds) > 1:
        seeds = say(
            f"{len(start.seeds)} seeds from {start.seeds[0]}", f"{len(start.seeds)} 个种子，从 {start.seeds[0]} 起"
        )
    threads = say(f"{start.threads} thread" + "s" * (start.threads > 1), f"{start.threads} 线程")
    return (Run(start.name, "heading"), Run(f"  {title}  "), Run(f"{seeds}, {start.device}, {threads}", "dim"))


def chart_block(title: str, chart: Chart, rows: int = CHART_ROWS) -> Block:
    """One chart of a run."""
    return line_chart(chart.curves, columns(), rows, bands=chart.bands, title=title)


def pictures(record: Record) -> Iterator[Row]:
    """Every chart and figure of a run, one below the other."""
    for title, chart in record.charts.items():
        yield from chart_block(title, chart).rows
        yield ()
    for shown in record.figures:
        block = figure(
            shown.kind,
            shown.data,
            columns(),
            CHART_ROWS,
            title=shown.title,
            x_label=shown.x_label,
            y_label=shown.y_label,
        )
        yield from block.rows
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


def show(record: Record, device: str | None = None) -> None:
    """Prints what a run has said: pictures, tables, remarks, claims, and the command that runs it again.

    `device` is the one that was asked for, where that is known.
    """
    start = record.start
    if start is None:
        console.talk(record.result.message if record.result else say("nothing was run", "什么也没有运行"))
        return
    card = card_of(start)
    paint.show_rows([heading(start, card.title if card else ""), ()])
    paint.show_rows(pictures(record))
    paint.show_rows(tables(record))
    paint.show_rows((Run(" • " + remark, "dim"),) for remark in record.remarks)
    paint.show_rows(claim_rows(record.claims, card))
    paint.show_rows(ending(record))
    paint.show_rows([_footer(record, start, card, device)])


def _footer(record: Record, start: Start, card: Card | None, device: str | None) -> Row:
    result = record.result
    told = f" {result.seconds:.1f} s" if result else ""
    if result is not None and result.run is not None:
        told += say(f", run {result.run}", f"，运行编号 {result.run}")
    again = say("again: ", "再来一次：") + command_line(start, card, device)
    lesson = say(f"lesson: lhystudy read {card.lesson}", f"课程：lhystudy read {card.lesson}") if card else ""
    return (Run(told + "   ", "dim"), Run(again + "   "), Run(lesson, "dim"))
