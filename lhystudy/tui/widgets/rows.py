"""A scrolling view of rows of cells; only the rows on the screen are turned into strips."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lhystudy.draw.cells import Row
from lhystudy.tui.look import style_of


class RowsView(ScrollView, can_focus=True):
    """Rows as they were drawn; scrolled by keys, wheel and bar."""

    DEFAULT_CSS = """
    RowsView { scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
    """

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[Row] = rows

    def show(self, rows: Sequence[Row]) -> None:
        """Puts new rows in place of the old ones; the place scrolled to is kept where it still exists."""
        self.rows = rows
        self.virtual_size = Size(self.size.width, len(rows))
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows))

    def render_line(self, y: int) -> Strip:
        n = y + self.scroll_offset.y
        width = self.size.width
        ground = self.rich_style
        if n >= len(self.rows):
            return Strip.blank(width, ground)
        dark = self.app.current_theme.dark
        strip = Strip([Segment(run.text, ground + style_of(run.role, dark)) for run in self.rows[n]])
        return strip.adjust_cell_length(width, ground)
