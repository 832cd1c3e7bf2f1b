"""A claim of another kind than the definition says: a saddle called a minimum, a given used wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from lhystudy.checker.mistakes.edit import Edit, Scene, places
from lhystudy.checker.mistakes.index import swapped
from lhystudy.checker.nodes import Claim, Entry, Expr, Name, walk
from lhystudy.checker.reading.show import show, show_claim
from lhystudy.words import say

MOST = 30

CRITICAL = ("local minimum", "local maximum", "saddle point", "critical point")
DEFINITE = ("positive definite", "positive semidefinite", "negative definite", "negative semidefinite", "indefinite")


def right_claim(claim: Claim, holds: Callable[[Claim], bool]) -> tuple[Claim, tuple[str, str]] | None:
    """The claim of the same family that does hold, with the rule and the rule applied, or None."""
    for family, rule in families():
        if claim.claim not in family:
            continue
        for other in family:
            if other == claim.claim:
                continue
            changed = replace(claim, claim=other)
            if holds(changed):
                applied = say(f"By the definition, {show_claim(changed)}.", f"按定义，应是：{show_claim(changed)}。")
                return changed, (rule, applied)
    return None


def families() -> Iterator[tuple[tuple[str, ...], str]]:
    yield (
        CRITICAL,
        say("Look at the signs of the Hessian's eigenvalues at this point.", "请看这一点上海森矩阵特征值的符号。"),
    )
    yield DEFINITE, say("Look at the signs of the eigenvalues.", "请看特征值的符号。")


def edits(scene: Scene) -> Iterator[Edit]:
    """A name of the right side in another's place, once; then two names in each other's place throughout."""
    known = [Name(name) for name in known_names(scene)][:MOST]
    indexed = {part.of for part in walk(scene.relation) if isinstance(part, Entry)}
    found = 0
    for part, put in places(scene.right):
        name = part.of if isinstance(part, Entry) else part
        if not isinstance(name, Name):
            continue
        for other in known:
            rank = scene.rank_of(name)
            alike = scene.rank_of(other) == rank and (rank or (other in indexed) == (name in indexed))
            if other != name and found < MOST and alike:
                found += 1
                changed = replace(part, of=other) if isinstance(part, Entry) else other
                yield edit(scene, put(changed), part, changed, 5)
    inside = list(dict.fromkeys(part for part in walk(scene.right) if isinstance(part, Name) and part in known))
    for one, other in combinations(inside, 2):
        if scene.rank_of(one) == scene.rank_of(other):
            yield edit(scene, swapped(scene.right, one, other), one, other, 4)


def known_names(scene: Scene) -> list[str]:
    """What is declared or defined, or stands on the line; indices and functions left out."""
    indices = {part for node in walk(scene.relation) if isinstance(node, Entry) for part in walk(node.indices)}
    named = [part.name for part in walk(scene.relation) if isinstance(part, Name) and part not in indices]
    symbols = [name for name, symbol in scene.problem.symbols.items() if symbol.type != "function"]
    defined = [each.name for each in scene.problem.definitions if not each.parameters]
    return list(dict.fromkeys([*named, *symbols, *defined]))


def edit(scene: Scene, right: Expr, at: Expr, other: Expr, cost: int) -> Edit:
    return Edit(
        "definition",
        scene.with_right(right),
        at,
        cost,
        say("One quantity stands in the place of another. What was given?", "有一个量被当成了另一个。题目给的是什么？"),
        say(f"{show(at)} should be {show(other)}.", f"{show(at)} 应是 {show(other)}。")
        if cost == 5
        else say(f"{show(at)} and {show(other)} have changed places.", f"{show(at)} 和 {show(other)} 写反了。"),
    )
