"""The typed tree to the index form: names, entries, sums and cases here, products, calls and derivatives next door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lhystudy.checker import calculus, calls, products
from lhystudy.checker.build import (
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
    unequal,
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
from lhystudy.checker.replace import fresh
from lhystudy.checker.scope import LETTERS, Scope
from lhystudy.checker.shapes import (
    UNNAMED,
    Fault,
    IndexFault,
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
    Atom,
    Condition,
    Const,
    Dim,
    Index,
    LimitOf,
    Pick,
    Piecewise,
    Place,
    Size,
    Special,
    SumOver,
    Term,
)
from lhystudy.checker.terms import ProductOver as ProductTerm
from lhystudy.words import say

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
    known = named(name, scope)
    if known is not None:
        return known
    if name in SPECIALS:
        return scalar(Special(SPECIALS[name]), plain=True)
    if name == "I":
        dim = scope.dims.unknown()
        return built((dim, dim), kronecker)
    if name in scope.sizes:
        return scalar(Size(name))
    if name in scope.letters and name in LETTERS:
        scope.free.add(name)
        scope.range_of(name)
        return scalar(Place(Index(name)))
    return scalar(Atom(name))


def named(name: str, scope: Scope) -> Value | None:
    """The array or scalar of atoms that a declared, defined or indexed name is, or None for any other name."""
    defined = scope.setting.defined.get(name)
    if defined is not None:
        value = defined.value
        return built(value.dims, lambda *places: Atom(name, places), value.row)
    symbol = scope.setting.problem.symbols.get(name)
    if symbol is not None:
        if symbol.type == "function":
            raise NameFault(say(f"{name} is a function: write {name}(…)", f"{name} 是函数,请写成 {name}(…)"))
        return built(symbol.dims, lambda *places: Atom(name, places)) if symbol.rank else scalar(Atom(name))
    if name in scope.arrays:
        return built(scope.arrays[name], lambda *places: Atom(name, places))
    return None


def lower_entry(node: Entry, scope: Scope) -> Value:
    label = spelled(node.of)
    if isinstance(node.of, Name):
        single = single_name(node, scope)
        if single is not None:
            return single
    value = lower(node.of, scope)
    indices = node.indices
    if value.rank == 2 and len(indices) == 1 and isinstance(indices[0], Number) and 11 <= indices[0].value <= 99:
        tens, ones = divmod(int(indices[0].value), 10)
        indices = (Number(number(tens).value), Number(number(ones).value))
    if value.rank != len(indices):
        raise IndexFault(
            say(
                f"{label} is {shape_text(value, scope.dims)}: it cannot take {len(indices)} indices",
                f"{label} 是{shape_text(value, scope.dims)},不能带 {len(indices)} 个下标",
            ),
            node,
        )
    places = tuple(scope.index(index) for index in indices)
    for place, dim in zip(places, value.dims, strict=True):
        scope.runs(place, dim, node, label)
    return scalar(value.at(*places))


def single_name(node: Entry, scope: Scope) -> Value | None:
    """The name that `h_2` is where h is no array; `I_n` is the identity. None for an entry of an array."""
    assert isinstance(node.of, Name)
    name = node.of.name
    whole = single_spelling(node)
    if whole is not None:
        if whole in scope.setting.defined or whole in scope.setting.problem.symbols:
            return lower(Name(whole, span=node.span), scope)
        symbol = scope.setting.problem.symbols.get(name)
        known = name in scope.setting.defined or name in scope.arrays or (symbol is not None and symbol.rank)
        if not known and (name != "I" or len(node.indices) == 1):
            if name == "I":
                dim = int(whole.rpartition("_")[2])
                return built((dim, dim), kronecker)
            scope.used.add(whole)
            return scalar(Atom(whole))
    if name == "I" and named(name, scope) is None and len(node.indices) == 1:
        size = node.indices[0]
        if isinstance(size, Name):
            scope.sizes.add(size.name)
            return built((size.name, size.name), kronecker)
    return None


def single_spelling(node: Entry) -> str | None:
    """`h_2` for an entry at plain numbers, as declared names are spelled."""
    if not isinstance(node.of, Name) or not all(isinstance(index, Number) for index in node.indices):
        return None
    numbers = [str(index.value) for index in node.indices if isinstance(index, Number)]
    return f"{node.of.name}_{','.join(numbers)}"


def lower_add(node: Add, scope: Scope) -> Value:
    values = [lower(term, scope) for term in node.terms]
    shaped = next((value for value in values if value.rank), None)
    if shaped is None:
        return mapped(plus, *values)
    ready = spread_numbers(values, shaped, scope, node)
    for term, value in zip(node.terms, ready, strict=True):
        if not same_shape(value, shaped, scope.dims):
            raise cannot_add(node, term, value, shaped, values, scope)
    return mapped(plus, *ready)


def spread_numbers(values: list[Value], like: Value, scope: Scope, node: Node) -> list[Value]:
    """Numbers standing alone at every entry, with a note that says so."""
    if any(value.plain and not value.rank and value.entry != ZERO for value in values):
        scope.note(
            say(
                f"the number in {spelled(node)} stands at every entry",
                f"{spelled(node)} 中的数字作用于每个分量",
            )
        )
    return spread(values, like)


def cannot_add(node: Add, term: Expr, value: Value, shaped: Value, values: list[Value], scope: Scope) -> ShapeFault:
    other = next(each for each, lowered in zip(node.terms, values, strict=True) if lowered is shaped)
    one, two = shape_text(value, scope.dims), shape_text(shaped, scope.dims)
    repair = ""
    if not value.rank:
        bare = spelled(term.operand if isinstance(term, Negative) else term)
        by = f"{bare} I" if shaped.rank == 2 else f"{bare} ones(n)"
        repair = say(f"; did you mean {by}?", f";是否想写 {by}?")
    elif value.rank == shaped.rank == 1 and value.row != shaped.row:
        repair = say("; one of them is transposed", ";其中一个被转置了")
    return ShapeFault(
        say(
            f"{spelled(term)} is {one} and {spelled(other)} is {two}: they cannot be added{repair}",
            f"{spelled(term)} 是{one},{spelled(other)} 是{two},不能相加{repair}",
        ),
        term,
    )


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
                f"{spelled(node.denominator)} 是{shape_text(bottom, scope.dims)},只有标量能作除数",
            ),
            node.denominator,
        )
    return mapped(quotient, top, bottom)


def lower_power(node: Power, scope: Scope) -> Value:
    if isinstance(node.base, Name) and node.base.name == "e" and named("e", scope) is None and "e" not in scope.bound:
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
    return products.transposed(lower(node.operand, scope))


def lower_absolute(node: Absolute, scope: Scope) -> Value:
    return mapped(lambda entry: apply("abs", entry), lower(node.operand, scope))


def lower_norm(node: Norm, scope: Scope) -> Value:
    return calls.norm(lower(node.operand, scope))


def lower_call(node: Call, scope: Scope) -> Value:
    return calls.call(node, [lower(argument, scope) for argument in node.args], scope)


# ---- sums ----------------------------------------------------------------------------------------


def lower_sum(node: Sum, scope: Scope) -> Value:
    return over(node, list(node.binders), scope, SumOver)


def lower_product_over(node: ProductOver, scope: Scope) -> Value:
    return over(node, list(node.binders), scope, ProductTerm)


def over(
    node: Sum | ProductOver, binders: list[Binder], scope: Scope, kind: type[SumOver] | type[ProductTerm]
) -> Value:
    """The body summed (or multiplied) over the binders, the first outermost."""
    if not binders:
        return lower(node.body, scope)
    binder = binders[0]
    lower_end, upper_end = bounds(binder, scope)
    outer = scope.bound.get(binder.index)
    if outer is not None:
        scope.note(
            say(f"the inner sum has an index {binder.index} of its own", f"内层求和的指标 {binder.index} 自成一个")
        )
    own = fresh()
    scope.typed[own] = binder.index
    excluded = scope.index(binder.excluding) if binder.excluding is not None else None
    scope.bound[binder.index] = own
    body = over(node, binders[1:], scope, kind)
    if outer is None:
        del scope.bound[binder.index]
    else:
        scope.bound[binder.index] = outer
    if excluded is not None:
        body = without(body, own, excluded, kind, scope)
    dim, lower_end, upper_end = run(node, binder, own, lower_end, upper_end, scope)
    return mapped(lambda entry: kind(own, dim, entry, lower_end, upper_end), body)


def bounds(binder: Binder, scope: Scope) -> tuple[Term | None, Term | None]:
    """The ends of a sum's range. A name that nothing else is, as an upper end, is a dimension from here on."""
    upper = binder.upper
    if isinstance(upper, Name) and upper.name not in scope.bound and upper.name not in SPECIALS:
        if named(upper.name, scope) is None and upper.name not in scope.letters - scope.sizes:
            scope.sizes.add(upper.name)
    ends = [None if end is None else lower(end, scope) for end in (binder.lower, binder.upper)]
    if any(end is not None and end.rank for end in ends):
        raise ShapeFault(say("the ends of a sum are numbers", "求和的上下限应是数"), binder)
    first, last = (None if end is None else end.entry for end in ends)
    return first, last


