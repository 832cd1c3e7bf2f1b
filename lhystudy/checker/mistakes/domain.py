"""A line that is right only in a part of where it is claimed."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import ZERO, Edit, Scene
from lhystudy.checker.mistakes.factor import sizes
from lhystudy.checker.nodes import Binder, Call, Entry, Name, Number, Relation, walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """The same line with one of its names assumed positive, not negative, or negative."""
    scalars = {node: None for node in walk(scene.relation) if isinstance(node, Name) and not scene.rank(node.name)}
    functions = {node.function for node in walk(scene.relation) if isinstance(node, Call)}
    bounds = {
        part.name
        for node in walk(scene.relation)
        if isinstance(node, Binder)
        for part in walk(node.upper)
        if isinstance(part, Name)
    } | set(sizes(scene))
    for name in scalars:
        if name.name in functions or name.name in bounds or inside_entry(scene, name):
            continue
        if scene.definition(name) is not None:
            continue
        for sign in (">=", ">", "<="):
            yield edit(scene, Relation(sign, name, ZERO))
    if not isinstance(scene.right, Name | Number):
        yield edit(scene, Relation(">=", scene.right, ZERO))


def edit(scene: Scene, assumed: Relation) -> Edit:
    return Edit(
        "domain",
        scene.relation,
        scene.relation,
        6,
        say("Does this hold for every value, negative ones too?", "这对所有的值都成立吗？负数呢？"),
        say(f"It holds only for {show(assumed)}.", f"它只在 {show(assumed)} 时成立。"),
        assumed=(assumed,),
    )


def inside_entry(scene: Scene, name: Name) -> bool:
    """Whether the name is an array or an index."""
    return any(isinstance(node, Entry) and (node.of == name or name in node.indices) for node in walk(scene.relation))
