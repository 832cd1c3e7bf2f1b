"""Many evenings' keys in a row, faster than anybody types: the app stays up, answers, and holds no more memory."""

import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks.app import EVENING
from benchmarks.terminal import Terminal
from tests.samples import write_course

pytestmark = pytest.mark.terminal

FAULTY = """
from lhystudy.cli.opening import main
from lhystudy.tui.screens.today import Today
def break_off(self):
    raise ValueError("the sky has fallen")
Today.action_go_on = break_off
main()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    monkeypatch.delenv("COLUMNS")
    return tempfile.mkdtemp(dir=tmp_path)


def test_the_app_stays_up_and_small_through_many_evenings(home: str) -> None:
    with Terminal([sys.executable, "-m", "lhystudy"], home) as terminal:
        terminal.wait_for("Today")
        terminal.press("f9")
        early = 0
        for number in range(12):
            for key in EVENING:
                terminal.press(key)
                terminal.read(0.03)
            terminal.settle(0.1, 1.0)
            assert terminal.process.poll() is None
            if number == 5:
                early = terminal.resident()
        assert terminal.resident() < 1.25 * early or not early
        terminal.press("escape")
        terminal.settle(0.5, 3.0)
        terminal.press("ctrl+q")
        assert terminal.process.wait(timeout=20) == 0


def test_a_fault_of_the_program_is_told_in_a_sentence(home: str) -> None:
    with Terminal([sys.executable, "-c", FAULTY], home) as terminal:
        terminal.wait_for("Today")
        terminal.settle()
        terminal.press("n")
        terminal.wait_for("the sky has fallen")
        assert terminal.process.wait(timeout=20) == 1