def without(body: Value, own: str, excluded: Index, kind: type[SumOver] | type[ProductTerm], scope: Scope) -> Value:
    if excluded.name:
        scope.dims.agree(scope.range_of(own), scope.range_of(excluded.name))
    here = Index(own)
    if kind is SumOver:
        return mapped(lambda entry: times(unequal(here, excluded), entry), body)
    at = Place(excluded) if excluded.name else number(excluded.shift)
    same = Condition("=", Place(here), at)
    return mapped(lambda entry: Piecewise(((number(1), same), (entry, None))), body)


def run(
    node: Sum | ProductOver, binder: Binder, own: str, first: Term | None, last: Term | None, scope: Scope
) -> tuple[Dim | None, Term | None, Term | None]:
    """The range of a sum: a whole dimension where it is one, else its two ends."""
    known = scope.dims.find(scope.ranges[own]) if own in scope.ranges else None
    if first is None and last is None:
        if known is None or (isinstance(known, str) and known.startswith(UNNAMED * 2)):
            raise IndexFault(
                say(
                    f"nothing says how far {binder.index} runs: write sum_{{{binder.index}=1}}^n",
                    f"没有什么说明 {binder.index} 取到哪里:请写 sum_{{{binder.index}=1}}^n",
                ),
                node,
            )
        return known, None, None
    first = first if first is not None else number(1)
    if last is None:
        if known is None:
            raise IndexFault(say("this sum has no upper end", "这个求和没有上限"), node)
        last = Size(known) if isinstance(known, str) else number(known)
    end: Dim | None = None
    if isinstance(last, Size):
        end = last.dim
    elif isinstance(last, Const) and last.value.denominator == 1:
        end = int(last.value)
    if first == number(1) and end is not None:
        if known is None or (isinstance(end, str) and scope.dims.agree(known, end)) or known == end:
            return end, None, None
        if end not in dimensions(scope):
            return None, first, last
        raise IndexFault(
            say(
                f"{binder.index} runs to {end} here, but over {known} in what is summed",
                f"这里 {binder.index} 取到 {end},而被求和的量取遍 {known}",
            ),
            node,
        )
    return None, first, last


