"""A scrolling view of rows of cells, some of which are spots that can be chosen by key or mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lhystudy.draw.cells import Row
from lhystudy.tui.look import CHOSEN_SIGN, chosen_style, hover_style, style_of


@dataclass(frozen=True)
class Spot:
    """Rows `first` to `end` (excluded) that stand for one thing; `target` says which.

    `left` and `right` (excluded) bound it to some columns, where several stand beside each other.
    """

    first: int
    end: int
    target: str
    left: int = 0
    right: int = 10_000

    def holds(self, row: int, column: int) -> bool:
        return self.first <= row < self.end and self.left <= column < self.right


class RowsView(ScrollView, can_focus=True):
    """Rows as they were drawn; scrolled by keys, wheel and bar. Tab goes from spot to spot, Enter chooses."""

    DEFAULT_CSS = """
    RowsView { scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "next_spot(1)", "next|下一处", show=False),
        Binding("shift+tab", "next_spot(-1)", "previous|上一处", show=False),
        Binding("enter", "choose", "open|打开", show=False),
    ]
    hovered: reactive[int | None] = reactive(None)
    current: reactive[int | None] = reactive(None)

    class Chosen(Message):
        """A spot was chosen, by Enter or a click."""

        def __init__(self, view: RowsView, target: str) -> None:
            self.view = view
            self.target = target
            super().__init__()

        @property
        def control(self) -> RowsView:
            return self.view

    class Touched(Message):
        """A row was clicked on that belongs to no spot."""

        def __init__(self, row: int) -> None:
            self.row = row
            super().__init__()

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[Row] = rows
        self.spots: Sequence[Spot] = ()

    def show(self, rows: Sequence[Row], spots: Sequence[Spot] = ()) -> None:
        """Puts new rows in place of the old ones; place and spot are kept where they still exist."""
        self.rows, self.spots = rows, spots
        if self.current is not None and self.current >= len(spots):
            self.current = len(spots) - 1 if spots else None
        self.virtual_size = Size(self.size.width, len(rows))
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows))

    def spot_at(self, row: int, column: int) -> int | None:
        """The number of the spot that this cell belongs to."""
        return next((n for n, spot in enumerate(self.spots) if spot.holds(row, column)), None)

    def render_line(self, y: int) -> Strip:
        n = y + self.scroll_offset.y
        width = self.size.width
        ground = self.rich_style
        if n >= len(self.rows):
            return Strip.blank(width, ground)
        dark = self.app.current_theme.dark
        strip = Strip([Segment(run.text, ground + style_of(run.role, dark)) for run in self.rows[n]])
        return self.marked(strip.adjust_cell_length(width, ground), n, dark)

    def marked(self, strip: Strip, row: int, dark: bool) -> Strip:
        """The line with the spot that is chosen, and the one under the mouse, on a ground of its own."""
        chosen = self.current if self.has_focus else None
        few = self.app.no_color or self.app.console.color_system == "standard"
        for number, style in ((self.hovered, hover_style(dark, few)), (chosen, chosen_style(dark, few))):
            if number is None or number >= len(self.spots):
                continue
            spot = self.spots[number]
            if spot.first <= row < spot.end:
                middle = [
                    Segment(one.text, (one.style or Style.null()) + style) for one in strip.crop(spot.left, spot.right)
                ]
                strip = Strip.join([strip.crop(0, spot.left), Strip(middle), strip.crop(spot.right)])
                strip = self.signed(strip, spot.left, dark) if number == chosen else strip
        return strip

    def signed(self, strip: Strip, left: int, dark: bool) -> Strip:
        """The line with the sign of what is chosen in the blank cell before it, else in its own first blank cell."""
        for column in (left - 1, left):
            if column >= 0 and strip.crop(column, column + 1).text == " ":
                cell = strip.crop(column, column + 1)
                ground = next(iter(cell)).style or Style.null()
                sign = Strip([Segment(CHOSEN_SIGN, ground + style_of("accent", dark))])
                return Strip.join([strip.crop(0, column), sign, strip.crop(column + 1)])
        return strip

    def watch_current(self) -> None:
        if self.current is not None and self.current < len(self.spots):
            spot = self.spots[self.current]
            first = (
                0 if self.current == 0 and spot.end <= self.size.height else spot.first
            )  # what stands above the first
            height = max(1, min(spot.end - first, self.size.height))
            self.scroll_to_region(Region(0, first, 1, height), animate=False, force=True, immediate=True)
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_next_spot(self, step: int) -> None:
        """To the next spot; from none, to the first one on the screen. Past the last, the focus moves on."""
        if not self.spots:
            self.screen.focus_next() if step > 0 else self.screen.focus_previous()
            return
        if self.current is None:
            top = self.scroll_offset.y
            below = [n for n, spot in enumerate(self.spots) if spot.end > top]
            self.current = below[0] if below else len(self.spots) - 1
        elif 0 <= self.current + step < len(self.spots):
            self.current += step
        else:
            self.screen.focus_next() if step > 0 else self.screen.focus_previous()

    def action_choose(self) -> None:
        if self.current is None:
            self.action_next_spot(1)
        elif self.current < len(self.spots):
            self.post_message(self.Chosen(self, self.spots[self.current].target))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        inside = event.get_content_offset(self)
        self.hovered = self.spot_at(inside.y + self.scroll_offset.y, inside.x) if inside is not None else None

    def on_leave(self) -> None:
        self.hovered = None

    def watch_hovered(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        inside = event.get_content_offset(self)
        if inside is None:
            return
        spot = self.spot_at(inside.y + self.scroll_offset.y, inside.x)
        if spot is not None:
            self.current = spot
            self.post_message(self.Chosen(self, self.spots[spot].target))
        elif inside.y + self.scroll_offset.y < len(self.rows):
            self.post_message(self.Touched(inside.y + self.scroll_offset.y))
