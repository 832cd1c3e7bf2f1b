"""Prints verdicts on a terminal or into a pipe."""

from __future__ import annotations

import shutil

from lhystudy.checker.verdict import Comparison, LineVerdict, Report
from lhystudy.cli import console
from lhystudy.cli.paint import show_rows
from lhystudy.draw.cells import Row, Run
from lhystudy.study.telling import (
    SIGNS,
    line_rows,
    mistake_word,
    point_sentence,
    status_role,
    status_word,
    verdict_word,
)
from lhystudy.words import say


def show_line(line: LineVerdict) -> None:
    """Prints the verdict on one line, at once: the next may take its time."""
    show_rows(line_rows(line, shutil.get_terminal_size().columns if console.is_terminal() else 100))
    console.flush()


def show_status(report: Report) -> None:
    """Prints what the lines of a report amount to."""
    show_rows([(), (Run(status_word(report), status_role(report)), Run(f"   {report.ms:.0f} ms", "dim"))])
    if report.note:
        console.out(report.note)


def show_comparison(comparison: Comparison) -> None:
    """Prints the verdict on two expressions."""
    sign = SIGNS[comparison.verdict]
    rows: list[Row] = [(sign, Run(" " + verdict_word(comparison.verdict), sign.role))]
    if comparison.note:
        rows.append((Run("  " + comparison.note),))
    if comparison.counterexample:
        rows.append((Run("  " + point_sentence(comparison.counterexample)),))
    if comparison.mistake:
        rows.append((Run(say("  mistake: ", "  错误类型："), "dim"), Run(mistake_word(comparison.mistake), "strong")))
    show_rows(rows)
