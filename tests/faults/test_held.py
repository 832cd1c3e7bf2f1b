"""A full disk and a place that cannot be written: one sentence, study goes on, all is kept once that is mended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lhystudy.errors import MissingError
from lhystudy.lab.events import Result
from lhystudy.store import attempts, notes, reviews, runs, settings
from lhystudy.store.db import FILE, Database, integrity, open_store
from lhystudy.study.desk import Desk
from lhystudy.study.experiment import plan, watch
from lhystudy.tui.app import StudyApp
from tests.faults.writing import START, step

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)
ROOM = 2**30  # pages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A store in which somebody studied, that tells into a list."""
    with open_store(tmp_path, holding=True) as opened:
        step(opened, "before", 0, NOW)
        yield opened


def told_by(store: Database) -> list[str]:
    said: list[str] = []
    store.tell = said.append
    return said


def fill_disk(store: Database) -> None:
    """Lets the file grow no further, as on a full disk."""
    store.rows("PRAGMA max_page_count = 1")


def free_disk(store: Database) -> None:
    """Lets the file of a held store grow again."""
    assert store._own is not None
    store._own.execute(f"PRAGMA max_page_count = {ROOM}")


def everything(store: Database) -> tuple[object, ...]:
    texts = [attempt.text for attempt in attempts.everything(store)]
    kept = [(run.id, runs.event_lines(store, run.id)) for run in runs.recent(store)]
    return texts, reviews.everything(store), notes.everything(store), kept


def test_a_full_disk_is_told_once_and_all_is_kept_when_there_is_room(store: Database, tmp_path: Path) -> None:
    said = told_by(store)
    fill_disk(store)
    for number in range(12):
        step(store, "held", number, NOW)
    held = everything(store)
    assert len(said) == 1 and "the disk is full; what you do stays in memory" in said[0] and FILE in said[0]
    with open_store(tmp_path) as other:
        assert len(attempts.everything(other)) < 13
    free_disk(store)
    settings.put(store, "place", "lab")
    assert len(said) == 2 and "all of it is kept" in said[1]
    assert everything(store) == held
    with open_store(tmp_path) as other:
        assert everything(other) == held and integrity(other) == "ok" and settings.get(other, "place") == "lab"


def test_a_transaction_that_fills_the_disk_is_held_as_a_whole(store: Database, tmp_path: Path) -> None:
    said = told_by(store)
    store.rows(f"PRAGMA max_page_count = {store.rows('PRAGMA page_count')[0][0] + 1}")
    with store.transaction():
        run = runs.begin(store, START, NOW)
        runs.add_events(store, run, 0, ["x" * 5000] * 5)
        with store.transaction():
            runs.finish(store, run, "done", 1.0, "")
    with pytest.raises(ZeroDivisionError), store.transaction():
        settings.put(store, "place", 1 // 1)
        settings.put(store, "place", 1 // 0)
    assert len(said) == 1 and settings.get(store, "place") is None
    free_disk(store)
    store.close()
    with open_store(tmp_path) as other:
        found = runs.get(other, run)
        assert found is not None and found.status == "done" and len(runs.event_lines(other, run)) == 5
        assert settings.get(other, "place") is None


def test_what_another_program_wrote_meanwhile_stays_beside_what_was_held(store: Database, tmp_path: Path) -> None:
    fill_disk(store)
    mine = notes.add(store, "note", "mine" * 3000, NOW)
    with open_store(tmp_path) as other:
        assert notes.add(other, "note", "theirs", NOW) == mine
    free_disk(store)
    notes.change_text(store, mine, "mine, longer")
    store.close()
    with open_store(tmp_path) as other:
        assert [note.text for note in notes.everything(other)] == ["theirs", "mine, longer"]


def test_what_could_not_be_kept_is_told_on_closing(store: Database) -> None:
    said = told_by(store)
    fill_disk(store)
    notes.add(store, "note", "x" * 10_000, NOW)
    store.close()
    assert "the last 1 changes could not be kept" in said[-1]


def test_a_folder_that_cannot_be_made_holds_up_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("in the way")
    monkeypatch.setenv("LHYSTUDY_HOME", str(home))
    with pytest.raises(MissingError, match="no data can be kept here"):
        open_store()
    with Desk() as desk:
        said = told_by(desk.store)
        assert desk.setting("place", "today") == "today" and not said
        desk.keep("place", "lab")
        step(desk.store, "held", 0, NOW)
        assert len(said) == 1 and desk.setting("place") == "lab"
        home.unlink()
    with Desk() as desk:
        assert desk.setting("place") == "lab" and len(attempts.everything(desk.store)) == 1


def test_a_run_goes_on_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "home"))
    watched = watch(plan("code-length", quick=True))
    last = list(watched.moments())[-1].event
    assert isinstance(last, Result) and last.status == "done" and "no data can be kept here" in last.message


async def test_the_app_opens_and_tells_where_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "home"))
    with Desk() as desk:
        app = StudyApp(desk)
        async with app.run_test() as pilot:
            await pilot.press("g", "t")
            assert sum("what you do stays in memory" in shown.message for shown in app._notifications) == 1
        told_by(desk.store)
