"""A wrong or clashing index, or labels that were mixed up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from lhystudy.checker.mistakes.edit import Edit, Scene, letters_in, places, whole, with_index
from lhystudy.checker.nodes import Entry, Expr, Name, Number, Product, Sum, walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """Every index of the right side replaced by another of the line; labelled or numbered names changed or swapped."""
    letters = letters_in(scene.relation)
    for part, put in places(scene.right):
        if isinstance(part, Entry):
            for other in reindexed(part, letters):
                yield edit(scene, put(other), part, other, 3)
        elif isinstance(part, Name):
            for other in relabelled(scene, part):
                yield edit(scene, put(other), part, other, 3)
    yield from in_a_factor(scene)
    yield from swaps(scene)
    yield from across(scene)
    yield from wrong_axis(scene)
    for i, first in enumerate(letters):
        for second in letters[i + 1 :]:
            changed = exchanged(scene.right, first, second)
            if changed != scene.right:
                yield edit(scene, changed, Name(first), Name(second), 3)


def in_a_factor(scene: Scene) -> Iterator[Edit]:
    """A label changed throughout one factor: h_1 (1 - h_1) for h_2 (1 - h_2)."""
    for part, put in places(scene.right):
        if not isinstance(part, Product):
            continue
        names = [node for node in walk(part) if isinstance(node, Name)]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            for other in relabelled(scene, name):
                changed = swapped(part, name, other) if other not in names else part
                if changed != part:
                    yield edit(scene, put(changed), part, changed, 4)


def across(scene: Scene) -> Iterator[Edit]:
    """An index of one factor in the place of an index of another: A_ii B_kk for A_ik B_ki."""
    for part, put in places(scene.right):
        match part:
            case Product(Entry() as one, Entry() as other):
                for i, first in enumerate(one.indices):
                    for j, second in enumerate(other.indices):
                        changed = Product(with_place(one, i, second), with_place(other, j, first), part.mark)
                        yield edit(scene, put(changed), part, changed, 3)
            case Entry(_, (_, _)):
                for pair in product(map(Name, letters_in(scene.relation)), repeat=2):
                    if all(a != b for a, b in zip(pair, part.indices, strict=True)) and pair != part.indices[::-1]:
                        changed_entry = replace(part, indices=pair)
                        yield edit(scene, put(changed_entry), part, changed_entry, 4)


def with_place(entry: Entry, place: int, index: Expr) -> Entry:
    return replace(entry, indices=(*entry.indices[:place], index, *entry.indices[place + 1 :]))


def wrong_axis(scene: Scene) -> Iterator[Edit]:
    """The sum on the left over the other index of a matrix."""
    left = scene.relation.left
    if isinstance(left, Sum) and len(left.binders) == 1 and isinstance(scene.right, Number):
        for part, put in places(left.body):
            if isinstance(part, Entry) and len(part.indices) == 2:
                other = replace(left, body=put(replace(part, indices=part.indices[::-1])))
                yield replace(
                    edit(scene, scene.right, part, replace(part, indices=part.indices[::-1]), 3),
                    relation=replace(scene.relation, left=other),
                )


def exchanged(root: Expr, one: str, other: str) -> Expr:
    """The expression with two free indices in each other's place."""
    between = "·"
    return with_index(with_index(with_index(root, one, Name(between)), other, Name(one)), between, Name(other))


def reindexed(entry: Entry, letters: list[str]) -> Iterator[Expr]:
    for place, index in enumerate(entry.indices):
        others: list[Expr] = []
        if isinstance(index, Name):
            others = [Name(letter) for letter in letters if letter != index.name]
        elif isinstance(index, Number):
            others = [whole(int(index.value) + step) for step in (1, -1) if index.value + step >= 1]
        for other in others:
            yield replace(entry, indices=(*entry.indices[:place], other, *entry.indices[place + 1 :]))
    if len(entry.indices) == 2:
        yield replace(entry, indices=entry.indices[::-1])


def relabelled(scene: Scene, name: Name) -> Iterator[Expr]:
    """Names of the line or of what is known that differ from this one in their label or subscript alone."""
    known = {part.name for part in walk(scene.relation) if isinstance(part, Name)}
    known |= set(scene.problem.symbols) | set(scene.problem.seen)
    for other in sorted(known):
        if other != name.name and bare(other) == bare(name.name) and bare(other) != name.name:
            yield Name(other, span=name.span)


def bare(name: str) -> str:
    return name.partition("^{")[0].partition("_")[0]


def swaps(scene: Scene) -> Iterator[Edit]:
    """Two names or entries of the right side in each other's place, where only labels or indices tell them apart."""
    found = [(part, put) for part, put in places(scene.right) if isinstance(part, Entry) or isinstance(part, Name)]
    for i, (one, _) in enumerate(found):
        for other, _ in found[i + 1 :]:
            if one != other and alike(one, other):
                yield edit(scene, swapped(scene.right, one, other), one, other, 3)


def alike(one: Expr, other: Expr) -> bool:
    if isinstance(one, Entry) and isinstance(other, Entry):
        return one.of == other.of
    return isinstance(one, Name) and isinstance(other, Name) and bare(one.name) == bare(other.name) != one.name


def swapped(root: Expr, one: Expr, other: Expr) -> Expr:
    """The tree with every `one` written as `other` and the other way round."""
    from dataclasses import fields
    from typing import Any

    from lhystudy.checker.nodes import Node

    def changed(part: Any) -> Any:
        if part == one:
            return other
        if part == other:
            return one
        if isinstance(part, tuple):
            return tuple(map(changed, part))
        if isinstance(part, Node):
            return replace(part, **{f.name: changed(getattr(part, f.name)) for f in fields(part) if f.name != "span"})
        return part

    result: Expr = changed(root)
    return result


def edit(scene: Scene, right: Expr, at: Expr, other: Expr, cost: int) -> Edit:
    return Edit(
        "index",
        scene.with_right(right),
        at,
        cost,
        say("An index or label is wrong. Which one belongs here?", "有一个下标或标号不对。这里应是哪一个？"),
        say(f"{show(at)} and {show(other)} are mixed up.", f"{show(at)} 和 {show(other)} 弄混了。"),
    )
