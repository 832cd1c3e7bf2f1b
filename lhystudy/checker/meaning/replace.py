"""Walks over terms: indices renamed, atoms and dimensions replaced, never capturing a bound index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from lhystudy.checker.meaning.build import kronecker, number, plus, power, times
from lhystudy.checker.terms import (
    Apply,
    Array,
    Atom,
    Condition,
    Const,
    Determinant,
    Dim,
    Extreme,
    Index,
    InverseEntry,
    Kronecker,
    LimitOf,
    Mean,
    Pick,
    Piecewise,
    Place,
    Plus,
    ProductOver,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

_numbers = count(1)


def fresh() -> str:
    """An index name that no term uses yet."""
    return f"~{next(_numbers)}"


def shifted(index: Index, target: Index) -> Index:
    """What `index` becomes when its name stands for `target`."""
    return Index(target.name, target.shift + index.shift)


def conditions(condition: Condition | None) -> Iterator[Condition]:
    if condition is not None:
        yield condition
        for other in condition.both:
            yield from conditions(other)


def children(term: Term) -> Iterator[Term]:
    """The terms right below this one."""
    match term:
        case Plus(terms):
            yield from terms
        case Times(factors):
            yield from factors
        case Raise(base, exponent):
            yield base
            yield exponent
        case Apply(_, args):
            yield from args
        case SumOver() | ProductOver():
            yield term.body
            yield from (bound for bound in (term.lower, term.upper) if bound is not None)
        case Pick(values, _):
            yield from values
        case Piecewise(pieces):
            for value, condition in pieces:
                yield value
                for part in conditions(condition):
                    yield part.left
                    yield part.right
        case InverseEntry(matrix, _, _) | Determinant(matrix):
            yield matrix.entry
        case Extreme(_, vector):
            yield vector.entry
        case Mean(body):
            yield body
        case LimitOf(_, to, body):
            yield to
            yield body


def subterms(term: Term) -> Iterator[Term]:
    """The term and everything below it, each shared part once."""
    seen: set[int] = set()
    waiting = [term]
    while waiting:
        current = waiting.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting.extend(children(current))


def atoms(term: Term) -> set[Atom]:
    return {part for part in subterms(term) if isinstance(part, Atom)}


def names(term: Term) -> set[str]:
    """The names of the atoms and declared functions in it."""
    return {part.name for part in subterms(term) if isinstance(part, Atom)}


def size(term: Term, limit: int) -> int:
    """How many nodes the term has as a tree, counted up to `limit`."""
    counted: dict[int, int] = {}

    def walk(part: Term) -> int:
        known = counted.get(id(part))
        if known is None:
            known = 1
            for below in children(part):
                known += walk(below)
                if known > limit:
                    break
            counted[id(part)] = known
        return known

    return walk(term)


def free_indices(term: Term) -> set[str]:
    """The names of the indices in it that nothing in it binds."""
    match term:
        case Atom(_, indices):
            return {index.name for index in indices if index.name}
        case Kronecker(left, right):
            return {index.name for index in (left, right) if index.name}
        case Place(index):
            return {index.name} - {""}
        case SumOver() | ProductOver():
            outside = [free_indices(bound) for bound in (term.lower, term.upper) if bound is not None]
            return (free_indices(term.body) - {term.index}).union(*outside)
        case Pick(values, index):
            return ({index.name} - {""}).union(*map(free_indices, values))
        case InverseEntry(matrix, row, column):
            inside = free_indices(matrix.entry) - set(matrix.indices)
            return inside | ({row.name, column.name} - {""})
        case Determinant(array) | Extreme(_, array):
            return free_indices(array.entry) - set(array.indices)
    return set().union(*map(free_indices, children(term)))


@dataclass
class Replacement:
    """One walk. `atom` may answer with a term for an atom (its indices already renamed), None keeps it.

    `avoid` names the indices that stand free in those answers beyond the atom's own.
    """

    indices: Mapping[str, Index] = field(default_factory=dict)
    atom: Callable[[Atom], Term | None] | None = None
    dim: Callable[[Dim], Dim] | None = None
    avoid: frozenset[str] = frozenset()
    done: dict[int, tuple[Term, Term]] = field(default_factory=dict)  # id -> (term, kept alive; its replacement)

    def __call__(self, term: Term) -> Term:
        known = self.done.get(id(term))
        if known is None:
            known = (term, self._replaced(term))
            self.done[id(term)] = known
        return known[1]

    def index(self, index: Index) -> Index:
        target = self.indices.get(index.name) if index.name else None
        return index if target is None else shifted(index, target)

    def dimension(self, dim: Dim) -> Dim:
        return dim if self.dim is None else self.dim(dim)

    def _replaced(self, term: Term) -> Term:
        match term:
            case Const() | Special():
                return term
            case Atom(name, indices):
                renamed = Atom(name, tuple(map(self.index, indices))) if indices else term
                answer = self.atom(renamed) if self.atom else None
                return renamed if answer is None else answer
            case Size(dim):
                found = self.dimension(dim)
                return Size(found) if isinstance(found, str) else number(found)
            case Place(index):
                return _place(self.index(index))
            case Kronecker(left, right):
                return kronecker(self.index(left), self.index(right))
            case Plus(terms):
                return plus(*map(self, terms))
            case Times(factors):
                return times(*map(self, factors))
            case Raise(base, exponent):
                return power(self(base), self(exponent))
            case Apply(function, args, order):
                return Apply(function, tuple(map(self, args)), order)
            case _:
                return self._binding(term)

    def _binding(self, term: Term) -> Term:
        match term:
            case SumOver() | ProductOver():
                inner, (bound,) = self.under((term.index,))
                lower = None if term.lower is None else self(term.lower)
                upper = None if term.upper is None else self(term.upper)
                dim = None if term.dim is None else self.dimension(term.dim)
                return type(term)(bound, dim, inner(term.body), lower, upper)
            case Pick(values, index):
                at = self.index(index)
                if not at.name and 1 <= at.shift <= len(values):
                    return self(values[at.shift - 1])
                return Pick(tuple(map(self, values)), at)
            case Piecewise(pieces):
                return Piecewise(tuple((self(value), self.condition(condition)) for value, condition in pieces))
            case InverseEntry(matrix, row, column):
                return InverseEntry(self.array(matrix), self.index(row), self.index(column))
            case Determinant(matrix):
                return Determinant(self.array(matrix))
            case Extreme(which, vector):
                return Extreme(which, self.array(vector))
            case Mean(body):
                return Mean(self(body))
            case LimitOf(variable, to, body, side):
                return LimitOf(variable, self(to), self.keeping(variable)(body), side)
        raise TypeError(f"no such term: {type(term).__name__}")

    def keeping(self, variable: str) -> Replacement:
        """The same, but atoms of that name stay."""
        answer = self.atom
        if answer is None:
            return self
        return Replacement(
            self.indices, lambda atom: None if atom.name == variable else answer(atom), self.dim, self.avoid
        )

    def condition(self, condition: Condition | None) -> Condition | None:
        if condition is None:
            return None
        both = tuple(filter(None, map(self.condition, condition.both)))
        return Condition(condition.sign, self(condition.left), self(condition.right), both)

    def array(self, array: Array) -> Array:
        inner, bound = self.under(array.indices)
        return Array(bound, tuple(map(self.dimension, array.dims)), inner(array.entry))

    def under(self, bound: tuple[str, ...]) -> tuple[Replacement, tuple[str, ...]]:
        """The replacement below a binder, and the binder's names: new ones where they would capture."""
        taken = self.avoid | {target.name for name, target in self.indices.items() if name not in bound}
        if not taken.intersection(bound) and not any(name in self.indices for name in bound):
            return self, bound
        renamed = tuple(fresh() if name in taken else name for name in bound)
        indices = {name: target for name, target in self.indices.items() if name not in bound}
        indices |= {old: Index(new) for old, new in zip(bound, renamed, strict=True) if old != new}
        return Replacement(indices, self.atom, self.dim, self.avoid), renamed


def _place(index: Index) -> Term:
    return Place(index) if index.name else number(index.shift)


def reindexed(array: Array, *indices: Index) -> Term:
    """The entry of the array at these places."""
    mapping = {name: index for name, index in zip(array.indices, indices, strict=True) if index != Index(name)}
    return Replacement(mapping)(array.entry) if mapping else array.entry


def with_atoms(term: Term, answers: Callable[[Atom], Term | None], avoid: frozenset[str] = frozenset()) -> Term:
    """The term with atoms replaced."""
    return Replacement(atom=answers, avoid=avoid)(term)
