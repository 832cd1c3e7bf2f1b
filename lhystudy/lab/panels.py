"""A run drawn by matplotlib: a panel for each chart and figure, a strip for each claim that several seeds measured."""

from __future__ import annotations

import io
import logging
import math
import textwrap
import unicodedata
import warnings
from collections.abc import Sequence
from typing import Any

from lhystudy.lab.events import ClaimResult, Figure
from lhystudy.lab.record import Chart, Record
from lhystudy.words import say

FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)  # fmt: skip
# Okabe and Ito's colours, told apart by colour-blind readers.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7f6a00", "#555555")
VERDICTS = {True: ("✓", "#00704f"), False: ("✗", "#b4321a"), None: ("?", "#8a6d00")}
PANEL, STRIP, WIDE = 3.3, 1.55, 6.2  # inches: height of a chart, of a claim, width of either
MOST_LABELS = 12  # along an axis of a heat map
MOST_NUMBERS = 100  # cells of a heat map that show their number
DECADES = 3  # from this many on an upright axis of positive values is logarithmic


def set_up() -> None:
    """Tells matplotlib how everything here looks."""
    import matplotlib
    from cycler import cycler

    matplotlib.use("Agg")
    warnings.filterwarnings("ignore")  # of glyphs that no installed font has
    logging.getLogger("matplotlib.font_manager").setLevel(logging.CRITICAL)
    matplotlib.rcParams.update(
        {
            "font.family": list(FONTS), "font.size": 10, "axes.titlesize": 11, "axes.titlelocation": "left",
            "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#888888",
            "axes.grid": True, "grid.color": "#e4e4e4", "axes.axisbelow": True, "axes.labelcolor": "#444444",
            "xtick.color": "#555555", "ytick.color": "#555555", "legend.frameon": False, "legend.fontsize": 9,
            "axes.prop_cycle": cycler(color=COLOURS), "axes.formatter.useoffset": False,
            "axes.formatter.limits": (-4, 5), "axes.formatter.use_mathtext": True,
            "svg.hashsalt": "lhystudy", "svg.fonttype": "none", "axes.unicode_minus": True,
        }
    )  # fmt: skip


def drawn(record: Record, kind: str, *, heading: str = "", claims_only_charts: bool = False) -> bytes:
    """The picture of a run as PNG or SVG; with `claims_only_charts` without the figures."""
    from matplotlib.figure import Figure as Canvas
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figures = [] if claims_only_charts else record.figures
    strips = [claim for claim in record.claims if len(claim.values) > 1]
    panels = len(record.charts) + len(figures)
    heights = [STRIP] * math.ceil(len(strips) / 2) + [PANEL] * math.ceil(panels / 2)
    columns = 2 if max(panels, len(strips)) > 1 else 1
    if columns == 1:
        heights = [STRIP] * len(strips) + [PANEL] * panels
    heights = heights or [STRIP]
    canvas = Canvas(
        figsize=(WIDE * columns, sum(heights) + (0.5 if heading else 0.1)),
        layout=ConstrainedLayoutEngine(h_pad=0.09, w_pad=0.09),
    )
    if heading:
        canvas.suptitle(heading, x=0.01, ha="left", fontsize=13, fontweight="bold")
    axes = canvas.subplots(len(heights), columns, squeeze=False, height_ratios=heights).flatten().tolist()
    upper = columns * sum(height == STRIP for height in heights) if strips or not panels else 0
    for claim, axis in zip(strips, axes[:upper], strict=False):
        _draw_claim(claim, axis)
    for (title, chart), axis in zip(record.charts.items(), axes[upper:], strict=False):
        _draw_chart(title, chart, axis)
    for figure, axis in zip(figures, axes[upper + len(record.charts) :], strict=False):
        _draw_figure(figure, canvas, axis)
    for axis in [*axes[len(strips) : upper], *axes[upper + panels :]]:
        axis.set_visible(False)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return buffer.getvalue()


