"""What the givens, and the line's being defined, let exact algebra take as known."""

from __future__ import annotations

from collections.abc import Iterator

from lhystudy.checker.deciding.algebra import Algebra, Contradiction
from lhystudy.checker.deciding.evaluate import is_guard
from lhystudy.checker.deciding.field import Kernel, Level, Polynomial
from lhystudy.checker.deciding.signs import NONNEGATIVE, NONZERO, OF_RELATION, POSITIVE, Sign, of_polynomial
from lhystudy.checker.deciding.written import match
from lhystudy.checker.meaning.build import minus, number, power, times
from lhystudy.checker.meaning.replace import children, free_indices, subterms
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Fact,
    Index,
    Kronecker,
    LimitOf,
    Mean,
    Pick,
    Piecewise,
    ProductOver,
    Raise,
    SumOver,
    Term,
    Times,
)

PREFERRED: tuple[type, ...] = (SumOver, Mean, ProductOver, Apply, Atom)


def learn_facts(algebra: Algebra, facts: tuple[Fact, ...]) -> None:
    """Signs from orders, rewritings from equations."""
    learn_orders(algebra, facts)
    for fact in facts:
        if fact.sign == "=":
            orient(algebra, fact)


def learn_orders(algebra: Algebra, facts: tuple[Fact, ...]) -> None:
    """Signs from orders, and from every given's being defined."""
    for fact in facts:
        _learn_defined(algebra, fact, frozenset(fact.free))
    for fact in facts:
        if fact.sign in OF_RELATION and fact.sign != "=":
            algebra.learn(minus(fact.left, fact.right), OF_RELATION[fact.sign], fact.free)


def assignments(algebra: Algebra, facts: tuple[Fact, ...]) -> tuple[list[tuple[Atom, tuple[str, ...], Term]], set[int]]:
    """Values for atoms that make equations true: an atom, its open indices and what it must be, each to be worked out
    before those that stand before it; and the numbers of the equations that then hold."""
    found: list[tuple[Atom, tuple[str, ...], Term]] = []
    held: set[int] = set()
    for number_, fact in enumerate(facts):
        if fact.sign == "=":
            told = orient(algebra, fact)
            if told is True:
                held.add(number_)
            elif isinstance(told, tuple) and isinstance(told[0], Atom):
                found.append((told[0], tuple(fact.free), told[1]))
                held.add(number_)
    return found, held


def orient(algebra: Algebra, fact: Fact) -> bool | tuple[Term, Term]:
    """Makes the equation a rewriting of the kernel that it determines, else keeps that its difference is zero. The
    kernel and what it becomes; True where the equation says nothing new, False where it gave no rewriting."""
    ratio = algebra.ratio_of_difference(fact.left, fact.right)
    if ratio.zero:
        return True
    if ratio.number is not None:
        raise Contradiction
    best: tuple[int, str, Term, Term] | None = None
    for n, (kernel, function, root) in enumerate(ratio.level.entries):
        if function or root != 1 or kernel.kind != "plain" or not _determines(kernel, fact):
            continue
        value = _solved(algebra, ratio.level, ratio.top, n)
        if value is None or _inside(kernel, ratio.level):
            continue
        rank = next((m for m, kind in enumerate(PREFERRED) if isinstance(kernel.term, kind)), len(PREFERRED))
        if best is None or (rank, -len(kernel.key), kernel.key) < (best[0], -len(best[1]), best[1]):
            best = (rank, kernel.key, kernel.term, value)
    if best is None:
        if not fact.free:
            algebra.zeros.append(ratio.level.term(ratio.top))
        return False
    kernel_term, becomes = _inverted(best[2], best[3])
    wild = frozenset(fact.free)
    if any(match(kernel_term, part, wild, {}) is not None for part in subterms(becomes)):
        return kernel_term, becomes  # as A_ij = -A_ji: it would be rewritten without end
    algebra.rewritings.append((kernel_term, wild, becomes))
    twin = _other_side(algebra, kernel_term)
    if twin is not None and algebra.ratio_of_difference(becomes, Kronecker(*map(Index, fact.free))).zero:
        algebra.rewritings.append((twin, wild, becomes))
    algebra.forget()
    return kernel_term, becomes


