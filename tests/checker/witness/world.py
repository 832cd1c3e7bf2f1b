"""One world: sizes, values and functions, and what a typed expression comes to in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product as grid

import torch

from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Cases,
    ColumnVector,
    Delta,
    Derivative,
    Entry,
    Expectation,
    Expr,
    Factorial,
    Gradient,
    HessianOf,
    Indicator,
    MatrixOf,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    ProductOver,
    Quotient,
    Sum,
    Transpose,
)
from tests.checker.witness import calculus, functions, pieces
from tests.checker.witness.ranges import run
from tests.checker.witness.scene import Scene, single, walk
from tests.checker.witness.values import (
    Outside,
    Senseless,
    Tensor,
    Unknown,
    Value,
    finite,
    leaf_of,
    mapped,
    number,
    power,
    product,
    slopes,
    total,
    transposed,
)

Outcomes = tuple[tuple[Tensor, Mapping[str, Tensor]], ...]


@dataclass(frozen=True)
class World:
    """`places` are the letters that stand for a number here, from 1. Definitions are worked out once."""

    scene: Scene
    sizes: Mapping[str, int]
    values: Mapping[str, Value]
    functions: Mapping[str, Callable[[Tensor], Tensor]] = field(default_factory=dict)
    outcomes: Outcomes = ()
    places: Mapping[str, int] = field(default_factory=dict)
    differentiating: bool = False
    known: dict[str, Value] = field(default_factory=dict)

    def at(self, **places: int) -> World:
        return replace(self, places={**self.places, **places})

    def where(self, values: Mapping[str, Value], differentiating: bool = False) -> World:
        """The world with other values of some names, whatever defines them."""
        inside = self.differentiating or differentiating
        return replace(self, values={**self.values, **values}, differentiating=inside, known={})

    def size(self, dim: str | int) -> int:
        if isinstance(dim, str) and dim not in self.sizes:
            raise Unknown(f"the size {dim}")
        return dim if isinstance(dim, int) else self.sizes[dim]

    # ---- names -----------------------------------------------------------------------------------

    def name(self, name: str) -> Value:
        if name in self.places:
            return number(self.places[name])
        if name in self.values:
            return self.values[name]
        if name in self.scene.defined:
            if name not in self.known:
                self.known[name] = self.definition(name)
            return self.known[name]
        if name in ("pi", "e"):
            return number({"pi": torch.pi, "e": torch.e}[name], plain=True)
        if name in self.sizes:
            return number(self.sizes[name])
        raise Unknown(f"the name {name}")

    def definition(self, name: str) -> Value:
        found = self.scene.defined[name]
        bare = replace(self, places={})
        if not found.letters:
            return bare.of(found.body)
        declared = self.scene.declared.get(name)
        if declared is not None and declared.rank:
            shape = [self.size(dim) for dim in declared.dims]
        else:
            shape = [run(bare, letter, found.body) for letter in found.letters]
        entries = [
            bare.at(**dict(zip(found.letters, at, strict=True))).scalar(found.body)
            for at in grid(*(range(1, size + 1) for size in shape))
        ]
        return Value(torch.stack(entries).reshape(shape))

    def scalar(self, node: Expr) -> Tensor:
        value = self.of(node)
        if value.rank:
            raise Senseless("a scalar is due")
        return value.tensor

    def knows(self, name: str) -> bool:
        known = (self.values, self.scene.defined, self.scene.declared, self.sizes, self.places)
        return any(name in each for each in known)

    # ---- expressions -----------------------------------------------------------------------------

    def of(self, node: Expr) -> Value:
        """The value of the expression. Raises Senseless, Outside or Unknown."""
        match node:
            case Number(value):
                return number(float(value), plain=True)
            case Name("I") if not self.knows("I"):
                raise Unknown("an identity of no size")
            case Name(name):
                return self.name(name)
            case Add(terms):
                return self.add(terms)
            case Negative(operand):
                return mapped(torch.neg, self.of(operand))
            case Product(left, right, mark):
                return self.times(left, right, mark)
            case Quotient(top, bottom):
                one, other = self.of(top), self.of(bottom)
                if other.rank:
                    raise Senseless("a division by an array")
                return mapped(torch.div, one, other)
            case Power(Norm(operand), exponent):
                squared = Value((self.of(operand).tensor ** 2).sum())
                return power(squared, mapped(lambda x: x / 2, self.of(exponent)))
            case Power(base, exponent):
                return power(self.of(base), self.of(exponent))
            case Transpose(operand):
                return transposed(self.of(operand))
        return self.compound(node)

    def compound(self, node: Expr) -> Value:
        match node:
            case Entry():
                return self.entry(node)
            case Call():
                return self.call(node)
            case Sum(binders, body):
                return self.over(binders, body, torch.sum)
            case ProductOver(binders, body):
                return self.over(binders, body, torch.prod)
        return self.special(node)

    def special(self, node: Expr) -> Value:
        match node:
            case Absolute(operand):
                return self.elementwise("abs", self.of(operand))
            case Norm(operand):
                return functions.of_arrays("norm", [self.of(operand)], self.differentiating)
            case Factorial(operand):
                return mapped(lambda x: functions.SMOOTH["Gamma"](x + 1), self.of(operand))
            case Delta(left, right):
                return number(float(self.place(left) == self.place(right)))
            case Indicator(condition):
                holds = pieces.holds(self, condition)
                return pieces.NAN if holds is None else number(float(holds))
            case Cases(each):
                return pieces.cases(self, each)
            case ColumnVector(entries):
                return Value(torch.stack([self.scalar(entry) for entry in entries]))
            case MatrixOf(rows):
                return self.matrix(rows)
            case Derivative(of, by):
                return calculus.derivative(self, of, by)
            case Gradient(of, by):
                return calculus.gradient(self, of, by, 1)
            case HessianOf(of, by):
                return calculus.gradient(self, of, by, 2)
            case Expectation():
                return calculus.expectation(self, node)
        raise Unknown(type(node).__name__)

    def add(self, terms: tuple[Expr, ...]) -> Value:
        """A sum; an identity without a size takes that of what it stands beside."""
        open_ends = [self.sizeless(term) for term in terms]
        values = [None if sizeless else self.of(term) for term, sizeless in zip(terms, open_ends, strict=True)]
        like = next((value for value in values if value is not None and value.rank == 2), None)
        return total([value or self.sized(term, like) for term, value in zip(terms, values, strict=True)])

    def times(self, left: Expr, right: Expr, mark: str) -> Value:
        if self.sizeless(left):
            other = self.of(right)
            return product(self.sized(left, other), other, mark)
        one = self.of(left)
        return product(one, self.sized(right, one, -1) if self.sizeless(right) else self.of(right), mark)

    def sizeless(self, node: Expr) -> bool:
        """Whether the node is an identity that only its surroundings give a size, or a multiple of one."""
        if "I" in self.values or not any(part == Name("I") for part in walk(node)):
            return False
        match node:
            case Name():
                return True
            case Negative(operand) | Quotient(operand, _):
                return self.sizeless(operand)
            case Product(left, right):
                one, other = self.sizeless(left), self.sizeless(right)
                return (one and other) or (one and not self.of(right).rank) or (other and not self.of(left).rank)
            case Add(terms):
                return all(map(self.sizeless, terms))
        return False

    def both(self, left: Expr, right: Expr) -> tuple[Value, Value]:
        """Two sides of a relation."""
        if self.sizeless(left):
            other = self.of(right)
            return self.sized(left, other), other
        one = self.of(left)
        return one, self.sized(right, one) if self.sizeless(right) else self.of(right)

    def sized(self, node: Expr, like: Value | None, axis: int = 0) -> Value:
        """The node with the identity as large as `like` is along the axis."""
        if like is None or not like.rank:
            raise Unknown("an identity of no size")
        size = Value(torch.eye(like.tensor.shape[axis], dtype=torch.float64))
        return self.where({"I": size}).of(node)

    def matrix(self, rows: tuple[tuple[Expr, ...], ...]) -> Value:
        values = torch.stack([torch.stack([self.scalar(entry) for entry in row]) for row in rows])
        if values.shape[1] == 1 and values.shape[0] > 1:
            return Value(values[:, 0])
        return Value(values[0], row=True) if values.shape[0] == 1 and values.shape[1] > 1 else Value(values)

    def entry(self, node: Entry) -> Value:
        node = self.scene.layered(node)
        whole = single(node)
        if whole is not None and isinstance(node.of, Name):
            if whole in self.values or whole in self.scene.defined or whole in self.scene.declared:
                return self.name(whole)
            if not self.scene.is_array(node.of.name) and node.of.name not in self.values:
                raise Unknown(f"the name {whole}")
        if isinstance(node.of, Name) and node.of.name == "I" and not self.knows("I") and len(node.indices) == 1:
            letter = node.indices[0]
            return Value(torch.eye(self.size(letter.name if isinstance(letter, Name) else 0), dtype=torch.float64))
        base = self.of(node.of)
        return Value(base.tensor[self.indices(node, base)])

    def indices(self, node: Entry, base: Value) -> tuple[int, ...]:
        """The places of an entry, from 0."""
        places = [self.place(index) for index in node.indices]
        if base.rank == 2 and len(places) == 1 and isinstance(node.indices[0], Number) and 11 <= places[0] <= 99:
            places = [*divmod(places[0], 10)]
        if base.rank != len(places):
            raise Senseless("the number of indices")
        for place, size in zip(places, base.tensor.shape, strict=True):
            if not 1 <= place <= size:
                raise Outside
        return tuple(place - 1 for place in places)

    def place(self, index: Expr) -> int:
        match index:
            case Name(name) if name in self.places:
                return self.places[name]
            case Name(name) if self.scene.is_number(name):
                return round(self.name(name).tensor.item())
            case Number(value) if value.denominator == 1:
                return int(value)
            case Negative(operand):
                return -self.place(operand)
            case Add(terms):
                return sum(map(self.place, terms))
        raise Unknown("an index")

    def over(self, binders: tuple[Binder, ...], body: Expr, join: Callable[..., Tensor]) -> Value:
        if not binders:
            return self.of(body)
        binder = binders[0]
        first = 1 if binder.lower is None else self.end(binder.lower)
        last = self.end(binder.upper) if binder.upper is not None else self.far(binder, binders, body)
        left_out = self.place(binder.excluding) if binder.excluding is not None else None
        parts = [
            self.at(**{binder.index: at}).over(binders[1:], body, join)
            for at in range(first, last + 1)
            if at != left_out
        ]
        if not parts:
            return number(0.0 if join is torch.sum else 1.0)
        return finite(Value(join(torch.stack([part.tensor for part in parts]), dim=0), parts[0].row))

    def far(self, binder: Binder, binders: tuple[Binder, ...], body: Expr) -> int:
        inner = replace(self, places={k: v for k, v in self.places.items() if k != binder.index})
        return run(inner, binder.index, body, binders)

    def end(self, node: Expr) -> int:
        value = self.scalar(node).item()
        if abs(value - round(value)) > functions.NEAR or abs(value) > 40:
            raise Unknown("the end of a sum")
        return round(value)

    # ---- functions -------------------------------------------------------------------------------

    def elementwise(self, name: str, value: Value) -> Value:
        rule = functions.elementwise(name, self.differentiating)
        assert rule is not None
        return mapped(rule, value)

    def call(self, node: Call) -> Value:
        name = node.function
        defined = self.scene.defined.get(name)
        if defined is not None and defined.parameters:
            return self.of_defined(node, defined.parameters)
        if name in ("ones", "zeros"):
            return self.filled(node)
        args = [self.of(arg) for arg in node.args]
        if name in self.functions:
            return self.sloped(self.functions[name], args, node.primes)
        if functions.elementwise(name, False) is not None and len(args) == 1:
            rule = functions.elementwise(name, self.differentiating or node.primes > 0)
            assert rule is not None
            return self.sloped(rule, args, node.primes)
        if node.primes:
            raise Unknown(f"{name}'")
        return functions.of_arrays(name, args, self.differentiating)

    def filled(self, node: Call) -> Value:
        shape = [self.size(int(a.value) if isinstance(a, Number) else getattr(a, "name", "")) for a in node.args]
        return Value(torch.full(shape, float(node.function == "ones"), dtype=torch.float64))

    def sloped(self, rule: Callable[[Tensor], Tensor], args: list[Value], primes: int) -> Value:
        """f'…(x), entry by entry."""
        (value,) = args
        if not primes:
            return mapped(rule, value)
        leaf = leaf_of(value.tensor)
        result = rule(leaf)
        for _ in range(primes):
            result = slopes(result.sum(), leaf)
        return finite(Value(result, value.row))

    def of_defined(self, node: Call, parameters: tuple[str, ...]) -> Value:
        args = [self.of(arg) for arg in node.args]
        if len(args) != len(parameters):
            raise Senseless("the number of arguments")
        ranks = [self.scene.declared[name].rank if name in self.scene.declared else 0 for name in parameters]
        body = self.scene.defined[node.function].body
        bare = replace(self, places={})

        def result(*values: Value) -> Value:
            return bare.where(dict(zip(parameters, values, strict=True)), node.primes > 0).of(body)

        if len(args) == 1 and args[0].rank and not ranks[0]:
            entries = [self.prime(result, Value(entry), node.primes).tensor for entry in args[0].tensor.reshape(-1)]
            return Value(torch.stack(entries).reshape(args[0].tensor.shape), args[0].row)
        if [arg.rank for arg in args] != ranks:
            raise Senseless("the shape of an argument")
        if node.primes and (len(args) > 1 or ranks[0]):
            raise Senseless("a prime of several variables")
        return self.prime(result, args[0], node.primes) if node.primes else result(*args)

    def prime(self, result: Callable[..., Value], arg: Value, primes: int) -> Value:
        if not primes:
            return result(arg)
        leaf = leaf_of(arg.tensor)
        value = result(Value(leaf))
        tensor = value.tensor
        for _ in range(primes):
            tensor = slopes(tensor, leaf)
        return finite(Value(tensor, value.row))
