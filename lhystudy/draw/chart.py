"""Charts of numbers: lines with bands, points, histograms, bars; and any figure that an experiment reports."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lhystudy.draw.axis import axis, brief, shown
from lhystudy.draw.canvas import Canvas
from lhystudy.draw.cells import Block, Role, Row, Run
from lhystudy.draw.frame import Frame, heading, legend, series_role, series_sign
from lhystudy.draw.grid import heat_map, image
from lhystudy.draw.width import clip, clip_row, pad, printable, tidy, width
from lhystudy.words import say

Points = Sequence[tuple[float, float]]
Band = Sequence[tuple[float, float, float]]


def line_chart(
    series: Mapping[str, Points],
    width: int,
    height: int,
    *,
    bands: Mapping[str, Band] | None = None,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    cursor: float | None = None,
) -> Block:
    """Curves over a common axis, `width` × `height` cells; `bands` holds (x, low, high) of a series.

    `cursor` is an x at which an upright line stands behind the curves.

    The upright axis is logarithmic where positive values span more than three decades. Values that are no finite
    number leave a gap. Each curve ends in the sign that the legend gives it.
    """
    shown_bands = {name: points for name, points in (bands or {}).items() if name in series}
    names = list(series)
    entries = [(series_sign(index), name, series_role(index)) for index, name in enumerate(names)]
    over = _over(title, y_label, entries, width, height)
    y_values = [y for points in series.values() for _, y in points]
    y_values += [edge for band in shown_bands.values() for _, *edges in band for edge in edges]
    x_values = [x for points in series.values() for x, y in points if shown(y)]
    if not any(map(shown, y_values)):
        return _nothing(over, width, height)
    frame = _frame(x_values, y_values, width, height - len(over), x_label, may_be_log=True, tight=True)
    canvas = Canvas(frame.inner, frame.height)
    if cursor is not None and shown(cursor):
        column = frame.x.place(cursor, canvas.dots_across)
        canvas.line((column, 0), (column, canvas.dots_down - 1), "dim")
    for name, band in shown_bands.items():
        _fill(canvas, frame, band, series_role(names.index(name)))
    for index, points in enumerate(series.values()):
        _curve(canvas, frame, points, series_role(index))
    for index, points in enumerate(series.values()):
        _sign(canvas, frame, points, series_sign(index), series_role(index), alone=len(series) == 1)
    return _sized([*over, *frame.around(canvas.drawn())], width, height)


def scatter(
    series: Mapping[str, Points], width: int, height: int, *, title: str = "", x_label: str = "", y_label: str = ""
) -> Block:
    """Points over common axes, `width` × `height` cells; several series are told apart by sign and by role."""
    entries = [(series_sign(index), name, series_role(index)) for index, name in enumerate(series)]
    over = _over(title, y_label, entries if len(series) > 1 else [], width, height)
    placed = [[(x, y) for x, y in points if shown(x) and shown(y)] for points in series.values()]
    if not any(placed):
        return _nothing(over, width, height)
    every = [point for points in placed for point in points]
    frame = _frame([x for x, _ in every], [y for _, y in every], width, height - len(over), x_label)
    canvas = Canvas(frame.inner, frame.height)
    for index, points in enumerate(placed):
        for x, y in points:
            if len(series) == 1:
                canvas.dot(*_dot(canvas, frame, x, y), series_role(index))
            else:
                column, row = _cell(frame, x, y)
                canvas.mark(column, row, series_sign(index), series_role(index))
    return _sized([*over, *frame.around(canvas.drawn())], width, height)


def histogram(
    series: Mapping[str, Sequence[float]], width: int, height: int, *, title: str = "", x_label: str = ""
) -> Block:
    """How often values fall into bins of equal width; one series as columns, several as outlines."""
    placed = {name: [value for value in values if shown(value)] for name, values in series.items()}
    entries = [(series_sign(index), name, series_role(index)) for index, name in enumerate(series)]
    over = _over(title, say("count", "个数"), entries if len(series) > 1 else [], width, height)
    every = [value for values in placed.values() for value in values]
    if not every:
        return _nothing(over, width, height)
    low, high = min(every), max(every)
    if low == high:
        low, high = low - (abs(low) * 0.1 or 0.5), high + (abs(high) * 0.1 or 0.5)
    largest = max(map(len, placed.values()))
    bins = max(1, min(math.ceil(2 * largest ** (1 / 3)), max(width - 10, 1), 60))
    counts = [_counted(values, low, high, bins) for values in placed.values()]
    tops = [0.0, *(float(count) for each in counts for count in each)]
    frame = _frame([low, high], tops, width, height - len(over), x_label, tight=True)
    canvas = Canvas(frame.inner, frame.height)
    if len(counts) == 1:
        rows = _columns(frame, counts[0], series_role(0))
    else:
        for index, each in enumerate(counts):
            _outline(canvas, frame, each, low, high, index)
        rows = canvas.drawn()
    return _sized([*over, *frame.around(rows)], width, height)


def bars(names: Sequence[str], values: Sequence[float], width: int, height: int, *, title: str = "") -> Block:
    """One lying bar for each name, its value behind it; bars of negative values go to the left of zero."""
    over = heading(title, "", width)
    rows = list(zip(map(printable, names), values, strict=False))
    room = max(height - len(over), 1)
    hidden = len(rows) - room + 1 if len(rows) > room else 0
    kept = rows[: len(rows) - hidden]
    numbers = [value for _, value in kept if shown(value)]
    if not numbers:
        return _nothing(over, width, height)
    drawn = [*over, *_bar_rows(kept, max(0.0, *numbers), min(0.0, *numbers), width)]
    if hidden:
        drawn.append((Run(say(f"… and {hidden} more", f"……另有 {hidden} 项"), "dim"),))
    return Block(tuple(clip_row(row, width) for row in drawn))


def figure(
    kind: str,
    data: Mapping[str, Any],
    width: int,
    height: int,
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
) -> Block:
    """The picture of a figure that an experiment reports: `kind` and `data` as in its event.

    Data that does not fit its kind gives one row in the role "bad".
    """
    axes = {"x_label": x_label, "y_label": y_label}
    drawers: dict[str, Callable[[], Block]] = {
        "heat": lambda: heat_map(data["values"], width, height, x=data.get("x"), y=data.get("y"), title=title),
        "image": lambda: image(data["values"], width, height, title=title),
        "scatter": lambda: scatter(_pairs(data["series"]), width, height, title=title, **axes),
        "lines": lambda: line_chart(
            _pairs(data["series"]), width, height, title=title, x_label=x_label, y_label=y_label
        ),
        "histogram": lambda: histogram(data["series"], width, height, title=title, x_label=x_label),
        "bars": lambda: bars(data["names"], data["values"], width, height, title=title),
    }
    try:
        return drawers[kind]()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        said = say(f'the data of this "{kind}" figure cannot be drawn', f"这幅“{kind}”图的数据画不出来")
        return Block((clip_row((Run(said, "bad"),), width),))


def _pairs(series: Mapping[str, Iterable[Sequence[Any]]]) -> dict[str, list[tuple[float, float]]]:
    """Points as the lab's events hold them (JSON: lists, null for no number) as pairs of floats."""
    return {
        name: [(math.nan if x is None else float(x), math.nan if y is None else float(y)) for x, y in points]
        for name, points in series.items()
    }


