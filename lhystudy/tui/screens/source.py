"""An experiment's own file, highlighted."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.draw.source import source
from lhystudy.lab.card import Card
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.tui.widgets.rows import RowsView


class Source(Dialog[None]):
    """Read-only; closed by Escape or v."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("v,q", "dismiss(None)", "close|关闭")]
    CSS = """
    Source RowsView { width: 116; max-width: 96%; height: 92%; border: round $accent; padding: 0 1;
        background: $surface; }
    """

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card

    def compose(self) -> ComposeResult:
        view = RowsView(source(self.card.source))
        view.border_title = self.card.file.name
        view.border_subtitle = closing_words()
        yield view
