"""A whole evening in a real terminal: lesson, experiment, derivation, quiz, quit, and the next day."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.samples import write_course

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux on this machine"),
]
LHYSTUDY = str(Path(sys.executable).with_name("lhystudy"))


class Terminal:
    """A tmux session of its own, 80×24, typed into and looked at."""

    def __init__(self, socket: Path) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", os.devnull]

    def open(self, command: str, columns: int = 80, lines: int = 24) -> None:
        self._run("new-session", "-d", "-s", "evening", "-x", str(columns), "-y", str(lines), command)
        self._run("set-option", "-t", "evening", "remain-on-exit", "on")

    def open_again(self, command: str) -> None:
        """Starts a program where one has ended; a new server on the same socket might meet the old one still going."""
        self._run("respawn-pane", "-t", "evening", command)

    def type(self, *keys: str, literal: bool = False) -> None:
        self._run("send-keys", "-t", "evening", *(["-l"] if literal else []), *keys)

    def screen(self) -> str:
        return self._run("capture-pane", "-t", "evening", "-p")

    def wait_for(self, text: str, seconds: float = 60.0) -> str:
        """The screen once the text stands on it. Fails, with the screen, when it never does."""
        deadline = monotonic() + seconds
        while text not in (screen := self.screen()):
            if monotonic() > deadline:
                raise AssertionError(f"{text!r} never came; the screen is:\n{screen}")
            sleep(0.05)
        return screen

    def wait_for_the_end(self, seconds: float = 20.0) -> None:
        """Waits until the program has ended by itself."""
        deadline = monotonic() + seconds
        while self._run("list-panes", "-t", "evening", "-F", "#{pane_dead}").strip() != "1":
            assert monotonic() < deadline, f"it still runs:\n{self.screen()}"
            sleep(0.05)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, encoding="utf-8", check=True)
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLUMNS")  # the terminal itself knows how wide it is
    opened = Terminal(tmp_path / "tmux")
    yield opened
    opened.close()


def test_an_evening_of_study_is_kept_for_the_next_day(terminal: Terminal) -> None:
    terminal.open(LHYSTUDY)
    terminal.wait_for("Slopes")
    terminal.type("Enter")
    terminal.wait_for("A walker stands on a mountain in fog.")
    terminal.type("Tab", "Enter")  # the first card is the experiment's
    terminal.wait_for("Lab ▸ code-length")
    terminal.type("C-r")
    terminal.wait_for("done")
    terminal.wait_for("✓")
    terminal.type("w")
    terminal.wait_for("Workbench")
    terminal.type("C-o")
    terminal.wait_for("The slope of a square")
    terminal.type("Down", "Enter")
    terminal.wait_for("Workbench ▸ square")
    terminal.type("dL/dw = (w x) x", literal=True)
    terminal.wait_for("✗")
    terminal.type("C-u")
    terminal.type("dL/dw = 2 (w x) x", literal=True)
    terminal.type("Enter")
    terminal.type("= 2 w x^2", literal=True)
    terminal.wait_for("goal reached ✓")
    terminal.type("Escape")  # leaves the editor, so that letters are keys again
    terminal.wait_for("t today")
    terminal.type("g")
    terminal.wait_for("Slopes")
    terminal.type("q")
    terminal.wait_for("Quiz 1/")
    terminal.type("1", "F3")
    terminal.wait_for("Next review")
    terminal.type("C-q")
    terminal.wait_for_the_end()

    terminal.open_again(LHYSTUDY)
    terminal.wait_for("Quiz 1/")
    terminal.type("w")
    terminal.wait_for("goal reached ✓")
    terminal.type("Escape")
    terminal.wait_for("t today")
    terminal.type("t")
    screen = terminal.wait_for("code-length")
    assert "streak 1" in screen


def test_chinese_stands_in_its_columns(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LHYSTUDY_LANG", "zh")
    terminal.open(LHYSTUDY)
    terminal.wait_for("斜率")
    terminal.type("Enter")
    screen = terminal.wait_for("浓雾里")
    body = [line for line in screen.splitlines()[1:-1] if line.strip()]
    assert not any(line.lstrip().startswith(("，", "。", "、")) for line in body)


def test_a_pipe_gets_a_sentence_instead_of_the_app() -> None:
    run = subprocess.run([LHYSTUDY], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("error: the app needs a terminal")
    assert "Traceback" not in run.stderr
