"""A logarithm to another base: nats taken for bits, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import ONE, TWO, Edit, Scene, places
from lhystudy.checker.nodes import Call, Expr, Product, Quotient
from lhystudy.words import say

OTHER = {"log": ("log2", "log10"), "log2": ("log",), "log10": ("log", "log2"), "H": ("H_2",), "H_2": ("H",)}


def edits(scene: Scene) -> Iterator[Edit]:
    """Each logarithm, then all of them, to another base; the right side times or over log 2."""
    right = scene.right
    for part, put in places(right):
        if isinstance(part, Call):
            for name in OTHER.get(part.function, ()):
                yield edit(scene, put(replace(part, function=name)), part, 2)
    everywhere = rebased(right)
    if everywhere != right:
        yield edit(scene, everywhere, right, 2)
    if uses_logarithms(scene):
        yield from converted(scene)


def converted(scene: Scene) -> Iterator[Edit]:
    """The right side times or over log 2, or with a log 2 moved across a fraction bar; logarithms of the left side."""
    right, two = scene.right, Call("log", (TWO,))
    yield edit(scene, Quotient(right, two), right, 3)
    yield edit(scene, Product(right, two), right, 3)
    for part, put in places(right):
        match part:
            case Product(rest, factor) if factor == two:
                yield edit(scene, put(Quotient(rest, two)), part, 1)
            case Product(factor, rest) if factor == two:
                yield edit(scene, put(Quotient(rest, two)), part, 1)
            case Quotient(top, bottom) if top == two:
                yield edit(scene, put(Quotient(ONE, Product(bottom, two))), part, 1)
            case Quotient(top, bottom) if bottom == two:
                yield edit(scene, put(Product(top, two)), part, 1)
    for part, put in places(scene.relation.left):
        if isinstance(part, Call):
            for name in OTHER.get(part.function, ()):
                changed = replace(scene.relation, left=put(replace(part, function=name)))
                yield replace(edit(scene, right, part, 3), relation=changed)


def rebased(root: Expr) -> Expr:
    """The tree with every natural logarithm to base 2, or every one to base 2 natural."""
    found = {part.function for part, _ in places(root) if isinstance(part, Call)}
    old, new = ("log2", "log") if "log2" in found else ("log", "log2")
    while True:
        for part, put in places(root):
            if isinstance(part, Call) and part.function == old:
                root = put(replace(part, function=new))
                break
        else:
            return root


def uses_logarithms(scene: Scene) -> bool:
    sides = (scene.relation.left, scene.relation.right, *(d.body for d in scene.problem.definitions))
    return any(isinstance(part, Call) and part.function in OTHER for side in sides for part, _ in places(side))


def edit(scene: Scene, right: Expr, at: Expr, cost: int) -> Edit:
    return Edit(
        "log-base",
        scene.with_right(right),
        at,
        cost,
        say("To which base is each logarithm? Nats or bits?", "每个对数的底是多少？单位是奈特还是比特？"),
        say(
            "log is natural, log2 and H_2 count bits; log2 x is log x / log 2.",
            "log 是自然对数，log2 与 H_2 以比特计；log2 x 等于 log x / log 2。",
        ),
    )
