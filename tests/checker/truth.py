"""Whether a lowered relation is true, by torch in float64 at random points: a witness that shares no deciding code."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import isfinite
from random import Random

import torch

from lhystudy.checker.meaning.replace import atoms, subterms
from lhystudy.checker.meaning.setting import Setting, known_symbols
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Determinant, Dim, Fact, InverseEntry, ProductOver, Size, SumOver
from tests.checker.oracle import Oracle, Tensor

POINTS = 12
SCALARS = 60  # points where all names are scalars, so that narrow pieces are met
SCALES = (1.0, 1.5, 4.0)
ENOUGH = 6  # values compared before a relation counts as true
LARGE = 1e12
NEAR = 1e-6  # relative, between sides that count as equal
UNDRAWN = frozenset({"random", "integer", "function"})  # types that are not drawn here


def truth(fact: Fact, setting: Setting, chance: Random) -> bool | None:
    """True, False, or None where too little could be compared. Only for settings without assumptions."""
    symbols = known_symbols(setting)
    compared = 0
    scalars = not any(atom.indices for atom in atoms(fact.left) | atoms(fact.right))
    for _ in range(SCALARS if scalars else POINTS):
        sizes = {dim: chance.choice([2, 3]) for dim in dimensions(fact, symbols)}
        values = drawn(fact, symbols, sizes, chance)
        if values is None:
            return None
        oracle = Oracle(values, sizes)
        for places in product(*(range(1, oracle.size(dim) + 1) for dim in fact.free.values())):
            holds = at(oracle, fact, dict(zip(fact.free, places, strict=True)))
            if holds is False:
                return False
            compared += holds is True
    return True if compared >= ENOUGH else None


def at(oracle: Oracle, fact: Fact, places: dict[str, int]) -> bool | None:
    """Whether the relation holds here, None where a side has no value."""
    try:
        left, right = oracle.of(fact.left, places).item(), oracle.of(fact.right, places).item()
    except (IndexError, StopIteration):
        return None
    if not (isfinite(left) and isfinite(right) and max(abs(left), abs(right)) < LARGE):
        return None
    slack = NEAR * (1 + abs(left) + abs(right))
    if fact.sign == "=":
        return abs(left - right) <= slack
    return left <= right + slack if fact.sign == "<=" else left >= right - slack


def dimensions(fact: Fact, symbols: Mapping[str, Symbol]) -> list[str]:
    found: list[Dim | None] = list(fact.free.values())
    for side in (fact.left, fact.right):
        for term in subterms(side):
            if isinstance(term, SumOver | ProductOver | Size):
                found.append(term.dim)
            elif isinstance(term, InverseEntry | Determinant):
                found += term.matrix.dims
            elif isinstance(term, Atom) and term.name in symbols:
                found += symbols[term.name].dims
    return sorted({dim for dim in found if isinstance(dim, str)})


def drawn(fact: Fact, symbols: Mapping[str, Symbol], sizes: dict[str, int], chance: Random) -> dict[str, Tensor] | None:
    """A tensor of its type for every name."""
    values: dict[str, Tensor] = {}
    for atom in sorted(atoms(fact.left) | atoms(fact.right), key=str):
        if atom.name in values:
            continue
        symbol = symbols.get(atom.name, Symbol(atom.name))
        if symbol.type in UNDRAWN:
            return None
        dims = symbol.dims if len(symbol.dims) == len(atom.indices) else (4,) * len(atom.indices)
        shape = [dim if isinstance(dim, int) else sizes[dim] for dim in dims]
        values[atom.name] = of_type(
            symbol.type, torch.randn(shape, dtype=torch.float64) * chance.choice(SCALES), chance
        )
    return values


def of_type(kind: str, normal: Tensor, chance: Random) -> Tensor:
    match kind:
        case "positive":
            return normal.abs() + 0.1
        case "unit":
            return torch.sigmoid(normal)
        case "simplex":
            return torch.softmax(normal, 0)
        case "symmetric":
            return normal + normal.T
        case "onehot":
            return torch.eye(len(normal), dtype=torch.float64)[chance.randrange(len(normal))]
    return normal
