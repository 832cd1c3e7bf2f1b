"""Brackets, braces, bars and environments: which of their meanings each one has."""

from __future__ import annotations

from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.stream import OPERAND_ENDS, RELATIONS, Stream
from lhystudy.checker.reading.units import entries_of
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

OTHERWISE = frozenset({"otherwise", "else", "ow"})
NAMED = {"⟨": "dot", "⌊": "floor", "⌈": "ceil"}  # brackets that are functions of what stands in them
CONDITION_WORDS = frozenset({"if", "for", "when", "where"})


def open_bracket(stream: Stream) -> None:
    line, i = stream.line, stream.i
    kind = line.raw[i].kind
    if kind == "[":
        if stream.previous() in OPERAND_ENDS and not line.raw[i].gap and entry_bracket(stream):
            return None
        rows = matrix_rows(line, i)
        if rows:
            return literal_matrix(stream, rows)
    if kind in ("matrix(", "cases("):
        return environment(stream, kind)
    owner = ""
    if stream.previous() == "FUNCTION":
        owner = stream.out[-1].value[0]
    opening, closing = "LPAR", "RPAR"
    if kind in NAMED:
        owner = NAMED[kind]
        stream.emit("FUNCTION", i, value=(owner, 0))
    elif kind == "[" and owner == "KL":
        pass
    elif kind == "[":
        opening, closing = "LSQB", "RSQB"
    elif kind == "{" and not owner and is_set(stream):
        opening, closing = "LSET", "RSET"
    stream.closers.append(closing)
    stream.owners.append(owner)
    return stream.take(opening)


def close_bracket(stream: Stream) -> None:
    close_bars(stream, len(stream.closers) - 1)
    stream.owners.pop()
    stream.take(stream.closers.pop())


def entry_bracket(stream: Stream) -> bool:
    line, i = stream.line, stream.i
    close = line.closing(i)
    indices = entries_of(line, i + 1, close, any_letter=True)
    if indices is None or stream.previous() == "NUMBER":
        return False
    stream.emit("ENTRIES", i, close, indices)
    stream.i = close + 1
    return True


def is_set(stream: Stream) -> bool:
    """Braces are a set where they are a whole side of a relation or hold commas; else they only group."""
    line, i = stream.line, stream.i
    close = line.closing(i)
    if line.top_level(i + 1, close, frozenset({","})):
        return True
    before = stream.previous() in ("", "RELATION") and not stream.closers
    behind = close + 1 >= line.end or line.kind(close + 1) in RELATIONS
    return before and behind


def number(stream: Stream) -> None:
    """A number, or the 1 of an indicator 1[i = j]."""
    line, i = stream.line, stream.i
    opening = indicator_bracket(line, i)
    if opening is None:
        stream.take("NUMBER", line.raw[i].value)
        return
    close = line.closing(opening)
    stream.emit("INDICATOR", i, opening)
    stream.inner(opening + 1, close)
    stream.emit("INDICATOR_END", close)
    stream.i = close + (2 if line.kind(opening - 1) == "{" else 1)


def indicator_bracket(line: Line, i: int) -> int | None:
    """The place of the bracket of 1[…], 1(…), 1{…}, 1_{…}, 1_{[…]} or I[…] with a relation in it, or None."""
    if line.raw[i].text not in ("1", "I"):
        return None
    opening = i + 2 if line.kind(i + 1) == "_" else i + 1
    inner = opening + 1
    if opening == i + 2 and line.kind(opening) == "{" and line.kind(inner) in ("[", "{"):
        if line.closing(inner) == line.closing(opening) - 1:
            opening = inner
    if line.kind(opening) not in ("[", "{") and not line.opens(opening):
        return None
    related = line.top_level(opening + 1, line.closing(opening), RELATIONS)
    return opening if related else None


def choice(stream: Stream, kind: str) -> None:
    """`if` or `else`; brackets around the whole condition say nothing more."""
    line = stream.line
    stream.take(kind)
    if kind == "ELSE" or line.kind(stream.i) != "(":
        return
    close = line.closing(stream.i)
    if line.word(close + 1) == "else" and line.top_level(stream.i + 1, close, RELATIONS):
        stream.inner(stream.i + 1, close)
        stream.i = close + 1


