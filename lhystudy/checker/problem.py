"""What is known when a line is read: declared names, definitions, assumptions. Plain data, no algebra."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lhystudy.checker.nodes import Expr, Relation

TYPES = (
    "real", "positive", "integer", "unit", "vector", "matrix", "symmetric", "simplex", "onehot",
    "function", "random",
)  # fmt: skip
RANKS = {"vector": 1, "simplex": 1, "onehot": 1, "matrix": 2, "symmetric": 2}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declared name. `dims` has one entry a dimension: a name or a whole number."""

    name: str
    type: str = "real"
    dims: tuple[str | int, ...] = ()

    @property
    def rank(self) -> int:
        return RANKS.get(self.type, 0)


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

    def declare(self, *symbols: Symbol) -> Problem:
        return replace(self, symbols={**self.symbols, **{s.name: s for s in symbols}})

    def define(self, definition: Definition) -> Problem:
        return replace(self, definitions=(*self.definitions, definition))

    def definition(self, name: str) -> Definition | None:
        """The latest definition of the whole name (not of a single entry)."""
        return next((d for d in reversed(self.definitions) if d.name == name), None)
