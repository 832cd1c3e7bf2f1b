"""The store under fire: killed writers, two writers, damaged files, a clock that jumps back.

`FAULTS=n` draws n times as often (`make faults`).
"""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from time import sleep
from zoneinfo import ZoneInfo

import pytest

from lhystudy.errors import MissingError
from lhystudy.store import attempts, backups, claims, db, exchange, notes, reviews, runs
from lhystudy.store.db import FILE, MIGRATIONS, integrity, migrations, open_store
from lhystudy.study.review import learned
from tests.faults.writing import EVENTS, step

TIMES = int(os.environ.get("FAULTS", "1"))
DAY = date(2024, 3, 10)


def writer(folder: Path, name: str, *count: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.faults.writing", str(folder), name, *count]
    return subprocess.Popen(arguments, stdout=PIPE, stderr=PIPE, text=True)


def kept(folder: Path) -> set[str]:
    """The first two words of each attempt, after the file was found whole."""
    with open_store(folder) as store:
        assert integrity(store) == "ok" and not store.restored
        answered = {one.item.replace("-", " ") for one in reviews.everything(store)}
        tried = {" ".join(attempt.text.split()[:2]) for attempt in attempts.everything(store)}
        for run in runs.recent(store, limit=sys.maxsize):
            assert len(runs.event_lines(store, run.id)) == EVENTS and claims.of_run(store, run.id)
        return tried & answered if answered else tried


def filled(folder: Path, count: int = 200) -> Path:
    with open_store(folder) as store:
        for number in range(count):
            text = f"mine {number} " + "y" * 200
            attempts.add(store, "square", text, "wrong", {"lines": []}, 0, datetime(2024, 3, 10, tzinfo=UTC))
    return folder / FILE


def of_first_schema(folder: Path) -> None:
    """A store as the first version left it, with a note in it."""
    with sqlite3.connect(folder / FILE) as connection:
        connection.executescript((MIGRATIONS / "001.sql").read_text(encoding="utf-8"))
        connection.execute("INSERT INTO notes (kind, text, at) VALUES ('doubt', 'why?', '2024-03-10T09:00:00+00:00')")
        connection.execute("PRAGMA user_version = 1")
    connection.close()


@pytest.mark.parametrize("seed", range(TIMES))
def test_what_was_kept_outlives_a_kill_while_writing(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(seed)
    process = writer(tmp_path, "one")
    assert process.stdout and process.stdout.readline() == "opening\n"
    said = [process.stdout.readline() for _ in range(rng.randrange(1, 200))]
    sleep(rng.uniform(0, 0.02))
    process.kill()
    whole = [line for line in [*said, *process.stdout.readlines()] if line.endswith("\n")]
    process.communicate()
    record_property("acknowledged", len(whole))
    assert whole and {f"one {int(line)}" for line in whole} <= kept(tmp_path)


@pytest.mark.parametrize("seed", range(TIMES))
def test_what_was_kept_outlives_a_kill_at_any_moment_of_starting(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    of_first_schema(tmp_path)
    process = writer(tmp_path, "one")
    assert process.stdout and process.stdout.readline() == "opening\n"
    sleep(random.Random(seed).uniform(0, 0.1))  # it copies the store, changes its schema, writes
    process.kill()
    whole = [line for line in process.stdout.readlines() if line.endswith("\n")]
    process.communicate()
    with closing(sqlite3.connect(tmp_path / FILE)) as left:
        record_property("schema", left.execute("PRAGMA user_version").fetchone()[0])
    record_property("acknowledged", len(whole))
    assert {f"one {int(line)}" for line in whole} <= kept(tmp_path)
    with open_store(tmp_path) as store:
        assert [note.text for note in notes.everything(store)] == ["why?"]


def test_two_writers_lose_nothing_and_neither_is_turned_away(tmp_path: Path) -> None:
    count = 100 * TIMES
    processes = [writer(tmp_path, name, str(count)) for name in ("one", "two")]
    errors = [process.communicate()[1] for process in processes]
    assert errors == ["", ""] and [process.returncode for process in processes] == [0, 0]
    assert kept(tmp_path) == {f"{name} {number}" for name in ("one", "two") for number in range(count)}


def test_two_apps_and_a_command_line_write_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path))
    start = [sys.executable, "-m", "tests.faults.studying"]
    apps = [
        subprocess.Popen([*start, name, str(3 * TIMES)], stdout=PIPE, stderr=PIPE, text=True) for name in ("a", "b")
    ]
    noted = 0
    while any(app.poll() is None for app in apps):
        command = [sys.executable, "-m", "lhystudy", "note", "add", "c", str(noted)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, f"kept as number {noted + 1}\n")
        noted += 1
    outputs = [app.communicate() for app in apps]
    assert [error for _, error in outputs] == ["", ""]
    counts = [int(output) for output, _ in outputs]
    record_property("acknowledged", 2 * sum(counts) + noted)
    assert kept(tmp_path) == {
        f"{name} {number}" for name, count in zip("ab", counts, strict=True) for number in range(count)
    }
    with open_store(tmp_path) as store:
        assert [note.text for note in notes.everything(store)] == [f"c {number}" for number in range(noted)]


def truncated(file: Path, rng: random.Random) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: rng.randrange(len(whole))])


