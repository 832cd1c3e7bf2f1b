"""The same work on a Ray cluster: the same answers in the same order. Run by `make test-ray`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.test_run import lhystudy, told
from tests.lab.own import write_experiment

BODY = """
for step in range(config.steps):
    yield Metric("loss", step, seeds.rand(), chart="training")
yield Measured("big", config.rate + seeds.rand() / 10)
"""


def test_a_sweep_on_ray_says_the_same_in_the_same_order(tmp_path: Path) -> None:
    arguments = ["run", str(write_experiment(tmp_path, BODY)), "--sweep", "steps=40,2,9", "--seeds", "5", "--json"]
    here, there = lhystudy(*arguments), lhystudy(*arguments, "--engine", "ray")
    assert there.returncode == 0, there.stderr
    assert told(there.stdout) == told(here.stdout)
    kept = json.loads(lhystudy("runs", "--json").stdout)
    assert [run["params"]["steps"] for run in kept] == [9, 2, 40, 9, 2, 40]


def test_claims_measured_on_ray_are_the_evidence_here(tmp_path: Path) -> None:
    mine = str(write_experiment(tmp_path, BODY))
    here = lhystudy("claims", mine, "--rerun", "--seeds", "5", "--json")
    there = lhystudy("claims", mine, "--rerun", "--seeds", "5", "--json", "--engine", "ray")
    assert there.returncode == 0, there.stderr
    (one,), (other,) = json.loads(here.stdout), json.loads(there.stdout)
    assert other["run"] == one["run"] + 1
    assert (other["measured"], other["ci"], other["holds"]) == (one["measured"], one["ci"], True)


def without_time(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_time(item) for key, item in value.items() if key != "ms"}
    return [without_time(item) for item in value] if isinstance(value, list) else value


def test_derivations_graded_on_ray_come_back_in_order(tmp_path: Path) -> None:
    file = tmp_path / "class.jsonl"
    texts = ["let x : real\n(x+1)^2 = x^2 + 2 x + 1", "let x : real\n(x+1)^2 = x^2 + 1", "x = = 1"] * 4
    file.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)), "utf-8")
    here, there = lhystudy("check", "--jsonl", str(file)), lhystudy("check", "--jsonl", str(file), "--engine", "ray")
    assert there.returncode == here.returncode == 1, there.stderr
    documents = [[without_time(json.loads(line)) for line in run.stdout.splitlines()] for run in (here, there)]
    assert documents[0] == documents[1] and [one["id"] for one in documents[1]] == list(range(len(texts)))


def test_an_experiment_that_cannot_begin_is_told_as_here(tmp_path: Path) -> None:
    mine = str(write_experiment(tmp_path, BODY))
    run = lhystudy("run", mine, "--sweep", "steps=2,3", "--device", "mps", "--engine", "ray")
    assert run.returncode == 3 and "no mps device" in run.stderr and "Traceback" not in run.stderr


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    run = lhystudy("run", str(write_experiment(tmp_path, BODY)), "--sweep", "steps=2,3", "--engine", "ray")
    assert run.returncode == 3 and "no Ray cluster at 127.0.0.1:1" in run.stderr and "Traceback" not in run.stderr


def test_ctrl_c_keeps_what_the_cluster_had_done(tmp_path: Path) -> None:
    endless = "import time\nfor step in range(config.steps):\n    yield Metric('x', step, 1.0)\n    time.sleep(0.01)"
    file = write_experiment(tmp_path, endless)
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "run", str(file), "--sweep", "steps=1,100000,99999", "--engine", "ray"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=dict(os.environ),
    ) as run:  # fmt: skip
        assert run.stderr is not None
        assert "steps=1 " in run.stderr.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait() == 130 and "Traceback" not in run.stderr.read()
    kept = json.loads(lhystudy("runs", "--json").stdout)
    assert kept[-1]["status"] == "done" and {one["status"] for one in kept[:-1]} <= {"stopped"}
