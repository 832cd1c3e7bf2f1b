"""Rows broken into lines by the rules of Chinese and Latin typesetting."""

from __future__ import annotations

import re

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import character_width, tidy, width

MEASURE = 76  # cells of a line that is read with ease; wider screens leave a margin

NO_START = frozenset(
    "，。、；：？！）】》〉」』〕｝〗”’…—～·％‰℃々ー" + ",.;:?!)]}%°′″"
)  # signs that no line begins with
NO_END = frozenset("（【《〈「『〔｛〖“‘" + "([{" + "￥＄")  # signs that no line ends with
STICKY = "\u00a0"  # a blank at which no line is broken; drawn as a blank

_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    "\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_PIECE = re.compile(f"( +)|([{_WIDE}][\u0300-\u036f\ufe0f\u200d]*)|[^ {_WIDE}]+")

Piece = tuple[str, Role]
Chunk = list[Piece]  # pieces between which no line may be broken


def wrap(row: Row, cells: int) -> list[Row]:
    """The row in lines of at most `cells`, at least one; blanks at a break are dropped.

    A break comes after a blank or beside a Chinese character, never so that a closing sign begins a line or an
    opening one ends it. What is wider than a line is cut where it must be.
    """
    cells = max(cells, 2)
    lines: list[list[Piece]] = [[]]
    used = blanks = 0
    blank_role: Role = ""
    for chunk in _chunks(row):
        if chunk[0][0].startswith(" "):
            blanks, blank_role = width(chunk[0][0]), chunk[0][1]
            continue
        needed = sum(width(text) for text, _ in chunk)
        if used and used + blanks + needed > cells:
            lines.append([])
            used = 0
        elif blanks and (used or len(lines) == 1):
            lines[-1].append((" " * min(blanks, cells - 1), blank_role))
            used += min(blanks, cells - 1)
        blanks = 0
        for index, part in enumerate(_cut(chunk, cells) if used + needed > cells else [chunk]):
            if index or (used and used + needed > cells):
                lines.append([])
                used = 0
            lines[-1] += part
            used += sum(width(text) for text, _ in part)
    return [tidy(Run(text.replace(STICKY, " "), role) for text, role in line) for line in lines]


def _chunks(row: Row) -> list[Chunk]:
    """Blanks, and what no line may be broken in: words, Chinese characters with the signs that cling to them."""
    chunks: list[Chunk] = []
    clings = False  # whether the next piece belongs to the last chunk
    for run in row:
        for found in _PIECE.finditer(run.text):
            text = found[0]
            blank, wide = found[1] is not None, found[2] is not None
            joins = clings or text[0] in NO_START or (chunks and not blank and not wide and _is_open_word(chunks[-1]))
            if chunks and joins and not blank and not chunks[-1][-1][0].startswith(" "):
                chunks[-1].append((text, run.role))
            else:
                chunks.append([(text, run.role)])
            clings = text[-1] in NO_END
    return chunks


def _is_open_word(chunk: Chunk) -> bool:
    """Whether a word that goes on in another role (code, emphasis, a formula) continues the chunk."""
    last = chunk[-1][0][-1]
    return last != " " and character_width(last) < 2 and not _PIECE.fullmatch(last + "一")


def _cut(chunk: Chunk, cells: int) -> list[Chunk]:
    """A chunk that is wider than a line, in parts that fit; the signs' rule is kept where it can be."""
    signs = [(sign, role) for text, role in chunk for sign in text]
    parts: list[Chunk] = []
    while signs:
        end = used = 0
        while end < len(signs) and used + character_width(signs[end][0]) <= cells:
            used += character_width(signs[end][0])
            end += 1
        end = max(end, 1)
        if end < len(signs):
            end = _allowed(signs, end)
        parts.append(signs[:end])
        signs = signs[end:]
    return parts


def _allowed(signs: Chunk, end: int) -> int:
    """The nearest break at or before `end`, not far from it, that begins no line with a closing sign."""
    for place in range(end, max(end // 2, 0), -1):
        if signs[place][0] not in NO_START and signs[place - 1][0] not in NO_END and character_width(signs[place][0]):
            return place
    return end
