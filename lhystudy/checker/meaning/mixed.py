"""Entries at the sum or difference of two indices, such as the x_{i+k} of a convolution."""

from __future__ import annotations

from lhystudy.checker.meaning.build import ONE, ZERO, negative, number, plus, quotient
from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.nodes import Add, Expr, Name, Negative
from lhystudy.checker.terms import Condition, Dim, Index, Piecewise, Place, SumOver, Term


def mixed(expr: Expr) -> bool:
    """Whether a subscript names more than one index, each once."""
    terms = map(bare, expr.terms) if isinstance(expr, Add) else ()
    letters = [term.name for term in terms if isinstance(term, Name)]
    return len(letters) == len(set(letters)) > 1


def bare(term: Expr) -> Expr:
    return term.operand if isinstance(term, Negative) else term


def entry_at(value: Value, subscripts: tuple[Expr, ...], scope: Scope) -> Term:
    """The entry, which is undefined where a mixed index lies outside of its dimension."""
    places = {axis: total(expr, scope) for axis, expr in enumerate(subscripts) if mixed(expr)}
    own = {axis: fresh() for axis in places}
    term = value.at(*(Index(own[axis]) if axis in own else scope.index(expr) for axis, expr in enumerate(subscripts)))
    for axis, at in places.items():
        term = picked(term, own[axis], at, scope.dims.find(value.dims[axis]))
    return term


def total(expr: Expr, scope: Scope) -> Term:
    """The subscript as a number."""
    parts = []
    for term in expr.terms if isinstance(expr, Add) else (expr,):
        index = scope.index(bare(term))
        if index.name:
            scope.range_of(index.name)
        part: Term = Place(index) if index.name else number(index.shift)
        parts.append(negative(part) if isinstance(term, Negative) else part)
    return plus(*parts)


def picked(term: Term, own: str, at: Term, dim: Dim) -> Term:
    """The term at the one place of its index `own` that the number names: a mean over the places that are it."""

    def over(body: Term) -> Term:
        return SumOver(own, dim, Piecewise(((body, Condition("=", Place(Index(own)), at)), (ZERO, None))))

    return quotient(over(term), over(ONE))
