"""Markdown as rows: paragraphs, lists, tables, code, formulas in running text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.maths import inline
from lhystudy.draw.source import source
from lhystudy.draw.tabular import table
from lhystudy.draw.width import Align, clip_row, pad, printable, row_width, tidy, width
from lhystudy.draw.wrap import MEASURE, STICKY, wrap

_SHORT = 24  # cells; a formula up to this width is not broken inside of a line
_RELATIONS = "=≈≠≤≥<>≡∼→⟹⟺⇒⇔∈∝≜"


def prose(text: str, width: int, terms: Collection[str] = ()) -> list[Row]:
    """The Markdown text in lines of at most `width` cells, paragraphs at most the readable measure wide.

    The first place of each of `terms` gets the role "term".
    """
    root = SyntaxTreeNode(_reader().parse(text))
    return _Setter(set(terms)).blocks(root.children, max(width, 4))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return markdown_reader()


def markdown_reader() -> MarkdownIt:
    """A reader of the Markdown that lessons and items are written in; a formula is a token "formula" of its own."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["html_inline", "html_block", "entity"])
    reader.inline.ruler.before("escape", "formula", _find_formula)
    return reader


def _find_formula(state: StateInline, silent: bool) -> bool:
    """A formula between dollars; `$5 and $6` is none, since a closing dollar has no blank before it."""
    if state.src[state.pos] != "$":
        return False
    marks = "$$" if state.src.startswith("$$", state.pos) else "$"
    start = state.pos + len(marks)
    end = start
    while True:
        end = state.src.find(marks, end, state.posMax)
        if end < 0:
            return False
        if state.src[end - 1] != "\\":
            break
        end += 1
    latex = state.src[start:end]
    if not latex.strip() or (len(marks) == 1 and (latex[0].isspace() or latex[-1].isspace())):
        return False
    if not silent:
        state.push("formula", "", 0).content = latex
    state.pos = end + len(marks)
    return True


