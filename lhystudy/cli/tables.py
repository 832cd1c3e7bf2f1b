"""A table on standard output, aligned also where Chinese stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shutil import get_terminal_size

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lhystudy.cli import console

PIPE_WIDTH = 200
LEAST_WIDTH = 60  # a narrower terminal wraps the lines, which loses nothing


def show_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> None:
    """Prints rows under heads; the columns numbered in `right` are set to the right, the last one may wrap."""
    dim = "dim" if console.colour() else ""
    table = Table(box=None, pad_edge=False, show_header=any(heads), header_style="")
    ends = set(right)
    for place, head in enumerate(heads):
        wraps = place == len(heads) - 1
        table.add_column(Text(head, dim), justify="right" if place in ends else "left", no_wrap=not wraps)
    for row in rows:
        table.add_row(*(Text(console.visible(cell)) for cell in row))
    width = max(get_terminal_size().columns, LEAST_WIDTH) if console.is_terminal() else PIPE_WIDTH
    terminal = Console(highlight=False, width=width)
    with terminal.capture() as captured:
        terminal.print(table)
    for line in captured.get().splitlines():
        print(line.rstrip())  # with the colours of a terminal
