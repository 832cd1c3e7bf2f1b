"""Boxes of cells that are set beside and above each other on a common line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lhystudy.draw.cells import Block, Role, Row, Run
from lhystudy.draw.width import Align, pad_row, row_width, tidy, trimmed

_TALL = {  # top, middle, bottom, and what fills between; for two rows top and bottom
    "(": "⎛⎜⎝⎜", ")": "⎞⎟⎠⎟", "[": "⎡⎢⎣⎢", "]": "⎤⎥⎦⎥", "{": "⎧⎨⎩⎪", "}": "⎫⎬⎭⎪",
    "|": "││││", "‖": "‖‖‖‖", "⌊": "⎢⎢⎣⎢", "⌋": "⎥⎥⎦⎥", "⌈": "⎡⎢⎢⎢", "⌉": "⎤⎥⎥⎥",
}  # fmt: skip
_TWO_ROWS = {"{": "⎰⎱", "}": "⎱⎰", "⟨": "╱╲", "⟩": "╲╱"}


@dataclass(frozen=True, slots=True)
class Box:
    """Rows of one width. `baseline` is the row on the line of the formula; `core` the first and the last row that
    brackets around the box must cover (scripts hang outside of it).
    """

    rows: tuple[Row, ...]
    columns: int
    baseline: int = 0
    core: tuple[int, int] = (0, 0)

    @property
    def is_tall(self) -> bool:
        """Whether the core is higher than a row."""
        return self.core[1] > self.core[0]

    def block(self) -> Block:
        """The box as rows without blanks at their ends."""
        return Block(tuple(trimmed(row) for row in self.rows), self.baseline)


def line_box(row: Row) -> Box:
    """A row as a box."""
    return Box((row,), row_width(row))


def word(text: str, role: Role = "") -> Box:
    """A text as a box of one row."""
    return line_box((Run(text, role),) if text else ())


def beside(boxes: Sequence[Box], blanks: Sequence[int] = ()) -> Box:
    """The boxes from left to right, baselines on one line, `blanks` before each."""
    if not boxes:
        return Box(((),), 0)
    up = max(box.baseline for box in boxes)
    down = max(len(box.rows) - box.baseline for box in boxes)
    before = blanks or [0] * len(boxes)
    rows: list[Row] = []
    for offset in range(-up, down):
        runs: list[Run] = []
        for box, cells in zip(boxes, before, strict=True):
            place = box.baseline + offset
            inside = 0 <= place < len(box.rows)
            runs += [Run(" " * cells), *(box.rows[place] if inside else (Run(" " * box.columns),))]
        rows.append(tidy(runs))
    top = min(box.core[0] - box.baseline for box in boxes)
    bottom = max(box.core[1] - box.baseline for box in boxes)
    return Box(tuple(rows), sum(box.columns for box in boxes) + sum(before), up, (up + top, up + bottom))


def squared(box: Box, columns: int, align: Align) -> Box:
    """The box moved as one piece inside of `columns`."""
    free = max(columns - box.columns, 0)
    left = {"left": 0, "right": free, "centre": free // 2}[align]
    return beside([box, word(" " * (free - left))], [left, 0]) if free else box


def stacked(boxes: Sequence[Box], on_line: int, align: Align = "centre", blank_rows: Sequence[int] = ()) -> Box:
    """The boxes from top to bottom, the baseline that of the box at `on_line`; `blank_rows` before each."""
    columns = max(box.columns for box in boxes)
    before = blank_rows or [0] * len(boxes)
    rows: list[Row] = []
    baseline = 0
    for index, (box, blank) in enumerate(zip(boxes, before, strict=True)):
        rows += [(Run(" " * columns),) if columns else ()] * blank
        if index == on_line:
            baseline = len(rows) + box.baseline
        rows += squared(box, columns, align).rows
    return Box(tuple(rows), columns, baseline, (0, len(rows) - 1))


def need_blank(upper: Box, lower: Box) -> bool:
    """Whether two lines must stand a row apart to be told from one another; indices alone do not ask for it."""
    if upper.is_tall or lower.is_tall:
        return True
    return len(upper.rows) > upper.core[1] + 1 and lower.core[0] > 0


def bracket(sign: str, around: Box) -> Box:
    """The bracket `sign`, as high as the core of the box that it stands beside."""
    if not sign:
        return word("")
    if not around.is_tall:
        return word(sign, "bracket")
    first, last = around.core
    glyphs = _column(sign, last - first + 1)
    rows = tuple((Run(glyph, "bracket"),) for glyph in glyphs)
    return Box(rows, 1, around.baseline - first, (0, last - first))


def _column(sign: str, height: int) -> str:
    if height == 2 and sign in _TWO_ROWS:
        return _TWO_ROWS[sign]
    if sign not in _TALL:
        return " " * ((height - 1) // 2) + sign + " " * (height // 2)
    top, middle, bottom, filler = list(_TALL[sign])
    if height == 2:
        return top + bottom
    upper = (height - 3) // 2
    return top + filler * upper + middle + filler * (height - 3 - upper) + bottom


def with_scripts(base: Box, sub: Box | None, sup: Box | None, small_sub: Row | None, small_sup: Row | None) -> Box:
    """`base` with its scripts to the right: `small_…` are rows of raised or lowered characters, which stay on the
    base's first and last row; boxes go a row higher and lower than those, or onto the corners of a tall base.
    """
    top, bottom = base.core[0] - base.baseline, base.core[1] - base.baseline
    rows: dict[int, Row] = {}
    if small_sub is not None:
        rows[bottom] = small_sub
    if small_sup is not None:
        rows[top] = (*rows.get(top, ()), *small_sup)
    if sup is not None:
        _lay(rows, sup, (top if top < 0 else -1) - len(sup.rows) + 1)
    if sub is not None:
        _lay(rows, sub, bottom if bottom > 0 else 1)
    columns = max(map(row_width, rows.values()), default=0)
    first, last = min(0, *rows), max(0, *rows)
    tail = Box(
        tuple(pad_row(rows.get(offset, ()), columns) for offset in range(first, last + 1)),
        columns,
        -first,
        (-first, -first),
    )
    return beside([base, tail])


def _lay(rows: dict[int, Row], box: Box, first: int) -> None:
    for index, row in enumerate(box.rows):
        rows[first + index] = row
