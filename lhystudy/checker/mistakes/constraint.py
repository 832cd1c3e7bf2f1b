"""A line that would be right under an assumption that nobody gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from lhystudy.checker.mistakes.edit import ONE, ZERO, Edit, Scene, letters_in
from lhystudy.checker.nodes import Binder, Call, Entry, Expectation, Expr, Name, Node, Relation, Sum, Transpose, walk
from lhystudy.checker.reading.show import show
from lhystudy.words import say


def edits(scene: Scene) -> Iterator[Edit]:
    """The same line, with a constraint assumed that is often meant: weights that sum to 1, a symmetric matrix."""
    for assumed in constraints(scene):
        yield Edit(
            "constraint",
            scene.relation,
            scene.relation,
            5,
            say(
                "This is right only under an assumption. Which one, and was it given?",
                "这一步只在某个假设下成立。是哪个假设？题目给了吗？",
            ),
            say(f"It needs {show(assumed)}.", f"它需要 {show(assumed)}。"),
            assumed=(assumed,),
        )


def constraints(scene: Scene) -> Iterator[Relation]:
    fresh = next(letter for letter in "kijlmnstrqpuvwabcdfgh" if letter not in letters_in(scene.relation))
    names: dict[str, int] = {}
    for node in known_parts(scene):
        if isinstance(node, Entry) and isinstance(node.of, Name):
            names[node.of.name] = max(names.get(node.of.name, 0), len(node.indices))
        elif isinstance(node, Name) and scene.rank(node.name):
            names[node.name] = scene.rank(node.name)
    for name, rank in names.items():
        if rank == 1:
            weights: Expr = Entry(Name(name), (Name(fresh),))
            yield Relation("=", Sum((Binder(fresh),), weights), ONE)
        elif rank == 2:
            yield Relation("=", Transpose(Name(name)), Name(name))
    for one, other in combinations(random_names(scene), 2):
        yield Relation("=", Expectation("Cov", (one, other)), ZERO)


def known_parts(scene: Scene) -> Iterable[Node]:
    """The parts of the line, then of the definitions that it leads to."""
    waiting: list[Node] = [scene.relation]
    opened: set[str] = set()
    while waiting:
        for part in walk(waiting.pop(0)):
            yield part
            name = part.name if isinstance(part, Name) else part.function if isinstance(part, Call) else ""
            definition = scene.problem.definition(name) if name not in opened else None
            if definition is not None:
                opened.add(name)
                waiting.append(definition.body)


def random_names(scene: Scene) -> list[Name]:
    """The random variables of the line."""
    symbols = scene.problem.symbols
    found = {node: None for node in walk(scene.relation) if isinstance(node, Name)}
    return [node for node in found if node.name in symbols and symbols[node.name].type == "random"]
