"""The derivative of a product with one of its two terms left out, or taken factor by factor."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import Edit, Scene
from lhystudy.checker.nodes import Call, Derivative, Expr, Name, Product, Relation
from lhystudy.checker.reading.introduce import walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """The right formula, where what was typed is one of the wrong ones."""
    for body, by in differentiated(scene):
        for node in walk(body):
            if isinstance(node, Product) and node is body:
                u, v = node.left, node.right
                du, dv = Derivative(u, (by,)), Derivative(v, (by,))
                wrong = (Product(du, v), Product(u, dv), Product(du, dv))
                if any(scene.holds(Relation("=", scene.right, form)) for form in wrong):
                    yield edit(scene, Derivative(body, (by,)), u, v)


def differentiated(scene: Scene) -> Iterator[tuple[Expr, Expr]]:
    """What the left side differentiates, definitions opened once, and the variable."""
    left = scene.relation.left
    if isinstance(left, Derivative) and len(left.by) == 1:
        yield left.of, left.by[0]
        definition = scene.definition(left.of)
        if isinstance(left.of, Call):
            definition = scene.problem.definition(left.of.function)
        if definition is not None and not definition.indices:
            yield definition.body, left.by[0]
    elif isinstance(left, Call) and left.primes == 1 and len(left.args) == 1:
        definition = scene.problem.definition(left.function)
        if definition is not None and definition.parameters and left.args == (Name(definition.parameters[0]),):
            yield definition.body, left.args[0]


def edit(scene: Scene, right: Expr, u: Expr, v: Expr) -> Edit:
    return Edit(
        "product-rule",
        scene.with_right(right),
        scene.right,
        3,
        say("Product rule: (u v)' = u' v + u v'.", "乘积法则：(u v)' = u' v + u v'。"),
        say(
            f"Take u = {show(u)} and v = {show(v)}: both of them depend on the variable.",
            f"取 u = {show(u)}，v = {show(v)}：两者都含有求导变量。",
        ),
    )
