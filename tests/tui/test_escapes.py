"""What a stranger wrote is shown by a terminal, never obeyed by it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lhystudy.course.load import load_course, open_lesson
from lhystudy.entries import ContentError
from lhystudy.store import notes
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.words import OBEYED
from tests.samples import change

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2066\x7f\U000e0041"
WRITTEN = '"\\e]0;owned\\a\\e[2J\\x9b31m\\u202egnp.exe\\u2066\\x7f\\U000e0041"'  # the same, as YAML spells it


@pytest.fixture
def poisoned(sample: Path) -> Path:
    """The course with the evil text in its titles, texts, items and derivations."""
    lesson = sample / "01-first" / "02-slopes"
    change(lesson / "en.md", "A walker stands", f"{EVIL}A walker stands".replace("\x07", ""))
    change(lesson / "en.md", "## Where is down", f"## Where{EVIL} is down")
    change(lesson / "quiz.yaml", '"Which way is down?"', WRITTEN)
    change(lesson / "derive.yaml", '"The slope of a square"', WRITTEN)
    change(sample / "units.yaml", "en: First unit", f"en: {WRITTEN}")
    return sample


def test_every_such_character_of_content_is_a_fault_with_its_place(poisoned: Path) -> None:
    course = load_course(poisoned)
    with pytest.raises(ContentError) as caught:
        open_lesson(course.lesson("slopes"))
    told = {(Path(fault.file).name, fault.line) for fault in (*course.faults, *caught.value.faults)}
    assert {name for name, _ in told} == {"units.yaml", "en.md", "quiz.yaml", "derive.yaml"}
    assert all(line for _, line in told)
    assert not any(OBEYED.search(str(fault)) for fault in (*course.faults, *caught.value.faults))


async def test_the_app_writes_none_of_them(poisoned: Path, desk: Desk) -> None:
    notes.add(desk.store, "doubt", f"why{EVIL}?", datetime.now(UTC), "slopes", "problem")
    app = StudyApp(desk)
    shown = ""
    async with app.run_test(size=(100, 40)) as pilot:
        for place in ("course", "questions"):
            app.action_go(place)
            await pilot.pause(0.1)
            app.notify(f"told{EVIL}", markup=False)
            await pilot.pause(0.1)
            lines = app.screen._compositor.render_strips()
            shown += "".join(segment.text for line in lines for segment in line if not segment.control)
    assert "gnp.exe" in shown, "the evil text never came to the screen"
    assert OBEYED.search(shown) is None


@pytest.mark.parametrize(
    "words",
    [("read", "slopes"), ("quiz", "slopes"), ("note", "list"), ("note", "list", "--json")],
    ids=" ".join,
)
def test_the_commands_write_none_of_them(poisoned: Path, desk: Desk, words: tuple[str, ...]) -> None:
    notes.add(desk.store, "doubt", f"why{EVIL}?", datetime.now(UTC), "slopes", "problem")
    run = subprocess.run(
        [sys.executable, "-m", "lhystudy", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert OBEYED.search(run.stdout + run.stderr) is None, run.stdout + run.stderr
