"""Terms as short text, for sorting; and terms matched against patterns with index names left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from lhystudy.checker.terms import Apply, Atom, Const, Index, Plus, Raise, Times


def written(term: Any) -> str:
    """The term as text, different for different terms. Simple terms come first when such texts are sorted."""
    match term:
        case Atom(name, indices):
            return f"a{name}" + "".join(map(_index, indices))
        case Const(value):
            return f"#{value}"
        case Plus(parts):
            return "(+" + " ".join(map(written, parts)) + ")"
        case Times(parts):
            return "(*" + " ".join(map(written, parts)) + ")"
        case Raise(base, exponent):
            return f"(^{written(base)} {written(exponent)})"
        case Apply(function, args, order):
            return f"({function}{order or ''} " + " ".join(map(written, args)) + ")"
        case Index():
            return _index(term)
        case tuple():
            return "[" + " ".join(map(written, term)) + "]"
        case str() | int() | Fraction() | None:
            return str(term)
    values = " ".join(written(getattr(term, part.name)) for part in fields(term))
    return f"({type(term).__name__} {values})"


def _index(index: Index) -> str:
    return f"_{index.name}{index.shift if index.shift or not index.name else ''}"


def match(pattern: Any, term: Any, wild: frozenset[str], found: Mapping[str, Index]) -> dict[str, Index] | None:
    """The indices for the wild names that turn the pattern into the term, None where it fits nowhere."""
    if isinstance(pattern, Index):
        return _match_index(pattern, term, wild, found)
    if type(pattern) is not type(term):
        return None
    if isinstance(pattern, tuple):
        if len(pattern) != len(term):
            return None
        bound: dict[str, Index] | None = dict(found)
        for inner, value in zip(pattern, term, strict=True):
            bound = match(inner, value, wild, bound) if bound is not None else None
        return bound
    if isinstance(pattern, str | int | Fraction | None):
        return dict(found) if pattern == term else None
    bound = dict(found)
    for part in fields(pattern):
        bound = match(getattr(pattern, part.name), getattr(term, part.name), wild, bound)
        if bound is None:
            return None
    return bound


def _match_index(
    pattern: Index, index: Any, wild: frozenset[str], found: Mapping[str, Index]
) -> dict[str, Index] | None:
    if not isinstance(index, Index):
        return None
    if pattern.name not in wild:
        return dict(found) if pattern == index else None
    meant = Index(index.name, index.shift - pattern.shift)
    if pattern.name in found and found[pattern.name] != meant:
        return None
    return {**found, pattern.name: meant}


BOUND = "~~"  # canonical names of bound indices: ~~1 for the innermost sum, and so on
