"""Formulas set in cells: in two dimensions for display, in one row for running text."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from lhystudy.draw.boxes import Box, beside, bracket, line_box, need_blank, squared, stacked, with_scripts, word
from lhystudy.draw.breaking import broken
from lhystudy.draw.cells import Block, Row, Run
from lhystudy.draw.latex import read
from lhystudy.draw.linear import composed, is_atom, linear, primes_first, script_of, takes_bounds
from lhystudy.draw.pieces import LatexError
from lhystudy.draw.tree import (
    Accent,
    Boxed,
    Braced,
    Fence,
    Fraction,
    Node,
    Root,
    Scripts,
    Sequence,
    Space,
    Stack,
    Symbol,
    Table,
    items_of,
    spaced,
)
from lhystudy.draw.width import Align, character_width, printable, text_of, tidy
from lhystudy.draw.wrap import wrap

Style = Literal["display", "text"]  # in fractions and matrices bounds stand beside their operator where they can


@lru_cache(maxsize=2048)
def formula(latex: str, width: int | None = None) -> Block:
    """The formula in two dimensions, at most `width` cells wide: broken at relations, then at + and −.

    LaTeX that cannot be read is shown as it stands, in the role "bad".
    """
    try:
        node = read(latex)
        box = set_node(node)
    except (LatexError, RecursionError):
        return Block(tuple(wrap((Run(printable(latex), "bad"),), width or 10_000)))
    if width is None or box.columns <= width:
        return box.block()
    lines = broken(node, width, set_node)
    if lines is not None:
        return lines.block()
    return Block(tuple(wrap(linear(node), width)))


@lru_cache(maxsize=4096)
def inline(latex: str) -> Row:
    """The formula in one row, with brackets where a slash or an index would be ambiguous without.

    LaTeX that cannot be read is shown as it stands, in the role "bad".
    """
    try:
        return linear(read(latex))
    except (LatexError, RecursionError):
        return (Run(printable(latex), "bad"),)


def set_node(node: Node, style: Style = "display") -> Box:
    """The box of a part of a formula."""
    match node:
        case Symbol():
            return word(node.text, node.role)
        case Space():
            return word(" " * node.cells)
        case Sequence():
            laid = spaced(node.items)
            return beside([set_node(item, style) for _, item, _ in laid], [blanks for blanks, _, _ in laid])
        case Fraction():
            return _fraction(node)
        case Root():
            return _root(node, style)
        case Scripts():
            return _scripts(node, style)
        case Fence():
            body = set_node(node.body, style)
            return beside([bracket(node.left, body), body, bracket(node.right, body)])
        case Accent():
            return _accent(node, style)
        case Braced():
            return _braced(node, style)
        case Stack():
            return _stack(set_node(node.base, style), node.over, node.under)
        case Table():
            return _table(node, style)
        case Boxed():
            return _boxed(set_node(node.body, style))


def _fraction(node: Fraction) -> Box:
    top, bottom = set_node(node.top, "text"), set_node(node.bottom, "text")
    columns = max(top.columns, bottom.columns)
    if not node.bar:
        return stacked([top, word(" " * columns), bottom], on_line=1)
    return stacked([top, word("─" * (columns + 2), "operator"), bottom], on_line=1)


def _root(node: Root, style: Style) -> Box:
    if node.degree is None and is_atom(node.body) and not isinstance(node.body, Fence):
        return line_box(linear(node))
    body = set_node(node.body, style)
    if len(body.rows) == 1:
        sign = word("√", "operator")
        bar = beside([word(" "), word("_" * body.columns, "operator")])
        rooted = stacked([bar, beside([sign, body])], on_line=1, align="left")
        rooted = Box(rooted.rows, rooted.columns, 1, (1, 1))
    else:
        height = len(body.rows)
        column = tuple((Run("╲│" if row == height - 1 else " │", "operator"),) for row in range(height))
        side = Box(column, 2, body.baseline, (0, height - 1))
        bar = word(" ┌" + "─" * body.columns, "operator")
        rooted = stacked([bar, beside([side, body])], on_line=1, align="left")
    if node.degree is None:
        return rooted
    degree = script_of(node.degree, high=True) or linear(node.degree, tight=True)
    return beside([line_box(degree), rooted])


def _scripts(node: Scripts, style: Style) -> Box:
    base = node.base
    small_sub = script_of(node.sub, high=False) if node.sub else None
    small_sup = script_of(node.sup, high=True) if node.sup else None
    box = set_node(base, style)
    if takes_bounds(base):
        fits = (node.sub is None or small_sub is not None) and (node.sup is None or small_sup is not None)
        if style == "display" or not fits:
            return _stack(box, node.sup, node.sub)
    sub = _script_box(node.sub) if node.sub and small_sub is None else None
    sup = _script_box(node.sup) if node.sup and small_sup is None else None
    if small_sub is not None and small_sup is not None and not box.is_tall:
        small_sub, small_sup = tuple(primes_first(list(small_sub), list(small_sup))), None
    return with_scripts(box, sub, sup, small_sub, small_sup)


def _script_box(node: Node) -> Box:
    """A script or a bound, normal characters in one row, or the rows of a \\substack."""
    return set_node(node, "text") if isinstance(node, Table) else line_box(linear(node, tight=True))


def _stack(base: Box, over: Node | None, under: Node | None) -> Box:
    boxes = [_script_box(over)] if over else []
    boxes.append(base)
    if under:
        boxes.append(_script_box(under))
    return stacked(boxes, on_line=1 if over else 0)


def _accent(node: Accent, style: Style) -> Box:
    body = node.body
    if isinstance(body, Scripts) and isinstance(body.base, Symbol) and composed(body.base.text, node.mark):
        return set_node(Scripts(Accent(body.base, node.mark), body.sub, body.sup), style)
    box = set_node(body, style)
    if len(box.rows) == 1 and (one := composed(text_of(box.rows[0]), node.mark)):
        return word(one, box.rows[0][0].role)
    signs = {"hat": "^", "tilde": "~", "dot": "˙", "ddot": "¨"}
    if node.mark == "underline":
        below = stacked([box, word("‾" * box.columns, "operator")], on_line=0)
        return Box(below.rows, below.columns, below.baseline, box.core)
    lines = {"bar": "_" * box.columns, "vec": "─" * (box.columns - 1) + "→"}
    marked = stacked([word(lines.get(node.mark) or signs[node.mark], "operator"), box], on_line=1)
    return Box(marked.rows, marked.columns, marked.baseline, (box.core[0] + 1, box.core[1] + 1))


def _braced(node: Braced, style: Style) -> Box:
    body = set_node(node.body, style)
    columns = max(body.columns, 3)
    middle = (columns - 3) // 2
    left, joint, right = "╭┴╮" if node.over else "╰┬╯"
    brace = word(left + "─" * middle + joint + "─" * (columns - 3 - middle) + right, "bracket")
    label = [_script_box(node.label)] if node.label else []
    boxes = [*label, brace, body] if node.over else [body, brace, *label]
    place = len(boxes) - 1 if node.over else 0
    box = stacked(boxes, on_line=place)
    first = box.baseline - body.baseline
    return Box(box.rows, box.columns, box.baseline, (first + body.core[0], first + body.core[1]))


def _boxed(body: Box) -> Box:
    edge = "─" * (body.columns + 2)
    sides = tuple((Run("│ ", "rule"), *row, Run(" │", "rule")) for row in body.rows)
    framed = Box(sides, body.columns + 4, body.baseline, body.core)
    return stacked([word(f"╭{edge}╮", "rule"), framed, word(f"╰{edge}╯", "rule")], on_line=1)


def cell_of(node: Node, style: str, column: int) -> Node:
    """The formula of a table's cell; behind an & of aligned lines an operator has something on its left."""
    return Sequence((Symbol(""), *items_of(node))) if style == "aligned" and column else node


