"""What a statement makes known to the lines below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from lhystudy.checker.nodes import (
    Call,
    Claim,
    Entry,
    Expr,
    Given,
    Goal,
    Let,
    Name,
    Node,
    Number,
    Relation,
    Set,
    Statement,
    Step,
)
from lhystudy.checker.problem import Definition, Problem, Symbol
from lhystudy.checker.reading import symbols

UNSEEN = frozenset({"pi", "e", "inf", "I"})
GIVEN = frozenset(symbols.FUNCTIONS.values())  # these mean something already: `given exp(x) = 3` is an assumption


def introduce(problem: Problem, statement: Statement) -> Problem:
    """The problem with what the statement declares, defines, assumes or names for the first time."""
    match statement:
        case Let(names, type_, dims):
            problem = problem.declare(*(Symbol(name, type_, dims) for name in names))
        case Given(relations, independent):
            for relation in relations:
                definition = definition_of(problem, relation)
                if definition is not None:
                    problem = problem.define(definition)
                else:
                    problem = replace(problem, assumptions=(*problem.assumptions, relation))
            if independent:
                problem = replace(problem, independent=(*problem.independent, independent))
        case Set(relations):
            problem = replace(problem, equations=(*problem.equations, *relations))
        case Goal():
            return problem
    used = {name for name in names_in(statement) if name not in UNSEEN and name not in problem.symbols}
    return replace(problem, seen=problem.seen | used)


def definition_of(problem: Problem, relation: Relation) -> Definition | None:
    """The definition that a given relation is, or None where it is an assumption.

    It is one where its left side is a bare name, an indexed name or a function of names that has no
    definition yet and does not stand on the right.
    """
    if relation.sign != "=":
        return None
    match relation.left:
        case Name(name):
            found = Definition(name, relation.right)
        case Entry(Name(name), indices) if not clashes(indices):
            found = Definition(name, relation.right, indices=indices)
        case Call(name, args, 0) if name not in GIVEN and args and all(isinstance(one, Name | Entry) for one in args):
            found = Definition(name, relation.right, parameters=tuple(parameter(arg) for arg in args))
        case _:
            return None
    if any(defines(known, found) for known in problem.definitions) or stands_in(relation.right, found):
        return None
    return found


def parameter(node: Expr) -> str:
    """A parameter's name; an entry at a number is spelled as a name, `w_1`."""
    from lhystudy.checker.reading.show import show

    return show(node)


def clashes(indices: tuple[Expr, ...]) -> bool:
    """Whether the indices are more than letters and numbers, or one letter twice."""
    if not all(isinstance(index, Name | Number) for index in indices):
        return True
    letters = [index.name for index in indices if isinstance(index, Name)]
    return len(letters) != len(set(letters))


def defines(known: Definition, new: Definition) -> bool:
    """Whether an earlier definition already says what the new one would."""
    if known.name != new.name:
        return False
    if not known.indices or not new.indices or len(known.indices) != len(new.indices):
        return True
    return overlap(known.indices, new.indices)


def overlap(one: tuple[Expr, ...], other: tuple[Expr, ...]) -> bool:
    """Whether two lists of indices can mean the same entry."""
    return not any(
        isinstance(a, Number) and isinstance(b, Number) and a.value != b.value for a, b in zip(one, other, strict=True)
    )


def stands_in(body: Expr, definition: Definition) -> bool:
    """Whether the name that is being defined stands on the right: for `v_2`, v itself or an entry that may be v_2."""
    numbers = bool(definition.indices) and all(isinstance(index, Number) for index in definition.indices)
    for node in walk(body):
        if isinstance(node, Call) and node.function == definition.name:
            return True
        if numbers and isinstance(node, Entry) and node.of == Name(definition.name):
            if len(node.indices) != len(definition.indices) or overlap(node.indices, definition.indices):
                return True
        elif isinstance(node, Name) and node.name == definition.name and not numbers:
            return True
    if not numbers:
        return False
    entries = [node.of for node in walk(body) if isinstance(node, Entry)]
    bare = [node for node in walk(body) if node == Name(definition.name)]
    return len(bare) > entries.count(Name(definition.name))


def walk(node: object) -> Iterator[Node]:
    """The node and every node below it. Iterates without recursion, for lines of any depth."""
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(reversed(part))
        elif isinstance(part, Node):
            yield part
            waiting.extend(getattr(part, each.name) for each in reversed(fields(part)) if each.name != "span")


def names_in(statement: Statement) -> set[str]:
    """The names that the statement uses: not its indices, nor names that a sum or limit binds."""
    indices: set[str] = set()
    names: set[str] = set()
    for node in walk(statement):
        if isinstance(node, Entry):
            indices |= {part.name for part in walk(node.indices) if isinstance(part, Name)}
        for binder in getattr(node, "binders", ()):
            indices.add(binder.index)
        if isinstance(node, Name):
            names.add(node.name)
    return names - indices


def last_side(statement: Statement) -> Expr | None:
    """The expression that a next line beginning with a relation goes on from."""
    match statement:
        case Step(relations, first):
            return relations[-1].right if relations else first
        case Given(relations) | Set(relations):
            return relations[-1].right if relations else None
        case Claim() | Let() | Goal():
            return None
    return None
