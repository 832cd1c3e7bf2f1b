"""A constant factor too many or too few."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import ONE, TWO, Edit, Scene, places, scaled, whole
from lhystudy.checker.nodes import Add, Expr, Name, Negative, Node, Number, Quotient
from lhystudy.checker.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """The whole right side, then each of its terms, times a small number, a size, or one over it."""
    right = scene.right
    if isinstance(right, Number) or (isinstance(right, Negative) and isinstance(right.operand, Number)):
        return
    for top, bottom, cost in constants(scene):
        yield edit(scene, scaled(right, top, bottom), right, top, bottom, 2 + cost)
    for part, put in places(right):
        if not isinstance(part, Add):
            continue
        for place, term in enumerate(part.terms):
            for top, bottom, cost in constants(scene):
                changed = Add((*part.terms[:place], scaled(term, top, bottom), *part.terms[place + 1 :]))
                yield edit(scene, put(changed), term, top, bottom, 3 + cost)


def constants(scene: Scene) -> Iterator[tuple[Expr, Expr, int]]:
    """Constants that are forgotten, as top over bottom, with what each costs."""
    yield TWO, ONE, 0
    yield ONE, TWO, 0
    for size in sizes(scene):
        yield Name(size), ONE, 1
        yield ONE, Name(size), 1
    for number in (3, 4):
        yield whole(number), ONE, 1
        yield ONE, whole(number), 1


def sizes(scene: Scene) -> list[str]:
    """The names of dimensions that were declared."""
    found = {dim: None for symbol in scene.problem.symbols.values() for dim in symbol.dims if isinstance(dim, str)}
    return list(found)


def edit(scene: Scene, right: Expr, at: Node, top: Expr, bottom: Expr, cost: int) -> Edit:
    times = show(top if bottom == ONE else Quotient(top, bottom))
    return Edit(
        "factor",
        scene.with_right(right),
        at,
        cost,
        say("A constant factor is wrong. Where do the constants come from?", "常数因子不对。每个常数从哪里来？"),
        say(f"{show(at)} has to be multiplied by {times}.", f"{show(at)} 还要乘以 {times}。"),
    )
