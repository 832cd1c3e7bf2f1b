"""Sums that count from another place: `sum_{k=0}^{t-1} beta^k g_{t-k}` is `sum_{k=1}^t beta^{t-k} g_k`, and so with
`g_{t+k}`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from lhystudy.checker.nodes import Add, Binder, Entry, Expr, Name, Negative, Node, Number, ProductOver, Sum, walk

Affine = dict[str, int]  # the whole coefficient of each letter, that of 1 under ''


def reflected(binder: Binder, body: Expr) -> tuple[Binder, Expr]:
    """The range and the body with the index counted from where every subscript that names it does; as they are where
    they count from several places."""
    letter = binder.index
    wholes = _subscripts_with(letter, body)
    if not wholes or binder.lower is None or binder.upper is None or binder.excluding is not None:
        return binder, body
    others = [{name: c for name, c in whole.items() if name not in (letter, "")} for whole in wholes]
    slopes = {whole.get(letter) for whole in wholes}
    if slopes not in ({1}, {-1}) or (slopes == {1} and not others[0]) or any(each != others[0] for each in others):
        return binder, body
    (slope,) = slopes
    start = {**others[0], "": max(whole.get("", 0) for whole in wholes) if slope == -1 else 0}
    ends = (binder.lower, binder.upper) if slope == 1 else (binder.upper, binder.lower)
    low, high = (_moved(end, start, slope) for end in ends)
    turned = _expression(_scaled(_less({letter: 1}, start), slope or 1))
    if low is None or high is None or turned is None:
        return binder, body
    return replace(binder, lower=low, upper=high), _turned(body, letter, turned, start, slope or 1)


def _moved(end: Expr, start: Affine, slope: int | None) -> Expr | None:
    """start + slope * end; a range without end stays so."""
    if slope == 1 and end == Name("inf"):
        return end
    whole = _affine(end)
    return None if whole is None else _expression(_less(start, _scaled(whole, -(slope or 1))))


def _scaled(affine: Affine, by: int) -> Affine:
    return {name: by * c for name, c in affine.items()}


def _subscripts_with(letter: str, body: Expr) -> list[Affine]:
    """Every subscript that names the letter; nothing where one of them is no sum of letters and numbers."""
    found = []
    for node in walk(body):
        if isinstance(node, Sum | ProductOver) and any(inner.index == letter for inner in node.binders):
            return []
        for index in node.indices if isinstance(node, Entry) else ():
            if any(isinstance(part, Name) and part.name == letter for part in walk(index)):
                whole = _affine(index)
                if whole is None:
                    return []
                found.append(whole)
    return found


def _affine(node: Expr) -> Affine | None:
    match node:
        case Name(name):
            return {name: 1}
        case Number(value) if value.denominator == 1:
            return {"": int(value)}
        case Negative(operand):
            inner = _affine(operand)
            return None if inner is None else {name: -c for name, c in inner.items()}
        case Add(terms):
            total: Affine = {}
            for part in map(_affine, terms):
                if part is None:
                    return None
                total = {name: total.get(name, 0) + part.get(name, 0) for name in {**total, **part}}
            return {name: c for name, c in total.items() if c or not name}
    return None


def _less(one: Affine, other: Affine) -> Affine:
    return {name: one.get(name, 0) - other.get(name, 0) for name in {**one, **other}}


def _expression(affine: Affine) -> Expr | None:
    """The sum as a tree; None where a letter stands in it more than once."""
    terms: list[Expr] = []
    for name, c in affine.items():
        if name and abs(c) > 1:
            return None
        if name and c:
            terms.append(Name(name) if c > 0 else Negative(Name(name)))
    constant = affine.get("", 0)
    if constant or not terms:
        number = Number(Fraction(abs(constant)))
        terms.append(number if constant >= 0 else Negative(number))
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def _turned(body: Expr, letter: str, turned: Expr, start: Affine, slope: int) -> Expr:
    """The body with slope * (letter - start) in the place of the letter, worked out in subscripts."""

    def changed(part: Any) -> Any:
        if isinstance(part, Entry):
            return replace(part, of=changed(part.of), indices=tuple(map(subscript, part.indices)))
        if isinstance(part, Name) and part.name == letter:
            return turned
        return rebuilt(part, changed)

    def subscript(index: Expr) -> Expr:
        whole = _affine(index)
        if whole is None or letter not in whole:
            return index
        return _expression(_less({**_less(whole, start), letter: 1}, {})) or index

    return changed(body)  # type: ignore[no-any-return]


def rebuilt(part: Any, changed: Callable[[Any], Any]) -> Any:
    """The part, a node or a tuple of nodes, with everything in it changed."""
    if isinstance(part, tuple):
        return tuple(map(changed, part))
    if not isinstance(part, Node):
        return part
    return replace(
        part, **{each.name: changed(getattr(part, each.name)) for each in fields(part) if each.name != "span"}
    )
