"""Definiteness of a matrix: by exact minors where its size is a number, by its quadratic form where it is a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.build import HALF, ZERO, number, plus, power, times
from lhystudy.checker.meaning.products import contracted
from lhystudy.checker.meaning.setting import Setting, context_of
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Array, Atom, Determinant, Fact, Index, Term
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say

LARGEST = 5  # of an explicit matrix, whose minors are all worked out

Rows = list[list[Term]]


def weakest(decisions: list[Decision]) -> Decision:
    """The verdict on all of them together: the first that fails, else the least sure."""
    for verdict in ("refuted", "undecided", "agrees"):
        for decision in decisions:
            if decision.verdict == verdict:
                return decision
    return decisions[0] if decisions else Decision("proved")


def explicit(value: Value) -> Rows | None:
    """The entries of a square matrix whose size is a small number, or None."""
    size = value.dims[0]
    if not isinstance(size, int) or value.dims != (size, size) or size > LARGEST:
        return None
    places = [Index("", place) for place in range(1, size + 1)]
    return [[value.at(row, column) for column in places] for row in places]


def symmetric_part(rows: Rows) -> Rows:
    """(A + Aᵀ)/2, which alone decides the sign of xᵀ A x."""
    size = range(len(rows))
    return [
        [rows[i][j] if rows[i][j] == rows[j][i] else times(HALF, plus(rows[i][j], rows[j][i])) for j in size]
        for i in size
    ]


def minor(rows: Rows, kept: tuple[int, ...]) -> Term:
    """The determinant of the rows and columns kept."""
    if not kept:
        return number(1)
    return expanded([[rows[i][j] for j in kept] for i in kept])


def expanded(rows: Rows) -> Term:
    """The determinant by its first row."""
    if len(rows) == 1:
        return rows[0][0]
    parts = []
    for column, entry in enumerate(rows[0]):
        if entry != ZERO:
            below = [row[:column] + row[column + 1 :] for row in rows[1:]]
            parts.append(times(number((-1) ** column), entry, expanded(below)))
    return plus(*parts)


def leading(size: int) -> Iterator[tuple[int, ...]]:
    return (tuple(range(count)) for count in range(1, size + 1))


def principal(size: int) -> Iterator[tuple[int, ...]]:
    return (kept for count in range(1, size + 1) for kept in combinations(range(size), count))


Judge = Callable[[Fact], Decision]


def definiteness(claim: str, value: Value, setting: Setting, seconds: float) -> Decision:
    """The verdict on `positive definite` and its kin; `value` has its definitions written out."""
    rows = explicit(value)
    context = context_of(setting, seconds)
    if rows is not None:
        return of_rows(claim, symmetric_part(rows), lambda fact: decide(fact, context))
    return of_form(claim, value, setting, seconds)


def of_rows(claim: str, rows: Rows, judge: Judge) -> Decision:
    if claim == "indefinite":
        return indefinite(rows, judge)
    flip = -1 if claim.startswith("negative") else 1
    strict = claim.endswith("semidefinite") is False
    chosen = leading(len(rows)) if strict else principal(len(rows))
    decisions = []
    for kept in chosen:
        signed = times(number(flip ** len(kept)), minor(rows, kept))
        decision = judge(Fact(">" if strict else ">=", signed, ZERO))
        if decision.verdict == "refuted":
            return named_minor(decision, kept, flip ** len(kept))
        decisions.append(decision)
    return weakest(decisions)


def named_minor(decision: Decision, kept: tuple[int, ...], sign: int) -> Decision:
    places = ", ".join(str(place + 1) for place in kept)
    signed = "-" if sign < 0 else ""
    note = say(
        f"the left value is {signed}det of rows and columns {places}, which would have to be positive",
        f"左值是第 {places} 行列子式的{'相反数' if sign < 0 else '值'}，它应为正",
    )
    return Decision("refuted", note, decision.counterexample, decision.points_tried)


def indefinite(rows: Rows, judge: Judge) -> Decision:
    """Whether the form takes both signs: a negative 2×2 minor is enough, and for 2×2 it is all."""
    if len(rows) == 1:
        return judge(Fact("!=", ZERO, ZERO))
    negatives = [judge(Fact("<", minor(rows, kept), ZERO)) for kept in combinations(range(len(rows)), 2)]
    if len(rows) == 2:
        decision = negatives[0]
        if decision.verdict == "refuted":
            return Decision(
                "refuted",
                say("the left value is the determinant, which would have to be negative", "左值是行列式，它应为负"),
                decision.counterexample,
            )
        return decision
    for decision in negatives:
        if decision.verdict in ACCEPTED:
            return decision
    for claim in ("positive semidefinite", "negative semidefinite"):
        other = of_rows(claim, rows, judge)
        if other.verdict == "proved":
            return Decision("refuted", say(f"it is {claim}", "它是半定的"), negatives[0].counterexample)
    semis = [of_rows(claim, rows, judge) for claim in ("positive semidefinite", "negative semidefinite")]
    if all(decision.verdict == "refuted" and not point(decision) for decision in semis):
        return Decision("proved", say("the form takes both signs", "二次型取到两种符号"))
    return Decision("undecided", say("neither sign could be settled", "两种符号都未能判定"))


def point(decision: Decision) -> dict[str, str]:
    return decision.counterexample.point if decision.counterexample else {}


def of_form(claim: str, value: Value, setting: Setting, seconds: float) -> Decision:
    """By xᵀ A x for a vector x of its own, and by the sign of the determinant, which a search may hit sooner."""
    if claim == "indefinite":
        return of_one_sign(value, setting, seconds / 4)
    name = new_name(setting, "x")
    x = Symbol(name, "vector", value.dims[:1])
    context = context_of(setting.with_(problem=setting.problem.declare(x)), seconds)
    flip = number(-1 if claim.startswith("negative") else 1)
    strict = not claim.endswith("semidefinite")

    def form(i: Index) -> Term:
        inner = contracted(value.dims[1], lambda j: times(value.at(i, j), Atom(name, (j,))))
        return times(Atom(name, (i,)), inner)

    whole = times(flip, contracted(value.dims[0], form))
    length = contracted(value.dims[0], lambda k: power(Atom(name, (k,)), number(2)))
    nonzero = Fact(">", length, ZERO)
    sign = ">" if strict else ">="
    signed = decide(Fact(sign, whole, ZERO), replace(context, facts=(*context.facts, nonzero)))
    if signed.verdict in ("refuted", "proved"):
        return signed
    scaled = Array(value.indices, value.dims, times(flip, value.entry))
    determinant = decide(Fact(sign, Determinant(scaled), ZERO), context)
    return determinant if determinant.verdict == "refuted" else signed


def of_one_sign(value: Value, setting: Setting, seconds: float) -> Decision:
    """That a matrix is indefinite, refuted where it is known to be semidefinite and a point shows its sign."""
    for claim, opposite, told in (
        ("positive semidefinite", "negative definite", "它是半正定的"),
        ("negative semidefinite", "positive definite", "它是半负定的"),
    ):
        if of_form(claim, value, setting, seconds).verdict == "proved":
            shown = of_form(opposite, value, setting, seconds)
            if shown.verdict == "refuted":
                return Decision("refuted", say(f"it is {claim}", told), shown.counterexample)
    return Decision("undecided", say("only a matrix of numbers can be told indefinite", "只有具体矩阵才能判定不定"))


def new_name(setting: Setting, wanted: str) -> str:
    taken = set(setting.problem.symbols) | set(setting.defined) | set(setting.problem.seen) | set(setting.arrays)
    while wanted in taken:
        wanted += "'"
    return wanted
