"""Means: E, Var and Cov of random variables, and sums under a finite distribution."""

from __future__ import annotations

from lhystudy.checker.meaning import products
from lhystudy.checker.meaning.build import minus, times
from lhystudy.checker.meaning.replace import names
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import NameFault, ShapeFault, Value, mapped, scalar, shape_text, spelled
from lhystudy.checker.nodes import Expectation, Expr
from lhystudy.checker.terms import Index, Mean, Term
from lhystudy.words import say


def expectation(node: Expectation, values: list[Value], under: Value | None, scope: Scope) -> Value:
    """E, Var and Cov as means; E_p[f] as the sum over a finite distribution."""

    if under is None:
        for typed, value in zip(node.args, values, strict=True):
            random_inside(typed, value, scope)

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
            say(f"the distribution is {one}, what is averaged is {two}", f"分布是{one}，被平均的是{two}"), node
        )

    def part(k: Index) -> Term:
        return times(under.at(k), value.at(k) if value.rank else value.entry)

    return products.contracted(under.dims[0], part)


def random_inside(typed: Expr, value: Value, scope: Scope) -> None:
    """Raises NameFault where nothing random is averaged, but a name that nobody declared."""
    symbols = scope.setting.problem.symbols
    inside = names(scope.setting.expansion(dims=scope.dims).value(value).entry)
    unknown = sorted(name for name in inside if name not in symbols)
    if unknown and not any(name in symbols and symbols[name].type == "random" for name in inside):
        raise NameFault(
            say(
                f"nothing in {spelled(typed)} is random; declare it: let {unknown[0]} : random",
                f"{spelled(typed)} 中没有随机变量；请先声明：let {unknown[0]} : random",
            ),
            typed,
        )
