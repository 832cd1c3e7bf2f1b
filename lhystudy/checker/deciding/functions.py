"""The known functions at a number: exact where the value is rational, else a ball that holds the true value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from flint import arb, fmpq, fmpz

Value: TypeAlias = Any  # an fmpq or an arb

EXACT_BITS = 4096  # rationals taller than this continue as balls
EXACT_FACTORIAL = 300


class Undefined(Exception):
    """The term has no value at this point."""


class Unclear(Undefined):
    """The enclosures are too wide to tell; more bits may help."""


class TooDear(Exception):
    """The term costs more to evaluate than is allowed."""


ZERO, ONE = fmpq(0), fmpq(1)


def ball(value: Value) -> arb:
    """The value as a ball at the working precision."""
    return value if isinstance(value, arb) else arb(value)


def bits(value: fmpq) -> int:
    return max(int(value.p.bit_length()), int(value.q.bit_length()))


def known_sign(value: Value) -> int:
    """-1, 0 or 1; Unclear where the ball straddles zero."""
    if isinstance(value, arb):
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value.is_zero():
            return 0
        raise Unclear("sign")
    return int(value > 0) - int(value < 0)


def finite(value: arb) -> arb:
    if not value.is_finite():
        raise Unclear("no finite enclosure")
    return value


def whole(value: Value) -> int | None:
    """The integer that the value is known to be, or None."""
    if isinstance(value, arb):
        return None
    return int(value.p) if value.q == 1 else None


def divide(left: Value, right: Value) -> Value:
    if known_sign(right) == 0:
        raise Undefined("division by zero")
    return left / right


def exact_root(value: fmpq, degree: int) -> fmpq | None:
    """The nonnegative rational root, or None where it is irrational."""
    if degree > 64:
        return None
    top, bottom = value.p.root(degree), value.q.root(degree)
    if top**degree == value.p and bottom**degree == value.q:
        return fmpq(top, bottom)
    return None


def root(base: Value, degree: int) -> Value:
    """The real root of a nonnegative number."""
    sign = _sign_or_zero_ball(base)
    if sign < 0:
        raise Undefined("a root of a negative number")
    if sign == 0 and not isinstance(base, arb):
        return ZERO
    if not isinstance(base, arb):
        exact = exact_root(base, degree)
        if exact is not None:
            return exact
        base = arb(base)
    return finite(base.sqrt() if degree == 2 else base.root(degree))


def _sign_or_zero_ball(value: Value) -> int:
    try:
        return known_sign(value)
    except Unclear:
        raise Unclear("a root of a number near zero") from None


def whole_power(base: Value, exponent: int) -> Value:
    if exponent in (0, 1):
        return base if exponent else ONE
    if exponent < 0 and known_sign(base) == 0:
        raise Undefined("division by zero")
    if not isinstance(base, arb):
        if bits(base) * abs(exponent) <= EXACT_BITS or base in (ZERO, ONE, -ONE):
            return base ** (exponent % 2 if base == -ONE else exponent if base not in (ZERO, ONE) else abs(exponent))
        base = arb(base)
    return finite(base ** fmpz(exponent))


def power(base: Value, exponent: Value) -> Value:
    """base ** exponent over the reals: a negative base takes whole exponents only, and 0 ** 0 is the caller's."""
    n = whole(exponent)
    if n is not None:
        return whole_power(base, n)
    sign = known_sign(base)
    if sign < 0:
        raise Undefined("a broken power of a negative number")
    if sign == 0:
        if known_sign(exponent) > 0:
            return ZERO
        raise Undefined("zero to a power that is not positive")
    if not isinstance(exponent, arb) and exponent.q <= 64:
        return whole_power(root(base, int(exponent.q)), int(exponent.p))
    if not isinstance(base, arb) and base == 1:
        return ONE
    return finite((ball(exponent) * ball(base).log()).exp())


def exp(x: Value) -> Value:
    return ONE if x == 0 and not isinstance(x, arb) else finite(ball(x).exp())


def log(x: Value) -> Value:
    if known_sign(x) <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    return ZERO if not isinstance(x, arb) and x == 1 else finite(ball(x).log())


def absolute(x: Value) -> Value:
    return abs(x)


def sign(x: Value) -> Value:
    return fmpq(known_sign(x))


def floor(x: Value) -> Value:
    if not isinstance(x, arb):
        return fmpq(x.floor())
    below = x.floor().unique_fmpz()
    if below is None:
        raise Unclear("floor at a step")
    return fmpq(below)


def ceil(x: Value) -> Value:
    return -floor(-x)


