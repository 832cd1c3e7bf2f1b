"""Which letters a line takes as steps or samples, so that declared names such as h_t are members of a family."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lhystudy.checker.families import ABOVE, BELOW, member
from lhystudy.checker.nodes import Delta, Entry, Given, Name, Node, Statement, walk
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.parse import introduce, last_side, read
from lhystudy.checker.reading.unreadable import Unreadable

MAY_STEP = re.compile(r"^\W*let\b.*(_\W*[ijklmnst](?![a-zA-Z])|[ᵢⱼₖₗₘₙₛₜ])|\^\W*[(\[]|[⁽⁾]")


def letters_taken(lines: Sequence[str]) -> frozenset[str]:
    """The letters that a derivation takes as steps or samples."""
    taken: frozenset[str] = frozenset()
    if any(map(MAY_STEP.search, lines)):
        while more := read_with(taken, lines) - taken:
            taken |= more
    return taken


def read_with(taken: frozenset[str], lines: Sequence[str]) -> frozenset[str]:
    """The further letters that the lines take, read with those taken already."""
    problem, above, found = Problem(steps=taken), None, frozenset[str]()
    for line in lines:
        try:
            statement = read(line, problem, above).statement
        except Unreadable:
            continue
        found |= stepping(statement, problem)
        problem, above = introduce(problem, statement), last_side(statement)
    return found


def stepping(statement: Statement, problem: Problem) -> frozenset[str]:
    """The letters that the line lets run, or moves by a step, while a name above was taken as standing at one place.

    `let h_t : vector(n)` names one vector until a line speaks of h_{t-1}, of h_1 or of a sum over t.
    """
    whole = {name: found for name, found in labelled(problem) if found[1] not in problem.steps}
    if not whole:
        return label_recurrence(statement, problem)
    families = dict(whole.values())
    running = frozenset(letters(statement))
    needed: set[str] = set()
    for node in walk(statement):
        match node:
            case Name(name) if name in whole:
                needed |= running.intersection(whole[name][1])
            case Entry(Name(base)) if base + BELOW in families and not known(base, problem):
                needed.add(families[base + BELOW])
            case Name(name) if (found := member(name)) is not None and found[0] in families:
                needed.add(families[found[0]])
    return frozenset(needed) | label_recurrence(statement, problem)


def labelled(problem: Problem) -> Iterator[tuple[str, tuple[str, str]]]:
    """The names with a letter as their subscript or label, each with its family and the letter.

    Beside W_q and W_v, the k of W_k is no index but part of a name.
    """
    names = {*problem.symbols, *(each.name for each in problem.definitions if not each.indices)}
    worded = {name.rpartition("_")[0] for name in names if "_" in name and member(name) is None}
    for name in names:
        found = member(name)
        if found is not None and found[1] and found[0].removesuffix(BELOW) not in worded:
            yield name, found


def letters(statement: Statement) -> Iterator[str]:
    """The letters that stand as an index of some entry or are bound by a sum."""
    for node in walk(statement):
        parts: tuple[Node, ...] = ()
        match node:
            case Entry(_, indices):
                parts = indices
            case Delta(left, right):
                parts = (left, right)
        yield from (part.name for part in walk(parts) if isinstance(part, Name))
        yield from (binder.index for binder in getattr(node, "binders", ()))


def known(name: str, problem: Problem) -> bool:
    return name in problem.symbols or problem.definition(name) is not None


def label_recurrence(statement: Statement, problem: Problem) -> frozenset[str]:
    """The letter of a given such as v^{(t)} = a v^{(t-1)}, whose names nothing declares."""
    if not isinstance(statement, Given):
        return frozenset()
    needed: set[str] = set()
    for relation in statement.relations:
        left = relation.left
        found = member(left.name) if isinstance(left, Name) and left.name not in problem.symbols else None
        if found is None or not found[1] or not found[0].endswith(ABOVE):
            continue
        others = {part.name for part in walk(relation.right) if isinstance(part, Name) and part != left}
        needed |= {found[1]} if any(member(other) == found for other in others) else set()
    return frozenset(needed)
