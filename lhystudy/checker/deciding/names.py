"""What a term speaks of: its names, dimensions and functions, and the places where it switches from piece to piece."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from lhystudy.checker.meaning.build import minus
from lhystudy.checker.meaning.replace import children, conditions, subterms
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Condition,
    Const,
    Determinant,
    Dim,
    Extreme,
    Fact,
    Index,
    InverseEntry,
    Kronecker,
    LimitOf,
    Mean,
    Piecewise,
    Place,
    ProductOver,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
)


@dataclass(slots=True)
class Names:
    """The names of some terms. `atoms` maps a name to its number of indices."""

    atoms: dict[str, int] = field(default_factory=dict)
    functions: dict[str, None] = field(default_factory=dict)
    dims: dict[str, None] = field(default_factory=dict)
    deepest: int = 0  # the largest fixed place, or how far ahead of an index an entry stands and one more
    widest: int = 0  # the largest dimension that is a number
    placed: bool = False  # whether places are compared with each other
    limits: bool = False

    @staticmethod
    def of(*facts: Fact) -> Names:
        names = Names()
        for fact in facts:
            names._size(*fact.free.values())
            for side in (fact.left, fact.right):
                for term in subterms(side):
                    names._note(term)
        return names

    def _size(self, *dims: Dim | None) -> None:
        self.dims.update((dim, None) for dim in dims if isinstance(dim, str))
        self.widest = max([self.widest, *(dim for dim in dims if isinstance(dim, int))])

    def _fixed(self, *indices: Index) -> None:
        self.deepest = max([self.deepest, *(index.shift + bool(index.name and index.shift) for index in indices)])

    def _note(self, term: Term) -> None:
        match term:
            case Atom(name, indices):
                self.atoms[name] = len(indices)
                self._fixed(*indices)
            case Apply(function):
                self.functions[function] = None
            case SumOver(_, _, _, _, Special("inf")):
                self.limits = True
            case SumOver(_, dim) | ProductOver(_, dim) | Size(dim):
                self._size(dim)
            case InverseEntry(matrix, row, column):
                self._size(*matrix.dims)
                self._fixed(row, column)
            case Determinant(array) | Extreme(_, array):
                self._size(*array.dims)
            case Kronecker(left, right):
                self._fixed(left, right)
            case Piecewise(((_, Condition("=", Place())), *_)):
                self.placed = True
            case LimitOf():
                self.limits = True


def bare(term: Term, random: Collection[str]) -> bool:
    """Whether one of these random variables stands outside of every mean."""
    if isinstance(term, Mean):
        return False
    if isinstance(term, Atom):
        return term.name in random
    return any(bare(child, random) for child in children(term))


def switches(*terms: Term) -> dict[Term, bool]:
    """Terms whose sign decides which piece counts: inside abs, between the arguments of max, in conditions. True
    where it matters on which side of zero they are, False where only whether they are zero does."""
    found: dict[Term, bool] = {}
    for root in terms:
        for term in subterms(root):
            match term:
                case Apply("abs" | "sign" | "relu", (inner,)):
                    found[inner] = True
                case Apply("max" | "min", args):
                    found.update({minus(args[0], other): True for other in args[1:]})
                case Piecewise(pieces):
                    for part in (part for _, condition in pieces for part in conditions(condition)):
                        switch = minus(part.left, part.right)
                        found[switch] = found.get(switch, False) or part.sign not in ("=", "!=")
    return found


def edges(root: Term) -> list[Term]:
    """Terms at whose zero the term may stop being defined: denominators, arguments of logarithms and roots."""
    found: dict[Term, None] = {}
    for term in subterms(root):
        match term:
            case Raise(base, Const(value)) if value < 0 or value.denominator != 1:
                found[base] = None
            case Apply("log", (inner,)):
                found[inner] = None
    return list(found)
