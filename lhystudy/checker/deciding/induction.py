"""Sums and products that run to a symbol: a line holds for every whole number if it holds at first and from each to the
next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from types import MappingProxyType

from lhystudy.checker.deciding.algebra import Algebra
from lhystudy.checker.deciding.bounds import Ranged
from lhystudy.checker.deciding.domains import domains_of
from lhystudy.checker.deciding.field import GiveUp
from lhystudy.checker.deciding.given import learn_facts
from lhystudy.checker.deciding.names import Names
from lhystudy.checker.deciding.prove import placed, proved
from lhystudy.checker.deciding.signs import POSITIVE
from lhystudy.checker.meaning.build import minus, number, plus, times
from lhystudy.checker.meaning.replace import Replacement, children, free_indices, subterms
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Context,
    Determinant,
    Extreme,
    Fact,
    Index,
    InverseEntry,
    Kronecker,
    LimitOf,
    Mean,
    Piecewise,
    Place,
    Plus,
    ProductOver,
    Raise,
    Size,
    SumOver,
    Term,
    Times,
)

RUNNING = "#"  # the index that stands for how many steps the number is past its first value, plus one
BASES = 4  # first values, at most, that are looked at one by one
SHARE = 0.5  # of the time left, for one variable
PARTIAL = frozenset({"asin", "acos", "atanh", "acosh", "tan"})  # not defined everywhere

Unfold = Callable[[Fact], Fact]


@dataclass(frozen=True, slots=True)
class Variable:
    """A whole number that sums run to: an integer's name, a dimension, or a free index."""

    name: str
    kind: type[Atom] | type[Size] | type[Place]
    low: int  # the line is judged from here on


def by_induction(fact: Fact, context: Context, deadline: float) -> bool:
    """Whether induction over a number that sums run to shows the line."""
    return any(inductive(fact, variable, context, deadline, lambda line: line) for variable in variables(fact, context))


def inductive(fact: Fact, variable: Variable, context: Context, deadline: float, unfold: Unfold) -> bool:
    """Whether the line holds at the first values and from each value to the next. `unfold` writes out recurrences."""
    now = monotonic()
    deadline = now + SHARE * max(0.0, deadline - now)
    try:
        running = _running(fact, variable)
        if running is None:
            return False
        line, floor, bases = running
        known = replace(context, facts=(*_others(context.facts, variable), _at_least_one()))
        if not steady(_algebra(known, deadline), line):
            return False
        if not all(proved(unfold(placed(line, {RUNNING: Index("", n)})), context, deadline) for n in bases):
            return False
        lowered = _Lowered(floor=floor)
        further = _put(line, Replacement({RUNNING: Index(RUNNING, 1)}))
        before = _put(line, lowered)
        goal = _put(further, lowered)
        goal = unfold(replace(goal, free={**goal.free, RUNNING: "|#"}))
        goal = replace(goal, free=line.free)
        return proved(goal, replace(known, facts=(*known.facts, before)), deadline)
    except (GiveUp, RecursionError):
        return False


def variables(fact: Fact, context: Context) -> Iterator[Variable]:
    """The whole numbers that the sums and products of the line run to."""
    domains = domains_of(context.symbols, context.facts)
    found: dict[tuple[str, type], Variable] = {}
    for side in (fact.left, fact.right):
        for part in subterms(side):
            if not isinstance(part, SumOver | ProductOver):
                continue
            if part.upper is None and isinstance(part.dim, str):
                found[part.dim, Size] = Variable(part.dim, Size, 1)
            for inner in subterms(part.upper) if part.upper is not None else ():
                match inner:
                    case Atom(name, ()) if name in domains and domains[name].whole:
                        low = domains[name].low
                        if low is not None:
                            first = int(low.floor()) + 1 if domains[name].low_open else int(low.ceil())
                        found[name, Atom] = Variable(name, Atom, first if low is not None else -(10**6))
                    case Size(dim) if isinstance(dim, str):
                        found[dim, Size] = Variable(dim, Size, 1)
                    case Place(Index(name)) if name in fact.free:
                        found[name, Place] = Variable(name, Place, 1)
    yield from found.values()


# ---- the line along the running index ----------------------------------------------------------------


def _running(fact: Fact, variable: Variable) -> tuple[Fact, int, range] | None:
    """The line along the running index, which is 1 where the number is least; how far sums go at least; and the values
    of the running index to be looked at one by one. None where a sum runs in another way."""
    line = _along(fact, variable, 0)
    ends = [end for side in (line.left, line.right) for end in _ends(side)]
    if None in ends:
        return None
    known = [end for end in ends if end is not None]
    floor = min((upper for _, upper in known), default=0)
    needed = max([variable.low, *(lower - 1 - upper for lower, upper in known)])
    start = max([needed, 0, *(lower - 1 - floor for lower, _ in known)])
    if needed < -(10**5) or start - needed >= BASES:
        return None
    shift = start - 1  # the running index is 1 at the last of the first values
    return _along(fact, variable, shift), floor + shift, range(needed - shift, 2)


def _along(fact: Fact, variable: Variable, shift: int) -> Fact:
    at = Index(RUNNING, shift)
    if variable.kind is Place:
        free = {name: dim for name, dim in fact.free.items() if name != variable.name}
        return _put(replace(fact, free=free), Replacement({variable.name: at}))
    if variable.kind is Size:
        if variable.name in fact.free.values():
            raise GiveUp
        return _put(fact, Ranged(name=variable.name, place=Place(at)))
    return _put(fact, Replacement(atom=lambda atom: Place(at) if atom == Atom(variable.name) else None))


