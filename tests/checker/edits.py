"""Every small edit of a typed tree: signs, factors, terms, indices, transposes, exponents, functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from lhystudy.checker.nodes import (
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)

OTHER_FUNCTION = {"exp": "log", "log": "exp", "sin": "cos", "cos": "sin", "sigmoid": "tanh", "tanh": "sigmoid"}


def edits(node: Expr, letters: tuple[str, ...]) -> Iterator[Expr]:
    """The node with one edit somewhere in it."""
    yield from here(node, letters)
    for each in fields(node):
        if each.name == "span":
            continue
        child = getattr(node, each.name)
        if isinstance(child, Node) and not isinstance(child, Name):
            for edited in edits(child, letters):  # type: ignore[arg-type]
                yield with_field(node, each.name, edited)
        elif isinstance(child, tuple) and child and isinstance(child[0], Node) and hasattr(child[0], "span"):
            yield from in_tuple(node, each.name, child, letters)


def in_tuple(node: Expr, name: str, children: tuple[Any, ...], letters: tuple[str, ...]) -> Iterator[Expr]:
    if name in ("binders", "by", "pieces"):
        return
    for place, child in enumerate(children):
        if isinstance(child, Name) and not (isinstance(node, Entry) and name == "indices"):
            continue
        options = other_letters(child, letters) if isinstance(child, Name) else edits(child, letters)
        for edited in options:
            yield with_field(node, name, (*children[:place], edited, *children[place + 1 :]))


def with_field(node: Expr, name: str, value: Any) -> Expr:
    changes: dict[str, Any] = {name: value}
    return replace(node, **changes)


def other_letters(index: Name, letters: tuple[str, ...]) -> Iterator[Expr]:
    return (Name(letter) for letter in letters if letter != index.name)


def here(node: Expr, letters: tuple[str, ...]) -> Iterator[Expr]:
    match node:
        case Add(terms):
            for place, term in enumerate(terms):
                flipped = term.operand if isinstance(term, Negative) else Negative(term)
                yield Add((*terms[:place], flipped, *terms[place + 1 :]))
                rest = (*terms[:place], *terms[place + 1 :])
                yield rest[0] if len(rest) == 1 else Add(rest)
        case Negative(operand):
            yield operand
        case Number(value) if value.denominator == 1:
            yield Number(value + 1)
            if value != 1:
                yield Number(value * 2)
        case Product(left, right, mark):
            yield left
            yield right
            yield Product(right, left, mark)
            yield Product(Number(Fraction(2)), node)
        case Quotient(top, bottom):
            yield top
            yield Quotient(bottom, top)
        case Power(base, exponent):
            yield base
            yield Power(base, Add((exponent, Number(Fraction(1)))))
        case Transpose(operand):
            yield operand
        case Call(function, (argument,)) if function in OTHER_FUNCTION:
            yield Call(OTHER_FUNCTION[function], (argument,))
            yield argument
        case Delta():
            yield Number(Fraction(1))
        case Entry(of, (one, other)):
            yield Entry(of, (other, one))
        case Sum(_, body):
            yield body
