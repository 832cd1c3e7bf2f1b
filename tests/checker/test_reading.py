"""Reading: typed lines and the trees that they are, and what is said of lines that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lhystudy.checker.nodes import Expr, Step
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.parse import Unreadable, blank, introduce, last_side, read, read_expression
from lhystudy.checker.reading.show import show, show_statement
from lhystudy.checker.reading.tables import GRAMMAR, STORED, fingerprint
from lhystudy.words import set_language
from tests.checker.trees import tree

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


def table(name: str) -> list[Any]:
    rows: list[Any] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return rows


def scene(*lines: str) -> Problem:
    problem = Problem()
    for line in lines:
        problem = introduce(problem, read(line, problem).statement)
    return problem


def readings() -> list[Any]:
    return [
        pytest.param(group["above"], *row[:2], row[2:], id=f"{group['name']}: {row[0]}")
        for group in table("readings.yaml")
        for row in group["lines"]
    ]


@pytest.mark.parametrize(("above", "typed", "expected", "notes"), readings())
def test_a_line_is_read_as_its_tree(above: list[str], typed: str, expected: str, notes: list[str]) -> None:
    reading = read(typed, scene(*above))

    statement = reading.statement
    bare = isinstance(statement, Step) and statement.first is not None
    assert tree(statement.first if bare and isinstance(statement, Step) else statement) == expected
    assert list(reading.notes) == notes


@pytest.mark.parametrize(("above", "typed", "expected", "notes"), readings())
def test_what_is_shown_reads_as_the_same_tree(above: list[str], typed: str, expected: str, notes: list[str]) -> None:
    problem = scene(*above)
    statement = read(typed, problem).statement

    assert read(show_statement(statement), problem).statement == statement


@pytest.mark.parametrize("row", table("spellings.yaml"), ids=lambda row: row[0])
def test_every_spelling_gives_one_tree(row: list[str]) -> None:
    problem = scene(
        "let A, B : matrix(n, n)", "let W : matrix(m, n)", "let x, y, δ : vector(n)", "let p, q : simplex(n)"
    )
    trees = {tree(read(typed, problem).statement) for typed in row}

    assert len(trees) == 1


@pytest.mark.parametrize(("typed", "column", "message"), table("unreadable.yaml"), ids=lambda part: str(part)[:30])
def test_a_line_that_cannot_be_read_says_where_and_what_would_be_right(typed: str, column: int, message: str) -> None:
    problem = scene("let A : matrix(n, n)", "let x : vector(n)", "let q, w : real")
    with pytest.raises(Unreadable) as caught:
        read(typed, problem)

    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: {message}")


def test_every_unreadable_line_is_answered_in_chinese_too() -> None:
    set_language("zh")
    problem = scene("let A : matrix(n, n)", "let x : vector(n)", "let q, w : real")
    for typed, column, _ in table("unreadable.yaml"):
        with pytest.raises(Unreadable) as caught:
            read(typed, problem)
        assert caught.value.message.startswith(f"第 {column} 列：")


@pytest.mark.parametrize(
    "typed",
    [
        "(" * 300 + ")" * 300,
        "x" * 20_001,
        "[" * 5000,
        "q \u202e w",
        "q\x07",
        "\ufeffq",
        "9^9^9^9^" * 2000,
        "-" * 5000 + "x",
        "sin " * 2000 + "x",
        "1" * 500,
        "1e999999",
        "__import__('os').system('id')",
        "sum_{" * 150 + "}" * 150,
        "\\frac" * 1000,
        "{" * 199 + "}" * 199,
        "^" * 2000,
        "'" * 2000,
        "|" * 2001,
        "(x because x = 1) = 2",
        "sum_",
        "x^",
    ],
    ids=lambda typed: typed[:12].encode("unicode_escape").decode(),
)
def test_hostile_input_is_unreadable_and_nothing_else(typed: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(typed, Problem())

    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("name", ["matrices.jsonl", "scalars.jsonl"])
def test_every_line_of_the_examples_is_read_and_shown_back(name: str) -> None:
    for row in map(json.loads, (HERE / "examples" / name).read_text("utf-8").splitlines()):
        problem, above = Problem(), None
        for line in row["text"].split("\n"):
            if blank(line):
                continue
            statement = read(line, problem, above).statement
            if not (isinstance(statement, Step) and statement.continues):
                assert read(show_statement(statement), problem, above).statement == statement, line
            problem, above = introduce(problem, statement), last_side(statement) or above


def test_every_expression_of_the_pairs_is_read_and_shown_back() -> None:
    for row in map(json.loads, (HERE / "examples" / "pairs.jsonl").read_text("utf-8").splitlines()):
        for typed in (row["a"], row["b"]):
            expression: Expr = read_expression(typed, Problem())
            assert read_expression(show(expression), Problem()) == expression, typed


@pytest.mark.parametrize(
    "typed", ["", "   ", "# a comment", "\\begin{aligned}", "\\end{aligned}", "$$", "\\[", "&", "\\\\"]
)
def test_lines_that_say_nothing_are_blank(typed: str) -> None:
    assert blank(typed)


def test_the_stored_tables_belong_to_the_grammar() -> None:
    assert json.loads(STORED.read_text("utf-8"))["grammar"] == fingerprint(GRAMMAR.read_text("utf-8"))


def test_a_chain_goes_on_from_the_line_above() -> None:
    above = read_expression("a + b", Problem())
    statement = read("= c = d", Problem(), above).statement

    assert isinstance(statement, Step)
    assert statement.continues
    assert statement.relations[0].left is above
    assert last_side(statement) == read_expression("d", Problem())
