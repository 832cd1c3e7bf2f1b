"""Where a line lives: its names with their domains and dimensions, and the givens that its points must satisfy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil
from random import Random
from time import monotonic
from typing import Any

from lhystudy.checker.deciding import functions
from lhystudy.checker.deciding.algebra import Algebra
from lhystudy.checker.deciding.domains import REAL, Domain, domains_of
from lhystudy.checker.deciding.evaluate import HOLDS, Evaluator, Forms
from lhystudy.checker.deciding.field import GiveUp
from lhystudy.checker.deciding.functions import Undefined, known_sign
from lhystudy.checker.deciding.given import assignments, learn_orders
from lhystudy.checker.deciding.names import Names, bare
from lhystudy.checker.deciding.sample import Point
from lhystudy.checker.meaning.build import ONE
from lhystudy.checker.meaning.replace import fresh, subterms
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Const, Context, Fact, Index, Place, Size, Steps, SumOver, Term

PLACES = 9  # of the free indices, at one point
LONGEST = 12  # a dimension that givens ask for and points have


@dataclass(frozen=True)
class Space:
    """Where points are drawn for a line: its names with their domains, and the facts to satisfy."""

    fact: Fact
    context: Context
    facts: tuple[Fact, ...] = ()  # those that say something of the names of the line
    steps: Steps | None = None  # recurrences of these names

    @cached_property
    def forms(self) -> Forms:
        return Forms(self.steps.step if self.steps is not None else None)

    def evaluator(self, point: Point) -> Evaluator:
        return Evaluator(point, self.context.symbols, forms=self.forms)

    @cached_property
    def names(self) -> Names:
        return Names.of(self.fact, *self.facts, *(self.steps.bodies if self.steps is not None else ()))

    @cached_property
    def domains(self) -> dict[str, Domain]:
        return domains_of(self.context.symbols, self.facts)

    @cached_property
    def equations(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if fact.sign == "=")

    @cached_property
    def random(self) -> tuple[str, ...]:
        return tuple(n for n in self.names.atoms if n in self.context.symbols and self.type(n) == "random")

    @cached_property
    def functions(self) -> tuple[str, ...]:
        return tuple(n for n in self.names.functions if n not in functions.KNOWN or self.type(n) == "function")

    @cached_property
    def dims(self) -> tuple[str, ...]:
        declared = (dim for name in self.names.atoms for dim in self.declared(name) if isinstance(dim, str))
        return tuple(dict.fromkeys([*self.names.dims, *declared]))

    @cached_property
    def lengths(self) -> dict[str, int]:
        """The least sizes that givens such as n >= 3 leave to dimensions."""
        least: dict[str, int] = {}
        for fact in self.facts:
            match fact.sign, fact.left, fact.right:
                case (">" | ">=", Size(dim), Const(value)) if value < LONGEST:
                    whole = ceil(value) + (fact.sign == ">" and value.denominator == 1)
                    least[dim] = max(least.get(dim, 1), whole)
        return least

    @cached_property
    def assignments(self) -> tuple[list[tuple[Atom, tuple[str, ...], Term]], set[int]]:
        """Values of atoms that make equations among the givens true, and the numbers of those equations."""
        context = self.context
        algebra = Algebra(context.symbols, self.domains, monotonic() + 1.0, context.independent)
        try:
            learn_orders(algebra, self.facts)
            return assignments(algebra, self.facts)
        except (GiveUp, RecursionError):
            return [], set()

    @property
    def constant(self) -> bool:
        """Whether there is but one point."""
        return not (self.names.atoms or self.functions or self.dims)

    def type(self, name: str) -> str:
        symbol = self.context.symbols.get(name)
        return symbol.type if symbol else "real"

    def declared(self, name: str) -> tuple[str | int, ...]:
        symbol = self.context.symbols.get(name)
        return symbol.dims if symbol else ()

    def domain(self, name: str) -> Domain:
        return self.domains.get(name, REAL)


def relevant(fact: Fact, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts that share a name with the line, directly or through other facts."""
    reached = words(fact)
    kept: set[int] = set()
    grew = True
    while grew:
        grew = False
        for number, other in enumerate(facts):
            if number not in kept and (spoken := words(other)) & reached:
                kept.add(number)
                reached |= spoken
                grew = True
    constant = {number for number, other in enumerate(facts) if not words(other)}
    return tuple(facts[number] for number in sorted(kept | constant))


