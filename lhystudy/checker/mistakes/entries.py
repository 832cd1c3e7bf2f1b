"""Vectors and matrices written by their entries, as one would in index notation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lhystudy.checker.mistakes.edit import ONE, TWO, ZERO, product, total, with_index
from lhystudy.checker.nodes import (
    Add,
    Binder,
    Call,
    Delta,
    Entry,
    Expr,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)
from lhystudy.checker.problem import Definition, Problem

LETTERS = "kijlmnst"
ELEMENTWISE = frozenset("exp log log2 log10 sqrt abs sin cos tanh sigmoid relu softplus".split())
SCALAR, COLUMN, ROW, MATRIX = 0, 1, -1, 2


class Beyond(Exception):
    """The expression has a form that is not written out here."""


@dataclass
class Entries:
    """Writes entries of expressions out; sums get letters that stand nowhere yet."""

    problem: Problem
    taken: set[str] = field(default_factory=set)

    def letter(self) -> str:
        """A letter that is not taken, and is from now on."""
        for letter in LETTERS:
            if letter not in self.taken:
                self.taken.add(letter)
                return letter
        raise Beyond

    # ---- shapes ----------------------------------------------------------------------------------

    def kind(self, node: Expr) -> int:
        """Scalar, column, row or matrix."""
        match node:
            case Entry(Name(name), indices) if (member := self.problem.symbols.get(name)) and member.family:
                return max(SCALAR, member.rank - len(indices))
            case Number() | Entry() | Norm() | Sum() | Delta():
                return SCALAR
            case Name(name):
                return self._of_name(name)
            case Negative(operand):
                return self.kind(operand)
            case Transpose(operand):
                kind = self.kind(operand)
                return -kind if kind in (COLUMN, ROW) else kind
            case Add(terms):
                return max(map(self.kind, terms), key=abs)
            case Product():
                return self._of_product(node)
            case Quotient(top, _) | Power(top, _):
                return self.kind(top)
            case Call(function, (argument,)):
                known = self.problem.definition(function)
                return SCALAR if known is not None else self.kind(argument)
        raise Beyond

    def _of_name(self, name: str) -> int:
        symbol = self.problem.symbols.get(name)
        if symbol is not None:
            return symbol.rank
        definition = self.problem.definition(name)
        if definition is None:
            return SCALAR
        return len(definition.indices) if definition.indices else self.kind(definition.body)

    def _of_product(self, node: Product) -> int:
        left, right = self.kind(node.left), self.kind(node.right)
        if node.mark == "dot":
            return SCALAR
        if SCALAR in (left, right) or node.mark == "hadamard":
            return left or right
        match left, right:
            case (2, 2) | (1, -1):
                return MATRIX
            case (2, 1):
                return COLUMN
            case (-1, 2):
                return ROW
            case (-1, 1):
                return SCALAR
        raise Beyond

    # ---- entries ---------------------------------------------------------------------------------

    def entry(self, node: Expr, *at: Expr) -> Expr:
        """The entry of the expression at as many indices as it has dimensions; of a scalar, itself."""
        kind = self.kind(node)
        if not kind:
            return node
        match node:
            case Name():
                return Entry(node, at)
            case Entry(family, indices):
                return Entry(family, (*indices, *at))
            case Negative(operand):
                return Negative(self.entry(operand, *at))
            case Transpose(operand):
                return self.entry(operand, *at[::-1])
            case Add(terms):
                return total(*(self.entry(term, *at) for term in terms))
            case Quotient(top, bottom):
                return Quotient(self.entry(top, *at), bottom)
            case Call(function, (argument,), primes) if function in ELEMENTWISE or function in self.problem.symbols:
                return Call(function, (self.entry(argument, *at),), primes)
            case Product():
                return self._product_entry(node, at)
        raise Beyond

    def _product_entry(self, node: Product, at: tuple[Expr, ...]) -> Expr:
        left, right = self.kind(node.left), self.kind(node.right)
        if node.mark == "hadamard" or SCALAR in (left, right):
            return product(self.entry(node.left, *at), self.entry(node.right, *at))
        if (left, right) == (COLUMN, ROW):
            return product(self.entry(node.left, at[0]), self.entry(node.right, at[1]))
        letter = self.letter()
        bound = Name(letter)
        before, after = (at[:1], at[1:]) if left == MATRIX else ((), at)
        body = product(self.entry(node.left, *before, bound), self.entry(node.right, bound, *after))
        return Sum((Binder(letter),), body)

    def scalar(self, node: Expr) -> Expr:
        """A scalar with its products of vectors written as sums."""
        if isinstance(node, Power) and isinstance(node.base, Norm) and node.exponent == TWO:
            operand = node.base.operand
            if not self.kind(operand):
                return Power(operand, TWO)
            letters = [self.letter() for _ in range(abs(self.kind(operand)))]
            square = Power(self.entry(operand, *map(Name, letters)), TWO)
            return Sum(tuple(map(Binder, letters)), square)
        if isinstance(node, Product):
            left, right = self.kind(node.left), self.kind(node.right)
            if left and right:
                letter = self.letter()
                bound = Name(letter)
                body = product(self.entry(node.left, bound), self.entry(node.right, bound))
                return Sum((Binder(letter),), body)
        return node

    def single(self, node: Entry) -> Expr | None:
        """What `h_2` was given as, where it was given for itself."""
        name = node.of.name if isinstance(node.of, Name) else ""
        same = (each for each in reversed(self.problem.definitions) if each.name == name)
        return next((each.body for each in same if each.indices and each.indices == node.indices), None)

    def opened(self, definition: Definition, values: tuple[Expr, ...]) -> Expr:
        """The body of a definition by entries, or of a function, at these indices or arguments."""
        body = definition.body
        for bound in {binder.index for part in walk(body) for binder in getattr(part, "binders", ())}:
            body = rebound(body, bound, self.letter())
        names = definition.parameters or tuple(index.name for index in definition.indices if isinstance(index, Name))
        if len(names) != len(values):
            raise Beyond
        for name in names:
            body = with_index(body, name, Name(f"·{name}"))
        for name, value in zip(names, values, strict=True):
            body = with_index(body, f"·{name}", value)
        return body


def rebound(node: Expr, old: str, new: str) -> Expr:
    """The expression with a bound letter written as another one."""

    def changed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(changed, part))
        if isinstance(part, Name):
            return Name(new) if part.name == old else part
        if isinstance(part, Binder) and part.index == old:
            return replace(part, index=new)
        if isinstance(part, Node):
            return replace(
                part, **{each.name: changed(getattr(part, each.name)) for each in fields(part) if each.name != "span"}
            )
        return part

    result: Expr = changed(node)
    return result


def picked_out(binders: tuple[Binder, ...], body: Expr) -> Expr:
    """The sum of the body, a Kronecker delta of its index worked out."""
    if body == ZERO:
        return body
    if len(binders) != 1 or binders[0].lower is not None or binders[0].excluding is not None:
        return Sum(binders, body)
    bound = binders[0].index
    match body:
        case Negative(operand):
            return Negative(picked_out(binders, operand))
        case Add(terms):
            return total(*(picked_out(binders, term) for term in terms))
        case Quotient(top, bottom) if any(True for _ in deltas(top, bound)):
            picked = next(deltas(top, bound))
            return Quotient(without(top, picked[0], bound, picked[1]), with_index(bottom, bound, picked[1]))
    for delta, other in deltas(body, bound):
        return without(body, delta, bound, other)
    return Sum(binders, body)


def deltas(node: Expr, bound: str) -> Iterator[tuple[Delta, Expr]]:
    """The deltas with the bound index among the factors, each with its other index."""
    if isinstance(node, Product):
        yield from deltas(node.left, bound)
        yield from deltas(node.right, bound)
    elif isinstance(node, Delta):
        if node.left == Name(bound):
            yield node, node.right
        elif node.right == Name(bound):
            yield node, node.left


def without(node: Expr, delta: Delta, bound: str, other: Expr) -> Expr:
    """The factors but the delta, at the index that it picks out."""

    def taken(part: Expr) -> Expr:
        if part is delta:
            return ONE
        if isinstance(part, Product):
            return product(taken(part.left), taken(part.right))
        return part

    return with_index(taken(node), bound, other)
