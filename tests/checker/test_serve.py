"""The worker: requests in, answers out, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lhystudy.child import Child


@pytest.fixture
def worker() -> Iterator[Child]:
    with Child("lhystudy.checker.serve") as child:
        yield child


def asked(worker: Child, request: dict[str, object]) -> dict[str, object]:
    """The last of the answers to a request."""
    worker.send(request)
    while True:
        answer = worker.receive(60.0)
        assert answer is not None
        if set(answer) != {"line"}:
            return answer


def test_a_derivation_is_answered_by_its_report(worker: Child) -> None:
    report = asked(worker, {"do": "check", "text": "x = x", "seconds": 5, "lang": "en"})["report"]

    assert isinstance(report, dict)
    assert report["status"] == "complete"


def test_each_line_is_announced_before_it_is_judged(worker: Child) -> None:
    worker.send({"do": "check", "text": "x = x\ny = y"})

    assert [worker.receive(60.0), worker.receive(60.0)] == [{"line": 1}, {"line": 2}]


def test_a_line_may_be_skipped(worker: Child) -> None:
    report = asked(worker, {"do": "check", "text": "x = 1\nx = x", "skip": {"1": "it broke"}})["report"]

    assert isinstance(report, dict)
    assert [(line["verdict"], line["note"]) for line in report["lines"]] == [("undecided", "it broke"), ("proved", "")]


def test_a_comparison_is_answered(worker: Child) -> None:
    answer = asked(worker, {"do": "compare", "a": "x", "b": "sqrt(x^2)", "lets": ["x : positive"]})["comparison"]

    assert isinstance(answer, dict)
    assert answer["verdict"] == "proved"


def test_the_language_is_the_request_s(worker: Child) -> None:
    report = asked(worker, {"do": "check", "text": "L = y_k", "lang": "zh"})["report"]

    assert isinstance(report, dict)
    assert "指标" in report["lines"][0]["note"]


@pytest.mark.parametrize("request_", [{"do": "dance"}, {"do": "check", "seconds": "soon"}, {}])
def test_a_request_that_makes_no_sense_is_an_error_and_the_worker_goes_on(
    worker: Child, request_: dict[str, object]
) -> None:
    assert "error" in asked(worker, request_)
    assert "report" in asked(worker, {"do": "check", "text": "x = x"})
