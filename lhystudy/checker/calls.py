"""What a call means: functions that were defined, declared ones, and those that everyone knows."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker import products
from lhystudy.checker.build import (
    HALF,
    ONE,
    ZERO,
    apply,
    inverse,
    kronecker,
    minus,
    negative,
    number,
    plus,
    power,
    quotient,
    root,
    times,
)
from lhystudy.checker.calculus import slope
from lhystudy.checker.differentiate import Unsupported, differentiate
from lhystudy.checker.nodes import Call, Expectation, Expr, Name, Number
from lhystudy.checker.replace import free_indices, with_atoms
from lhystudy.checker.scope import Scope
from lhystudy.checker.setting import Defined, bound_to, depends
from lhystudy.checker.shapes import (
    NameFault,
    ShapeFault,
    Value,
    built,
    mapped,
    same_shape,
    scalar,
    shape_text,
    spelled,
    spread,
)
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Condition,
    Determinant,
    Dim,
    Extreme,
    Index,
    Mean,
    Piecewise,
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
    hint = say(f"; did you mean {near}?", f";是否想写 {near}?") if near else ""
    return NameFault(say(f"{node.function} is no known function{hint}", f"没有名为 {node.function} 的函数{hint}"), node)


def expect(node: Call, args: list[Value], count: int) -> None:
    if len(args) != count:
        raise NameFault(
            say(
                f"{node.function} takes {count} argument{'s' * (count != 1)}, not {len(args)}",
                f"{node.function} 应有 {count} 个自变量,而不是 {len(args)} 个",
            ),
            node,
        )


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
                f"{spelled(typed)} 是{one},而自变量 {parameter} 是{two}",
            ),
            typed,
        )


def filled(entry: Term, parameters: dict[str, Value]) -> Term:
    avoid = frozenset().union(*(free_indices(value.entry) - set(value.indices) for value in parameters.values()))
    return with_atoms(entry, bound_to(parameters), avoid)


# ---- functions of vectors and matrices -------------------------------------------------------------


def vector(node: Call, value: Value, scope: Scope) -> Value:
    if value.rank != 1:
        raise ShapeFault(
            say(
                f"{node.function} takes a vector, not {shape_text(value, scope.dims)}",
                f"{node.function} 的自变量应是向量,而不是{shape_text(value, scope.dims)}",
            ),
            node,
        )
    return value


def square(node: Call, value: Value, scope: Scope) -> Value:
    if value.rank != 2 or not scope.dims.agree(*value.dims):
        raise ShapeFault(
            say(
                f"{node.function} takes a square matrix, not {shape_text(value, scope.dims)}",
                f"{node.function} 的自变量应是方阵,而不是{shape_text(value, scope.dims)}",
            ),
            node,
        )
    return value


def softmax(node: Call, args: list[Value], scope: Scope) -> Value:
    """exp(z_i) / sum_k exp(z_k), along the last axis."""
    expect(node, args, 1)
    value = args[0]
    if not value.rank:
        raise vector_fault(node, value, scope)

    def share(*places: Index) -> Term:
        total = products.contracted(value.dims[-1], lambda k: apply("exp", value.at(*places[:-1], k)))
        return quotient(apply("exp", value.at(*places)), total)

    return built(value.dims, share, value.row)


def vector_fault(node: Call, value: Value, scope: Scope) -> ShapeFault:
    try:
        vector(node, value, scope)
    except ShapeFault as fault:
        return fault
    raise AssertionError


def logsumexp(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    value = vector(node, args[0], scope)
    return scalar(apply("log", products.contracted(value.dims[0], lambda k: apply("exp", value.at(k)))))


def norm(value: Value) -> Value:
    if not value.rank:
        return mapped(lambda entry: apply("abs", entry), value)
    return scalar(root(products.norm_squared(value)))


def norm_call(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    return norm(args[0])


def trace(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    value = square(node, args[0], scope)
    return scalar(products.contracted(value.dims[0], lambda k: value.at(k, k)))


def determinant(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    return scalar(Determinant(square(node, args[0], scope).array))


def diag(node: Call, args: list[Value], scope: Scope) -> Value:
    """The diagonal matrix of a vector, or the diagonal of a matrix."""
    expect(node, args, 1)
    value = args[0]
    if value.rank == 1:
        return built((*value.dims, *value.dims), lambda i, j: times(kronecker(i, j), value.at(i)))
    value = square(node, value, scope)
    return built(value.dims[:1], lambda i: value.at(i, i))


def dot(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 2)
    left, right = (vector(node, value, scope) for value in args)
    pair(node, left, right, scope)
    return scalar(products.contracted(left.dims[0], lambda k: times(left.at(k), right.at(k))))


def pair(node: Call, left: Value, right: Value, scope: Scope) -> None:
    if not scope.dims.agree(left.dims[0], right.dims[0]):
        one, two = shape_text(left, scope.dims), shape_text(right, scope.dims)
        raise ShapeFault(
            say(
                f"{node.function} takes two vectors of one length, not {one} and {two}",
                f"{node.function} 的两个向量应等长,而不是{one}和{two}",
            ),
            node,
        )


def filled_with(value: int) -> Callable[[Call, list[Value], Scope], Value]:
    """ones(n), zeros(m, n)."""

    def rule(node: Call, args: list[Value], scope: Scope) -> Value:
        dims = tuple(dimension(argument, scope) for argument in node.args)
        if not 1 <= len(dims) <= 2:
            expect(node, args, 1)
        return built(dims, lambda *places: number(value))

    return rule


def dimension(node: Expr, scope: Scope) -> Dim:
    if isinstance(node, Number) and node.value.denominator == 1 and node.value > 0:
        return int(node.value)
    if isinstance(node, Name):
        scope.sizes.add(node.name)
        return node.name
    raise ShapeFault(say("a size is a name or a whole number", "维数应是名字或正整数"), node)


def entropy(node: Call, args: list[Value], scope: Scope) -> Value:
    """H(p), or the cross entropy H(p, q), in nats; H_2 in bits."""
    if len(args) != 2:
        expect(node, args, 1)
    p, q = vector(node, args[0], scope), vector(node, args[-1], scope)
    pair(node, p, q, scope)

    def part(k: Index) -> Term:
        return weighted(p, k, apply("log", q.at(k)), scope, q is p)

    nats = negative(products.contracted(p.dims[0], part))
    return scalar(quotient(nats, apply("log", number(2))) if node.function == "H_2" else nats)


def divergence(node: Call, args: list[Value], scope: Scope) -> Value:
    """KL(p || q) in nats."""
    expect(node, args, 2)
    p, q = (vector(node, value, scope) for value in args)
    pair(node, p, q, scope)

    def part(k: Index) -> Term:
        return weighted(p, k, minus(apply("log", p.at(k)), apply("log", q.at(k))), scope, True)

    return scalar(products.contracted(p.dims[0], part))


def weighted(p: Value, k: Index, log: Term, scope: Scope, own: bool) -> Term:
    """p_k times a logarithm; 0 log 0 is 0 where p may be one-hot."""
    share = p.at(k)
    symbol = scope.setting.problem.symbols.get(share.name) if isinstance(share, Atom) else None
    product = times(share, log)
    if own and symbol is not None and symbol.type == "onehot":
        return Piecewise(((ZERO, Condition("=", share, ZERO)), (product, None)))
    return product


def extreme(node: Call, args: list[Value], scope: Scope) -> Value:
    """max and min: of several numbers, entry by entry with arrays, or over the entries of one vector."""
    if len(args) == 1 and args[0].rank:
        return scalar(Extreme(node.function, vector(node, args[0], scope).array))
    if not args:
        expect(node, args, 1)
    shaped = next((value for value in args if value.rank), None)
    if shaped is not None:
        args = spread(args, shaped)
        for typed, value in zip(node.args, args, strict=True):
            fits_shape(node, typed, value, shaped, scope)
    return mapped(lambda *entries: apply(node.function, *entries), *args)


def fits_shape(node: Call, typed: Expr, value: Value, shaped: Value, scope: Scope) -> None:
    if not same_shape(value, shaped, scope.dims):
        one, two = shape_text(value, scope.dims), shape_text(shaped, scope.dims)
        raise ShapeFault(
            say(
                f"{node.function}: {spelled(typed)} is {one}, another argument is {two}",
                f"{node.function}:{spelled(typed)} 是{one},另一个自变量是{two}",
            ),
            typed,
        )


def unjudged(node: Call, args: list[Value], scope: Scope) -> Value:
    raise Unsupported(say(f"{node.function} is read, but not worked out", f"能读懂 {node.function},但无法推算"), node)


SHAPED: dict[str, Callable[[Call, list[Value], Scope], Value]] = {
    "softmax": softmax,
    "logsumexp": logsumexp,
    "norm": norm_call,
    "det": determinant,
    "tr": trace,
    "trace": trace,
    "diag": diag,
    "dot": dot,
    "ones": filled_with(1),
    "zeros": filled_with(0),
    "H": entropy,
    "H_2": entropy,
    "KL": divergence,
    "max": extreme,
    "min": extreme,
    "eig": unjudged,
    "rank": unjudged,
    "argmax": unjudged,
}


# ---- means -----------------------------------------------------------------------------------------


def expectation(node: Expectation, values: list[Value], under: Value | None, scope: Scope) -> Value:
    """E, Var and Cov as means; E_p[f] as the sum over a finite distribution."""

    def mean(value: Value) -> Value:
        if under is None:
            return mapped(Mean, value)
        return scalar(under_distribution(node, value, under, scope))

    if node.kind == "E":
        return mean(values[0])
    left, right = values[0], values[-1]
    product = mean(mapped(times, left, right))
    return mapped(lambda both, one, other: minus(both, times(one, other)), product, mean(left), mean(right))


def under_distribution(node: Expectation, value: Value, under: Value, scope: Scope) -> Term:
    if under.rank != 1 or value.rank > 1:
        raise ShapeFault(
            say(
                f"the mean under {shape_text(under, scope.dims)} of {shape_text(value, scope.dims)}",
                f"在{shape_text(under, scope.dims)}下求{shape_text(value, scope.dims)}的均值",
            ),
            node,
        )
    if value.rank and not scope.dims.agree(under.dims[0], value.dims[0]):
        one, two = shape_text(under, scope.dims), shape_text(value, scope.dims)
        raise ShapeFault(
            say(f"the distribution is {one}, what is averaged is {two}", f"分布是{one},被平均的是{two}"), node
        )

    def part(k: Index) -> Term:
        return times(under.at(k), value.at(k) if value.rank else value.entry)

    return products.contracted(under.dims[0], part)
