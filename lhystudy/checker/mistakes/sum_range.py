"""A sum over the wrong range: one term too many, one too few, or the excluded one not left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, letters_in, places, total
from lhystudy.checker.nodes import Binder, Expr, Name, Negative, Number, ProductOver, Sum
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """Every bound of a sum one off, an index left out, one that was left out taken in."""
    for part, put in places(scene.right):
        if not isinstance(part, Sum | ProductOver):
            continue
        for place, binder in enumerate(part.binders):
            for other in ranged(binder, letters_in(scene.relation)):
                changed = replace(part, binders=(*part.binders[:place], other, *part.binders[place + 1 :]))
                yield Edit(
                    "sum-range",
                    scene.with_right(put(changed)),
                    part,
                    3,
                    say("Over which values does the sum run?", "求和取遍哪些值？"),
                    say(f"{show(part)} should be {show(changed)}.", f"{show(part)} 应是 {show(changed)}。"),
                )


def ranged(binder: Binder, letters: list[str]) -> Iterator[Binder]:
    for step in (1, -1):
        if binder.lower is not None:
            yield replace(binder, lower=shifted(binder.lower, step))
        if binder.upper is not None:
            yield replace(binder, upper=shifted(binder.upper, step))
    if binder.excluding is not None:
        yield replace(binder, excluding=None)
    else:
        for letter in letters:
            if letter != binder.index:
                yield replace(binder, excluding=Name(letter))


def shifted(value: Expr, step: int) -> Expr:
    if isinstance(value, Number):
        return Number(value.value + step)
    return total(value, ONE if step > 0 else Negative(ONE))
