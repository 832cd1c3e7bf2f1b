"""The store's file: made, migrated, shared by two programs, and left alone when it cannot be used."""

import multiprocessing
import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from lhystudy.errors import MissingError
from lhystudy.store import db, notes, settings
from lhystudy.store.db import Database, moment_of, open_store, statements, text_of


def contents(file: Path) -> list[str]:
    """The whole database as SQL, read without the store's own code."""
    with sqlite3.connect(file) as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def test_a_new_store_has_the_newest_schema_and_its_safeguards(tmp_path: Path) -> None:
    with open_store(tmp_path) as database:
        assert database.rows("PRAGMA user_version")[0][0] == max(db.migrations())
        assert database.rows("PRAGMA journal_mode")[0][0] == "wal"
        assert database.rows("PRAGMA foreign_keys")[0][0] == 1
        assert db.integrity(database) == "ok"


def test_what_was_kept_is_there_the_next_day(tmp_path: Path) -> None:
    with open_store(tmp_path) as database:
        settings.put(database, "place", {"lesson": "backprop", "中": [1, None]})
        settings.put(database, "place", {"lesson": "lstm-gru"})
    with open_store(tmp_path) as database:
        assert settings.get(database, "place") == {"lesson": "lstm-gru"}
        assert settings.get(database, "other", 7) == 7
        assert settings.everything(database) == {"place": {"lesson": "lstm-gru"}}


def test_a_newer_schema_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    file = tmp_path / db.FILE
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = contents(file)
    with pytest.raises(MissingError, match=r"newer lhystudy \(schema 999.*update lhystudy") as caught:
        open_store(tmp_path)
    assert caught.value.exit_code == 3
    assert contents(file) == before


@pytest.mark.parametrize("damage", ["no database", "cut", "header"])
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    file = tmp_path / db.FILE
    if damage == "no database":
        file.write_bytes(b"this was never a database\n" * 100)
    else:
        with open_store(tmp_path) as database:
            settings.put(database, "a", "b" * 10_000)
        whole = file.read_bytes()
        file.write_bytes(whole[:2000] if damage == "cut" else b"SQLite format 3\x00" + b"\xff" * 84 + whole[100:])
    before = file.read_bytes()
    with pytest.raises(MissingError, match="the store is damaged and was left as it is"):
        open_store(tmp_path).rows("SELECT * FROM settings")
    assert file.read_bytes() == before


def test_another_programs_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / db.FILE
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(MissingError, match="belongs to another program"):
        open_store(tmp_path)
    assert file.read_bytes() == before


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("not a folder")
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "home"))
    with pytest.raises(MissingError, match=r"home.*LHYSTUDY_HOME"):
        open_store()


def test_a_folder_where_the_file_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / db.FILE).mkdir()
    with pytest.raises(MissingError, match="cannot be written"):
        open_store(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(MissingError, match="cannot be written"):
            open_store(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path) -> None:
    with open_store(tmp_path) as database:
        settings.put(database, "kept", 1)
        pages = database.rows("PRAGMA page_count")[0][0]
        database.rows(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(MissingError, match="the disk is full"), database.transaction():
            settings.put(database, "kept", 2)
            settings.put(database, "large", "x" * 1_000_000)
        assert settings.everything(database) == {"kept": 1}


def test_a_failed_migration_leaves_the_store_at_its_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(tmp_path).close()
    last = max(db.migrations())
    steps = tmp_path / "steps"
    shutil.copytree(db.MIGRATIONS, steps)
    step = steps / f"{last + 1:03}.sql"
    step.write_text("CREATE TABLE extra (x INTEGER);\nCREATE TABLE settings (x INTEGER);\n")
    monkeypatch.setattr(db, "MIGRATIONS", steps)
    with pytest.raises(MissingError, match="already exists"):
        open_store(tmp_path)
    assert not any("extra" in line for line in contents(tmp_path / db.FILE))
    step.write_text("CREATE TABLE extra (x INTEGER);\n")
    with open_store(tmp_path) as database:
        assert database.rows("PRAGMA user_version")[0][0] == last + 1
        assert database.rows("SELECT * FROM extra") == []


def test_a_store_of_the_first_schema_keeps_its_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "steps"
    first.mkdir()
    shutil.copy(db.MIGRATIONS / "001.sql", first)
    with monkeypatch.context() as patch:
        patch.setattr(db, "MIGRATIONS", first)
        with open_store(tmp_path) as database:
            notes.add(database, "doubt", "why?", datetime(2024, 3, 10, tzinfo=UTC), "slopes", "problem")
    with open_store(tmp_path) as database:
        kept = notes.everything(database)
        assert [(note.text, note.kind, note.place) for note in kept] == [("why?", "doubt", "problem")]
        notes.add(database, "highlight", "A walker", datetime(2024, 3, 11, tzinfo=UTC), "slopes", "problem/1")
        assert len(notes.everything(database)) == 2


def write_many(folder: Path, name: str, count: int) -> None:
    with open_store(folder) as database:
        for number in range(count):
            with database.transaction():
                seen = settings.get(database, "count", 0)
                settings.put(database, "count", seen + 1)
                settings.put(database, f"{name}-{number}", number)


def test_two_programs_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, name, 50)) for name in ("one", "two", "three")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with open_store(tmp_path) as database:
        assert settings.get(database, "count") == 150
        assert len(settings.everything(database)) == 151


def test_a_store_that_another_program_never_lets_go_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "PATIENCE", 0.05)
    with open_store(tmp_path) as one, open_store(tmp_path) as two, one.transaction():
        settings.put(one, "a", 1)
        assert settings.get(two, "a") is None  # reading never waits
        with pytest.raises(MissingError, match="another program holds the store"):
            settings.put(two, "a", 2)


def test_a_transaction_is_kept_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with open_store(tmp_path) as database:
        with pytest.raises(ZeroDivisionError), database.transaction():
            settings.put(database, "a", 1)
            with database.transaction():
                settings.put(database, "b", 1 // 0)
        assert settings.everything(database) == {}


def test_rows_that_point_nowhere_are_refused(tmp_path: Path) -> None:
    with open_store(tmp_path) as database, pytest.raises(sqlite3.IntegrityError):
        database.change("INSERT INTO run_events (run, n, document) VALUES (7, 0, '{}')")


def test_times_sort_as_text_whatever_their_zone() -> None:
    utc = datetime(2026, 1, 1, 12, tzinfo=UTC)
    shanghai = datetime(2026, 1, 1, 20, 0, 0, 1000, tzinfo=timezone(timedelta(hours=8)))
    assert text_of(utc) < text_of(shanghai)
    assert moment_of(text_of(shanghai)) == shanghai


def test_a_script_is_split_at_the_ends_of_its_statements() -> None:
    script = "-- a; b\nCREATE TABLE x (\n  y TEXT -- c; d\n);\nPRAGMA z = ';';\n"
    assert len(list(statements(script))) == 2


def test_a_closed_store_says_so_without_a_trace(tmp_path: Path) -> None:
    database: Database = open_store(tmp_path)
    database.close()
    with pytest.raises((MissingError, sqlite3.ProgrammingError)):
        database.rows("SELECT 1")