def dimensions(scope: Scope) -> set[Dim]:
    return {dim for symbol in scope.setting.problem.symbols.values() for dim in symbol.dims if isinstance(dim, str)}


# ---- explicit arrays, cases, indicators ------------------------------------------------------------


def lower_column(node: ColumnVector, scope: Scope) -> Value:
    return column([scalar_entry(entry, scope) for entry in node.entries])


def column(entries: list[Term]) -> Value:
    return built((len(entries),), lambda place: Pick(tuple(entries), place))


def scalar_entry(node: Expr, scope: Scope) -> Term:
    value = lower(node, scope)
    if value.rank:
        raise ShapeFault(
            say(
                f"{spelled(node)} is {shape_text(value, scope.dims)}: an entry is a scalar",
                f"{spelled(node)} 是{shape_text(value, scope.dims)},而分量应是标量",
            ),
            node,
        )
    return value.entry


def lower_matrix(node: MatrixOf, scope: Scope) -> Value:
    widths = {len(row) for row in node.rows}
    if len(widths) != 1:
        raise ShapeFault(say("the rows of this matrix differ in length", "矩阵各行的长度不同"), node)
    rows = [tuple(scalar_entry(entry, scope) for entry in row) for row in node.rows]
    return built((len(rows), widths.pop()), lambda i, j: Pick(tuple(Pick(row, j) for row in rows), i))


def lower_delta(node: Delta, scope: Scope) -> Value:
    left, right = scope.index(node.left), scope.index(node.right)
    if left.name and right.name:
        scope.dims.agree(scope.range_of(left.name), scope.range_of(right.name))
    return scalar(kronecker(left, right))


def lower_indicator(node: Indicator, scope: Scope) -> Value:
    sides = [node.condition.left, node.condition.right]
    if node.condition.sign in ("=", "!=") and all(is_index(side, scope) for side in sides):
        delta = lower_delta(Delta(sides[0], sides[1]), scope)
        return delta if node.condition.sign == "=" else mapped(lambda entry: minus(number(1), entry), delta)
    return conditional(node.condition, scope, indicator)


