"""What the scanner makes of characters: tokens, each with the columns it was typed at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OPENING = {"(": ")", "[": "]", "{": "}", "matrix(": "matrix)", "cases(": "cases)", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}
CLOSING = {close: open_ for open_, close in OPENING.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is NUMBER, WORD, TEXT (letters of no formula) or the symbol itself. `gap`: space stood before it."""

    kind: str
    text: str
    start: int
    end: int
    gap: bool = False
    value: Any = None  # (number, decimals shown) of a NUMBER; a node, once names are resolved


def accented(word: str, accent: str) -> str:
    """The word with its hat; digits behind it stay a subscript."""
    letters = word.rstrip("0123456789")
    return f"{letters}_{accent}{word[len(letters) :]}"
