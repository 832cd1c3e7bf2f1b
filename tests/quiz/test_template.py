"""Numbers drawn by seed, and the texts that they stand in."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.entries import Entry, Fault, Source, parse_yaml
from lhystudy.errors import StudyError
from lhystudy.quiz.expression import ExpressionError
from lhystudy.quiz.template import Template, fill, load_template


def template(text: str) -> tuple[Template, list[Fault]]:
    faults: list[Fault] = []
    entry = parse_yaml(text, Source(Path("quiz.yaml"), Path(), faults))
    assert isinstance(entry, Entry)
    return load_template(entry), faults


GOOD = 'template: {a: {range: [2, 9]}, b: {range: [1, 5], step: 0.5}, c: {choose: [2, 4]}, s: {value: "a*b + c"}}\n'


@given(st.integers(0, 10_000))
def test_numbers_keep_to_their_ranges(seed: int) -> None:
    found, faults = template(GOOD + 'where: "a != b"\n')
    assert not faults
    numbers = found.draw(Random(seed))
    assert isinstance(numbers["a"], int) and 2 <= numbers["a"] <= 9
    assert 1 <= numbers["b"] <= 5 and numbers["b"] * 2 % 1 == 0
    assert numbers["c"] in (2, 4)
    assert numbers["s"] == numbers["a"] * numbers["b"] + numbers["c"]
    assert numbers["a"] != numbers["b"]


def test_the_same_seed_draws_the_same_numbers() -> None:
    found, _ = template(GOOD)
    assert found.draw(Random("x 1")) == found.draw(Random("x 1"))


def test_steps_of_a_tenth_are_exact() -> None:
    found, _ = template("template: {p: {range: [0.1, 0.9], step: 0.1}}\n")
    drawn = {found.draw(Random(seed))["p"] for seed in range(200)}
    assert drawn == {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}


def test_a_condition_that_never_holds_is_said() -> None:
    found, _ = template('template: {a: {range: [1, 3]}}\nwhere: "a > 5"\n')
    with pytest.raises(StudyError, match="a > 5"):
        found.draw(Random(0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("template: {a: {range: [9, 2]}}\n", "low below high"),
        ("template: {a: {range: [1, 2], step: 0}}\n", "`step` above 0"),
        ('template: {a: {value: "b + 1"}, b: {range: [1, 2]}}\n', 'no number called "b"'),
        ("template: {a: 3}\n", "a"),
        ('template: {a: {choose: ["x"]}}\n', "is no number"),
        ("template: {a b: {range: [1, 2]}}\n", "cannot name a number"),
        ('where: "a > 1"\n', "needs a `template`"),
        ('template: {a: {range: [1, 2]}}\nwhere: "a >"\n', "cannot be read"),
    ],
)
def test_a_template_that_cannot_work_is_a_fault(text: str, message: str) -> None:
    _, faults = template(text)
    assert any(message in fault.message for fault in faults)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{a} and {a*b:.2f}", "3 and 1.50"),
        ("$\\frac{a}{b}$", "$\\frac{3}{0.5}$"),
        ("$e^{-a}$", "$e^{-3}$"),
        ("$\\sum_{k=1}^{n} x_{i}$", "$\\sum_{k=1}^{n} x_{i}$"),
        ("$\\frac{1}{2}$ of {a}", "$\\frac{1}{2}$ of 3"),
        ("{a/4}", "0.75"),
        ("{1/3}", "0.3333333333"),
        ("{a:03d}", "003"),
        ("no braces", "no braces"),
    ],
)
def test_texts_are_filled(text: str, filled: str) -> None:
    assert fill(text, {"a": 3, "b": 0.5}) == filled


@pytest.mark.parametrize("text", ["{unknown}", "{a +}", "{b:d}", "{1/0}"])
def test_a_slot_of_prose_that_cannot_be_worked_out_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        fill(text, {"a": 3, "b": 0.5})


def test_without_a_template_braces_are_plain_text() -> None:
    assert fill("a set {1, 2}", {}) == "a set {1, 2}"
