"""A last try at a scalar equation: whether SymPy rewrites the difference of its sides to zero, within a deadline.

Asked only where no point tells the sides apart. Never given matrices, sums over named ranges or derivatives.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from lhystudy.checker.limits import interruptible, time_limit
from lhystudy.checker.meaning.replace import subterms
from lhystudy.checker.terms import Apply, Atom, Const, Context, Fact, Plus, Raise, Special, Term, Times

SECONDS = 1.0
LARGEST = 200  # nodes of a side
NAMES = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos",
    "atan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "abs": "Abs", "sign": "sign", "max": "Max",
    "min": "Min", "floor": "floor", "ceil": "ceiling", "Gamma": "gamma", "erf": "erf",
}  # fmt: skip


class TooLate(BaseException):
    """The deadline has passed. No `except Exception` on the way may swallow it."""


def simplifies(fact: Fact, context: Context, deadline: float) -> bool:
    """Whether SymPy reduces left - right to 0. False says nothing."""
    parts = [*subterms(fact.left), *subterms(fact.right)]
    if fact.sign != "=" or fact.free or len(parts) > LARGEST or not all(map(_scalar, parts)):
        return False
    seconds = min(SECONDS, (deadline - monotonic()) / 2)
    if seconds <= 0 or not interruptible():
        return False
    import sympy  # outside of the alarm: an import that is broken off would leave half a library behind

    try:
        with time_limit(seconds, TooLate):
            difference = _converted(fact.left, context, sympy) - _converted(fact.right, context, sympy)
            return bool(sympy.simplify(difference) == 0)
    except (TooLate, RecursionError, ArithmeticError, ValueError, TypeError, AttributeError, NotImplementedError):
        return False


def _scalar(term: Term) -> bool:
    match term:
        case Const() | Plus() | Times() | Raise():
            return True
        case Atom(_, indices):
            return not indices
        case Special(name):
            return name in ("pi", "e")
        case Apply(function, _, order):
            return not order and (function in NAMES or function in ("sigmoid", "softplus"))
    return False


def _converted(term: Term, context: Context, sympy: Any) -> Any:
    def convert(part: Term) -> Any:
        match part:
            case Const(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Special(name):
                return sympy.pi if name == "pi" else sympy.E
            case Atom(name):
                return sympy.Symbol(name, **_assumed(name, context))
            case Plus(parts):
                return sympy.Add(*map(convert, parts))
            case Times(parts):
                return sympy.Mul(*map(convert, parts))
            case Raise(base, exponent):
                return sympy.Pow(convert(base), convert(exponent))
            case Apply("sigmoid", (inner,)):
                return 1 / (1 + sympy.exp(-convert(inner)))
            case Apply("softplus", (inner,)):
                return sympy.log(1 + sympy.exp(convert(inner)))
            case Apply(function, args):
                return getattr(sympy, NAMES[function])(*map(convert, args))
        raise TypeError

    return convert(term)


def _assumed(name: str, context: Context) -> dict[str, bool]:
    symbol = context.symbols.get(name)
    kind = symbol.type if symbol else "real"
    return (
        {"positive": True}
        if kind in ("positive", "unit")
        else {"integer": True}
        if kind == "integer"
        else {"real": True}
    )
