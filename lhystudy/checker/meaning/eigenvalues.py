"""Whether the eigenvalues of an explicit matrix are those named, by its characteristic polynomial."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.build import ZERO, minus, number, times
from lhystudy.checker.meaning.definite import expanded, explicit, new_name
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.replace import with_atoms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Setting, context_of
from lhystudy.checker.meaning.shapes import ShapeFault, Value, shape_text
from lhystudy.checker.nodes import Call, SetOf
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Fact, Term
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say


def eigenvalue_claim(call: Call, members: SetOf, setting: Setting, seconds: float) -> Decision:
    """The verdict on `eig(A) = {…}`. Raises Fault."""
    scope = Scope.of(setting, call, members)
    matrix = lower(call.args[0], scope)
    if len(call.args) != 1 or matrix.rank != 2 or not scope.dims.agree(*matrix.dims):
        raise ShapeFault(
            say(
                f"eig takes a square matrix, not {shape_text(matrix, scope.dims)}",
                f"eig 的自变量应是方阵，而不是{shape_text(matrix, scope.dims)}",
            ),
            call,
        )
    named = [lower(member, scope) for member in members.members]
    if any(value.rank for value in named):
        raise ShapeFault(say("eigenvalues are numbers", "特征值是数"), members)
    expansion = scope.grown().expansion(solved=True)
    values = [expansion.value(scope.settled_value(value)).entry for value in named]
    return eigenvalues(expansion.value(scope.settled_value(matrix)), values, scope.grown(), seconds)


def eigenvalues(value: Value, members: list[Term], setting: Setting, seconds: float) -> Decision:
    """Whether the eigenvalues of an explicit matrix are these: as many as given, or these up to multiplicity."""
    rows = explicit(value)
    if rows is None:
        raise Unsupported(say("eigenvalues are worked out for explicit matrices only", "只对具体矩阵计算特征值"))
    name = new_name(setting, "t")
    t: Term = Atom(name)
    size = len(rows)
    shifted = [[minus(t, rows[i][j]) if i == j else minus(ZERO, rows[i][j]) for j in range(size)] for i in range(size)]
    characteristic = expanded(shifted)
    context = context_of(setting.with_(problem=setting.problem.declare(Symbol(name))), seconds)
    decisions = []
    for counts in multiplicities(len(members), size):
        factors = [minus(t, member) for member, count in zip(members, counts, strict=True) for _ in range(count)]
        decision = decide(Fact("=", characteristic, times(*factors)), context)
        if decision.verdict in ACCEPTED:
            return decision
        decisions.append(decision)
    if not decisions:
        note = say(f"a {size}×{size} matrix has {size} eigenvalues", f"{size}×{size} 矩阵有 {size} 个特征值")
        decisions = [decide(Fact("=", number(len(members)), number(size)), context)]
        return replace(decisions[0], note=note)
    for member in members:
        at_member = with_atoms(characteristic, lambda atom, root=member: root if atom == t else None)  # type: ignore[misc]
        decision = decide(Fact("=", at_member, ZERO), context)
        if decision.verdict == "refuted":
            note = say(
                "the left value is det(λ I - A) at a λ that is named, and it is not 0",
                "左值是 det(λ I - A) 在所列的一个 λ 处的值，它不为 0",
            )
            return replace(decision, note=note)
    if all(decision.verdict == "refuted" for decision in decisions):
        note = say(
            f"an eigenvalue is missing: the left value is det({name} I - A), "
            f"the right one the product of {name} minus each that is named",
            f"少了特征值：左值是 det({name} I - A)，右值是 {name} 减去所列各值的乘积",
        )
        return replace(decisions[0], note=note)
    return next(decision for decision in decisions if decision.verdict != "refuted")


def multiplicities(members: int, size: int) -> list[tuple[int, ...]]:
    """The ways to count each of the members at least once and `size` times in all."""
    if members == 0 or members > size:
        return []
    if members == 1:
        return [(size,)]
    return [
        (first, *rest) for first in range(1, size - members + 2) for rest in multiplicities(members - 1, size - first)
    ]
