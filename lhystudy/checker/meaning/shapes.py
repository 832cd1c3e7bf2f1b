"""Shapes: values with their dimensions, dimensions that turn out to be one, and the faults of what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lhystudy.checker.meaning.replace import fresh, reindexed
from lhystudy.checker.nodes import NOWHERE, Node, Span
from lhystudy.checker.terms import Array, Dim, Index, Term
from lhystudy.words import say


class Fault(Exception):
    """A line that can be read but has no meaning: what does not fit, where, and what would."""

    def __init__(self, message: str, node: Node | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span: Span = node.span if node is not None else NOWHERE


class ShapeFault(Fault):
    """Shapes that do not fit together."""


class IndexFault(Fault):
    """An index that dangles, clashes, or lies outside its dimension."""


class NameFault(Fault):
    """A function or form that is not known here."""


@dataclass(frozen=True, slots=True)
class Value:
    """A lowered expression. A vector is a column unless `row`; `plain` marks a number standing alone."""

    array: Array
    row: bool = False
    plain: bool = False

    @property
    def entry(self) -> Term:
        return self.array.entry

    @property
    def indices(self) -> tuple[str, ...]:
        return self.array.indices

    @property
    def dims(self) -> tuple[Dim, ...]:
        return self.array.dims

    @property
    def rank(self) -> int:
        return len(self.array.dims)

    def at(self, *indices: Index) -> Term:
        """The entry at these places."""
        return reindexed(self.array, *indices)


def scalar(term: Term, plain: bool = False) -> Value:
    return Value(Array((), (), term), plain=plain)


def built(dims: tuple[Dim, ...], entry: Callable[..., Term], row: bool = False) -> Value:
    """The array whose entry at indices i, j, ... is what `entry` answers for them."""
    names = tuple(fresh() for _ in dims)
    return Value(Array(names, dims, entry(*map(Index, names))), row)


def mapped(function: Callable[..., Term], *values: Value) -> Value:
    """The function applied entry by entry; scalars go with every entry. Shapes must have been matched."""
    widest = max(values, key=lambda value: value.rank)
    places = tuple(map(Index, widest.indices))
    entries = [value.at(*places) if value.rank else value.entry for value in values]
    plain = all(value.plain for value in values)
    return Value(Array(widest.indices, widest.dims, function(*entries)), widest.row, plain)


UNNAMED = "|"  # begins a dimension that nothing has named yet


def _strength(dim: Dim) -> int:
    """Which of two dimensions found equal gives its name to both: the stronger."""
    if isinstance(dim, int):
        return 3
    return 2 if not dim.startswith(UNNAMED) else 0 if dim.startswith(UNNAMED * 2) else 1


@dataclass
class Dims:
    """Dimensions and which of them are one and the same."""

    aliases: dict[str, Dim]

    def find(self, dim: Dim) -> Dim:
        while isinstance(dim, str) and dim in self.aliases:
            dim = self.aliases[dim]
        return dim

    def agree(self, left: Dim, right: Dim) -> bool:
        """Whether the two are one; a dimension that nothing has named becomes the other."""
        left, right = self.find(left), self.find(right)
        if left == right:
            return True
        weak, strong = sorted((left, right), key=_strength)
        if isinstance(weak, str) and _strength(weak) < 2:
            self.aliases[weak] = strong
            return True
        return False

    def unknown(self, name: str = "") -> Dim:
        """A dimension to be found out: that of the array `name`, or of an index where there is none."""
        return f"{UNNAMED}{name}{UNNAMED}" if name else f"{UNNAMED}{UNNAMED}{fresh()}"

    def lasting(self) -> Mapping[str, Dim]:
        """What later lines need to know."""
        return {name: self.find(dim) for name, dim in self.aliases.items() if not name.startswith(UNNAMED * 2)}


def spelled(node: Node) -> str:
    """The node as it is typed in the derivation language."""
    from lhystudy.checker.reading.show import show  # only a fault or a note needs it

    return show(node)


def spelled_dim(dim: Dim) -> str:
    return dim.strip(UNNAMED).split("~")[0] or "?" if isinstance(dim, str) else str(dim)


def shape_text(value: Value, dims: Dims) -> str:
    """`a scalar`, `a vector (n)`, `a row (n)`, `a matrix (m, n)`."""
    sizes = [spelled_dim(dims.find(dim)) for dim in value.dims]
    inside = "(" + ", ".join(sizes) + ")"
    if not sizes:
        return say("a scalar", "标量")
    if len(sizes) == 1:
        return say(f"a row {inside}", f"行向量 {inside}") if value.row else say(f"a vector {inside}", f"向量 {inside}")
    if len(sizes) == 2:
        return say(f"a matrix {inside}", f"矩阵 {inside}")
    return say(f"an array {inside}", f"数组 {inside}")


def same_shape(left: Value, right: Value, dims: Dims) -> bool:
    """Whether they have one shape; dimensions that were unknown are found out on the way."""
    if left.rank != right.rank or (left.rank == 1 and left.row != right.row):
        return False
    return all(dims.agree(a, b) for a, b in zip(left.dims, right.dims, strict=True))


def spread(values: Iterable[Value], like: Value) -> list[Value]:
    """Numbers standing alone, written at every entry of `like`."""
    return [
        replace(like, array=Array(like.indices, like.dims, value.entry), plain=False)
        if value.plain and not value.rank
        else value
        for value in values
    ]
