"""The derivative of a quotient with a sign, a square or a term lost."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import TWO, Edit, Scene
from lhystudy.checker.mistakes.product_rule import differentiated
from lhystudy.checker.nodes import Add, Derivative, Expr, Negative, Power, Product, Quotient, Relation
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """The right formula, where what was typed is one of the wrong ones."""
    for body, by in differentiated(scene):
        if not isinstance(body, Quotient):
            continue
        u, v = body.numerator, body.denominator
        if any(scene.holds(Relation("=", scene.right, form)) for form in wrong_forms(u, v, by)):
            yield Edit(
                "quotient-rule",
                scene.with_right(Derivative(body, (by,))),
                scene.right,
                1,
                say("Quotient rule: (u/v)' = (u' v - u v')/v^2.", "商法则：(u/v)' = (u' v - u v')/v^2。"),
                say(f"Take u = {show(u)} and v = {show(v)}.", f"取 u = {show(u)}，v = {show(v)}。"),
            )


def wrong_forms(u: Expr, v: Expr, by: Expr) -> Iterator[Expr]:
    """u'/v', (u'v + uv')/v², (uv' - u'v)/v², (u'v - uv')/v, u'v/v²."""
    du, dv = Derivative(u, (by,)), Derivative(v, (by,))
    first, second, square = Product(du, v), Product(u, dv), Power(v, TWO)
    yield Quotient(du, dv)
    yield Quotient(Add((first, second)), square)
    yield Quotient(Add((second, Negative(first))), square)
    yield Quotient(Add((first, Negative(second))), v)
    yield Quotient(du, v)
    yield Quotient(second, square)
    yield Quotient(du, square)
