"""LaTeX taken apart by pylatexenc: characters, groups, commands with their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec, SpecialsSpec

from lhystudy.draw.symbols import ACCENTS, DELIMITERS, FONTS, MACROS, SPACES, WORDS
from lhystudy.draw.tree import Node

Piece = Any  # one character, a Special, or a node of pylatexenc (which has no types)


class LatexError(ValueError):
    """The LaTeX cannot be read; the message says why."""


@lru_cache(maxsize=1)
def known_commands() -> LatexContextDb:
    """The commands that take arguments, for pylatexenc to find them."""
    arguments = {
        "frac": "{{", "dfrac": "{{", "tfrac": "{{", "cfrac": "{{", "binom": "{{", "dbinom": "{{", "tbinom": "{{",
        "sqrt": "[{", "overset": "{{", "underset": "{{", "stackrel": "{{", "textcolor": "{{", "color": "{",
        "operatorname": "*{", "substack": "{", "underbrace": "{", "overbrace": "{", "boxed": "{", "phantom": "{",
        "hphantom": "{", "vphantom": "{", "tag": "*{", "label": "{", "pmod": "{", "xrightarrow": "[{",
        "xleftarrow": "[{", "mathop": "{", "mathrel": "{", "mathbin": "{", "mathord": "{", "hspace": "*{",
        "begin": "{", "end": "{",
    }  # fmt: skip
    arguments |= dict.fromkeys((*FONTS, *WORDS, *ACCENTS), "{")
    commands = LatexContextDb()
    commands.add_context_category(
        "formula",
        macros=[MacroSpec(name, args) for name, args in arguments.items()],
        environments=[EnvironmentSpec("array", "{"), EnvironmentSpec("alignedat", "{")],
        specials=[SpecialsSpec(sign) for sign in "_^&~"],
    )
    commands.set_unknown_macro_spec(MacroSpec(""))
    commands.set_unknown_environment_spec(EnvironmentSpec(""))
    return commands


def pieces_of(source: str) -> list[Piece]:
    """The pieces of a formula. Raises LatexError where braces, environments or arguments are not complete."""
    walker = LatexWalker(source, latex_context=known_commands(), tolerant_parsing=False)
    try:
        return pieces(walker.get_latex_nodes()[0])
    except LatexWalkerError as error:
        raise LatexError(str(error).splitlines()[0]) from error


def pieces(nodes: Iterable[Any]) -> list[Piece]:
    """The nodes, with runs of characters taken apart and blanks and comments left out."""
    found: list[Piece] = []
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            found += [sign for sign in node.chars if not sign.isspace()]
        elif isinstance(node, LatexSpecialsNode):
            found.append(Special(node.specials_chars))
        elif not isinstance(node, LatexCommentNode):
            found.append(node)
    return found


@dataclass(frozen=True)
class Special:
    """One of the signs _ ^ & ~."""

    sign: str


def is_special(piece: Piece, signs: str) -> bool:
    """Whether the piece is one of the special `signs`."""
    return isinstance(piece, Special) and piece.sign in signs


def is_prime(piece: Piece) -> bool:
    """Whether the piece is the prime of f'."""
    return isinstance(piece, str) and piece in "'’"


def is_macro(piece: Piece, *names: str) -> bool:
    """Whether the piece is one of these commands."""
    return isinstance(piece, LatexMacroNode) and piece.macroname in names


def _split(pieces: list[Piece], ends: Callable[[Piece], bool]) -> list[list[Piece]]:
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if ends(piece):
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def rows_of(pieces: list[Piece]) -> list[list[list[Piece]]]:
    """The cells between `&` in the rows between `\\\\`; an empty last row is none."""
    rows = _split(pieces, lambda piece: is_macro(piece, "\\", "newline", "cr"))
    rows = [rows[0], *(_without_gap(row) for row in rows[1:])]
    rows = [[piece for piece in row if not is_macro(piece, "hline")] for row in rows]
    if len(rows) > 1 and not rows[-1]:
        rows = rows[:-1]
    return [_split(row, lambda piece: is_special(piece, "&")) for row in rows]


def _without_gap(row: list[Piece]) -> list[Piece]:
    """The row without the `[2pt]` that may follow the `\\\\` before it."""
    signs = "".join(piece if isinstance(piece, str) else " " for piece in row)
    if signs.startswith("[") and "]" in signs:
        end = signs.index("]")
        if re.fullmatch(r"-?[\d.]+(pt|ex|em|mm|cm)", signs[1:end]):
            return row[end + 1 :]
    return row


@dataclass(frozen=True)
class Argument:
    """What a command was given, and how to read it as a formula; `raw` is None for an option left out."""

    raw: Any
    read: Callable[[list[Piece]], Node]

    @property
    def given(self) -> bool:
        return self.raw is not None

    @property
    def pieces(self) -> list[Piece]:
        """With or without braces."""
        return pieces(self._nodes()) if self.given else []

    @property
    def formula(self) -> Node:
        return self.read(self.pieces)

    @property
    def text(self) -> str:
        """The characters as they stand, blanks kept. Raises LatexError where a formula stands among them."""
        return _text(self.raw)

    def parts(self) -> list[str | Node]:
        """Words as they stand, and the formulas between dollars inside of them."""
        return [
            self.read(pieces(node.nodelist)) if isinstance(node, LatexMathNode) else _text(node)
            for node in self._nodes()
        ]

    def _nodes(self) -> list[Any]:
        return list(self.raw.nodelist) if isinstance(self.raw, LatexGroupNode) else [self.raw]


def arguments_of(node: Any, read: Callable[[list[Piece]], Node]) -> list[Argument]:
    """The arguments of a command or an environment."""
    raw = node.nodeargd.argnlist if node.nodeargd and node.nodeargd.argnlist else []
    return [Argument(argument, read) for argument in raw]


def _text(argument: Any) -> str:
    """The characters of an argument as they stand, blanks kept."""
    if isinstance(argument, LatexCharsNode):
        return str(argument.chars)
    if isinstance(argument, LatexGroupNode):
        return "".join(_text(node) for node in argument.nodelist)
    if isinstance(argument, LatexSpecialsNode):
        return " " if argument.specials_chars == "~" else str(argument.specials_chars)
    if isinstance(argument, LatexMacroNode):
        return _macro_text(str(argument.macroname)) + str(argument.macro_post_space)
    if isinstance(argument, LatexCommentNode) or argument is None:
        return ""
    raise LatexError("a formula inside of a name")


def _macro_text(name: str) -> str:
    if name in MACROS:
        return MACROS[name].text
    if name in SPACES:
        return " "
    if name in DELIMITERS:
        return DELIMITERS[name]
    raise LatexError(f"\\{name} inside of words")