def words(fact: Fact) -> set[str]:
    names = Names.of(fact)
    return {*names.atoms, *(f for f in names.functions if f not in functions.KNOWN), *names.dims}


def holds(fact: Fact, point: Point, space: Space, by_construction: bool = False) -> bool:
    """Whether the fact surely holds at the point, for every value of its free indices and every outcome; for an
    equation that the point was built to satisfy, whether nothing speaks against it."""
    evaluator = space.evaluator(point)
    outcomes: list[dict[str, Any] | None] = [None]
    if point.outcomes and (bare(fact.left, space.random) or bare(fact.right, space.random)):
        outcomes = [values for _, values in point.outcomes]
    for places in places_of(fact, point):
        for outcome in outcomes:
            evaluator.outcome = outcome
            difference = evaluator.value(fact.left, places) - evaluator.value(fact.right, places)
            try:
                if not HOLDS[fact.sign](known_sign(difference)):
                    return False
            except Undefined:
                if not by_construction:
                    return False
    return True


def places_of(fact: Fact, point: Point) -> list[dict[str, int]]:
    """Every value of the free indices of the fact at which the entries that it shifts to exist."""
    if not fact.free:
        return [{}]
    reach = shifts(fact)
    ranges = [
        range(max(1, 1 - reach.get(name, STILL)[0]), point.size(dim) + 1 - max(0, reach.get(name, STILL)[1]))
        for name, dim in fact.free.items()
    ]
    return [dict(zip(fact.free, places, strict=True)) for places in product(*ranges)]


def shifts(fact: Fact) -> dict[str, tuple[int, int]]:
    """How far back and ahead of each index entries stand."""
    known = _shifts.get(id(fact))
    if known is None or known[0] is not fact:
        found: dict[str, tuple[int, int]] = {}
        for side in (fact.left, fact.right):
            for part in subterms(side):
                for index in part.indices if isinstance(part, Atom) else ():
                    low, high = found.get(index.name, STILL)
                    found[index.name] = (min(low, index.shift), max(high, index.shift))
        if len(_shifts) > REMEMBERED:
            _shifts.clear()
        known = _shifts[id(fact)] = (fact, found)
    return known[1]


STILL = (0, 0)
REMEMBERED = 256
_shifts: dict[int, tuple[Fact, dict[str, tuple[int, int]]]] = {}  # by identity, the fact kept alive


def free_places(fact: Fact, point: Point, random: Random) -> list[dict[str, int]]:
    """Values of the free indices to look at: all where they are few, else equal, unequal and random ones."""
    places = places_of(fact, point)
    return places if len(places) <= PLACES else [places[0], places[-1], *random.sample(places, PLACES - 2)]


def space_of(fact: Fact, context: Context) -> Space:
    """The space of the points that satisfy what is given about the names of the line."""
    facts, steps = relevant(fact, context.facts), context.steps
    if steps is not None and follows(fact, facts, steps):
        facts = context.facts
    else:
        steps = None
    spoken = {name for other in facts if other.sign == "=" for name in Names.of(other).atoms}
    sums = tuple(_adds_to_one(s) for s in context.symbols.values() if s.type == "simplex" and s.name in spoken)
    return Space(fact, context, facts + sums, steps)


def follows(fact: Fact, facts: tuple[Fact, ...], steps: Steps) -> bool:
    """Whether values at a point may follow from one another by recurrences. They do not where all stand at one step:
    that step may be the first."""
    inside = [part for side in (fact.left, fact.right) for part in subterms(side)]
    met = {(atom.name, steps.place(atom)) for atom in inside if isinstance(atom, Atom) and steps.place(atom)}
    given = (part for other in facts for side in (other.left, other.right) for part in subterms(side))
    if any(isinstance(atom, Atom) and steps.place(atom) for atom in given):
        return True
    places = {place for _, place in met if place is not None}
    open_ = all(not place.name or place.name in fact.free for place in places)
    counted = any(isinstance(part, Place) for part in inside)
    return bool(met) and not (len(places) == 1 and open_ and not counted and not any(steps.tied(n) for n, _ in met))


def _adds_to_one(symbol: Symbol) -> Fact:
    index = fresh()
    step = (Index("t"),) if symbol.family else ()
    total = SumOver(index, symbol.dims[-1], Atom(symbol.name, (*step, Index(index))))
    return Fact("=", total, ONE, dict.fromkeys(("t",)[: len(step)], symbol.dims[0]))
