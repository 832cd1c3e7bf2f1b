"""What a place is for and every key that works there."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import row_width
from lhystudy.draw.wrap import wrap
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.bars import described, keys_of
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import say


class Help(Dialog[None]):
    """Closed by Escape, `?` or a click beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f10,q", "dismiss(None)", "close|关闭", priority=True),
    ]
    CSS = """
    Help VerticalScroll { width: 72; max-width: 96%; height: auto; max-height: 90%; background: $surface;
        border: round $accent; padding: 0 1; }
    Help RowsView { height: auto; }
    """

    def __init__(self, place: Screen[Any]) -> None:
        super().__init__()
        self.place = place
        self.keys = keys_of(place)

    def compose(self) -> ComposeResult:
        rows = self.rows(66)
        view = RowsView(rows)
        view.styles.height = len(rows)
        with VerticalScroll() as box:
            box.border_title = say("help", "帮助")
            box.border_subtitle = closing_words()
            yield view

    def rows(self, width: int) -> list[Row]:
        """The place's purpose, then its keys."""
        rows: list[Row] = []
        if isinstance(self.place, Place) and self.place.help_text():
            rows += [*wrap((Run(self.place.help_text()),), width), ()]
        for one in self.keys:
            key = (Run("  " + self.app.get_key_display(one.binding), "accent"),)
            rows.append((*key, Run(" " * max(1, 14 - row_width(key))), Run(described(one.binding))))
        rows.append((Run("  ↑↓ PgUp PgDn ", "accent"), Run(say("scroll", "滚动"))))
        more = self.place.help_rows(width) if isinstance(self.place, Place) else []
        return [*rows, *([(), *more] if more else [])]
