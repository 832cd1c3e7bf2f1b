"""One chart over the whole screen, with a cursor that reads the curves' values."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.chart import line_chart
from lhystudy.draw.frame import series_role, series_sign
from lhystudy.draw.wrap import wrap
from lhystudy.lab.record import Chart
from lhystudy.tui.dialog import Dialog
from lhystudy.tui.layout import button_row
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

STRIDE = 10  # points that the fast keys pass over


class Curves(Dialog[None]):
    """Left and right move the cursor from point to point; n and b show the next chart and the one before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", priority=True),
        Binding("right", "move(1)", priority=True),
        Binding("shift+left,pageup", f"move(-{STRIDE})", priority=True),
        Binding("shift+right,pagedown", f"move({STRIDE})", priority=True),
        Binding("home", "move(-1000000)", priority=True),
        Binding("end", "move(1000000)", priority=True),
        Binding("n", "turn(1)"),
        Binding("b", "turn(-1)"),
        Binding("q", "dismiss(None)"),
    ]
    CSS = """
    Curves RowsView { width: 98%; height: 96%; border: round $accent; padding: 0 1; background: $surface; }
    """

    def __init__(self, charts: dict[str, Chart], title: str) -> None:
        super().__init__()
        self.charts = charts
        self.number = list(charts).index(title)
        self.at = 1_000_000

    def compose(self) -> ComposeResult:
        view = RowsView()
        view.border_subtitle = say("←→ read values  n b other charts  Esc closes", "←→ 读数  n b 换图  Esc 关闭")
        yield view

    def on_mount(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def chart(self) -> Chart:
        return list(self.charts.values())[self.number]

    def draw(self) -> None:
        """The chart with the cursor, and below it each curve's value there."""
        view = self.query_one(RowsView)
        columns, rows = view.content_size.width - 1, view.content_size.height
        chart, places = self.chart, places_of(self.chart)
        self.at = max(0, min(self.at, len(places) - 1))
        cursor = places[self.at] if places else math.nan
        told = wrap(readings(chart, cursor), columns)
        title = list(self.charts)[self.number]
        block = line_chart(
            chart.curves, columns, max(5, rows - len(told) - 2), bands=chart.bands, title=title, cursor=cursor
        )
        view.border_title = f"{self.number + 1}/{len(self.charts)}"
        row, spots = buttons(len(block.rows) + 1 + len(told), len(self.charts) > 1)
        view.show([*block.rows, (), *told, row], spots)

    @on(RowsView.Chosen)
    def press(self, message: RowsView.Chosen) -> None:
        """What a click on a button does."""
        kind, _, step = message.target.partition(":")
        act = self.action_move if kind == "move" else self.action_turn
        act(int(step))

    def action_move(self, step: int) -> None:
        self.at += step
        self.draw()

    def action_turn(self, step: int) -> None:
        self.number = (self.number + step) % len(self.charts)
        self.at = 1_000_000
        self.draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-1)


def buttons(row: int, several: bool) -> tuple[Row, list[Spot]]:
    """What the keys do, to be clicked on, and where each stands on its row."""
    steps = [(say("◂ back", "◂ 后退"), "move:-1"), (say("on ▸", "前进 ▸"), "move:1")]
    if several:
        steps += [(say("chart before", "上一张图"), "turn:-1"), (say("next chart", "下一张图"), "turn:1")]
    return button_row("", steps, row)


def places_of(chart: Chart) -> list[float]:
    """Every x at which some curve has a point, in order."""
    return sorted({x for curve in chart.curves.values() for x, y in curve if math.isfinite(x) and math.isfinite(y)})


def readings(chart: Chart, cursor: float) -> Row:
    """The value of each curve at the cursor, or at its last point before, with its band where it has one."""
    row: list[Run] = [Run(f"x = {cursor:g}   ", "strong")]
    for index, (name, curve) in enumerate(chart.curves.items()):
        ordered = sorted(curve)
        before = bisect_right(ordered, (cursor, math.inf)) - 1
        if before < 0:
            continue
        x, y = ordered[before]
        band = next((f" [{low:.4g}, {high:.4g}]" for at, low, high in chart.bands.get(name, ()) if at == x), "")
        row.append(Run(f"{series_sign(index)} {name} {y:.5g}{band}   ", series_role(index)))
    return tuple(row)
