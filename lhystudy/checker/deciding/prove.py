"""Exact proof that a line holds wherever both sides are defined, for every dimension and every value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from lhystudy.checker.deciding import signs
from lhystudy.checker.deciding.algebra import Algebra, Contradiction
from lhystudy.checker.deciding.approach import without_limits
from lhystudy.checker.deciding.constants import vanishes
from lhystudy.checker.deciding.domains import domains_of
from lhystudy.checker.deciding.field import GiveUp, Monomial, Ratio, spelled
from lhystudy.checker.deciding.given import learn_defined, learn_facts, orient
from lhystudy.checker.deciding.inequalities import bounded_below
from lhystudy.checker.deciding.names import Names
from lhystudy.checker.deciding.signs import NEGATIVE, NOTHING, POSITIVE, Sign
from lhystudy.checker.deciding.squares import nonnegative
from lhystudy.checker.meaning.build import ZERO, plus, times
from lhystudy.checker.meaning.replace import Replacement, free_indices, fresh, subterms
from lhystudy.checker.terms import Array, Context, Dim, Fact, Index, InverseEntry, Kronecker, Piecewise, SumOver, Term

TURNS = 2  # matrices that both sides are multiplied by, to be rid of their inverses
CASES = 81  # at most, of signs that are told apart
SHARE = 0.4  # of the time
UNROLLED = 16  # values of free indices over fixed dimensions


def proved(fact: Fact, context: Context, deadline: float) -> bool:
    """Whether exact algebra shows the line. False says nothing."""
    now = monotonic()
    until = now + SHARE * max(0.0, deadline - now)
    if _held(fact, context, until):
        return True
    # An equation among the givens may hide a sum whose entries the orders among them speak of.
    loose = tuple(given for given in context.facts if given.sign != "=")
    orders = fact.sign in ("<", "<=", ">", ">=") and 0 < len(loose) < len(context.facts)
    return orders and _held(fact, replace(context, facts=loose), until)


def _held(fact: Fact, context: Context, deadline: float) -> bool:
    try:
        return Proof(fact, context, deadline).holds()
    except (GiveUp, RecursionError, ArithmeticError, ValueError, MemoryError):
        return False


def algebra_of(term: Term, context: Context, deadline: float) -> Algebra:
    """The algebra in which the term can be worked out under the givens. May raise GiveUp."""
    fact = Fact("=", term, ZERO)
    algebra = Proof(fact, context, deadline).algebra(fact, Case())
    assert algebra is not None  # no case is taken
    return algebra


def limits_worked_out(fact: Fact, context: Context, deadline: float) -> Fact:
    """The line with its limits replaced by their values, or as it is where one is not found."""
    if not Names.of(fact).limits:
        return fact
    try:
        algebra = Proof(fact, context, deadline).algebra(fact, Case())
        return without_limits(algebra, fact) if algebra is not None else fact
    except (GiveUp, RecursionError):
        return fact


def contradictory(fact: Fact, context: Context, deadline: float) -> bool:
    """Whether the givens surely leave no point at all."""
    domains = domains_of(context.symbols, context.facts)
    if any(domain.empty for domain in domains.values()):
        return True
    try:
        Proof(fact, context, deadline).algebra(fact, Case())
    except Contradiction:
        return True
    except (GiveUp, RecursionError):
        pass
    return False


def excluded(term: Term, sign: int, fact: Fact, context: Context, deadline: float) -> bool:
    """Whether the term surely never has that sign where the line is judged."""
    try:
        algebra = Proof(fact, context, deadline).algebra(fact, Case())
        return algebra is not None and sign not in algebra.sign(term)
    except (GiveUp, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class Case:
    """Signs taken for some terms, and pairs of indices taken to differ."""

    signs: tuple[tuple[Term, Sign], ...] = ()
    unequal: frozenset[frozenset[Index]] = frozenset()
    turns: int = 0  # matrices that both sides were multiplied by


class Proof:
    """One line with what is given, case by case."""

    def __init__(self, fact: Fact, context: Context, deadline: float) -> None:
        self.fact, self.context, self.deadline = fact, context, deadline
        self.cases = 0

    def holds(self) -> bool:
        return all(self._instance(fact) for fact in self._instances())

    def _instances(self) -> Iterator[Fact]:
        """The line for each value of the free indices that run over fixed dimensions."""
        facts = [self.fact]
        for name, dim in self.fact.free.items():
            if isinstance(dim, int):
                if dim * len(facts) > UNROLLED:
                    raise GiveUp
                facts = [placed(fact, {name: Index("", place)}) for fact in facts for place in range(1, dim + 1)]
        yield from facts

    def _instance(self, fact: Fact) -> bool:
        return self._case(fact, Case())

    def _case(self, fact: Fact, case: Case) -> bool:
        """Whether the line holds in the case; what is undecided is split into further cases."""
        self.cases += 1
        if self.cases > CASES:
            raise GiveUp
        algebra = self.algebra(fact, case)
        if algebra is None:
            return True
        ratio = algebra.ratio_of_difference(fact.left, fact.right)
        if SHOWN[fact.sign](algebra, ratio):
            return True
        pair = delta_in(ratio, fact)
        if pair is not None:
            different = replace(case, unequal=case.unequal | {frozenset(pair)})
            return self._case(placed(fact, {pair[0].name: pair[1]}), case) and self._case(fact, different)
        turned = _freed_of_inverse(ratio, fact) if case.turns < TURNS else None
        if turned is not None:
            return self._case(turned, replace(case, turns=case.turns + 1))
        pending = [term for term in algebra.pending if not free_indices(term) - set(fact.free)]
        if not pending or len(case.signs) >= 4:
            return False
        cases = (replace(case, signs=(*case.signs, (pending[0], frozenset({sign})))) for sign in (1, -1, 0))
        return all(self._case(fact, further) for further in cases)

    def algebra(self, fact: Fact, case: Case) -> Algebra | None:
        """The algebra under the givens and the case; None where the case cannot be."""
        facts = self.context.facts
        algebra = Algebra(
            self.context.symbols,
            domains_of(self.context.symbols, facts),
            self.deadline,
            self.context.independent,
            case.unequal,
        )
        try:
            learn_facts(algebra, facts)
            learn_defined(algebra, fact)
            for term, sign in case.signs:
                if not algebra.sign(term) & sign:
                    return None
                algebra.learn(term, sign)
                if sign == NOTHING:
                    orient(algebra, Fact("=", term, ZERO))
        except Contradiction:
            if not case.signs:
                raise
            return None
        return algebra


def zero(algebra: Algebra, ratio: Ratio) -> bool:
    """Whether the ratio is zero wherever it is defined."""
    return ratio.zero or vanishes(ratio) or sums_vanish(algebra, ratio) or in_ideal(algebra, ratio)


def in_ideal(algebra: Algebra, ratio: Ratio) -> bool:
    """Whether the numerator is a combination of what the givens say is zero, as far as division shows it."""
    if not algebra.zeros:
        return False
    outlines = [algebra.outline(term) for term in algebra.zeros]
    top = algebra.outline(ratio.level.term(ratio.top))
    level = algebra.level([top, *outlines])
    rest = level.ends(top)[0]
    for _ in range(3):
        for outline in outlines:
            divisor = level.ends(outline)[0]
            if not divisor.is_zero():
                rest = level.reduced(divmod(rest, divisor)[1])
            if rest.is_zero():
                return True
    return False


def _signed(wanted: Sign) -> Callable[[Algebra, Ratio], bool]:
    def shown(algebra: Algebra, ratio: Ratio) -> bool:
        if zero(algebra, ratio):
            return 0 in wanted
        sign = signs.of_ratio(algebra, ratio)
        if sign <= wanted:
            return True
        turns = [turn for turn in (1, -1) if turn in wanted]
        strict = 0 not in wanted
        if any(nonnegative(algebra, ratio, turn, strict) for turn in turns):
            return True
        return len(turns) == 1 and bounded_below(algebra, ratio, turns[0], strict)

    return shown


SHOWN: dict[str, Callable[[Algebra, Ratio], bool]] = {
    "=": zero,
    "!=": _signed(signs.NONZERO),
    "<": _signed(NEGATIVE),
    "<=": _signed(signs.NONPOSITIVE),
    ">": _signed(POSITIVE),
    ">=": _signed(signs.NONNEGATIVE),
    "~=": lambda algebra, ratio: False,
}


def placed(fact: Fact, places: dict[str, Index]) -> Fact:
    """The line with free indices put at places."""
    put = Replacement(places)
    free = {name: dim for name, dim in fact.free.items() if name not in places}
    return Fact(fact.sign, put(fact.left), put(fact.right), free, fact.digits)


def delta_in(ratio: Ratio, fact: Fact) -> tuple[Index, Index] | None:
    """Two free indices, or one and a place, that a delta in the ratio compares; the first is free."""
    for kernel, _, _ in ratio.level.entries:
        for term in subterms(kernel.term):
            if isinstance(term, Kronecker):
                for one, two in ((term.left, term.right), (term.right, term.left)):
                    if one.name in fact.free and not one.shift and (not two.name or two.name in fact.free):
                        return one, two
    return None


def _freed_of_inverse(ratio: Ratio, fact: Fact) -> Fact | None:
    """M L = M R for L = R, where an entry of the inverse of M has a free index that stands on its outer side. M is
    invertible where its inverse is defined, so the one holds where the other does."""
    if fact.sign != "=":
        return None
    for kernel, _, _ in ratio.level.entries:
        parts = list(subterms(kernel.term))
        if any(isinstance(part, Piecewise) for part in parts):
            continue  # a piece that does not count may be undefined
        for term in parts:
            if isinstance(term, InverseEntry):
                for n, outer in enumerate((term.row, term.column)):
                    if outer.name in fact.free and not outer.shift:
                        return _multiplied(fact, term.matrix, outer.name, first=n == 0)
    return None


def _multiplied(fact: Fact, matrix: Array, free: str, first: bool) -> Fact:
    """Both sides times the matrix, along the free index: from the left where it is the `first` of the inverse."""
    through = Index(fresh())
    places = (Index(free), through) if first else (through, Index(free))
    entry = Replacement(dict(zip(matrix.indices, places, strict=True)))(matrix.entry)
    put = Replacement({free: through})
    left, right = (SumOver(through.name, matrix.dims[0], times(entry, put(side))) for side in (fact.left, fact.right))
    return Fact("=", left, right, fact.free)


# ---- sums whose bodies cancel only together ----------------------------------------------------------


def sums_vanish(algebra: Algebra, ratio: Ratio) -> bool:
    """Whether the numerator is zero once sums over the same range, each to the first power, are added up."""
    groups: dict[Dim, list[tuple[Term, Term]]] = {}
    rest: list[Term] = []
    for coefficient, factors in top_monomials(ratio):
        plain = [(f, e) for f, e in factors if isinstance(f, SumOver) and f.lower is None and f.upper is None]
        if len(plain) == 1 and plain[0][1] == 1:
            term = plain[0][0]
            assert isinstance(term, SumOver) and term.dim is not None
            others = spelled((coefficient, tuple(f for f in factors if f != plain[0])))
            groups.setdefault(term.dim, []).append((others, put_place(term)))
        else:
            rest.append(spelled((coefficient, factors)))
    if not any(len(group) > 1 for group in groups.values()):
        return False
    if not algebra.ratio(plus(*rest)).zero:
        return False
    return all(algebra.ratio(plus(*(times(c, body) for c, body in group))).zero for group in groups.values())


def top_monomials(ratio: Ratio) -> list[Monomial]:
    return [ratio.level.monomial(degrees, c) for degrees, c in ratio.top.terms()]


def put_place(term: SumOver) -> Term:
    return Replacement({term.index: Index("~any")})(term.body)
