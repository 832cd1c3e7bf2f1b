"""One point to evaluate at: sizes, values, sample functions, a finite probability space."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from flint import ctx, fmpq

from lhystudy.checker.deciding import functions
from lhystudy.checker.deciding.functions import ONE, ZERO, Undefined, Value
from lhystudy.checker.terms import Dim

Key = tuple[str, tuple[int, ...]]  # a scalar's name, or a vector's or matrix's and the place in it, from 1


@dataclass(frozen=True, slots=True)
class SampleFunction:
    """A smooth function: polynomial + wave sin x + growth exp(x/2); coefficients are exact."""

    coefficients: tuple[fmpq, ...]
    wave: fmpq = ZERO
    growth: fmpq = ZERO

    def at(self, x: Value, order: int) -> Value:
        """The derivative of that order at x."""
        total: Value = ZERO
        for degree in range(len(self.coefficients) - 1, order - 1, -1):
            falling = 1
            for step in range(order):
                falling *= degree - step
            total = total * x + self.coefficients[degree] * falling
        if self.wave != 0:
            wave, slope = functions.KNOWN["sin"](x), functions.KNOWN["cos"](x)
            total += self.wave * (wave, slope, -wave, -slope)[order % 4]
        if self.growth != 0:
            total += self.growth * functions.exp(x / 2) / 2**order
        return total

    def __str__(self) -> str:
        parts = [_monomial(c, degree) for degree, c in enumerate(self.coefficients) if c != 0][::-1]
        parts += [f"{_times(self.wave)}sin(x)"] if self.wave != 0 else []
        parts += [f"{_times(self.growth)}exp(x/2)"] if self.growth != 0 else []
        return " + ".join(parts).replace("+ -", "- ") or "0"


def _times(c: fmpq) -> str:
    return "" if c == 1 else "-" if c == -1 else f"{c} "


def _monomial(c: fmpq, degree: int) -> str:
    if degree == 0:
        return str(c)
    return _times(c) + ("x" if degree == 1 else f"x^{degree}")


@dataclass(slots=True)
class Point:
    """One place to evaluate at: sizes of the dimensions, values of the names, sample functions, and for random
    variables a finite probability space (each outcome's probability with the values it gives)."""

    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[Key, Any] = field(default_factory=dict)
    functions: dict[str, SampleFunction] = field(default_factory=dict)
    outcomes: list[tuple[Value, dict[str, Any]]] = field(default_factory=list)
    draw: Callable[[Key], Any] | None = None  # gives the value of a name that has none yet
    blocks: list[list[tuple[Value, tuple[str, ...], int]]] = field(default_factory=list)
    # independent blocks of random variables: probability, the block's names, and the place that holds their values

    def size(self, dim: Dim) -> int:
        if isinstance(dim, int):
            return dim
        if dim not in self.sizes:
            raise Undefined(f"the size of {dim}")
        return self.sizes[dim]

    def spread(self) -> None:
        """Makes the outcomes anew from the blocks: their product."""
        self.outcomes = []
        for choice in product(*self.blocks) if self.blocks else ():
            probability: Value = ONE
            values: dict[str, Any] = {}
            for weight, names, place in choice:
                probability = probability * weight
                values |= {name: self.values[(name, (place,))] for name in names}
            self.outcomes.append((probability, values))


@contextmanager
def precision(bits: int) -> Any:
    """Balls carry this many bits inside the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before
