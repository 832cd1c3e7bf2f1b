"""Markdown as HTML with its formulas as MathJax reads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lhystudy.draw.prose import markdown_reader


def html(text: str) -> str:
    """The Markdown text as HTML: `$w$` becomes `\\(w\\)`, a line stays a line, tags that were typed are shown."""
    written: str = _writer().render(text)
    return written.strip()


@lru_cache(maxsize=1)
def _writer() -> MarkdownIt:
    writer = markdown_reader()
    writer.options["breaks"] = True
    writer.add_render_rule("formula", _formula)
    return writer


def _formula(renderer: Any, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
    return rf"\({escape(tokens[number].content, quote=False)}\)"
