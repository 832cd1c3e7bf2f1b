"""What a call means: functions that were defined, declared ones, and those that everyone knows."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker.meaning.build import (
    HALF,
    ONE,
    ZERO,
    apply,
    inverse,
    minus,
    number,
    plus,
    power,
    quotient,
    root,
    times,
)
from lhystudy.checker.meaning.calculus import slope
from lhystudy.checker.meaning.differentiate import differentiate
from lhystudy.checker.meaning.replace import free_indices, with_atoms
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Defined, bound_to, depends
from lhystudy.checker.meaning.shapes import (
    NameFault,
    ShapeFault,
    Value,
    built,
    mapped,
    same_shape,
    scalar,
    shape_text,
    spelled,
)
from lhystudy.checker.meaning.vectors import SHAPED, expect
from lhystudy.checker.nodes import Call, Expr
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Term,
)
from lhystudy.words import say

Rule = Callable[[Term], Term]


def _log_to(base: int) -> Rule:
    return lambda x: quotient(apply("log", x), apply("log", number(base)))


def _call(function: str) -> Rule:
    return lambda x: apply(function, x)


def _one_over(function: str) -> Rule:
    return lambda x: inverse(apply(function, x))


def _asinh(x: Term) -> Term:
    return apply("log", plus(x, root(plus(power(x, number(2)), ONE))))


def _acosh(x: Term) -> Term:
    return apply("log", plus(x, root(minus(power(x, number(2)), ONE))))


def _atanh(x: Term) -> Term:
    return times(HALF, minus(apply("log", plus(ONE, x)), apply("log", minus(ONE, x))))


# A function of one number, in the functions that the index form holds.
ELEMENTWISE: dict[str, Rule] = {
    **{
        name: _call(name)
        for name in (
            "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "sigmoid",
            "softplus", "abs", "sign", "floor", "ceil", "Gamma", "erf",
        )
    },
    "ln": _call("log"),
    "ceiling": _call("ceil"),
    "arcsin": _call("asin"),
    "arccos": _call("acos"),
    "arctan": _call("atan"),
    "log2": _log_to(2),
    "log10": _log_to(10),
    "sqrt": root,
    "relu": lambda x: apply("max", x, ZERO),
    "sec": _one_over("cos"),
    "csc": _one_over("sin"),
    "cot": lambda x: quotient(apply("cos", x), apply("sin", x)),
    "sech": _one_over("cosh"),
    "csch": _one_over("sinh"),
    "coth": lambda x: quotient(apply("cosh", x), apply("sinh", x)),
    "asinh": _asinh,
    "arcsinh": _asinh,
    "acosh": _acosh,
    "arccosh": _acosh,
    "atanh": _atanh,
    "arctanh": _atanh,
    "erfc": lambda x: minus(ONE, apply("erf", x)),
    "factorial": lambda x: apply("Gamma", plus(x, ONE)),
}  # fmt: skip


def call(node: Call, args: list[Value], scope: Scope) -> Value:
    """The value of the call. Raises NameFault for a function that nobody defined."""
    name = node.function
    defined = scope.setting.defined.get(name)
    if defined is not None and defined.parameters:
        return of_defined(node, defined, args, scope)
    symbol = scope.setting.problem.symbols.get(name)
    if symbol is not None and symbol.type == "function":
        expect(node, args, 1)
        return mapped(lambda entry: Apply(name, (entry,), node.primes), args[0])
    if name in ELEMENTWISE:
        expect(node, args, 1)
        return elementwise(ELEMENTWISE[name], node.primes, args[0])
    rule = SHAPED.get(name)
    if rule is None:
        raise unknown(node)
    return rule(node, args, scope)


def unknown(node: Call) -> NameFault:
    from lhystudy.errors import nearest

    near = nearest(node.function, [*ELEMENTWISE, *SHAPED])
    hint = say(f"; did you mean {near}?", f"；是否想写 {near}？") if near else ""
    return NameFault(say(f"{node.function} is no known function{hint}", f"没有名为 {node.function} 的函数{hint}"), node)


def elementwise(rule: Rule, primes: int, value: Value) -> Value:
    if not primes:
        return mapped(rule, value)
    hole = Atom("·")
    body = rule(hole)
    for _ in range(primes):
        body = differentiate(body, hole)

    def filled(entry: Term) -> Term:
        return with_atoms(body, lambda atom: entry if atom == hole else None, frozenset(free_indices(entry)))

    return mapped(filled, value)


def of_defined(node: Call, defined: Defined, args: list[Value], scope: Scope) -> Value:
    """The body with the arguments in the place of the parameters; entry by entry where a scalar was expected."""
    expect(node, args, len(defined.parameters))
    own = frozenset(defined.parameters)
    setting = scope.setting
    keep = own | {name for name, other in setting.defined.items() if not depends(setting, other.value.entry, own)}
    value = setting.expansion(keep, scope.dims).value(defined.value)
    if node.primes:
        if len(defined.parameters) != 1 or rank_of(defined.parameters[0], scope):
            raise NameFault(say("a prime needs a function of one number", "撇号求导只用于一元函数"), node)
        value = slope(value, defined.parameters[0], node.primes)
    wide = [arg for parameter, arg in zip(defined.parameters, args, strict=True) if not rank_of(parameter, scope)]
    if any(arg.rank for arg in wide) and not value.rank:
        if len(args) != 1:
            raise ShapeFault(say(f"{node.function} is a function of numbers", f"{node.function} 是数的函数"), node)
        return mapped(lambda entry: filled(value.entry, {defined.parameters[0]: scalar(entry)}), args[0])
    for parameter, arg, typed in zip(defined.parameters, args, node.args, strict=True):
        fits(parameter, arg, typed, scope)
    bound = dict(zip(defined.parameters, args, strict=True))
    return mapped(lambda entry: filled(entry, bound), value)


def rank_of(parameter: str, scope: Scope) -> int:
    symbol = scope.setting.problem.symbols.get(parameter)
    return symbol.rank if symbol is not None else len(scope.arrays.get(parameter, ()))


def fits(parameter: str, arg: Value, typed: Expr, scope: Scope) -> None:
    symbol = scope.setting.problem.symbols.get(parameter)
    dims = symbol.dims if symbol is not None and symbol.rank else scope.arrays.get(parameter, ())
    expected = built(dims, lambda *places: Atom(parameter, places))
    if not same_shape(arg, expected, scope.dims):
        one, two = shape_text(arg, scope.dims), shape_text(expected, scope.dims)
        raise ShapeFault(
            say(
                f"{spelled(typed)} is {one}, but the argument {parameter} is {two}",
                f"{spelled(typed)} 是{one}，而自变量 {parameter} 是{two}",
            ),
            typed,
        )


def filled(entry: Term, parameters: dict[str, Value]) -> Term:
    avoid = frozenset().union(*(free_indices(value.entry) - set(value.indices) for value in parameters.values()))
    return with_atoms(entry, bound_to(parameters), avoid)
