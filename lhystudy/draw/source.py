"""Source code as rows, its words told apart by role."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import fitting, printable, tidy, width

TAB = 4
_ROLES: tuple[tuple[str, Role], ...] = (  # the first that a token's type begins with
    ("Token.Comment", "comment"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Name.Function", "function"),
    ("Token.Name.Class", "function"),
    ("Token.Name.Decorator", "function"),
    ("Token.Name.Builtin", "function"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"),
)


def source(code: str, width: int | None = None, language: str = "python") -> list[Row]:
    """The code, a row a line; lines wider than `width` go on in the next row, two cells further in.

    A language that is not known is shown without roles.
    """
    rows: list[Row] = []
    line: list[Run] = []
    for text, role in _tokens(code.rstrip("\n").expandtabs(TAB), language):
        for index, part in enumerate(text.split("\n")):
            if index:
                rows += _folded(tidy(line), width)
                line = []
            line.append(Run(printable(part), role))
    return [*rows, *_folded(tidy(line), width)]


def _tokens(code: str, language: str) -> list[tuple[str, Role]]:
    lexer = _lexer(language)
    if lexer is None:
        return [(code, "")]
    return [(text, _role(str(kind))) for kind, text in lexer.get_tokens(code)] if code else []


@lru_cache(maxsize=32)
def _lexer(language: str) -> Any:
    """Pygments' reader of a language, imported when code is first shown; None for an unknown language."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language or "text", ensurenl=False, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _role(kind: str) -> Role:
    return next((role for prefix, role in _ROLES if kind.startswith(prefix)), "")


def _folded(row: Row, cells: int | None) -> list[Row]:
    if cells is None:
        return [row]
    rows: list[Row] = []
    line: list[Run] = []
    room = max(cells, 4)
    for run in row:
        rest = run.text
        while width(rest) > room:
            end = fitting(rest, room)
            blank = rest.rfind(" ", end // 2, end)
            end = blank + 1 if blank >= 0 else end
            line.append(Run(rest[:end], run.role))
            rows.append(tidy(line))
            line, rest, room = [Run("  ")], rest[end:], max(cells, 4) - 2
        line.append(Run(rest, run.role))
        room -= width(rest)
    return [*rows, tidy(line)]
