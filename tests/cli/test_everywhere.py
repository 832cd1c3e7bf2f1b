"""The same program where something usual is not there: UTF-8, a home folder, a network, what only POSIX has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lhystudy.cli.main import run_command
from tests.cli.test_malformed import on_terminal, posix
from tests.samples import write_course

NO_NETWORK = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open({log!r}, "a") as log:
            log.write(f"{{event}} {{arguments}}\\n")
        raise OSError("there is no network")
sys.addaudithook(watch)
"""
# What Python has not on Windows and this program might lean on.
NO_POSIX = """
import signal, sys
for name in ("setitimer", "SIGALRM", "alarm", "SIGHUP"):
    delattr(signal, name)
for name in ("resource", "fcntl", "termios", "tty", "pty", "pwd", "grp"):
    sys.modules[name] = None
"""
COMMANDS = [
    ("list",), ("status",), ("read", "slopes"), ("equal", "x + x", "2 x"), ("run", "code-length", "--quick"),
    ("export", "mine.json"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))


@posix
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_terminal_of_a_bare_locale_shows_every_character(language: str) -> None:
    bare = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "NO_COLOR": "1"}
    shown = on_terminal(("--lang", language, "equal", "1", "2"), bare)
    assert {"en": "✗ refuted", "zh": "✗ 已反驳"}[language] in shown and "\\u" not in shown


@posix
def test_a_terminal_of_another_encoding_keeps_its_columns() -> None:
    shown = on_terminal(("equal", "1", "2"), {"PYTHONIOENCODING": "latin-1", "NO_COLOR": "1"})
    assert "? refuted" in shown and "\\u" not in shown


def test_a_user_without_a_home_is_asked_for_a_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def homeless(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("LHYSTUDY_HOME")
    monkeypatch.setattr("platformdirs.user_data_dir", homeless)
    assert run_command(("status",)) == 3
    assert "LHYSTUDY_HOME" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("run", "~no-such-user/mine.py"), ("check", "~no-such-user/lines.txt")])
def test_a_home_of_nobody_is_a_file_that_is_not_there(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(command) in (2, 3)
    told = capsys.readouterr().err
    assert "~no-such-user" in told and "unforeseen" not in told


def with_startup(tmp_path: Path, code: str) -> list[subprocess.CompletedProcess[str]]:
    """The commands in a Python that runs the code first, as do its workers."""
    folder = tmp_path / "startup"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    search = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return [
        subprocess.run(
            [sys.executable, "-m", "lhystudy", *command], cwd=tmp_path, capture_output=True, text=True,
            encoding="utf-8", check=False, env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": search},
        )
        for command in COMMANDS
    ]  # fmt: skip


def test_no_command_asks_for_a_network(tmp_path: Path) -> None:
    log = tmp_path / "network.txt"
    runs = with_startup(tmp_path, NO_NETWORK.format(log=str(log)))
    assert not log.exists(), log.read_text()
    assert [(run.returncode, run.stderr) for run in runs if run.returncode or "Traceback" in run.stderr] == []


def test_the_commands_work_without_what_only_posix_has(tmp_path: Path) -> None:
    runs = with_startup(tmp_path, NO_POSIX)
    assert [(run.returncode, run.stderr) for run in runs if run.returncode or "Traceback" in run.stderr] == []