def literal_matrix(stream: Stream, rows: list[tuple[int, int]]) -> None:
    """[[a, b], [c, d]] in the terminals of a bmatrix."""
    line, i = stream.line, stream.i
    close = line.closing(i)
    stream.emit("LMATRIX", i, value="literal")
    for number, (lo, hi) in enumerate(rows):
        if number:
            stream.emit("ROW", lo - 1)
        for place, (cell_lo, cell_hi) in enumerate(line.parts(lo + 1, hi - 1)):
            if place:
                stream.emit("CELL", cell_lo - 1)
            stream.inner(cell_lo, cell_hi)
    stream.emit("RMATRIX", close)
    stream.i = close + 1


def matrix_rows(line: Line, i: int) -> list[tuple[int, int]] | None:
    """The bracketed rows of the literal matrix that opens at token i, or None where it is none."""
    if line.kind(i + 1) != "[":
        return None
    rows = line.parts(i + 1, line.closing(i))
    if all(line.kind(lo) == "[" and line.closing(lo) == hi - 1 for lo, hi in rows if lo < hi) and all(
        lo < hi for lo, hi in rows
    ):
        return rows
    return None


def environment(stream: Stream, kind: str) -> None:
    """A bmatrix or cases: cells between & and rows between \\\\."""
    line, i = stream.line, stream.i
    close = line.closing(i)
    lo, hi = i + 1, close
    while hi > lo and line.kind(hi - 1) == "\\\\":
        hi -= 1
    stream.emit("LMATRIX" if kind == "matrix(" else "LCASES", i, value="environment")
    for number, (row_lo, row_hi) in enumerate(line.parts(lo, hi, frozenset({"\\\\"}))):
        if number:
            stream.emit("ROW", row_lo - 1)
        for place, (cell_lo, cell_hi) in enumerate(line.parts(row_lo, row_hi, frozenset({"&"}))):
            if place:
                stream.emit("CELL", cell_lo - 1)
            if kind == "cases(":
                cell_lo, cell_hi = trimmed(line, cell_lo, cell_hi)
            stream.inner(cell_lo, cell_hi)
    stream.emit("RMATRIX" if kind == "matrix(" else "RCASES", close)
    stream.i = close + 1


def trimmed(line: Line, lo: int, hi: int) -> tuple[int, int]:
    """A cell of `cases` without the words around its condition."""
    while hi > lo and line.kind(hi - 1) in (",", ".", ";"):
        hi -= 1
    if line.kind(lo) == "(" and line.closing(lo) == hi - 1:
        if line.top_level(lo + 1, hi - 1, RELATIONS) or line.word(lo + 1) in OTHERWISE:
            return trimmed(line, lo + 1, hi - 1)
    if hi > lo and line.raw[hi - 1].text == "时":
        hi -= 1
    if line.word(lo) in CONDITION_WORDS and not line.known(line.word(lo)):
        lo += 1
    if hi == lo + 1 and line.word(lo) in OTHERWISE:
        lo = hi
    return lo, hi


def bar(stream: Stream) -> None:
    line, i = stream.line, stream.i
    kind = line.raw[i].kind
    width = 1
    if kind == "|" and line.kind(i + 1) == "|" and not line.at(i + 1).gap and line.raw[i].start not in line.single_bars:
        kind, width = "‖", 2
    depth = len(stream.closers)
    mine = stream.bars[-1:] if stream.bars and stream.bars[-1][1] == depth else []
    ends = stream.previous() in OPERAND_ENDS
    if stream.owners and stream.owners[-1] == "KL" and not mine and ends:
        stream.emit("COMMA", i, i + width - 1)
    elif mine and mine[-1][0] == kind and ends:
        stream.bars.pop()
        stream.emit("RBAR" if kind == "|" else "RNORM", i, i + width - 1)
    elif ends and line.kind(i + width) == "_":
        raise Unreadable(
            say("the value at a point is not read as a bar", "不用竖线表示在某点取值"),
            line.column(i),
            say("give f(w) = … and write f'(0)", "请先写 given f(w) = …，再写 f'(0)"),
        )
    else:
        stream.bars.append((kind, depth, i))
        stream.emit("LBAR" if kind == "|" else "LNORM", i, i + width - 1)
    stream.i += width


def close_bars(stream: Stream, depth: int) -> None:
    """Raises Unreadable for a bar left open inside the bracket that closes."""
    for kind, at, place in stream.bars:
        if at > depth:
            column = stream.line.column(place)
            raise Unreadable(
                say(f"the {kind} is never closed", f"{kind} 没有闭合"),
                column,
                say(f"add the missing {kind}", f"补上缺少的 {kind}"),
            )
