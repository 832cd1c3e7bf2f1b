"""Widths in terminal cells: a Chinese character takes two, a combining mark none."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from wcwidth import wcwidth

from lhystudy.draw.cells import Block, Role, Row, Run

Align = Literal["left", "right", "centre"]


@lru_cache(maxsize=8192)
def character_width(character: str) -> int:
    """Cells that one character takes: 0, 1 or 2; control characters take none."""
    cells: int = wcwidth(character)
    return max(cells, 0)


def width(text: str) -> int:
    """Cells that `text` takes in a terminal."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(character_width, text))


def row_width(row: Row) -> int:
    """Cells that a row takes."""
    return sum(width(run.text) for run in row)


def block_width(block: Block) -> int:
    """Cells that the widest row of a block takes."""
    return max(map(row_width, block.rows), default=0)


def text_of(row: Row) -> str:
    """The row's text without its roles."""
    return "".join(run.text for run in row)


def block_text(block: Block) -> str:
    """The block as lines of text without roles, no blanks at line ends."""
    return "\n".join(text_of(row).rstrip() for row in block.rows)


def printable(text: str) -> str:
    """`text` on one line and without characters that would move the cursor or change the terminal."""
    if text.isprintable():
        return text
    spaced = "".join(" " if character in "\t\n\r\v\f\x85\u2028\u2029" else character for character in text)
    return "".join(character for character in spaced if character in _JOINERS or _is_shown(character))


_JOINERS = "\u200c\u200d"  # between the parts of some letters and emoji


@lru_cache(maxsize=8192)
def _is_shown(character: str) -> bool:
    return character == "\u00a0" or character.isprintable() or character == "\u3000"


def fitting(text: str, cells: int) -> int:
    """How many characters of `text` fit into `cells`; marks stay with the character that they stand on."""
    used = 0
    for index, character in enumerate(text):
        used += character_width(character)
        if used > cells:
            return index
    return len(text)


def clip(text: str, cells: int, sign: str = "…") -> str:
    """`text` cut to at most `cells`, ending in `sign` where something was cut off."""
    if width(text) <= cells:
        return text
    room = cells - width(sign)
    if room < 0:
        return text[: fitting(text, cells)]
    return text[: fitting(text, room)] + sign


def pad(text: str, cells: int, align: Align = "left") -> str:
    """`text` filled with blanks to `cells`; longer text stays as it is."""
    left, right = _margins(cells - width(text), align)
    return " " * left + text + " " * right


def _margins(free: int, align: Align) -> tuple[int, int]:
    free = max(free, 0)
    left = {"left": 0, "right": free, "centre": free // 2}[align]
    return left, free - left


def clip_row(row: Row, cells: int, sign: str = "…") -> Row:
    """The row cut to at most `cells`, roles kept, ending in `sign` where something was cut off."""
    if row_width(row) <= cells:
        return row
    room = cells - width(sign)
    end = sign if room >= 0 else ""
    kept: list[Run] = []
    room = max(room, 0) if end else cells
    for run in row:
        taken = run.text[: fitting(run.text, room)]
        room -= width(taken)
        if taken != run.text:
            kept.append(Run(taken + end, run.role))
            break
        kept.append(run)
    return tidy(kept)


def pad_row(row: Row, cells: int, align: Align = "left") -> Row:
    """The row filled with blanks to `cells`; a longer row stays as it is."""
    left, right = _margins(cells - row_width(row), align)
    return tidy([Run(" " * left), *row, Run(" " * right)])


def tidy(runs: Iterable[Run]) -> Row:
    """The runs as a row: empty ones dropped, neighbours of one role joined."""
    joined: list[tuple[list[str], Role]] = []
    for run in runs:
        if not run.text:
            continue
        if joined and joined[-1][1] == run.role:
            joined[-1][0].append(run.text)
        else:
            joined.append(([run.text], run.role))
    return tuple(Run("".join(texts), role) for texts, role in joined)


def trimmed(row: Row) -> Row:
    """The row without blanks at its end."""
    kept = list(row)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Run(kept[-1].text.rstrip(), kept[-1].role)
    return tuple(kept)
