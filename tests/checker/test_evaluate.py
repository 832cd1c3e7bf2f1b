"""Values are exact where they can be, enclosed where not, and absent where there are none."""

from __future__ import annotations

import math

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.checker.deciding.evaluate import Evaluator
from lhystudy.checker.deciding.functions import KNOWN, TooDear, Unclear, Undefined
from lhystudy.checker.deciding.sample import Point, SampleFunction, precision
from lhystudy.checker.meaning.build import HALF, MINUS_ONE, ONE, ZERO, apply, minus, number, power, quotient, times
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import (
    Array,
    Atom,
    Condition,
    Determinant,
    Extreme,
    Index,
    InverseEntry,
    Kronecker,
    Mean,
    Piecewise,
    Special,
    SumOver,
    Term,
)

X = Atom("x")
I_, J_ = Index("i"), Index("j")


def value(term: Term, point: Point | None = None, **values: fmpq) -> object:
    where = point or Point()
    where.values |= {(name, ()): fmpq(number_) for name, number_ in values.items()}
    return Evaluator(where, {}).value(term)


@pytest.mark.parametrize(
    "term",
    [
        power(ZERO, MINUS_ONE),
        apply("log", ZERO),
        apply("log", MINUS_ONE),
        power(MINUS_ONE, HALF),
        power(number(-8), quotient(ONE, number(3))),
        apply("asin", number(2)),
        Piecewise(((ONE, Condition(">", ZERO, ONE)),)),
        SumOver("k", None, ONE, ONE, number(-5)),
        Special("inf"),
    ],
)
def test_what_has_no_value_says_so(term: Term) -> None:
    with pytest.raises(Undefined):
        value(term)


def test_rationals_stay_exact() -> None:
    assert value(power(quotient(number(4), number(9)), HALF)) == fmpq(2, 3)
    assert value(apply("exp", ZERO)) == 1
    assert value(minus(quotient(ONE, number(3)), quotient(ONE, number(3)))) == 0
    assert value(SumOver("k", None, power(number(2), Atom("x")), ONE, number(5)), x=fmpq(-1)) == fmpq(5, 2)


def test_a_delta_of_zero_leaves_an_undefined_term_out() -> None:
    inside = times(minus(ONE, Kronecker(Index("k"), Index("", 2))), power(minus(Atom("k_"), ONE), MINUS_ONE))
    assert value(SumOver("k", 2, inside), **{"k_": fmpq(3)}) == fmpq(1, 2)
    shut = times(Kronecker(Index("", 1), Index("", 2)), apply("log", ZERO))
    assert value(shut) == 0


def test_matrices_are_inverted_exactly() -> None:
    point = Point({"n": 2}, {("A", (i, j)): fmpq(v) for (i, j), v in zip(PLACES, (1, 2, 3, 4), strict=True)})
    matrix = Array(("i", "j"), ("n", "n"), Atom("A", (I_, J_)))
    assert value(Determinant(matrix), point) == -2
    assert value(InverseEntry(matrix, Index("", 1), Index("", 2)), point) == 1
    assert value(Extreme("max", Array(("i",), ("n",), Atom("A", (I_, Index("", 1))))), point) == 3


PLACES = ((1, 1), (1, 2), (2, 1), (2, 2))


def test_a_mean_runs_over_the_outcomes() -> None:
    point = Point(values={("X", (1,)): fmpq(0), ("X", (2,)): fmpq(3)})
    point.blocks = [[(fmpq(2, 3), ("X",), 1), (fmpq(1, 3), ("X",), 2)]]
    point.spread()
    assert value(Mean(Atom("X")), point) == 1
    assert value(Mean(times(Atom("X"), Atom("X"))), point) == 3


def test_a_sum_too_long_is_not_begun() -> None:
    with pytest.raises(TooDear):
        value(SumOver("k", None, ONE, ONE, number(10**9)))


def test_an_index_outside_its_dimension_has_no_entry() -> None:
    evaluator = Evaluator(Point({"n": 2}, draw=lambda key: fmpq(1)), {"x": Symbol("x", "vector", ("n",))})
    assert evaluator.value(Atom("x", (Index("", 2),))) == 1
    with pytest.raises(Undefined):
        evaluator.value(Atom("x", (Index("", 3),)))


def test_a_border_that_no_bits_decide_is_unclear() -> None:
    almost = minus(power(power(number(2), HALF), number(2)), number(2))
    with pytest.raises(Unclear):
        value(power(almost, MINUS_ONE))


ORACLES = {
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "erf": math.erf,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "relu": lambda x: max(x, 0.0),
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
}


@given(st.sampled_from(sorted(ORACLES)), st.fractions(-8, 8, max_denominator=50))
def test_known_functions_agree_with_the_math_library(name: str, x: object) -> None:
    at = fmpq(x.numerator, x.denominator)  # type: ignore[attr-defined]
    with precision(64):
        found = float(arb(KNOWN[name](at)).mid())
    assert math.isclose(found, ORACLES[name](float(x)), rel_tol=1e-12, abs_tol=1e-14)  # type: ignore[arg-type]


@given(st.fractions(-3, 3, max_denominator=9), st.integers(0, 4))
def test_a_sample_function_has_the_derivatives_it_says(x: object, order: int) -> None:
    sample = SampleFunction((fmpq(1), fmpq(-2), fmpq(1, 3), fmpq(5)), fmpq(2), fmpq(3, 2))
    at = fmpq(x.numerator, x.denominator)  # type: ignore[attr-defined]
    step = fmpq(1, 10**12)
    with precision(256):
        slope = (arb(sample.at(at + step, order)) - arb(sample.at(at - step, order))) / (2 * step)
        assert abs(slope - arb(sample.at(at, order + 1))) < 1e-15
