"""Derivations judged in the worker: restarted when it breaks, many at once in their order."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from lhystudy.study import derive
from lhystudy.study.derive import Checking, grade_stream


@pytest.fixture
def checking() -> Iterator[Checking]:
    with Checking(lang="en") as opened:
        yield opened


def test_a_derivation_is_judged(checking: Checking) -> None:
    report = checking.check("x + 1\n= 1 + x", derivation={"let": ["x : real"], "given": [], "goal": ""})

    assert report.status == "complete"


def test_a_comparison_is_judged(checking: Checking) -> None:
    assert checking.compare("log(a b)", "log a + log b", lets=("a, b : positive",)).verdict == "proved"


def test_a_worker_that_was_killed_is_started_anew(checking: Checking) -> None:
    checking.check("x = x")
    assert checking._child is not None
    checking._child.kill()

    assert checking.check("x = x").status == "complete"


def test_a_line_that_breaks_the_worker_is_undecided_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch, checking: Checking
) -> None:
    monkeypatch.setattr(derive, "WORKER", "tests.study.breaking_worker")

    report = checking.check("x = x\nbreak\ny = 1", seconds=1.0)

    assert [line.verdict for line in report.lines] == ["proved", "undecided", "refuted"]
    assert report.lines[1].note != ""
    assert report.status == "wrong"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process its memory")
def test_a_worker_that_has_grown_is_replaced_after_its_answer(
    monkeypatch: pytest.MonkeyPatch, checking: Checking
) -> None:
    monkeypatch.setattr(derive, "WORKER", "tests.study.growing_worker")

    assert checking.check("x = x").status == "complete"
    assert checking._child is None
    assert checking.check("x = x").status == "complete"


def test_a_comparison_that_breaks_the_worker_is_undecided(monkeypatch: pytest.MonkeyPatch, checking: Checking) -> None:
    monkeypatch.setattr(derive, "WORKER", "tests.study.breaking_worker")

    assert checking.compare("break", "x").verdict == "undecided"


def test_many_are_graded_in_their_order() -> None:
    right = [n % 3 != 0 for n in range(30)]
    requests = ({"id": str(n), "text": "1 + 1 = 2" if good else "1 + 1 = 3"} for n, good in enumerate(right))

    documents = list(grade_stream(requests, lang="en", workers=2))

    assert [document["id"] for document in documents] == [str(n) for n in range(30)]
    assert [document["status"] == "complete" for document in documents] == right


def test_many_are_graded_though_some_break_their_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "WORKER", "tests.study.breaking_worker")
    requests = [{"id": n, "text": "x = x\nbreak" if n % 4 == 1 else "x = x"} for n in range(9)]

    documents = list(grade_stream(requests, lang="en", workers=2))

    assert [document["id"] for document in documents] == list(range(9))
    verdicts = [[line["verdict"] for line in document["lines"]] for document in documents]
    assert verdicts == [["proved", "undecided"] if n % 4 == 1 else ["proved"] for n in range(9)]


def test_a_request_with_a_fault_is_answered_in_its_place() -> None:
    requests = [{"id": "a", "text": "", "fault": "line 1 is no request"}, {"id": "b", "text": "1 = 1"}]

    documents = list(grade_stream(requests, lang="en", workers=1))

    assert [(document["id"], document["status"]) for document in documents] == [("a", "unreadable"), ("b", "complete")]
    assert documents[0]["note"] == "line 1 is no request"


def test_a_stream_is_read_only_a_little_ahead() -> None:
    taken: list[int] = []

    def requests() -> Iterator[dict[str, str]]:
        for n in range(1000):
            taken.append(n)
            yield {"id": str(n), "text": "1 = 1"}

    stream = grade_stream(requests(), lang="en", workers=1)
    next(stream)
    stream.close()

    assert len(taken) < 20


KNOWN = {"line": "= (w x) x", "mistake": "factor", "say": "The factor 2 is lost."}
SQUARE = {"let": ["w, x : real"], "given": ["L = (w x)^2"], "goal": "dL/dw = 2 w x^2", "wrong": [KNOWN]}


@pytest.mark.parametrize("line", ["= (w x) x", "= x^2 w", "dL/dw = w x^2"])
def test_what_the_lesson_says_of_a_known_slip_is_told_however_it_is_written(checking: Checking, line: str) -> None:
    (verdict,) = checking.check(f"dL/dw\n{line}", derivation=SQUARE).lines[1:]
    assert verdict.verdict == "refuted" and verdict.mistake == "factor"
    assert KNOWN["say"] in verdict.hints[:2]


def test_another_slip_and_a_right_line_are_told_as_ever(checking: Checking) -> None:
    lines = checking.check("dL/dw = 3 w x^2\ndL/dw = 2 w x^2", derivation=SQUARE).lines
    assert [line.verdict for line in lines] == ["refuted", "proved"]
    assert not any(KNOWN["say"] in line.hints for line in lines)
