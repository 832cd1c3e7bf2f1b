"""What stands around a chart: title, legend, axes with ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lhystudy.draw.axis import Axis
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import clip, clip_row, pad, pad_row, printable, row_width, tidy, width

SERIES: tuple[Role, ...] = (
    "series0", "series1", "series2", "series3", "series4", "series5", "series6", "series7",
)  # fmt: skip
SIGNS = "●■▲◆○□△◇"  # a series is known by its sign where its colour is not seen


def series_role(index: int) -> Role:
    """The role of the series at `index`, counted round from the first after the eighth."""
    return SERIES[index % len(SERIES)]


def series_sign(index: int) -> str:
    """The sign of the series at `index`: one cell."""
    return SIGNS[index % len(SIGNS)]


def heading(title: str, y_label: str, columns: int) -> list[Row]:
    """The row over a chart: its title and what the upright axis measures; no row where both are empty."""
    title, y_label = printable(title), printable(y_label)
    gap = "  " if title and y_label else ""
    row = tidy([Run(title, "strong"), Run(gap + y_label, "dim")])
    return [clip_row(row, columns)] if row else []


def legend(entries: Sequence[tuple[str, str, Role]], columns: int, most: int) -> list[Row]:
    """Sign and name of each series, set in at most `most` rows; what has no room ends in `…`."""
    rows: list[Row] = []
    row: Row = ()
    for sign, name, role in entries:
        entry = tidy([Run(f"{sign} {printable(name)}", role)])
        if row and row_width(row) + 3 + row_width(entry) > columns:
            rows.append(row)
            row = ()
        row = (*row, Run("   "), *entry) if row else entry
    rows = [*rows, row] if row else rows
    if len(rows) > most:
        rows = rows[:most]
        if rows:
            rows[-1] = (*clip_row(rows[-1], max(columns - 2, 0)), Run(" …", "dim"))
    return [clip_row(row, columns) for row in rows]


@dataclass(frozen=True)
class Frame:
    """The axes of a chart `columns` wide whose inside is `inner` cells wide and `height` rows high."""

    columns: int
    height: int
    x: Axis
    y: Axis
    x_label: str = ""

    @property
    def gutter(self) -> int:
        """Cells to the left of the upright axis line, for its labels."""
        return min(max(map(width, self.y.labels), default=0), max(self.columns // 2 - 1, 0))

    @property
    def inner(self) -> int:
        """Cells inside of the axes."""
        return max(self.columns - self.gutter - 1, 1)

    def around(self, drawn: Sequence[Row]) -> list[Row]:
        """The rows of a chart with its axes: upright line and labels at the left, ticks and labels below."""
        labels = {
            self.height - 1 - self.y.place(tick, self.height): label
            for tick, label in zip(self.y.ticks, self.y.labels, strict=True)
        }
        rows = [self._beside(row, labels.get(index)) for index, row in enumerate(drawn)]
        return [*rows, *self._below()]

    def _beside(self, row: Row, label: str | None) -> Row:
        if label is None:
            return tidy([Run(" " * self.gutter + "│", "rule"), *row])
        return tidy([Run(pad(clip(label, self.gutter), self.gutter, "right"), "dim"), Run("┤", "rule"), *row])

    def _below(self) -> list[Row]:
        ticks = {self.x.place(tick, self.inner) for tick in self.x.ticks}
        line = "".join("┬" if column in ticks else "─" for column in range(self.inner))
        rows = [tidy([Run(" " * self.gutter + "└" + line, "rule")])]
        if self.x.labels:
            rows.append(tidy([Run(self._tick_labels(), "dim")]))
        if self.x_label:
            name = clip(printable(self.x_label), self.inner)
            rows.append(pad_row((Run(name, "dim"),), self.columns, "right"))
        return [clip_row(row, self.columns) for row in rows]

    def _tick_labels(self) -> str:
        text = ""
        for tick, label in zip(self.x.ticks, self.x.labels, strict=True):
            start = self.gutter + 1 + self.x.place(tick, self.inner) - (width(label) - 1) // 2
            start = min(start, self.columns - width(label))
            if start > width(text) or (not text and start >= 0):
                text += " " * (start - width(text)) + label
        return text
