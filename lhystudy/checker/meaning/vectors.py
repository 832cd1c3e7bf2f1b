"""Functions of vectors and matrices: softmax, norms, traces, determinants, entropies, extremes."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker.meaning import products
from lhystudy.checker.meaning.build import ONE, ZERO, apply, kronecker, minus, negative, number, quotient, root, times
from lhystudy.checker.meaning.counted import place_of_extreme, rank_of_matrix
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.scope import Scope
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
    spread,
)
from lhystudy.checker.nodes import Call, Expr, Name, Number
from lhystudy.checker.problem import LARGEST_SIZE
from lhystudy.checker.terms import Atom, Condition, Determinant, Dim, Extreme, Index, Piecewise, Special, Term
from lhystudy.words import say


def expect(node: Call, args: list[Value], count: int) -> None:
    if len(args) != count:
        raise NameFault(
            say(
                f"{node.function} takes {count} argument{'s' * (count != 1)}, not {len(args)}",
                f"{node.function} 应有 {count} 个自变量，而不是 {len(args)} 个",
            ),
            node,
        )


def vector(node: Call, value: Value, scope: Scope) -> Value:
    if value.rank != 1:
        raise ShapeFault(
            say(
                f"{node.function} takes a vector, not {shape_text(value, scope.dims)}",
                f"{node.function} 的自变量应是向量，而不是{shape_text(value, scope.dims)}",
            ),
            node,
        )
    return value


def square(node: Call, value: Value, scope: Scope) -> Value:
    if value.rank != 2 or not scope.dims.agree(*value.dims):
        raise ShapeFault(
            say(
                f"{node.function} takes a square matrix, not {shape_text(value, scope.dims)}",
                f"{node.function} 的自变量应是方阵，而不是{shape_text(value, scope.dims)}",
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
    if len(args) != 2:
        expect(node, args, 1)
        return norm(args[0])
    value, order = vector(node, args[0], scope), args[1].entry
    sizes = mapped(lambda entry: apply("abs", entry), value)
    if order == ONE:
        return scalar(products.contracted(value.dims[0], sizes.at))
    if order == Special("inf"):
        return scalar(Extreme("max", sizes.array))
    if order == number(2):
        return norm(value)
    raise Unsupported(say("only the norms 1, 2 and inf are worked out", "只计算 1、2 与 inf 范数"), node)


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
                f"{node.function} 的两个向量应等长，而不是{one}和{two}",
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
    if isinstance(node, Number) and node.value > LARGEST_SIZE:
        raise ShapeFault(say(f"a size is at most {LARGEST_SIZE}", f"维数最大为 {LARGEST_SIZE}"), node)
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
                f"{node.function}：{spelled(typed)} 是{one}，另一个自变量是{two}",
            ),
            typed,
        )


def rank(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    if args[0].rank != 2:
        raise ShapeFault(
            say(
                f"rank takes a matrix, not {shape_text(args[0], scope.dims)}",
                f"rank 的自变量应是矩阵，而不是{shape_text(args[0], scope.dims)}",
            ),
            node,
        )
    return rank_of_matrix(node, scope.setting.expansion(dims=scope.dims).value(scope.settled_value(args[0])))


def place_of_largest(node: Call, args: list[Value], scope: Scope) -> Value:
    expect(node, args, 1)
    return place_of_extreme(vector(node, args[0], scope), ">" if node.function == "argmax" else "<")


def unjudged(node: Call, args: list[Value], scope: Scope) -> Value:
    raise Unsupported(say(f"{node.function} is read, but not worked out", f"能读懂 {node.function}，但无法推算"), node)


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
    "rank": rank,
    "argmax": place_of_largest,
    "argmin": place_of_largest,
}
