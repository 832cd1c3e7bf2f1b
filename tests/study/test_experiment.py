"""Runs as a student has them: planned in words, kept while watched, read back, repeated, compared."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import ClaimResult, Event, Metric, Moment, Result, Start
from lhystudy.store import claims, runs, settings
from lhystudy.store.db import FILE, Database, open_store
from lhystudy.study.experiment import command_line, plan, request_of, watch
from lhystudy.study.history import claim_records, gathered, stored_moments, stored_run
from lhystudy.study.many import Ran, grid, keep
from lhystudy.study.repeat import compare
from tests.lab.own import write_experiment

BODY = """
for step in range(config.steps):
    yield Metric("x", step, seeds.rand())
yield Measured("big", 0.75)
"""


def followed(file: Path, *assignments: str, predictions: dict[str, str] | None = None) -> list[Event]:
    """All events of a watched run."""
    run = watch(plan(str(file), assignments, device="cpu"), predictions)
    return [moment.event for moment in run.moments()]


def kept(run: int) -> list[Event]:
    with open_store() as database:
        return [moment.event for moment in stored_moments(database, run)]


def test_a_watched_run_is_kept_whole(tmp_path: Path) -> None:
    events = followed(write_experiment(tmp_path, BODY), "steps=7", predictions={"big": "fails"})
    result = events[-1]
    assert isinstance(result, Result) and result.run == 1
    assert kept(1) == events
    with open_store() as database:
        run = stored_run(database, 1)
        assert (run.status, run.experiment, run.params["steps"], run.seeds) == ("done", "mine", 7, (0,))
        (evidence,) = claims.of_run(database, 1)
        assert evidence.holds is True and evidence.predicted == "fails"


def test_a_run_that_is_left_early_keeps_what_was_sent(tmp_path: Path) -> None:
    run = watch(plan(str(write_experiment(tmp_path, BODY)), ["steps=90000"], device="cpu"))
    seen = []
    moments = run.moments()
    for moment in moments:
        seen.append(moment.event)
        if len(seen) == 50:
            break
    moments.close()
    assert kept(1) == seen
    with open_store() as database:
        assert stored_run(database, 1).status == "stopped"


def test_a_stopped_run_keeps_every_finished_event(tmp_path: Path) -> None:
    run = watch(plan(str(write_experiment(tmp_path, BODY)), ["steps=90000"], device="cpu"))
    seen = []
    for moment in run.moments():
        seen.append(moment.event)
        if len(seen) == 50:
            run.stop()
    assert isinstance(seen[-1], Result) and seen[-1].status == "stopped" and kept(1) == seen


def test_a_killed_worker_leaves_a_failed_run_with_its_events(tmp_path: Path) -> None:
    run = watch(plan(str(write_experiment(tmp_path, BODY)), ["steps=90000"], device="cpu"))
    seen = []
    for moment in run.moments():
        seen.append(moment.event)
        if len(seen) == 50:
            os.kill(run._run._child._process.pid, signal.SIGKILL)
    assert kept(1) == seen
    with open_store() as database:
        assert stored_run(database, 1).status == "failed"


def test_a_store_that_fills_up_ends_the_keeping_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MissingError("the disk is full")

    monkeypatch.setattr(runs, "add_events", fail)
    run = watch(plan(str(write_experiment(tmp_path, BODY)), device="cpu"))
    events = [moment.event for moment in run.moments()]
    assert sum(isinstance(event, Metric) for event in events) == 5
    assert run.trouble is not None and "disk is full" in str(run.trouble)


def test_a_store_that_cannot_be_opened_is_told_before_anything_runs(tmp_path: Path) -> None:
    with open_store() as database:
        file = database.file
    file.write_bytes(b"x" * 5000)
    (file.parent / f"{FILE}-wal").unlink(missing_ok=True)
    with pytest.raises(MissingError, match="damaged"):
        followed(write_experiment(tmp_path, BODY))


def test_a_repeated_run_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    followed(write_experiment(tmp_path, BODY), "steps=9")
    with open_store() as database:
        request = request_of(stored_run(database, 1))
    list(watch(request).moments())
    with open_store() as database:
        same = compare(database, 1, 2)
        assert same.identical and same.points == 10 and same.largest == 0.0 and not same.changed


def test_a_changed_experiment_shows_in_the_comparison(tmp_path: Path) -> None:
    followed(write_experiment(tmp_path, BODY))
    followed(write_experiment(tmp_path, BODY.replace("rand(1)", "randn(1)").replace("0.75", "0.25")))
    with open_store() as database:
        other = compare(database, 1, 2)
    assert not other.identical and other.largest > 0
    assert other.changed_verdicts == ["big"] and set(other.changed) == {"code"}


WAVERING = """
import time
yield Metric("x", 0, seeds.rand() + %s)
yield Table("t", ["a", "b"], [["word", 1.5]])
yield Measured("big", 0.75 + seeds.rand() / 100 + %s)
"""


@pytest.mark.parametrize(
    ("shift", "within", "verdicts"), [(0.0, True, []), (1e-4, True, []), (5.0, False, []), (-5.0, False, ["big"])]
)
def test_a_small_difference_lies_within_the_bands_of_the_seeds_and_a_large_one_does_not(
    tmp_path: Path, shift: float, within: bool, verdicts: list[str]
) -> None:
    for moved in (0.0, shift):
        file = write_experiment(tmp_path, WAVERING % (moved, moved))
        list(watch(plan(str(file), seeds=8, device="cpu")).moments())
    with open_store() as database:
        found = compare(database, 1, 2)
    assert found.identical is (shift == 0.0) and found.within_band is within and found.changed_verdicts == verdicts
    assert found.points == 3 and found.outside == (0 if within else 2)


def test_a_table_that_changed_is_a_difference(tmp_path: Path) -> None:
    for body in (WAVERING % (0, 0), (WAVERING % (0, 0)).replace("1.5", "1.6")):
        list(watch(plan(str(write_experiment(tmp_path, body)), seeds=8, device="cpu")).moments())
    with open_store() as database:
        found = compare(database, 1, 2)
    assert not found.within_band and found.outside == 1


def test_other_threads_show_in_the_comparison(tmp_path: Path) -> None:
    file = str(write_experiment(tmp_path, BODY))
    for threads in (1, 2):
        list(watch(plan(file, device="cpu", threads=threads)).moments())
    with open_store() as database:
        assert compare(database, 1, 2).changed == {"threads": ("1", "2")}


def test_a_run_that_began_again_with_fewer_seeds_is_kept_as_what_it_ended_with() -> None:
    first = Start("mine", {}, [0, 1], "cpu", {})
    said: list[Event] = [first, Metric("x", 0, 1.0), replace(first, seeds=[0]), Metric("x", 0, 2.0), Result("done")]
    keep(Ran(0, datetime.now(UTC), [Moment(0.0, event) for event in said]))
    with open_store() as database:
        assert stored_run(database, 1).seeds == (0,) and len(runs.recent(database)) == 1
        record = gathered(database, 1)
    assert record.start is not None and record.start.seeds == [0] and record.charts[""].curves == {"x": [(0, 2.0)]}


def test_a_stored_line_of_another_version_is_passed_over(tmp_path: Path) -> None:
    followed(write_experiment(tmp_path, BODY))
    with open_store() as database:
        runs.add_events(database, 1, 100, ['{"event": "hologram", "t": 0}', "not json"])
    assert isinstance(kept(1)[-1], Result)


def test_a_run_that_is_not_there_is_told() -> None:
    with open_store() as database, pytest.raises(MissingError, match="there is no run 12"):
        stored_run(database, 12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"assignments": ["steps"]}, "'steps' sets nothing"),
        ({"assignments": ["steps=30", "steps=40"]}, "steps is set twice"),
        ({"assignments": ["stpes=30"]}, "did you mean steps"),
        ({"seeds": 0}, "--seeds must be from 1"),
        ({"seeds": 10**6}, "--seeds must be from 1 to"),
        ({"seed": -1}, "--seed must be from 0"),
        ({"threads": 0}, "--threads must be from 1"),
        ({"device": "tpu"}, "--device must be one of auto, cpu, cuda, mps, not tpu"),
        ({"dtype": "float8"}, "--dtype must be one of"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_starts(options: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        plan("optimizer-race", **options)  # type: ignore[arg-type]


def test_a_sweep_is_every_combination() -> None:
    requests = grid(plan("optimizer-race", ["bumps=0"]), ["steps=20,40", "warmup=1,2,3"])
    points = [(request.params["steps"], request.params["warmup"], request.params["bumps"]) for request in requests]
    assert points == [(20, 1, 0), (20, 2, 0), (20, 3, 0), (40, 1, 0), (40, 2, 0), (40, 3, 0)]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("steps=20,1", "from 20"),
        ("pace=1", "no parameter"),
        ("steps=" + ",".join(map(str, range(1000))), "1000 runs, more than"),
    ],
)
def test_a_sweep_that_cannot_be_run_is_told(sweep: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        grid(plan("optimizer-race"), [sweep])


def test_the_command_to_run_again_holds_only_what_differs() -> None:
    card = find("optimizer-race")
    start = Start("optimizer-race", {**card.defaults, "steps": 50}, [3, 4, 5], "cpu", {})
    assert command_line(start, card, "auto") == "lhystudy run optimizer-race --set steps=50 --seed 3 --seeds 3"
    again = plan("optimizer-race", ["steps=50"], seed=3, seeds=3)
    assert again.params == start.params and list(again.seeds) == start.seeds
    own = Start("mine", {"name": "a b", "loud": True}, [0], "cuda:0", {}, file="/tmp/my file.py", dtype="float64")
    assert command_line(own, None) == (
        "lhystudy run '/tmp/my file.py' --set 'name=a b' --set loud=true --seed 0 --device cuda --dtype float64"
    )


def keep_claim(database: Database, holds: bool, changed: dict[str, object], quick: bool = False) -> None:
    """A stored run of optimizer-race that measured one claim."""
    card = find("optimizer-race")
    start = {
        "name": card.name, "file": "", "params": {**card.defaults, **changed}, "seeds": [0], "device": "cpu",
        "dtype": "float32", "threads": 1, "quick": quick, "versions": {},
    }  # fmt: skip
    run = runs.begin(database, start, datetime(2026, 1, 1, tzinfo=UTC))
    claim = ClaimResult("adagrad-stalls", "", holds, 1.0, ">", 0.0, 1)
    claims.add(database, run, claim.__dict__)
    runs.finish(database, run, "done", 1.0, "")


def test_evidence_at_the_defaults_goes_before_later_evidence_of_other_settings() -> None:
    with open_store() as database:
        keep_claim(database, False, {"steps": 20})
        assert [r.changed for r in claim_records(database) if r.evidence] == [{"steps": 20}]
        keep_claim(database, True, {})
        keep_claim(database, False, {"steps": 20})
        keep_claim(database, False, {}, quick=True)
        (record,) = [record for record in claim_records(database) if record.evidence]
        assert record.claim.id == "adagrad-stalls" and record.evidence is not None
        assert record.evidence.holds is True and record.evidence.run == 2 and record.changed == {}
        assert settings.everything(database) == {}
