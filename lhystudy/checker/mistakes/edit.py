"""Small edits of a typed tree: where they can be made, and what each one stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lhystudy.checker.nodes import (
    Add,
    Binder,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    walk,
)
from lhystudy.checker.problem import Definition, Problem

DEEPEST_DEFINITION = 4  # how many definitions are looked through for a shape

Rebuild = Callable[[Expr], Expr]
Holds = Callable[..., bool]  # (relation, *assumed relations) -> whether it is proved or agrees


@dataclass(frozen=True)
class Scene:
    """A refuted relation, what is known around it, and the judge of an edited one."""

    relation: Relation
    problem: Problem
    holds: Holds

    @property
    def right(self) -> Expr:
        return self.relation.right

    def with_right(self, right: Expr) -> Relation:
        """The relation with another right side."""
        return replace(self.relation, right=right)

    def definition(self, node: Expr) -> Definition | None:
        """What the name, or the array of the entry, was given as."""
        if isinstance(node, Entry):
            node = node.of
        return self.problem.definition(node.name) if isinstance(node, Name) else None

    def rank_of(self, node: Expr, depth: int = 0) -> int:
        """The rank that a name has, definitions looked through; 0 where nothing says it."""
        if not isinstance(node, Name):
            return 0
        symbol = self.problem.symbols.get(node.name)
        if symbol is not None:
            return symbol.rank
        definition = self.problem.definition(node.name)
        if definition is None:
            return 0
        if depth == DEEPEST_DEFINITION:
            return 0
        inside = [part for part in walk(definition.body) if isinstance(part, Name) and part != node]
        return len(definition.indices) or min(1, max((self.rank_of(part, depth + 1) for part in inside), default=0))

    def rank(self, name: str) -> int:
        """0 where nothing says that the name is an array."""
        symbol = self.problem.symbols.get(name)
        if symbol is not None:
            return symbol.rank
        definition = self.problem.definition(name)
        return len(definition.indices) if definition is not None else 0


@dataclass(frozen=True)
class Edit:
    """A change that may make the line true. The cheaper of two that do is the likelier slip."""

    kind: str
    relation: Relation
    at: Node  # the part of the typed line where the slip is
    cost: int
    rule: str  # what to think of, without giving it away
    applied: str  # the rule applied to this line
    assumed: tuple[Relation, ...] = field(default=())  # what would have to be given
    typed_as: Relation | None = None  # says that what was typed is one of the wrong forms; must hold too


def places(root: Expr, indices: bool = False) -> Iterator[tuple[Expr, Rebuild]]:
    """Every expression in the tree, outermost first, with the function that puts another in its place.

    Indices, binders and what a derivative is taken by are left out, unless `indices` asks for indices.
    """
    yield root, lambda new: new
    for each in fields(root):
        if isinstance(root, Entry) and isinstance(root.of, Name) and each.name == "of":
            continue
        if each.name in SKIPPED and not (indices and each.name in ("indices", "left", "right")):
            continue
        value = getattr(root, each.name)
        for part, put in _inside(value, indices):
            yield part, _in_field(root, each.name, put)


SKIPPED = frozenset({"span", "indices", "by", "binders", "under", "to"})


def _in_field(root: Expr, name: str, put: Callable[[Expr], Any]) -> Rebuild:
    return lambda new: replace(root, **{name: put(new)})


def _inside(value: Any, indices: bool) -> Iterator[tuple[Expr, Callable[[Expr], Any]]]:
    if isinstance(value, tuple):
        for place, part in enumerate(value):
            for node, put in _inside(part, indices):
                yield node, _in_tuple(value, place, put)
    elif isinstance(value, Relation):
        for side in ("left", "right"):
            for node, put in _inside(getattr(value, side), indices):
                yield node, _in_field(value, side, put)  # type: ignore[arg-type]
    elif isinstance(value, Node) and not isinstance(value, Binder):
        yield from places(value, indices)  # type: ignore[arg-type]


def _in_tuple(value: tuple[Any, ...], place: int, put: Callable[[Expr], Any]) -> Callable[[Expr], Any]:
    return lambda new: (*value[:place], put(new), *value[place + 1 :])


# ---- trees made simple as a person would write them ----------------------------------------------


def negated(node: Expr) -> Expr:
    """Minus the expression, written without two signs in a row."""
    if isinstance(node, Negative):
        return node.operand
    if isinstance(node, Number) and node.value == 0:
        return node
    if isinstance(node, Add):
        terms = tuple(map(negated, node.terms))
        first = next((place for place, term in enumerate(terms) if not isinstance(term, Negative)), 0)
        return Add((terms[first], *terms[:first], *terms[first + 1 :]), span=node.span)
    if isinstance(node, Product) and is_difference(node.right):
        return replace(node, right=negated(node.right))
    if isinstance(node, Product) and isinstance(node.left, Number | Negative | Product):
        left = negated(node.left)
        if not isinstance(left, Negative):
            return replace(node, left=left)
    return Negative(node, span=node.span)


def is_difference(node: Expr) -> bool:
    """Whether the expression is a sum with terms of both signs."""
    return isinstance(node, Add) and len({isinstance(term, Negative) for term in node.terms}) == 2


def product(left: Expr, right: Expr) -> Expr:
    """The two side by side, a factor of 1 left out and a sign put in front."""
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    if right == ONE:
        return left
    if isinstance(left, Negative):
        return negated(product(left.operand, right))
    if isinstance(right, Negative):
        return negated(product(left, right.operand))
    if isinstance(left, Product) and not isinstance(left, Number) and isinstance(right, Number):
        return Product(right, left)
    return Product(left, right)


def total(*terms: Expr) -> Expr:
    """The sum, sums inside it opened and zeros left out."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Add) else (term,))
    flat = [term for term in flat if not (isinstance(term, Number) and term.value == 0)]
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def terms_of(node: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or the one term that the expression is."""
    if isinstance(node, Negative) and isinstance(node.operand, Add):
        return tuple(map(negated, node.operand.terms))
    return node.terms if isinstance(node, Add) else (node,)


def factors(node: Expr) -> list[Expr]:
    """The factors of a product, in order; a quotient and anything else is one factor."""
    if isinstance(node, Product) and node.mark in ("", "*", "@"):
        return [*factors(node.left), *factors(node.right)]
    return [node]


def product_of(parts: list[Expr]) -> Expr:
    """The parts side by side, leftmost first."""
    made = parts[0]
    for part in parts[1:]:
        made = Product(made, part)
    return made


def scaled(node: Expr, top: Expr, bottom: Expr) -> Expr:
    """The expression times top/bottom, with a number in front changed rather than a second one written."""
    if isinstance(node, Negative):
        return negated(scaled(node.operand, top, bottom))
    if isinstance(top, Number) and isinstance(bottom, Number):
        ratio = top.value / bottom.value
        if isinstance(node, Quotient) and not isinstance(node.denominator, Number) and ratio.numerator == 1:
            return replace(node, denominator=product(Number(ratio.denominator / ONE.value), node.denominator))
        first, rest = _coefficient(node)
        value = first.value * ratio
        if value.denominator == 1:
            return product(Number(value), rest) if rest is not None else Number(value)
        whole = product(Number(type(value)(value.numerator)), rest) if rest is not None else Number(value)
        return Quotient(whole, Number(type(value)(value.denominator)))
    if isinstance(node, Quotient) and bottom == ONE:
        return replace(node, numerator=product(top, node.numerator))
    parts = factors(node)
    if top == ONE and len(parts) > 1 and bottom in parts:
        parts.remove(bottom)
        return product_of(parts)
    made = product(top, node)
    return made if bottom == ONE else Quotient(made, bottom)


def _coefficient(node: Expr) -> tuple[Number, Expr | None]:
    """The whole number in front and what it multiplies."""
    if isinstance(node, Number):
        return node, None
    if isinstance(node, Product) and node.mark in ("", "*"):
        first, rest = _coefficient(node.left)
        return first, (node.right if rest is None else product(rest, node.right))
    if isinstance(node, Quotient) and isinstance(node.denominator, Number) and node.denominator.value:
        first, rest = _coefficient(node.numerator)
        return Number(first.value / node.denominator.value), rest
    return ONE, node


def letters_in(*nodes: Node) -> list[str]:
    """The index letters that stand on the line, in order."""
    found: dict[str, None] = {}
    for node in nodes:
        for part in walk(node):
            if isinstance(part, Entry):
                found.update((each.name, None) for each in walk(part.indices) if isinstance(each, Name))
            if isinstance(part, Binder):
                found[part.index] = None
    return list(found)


def with_index(node: Expr, old: str, new: Expr) -> Expr:
    """The expression with the free index `old` written as another one."""

    def changed(part: Any) -> Any:
        if isinstance(part, Name):
            return new if part.name == old else part
        if isinstance(part, tuple):
            return tuple(map(changed, part))
        if isinstance(part, Node):
            if any(binder.index == old for binder in getattr(part, "binders", ())):
                return part
            return replace(
                part, **{each.name: changed(getattr(part, each.name)) for each in fields(part) if each.name != "span"}
            )
        return part

    result: Expr = changed(node)
    return result


def whole(value: int) -> Number:
    """A whole number as a node."""
    from fractions import Fraction

    return Number(Fraction(value))


ZERO, ONE, TWO = whole(0), whole(1), whole(2)
