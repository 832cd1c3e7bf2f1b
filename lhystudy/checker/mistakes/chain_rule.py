"""An inner derivative that was left out."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, places
from lhystudy.checker.mistakes.slope import slope
from lhystudy.checker.nodes import (
    Add,
    Call,
    Cases,
    Derivative,
    Entry,
    Expr,
    Gradient,
    HessianOf,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Transpose,
    walk,
)
from lhystudy.checker.reading.show import show
from lhystudy.words import say

MOST_INNER = 8


def edits(scene: Scene) -> Iterator[Edit]:
    """The right side, and each of its terms and factors, times the derivative of something inside."""
    right = scene.right
    for inner, by in inner_parts(scene):
        steep = slope(inner, by, scene.problem)
        yield edit(scene, signed_product(right, steep), right, inner, steep, 3)
        for part, put in places(right):
            if isinstance(part, Add):
                for place, term in enumerate(part.terms):
                    fixed: Expr = Add((*part.terms[:place], signed_product(term, steep), *part.terms[place + 1 :]))
                    yield edit(scene, put(fixed), term, inner, steep, 4)
    for name, factor in [*elementwise_slopes(scene), *function_slopes(scene)]:
        for part, put in places(right):
            if part == name or isinstance(part, Product) or part is right or scene.rank_of(part) == 1:
                fixed = put(Product(part, factor, "hadamard" if scene.rank_of(name) else ""))
                yield edit(scene, fixed, part, name, factor, 4)


def signed_product(term: Expr, factor: Expr) -> Expr:
    """The product with a minus sign kept in front."""
    if isinstance(term, Negative):
        return Negative(Product(term.operand, factor))
    return Product(term, factor)


def variables(scene: Scene) -> list[Expr]:
    """What is differentiated by on the left, or what a prime of a function of one argument stands for."""
    found: dict[Expr, None] = {}
    for node in walk(scene.relation.left):
        if isinstance(node, Derivative):
            found.update(dict.fromkeys(node.by))
        elif isinstance(node, Gradient | HessianOf) and node.by is not None:
            found[node.by] = None
        elif isinstance(node, Call) and node.primes:
            found.update((arg, None) for arg in node.args if isinstance(arg, Name | Entry))
    return list(found)


def inner_parts(scene: Scene) -> list[tuple[Expr, Expr]]:
    """What stands inside a function, power or bracket of what is differentiated, with the variable."""
    bodies: list[Node] = [scene.relation.left]
    for node in walk(scene.relation.left):
        definition = None
        if isinstance(node, Name | Entry):
            definition = scene.definition(node)
        elif isinstance(node, Call):
            definition = scene.problem.definition(node.function)
        if definition is not None:
            bodies.append(definition.body)
            bodies.extend(
                d.body for n in walk(definition.body) if isinstance(n, Name | Entry) for d in [scene.definition(n)] if d
            )
    found: dict[tuple[Expr, Expr], None] = {}
    for by in variables(scene):
        for body in bodies:
            for node in walk(body):
                for inner in insides(node):
                    if inner != by and any(part == by or defined_from(scene, part) for part in walk(inner)):
                        found[(inner, by)] = None
    return list(found)[:MOST_INNER]


def defined_from(scene: Scene, part: Node) -> bool:
    return isinstance(part, Name | Entry) and scene.definition(part) is not None


def insides(node: Node) -> Iterator[Expr]:
    match node:
        case Call(_, args):
            yield from args
        case Power(base, exponent):
            yield base
            if not isinstance(exponent, Number):
                yield exponent
        case Norm(operand):
            yield operand
        case Quotient(_, bottom):
            yield bottom
        case Name() | Entry() | Add() | Product() | Transpose() | Cases():
            return


def elementwise_slopes(scene: Scene) -> Iterator[tuple[Expr, Expr]]:
    """For names given as σ(…), tanh(…): the name and what its derivative multiplies by, whole and in parts."""
    for definition in scene.problem.definitions:
        if definition.indices or definition.parameters or not isinstance(definition.body, Call):
            continue
        name = Name(definition.name)
        rest: Expr
        if definition.body.function == "sigmoid":
            rest = Add((ONE, Negative(name)))
            yield name, rest
            yield name, Product(name, rest, "hadamard" if scene.rank_of(name) else "")
        elif definition.body.function == "tanh":
            square = Product(name, name, "hadamard") if scene.rank_of(name) else Power(name, Number(ONE.value * 2))
            yield name, Add((ONE, Negative(square)))


def function_slopes(scene: Scene) -> Iterator[tuple[Expr, Expr]]:
    """For a = f(z) with a function f, declared or known: what f'(z) multiplies by, entry by entry."""
    by = variables(scene)
    for definition in scene.problem.definitions:
        body = definition.body
        if definition.parameters or not isinstance(body, Call) or len(body.args) != 1 or body.primes:
            continue
        if body.function in scene.problem.symbols or body.function in ("sigmoid", "tanh", "relu", "exp", "sin", "cos"):
            arg = body.args[0]
            if not by or arg in by or any(part in by for part in walk(arg)):
                yield arg, Call(body.function, body.args, 1)


def edit(scene: Scene, right: Expr, at: Expr, inner: Expr, factor: Expr, cost: int) -> Edit:
    return Edit(
        "chain-rule",
        scene.with_right(right),
        at,
        cost,
        say(
            "Chain rule: the derivative of the outer function times the derivative of the inner one.",
            "链式法则：外层函数的导数乘以内层函数的导数。",
        ),
        say(
            f"The inner part {show(inner)} has a derivative of its own: the factor {show(factor)} is missing.",
            f"内层 {show(inner)} 也要求导：缺少因子 {show(factor)}。",
        ),
    )
