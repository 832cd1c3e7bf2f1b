"""`lhystudy check` as a student and as a grading script use it, in real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.checker.throughput import requests, run
from tests.samples import write_course


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small course, whose derivation `square` leads from a square to its derivative."""
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))


def check(*arguments: str, typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", "check", *arguments], input=typed, capture_output=True, text=True,
        encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


@contextmanager
def grader() -> Iterator[subprocess.Popen[str]]:
    """A `check --jsonl` that waits for lines."""
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "check", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        yield process


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        ("1 + 1 = 2\n", 0, "complete"),
        ("1 + 1 = 3\n", 1, "wrong"),
        ("1 +* 1 = 2\n", 2, "cannot be read"),
        ("", 2, ""),
        ("\ufeff1 + 1 = 2\r\n", 0, "complete"),
    ],
)
def test_the_exit_code_is_the_verdict(typed: str, code: int, told: str) -> None:
    run = check(typed=typed)
    assert run.returncode == code and told in run.stdout and "\x1b" not in run.stdout


def test_a_derivation_without_its_goal_is_a_no() -> None:
    assert check("--derivation", "square", typed="1 = 1\n").returncode == 1
    graded = check("--jsonl", "--derivation", "square", typed='{"id": 1, "text": "1 = 1"}\n')
    assert json.loads(graded.stdout)["status"] == "incomplete"
    assert check("--jsonl", "--derivation", "sqare", typed="").returncode == 3


def test_control_characters_of_a_line_are_shown_and_not_sent() -> None:
    run = check(typed="1 = 1 \x1b[31m\x00\n")
    assert run.returncode == 2 and "\\u001b[31m\\u0000" in run.stdout and "\x1b" not in run.stdout


def test_each_answer_comes_before_the_next_question() -> None:
    with grader() as process:
        assert process.stdin is not None and process.stdout is not None
        for name in (1, 2, 3):
            process.stdin.write(json.dumps({"id": name, "text": "1 = 1"}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == name
        process.stdin.close()
        assert process.stdout.read() == "" and process.wait() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_a_long_stream_is_judged_in_memory_that_stands_still() -> None:
    padding = "\n#" + "x" * 100_000

    stream = run(requests(200, padding))

    assert stream.misplaced == 0
    assert stream.grown() == []


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a POSIX signal")
def test_an_interrupted_grading_ends_at_once_with_whole_lines() -> None:
    slow = "sum_{i=1}^{n} (x_i - 1/n sum_{j=1}^{n} x_j)^2 = sum_{i=1}^n x_i^2 - n (sum_{j=1}^n x_j)^2\n" * 200
    with grader() as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        requests = [{"id": 1, "text": "1 = 1"}, *({"id": n, "text": slow} for n in range(2, 12))]
        process.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
        process.stdin.flush()
        lines = [process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        lines += process.stdout.readlines()
        assert process.wait() == 130 and process.stderr.read() == ""
    assert [json.loads(line)["id"] for line in lines] == list(range(1, len(lines) + 1)) and len(lines) < 11


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a POSIX signal")
def test_an_interrupted_check_has_shown_the_lines_that_were_finished(tmp_path: Path) -> None:
    slow = "sum_{i=1}^{n} (x_i - 1/n sum_{j=1}^{n} x_j)^2 = sum_{i=1}^n x_i^2 - n (sum_{j=1}^n x_j)^2\n" * 200
    (tmp_path / "proof.txt").write_text("1 = 1\n" + slow, "utf-8")
    command = [sys.executable, "-m", "lhystudy", "check", str(tmp_path / "proof.txt")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 130 and process.stderr.read() == ""
    assert first.split() == ["1", "✓", "1", "=", "1"] and " 201 " not in rest


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((), "-"), (("proof.txt",), "proof.txt"), (("--derivation", "square", "proof.txt"), "square")],
)
def test_the_document_is_named_after_the_derivation_or_the_file(
    arguments: tuple[str, ...], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("proof.txt").write_text("1 = 1", "utf-8")

    assert json.loads(check("--json", *arguments, typed="1 = 1").stdout)["id"] == name


def test_a_line_that_cannot_be_read_is_marked_at_its_place_and_shows_what_is_hidden() -> None:
    lines = check(typed="  误差 = 1\nq \u202e ++ w\n q ++ w\n").stdout.splitlines()

    assert lines[1:2] == ["      ^"]
    assert [line for line in lines if "\\u202e" in line] and "\u202e" not in "".join(lines)
    marked = lines.index("  3 ! q ++ w") + 1
    assert lines[marked].index("^") == lines[marked - 1].index("++") + 1
