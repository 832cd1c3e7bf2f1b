"""A run seen from outside: what is sent arrives, and whatever goes wrong ends in one clear result."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.events import Log, Metric, Start
from lhystudy.lab.host import Run
from lhystudy.lab.request import Request
from tests.lab.own import claim_of, events_of, lines_of, result_of, run_body, write_experiment

ENDLESS = """
step = 0
while True:
    step += 1
    yield Metric("x", step, step)
"""


def test_a_run_begins_with_start_and_ends_with_result(tmp_path: Path) -> None:
    events = run_body(tmp_path, 'yield Metric("x", 0, 1.5)\nyield Measured("big", 0.75)')
    start, metric, claim, result = events
    assert isinstance(start, Start) and start.params == {"steps": 5, "rate": 0.5, "kind": "mean", "loud": False}
    assert start.device == "cpu" and start.seeds == [0] and set(start.versions) >= {"torch", "code", "python"}
    assert metric == Metric("x", 0.0, 1.5)
    assert claim_of([claim]).holds is True
    assert result_of([result]).status == "done" and result_of([result]).claims[0]["id"] == "big"


def test_what_an_experiment_prints_does_not_disturb_its_events(tmp_path: Path) -> None:
    body = """
print("{}")
os.write(1, b"raw")
os.system("echo shell")
sys.__stdout__.write("odd")
yield Log("said")
"""
    events = run_body(tmp_path, body)
    assert [event.text for event in events if isinstance(event, Log)] == ["said"]
    assert result_of(events).status == "done"


def test_a_crash_is_told_with_its_line_and_keeps_what_came_before(tmp_path: Path) -> None:
    events = run_body(tmp_path, 'yield Metric("x", 0, 1.0)\nraise ValueError("no such thing")')
    result = result_of(events)
    assert result.status == "failed"
    assert result.message.startswith("ValueError: no such thing (mine.py:")
    assert sum(isinstance(event, Metric) for event in events) == 1
    assert claim_of(events).holds is None


def test_data_that_cannot_be_used_are_told_by_their_place(tmp_path: Path) -> None:
    body = "from lhystudy.lab.corpus import corpus\nyield Log(str(corpus('./nowhere.txt')))"
    assert result_of(run_body(tmp_path, body)).message.startswith("./nowhere.txt: cannot be read")


@pytest.mark.parametrize("body", ["yield Log('')\ntorch.empty(10**15)", "yield Log('')\nraise MemoryError"])
def test_running_out_of_memory_is_told_as_such(tmp_path: Path, body: str) -> None:
    result = result_of(run_body(tmp_path, body))
    assert result.status == "failed" and result.message.startswith("memory ran out on cpu")


def test_a_worker_that_vanishes_is_told_with_its_status(tmp_path: Path) -> None:
    events = run_body(tmp_path, 'yield Metric("x", 0, 1.0)\nos._exit(7)')
    assert isinstance(events[1], Metric)
    assert result_of(events).status == "failed" and "status 7" in result_of(events).message


def test_a_worker_killed_by_the_system_is_told_as_lack_of_memory(tmp_path: Path) -> None:
    result = result_of(run_body(tmp_path, "yield Log('')\nimport signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert result.status == "failed" and "memory" in result.message


def test_an_experiment_that_leaves_the_interpreter_only_fails(tmp_path: Path) -> None:
    assert result_of(run_body(tmp_path, "yield Log('')\nsys.exit(0)")).status == "failed"


def test_a_flood_of_events_is_ended_with_a_sentence(tmp_path: Path) -> None:
    events = run_body(tmp_path, ENDLESS)
    assert result_of(events).status == "failed" and "too much" in result_of(events).message


def test_an_event_too_large_to_keep_is_refused(tmp_path: Path) -> None:
    result = result_of(run_body(tmp_path, 'yield Log("x" * 10_000_000)'))
    assert result.status == "failed" and "too much" in result.message


def test_stop_ends_a_run_after_its_step_and_keeps_its_events(tmp_path: Path) -> None:
    body = "for step in range(config.steps):\n    yield Metric('x', step, step)\n    torch.zeros(10).sum()"
    request = Request(str(write_experiment(tmp_path, body)), {"steps": 50_000_000}, device="cpu")
    seen = []
    with Run(request) as run:
        for moment in run.moments():
            seen.append(moment.event)
            if len(seen) == 3:
                run.stop()
    assert result_of(seen).status == "stopped"
    metrics = [event for event in seen if isinstance(event, Metric)]
    assert [metric.x for metric in metrics] == list(range(len(metrics)))
    assert claim_of(seen).holds is None


@pytest.mark.skipif(os.name == "nt", reason="named pipes of this kind are not there")
def test_an_experiment_that_hangs_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lhystudy.lab.host.STOP_SECONDS", 0.2)
    pipe = tmp_path / "hanging"
    os.mkfifo(pipe)
    body = f"import threading\nyield Metric('x', 0, 1.0)\nopen({str(pipe)!r}, 'w').close()\nthreading.Event().wait()"
    seen = []
    with Run(Request(str(write_experiment(tmp_path, body)), device="cpu")) as run:
        for moment in run.moments():
            seen.append(moment.event)
            if isinstance(moment.event, Metric):
                pipe.read_text()  # waits until the experiment is in its endless step
                run.stop()
    assert result_of(seen).status == "stopped" and "middle of a step" in result_of(seen).message


def test_a_worker_killed_at_a_random_moment_keeps_every_finished_event(tmp_path: Path) -> None:
    body = "for step in range(config.steps):\n    yield Metric('x', step, step)"
    seen = []
    with Run(Request(str(write_experiment(tmp_path, body)), {"steps": 90_000}, device="cpu")) as run:
        for moment in run.moments():
            seen.append(moment.event)
            if len(seen) == 100:
                os.kill(run._child._process.pid, signal.SIGKILL)
    metrics = [event for event in seen if isinstance(event, Metric)]
    assert len(metrics) >= 99 and [metric.x for metric in metrics] == list(range(len(metrics)))
    assert result_of(seen).status == "failed"


PARENT = """
import sys
from lhystudy.lab.host import Run
from lhystudy.lab.request import Request
with Run(Request(sys.argv[1], device="cpu")) as run:
    for moment in run.moments():
        print(moment.event.event, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="named pipes of this kind are not there")
