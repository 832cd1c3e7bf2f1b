"""Arithmetic written in quiz items and typed by learners, worked out over a whitelist of Python's syntax tree."""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache

Number = int | float

LENGTH_LIMIT = 400  # characters
BITS_LIMIT = 2_000  # of a whole number, so that 9**9**9 ends at once
DEPTH_LIMIT = 60


class ExpressionError(ValueError):
    """What about the expression cannot be worked out, in one sentence."""


def _sigmoid(x: Number) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int):
        if abs(exponent) * max(1, base.bit_length()) > BITS_LIMIT:
            raise ExpressionError("the number is too large")
    value = base**exponent
    if isinstance(value, complex):
        raise ExpressionError("a root of a negative number is not real")
    return value


FUNCTIONS: dict[str, Callable[..., Number]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": lambda x: math.log(x),  # natural; a second argument would be a base
    "log2": math.log2,
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
}
OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
SIGNS: dict[type[ast.unaryop], Callable[[Number], Number]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: lambda truth: int(not truth),
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Number, Number], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@lru_cache(maxsize=2048)
def _tree(text: str) -> ast.expr:
    if len(text) > LENGTH_LIMIT:
        raise ExpressionError("the expression is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on odd literals are no concern of a learner's
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("this cannot be read as arithmetic") from None


def evaluate(text: str, numbers: Mapping[str, Number]) -> Number:
    """The finite number (or truth, as 0 or 1) that the expression comes to. Raises only ExpressionError."""
    try:
        value = _value(_tree(text), numbers, 0)
    except ZeroDivisionError:
        raise ExpressionError("this divides by zero") from None
    except OverflowError:
        raise ExpressionError("the number is too large") from None
    except (ValueError, TypeError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError("this is not defined for these numbers") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("the number is too large")
    return value


def names_in(text: str) -> frozenset[str]:
    """The names of numbers that the expression uses. Raises ExpressionError where it cannot be read."""
    tree = _tree(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)


def _value(node: ast.expr, numbers: Mapping[str, Number], depth: int) -> Number:
    if depth > DEPTH_LIMIT:
        raise ExpressionError("the expression nests too deep")

    def inner(child: ast.expr) -> Number:
        return _value(child, numbers, depth + 1)

    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return _small(number)
        case ast.Name(id=name):
            if name not in numbers:
                raise ExpressionError(f'there is no number called "{name}"')
            return numbers[name]
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in SIGNS:
            return SIGNS[type(sign)](inner(operand))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return _small(OPERATORS[type(sign)](inner(left), inner(right)))
        case ast.BoolOp(op=sign, values=parts):
            return int((all if isinstance(sign, ast.And) else any)(inner(part) for part in parts))
        case ast.Compare(left=left, ops=signs, comparators=others) if all(type(sign) in COMPARISONS for sign in signs):
            values = [inner(part) for part in (left, *others)]
            pairs = zip(values, signs, values[1:], strict=False)
            return int(all(COMPARISONS[type(sign)](a, b) for a, sign, b in pairs))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return _small(FUNCTIONS[name](*(inner(argument) for argument in arguments)))
    raise ExpressionError("only numbers, names, + - * / ** // %, comparisons and simple functions are read here")


def _small(number: Number) -> Number:
    if isinstance(number, int) and number.bit_length() > BITS_LIMIT:
        raise ExpressionError("the number is too large")
    return number
