"""What a line says when it cannot be read: what was found, where, and the likely repair."""

from __future__ import annotations

import unicodedata

from lhystudy.errors import StudyError
from lhystudy.words import say


class Unreadable(StudyError):
    """One sentence, the column it is about (from 1), and what would be right where that can be told."""

    def __init__(self, message: str, column: int, hint: str | None = None) -> None:
        super().__init__(say(f"column {column}: {message}", f"第 {column} 列：{message}"), hint=hint)
        self.column = column


def visible(text: str) -> str:
    """The text cut to what fits a sentence, control and direction characters written as codes, and a lone mark too."""
    hidden = "C" if len(text) > 1 else "CM"
    shown = "".join(f"\\u{ord(c):04x}" if unicodedata.category(c)[0] in hidden else c for c in text)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def apart(text: str) -> str:
    """A piece of a Chinese sentence, with spaces around it where it is no Chinese."""
    return text if text[:1] > "\u2e7f" else f" {text} "
