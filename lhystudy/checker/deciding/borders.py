"""Points at the borders of a line: both sides of every switch between pieces, and the edges of where it is defined."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from flint import arb, fmpq

from lhystudy.checker.deciding.affine import Affine, NotAffine
from lhystudy.checker.deciding.evaluate import Evaluator
from lhystudy.checker.deciding.functions import TooDear, Undefined, known_sign
from lhystudy.checker.deciding.names import edges, switches
from lhystudy.checker.deciding.sample import Key, Point, precision
from lhystudy.checker.deciding.search import FINE, Search, Sighting
from lhystudy.checker.deciding.space import free_places, holds
from lhystudy.checker.meaning.replace import free_indices
from lhystudy.checker.terms import Term

TARGETS = tuple(fmpq(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (5, 1), (-5, 1), (1, 7), (-1, 7)))
SWITCHES = 12  # looked at
AROUND = 9  # points around one switch
HUNT = 80  # draws that look for a side of a switch that was never met


def look_at_borders(search: Search) -> Sighting | None:
    """Looks on both sides of every switch and on it; a sighting that refutes."""
    for switch in _switches(search):
        for point in islice(around(search, switch), AROUND):
            if (found := search.at(point)) is not None:
                return found
        for sign in _unmet(search, switch):
            hunted = _hunted(search, switch, sign)
            if hunted is not None and (found := search.at(hunted)) is not None:
                return found
    return None


def unmet(search: Search) -> list[tuple[Term, int]]:
    """Switches with a side, 1 or -1, on which no point was looked at."""
    return [(switch, sign) for switch, sided in _switches(search).items() if sided for sign in _unmet(search, switch)]


def look_at_edges(search: Search) -> Sighting | None:
    """Looks where a denominator of one side only is 0, or a logarithm or a root meets its edge."""
    sides = (set(edges(search.space.fact.left)), set(edges(search.space.fact.right)))
    for edge in sorted(sides[0] ^ sides[1], key=repr)[:6]:
        for point in islice(around(search, edge, (fmpq(0), fmpq(-1))), 2):
            if search.one_sided is None and (found := search.at(point)) is not None:
                return found
    return None


def around(search: Search, switch: Term, targets: tuple[fmpq, ...] = TARGETS) -> Iterator[Point]:
    """Points at which the switch takes these values, where it is affine in some name."""
    base = search.draw()
    found = [] if base is None else _places(search, switch, base)
    if base is None or not found:
        return
    places = found[-1]
    for key in list(base.values):
        row = _row(search, switch, base, key, places)
        if row is None:
            continue
        for target in targets:
            solved = (target - row.constant) / row.coefficients[0]
            point = Point(dict(base.sizes), {**base.values, key: solved}, base.functions, [], base.draw, base.blocks)
            point.spread()
            if legal(search, point, key):
                yield point


def _places(search: Search, switch: Term, point: Point) -> list[dict[str, int]]:
    """Choices of the free indices, with the bound ones of the switch at 1."""
    bound = dict.fromkeys(free_indices(switch) - set(search.space.fact.free), 1)
    return [{**bound, **places} for places in free_places(search.space.fact, point, search.random)]


def _row(search: Search, switch: Term, base: Point, key: Key, places: dict[str, int]) -> Affine | None:
    """The switch as an exact affine function of the value at the key."""
    before = base.values[key]
    base.values[key] = Affine(fmpq(0), {0: fmpq(1)})
    try:
        row: Any = Evaluator(base, search.space.context.symbols).value(switch, places)
    except (NotAffine, Undefined, TooDear, TypeError, KeyError, ValueError):
        return None
    finally:
        base.values[key] = before
    exact = isinstance(row, Affine) and not isinstance(row.coefficients[0], arb) and row.coefficients[0] != 0
    return row if exact else None


def _unmet(search: Search, switch: Term) -> list[int]:
    missing = {1, -1}
    for point in search.seen:
        missing -= _signs(search, switch, point)
        if not missing:
            break
    return sorted(missing)


def _signs(search: Search, switch: Term, point: Point) -> set[int]:
    """The signs of the switch at the point, for all choices of the free indices."""
    found = set()
    evaluator = Evaluator(point, search.space.context.symbols)
    for places in _places(search, switch, point):
        try:
            with precision(FINE):
                found.add(known_sign(evaluator.value(switch, places)))
        except (Undefined, TooDear, KeyError, NotAffine):
            pass
    return found


def _hunted(search: Search, switch: Term, sign: int) -> Point | None:
    for _ in range(HUNT):
        point = search.draw()
        if point is None:
            return None
        if sign in _signs(search, switch, point):
            return point
    return None


def _switches(search: Search) -> dict[Term, bool]:
    return dict(islice(switches(search.space.fact.left, search.space.fact.right).items(), SWITCHES))


def legal(search: Search, point: Point, key: Key) -> bool:
    """Whether the point, changed at the key, still satisfies the domains and the givens."""
    space, value = search.space, point.values[key]
    domain, kind = space.domain(key[0]), space.type(key[0])
    if kind in ("onehot", "simplex") or not domain.holds(value):
        return False
    try:
        return all(holds(fact, point, space) for fact in space.facts)
    except (Undefined, TooDear):
        return False
