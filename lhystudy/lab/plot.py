"""A run as a picture file: PNG, SVG or one self-contained HTML page, drawn by matplotlib in a child process."""

from __future__ import annotations

import html
import io
import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any

from lhystudy.child import Child
from lhystudy.errors import StudyError
from lhystudy.lab.events import ClaimResult, Event, Figure, from_json, to_json, to_line
from lhystudy.lab.record import Chart, Record
from lhystudy.words import language, say, set_language

SUFFIXES = (".png", ".svg", ".html")
SECONDS = 120.0
FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei")
SIGNS = {True: "✓", False: "✗", None: "?"}


def check_target(file: Path) -> None:
    """Raises StudyError when no picture can be written there."""
    if file.suffix.lower() not in SUFFIXES:
        raise StudyError(
            say(f"{file.name} is no kind of picture that can be drawn", f"画不出 {file.name} 这种文件"),
            hint=say("end its name in ", "文件名应以下列之一结尾：") + ", ".join(SUFFIXES),
        )
    if file.is_dir():
        raise StudyError(say(f"{file} is a folder", f"{file} 是文件夹"))
    if not file.absolute().parent.is_dir():
        raise StudyError(say(f"there is no folder {file.parent}", f"没有文件夹 {file.parent}"))


def write_picture(events: list[Event], file: Path) -> None:
    """Draws the run to the file. Raises StudyError when that fails."""
    check_target(file)
    documents = [json.loads(to_line(event, 0.0)) for event in events]  # numbers that JSON lacks become null
    with Child("lhystudy.lab.plot") as child:
        answer = child.ask({"file": str(file.absolute()), "language": language(), "events": documents}, SECONDS)
    if "fault" in answer:
        raise StudyError(
            say("the picture could not be written: ", "图没有写成：") + str(answer["fault"]), where=str(file)
        )


def main() -> None:
    """Draws what the request on standard input asks for."""
    request = json.loads(sys.stdin.readline())
    set_language(request["language"])
    record = Record()
    for document in request["events"]:
        record.take(from_json(document))
    try:
        draw(record, Path(request["file"]))
    except Exception as error:
        print(json.dumps({"fault": " ".join(str(error).split()) or type(error).__name__}), flush=True)
        return
    print(json.dumps({"file": request["file"]}), flush=True)


def draw(record: Record, file: Path) -> None:
    """Writes the picture; the file appears whole or not at all."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["font.family"] = list(FONTS)
    matplotlib.rcParams["svg.hashsalt"] = "lhystudy"
    warnings.filterwarnings("ignore")  # of glyphs that no installed font has
    import logging

    logging.getLogger("matplotlib.font_manager").setLevel(logging.CRITICAL)
    picture = _figure(record)
    kind = "svg" if file.suffix.lower() == ".html" else file.suffix.lower()[1:]
    buffer = io.BytesIO()
    picture.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    content = buffer.getvalue()
    if file.suffix.lower() == ".html":
        content = page(record, content.decode()).encode()
    whole = file.with_name(file.name + ".part")
    whole.write_bytes(content)
    whole.replace(file)


def _figure(record: Record) -> Any:
    from matplotlib.figure import Figure as Canvas

    panels = len(record.charts) + len(record.figures)
    columns = min(2, max(panels, 1))
    lines = math.ceil(max(panels, 1) / columns)
    canvas = Canvas(figsize=(6.4 * columns, 3.6 * lines + 0.5), layout="constrained")
    canvas.suptitle(_heading(record))
    axes = canvas.subplots(lines, columns, squeeze=False).flatten().tolist()
    for (title, chart), axis in zip(record.charts.items(), axes, strict=False):
        _draw_chart(title, chart, axis)
    for figure, axis in zip(record.figures, axes[len(record.charts) :], strict=False):
        _draw_figure(figure, axis)
    for axis in axes[panels:]:
        axis.set_visible(False)
    return canvas


def _heading(record: Record) -> str:
    start = record.start
    if start is None:
        return ""
    seeds = f"{len(start.seeds)} seeds" if len(start.seeds) > 1 else f"seed {start.seeds[0]}"
    return f"{start.name} · {seeds} · {start.device}"


def _draw_chart(title: str, chart: Chart, axis: Any) -> None:
    for name, curve in chart.curves.items():
        (line,) = axis.plot([x for x, _ in curve], [y for _, y in curve], label=name)
        band = chart.bands.get(name)
        if band:
            low, high = [edge for _, edge, _ in band], [edge for _, _, edge in band]
            axis.fill_between([x for x, _, _ in band], low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    axis.set_title(title)
    axis.grid(alpha=0.3)
    axis.legend(fontsize="small")


def _draw_figure(figure: Figure, axis: Any) -> None:
    data = figure.data
    match figure.kind:
        case "heat" | "image":
            axis.imshow(data["values"], cmap="gray" if figure.kind == "image" else "viridis", aspect="auto")
            for labels, put in ((data.get("x"), axis.set_xticks), (data.get("y"), axis.set_yticks)):
                if labels:
                    put(range(len(labels)), [str(label) for label in labels])
        case "scatter" | "lines":
            for name, points in data["series"].items():
                style = {"marker": ".", "linestyle": ""} if figure.kind == "scatter" else {}
                axis.plot([x for x, _ in points], [y for _, y in points], label=name, **style)
            axis.legend(fontsize="small")
        case "histogram":
            for name, values in data["series"].items():
                axis.hist(values, bins=30, alpha=0.6, label=name)
            axis.legend(fontsize="small")
        case "bars":
            axis.bar([str(name) for name in data["names"]], data["values"])
            axis.tick_params("x", rotation=20)
    axis.set_title(figure.title)
    axis.set_xlabel(figure.x_label)
    axis.set_ylabel(figure.y_label)


def page(record: Record, svg: str) -> str:
    """One HTML page with the picture inside, the tables and the claims; it needs nothing from outside."""
    parts = [f"<h1>{html.escape(_heading(record))}</h1>", svg[svg.index("<svg") :]]
    for table in record.tables:
        head = "".join(f"<th>{html.escape(column)}</th>" for column in table.columns)
        rows = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
        parts.append(f"<h2>{html.escape(table.title)}</h2><table><tr>{head}</tr>{rows}</table>")
    if record.claims:
        items = "".join(f"<li>{_claim(claim)}</li>" for claim in record.claims)
        parts.append(f"<h2>{say('Claims', '论断')}</h2><ul>{items}</ul>")
    if record.start is not None:
        told = json.dumps(to_json(record.start, 0.0), ensure_ascii=False, indent=1)
        parts.append(
            f"<details><summary>{say('How it was run', '运行方式')}</summary><pre>{html.escape(told)}</pre></details>"
        )
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
        "svg{max-width:100%;height:auto}"
        "table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ccc;text-align:left}"
        "ul{list-style:none;padding:0}"
    )
    title = html.escape(record.start.name if record.start else "lhystudy")
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{style}</style>\n" + "\n".join(parts) + "\n</html>\n"
    )


def _cell(cell: Any) -> str:
    return html.escape(f"{cell:.4g}" if isinstance(cell, float) else "" if cell is None else str(cell))


def _claim(claim: ClaimResult) -> str:
    text = f"{SIGNS[claim.holds]} {claim.text}"
    if claim.measured is not None:
        text += f": {claim.measured:.4g}, {say('threshold', '阈值')} {claim.compare} {claim.threshold:g}"
    if claim.ci is not None:
        text += f" [{claim.ci[0]:.4g}, {claim.ci[1]:.4g}]"
    return html.escape(f"{text} ({claim.note})" if claim.note else text)


if __name__ == "__main__":
    main()
