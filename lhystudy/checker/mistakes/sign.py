"""A sign that was lost or turned around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import Edit, Rebuild, Scene, negated, places
from lhystudy.checker.nodes import Add, Call, ColumnVector, Expr, MatrixOf, Negative, Node, Number, Power, SetOf
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """Every single sign of the right side turned around, and the whole side."""
    for part, put in places(scene.right):
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                turned = Add((*part.terms[:place], negated(term), *part.terms[place + 1 :]))
                yield edit(scene, put(turned), term, 1)
        elif isinstance(part, SetOf | ColumnVector | MatrixOf):
            yield from of_members(scene, part, put)
        elif isinstance(part, Negative) and part is not scene.right:
            yield edit(scene, put(part.operand), part, 1)
        elif isinstance(part, Call) and len(part.args) == 1 and not isinstance(part.args[0], Negative):
            yield edit(scene, put(replace(part, args=(negated(part.args[0]),))), part.args[0], 2)
        elif isinstance(part, Power) and not isinstance(part.exponent, Number | Negative):
            yield edit(scene, put(replace(part, exponent=negated(part.exponent))), part.exponent, 2)
    yield edit(scene, negated(scene.right), scene.right, 2)


def of_members(scene: Scene, part: SetOf | ColumnVector | MatrixOf, put: Rebuild) -> Iterator[Edit]:
    """The sign of one number in a set, a vector or a matrix turned around."""
    for member, put_member in places(part):
        if isinstance(member, Number) and member.value:
            yield edit(scene, put(put_member(Negative(member))), member, 2)


def edit(scene: Scene, right: Expr, at: Node, cost: int) -> Edit:
    return Edit(
        "sign",
        scene.with_right(right),
        at,
        cost,
        say("A sign is wrong. Go through the signs one by one.", "有一个正负号不对。请逐个检查正负号。"),
        say(f"The sign of {show(at)} has to be turned around.", f"{show(at)} 的符号要反过来。"),
    )
