"""Products, powers and transposes by shape: what `a b` means for scalars, vectors, rows and matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lhystudy.checker.meaning.build import ZERO, kronecker, number, plus, power, times
from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import (
    ShapeFault,
    Value,
    built,
    mapped,
    same_shape,
    scalar,
    shape_text,
    spelled,
    spelled_dim,
    spread,
)
from lhystudy.checker.meaning.undeclared import declaration_due
from lhystudy.checker.nodes import Add, Call, Expr, Name, Negative, Node, Norm, Number, Power, Product, Transpose
from lhystudy.checker.terms import Array, Const, Dim, Index, InverseEntry, SumOver, Term
from lhystudy.words import say

LARGEST_POWER = 64  # of a matrix


def total(node: Add, values: list[Value], scope: Scope) -> Value:
    """The sum of values of one shape, numbers standing alone spread. Raises ShapeFault with the likely repair."""
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
    declared, repair = declaration_due(node, scope), ""
    if not value.rank:
        bare = term.operand if isinstance(term, Negative) else term
        ones = Call("ones", (Name(spelled_dim(scope.dims.find(shaped.dims[0]))),))
        by = spelled(Product(bare, Name("I") if shaped.rank == 2 else ones))
        repair = say(f"; did you mean {by}?", f"；是否想写 {by}？")
    elif value.rank == shaped.rank == 1 and value.row != shaped.row:
        repair = say("; one of them is transposed", "；其中一个被转置了")
    return ShapeFault(
        say(
            f"{spelled(term)} is {one} and {spelled(other)} is {two}: they cannot be added{declared or repair}",
            f"{spelled(term)} 是{one}，{spelled(other)} 是{two}，不能相加{declared or repair}",
        ),
        term,
    )


def product(node: Product, left: Value, right: Value, scope: Scope) -> Value:
    """The product that the shapes make of it. Raises ShapeFault with both shapes and the likely repair."""
    if not left.rank or not right.rank:
        return mapped(times, left, right)
    if node.mark == "hadamard":
        if not same_shape(left, right, scope.dims):
            raise misfit(node, left, right, scope)
        return mapped(times, left, right)
    if left.rank > 2 or right.rank > 2:
        raise misfit(node, left, right, scope)
    if left.rank == right.rank == 1:
        return of_vectors(node, left, right, scope)
    return of_matrices(node, left, right, scope)


def of_vectors(node: Product, left: Value, right: Value, scope: Scope) -> Value:
    if right.row and not left.row:
        return built((*left.dims, *right.dims), lambda i, j: times(left.at(i), right.at(j)))
    fits = (left.row and not right.row) or node.mark == "dot"
    if not fits or not scope.dims.agree(left.dims[0], right.dims[0]):
        raise misfit(node, left, right, scope)
    return scalar(contracted(left.dims[0], lambda k: times(left.at(k), right.at(k))))


def of_matrices(node: Product, left: Value, right: Value, scope: Scope) -> Value:
    inner_left, inner_right = left.dims[-1], right.dims[0]
    turned = (left.rank == 1 and not left.row) or (right.rank == 1 and right.row)
    if turned or not scope.dims.agree(inner_left, inner_right):
        raise misfit(node, left, right, scope)
    dims = (*left.dims[:-1], *right.dims[1:])

    def entry(*places: Index) -> Term:
        before, after = places[: left.rank - 1], places[left.rank - 1 :]
        return contracted(inner_left, lambda k: times(left.at(*before, k), right.at(k, *after)))

    return built(dims, entry, row=left.rank == 1)


def contracted(dim: Dim, body: Callable[[Index], Term]) -> Term:
    """The sum over a new index k of what `body` answers for k."""
    own = fresh()
    return SumOver(own, dim, body(Index(own)))


def misfit(node: Product, left: Value, right: Value, scope: Scope) -> ShapeFault:
    a, b = spelled(node.left), spelled(node.right)
    one, two = shape_text(left, scope.dims), shape_text(right, scope.dims)
    repair = likely(node, left, right, scope)
    return ShapeFault(
        say(
            f"{a} is {one} and {b} is {two}: they have no such product{repair and '; did you mean ' + repair + '?'}",
            f"{a} 是{one}，{b} 是{two}，不能这样相乘{repair and '；是否想写 ' + repair + '？'}",
        ),
        node,
    )


def likely(node: Product, left: Value, right: Value, scope: Scope) -> str:
    """A product of the same two that fits, or nothing."""
    a, b = node.left, node.right
    if left.rank == right.rank == 1 and scope.dims.find(left.dims[0]) == scope.dims.find(right.dims[0]):
        entrywise, dot = spelled(Product(a, b, "hadamard")), spelled(Product(turned(a), b))
        return entrywise if left.row or right.row else f"{entrywise} / {dot}"
    pairs = [(turned(a), b), (a, turned(b)), (b, a), (turned(b), a)]
    values = [(transposed(left), right), (left, transposed(right)), (right, left), (transposed(right), left)]
    standing = left.rank == 1 and not left.row
    for place in (2, 3, 0, 1) if standing else (0, 1):
        if left.rank + right.rank > 2 and fits(*values[place], scope):
            return spelled(Product(*pairs[place]))
    return ""


def turned(node: Expr) -> Expr:
    return node.operand if isinstance(node, Transpose) else Transpose(node)


def fits(left: Value, right: Value, scope: Scope) -> bool:
    """Whether two arrays, one of them a matrix at least, have a product."""
    standing = (left.rank == 1 and not left.row) or (right.rank == 1 and right.row)
    return not standing and scope.dims.find(left.dims[-1]) == scope.dims.find(right.dims[0])


def transposed(value: Value) -> Value:
    if value.rank == 1:
        return replace(value, row=not value.row)
    if value.rank == 2:
        (i, j), (m, n) = value.indices, value.dims
        return replace(value, array=Array((j, i), (n, m), value.entry))
    return value


def norm_squared(value: Value) -> Term:
    """The sum of the squares of the entries."""
    total = power(value.entry, number(2))
    for index, dim in reversed(list(zip(value.indices, value.dims, strict=True))):
        own = fresh()
        total = SumOver(own, dim, Value(Array((index,), (dim,), total)).at(Index(own)))
    return total


def raised(node: Power, base: Value, exponent: Value, scope: Scope) -> Value:
    """base ** exponent: of scalars, or a whole power of a square matrix."""
    a = spelled(node.base)
    if exponent.rank:
        raise ShapeFault(
            say(
                f"an exponent is a scalar, not {shape_text(exponent, scope.dims)}",
                f"指数应是标量，而不是{shape_text(exponent, scope.dims)}",
            ),
            node.exponent,
        )
    if not base.rank:
        return mapped(power, base, exponent)
    whole = exponent.entry.value if isinstance(exponent.entry, Const) else None
    if base.rank == 2 and whole is not None and whole.denominator == 1 and abs(whole) <= LARGEST_POWER:
        if not scope.dims.agree(*base.dims):
            raise ShapeFault(
                say(
                    f"{a} is {shape_text(base, scope.dims)}: only a square matrix has powers",
                    f"{a} 是{shape_text(base, scope.dims)}，只有方阵才有幂",
                ),
                node,
            )
        return whole_power(base, int(whole))
    repair = spelled(Product(node.base, node.base, "hadamard"))
    if base.rank == 1:
        repair += say(" or ", " 或 ") + spelled(Power(Norm(node.base), node.exponent))
    squared = isinstance(node.exponent, Number) and node.exponent.value == 2
    hint = say(f"; did you mean {repair}?", f"；是否想写 {repair}？") if squared else ""
    raise ShapeFault(
        say(
            f"{a} is {shape_text(base, scope.dims)}: it has no such power{hint}",
            f"{a} 是{shape_text(base, scope.dims)}，没有这样的幂{hint}",
        ),
        node,
    )


def whole_power(base: Value, exponent: int) -> Value:
    if exponent == 0:
        return built(base.dims, kronecker)
    one = inverse_matrix(base) if exponent < 0 else base
    result = one
    for _ in range(abs(exponent) - 1):
        result = matrix_product(result, one)
    return result


def matrix_product(left: Value, right: Value) -> Value:
    def entry(i: Index, j: Index) -> Term:
        return contracted(left.dims[1], lambda k: times(left.at(i, k), right.at(k, j)))

    return built((left.dims[0], right.dims[1]), entry)


def inverse_matrix(value: Value) -> Value:
    return built(value.dims, lambda i, j: InverseEntry(value.array, i, j))
