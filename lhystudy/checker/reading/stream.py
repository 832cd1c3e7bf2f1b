"""The terminals of one stretch of a line as they are made, left to right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.tokens import Token

RELATIONS = frozenset({"=", "<", "<=", ">", ">=", "!=", "~="})
# After one of these a bar closes, and a bracket without a space belongs to what stands before.
OPERAND_ENDS = frozenset(
    "NUMBER NAME RPAR RSQB RSET RBAR RNORM ENTRIES TRANSPOSE FACTORIAL DERIVATIVE_END INDICATOR_END RMATRIX "
    "RCASES".split()
)


@dataclass
class Stream:
    """Where the pass over the line stands, what it has made, and which brackets and bars are open."""

    line: Line
    i: int
    resolve: Callable[[Line, int, int], list[Token]]  # the terminals of a stretch that stands by itself
    out: list[Token] = field(default_factory=list)
    bars: list[tuple[str, int, int]] = field(default_factory=list)  # (kind, bracket depth, place) of open bars
    closers: list[str] = field(default_factory=list)  # what the open brackets turn into when they close
    owners: list[str] = field(default_factory=list)  # the function whose bracket each open one is, or ""

    def emit(self, kind: str, first: int, last: int | None = None, value: Any = None) -> None:
        """One terminal for the tokens first to last."""
        raw = self.line.raw
        end = raw[first if last is None else last].end
        self.out.append(Token(kind, raw[first].text, raw[first].start, end, raw[first].gap, value))

    def take(self, kind: str, value: Any = None) -> None:
        """One terminal for the token at hand, which is then done with."""
        self.emit(kind, self.i, value=value)
        self.i += 1

    def previous(self) -> str:
        """The kind of the last terminal made."""
        return self.out[-1].kind if self.out else ""

    def inner(self, lo: int, hi: int) -> None:
        """The terminals of a stretch that stands by itself."""
        self.out.extend(self.resolve(self.line, lo, hi))

    def group(self, open_: int, close: int) -> None:
        """A stretch between braces, in round brackets."""
        self.emit("LPAR", open_)
        self.inner(open_ + 1, close)
        self.emit("RPAR", close)
