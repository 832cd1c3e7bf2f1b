"""Small layouts of rows that several places share."""

from __future__ import annotations

from collections.abc import Iterable

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import clip_row, pad_row, row_width
from lhystudy.tui.widgets.rows import Spot
from lhystudy.words import say


class Page:
    """Rows as they are added, and the spots among them that can be chosen."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: list[Row] = []
        self.spots: list[Spot] = []

    def add(self, row: Row, target: str = "") -> None:
        """One row; with a target it is a spot."""
        if target:
            self.spots.append(Spot(len(self.rows), len(self.rows) + 1, target))
        self.rows.append(row)

    def add_beside(self, left: Page, right: Page, width: int, gap: int = 2) -> None:
        """Two pages beside each other, the left one `width` cells wide."""
        top, blank = len(self.rows), ()
        for n in range(max(len(left.rows), len(right.rows))):
            one = left.rows[n] if n < len(left.rows) else blank
            two = right.rows[n] if n < len(right.rows) else blank
            self.rows.append((*pad_row(clip_row(one, width), width), Run(" " * gap), *two))
        self.spots += [Spot(one.first + top, one.end + top, one.target, 0, width) for one in left.spots]
        self.spots += [Spot(one.first + top, one.end + top, one.target, width + gap) for one in right.spots]


def bar(share: float, width: int, role: Role = "accent") -> Row:
    """A share from 0 to 1 as a filled bar."""
    full = round(max(0.0, min(1.0, share)) * width)
    return (Run("▓" * full, role), Run("░" * (width - full), "dim"))


def sparkline(values: Iterable[float]) -> str:
    """Small bars, the highest value the tallest; nothing at all is a flat line."""
    numbers = list(values)
    top = max(numbers, default=0) or 1
    return "".join("▁▂▃▄▅▆▇█"[round(value / top * 7)] for value in numbers)


def streak_words(days: int) -> str:
    """How many days in a row something was done."""
    return say(f"streak {days} day{'' if days == 1 else 's'}", f"连续 {days} 天")


def button_row(label: str, choices: Iterable[tuple[str, str]], at: int) -> tuple[Row, list[Spot]]:
    """Things to choose beside each other, (words, target) each, behind a label; `at` is the row that they stand on."""
    row: Row = (Run(label, "dim"),) if label else ()
    spots = []
    for words, target in choices:
        left = row_width(row)
        row = (*row, Run(f" {words} ", "accent"))
        spots.append(Spot(at, at + 1, target, left, row_width(row)))
        row = (*row, Run("  "))
    return row, spots
