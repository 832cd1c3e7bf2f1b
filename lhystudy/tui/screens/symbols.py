"""Every symbol that can be typed by its name, to be picked from a table."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import pad
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.tui.symbols import SYMBOLS
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

COLUMNS, CELL = 5, 13


def table() -> tuple[list[Row], list[Spot]]:
    """The symbols with their names, several on a row."""
    names = [name for n, name in enumerate(SYMBOLS) if SYMBOLS[name] not in list(SYMBOLS.values())[:n]]
    rows: list[Row] = []
    spots: list[Spot] = []
    for n, name in enumerate(names):
        if n % COLUMNS == 0:
            rows.append(())
        cells = (Run(f" {SYMBOLS[name]} ", "accent"), Run(pad(name, CELL - 3), "dim"))
        rows[-1] = (*rows[-1], *cells)
        left = n % COLUMNS * CELL
        spots.append(Spot(len(rows) - 1, len(rows), SYMBOLS[name], left, left + CELL))
    return rows, spots


class SymbolTable(RowsView):
    """Arrows go from symbol to symbol."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("down", f"step({COLUMNS})", show=False),
        Binding("up", f"step({-COLUMNS})", show=False),
    ]

    def action_step(self, step: int) -> None:
        self.current = min(max((self.current or 0) + step, 0), len(self.spots) - 1)


class Symbols(Dialog[str]):
    """Gives the symbol that was picked."""

    CSS = """
    Symbols SymbolTable { width: 69; max-width: 96%; height: auto; max-height: 90%; border: round $accent; padding: 0 1;
        background: $surface; }
    """

    def compose(self) -> ComposeResult:
        view = SymbolTable()
        view.border_title = say("symbols: type \\name and Tab, or pick one", "符号：输入 \\名称 再按 Tab，或在此选取")
        view.border_subtitle = closing_words()
        rows, spots = table()
        view.show(rows, spots)
        view.styles.height = len(rows) + 2
        yield view

    def on_mount(self) -> None:
        self.query_one(SymbolTable).current = 0

    @on(RowsView.Chosen)
    def take(self, message: RowsView.Chosen) -> None:
        self.dismiss(message.target)
