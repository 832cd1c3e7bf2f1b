"""Wrong lines and the mistakes that are named in them: `corpus/*.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lhystudy.checker.check import check_text
from lhystudy.words import set_language

HERE = Path(__file__).parent
SECONDS = 100.0  # a line: a slow machine must not leave a mistake without its name


def rows() -> list[Any]:
    files = sorted((HERE / "corpus").glob("*.yaml"))
    return [row for file in files for row in yaml.safe_load(file.read_text("utf-8"))]


def wrong_examples() -> list[Any]:
    found: list[Any] = []
    for name in ("matrices.jsonl", "scalars.jsonl"):
        found += map(json.loads, (HERE / "examples" / name).read_text("utf-8").splitlines())
    return [row for row in found if "mistake" in row]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['mistake']}: {row['typed']}")
def test_the_mistake_is_named(row: dict[str, Any]) -> None:
    report = check_text("\n".join([*row["above"], row["typed"]]), seconds=SECONDS)

    *above, last = report.lines
    assert all(line.verdict in (None, "proved", "agrees") for line in above)
    assert last.verdict in ("refuted", "unreadable")
    assert last.mistake == row["mistake"], last.hints


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['mistake']}: {row['typed']}")
def test_the_last_hint_is_a_line_that_holds(row: dict[str, Any]) -> None:
    report = check_text("\n".join([*row["above"], row["typed"]]), seconds=SECONDS)
    where, rule, applied, line = report.lines[-1].hints

    assert report.lines[-1].hint == where
    assert len({where, rule, applied, line}) == 4
    mended, _, assumed = line.partition(", given ")
    above = [*row["above"], *([f"given {assumed}"] if assumed else [])]
    assert check_text("\n".join([*above, mended])).lines[-1].verdict in ("proved", "agrees")


@pytest.mark.parametrize("row", wrong_examples(), ids=lambda row: row["id"])
def test_the_examples_mistakes_are_named(row: dict[str, Any]) -> None:
    report = check_text(row["text"], seconds=SECONDS)

    first = next(line for line in report.lines if line.n == row["first_bad"])
    assert first.verdict == row.get("expect", "refuted")
    assert first.mistake in (row["mistake"], *row.get("mistake_also", ()))


def test_hints_are_given_in_chinese_too() -> None:
    set_language("zh")
    line = check_text("given L = (y - w x)^2\ndL/dw = 2 (y - w x) x").lines[-1]

    assert line.mistake == "sign"
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in hint) for hint in line.hints[:3])


def test_a_line_far_from_right_is_left_without_a_name() -> None:
    line = check_text("let x, y : real\nx = exp(y) + 3 y^5").lines[-1]

    assert line.verdict == "refuted"
    assert line.mistake is None
    assert line.hints == ()
