"""Something upside down: a reciprocal or a matrix inverse left out or put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, places, product, total
from lhystudy.checker.nodes import Add, Call, Entry, Expr, Name, Negative, Number, Power, Product, Quotient
from lhystudy.checker.reading.show import show
from lhystudy.words import say

LOGARITHMS = frozenset({"log", "log2", "log10"})


def edits(scene: Scene) -> Iterator[Edit]:
    """Every quotient turned over, every inverse taken away or put on."""
    for part, put in places(scene.right):
        if isinstance(part, Call) and part.function in LOGARITHMS and len(part.args) == 1:
            inside = part.args[0]
            if isinstance(inside, Quotient) and inside.numerator == ONE:
                yield edit(scene, put(replace(part, args=(inside.denominator,))), inside, inside.denominator, 1)
        for other, cost in turned(scene, part):
            yield edit(scene, put(other), part, other, cost)


def edit(scene: Scene, right: Expr, at: Expr, other: Expr, cost: int) -> Edit:
    return Edit(
        "inverse",
        scene.with_right(right),
        at,
        cost,
        say("Something is upside down. What divides what?", "有一处颠倒了。谁除以谁？"),
        say(f"{show(at)} should be {show(other)}.", f"{show(at)} 应是 {show(other)}。"),
    )


def turned(scene: Scene, part: Expr) -> Iterator[tuple[Expr, int]]:
    match part:
        case Quotient():
            yield from turned_quotient(part)
        case Add(terms) if all(isinstance(term, Quotient) for term in terms):
            parts = [(term.numerator, term.denominator) for term in terms if isinstance(term, Quotient)]
            if len({top for top, _ in parts}) == 1:
                yield Quotient(parts[0][0], total(*(bottom for _, bottom in parts))), 3
        case Power(base, Negative(exponent)):
            yield base if exponent == ONE else replace(part, exponent=exponent), 2
        case Product(Number(value), right) if value not in (0, 1):
            yield product(Number(1 / value), right), 3
            yield Quotient(part.left, right), 4
        case Product(Call() | Power() as left, right) if scene.rank_of(right):
            yield Quotient(right, left), 2
        case Product(left, right) if not {left, right} & {ONE}:
            yield from inverse_passed_on(left, right)
            if part.mark in ("", "*") and not isinstance(part.left, Quotient):
                yield Quotient(left, right), 4
        case Name(name) if scene.rank(name) == 2:
            yield Power(part, Negative(ONE)), 4
        case Name() | Entry() | Call():
            yield Quotient(ONE, part), 4


def turned_quotient(part: Quotient) -> Iterator[tuple[Expr, int]]:
    """The quotient turned over, made a product, a factor and the divisor exchanged, or split as one would a sum."""
    top, bottom = part.numerator, part.denominator
    yield bottom if top == ONE else Quotient(bottom, top), 2
    if top != ONE:
        yield Product(top, bottom, "*"), 4
    if isinstance(top, Product):
        yield Quotient(product(top.left, bottom), top.right), 3
        yield Quotient(product(bottom, top.right), top.left), 3
    if isinstance(bottom, Add):
        yield total(*(Quotient(top, term) for term in bottom.terms)), 3
    if top == ONE and isinstance(bottom, Call) and len(bottom.args) == 1:
        yield replace(bottom, args=(Quotient(ONE, bottom.args[0]),)), 3


def inverse_passed_on(left: Expr, right: Expr) -> Iterator[tuple[Expr, int]]:
    """The inverse of one factor taken away and put on the other."""
    inverted = Negative(ONE)
    match left, right:
        case Power(base, exponent), Name() if exponent == inverted:
            yield Product(base, Power(right, inverted)), 3
        case Name(), Power(base, exponent) if exponent == inverted:
            yield Product(Power(left, inverted), base), 3