def is_index(node: Expr, scope: Scope) -> bool:
    """Whether the side of an indicator is an index: a bound letter, or a letter that nothing else is."""
    if isinstance(node, Number):
        return node.value.denominator == 1 and node.value > 0
    if isinstance(node, Add):
        return all(is_index(term.operand if isinstance(term, Negative) else term, scope) for term in node.terms)
    if not isinstance(node, Name):
        return False
    known = named(node.name, scope) if node.name not in scope.bound else None
    return node.name in scope.bound or (node.name in LETTERS and known is None and node.name not in scope.sizes)


def conditional(relation: Relation, scope: Scope, use: Callable[[Condition], Term]) -> Value:
    """`use` of the condition; entry by entry where a side is an array."""
    values = [lower(relation.left, scope), lower(relation.right, scope)]
    shaped = next((value for value in values if value.rank), None)
    if shaped is not None:
        values = spread(values, shaped)
        if not same_shape(values[0], values[1], scope.dims):
            raise cannot_relate(relation, values[0], values[1], scope)
    return mapped(lambda left, right: use(Condition(relation.sign, left, right)), *values)


def cannot_relate(relation: Relation, left: Value, right: Value, scope: Scope) -> ShapeFault:
    one, two = shape_text(left, scope.dims), shape_text(right, scope.dims)
    return ShapeFault(
        say(
            f"{spelled(relation.left)} is {one}, but {spelled(relation.right)} is {two}",
            f"{spelled(relation.left)} 是{one},而 {spelled(relation.right)} 是{two}",
        ),
        relation,
    )


def lower_cases(node: Cases, scope: Scope) -> Value:
    values = [lower(value, scope) for value, _ in node.pieces]
    tests = [
        None if condition is None else conditional(condition, scope, lambda test: Piecewise(((ZERO, test),)))
        for _, condition in node.pieces
    ]
    shaped = next((value for value in [*values, *filter(None, tests)] if value.rank), None)
    if shaped is not None:
        values = spread(values, shaped)
        for value, (typed, _) in zip(values, node.pieces, strict=True):
            if not same_shape(value, shaped, scope.dims):
                raise cannot_relate(Relation("=", typed, node), value, shaped, scope)

    def entry(*parts: Term) -> Term:
        conditions: list[Condition | None] = []
        remaining = list(parts[len(values) :])
        for test in tests:
            piece = None if test is None else remaining.pop(0)
            conditions.append(piece.pieces[0][1] if isinstance(piece, Piecewise) else None)
        return Piecewise(tuple(zip(parts, conditions, strict=False)))

    return mapped(entry, *values, *filter(None, tests))


def lower_expectation(node: Expectation, scope: Scope) -> Value:
    values = [lower(argument, scope) for argument in node.args]
    under = None if node.under is None else lower(node.under, scope)
    return calls.expectation(node, values, under, scope)


def lower_limit(node: Limit, scope: Scope) -> Value:
    to = lower(node.to, scope)
    return mapped(lambda entry: LimitOf(node.variable, to.entry, entry), lower(node.body, scope))


def lower_derivative(node: Derivative, scope: Scope) -> Value:
    return calculus.derivative(node, lower(node.of, scope), [variable(by, scope) for by in node.by], scope)


def lower_gradient(node: Gradient, scope: Scope) -> Value:
    of = lower(node.of, scope)
    if node.by is not None:
        return calculus.derivative(node, of, [variable(node.by, scope)], scope)
    variables = calculus.own_variables(node.of, scope, lambda name: variable(Name(name), scope))
    return calculus.gradient(node, of, variables, scope)


def lower_hessian(node: HessianOf, scope: Scope) -> Value:
    of = lower(node.of, scope)
    if node.by is not None:
        return calculus.derivative(node, of, [variable(node.by, scope)] * 2, scope)
    variables = calculus.own_variables(node.of, scope, lambda name: variable(Name(name), scope))
    return calculus.hessian(node, of, variables, scope)


def variable(node: Expr, scope: Scope) -> calculus.Variable:
    """What is differentiated by: a name or an entry of one."""
    if isinstance(node, Transpose):
        node = node.operand
    value = lower(node, scope)
    atom = value.entry
    if not isinstance(atom, Atom):
        raise Fault(
            say(
                f"a derivative is taken by a name or an entry, not by {spelled(node)}",
                f"求导的变量应是一个名字或分量,而不是 {spelled(node)}",
            ),
            node,
        )
    return calculus.Variable(atom.name, value)


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
