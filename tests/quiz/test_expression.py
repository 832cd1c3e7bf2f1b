"""Arithmetic over a whitelist: right values, and nothing but an ExpressionError for anything else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.quiz.expression import ExpressionError, evaluate, names_in

numbers = st.integers(-50, 50) | st.floats(-50, 50, allow_nan=False)


def expressions() -> st.SearchStrategy[str]:
    leaves = st.integers(0, 99).map(str) | st.sampled_from(["a", "b"]) | st.floats(0, 9, allow_nan=False).map(repr)
    return st.recursive(
        leaves,
        lambda inner: (
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner).map(
                lambda t: f"({t[0]} {t[1]} {t[2]})"
            )
            | inner.map(lambda text: f"(-{text})")
            | st.tuples(st.sampled_from(["sqrt", "exp", "log", "abs", "tanh", "sigmoid"]), inner).map(
                lambda t: f"{t[0]}({t[1]})"
            )
        ),
        max_leaves=8,
    )


@given(expressions(), numbers, numbers)
def test_it_agrees_with_python_wherever_python_has_a_finite_real_value(text: str, a: float, b: float) -> None:
    names = {
        "a": a, "b": b, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "abs": abs, "tanh": math.tanh,
        "sigmoid": lambda x: 0.5 * (1 + math.tanh(x / 2)), "__builtins__": {},
    }  # fmt: skip
    try:
        mine = evaluate(text, {"a": a, "b": b})
    except ExpressionError:
        return  # a limit, or no finite real value; the next test bounds how often a limit may be the reason
    assert mine == pytest.approx(eval(text, names), rel=1e-9, abs=1e-12)


@given(st.text(max_size=60))
def test_any_text_gives_a_finite_number_or_an_expression_error(text: str) -> None:
    try:
        value = evaluate(text, {"a": 2, "x": 0.5})
    except ExpressionError:
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "a.real", "[1][0]", "lambda: 1", "'x' * 9", "(1, 2)", "x if a else b",
        "open('f')", "abs(x=1)", "f'{a}'", "9**9**9", "2**5000", "1e308 * 10", "(" * 500 + ")" * 500, "1 +",
        "True", "1j", "abs(*[1])", "max()", "log(-1)", "sqrt(-1)", "(-8)**(1/3)", "1/0", "0**-1", "unknown",
        "-" * 300 + "1", "log(8, 2)", "exp(1000)", "a := 3", "round(1.5, 9**9**9)",
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, {"a": 2, "b": 3})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a*b + 1", 7), ("-a**2", -4), ("7 // 2 + 7 % 2", 4), ("a < b <= 3", 1), ("a != b and not a > b", 1),
        ("a == 1 or b == 1", 0), ("log2(8)", 3), ("min(a, b, 1)", 1), ("round(2.456, 1)", 2.5), ("ceil(1.2)", 2),
        ("sigmoid(0)", 0.5), ("sigmoid(-1000)", 0.0), ("floor(-1.5)", -2),
    ],
)  # fmt: skip
def test_known_values(text: str, value: float) -> None:
    assert evaluate(text, {"a": 2, "b": 3}) == pytest.approx(value)


def test_names_are_those_of_numbers_not_of_functions() -> None:
    assert names_in("max(a, b) + log2(c)") == {"a", "b", "c"}
