"""Tables of rows, columns aligned by cells, wide cells broken into lines."""

from __future__ import annotations

from collections.abc import Sequence

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import Align, pad_row, row_width, tidy, trimmed
from lhystudy.draw.wrap import wrap

GAP = 2
_LEFT: Align = "left"
_NARROWEST = 4  # cells; a column is not squeezed further


def table(lines: Sequence[Sequence[Row]], sides: Sequence[Align], cells: int) -> list[Row]:
    """The table's rows, its first line as a head over a rule, within `cells` as far as its columns allow it."""
    across = max(map(len, lines), default=0)
    if not across:
        return []
    full = [[*line, *([()] * (across - len(line)))] for line in lines]
    widths = _widths([max(row_width(line[place]) for line in full) for place in range(across)], cells)
    aligned = [*sides, *([_LEFT] * (across - len(sides)))]
    head = [tidy(Run(run.text, run.role or "strong") for run in cell) for cell in full[0]]
    rows = _line(head, widths, aligned)
    rows.append((Run("─" * min(sum(widths) + GAP * (across - 1), cells), "rule"),))
    tall = any(row_width(cell) > room for line in full[1:] for cell, room in zip(line, widths, strict=True))
    for index, line in enumerate(full[1:]):
        if index and tall:
            rows.append(())
        rows += _line(line, widths, aligned)
    return rows


def _widths(natural: list[int], cells: int) -> list[int]:
    """Column widths: the natural ones, or the widest made equally narrow until the table fits."""
    room = cells - GAP * (len(natural) - 1)
    limit = max(natural)
    while limit > _NARROWEST and sum(min(width, limit) for width in natural) > room:
        limit -= 1
    widths = [min(width, limit) for width in natural]
    for place, width in enumerate(natural):  # what equal narrowing left over
        if width > widths[place] and sum(widths) < room:
            widths[place] += min(room - sum(widths), width - widths[place])
    return [max(width, 1) for width in widths]


def _line(line: Sequence[Row], widths: Sequence[int], sides: Sequence[Align]) -> list[Row]:
    broken = [wrap(cell, room) for cell, room in zip(line, widths, strict=True)]
    rows: list[Row] = []
    for index in range(max(map(len, broken))):
        runs: list[Run] = []
        for place, (parts, room, side) in enumerate(zip(broken, widths, sides, strict=True)):
            part = parts[index] if index < len(parts) else ()
            runs += [Run(" " * GAP if place else ""), *pad_row(part, room, side)]
        rows.append(trimmed(tidy(runs)))
    return rows
