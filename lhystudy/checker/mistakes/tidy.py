"""A derivative that was worked out, made short: numbers multiplied, and what has a name called by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from lhystudy.checker.mistakes.edit import ONE, Scene, factors, letters_in, negated, product, total, with_index
from lhystudy.checker.nodes import Add, Entry, Expr, Name, Negative, Node, Number, Power, Product, Quotient, Sum


def tidied(scene: Scene, node: Expr) -> Expr:
    """The same expression, shorter."""
    return gathered(called(node, names(scene)))


def names(scene: Scene) -> dict[Expr, Expr]:
    """What is given -> the name it was given, entries at the letters of the line among them."""
    found: dict[Expr, Expr] = {}
    for each in scene.problem.definitions:
        name = Name(each.name)
        if each.parameters or isinstance(each.body, Name | Number | Entry):
            continue
        if not each.indices:
            found[each.body] = name
        elif len(each.indices) == 1 and isinstance(each.indices[0], Name):
            for letter in letters_in(scene.relation):
                found[with_index(each.body, each.indices[0].name, Name(letter))] = Entry(name, (Name(letter),))
        else:
            found[each.body] = Entry(name, each.indices)
    return found


def called(node: Expr, known: Mapping[Expr, Expr]) -> Expr:
    """The expression with every part that has a name called by it."""

    def changed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(changed, part))
        if not isinstance(part, Node):
            return part
        if part in known:
            return known[part]  # type: ignore[index]
        return replace(
            part, **{each.name: changed(getattr(part, each.name)) for each in fields(part) if each.name != "span"}
        )

    result: Expr = changed(node)
    return result


def gathered(node: Expr) -> Expr:
    """The expression with the numbers of each product in one place, in front."""
    if isinstance(node, Quotient) and isinstance(node.denominator, Number) and isinstance(node.numerator, Product):
        return gathered(Product(Quotient(ONE, node.denominator), node.numerator))
    if isinstance(node, Product) and node.mark in ("", "*"):
        coefficient = ONE.value
        rest: Expr = ONE
        turned = False
        for factor in factors(node):
            inner = gathered(factor)
            for part in factors(inner.operand if isinstance(inner, Negative) else inner):
                value = number_of(part)
                coefficient = coefficient * value if value is not None else coefficient
                rest = rest if value is not None else multiplied(rest, part)
            turned ^= isinstance(inner, Negative)
        body = (
            product(Number(coefficient), rest) if coefficient.denominator == 1 else Product(fraction(coefficient), rest)
        )
        return negated(body) if turned else body
    match node:
        case Negative(operand):
            return negated(gathered(operand))
        case Add(terms):
            return total(*map(gathered, terms))
        case Sum(_, body):
            return replace(node, body=gathered(body))
        case Quotient(top, bottom):
            return replace(node, numerator=gathered(top), denominator=gathered(bottom))
        case Power(base, _):
            return replace(node, base=gathered(base))
    return node


def multiplied(rest: Expr, part: Expr) -> Expr:
    """The product; a factor that is divided away again left out."""
    if isinstance(part, Quotient) and part.numerator == ONE:
        left = factors(rest)
        if part.denominator in left:
            left.remove(part.denominator)
            made: Expr = ONE
            for each in left:
                made = product(made, each)
            return made
    return product(rest, part)


def number_of(part: Expr) -> Any:
    if isinstance(part, Number):
        return part.value
    if isinstance(part, Quotient) and isinstance(part.numerator, Number) and isinstance(part.denominator, Number):
        return part.numerator.value / part.denominator.value if part.denominator.value else None
    return None


def fraction(value: Any) -> Expr:
    return Quotient(Number(type(value)(value.numerator)), Number(type(value)(value.denominator)))
