"""A refuting point made small: fewer dimensions and simpler numbers, each step checked like the first point."""

from __future__ import annotations

from time import monotonic

from flint import fmpq

from lhystudy.checker.deciding.borders import legal
from lhystudy.checker.deciding.sample import Key, Point
from lhystudy.checker.deciding.search import REFUTES, Search, Sighting, closer
from lhystudy.checker.deciding.shown import simplicity

SIMPLE = tuple(fmpq(n, d) for n, d in ((1, 1), (0, 1), (2, 1), (-1, 1), (1, 2), (3, 1), (-2, 1)))
LOOKS = 150


def shrunk(found: Sighting, search: Search) -> Sighting:
    """The simplest refuting sighting that a short search comes to."""
    best = found
    looks = 0
    for key in found.used:
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
