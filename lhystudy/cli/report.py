"""Prints a run: its heading, then what it came to, then the command that runs it again."""

from __future__ import annotations

import shutil

from lhystudy.cli import console, paint
from lhystudy.draw.cells import Row, Run
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import card_of
from lhystudy.lab.events import Start
from lhystudy.lab.record import Record
from lhystudy.lab.spoken import record_said
from lhystudy.study.experiment import command_line
from lhystudy.study.outcome import claim_rows, ending, pictures, tables
from lhystudy.words import say

CHART_ROWS = 14
WIDEST = 110


def columns() -> int:
    """Cells of a line: the terminal's, but not so many that a curve becomes flat."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def heading(start: Start, title: str) -> Row:
    """Name, title and how it is run, on one line."""
    seeds = say(f"seed {start.seeds[0]}", f"种子 {start.seeds[0]}")
    if len(start.seeds) > 1:
        seeds = say(
            f"{len(start.seeds)} seeds from {start.seeds[0]}", f"{len(start.seeds)} 个种子，从 {start.seeds[0]} 起"
        )
    threads = say(f"{start.threads} thread" + "s" * (start.threads > 1), f"{start.threads} 线程")
    return (Run(start.name, "heading"), Run(f"  {title}  "), Run(f"{seeds}, {start.device}, {threads}", "dim"))


def show(record: Record, device: str | None = None) -> None:
    """Prints what a run has said: pictures, tables, remarks, claims, and the command that runs it again.

    `device` is the one that was asked for, where that is known.
    """
    start = record.start
    if start is None:
        console.talk(record.result.message if record.result else say("nothing was run", "什么也没有运行"))
        return
    card = card_of(start)
    record = record_said(record, card)
    paint.show_rows([heading(start, card.title if card else ""), ()])
    paint.show_rows(pictures(record, columns(), CHART_ROWS))
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
