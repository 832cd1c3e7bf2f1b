"""Sums over names that are given one by one: `sum_{t=1}^2 f_t` is `f_1 + f_2` where f itself is no array."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Any

from lhystudy.checker.meaning.reflect import rebuilt
from lhystudy.checker.meaning.setting import Setting
from lhystudy.checker.nodes import (
    Add,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Number,
    Product,
    ProductOver,
    Relation,
    Sum,
    walk,
)
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.introduce import single_spelling

MOST = 12  # terms of a sum that is written out


def one_by_one(relation: Relation, setting: Setting) -> Relation:
    """The relation with the sums and products over such names written out."""
    if not any(isinstance(part, Sum | ProductOver) for part in walk(relation)):
        return relation
    if "singles" not in setting.written:
        setting.written["singles"] = single_names(setting.problem) - set(setting.arrays) - set(setting.recurrences)
    names = setting.written["singles"]
    return _changed(relation, names) if names else relation


def single_names(problem: Problem) -> set[str]:
    """The f of which f_1, f_2, … are declared, given or used in what is given, while f itself is no array."""
    given = [*problem.assumptions, *problem.equations, *(one.body for one in problem.definitions)]
    numbered = {part.of.name for part in walk(tuple(given)) if isinstance(part, Entry) and isinstance(part.of, Name)
                if single_spelling(part)}  # fmt: skip
    numbered |= {one.name for one in problem.definitions if one.indices and _numbers(one.indices)}
    numbered |= {found[1] for found in (re.fullmatch(r"(.+)_\d+", name) for name in problem.symbols) if found}
    whole = {name for name, symbol in problem.symbols.items() if symbol.rank}
    return numbered - whole - {one.name for one in problem.definitions if not one.indices or not _numbers(one.indices)}


def _numbers(indices: tuple[Expr, ...]) -> bool:
    return all(isinstance(index, Number) for index in indices)


def _changed(part: Any, names: set[str]) -> Any:
    part = rebuilt(part, lambda inner: _changed(inner, names))
    if not isinstance(part, Sum | ProductOver) or len(part.binders) != 1:
        return part
    binder = part.binders[0]
    low, high = _whole(binder.lower or Number(Fraction(1))), _whole(binder.upper)
    if low is None or high is None or binder.excluding is not None or not -1 <= high - low < MOST:
        return part
    if not any(_over(entry, binder.index, names) for entry in walk(part.body)):
        return part
    terms = tuple(_changed(_at(part.body, binder.index, place), names) for place in range(low, high + 1))
    if isinstance(part, Sum):
        return Add(terms, span=part.span) if len(terms) > 1 else terms[0] if terms else Number(Fraction(0))
    return reduce(Product, terms) if terms else Number(Fraction(1))


def _over(node: Node, letter: str, names: set[str]) -> bool:
    base = node.of if isinstance(node, Entry) else None
    return isinstance(base, Name) and base.name in names and Name(letter) in list(walk(node.indices))  # type: ignore[attr-defined]


def _at(part: Any, letter: str, place: int) -> Any:
    """The part with a number in the place of the letter, worked out in subscripts."""
    if isinstance(part, Name) and part.name == letter:
        return Number(Fraction(place), span=part.span)
    if isinstance(part, Sum | ProductOver) and any(binder.index == letter for binder in part.binders):
        return part
    part = rebuilt(part, lambda inner: _at(inner, letter, place))
    if isinstance(part, Entry):
        indices = tuple(
            index if (whole := _whole(index)) is None else Number(Fraction(whole)) for index in part.indices
        )
        return replace(part, indices=indices)
    return part


def _whole(node: Expr | None) -> int | None:
    """The whole number that a sum of numbers is; None for anything else."""
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Negative(inner):
            whole = _whole(inner)
            return None if whole is None else -whole
        case Add(terms):
            wholes = [_whole(term) for term in terms]
            return None if None in wholes else sum(whole for whole in wholes if whole is not None)
    return None
