"""The commands and environments of formulas: what each makes of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lhystudy.draw.pieces import Argument, LatexError, Piece, rows_of
from lhystudy.draw.symbols import ACCENTS, DELIMITERS, FONTS, MACROS, SPACES, WORDS, character, lettered
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
)

Arguments = list[Argument]

_IGNORED = (
    "displaystyle textstyle scriptstyle limits nolimits nonumber notag mathstrut strut bf rm it normalsize small"
).split()
_MATRICES = {"matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}")}
_MATRICES |= {"vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "smallmatrix": ("", "")}
_ALIGNED = {"aligned", "align", "alignedat", "split", "eqnarray", "flalign"}
_GATHERED = {"gathered", "gather", "multline", "equation", "displaymath", "math"}
_ENVIRONMENTS = {*_MATRICES, *_ALIGNED, *_GATHERED, "cases", "rcases", "array"}


def command(name: str, arguments: Arguments) -> Node | None:
    """The node of a command; None for one that leaves no trace. Raises LatexError for an unknown one."""
    if name in MACROS:
        return MACROS[name]
    if name in SPACES:
        return Space(SPACES[name]) if SPACES[name] else None
    if name in _IGNORED or name in ("label", "vphantom", "mathchoice"):
        return None
    if name in DELIMITERS or name == "|":
        return _bracket("‖" if name == "|" else DELIMITERS[name], name)
    if not arguments and (name in ACCENTS or name in WORDS or name in FONTS or name in _STRUCTURES):
        raise LatexError(f"\\{name} stands where its argument cannot follow: put braces around both")
    if name in ACCENTS:
        return Accent(arguments[0].formula, ACCENTS[name])
    if name in WORDS:
        return _words(arguments[0])
    if name in FONTS:
        return _in_font(name, arguments[0])
    if name in _STRUCTURES:
        return _STRUCTURES[name](arguments)
    raise LatexError(f"unknown command \\{name}")


def _bracket(sign: str, name: str) -> Symbol:
    symbol = character(sign)
    if name in ("lvert", "lVert"):
        return replace(symbol, kind="open")
    return replace(symbol, kind="close") if name in ("rvert", "rVert") else symbol


def _words(argument: Argument) -> Node:
    """Words as they stand; formulas between dollars inside of them are read as formulas."""
    parts: list[Node] = []
    for part in argument.parts():
        if not isinstance(part, str):
            parts.append(part)
            continue
        blank = bool(part) and not part.strip()
        if part[:1].isspace() or blank:
            parts.append(Space(1))
        if part.strip():
            parts.append(Symbol(" ".join(part.split()), "word", "text"))
        if part[-1:].isspace() and not blank:
            parts.append(Space(1))
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _in_font(font: str, argument: Argument) -> Node:
    """Letters in another alphabet; bold is a role, upright words are names of several letters."""
    font = "mathcal" if font == "mathscr" else font
    if font in ("mathbf", "boldsymbol", "bm"):
        return _emboldened(argument.formula)
    if font in ("mathbb", "mathcal", "mathfrak"):
        return Symbol(lettered(argument.text.strip(), font), "ord", "name")
    if font in ("mathit", "mathnormal"):
        return argument.formula
    try:
        text = argument.text.strip()
    except LatexError:
        return argument.formula
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


def _operator_name(arguments: Arguments) -> Node:
    starred, name = arguments
    text = " ".join(name.text.split())
    return Symbol(text, "function", "function", starred.given or text in ("argmax", "argmin", "max", "min"))


def _over_relation(arguments: Arguments) -> Node:
    return Stack(arguments[1].formula, over=arguments[0].formula)


def _long_arrow(sign: str) -> Callable[[Arguments], Node]:
    def arrow(arguments: Arguments) -> Node:
        under = arguments[0].formula if arguments[0].given else None
        return Stack(Symbol(sign, "rel", "operator", True), over=arguments[1].formula, under=under)

    return arrow


def _classed(kind: Any) -> Callable[[Arguments], Node]:
    def classed(arguments: Arguments) -> Node:
        node = arguments[0].formula
        return replace(node, kind=kind, limits=kind == "op") if isinstance(node, Symbol) else node

    return classed


def _words_in_brackets(before: str) -> Callable[[Arguments], Node]:
    def bracketed(arguments: Arguments) -> Node:
        inside = arguments[-1].formula
        body = Sequence((Symbol(before, "word", "function"), inside)) if before else inside
        return Sequence((Space(2), Fence("(", body, ")")))

    return bracketed


_STRUCTURES: dict[str, Callable[[Arguments], Node]] = {
    **{
        name: lambda arguments: Fraction(arguments[0].formula, arguments[1].formula)
        for name in ("frac", "dfrac", "tfrac", "cfrac")
    },
    **{
        name: lambda arguments: Fence("(", Fraction(arguments[0].formula, arguments[1].formula, False), ")")
        for name in ("binom", "dbinom", "tbinom")
    },
    "sqrt": lambda arguments: Root(arguments[1].formula, arguments[0].formula if arguments[0].given else None),
    "operatorname": _operator_name,
    "overset": _over_relation,
    "stackrel": _over_relation,
    "underset": lambda arguments: Stack(arguments[1].formula, under=arguments[0].formula),
    "underbrace": lambda arguments: Braced(arguments[0].formula, None, over=False),
    "overbrace": lambda arguments: Braced(arguments[0].formula, None, over=True),
    "boxed": lambda arguments: Boxed(arguments[0].formula),
    "substack": lambda arguments: _table(rows_of(arguments[0].pieces), arguments[0].read, "c", "tight"),
    "textcolor": lambda arguments: arguments[1].formula,
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


def environment(name: str, inside: list[Piece], arguments: Arguments, read: Callable[[list[Piece]], Node]) -> Node:
    """The node of an environment; `read` makes a formula of a cell. Raises LatexError for an unknown one."""
    name = name.rstrip("*")
    if name not in _ENVIRONMENTS:
        raise LatexError(f"unknown environment {name}")
    rows = rows_of(inside)
    centred = "c" * max(map(len, rows))
    if name in _MATRICES:
        left, right = _MATRICES[name]
        return Fence(left, _table(rows, read, centred, "matrix"), right)
    if name in ("cases", "rcases"):
        table = _table(rows, read, "", "cases")
        return Fence("{", table, "") if name == "cases" else Fence("", table, "}")
    if name == "array":
        columns, rules = _array_columns("".join(arguments[0].text.split()))
        return _table(rows, read, columns, "matrix", rules)
    if name in _ALIGNED:
        return aligned(rows, read)
    return _table(rows, read, centred, "plain")


def _array_columns(pattern: str) -> tuple[str, tuple[int, ...]]:
    """`c|cc` as the columns ccc and the columns before which a line stands (1)."""
    columns, rules = "", []
    for sign in pattern:
        if sign == "|":
            rules.append(len(columns))
        elif sign in "lcr":
            columns += sign
    return columns, tuple(rules)


def aligned(rows: list[list[list[Piece]]], read: Callable[[list[Piece]], Node]) -> Table:
    """Lines aligned at their &, in turn to the right and to the left."""
    across = max(map(len, rows))
    return _table(rows, read, "rl" * across if across > 1 else "l", "aligned")


def _table(
    rows: list[list[list[Piece]]],
    read: Callable[[list[Piece]], Node],
    columns: str,
    style: Any,
    rules: tuple[int, ...] = (),
) -> Table:
    across = max(map(len, rows), default=1)
    filled = tuple(tuple(read(cell) for cell in [*row, *([[]] * (across - len(row)))]) for row in rows)
    return Table(filled, (columns + ("l" if style == "cases" else "c") * across)[:across], style, rules)
