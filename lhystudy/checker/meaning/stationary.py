"""Whether a point is critical, and a minimum, a maximum or a saddle point: by the gradient, the Hessian and beyond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from time import monotonic

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.deciding.field import GiveUp
from lhystudy.checker.deciding.prove import algebra_of
from lhystudy.checker.deciding.shown import spelled as spelled_entry
from lhystudy.checker.meaning.build import ZERO
from lhystudy.checker.meaning.calculus import Variable, one
from lhystudy.checker.meaning.definite import LARGEST, Judge, Rows, of_rows, weakest
from lhystudy.checker.meaning.differentiate import differentiate
from lhystudy.checker.meaning.flat import Flat, Way
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.objectives import Objective, objective, own
from lhystudy.checker.meaning.replace import with_atoms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Setting, bound_to, context_of
from lhystudy.checker.meaning.shapes import Fault, ShapeFault, Value, same_shape, shape_text, spelled
from lhystudy.checker.nodes import Claim, ColumnVector, Expr, Number, Point
from lhystudy.checker.terms import Array, Atom, Const, Context, Dim, Fact, Index, Term
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say

WANTED = {"local minimum": 1, "local maximum": -1, "saddle point": 0}
BOUND = ("symmetric", "simplex", "onehot")  # types whose entries depend on each other
HALVINGS = 20  # of the step along a way, until a point on it shows what its first term says
# ---- points --------------------------------------------------------------------------------------


def at_point(claim: Claim, setting: Setting, seconds: float) -> Decision:
    """Whether the gradient is 0 at the point and, where more is claimed, what the function does around it."""
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
    if claim.claim == "critical point":
        return flat
    around = Around(claim.claim, target, place, context)
    if flat.verdict == "undecided":
        return around.by_all() or flat
    return weakest([flat, around.decision()])


def coordinates(claim: Claim, variables: list[Variable], scope: Scope) -> dict[str, Value]:
    subject = claim.subject
    parts: tuple[Expr, ...] = subject.coordinates if isinstance(subject, Point) else (subject,)
    if isinstance(subject, ColumnVector) and len(variables) > 1:
        parts = subject.entries
    if isinstance(subject, Point) and [each.value.rank for each in variables] == [1]:
        parts = (ColumnVector(subject.coordinates, span=subject.span),)
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


@dataclass(frozen=True)
class Around:
    """A critical point, and the claim about what the function does around it."""

    claim: str
    target: Objective
    place: dict[str, Value]
    context: Context

    @property
    def body(self) -> Term:
        return self.target.setting.expansion().term(self.target.value.entry)

    def decision(self) -> Decision:
        """By second derivatives, by higher ones where these do not settle it, then by the whole domain."""
        entries = self.entries()
        if entries is None:
            unnamed = say(
                "the Hessian of unnamed size at a point is not looked at", "维数未定的 Hessian 在点上无法判断"
            )
            return self.by_all() or Decision("undecided", unnamed)
        slopes = [differentiate(self.body, entry) for entry in entries]
        rows = [[put(differentiate(slope, entry), self.place) for entry in entries] for slope in slopes]
        curved = by_hessian(self.claim, rows, self.judge)
        if curved.verdict != "undecided":
            return curved
        return self.by_ways(entries, rows) or self.by_all() or curved

    def judge(self, fact: Fact) -> Decision:
        return decide(fact, self.context)

    def entries(self) -> list[Atom] | None:
        """Every entry of every variable, or None where a size is not a number or they are too many."""
        found: list[Atom] = []
        for each in self.target.variables:
            symbol = self.context.symbols.get(each.name)
            bound = symbol is not None and symbol.type in BOUND
            if bound or not all(isinstance(dim, int) for dim in each.value.dims):
                return None
            ranges = (range(1, int(dim) + 1) for dim in each.value.dims)
            places = (tuple(Index("", n) for n in numbers) for numbers in product(*ranges))
            found += [each.value.at(*at) if at else each.value.entry for at in places]  # type: ignore[misc]
        return found if len(found) <= LARGEST else None

    def by_ways(self, entries: list[Atom], rows: Rows) -> Decision | None:
        """The verdict that the ways along which the Hessian is flat give, else None."""
        here = {entry: put(entry, self.place) for entry in entries}
        try:
            algebra = algebra_of(self.body, self.context, monotonic() + self.context.seconds)
            flat = Flat(self.body, here, rows, algebra, self.judge)
            ways, wanted = flat.ways(), WANTED[self.claim]
            extreme = flat.extreme(ways)
        except GiveUp:
            return None
        rising = next((way for way in ways if way.rises), None)
        falling = next((way for way in ways if way.falls), None)
        if extreme and extreme == wanted:
            return Decision("proved", say("by derivatives of higher order", "由高阶导数判定"))
        if not wanted and ways and (rising or flat.across == "positive") and (falling or flat.across == "negative"):
            return Decision("proved", say("by derivatives of higher order", "由高阶导数判定"))
        against = (falling if wanted > 0 else rising) if wanted else (ways[0] if extreme else None)
        return self.shown_on(against, flat, wanted or -extreme) if against else None

    def shown_on(self, way: Way, flat: Flat, sign: int) -> Decision | None:
        """A point on the way where the function is lower (sign 1) or higher (sign -1) than at the point claimed."""
        for halvings in range(HALVINGS):
            for turn in (1, -1):
                there = way.at(Fraction(turn, 2**halvings))
                left, right = (with_atoms(flat.body, values.get) for values in (there, flat.place))
                found = self.judge(Fact(">=" if sign > 0 else "<=", left, right)).counterexample
                if found is not None:
                    note = beside(self.claim, sign)
                    return Decision("refuted", note, replace(found, point={**found.point, **shown_point(there)}))
        return None

    def by_all(self) -> Decision | None:
        """The verdict where the point is the lowest or the highest of the whole domain, else None."""
        lowest, highest = (self.compared(sign) for sign in (">=", "<="))
        if self.claim != "saddle point":
            decision = lowest if self.claim == "local minimum" else highest
            return decision if decision.verdict in ACCEPTED else None
        for decision, opposite, note in ((lowest, "<", lowest_of_all()), (highest, ">", highest_of_all())):
            if decision.verdict == "proved" and (against := self.compared(opposite)).verdict == "refuted":
                return replace(against, note=note)
        return None

    def compared(self, sign: str) -> Decision:
        """Whether the function lies on that side of its value at the point, everywhere."""
        body = self.target.value.entry
        return self.judge(
            self.target.setting.expansion(frozenset(self.place)).fact(Fact(sign, body, put(body, self.place)))
        )


def shown_point(values: Mapping[Atom, Term]) -> dict[str, str]:
    """Name -> value of the entries that are numbers."""
    return {
        spelled_entry((atom.name, tuple(index.shift for index in atom.indices))): str(value.value)
        for atom, value in values.items()
        if isinstance(value, Const)
    }


def beside(claim: str, sign: int) -> str:
    """What it means that the function is lower (sign 1) or higher (sign -1) at a point beside the one claimed."""
    if claim == "saddle point":
        word = say("maximum", "极大") if sign > 0 else say("minimum", "极小")
        return say(
            f"by derivatives of higher order it is a local {word}; the left value is that of the function nearby, "
            "the right one at the point",
            f"由高阶导数知它是局部{word}点；左值是函数在附近一点的值，右值是在该点的值",
        )
    word = say("falls", "下降") if sign > 0 else say("rises", "上升")
    return say(
        f"on some way out from the point the function {word}; the left value is that of the function on it, "
        "the right one at the point",
        f"从该点出发沿某条路径函数{word}；左值是函数在路径上一点的值，右值是在该点的值",
    )


def lowest_of_all() -> str:
    return say("it is nowhere lower than at that point, which is a minimum", "函数处处不低于该点的值，该点是极小点")


def highest_of_all() -> str:
    return say("it is nowhere higher than at that point, which is a maximum", "函数处处不高于该点的值，该点是极大点")


def by_hessian(claim: str, rows: Rows, judge: Judge) -> Decision:
    """What the second derivatives say; a Hessian that is only semidefinite leaves it open."""
    sure = {
        "local minimum": ("positive definite", ("positive semidefinite",)),
        "local maximum": ("negative definite", ("negative semidefinite",)),
        "saddle point": ("indefinite", ()),
    }
    enough, needed = sure[claim]
    decision = of_rows(enough, rows, judge)
    if decision.verdict in ACCEPTED:
        return decision
    if claim == "saddle point":
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
            "the Hessian there is singular, and higher orders do not settle it",
            "该点的 Hessian 奇异，高阶导数也未能判定",
        ),
    )
