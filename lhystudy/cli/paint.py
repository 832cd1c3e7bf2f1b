"""Rows of cells on standard output: coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence

from rich.text import Text

from lhystudy.cli import console
from lhystudy.draw.cells import Role, Row

STYLES: dict[Role, str] = {
    "name": "italic",
    "number": "",
    "operator": "",
    "function": "",
    "bracket": "dim",
    "strong": "bold",
    "emphasis": "italic",
    "code": "cyan",
    "heading": "bold cyan",
    "quote": "dim",
    "bullet": "cyan",
    "rule": "dim",
    "dim": "dim",
    "link": "underline",
    "term": "underline",
    "good": "green",
    "bad": "bold red",
    "unsure": "yellow",
    "due": "magenta",
    "accent": "bold cyan",
    "keyword": "magenta",
    "string": "green",
    "comment": "dim",
    "series0": "cyan",
    "series1": "yellow",
    "series2": "magenta",
    "series3": "green",
    "series4": "red",
    "series5": "blue",
    "series6": "white",
    "series7": "bright_black",
}


def text_of(row: Row) -> Text:
    """The row as rich text."""
    text = Text(no_wrap=True)
    for run in row:
        text.append(console.visible(run.text), STYLES.get(run.role, ""))
    return text


def show_rows(rows: Iterable[Row]) -> None:
    """Prints rows: with colours on a terminal, as plain text anywhere else."""
    if not console.colour():
        for row in rows:
            console.out("".join(run.text for run in row).rstrip())
        return
    from rich.console import Console

    terminal = Console(soft_wrap=True, highlight=False)
    for row in rows:
        terminal.print(text_of(row))


def page_rows(rows: Sequence[Row]) -> None:
    """Shows rows in the pager of a terminal ($PAGER, else less)."""
    from rich.console import Console

    terminal = Console(soft_wrap=True, highlight=False, no_color=not console.colour())
    for name in ("MANPAGER", "PAGER"):
        if not shutil.which(os.environ.get(name, "").partition(" ")[0]):
            os.environ.pop(name, None)  # one that is not installed would show nothing
    os.environ.setdefault("LESS", "-RFX")  # less passes colours through and leaves a short page on the screen
    with terminal.pager(styles=console.colour()):
        for row in rows:
            terminal.print(text_of(row))
