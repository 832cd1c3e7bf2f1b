"""The JSON documents of `check`, `check --jsonl` and `equal`: what scripts rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples import write_course

LINE_KEYS = {"n", "text", "read_as", "kind", "verdict", "note", "counterexample", "mistake", "column", "hint"}


def lhystudy(*arguments: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own, fed and read in bytes."""
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *arguments], input=typed, capture_output=True, check=False, timeout=120,
        env=dict(os.environ),
    )  # fmt: skip


def graded(*requests: Any) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, documents and words of `check --jsonl` for requests, or raw lines of bytes."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in requests]
    run = lhystudy("check", "--jsonl", typed=b"\n".join(lines) + b"\n")
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr.decode()


def test_a_report_has_the_keys_of_the_contract_and_counts_lines_of_the_input() -> None:
    text = "# a remark\n\nlet x : real\ngiven x = 2\nx + x = 2 x = 3 x\n"
    run = lhystudy("check", "--json", typed=text.encode())
    report = json.loads(run.stdout)
    assert run.returncode == 1 and run.stdout.count(b"\n") == 1 and b"\x1b" not in run.stdout
    assert report.keys() >= {"id", "status", "goal_reached", "ms", "lines"}
    assert report["status"] == "wrong" and report["goal_reached"] is False and report["ms"] > 0
    assert all(line.keys() >= LINE_KEYS for line in report["lines"])
    told = [(line["n"], line["kind"], line["verdict"]) for line in report["lines"] if line["text"].strip("# ")]
    assert told[-4:] == [(3, "let", None), (4, "given", None), (5, "step", "proved"), (5, "step", "refuted")]
    refuted = report["lines"][-1]["counterexample"]
    assert refuted.keys() == {"point", "left", "right"} and isinstance(refuted["point"], dict)


def test_an_unreadable_line_has_its_column() -> None:
    run = lhystudy("check", "--json", typed=b"1 + 1 = 2\nx + * 2 = 3\n")
    report = json.loads(run.stdout)
    assert run.returncode == 2 and report["status"] == "unreadable"
    assert [line["verdict"] for line in report["lines"]] == ["proved", "unreadable"]
    assert report["lines"][1]["column"] == 5 and report["lines"][1]["n"] == 2


@pytest.mark.parametrize(("pair", "code", "verdict"), [(("x + x", "2 x"), 0, "proved"), (("x", "-x"), 1, "refuted")])
def test_a_comparison_has_the_keys_of_the_contract(pair: tuple[str, str], code: int, verdict: str) -> None:
    run = lhystudy("equal", *pair, "--json")
    comparison = json.loads(run.stdout)
    assert run.returncode == code and comparison["verdict"] == verdict
    assert comparison.keys() >= {"verdict", "note", "counterexample", "mistake", "ms"}


def test_an_expression_may_begin_with_a_minus() -> None:
    run = lhystudy("equal", "-x + 1", "-1 (x - 1)", "--json")
    assert run.returncode == 0 and json.loads(run.stdout)["verdict"] == "proved"


def test_answers_keep_the_order_and_the_names_of_the_questions() -> None:
    names = ["a", 2, None, {"of": ["any", 1.5]}, "文"]
    code, documents, words = graded(*({"id": name, "text": f"{n} = {n}"} for n, name in enumerate(names)))
    assert (code, words) == (0, "")
    assert [document["id"] for document in documents] == names


MALFORMED = [
    b"nonsense", b"[]", b"5", b'{"id": 3', b'{"id": "a", "text": 5}', b'{"id": "b"}', b'{"id": NaN, "text": "1 = 1"}',
    b'{"id": 1e999, "text": "1 = 1"}', b'{"id": "c", "text": "1 = 1", "derivation": ["x"]}', b"[" * 100_000,
    b'{"id": "d", "text": "\xff = 1"}', b'{"id": ' + b"9" * 5000 + b', "text": "1 = 1"}',
]  # fmt: skip


def test_a_line_that_is_no_request_is_answered_in_its_place_and_the_others_are_still_graded() -> None:
    good = {"id": "good", "text": "1 = 1"}
    code, documents, words = graded(*(line for bad in MALFORMED for line in (bad, good)))
    assert code == 2 and words.startswith("error: line 1 is not") and "11 more like it" in words
    assert [document["status"] for document in documents] == ["unreadable", "complete"] * len(MALFORMED)
    assert all(document["note"] for document in documents[::2])
    assert len(words.splitlines()) == 1


def test_what_json_escapes_comes_back_as_it_went() -> None:
    code, documents, _ = graded(b'{"id": "\\ud800", "text": "1 = 1"}', b'\xef\xbb\xbf{"id": "mark", "text": "1 = 1"}')
    assert code == 0 and [document["id"] for document in documents] == ["\ud800", "mark"]


def test_a_line_of_200_kilobytes_and_control_characters_are_lines_like_others() -> None:
    long = "x = " + " + ".join(["x"] * 50_000)
    code, documents, words = graded({"id": 1, "text": long}, {"id": 2, "text": "1 \u0000\u001b = 1"})
    assert code == 1 and words == ""
    assert [document["status"] for document in documents] == ["unreadable", "unreadable"]


def test_a_missing_derivation_is_told_in_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    code, documents, _ = graded({"id": 1, "text": "1 = 1", "derivation": "sqare"})
    assert code == 1 and 'did you mean "square"?' in documents[0]["note"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_utf_8_whatever_the_locale(encoding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    run = lhystudy("--lang", "zh", "list", "--json")
    assert json.loads(run.stdout.decode("utf-8"))["lessons"][0]["title"] == "斜率"
