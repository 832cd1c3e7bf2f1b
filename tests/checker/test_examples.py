"""The labelled derivations and pairs: right ones accepted, wrong ones refuted at their line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lhystudy.checker.check import check_text
from lhystudy.checker.compare import compare

EXAMPLES = Path(__file__).parent / "examples"


def rows(*names: str) -> list[dict[str, Any]]:
    texts = [(EXAMPLES / f"{name}.jsonl").read_text("utf-8") for name in names]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def name_of(row: dict[str, Any]) -> str:
    return str(row["id"])


DERIVATIONS = rows("scalars", "matrices")


@pytest.mark.parametrize("row", [row for row in DERIVATIONS if "first_bad" not in row], ids=name_of)
def test_a_right_derivation_is_complete(row: dict[str, Any]) -> None:
    report = check_text(row["text"])

    assert report.status == "complete", [(line.n, line.verdict, line.note) for line in report.lines]


@pytest.mark.parametrize("row", [row for row in DERIVATIONS if "first_bad" in row], ids=name_of)
def test_a_wrong_derivation_is_caught_at_its_line(row: dict[str, Any]) -> None:
    report = check_text(row["text"])

    first = next(line for line in report.lines if line.verdict not in (None, "proved", "agrees"))
    expected = {row.get("expect", "refuted")} | ({"unreadable", "refuted"} if row["mistake"] == "index" else set())
    assert (first.n, first.verdict in expected) == (row["first_bad"], True), first
    assert first.verdict != "refuted" or first.counterexample is not None


@pytest.mark.parametrize("row", rows("pairs"), ids=name_of)
def test_a_pair_is_told_equal_or_not(row: dict[str, Any]) -> None:
    types = dict(assumed.split() for assumed in row["assume"] if len(assumed.split()) == 2)
    lets = [f"{name} : {types.get(name, 'real')}" for name in row["names"]]
    givens = [assumed for assumed in row["assume"] if len(assumed.split()) != 2]

    comparison = compare(row["a"], row["b"], givens, lets)

    assert comparison.verdict in ({"proved", "agrees"} if row["equal"] else {"refuted"}), comparison
