"""A table on standard output, aligned also where Chinese stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lhystudy.cli import console

PIPE_WIDTH = 200


def show_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> None:
    """Prints rows under heads; the columns numbered in `right` are set to the right, the last one may wrap."""
    table = Table(box=None, pad_edge=False, show_header=any(heads))
    ends = set(right)
    for place, head in enumerate(heads):
        wraps = place == len(heads) - 1
        table.add_column(Text(head, "dim"), justify="right" if place in ends else "left", no_wrap=not wraps)
    for row in rows:
        table.add_row(*(Text(console.visible(cell)) for cell in row))
    terminal = Console(highlight=False, width=None if console.is_terminal() else PIPE_WIDTH)
    with terminal.capture() as captured:
        terminal.print(table)
    for line in captured.get().splitlines():
        print(line.rstrip())  # with the colours of a terminal