def _inverted(term: Term, becomes: Term) -> tuple[Term, Term]:
    """x = exp(c) for log x = c, and x = log c for exp(x) = c."""
    match term:
        case Apply("log", (Atom() as inner,)):
            return inner, Apply("exp", (becomes,))
        case Apply("exp", (Atom() as inner,)):
            return inner, Apply("log", (becomes,))
    return term, becomes


def _other_side(algebra: Algebra, pattern: Term) -> Term | None:
    """sum_k U_ki U_kj for sum_k U_ik U_jk of a square U, and back: each is delta_ij where the other is."""
    match pattern:
        case SumOver(bound, dim, Times((Atom(name, one), Atom(other, two))), None, None) if name == other:
            symbol = algebra.symbols.get(name)
            square = symbol is not None and len(symbol.dims) == 2 and symbol.dims[0] == symbol.dims[1]
            places = [n for n in (0, 1) if one[n : n + 1] == two[n : n + 1] == (Index(bound),)]
            if square and places:
                turned = (Atom(name, one[::-1]), Atom(name, two[::-1]))
                return algebra.normal(SumOver(bound, dim, Times(turned)))
    return None


def _determines(kernel: Kernel, fact: Fact) -> bool:
    """Whether the kernel has all free indices of the equation, so that matching it fixes them, and is no constant."""
    if isinstance(kernel.term, Raise):
        return False  # powers are put together anew each time, so they are never looked up
    varies = any(isinstance(part, Atom | SumOver | ProductOver) for part in subterms(kernel.term))
    return varies and set(fact.free) <= free_indices(kernel.term)


def _inside(kernel: Kernel, level: Level) -> bool:
    """Whether the kernel stands within another one."""
    others = (other for other, _, _ in level.entries if other is not kernel)
    return any(kernel.term == part for other in others for part in subterms(other.term))


def _solved(algebra: Algebra, level: Level, polynomial: Polynomial, n: int) -> Term | None:
    """What the n-th generator equals by polynomial = 0, where it occurs to the first power times what is never 0."""
    if polynomial.degrees()[n] != 1:
        return None
    coefficient = polynomial.derivative(n)
    generator = level.context.gens()[n]
    if 0 in of_polynomial(algebra, level, coefficient):
        return None
    rest = polynomial - coefficient * generator
    return times(number(-1), level.term(rest), power(level.term(coefficient), number(-1)))


# ---- what being defined says -------------------------------------------------------------------------


def learn_defined(algebra: Algebra, fact: Fact) -> None:
    """Both sides are defined where the line is judged: so arguments of logarithms are positive, and the like."""
    _learn_defined(algebra, fact, frozenset())


def _learn_defined(algebra: Algebra, fact: Fact, wild_free: frozenset[str]) -> None:
    used: dict[tuple[Term, Sign, frozenset[str]], None] = {}
    for side in (fact.left, fact.right):
        used.update(dict.fromkeys(_demands(side, wild_free)))
    for term, sign, wild in used:
        if sign != NONZERO or fact.sign == "!=" or algebra.rewritings or algebra.zeros:
            if not algebra.sign(term) <= sign:
                algebra.learn(term, sign, wild)


def _demands(term: Term, bound: frozenset[str]) -> Iterator[tuple[Term, Sign, frozenset[str]]]:
    """Terms that have a sign wherever the given term is defined, inner ones first."""
    match term:
        case Piecewise() | Pick():
            return
        case Times(factors) if any(map(is_guard, factors)):
            return
        case SumOver() | ProductOver():
            if term.lower is None and term.upper is None:
                yield from _demands(term.body, bound | {term.index})
            return
        case Mean() | LimitOf():
            return
    for child in children(term):
        yield from _demands(child, bound)
    wild = frozenset(free_indices(term)) & bound
    match term:
        case Apply("log", (inner,)):
            yield inner, POSITIVE, wild
        case Raise(base, Const(value)) if value.denominator != 1:
            yield base, NONNEGATIVE if value > 0 else POSITIVE, wild
        case Raise(base, Const(value)) if value < 0:
            yield base, NONZERO, wild
