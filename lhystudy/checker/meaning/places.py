"""Entries at a place to work out: the x_{i+k} of a convolution, the last x_N, a_t for a whole t that is given."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.checker.meaning.build import ONE, ZERO, negative, number, plus, quotient
from lhystudy.checker.meaning.replace import fresh, names
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.nodes import Add, Entry, Expr, Name, Negative, Number
from lhystudy.checker.reading.symbols import INDEX_LETTERS
from lhystudy.checker.terms import Atom, Condition, Const, Dim, Fact, Index, Piecewise, Place, Size, SumOver, Term


def mixed(expr: Expr) -> bool:
    """Whether a subscript names more than one index, each once."""
    terms = map(bare, expr.terms) if isinstance(expr, Add) else ()
    letters = [term.name for term in terms if isinstance(term, Name)]
    return len(letters) == len(set(letters)) > 1


def reckoned(expr: Expr, dim: Dim, scope: Scope) -> bool:
    """Whether a subscript is a number to work out: a mixed one, or one that names a length or a given whole number."""
    match expr:
        case Name(name) | Add((Name(name), Number() | Negative(Number()))):
            last = name == scope.dims.find(dim) and not (isinstance(expr, Add) and isinstance(expr.terms[1], Number))
            return name not in scope.bound and (last or whole(name, scope) and not counts(name, scope))
    return mixed(expr)


def whole(name: str, scope: Scope) -> bool:
    """Whether the name was declared a whole number, and is no letter that the definition at hand is given at."""
    symbol = scope.setting.problem.symbols.get(name)
    return symbol is not None and symbol.type == "integer" and name not in scope.own


def counts(name: str, scope: Scope) -> bool:
    """Whether the name is a declared whole number of which no more is given than that it is positive, and stands as a
    subscript in the statement: then both are the same index. So are the letters that a definition is given at."""
    if not whole(name, scope):
        return name in scope.own
    about = [fact for fact in scope.setting.facts if name in names(fact.left) | names(fact.right)]
    free = name not in scope.setting.defined and all(_positive(fact, name) for fact in about)
    return free and name in INDEX_LETTERS & scope.letters


def _positive(fact: Fact, name: str) -> bool:
    low = fact.right.value if fact.left == Atom(name) and isinstance(fact.right, Const) else None
    return low is not None and ((fact.sign == ">=" and low <= 1) or (fact.sign == ">" and low < 1))


def bare(term: Expr) -> Expr:
    return term.operand if isinstance(term, Negative) else term


def entry_at(value: Value, subscripts: tuple[Expr, ...], scope: Scope) -> Term:
    """The entry, which is undefined where such a subscript lies outside of its dimension."""
    places = {
        axis: total(expr, scope, dim)
        for axis, (expr, dim) in enumerate(zip(subscripts, value.dims, strict=True))
        if reckoned(expr, dim, scope)
    }
    own = {axis: fresh() for axis in places}
    term = value.at(*(Index(own[axis]) if axis in own else scope.index(expr) for axis, expr in enumerate(subscripts)))
    for axis, at in places.items():
        term = picked(term, own[axis], at, scope.dims.find(value.dims[axis]))
    return term


def at_any(entry: Entry, value: Value, scope: Scope) -> tuple[Entry, list[tuple[str, Term, Dim]]]:
    """The entry with an index of its own for each place to work out, and these: index, place and dimension."""
    indices: list[Expr] = []
    places: list[tuple[str, Term, Dim]] = []
    for index, dim in zip(entry.indices, value.dims, strict=True):
        if reckoned(index, dim, scope):
            own = fresh()
            scope.bound[own] = own
            places.append((own, total(index, scope, dim), scope.dims.find(dim)))
            index = Name(own, span=index.span)
        indices.append(index)
    return replace(entry, indices=tuple(indices)), places


def total(expr: Expr, scope: Scope, dim: Dim = "") -> Term:
    """The subscript as a number; the name of the dimension that it runs along is its length."""
    parts = []
    for term in expr.terms if isinstance(expr, Add) else (expr,):
        part = _number(bare(term), scope, dim)
        parts.append(negative(part) if isinstance(term, Negative) else part)
    return plus(*parts)


def _number(expr: Expr, scope: Scope, dim: Dim) -> Term:
    if isinstance(expr, Name) and reckoned(expr, dim, scope):
        return Size(expr.name) if expr.name == scope.dims.find(dim) else Atom(expr.name)
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
