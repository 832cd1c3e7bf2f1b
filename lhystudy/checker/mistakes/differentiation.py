"""A rule of differentiation broken at one part: what was typed is the derivative with that one slip in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.derive import Differentiation, Slip
from lhystudy.checker.mistakes.edit import Edit, Scene, letters_in
from lhystudy.checker.mistakes.entries import Beyond, Entries
from lhystudy.checker.mistakes.tidy import tidied
from lhystudy.checker.nodes import (
    Call,
    Derivative,
    Entry,
    Expr,
    Gradient,
    HessianOf,
    Name,
    Quotient,
    Relation,
    walk,
)
from lhystudy.checker.reading.show import show
from lhystudy.words import say

COSTS = {"quotient-rule": 1, "product-rule": 1, "chain-rule": 1, "off-diagonal": 2, "missing-term": 2}
MOST = 40
LONG = 2  # how much dearer a slip is whose mended line is much longer than what was typed
BY_ENTRIES = 3  # how much dearer a slip is that shows itself by the entries of an array only


def edits(scene: Scene) -> Iterator[Edit]:
    """The derivative as it should be, where what was typed is one of its forms with a slip."""
    for of, by, typed in differentiated(scene):
        entries = Entries(scene.problem, set(letters_in(scene.relation)) | letters_of(by))
        try:
            expression = of
            for variable in by[:-1]:
                expression = Differentiation(variable, scene.problem, entries).of(expression).right
            slope = Differentiation(by[-1], scene.problem, entries).of(expression)
        except (Beyond, RecursionError):
            continue
        whole = typed == scene.right
        right = Relation("=", scene.relation.left if whole else Derivative(of, by), tidied(scene, slope.right))
        dearer = (0 if whole else BY_ENTRIES) + (LONG if len(show(right.right)) > 2 * len(show(typed)) + 20 else 0)
        for slip in list(dict.fromkeys(slope.slips))[:MOST]:
            if slip.wrong != slope.right:
                named = replace(slip, kind=kind_of(slip, scene.relation.left))
                named = replace(named, about=tuple(tidied(scene, each) for each in slip.about))
                yield edit(named, right, Relation("=", typed, slip.wrong), scene.right, dearer)


def kind_of(slip: Slip, left: Expr) -> str:
    """The slip's kind; a delta that was taken to be 0 is one off the diagonal where two indices were typed."""
    lost = slip.kind == "missing-term" and slip.part in slip.about
    return "off-diagonal" if lost and len(letters_in(left)) > 1 else slip.kind


def derivative_of_left(scene: Scene) -> Expr | None:
    """The derivative that the left side asks for, worked out, where it is one of a scalar by a scalar."""
    for of, by, typed in differentiated(scene):
        if typed != scene.right:
            return None
        entries = Entries(scene.problem, set(letters_in(scene.relation)) | letters_of(by))
        try:
            for variable in by:
                of = Differentiation(variable, scene.problem, entries).of(of).right
        except (Beyond, RecursionError):
            return None
        return of
    return None


def letters_of(by: tuple[Expr, ...]) -> set[str]:
    return {index.name for each in by if isinstance(each, Entry) for index in each.indices if isinstance(index, Name)}


def differentiated(scene: Scene) -> Iterator[tuple[Expr, tuple[Expr, ...], Expr]]:
    """What the left side differentiates, by what, and what was typed for it; of an array, by its entries."""
    left, right = scene.relation.left, scene.right
    match left:
        case Derivative(of, by):
            yield from by_entries(scene, of, by, right)
        case Gradient(of, by) if by is not None:
            yield from by_entries(scene, of, (by,), right)
        case HessianOf(of, by) if by is not None:
            yield from by_entries(scene, of, (by, by), right)
        case Call(function, args, primes) if primes:
            definition = scene.problem.definition(function)
            if definition is not None and args == tuple(map(Name, definition.parameters)) and len(args) == 1:
                yield Call(function, args), args * primes, right


def by_entries(
    scene: Scene, of: Expr, by: tuple[Expr, ...], right: Expr
) -> Iterator[tuple[Expr, tuple[Expr, ...], Expr]]:
    """The derivative with fresh letters for the entries of whole arrays."""
    entries = Entries(scene.problem, set(letters_in(scene.relation)))
    try:
        kinds = [abs(entries.kind(each)) for each in (of, *by)]
        letters = [tuple(Name(entries.letter()) for _ in range(kind)) for kind in kinds]
    except Beyond:
        return
    if not any(letters):
        yield of, by, right
        return
    one, *rest = (Entry(each, at) if at else each for each, at in zip((of, *by), letters, strict=True))
    at = tuple(letter for group in letters for letter in group)
    yield one, tuple(rest), Entry(right, at)


