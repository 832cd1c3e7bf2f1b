"""A number that was worked out wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from lhystudy.checker.mistakes.edit import Edit, Scene, places
from lhystudy.checker.nodes import Add, Expr, Negative, Number, Power, Product, Quotient, Relation
from lhystudy.checker.reading.show import show
from lhystudy.words import say

MOST_DIGITS = 60  # of a number that is put in another's place


def edits(scene: Scene) -> Iterator[Edit]:
    """A number of the right side a little larger or smaller; a rounded value with two digits swapped or one changed."""
    coefficients = {id(part.left) for part, _ in places(scene.right) if isinstance(part, Product)}
    coefficients |= {id(part.exponent) for part, _ in places(scene.right) if isinstance(part, Power)}
    for part, put in places(scene.right):
        if not isinstance(part, Number) or id(part) in coefficients:
            continue
        for other, cost in nearby(part):
            yield edit(scene, put(other), part, other, cost)


def nearby(number: Number) -> Iterator[tuple[Number, int]]:
    if number.digits is None:
        for step in (1, -1, 2, -2):
            if number.value + step >= 0:
                yield replace(number, value=number.value + step), 4
        return
    text = str(abs(int(number.value * 10**number.digits)) if number.digits >= 0 else number.value)
    if number.digits < 0 or not text.isdigit():
        return
    text = text.zfill(number.digits + 1)
    unit = Fraction(1, 10**number.digits)
    for place in range(len(text) - 1):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text:
            yield replace(number, value=int(swapped) * unit), 2
    for place in range(len(text)):
        for digit in "0123456789":
            if digit != text[place]:
                yield replace(number, value=int(text[:place] + digit + text[place + 1 :]) * unit), 3


def shifted(scene: Scene, left: str, right: str) -> Iterator[Edit]:
    """The line with the number among its terms changed by as much as the sides lie apart at one point."""
    try:
        gap = Fraction(left) - Fraction(right)
    except ValueError:
        return
    for part, put in places(scene.right):
        if not isinstance(part, Add):
            continue
        for place, term in enumerate(part.terms):
            number = term.operand if isinstance(term, Negative) else term
            if isinstance(number, Number) and number.digits is None:
                value = (-number.value if isinstance(term, Negative) else number.value) + gap
                fixed: Expr = Negative(Number(-value)) if value < 0 else Number(value)
                yield edit(scene, put(Add((*part.terms[:place], fixed, *part.terms[place + 1 :]))), term, fixed, 3)


def rounded(scene: Scene, true: str) -> Edit | None:
    """The line with the value that its left side really has: rounded as the typed number was, else exact."""
    right = scene.right
    if not all(isinstance(part, Number | Negative | Quotient) for part, _ in places(right)):
        return None
    exponent = true.lower().partition("e")[2].lstrip("+-")
    if len(true) > MOST_DIGITS or (exponent.isdigit() and int(exponent) > MOST_DIGITS):
        return None  # nobody mistyped that
    try:
        value = Fraction(true)
    except (ValueError, ZeroDivisionError):
        return None
    typed = right.operand if isinstance(right, Negative) else right
    digits = typed.digits if isinstance(typed, Number) else None
    if digits is not None or scene.relation.sign == "~=":
        value = Fraction(round(value, digits or 0))
    fixed: Expr = Number(Fraction(abs(value.numerator)), digits)
    if value.denominator > 1:
        fixed = Number(abs(value), digits) if digits else Quotient(fixed, Number(Fraction(value.denominator)))
    if value < 0:
        fixed = Negative(fixed)
    return edit(scene, fixed, right, fixed, 4 if isinstance(typed, Number) else 5)


def edit(scene: Scene, right: Expr, at: Expr, other: Expr, cost: int) -> Edit:
    relation: Relation = scene.with_right(right)
    return Edit(
        "arithmetic",
        relation,
        at,
        cost,
        say("A number is not right. Work it out again.", "有一个数算错了。请重新计算。"),
        say(f"{show(at)} should be {show(other)}.", f"{show(at)} 应是 {show(other)}。"),
    )
