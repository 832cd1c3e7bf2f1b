"""The tree of what was typed: names resolved, nothing simplified, every node with its place in the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """Columns of the typed line, from 0, end excluded."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False)


def walk(node: object) -> Iterator[Node]:
    """The node and every node below it. Iterates without recursion, for lines of any depth."""
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(reversed(part))
        elif isinstance(part, Node):
            yield part
            waiting.extend(getattr(part, each.name) for each in reversed(fields(part)) if each.name != "span")


# ---- expressions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact number. `digits` is how many decimals were shown (None for an integer)."""

    value: Fraction
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A scalar, vector, matrix, index, constant (`pi`, `e`, `inf`, `I`) or defined name.

    One spelling a name: Greek by its English name, `y_hat`, `x_bar`, primes kept, labels as `h^{(t)}`.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`of` at `indices`: w_i, W_ij, (A B)_{ij}, softmax(z)_i, h_{t-1}. An index is Name, Number, or their sum."""

    of: Expr
    indices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function applied: exp(x), H(p, q), KL(p, q), f'(x) with `primes` 1, a declared or defined f."""

    function: str
    args: tuple[Expr, ...]
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Add(Node):
    """Two or more terms; a subtracted term is a Negative."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Expr


Mark = Literal["", "*", "@", "hadamard", "dot"]  # "" is juxtaposition; which product it is, shapes decide


@dataclass(frozen=True, slots=True)
class Product(Node):
    left: Expr
    right: Expr
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """`bar` tells \\frac from a slash, for showing back; both spell one tree."""

    numerator: Expr
    denominator: Expr
    bar: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Power(Node):
    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Factorial(Node):
    operand: Expr


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    operand: Expr


@dataclass(frozen=True, slots=True)
class Absolute(Node):
    operand: Expr


@dataclass(frozen=True, slots=True)
class Norm(Node):
    """Euclid's for a vector, Frobenius' for a matrix."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Binder(Node):
    """One bound index; None for bounds means the index's own dimension. `excluding` is the i of j != i."""

    index: str
    lower: Expr | None = None
    upper: Expr | None = None
    excluding: Expr | None = None


@dataclass(frozen=True, slots=True)
class Sum(Node):
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class ProductOver(Node):
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """d^2 E/(dx dy): `by` holds the variables in order, one entry an order (dx^2 is x twice)."""

    of: Expr
    by: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Gradient(Node):
    """grad_w L; `by` None goes by the arguments of the definition of L."""

    of: Expr
    by: Expr | None


@dataclass(frozen=True, slots=True)
class HessianOf(Node):
    of: Expr
    by: Expr | None


@dataclass(frozen=True, slots=True)
class ColumnVector(Node):
    entries: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MatrixOf(Node):
    rows: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True)
class SetOf(Node):
    members: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Point(Node):
    coordinates: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Pieces in order; the first whose condition holds counts. A condition of None means otherwise."""

    pieces: tuple[tuple[Expr, Relation | None], ...]


@dataclass(frozen=True, slots=True)
class Indicator(Node):
    """1[i = j], 1[x > 0]."""

    condition: Relation


@dataclass(frozen=True, slots=True)
class Delta(Node):
    """Kronecker's delta_ij."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """E[X], Var[X], Cov[X, Y]; `under` names the finite distribution of E_p[f]."""

    kind: Literal["E", "Var", "Cov"]
    args: tuple[Expr, ...]
    under: Expr | None = None


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """`side` is "+" or "-" for a limit from above or below."""

    variable: str
    to: Expr
    body: Expr
    side: Literal["", "+", "-"] = ""


Expr = (
    Number
    | Name
    | Entry
    | Call
    | Add
    | Negative
    | Product
    | Quotient
    | Power
    | Factorial
    | Transpose
    | Absolute
    | Norm
    | Sum
    | ProductOver
    | Derivative
    | Gradient
    | HessianOf
    | ColumnVector
    | MatrixOf
    | SetOf
    | Point
    | Cases
    | Indicator
    | Delta
    | Expectation
    | Limit
)

# ---- statements ----------------------------------------------------------------------------------

Sign = Literal["=", "<", "<=", ">", ">=", "!=", "~="]


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """`both` holds the rest of a chain such as 0 <= x < 1 where it stands as one condition; all must hold."""

    sign: Sign
    left: Expr
    right: Expr
    both: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Let(Node):
    """`type` is a word of the language (real, vector, ...); `dims` are names or whole numbers."""

    names: tuple[str, ...]
    type: str
    dims: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Given(Node):
    """One entry a relation of a chain such as 0 < q < 1; `independent` for `given X, Y independent`.

    `claim` is what is given in words and no relation says: `given A is positive definite`.
    """

    relations: tuple[Relation, ...]
    independent: tuple[str, ...] = ()
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Step(Node):
    """A chain A = B <= C. `continues`: the first relation's left side is the line above's last expression
    (its `left` is then that expression). `first` alone, without relations, begins a chain."""

    relations: tuple[Relation, ...]
    first: Expr | None = None
    continues: bool = False
    so: bool = False
    reasons: tuple[Relation, ...] = ()
    words: str = ""  # a reason in plain words, kept and not judged


@dataclass(frozen=True, slots=True)
class Set(Node):
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Claim(Node):
    """`claim` holds the words of the property: "positive definite", "saddle point", "convex"."""

    subject: Expr
    claim: str
    of: Expr | None = None
    variable: Expr | None = None
    reasons: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal(Node):
    """`names` is what the right side may be written in, or None where nothing is demanded.

    `goal E in p, y`, without a relation, holds E in `expression`: it asks for any right side in these names.
    """

    relations: tuple[Relation, ...]
    claim: Claim | None = None
    names: tuple[str, ...] | None = None
    expression: Expr | None = None


Statement = Let | Given | Step | Set | Claim | Goal