def _wrapped(text: str, columns: int = 72) -> str:
    """The text in lines of at most `columns` cells; Chinese breaks between any two characters."""
    if all(unicodedata.east_asian_width(sign) not in "WF" for sign in text):
        return textwrap.fill(text, columns)
    lines, room = [""], columns
    for sign in text:
        cells = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if room < cells and sign not in "，。；：、）":
            lines, room = [*lines, ""], columns
        lines[-1] += sign
        room -= cells
    return "\n".join(lines)


def _draw_claim(claim: ClaimResult, axis: Any) -> None:
    """The values of the seeds, their mean with its interval, and the side of the threshold where the claim holds."""
    sign, colour = VERDICTS[claim.holds]
    axis.set_title(_wrapped(f"{sign} {claim.text}"), color=colour, fontsize=10)
    values = [value for value in claim.values if value is not None and math.isfinite(value)]
    rows = [0.35 + 0.5 * (place % 5) / 4 for place in range(len(values))]
    axis.plot(values, rows, linestyle="", marker="o", markersize=5, color=COLOURS[0], alpha=0.55, markeredgewidth=0)
    if claim.ci is not None:
        axis.plot(claim.ci, [0.12, 0.12], color="#222222", linewidth=2.2, solid_capstyle="butt")
    if claim.measured is not None:
        axis.plot([claim.measured], [0.12], marker="D", color="#222222", markersize=6)
    low, high = _room([*values, *(claim.ci or ()), claim.threshold], axis)
    axis.axvline(claim.threshold, color="#d55e00", linestyle=(0, (4, 2)), linewidth=1.4)
    above = claim.compare in (">", ">=")
    axis.axvspan(claim.threshold if above else low, high if above else claim.threshold, color="#009e73", alpha=0.08)
    axis.set_xlim(low, high)
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.grid(visible=False)
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(f"{say('holds where', '成立的一侧：')} {claim.compare} {claim.threshold:g}", fontsize=9)


