"""LaTeX read into the tree of a formula; pylatexenc finds its commands, groups and environments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec, SpecialsSpec

from lhystudy.draw.brackets import matched
from lhystudy.draw.symbols import ACCENTS, DELIMITERS, MACROS, SPACES, character, lettered
from lhystudy.draw.tree import (
    Accent,
    Boxed,
    Braced,
    Fence,
    Fraction,
    Node,
    Root,
    Scripts,
    Sequence,
    Space,
    Stack,
    Symbol,
    Table,
    items_of,
)
from lhystudy.draw.width import character_width, printable

LONGEST = 20_000  # characters of a formula; nothing that is written by hand comes near

Piece = Any  # one character, or a node of pylatexenc (which has no types)


class LatexError(ValueError):
    """The LaTeX cannot be read; the message says why."""


@dataclass(frozen=True)
class _Delimiter:
    """A bracket that was asked for by \\left, \\right, \\middle or \\big and its kin."""

    sign: str
    side: Literal["left", "right", "middle", "big", "bigl", "bigr"]


_SIZES = {f"{size}{side}": f"big{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}
_SIDES: dict[str, Any] = {"left": "left", "right": "right", "middle": "middle", **_SIZES}
_FONTS = "mathbb mathcal mathfrak mathscr mathbf boldsymbol bm mathrm mathsf mathtt mathit mathnormal".split()
_WORDS = "text textrm textbf textit textsf texttt textnormal mbox hbox".split()
_IGNORED = (
    "displaystyle textstyle scriptstyle limits nolimits nonumber notag mathstrut strut bf rm it normalsize small"
).split()
_MATRICES = {"matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}")}
_MATRICES |= {"vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "smallmatrix": ("", "")}
_ALIGNED = {"aligned", "align", "alignedat", "split", "eqnarray", "flalign"}
_GATHERED = {"gathered", "gather", "multline", "equation", "displaymath", "math"}
_PRIMES = {1: "′", 2: "″", 3: "‴"}
_ENVIRONMENTS = {*_MATRICES, *_ALIGNED, *_GATHERED, "cases", "rcases", "array"}


@lru_cache(maxsize=1)
def _commands() -> LatexContextDb:
    """The commands that take arguments, for pylatexenc to find them."""
    arguments = {
        "frac": "{{", "dfrac": "{{", "tfrac": "{{", "cfrac": "{{", "binom": "{{", "dbinom": "{{", "tbinom": "{{",
        "sqrt": "[{", "overset": "{{", "underset": "{{", "stackrel": "{{", "textcolor": "{{", "color": "{",
        "operatorname": "*{", "substack": "{", "underbrace": "{", "overbrace": "{", "boxed": "{", "phantom": "{",
        "hphantom": "{", "vphantom": "{", "tag": "*{", "label": "{", "pmod": "{", "xrightarrow": "[{",
        "xleftarrow": "[{", "mathop": "{", "mathrel": "{", "mathbin": "{", "mathord": "{", "hspace": "*{",
        "begin": "{", "end": "{",
    }  # fmt: skip
    arguments |= dict.fromkeys((*_FONTS, *_WORDS, *ACCENTS), "{")
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


@lru_cache(maxsize=4096)
def read(latex: str) -> Node:
    """The formula in `latex`, with or without its dollars.

    Raises LatexError where the LaTeX is malformed or holds a command that formulas do not have.
    """
    source = _bare(latex)
    if len(source) > LONGEST:
        raise LatexError("the formula is too long")
    try:
        found, _, _ = LatexWalker(source, latex_context=_commands(), tolerant_parsing=False).get_latex_nodes()
        return _lines(_pieces(found))
    except LatexWalkerError as error:
        raise LatexError(str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise LatexError("the formula is nested too deeply") from error


def _bare(latex: str) -> str:
    """The formula without the signs that mark it as one in a text."""
    source = printable(re.sub(r"(?<!\\)%.*", "", latex)).strip()
    for left, right in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if len(source) > len(left) + len(right) and source.startswith(left) and source.endswith(right):
            return source[len(left) : -len(right)]
    return source


def _pieces(nodes: Iterable[Any]) -> list[Piece]:
    """The nodes, with runs of characters taken apart and blanks and comments left out."""
    pieces: list[Piece] = []
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            pieces += [sign for sign in node.chars if not sign.isspace()]
        elif isinstance(node, LatexSpecialsNode):
            pieces.append(_Special(node.specials_chars))
        elif not isinstance(node, LatexCommentNode):
            pieces.append(node)
    return pieces


@dataclass(frozen=True)
class _Special:
    sign: str  # _ ^ & ~


def _is_special(piece: Piece, signs: str) -> bool:
    return isinstance(piece, _Special) and piece.sign in signs


def _is_prime(piece: Piece) -> bool:
    return isinstance(piece, str) and piece in "'’"


def _is_macro(piece: Piece, *names: str) -> bool:
    return isinstance(piece, LatexMacroNode) and piece.macroname in names


def _split(pieces: list[Piece], ends: Callable[[Piece], bool]) -> list[list[Piece]]:
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if ends(piece):
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _rows(pieces: list[Piece]) -> list[list[list[Piece]]]:
    """The cells between `&` in the rows between `\\\\`; an empty last row is none."""
    rows = _split(pieces, lambda piece: _is_macro(piece, "\\", "newline", "cr"))
    rows = [rows[0], *(_without_gap(row) for row in rows[1:])]
    rows = [[piece for piece in row if not _is_macro(piece, "hline")] for row in rows]
    if len(rows) > 1 and not rows[-1]:
        rows = rows[:-1]
    return [_split(row, lambda piece: _is_special(piece, "&")) for row in rows]


def _without_gap(row: list[Piece]) -> list[Piece]:
    """The row without the `[2pt]` that may follow the `\\\\` before it."""
    signs = "".join(piece if isinstance(piece, str) else " " for piece in row)
    if signs.startswith("[") and "]" in signs:
        end = signs.index("]")
        if re.fullmatch(r"-?[\d.]+(pt|ex|em|mm|cm)", signs[1:end]):
            return row[end + 1 :]
    return row


def _lines(pieces: list[Piece]) -> Node:
    """A whole formula: one line, or several with or without alignment."""
    rows = _rows(pieces)
    if len(rows) == 1 and len(rows[0]) == 1:
        return _sequence(rows[0][0])
    return _table(rows, "", "aligned")


def _table(rows: list[list[list[Piece]]], columns: str, style: Any, rules: tuple[int, ...] = ()) -> Table:
    across = max(map(len, rows), default=1)
    filled = tuple(tuple(_sequence(cell) for cell in [*row, *([[]] * (across - len(row)))]) for row in rows)
    pattern = columns or ("rl" * across if style == "aligned" and across > 1 else "l" * across)
    return Table(filled, (pattern + "c" * across)[:across], style, rules)


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
            if _is_macro(piece, "right", "middle"):
                if inside:
                    return items
                raise LatexError(f"\\{piece.macroname} without \\left")
            if _is_special(piece, "_^") or _is_prime(piece):
                base = items.pop() if items and not isinstance(items[-1], Space) else Symbol("")
                items.append(self._scripts(base))
            elif (item := self._item()) is not None:
                items += item
        if inside:
            raise LatexError("\\left without \\right")
        return items

    def _item(self) -> list[Node] | None:
        """The next thing without its scripts; a group without scripts gives all that is in it."""
        piece = self.pieces[self.at]
        self.at += 1
        if isinstance(piece, str):
            return [self._characters(piece)]
        if isinstance(piece, _Special):
            if piece.sign == "&":
                raise LatexError("& outside of rows")
            return [Space(1)]
        if isinstance(piece, LatexGroupNode):
            return self._group(piece)
        if isinstance(piece, LatexEnvironmentNode):
            return [_environment(piece)]
        if isinstance(piece, LatexMathNode):
            return [_sequence(_pieces(piece.nodelist))]
        return self._macro(piece)

    def _group(self, group: Any) -> list[Node]:
        inside = _lines(_pieces(group.nodelist))
        if self._script_follows() or isinstance(inside, Table):
            return [inside]
        if isinstance(inside, Symbol):  # {,} and {=} have no blanks around them
            return [replace(inside, kind="ord") if inside.kind in ("bin", "rel", "punct") else inside]
        return list(inside.items) if isinstance(inside, Sequence) else [inside]

    def _script_follows(self) -> bool:
        return self.at < len(self.pieces) and (
            _is_special(self.pieces[self.at], "_^") or _is_prime(self.pieces[self.at])
        )

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
            if _is_prime(piece):
                primes += 1
                self.at += 1
            elif _is_special(piece, "_") and sub is None:
                sub = self._script()
            elif _is_special(piece, "^") and not sup:
                sup = [self._script()]
            elif _is_special(piece, "_^"):
                raise LatexError(f"a second {piece.sign} on one base")
            elif _is_macro(piece, "limits", "nolimits"):
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
        if self.at >= len(self.pieces) or isinstance(self.pieces[self.at], _Special):
            raise LatexError("_ or ^ without anything behind it")
        piece = self.pieces[self.at]
        if isinstance(piece, str):
            self.at += 1
            return Symbol(piece, "ord", "number") if piece.isdecimal() else character(piece)
        if isinstance(piece, LatexGroupNode):
            self.at += 1
            return _lines(_pieces(piece.nodelist))
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
        node = _command(name, _arguments(macro))
        if node is None:
            return None
        return list(items_of(node)) if name in _WORDS and not self._script_follows() else [node]

    def _delimited(self, side: str) -> list[Node]:
        """A \\left … \\right pair with its body, or one sized bracket."""
        sign = self._delimiter()
        if side != "left":
            found = character(sign) if sign else Symbol("")
            kinds: dict[str, Any] = {"bigl": "open", "bigr": "close", "bigm": "rel"}
            return [replace(found, kind=kinds.get(side, found.kind), limits=side in ("big", "bigr") and sign in "|‖")]
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


def _arguments(node: Any) -> list[Any]:
    return list(node.nodeargd.argnlist) if node.nodeargd and node.nodeargd.argnlist else []


def _inside(argument: Any) -> list[Piece]:
    """The pieces of one argument, with or without braces."""
    if argument is None:
        return []
    return _pieces(argument.nodelist if isinstance(argument, LatexGroupNode) else [argument])


def _argument(argument: Any) -> Node:
    return _lines(_inside(argument))


def _command(name: str, arguments: list[Any]) -> Node | None:
    """The node of a command; None for one that leaves no trace. Raises LatexError for an unknown one."""
    if name in MACROS:
        return MACROS[name]
    if name in SPACES:
        return Space(SPACES[name]) if SPACES[name] else None
    if name in _IGNORED or name in ("label", "vphantom", "mathchoice"):
        return None
    if name in DELIMITERS or name == "|":
        return _bracket("‖" if name == "|" else DELIMITERS[name], name)
    if name in ACCENTS:
        return Accent(_argument(arguments[0]), ACCENTS[name])
    if name in _WORDS:
        return _words(arguments[0])
    if name in _FONTS:
        return _in_font(name, arguments[0])
    if name in _STRUCTURES:
        return _STRUCTURES[name](arguments)
    raise LatexError(f"unknown command \\{name}")


def _bracket(sign: str, name: str) -> Symbol:
    symbol = character(sign)
    if name in ("lvert", "lVert"):
        return replace(symbol, kind="open")
    return replace(symbol, kind="close") if name in ("rvert", "rVert") else symbol


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


def _words(argument: Any) -> Node:
    """Words as they stand; formulas between dollars inside of them are read as formulas."""
    parts: list[Node] = []
    for node in argument.nodelist if isinstance(argument, LatexGroupNode) else [argument]:
        if isinstance(node, LatexMathNode):
            parts.append(_sequence(_pieces(node.nodelist)))
            continue
        text = _text(node)
        blank = bool(text) and not text.strip()
        if text[:1].isspace() or blank:
            parts.append(Space(1))
        if text.strip():
            parts.append(Symbol(" ".join(text.split()), "word", "text"))
        if text[-1:].isspace() and not blank:
            parts.append(Space(1))
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _in_font(font: str, argument: Any) -> Node:
    """Letters in another alphabet; bold is a role, upright words are names of several letters."""
    font = "mathcal" if font == "mathscr" else font
    if font in ("mathbf", "boldsymbol", "bm"):
        return _emboldened(_argument(argument))
    if font in ("mathbb", "mathcal", "mathfrak"):
        return Symbol(lettered(_text(argument).strip(), font), "ord", "name")
    if font in ("mathit", "mathnormal"):
        return _argument(argument)
    try:
        text = _text(argument).strip()
    except LatexError:
        return _argument(argument)
    if text.isdecimal():
        return Symbol(text, "ord", "number")
    return Symbol(text, "word" if len(text) > 1 else "ord", "function" if len(text) > 1 else "name")


def _emboldened(node: Node) -> Node:
    match node:
        case Symbol(kind="ord"):
            return replace(node, role="strong")
        case Sequence():
            return Sequence(tuple(_emboldened(item) for item in node.items))
        case Scripts():
            return replace(node, base=_emboldened(node.base))
        case Accent():
            return replace(node, body=_emboldened(node.body))
        case _:
            return node


def _operator_name(arguments: list[Any]) -> Node:
    starred, name = arguments
    text = " ".join(_text(name).split())
    return Symbol(text, "function", "function", starred is not None or text in ("argmax", "argmin", "max", "min"))


def _over_relation(arguments: list[Any]) -> Node:
    return Stack(_argument(arguments[1]), over=_argument(arguments[0]))


def _long_arrow(sign: str) -> Callable[[list[Any]], Node]:
    def arrow(arguments: list[Any]) -> Node:
        under = _argument(arguments[0]) if arguments[0] is not None else None
        return Stack(Symbol(sign, "rel", "operator", True), over=_argument(arguments[1]), under=under)

    return arrow


def _classed(kind: Any) -> Callable[[list[Any]], Node]:
    def classed(arguments: list[Any]) -> Node:
        node = _argument(arguments[0])
        return replace(node, kind=kind, limits=kind == "op") if isinstance(node, Symbol) else node

    return classed


def _words_in_brackets(before: str) -> Callable[[list[Any]], Node]:
    def bracketed(arguments: list[Any]) -> Node:
        inside = _argument(arguments[-1])
        body = Sequence((Symbol(before, "word", "function"), inside)) if before else inside
        return Sequence((Space(2), Fence("(", body, ")")))

    return bracketed


_STRUCTURES: dict[str, Callable[[list[Any]], Node]] = {
    **{
        name: lambda arguments: Fraction(_argument(arguments[0]), _argument(arguments[1]))
        for name in ("frac", "dfrac", "tfrac", "cfrac")
    },
    **{
        name: lambda arguments: Fence("(", Fraction(_argument(arguments[0]), _argument(arguments[1]), False), ")")
        for name in ("binom", "dbinom", "tbinom")
    },
    "sqrt": lambda arguments: Root(_argument(arguments[1]), _argument(arguments[0]) if arguments[0] else None),
    "operatorname": _operator_name,
    "overset": _over_relation,
    "stackrel": _over_relation,
    "underset": lambda arguments: Stack(_argument(arguments[1]), under=_argument(arguments[0])),
    "underbrace": lambda arguments: Braced(_argument(arguments[0]), None, over=False),
    "overbrace": lambda arguments: Braced(_argument(arguments[0]), None, over=True),
    "boxed": lambda arguments: Boxed(_argument(arguments[0])),
    "substack": lambda arguments: _table(_rows(_inside(arguments[0])), "c", "tight"),
    "textcolor": lambda arguments: _argument(arguments[1]),
    "phantom": lambda arguments: Space(1),
    "hphantom": lambda arguments: Space(1),
    "hspace": lambda arguments: Space(1),
    "tag": _words_in_brackets(""),
    "pmod": _words_in_brackets("mod"),
    "xrightarrow": _long_arrow("→"),
    "xleftarrow": _long_arrow("←"),
    "mathop": _classed("op"),
    "mathrel": _classed("rel"),
    "mathbin": _classed("bin"),
    "mathord": _classed("ord"),
}


def _environment(node: Any) -> Node:
    name = str(node.environmentname).rstrip("*")
    if name not in _ENVIRONMENTS:
        raise LatexError(f"unknown environment {name}")
    rows = _rows(_pieces(node.nodelist))
    if name in _MATRICES:
        left, right = _MATRICES[name]
        return Fence(left, _table(rows, "c" * max(map(len, rows)), "matrix"), right)
    if name in ("cases", "rcases"):
        table = _table(rows, "", "cases")
        return Fence("{", table, "") if name == "cases" else Fence("", table, "}")
    if name == "array":
        pattern = "".join(_text(_arguments(node)[0]).split())
        columns = "".join(sign for sign in pattern if sign in "lcr")
        rules = tuple(
            len([sign for sign in pattern[:place] if sign in "lcr"])
            for place, sign in enumerate(pattern)
            if sign == "|"
        )
        return _table(rows, columns, "matrix", rules)
    return _table(
        rows, "" if name in _ALIGNED else "c" * max(map(len, rows)), "aligned" if name in _ALIGNED else "plain"
    )
