"""The tables: what goes in comes out, in order, as typed values."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lhystudy.store import attempts, claims, lessons, notes, reviews, runs
from lhystudy.store.db import Database, open_store
from lhystudy.store.lessons import Reading
from lhystudy.store.reviews import Review

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_store(tmp_path) as opened:
        yield opened


def start(**changed: Any) -> dict[str, Any]:
    return {
        "name": "lstm-demo", "file": "", "params": {"gap": 20}, "seeds": [0, 1], "device": "cpu", "dtype": "float32",
        "threads": 1, "quick": False, "versions": {"code": "abc"}, **changed,
    }  # fmt: skip


def claim(name: str, holds: bool | None, measured: float | None, ci: list[float] | None = None) -> dict[str, Any]:
    return {"id": name, "holds": holds, "measured": measured, "effect": 0.1, "ci": ci}


def test_a_run_comes_back_with_all_that_repeats_it(database: Database) -> None:
    run = runs.begin(database, start(quick=True), NOW)
    runs.add_events(database, run, 0, ['{"a": 1}', '{"b": "中"}'])
    runs.add_events(database, run, 2, ['{"c": 3}'])
    runs.finish(database, run, "done", 1.5, "")
    found = runs.get(database, run)
    assert found is not None and found.params == {"gap": 20} and found.seeds == (0, 1) and found.quick
    assert (found.status, found.seconds, found.started) == ("done", 1.5, NOW)
    assert runs.event_lines(database, run) == ['{"a": 1}', '{"b": "中"}', '{"c": 3}']
    assert runs.get(database, run + 1) is None


def test_runs_are_listed_newest_first_and_by_experiment(database: Database) -> None:
    first = runs.begin(database, start(), NOW)
    other = runs.begin(database, start(name="backprop-demo"), NOW)
    last = runs.begin(database, start(), NOW)
    assert [run.id for run in runs.recent(database)] == [last, other, first]
    assert [run.id for run in runs.recent(database, "lstm-demo")] == [last, first]
    assert [run.id for run in runs.recent(database, limit=1)] == [last]


def test_a_removed_run_takes_its_events_and_claims_with_it_and_its_id_is_not_given_again(database: Database) -> None:
    run = runs.begin(database, start(), NOW)
    runs.add_events(database, run, 0, ["{}"])
    claims.add(database, run, claim("c", True, 1.0))
    runs.remove(database, run)
    assert runs.event_lines(database, run) == [] and claims.of_run(database, run) == []
    assert runs.begin(database, start(), NOW) > run


def test_a_prediction_stays_beside_the_outcome(database: Database) -> None:
    run = runs.begin(database, start(), NOW)
    claims.predict(database, run, "c", "fails")
    claims.add(database, run, claim("c", None, 0.9, [0.8, 1.0]))
    (evidence,) = claims.of_run(database, run)
    assert (evidence.predicted, evidence.holds, evidence.measured) == ("fails", None, 0.9)
    assert evidence.interval == (0.8, 1.0) and evidence.seeds == 2 and evidence.params == {"gap": 20}


def test_evidence_comes_from_finished_runs_of_the_product_newest_first(database: Database) -> None:
    for name, file, status in [("lstm-demo", "", "done"), ("lstm-demo", "", "stopped"), ("lstm-demo", "/x.py", "done"),
                               ("lstm-demo", "", "done")]:  # fmt: skip
        run = runs.begin(database, start(name=name, file=file), NOW)
        claims.add(database, run, claim("c", False, float(run)))
        runs.finish(database, run, status, 1.0, "")
    assert [evidence.run for evidence in claims.of_experiment(database, "lstm-demo")] == [4, 1]


def test_attempts_are_kept_in_order_and_go_on(database: Database) -> None:
    first = attempts.add(database, "bptt", "a = b", "incomplete", {"lines": []}, 0, NOW)
    attempts.add(database, "other", "x", "wrong", {}, 2, NOW)
    second = attempts.add(database, "bptt", "a = c", "wrong", {"lines": [1]}, 1, LATER)
    attempts.update(database, second, "a = d", "complete", {"lines": [2]}, 3)
    last = attempts.last(database, "bptt")
    assert last is not None and (last.text, last.status, last.rungs, last.at) == ("a = d", "complete", 3, LATER)
    assert [attempt.id for attempt in attempts.of_derivation(database, "bptt")] == [first, second]
    assert [attempt.derivation for attempt in attempts.recent(database, 2)] == ["bptt", "other"]
    assert len(attempts.everything(database)) == 3
    assert attempts.last(database, "none") is None


def test_reviews_come_back_in_the_order_of_their_times(database: Database) -> None:
    late = Review("i-1", 3, {"chosen": [1]}, True, 1.0, "certain", 4, 2.5, LATER)
    early = Review("i-1", 2, "中", False, 0.5, None, 1, 9.0, NOW)
    reviews.add(database, late)
    reviews.add(database, early)
    found = reviews.of_item(database, "i-1")
    assert [(review.seed, review.response, review.correct, review.at) for review in found] == [
        (2, "中", False, NOW), (3, {"chosen": [1]}, True, LATER),
    ]  # fmt: skip
    assert [review.seed for review in reviews.since(database, LATER)] == [3]
    reviews.remove(database, found[0].id)
    assert [review.seed for review in reviews.everything(database)] == [3]


def test_a_lesson_remembers_when_it_was_first_opened(database: Database) -> None:
    assert lessons.get(database, "backprop") is None
    lessons.put(database, Reading("backprop", NOW, 3, ("problem",), 60.0))
    lessons.put(database, Reading("backprop", LATER, 5, ("problem", "chain"), 90.0, LATER))
    assert lessons.get(database, "backprop") == Reading("backprop", NOW, 5, ("problem", "chain"), 90.0, LATER)
    assert list(lessons.everything(database)) == ["backprop"]


def test_notes_and_doubts(database: Database) -> None:
    note = notes.add(database, "note", "remember", NOW, "backprop", "chain:2")
    doubt = notes.add(database, "doubt", "为什么?", NOW)
    notes.change_text(database, note, "remember this")
    assert [found.id for found in notes.open_doubts(database)] == [doubt]
    notes.resolve(database, doubt, LATER)
    assert notes.open_doubts(database) == []
    notes.resolve(database, doubt, None)
    assert [found.text for found in notes.everything(database)] == ["remember this", "为什么?"]
    notes.remove(database, note)
    assert notes.get(database, note) is None
