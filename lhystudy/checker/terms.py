"""The index form: every line, matrices too, as scalar terms in entries, deltas and sums over named dimensions.

Terms are values. Building one simplifies nothing; `algebra.py` does. Index positions count from 1.
Bound index names begin with `~` and free ones are the letters typed; a dimension that nothing named begins with `|`.
A product with a Kronecker that is 0 is 0, even where another factor is undefined: so a sum leaves an index out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from lhystudy.checker.problem import Definition, Symbol

Dim = int | str  # a number or the name of a dimension


@dataclass(frozen=True, slots=True)
class Index:
    """A place along a dimension: the index `name` shifted by `shift`, or the fixed place `shift` where name is ''."""

    name: str
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Const:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Special:
    """pi, e or inf."""

    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """A dimension's size standing as a number: the N of 1/N."""

    dim: str


@dataclass(frozen=True, slots=True)
class Place:
    """An index standing as a number: the t of gamma^t."""

    index: Index


@dataclass(frozen=True, slots=True)
class Atom:
    """A free scalar, or an entry of a free vector or matrix."""

    name: str
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Plus:
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Times:
    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Raise:
    """base ** exponent; division is an exponent of -1."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Apply:
    """A known function or, with `order` derivatives taken, a declared one.

    Lowering writes exp log sin cos tan asin acos atan sinh cosh tanh sigmoid softplus abs sign max min floor ceil
    Gamma erf; all others in terms of these and of powers (sqrt, log2, relu, csc, factorial, ...).
    """

    function: str
    args: tuple[Term, ...]
    order: int = 0


@dataclass(frozen=True, slots=True)
class SumOver:
    """The body summed over `index`, along all of `dim` or from lower to upper where these are given."""

    index: str
    dim: Dim | None
    body: Term
    lower: Term | None = None
    upper: Term | None = None


@dataclass(frozen=True, slots=True)
class ProductOver:
    index: str
    dim: Dim | None
    body: Term
    lower: Term | None = None
    upper: Term | None = None


@dataclass(frozen=True, slots=True)
class Kronecker:
    left: Index
    right: Index


@dataclass(frozen=True, slots=True)
class Pick:
    """The entry at `index` of an explicit list of terms."""

    values: tuple[Term, ...]
    index: Index


@dataclass(frozen=True, slots=True)
class Condition:
    """left sign right, sign one of = < <= > >= != ; `both` are further conditions that must hold too."""

    sign: str
    left: Term
    right: Term
    both: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Piecewise:
    """The first piece whose condition holds; a condition of None means otherwise. Undefined where none holds."""

    pieces: tuple[tuple[Term, Condition | None], ...]


@dataclass(frozen=True, slots=True)
class Array:
    """A tensor by its entry: `entry` in the index names `indices`, one for each of `dims`. A scalar has none."""

    indices: tuple[str, ...]
    dims: tuple[Dim, ...]
    entry: Term


@dataclass(frozen=True, slots=True)
class InverseEntry:
    matrix: Array
    row: Index
    column: Index


@dataclass(frozen=True, slots=True)
class Determinant:
    matrix: Array


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest or smallest entry of a vector: `which` is max or min."""

    which: str
    vector: Array


@dataclass(frozen=True, slots=True)
class Mean:
    """E[body] over the random variables in it."""

    body: Term


@dataclass(frozen=True, slots=True)
class LimitOf:
    """`side` is 1 for a limit from above, -1 for one from below, 0 for one from both sides."""

    variable: str
    to: Term
    body: Term
    side: int = 0


Term = (
    Const | Special | Size | Place | Atom | Plus | Times | Raise | Apply | SumOver | ProductOver | Kronecker | Pick
    | Piecewise | InverseEntry | Determinant | Extreme | Mean | LimitOf
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A lowered relation: entries of both sides in the same index names (all free indices of the line among them)."""

    sign: str
    left: Term
    right: Term
    free: Mapping[str, Dim] = field(default_factory=lambda: MappingProxyType({}))  # index name -> its dimension
    digits: int | None = None  # of "~=": how many decimals were shown


@dataclass(frozen=True, slots=True)
class Steps:
    """How entries follow from earlier ones: `step` answers with what an entry at fixed places is made of, or None for
    one that nothing leads to. `bodies` holds what a step is made of, for the names in it."""

    step: Callable[[Atom], Term | None]
    place: Callable[[Atom], Index | None]  # the step at which an entry stands, None for other names
    tied: Callable[[str], bool]  # whether entries cannot have any value at a step, whatever leads to it
    bodies: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What holds around a line: domains of the names, facts assumed, and how long deciding may take."""

    symbols: Mapping[str, Symbol] = field(default_factory=lambda: MappingProxyType({}))
    facts: tuple[Fact, ...] = ()
    independent: tuple[tuple[str, ...], ...] = ()
    definitions: tuple[Definition, ...] = ()
    seconds: float = 10.0
    steps: Steps | None = None
