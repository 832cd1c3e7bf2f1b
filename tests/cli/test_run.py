"""`lhystudy run` and what belongs to it, in real processes: streams, exit codes, files, Ctrl-C."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.own import write_experiment

LOOP = """
for step in range(config.steps):
    yield Metric("loss", step, seeds.rand(), chart="training")
    yield Progress(step + 1, config.steps)
yield Table("ends", ["name", "值"], [["x", 1.5]])
yield Figure("picture", "heat", {"values": [[0.0, 1.0]]})
yield Measured("big", config.rate)
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    return str(write_experiment(tmp_path, LOOP))


def lhystudy(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *arguments], capture_output=True, text=True, encoding="utf-8",
        check=False, timeout=120, cwd=folder, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_json_streams_the_events_of_the_contract(mine: str) -> None:
    run = lhystudy("run", mine, "--json", "--set", "rate=0.9", "--seeds", "2", "--seed", "3")
    assert run.returncode == 0 and run.stderr == ""
    documents = [json.loads(line) for line in run.stdout.splitlines()]
    assert all({"event", "t"} <= document.keys() for document in documents)
    assert [document["t"] for document in documents] == sorted(document["t"] for document in documents)
    kinds = {document["event"]: set(document) - {"event", "t"} for document in documents}
    assert kinds["start"] >= {"name", "params", "seeds", "device", "versions"}
    assert kinds["progress"] == {"done", "total"}
    assert kinds["metric"] >= {"series", "x", "y", "lo", "hi"}
    assert kinds["claim"] >= {"id", "text", "holds", "measured", "threshold", "seeds", "effect", "ci"}
    assert set(kinds) == {"start", "progress", "metric", "table", "figure", "claim", "result"}
    assert documents[0]["event"] == "start" and documents[0]["seeds"] == [3, 4]
    result = documents[-1]
    assert result["event"] == "result" and result["status"] == "done" and result["run"] == 1
    assert [claim["id"] for claim in result["claims"]] == ["big"]


def test_a_pipe_gets_plain_lines_and_the_command_to_run_again(mine: str) -> None:
    run = lhystudy("run", mine, "--set", "rate=0.9")
    assert run.returncode == 0 and run.stderr == ""
    assert "\x1b" not in run.stdout
    for told in (
        "mine  An experiment of a test.",
        "training",
        "ends",
        " ✓ it is big",
        "0.9 > 0.5 · size",
        "again: lhystudy run",
    ):
        assert told in run.stdout
    assert "--set rate=0.9 --seed 0" in run.stdout and "lhystudy read backprop" in run.stdout


def test_the_chinese_interface_speaks_chinese(mine: str) -> None:
    run = lhystudy("--lang", "zh", "run", mine, "--set", "rate=0.1")
    assert run.returncode == 1
    assert " ✗ 它很大" in run.stdout and "测试用的实验" in run.stdout and "再来一次" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--set", "rate=0.1"], 1, ""),
        (["--set", "rate=2"], 2, "rate must be from 0 to 1"),
        (["--set", "speed=2"], 2, "no parameter 'speed'"),
        (["--seeds", "many"], 2, "--seeds"),
        (["--plot", "x.gif"], 2, "end its name in"),
        (["--plot", "/no/such/folder/x.png"], 2, "there is no folder"),
        (["--out", "/dev/null/x"], 2, "cannot write there"),
        (["--device", "mps"], 3, "no mps device"),
        (["--nonsense"], 2, "nonsense"),
    ],
)
def test_exit_codes_and_one_sentence(mine: str, arguments: list[str], code: int, told: str) -> None:
    run = lhystudy("run", mine, *arguments)
    assert run.returncode == code, run.stderr
    assert told in run.stderr and "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) <= 1


def test_a_crash_is_a_no_with_its_reason(tmp_path: Path) -> None:
    run = lhystudy("run", str(write_experiment(tmp_path, "yield Log('')\nraise ValueError('odd')")))
    assert run.returncode == 1 and "failed: ValueError: odd (mine.py:" in run.stdout and "Traceback" not in run.stderr


def test_a_broken_store_is_a_missing_thing(mine: str) -> None:
    home = Path(os.environ["LHYSTUDY_HOME"])
    home.mkdir()
    (home / "lhystudy.db").write_bytes(b"no database" * 500)
    run = lhystudy("run", mine)
    assert run.returncode == 3 and "the store is damaged" in run.stderr and run.stdout == ""


