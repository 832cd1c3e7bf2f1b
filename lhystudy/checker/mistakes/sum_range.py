"""A sum over the wrong range: one term too many, one too few, or the excluded one not left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, letters_in, negated, places, terms_of, total, with_index
from lhystudy.checker.nodes import Binder, Expr, Name, Negative, Number, Power, ProductOver, Relation, Sum
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
                yield edit(scene, scene.with_right(put(changed)), part, changed, 3)
    yield from left_ranges(scene)


def left_ranges(scene: Scene) -> Iterator[Edit]:
    """The sum of the left side over another range, and terms at its ends that the right side lacks or has too many."""
    for part, put in places(scene.relation.left):
        if not isinstance(part, Sum) or len(part.binders) != 1:
            continue
        binder = part.binders[0]
        if part is scene.relation.left:
            yield from at_the_ends(scene, part, binder)
        if binder.lower is None and binder.excluding is None:
            continue
        for other in ranged(binder, letters_in(scene.relation)):
            changed = replace(part, binders=(other,))
            yield edit(scene, replace(scene.relation, left=put(changed)), part, changed, 3)


def at_the_ends(scene: Scene, part: Sum, binder: Binder) -> Iterator[Edit]:
    bounds = [end for end in (binder.lower, binder.upper) if end is not None]
    near = [shifted(end, step) for end, step in zip(bounds, (-1, 1), strict=False)]
    for place, sign in (*((end, 1) for end in bounds), *((end, -1) for end in near)):
        term = with_index(part.body, binder.index, place)
        for written in dict.fromkeys((term, first_power(term))):
            changed = total(scene.right, written if sign > 0 else negated(written))
            for fixed in dict.fromkeys((changed, cancelled(changed))):
                yield edit(scene, scene.with_right(fixed), scene.right, part, 2, show(fixed))


def first_power(node: Expr) -> Expr:
    """A power of 0 or 1 written as one would."""
    if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value in (0, 1):
        return node.base if node.exponent.value else ONE
    return node


def cancelled(node: Expr) -> Expr:
    """A sum with terms that cancel each other left out."""
    terms = list(terms_of(node))
    for place, term in enumerate(terms):
        others = [*terms[:place], *terms[place + 1 :]]  # 0 is its own negative, and may stand there once
        if negated(term) in others:
            others.remove(negated(term))
            return total(*others)
    return node


def edit(scene: Scene, relation: Relation, at: Expr, changed: Expr, cost: int, due: str = "") -> Edit:
    return Edit(
        "sum-range",
        relation,
        at,
        cost,
        say("Over which values does the sum run?", "求和取遍哪些值？"),
        say(f"Written out, the sum is {due}.", f"写开后，和为 {due}。")
        if due
        else say(f"{show(at)} should be {show(changed)}.", f"{show(at)} 应是 {show(changed)}。"),
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
