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
        view = RowsView()
        view.border_title = self.card.file.name
        view.border_subtitle = closing_words()
        yield view

    def on_mount(self) -> None:
        self.call_after_refresh(self.show_source)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_source)

    def show_source(self) -> None:
        """The file, its long lines gone on with in the next row."""
        view = self.query_one(RowsView)
        view.show(source(self.card.source, max(20, view.content_size.width - 1)))
