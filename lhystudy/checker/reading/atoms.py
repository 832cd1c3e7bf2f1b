"""Nodes that stand by themselves: numbers, names, brackets, collections, conditions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lhystudy.checker.nodes import (
    Absolute,
    Call,
    Cases,
    ColumnVector,
    Expectation,
    Expr,
    Indicator,
    MatrixOf,
    Name,
    Norm,
    Number,
    Point,
    Power,
    Quotient,
    Relation,
    SetOf,
    Span,
)
from lhystudy.checker.reading.actions import Building, action
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say


@action
def number(building: Building, span: Span, token: Token) -> Number:
    value, digits = token.value
    return Number(value, digits, span=span)


@action
def name(building: Building, span: Span, token: Token) -> Expr:
    return token.value  # type: ignore[no-any-return]


@action
def fraction(
    building: Building, span: Span, sign: Token, l1: Token, top: Expr, r1: Token, l2: Token, bottom: Expr, r2: Token
) -> Quotient:
    return Quotient(top, bottom, bar=True, span=span)


@action
def root(
    building: Building, span: Span, sign: Token, l1: Token, degree: Expr, r1: Token, l2: Token, base: Expr, r2: Token
) -> Power:
    return Power(base, Quotient(Number(Fraction(1)), degree), span=span)


@action
def absolute(building: Building, span: Span, left: Token, inner: Expr, right: Token) -> Absolute:
    return Absolute(inner, span=span)


@action
def norm(building: Building, span: Span, left: Token, inner: Expr, right: Token) -> Expr:
    """Euclid's, or norm(x, 1) and norm(x, inf) for ‖x‖_1 and ‖x‖_∞."""
    if right.value in ("1", "inf"):
        order: Expr = Number(Fraction(1), span=span) if right.value == "1" else Name("inf", span=span)
        return Call("norm", (inner, order), span=span)
    return Norm(inner, span=span)


@action
def point(
    building: Building, span: Span, left: Token, first: Expr, comma: Token, rest: tuple[Expr, ...], right: Token
) -> Point:
    return Point((first, *rest), span=span)


@action
def column(building: Building, span: Span, left: Token, arguments: tuple[Expr, ...], right: Token) -> Expr:
    """[1, 2, 3] is a column; [x + 1] with one entry a bracket."""
    if len(arguments) == 1:
        building.bracketed.add(id(arguments[0]))
        return arguments[0]
    return ColumnVector(arguments, span=span)


@action
def set_of(building: Building, span: Span, left: Token, arguments: tuple[Expr, ...], right: Token) -> SetOf:
    return SetOf(arguments, span=span)


@action
def matrix(building: Building, span: Span, left: Token, rows: tuple[tuple[Expr, ...], ...], right: Token) -> Expr:
    """Rows of one length; a bmatrix of one column is a vector."""
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        wrong = next(row for row in rows if len(row) != len(rows[0]))
        raise Unreadable(
            say(
                f"this row is {len(wrong)} long, the first {len(rows[0])}",
                f"这一行有 {len(wrong)} 个元素，第一行有 {len(rows[0])} 个",
            ),
            wrong[0].span.start + 1,
        )
    if left.value == "environment" and widths == {1} and len(rows) > 1:
        return ColumnVector(tuple(row[0] for row in rows), span=span)
    return MatrixOf(rows, span=span)


@action
def cases(building: Building, span: Span, left: Token, pieces: tuple[Any, ...], right: Token) -> Cases:
    return Cases(pieces, span=span)


@action
def piece(building: Building, span: Span, value: Expr, cell: Token, condition: Relation) -> tuple[Expr, Relation]:
    return value, condition


@action
def piece_otherwise(building: Building, span: Span, value: Expr, cell: Token) -> tuple[Expr, None]:
    return value, None


@action
def expectation(building: Building, span: Span, sign: Token, arguments: tuple[Expr, ...], right: Token) -> Expectation:
    kind, under = sign.value
    wanted = 2 if kind == "Cov" else 1
    if len(arguments) != wanted:
        raise Unreadable(
            say(
                f"{kind} takes {wanted} argument{'s' * (wanted > 1)}, not {len(arguments)}",
                f"{kind} 应有 {wanted} 个自变量，却有 {len(arguments)} 个",
            ),
            span.start + 1,
        )
    return Expectation(kind, arguments, under, span=span)


@action
def indicator(building: Building, span: Span, left: Token, condition: Relation, right: Token) -> Indicator:
    return Indicator(condition, span=span)


# ---- lists ---------------------------------------------------------------------------------------


@action
def list_first(building: Building, span: Span, item: Any) -> tuple[Any, ...]:
    return (item,)


@action
def list_more(building: Building, span: Span, items: tuple[Any, ...], separator: Token, item: Any) -> tuple[Any, ...]:
    return (*items, item)
