"""Claims: definiteness and other properties of a matrix, convexity, and what kind of point a point is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.build import ONE, ZERO, kronecker, minus, plus, times
from lhystudy.checker.meaning.calculus import Variable, one
from lhystudy.checker.meaning.definite import definiteness, expanded, explicit, new_name, of_rows, weakest
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.lower import lower, variable
from lhystudy.checker.meaning.products import contracted
from lhystudy.checker.meaning.replace import subterms, with_atoms
from lhystudy.checker.meaning.scope import Scope, nodes_in
from lhystudy.checker.meaning.setting import Defined, Setting, bound_to, context_of
from lhystudy.checker.meaning.shapes import Fault, ShapeFault, Value, built, same_shape, shape_text, spelled
from lhystudy.checker.nodes import Claim, ColumnVector, Expr, Name, Node, Number, Point
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Apply, Array, Atom, Context, Determinant, Dim, Fact, Index, Piecewise, Term
from lhystudy.words import say

KINKED = frozenset({"abs", "sign", "max", "min", "floor", "ceil"})
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


@dataclass(frozen=True, slots=True)
class Objective:
    """A function with the variables that it is looked at in, definitions written out down to these."""

    value: Value
    variables: tuple[Variable, ...]
    setting: Setting


def objective(of: Expr, variables: list[Variable], scope: Scope) -> Objective:
    value = lower(of, scope)
    if value.rank:
        raise ShapeFault(
            say(
                f"{spelled(of)} is {shape_text(value, scope.dims)}, not a scalar function",
                f"{spelled(of)} 是{shape_text(value, scope.dims)}，不是标量函数",
            ),
            of,
        )
    keep = frozenset(each.name for each in variables)
    written = scope.settled_value(scope.setting.expansion(keep, scope.dims).value(value))
    return Objective(written, tuple(variables), scope.grown())


def convex(claim: Claim, setting: Setting, seconds: float) -> Decision:
    """By a search along segments first, then, where the function is smooth, by its Hessian."""
    scope = Scope.of(setting, claim)
    by = [variable(claim.variable, scope)] if claim.variable is not None else own(claim.subject, scope)
    target = objective(claim.subject, by, scope)
    along = on_segments(target, seconds / 2)
    if along.verdict in ("refuted", "proved"):
        return along
    if len(by) > 1 or any(kinked(part) for part in subterms(target.value.entry)):
        return along
    hessian = target.value
    for _ in range(2):
        hessian = one(claim, hessian, by[0], scope)
    if not hessian.rank:
        hessian = Value(Array(("~r", "~c"), (1, 1), hessian.entry))
    written = target.setting.expansion().value(hessian)
    curved = definiteness("positive semidefinite", written, target.setting, seconds / 2)
    return curved if curved.verdict in ("refuted", "proved") else along


def kinked(term: Term) -> bool:
    return isinstance(term, Piecewise) or (isinstance(term, Apply) and term.function in KINKED)


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


def own(of: Expr, scope: Scope) -> list[Variable]:
    """The variables of a function in the order in which its definition names them."""
    name = of.name if isinstance(of, Name) else ""
    defined = scope.setting.defined.get(name)
    if defined is None:
        raise Fault(
            say(f"{spelled(of)} has no definition to say its variables", f"{spelled(of)} 没有定义，不知道自变量"), of
        )
    names = list(defined.parameters) or named_in_order(defined, scope.setting)
    return [variable(Name(each), scope) for each in names]


def named_in_order(defined: Defined, setting: Setting) -> list[str]:
    definition = setting.problem.definition(defined.name)
    body: Node | None = definition.body if definition is not None else None
    found: dict[str, None] = {}
    atoms = {part.name for part in subterms(defined.value.entry) if isinstance(part, Atom)}
    for part in nodes_in(body):
        label = spelled(part) if not isinstance(part, Name) else part.name
        if label in atoms:
            found[label] = None
    return list(found) or sorted(atoms)


# ---- points --------------------------------------------------------------------------------------


def at_point(claim: Claim, setting: Setting, seconds: float) -> Decision:
    """Whether the gradient is 0 at the point and, where more is claimed, what the Hessian says there."""
    if claim.of is None:
        raise Fault(say(f"{claim.claim} of what?", f"是谁的 {claim.claim}？"), claim)
    scope = Scope.of(setting, claim)
    variables = own(claim.of, scope)
    target = objective(claim.of, variables, scope)
    place = coordinates(claim, variables, scope)
    context = context_of(target.setting, seconds / 4)
    slopes = [one(claim, target.value, each, scope) for each in variables]
    flat = weakest([zero_at(slope, place, context, target) for slope in slopes])
    if flat.verdict == "refuted":
        note = say("the gradient is not 0 there", "梯度在该点不为 0")
        return replace(flat, note=note)
    if flat.verdict == "undecided" or claim.claim == "critical point":
        return flat
    curved = curved_at(claim, target, slopes, place, scope, context)
    if curved.verdict == "undecided" and claim.claim != "saddle point":
        curved = lowest_of_all(claim.claim, target, place, context) or curved
    return weakest([flat, curved])


def lowest_of_all(claim: str, target: Objective, place: dict[str, Value], context: Context) -> Decision | None:
    """The verdict where the point is the lowest (or highest) of the whole domain, else None."""
    sign = ">=" if claim == "local minimum" else "<="
    body = target.value.entry
    fact = target.setting.expansion(frozenset(place)).fact(Fact(sign, body, put(body, place)))
    decision = decide(fact, context)
    return decision if decision.verdict in ("proved", "agrees") else None


def coordinates(claim: Claim, variables: list[Variable], scope: Scope) -> dict[str, Value]:
    subject = claim.subject
    parts: tuple[Expr, ...] = subject.coordinates if isinstance(subject, Point) else (subject,)
    if isinstance(subject, ColumnVector) and len(variables) > 1:
        parts = subject.entries
    if len(parts) != len(variables):
        names = ", ".join(each.name for each in variables)
        raise ShapeFault(
            say(
                f"the point has {len(parts)} coordinates, but {len(variables)} variables are named: {names}",
                f"该点有 {len(parts)} 个坐标，而变量有 {len(variables)} 个：{names}",
            ),
            subject,
        )
    values = {}
    for part, each in zip(parts, variables, strict=True):
        value = scope.settled_value(lower(part, scope))
        if each.value.rank and not value.rank and isinstance(part, Number):
            value = Value(Array(each.value.indices, each.value.dims, value.entry))
        if not same_shape(value, each.value, scope.dims):
            raise ShapeFault(
                say(
                    f"{spelled(part)} is {shape_text(value, scope.dims)}, "
                    f"but {each.name} is {shape_text(each.value, scope.dims)}",
                    f"{spelled(part)} 是{shape_text(value, scope.dims)}，"
                    f"而 {each.name} 是{shape_text(each.value, scope.dims)}",
                ),
                part,
            )
        values[each.name] = value
    return values


def zero_at(slope: Value, place: dict[str, Value], context: Context, target: Objective) -> Decision:
    letters = ("i", "j")[: slope.rank]
    entry = slope.at(*map(Index, letters)) if letters else slope.entry
    free: dict[str, Dim] = dict(zip(letters, slope.dims, strict=True))
    fact = Fact("=", put(entry, place), ZERO, free)
    return decide(target.setting.expansion().fact(fact), context)


def put(term: Term, place: dict[str, Value]) -> Term:
    return with_atoms(term, bound_to(place))


def curved_at(
    claim: Claim,
    target: Objective,
    slopes: list[Value],
    place: dict[str, Value],
    scope: Scope,
    context: Context,
) -> Decision:
    """What the second derivatives at the point say; a Hessian that is only semidefinite leaves it open."""
    if len(target.variables) == 1 and target.variables[0].value.rank == 1:
        hessian = one(claim, slopes[0], target.variables[0], scope)
        here = Value(Array(hessian.indices, hessian.dims, put(hessian.entry, place)))
        rows = explicit(target.setting.expansion().value(here))
    elif any(each.value.rank for each in target.variables):
        raise Unsupported(say("points of several arrays are not looked at", "由多个数组组成的点无法判断"), claim)
    else:
        expansion = target.setting.expansion()
        rows = [
            [expansion.term(put(one(claim, slope, each, scope).entry, place)) for each in target.variables]
            for slope in slopes
        ]
    if rows is None:
        raise Unsupported(
            say("the Hessian of unnamed size at a point is not looked at", "维数未定的 Hessian 在点上无法判断"), claim
        )
    return by_hessian(claim.claim, rows, context)


def by_hessian(kind_of_point: str, rows: list[list[Term]], context: Context) -> Decision:
    def judge(fact: Fact) -> Decision:
        return decide(fact, context)

    sure = {
        "local minimum": ("positive definite", ("positive semidefinite",)),
        "local maximum": ("negative definite", ("negative semidefinite",)),
        "saddle point": ("indefinite", ()),
    }
    enough, needed = sure[kind_of_point]
    decision = of_rows(enough, rows, judge)
    if decision.verdict in ("proved", "agrees"):
        return decision
    if kind_of_point == "saddle point":
        for other in ("positive definite", "negative definite"):
            if of_rows(other, rows, judge).verdict == "proved":
                word = say("minimum", "极小") if other.startswith("positive") else say("maximum", "极大")
                note = say(f"the Hessian there is {other}: a local {word}", f"该点的 Hessian 是定的：是局部{word}点")
                return replace(decision, note=f"{note}; {decision.note}")
    for weaker in needed:
        against = of_rows(weaker, rows, judge)
        if against.verdict == "refuted":
            note = say("the Hessian there curves the other way", "该点的 Hessian 有相反方向的弯曲")
            return replace(against, note=f"{note}; {against.note}")
    return Decision(
        "undecided",
        say(
            "the Hessian there is singular, so second derivatives do not settle it",
            "该点的 Hessian 奇异，二阶导数无法判定",
        ),
    )
