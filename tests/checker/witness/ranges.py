"""How far an index runs: the size of what it indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lhystudy.checker.nodes import Binder, Delta, Entry, Expr, Indicator, Name, Relation
from tests.checker.witness.scene import single, walk
from tests.checker.witness.values import Senseless, Unknown

if TYPE_CHECKING:
    from tests.checker.witness.world import World


def run(world: World, letter: str, *nodes: object) -> int:
    """How far the letter runs: the size of what it indexes."""
    found = set(runs(world, letter, nodes))
    if not found:
        raise Unknown(f"how far {letter} runs")
    if len(found) > 1:
        raise Senseless(f"{letter} runs over {found}")
    return found.pop()


def runs(world: World, letter: str, nodes: object, seen: tuple[str, ...] = ()) -> Iterator[int]:
    for part in walk(nodes):
        node = world.scene.layered(part) if isinstance(part, Entry) else part
        match node:
            case Entry(of, indices) if single(node) is None:
                for place, index in enumerate(indices):
                    names = {part.name for part in walk(index) if isinstance(part, Name)}
                    if names == {letter}:  # x_{i+k} alone does not say how far i runs
                        yield from length(world, of, place, len(indices))
            case Delta(Name(one), Name(other)) | Indicator(Relation("=" | "!=", Name(one), Name(other))):
                partner = other if one == letter else one if other == letter else None
                if partner is not None and partner not in (*seen, letter):
                    yield from runs(world, partner, nodes, (*seen, letter))
            case Binder(index, _, _, Name(other)):
                partner = other if index == letter else index if other == letter else None
                if partner is not None and partner not in (*seen, letter):
                    yield from runs(world, partner, nodes, (*seen, letter))


def length(world: World, of: Expr, place: int, rank: int) -> Iterator[int]:
    letters = {part.name for part in walk(of) if isinstance(part, Name)} | {
        part.index for part in walk(of) if isinstance(part, Binder)
    }
    trial = world.at(**{name: 1 for name in letters if len(name) == 1 and not world.knows(name)})
    value = trial.of(of)
    if value.rank != rank:
        raise Senseless("the number of indices")
    yield value.tensor.shape[place]
