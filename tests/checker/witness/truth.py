"""Whether a line is true: tried in many random worlds that satisfy the lines above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from random import Random
from typing import Literal

import torch

from lhystudy.checker.nodes import Call, Entry, Expr, Name, Number, Relation, SetOf
from tests.checker.witness.draw import at_every_place, draw, free_letters, misses, two_sides
from tests.checker.witness.scene import Scene, single, walk
from tests.checker.witness.values import Outside, Senseless, Tensor, Unknown, Value
from tests.checker.witness.world import World

Truth = Literal["holds", "fails", "senseless"]

WORLDS = 14
SCALAR_WORLDS = 60  # where nothing but scalars is drawn freely, so that narrow pieces are met
TRIES = 3  # draws for each world that is wanted
ENOUGH = 6  # comparisons before a line counts as true
LARGE = 1e9
APART, TOGETHER = 1e-6, 1e-8  # relative differences of sides that differ, and of sides that agree


def worlds(scene: Scene, tree: object, chance: Random) -> list[World]:
    """Worlds for a line, every third with small round values. Raises Unknown or Senseless."""
    if scene.unclear:
        raise Unknown("a given in words")
    bound = scene.sizes or scene.equations or any(kind.type == "random" for kind in scene.declared.values())
    wanted = WORLDS if bound else SCALAR_WORLDS
    return list(islice(drawn(scene, tree, chance, wanted * TRIES), wanted))


def drawn(scene: Scene, tree: object, chance: Random, tries: int) -> Iterator[World]:
    for n in range(tries):
        try:
            world = draw(scene, (tree,), chance, special=n % 3 == 2)
        except Outside:
            continue
        if world is not None:
            yield world


@dataclass(frozen=True)
class Line:
    """A relation below a scene; `letters` are free in the chain that it goes on with."""

    relation: Relation
    scene: Scene
    letters: frozenset[str] = frozenset()

    def truth(self, here: list[World]) -> Truth | None:
        """What the worlds say of the line, None where too few can be compared. Raises Unknown."""
        if self.dangles():
            return "senseless"
        found = []
        try:
            for world in here:
                found += self.compared(world)
                if False in found and not self.scene.equations:
                    return "fails"
            if self.scene.equations and False in found:
                return "holds" if self.solves(here) else "fails"
        except Senseless:
            return "senseless"
        nowhere = self.relation.sign == "!="  # that sides never meet is not seen from points
        return "holds" if len(found) >= ENOUGH and not nowhere else None

    def dangles(self) -> bool:
        """Whether a free index stands only on the right of an equation."""
        right = set(free_letters(self.relation.right, self.scene))
        left = set(free_letters(self.relation.left, self.scene))
        return self.relation.sign == "=" and bool(right - left - self.letters)

    def compared(self, world: World) -> list[bool]:
        """Whether it holds, once for each place where both sides have a value."""
        found: list[bool] = []
        try:
            everywhere = at_every_place(world, self.relation)
        except Outside:
            return found
        if isinstance(self.relation.right, SetOf):
            return [has_eigenvalues(world, self.relation.left, self.relation.right)]
        for place in everywhere:
            try:
                left, right = two_sides(place, self.relation)
            except Outside:
                continue
            for one, other in zip(left.reshape(-1), right.reshape(-1), strict=True):
                holds = related(self.relation, one.item(), other.item())
                found += [] if holds is None else [holds]
        return found

    def solves(self, here: list[World]) -> bool:
        """Whether `x = E` after a `set` solves what was set, E free of x."""
        left = self.relation.left
        name = left.name if isinstance(left, Name) else single(left) if isinstance(left, Entry) else None
        if name is None and isinstance(left, Entry) and isinstance(left.of, Name):
            name = left.of.name
        if self.relation.sign != "=" or name is None or name in self.scene.defined or not here:
            return False
        if self.scene.leads_to(self.relation.right, name):
            return False
        return all(self.solved(world, name) for world in here)

    def solved(self, world: World, name: str) -> bool:
        try:
            answer = self.answer(world)
            inside = world.where({name: answer})
            gaps = misses(inside, self.scene.equations, 0.0)
        except Outside:
            return True
        return bool((gaps.abs() < APART).all())

    def answer(self, world: World) -> Value:
        """The right side as a value for the whole name on the left."""
        left = self.relation.left
        if not isinstance(left, Entry) or single(left) is not None:
            return world.of(self.relation.right)
        places = at_every_place(world, self.relation)
        entries: list[Tensor] = [place.scalar(self.relation.right) for place in places]
        shape = world.of(left.of).tensor.shape
        return Value(torch.stack(entries).reshape(shape))


def related(relation: Relation, left: float, right: float) -> bool | None:
    """Whether two numbers stand so; None where they have no value or floating point cannot tell."""
    if not (isfinite(left) and isfinite(right) and max(abs(left), abs(right)) < LARGE):
        return None
    sign = relation.sign
    if sign == "~=":
        return abs(left - right) <= 0.5 * 10.0 ** -digits_shown(relation)
    gap = (left - right) / (1 + abs(left) + abs(right))
    near = True if abs(gap) < TOGETHER else False if abs(gap) > APART else None
    if sign in ("=", "!="):
        return near if sign == "=" or near is None else not near
    if near is None:
        return None
    if near:
        return True if sign in ("<=", ">=") else False if left == right else None
    return (left < right) == (sign[0] == "<")


def digits_shown(relation: Relation) -> int:
    """How many decimals an approximation shows."""
    return max((node.digits or 0 for node in walk(relation) if isinstance(node, Number)), default=0)


def has_eigenvalues(world: World, left: Expr, right: SetOf) -> bool:
    """Whether `eig(A) = {…}` names every eigenvalue and no other number; a double one may stand once."""
    if not (isinstance(left, Call) and left.function == "eig" and len(left.args) == 1):
        raise Unknown("a set")
    matrix = world.of(left.args[0]).tensor.detach()
    if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1]:
        raise Senseless("eig")
    named = [world.scalar(member).item() for member in right.members]
    values = torch.linalg.eigvals(matrix)
    if len(named) == len(values):
        return all(abs(a - b) < APART for a, b in zip(sorted(values.real.tolist()), sorted(named), strict=True))
    near = [[abs(complex(value) - each) < APART for value in values] for each in named]
    return all(map(any, near)) and all(map(any, zip(*near, strict=True)))