def edit(slip: Slip, relation: Relation, typed_as: Relation, at: Expr, dearer: int) -> Edit:
    rule, applied = told(slip)
    cost = 3 if slip.plain else COSTS.get(slip.kind, 3)
    if slip.kind == "quotient-rule" and not isinstance(slip.wrong, Quotient):
        cost = 3  # the quotient stands deep inside, where a smaller edit is likelier
    elif slip.kind == "quotient-rule" and not any(isinstance(part, Quotient) for part in walk(at)):
        cost = 2
    return Edit(slip.kind, relation, at, cost + dearer, rule, applied, typed_as=typed_as)


def told(slip: Slip) -> tuple[str, str]:
    """The rule, and the rule applied to the part at which it was broken."""
    part = show(slip.part)
    about = [show(each) for each in slip.about]
    match slip.kind:
        case "product-rule":
            return (
                say("Product rule: (u v)' = u' v + u v'.", "乘积法则：(u v)' = u' v + u v'。"),
                say(
                    f"Take u = {about[0]} and v = {about[1]}: both of them depend on the variable.",
                    f"取 u = {about[0]}，v = {about[1]}：两者都含有求导变量。",
                ),
            )
        case "quotient-rule":
            return (
                say("Quotient rule: (u/v)' = (u' v - u v')/v^2.", "商法则：(u/v)' = (u' v - u v')/v^2。"),
                say(f"Take u = {about[0]} and v = {about[1]}.", f"取 u = {about[0]}，v = {about[1]}。"),
            )
        case "chain-rule":
            return chain_rule(slip, about)
        case "off-diagonal":
            return (
                say(
                    "Two indices may be equal or not. Have you kept both cases apart?",
                    "两个指标可以相等也可以不等。两种情况都考虑到了吗？",
                ),
                say(
                    f"{part} depends on the variable in one way where the indices are equal, in another where not.",
                    f"{part} 对该变量的导数，在指标相等时与不等时不同。",
                ),
            )
        case "missing-term":
            return (
                say(
                    "Every way from the variable to the result counts. Have you gone through all of them?",
                    "从变量到结果的每一条路径都要算。你都走到了吗？",
                ),
                say(f"{part} depends on the variable too.", f"{part} 也依赖于求导变量。"),
            )
        case "power" | "sign" if isinstance(slip.part, Quotient):
            return (
                say("The derivative of 1/u is -u'/u^2.", "1/u 的导数是 -u'/u^2。"),
                say(f"Take u to be the denominator of {part}.", f"把 {part} 的分母取作 u。"),
            )
        case "power":
            return (
                say("Power rule: (x^n)' = n x^(n-1).", "幂法则：(x^n)' = n x^(n-1)。"),
                say(f"The exponent of {part} goes down by one.", f"{part} 求导后指数要减一。"),
            )
        case "factor":
            return (
                say("Power rule: (x^n)' = n x^(n-1).", "幂法则：(x^n)' = n x^(n-1)。"),
                say(f"The exponent of {part} comes down as a factor.", f"{part} 的指数要作为因子提到前面。"),
            )
        case "log-base":
            return (
                say("The derivative of a^x is a^x log a.", "a^x 的导数是 a^x log a。"),
                say(f"Take the derivative of {part} again.", f"请重新求 {part} 的导数。"),
            )
    raise ValueError(slip.kind)


def chain_rule(slip: Slip, about: list[str]) -> tuple[str, str]:
    rule = say(
        "Chain rule: the derivative of the outer function times the derivative of the inner one.",
        "链式法则：外层函数的导数乘以内层函数的导数。",
    )
    if isinstance(slip.about[0], Call) and slip.about[0] == slip.part:
        return rule, say(
            f"The derivative of {about[0]} brings the factor {about[1]}.", f"对 {about[0]} 求导会得到因子 {about[1]}。"
        )
    return rule, say(
        f"The inner part {about[0]} has a derivative of its own: the factor {about[1]} is missing.",
        f"内层 {about[0]} 也要求导：缺少因子 {about[1]}。",
    )
