"""A transpose left out or put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import Edit, Scene, places
from lhystudy.checker.nodes import Add, Call, Expr, Gradient, MatrixOf, Name, Power, Product, Transpose
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """Every transpose of the right side taken away, and one put on every array and product."""
    if not arrays(scene) and not any(isinstance(part, MatrixOf) for part, _ in places(scene.right)):
        return
    for part, put in places(scene.right):
        for other, cost in toggled(scene, part):
            yield Edit(
                "transpose",
                scene.with_right(put(other)),
                part,
                cost,
                say("Look at the shapes and at who is transposed.", "请检查形状，看看谁该转置。"),
                say(f"{show(part)} should be {show(other)}.", f"{show(part)} 应是 {show(other)}。"),
            )


def arrays(scene: Scene) -> bool:
    """Whether anything of several dimensions is declared at all."""
    return any(symbol.rank for symbol in scene.problem.symbols.values())


def toggled(scene: Scene, part: Expr) -> Iterator[tuple[Expr, int]]:
    match part:
        case MatrixOf(rows) if len({len(row) for row in rows}) == 1:
            yield replace(part, rows=tuple(zip(*rows, strict=True))), 1
        case Transpose(inner):
            yield inner, 1
        case Name(name) if scene.rank(name) == 2:
            yield Transpose(part, span=part.span), 1
        case Name(name) if scene.rank(name) == 1 or scene.definition(part) is not None:
            yield Transpose(part, span=part.span), 3
        case Product() | Add() | Power() | Gradient() | Call():
            yield Transpose(part, span=part.span), 3
