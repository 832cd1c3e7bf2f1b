"""Explicit vectors and matrices, deltas, conditions and cases, from parts that are lowered already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lhystudy.checker.meaning.build import kronecker
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
    spread,
)
from lhystudy.checker.nodes import Cases, Expr, MatrixOf, Relation
from lhystudy.checker.terms import Condition, Index, Pick, Piecewise, Term
from lhystudy.words import say


def column(entries: list[Term]) -> Value:
    return built((len(entries),), lambda place: Pick(tuple(entries), place))


def entry(node: Expr, value: Value, scope: Scope) -> Term:
    """The scalar that an entry has to be. Raises ShapeFault."""
    if value.rank:
        raise ShapeFault(
            say(
                f"{spelled(node)} is {shape_text(value, scope.dims)}: an entry is a scalar",
                f"{spelled(node)} 是{shape_text(value, scope.dims)}，而分量应是标量",
            ),
            node,
        )
    return value.entry


def matrix(node: MatrixOf, rows: list[list[Term]]) -> Value:
    """The matrix; one of a single column is a vector, one of a single row a row."""
    if len({len(row) for row in rows}) != 1:
        raise ShapeFault(say("the rows of this matrix differ in length", "矩阵各行的长度不同"), node)
    if len(rows[0]) == 1 and len(rows) > 1:
        return column([row[0] for row in rows])
    if len(rows) == 1 and len(rows[0]) > 1:
        return built((len(rows[0]),), lambda place: Pick(tuple(rows[0]), place), row=True)
    tuples = [tuple(row) for row in rows]
    return built((len(rows), len(rows[0])), lambda i, j: Pick(tuple(Pick(row, j) for row in tuples), i))


def delta(left: Index, right: Index, scope: Scope) -> Value:
    if left.name and right.name:
        scope.dims.agree(scope.range_of(left.name), scope.range_of(right.name))
    return scalar(kronecker(left, right))


def conditional(
    chain: tuple[Relation, ...], sides: list[tuple[Value, Value]], scope: Scope, use: Callable[[Condition], Term]
) -> Value:
    """`use` of the condition that all relations of the chain hold; entry by entry where a side is an array."""
    values = [value for pair in sides for value in pair]
    shaped = next((value for value in values if value.rank), None)
    if shaped is not None:
        values = spread(values, shaped)
        for relation, left, right in zip(chain, values[::2], values[1::2], strict=True):
            if not (same_shape(left, shaped, scope.dims) and same_shape(right, shaped, scope.dims)):
                raise cannot_relate(relation, left, right, scope)

    def joined(*entries: Term) -> Term:
        tests = [
            Condition(relation.sign, left, right)
            for relation, left, right in zip(chain, entries[::2], entries[1::2], strict=True)
        ]
        return use(replace(tests[0], both=tuple(tests[1:])))

    return mapped(joined, *values)


def cannot_relate(relation: Relation, left: Value, right: Value, scope: Scope) -> ShapeFault:
    one, two = shape_text(left, scope.dims), shape_text(right, scope.dims)
    return ShapeFault(
        say(
            f"{spelled(relation.left)} is {one}, but {spelled(relation.right)} is {two}",
            f"{spelled(relation.left)} 是{one}，而 {spelled(relation.right)} 是{two}",
        ),
        relation,
    )


def cases(node: Cases, values: list[Value], tests: list[Value | None], scope: Scope) -> Value:
    """The pieces with their conditions; each test is a Piecewise that carries one condition."""
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