def flipped(file: Path, rng: random.Random) -> None:
    """One bit of the head of a page, where the structure is; a letter changed in a text is no fault to SQLite."""
    whole = bytearray(file.read_bytes())
    page = int.from_bytes(whole[16:18], "big")
    place = rng.randrange(1, len(whole) // page) * page
    whole[place] ^= 1 << rng.randrange(8)
    file.write_bytes(whole)


def foreign(file: Path, rng: random.Random) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute(f"CREATE TABLE recipes{rng.randrange(9)} (name TEXT)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("damage", [truncated, flipped, foreign])
@pytest.mark.parametrize("seed", range(TIMES))
def test_a_damaged_store_is_kept_aside_and_restored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path, random.Random], None], seed: int
) -> None:
    file = filled(tmp_path)
    backups.make(file, date.today())
    before = kept(tmp_path)
    day = backups.day_of_copy(backups.copies(file)[-1])
    damage(file, random.Random(seed))
    bad = file.read_bytes()
    try:
        with open_store(tmp_path) as store:
            integrity(store)  # what `lhystudy doctor` and the daily copy do
            said = capsys.readouterr().err
        if not said:
            assert open_store(tmp_path).restored
            said = capsys.readouterr().err
    except MissingError as error:
        assert "it is restored from a backup" in str(error)
        open_store(tmp_path).close()
        said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"restored from the backup of {day}" in said
    [aside] = tmp_path.glob("lhystudy-unusable-*.db")
    assert str(aside) in said and aside.read_bytes() == bad
    assert kept(tmp_path) == before and capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed there as here")
def test_a_restoration_killed_at_any_operation_is_finished_by_the_next_opening(tmp_path: Path) -> None:
    file = filled(tmp_path, 20)
    backups.make(file, date.today())
    before = kept(tmp_path)
    operations = 0
    while True:
        operations += 1 if TIMES > 1 else 4
        foreign(file, random.Random(operations))
        bad = file.read_bytes()
        command = [sys.executable, "-m", "tests.faults.restoring", str(tmp_path), str(operations)]
        died = subprocess.run(command, capture_output=True, check=False).returncode != 0
        open_store(tmp_path).close()
        assert kept(tmp_path) == before
        assert bad in [aside.read_bytes() for aside in tmp_path.glob("lhystudy-unusable-*.db")]
        if not died:
            break
    assert operations > 10


@pytest.mark.parametrize("schema", sorted(migrations()))
def test_a_store_of_every_earlier_schema_is_copied_before_it_is_brought_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: int
) -> None:
    known = {number: step for number, step in migrations().items() if number <= schema}
    with monkeypatch.context() as earlier:
        earlier.setattr(db, "migrations", lambda: known)
        with open_store(tmp_path) as store:
            step(store, "one", 0, datetime(2024, 3, 10, tzinfo=UTC))
            notes.add(store, "doubt", "why?", datetime(2024, 3, 10, tzinfo=UTC))
            before = exchange.dump(store)
    with open_store(tmp_path) as store:
        assert exchange.dump(store) == before and integrity(store) == "ok"
        assert store.rows("PRAGMA user_version")[0][0] == max(migrations())
    while not backups.copies(tmp_path / FILE):
        sleep(0.01)  # the copy of a store that need not be changed is made beside the opening
    with sqlite3.connect(backups.copies(tmp_path / FILE)[-1]) as copy:
        assert copy.execute("PRAGMA user_version").fetchone()[0] == schema
        assert copy.execute("SELECT text FROM notes").fetchall() == [("why?",)]
    copy.close()
    with monkeypatch.context() as earlier:
        earlier.setattr(db, "migrations", lambda: {1: known[1]})
        if max(migrations()) > 1:
            with pytest.raises(MissingError, match="newer lhystudy"):
                open_store(tmp_path)


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai", "America/New_York", "UTC"]
)
def test_a_learner_who_travels_is_asked_what_is_due(tmp_path: Path, zone: str) -> None:
    """Answered in Shanghai, asked elsewhere: at most a day's difference, in any zone and over a change of clocks."""
    home = datetime(2024, 3, 8, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
    with open_store(tmp_path) as store:
        for days in (0, 1, 3):
            at = home + timedelta(days=days)
            reviews.add(store, reviews.Review("sl-choice", days, 0, True, 1.0, "think", 3, 2.0, at))
        last = home + timedelta(days=3)
        there = learned(store, last.astimezone(ZoneInfo(zone))).memories["sl-choice"]
        here = learned(store, last).memories["sl-choice"]
        assert there.reviews == here.reviews == 3 and abs(there.due - here.due) <= timedelta(days=2)
        back = learned(store, (last - timedelta(days=2)).astimezone(ZoneInfo(zone))).memories["sl-choice"]
        assert back.due <= here.due and back.reviews < 3


def test_seven_copies_are_kept_one_a_day_whatever_the_clock_says(tmp_path: Path) -> None:
    file = filled(tmp_path, 3)
    days = [DAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 900, 8, 9)]
    for day in days:
        for _ in range(2):
            if thread := backups.keep_daily(file, day):
                thread.join()
    assert [backups.day_of_copy(copy) for copy in backups.copies(file)] == days[-7:]


def test_a_copy_with_a_fault_is_not_kept(tmp_path: Path) -> None:
    file = filled(tmp_path)
    backups.make(file, DAY)
    flipped(file, random.Random(0))
    backups.make(file, DAY + timedelta(days=1))
    assert [backups.day_of_copy(copy) for copy in backups.copies(file)] == [DAY]
    with open_store(tmp_path) as store:
        assert "restored from the backup of 2024-03-10" in store.restored


def test_a_review_dated_by_a_clock_that_jumped_back_does_not_hide_its_item(tmp_path: Path) -> None:
    now = datetime(2024, 3, 10, 9, tzinfo=UTC)
    with open_store(tmp_path) as store:
        for at in (now - timedelta(days=9), now + timedelta(days=30_000)):
            reviews.add(store, reviews.Review("sl-choice", 0, 0, True, 1.0, "think", 3, 2.0, at))
        found = learned(store, now)
        assert found.memories["sl-choice"].due <= now.date() and len(found.reviews) == 2
