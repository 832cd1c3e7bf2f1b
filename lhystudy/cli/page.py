"""Texts of the course on the command line: Markdown and formulas as rows."""

from __future__ import annotations

import shutil

from lhystudy.cli import console
from lhystudy.cli.paint import show_rows
from lhystudy.draw.cells import Row, Run
from lhystudy.draw.prose import prose
from lhystudy.draw.width import width

PIPE_WIDTH = 80


def columns() -> int:
    """Cells of a line: the terminal's, or those of a page in a pipe."""
    return shutil.get_terminal_size().columns if console.is_terminal() else PIPE_WIDTH


def text_rows(text: str, first: str = "", rest: str = "") -> list[Row]:
    """The text in lines that fit; `first` stands before the first line and `rest` before the others."""
    rows: list[Row] = []
    for line in text.split("\n"):
        rows += prose(line, columns() - max(width(first), width(rest))) or [()]
    return [(Run(rest if number else first), *row) for number, row in enumerate(rows)]


def show_text(text: str, first: str = "", rest: str = "") -> None:
    """Prints a text of the course."""
    show_rows(text_rows(text, first, rest))
