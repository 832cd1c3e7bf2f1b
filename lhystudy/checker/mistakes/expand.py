"""Brackets multiplied out: the terms that a sum of products comes to, like ones put together."""

from __future__ import annotations

from fractions import Fraction

from lhystudy.checker.mistakes.edit import ONE, product, whole
from lhystudy.checker.nodes import Add, Expr, Negative, Number, Power, Product, Quotient, Sum

MOST = 24  # terms
Monomials = dict[tuple[Expr, ...], Fraction]  # the factors, in order -> the number in front


def expanded_terms(node: Expr) -> list[Expr]:
    """The terms of the expression with its brackets multiplied out; nothing where they are too many."""
    found = monomials(node)
    if found is None:
        return []
    return [written(coefficient, factors) for factors, coefficient in found.items() if coefficient]


def written(coefficient: Fraction, factors: tuple[Expr, ...]) -> Expr:
    body: Expr = ONE
    for factor in factors:
        body = product(body, factor)
    size = abs(coefficient)
    if size.numerator != 1 or not factors:
        body = product(whole(size.numerator), body)
    if size.denominator != 1:
        body = Quotient(body, whole(size.denominator))
    return Negative(body) if coefficient < 0 else body


def monomials(node: Expr) -> Monomials | None:
    match node:
        case Number(value):
            return {(): value}
        case Negative(operand):
            return scaled(monomials(operand), Fraction(-1))
        case Add(terms):
            return added([monomials(term) for term in terms])
        case Product(left, right, "" | "*"):
            return multiplied(monomials(left), monomials(right))
        case Quotient(top, Number(value)) if value:
            return scaled(monomials(top), 1 / value)
        case Quotient(top, bottom) if top != ONE:
            return multiplied(monomials(top), {(Quotient(ONE, bottom),): Fraction(1)})
        case Power(Add() as base, Number(value)) if value == 2:
            inner = monomials(base)
            return multiplied(inner, inner)
        case Sum(binders, body):
            inner = monomials(body)
            if inner is None:
                return None
            return {(Sum(binders, written(Fraction(1), factors)),): value for factors, value in inner.items()}
    return {(node,): Fraction(1)}


def scaled(found: Monomials | None, by: Fraction) -> Monomials | None:
    return None if found is None else {factors: value * by for factors, value in found.items()}


def added(parts: list[Monomials | None]) -> Monomials | None:
    total: Monomials = {}
    for part in parts:
        if part is None:
            return None
        for factors, value in part.items():
            total[factors] = total.get(factors, Fraction(0)) + value
    return total if len(total) <= MOST else None


def multiplied(one: Monomials | None, other: Monomials | None) -> Monomials | None:
    if one is None or other is None or len(one) * len(other) > MOST:
        return None
    return added([{ordered(a + b): x * y} for a, x in one.items() for b, y in other.items()])


def ordered(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The factors with equal ones side by side, as powers."""
    counts: dict[Expr, int] = {}
    for factor in factors:
        base, exponent = split(factor)
        counts[base] = counts.get(base, 0) + exponent
    made = [base if count == 1 else Power(base, whole(count)) for base, count in counts.items()]
    return tuple(sorted(made, key=repr))


def split(factor: Expr) -> tuple[Expr, int]:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value in range(2, 9):
        return factor.base, int(factor.exponent.value)
    return factor, 1
