"""Derivatives of polynomials as one would write them, so that a hint shows `x` and not `∂(w x + b)/∂w`."""

from __future__ import annotations

from lhystudy.checker.mistakes.edit import ONE, ZERO, negated, product, total
from lhystudy.checker.nodes import (
    Add,
    Call,
    Derivative,
    Entry,
    Expr,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    walk,
)
from lhystudy.checker.problem import Problem


def slope(node: Expr, by: Expr, problem: Problem) -> Expr:
    """The derivative of the expression, worked out where it is a polynomial in scalars, else left as ∂…/∂…."""
    worked_out = _slope(node, by, problem)
    return Derivative(node, (by,)) if worked_out is None else worked_out


def _slope(node: Expr, by: Expr, problem: Problem) -> Expr | None:
    if node == by:
        return ONE
    if free_of(node, by, problem):
        return ZERO
    match node:
        case Negative(operand):
            inner = _slope(operand, by, problem)
            return None if inner is None else negated(inner)
        case Add(terms):
            slopes = [_slope(term, by, problem) for term in terms]
            return None if None in slopes else total(*(each for each in slopes if each is not None))
        case Product(left, right, "" | "*" | "dot"):
            return _of_product(left, right, by, problem)
        case Quotient(top, bottom) if free_of(bottom, by, problem):
            inner = _slope(top, by, problem)
            return None if inner is None else Quotient(inner, bottom)
        case Power(base, Number(value, None)) if value.denominator == 1 and value > 1:
            inner = _slope(base, by, problem)
            lowered = base if value == 2 else Power(base, Number(value - 1))
            return None if inner is None else product(product(Number(value), lowered), inner)
        case Call(function, (argument,), primes) if function in problem.symbols:
            inner = _slope(argument, by, problem)
            return None if inner is None else product(Call(function, (argument,), primes + 1), inner)
    return None


def _of_product(left: Expr, right: Expr, by: Expr, problem: Problem) -> Expr | None:
    first, second = _slope(left, by, problem), _slope(right, by, problem)
    if first is None or second is None:
        return None
    terms = []
    if first != ZERO:
        terms.append(right if first == ONE else product(first, right))
    if second != ZERO:
        terms.append(left if second == ONE else product(left, second))
    return total(*terms)


def free_of(node: Expr, by: Expr, problem: Problem) -> bool:
    """Whether nothing in the expression depends on the variable: plain scalars and numbers other than it."""
    own = by.of if isinstance(by, Entry) else by
    for part in walk(node):
        if part == own:
            return False
        if isinstance(part, Name):
            symbol = problem.symbols.get(part.name)
            if problem.definition(part.name) is not None or (symbol is not None and symbol.rank):
                return False
    return all(not isinstance(part, Entry | Derivative) for part in walk(node)) or not isinstance(by, Entry)
