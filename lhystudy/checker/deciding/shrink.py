"""A refuting point made small: fewer dimensions and simpler numbers, each step checked like the first point."""

from __future__ import annotations

from time import monotonic

from flint import fmpq

from lhystudy.checker.deciding.borders import legal
from lhystudy.checker.deciding.functions import TooDear, Undefined
from lhystudy.checker.deciding.sample import Key, Point
from lhystudy.checker.deciding.search import REFUTES, Search, Sighting, closer
from lhystudy.checker.deciding.shown import simplicity
from lhystudy.checker.deciding.space import holds

SIMPLE = tuple(fmpq(n, d) for n, d in ((1, 1), (0, 1), (2, 1), (-1, 1), (1, 2), (3, 1), (-2, 1)))
LOOKS = 150


def shrunk(found: Sighting, search: Search) -> Sighting:
    """The simplest refuting sighting that a short search comes to."""
    best = found
    for dim in found.point.sizes:
        narrower = _narrowed(best, dim, search)
        best = narrower or best
    looks = 0
    for key in best.used:
        for value in SIMPLE:
            looks += 1
            if key not in best.point.values or looks > LOOKS or monotonic() > search.deadline:
                break
            if best.point.values[key] == value:
                break
            smaller = _with(best, key, value, search)
            if smaller is not None and simplicity(smaller) < simplicity(best):
                best = smaller
                break
    return best


def _narrowed(best: Sighting, dim: str, search: Search) -> Sighting | None:
    """The sighting with one dimension of size 1, where it is still legal and still refutes."""
    old, space = best.point, search.space
    standing = [place for index, place in best.places.items() if space.fact.free.get(index) == dim]
    together = (s for s in space.context.symbols.values() if s.type in ("simplex", "onehot"))
    if old.sizes[dim] == 1 or old.outcomes or any(place != 1 for place in standing) or monotonic() > search.deadline:
        return None
    if any(dim in symbol.dims for symbol in together):
        return None
    point = Point({**old.sizes, dim: 1}, dict(old.values), old.functions, [], None, old.blocks)
    try:
        if not all(holds(fact, point, space) for fact in space.facts):
            return None
    except (Undefined, TooDear):
        return None
    sighting = closer(space, point, best.places, best.outcome)
    return sighting if sighting.answer in REFUTES[space.fact.sign] else None


def _with(best: Sighting, key: Key, value: fmpq, search: Search) -> Sighting | None:
    """The sighting with one value changed, where it is still legal and still refutes."""
    old = best.point
    point = Point(dict(old.sizes), {**old.values, key: value}, old.functions, [], None, old.blocks)
    point.spread()
    outcome = best.outcome
    if outcome is not None or not legal(search, point, key):
        return None
    sighting = closer(search.space, point, best.places, outcome)
    return sighting if sighting.answer in REFUTES[search.space.fact.sign] else None
