"""`x = E` after a `set`: whether E solves the equations, and whether it is the only solution."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.build import TWO, ZERO, minus, negative, quotient, times
from lhystudy.checker.meaning.declared import within_domain
from lhystudy.checker.meaning.definite import weakest
from lhystudy.checker.meaning.differentiate import Unsupported, differentiate
from lhystudy.checker.meaning.relate import Related, judge, relate
from lhystudy.checker.meaning.replace import fresh, names, reindexed, with_atoms
from lhystudy.checker.meaning.setting import Setting, bound_to, context_of
from lhystudy.checker.meaning.shapes import ShapeFault, Value
from lhystudy.checker.nodes import Point, Relation
from lhystudy.checker.terms import Array, Atom, Fact, Index, Term
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say

UNIQUE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Solution:
    """A step x = E that was held against the equations."""

    decision: Decision
    setting: Setting  # with x known to be E where it solves them


def unknown_of(related: Related) -> tuple[Atom, Term] | None:
    """The x and the E of `x = E`: x a whole name to be solved for, which nothing defines and E is free of."""
    fact, setting = related.fact, related.setting
    atom = fact.left
    if not isinstance(atom, Atom) or atom.name in setting.defined:
        return None
    if setting.unknowns and atom.name not in setting.unknowns:
        return None
    places = [index.name for index in atom.indices if index.name and not index.shift]
    if len(set(places)) != len(atom.indices) or set(places) != set(fact.free):
        return None
    written = setting.expansion(frozenset({atom.name})).term(fact.right)
    return None if atom.name in names(written) else (atom, written)


def solves(related: Related, seconds: float) -> Solution | None:
    """The step held against the equations, or None where it is no solution of them that could be told."""
    found = unknown_of(related)
    if found is None or related.fact.sign != "=":
        return None
    atom, term = found
    tried = held_against({atom.name: as_value(atom, term, related.fact)}, related.setting, seconds)
    if tried is None:
        return None
    solution, equations = tried
    if solution.decision.verdict != "proved" and solution.decision.verdict != "agrees":
        alone = len(equations) == 1 and solution.decision.verdict == "refuted"
        if not alone or judge(related, seconds).verdict in ACCEPTED:
            return None  # it may still follow from the equations together with the givens
        return replace(solution, decision=replace(solution.decision, note=not_solved()))
    note = uniqueness(equations, atom, term, related.setting)
    return replace(solution, decision=replace(solution.decision, note=note))


def points_meet(relation: Relation, left: Point, right: Point, setting: Setting, seconds: float) -> Solution:
    """`(x, y) = (a, b)`, coordinate by coordinate; after a `set`, all together may solve the equations."""
    if len(left.coordinates) != len(right.coordinates):
        counts = f"{len(left.coordinates)}, {len(right.coordinates)}"
        raise ShapeFault(say(f"the points have {counts} coordinates", f"两点的坐标个数不同：{counts}"), relation)
    pairs = zip(left.coordinates, right.coordinates, strict=True)
    each = [relate(Relation("=", one, other), setting) for one, other in pairs]
    solution = solve_together(each, setting, seconds) if setting.equations else None
    return solution or Solution(weakest([judge(related, seconds) for related in each]), setting)


def solve_together(each: list[Related], setting: Setting, seconds: float) -> Solution | None:
    """Several steps x = E held against the equations at once, or None where they do not solve them."""
    values: dict[str, Value] = {}
    for related in each:
        found = unknown_of(related)
        if found is None:
            return None
        values[found[0].name] = as_value(*found, related.fact)
    tried = held_against(values, setting, seconds)
    if tried is None or tried[0].decision.verdict not in ACCEPTED:
        return None
    note = say("it solves the equations", "它满足这些方程")
    return replace(tried[0], decision=replace(tried[0].decision, note=note))


def held_against(values: dict[str, Value], setting: Setting, seconds: float) -> tuple[Solution, list[Fact]] | None:
    """The equations that speak of the names, with the values put in; None where none does."""
    expansion = setting.expansion(frozenset(values))
    equations = [expansion.fact(fact) for fact in setting.equations]
    concerned = [fact for fact in equations if not values.keys().isdisjoint(names(fact.left) | names(fact.right))]
    if not concerned:
        return None
    decision = weakest([put_in(fact, values, setting, seconds) for fact in concerned])
    settled = tuple(fact for fact, written in zip(setting.equations, equations, strict=True) if written in concerned)
    if decision.verdict not in ACCEPTED:
        return Solution(decision, setting), concerned
    after = setting.with_(settled=settled, solved={**setting.solved, **values})
    for name in values:
        after = within_domain(name, after)
    return Solution(decision, after), concerned


def as_value(atom: Atom, term: Term, fact: Fact) -> Value:
    places = tuple(index.name for index in atom.indices)
    own = tuple(fresh() for _ in places)
    entry = reindexed(Array(places, tuple(fact.free[place] for place in places), term), *map(Index, own))
    return Value(Array(own, tuple(fact.free[place] for place in places), entry))


def put_in(fact: Fact, values: dict[str, Value], setting: Setting, seconds: float) -> Decision:
    """Whether the equation holds with the values in the place of the names, under the other facts."""
    answers = bound_to(values)
    filled = Fact(fact.sign, with_atoms(fact.left, answers), with_atoms(fact.right, answers), fact.free)
    without = setting.with_(equations=(), solved={**setting.solved, **values})
    return decide(filled, context_of(without, seconds))


def uniqueness(equations: list[Fact], atom: Atom, term: Term, setting: Setting) -> str:
    """What is known of other solutions: none, none where something is not 0, one more, or nothing."""
    if len(equations) > 1:
        return say("it solves the equations", "它满足这些方程")
    fact = equations[0]
    try:
        note = linear(fact, atom, setting)
        if not note and not atom.indices:
            note = quadratic(fact, atom, term, setting)
        return note or open_end()
    except Unsupported:
        return open_end()


def not_solved() -> str:
    return say(
        "put into the equation that was set, its two sides have the values shown",
        "代入所设的方程后，两边的值如下",
    )


def open_end() -> str:
    return say(
        "it solves the equation; whether it is the only solution is not settled",
        "它满足方程；是否是唯一解尚未判定",
    )


def linear(fact: Fact, atom: Atom, setting: Setting) -> str:
    """The note where the equation is linear in the unknown, else nothing."""
    by = Atom(atom.name, tuple(Index(fresh()) for _ in atom.indices))
    slope = differentiate(minus(fact.left, fact.right), by)
    context = context_of(setting.with_(equations=()), UNIQUE_SECONDS)
    if slope == ZERO or by.name in names(slope):
        return ""
    if atom.indices:
        return say(
            "it is the only solution wherever the matrix of this linear equation is invertible",
            "只要这个线性方程的系数矩阵可逆，它就是唯一解",
        )
    if decide(Fact("!=", slope, ZERO, fact.free), context).verdict == "proved":
        return say("it is the only solution", "它是唯一解")
    return say(
        "it is the only solution where its coefficient is not 0",
        "在其系数不为 0 处，它是唯一解",
    )


def quadratic(fact: Fact, atom: Atom, term: Term, setting: Setting) -> str:
    """The note where the equation is quadratic in a scalar unknown: the sum of the roots names the other one."""
    gap = minus(fact.left, fact.right)
    slope = differentiate(gap, atom)
    bend = differentiate(slope, atom)
    if atom.name in names(bend) or bend == ZERO:
        return monotone(slope, atom, setting)
    at_zero = with_atoms(slope, lambda each: ZERO if each == atom else None)
    other = minus(negative(quotient(times(at_zero, TWO), bend)), term)
    context = context_of(setting.with_(equations=()), UNIQUE_SECONDS)
    if decide(Fact("=", other, term, fact.free), context).verdict in ACCEPTED:
        return say("it is the only solution", "它是唯一解")
    symbol = setting.problem.symbols.get(atom.name)
    if symbol is not None and symbol.type in ("positive", "unit"):
        if decide(Fact("<=", other, ZERO, fact.free), context).verdict in ACCEPTED:
            return say("it is the only solution in the domain", "它是定义域内的唯一解")
    return say("it is one of two solutions", "它是两个解之一")


def monotone(slope: Term, atom: Atom, setting: Setting) -> str:
    """The note where the equation's two sides differ by a strictly monotone function of the unknown."""
    context = context_of(setting.with_(equations=()), UNIQUE_SECONDS)
    for sign in (">", "<"):
        if decide(Fact(sign, slope, ZERO), context).verdict == "proved":
            return say("it is the only solution", "它是唯一解")
    return ""