def relu(x: Value) -> Value:
    return largest(x, ZERO)


def largest(*values: Value) -> Value:
    best = values[0]
    for value in values[1:]:
        if isinstance(best, arb) or isinstance(value, arb):
            best = best if best > value else value if value > best else ball(best).max(ball(value))
        else:
            best = max(best, value)
    return best


def smallest(*values: Value) -> Value:
    return -largest(*(-value for value in values))


def sigmoid(x: Value) -> Value:
    return ONE / 2 if not isinstance(x, arb) and x == 0 else finite(1 / (1 + (-ball(x)).exp()))


def softplus(x: Value) -> Value:
    return finite(ball(x).exp().log1p())


def gamma(x: Value) -> Value:
    n = whole(x)
    if n is not None:
        if n <= 0:
            raise Undefined("Gamma at a pole")
        if n <= EXACT_FACTORIAL:
            return fmpq(fmpz.fac_ui(n - 1))
    return finite(ball(x).gamma())


def factorial(x: Value) -> Value:
    n = whole(x)
    if n is None or n < 0:
        raise Undefined("the factorial of a number that is no whole number >= 0")
    return gamma(x + 1)


def _open(function: str, at_zero: int | None = None) -> Callable[[Value], Value]:
    """The arb method of that name, defined wherever its enclosure is finite."""

    def value(x: Value) -> Value:
        if at_zero is not None and not isinstance(x, arb) and x == 0:
            return fmpq(at_zero)
        return finite(getattr(ball(x), function)())

    return value


def _within(function: str, low: int | None, high: int | None, at_zero: int | None = None) -> Callable[[Value], Value]:
    """The arb method of that name on the closed interval from low to high."""
    inner = _open(function, at_zero)

    def value(x: Value) -> Value:
        if (low is not None and x < low) or (high is not None and x > high):
            raise Undefined(f"{function} outside its domain")
        return inner(x)

    return value


def _reciprocal(function: str) -> Callable[[Value], Value]:
    """One over the arb method of that name, undefined at its exact zero."""
    inner = _open(function)

    def value(x: Value) -> Value:
        below = (
            inner(x) if isinstance(x, arb) or x != 0 else ZERO if function in ("sin", "sinh", "tan", "tanh") else ONE
        )
        return divide(ONE, below)

    return value


def _atanh(x: Value) -> Value:
    if x <= -1 or x >= 1:
        raise Undefined("atanh outside its domain")
    return _open("atanh", 0)(x)


def _log_to(base: int) -> Callable[[Value], Value]:
    def value(x: Value) -> Value:
        exact = _whole_log(x, base)
        return fmpq(exact) if exact is not None else divide(log(x), arb(base).log())

    return value


def _whole_log(x: Value, base: int) -> int | None:
    if isinstance(x, arb) or x <= 0 or not (x.p == 1 or x.q == 1):
        return None
    tall, count = int(x.p) if x.q == 1 else int(x.q), 0
    while tall > 1 and tall % base == 0:
        tall, count = tall // base, count + 1
    return None if tall != 1 else count if x.q == 1 else -count


def sqrt(x: Value) -> Value:
    return root(x, 2)


KNOWN: dict[str, Callable[..., Value]] = {
    "exp": exp,
    "log": log,
    "ln": log,
    "log2": _log_to(2),
    "log10": _log_to(10),
    "sqrt": sqrt,
    "abs": absolute,
    "sign": sign,
    "sin": _open("sin", 0),
    "cos": _open("cos", 1),
    "tan": _open("tan", 0),
    "sec": _reciprocal("cos"),
    "csc": _reciprocal("sin"),
    "cot": _reciprocal("tan"),
    "sinh": _open("sinh", 0),
    "cosh": _open("cosh", 1),
    "tanh": _open("tanh", 0),
    "sech": _reciprocal("cosh"),
    "csch": _reciprocal("sinh"),
    "coth": _reciprocal("tanh"),
    "asin": _within("asin", -1, 1, 0),
    "acos": _within("acos", -1, 1),
    "atan": _open("atan", 0),
    "asinh": _open("asinh", 0),
    "acosh": _within("acosh", 1, None),
    "atanh": _atanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "relu": relu,
    "max": largest,
    "min": smallest,
    "floor": floor,
    "ceil": ceil,
    "erf": _open("erf", 0),
    "erfc": _open("erfc", 1),
    "Gamma": gamma,
    "factorial": factorial,
}  # fmt: skip
KNOWN |= {f"arc{name[1:]}": KNOWN[name] for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")}
KNOWN["ceiling"] = ceil