def test_out_writes_events_result_and_metrics(mine: str, tmp_path: Path) -> None:
    assert lhystudy("run", mine, "--out", str(tmp_path / "kept"), "--json").returncode == 1
    lines = (tmp_path / "kept" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["event"] == "start"
    result = json.loads((tmp_path / "kept" / "result.json").read_text(encoding="utf-8"))
    assert result == json.loads(lines[-1])
    with (tmp_path / "kept" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    metrics = [document for document in map(json.loads, lines) if document["event"] == "metric"]
    assert [(row["series"], float(row["x"]), float(row["y"])) for row in rows] == [
        (metric["series"], metric["x"], metric["y"]) for metric in metrics
    ]


@pytest.mark.parametrize(
    ("name", "begins"), [("p.png", b"\x89PNG"), ("p.svg", b"<?xml"), ("p.html", b"<!doctype html>")]
)
def test_plot_writes_a_picture(mine: str, tmp_path: Path, name: str, begins: bytes) -> None:
    run = lhystudy("run", mine, "--set", "rate=0.9", "--plot", name, folder=tmp_path)
    assert run.returncode == 0, run.stderr
    content = (tmp_path / name).read_bytes()
    assert content.startswith(begins) and not list(tmp_path.glob("*.part"))
    if name.endswith("html"):
        page = content.decode()
        assert "<svg" in page and "it is big" in page
        assert 'src="http' not in page and 'href="http' not in page.replace("http://www.w3.org", "")


def test_a_sweep_is_compared_in_one_table(mine: str, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    run = lhystudy("run", mine, "--sweep", "rate=0.1,0.9", "--sweep", "steps=2,4", "--out", str(out))
    assert run.returncode == 0, run.stderr
    rows = [line.split() for line in run.stdout.splitlines()]
    assert ["0.1", "2", "✗", "0.1"] in [row[:4] for row in rows] and ["0.9", "4", "✓", "0.9"] in [r[:4] for r in rows]
    assert "lhystudy runs compare 1 2 3 4" in run.stdout
    assert [line.split()[0] for line in run.stderr.splitlines()] == ["1/4", "2/4", "3/4", "4/4"]
    table = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert [(row["rate"], row["steps"], row["big"], row["run"]) for row in table] == [
        (0.1, 2, 0.1, 1), (0.1, 4, 0.1, 2), (0.9, 2, 0.9, 3), (0.9, 4, 0.9, 4),
    ]  # fmt: skip
    assert len(list(out.glob("*/events.jsonl"))) == 4


def told(stdout: str) -> list[dict[str, Any]]:
    """The events of JSON lines without what the clock and the store put into them."""
    documents = [json.loads(line) for line in stdout.splitlines()]
    return [{key: value for key, value in one.items() if key not in ("t", "seconds", "run")} for one in documents]


def test_a_sweep_says_the_same_in_the_same_order_as_its_runs_one_by_one(mine: str) -> None:
    swept = lhystudy("run", mine, "--sweep", "steps=200,2,30", "--seeds", "2", "--json")
    alone = [lhystudy("run", mine, "--set", f"steps={n}", "--seeds", "2", "--json").stdout for n in (200, 2, 30)]
    assert told(swept.stdout) == told("".join(alone)) and swept.returncode == 0


@pytest.mark.parametrize(
    ("sort", "code", "order"),
    [("big", 0, [0.1, 0.5, 0.9]), ("-big", 0, [0.9, 0.5, 0.1]), ("bug", 2, [0.5, 0.9, 0.1])],
)
def test_a_sweep_is_sorted_by_a_column(mine: str, tmp_path: Path, sort: str, code: int, order: list[float]) -> None:
    out = tmp_path / "kept"
    run = lhystudy("run", mine, "--sweep", "rate=0.5,0.9,0.1", f"--sort={sort}", "--out", str(out))
    assert run.returncode == code and ("--sort big" in run.stderr) == (code == 2)
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as file:
        assert [float(row["rate"]) for row in csv.DictReader(file)] == order


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--sweep", "steps=" + ",".join(map(str, range(1, 1001))), "--sweep", "rate=0,1"], "2000 runs, more than"),
        (["--sweep", "pace=1,2"], "no parameter"),
        (["--sweep", "rate=0.1,7"], "from 0 to 1"),
        (["--sweep", "rate=0.1", "--engine", "rey"], "--engine ray"),
        (["--sort", "big"], "--sort is for a sweep"),
    ],
)
def test_a_sweep_that_cannot_be_run_is_told_before_anything_starts(mine: str, arguments: list[str], told: str) -> None:
    run = lhystudy("run", mine, *arguments)
    assert run.returncode == 2 and told in run.stderr and len(run.stderr.strip().splitlines()) == 1
    assert json.loads(lhystudy("runs", "--json").stdout) == []


ENDLESS = """
while True:
    yield Metric("loss", random.random(), 1.0)
    import time
    time.sleep(0.001)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not there")
def test_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "run", str(file), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as run:  # fmt: skip
        assert run.stdout is not None and run.stderr is not None
        first = [run.stdout.readline() for _ in range(5)]
        run.send_signal(signal.SIGINT)
        rest = run.stdout.readlines()
        assert run.wait() == 130 and run.stderr.read() == ""
    documents: list[dict[str, Any]] = [json.loads(line) for line in first + rest]
    assert documents[-1]["event"] == "result" and documents[-1]["status"] == "stopped"
    shown = lhystudy("runs", "show", "1", "--json")
    assert [json.loads(line) for line in shown.stdout.splitlines()] == documents


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not there")
def test_ctrl_c_keeps_the_runs_of_a_sweep_that_were_done(tmp_path: Path) -> None:
    body = "for step in range(config.steps):" + ENDLESS.replace("while True:", "")
    file = write_experiment(tmp_path, body)
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "run", str(file), "--sweep", "steps=1,1000000,999999,999998"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as run:  # fmt: skip
        assert run.stderr is not None and run.stdout is not None
        assert "steps=1 " in run.stderr.readline()
        run.send_signal(signal.SIGINT)
        told = run.stdout.read()
        assert run.wait() == 130 and "Traceback" not in run.stderr.read()
    assert any(line.split()[:1] == ["1"] for line in told.splitlines())
    kept = json.loads(lhystudy("runs", "--json").stdout)
    assert kept[-1]["status"] == "done" and {run["status"] for run in kept[:-1]} <= {"stopped"}


def test_a_reader_that_has_seen_enough_ends_the_run_quietly(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "run", str(file), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as run:  # fmt: skip
        assert run.stdout is not None and run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.wait() is not None and run.stderr.read() == ""
    (kept,) = json.loads(lhystudy("runs", "--json").stdout)
    assert kept["status"] == "stopped"


def test_runs_are_listed_shown_compared_repeated_and_replayed(mine: str) -> None:
    assert lhystudy("runs").stdout.startswith("no runs yet")
    first = lhystudy("run", mine, "--set", "rate=0.9", "--json")
    assert lhystudy("run", mine, "--set", "rate=0.6").returncode == 0
    listed = json.loads(lhystudy("runs", "--json").stdout)
    assert [(run["id"], run["status"], run["params"]["rate"]) for run in listed] == [(2, "done", 0.6), (1, "done", 0.9)]
    assert [line.split()[0] for line in lhystudy("runs").stdout.splitlines()] == ["id", "2", "1"]
    assert " ✓ it is big" in lhystudy("runs", "show", "1").stdout
    assert lhystudy("replay", "1", "--json").stdout == first.stdout
    assert " ✓ it is big" in lhystudy("replay", "1").stdout
    compared = json.loads(lhystudy("runs", "compare", "1", "2", "--json").stdout)
    assert [side["big"] for side in compared] == [0.9, 0.6]
    side_by_side = lhystudy("runs", "compare", "1", "2")
    assert (
        side_by_side.returncode == 0
        and "the same in all: " in side_by_side.stdout
        and "training" in side_by_side.stdout
    )
    assert any(line.split() == ["rate", "0.9", "0.6"] for line in side_by_side.stdout.splitlines())
    again = lhystudy("runs", "repeat", "1")
    assert again.returncode == 0 and "run 3 repeats run 1 to the last bit: 9 numbers" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("runs", "show", "7"), 3, "there is no run 7"),
        (("runs", "compare", "7"), 2, "at least two runs"),
        (("runs", "repeat", "7"), 3, "there is no run 7"),
        (("replay", "seven"), 2, "ID"),
        (("run", "lstm-dmo"), 3, "did you mean lstm-demo"),
        (("claims", "--report", "x.pdf"), 2, "x.pdf"),
    ],
)
def test_what_is_not_there_is_told(arguments: tuple[str, ...], code: int, told: str) -> None:
    run = lhystudy(*arguments)
    assert run.returncode == code and told in run.stderr and "Traceback" not in run.stderr


def test_doctor_looks_at_everything() -> None:
    run = lhystudy("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(run.stdout)}
    assert set(found) >= {"machine", "versions", "device cpu", "store", "experiments", "content"}
    assert found["device cpu"]["details"]["gflops"] > 0 and found["store"]["good"] and found["versions"]["good"]
    assert run.returncode == (0 if all(finding["good"] for finding in found.values()) else 3)
