"""`x = E` after a `set`: whether E solves the equations, and whether it is the only solution."""

from __future__ import annotations

from dataclasses import dataclass

from lhystudy.checker.build import TWO, ZERO, minus, negative, quotient, times
from lhystudy.checker.decide import Decision, decide
from lhystudy.checker.differentiate import Unsupported, differentiate
from lhystudy.checker.relate import Related
from lhystudy.checker.replace import fresh, names, reindexed, with_atoms
from lhystudy.checker.setting import Setting, bound_to, context_of
from lhystudy.checker.shapes import Value
from lhystudy.checker.terms import Array, Atom, Fact, Index, Term
from lhystudy.words import say

UNIQUE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Solution:
    """A step x = E that was held against the equations."""

    decision: Decision
    setting: Setting  # with x known to be E where it solves them


def unknown_of(related: Related) -> tuple[Atom, Term] | None:
    """The x and the E of `x = E`: x a whole name that nothing defines and that E is free of."""
    fact, setting = related.fact, related.setting
    for one, other in ((fact.left, fact.right), (fact.right, fact.left)):
        if isinstance(one, Atom) and all(index.name and not index.shift for index in one.indices):
            places = [index.name for index in one.indices]
            if len(set(places)) == len(places) == len(fact.free) and set(fact.free) == set(places):
                written = setting.expansion(frozenset({one.name})).term(other)
                if one.name not in setting.defined and one.name not in names(written):
                    return one, written
    return None


def solves(related: Related, seconds: float) -> Solution | None:
    """The step held against the equations, or None where it is no solution of them that could be told."""
    found = unknown_of(related)
    if found is None or related.fact.sign != "=":
        return None
    atom, term = found
    setting = related.setting
    expansion = setting.expansion(frozenset({atom.name}))
    equations = [expansion.fact(fact) for fact in setting.equations]
    concerned = [fact for fact in equations if atom.name in names(fact.left) | names(fact.right)]
    if not concerned:
        return None
    value = as_value(atom, term, related.fact)
    decisions = [put_in(fact, atom.name, value, setting, seconds) for fact in concerned]
    failed = next((decision for decision in decisions if decision.verdict in ("refuted", "undecided")), None)
    if failed is not None:
        alone = len(concerned) == 1 and failed.verdict == "refuted"
        return Solution(failed, setting) if alone else None
    weakest = "agrees" if any(decision.verdict == "agrees" for decision in decisions) else "proved"
    note = uniqueness(concerned, atom, term, setting)
    settled = tuple(fact for fact, written in zip(setting.equations, equations, strict=True) if written in concerned)
    after = setting.with_(settled=settled, solved={**setting.solved, atom.name: value})
    return Solution(Decision("proved" if weakest == "proved" else "agrees", note), after)


def as_value(atom: Atom, term: Term, fact: Fact) -> Value:
    places = tuple(index.name for index in atom.indices)
    own = tuple(fresh() for _ in places)
    entry = reindexed(Array(places, tuple(fact.free[place] for place in places), term), *map(Index, own))
    return Value(Array(own, tuple(fact.free[place] for place in places), entry))


def put_in(fact: Fact, name: str, value: Value, setting: Setting, seconds: float) -> Decision:
    """Whether the equation holds with the value in the place of the name, under the other facts."""
    answers = bound_to({name: value})
    filled = Fact(fact.sign, with_atoms(fact.left, answers), with_atoms(fact.right, answers), fact.free)
    without = setting.with_(equations=(), solved={**setting.solved, name: value})
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


def open_end() -> str:
    return say(
        "it solves the equation; whether it is the only solution is not settled",
        "它满足方程;是否是唯一解尚未判定",
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
            "只要这个线性方程的系数矩阵可逆,它就是唯一解",
        )
    if decide(Fact("!=", slope, ZERO, fact.free), context).verdict == "proved":
        return say("it is the only solution", "它是唯一解")
    return say(
        "it is the only solution where its coefficient is not 0",
        "在其系数不为 0 处,它是唯一解",
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
    if decide(Fact("=", other, term, fact.free), context).verdict in ("proved", "agrees"):
        return say("it is the only solution", "它是唯一解")
    symbol = setting.problem.symbols.get(atom.name)
    if symbol is not None and symbol.type in ("positive", "unit"):
        if decide(Fact("<=", other, ZERO, fact.free), context).verdict in ("proved", "agrees"):
            return say("it is the only solution in the domain", "它是定义域内的唯一解")
    return say("it is one of two solutions", "它是两个解之一")


def monotone(slope: Term, atom: Atom, setting: Setting) -> str:
    """The note where the equation's two sides differ by a strictly monotone function of the unknown."""
    context = context_of(setting.with_(equations=()), UNIQUE_SECONDS)
    for sign in (">", "<"):
        if decide(Fact(sign, slope, ZERO), context).verdict == "proved":
            return say("it is the only solution", "它是唯一解")
    return ""
