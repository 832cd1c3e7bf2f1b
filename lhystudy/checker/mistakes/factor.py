"""A constant factor too many or too few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lhystudy.checker.mistakes.edit import (
    ONE,
    TWO,
    Edit,
    Rebuild,
    Scene,
    factors,
    places,
    product,
    scaled,
    terms_of,
    total,
    whole,
)
from lhystudy.checker.nodes import (
    Add,
    Call,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    walk,
)
from lhystudy.checker.reading.show import show
from lhystudy.words import say

MOST_NAMES = 8


def edits(scene: Scene) -> Iterator[Edit]:
    """The whole right side, then each of its terms, times a small number, a size, or one over it."""
    right = scene.right
    alone = right.operand if isinstance(right, Negative) else right
    for top, bottom, cost in constants(scene):
        if not isinstance(alone, Number) or not isinstance(top, Number) or not isinstance(bottom, Number):
            yield edit(scene, scaled(right, top, bottom), right, top, bottom, 2 + cost)
    yield from coefficients(scene)
    yield from inside(scene)
    for part, put in places(right):
        if not isinstance(part, Add):
            continue
        for place, term in enumerate(part.terms):
            if isinstance(term.operand if isinstance(term, Negative) else term, Number):
                continue
            for top, bottom, cost in constants(scene):
                changed = Add((*part.terms[:place], scaled(term, top, bottom), *part.terms[place + 1 :]))
                yield edit(scene, put(changed), term, top, bottom, 3 + cost)


def inside(scene: Scene) -> Iterator[Edit]:
    """A constant inside a function, a sum, a power or a denominator."""
    for part, put in places(scene.right):
        for part_inside, put_inside in insides(part):
            for top, bottom, cost in constants(scene):
                changed = put(put_inside(scaled(part_inside, top, bottom)))
                yield edit(scene, changed, part_inside, top, bottom, 4 + cost)


def insides(part: Expr) -> Iterator[tuple[Expr, Rebuild]]:
    match part:
        case Call(_, (argument,)) if not isinstance(argument, Number):
            yield argument, lambda new: replace(part, args=(new,))
        case Power(_, exponent) if not isinstance(exponent, Number | Negative):
            yield exponent, lambda new: replace(part, exponent=new)
        case Sum():
            yield part.body, lambda new: replace(part, body=new)


def coefficients(scene: Scene) -> Iterator[Edit]:
    """A number in front a little larger or smaller."""
    for part, put in places(scene.right):
        if isinstance(part, Product) and isinstance(part.left, Number) and part.left.digits is None:
            for step in (1, -1, 2, -2):
                value = part.left.value + step
                if value > 0:
                    changed = product(Number(value), part.right)
                    yield edit(scene, put(changed), part, Number(value), part.left, 4)
    yield from names(scene)


def names(scene: Scene) -> Iterator[Edit]:
    """A term without a name that the rest of the line holds."""
    found: dict[Expr, None] = {node: None for node in walk(scene.right) if isinstance(node, Name | Entry)}
    arrays = {node.of for node in found if isinstance(node, Entry)}
    indices = {part for node in found if isinstance(node, Entry) for part in walk(node.indices)}
    for place, term in enumerate(terms_of(scene.right)):
        if isinstance(term, Number):
            continue
        for name in list(found)[:MOST_NAMES]:
            if name in arrays or name in indices:
                continue
            yield edit(scene, with_factor(scene.right, place, name, ONE), term, name, ONE, 5)
        for bracket in brackets(scene):
            yield edit(scene, with_factor(scene.right, place, bracket, ONE), term, bracket, ONE, 4)
            if len(terms_of(scene.right)) == 1:
                yield edit(scene, with_factor(scene.right, place, ONE, bracket), term, ONE, bracket, 5)
    if isinstance(scene.right, Add):
        for bracket in brackets(scene):
            yield edit(scene, Quotient(scene.right, bracket), scene.right, ONE, bracket, 5)
    for place, term in enumerate(terms_of(scene.right)):
        for bottom in denominators(scene):
            yield edit(scene, with_factor(scene.right, place, ONE, bottom), term, ONE, bottom, 5)


def with_factor(right: Expr, place: int, top: Expr, bottom: Expr) -> Expr:
    """The sum with one of its terms times a factor."""
    terms = [*terms_of(right)]
    term = terms[place]
    plain = term.operand if isinstance(term, Negative) else term
    fixed = product(top, plain) if bottom == ONE else Quotient(plain, bottom)
    terms[place] = Negative(fixed) if isinstance(term, Negative) else fixed
    return total(*terms)


def brackets(scene: Scene) -> Sequence[Expr]:
    """Brackets that are factors in the line or in a definition."""
    bodies = [scene.right, *(definition.body for definition in scene.problem.definitions)]
    products = [node for body in bodies for node in walk(body) if isinstance(node, Product)]
    return list(dict.fromkeys(each for node in products for each in factors(node) if isinstance(each, Add)))[
        :MOST_NAMES
    ]


def denominators(scene: Scene) -> Sequence[Expr]:
    """What divides in a definition, numbers left out."""
    quotients = [node for d in scene.problem.definitions for node in walk(d.body) if isinstance(node, Quotient)]
    found = dict.fromkeys(node.denominator for node in quotients if not isinstance(node.denominator, Number))
    return list(found)[:MOST_NAMES]


def constants(scene: Scene) -> Iterator[tuple[Expr, Expr, int]]:
    """Constants that are forgotten, as top over bottom, with what each costs."""
    yield TWO, ONE, 0
    yield ONE, TWO, 0
    for size in sizes(scene):
        yield Name(size), ONE, 1
        yield ONE, Name(size), 1
    for number in (3, 4):
        yield whole(number), ONE, 1
        yield ONE, whole(number), 1


def sizes(scene: Scene) -> list[str]:
    """The names of dimensions that were declared."""
    found = {dim: None for symbol in scene.problem.symbols.values() for dim in symbol.dims if isinstance(dim, str)}
    return list(found)


def edit(scene: Scene, right: Expr, at: Node, top: Expr, bottom: Expr, cost: int) -> Edit:
    times = show(top if bottom == ONE else Quotient(top, bottom))
    return Edit(
        "factor",
        scene.with_right(right),
        at,
        cost,
        say("A constant factor is wrong. Where do the constants come from?", "常数因子不对。每个常数从哪里来？"),
        say(f"{show(at)} has to be multiplied by {times}.", f"{show(at)} 还要乘以 {times}。"),
    )
