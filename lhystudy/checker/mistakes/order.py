"""Factors of a matrix product in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from lhystudy.checker.mistakes.edit import Edit, Scene, factors, places, product_of, total
from lhystudy.checker.mistakes.transpose import arrays
from lhystudy.checker.nodes import Expr, Name, Negative, Product, walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say

LONGEST = 6


def edits(scene: Scene) -> Iterator[Edit]:
    """Every two factors of a product swapped, neighbours first; then one factor moved to another place."""
    if not arrays(scene):
        return
    yield from commuted(scene)
    inside: set[int] = set()
    for part, put in places(scene.right):
        if not isinstance(part, Product) or id(part) in inside:
            continue
        inside |= {id(each) for each in (part.left, part.right) if isinstance(each, Product)}
        parts = factors(part)
        if not 2 <= len(parts) <= LONGEST:
            continue
        for other, cost in reordered(parts):
            yield Edit(
                "order",
                scene.with_right(put(other)),
                part,
                cost,
                which_first(),
                say(f"{show(part)} should be {show(other)}.", f"{show(part)} 应是 {show(other)}。"),
            )


def commuted(scene: Scene) -> Iterator[Edit]:
    """The right side with A B - B A or B A - A B added, where it was found as if these were the same."""
    squares = [name for name, symbol in scene.problem.symbols.items() if symbol.rank == 2]
    named = {part.name for part in walk(scene.relation) if isinstance(part, Name)}
    for one, other in permutations([Name(name) for name in squares if name in named], 2):
        first, second = Product(one, other), Product(other, one)
        yield Edit(
            "order",
            scene.with_right(total(scene.right, first, Negative(second))),
            scene.right,
            4,
            which_first(),
            say(
                f"{show(first)} and {show(second)} differ, so they neither cancel nor add up.",
                f"{show(first)} 与 {show(second)} 不同，既不能相消，也不能合并。",
            ),
        )


def which_first() -> str:
    return say("Matrix products do not commute. Which factor comes first?", "矩阵乘法不可交换。哪个因子在前？")


def reordered(parts: list[Expr]) -> Iterator[tuple[Expr, int]]:
    count = len(parts)
    for gap in range(1, count):
        for i in range(count - gap):
            other = list(parts)
            other[i], other[i + gap] = other[i + gap], other[i]
            yield product_of(other), 2 if gap == 1 else 3
    for i in range(count):
        for j in range(count):
            if abs(i - j) > 1:
                other = list(parts)
                other.insert(j, other.pop(i))
                yield product_of(other), 3
