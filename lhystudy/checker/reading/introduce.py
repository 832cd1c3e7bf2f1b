"""What a statement makes known to the lines below it."""

from __future__ import annotations

from dataclasses import replace

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
    walk,
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
            for place, relation in enumerate(relations):
                definition = definition_of(problem, relation) if alone(relations, place) else None
                problem = give(problem, relation, definition)
            if independent:
                problem = replace(problem, independent=(*problem.independent, independent))
        case Set(relations):
            problem = replace(problem, equations=(*problem.equations, *relations))
        case Goal():
            return problem
    return saw(problem, statement)


def give(problem: Problem, relation: Relation, definition: Definition | None) -> Problem:
    """The problem with the given relation: as the definition that it is, else as an assumption."""
    problem = problem.define(definition) if definition is not None else problem.assume(relation)
    return saw(problem, relation)


def saw(problem: Problem, node: Node) -> Problem:
    """The problem with the names that the node uses for the first time."""
    used = {name for name in names_in(node) if name not in UNSEEN and name not in problem.symbols}
    return replace(problem, seen=problem.seen | used)


def alone(relations: tuple[Relation, ...], place: int) -> bool:
    """Whether the relation is no part of a chain such as 0 < q < 1: its sides stand in no other one."""
    one = relations[place]
    before, after = relations[place - 1] if place else None, relations[place + 1 : place + 2]
    return (before is None or before.right is not one.left) and not any(each.left is one.right for each in after)


def definition_of(problem: Problem, relation: Relation) -> Definition | None:
    """The definition that a given relation is, or None where it is an assumption.

    It is one where its left side is a bare name, an indexed name or a function of names that has no
    definition yet and does not stand on the right, neither itself nor through other definitions.
    """
    if relation.sign != "=":
        return None
    match relation.left:
        case Name(name):
            found = Definition(name, relation.right)
        case Entry(Name(name), indices) if indexable(problem, relation.left):
            found = Definition(name, relation.right, indices=indices)
        case Call(name, args, 0) if name not in GIVEN and args and all(map(parameter, args)):
            found = Definition(name, relation.right, parameters=tuple(filter(None, map(parameter, args))))
        case _:
            return None
    if any(defines(known, found) for known in problem.definitions) or stands_behind(problem, found):
        return None
    return found


def parameter(node: Expr) -> str | None:
    """A parameter's name; an entry at numbers is spelled as a name, `w_1`. None for anything else."""
    if isinstance(node, Name):
        return node.name
    return single_spelling(node) if isinstance(node, Entry) else None


def single_spelling(node: Entry) -> str | None:
    """`h_2` for an entry at plain numbers, as declared names are spelled."""
    if not isinstance(node.of, Name) or not all(isinstance(index, Number) for index in node.indices):
        return None
    numbers = [str(index.value) for index in node.indices if isinstance(index, Number)]
    return f"{node.of.name}_{','.join(numbers)}"


def indexable(problem: Problem, left: Entry) -> bool:
    """Whether the entry can be defined: at letters, each once, or at numbers where its name was declared no array."""
    if single_spelling(left) is not None:
        symbol = problem.symbols.get(left.of.name) if isinstance(left.of, Name) else None
        return symbol is None or not symbol.rank
    letters = [index.name for index in left.indices if isinstance(index, Name)]
    return len(letters) == len(left.indices) == len(set(letters))


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


def stands_behind(problem: Problem, definition: Definition) -> bool:
    """Whether the name that is being defined stands on the right, itself or in what the names there were given as."""
    waiting, followed = [definition.body], set[str]()
    while waiting:
        body = waiting.pop()
        if stands_in(body, definition):
            return True
        names = {part.name for part in walk(body) if isinstance(part, Name)}
        names |= {part.function for part in walk(body) if isinstance(part, Call)}
        known = (each for each in problem.definitions if each.name in names - followed)
        waiting += [each.body for each in known if definition.name not in each.parameters]
        followed |= names
    return False


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


def names_in(statement: Node) -> set[str]:
    """The names that a statement or a part of one uses: not its indices, nor names that a sum or limit binds."""
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
