"""What is known when a line is read: declared names, definitions, assumptions. Plain data, no algebra."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lhystudy.checker.families import member
from lhystudy.checker.nodes import Expr, Relation

TYPES = (
    "real", "positive", "integer", "unit", "vector", "matrix", "symmetric", "simplex", "onehot",
    "function", "random",
)  # fmt: skip
LARGEST_SIZE = 1_000_000  # of a dimension that is a number
RANKS = {"vector": 1, "simplex": 1, "onehot": 1, "matrix": 2, "symmetric": 2}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declared name. `dims` has one entry a dimension: a name or a whole number.

    Of a family such as h_t, every member is of `type`, and the first of `dims` is what its index runs along.
    """

    name: str
    type: str = "real"
    dims: tuple[str | int, ...] = ()
    family: bool = False

    @property
    def rank(self) -> int:
        return RANKS.get(self.type, 0) + self.family


@dataclass(frozen=True, slots=True)
class Definition:
    """`given p_i = ...` has indices (i,); `given f(x) = ...` has parameters (x,)."""

    name: str
    body: Expr
    parameters: tuple[str, ...] = ()
    indices: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A value: each statement makes a new one. `seen` are names used without a declaration."""

    symbols: Mapping[str, Symbol] = field(default_factory=lambda: MappingProxyType({}))
    definitions: tuple[Definition, ...] = ()
    assumptions: tuple[Relation, ...] = ()  # from `given`
    equations: tuple[Relation, ...] = ()  # from `set`
    independent: tuple[tuple[str, ...], ...] = ()
    seen: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()  # letters that tell the members of families apart

    def declare(self, *symbols: Symbol) -> Problem:
        known = {**self.symbols, **{symbol.name: symbol for symbol in map(self.in_family, symbols)}}
        return replace(self, symbols=numbered_left_out(known) if self.steps else known)

    def in_family(self, symbol: Symbol) -> Symbol:
        """The family that the name is a member of, where its letter is that of a step; else the name itself."""
        found = member(symbol.name)
        if found is None or found[1] not in self.steps:
            return symbol
        return Symbol(found[0], symbol.type, (f"|{symbol.name}|", *symbol.dims), family=True)

    def define(self, definition: Definition) -> Problem:
        return replace(self, definitions=(*self.definitions, definition))

    def assume(self, relation: Relation) -> Problem:
        return replace(self, assumptions=(*self.assumptions, relation))

    def definition(self, name: str) -> Definition | None:
        """The latest definition of the whole name (not of a single entry)."""
        return next((d for d in reversed(self.definitions) if d.name == name), None)


def numbered_left_out(symbols: Mapping[str, Symbol]) -> dict[str, Symbol]:
    """The symbols without those such as h_0 that are members of a family among them."""

    def stands_in(symbol: Symbol) -> bool:
        found = member(symbol.name)
        family = symbols.get(found[0]) if found is not None and not found[1] else None
        return family is not None and (family.type, family.dims[1:]) == (symbol.type, symbol.dims)

    return {name: symbol for name, symbol in symbols.items() if not stands_in(symbol)}
