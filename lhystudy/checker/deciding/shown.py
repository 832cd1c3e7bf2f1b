"""A point and the values at it, written as short as they can be."""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq

from lhystudy.checker.deciding.sample import Key
from lhystudy.checker.deciding.search import Sighting
from lhystudy.checker.deciding.space import Space
from lhystudy.checker.families import ABOVE, BELOW
from lhystudy.checker.verdict import Counterexample
from lhystudy.words import say

SHOWN_DIGITS = 6
LONGEST = 24  # characters of a fraction; longer ones are shown as decimals


def counterexample(sighting: Sighting, space: Space) -> Counterexample:
    """The sighting as text: sizes, places, then the values that the sides asked for."""
    return Counterexample(described(sighting, space), *sides(sighting.left, sighting.right))


def described(sighting: Sighting, space: Space) -> dict[str, str]:
    """Name -> value of everything that fixes the point."""
    point = sighting.point
    shown: dict[str, str] = {}
    shown |= {dim: str(size) for dim, size in point.sizes.items() if not dim.startswith("|")}
    shown |= {index: str(place) for index, place in sighting.places.items()}
    shown |= {spelled(key): number(point.values[key]) for key in sorted(sighting.used) if key in point.values}
    shown |= {f"{name}(x)": str(sample) for name, sample in point.functions.items()}
    if point.outcomes:
        names = space.random
        chances: dict[str, Any] = {}  # outcomes with the same values are one
        for chance, values in point.outcomes:
            told = f"({', '.join(number(values[name]) for name in names)})"
            chances[told] = chances.get(told, 0) + chance
        likely = say("with probability ", "概率 ")
        shown["(" + ", ".join(names) + ")"] = "; ".join(
            f"{told} {likely}{number(chance)}" for told, chance in chances.items()
        )
        if sighting.outcome is not None:
            shown |= {name: number(sighting.outcome[name]) for name in names}
    return shown


def spelled(key: Key) -> str:
    """x, z_1, A_12 or A_{1,12}."""
    name, places = key
    if name.endswith(ABOVE) and places:
        name, places = f"{name.removesuffix(ABOVE)}^{{({places[0]})}}", places[1:]
    name = name.removesuffix(BELOW)
    if not places:
        return name
    joined = "".join(map(str, places)) if all(0 <= place < 10 for place in places) else ",".join(map(str, places))
    return f"{name}_{joined}" if len(joined) == 1 or len(places) > 1 and "," not in joined else f"{name}_{{{joined}}}"


def number(value: Any, digits: int = SHOWN_DIGITS) -> str:
    """An exact rational as it is, another number as a decimal."""
    if isinstance(value, arb):
        return "0" if value.contains(0) else str(value.str(digits, radius=False))
    text = str(value)
    return text if len(text) <= LONGEST else str(arb(value).str(digits, radius=False))


def sides(left: Any, right: Any) -> tuple[str, str]:
    """Both values with as many digits as it takes to see that they differ."""
    for digits in (SHOWN_DIGITS, 10, 15, 20, 30, 50, 100):
        shown = number(left, digits), number(right, digits)
        if shown[0] != shown[1]:
            return shown
    return shown


def where(sighting: Sighting, space: Space) -> str:
    """The point as a phrase: x = -1, y = 2."""
    return ", ".join(f"{name} = {value}" for name, value in described(sighting, space).items())


def simplicity(sighting: Sighting) -> tuple[int, int]:
    """Less is shorter: for choosing between two points."""
    values = [sighting.point.values[key] for key in sighting.used if key in sighting.point.values]
    return len(values), sum(_height(value) for value in values)


def _height(value: Any) -> int:
    if isinstance(value, fmpq):
        return abs(int(value.p)) + 3 * int(value.q) + (1 if value < 0 else 0)
    return 1000
