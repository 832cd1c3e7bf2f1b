"""Small layouts of rows that several places share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import clip_row, pad_row


def beside(left: Sequence[Row], right: Sequence[Row], width: int, gap: int = 2) -> list[Row]:
    """Two columns of rows, the left one `width` cells wide."""
    height = max(len(left), len(right))
    blank: Row = ()
    return [
        (
            *pad_row(clip_row(left[n] if n < len(left) else blank, width), width),
            Run(" " * gap),
            *(right[n] if n < len(right) else blank),
        )
        for n in range(height)
    ]


def bar(share: float, width: int, role: Role = "accent") -> Row:
    """A share from 0 to 1 as a filled bar."""
    full = round(max(0.0, min(1.0, share)) * width)
    return (Run("▓" * full, role), Run("░" * (width - full), "dim"))


def sparkline(values: Iterable[float]) -> str:
    """Small bars, the highest value the tallest; nothing at all is a flat line."""
    numbers = list(values)
    top = max(numbers, default=0) or 1
    return "".join("▁▂▃▄▅▆▇█"[round(value / top * 7)] for value in numbers)