def _table(node: Table, style: Style) -> Box:
    inner: Style = style if node.style in ("aligned", "plain") else "text"
    if node.style == "tight":
        return stacked([line_box(linear(row[0], tight=True)) for row in node.rows], on_line=0)
    cells = [[set_node(cell_of(cell, node.style, place), inner) for place, cell in enumerate(row)] for row in node.rows]
    across = range(len(node.columns))
    widths = [max(row[place].columns for row in cells) for place in across]
    sides = [_side(node, place) for place in across]
    gaps = [_column_gap(node, place) for place in across]
    rows = []
    for row in cells:
        filled = [squared(box, widths[place], sides[place]) for place, box in enumerate(row)]
        rows.append(beside(filled, gaps))
    table = stacked(rows, on_line=0, align="left", blank_rows=_blank_rows(node, rows))
    table = _ruled(table, node, widths, gaps)
    if node.style == "plain":
        return table
    height = len(table.rows)
    return Box(table.rows, table.columns, (height - 1) // 2 if height > 1 else table.baseline, (0, height - 1))


def _side(node: Table, place: int) -> Align:
    if node.style == "matrix" and len(node.rows) > 1 and all(_is_number(row[place]) for row in node.rows):
        return "right"
    sides: dict[str, Align] = {"l": "left", "r": "right", "c": "centre"}
    return sides[node.columns[place]]


def _is_number(node: Node) -> bool:
    return all(isinstance(item, Symbol) and (item.role == "number" or item.text in "+−") for item in items_of(node))


def _column_gap(node: Table, place: int) -> int:
    if place == 0:
        return 0
    if node.style == "aligned":
        return 0 if place % 2 else 3
    return 3 if place in node.rules or node.style == "cases" else 2


def _blank_rows(node: Table, rows: list[Box]) -> list[int]:
    """A blank row around tall ones, and where it puts the middle of a brace or of two rows onto the line."""
    even = (node.style == "cases" and len(rows) % 2 == 0) or (node.style == "matrix" and len(rows) == 2)
    return [int(index > 0 and (even or need_blank(rows[index - 1], row))) for index, row in enumerate(rows)]


def _ruled(table: Box, node: Table, widths: list[int], gaps: list[int]) -> Box:
    """The table with its upright lines in the gaps."""
    rows = [list(text_cells(row)) for row in table.rows]
    for place in node.rules:
        if 0 < place < len(widths):
            at = sum(widths[:place]) + sum(gaps[: place + 1]) - 2
            for row in rows:
                row[at] = Run("│", "rule")
    return Box(tuple(tidy(row) for row in rows), table.columns, table.baseline, table.core) if node.rules else table


def text_cells(row: Row) -> list[Run]:
    """The row as one run a cell: a wide character is followed by an empty run, marks stay with their base."""
    cells: list[Run] = []
    for run in row:
        for sign in run.text:
            wide = character_width(sign)
            if wide == 0 and cells:
                cells[-1] = Run(cells[-1].text + sign, cells[-1].role)
            else:
                cells += [Run(sign, run.role), *([Run("")] * (wide - 1))]
    return cells
