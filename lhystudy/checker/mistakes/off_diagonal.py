"""Kronecker's delta: the terms off the diagonal left out, or the delta dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from lhystudy.checker.mistakes.edit import ONE, ZERO, Edit, Scene, letters_in, places, terms_of, total, with_index
from lhystudy.checker.nodes import Binder, Delta, Derivative, Entry, Expr, Indicator, Name, Negative, Product, Sum, walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """A 1 made a delta; and forms that come of keeping only the diagonal, compared with what was typed."""
    letters = letters_in(scene.relation)
    for part, put in places(scene.right):
        if part == ONE:
            for i, one in enumerate(letters):
                for other in letters[i + 1 :]:
                    delta = Delta(Name(one), Name(other))
                    yield edit(scene, put(delta), part, show(delta), 2)
        elif isinstance(part, Delta | Indicator):
            yield edit(scene, put(ONE), part, "1", 3)
    terms = terms_of(scene.right)
    for place, term in enumerate(terms):
        for i, one in enumerate(letters):
            for other in letters[i + 1 :]:
                delta = Delta(Name(one), Name(other))
                fixed = Negative(Product(delta, term.operand)) if isinstance(term, Negative) else Product(delta, term)
                yield edit(scene, total(*terms[:place], fixed, *terms[place + 1 :]), term, show(delta), 4)
    yield from where_equal(scene, letters)
    yield from diagonal_only(scene)
    yield from without_delta(scene)


def where_equal(scene: Scene, letters: list[str]) -> Iterator[Edit]:
    """The line with two of its free indices made one: what holds on the diagonal alone."""
    relation = scene.relation
    bound = {binder.index for node in walk(relation) for binder in getattr(node, "binders", ())}
    free = [letter for letter in letters if letter not in bound]
    for one, other in combinations(free, 2):
        same_index = replace(
            relation,
            left=with_index(relation.left, other, Name(one)),
            right=with_index(relation.right, other, Name(one)),
        )
        at = edit(scene, scene.right, scene.right, "", 4)
        yield replace(
            at,
            relation=same_index,
            applied=say(
                f"This holds where {one} = {other}. What is it where they differ?",
                f"这只在 {one} = {other} 时成立。两者不等时呢？",
            ),
        )


def diagonal_only(scene: Scene) -> Iterator[Edit]:
    """dL/dz_j taken through p_j alone, where every p_k depends on z_j."""
    left = scene.relation.left
    if not isinstance(left, Derivative) or len(left.by) != 1 or not isinstance(left.by[0], Entry):
        return
    by = left.by[0]
    if len(by.indices) != 1 or not isinstance(by.indices[0], Name):
        return
    own = by.indices[0]
    fresh = next(letter for letter in "kijlmn" if letter not in letters_in(scene.relation))
    for definition in scene.problem.definitions:
        array = Name(definition.name)
        if definition.parameters or definition.name == getattr(left.of, "name", None):
            continue
        one, all_ = Entry(array, (own,)), Entry(array, (Name(fresh),))
        alone = Product(Derivative(left.of, (one,)), Derivative(one, (by,)))
        if scene.holds(scene.with_right(alone)) or not scene.holds(same(scene, alone)):
            continue
        full = Sum((Binder(fresh),), Product(Derivative(left.of, (all_,)), Derivative(all_, (by,))))
        yield edit(scene, full, scene.right, show(full), 1)


def same(scene: Scene, other: Expr) -> object:
    """The relation that says that the right side was found as `other`."""
    from lhystudy.checker.nodes import Relation

    return Relation("=", scene.right, other)


def without_delta(scene: Scene) -> Iterator[Edit]:
    """A sum with a delta in it worked out as if the delta were 1, 0, or picked out the whole body."""
    left = scene.relation.left
    for part, put in places(left):
        wrong: list[Expr] = []
        if isinstance(part, Delta | Indicator):
            wrong = [put(ONE), put(ZERO)]
        elif isinstance(part, Sum) and len(part.binders) == 1:
            bound = part.binders[0].index
            others = [letter for letter in letters_in(scene.relation) if letter != bound]
            wrong = [put(with_index(part.body, bound, Name(letter))) for letter in others]
        for form in wrong:
            if not scene.holds(scene.with_right(form)) and scene.holds(same(scene, form)):
                yield edit(scene, left, scene.right, show(part), 2)


def edit(scene: Scene, right: Expr, at: Expr, what: str, cost: int) -> Edit:
    return Edit(
        "off-diagonal",
        scene.with_right(right),
        at,
        cost,
        say(
            "Two indices may be equal or not. Have you kept both cases apart?",
            "两个指标可以相等也可以不等。两种情况都考虑到了吗？",
        ),
        say(
            f"Here {what} is due: the terms with unequal indices count as well.",
            f"这里应有 {what}：指标不相等的那些项也要算进去。",
        ),
    )
