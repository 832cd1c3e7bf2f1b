"""A typed expression in SymPy, its names with the assumptions that SymPy can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from lhystudy.checker.nodes import Absolute, Add, Call, Entry, Expr, Name, Negative, Number, Power, Product, Quotient
from lhystudy.checker.reading.show import show

CALLS = {"abs": sympy.Abs, "ceil": sympy.ceiling, "ln": sympy.log, "max": sympy.Max, "min": sympy.Min}
ASSUMPTIONS = {"positive": {"positive": True}, "integer": {"integer": True}, "real": {"real": True}}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}


def symbols(lets: list[str], givens: list[str]) -> dict[str, Any]:
    """A symbol for each `x : type`; a given `x > c` with c at least 0 makes x positive."""
    found = dict(let.split(" : ") for let in lets)
    for given in givens:
        left, sign, right = given.split()
        if sign == ">" and float(right) >= 0:
            found[left] = "positive"
    return {name: sympy.Symbol(name, **ASSUMPTIONS[kind]) for name, kind in found.items()}


def to_sympy(node: Expr, names: Mapping[str, Any]) -> Any:
    """The expression. Raises ValueError for a form that scalars do not have."""

    def of(part: Expr) -> Any:
        return to_sympy(part, names)

    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name() | Entry():
            name = show(node)
            plain = name.replace("_", "")
            known = names.get(name, names.get(plain, CONSTANTS.get(name)))
            return known if known is not None else sympy.Symbol(name, real=True)
        case Add(terms):
            return sympy.Add(*map(of, terms))
        case Negative(operand):
            return -of(operand)
        case Product(left, right):
            return of(left) * of(right)
        case Quotient(top, bottom):
            return of(top) / of(bottom)
        case Power(base, exponent):
            return of(base) ** of(exponent)
        case Absolute(operand):
            return sympy.Abs(of(operand))
        case Call(function, args):
            return CALLS.get(function, getattr(sympy, function, None))(*map(of, args))
    raise ValueError(type(node).__name__)
