"""A program that is no part of lhystudy runs only once the learner has said so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lhystudy.errors import MissingError
from lhystudy.lab.catalogue import named
from tests.lab.own import write_experiment

BODY = """
open(os.environ["TRACE"], "w").close()
yield Measured("big", 0.75)
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An experiment that leaves a trace when it runs."""
    monkeypatch.delenv("LHYSTUDY_TRUST")
    monkeypatch.setenv("TRACE", str(tmp_path / "trace"))
    return write_experiment(tmp_path, BODY)


def lhystudy(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lhystudy", *arguments]
    return subprocess.run(command, stdin=stdin, capture_output=True, text=True, encoding="utf-8", check=False)


def test_where_nobody_can_be_asked_it_does_not_run(mine: Path, tmp_path: Path) -> None:
    for words in (("run", str(mine)), ("run", str(mine), "--sweep", "rate=0.1,0.2"), ("claims", str(mine), "--rerun")):
        refused = lhystudy(*words)
        assert refused.returncode == 2 and "not part of lhystudy" in refused.stderr and "--trust" in refused.stderr
    assert not (tmp_path / "trace").exists()
    trusted = lhystudy("run", str(mine), "--trust")
    assert trusted.returncode == 0, trusted.stderr
    assert (tmp_path / "trace").exists()


@pytest.mark.skipif(os.name != "posix", reason="a terminal is made as Unix makes one")
@pytest.mark.parametrize(("answer", "runs"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_on_a_terminal_it_asks_first(mine: Path, tmp_path: Path, answer: str, runs: bool) -> None:
    ours, theirs = os.openpty()
    os.write(ours, answer.encode())
    asked = lhystudy("run", str(mine), stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert "not part of lhystudy" in asked.stderr
    assert asked.returncode == (0 if runs else 2), asked.stderr
    assert (tmp_path / "trace").exists() == runs


def test_a_run_that_came_from_another_store_is_not_repeated_unasked(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lhystudy("run", str(mine), "--trust").returncode == 0
    (tmp_path / "trace").unlink()
    assert lhystudy("export", str(tmp_path / "all.json")).returncode == 0
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "another"))
    assert lhystudy("import", str(tmp_path / "all.json")).returncode == 0
    refused = lhystudy("runs", "repeat", "1")
    assert refused.returncode == 2 and "not part of lhystudy" in refused.stderr
    assert not (tmp_path / "trace").exists()


def test_a_name_that_comes_with_content_is_never_a_file(mine: Path) -> None:
    with pytest.raises(MissingError):
        named(str(mine))
