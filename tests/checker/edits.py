"""Every small edit of a relation, with its kind: signs, factors, terms, indices, transposes, powers, ranges, orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Delta,
    Derivative,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Product,
    ProductOver,
    Quotient,
    Relation,
    SetOf,
    Sign,
    Sum,
    Transpose,
)

Edit = tuple[str, Expr]  # its kind, and what stands there then

FAMILIES = (
    ("exp", "log", "sqrt", "softplus"),
    ("sin", "cos", "tan"),
    ("sigmoid", "tanh", "relu", "softplus"),
    ("max", "min"),
    ("abs", "sign"),
    ("tr", "det"),
    ("softmax", "sigmoid"),
    ("H", "H_2"),
)
TURNED: Mapping[str, tuple[Sign, ...]] = {
    "=": (),
    "<": (">", ">=", "="),
    "<=": (">=", ">", "="),
    ">": ("<", "<=", "="),
    ">=": ("<=", "<", "="),
}
ONE, TWO = Number(Fraction(1)), Number(Fraction(2))


@dataclass(frozen=True)
class Edits:
    """`letters` may stand in a subscript; `arrays` are the names with entries, `alike` those of one type."""

    letters: tuple[str, ...]
    arrays: frozenset[str]
    alike: Mapping[str, tuple[str, ...]]

    def of(self, relation: Relation, both_sides: bool) -> Iterator[tuple[str, Relation]]:
        """The relation with one edit: of its sign, its right side or, where there is one to edit, its left."""
        for sign in TURNED.get(relation.sign, ()):
            yield "relation", replace(relation, sign=sign)
        for kind, right in self.within(relation.right):
            yield kind, replace(relation, right=right)
        if not isinstance(relation.right, SetOf):
            yield "sign", replace(relation, right=Negative(relation.right))
            yield "added term", replace(relation, right=added(relation.right, ONE))
        if both_sides:
            for kind, left in self.within(relation.left):
                yield kind, replace(relation, left=left)

    def within(self, node: Expr) -> Iterator[Edit]:
        """The node with one edit somewhere in it."""
        yield from here(node)
        yield from self.names(node)
        for each in fields(node):
            child = getattr(node, each.name)
            if each.name in ("span", "binders", "by"):
                continue
            if isinstance(child, tuple) and child and isinstance(child[0], Node | tuple):
                yield from self.in_tuple(node, each.name, child)
            elif isinstance(child, Node) and not isinstance(child, Relation):
                for kind, edited in self.within(child):  # type: ignore[arg-type]
                    yield kind, with_field(node, each.name, edited)

    def in_tuple(self, node: Expr, name: str, children: tuple[Any, ...]) -> Iterator[Edit]:
        if isinstance(node, Entry) and name == "indices":
            return
        for place, child in enumerate(children):
            for kind, edited in self.of_child(child):
                yield kind, with_field(node, name, (*children[:place], edited, *children[place + 1 :]))

    def of_child(self, child: Any) -> Iterator[tuple[str, Any]]:
        """A child, or one of its own: a piece of a case has a value and a condition."""
        if isinstance(child, tuple):
            for place, part in enumerate(child):
                if part is None or isinstance(part, Relation):
                    continue
                for kind, edited in self.within(part):
                    yield kind, (*child[:place], edited, *child[place + 1 :])
        elif isinstance(child, Node) and not isinstance(child, Relation):
            yield from self.within(child)  # type: ignore[arg-type]

    def names(self, node: Expr) -> Iterator[Edit]:
        """Edits of what a name is: its index, its transpose, another name of the same type."""
        match node:
            case Entry(of, indices):
                for place, index in enumerate(indices):
                    for letter in self.letters if isinstance(index, Name) else ():
                        if index != Name(letter):
                            yield "index", Entry(of, (*indices[:place], Name(letter), *indices[place + 1 :]))
                    if isinstance(index, Number):
                        yield "index", Entry(of, (*indices[:place], Number(index.value + 1), *indices[place + 1 :]))
                if len(indices) == 2 and indices[0] != indices[1]:
                    yield "index", Entry(of, indices[::-1])
            case Delta(left, Name(name)):
                yield from (("index", Delta(left, Name(x))) for x in self.letters if x != name and left != Name(x))
            case Name(name):
                for other in self.alike.get(name, ()):
                    yield "name", Name(other)
                if name in self.arrays:
                    yield "transpose", Transpose(node)
                else:
                    yield "power", Power(node, TWO)


def with_field(node: Expr, name: str, value: Any) -> Expr:
    changes: dict[str, Any] = {name: value}
    return replace(node, **changes)


def added(node: Expr, term: Expr) -> Expr:
    return Add((*node.terms, term)) if isinstance(node, Add) else Add((node, term))


def here(node: Expr) -> Iterator[Edit]:
    match node:
        case Add(terms):
            yield from of_terms(terms)
        case Negative(operand):
            yield "sign", operand
        case Number(value):
            yield "constant", Number(value + 1)
            if value:
                yield "constant", Number(value * 2)
            if abs(value) > 1:
                yield "constant", Quotient(ONE, node)
        case Product(left, right, mark):
            yield "dropped factor", left
            yield "dropped factor", right
            yield "order", Product(right, left, mark)
            yield "added factor", Product(TWO, node)
            yield "function", Quotient(left, right)
        case Quotient(top, bottom):
            yield "dropped factor", top
            yield "inverse", Quotient(bottom, top)
            yield "inverse", Product(top, bottom)
            yield "added factor", Quotient(top, Product(TWO, bottom))
        case _:
            yield from of_marks(node)


def of_terms(terms: tuple[Expr, ...]) -> Iterator[Edit]:
    for place, term in enumerate(terms):
        before, after = terms[:place], terms[place + 1 :]
        flipped = term.operand if isinstance(term, Negative) else Negative(term)
        yield "sign", Add((*before, flipped, *after))
        rest = (*before, *after)
        yield "dropped term", rest[0] if len(rest) == 1 else Add(rest)
        yield "added term", Add((*terms, term))


def of_marks(node: Expr) -> Iterator[Edit]:
    match node:
        case Power(base, exponent):
            yield "power", base
            yield "power", Power(base, added(exponent, ONE))
            yield "power", Power(base, Negative(exponent))
        case Transpose(operand):
            yield "transpose", operand
        case Call():
            yield from of_call(node)
        case Absolute(operand) | Norm(operand):
            yield "function", operand
        case Delta():
            yield "dropped factor", ONE
        case Derivative(of, by):
            if len(by) > 1:
                yield "order", Derivative(of, by[::-1])
            yield "order of a derivative", Derivative(of, (*by, by[-1]))
        case Sum() | ProductOver():
            yield from of_sum(node)


def of_call(node: Call) -> Iterator[Edit]:
    function, args, primes = node.function, node.args, node.primes
    for family in FAMILIES:
        if function in family:
            yield from (("function", Call(other, args, primes)) for other in family if other != function)
    if primes:
        yield "function", Call(function, args, primes - 1)
    if len(args) == 1:
        yield "function", args[0]
        yield "power", Power(node, TWO)
    if len(args) == 2:
        yield "order", Call(function, args[::-1], primes)


def of_sum(node: Sum | ProductOver) -> Iterator[Edit]:
    binders, body = node.binders, node.body
    yield "range", body
    yield "function", ProductOver(binders, body) if isinstance(node, Sum) else Sum(binders, body)
    for place, binder in enumerate(binders):
        for other in other_ranges(binder):
            yield "range", replace(node, binders=(*binders[:place], other, *binders[place + 1 :]))


def other_ranges(binder: Binder) -> Iterator[Binder]:
    if binder.upper is not None:
        yield replace(binder, upper=added(binder.upper, Negative(ONE)))
        yield replace(binder, lower=added(binder.lower, ONE) if binder.lower is not None else TWO)
    if binder.excluding is not None:
        yield replace(binder, excluding=None)
    elif binder.lower is None and binder.upper is None:
        yield replace(binder, excluding=ONE)
        yield replace(binder, lower=TWO)
