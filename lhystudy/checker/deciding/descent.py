"""Walks downhill from points at which an order barely holds, to one at which it fails."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from time import monotonic

from flint import arb, fmpq

from lhystudy.checker.deciding.affine import NotAffine
from lhystudy.checker.deciding.borders import legal
from lhystudy.checker.deciding.functions import TooDear, Undefined
from lhystudy.checker.deciding.sample import Key, Point, precision
from lhystudy.checker.deciding.search import COARSE, Search, Sighting
from lhystudy.checker.deciding.space import free_places

STARTS = 4
STEPS = tuple(fmpq(1, n) for n in (1, 2, 5, 20, 100))
LOOKS = 160  # from one start
SOLVED_LOOKS = 60  # where the givens' equations are solved anew for each
TALLEST = 1000  # denominator of a number on the way

DOWN = {"<": 1, "<=": 1, ">": -1, ">=": -1}


def look_downhill(search: Search) -> Sighting | None:
    """A sighting that refutes an order, found by making the difference of its sides smaller step by step."""
    if search.space.fact.sign not in DOWN or search.space.random:
        return None
    starts = sorted(((margin(search, point), n) for n, point in enumerate(search.seen)), key=lambda pair: pair[0])
    # the lowest are often the smallest points, which givens hem in; some from all heights have room to move
    for value, number in (*starts[:STARTS], *starts[STARTS :: max(1, len(starts) // STARTS)]):
        if value < float("inf"):
            found = _walk(search, search.seen[number], value)
            if found is not None:
                return found
    return None


def margin(search: Search, point: Point) -> float:
    """How far the order is from failing at the point, infinite where it is not defined."""
    fact = search.space.fact
    turn = DOWN[fact.sign]
    least = float("inf")
    evaluator = search.space.evaluator(point)
    for places in free_places(fact, point, search.random):
        try:
            with precision(COARSE):
                value = evaluator.value(fact.right, places) - evaluator.value(fact.left, places)
                least = min(least, turn * float(arb(value).mid()))
        except (Undefined, TooDear, ValueError, OverflowError):
            pass
    return least


def _walk(search: Search, start: Point, best: float) -> Sighting | None:
    point, looks = start, 0
    most = SOLVED_LOOKS if search.space.equations else LOOKS
    for step in STEPS:
        moved = True
        while moved and looks < most and monotonic() < search.deadline:
            moved = False
            for further in _moves(search, point, step):
                looks += 1
                value = margin(search, further)
                if value <= 0 and (found := search.at(further)) is not None:
                    return found
                if value < best:
                    best, point, moved = value, further, True
                if looks >= most:
                    break
    return None


def _moves(search: Search, point: Point, step: fmpq) -> Iterator[Point]:
    """Points with one value changed by the step or a share of it; in a distribution, mass moved between entries."""
    exact = [key for key, value in point.values.items() if isinstance(value, fmpq)]
    for key in exact:
        if search.space.type(key[0]) != "simplex":
            value = point.values[key]
            for new in (value + step, value - step, value * (1 + step), value * (1 - step / 2)):
                yield from _legal(search, point, {key: _rounded(new)})
    shares = [key for key in exact if search.space.type(key[0]) == "simplex"]
    for giver, taker in permutations(shares, 2):
        if giver[0] == taker[0]:
            mass = point.values[giver] * step / 2
            yield from _legal(search, point, {giver: point.values[giver] - mass, taker: point.values[taker] + mass})


def _legal(search: Search, point: Point, changes: dict[Key, fmpq]) -> Iterator[Point]:
    further = Point(dict(point.sizes), {**point.values, **changes}, point.functions, [], point.draw, point.blocks)
    if len(changes) == 2:
        fits = not search.space.facts
    elif search.space.equations:
        fits = _solved(search, further, next(iter(changes))[0])
    else:
        fits = all(legal(search, further, key) for key in changes)
    if fits:
        yield further


def _solved(search: Search, point: Point, moved: str) -> bool:
    """Whether the other names can follow the one that was moved, so that the givens hold again."""
    if search.space.type(moved) in ("onehot", "simplex"):
        return False
    try:
        return search.draws.satisfy(point, frozenset({moved}))
    except (Undefined, TooDear, NotAffine, TypeError):
        return False


def _rounded(value: fmpq) -> fmpq:
    if value.q <= TALLEST:
        return value
    near = Fraction(int(value.p), int(value.q)).limit_denominator(TALLEST)
    return fmpq(near.numerator, near.denominator)
