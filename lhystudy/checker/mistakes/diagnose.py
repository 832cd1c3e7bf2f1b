"""Names the slip in a refuted line: the smallest edit after which it is no longer refuted but shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic

from lhystudy.checker.mistakes import (
    arithmetic,
    chain_rule,
    constraint,
    definition,
    differentiation,
    direction,
    domain,
    factor,
    index,
    inverse,
    log_base,
    off_diagonal,
    order,
    power,
    sign,
    sum_range,
    terms,
    transpose,
)
from lhystudy.checker.mistakes.edit import Edit, Holds, Scene
from lhystudy.checker.nodes import NOWHERE, Derivative, Entry, Gradient, HessianOf, Name, Relation, walk
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.show import show
from lhystudy.checker.verdict import Counterexample
from lhystudy.words import say

FAMILIES = (
    direction, differentiation, sign, off_diagonal, factor, transpose, order, log_base, inverse, index,
    chain_rule, power, sum_range, arithmetic, terms, definition, constraint, domain,
)  # fmt: skip


# Where the right side is beyond repair, the slip may be on the left: a wrong order, power or range in what was asked.
OF_THE_LEFT = (sign, transpose, order, log_base, inverse, index, power, sum_range)
ASKED = (Derivative, Gradient, HessianOf)

# Many edits make an inequality true without explaining anything.
OF_INEQUALITIES = (direction, constraint, domain)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A named mistake with its ladder of hints: where, which rule, the rule applied, the line itself."""

    mistake: str
    hints: tuple[str, ...]


def diagnose(
    relation: Relation,
    problem: Problem,
    holds: Holds,
    text: str,
    seconds: float,
    example: Counterexample | None = None,
) -> Diagnosis | None:
    """The mistake that explains the line, or None where no small edit makes it right in the time given.

    `holds` judges a relation under further assumed ones; `text` is the line as typed; `example` refutes it.
    """
    deadline = monotonic() + seconds
    scene = Scene(relation, problem, holds)
    edits = sorted_edits(scene, deadline)
    edits += worked_out(scene, example) if example is not None else []
    edits.sort(key=lambda edit: edit.cost)
    edits += mirrored(scene, deadline)
    for edit in edits:
        if monotonic() > deadline:
            return None
        if (edit.typed_as is None or holds(edit.typed_as)) and holds(edit.relation, *edit.assumed):
            return Diagnosis(edit.kind, ladder(edit, text))
    return None


def worked_out(scene: Scene, example: Counterexample) -> Iterator[Edit]:
    """Numbers of the line as the values at the point say that they should be."""
    if not example.point:
        rounded = arithmetic.rounded(scene, example.left)
        if rounded is not None:
            yield rounded
    yield from arithmetic.shifted(scene, example.left, example.right)


def mirrored(scene: Scene, deadline: float) -> Iterator[Edit]:
    """Slips of the left side, where it is no name or derivative but worked out itself."""
    relation = scene.relation
    left = relation.left
    if relation.sign != "=" or isinstance(left, Name | Entry) or any(isinstance(p, ASKED) for p in walk(left)):
        return
    other = Scene(replace(relation, left=relation.right, right=left), scene.problem, scene.holds)
    for family in OF_THE_LEFT:
        for edit in family.edits(other):
            if monotonic() > deadline:
                return
            if edit.typed_as is None and edit.relation.left is relation.right:
                yield replace(edit, relation=replace(relation, left=edit.relation.right))


def sorted_edits(scene: Scene, deadline: float) -> list[Edit]:
    """All edits, cheapest first; among equals in the order of the families."""
    found: list[Edit] = []
    equation = scene.relation.sign in ("=", "~=")
    for family in FAMILIES if equation else OF_INEQUALITIES:
        for edit in family.edits(scene):
            found.append(edit)
            if monotonic() > deadline:
                break
    return sorted(found, key=lambda edit: edit.cost)


def ladder(edit: Edit, text: str) -> tuple[str, ...]:
    """Where, which rule, the rule applied, the line itself."""
    part = text[edit.at.span.start : edit.at.span.end].strip() if edit.at.span != NOWHERE else ""
    part = part or show(edit.at)
    where = say(f"Look at {part}.", f"请看 {part} 这一处。")
    if edit.assumed:
        assumed = ", ".join(map(show, edit.assumed))
        last = say(f"{show(edit.relation)}, given {assumed}", f"{show(edit.relation)}，其中 {assumed}")
    else:
        last = show(edit.relation)
    return where, edit.rule, edit.applied, last
