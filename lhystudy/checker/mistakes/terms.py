"""A term too few or too many."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.mistakes.edit import ONE, Edit, Scene, letters_in, negated, places, terms_of, total
from lhystudy.checker.mistakes.slope import slope
from lhystudy.checker.nodes import Add, Derivative, Entry, Expr, Name, Number, Sum
from lhystudy.checker.reading.introduce import walk
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
    seen: set[Expr] = set()
    for term in candidates(scene):
        for signed in (term, negated(term)):
            if signed not in seen and len(seen) < 2 * MOST:
                seen.add(signed)
                yield missing(scene, total(right, signed), signed)


def candidates(scene: Scene) -> Iterator[Expr]:
    """Terms that may have been forgotten, the likeliest first."""
    yield from differentiated_terms(scene)
    for node in walk(scene.relation.left):
        if isinstance(node, Add):
            yield from node.terms
        elif isinstance(node, Sum):
            yield node.body
    for node in walk(scene.right):
        if isinstance(node, Add):
            yield from node.terms
    for definition in scene.problem.definitions:
        if not definition.indices:
            yield from terms_of(definition.body)
    if not any(isinstance(term, Number) for term in terms_of(scene.right)):
        yield ONE
    for name, rank in arrays(scene).items():
        for letter in letters_in(scene.relation):
            if rank == 1:
                yield Entry(Name(name), (Name(letter),))


def differentiated_terms(scene: Scene) -> Iterator[Expr]:
    """The derivatives of the terms of what the left side differentiates."""
    left = scene.relation.left
    if isinstance(left, Derivative):
        definition = scene.definition(left.of)
        body = definition.body if definition is not None else left.of
        for term in terms_of(body):
            if len(left.by) == 1:
                yield slope(term, left.by[0], scene.problem)
            yield Derivative(term, left.by)


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


def missing(scene: Scene, right: Expr, term: Expr) -> Edit:
    return Edit(
        "missing-term",
        scene.with_right(right),
        scene.right,
        4,
        say("A term is missing. Have you taken every part along?", "少了一项。每一部分都考虑到了吗？"),
        say(f"{show(term)} is missing.", f"缺少 {show(term)}。"),
    )
