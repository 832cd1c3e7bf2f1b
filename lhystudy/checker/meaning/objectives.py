"""A function looked at in its variables: for convexity, and for what kind of point a point is."""

from __future__ import annotations

from dataclasses import dataclass

from lhystudy.checker.meaning.calculus import Variable
from lhystudy.checker.meaning.lower import lower, own_variable
from lhystudy.checker.meaning.replace import subterms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Defined, Setting
from lhystudy.checker.meaning.shapes import Fault, ShapeFault, Value, shape_text, spelled
from lhystudy.checker.nodes import Expr, Name, Node, walk
from lhystudy.checker.terms import Atom
from lhystudy.words import say


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


def own(of: Expr, scope: Scope) -> list[Variable]:
    """The variables of a function in the order in which its definition names them."""
    name = of.name if isinstance(of, Name) else ""
    defined = scope.setting.defined.get(name)
    if defined is None:
        raise Fault(
            say(f"{spelled(of)} has no definition to say its variables", f"{spelled(of)} 没有定义，不知道自变量"), of
        )
    names = list(defined.parameters) or named_in_order(defined, scope.setting)
    return [own_variable(each, scope) for each in names]


def named_in_order(defined: Defined, setting: Setting) -> list[str]:
    definition = setting.problem.definition(defined.name)
    body: Node | None = definition.body if definition is not None else None
    found: dict[str, None] = {}
    atoms = {part.name for part in subterms(defined.value.entry) if isinstance(part, Atom)}
    for part in walk(body):
        label = spelled(part) if not isinstance(part, Name) else part.name
        if label in atoms:
            found[label] = None
    return list(found) or sorted(atoms)