def _put(fact: Fact, put: Replacement) -> Fact:
    return replace(fact, left=put(fact.left), right=put(fact.right))


def _ends(term: Term) -> Iterator[tuple[int, int] | None]:
    """The first place of every sum that runs to the running index, and how far past the index it goes; None for a sum
    whose range depends on the index in another way."""
    for part in subterms(term):
        if isinstance(part, SumOver | ProductOver) and part.upper is not None:
            lower, upper = part.lower, past(part.upper)
            if upper is not None and isinstance(lower, Const) and lower.value.denominator == 1:
                yield int(lower.value), upper
            elif any(RUNNING in free_indices(end) for end in (lower, part.upper) if end is not None):
                yield None


def past(upper: Term) -> int | None:
    """How far past the running index a sum goes, None where its end is not of that form."""
    parts = upper.terms if isinstance(upper, Plus) else (upper,)
    total = 0
    met = 0
    for part in parts:
        match part:
            case Place(Index(name, shift)) if name == RUNNING:
                met, total = met + 1, total + shift
            case Const(value) if value.denominator == 1:
                total += int(value)
            case _:
                return None
    return total if met == 1 else None


@dataclass
class _Lowered(Replacement):
    """Sums and products that run past the floor, with their last terms written apart."""

    floor: int = 0

    def _binding(self, term: Term) -> Term:
        if not isinstance(term, SumOver | ProductOver) or term.upper is None:
            return Replacement._binding(self, term)
        end = past(term.upper)
        if end is None:
            return Replacement._binding(self, term)
        last = [
            self(Replacement({term.index: Index(RUNNING, place)})(term.body))
            for place in range(self.floor + 1, end + 1)
        ]
        short = Place(Index(RUNNING, self.floor))
        rest = type(term)(term.index, term.dim, self(term.body), term.lower, short)
        return plus(rest, *last) if isinstance(term, SumOver) else times(rest, *last)


# ---- what is known, and where the line is defined ------------------------------------------------------


def _others(facts: tuple[Fact, ...], variable: Variable) -> tuple[Fact, ...]:
    """The givens that say nothing of the variable: only these hold at every step."""
    if variable.kind is Place:
        return facts
    kept = []
    for fact in facts:
        names = Names.of(fact)
        if variable.name not in names.atoms and variable.name not in names.dims:
            kept.append(fact)
    return tuple(kept)


def _at_least_one() -> Fact:
    return Fact(">=", Place(Index(RUNNING)), number(1))


def _algebra(context: Context, deadline: float) -> Algebra:
    algebra = Algebra(context.symbols, domains_of(context.symbols, context.facts), deadline, context.independent)
    learn_facts(algebra, context.facts)
    return algebra


def steady(algebra: Algebra, line: Fact) -> bool:
    """Whether the line surely has a value at each step if it has one at the next: then no step can be leapt over."""
    return all(_steady(algebra, side) for side in (line.left, line.right))


def _steady(algebra: Algebra, term: Term, ends: Mapping[str, tuple[Term, Term]] = MappingProxyType({})) -> bool:
    """`ends` are the first and the last place of the indices that are bound around the term."""
    if RUNNING not in free_indices(term):
        return True  # its indices reach further at the next step, so it is defined here if it is there
    inner = ends
    match term:
        case Raise(base, Const(value)) if value < 0 or value.denominator != 1:
            bad = {0} if value.denominator == 1 else {-1} if value > 0 else {-1, 0}
            if algebra.sign(base) & bad:
                return False
        case Raise(base, exponent) if not isinstance(exponent, Const):
            if algebra.sign(base) != POSITIVE and not _ahead(algebra, exponent, ends):
                return False
        case Apply("log" | "Gamma", (argument,)):
            if algebra.sign(argument) != POSITIVE:
                return False
        case Apply(function, _, order) if order or function in PARTIAL:
            return False
        case SumOver(index, _, _, lower, upper) | ProductOver(index, _, _, lower, upper):
            if lower is not None and upper is not None:
                inner = {**ends, index: (lower, upper)}
        case Piecewise() | Kronecker() | Mean() | LimitOf() | InverseEntry() | Determinant() | Extreme():
            return False
    return all(_steady(algebra, part, inner) for part in children(term))


def _ahead(algebra: Algebra, exponent: Term, ends: Mapping[str, tuple[Term, Term]]) -> bool:
    """Whether the exponent is whole and nowhere negative: it is a sum of places, so it is least at ends of ranges."""
    if not _sum_of_places(algebra, exponent):
        return False
    for index, (lower, upper) in ends.items():
        if index in free_indices(exponent):
            slope = algebra.sign(minus(_at(exponent, index, Place(Index(index, 1))), exponent))
            exponent = _at(exponent, index, upper if 1 not in slope else lower)
    return -1 not in algebra.sign(exponent)


def _at(term: Term, index: str, place: Term) -> Term:
    """The sum of places with another one put in the place of the index."""
    match term:
        case Place(Index(name, shift)) if name == index:
            return plus(place, number(shift))
        case Plus(parts):
            return plus(*(_at(part, index, place) for part in parts))
        case Times(parts):
            return times(*(_at(part, index, place) for part in parts))
    return term


def _sum_of_places(algebra: Algebra, term: Term) -> bool:
    match term:
        case Plus(parts):
            return all(_sum_of_places(algebra, part) for part in parts)
        case Times((Const(value), part)):
            return value.denominator == 1 and algebra.whole(part)
    return algebra.whole(term)
