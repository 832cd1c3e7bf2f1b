"""The name of what a `set` is solved for: `w^*` and `ŵ` are the w at which the derivative vanishes."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.setting import Defined, Setting
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.nodes import Name, Relation, walk
from lhystudy.checker.terms import Array, Atom, Index

MARKS = frozenset({"star", "hat", "opt"})


def of_optimum(relation: Relation, setting: Setting) -> tuple[Relation, Setting]:
    """The relation about w itself, and the setting in which the new name is w, after a `set` of a derivative by w."""
    left = relation.left
    if not isinstance(left, Name) or relation.sign != "=" or left in walk(relation.right):
        return relation, setting
    whole, _, mark = left.name.rpartition("_")
    known = left.name in setting.defined or left.name in setting.problem.symbols or left.name in setting.arrays
    if mark not in MARKS or known or whole not in setting.unknowns:
        return relation, setting
    symbol = setting.problem.symbols.get(whole)
    dims = symbol.dims if symbol is not None else setting.arrays.get(whole, ())
    own = tuple(fresh() for _ in dims)
    value = Value(Array(own, dims, Atom(whole, tuple(map(Index, own)))))
    named = setting.with_(defined={**setting.defined, left.name: Defined(left.name, value)})
    return replace(relation, left=replace(left, name=whole)), named