def _room(values: Sequence[float], axis: Any) -> tuple[float, float]:
    """The edges of a lying axis with a margin around the values; it is logarithmic where they span many decades."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= 10**DECADES:
        axis.set_xscale("log")
        margin = (high / low) ** 0.06
        return low / margin, high * margin
    spread = 0.06 * ((high - low) or abs(high) or 1.0)
    return low - spread, high + spread


def _draw_chart(title: str, chart: Chart, axis: Any) -> None:
    for name, curve in chart.curves.items():
        marker = "o" if len(curve) == 1 else ""
        (line,) = axis.plot([x for x, _ in curve], [y for _, y in curve], marker=marker, linewidth=1.6, label=name)
        band = chart.bands.get(name)
        if band:
            low, high = [edge for _, edge, _ in band], [edge for _, _, edge in band]
            axis.fill_between([x for x, _, _ in band], low, high, color=line.get_color(), alpha=0.18, linewidth=0)
    edges = [edge for band in chart.bands.values() for _, low, high in band for edge in (low, high)]
    _scale([y for curve in chart.curves.values() for _, y in curve] + edges, axis)
    axis.set_title(_wrapped(title))
    _legend(axis, len(chart.curves))


def _scale(values: Sequence[float], axis: Any) -> None:
    """A logarithmic upright axis where positive values span many decades, as on the terminal."""
    finite = [value for value in values if math.isfinite(value)]
    if finite and min(finite) > 0 and max(finite) / min(finite) >= 10**DECADES:
        axis.set_yscale("log")


def _legend(axis: Any, entries: int, beside: bool = False) -> None:
    """The names of the series: in the panel while they are few, beside it when they would cover it."""
    if entries > 4 or (beside and entries > 1):
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8)
    elif entries > 0:
        axis.legend()


def _draw_figure(figure: Figure, canvas: Any, axis: Any) -> None:
    """The panel of a figure; data that does not fit its kind leaves a sentence in its place, as on the terminal."""
    axis.set_title(_wrapped(figure.title))
    try:
        _draw_kind(figure, canvas, axis)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        axis.clear()
        axis.set_axis_off()
        axis.set_title(_wrapped(figure.title))
        kind = figure.kind
        axis.text(0, 0.5, say(f"the data of this “{kind}” figure cannot be drawn", f"这幅“{kind}”图的数据画不出来"))


def _draw_kind(figure: Figure, canvas: Any, axis: Any) -> None:
    data = figure.data
    match figure.kind:
        case "heat":
            _draw_heat(data, canvas, axis)
        case "image":
            axis.imshow(data["values"], cmap="gray", vmin=0, vmax=1)
            axis.set_axis_off()
        case "scatter" | "lines":
            _draw_points(figure, axis)
        case "histogram":
            shown = {name: [value for value in each if value is not None] for name, each in data["series"].items()}
            values = [value for each in shown.values() for value in each]
            bins = min(max(math.ceil(2 * len(values) ** (1 / 3)), 1), 60)
            for name, each in shown.items():
                axis.hist(each, bins=bins, range=(min(values), max(values)), alpha=0.6, label=name)
            axis.set_ylabel(say("count", "个数"))
            _legend(axis, len(data["series"]) if len(data["series"]) > 1 else 0)
        case "bars":
            _draw_bars([str(name) for name in data["names"]], data["values"], axis)
    axis.set_xlabel(figure.x_label)
    if figure.y_label:
        axis.set_ylabel(figure.y_label)


def _draw_heat(data: dict[str, Any], canvas: Any, axis: Any) -> None:
    """Shades from zero both ways where values lie on both sides of it; a small table shows its numbers."""
    import numpy as np

    values = np.array([[math.nan if cell is None else cell for cell in row] for row in data["values"]], dtype=float)
    least, most = np.nanmin(values), np.nanmax(values)
    both = least < 0 < most
    edge = max(-least, most)
    limits = (-edge, edge) if both else (least, most)
    shades = axis.imshow(values, cmap="RdBu_r" if both else "viridis", vmin=limits[0], vmax=limits[1], aspect="auto")
    canvas.colorbar(shades, ax=axis, pad=0.02).outline.set_visible(False)
    axis.grid(visible=False)
    _label(data.get("x"), values.shape[1], axis.set_xticks)
    _label(data.get("y"), values.shape[0], axis.set_yticks)
    if values.size <= MOST_NUMBERS and values.shape[1] <= 10:
        for (row, column), value in np.ndenumerate(values):
            dark = abs(value) > 0.6 * edge if both else value < (least + most) / 2
            text = f"{value:.2g}" if math.isfinite(value) else "–"
            axis.text(column, row, text, ha="center", va="center", fontsize=8, color="w" if dark else "k")


def _label(labels: Sequence[Any] | None, cells: int, put: Any) -> None:
    """Names spread evenly over the cells, as many as have room."""
    if not labels:
        return
    step = math.ceil(len(labels) / MOST_LABELS)
    places = [place * cells / len(labels) for place in range(0, len(labels), step)]
    put(places, [f"{label:g}" if isinstance(label, float) else str(label) for label in labels[::step]])


def _draw_points(figure: Figure, axis: Any) -> None:
    series = figure.data["series"]
    many = max((len(points) for points in series.values()), default=0) > 200
    size = 2.5 if many else 5
    marks = {"marker": "o", "linestyle": "", "markersize": size, "alpha": 0.6, "markeredgewidth": 0}
    style: dict[str, Any] = marks if figure.kind == "scatter" else {"linewidth": 1.6}
    for name, points in series.items():
        axis.plot([x for x, _ in points], [y for _, y in points], label=name, **style)
    if figure.kind == "lines":
        _scale([y for points in series.values() for _, y in points if y is not None], axis)
    _legend(axis, len(series) if len(series) > 1 else 0, beside=figure.kind == "scatter")


def _draw_bars(names: list[str], values: Sequence[float], axis: Any) -> None:
    """Upright bars where the names are short, else lying ones."""
    if max(map(len, names), default=0) * len(names) <= 70:
        axis.bar(names, values, color=COLOURS[0], width=0.7)
        axis.grid(visible=False, axis="x")
    else:
        axis.barh(names, values, color=COLOURS[0], height=0.7)
        axis.invert_yaxis()
        axis.grid(visible=False, axis="y")
