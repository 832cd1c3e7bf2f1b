"""The typed tree to the index form: names, entries, sums and cases here, products, calls and derivatives next door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from lhystudy.checker.meaning import calculus, calls, entries, means, pieces, products, ranges, vectors
from lhystudy.checker.meaning.build import (
    ONE,
    ZERO,
    apply,
    indicator,
    kronecker,
    minus,
    number,
    plus,
    power,
    quotient,
    times,
)
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.places import at_any, counts, mixed, picked, total
from lhystudy.checker.meaning.reflect import reflected
from lhystudy.checker.meaning.scope import Scope, letters_in
from lhystudy.checker.meaning.shapes import (
    Fault,
    ShapeFault,
    Value,
    built,
    mapped,
    scalar,
    shape_text,
    spelled,
)
from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Cases,
    ColumnVector,
    Delta,
    Derivative,
    Entry,
    Expectation,
    Expr,
    Factorial,
    Gradient,
    HessianOf,
    Indicator,
    Limit,
    MatrixOf,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Point,
    Power,
    Product,
    ProductOver,
    Quotient,
    Relation,
    SetOf,
    Sum,
    Transpose,
)
from lhystudy.checker.reading.symbols import INDEX_LETTERS
from lhystudy.checker.terms import (
    Atom,
    Condition,
    Const,
    Index,
    LimitOf,
    Piecewise,
    Place,
    Size,
    Special,
    SumOver,
    Term,
)
from lhystudy.checker.terms import ProductOver as ProductTerm
from lhystudy.words import say

SIDES = {"": 0, "+": 1, "-": -1}
SPECIALS = {"pi": "pi", "e": "e", "inf": "inf"}


def lower(node: Expr, scope: Scope) -> Value:
    """The meaning of an expression, its definitions not yet written out. Raises Fault."""
    rule = RULES.get(type(node))
    if rule is None:
        raise Fault(say("this form cannot stand here", "这种写法不能出现在这里"), node)
    return rule(node, scope)


def lower_number(node: Number, scope: Scope) -> Value:
    return scalar(Const(node.value), plain=True)


def lower_name(node: Name, scope: Scope) -> Value:
    name = node.name
    scope.used.add(name)
    if name in scope.bound:
        return scalar(Place(Index(scope.bound[name])))
    known = entries.named(name, scope)
    if known is not None and not counts(name, scope):
        return known
    if name in SPECIALS:
        return scalar(Special(SPECIALS[name]), plain=True)
    if name == "I":
        dim = scope.dims.unknown()
        return built((dim, dim), kronecker)
    if name.startswith("I_") and name[2:] in scope.sizes:
        dim = scope.dims.find(name[2:])
        return built((dim, dim), kronecker)
    if name in scope.sizes:
        return scalar(Size(name))
    if name in scope.letters and name in INDEX_LETTERS:
        scope.free.add(name)
        scope.range_of(name)
        return scalar(Place(Index(name)))
    return scalar(Atom(name))


def lower_add(node: Add, scope: Scope) -> Value:
    return products.total(node, [lower(term, scope) for term in node.terms], scope)


def lower_entry(node: Entry, scope: Scope) -> Value:
    single = entries.single(node, scope)
    return single if single is not None else entries.entry(node, lower(node.of, scope), scope)


def lower_negative(node: Negative, scope: Scope) -> Value:
    return mapped(lambda entry: times(number(-1), entry), lower(node.operand, scope))


def lower_product(node: Product, scope: Scope) -> Value:
    return products.product(node, lower(node.left, scope), lower(node.right, scope), scope)


def lower_quotient(node: Quotient, scope: Scope) -> Value:
    top, bottom = lower(node.numerator, scope), lower(node.denominator, scope)
    if bottom.rank:
        raise ShapeFault(
            say(
                f"{spelled(node.denominator)} is {shape_text(bottom, scope.dims)}: only a scalar can divide",
                f"{spelled(node.denominator)} 是{shape_text(bottom, scope.dims)}，只有标量能作除数",
            ),
            node.denominator,
        )
    return mapped(quotient, top, bottom)


def lower_power(node: Power, scope: Scope) -> Value:
    if (
        isinstance(node.base, Name)
        and node.base.name == "e"
        and entries.named("e", scope) is None
        and "e" not in scope.bound
    ):
        return mapped(lambda entry: apply("exp", entry), lower(node.exponent, scope))
    if isinstance(node.base, Norm):
        squared = products.norm_squared(lower(node.base.operand, scope))
        exponent = lower(node.exponent, scope)
        if not exponent.rank:
            return scalar(power(squared, quotient(exponent.entry, number(2))))
    return products.raised(node, lower(node.base, scope), lower(node.exponent, scope), scope)


def lower_factorial(node: Factorial, scope: Scope) -> Value:
    return mapped(lambda entry: apply("Gamma", plus(entry, number(1))), lower(node.operand, scope))


def lower_transpose(node: Transpose, scope: Scope) -> Value:
    value = lower(node.operand, scope)
    name = node.operand.name if isinstance(node.operand, Name) else ""
    if name and not value.rank and name not in scope.setting.problem.symbols and name not in scope.setting.defined:
        raise ShapeFault(
            say(
                f"{spelled(node.operand)} is not declared, so it is a scalar and has no transpose: "
                f"let {spelled(node.operand)} : vector(n)",
                f"{spelled(node.operand)} 未声明，按标量处理，没有转置：请先写 let {spelled(node.operand)} : vector(n)",
            ),
            node,
        )
    return products.transposed(value)


def lower_absolute(node: Absolute, scope: Scope) -> Value:
    return mapped(lambda entry: apply("abs", entry), lower(node.operand, scope))


def lower_norm(node: Norm, scope: Scope) -> Value:
    return vectors.norm(lower(node.operand, scope))


def lower_call(node: Call, scope: Scope) -> Value:
    return calls.call(node, [lower(argument, scope) for argument in node.args], scope)


# ---- sums ----------------------------------------------------------------------------------------


def lower_sum(node: Sum, scope: Scope) -> Value:
    return over(node, list(node.binders), scope, SumOver)


def lower_product_over(node: ProductOver, scope: Scope) -> Value:
    return over(node, list(node.binders), scope, ProductTerm)


def over(node: Sum | ProductOver, binders: list[Binder], scope: Scope, kind: ranges.Kind) -> Value:
    """The body summed (or multiplied) over the binders, the first outermost."""
    if not binders:
        return lower(node.body, scope)
    binder, node = counted_up(binders[0], node)
    first, last = (
        None if end is None else ranges.end(binder, lower(end, scope)) for end in (binder.lower, binder.upper)
    )
    excluded = scope.index(binder.excluding) if binder.excluding is not None else None
    with ranges.bound(binder, (first, last), scope) as own:
        body = over(node, binders[1:], scope, kind)
    if excluded is not None:
        body = ranges.without(body, own, excluded, kind, scope)
    ends = (first, last) if first or last else ranges.ends_beside(excluded, own, scope)
    dim, first, last = ranges.run(node, binder, own, ends, scope)
    return mapped(lambda entry: kind(own, dim, entry, first, last), body)


def counted_up(binder: Binder, node: Sum | ProductOver) -> tuple[Binder, Sum | ProductOver]:
    """The binder and the node, counted from the other end where only this makes the subscripts indices."""
    if len(node.binders) > 1:
        return binder, node
    turned, body = reflected(binder, node.body)
    return (binder, node) if turned is binder else (turned, replace(node, body=body))


# ---- explicit arrays, cases, indicators ------------------------------------------------------------


def lower_column(node: ColumnVector, scope: Scope) -> Value:
    return pieces.column([pieces.entry(each, lower(each, scope), scope) for each in node.entries])


def lower_matrix(node: MatrixOf, scope: Scope) -> Value:
    rows = [[pieces.entry(each, lower(each, scope), scope) for each in row] for row in node.rows]
    return pieces.matrix(node, rows)


def lower_delta(node: Delta, scope: Scope) -> Value:
    if mixed(node.left) or mixed(node.right):
        return scalar(indicator(Condition("=", total(node.left, scope), total(node.right, scope))))
    return pieces.delta(scope.index(node.left), scope.index(node.right), scope)


def lower_indicator(node: Indicator, scope: Scope) -> Value:
    left, right = node.condition.left, node.condition.right
    simple = node.condition.sign in ("=", "!=") and not node.condition.both
    if simple and is_index(left, scope) and is_index(right, scope):
        delta = lower_delta(Delta(left, right), scope)
        return delta if node.condition.sign == "=" else mapped(lambda entry: minus(ONE, entry), delta)
    return conditional(node.condition, scope, indicator)


def is_index(node: Expr, scope: Scope) -> bool:
    """Whether the side of an indicator is an index: a bound letter, or a letter that nothing else is."""
    if isinstance(node, Number):
        return node.value.denominator == 1 and node.value > 0
    if isinstance(node, Add):
        return all(is_index(term.operand if isinstance(term, Negative) else term, scope) for term in node.terms)
    if not isinstance(node, Name):
        return False
    known = entries.named(node.name, scope) if node.name not in scope.bound else None
    return node.name in scope.bound or (node.name in INDEX_LETTERS and known is None and node.name not in scope.sizes)


def conditional(relation: Relation, scope: Scope, use: Callable[[Condition], Term]) -> Value:
    """`use` of the condition; entry by entry where a side is an array."""
    chain = (relation, *relation.both)
    sides = [(lower(each.left, scope), lower(each.right, scope)) for each in chain]
    return pieces.conditional(chain, sides, scope, use)


def lower_cases(node: Cases, scope: Scope) -> Value:
    values = [lower(value, scope) for value, _ in node.pieces]
    tests = [
        None if condition is None else conditional(condition, scope, lambda test: Piecewise(((ZERO, test),)))
        for _, condition in node.pieces
    ]
    return pieces.cases(node, values, tests, scope)


def lower_expectation(node: Expectation, scope: Scope) -> Value:
    values = [lower(argument, scope) for argument in node.args]
    under = None if node.under is None else lower(node.under, scope)
    return means.expectation(node, values, under, scope)


def lower_limit(node: Limit, scope: Scope) -> Value:
    if node.variable in letters_in(node.body):  # an index counts places: it runs to no limit by itself
        step = node.variable
        raise Unsupported(
            say(
                f"the limit of a sequence by its index {step} is not worked out: give it as a function of {step}, or "
                "write what it stands for inside the limit",
                f"不能按下标 {step} 求数列的极限：请把它写成 {step} 的函数，或把极限里的式子写出来",
            )
        )
    to = lower(node.to, scope)
    side = SIDES[node.side]
    return mapped(lambda entry: LimitOf(node.variable, to.entry, entry, side), lower(node.body, scope))


def lower_derivative(node: Derivative, scope: Scope) -> Value:
    return derived(node, lower(node.of, scope), node.by, scope)


def lower_gradient(node: Gradient, scope: Scope) -> Value:
    of = lower(node.of, scope)
    if node.by is not None:
        return derived(node, of, (node.by,), scope)
    variables = calculus.own_variables(node.of, scope, partial(own_variable, scope=scope))
    return calculus.gradient(node, of, variables, scope)


def lower_hessian(node: HessianOf, scope: Scope) -> Value:
    of = lower(node.of, scope)
    if node.by is not None:
        return derived(node, of, (node.by, node.by), scope)
    variables = calculus.own_variables(node.of, scope, partial(own_variable, scope=scope))
    return calculus.hessian(node, of, variables, scope)


def own_variable(name: str, scope: Scope) -> calculus.Variable:
    return calculus.variable(Name(name), lower_name(Name(name), scope))


def derived(node: Derivative | Gradient | HessianOf, of: Value, by: tuple[Expr, ...], scope: Scope) -> Value:
    """The derivative; by an entry at a place to work out it is that by any entry, taken at the place."""
    variables, places = [], []
    for each in by:
        if isinstance(each, Entry) and (base := lower(each.of, scope)).rank == len(each.indices):
            each, found = at_any(each, base, scope)
            places += found
        variables.append(calculus.variable(each, lower(each, scope)))
    value = calculus.derivative(node, of, variables, scope)
    for own, at, dim in places:
        value = mapped(partial(picked, own=own, at=at, dim=dim), value)
    return value


def lower_point(node: Point | SetOf, scope: Scope) -> Value:
    raise Fault(
        say(
            "points and sets stand only in claims and as the whole side of a relation",
            "点和集合只能作为论断的主语或等式的一整边",
        ),
        node,
    )


RULES: dict[type[Node], Callable[[Any, Scope], Value]] = {
    Number: lower_number,
    Name: lower_name,
    Entry: lower_entry,
    Call: lower_call,
    Add: lower_add,
    Negative: lower_negative,
    Product: lower_product,
    Quotient: lower_quotient,
    Power: lower_power,
    Factorial: lower_factorial,
    Transpose: lower_transpose,
    Absolute: lower_absolute,
    Norm: lower_norm,
    Sum: lower_sum,
    ProductOver: lower_product_over,
    Derivative: lower_derivative,
    Gradient: lower_gradient,
    HessianOf: lower_hessian,
    ColumnVector: lower_column,
    MatrixOf: lower_matrix,
    SetOf: lower_point,
    Point: lower_point,
    Cases: lower_cases,
    Indicator: lower_indicator,
    Delta: lower_delta,
    Expectation: lower_expectation,
    Limit: lower_limit,
}
