"""An app over a small course of its own and an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from tests.samples import write_course


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of all colours, wherever the tests run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson, in use."""
    root = tmp_path / "content"
    write_course(root)
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(root))
    return root


@pytest.fixture
def desk(sample: Path) -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture
def app(desk: Desk) -> StudyApp:
    return StudyApp(desk)
