"""Whether a term has a power series wherever it is looked at, so that its derivatives say what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from lhystudy.checker.meaning.replace import children
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Const,
    Dim,
    Kronecker,
    Pick,
    Place,
    Plus,
    Raise,
    Size,
    Special,
    SumOver,
    Term,
    Times,
)

ENTIRE = frozenset("exp sin cos atan sinh cosh tanh sigmoid softplus erf".split())

Care = Literal["root", "quotient", "log"]  # what may fail to have a power series, by the term that stands in it
Safe = Callable[[Care, Term, Mapping[str, Dim]], bool]  # its bound indices with their dimensions come third


def analytic(term: Term, safe: Safe, bound: Mapping[str, Dim]) -> bool:
    """Whether the term is made of functions with power series, where `safe` says so of roots, quotients and logs."""
    match term:
        case Atom() | Const() | Special() | Size() | Place() | Kronecker():
            return True
        case Raise(base, Const(exponent)):
            care: Care = "quotient" if exponent.denominator == 1 else "root"
            free = care == "quotient" and exponent > 0
            return analytic(base, safe, bound) and (free or safe(care, base, bound))
        case Raise(Special("e"), exponent_):
            return analytic(exponent_, safe, bound)
        case Apply("log", (inner,), 0):
            return analytic(inner, safe, bound) and safe("log", inner, bound)
        case Apply(function, _, 0) if function in ENTIRE:
            return all(analytic(part, safe, bound) for part in children(term))
        case SumOver(index, dim, body, None, None) if dim is not None:
            return analytic(body, safe, {**bound, index: dim})
        case Plus() | Times() | Pick():
            return all(analytic(part, safe, bound) for part in children(term))
    return False
