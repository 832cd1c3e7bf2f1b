"""Rows of cells as an SVG picture in which every character has its width of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.sax.saxutils import escape

from lhystudy.draw.cells import Role, Row
from lhystudy.draw.glyphs import shape
from lhystudy.draw.width import character_width, printable

FONT_SIZE = 14.0
CELL, LINE = FONT_SIZE * 0.602, FONT_SIZE * 1.3  # the advance of DejaVu Sans Mono and Menlo; the height of a row
_MARGIN = 14.0
_FAMILIES = (
    "'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono', 'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', "
    "'PingFang SC', 'Microsoft YaHei', monospace"
)

Styled = tuple[str, str, str, bool]  # text, its colour, the colour behind it ("" for none), whether it is bold


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb: of plain text, of the ground, of the roles; `bold` names the roles set in bold."""

    foreground: str
    background: str
    colours: Mapping[Role, str]
    bold: frozenset[Role] = frozenset({"strong", "heading"})


# Okabe and Ito's colours, told apart by colour-blind readers, lightened for a dark ground.
DARK = Theme(
    foreground="#d8dee9",
    background="#161b22",
    colours=MappingProxyType(
        {
            "number": "#d8dee9", "function": "#8ecae6", "operator": "#c9d1d9", "bracket": "#9aa5b1", "text": "#c9d1d9",
            "emphasis": "#f2cc8f", "code": "#8ecae6", "heading": "#f0f6fc", "quote": "#9aa5b1", "bullet": "#8ecae6",
            "rule": "#57606a", "dim": "#8b949e", "link": "#8ecae6", "term": "#f2cc8f", "good": "#5fd38d",
            "bad": "#ff8370", "unsure": "#f2cc8f", "due": "#d2a8ff", "accent": "#8ecae6", "keyword": "#d2a8ff",
            "string": "#a5d6a7", "comment": "#8b949e", "series0": "#56b4e9", "series1": "#e69f00",
            "series2": "#2bbf8e", "series3": "#e28fc0", "series4": "#f0e442", "series5": "#ff7f50",
            "series6": "#a5b4fc", "series7": "#c9d1d9",
        }
    ),
)  # fmt: skip


def svg(rows: Sequence[Row], columns: int, theme: Theme = DARK) -> str:
    """The rows as an SVG document, `columns` cells wide; what goes beyond is left out."""
    styled = [
        [(run.text, theme.colours.get(run.role, theme.foreground), "", run.role in theme.bold) for run in row]
        for row in rows
    ]
    return svg_from_styled(styled, columns, foreground=theme.foreground, background=theme.background)


def svg_from_styled(
    rows: Sequence[Iterable[Styled]],
    columns: int,
    *,
    foreground: str = DARK.foreground,
    background: str = DARK.background,
) -> str:
    """A screen as an SVG document: each Chinese character in the middle of its two cells, whatever the fonts."""
    wide, high = columns * CELL + 2 * _MARGIN, len(rows) * LINE + 2 * _MARGIN
    drawn = "\n".join("".join(_row(row, columns, _MARGIN + index * LINE, foreground)) for index, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.1f} {high:.1f}" width="{wide:.0f}"'
        f' height="{high:.0f}" font-family="{_FAMILIES}" font-size="{FONT_SIZE:g}" xml:space="preserve">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{background}"/>\n{drawn}\n</svg>\n'
    )


def _row(row: Iterable[Styled], columns: int, top: float, foreground: str) -> list[str]:
    behind: list[str] = []
    parts: list[str] = []
    column = 0
    for text, colour, ground, bold in row:
        for piece, cells in _pieces(printable(text)):
            cells = min(cells, columns - column) if cells == len(piece) else cells
            if cells <= 0 or column + cells > columns:
                break
            x = _MARGIN + column * CELL
            if ground:
                behind.append(
                    f'<rect x="{x:.2f}" y="{top:.2f}" width="{cells * CELL + 0.3:.2f}" height="{LINE + 0.3:.2f}" '
                    f'fill="{ground}"/>'
                )
            if piece.strip():
                parts.append(
                    _piece(piece[:cells] if piece.isascii() else piece, cells, x, top, colour or foreground, bold)
                )
            column += cells
    return [*behind, *parts]


def _pieces(text: str) -> list[tuple[str, int]]:
    """Stretches of ASCII, and every other character with its marks by itself, each with its cells."""
    pieces: list[tuple[str, int]] = []
    for sign in text:
        cells = character_width(sign)
        if pieces and (cells == 0 or (sign.isascii() and pieces[-1][0].isascii())):
            pieces[-1] = (pieces[-1][0] + sign, pieces[-1][1] + cells)
        else:
            pieces.append((sign, cells))
    return pieces


def _piece(piece: str, cells: int, x: float, top: float, colour: str, bold: bool) -> str:
    drawn = shape(piece, x, top, CELL, LINE, colour) if len(piece) == 1 else None
    if drawn is not None:
        return drawn
    weight = ' font-weight="bold"' if bold else ""
    base = top + LINE * 0.74
    if piece.isascii():
        kept = piece.rstrip()
        start = len(kept) - len(kept.lstrip())
        length = (len(kept) - start) * CELL
        return (
            f'<text x="{x + start * CELL:.2f}" y="{base:.2f}" textLength="{length:.2f}" fill="{colour}"{weight}>'
            f"{escape(kept[start:])}</text>"
        )
    middle = x + cells * CELL / 2
    return f'<text x="{middle:.2f}" y="{base:.2f}" text-anchor="middle" fill="{colour}"{weight}>{escape(piece)}</text>'
