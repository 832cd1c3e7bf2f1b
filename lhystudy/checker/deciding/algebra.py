"""Terms folded into outlines over kernels: every rewriting here holds wherever the term it replaces is defined.

That a rewriting may be defined in more places than its term, never in fewer, is what makes a chain of them sound:
log(a b) becomes log|a| + log|b|, sqrt(x^2) becomes |x|, and only what is known of signs takes the bars away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from time import monotonic

from lhystudy.checker.deciding import approach, minors, signs, sums
from lhystudy.checker.deciding.bounds import above
from lhystudy.checker.deciding.domains import REAL, Domain
from lhystudy.checker.deciding.elementary import ELEMENTARY
from lhystudy.checker.deciding.field import (
    GiveUp,
    Kernel,
    Level,
    Outline,
    Polynomial,
    Power,
    Product,
    Ratio,
    Sum,
    Wave,
    Whole,
)
from lhystudy.checker.deciding.powers import raise_
from lhystudy.checker.deciding.signs import ANY, NONPOSITIVE, Sign
from lhystudy.checker.deciding.written import BOUND, match, written
from lhystudy.checker.meaning.build import ONE, minus, number, plus, times
from lhystudy.checker.meaning.replace import Replacement
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import (
    Apply,
    Array,
    Atom,
    Condition,
    Const,
    Determinant,
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

DEPTH = 150  # of terms within terms


class Contradiction(GiveUp):
    """The givens contradict each other."""


class Algebra:
    """Exact algebra under what is known around a line: domains of the names, signs, and rewritings from the givens.

    `pending` collects the terms whose sign would decide something but is not known.
    """

    def __init__(
        self,
        symbols: Mapping[str, Symbol],
        domains: Mapping[str, Domain],
        deadline: float,
        independent: tuple[tuple[str, ...], ...] = (),
        unequal: frozenset[frozenset[Index]] = frozenset(),  # pairs of indices that are taken to differ
    ) -> None:
        self.unequal = unequal
        self.symbols, self.domains, self.deadline, self.independent = symbols, domains, deadline, independent
        self.pending: dict[Term, None] = {}
        self.kernel_signs: dict[int, Sign] = {}
        self.rewritings: list[tuple[Term, frozenset[str], Term]] = []  # pattern, its open indices, what it becomes
        self.zeros: list[Term] = []  # what equations say is zero and no rewriting could use
        self._signs: list[tuple[Term, frozenset[str], Sign]] = []
        self._kernels: dict[tuple[Term, str], Kernel] = {}
        self._outlines: dict[Term, Outline] = {}
        self._normal: dict[Term, Term] = {}
        self._sign_of: dict[Term, Sign] = {}
        self._ticks = 0
        self._deep = 0

    # ---- what is known ----

    def tick(self) -> None:
        """GiveUp once the deadline has passed."""
        self._ticks += 1
        if self._ticks % 16 == 0 and monotonic() > self.deadline:
            raise GiveUp("out of time")

    def domain(self, name: str) -> Domain:
        return self.domains.get(name, REAL)

    def learn(self, term: Term, sign: Sign, wild: Iterable[str] = ()) -> None:
        """Takes as known that the term, for every value of its wild indices, has one of these signs."""
        ratio = self.ratio(term)
        if ratio.number is not None:
            if not signs.of_ratio(self, ratio) & sign:
                raise Contradiction
            return
        lead = ratio.top.leading_coefficient()
        top = ratio.level.term(ratio.top / ratio.level.context.constant(lead))
        if not ratio.bottom.is_constant():
            sign = signs.times_signs(sign, signs.of_polynomial(self, ratio.level, ratio.bottom) - {0})
        if lead < 0:
            sign = signs.turned(sign)
        if sign != ANY:
            self._signs.append((top, frozenset(wild), sign))
            self.forget()

    def forget(self) -> None:
        """Drops what was worked out with less knowledge."""
        for memory in (self._outlines, self._normal, self._sign_of, self.kernel_signs, self.pending):
            memory.clear()

    def known_sign(self, term: Term) -> Sign:
        """The signs that the givens leave to this canonical term."""
        known = ANY
        for pattern, wild, sign in self._signs:
            if pattern == term or (wild and match(pattern, term, wild, {}) is not None):
                known &= sign
        if isinstance(term, Plus):
            known &= self._in_unit(term)
        return known

    def _in_unit(self, term: Plus) -> Sign:
        """Of p - 1 where p is bounded by 1."""
        match term.terms:
            case (Atom(name), Const(value)) if value < 0:
                high = self.domain(name).high
                if high is not None and high.p * value.denominator <= -value.numerator * high.q:
                    at_edge = high.p * value.denominator == -value.numerator * high.q
                    return NONPOSITIVE if at_edge and not self.domain(name).high_open else signs.NEGATIVE
        return ANY

    def known_signs(self) -> Iterator[tuple[Term, Sign]]:
        """Given signs of terms without open indices, for taking multiples of them away."""
        yield from ((term, sign) for term, wild, sign in self._signs[:12] if not wild)
        for name, domain in list(self.domains.items())[:12]:
            symbol = self.symbols.get(name)
            for edge, is_open, turn in ((domain.low, domain.low_open, 1), (domain.high, domain.high_open, -1)):
                if edge is not None and edge != 0 and not (symbol and symbol.rank):
                    sign = frozenset({turn}) if is_open else frozenset({0, turn})
                    yield minus(Atom(name), number(Fraction(int(edge.p), int(edge.q)))), sign

    def nonnegative(self, kernel: Kernel) -> bool:
        return -1 not in signs.of_kernel(self, kernel)

    def sign(self, term: Term) -> Sign:
        """The signs that the term can have where it is defined."""
        known = self._sign_of.get(term)
        if known is None:
            self._sign_of[term] = ANY  # while it is being found out
            known = self._sign_of[term] = signs.of_ratio(self, self.ratio(term))
        return known

    def whole(self, term: Term) -> bool:
        """Whether the term takes whole values only."""
        match term:
            case Size() | Place():
                return True
            case Const(value):
                return value.denominator == 1
            case Atom(name):
                return self.domain(name).whole
        return False

    # ---- normal forms ----

    def level(self, outlines: Iterable[Outline]) -> Level:
        return Level.of(outlines, self.tick)

    def ratio(self, term: Term) -> Ratio:
        """The term as a quotient of polynomials in kernels."""
        outline = self.outline(term)
        return self.level([outline]).ratio(outline)

    def ratio_of_difference(self, left: Term, right: Term) -> Ratio:
        return self.ratio(minus(left, right))

    def normal(self, term: Term) -> Term:
        """The canonical term that is equal wherever this one is defined."""
        known = self._normal.get(term)
        if known is None:
            known = self._normal[term] = self.ratio(term).term
        return known

    def kernel(self, term: Term, kind: str = "plain", inner: Outline | None = None) -> Kernel:
        known = self._kernels.get((term, kind))
        if known is None:
            known = self._kernels[term, kind] = Kernel(term, written(term), kind, inner)  # type: ignore[arg-type]
        return known

    def leaf(self, term: Term, kind: str = "plain") -> Outline:
        """The kernel to the first power, or what the givens say that it equals."""
        for pattern, wild, becomes in self.rewritings:
            if (found := match(pattern, term, wild, {})) is not None:
                return self.outline(Replacement(dict(found))(becomes) if found else becomes)
        return Power(self.kernel(term, kind), Fraction(1))

    def unfolded(self, level: Level, polynomial: Polynomial) -> Outline:
        """The outline of a polynomial of the level."""
        terms: list[Outline] = []
        for degrees, coefficient in polynomial.terms():
            parts: list[Outline] = [Fraction(int(coefficient.p), int(coefficient.q))]
            for (kernel, function, root), degree in zip(level.entries, degrees, strict=True):
                if degree and function:
                    wave = Wave(function, kernel, Fraction(1, root))  # type: ignore[arg-type]
                    parts.append(Whole(wave, int(degree)))
                elif degree:
                    parts.append(Power(kernel, Fraction(int(degree), root)))
            terms.append(Product(tuple(parts)))
        return Sum(tuple(terms))

    def outline(self, term: Term) -> Outline:
        known = self._outlines.get(term)
        if known is None:
            self.tick()
            self._deep += 1
            if self._deep > DEPTH:
                raise GiveUp("too deep")
            try:
                known = self._outlines[term] = self._outlined(term)
            finally:
                self._deep -= 1
        return known

    def _outlined(self, term: Term) -> Outline:
        match term:
            case Const(value):
                return value
            case Plus(parts):
                return Sum(tuple(map(self.outline, parts)))
            case Times(parts):
                return Product(tuple(map(self.outline, parts)))
            case Raise(base, exponent):
                return raise_(self, base, exponent)
            case Atom():
                return self._atom(term)
            case Apply():
                return self._applied(term)
            case Size(dim):
                return Fraction(dim) if isinstance(dim, int) else self.leaf(term)
            case Place(index):
                if not index.name:
                    return Fraction(index.shift)
                return Sum((self.leaf(Place(Index(index.name))), Fraction(index.shift)))
            case Kronecker():
                return self._kronecker(term)
            case SumOver():
                return sums.outline_of_sum(self, term)
            case ProductOver():
                return sums.outline_of_product(self, term)
            case Mean(body):
                return sums.outline_of_mean(self, body)
        return self._opaque(term)

    def _atom(self, term: Atom) -> Outline:
        symbol = self.symbols.get(term.name)
        if symbol is not None and symbol.type == "symmetric" and len(term.indices) == symbol.rank:
            pair = sorted(term.indices[-2:], key=lambda index: (index.name, index.shift))
            term = Atom(term.name, (*term.indices[:-2], *pair))
        return self.leaf(term, "idempotent" if symbol is not None and symbol.type == "onehot" else "plain")

    def _applied(self, term: Apply) -> Outline:
        symbol = self.symbols.get(term.function)
        if term.order or (symbol is not None and symbol.type == "function"):
            return self.leaf(Apply(term.function, tuple(map(self.normal, term.args)), term.order))
        rule = ELEMENTARY.get(term.function)
        if rule is None:
            return self.leaf(Apply(term.function, tuple(map(self.normal, term.args))))
        return rule(self, *term.args)

    def _kronecker(self, term: Kronecker) -> Outline:
        left, right = sorted((term.left, term.right), key=lambda index: (index.name, index.shift))
        if left.name == right.name:
            return Fraction(int(left == right))
        shift = min(left.shift, right.shift) if left.name and right.name else 0
        left, right = Index(left.name, left.shift - shift), Index(right.name, right.shift - shift)
        if frozenset({left, right}) in self.unequal:
            return Fraction(0)
        return self.leaf(Kronecker(left, right), "idempotent")

    def _opaque(self, term: Term) -> Outline:
        match term:
            case Special("e"):
                return self.outline(Apply("exp", (ONE,)))
            case Special("pi"):
                return self.leaf(term)
            case Pick(values, index):
                if not index.name:
                    return self.outline(values[index.shift - 1]) if 1 <= index.shift <= len(values) else self._fail()
                deltas = (times(Kronecker(index, Index("", n)), value) for n, value in enumerate(values, 1))
                return self.outline(plus(*deltas))
            case Piecewise(pieces):
                return self._piecewise(pieces)
            case InverseEntry(matrix, row, column):
                return minors.outline_of_inverse(self, matrix, row, column)
            case Determinant(matrix):
                return minors.outline_of_determinant(self, matrix)
            case Extreme(which, vector):
                return self._extreme(which, vector)
            case LimitOf():
                return approach.outline_of_limit(self, term)
        return self._fail()

    def _fail(self) -> Outline:
        raise GiveUp

    def _piecewise(self, pieces: tuple[tuple[Term, Condition | None], ...]) -> Outline:
        """The first piece whose condition surely holds; pieces whose condition surely fails are dropped."""
        left: list[tuple[Term, Condition | None]] = []
        for piece, condition in pieces:
            verdict = True if condition is None else self.settled(condition)
            if verdict is False:
                continue
            if verdict and not left:
                return self.outline(piece)
            left.append((self.normal(piece), None if verdict else condition))
            if verdict:
                break
        if not left:
            raise GiveUp
        named = tuple((piece, self._condition(condition)) for piece, condition in left)
        return self.leaf(Piecewise(named))

    def settled(self, condition: Condition) -> bool | None:
        """Whether the condition surely holds or surely fails; None where that is not known."""
        term = minus(condition.left, condition.right)
        sign, wanted = self.sign(term), signs.OF_RELATION[condition.sign]
        if not sign & wanted:
            return False
        rest = [self.settled(part) for part in condition.both]
        if False in rest:
            return False
        if sign <= wanted:
            return True if all(rest) else None
        self.pending[self.normal(term)] = None
        return None

    def _condition(self, condition: Condition | None) -> Condition | None:
        if condition is None:
            return None
        left = self.normal(minus(condition.left, condition.right))
        both = tuple(part for c in condition.both if (part := self._condition(c)) is not None)
        return Condition(condition.sign, left, number(0), both)

    def array(self, array: Array) -> Array:
        """The array with a canonical entry in canonical index names."""
        base = above([array.entry], len(array.indices), array.indices)
        names = tuple(f"{BOUND}{base + n}" for n in range(1, len(array.indices) + 1))
        renamed = Replacement(dict(zip(array.indices, map(Index, names), strict=True)))(array.entry)
        return Array(names, array.dims, self.normal(renamed))

    def _extreme(self, which: str, vector: Array) -> Outline:
        size = vector.dims[0]
        if isinstance(size, int) and 1 <= size <= 4:
            entries = (Replacement({vector.indices[0]: Index("", n)})(vector.entry) for n in range(1, size + 1))
            return self.outline(Apply(which, tuple(entries)))
        return self.leaf(Extreme(which, self.array(vector)))
