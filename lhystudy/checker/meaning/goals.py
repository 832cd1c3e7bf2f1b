"""Whether a step shows what the derivation is to end in, in any form that meets the goal's demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from lhystudy.checker.meaning.relate import Related, judge, names_of, relate
from lhystudy.checker.meaning.replace import Replacement
from lhystudy.checker.meaning.setting import Setting
from lhystudy.checker.meaning.shapes import Fault
from lhystudy.checker.nodes import (
    Call,
    Claim,
    Derivative,
    Expectation,
    Expr,
    Goal,
    Gradient,
    HessianOf,
    Limit,
    Node,
    ProductOver,
    Relation,
    Sum,
    walk,
)
from lhystudy.checker.reading.symbols import CONSTANTS, INDEX_LETTERS
from lhystudy.checker.terms import Fact, Index
from lhystudy.checker.verdict import ACCEPTED

PENDING = (Derivative, Gradient, HessianOf, Sum, ProductOver, Limit, Expectation)
OPERATING = frozenset({"H", "H_2", "KL", "softmax", "logsumexp", "det", "tr", "norm", "eig"})
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One goal: its left side, and its right side where it names one."""

    goal: Goal
    sign: str
    left: Expr
    right: Expr | None


def wanted(goal: Goal) -> Wanted | None:
    """The relation that a goal asks for, or None for the goal of a claim."""
    if goal.relations:
        first, last = goal.relations[0], goal.relations[-1]
        return Wanted(goal, first.sign, first.left, last.right)
    return Wanted(goal, "=", goal.expression, None) if goal.expression is not None else None


def reached(goals: Iterable[Goal], shown: Sequence[Relation | Claim], setting: Setting) -> bool:
    """Whether one of these accepted relations and claims shows one of the goals."""
    return any(
        claim_reached(goal, each) if isinstance(each, Claim) else step_reached(goal, each, setting)
        for goal in goals
        for each in shown
    )


def claim_reached(goal: Goal, claim: Claim) -> bool:
    return goal.claim is not None and (goal.claim.claim, goal.claim.subject, goal.claim.of, goal.claim.variable) == (
        claim.claim,
        claim.subject,
        claim.of,
        claim.variable,
    )


def step_reached(goal: Goal, step: Relation, setting: Setting) -> bool:
    """Whether this accepted step, read from either side, shows the goal."""
    want = wanted(goal)
    if want is None:
        return False
    turned = {"=": "=", "~=": "~=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}[step.sign]
    return shows(want, step.sign, step.left, step.right, setting) or shows(want, turned, step.right, step.left, setting)


def shows(want: Wanted, sign: str, left: Expr, right: Expr, setting: Setting) -> bool:
    if sign != want.sign or left == right or not meets(want, right, setting):
        return False
    if typed_names(left, setting) != typed_names(want.left, setting):
        return False
    if want.right is None and sign != "=":
        return False
    if want.right is not None and not same(want.right, right, setting):
        return False
    return same(want.left, left, setting)


def meets(want: Wanted, right: Expr, setting: Setting) -> bool:
    """Whether the right side is as far worked out as the goal demands."""
    if want.goal.names is not None:
        return typed_names(right, setting) <= set(want.goal.names)
    if want.right is None:
        return True
    return pending(right) <= pending(want.right)


def pending(node: Node) -> set[object]:
    """The operations in it that a derivation works off."""
    kinds: set[object] = {type(part) for part in walk(node) if isinstance(part, PENDING)}
    return kinds | {part.function for part in walk(node) if isinstance(part, Call) and part.function in OPERATING}


def typed_names(node: Node, setting: Setting) -> set[str]:
    """The names in it that are neither indices, dimensions, constants nor functions; f' is named as little as df/dx."""
    symbols, defined = setting.problem.symbols, setting.defined
    known = set(symbols) | set(defined)
    indices = {name for name in INDEX_LETTERS if name not in known}
    functions = {name for name in symbols if symbols[name].type == "function"}
    functions |= {name for name in defined if defined[name].parameters}
    return names_of(node) - functions - indices - (setting.sizes - known) - (CONSTANTS - known)


def same(one: Expr, other: Expr, setting: Setting) -> bool:
    """Whether two expressions are equal, up to the letters of their free indices."""
    if one == other:
        return True
    try:
        first, second = (relate(Relation("=", side, side), setting) for side in (one, other))
    except Fault:
        return False
    for letters in matchings(first.fact, second.fact):
        fact = Fact("=", first.fact.left, Replacement(letters)(second.fact.left), first.fact.free)
        if fact.left == fact.right or judge(Related(fact, setting, frozenset()), SECONDS).verdict in ACCEPTED:
            return True
    return False


def matchings(one: Fact, other: Fact) -> Iterator[Mapping[str, Index]]:
    """The ways to name the second's free indices by the first's."""
    if len(one.free) != len(other.free) or len(one.free) > 3:
        return
    for order in permutations(one.free):
        if all(one.free[a] == other.free[b] for a, b in zip(order, other.free, strict=True)):
            yield {b: Index(a) for a, b in zip(order, other.free, strict=True) if a != b}
