"""A critical point where the Hessian is singular: what the function does along the ways on which it stays flat.

A way sets out along a null vector of the Hessian and bends so that the slope across it vanishes to every order that is
looked at. Where the null vectors form a line, the first term of the function along the way, with the sign of the
Hessian across it, tells minimum, maximum and saddle apart: the splitting lemma of Gromoll and Meyer, Topology 8 (1969).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import factorial
from operator import mul

from flint import fmpq, fmpq_mat

from lhystudy.checker.deciding.algebra import Algebra
from lhystudy.checker.meaning.analytic import Care, analytic
from lhystudy.checker.meaning.build import ZERO, minus, number, plus, power, times
from lhystudy.checker.meaning.definite import Judge, Rows, of_rows
from lhystudy.checker.meaning.differentiate import differentiate
from lhystudy.checker.meaning.replace import atoms, with_atoms
from lhystudy.checker.terms import Atom, Dim, Fact, Term

BENDS = 4  # orders to which a way bends; the function along it is then known to order 2 BENDS + 1
MOST = 4  # null vectors
STEP = Atom("~step")


@dataclass(frozen=True, slots=True)
class Way:
    """A curve through the point, one entry a coordinate in STEP, and the first term of the function along it."""

    curve: Mapping[Atom, Term]
    order: int
    sign: int

    @property
    def rises(self) -> bool:
        return self.sign > 0 or self.order % 2 == 1

    @property
    def falls(self) -> bool:
        return self.sign < 0 or self.order % 2 == 1

    def at(self, step: Fraction) -> dict[Atom, Term]:
        """The point that is reached after the step."""
        return {atom: with_atoms(term, {STEP: number(step)}.get) for atom, term in self.curve.items()}


@dataclass
class Flat:
    """The body of a function around a critical point, its second derivatives there in `hessian`."""

    body: Term
    place: Mapping[Atom, Term]
    hessian: Rows
    algebra: Algebra
    judge: Judge

    def extreme(self, ways: list[Way]) -> int:
        """1 where the point is surely a strict local minimum, -1 where a maximum, 0 where neither is known."""
        if len(ways) != 1 or ways[0].order % 2 or len(self.split[1]) != 1:
            return 0
        return ways[0].sign if self.across in ("", ("positive" if ways[0].sign > 0 else "negative")) else 0

    @cached_property
    def across(self) -> str:
        """The sign of the Hessian across the null vectors: `positive`, `negative`, nothing, or `mixed`."""
        kept = self.split[0]
        rows = [[self.hessian[i][j] for j in kept] for i in kept]
        if not rows:
            return ""
        signs = ("positive", "negative")
        return next(
            (sign for sign in signs if of_rows(f"{sign} definite", rows, self.judge).verdict == "proved"), "mixed"
        )

    def ways(self) -> list[Way]:
        """The ways of the null vectors whose first term is known. May raise GiveUp."""
        if not analytic(self.body, self.safe, {}):
            return []
        self.body = self.algebra.normal(self.body)  # sums of fixed length written out
        own = {atom.name for atom in self.place}
        if any(atom.name in own and atom not in self.place for atom in atoms(self.body)):
            return []
        return [way for vector in self.null_vectors() if (way := self.way(vector)) is not None]

    def safe(self, care: Care, inner: Term, bound: Mapping[str, Dim]) -> bool:
        """Whether a quotient or a log that is defined at the point, or a root, has a power series around it."""
        return care != "root" or (not bound and self.judge(Fact(">", self.here(inner), ZERO)).verdict == "proved")

    def here(self, term: Term) -> Term:
        return with_atoms(term, self.place.get)

    # ---- null vectors ----

    @cached_property
    def numbers(self) -> fmpq_mat | None:
        """The Hessian where all its entries are rational numbers."""
        found = [self.algebra.ratio(entry).number for row in self.hessian for entry in row]
        if None in found:
            return None
        size = len(self.hessian)
        return fmpq_mat(size, size, [fmpq(each.numerator, each.denominator) for each in found if each is not None])

    @cached_property
    def split(self) -> tuple[list[int], list[list[Fraction]]]:
        """Coordinates on which the Hessian is regular, and a basis of its null vectors; nothing where not known."""
        matrix = self.numbers
        if matrix is None:
            return [], []
        reduced, rank = matrix.rref()
        size = len(self.hessian)
        pivots = [next(j for j in range(size) if reduced[i, j] != 0) for i in range(rank)]
        basis = []
        for free in (j for j in range(size) if j not in pivots):
            vector = [Fraction(int(j == free)) for j in range(size)]
            for i, pivot in enumerate(pivots):
                vector[pivot] = -Fraction(int(reduced[i, free].p), int(reduced[i, free].q))
            basis.append(vector)
        return pivots, basis

    def null_vectors(self) -> Iterator[list[Fraction]]:
        """Small combinations of the basis, one of each pair of opposite ones."""
        basis = self.split[1]
        if len(basis) > MOST:
            return
        for shares in product((0, 1, -1, 2, -2) if len(basis) == 2 else (0, 1, -1), repeat=len(basis)):
            if next(filter(None, shares), -1) > 0:
                columns = zip(*basis, strict=True)
                yield [sum(map(mul, shares, column), Fraction(0)) for column in columns]

    # ---- ways ----

    def way(self, vector: list[Fraction]) -> Way | None:
        """The way that sets out along the null vector, or None where the first term along it is not found."""
        kept = self.split[0]
        entries = list(self.place)
        curve = {
            atom: plus(self.place[atom], times(number(share), STEP))
            for atom, share in zip(entries, vector, strict=True)
        }
        known = 2
        for bends in range(1, BENDS + 1):
            if bends > 1 and kept:
                curve = self.bent(curve, bends)
            last = 2 * bends + 1
            for order in range(known + 1, last + 1):
                first = self.coefficient(self.body, curve, order)
                sign = self.sign(first)
                if sign is None:
                    return None
                if sign:
                    return Way(curve, order, sign)
            known = last
        return None

    def bent(self, curve: Mapping[Atom, Term], order: int) -> dict[Atom, Term]:
        """The curve with the term of this order that lets the slopes across it vanish to this order."""
        kept = self.split[0]
        entries = [list(self.place)[i] for i in kept]
        whole = self.numbers
        assert whole is not None
        regular = fmpq_mat(len(kept), len(kept), [whole[i, j] for i in kept for j in kept]).inv()
        slopes = [self.coefficient(differentiate(self.body, atom), curve, order) for atom in entries]
        bent = dict(curve)
        for i, atom in enumerate(entries):
            shares = [Fraction(int(regular[i, j].p), int(regular[i, j].q)) for j in range(len(kept))]
            bend = plus(*(times(number(share), slope) for share, slope in zip(shares, slopes, strict=True)))
            bent[atom] = minus(bent[atom], times(bend, power(STEP, number(order))))
        return bent

    def coefficient(self, term: Term, curve: Mapping[Atom, Term], order: int) -> Term:
        """The coefficient of STEP ** order in the term along the curve."""
        along = self.algebra.normal(with_atoms(term, curve.get))
        for _ in range(order):
            along = self.algebra.normal(differentiate(along, STEP))
        start = with_atoms(along, {STEP: ZERO}.get)
        return self.algebra.normal(times(number(Fraction(1, factorial(order))), start))

    def sign(self, term: Term) -> int | None:
        """The sign of a term, where it is sure to be the same at every point that satisfies the givens."""
        for relation, sign in (("=", 0), (">", 1), ("<", -1)):
            if self.judge(Fact(relation, term, ZERO)).verdict == "proved":
                return sign
        return None