@pytest.mark.parametrize("body", ["yield Log('here')\nthreading.Event().wait()", ENDLESS], ids=["silent", "busy"])
def test_a_parent_that_dies_leaves_no_worker(tmp_path: Path, body: str) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    file = write_experiment(tmp_path, f"import threading\nheld = open({str(pipe)!r}, 'w')\n{body}")
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(file)], stdout=subprocess.PIPE, text=True)
    with pipe.open() as alive, parent:
        assert parent.stdout is not None and parent.stdout.readline() == "start\n"
        parent.kill()
        assert alive.read() == ""  # comes to an end when nobody holds the pipe open any more


def test_the_same_seed_gives_the_same_events(tmp_path: Path) -> None:
    body = "yield Metric('x', 0, seeds.each(lambda: random.random() + np.random.rand() + torch.rand(1).item()))"
    assert lines_of(run_body(tmp_path, body, (3,))) == lines_of(run_body(tmp_path, body, (3,)))
    assert lines_of(run_body(tmp_path, body, (3,)))[1] != lines_of(run_body(tmp_path, body, (4,)))[1]


def test_a_number_that_is_none_leaves_a_gap_and_a_remark(tmp_path: Path) -> None:
    events = run_body(tmp_path, "yield Metric('x', 1, float('nan'))\nyield Measured('big', float('inf'))")
    (metric,) = [event for event in events if isinstance(event, Metric)]
    assert metric.y != metric.y
    assert any(isinstance(event, Log) and "x is not a finite number at 1" in event.text for event in events)
    assert claim_of(events).holds is None and claim_of(events).measured is None


def test_a_claim_that_the_file_does_not_declare_is_named(tmp_path: Path) -> None:
    events = run_body(tmp_path, "yield Measured('huge', 1.0)")
    assert any(isinstance(event, Log) and "'huge'" in event.text for event in events)


def test_the_device_and_number_type_asked_for_are_used(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, "yield Log(f'{torch.zeros(1).dtype} {seeds.device} {torch.get_num_threads()}')")
    events = events_of(Request(str(file), device="cpu", dtype="float64", threads=2))
    assert [event.text for event in events if isinstance(event, Log)] == ["torch.float64 cpu 2"]


def test_a_device_that_is_not_there_is_missing(tmp_path: Path) -> None:
    import torch

    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(MissingError, match=f"no {absent} device"):
        events_of(Request(str(write_experiment(tmp_path, "yield Log('')")), device=absent))


def test_a_file_that_cannot_be_imported_is_named_with_its_line(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, "yield Log('')")
    file.write_text(file.read_text(encoding="utf-8").replace("import random", "import randomness"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"mine\.py:10: the experiment cannot be imported.*randomness"):
        events_of(Request(str(file), device="cpu"))
