"""Claims: definiteness and other properties of a matrix, convexity, and what kind of point a point is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.analytic import Care, analytic
from lhystudy.checker.meaning.build import ONE, ZERO, kronecker, minus, plus, times
from lhystudy.checker.meaning.calculus import variable
from lhystudy.checker.meaning.definite import definiteness, expanded, explicit, new_name
from lhystudy.checker.meaning.differentiate import differentiate
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.objectives import Objective, objective, own
from lhystudy.checker.meaning.products import contracted
from lhystudy.checker.meaning.replace import with_atoms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Setting, bound_to, context_of
from lhystudy.checker.meaning.shapes import ShapeFault, Value, built, shape_text, spelled
from lhystudy.checker.meaning.stationary import at_point
from lhystudy.checker.nodes import Claim
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Array, Atom, Context, Determinant, Dim, Fact, Index, Term
from lhystudy.words import say

POINT_CLAIMS = ("saddle point", "local minimum", "local maximum", "critical point")


def decide_claim(claim: Claim, setting: Setting, seconds: float) -> Decision:
    """The verdict on a claim under what is known. Raises Fault."""
    if claim.claim in POINT_CLAIMS:
        return at_point(claim, setting, seconds)
    if claim.claim == "convex":
        return convex(claim, setting, seconds)
    return of_matrix(claim, setting, seconds)


# ---- matrices ------------------------------------------------------------------------------------


def of_matrix(claim: Claim, setting: Setting, seconds: float) -> Decision:
    scope = Scope.of(setting, claim)
    value = lower(claim.subject, scope)
    if value.rank == 0:
        value = Value(Array(("~r", "~c"), (1, 1), value.entry))
    if value.rank != 2:
        raise ShapeFault(
            say(
                f"{spelled(claim.subject)} is {shape_text(value, scope.dims)}: only a matrix is {claim.claim}",
                f"{spelled(claim.subject)} 是{shape_text(value, scope.dims)}，只有矩阵才谈得上 {claim.claim}",
            ),
            claim,
        )
    if not scope.dims.agree(*value.dims):
        raise ShapeFault(
            say(
                f"{spelled(claim.subject)} is {shape_text(value, scope.dims)}: it has to be square",
                f"{spelled(claim.subject)} 是{shape_text(value, scope.dims)}，应为方阵",
            ),
            claim,
        )
    grown = scope.grown()
    written = grown.expansion(solved=True).value(scope.settled_value(value))
    context = context_of(grown, seconds)
    match claim.claim:
        case "symmetric":
            return for_entries("=", written, lambda i, j: written.at(j, i), context)
        case "orthogonal":
            return for_entries("=", gram(written), kronecker, context)
        case "singular":
            rows = explicit(written)
            return decide(Fact("=", expanded(rows) if rows else Determinant(written.array), ZERO), context)
    return definiteness(claim.claim, written, grown, seconds)


def gram(value: Value) -> Value:
    return built(
        (value.dims[1], value.dims[1]),
        lambda i, j: contracted(value.dims[0], lambda k: times(value.at(k, i), value.at(k, j))),
    )


def for_entries(sign: str, value: Value, other: Callable[[Index, Index], Term], context: Context) -> Decision:
    i, j = Index("i"), Index("j")
    return decide(Fact(sign, value.at(i, j), other(i, j), {"i": value.dims[0], "j": value.dims[1]}), context)


# ---- convexity -----------------------------------------------------------------------------------


def convex(claim: Claim, setting: Setting, seconds: float) -> Decision:
    """By a search along segments first, then, where the function is smooth, by its second derivative along them."""
    scope = Scope.of(setting, claim)
    by = (
        [variable(claim.variable, lower(claim.variable, scope))]
        if claim.variable is not None
        else own(claim.subject, scope)
    )
    target = objective(claim.subject, by, scope)
    along = on_segments(target, seconds / 2)
    if along.verdict in ("refuted", "proved") or not smooth(target, seconds / 4):
        return along
    curved = curvature(target, seconds / 2)
    bound = any(symbol_type(each.name, setting) in ("simplex", "onehot") for each in target.variables)
    sure = ("proved",) if bound else ("proved", "refuted")  # not every direction stays in the domain
    return curved if curved.verdict in sure else along


def symbol_type(name: str, setting: Setting) -> str:
    symbol = setting.problem.symbols.get(name)
    return symbol.type if symbol is not None else ""


def smooth(target: Objective, seconds: float) -> bool:
    """Whether the function is known to have derivatives of every order on its whole domain, which is convex."""
    context = context_of(target.setting, seconds)

    def safe(care: Care, inner: Term, bound: Mapping[str, Dim]) -> bool:
        signs = (">", "<") if care == "quotient" else (">",)
        return any(decide(Fact(sign, inner, ZERO, bound), context).verdict == "proved" for sign in signs)

    return analytic(target.setting.expansion().term(target.value.entry), safe, {})


def curvature(target: Objective, seconds: float) -> Decision:
    """Whether d^2/dt^2 L(w + t v) at t = 0 is nonnegative for every w and every direction v."""
    setting = target.setting
    step = Atom("~step")
    symbols = []
    moved: dict[str, Value] = {}
    for each in target.variables:
        name = new_name(setting, "v" if len(target.variables) == 1 else f"{each.name}_v")
        symmetric = symbol_type(each.name, setting) == "symmetric"
        symbols.append(Symbol(name, "symmetric" if symmetric else kind(each.value), each.value.dims))
        ahead = plus(each.value.entry, times(step, renamed(each.value, name).entry))
        moved[each.name] = replace(each.value, array=replace(each.value.array, entry=ahead))
    expansion = setting.expansion(frozenset(moved))
    slope = differentiate(with_atoms(expansion.term(target.value.entry), bound_to(moved)), step)
    bend = with_atoms(differentiate(slope, step), {step: ZERO}.get)
    declared = setting.with_(problem=setting.problem.declare(*symbols))
    return decide(setting.expansion().fact(Fact(">=", bend, ZERO)), context_of(declared, seconds))


def on_segments(target: Objective, seconds: float) -> Decision:
    """L(t u + (1 - t) v) <= t L(u) + (1 - t) L(v) for all u, v in the domain and t between 0 and 1."""
    setting = target.setting
    share = new_name(setting, "t")
    symbols = [Symbol(share, "unit")]
    ends: list[dict[str, Value]] = [{}, {}]
    for each in target.variables:
        declared = setting.problem.symbols.get(each.name)
        for place, letter in enumerate(("u", "v")):
            name = new_name(setting, letter if len(target.variables) == 1 else f"{each.name}_{letter}")
            symbols.append(Symbol(name, declared.type if declared else kind(each.value), each.value.dims))
            ends[place][each.name] = renamed(each.value, name)
    t: Term = Atom(share)
    rest = minus(ONE, t)

    def blend(value: Value, name: str) -> Value:
        places = tuple(map(Index, value.indices))
        u, v = (end[name].at(*places) if places else end[name].entry for end in ends)
        return Value(Array(value.indices, value.dims, plus(times(t, u), times(rest, v))))

    between = {each.name: blend(each.value, each.name) for each in target.variables}
    body = target.value.entry
    middle, first, last = (with_atoms(body, bound_to(values)) for values in (between, *ends))
    expansion = setting.expansion(frozenset(each.name for each in target.variables))
    fact = Fact("<=", middle, plus(times(t, first), times(rest, last)))
    declared_setting = setting.with_(problem=setting.problem.declare(*symbols))
    return decide(expansion.fact(fact), context_of(declared_setting, seconds))


def kind(value: Value) -> str:
    return ("real", "vector", "matrix")[value.rank]


def renamed(value: Value, name: str) -> Value:
    return Value(Array(value.indices, value.dims, Atom(name, tuple(map(Index, value.indices)))))
