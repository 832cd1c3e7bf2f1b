"""Entries at the sum or difference of two indices, as x_{i+k} in a convolution, or at a length, as the last x_N."""

from __future__ import annotations

from lhystudy.checker.meaning.build import ONE, ZERO, negative, number, plus, quotient
from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.nodes import Add, Expr, Name, Negative, Number
from lhystudy.checker.terms import Condition, Dim, Index, Piecewise, Place, Size, SumOver, Term


def mixed(expr: Expr) -> bool:
    """Whether a subscript names more than one index, each once."""
    terms = map(bare, expr.terms) if isinstance(expr, Add) else ()
    letters = [term.name for term in terms if isinstance(term, Name)]
    return len(letters) == len(set(letters)) > 1


def at_length(expr: Expr, dim: Dim, scope: Scope) -> bool:
    """Whether a subscript names the length of the very dimension that it runs along: the last place, or one before."""
    match expr:
        case Name(name) | Add((Name(name), Negative(Number()))):
            return name == scope.dims.find(dim) and name not in scope.bound
    return False


def bare(term: Expr) -> Expr:
    return term.operand if isinstance(term, Negative) else term


def entry_at(value: Value, subscripts: tuple[Expr, ...], scope: Scope) -> Term:
    """The entry, which is undefined where such a subscript lies outside of its dimension."""
    places = {
        axis: total(expr, scope, dim)
        for axis, (expr, dim) in enumerate(zip(subscripts, value.dims, strict=True))
        if mixed(expr) or at_length(expr, dim, scope)
    }
    own = {axis: fresh() for axis in places}
    term = value.at(*(Index(own[axis]) if axis in own else scope.index(expr) for axis, expr in enumerate(subscripts)))
    for axis, at in places.items():
        term = picked(term, own[axis], at, scope.dims.find(value.dims[axis]))
    return term


def total(expr: Expr, scope: Scope, dim: Dim = "") -> Term:
    """The subscript as a number; the name of the dimension that it runs along is its length."""
    parts = []
    for term in expr.terms if isinstance(expr, Add) else (expr,):
        part = Size(str(dim)) if at_length(bare(term), dim, scope) else _number(bare(term), scope)
        parts.append(negative(part) if isinstance(term, Negative) else part)
    return plus(*parts)


def _number(expr: Expr, scope: Scope) -> Term:
    index = scope.index(expr)
    if not index.name:
        return number(index.shift)
    scope.range_of(index.name)
    return Place(index)


def picked(term: Term, own: str, at: Term, dim: Dim) -> Term:
    """The term at the one place of its index `own` that the number names: a mean over the places that are it."""

    def over(body: Term) -> Term:
        return SumOver(own, dim, Piecewise(((body, Condition("=", Place(Index(own)), at)), (ZERO, None))))

    return quotient(over(term), over(ONE))
