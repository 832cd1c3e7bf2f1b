"""A self-contained HTML page of pictures and tables: no script, nothing from outside, light or dark as the reader's."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lhystudy.words import language

STYLE = """
:root{color-scheme:light dark;--rule:#d0d0d0;--dim:#666;--good:#00704f;--bad:#b4321a;--unsure:#8a6d00}
@media(prefers-color-scheme:dark){:root{--rule:#444;--dim:#999;--good:#4cc38a;--bad:#ff8370;--unsure:#e5c07b}}
body{font:16px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:2em auto;
max-width:70em;padding:0 1em}
h1{font-size:1.6em}h2{font-size:1.2em;margin-top:2.2em;border-top:1px solid var(--rule);padding-top:1em}
svg{max-width:100%;height:auto;background:#fff;border-radius:6px;margin:.6em 0}
table{border-collapse:collapse;margin:.6em 0;font-size:.92em}
td,th{padding:.25em .8em .25em 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.s{white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}.unsure{color:var(--unsure)}.dim{color:var(--dim)}
code,pre{font:.9em ui-monospace,"DejaVu Sans Mono",monospace}pre{overflow:auto}
.wide{overflow-x:auto}
"""
SHORT = 12  # characters: a column of such cells is not broken into lines
VERDICTS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("?", "unsure")}


@dataclass(frozen=True)
class Grid:
    """A table. A cell is text, a number, or the verdict (True, False, None) where its head is empty."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""


@dataclass(frozen=True)
class Section:
    """What stands under one heading."""

    heading: str = ""
    notes: Sequence[str] = ()
    tables: Sequence[Grid] = ()
    svg: str = ""
    command: str = ""
    details: dict[str, str] = field(default_factory=dict)  # summary -> preformatted text, folded


def page(title: str, lead: Sequence[str], sections: Sequence[Section]) -> str:
    """The whole document."""
    parts = [f"<h1>{html.escape(title)}</h1>", *(f"<p>{html.escape(line)}</p>" for line in lead)]
    for section in sections:
        parts += _section(section)
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</html>\n"
    )


def _section(section: Section) -> list[str]:
    parts = [f"<h2>{html.escape(section.heading)}</h2>"] if section.heading else []
    parts += [f"<p>{html.escape(note)}</p>" for note in section.notes]
    parts += [part for table in section.tables for part in _table(table)]
    if section.svg:
        parts.append(section.svg[section.svg.index("<svg") :])
    if section.command:
        parts.append(f"<p><code>{html.escape(section.command)}</code></p>")
    for summary, text in section.details.items():
        parts.append(f"<details><summary>{html.escape(summary)}</summary><pre>{html.escape(text)}</pre></details>")
    return parts


def _table(table: Grid) -> list[str]:
    numeric = [
        bool(table.rows) and all(_is_number(row[place]) for row in table.rows if place < len(row))
        for place in range(len(table.heads))
    ]
    short = [
        all(len(str(row[place])) <= SHORT for row in table.rows if place < len(row))
        for place in range(len(table.heads))
    ]
    mark = [
        ' class="n"' if right else ' class="s"' if brief else "" for right, brief in zip(numeric, short, strict=True)
    ]
    head = "".join(f"<th{mark[place]}>{html.escape(name)}</th>" for place, name in enumerate(table.heads))
    rows = [
        "".join(
            _verdict(cell) if not table.heads[place] and (cell is None or isinstance(cell, bool))
            else f"<td{mark[place]}>{_cell(cell)}</td>"
            for place, cell in enumerate(row[: len(table.heads)])
        )
        for row in table.rows
    ]  # fmt: skip
    title = [f"<h3>{html.escape(table.title)}</h3>"] if table.title else []
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return [*title, f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>']


def _is_number(cell: Any) -> bool:
    return cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool))


def _verdict(holds: bool | None) -> str:
    sign, role = VERDICTS[holds]
    return f'<td class="{role}">{sign}</td>'


def _cell(cell: Any) -> str:
    return html.escape(f"{cell:.4g}" if isinstance(cell, float) else "–" if cell is None else str(cell))
