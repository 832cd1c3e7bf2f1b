"""A sheet of braille dots, 2 × 4 to a cell, with characters on top."""

from __future__ import annotations

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import tidy, width

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # column, then row, of the Unicode braille cell


class Canvas:
    """`columns` × `rows` cells to draw on; dot (0, 0) is at the upper left.

    A cell holds one role: the one that put most weight of dots into it.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = max(columns, 1), max(rows, 1)
        self.dots_across, self.dots_down = self.columns * 2, self.rows * 4
        self._bits = [[0] * self.columns for _ in range(self.rows)]
        self._weights: list[list[dict[Role, int]]] = [[{} for _ in range(self.columns)] for _ in range(self.rows)]
        self._marks: dict[tuple[int, int], tuple[str, Role]] = {}

    def dot(self, x: int, y: int, role: Role, weight: int = 4) -> None:
        """Sets one dot; a dot outside of the sheet is passed over."""
        if 0 <= x < self.dots_across and 0 <= y < self.dots_down:
            column, row = x // 2, y // 4
            self._bits[row][column] |= _BITS[x % 2][y % 4]
            weights = self._weights[row][column]
            weights[role] = weights.get(role, 0) + weight

    def line(self, start: tuple[int, int], end: tuple[int, int], role: Role) -> None:
        """Sets the dots of a straight line (Bresenham)."""
        (x, y), (x_end, y_end) = start, end
        across, down = abs(x_end - x), -abs(y_end - y)
        x_step, y_step = (1 if x < x_end else -1), (1 if y < y_end else -1)
        error = across + down
        while True:
            self.dot(x, y, role)
            if (x, y) == (x_end, y_end):
                return
            doubled = 2 * error
            if doubled >= down:
                error += down
                x += x_step
            if doubled <= across:
                error += across
                y += y_step

    def mark(self, column: int, row: int, character: str, role: Role) -> None:
        """Puts a one-cell character over the dots of a cell."""
        if 0 <= column < self.columns and 0 <= row < self.rows and width(character) == 1:
            self._marks[column, row] = character, role

    def is_marked(self, column: int, row: int) -> bool:
        """Whether a character stands in the cell."""
        return (column, row) in self._marks

    def drawn(self) -> list[Row]:
        """The sheet as rows, each `columns` cells wide."""
        return [tidy(self._cell(column, row) for column in range(self.columns)) for row in range(self.rows)]

    def _cell(self, column: int, row: int) -> Run:
        if (column, row) in self._marks:
            return Run(*self._marks[column, row])
        bits = self._bits[row][column]
        if not bits:
            return Run(" ")
        weights = self._weights[row][column]
        return Run(chr(0x2800 + bits), max(weights, key=weights.__getitem__))