def _over(title: str, y_label: str, entries: list[tuple[str, str, Role]], columns: int, height: int) -> list[Row]:
    return [*heading(title, y_label, columns), *legend(entries, columns, max(height // 4, 1))]


def _nothing(over: list[Row], columns: int, height: int) -> Block:
    said = clip_row((Run(say("no data yet", "还没有数据"), "dim"),), columns)
    return _sized([*over, said], columns, height)


def _sized(rows: list[Row], columns: int, height: int) -> Block:
    rows = [clip_row(row, columns, "") for row in rows[:height]]
    return Block((*rows, *(() for _ in range(height - len(rows)))))


def _frame(
    x_values: list[float],
    y_values: list[float],
    columns: int,
    height: int,
    x_label: str,
    *,
    may_be_log: bool = False,
    tight: bool = False,
) -> Frame:
    name = x_label if height >= 7 else ""
    inside = max(height - (3 if name else 2), 1)
    y_axis = axis(y_values, inside // 3 + 1, may_be_log=may_be_log)
    gutter = Frame(columns, inside, y_axis, y_axis).gutter
    x_axis = axis(x_values, max((columns - gutter) // 9, 2), tight=tight)
    return Frame(columns, inside, x_axis, y_axis, name)


def _dot(canvas: Canvas, frame: Frame, x: float, y: float) -> tuple[int, int]:
    return frame.x.place(x, canvas.dots_across), canvas.dots_down - 1 - frame.y.place(y, canvas.dots_down)


def _cell(frame: Frame, x: float, y: float) -> tuple[int, int]:
    return frame.x.place(x, frame.inner), frame.height - 1 - frame.y.place(y, frame.height)


def _drawable(frame: Frame, x: float, y: float) -> bool:
    return shown(x) and shown(y) and (y > 0 or not frame.y.log)


def _curve(canvas: Canvas, frame: Frame, points: Points, role: Role) -> None:
    """The line through the points; of many points in one column of dots, lowest and highest stand for all."""
    previous: tuple[int, int] | None = None
    for x, y in points:
        if not _drawable(frame, x, y):
            previous = None
            continue
        here = _dot(canvas, frame, x, y)
        if here != previous:
            canvas.line(previous or here, here, role)
        previous = here


def _sign(canvas: Canvas, frame: Frame, points: Points, sign: str, role: Role, alone: bool) -> None:
    """The curve's sign at its last point and, among other curves, here and there along the way."""
    drawable = [point for point in points if _drawable(frame, *point)]
    if not drawable:
        return
    column, row = _cell(frame, *drawable[-1])
    while canvas.is_marked(column, row) and column > 0:
        column -= 1
    canvas.mark(column, row, sign, role)
    if alone:
        return
    for share in (0.35, 0.7):
        column, row = _cell(frame, *drawable[int(share * (len(drawable) - 1))])
        if not canvas.is_marked(column, row):
            canvas.mark(column, row, sign, role)


def _fill(canvas: Canvas, frame: Frame, band: Band, role: Role) -> None:
    """Every fourth dot between the edges of a band, in a lighter weight than the curves."""
    edges = [
        (_dot(canvas, frame, x, low), _dot(canvas, frame, x, high))
        for x, low, high in band
        if _drawable(frame, x, low) and _drawable(frame, x, high)
    ]
    for ((left, low), (_, high)), ((right, next_low), (_, next_high)) in zip(edges, edges[1:], strict=False):
        for x in range(left, right + 1):
            share = (x - left) / max(right - left, 1)
            top, bottom = high + share * (next_high - high), low + share * (next_low - low)
            for y in range(round(min(top, bottom)), round(max(top, bottom)) + 1):
                if (x + y) % 4 == 0 and x % 2 == 0:
                    canvas.dot(x, y, role, weight=1)


def _counted(values: Sequence[float], low: float, high: float, bins: int) -> list[int]:
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) / (high - low) * bins), bins - 1)] += 1
    return counts


def _columns(frame: Frame, counts: list[int], role: Role) -> list[Row]:
    """Filled columns, each an equal share of the frame's cells, in eighths of a cell."""
    bin_of = [min(column * len(counts) // frame.inner, len(counts) - 1) for column in range(frame.inner)]
    span = frame.y.high - frame.y.low
    eighths = [round((counts[index] - frame.y.low) / span * frame.height * 8) for index in bin_of]
    return [
        tidy([Run("".join(_eighth(high - 8 * (frame.height - 1 - row)) for high in eighths), role)])
        for row in range(frame.height)
    ]


def _eighth(filled: int) -> str:
    return " ▁▂▃▄▅▆▇█"[max(0, min(filled, 8))]


def _outline(canvas: Canvas, frame: Frame, counts: list[int], low: float, high: float, index: int) -> None:
    step = (high - low) / len(counts)
    corners = [(low, 0.0)]
    for number, count in enumerate(counts):
        corners += [(low + number * step, float(count)), (low + (number + 1) * step, float(count))]
    _curve(canvas, frame, [*corners, (high, 0.0)], series_role(index))
    tallest = max(range(len(counts)), key=counts.__getitem__)
    column, row = _cell(frame, low + (tallest + 0.5) * step, counts[tallest])
    canvas.mark(column, row, series_sign(index), series_role(index))


def _bar_rows(rows: list[tuple[str, float]], high: float, low: float, columns: int) -> list[Row]:
    labels = [brief(value) for _, value in rows]
    name_cells = min(max(width(name) for name, _ in rows), max(columns // 3, 1))
    label_cells = max(map(width, labels))
    room = max(columns - name_cells - label_cells - 2, 1)
    span = (high - low) or 1.0
    zero = round(-low / span * room)
    drawn: list[Row] = []
    for (name, value), label in zip(rows, labels, strict=True):
        drawn.append(
            tidy(
                [
                    Run(pad(clip(name, name_cells), name_cells) + " "),
                    Run(pad(_bar(value, span, room, zero), room), "series0" if not value < 0 else "series1"),
                    Run(" " + pad(label, label_cells, "right"), "number"),
                ]
            )
        )
    return drawn


def _bar(value: float, span: float, room: int, zero: int) -> str:
    if not shown(value) or value == 0:
        return ""
    if value < 0:
        cells = min(max(round(-value / span * room), 1), zero) if zero else 0
        return " " * (zero - cells) + "█" * cells
    eighths = min(max(round(value / span * room * 8), 1), (room - zero) * 8)
    return " " * zero + "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
