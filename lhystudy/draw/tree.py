"""A formula as a tree: what a reader makes of LaTeX and a setter draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lhystudy.draw.cells import Role

# What a thing is to its neighbours, which decides the blanks between them. "sign" is + or − without a left operand.
Kind = Literal[
    "ord", "word", "function", "op", "bin", "sign", "rel", "open", "close", "punct", "fence", "fraction", "space"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Symbol:
    """One sign, a number, or a name set upright; `limits` is true where bounds stand below and above it."""

    text: str
    kind: Kind = "ord"
    role: Role = "name"
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Blanks that were asked for."""

    cells: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Things side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """`bar` is false for a binomial's two rows."""

    top: Node
    bottom: Node
    bar: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    body: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class Scripts:
    """A base with what is lowered and what is raised behind it."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """Brackets that grow with their body; an empty string is no bracket."""

    left: str
    body: Node
    right: str


@dataclass(frozen=True, slots=True)
class Accent:
    """A mark over the body: hat, bar, tilde, vec, dot, ddot; or under it: underline."""

    body: Node
    mark: str


@dataclass(frozen=True, slots=True)
class Braced:
    """A lying brace over or under the body, with a label beyond it."""

    body: Node
    label: Node | None
    over: bool


@dataclass(frozen=True, slots=True)
class Stack:
    """A base with something set over or under it."""

    base: Node
    over: Node | None = None
    under: Node | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `columns` has l, c or r for each column, `style` says what it is for.

    Styles: matrix, cases, aligned (columns join without a gap, in turn right and left), plain, tight (under a sum).
    """

    rows: tuple[tuple[Node, ...], ...]
    columns: str
    style: Literal["matrix", "cases", "aligned", "plain", "tight"]
    rules: tuple[int, ...] = ()  # numbers of columns before which an upright line stands


@dataclass(frozen=True, slots=True)
class Boxed:
    body: Node


Node = (
    Symbol | Space | Sequence | Fraction | Root | Scripts | Fence | Accent | Braced | Stack | Table | Boxed
)  # fmt: skip


def items_of(node: Node) -> tuple[Node, ...]:
    """The things that stand side by side in `node`: one for anything but a sequence."""
    return node.items if isinstance(node, Sequence) else (node,)


def kind_of(node: Node) -> Kind:
    """What `node` is to its neighbours."""
    match node:
        case Symbol():
            return node.kind
        case Space():
            return "space"
        case Sequence((only,)):
            return kind_of(only)
        case Scripts() | Stack():
            return kind_of(node.base)
        case Braced() | Accent():
            return kind_of(node.body) if kind_of(node.body) in ("op", "function") else "ord"
        case Fence():
            return "fence"
        case Fraction():
            return "fraction" if node.bar else "fence"
        case _:
            return "ord"


def kinds_of(items: tuple[Node, ...]) -> list[Kind]:
    """The kinds of neighbours; + and − (and the like) without a left operand become signs."""
    kinds: list[Kind] = []
    before: Kind | None = None
    for item in items:
        kind = kind_of(item)
        if kind == "bin" and before in (None, "bin", "sign", "rel", "open", "punct", "op", "function"):
            kind = "sign"
        kinds.append(kind)
        if kind != "space":
            before = kind
    return kinds


def gap(left: Kind, right: Kind, tight: bool = False) -> int:
    """Blanks between two neighbours; `tight` as in indices and bounds."""
    if left in ("open", "space") or right in ("close", "punct", "space"):
        return 0
    if left == right == "rel":
        return 0
    if {left, right} & {"rel", "bin"} or left == "punct":
        return 0 if tight else 1
    if left == "sign":
        return 1 if right == "fraction" else 0
    if right in ("function", "op") or left == "op":
        return 1
    if left in ("function", "word") or right == "word":
        return 0 if right == "fence" or right == "open" else 1
    return 1 if "fraction" in (left, right) else 0


_CLINGING = tuple("，。、；：？！）”’")  # signs in running text that bring their own blank


def spaced(items: tuple[Node, ...], tight: bool = False) -> list[tuple[int, Node, Kind]]:
    """The items without spaces, each with the blanks before it and what it is to its neighbours."""
    found: list[tuple[int, Node, Kind]] = []
    asked = 0
    for item, kind in zip(items, kinds_of(items), strict=True):
        if isinstance(item, Space):
            asked = max(asked, item.cells)
            continue
        before = gap(found[-1][2], kind, tight) if found else 0
        if (
            found
            and not before
            and not tight
            and kind in ("ord", "word", "fence")
            and _is_power_of_bracket(found[-1][1])
        ):
            before = 1
        if isinstance(item, Symbol) and item.text[:1] in _CLINGING:
            before = asked = 0
        found.append((max(before, asked), item, kind))
        asked = 0
    return found


def _is_power_of_bracket(node: Node) -> bool:
    """Whether `node` is a bracket with something raised behind it, which would run into the next factor."""
    return isinstance(node, Scripts) and isinstance(node.base, Fence) and node.sup is not None
