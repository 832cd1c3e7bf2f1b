"""Whether a lowered line holds: cheap refutation first, then exact proof, then agreement at many points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from time import monotonic

from lhystudy.checker.deciding.approach import infinite, unfinished
from lhystudy.checker.deciding.borders import look_at_borders, look_at_edges, unmet
from lhystudy.checker.deciding.descent import look_downhill
from lhystudy.checker.deciding.evaluate import HOLDS
from lhystudy.checker.deciding.induction import by_induction
from lhystudy.checker.deciding.prove import contradictory, excluded, limits_worked_out, proved
from lhystudy.checker.deciding.search import COARSE, OutOfTime, Search, Sighting
from lhystudy.checker.deciding.shown import counterexample, where
from lhystudy.checker.deciding.shrink import shrunk
from lhystudy.checker.deciding.simplified import simplifies
from lhystudy.checker.deciding.space import space_of
from lhystudy.checker.deciding.unify import unified
from lhystudy.checker.meaning.build import minus, number, times
from lhystudy.checker.meaning.replace import subterms
from lhystudy.checker.terms import Context, Fact, Special, Term
from lhystudy.checker.verdict import Counterexample, Verdict
from lhystudy.words import say

QUICK = 8  # points looked at before a proof is tried
POINTS = 20  # looked at in all where there is no proof
ENOUGH = 16  # that must agree
ATTEMPTS = 12  # at finding enough of them


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    note: str = ""
    counterexample: Counterexample | None = None
    points_tried: int = 0


def decide(fact: Fact, context: Context) -> Decision:
    """The verdict on the line with a note, and for a refuted one a point that satisfies the givens and tells its sides
    apart. `proved` holds for every dimension and every value at which both sides are defined."""
    deadline = monotonic() + context.seconds
    context = replace(context, facts=tuple(told for given in context.facts for told in _exact(given)))
    fact = limits_worked_out(unified(fact, context.symbols), context, deadline)
    sides = (fact.left, fact.right)
    if any(map(infinite, sides)) and not any(unfinished(part) for side in sides for part in subterms(side)):
        return _without_bound(fact)
    search = Search(space_of(fact, context), deadline)
    try:
        return _decided(fact, context, search, deadline)
    except OutOfTime:
        return _undecided(say("the time limit was reached", "已到时间上限"), search)


def _without_bound(fact: Fact) -> Decision:
    """The verdict on a line a side of which is inf or -inf; all else is finite."""
    left, right = (HEIGHTS.get(side, 0) for side in (fact.left, fact.right))
    if HOLDS[fact.sign]((left > right) - (left < right)):
        return Decision("proved")
    shown = [HEIGHTS_SHOWN.get(height, say("a number", "一个数")) for height in (left, right)]
    return Decision("refuted", "", Counterexample({}, *shown))


INFINITY = Special("inf")
HEIGHTS: dict[Term, int] = {INFINITY: 1, times(number(-1), INFINITY): -1}
HEIGHTS_SHOWN = {1: "∞", -1: "-∞"}


def _exact(given: Fact) -> tuple[Fact, ...]:
    """What an equality to the digits shown says exactly: that the sides are half a unit apart at most."""
    if given.sign != "~=":
        return (given,)
    half = number(Fraction(1, 2 * 10 ** (given.digits or 0)))
    ways = ((given.left, given.right), (given.right, given.left))
    return tuple(Fact("<=", minus(one, other), half, given.free) for one, other in ways)


def _decided(fact: Fact, context: Context, search: Search, deadline: float) -> Decision:
    if fact.left == fact.right and fact.sign in ("=", "<=", ">="):
        return _sure(fact, context, search, deadline)
    if (found := search.run(QUICK, COARSE)) is not None:
        return _refuted(found, search)
    if proved(fact, context, deadline) or by_induction(fact, context, deadline):
        return _sure(fact, context, search, deadline)
    return _sampled(fact, context, search, deadline)


def _refuted(found: Sighting, search: Search) -> Decision:
    small = shrunk(found, search)
    return Decision("refuted", "", counterexample(small, search.space), search.looked)


def _sure(fact: Fact, context: Context, search: Search, deadline: float) -> Decision:
    """A proof, once some point shows that there is something that it speaks of."""
    if not search.defined and (found := search.run(POINTS)) is not None:
        return _refuted(found, search)
    if not search.defined and not search.dear:
        if search.looked:
            return _undecided(_nowhere(), search)
        if contradictory(fact, context, deadline):
            return _undecided(_no_points(fact, context, deadline), search)
        return Decision("proved", say("no point that satisfies the givens was found", "没有找到满足已知条件的点"))
    if (found := look_at_edges(search)) is not None:
        return _refuted(found, search)
    return Decision("proved", _domain_note(search), None, search.looked)


def _sampled(fact: Fact, context: Context, search: Search, deadline: float) -> Decision:
    """Agreement at enough points, on all sides of every border, or what stands against it."""
    wanted = 1 if search.space.constant else ENOUGH
    for attempt in range(ATTEMPTS):
        found = search.run(POINTS) or (None if attempt else _looked_further(search))
        if found is not None:
            return _refuted(found, search)
        if search.agreed >= wanted or search.empty or (attempt >= 2 and not search.defined):
            break
    if search.empty:
        return _undecided(_no_points(fact, context, deadline), search)
    if search.agreed < wanted:
        return _undecided(_too_few(search), search)
    if fact.sign in ("<", ">", "!=") and search.touching is not None:
        place = where(search.touching, search.space)
        return _undecided(say(f"the sides cannot be told apart at {place}", f"在 {place} 处分不出两边的大小"), search)
    if search.space.dims and not search.grown:
        return _undecided(
            say("the sides have values only where every dimension is 1", "只有每一维都是 1 时两边才有值"), search
        )
    for switch, sign in unmet(search):
        if not excluded(switch, sign, fact, context, deadline):
            return _undecided(say("no point was found in one of the pieces", "有一段上没有找到可比较的点"), search)
    sure = simplifies(fact, context, deadline)
    return Decision("proved" if sure else "agrees", _domain_note(search), None, search.looked)


def _looked_further(search: Search) -> Sighting | None:
    return look_at_borders(search) or look_at_edges(search) or look_downhill(search)


def _no_points(fact: Fact, context: Context, deadline: float) -> str:
    if contradictory(fact, context, deadline):
        return say("the givens contradict each other", "已知条件互相矛盾")
    return say("no point that satisfies the givens was found", "没有找到满足已知条件的点")


def _too_few(search: Search) -> str:
    if search.space.names.limits:
        return say("no rule here finds the limit", "这里没有规则能求出这个极限")
    if search.dear:
        return say("the numbers grow too large to compute", "数太大，算不出来")
    return _nowhere() if not search.defined else say("too few points could be compared", "能比较的点太少")


def _nowhere() -> str:
    return say("both sides are defined at no point tried", "试过的点上没有一个使两边都有定义")


def _domain_note(search: Search) -> str:
    seen = search.one_sided
    if seen is None:
        return ""
    place = where(seen, search.space)
    if seen.answer == "left undefined":
        return say(f"the left side is not defined at {place}", f"左边在 {place} 处没有定义")
    return say(f"the right side is not defined at {place}", f"右边在 {place} 处没有定义")


def _undecided(reason: str, search: Search) -> Decision:
    return Decision("undecided", reason, None, search.looked)
