"""Whether a line fails at the very point that a checker shows for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import torch

from tests.checker.witness.draw import free_letters, misses, two_sides, unknowns
from tests.checker.witness.scene import Declared, Scene
from tests.checker.witness.truth import Line, related
from tests.checker.witness.values import Outside, Senseless, Tensor, Unknown, Value
from tests.checker.witness.world import World

ELSEWHERE = 0.37  # of entries that the point does not show, since neither side asks for them
SHOWN = 1e-4  # how far the givens may be from holding where the point is shown as decimals
UNSHOWN = frozenset({"function", "random"})  # types whose values are not shown as numbers


def fails_at(line: Line, point: Mapping[str, str]) -> bool | None:
    """Whether the sides stand as the line denies at the point, None where the point does not say enough."""
    scene = line.scene
    if any(kind.type in UNSHOWN for kind in scene.declared.values()):
        return None
    try:
        world = shown(line, point)
        if not kept(world):
            return None
        places = {letter: int(point[letter]) for letter in free_letters(line.relation, scene)}
        left, right = two_sides(world.at(**places), line.relation)
    except (Outside, Senseless, Unknown, KeyError, ValueError):
        return None
    pairs = zip(left.reshape(-1), right.reshape(-1), strict=True)
    found = [related(line.relation, one.item(), other.item()) for one, other in pairs]
    return True if False in found else None if None in found else False


def kept(world: World) -> bool:
    gaps = misses(world, (*world.scene.facts, *world.scene.equations), 0.0)
    return bool((gaps.abs() < SHOWN).all())


def shown(line: Line, point: Mapping[str, str]) -> World:
    """The world that the point describes; names that it does not show have no value there."""
    scene = line.scene
    sizes = {name: int(point[name]) for name in scene.sizes if name in point}
    for name, other in scene.sized:
        sizes[name] = other if isinstance(other, int) else sizes[other]
    values: dict[str, Value] = {}
    for name, kind in unknowns(scene, (line.relation,)).items():
        entries = {places: value for (whole, places), value in map(entry_of, point.items()) if whole == name}
        if kind.rank and entries:
            values[name] = Value(tensor_of(kind, entries, scene, sizes))
        elif not kind.rank and name in point:
            values[name] = Value(scalar(point[name]))
    return World(scene, sizes, values)


def entry_of(shown: tuple[str, str]) -> tuple[tuple[str, tuple[int, ...]], str]:
    """`A_12` and its value as the name, the places and the value."""
    name, value = shown
    found = re.fullmatch(r"(.+)_\{?([\d,]+)\}?", name)
    if found is None:
        return (name, ()), value
    whole, places = found.groups()
    return (whole, tuple(int(place) for place in (places.split(",") if "," in places else places))), value


def tensor_of(kind: Declared, entries: Mapping[tuple[int, ...], str], scene: Scene, sizes: Mapping[str, int]) -> Tensor:
    dims = kind.dims * (1 + (kind.type == "symmetric"))
    shape = [dim if isinstance(dim, int) else sizes[dim] for dim in dims]
    tensor = torch.full(shape, ELSEWHERE, dtype=torch.float64)
    for places, value in entries.items():
        if len(places) != len(shape):
            raise Unknown("an entry as it is shown")
        at = tuple(place - 1 for place in places)
        tensor[at] = number(value)
        if kind.type == "symmetric":
            tensor[at[::-1]] = number(value)
    return tensor


def scalar(text: str) -> Tensor:
    return torch.tensor(number(text), dtype=torch.float64)


def number(text: str) -> float:
    return float(Fraction(text)) if "/" in text else float(text)
