"""Rectangles of numbers as shades: heat maps and pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lhystudy.draw.axis import brief
from lhystudy.draw.cells import Block, Role, Row, Run
from lhystudy.draw.frame import heading
from lhystudy.draw.width import clip, clip_row, pad, printable, tidy, width
from lhystudy.words import say

Rectangle = Sequence[Sequence[float | None]]

_POSITIVE, _NEGATIVE = " ░▒▓█", " ·−=≡"  # shades; below zero strokes, so that the sign is seen without colour
_NUMBER_CELLS = 6  # columns from this width on show the number itself beside its shade


def heat_map(
    values: Rectangle,
    columns: int,
    height: int,
    *,
    x: Sequence[str | float] | None = None,
    y: Sequence[str | float] | None = None,
    title: str = "",
) -> Block:
    """Shades of a matrix, row by row, with the scale below; where columns are wide enough the numbers stand there too.

    A matrix with more rows or columns than there is room for is shown by the means of small rectangles, and says so.
    """
    over = heading(title, "", columns)
    numbers, x_names, y_names = _rectangle(values), _names(x), _names(y)
    if not numbers or not numbers[0]:
        return Block((*over, clip_row((Run(say("no data yet", "还没有数据"), "dim"),), columns)))
    gutter = min(max(map(width, y_names), default=0), columns // 3) + 1 if y_names else 0
    room = max(columns - gutter, 1)
    row_room = max(height - len(over) - 1 - (1 if x_names else 0), 1)
    shrink_x, shrink_y = math.ceil(len(numbers[0]) / room), math.ceil(len(numbers) / row_room)
    numbers = _means(numbers, shrink_x, shrink_y)
    cells = min(room // len(numbers[0]), 9)
    largest = max((abs(value) for row in numbers for value in row if math.isfinite(value)), default=0.0)
    rows = [*over, _head(x_names[::shrink_x], gutter, cells)] if x_names else list(over)
    for index, line in enumerate(numbers):
        name = y_names[index * shrink_y] if index * shrink_y < len(y_names) else ""
        beside = Run(pad(clip(name, gutter - 1), gutter - 1, "right") + " ", "dim") if gutter else Run("")
        rows.append(tidy([beside, *(_heat_cell(value, largest, cells) for value in line)]))
    rows.append(_scale(numbers, largest, shrink_x, shrink_y))
    return Block(tuple(clip_row(row, columns) for row in rows))


def image(values: Rectangle, columns: int, height: int, *, title: str = "") -> Block:
    """A picture of brightnesses in 0..1: shades two cells wide, or dithered half blocks where it is larger."""
    over = heading(title, "", columns)
    numbers = _rectangle(values)
    if not numbers or not numbers[0]:
        return Block((*over, clip_row((Run(say("no data yet", "还没有数据"), "dim"),), columns)))
    room = max(height - len(over), 1)
    if 2 * len(numbers[0]) <= columns and len(numbers) <= room:
        drawn = [tidy([Run("".join(2 * _shade(value) for value in row))]) for row in numbers]
    else:
        shrink = max(math.ceil(len(numbers[0]) / columns), math.ceil(len(numbers) / (2 * room)))
        drawn = _half_blocks(_dithered(_means(numbers, shrink, shrink)))
    return Block(tuple(clip_row(row, columns, "") for row in (*over, *drawn)))


def _rectangle(values: Rectangle) -> list[list[float]]:
    """The values as floats in rows of one length; what is missing or no number becomes nan."""
    rows = [[math.nan if value is None else float(value) for value in row] for row in values]
    longest = max(map(len, rows), default=0)
    return [row + [math.nan] * (longest - len(row)) for row in rows]


def _names(labels: Sequence[str | float] | None) -> list[str]:
    return [printable(label if isinstance(label, str) else brief(float(label))) for label in labels or []]


def _means(numbers: list[list[float]], across: int, down: int) -> list[list[float]]:
    """The means of rectangles of `across` × `down` numbers; nan where none of them is finite."""
    if across == down == 1:
        return numbers
    return [
        [
            _mean([number for row in numbers[top : top + down] for number in row[left : left + across]])
            for left in range(0, len(numbers[0]), across)
        ]
        for top in range(0, len(numbers), down)
    ]


def _mean(numbers: list[float]) -> float:
    finite = [number for number in numbers if math.isfinite(number)]
    return sum(finite) / len(finite) if finite else math.nan


def _head(names: list[str], gutter: int, cells: int) -> Row:
    if all(width(name) < cells or cells == width(name) == 1 for name in names):
        return (Run(" " * gutter + "".join(pad(name, cells, "centre") for name in names), "dim"),)
    text = " " * gutter
    for index, name in enumerate(names):  # names that are wider than a column: as many as do not touch
        start = gutter + index * cells
        if start > width(text) or index == 0:
            text = pad(text, start) + name
    return (Run(text, "dim"),)


def _heat_cell(value: float, largest: float, cells: int) -> Run:
    if not math.isfinite(value):
        return Run(pad("?", cells, "centre"), "dim")
    level = round(abs(value) / largest * 4) if largest else 0
    character = (_NEGATIVE if value < 0 else _POSITIVE)[level]
    role: Role = "series1" if value < 0 else "series0"
    number = brief(value)
    if cells >= _NUMBER_CELLS and width(number) + 2 <= cells:
        return Run(pad(character + pad(number, cells - 2, "right"), cells), role)
    return Run(character * cells, role)


def _scale(numbers: list[list[float]], largest: float, across: int, down: int) -> Row:
    finite = [value for row in numbers for value in row if math.isfinite(value)]
    if not finite:
        return (Run(say("no finite value", "没有有限值"), "dim"),)
    parts = [Run(f"{_POSITIVE[1:]} 0…{brief(largest)}", "series0")]
    if min(finite) < 0:
        parts = [Run(f"{_NEGATIVE[1:]} 0…{brief(-largest)}  ", "series1"), *parts]
    parts.append(Run(f"   {brief(min(finite))} … {brief(max(finite))}", "dim"))
    if across > 1 or down > 1:
        parts.append(Run(say(f"   means of {down}×{across}", f"   每格为 {down}×{across} 个数的均值"), "dim"))
    return tidy(parts)


def _shade(value: float) -> str:
    return "?" if not math.isfinite(value) else _POSITIVE[round(max(0.0, min(value, 1.0)) * 4)]


def _dithered(numbers: list[list[float]]) -> list[list[bool]]:
    """Light or dark for each brightness, the rounding error handed on (Floyd and Steinberg)."""
    rest = [[value if math.isfinite(value) else 0.0 for value in row] for row in numbers]
    light: list[list[bool]] = []
    for y, row in enumerate(rest):
        light.append([])
        for x, value in enumerate(row):
            light[-1].append(value >= 0.5)
            error = value - (1.0 if value >= 0.5 else 0.0)
            for right, below, share in ((1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)):
                if y + below < len(rest) and 0 <= x + right < len(row):
                    rest[y + below][x + right] += error * share / 16
    return light


def _half_blocks(light: list[list[bool]]) -> list[Row]:
    blank = [False] * len(light[0])
    pairs = zip(light[::2], [*light[1::2], blank], strict=False)
    return [
        tidy([Run("".join(" ▀▄█"[upper + 2 * lower] for upper, lower in zip(*pair, strict=True)))]) for pair in pairs
    ]
