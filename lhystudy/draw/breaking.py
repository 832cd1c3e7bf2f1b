"""Formulas that are wider than the screen, broken into lines."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Sized
from dataclasses import dataclass

from lhystudy.draw.boxes import Box, beside, need_blank, squared, stacked, word
from lhystudy.draw.tree import Fence, Kind, Node, Sequence, Space, Symbol, Table, items_of, spaced

Setter = Callable[[Node], Box]
CLAUSE = 2  # blanks from which on a space (\\quad) parts two formulas
INDENT = 4  # cells of a continuation line where aligning it would leave too little room


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing of a line, with the blanks before it."""

    blanks: int
    box: Box
    kind: Kind


def broken(node: Node, cells: int, set_node: Setter) -> Box | None:
    """The formula in lines of at most `cells`: before relations, else before + and −, else between factors.

    Continuation lines are aligned with the first relation or indented. None where a part alone is too wide.
    """
    if isinstance(node, Table) and node.style in ("aligned", "plain"):
        return _table(node, cells, set_node)
    lines: list[Box] = []
    for clause in _clauses(items_of(node)):
        found = _lines(_opened(clause, cells, set_node), cells, set_node)
        if found is None:
            return None
        lines += found
    return _paragraph(lines)


def _clauses(items: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """Formulas that stand in one line with wide blanks between them; each goes on lines of its own."""
    clauses: list[list[Node]] = [[]]
    for item in items:
        if isinstance(item, Space) and item.cells >= CLAUSE:
            clauses.append([])
        else:
            clauses[-1].append(item)
    return [tuple(clause) for clause in clauses if clause]


def _opened(items: tuple[Node, ...], cells: int, set_node: Setter) -> tuple[Node, ...]:
    """The items, with plain brackets around something too wide for a line taken as signs, so that it can be broken."""
    found: list[Node] = []
    for item in items:
        box = set_node(item)
        inside = items_of(item.body) if isinstance(item, Fence) else ()
        if isinstance(item, Fence) and box.columns > cells - 2 * INDENT and not box.is_tall and len(inside) > 1:
            found.append(Symbol(item.left, "open", "bracket"))
            found += _opened(inside, cells, set_node)
            found.append(Symbol(item.right, "close", "bracket"))
        else:
            found.append(item)
    return tuple(found)


def _lines(items: tuple[Node, ...], cells: int, set_node: Setter) -> list[Box] | None:
    parts = [_Part(blanks, set_node(item), kind) for blanks, item, kind in spaced(items)]
    indent = _relation_column(parts)
    if indent is None or indent > cells // 3:
        indent = INDENT if indent != 0 else 0
    pending = _split(parts, _before_relation)
    lines: list[Box] = []
    line: list[_Part] = []
    for segment in pending:
        joined = [*line, *segment]
        alone = indent + _columns(segment) <= cells
        if not line or _reach(joined, indent, bool(lines)) <= cells or (not alone and not lines):
            line = joined
        else:
            lines.append(_line(line, _margin(line, indent, bool(lines))))
            line = segment
        if _reach(line, indent, bool(lines)) > cells:
            done, line = _broken_segment(line, cells, indent, bool(lines))
            lines += done
            if not line:
                return None
    return [*lines, _line(line, _margin(line, indent, bool(lines)))]


def _reach(line: list[_Part], indent: int, continued: bool) -> int:
    """Cells to the right end of a line, its margin included."""
    return _margin(line, indent, continued) + _columns(line)


def _margin(line: list[_Part], indent: int, continued: bool) -> int:
    if not continued:
        return 0
    return indent if line[0].kind == "rel" else indent + 2


def _broken_segment(line: list[_Part], cells: int, indent: int, continued: bool) -> tuple[list[Box], list[_Part]]:
    """A line that is too wide as full lines and the rest that others may follow; no rest where it cannot be done."""
    lines: list[Box] = []
    current: list[_Part] = []
    for piece in _pieces(line, cells - indent - 2):
        if current and _reach([*current, *piece], indent, continued or bool(lines)) > cells:
            lines.append(_line(current, _margin(current, indent, continued or bool(lines))))
            current = piece
        else:
            current = [*current, *piece]
        if _reach(current, indent, continued or bool(lines)) > cells:
            return [], []
    return lines, current


def _pieces(line: list[_Part], cells: int) -> list[list[_Part]]:
    """The line at its + and −; a piece that is still too wide at every factor."""
    found: list[list[_Part]] = []
    for piece in _split(line, _before_sum):
        if _columns(piece) <= cells:
            found.append(piece)
        else:
            found += _split(piece, _before_factor)
    return found


def _split(parts: list[_Part], breaks: Callable[[Sized[_Part], int], bool]) -> list[list[_Part]]:
    found: list[list[_Part]] = [[]]
    for index, part in enumerate(parts):
        if index and breaks(parts, index):
            found.append([])
        found[-1].append(part)
    return found


def _before_relation(parts: Sized[_Part], index: int) -> bool:
    return parts[index].kind == "rel" and parts[index - 1].kind != "rel" and _depth(parts, index) == 0


def _before_sum(parts: Sized[_Part], index: int) -> bool:
    return parts[index].kind == "bin"


def _before_factor(parts: Sized[_Part], index: int) -> bool:
    kinds = parts[index - 1].kind, parts[index].kind
    return kinds[0] not in ("function", "op", "sign", "open", "bin", "rel") and kinds[1] not in (
        "close",
        "punct",
        "fence",
    )


def _depth(parts: Sized[_Part], index: int) -> int:
    kinds = [part.kind for part in parts[:index]]
    return kinds.count("open") - kinds.count("close")


def _relation_column(parts: list[_Part]) -> int | None:
    """Where the first relation stands in the unbroken line."""
    for index, part in enumerate(parts):
        if part.kind == "rel":
            return _columns(parts[:index]) + (part.blanks if index else 0)
    return None


def _columns(parts: Sized[_Part]) -> int:
    return sum(part.box.columns for part in parts) + sum(part.blanks for part in parts[1:])


def _line(parts: list[_Part], margin: int) -> Box:
    return beside([part.box for part in parts], [margin, *(part.blanks for part in parts[1:])])


def _paragraph(lines: list[Box]) -> Box:
    blank = [int(index > 0 and need_blank(lines[index - 1], line)) for index, line in enumerate(lines)]
    return stacked(lines, on_line=0, align="left", blank_rows=blank)


def _table(node: Table, cells: int, set_node: Setter) -> Box | None:
    """Aligned lines, each broken for itself behind the common left sides."""
    lefts = [set_node(row[0]) for row in node.rows]
    left = max(box.columns for box in lefts) if len(node.columns) > 1 else 0
    lines: list[Box] = []
    for row, first in zip(node.rows, lefts, strict=True):
        rest = tuple(item for cell in row[1:] for item in items_of(cell))
        whole = Sequence((*items_of(row[0]), *rest))
        if left and left <= cells // 2 and rest:
            laid = _lines(_opened((Symbol(""), *rest), cells - left, set_node), cells - left, set_node)
            side = squared(first, left, "right")
            found = None if laid is None else [beside([side, laid[0]]), *(_shifted(line, left) for line in laid[1:])]
        else:
            found = _lines(_opened(whole.items, cells, set_node), cells, set_node)
        if found is None:
            return None
        lines += found
    return _paragraph(lines)


def _shifted(box: Box, left: int) -> Box:
    return beside([word(" " * left), box])
