"""A learner's data written out and taken in again, without a loss on either side."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lhystudy.errors import StudyError
from lhystudy.store import attempts, claims, lessons, notes, reviews, runs, settings
from lhystudy.store.db import Database, open_store
from lhystudy.store.exchange import dump
from lhystudy.study.exchange import export_to, import_from

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)
START = {
    "name": "code-length", "file": "", "params": {"n": 3}, "seeds": [0, 1], "device": "cpu", "dtype": "float32",
    "threads": 1, "quick": False, "versions": {"torch": "2"},
}  # fmt: skip


def fill(store: Database, day: int = 0) -> None:
    """One thing of each kind, at a time of its own."""
    at = NOW + timedelta(days=day)
    run = runs.begin(store, START, at)
    runs.add_events(store, run, 0, ['{"event": "start"}', '{"event": "result"}'])
    runs.finish(store, run, "done", 1.5, "")
    claim = {"id": "c", "holds": True, "measured": 0.5, "effect": 0.1, "ci": [0.4, 0.6]}
    claims.add(store, run, claim)
    attempts.add(store, "square", f"line {day}", "wrong", {"lines": []}, 1, at)
    reviews.add(store, reviews.Review("sl-choice", day, [0], True, 1.0, "think", 3, 2.0, at))
    notes.add(store, "doubt", f"why {day}?", at, "slopes", "problem")
    lessons.put(store, lessons.Reading("slopes", at, 4 + day, (f"h{day}", "both"), 30.0 + day))
    settings.put(store, f"setting{day}", {"a": [1]})
    settings.put(store, "route", f"route-{day}")


def claims_of(store: Database, run: int) -> list[str]:
    return [claim.claim for claim in claims.of_run(store, run)]


def plain(store: Database) -> dict[str, Any]:
    """Everything without the numbers that a store gives."""
    return {
        "reviews": [(r.item, r.seed, r.response, r.rating, r.at) for r in reviews.everything(store)],
        "attempts": [(a.derivation, a.text, a.rungs, a.at) for a in attempts.everything(store)],
        "notes": [(n.text, n.kind, n.lesson, n.resolved) for n in notes.everything(store)],
        "runs": [
            (run.experiment, run.seeds, run.started, runs.event_lines(store, run.id), claims_of(store, run.id))
            for run in runs.recent(store)
        ],
        "lessons": lessons.everything(store),
        "settings": settings.everything(store),
    }  # fmt: skip


def test_an_empty_store_takes_everything_in(store: Database, tmp_path: Path) -> None:
    fill(store)
    file = tmp_path / "all.json"
    export_to(store, file, NOW)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with open_store(other_folder) as other:
        gained = import_from(other, file)
        assert plain(other) == plain(store)
        assert gained == {"settings": 2, "lessons": 1, "runs": 1, "attempts": 1, "reviews": 1, "notes": 1}
        assert set(import_from(other, file).values()) == {0}
        assert plain(other) == plain(store)


def test_two_stores_are_merged_without_losing_either(store: Database, tmp_path: Path) -> None:
    fill(store)
    mine = plain(store)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with open_store(other_folder) as other:
        fill(other, day=1)
        fill(other, day=2)
        theirs = plain(other)
        export_to(other, tmp_path / "theirs.json", NOW)
    import_from(store, tmp_path / "theirs.json")
    both = plain(store)
    for kind in ("reviews", "attempts", "notes"):
        assert sorted(map(str, both[kind])) == sorted(map(str, [*mine[kind], *theirs[kind]]))
    assert len(both["runs"]) == 3 and all(len(run[3]) == 2 and run[4] == ["c"] for run in both["runs"])
    reading = both["lessons"]["slopes"]
    assert (reading.place, reading.seconds, reading.opened) == (6, 32.0, NOW)
    assert set(reading.seen) == {"h0", "h2", "both"}
    assert both["settings"]["route"] == "route-0" and "setting2" in both["settings"]


def test_a_doubt_resolved_elsewhere_is_resolved_here(store: Database, tmp_path: Path) -> None:
    fill(store)
    document_file = tmp_path / "x.json"
    export_to(store, document_file, NOW)
    document = json.loads(document_file.read_text("utf-8"))
    document["tables"]["notes"][0]["resolved"] = "2024-03-11T00:00:00.000+00:00"
    document_file.write_text(json.dumps(document), encoding="utf-8")
    import_from(store, document_file)
    (note,) = notes.everything(store)
    assert note.resolved is not None


def test_what_is_taken_in_and_written_out_again_is_the_same_byte_for_byte(store: Database, tmp_path: Path) -> None:
    for day in range(3):
        fill(store, day)
    reviews.add(store, reviews.Review("中 \u202e\x00\n", 2**53, {"a": [1.5, None]}, False, 1 / 3, None, 1, 0.1, NOW))
    runs.begin(store, START, NOW + timedelta(days=9))
    notes.remove(store, 2)
    attempts.update(store, 1, "越改越长", "complete", {"lines": [{"字": 1e-300}]}, 3)
    export_to(store, tmp_path / "one.json", NOW)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with open_store(other_folder) as other:
        import_from(other, tmp_path / "one.json")
        export_to(other, tmp_path / "two.json", NOW)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_run_that_was_exported_while_it_went_on_is_completed_later(store: Database, tmp_path: Path) -> None:
    run = runs.begin(store, START, NOW)
    runs.add_events(store, run, 0, ['{"event": "start"}'])
    export_to(store, tmp_path / "early.json", NOW)
    runs.add_events(store, run, 1, ['{"event": "result"}'])
    claims.predict(store, run, "c", "holds")
    runs.finish(store, run, "done", 1.5, "")
    export_to(store, tmp_path / "late.json", NOW)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with open_store(other_folder) as other:
        runs.remove(other, runs.begin(other, START, NOW - timedelta(days=1)))
        for name in ("early", "late", "early"):
            import_from(other, tmp_path / f"{name}.json")
        assert plain(other) == plain(store)


def test_two_machines_that_exchange_both_ways_end_with_the_same_reviews(store: Database, tmp_path: Path) -> None:
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with open_store(other_folder) as other:
        for number in range(60):
            here = (store, other) if number % 7 == 0 else ((store,) if number % 2 else (other,))
            for one in here:
                at = NOW + timedelta(seconds=number // 3)
                reviews.add(one, reviews.Review(f"i-{number % 4}", number, [0], True, 1.0, "think", 3, 2.0, at))
        for one, name, another in ((store, "a", other), (other, "b", store), (store, "c", other)):
            export_to(one, tmp_path / f"{name}.json", NOW)
            import_from(another, tmp_path / f"{name}.json")
        both = [sorted((r.seed, r.item, r.at) for r in reviews.everything(one)) for one in (store, other)]
        assert both[0] == both[1] and [seed for seed, _, _ in both[0]] == list(range(60))


def damaged(change: Any) -> str:
    document = {
        "format": "lhystudy learner data", "version": 1,
        "tables": {"reviews": [{"item": "x", "seed": 0, "response": "0", "correct": 1, "share": 1.0, "confidence": None,
                                "rating": 3, "seconds": 1.0, "at": "2024-03-10T09:00:00.000+00:00"}]},
    }  # fmt: skip
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "{}", '{"format": "lhystudy learner data"}', "[" * 100_000,
        damaged(lambda d: d.update(version=99)),
        damaged(lambda d: d.update(tables=[])),
        damaged(lambda d: d["tables"].update(notes="x")),
        damaged(lambda d: d["tables"].update(notes=[1])),
        damaged(lambda d: d["tables"].update(notes=[{"text": "x"}])),
        damaged(lambda d: d["tables"].update(lessons=[{"lesson": "x", "seen": "no json", "opened": "y"}])),
        damaged(lambda d: d["tables"].update(settings=[{"name": "x", "value": "no json"}])),
        damaged(lambda d: d["tables"]["reviews"][0].update(response="no json")),
        damaged(lambda d: d["tables"]["reviews"][0].update(at="yesterday")),
        damaged(lambda d: d["tables"]["reviews"][0].update(rating="high")),
        damaged(lambda d: d["tables"]["reviews"][0].update(seed=None)),
        damaged(lambda d: d["tables"]["reviews"][0].update(item=["x"])),
    ],
)  # fmt: skip
def test_a_file_that_is_no_export_changes_nothing(store: Database, tmp_path: Path, text: str) -> None:
    fill(store)
    before = dump(store)
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError):
        import_from(store, file)
    assert dump(store) == before


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(store: Database, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        export_to(store, tmp_path / "no" / "folder" / "x.json", NOW)
    with pytest.raises(StudyError, match="cannot be read"):
        import_from(store, tmp_path / "none.json")
