"""What a statement makes known: declarations, definitions, assumptions, names seen."""

from __future__ import annotations

import pytest

from lhystudy.checker.nodes import Name, Number
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.parse import introduce, read


def after(*lines: str) -> Problem:
    problem = Problem()
    for line in lines:
        problem = introduce(problem, read(line, problem).statement)
    return problem


def test_let_declares_every_name_with_its_type_and_dimensions() -> None:
    symbols = after("let W_1, W_2 : matrix(m, 3)").symbols

    assert {name: (symbol.type, symbol.dims) for name, symbol in symbols.items()} == {
        "W_1": ("matrix", ("m", 3)),
        "W_2": ("matrix", ("m", 3)),
    }


@pytest.mark.parametrize(
    ("line", "name", "parameters", "indices"),
    [
        ("given L = x^2", "L", (), ()),
        ("given p_i = exp(z_i)", "p", (), (Name("i"),)),
        ("given v_1 = 2", "v", (), (Number(1),)),  # type: ignore[arg-type]
        ("given L(w, b) = w + b", "L", ("w", "b"), ()),
        ("given v^{(2)} = v^{(1)} + 1", "v^{(2)}", (), ()),
        ("given σ(z) = z", "sigma", ("z",), ()),
    ],
)
def test_a_given_with_a_new_name_on_its_left_is_a_definition(
    line: str, name: str, parameters: tuple[str, ...], indices: tuple[object, ...]
) -> None:
    problem = after(line)

    assert not problem.assumptions
    (definition,) = problem.definitions
    assert (definition.name, definition.parameters, definition.indices) == (name, parameters, indices)


@pytest.mark.parametrize(
    "line",
    [
        "given sum_k y_k = 1",
        "given 0 < q < 1",
        "given w > 0",
        "given x = x + 1",
        "given h_t = h_{t-1} + 1",
        "given A^T = A",
        "given A is symmetric",
    ],
)
def test_any_other_given_is_an_assumption(line: str) -> None:
    problem = after(line)

    assert not problem.definitions
    assert problem.assumptions


def test_a_second_given_for_the_same_name_is_an_assumption() -> None:
    problem = after("given L = x", "given L = y")

    assert len(problem.definitions) == 1
    assert len(problem.assumptions) == 1


def test_entries_at_different_numbers_are_defined_one_by_one() -> None:
    problem = after("given h_2 = tanh(w h_1)", "given h_3 = tanh(w h_2)", "given h_2 = 0")

    assert len(problem.definitions) == 2
    assert len(problem.assumptions) == 1


def test_names_that_were_used_are_known_below() -> None:
    problem = after("given L = sum_k y_k log(q w)", "let w : real")

    assert {"L", "y", "q"} <= problem.seen
    assert "k" not in problem.seen
    assert read("qw", problem).notes == ("qw is read as the product q w",)


def test_set_keeps_equations_apart_from_assumptions() -> None:
    problem = after("set x = 0, y = 1")

    assert len(problem.equations) == 2
    assert not problem.assumptions


def test_independence_is_kept_by_name() -> None:
    assert after("let X, Y : random", "given X, Y independent").independent == (("X", "Y"),)


def test_several_definitions_stand_on_one_line() -> None:
    problem = after("given z = w x, L = z^2, f(u) = u^2, g(u) = f(u) + 1")

    assert [definition.name for definition in problem.definitions] == ["z", "L", "f", "g"]
    assert not problem.assumptions


@pytest.mark.parametrize("line", ["given p = q = 1/2", "given 0 < q = 1/2"])
def test_a_chain_is_assumed(line: str) -> None:
    assert not after(line).definitions


def test_what_would_lead_back_to_itself_is_an_assumption() -> None:
    problem = after("given a = b", "given b = c", "given c = a + 1")

    assert [definition.name for definition in problem.definitions] == ["a", "b"]
    assert len(problem.assumptions) == 1


def test_entries_of_a_declared_vector_are_assumed() -> None:
    problem = after("let v : vector(3)", "given v_1 = 2")

    assert not problem.definitions
    assert len(problem.assumptions) == 1