@dataclass
class _Setter:
    """Turns blocks into rows; `terms` holds the terms that were not met yet."""

    terms: set[str]

    def blocks(self, nodes: Iterable[SyntaxTreeNode], cells: int, apart: bool = True) -> list[Row]:
        """The blocks one below the other, a blank row between them where they stand `apart`."""
        rows: list[Row] = []
        for node in nodes:
            found = self._block(node, cells)
            if rows and found and (apart or node.type in ("fence", "table")):
                rows.append(())
            rows += found
        return rows

    def _block(self, node: SyntaxTreeNode, cells: int) -> list[Row]:
        measure = min(cells, MEASURE)
        match node.type:
            case "paragraph":
                return self._lines(node, measure)
            case "heading":
                lines = self._lines(node, measure, "heading")
                return [tidy(Run(run.text, "heading") for run in line) for line in lines]
            case "bullet_list" | "ordered_list":
                return self._list(node, cells)
            case "blockquote":
                inside = self.blocks(node.children, measure - 2)
                return [tidy([Run("│ ", "rule"), *(Run(r.text, r.role or "quote") for r in row)]) for row in inside]
            case "fence" | "code_block":
                code = source(node.content, cells - 2, node.info.split()[0] if node.info.split() else "text")
                return [tidy([Run("  "), *row]) for row in code]
            case "table":
                return self._table(node, cells)
            case "hr":
                return [(Run("─" * measure, "rule"),)]
            case _:
                return wrap((Run(printable(node.content)),), measure) if node.content else []

    def _list(self, node: SyntaxTreeNode, cells: int) -> list[Row]:
        apart = any(not child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        first = int(node.attrs.get("start", 1))
        marks = [f"{first + number}. " if node.type == "ordered_list" else "• " for number in range(len(node.children))]
        margin = max(map(width, marks), default=2)
        rows: list[Row] = []
        for mark, item in zip(marks, node.children, strict=True):
            inside = self.blocks(item.children, max(min(cells, MEASURE) - margin, 2), apart) or [()]
            if rows and apart:
                rows.append(())
            rows.append(tidy([Run(pad(mark, margin), "bullet"), *inside[0]]))
            rows += [tidy([Run(" " * margin), *row]) if row else row for row in inside[1:]]
        return rows

    def _table(self, node: SyntaxTreeNode, cells: int) -> list[Row]:
        lines = [line for part in node.children for line in part.children]
        contents = [[self._joined(cell) for cell in line.children] for line in lines]
        sides = [_side(cell) for cell in lines[0].children]
        return [clip_row(row, cells) for row in table(contents, sides, cells)]

    def _joined(self, node: SyntaxTreeNode) -> Row:
        runs: list[Run] = []
        for line in self._inline_lines(node, ""):
            runs += [Run(" "), *line] if runs else line
        return tidy(runs)

    def _lines(self, node: SyntaxTreeNode, cells: int, role: Role = "") -> list[Row]:
        return [row for line in self._inline_lines(node, role) for row in wrap(line, cells)]

    def _inline_lines(self, node: SyntaxTreeNode, role: Role) -> list[Row]:
        """What stands in a block, broken only where the text asks for it."""
        lines: list[list[Run]] = [[]]
        for child in node.children:
            self._inline(child, role, lines)
        return [tidy(line) for line in lines]

    def _inline(self, node: SyntaxTreeNode, role: Role, lines: list[list[Run]]) -> None:
        match node.type:
            case "text":
                lines[-1] += self._text(node.content, role)
            case "softbreak":
                lines[-1].append(Run(_joint(node, lines[-1]), role))
            case "hardbreak":
                lines.append([])
            case "code_inline":
                lines[-1].append(Run(printable(node.content), "code"))
            case "formula":
                lines[-1] += _sticky(inline(node.content))
            case "strong" | "em" | "link":
                inner: Role = {"strong": "strong", "em": "emphasis", "link": "link"}[node.type]  # type: ignore[assignment]
                for child in node.children:
                    self._inline(child, inner, lines)
                if node.type == "link" and str(node.attrs.get("href", "")).startswith("http"):
                    lines[-1].append(Run(f" ({printable(str(node.attrs['href']))})", "dim"))
            case _:
                if node.children:
                    for child in node.children:
                        self._inline(child, role, lines)
                elif node.content:
                    lines[-1] += self._text(node.content, role)

    def _text(self, text: str, role: Role) -> list[Run]:
        text = printable(text)
        found = {term: place for term in self.terms if (place := _place(term, text)) is not None}
        if not found:
            return [Run(text, role)]
        term = min(found, key=lambda name: (found[name], -len(name)))
        start, end = found[term], found[term] + len(term)
        self.terms.discard(term)
        return [Run(text[:start], role), Run(text[start:end], "term"), *self._text(text[end:], role)]


def _place(term: str, text: str) -> int | None:
    """Where `term` stands in `text` as a word of its own, small or capital."""
    edge = r"\b" if term.isascii() else ""
    found = re.search(edge + re.escape(term) + edge, text, re.IGNORECASE)
    return found.start() if found and len(found[0]) == len(term) else None


def _joint(node: SyntaxTreeNode, before: list[Run]) -> str:
    """What a line's end in the text stands for: nothing between Chinese characters or beside their signs."""
    left = before[-1].text[-1:] if before else ""
    following = node.next_sibling
    right = following.content[:1] if following is not None and following.type == "text" else ""
    if width(left) == 2 and width(right) == 2:
        return ""
    return "" if any(width(sign) == 2 and not sign.isalnum() for sign in (left, right)) else " "


def _sticky(row: Row) -> list[Run]:
    """A formula's row with its blanks made unbreakable; a long one may be broken before relations and after commas."""
    text = "".join(run.text for run in row)
    if row_width(row) <= _SHORT:
        return [Run(run.text.replace(" ", STICKY), run.role) for run in row]
    place = 0
    runs: list[Run] = []
    for run in row:
        signs = ""
        for sign in run.text:
            place += 1
            breaks = text[place : place + 1] in tuple(_RELATIONS) or text[place - 2 : place - 1] == ","
            signs += STICKY if sign == " " and not breaks else sign
        runs.append(Run(signs, run.role))
    return runs


def _side(cell: SyntaxTreeNode) -> Align:
    style = str(cell.attrs.get("style", ""))
    return "right" if "right" in style else "centre" if "center" in style else "left"
