"""What drawing makes: rows of short texts, each with a role that a face turns into a style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "", "name", "number", "operator", "function", "bracket", "text",  # in formulas
    "strong", "emphasis", "code", "heading", "quote", "bullet", "rule", "dim", "link", "term",  # in prose
    "good", "bad", "unsure", "due", "accent",  # states
    "keyword", "string", "comment",  # in source code
    "series0", "series1", "series2", "series3", "series4", "series5", "series6", "series7",  # in charts
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one role."""

    text: str
    role: Role = ""


Row = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of rows; `baseline` is the row that stands on the line of the surrounding text."""

    rows: tuple[Row, ...]
    baseline: int = 0
