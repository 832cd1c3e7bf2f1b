"""What a typed derivative means: which definitions it goes through, and the shape that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lhystudy.checker.meaning.differentiate import Unsupported, differentiate
from lhystudy.checker.meaning.loops import opened_at
from lhystudy.checker.meaning.recurrences import Flow, unfolded_for
from lhystudy.checker.meaning.replace import atoms, fresh
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Setting, depends
from lhystudy.checker.meaning.shapes import Fault, ShapeFault, Value, built, shape_text, spelled
from lhystudy.checker.nodes import Call, Derivative, Expr, Gradient, HessianOf, Name, Node
from lhystudy.checker.terms import Array, Atom, Index, Pick, Term
from lhystudy.words import say


@dataclass(frozen=True, slots=True)
class Variable:
    """What is differentiated by: a whole name (its value an array of atoms) or one entry (a scalar value)."""

    name: str
    value: Value


def variable(node: Expr, value: Value) -> Variable:
    """What is differentiated by, from its meaning. Raises Fault for all but a name and an entry of one."""
    if not isinstance(value.entry, Atom):
        raise Fault(
            say(
                f"a derivative is taken by a name or an entry, not by {spelled(node)}",
                f"求导的变量应是一个名字或分量，而不是 {spelled(node)}",
            ),
            node,
        )
    return Variable(value.entry.name, value)


def derivative(node: Derivative | Gradient | HessianOf, of: Value, by: list[Variable], scope: Scope) -> Value:
    """The derivative by each variable in turn, its shape that of `of` and then of the variables.

    Definitions are written out until a variable itself appears and no further.
    """
    setting = scope.setting
    if setting.recurrences and len({variable.name for variable in by}) == 1:
        setting = opened_at(by[0].name, setting)
    value = written_out(of, by, scope, setting)
    if not setting.recurrences:  # else what is differentiated may still unfold to the variable
        for variable in by:
            refuse_substitution(value.entry, variable.name, setting)
    for variable in by:
        value = one(node, value, variable, scope, setting)
    return value


def refuse_substitution(term: Term, by: str, setting: Setting) -> None:
    """Raises Unsupported for L(f) by u where u is given in terms of f: that L is a function of u is not said."""
    names = {atom.name for atom in atoms(term)}
    known = setting.defined.get(by)
    if known is not None and by not in names and names and depends(setting, known.value.entry, names):
        raise Unsupported(
            say(
                f"{by} does not stand in what is differentiated, but both hang on the same names: "
                f"give it in terms of {by} first",
                f"被求导的式子里没有 {by}，两者却依赖同样的量：请先用 {by} 写出它（given …）",
            )
        )


def written_out(of: Value, by: list[Variable], scope: Scope, setting: Setting) -> Value:
    keep = frozenset(variable.name for variable in by)
    return setting.expansion(keep, scope.dims).value(of)


def one(node: Node, of: Value, by: Variable, scope: Scope, setting: Setting | None = None) -> Value:
    if of.rank + by.value.rank > 2:
        raise ShapeFault(
            say(
                f"{shape_text(of, scope.dims)} by {shape_text(by.value, scope.dims)} has more than two indices: "
                "write entries, as dy_i/dW_jk",
                f"{shape_text(of, scope.dims)}对{shape_text(by.value, scope.dims)}求导有两个以上的指标："
                "请写成分量，如 dy_i/dW_jk",
            ),
            node,
        )
    places = tuple(fresh() for _ in by.value.dims)
    atom = by.value.at(*map(Index, places)) if places else by.value.entry
    assert isinstance(atom, Atom)
    setting = setting or scope.setting
    if not setting.recurrences:
        entry = differentiate(of.entry, atom)
    else:
        expansion = setting.expansion(frozenset({by.name}), scope.dims)
        entry = differentiate(unfolded_for(of.entry, atom, expansion), atom, Flow(setting).derivative)
    return Value(
        Array((*of.indices, *places), (*of.dims, *by.value.dims), entry),
        row=of.row if not by.value.rank else by.value.row and not of.rank,
    )


def own_variables(of: Expr, scope: Scope, variable: Callable[[str], Variable]) -> list[Variable]:
    """The arguments in the definition of f, for a ∇f that names no variable."""
    name = of.function if isinstance(of, Call) else of.name if isinstance(of, Name) else ""
    defined = scope.setting.defined.get(name)
    if defined is None or not defined.parameters:
        raise Fault(
            say(
                f"by which variable? write ∇_w {spelled(of)}, or give {spelled(of)}(w) with its arguments",
                f"对哪个变量求导？请写 ∇_w {spelled(of)}，或在 given 中写出自变量 {spelled(of)}(w)",
            ),
            of,
        )
    return [variable(parameter) for parameter in defined.parameters]


def gradient(node: Gradient, of: Value, by: list[Variable], scope: Scope) -> Value:
    """The gradient by the arguments: of the one argument's shape, or a column over several scalars."""
    if len(by) == 1:
        return derivative(node, of, by, scope)
    only_scalars(node, by)
    value = written_out(of, by, scope, scope.setting)
    entries = tuple(one(node, value, variable, scope).entry for variable in by)
    return built((len(by),), lambda place: Pick(entries, place))


def hessian(node: HessianOf, of: Value, by: list[Variable], scope: Scope) -> Value:
    if len(by) == 1:
        return derivative(node, of, by * 2, scope)
    only_scalars(node, by)
    value = written_out(of, by, scope, scope.setting)

    def row(first: Variable) -> tuple[Term, ...]:
        slope = one(node, value, first, scope)
        return tuple(one(node, slope, second, scope).entry for second in by)

    rows = tuple(map(row, by))
    return built((len(by), len(by)), lambda i, j: Pick(tuple(Pick(entries, j) for entries in rows), i))


def only_scalars(node: Node, by: list[Variable]) -> None:
    if any(variable.value.rank for variable in by):
        raise Fault(
            say(
                "the arguments are of several shapes: name the one to differentiate by, as ∇_w",
                "自变量形状不一：请指明对哪一个求导，如 ∇_w",
            ),
            node,
        )


def slope(value: Value, parameter: str, order: int) -> Value:
    """f', f'', ... of a function's body by its scalar parameter."""
    entry = value.entry
    for _ in range(order):
        entry = differentiate(entry, Atom(parameter))
    return Value(Array(value.indices, value.dims, entry), value.row)
