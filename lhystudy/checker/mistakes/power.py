"""An exponent that is one off, or a square or root that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from lhystudy.checker.mistakes.edit import ONE, TWO, Edit, Scene, places, product
from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Call,
    Entry,
    Expectation,
    Expr,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    walk,
)
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """Every exponent of the right side one larger or smaller, a square taken away, a square or root put on."""
    for part, put in places(scene.right):
        if isinstance(part, Power):
            for other in exponents(part):
                yield edit(scene, put(other), part, other, 3)
        elif isinstance(part, Call) and part.function == "sqrt":
            yield edit(scene, put(part.args[0]), part, part.args[0], 3)
        elif isinstance(part, Quotient) and isinstance(part.denominator, Name):
            root = replace(part, denominator=Call("sqrt", (part.denominator,)))
            yield edit(scene, put(root), part, root, 4)
        elif isinstance(part, Product):
            for other in of_product(part):
                yield edit(scene, put(other), part, other, 3)
        elif isinstance(part, Name | Entry | Call | Norm | Absolute | Expectation) or is_bracket(part, scene.right):
            for other in squares(scene, part):
                yield edit(scene, put(other), part, other, 4)
    yield from of_determinants(scene)


def of_determinants(scene: Scene) -> Iterator[Edit]:
    """det(c A) = c^n det(A): a scalar beside a determinant to the power of a size of a square matrix."""
    if not any(isinstance(part, Call) and part.function == "det" for part in walk(scene.relation)):
        return
    dims = {each.dims[0]: None for each in scene.problem.symbols.values() if each.rank == 2 and len({*each.dims}) == 1}
    for part, put in places(scene.right):
        scalar = isinstance(part, Number) or (isinstance(part, Name) and not scene.rank_of(part))
        for dim in dims:
            size = Name(dim) if isinstance(dim, str) else Number(Fraction(dim))
            if scalar and part != size:
                raised = Power(part, size, span=part.span)
                yield edit(scene, put(raised), part, raised, 4)
            elif isinstance(part, Negative):
                sign = Power(Negative(ONE), size)
                other = sign if part.operand == ONE else Product(sign, part.operand)
                yield edit(scene, put(other), part, other, 4)


def is_bracket(part: Expr, whole: Expr) -> bool:
    """Whether the part is a sum inside something else."""
    return isinstance(part, Add) and part is not whole


def squares(scene: Scene, part: Expr) -> Iterator[Expr]:
    """The square of the expression; of a vector, entry by entry."""
    if scene.rank_of(part) == 1:
        yield Product(part, part, "hadamard", span=part.span)
    else:
        yield Power(part, TWO, span=part.span)


def of_product(part: Product) -> Iterator[Expr]:
    """A square entry by entry undone."""
    if part.mark == "hadamard" and part.left == part.right:
        yield part.left


def exponents(node: Power) -> Iterator[Expr]:
    exponent = node.exponent
    if isinstance(exponent, Product) and not isinstance(exponent.left, Number):
        yield replace(node, exponent=Add((exponent.left, exponent.right)))
    if isinstance(exponent, Add):
        yield replace(node, exponent=product(exponent.terms[0], exponent.terms[1]))
    if not isinstance(exponent, Number | Negative):
        yield product(exponent, node.base)
        yield replace(node, exponent=Add((exponent, ONE)))
        yield replace(node, exponent=Add((exponent, Negative(ONE))))
    negative = isinstance(exponent, Negative)
    number = exponent.operand if isinstance(exponent, Negative) else exponent
    if not isinstance(number, Number):
        return
    value = -number.value if negative else number.value
    for other in (value - 1, value + 1, value + 2, value * 2, value / 2):
        if other == 1:
            yield node.base
        elif other != 0:
            shown: Expr = Number(abs(other))
            yield replace(node, exponent=Negative(shown) if other < 0 else shown)
    if value == 2:
        yield Power(node.base, ONE) if isinstance(node.base, Number) else node.base


def edit(scene: Scene, right: Expr, at: Expr, other: Expr, cost: int) -> Edit:
    return Edit(
        "power",
        scene.with_right(right),
        at,
        cost,
        say("An exponent is wrong. Which power is due?", "有一个指数不对。应是几次方？"),
        say(f"{show(at)} should be {show(other)}.", f"{show(at)} 应是 {show(other)}。"),
    )
