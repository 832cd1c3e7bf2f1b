"""Something upside down: a reciprocal or a matrix inverse left out or put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, places
from lhystudy.checker.nodes import Call, Entry, Expr, Name, Negative, Power, Product, Quotient
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
        case Quotient(top, bottom):
            yield bottom if top == ONE else Quotient(bottom, top), 2
            if top != ONE:
                yield Product(top, bottom, "*"), 4
        case Power(base, Negative(exponent)):
            yield base if exponent == ONE else replace(part, exponent=exponent), 2
        case Product(left, right) if not {left, right} & {ONE}:
            if part.mark in ("", "*") and not isinstance(part.left, Quotient):
                yield Quotient(left, right), 4
        case Name(name) if scene.rank(name) == 2:
            yield Power(part, Negative(ONE)), 4
        case Name() | Entry() | Call():
            yield Quotient(ONE, part), 4
