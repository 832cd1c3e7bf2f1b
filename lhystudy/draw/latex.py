"""LaTeX read into the tree of a formula."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pylatexenc.latexwalker import LatexEnvironmentNode, LatexGroupNode, LatexMathNode

from lhystudy.draw.brackets import matched
from lhystudy.draw.commands import aligned, command, environment
from lhystudy.draw.pieces import (
    LatexError,
    Piece,
    Special,
    arguments_of,
    is_macro,
    is_prime,
    is_special,
    pieces,
    pieces_of,
    rows_of,
)
from lhystudy.draw.symbols import DELIMITERS, WORDS, character
from lhystudy.draw.tree import Braced, Fence, Node, Scripts, Sequence, Space, Symbol, Table, items_of
from lhystudy.draw.width import character_width, printable

LONGEST = 20_000  # characters of a formula; nothing that is written by hand comes near

_SIZES = {f"{size}{side}": f"big{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}
_SIDES: dict[str, Any] = {"left": "left", "right": "right", "middle": "middle", **_SIZES}
_PRIMES = {1: "′", 2: "″", 3: "‴"}


@lru_cache(maxsize=4096)
def read(latex: str) -> Node:
    """The formula in `latex`, with or without its dollars.

    Raises LatexError where the LaTeX is malformed or holds a command that formulas do not have.
    """
    source = _bare(latex)
    if len(source) > LONGEST:
        raise LatexError("the formula is too long")
    try:
        return _lines(pieces_of(source))
    except RecursionError as error:
        raise LatexError("the formula is nested too deeply") from error


def _bare(latex: str) -> str:
    """The formula without the signs that mark it as one in a text."""
    source = printable(re.sub(r"(?<!\\)%.*", "", latex)).strip()
    for left, right in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if len(source) > len(left) + len(right) and source.startswith(left) and source.endswith(right):
            return source[len(left) : -len(right)]
    return source


def _lines(pieces: list[Piece]) -> Node:
    """A whole formula: one line, or several with or without alignment."""
    rows = rows_of(pieces)
    if len(rows) == 1 and len(rows[0]) == 1:
        return _sequence(rows[0][0])
    return aligned(rows, _sequence)


def _sequence(pieces: list[Piece]) -> Node:
    """Things side by side, with scripts hung on their bases and brackets matched."""
    reader = _Reader(pieces)
    items = matched(reader.until_end())
    return items[0] if len(items) == 1 else Sequence(tuple(items))


class _Reader:
    """Goes through the pieces of one sequence from left to right."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.at = 0

    def until_end(self, inside: bool = False) -> list[Node]:
        """The items up to the end, or `inside` of a \\left up to its \\right or \\middle (which is not taken)."""
        items: list[Node] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            if is_macro(piece, "right", "middle"):
                if inside:
                    return items
                raise LatexError(f"\\{piece.macroname} without \\left")
            if is_special(piece, "_^") or is_prime(piece):
                base = items.pop() if items and not isinstance(items[-1], Space) else Symbol("")
                items.append(self._scripts(base))
            elif (item := self._item()) is not None:
                items += item
        if inside:
            raise LatexError("\\left without \\right")
        return items

    def _item(self) -> list[Node] | None:
        """The next thing without its scripts; a group without scripts gives all that is in it."""
        if self.at >= len(self.pieces):
            return None
        piece = self.pieces[self.at]
        self.at += 1
        if isinstance(piece, str):
            return [self._characters(piece)]
        if isinstance(piece, Special):
            if piece.sign == "&":
                raise LatexError("& outside of rows")
            return [Space(1)]
        if isinstance(piece, LatexGroupNode):
            return self._group(piece)
        if isinstance(piece, LatexEnvironmentNode):
            inside = pieces(piece.nodelist)
            return [environment(str(piece.environmentname), inside, arguments_of(piece, _lines), _sequence)]
        if isinstance(piece, LatexMathNode):
            return [_sequence(pieces(piece.nodelist))]
        return self._macro(piece)

    def _group(self, group: Any) -> list[Node]:
        inside = _lines(pieces(group.nodelist))
        if self._script_follows() or isinstance(inside, Table):
            return [inside]
        if isinstance(inside, Symbol):  # {,} and {=} have no blanks around them
            return [replace(inside, kind="ord") if inside.kind in ("bin", "rel", "punct") else inside]
        return list(inside.items) if isinstance(inside, Sequence) else [inside]

    def _script_follows(self) -> bool:
        return self.at < len(self.pieces) and (is_special(self.pieces[self.at], "_^") or is_prime(self.pieces[self.at]))

    def _characters(self, sign: str) -> Node:
        """A number, a run of Chinese, or the sign alone."""
        if sign.isdecimal() or (sign == "." and self._peek().isdecimal()):
            return Symbol(
                sign + self._run(lambda next_sign: next_sign.isdecimal() or self._is_point(next_sign)), "ord", "number"
            )
        if _is_word_sign(sign):
            return Symbol(sign + self._run(_is_word_sign), "word", "text")
        return character(sign)

    def _peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.pieces[place] if place < len(self.pieces) and isinstance(self.pieces[place], str) else ""

    def _is_point(self, sign: str) -> bool:
        return sign == "." and self._peek(1).isdecimal()

    def _run(self, belongs: Callable[[str], bool]) -> str:
        text = ""
        while (sign := self._peek()) and belongs(sign):
            text += sign
            self.at += 1
        return text

    def _scripts(self, base: Node) -> Node:
        """`base` with all scripts that follow; primes count as raised."""
        sub: Node | None = None
        sup: list[Node] = []
        primes = 0
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            if is_prime(piece):
                primes += 1
                self.at += 1
            elif is_special(piece, "_") and sub is None:
                sub = self._script()
            elif is_special(piece, "^") and not sup:
                sup = [self._script()]
            elif is_special(piece, "_^"):
                raise LatexError(f"a second {piece.sign} on one base")
            elif is_macro(piece, "limits", "nolimits"):
                self.at += 1
            else:
                break
        if isinstance(base, Braced) and base.label is None:
            label = sup[0] if base.over and sup else sub
            rest = None if base.over else (sup[0] if sup else None)
            labelled = replace(base, label=label)
            return Scripts(labelled, sup=rest) if rest else labelled
        if primes:
            sup.insert(0, Symbol(_PRIMES.get(primes) or "′" * primes, "ord", "operator"))
        raised = None if not sup else sup[0] if len(sup) == 1 else Sequence(tuple(sup))
        return Scripts(base, sub, raised)

    def _script(self) -> Node:
        """What stands behind `_` or `^`: a group or one thing."""
        self.at += 1
        if self.at >= len(self.pieces) or isinstance(self.pieces[self.at], Special):
            raise LatexError("_ or ^ without anything behind it")
        piece = self.pieces[self.at]
        if isinstance(piece, str):
            self.at += 1
            return Symbol(piece, "ord", "number") if piece.isdecimal() else character(piece)
        if isinstance(piece, LatexGroupNode):
            self.at += 1
            return _lines(pieces(piece.nodelist))
        items = self._item() or []
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _macro(self, macro: Any) -> list[Node] | None:
        name = macro.macroname
        if name in _SIDES:
            return self._delimited(_SIDES[name])
        if name == "not":
            item = self._item()
            if not item or not isinstance(item[0], Symbol):
                raise LatexError("\\not without a sign behind it")
            return [_negated(item[0])]
        if name == "color":
            return None
        node = command(name, arguments_of(macro, _lines))
        if node is None:
            return None
        return list(items_of(node)) if name in WORDS and not self._script_follows() else [node]

    def _delimited(self, side: str) -> list[Node]:
        """A \\left … \\right pair with its body, or one sized bracket."""
        sign = self._delimiter()
        if side != "left":
            found = character(sign) if sign else Symbol("")
            kinds: dict[str, Any] = {"bigl": "open", "bigr": "close", "bigm": "rel"}
            return [
                replace(found, kind=kinds.get(side, found.kind), limits=side in ("big", "bigr") and sign in ("|", "‖"))
            ]
        parts: list[Node] = []
        while True:
            items = matched(self.until_end(inside=True))
            parts += items
            closing = self.pieces[self.at]
            self.at += 1
            end = self._delimiter()
            if closing.macroname == "right":
                body = parts[0] if len(parts) == 1 else Sequence(tuple(parts))
                return [Fence(sign, body, end)]
            parts.append(Symbol(end, "rel", "bracket"))

    def _delimiter(self) -> str:
        if self.at >= len(self.pieces):
            raise LatexError("a bracket is missing")
        piece = self.pieces[self.at]
        self.at += 1
        name = piece if isinstance(piece, str) else str(getattr(piece, "macroname", "this"))
        if name == "|" and not isinstance(piece, str):
            return "‖"
        if name not in DELIMITERS and name not in "⟨⟩⌊⌋⌈⌉‖":
            raise LatexError(f"{name} is no bracket")
        return DELIMITERS.get(name, name)


def _is_word_sign(sign: str) -> bool:
    """Whether the character is a Chinese (or other wide) letter, which belongs to running text."""
    return sign.isalpha() and character_width(sign) == 2


def _negated(symbol: Symbol) -> Symbol:
    signs = {"=": "≠", "∈": "∉", "<": "≮", ">": "≯", "≤": "≰", "≥": "≱", "∼": "≁", "≈": "≉", "≡": "≢", "∣": "∤"}
    signs |= {"⊂": "⊄", "⊆": "⊈", "∥": "∦", "∃": "∄", "⇒": "⇏", "→": "↛"}
    return replace(symbol, text=signs.get(symbol.text, symbol.text + "\u0338"))
