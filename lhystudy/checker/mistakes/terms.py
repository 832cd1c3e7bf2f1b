"""A term too few or too many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lhystudy.checker.mistakes.differentiation import derivative_of_left
from lhystudy.checker.mistakes.edit import (
    ONE,
    TWO,
    Edit,
    Rebuild,
    Scene,
    factors,
    letters_in,
    negated,
    places,
    product,
    product_of,
    terms_of,
    total,
)
from lhystudy.checker.mistakes.expand import expanded_terms
from lhystudy.checker.nodes import (
    Add,
    Binder,
    Call,
    Delta,
    Derivative,
    Entry,
    Expectation,
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
    Sum,
    Transpose,
    walk,
)
from lhystudy.checker.reading.show import show
from lhystudy.words import say

MOST = 40


def edits(scene: Scene) -> Iterator[Edit]:
    """Every term taken away; then terms that the left side, its definitions or a derivative suggest, put in."""
    right = scene.right
    for part, put in places(right):
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                rest = total(*part.terms[:place], *part.terms[place + 1 :])
                yield extra(scene, put(rest), term)
    yield from whole_brackets(scene)
    seen: set[Expr] = set()
    for term in candidates(scene):
        for signed in (term, negated(term)):
            if signed not in seen and len(seen) < 2 * MOST:
                seen.add(signed)
                yield missing(scene, total(right, signed), signed)


def whole_brackets(scene: Scene) -> Iterator[Edit]:
    """A term of a bracket of the left side or of a definition, where the whole bracket is due."""
    bodies: list[Node] = [scene.relation.left, *(definition.body for definition in scene.problem.definitions)]
    brackets = dict.fromkeys(part for body in bodies for part in walk(body) if isinstance(part, Add))
    found: list[tuple[Expr, Rebuild]] = list(places(scene.right))
    for bracket in list(brackets)[:MOST]:
        for part, put in found:
            for term in bracket.terms:
                fixed = instead_of(part, term, bracket)
                if fixed is not None:
                    rest = total(*(other for other in bracket.terms if other != term))
                    yield missing(scene, put(fixed), rest, part)


def instead_of(part: Expr, term: Expr, bracket: Add) -> Expr | None:
    """The part with the whole bracket for the term that it is or has among its factors; None where it has none."""
    if part == term:
        return bracket
    if not isinstance(part, Product) or isinstance(term, Number | Negative):
        return None
    rest = factors(part)
    for factor in factors(term):
        if factor not in rest:
            return None
        rest.remove(factor)
    return product_of([*rest, bracket]) if rest else bracket


def candidates(scene: Scene) -> Iterator[Expr]:
    """Terms that may have been forgotten, the likeliest first."""
    yield from differentiated_terms(scene)
    yield from multiplied_out(scene.relation.left)
    opened = with_definitions(scene, scene.relation.left)
    if opened != scene.relation.left:
        yield from multiplied_out(opened)
    for node in walk(scene.relation.left):
        if isinstance(node, Add):
            yield from node.terms
        elif isinstance(node, Sum):
            yield node.body
        elif isinstance(node, Expectation):
            yield from of_expectation(node)
        elif isinstance(node, Call) and node.function == "log":
            yield from of_logarithm(scene, node.args[0])
    for node in walk(scene.right):
        if isinstance(node, Add):
            yield from node.terms
    yield from transposed_terms(scene)
    for definition in scene.problem.definitions:
        if not definition.indices:
            yield from terms_of(definition.body)
    yield from single_entries(scene)


def single_entries(scene: Scene) -> Iterator[Expr]:
    """A 1, then the entries at the letters of the line of all that is known, over what divides there."""
    if not any(isinstance(term, Number) for term in terms_of(scene.right)):
        yield ONE
    for name, rank in arrays(scene).items():
        for letter in letters_in(scene.relation):
            if rank == 1:
                yield Entry(Name(name), (Name(letter),))
                if isinstance(scene.right, Quotient) or isinstance(terms_of(negated(scene.right))[0], Quotient):
                    yield Quotient(Entry(Name(name), (Name(letter),)), denominator(scene.right))


def denominator(node: Expr) -> Expr:
    return next((part.denominator for part in walk(node) if isinstance(part, Quotient)), ONE)


def multiplied_out(left: Expr) -> Iterator[Expr]:
    """The terms of the left side with its brackets multiplied out, and what a squared norm brings."""
    found = expanded_terms(left)
    if len(found) > 1:
        yield from found
    if isinstance(left, Power) and isinstance(left.base, Norm):
        for one, other in combinations(terms_of(left.base.operand), 2):
            yield product(TWO, Product(Transpose(one), other))
    elif isinstance(left, Expectation) and left.kind == "E":
        for term in expanded_terms(left.args[0]):
            yield Expectation("E", (term,))


def with_definitions(scene: Scene, node: Expr, depth: int = 2) -> Expr:
    """The expression with names written out as they were given."""
    for part, put in places(node):
        definition = scene.definition(part) if isinstance(part, Name) else None
        if definition is not None and not definition.indices and not definition.parameters and depth:
            return with_definitions(scene, put(with_definitions(scene, definition.body, depth - 1)), depth - 1)
    return node


def of_expectation(node: Expectation) -> Iterator[Expr]:
    """The product of the means that a variance or covariance takes away, and the covariances in that of a sum."""
    if node.kind == "Cov":
        yield Product(Expectation("E", (node.args[0],)), Expectation("E", (node.args[1],)))
    elif node.kind == "Var":
        yield Power(Expectation("E", node.args), TWO)
        if isinstance(node.args[0], Add):
            for pair in combinations(node.args[0].terms, 2):
                yield product(TWO, Expectation("Cov", pair))


def of_logarithm(scene: Scene, inside: Expr) -> Iterator[Expr]:
    """The logarithms of the parts of a product or quotient, a definition opened."""
    definition = scene.definition(inside)
    body = definition.body if definition is not None else inside
    if isinstance(inside, Entry) and isinstance(body, Call) and body.function == "softmax":
        letter = next(letter for letter in "kijlmn" if Name(letter) not in inside.indices)
        entry = Entry(body.args[0], (Name(letter),))
        yield Call("log", (Sum((Binder(letter),), Call("exp", (entry,))),))
    elif isinstance(body, Quotient):
        yield from (Call("log", (body.denominator,)), Call("log", (body.numerator,)))
    elif isinstance(body, Product):
        yield from (Call("log", (body.left,)), Call("log", (body.right,)))


def transposed_terms(scene: Scene) -> Iterator[Expr]:
    """The terms of the right side with a matrix in them transposed."""
    for term in terms_of(scene.right):
        for part, put in places(term):
            if isinstance(part, Transpose):
                yield put(part.operand)
            elif isinstance(part, Name) and scene.rank(part.name) == 2:
                yield put(Transpose(part))


def differentiated_terms(scene: Scene) -> Iterator[Expr]:
    """The derivative that is asked for, term by term: worked out, or written as derivatives of the terms."""
    worked_out = derivative_of_left(scene)
    if worked_out is not None:
        yield from expanded_terms(worked_out)
    left = scene.relation.left
    if not isinstance(left, Derivative | Gradient | HessianOf):
        return
    definition = scene.definition(left.of)
    body = definition.body if definition is not None else left.of
    by = left.by
    if by is None and definition is not None and len(definition.parameters) == 1:
        by = Name(definition.parameters[0])
    for term in terms_of(body):
        if isinstance(left, Derivative):
            yield Derivative(term, left.by)
        elif by is not None and not isinstance(by, tuple):
            yield type(left)(term, by)


def arrays(scene: Scene) -> dict[str, int]:
    """What is declared or defined with indices, and how many it takes."""
    found = {name: symbol.rank for name, symbol in scene.problem.symbols.items() if symbol.rank}
    for definition in scene.problem.definitions:
        if not definition.parameters:
            found[definition.name] = len(definition.indices) or scene.rank_of(Name(definition.name))
    return found


def extra(scene: Scene, right: Expr, term: Expr) -> Edit:
    return Edit(
        "extra-term",
        scene.with_right(right),
        term,
        3,
        say("There is a term too many.", "多了一项。"),
        say(f"{show(term)} does not belong here.", f"{show(term)} 不该在这里。"),
    )


def missing(scene: Scene, right: Expr, term: Expr, at: Expr | None = None) -> Edit:
    off_diagonal = len(letters_in(scene.relation.left)) > 1 and any(isinstance(part, Delta) for part in walk(term))
    return Edit(
        "off-diagonal" if off_diagonal else "missing-term",
        scene.with_right(right),
        at or scene.right,
        4,
        say("A term is missing. Have you taken every part along?", "少了一项。每一部分都考虑到了吗？"),
        say(f"{show(term)} is missing.", f"缺少 {show(term)}。"),
    )
