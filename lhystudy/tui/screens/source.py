"""An experiment's own file, highlighted."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from lhystudy.draw.source import source
from lhystudy.lab.card import Card
from lhystudy.tui.widgets.rows import RowsView


class Source(ModalScreen[None]):
    """Read-only; closed by Escape or v."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,v,q", "dismiss", "close|关闭")]
    CSS = """
    Source { background: $background; }
    Source RowsView { border: round $accent; padding: 0 1; }
    """

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card

    def compose(self) -> ComposeResult:
        view = RowsView(source(self.card.source))
        view.border_title = self.card.file.name
        view.border_subtitle = "Esc"
        yield view
