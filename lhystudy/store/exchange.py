"""All of a learner's data as plain values, and such values merged into a store without losing either side."""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import Any

from lhystudy.errors import StudyError
from lhystudy.store import attempts, claims, lessons, notes, reviews, runs, settings
from lhystudy.store.db import Database
from lhystudy.words import say

# A row that agrees with a stored one in all of these columns is the same thing, seen before.
SAME: dict[str, tuple[str, ...]] = {
    "runs": ("experiment", "params", "seeds", "started"),
    "attempts": ("derivation", "text", "at"),
    "reviews": ("item", "seed", "response", "at"),
    "notes": ("lesson", "kind", "text", "at"),
}
OF_RUNS = ("run_events", "claims")  # rows that belong to a run
TABLES = ("settings", *SAME, *OF_RUNS, "lessons")
Rows = list[dict[str, Any]]


def dump(database: Database) -> dict[str, Rows]:
    """Every row of every table."""
    with database.transaction():
        return {table: [dict(row) for row in database.rows(f"SELECT * FROM {table}")] for table in TABLES}


def merge(database: Database, tables: dict[str, Rows]) -> dict[str, int]:
    """Adds what is not there yet, all of it or nothing, and returns how many rows each table gained.

    What both sides have stays; how far a lesson was read is the further of the two; settings of this store win.
    Raises StudyError, and changes nothing, for rows that do not fit.
    """
    try:
        with database.transaction():
            gained = {"settings": _add_settings(database, tables.get("settings", []))}
            gained["lessons"] = _join_lessons(database, tables.get("lessons", []))
            of_run = {table: _by_run(tables.get(table, [])) for table in OF_RUNS}
            for table in SAME:
                gained[table] = _merge_table(database, table, tables.get(table, []), of_run)
            _read_all(database)
            return gained
    except KeyError as error:
        raise StudyError(say(f"a row lacks {error}", f"有一行缺少 {error}")) from error
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, TypeError, ValueError) as error:
        raise StudyError(
            say(f"the file holds data that does not fit: {error}", f"文件里的数据不合要求：{error}")
        ) from error


def _read_all(database: Database) -> None:
    """Reads every row as the program does, so that nothing stays in the store that it would stumble over."""
    settings.everything(database)
    lessons.everything(database)
    reviews.everything(database)
    attempts.everything(database)
    notes.everything(database)
    for run in runs.recent(database, limit=sys.maxsize):
        claims.of_run(database, run.id)


def _add_settings(database: Database, rows: Rows) -> int:
    mine = settings.everything(database)
    fresh = [row for row in rows if row["name"] not in mine]
    for row in fresh:
        settings.put(database, row["name"], json.loads(row["value"]))
    return len(fresh)


def _join_lessons(database: Database, rows: Rows) -> int:
    """How far each lesson was read: the further place, every heading seen, the longer time, the first opening."""
    mine = lessons.everything(database)
    for row in rows:
        theirs = lessons.reading_of(row)
        ours = mine.get(theirs.lesson, theirs)
        ends = [moment for moment in (ours.done, theirs.done) if moment]
        joined = lessons.Reading(
            lesson=theirs.lesson,
            opened=min(ours.opened, theirs.opened),
            place=max(ours.place, theirs.place),
            seen=tuple(dict.fromkeys((*ours.seen, *theirs.seen))),
            seconds=max(ours.seconds, theirs.seconds),
            done=min(ends, default=None),
        )
        lessons.put(database, joined)
    return sum(row["lesson"] not in mine for row in rows)


def _by_run(rows: Rows) -> dict[int, Rows]:
    grouped: dict[int, Rows] = {}
    for row in rows:
        grouped.setdefault(row["run"], []).append(row)
    return grouped


def _columns(database: Database, table: str) -> list[str]:
    return [row["name"] for row in database.rows(f"PRAGMA table_info({table})")]


def _insert(database: Database, table: str, row: dict[str, Any]) -> int:
    """Inserts the columns that this store knows and returns the new row's id."""
    names = [name for name in _columns(database, table) if name in row]
    marks = ", ".join("?" for _ in names)
    return database.change(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", *(row[name] for name in names))


def _merge_table(database: Database, table: str, rows: Rows, of_run: dict[str, dict[int, Rows]]) -> int:
    gained = 0
    is_empty = database.row(f"SELECT 1 FROM {table}") is None  # then every row keeps its id
    for row in rows:
        condition = " AND ".join(f"{name} = ?" for name in SAME[table])
        there = database.row(f"SELECT * FROM {table} WHERE {condition}", *(row[name] for name in SAME[table]))
        if there is None:
            fresh = _insert(database, table, {name: row[name] for name in row if is_empty or name != "id"})
            _add_of_run(database, table, row, fresh, of_run)
            gained += 1
        elif table == "notes" and row.get("resolved") and not there["resolved"]:
            database.change("UPDATE notes SET resolved = ? WHERE id = ?", row["resolved"], there["id"])
        elif table == "runs" and there["status"] == "running" != row["status"]:
            database.change("DELETE FROM runs WHERE id = ?", there["id"])  # it was exported before it ended
            _insert(database, table, {**row, "id": there["id"]})
            _add_of_run(database, table, row, there["id"], of_run)
    return gained


def _add_of_run(
    database: Database, table: str, row: dict[str, Any], run: int, of_run: dict[str, dict[int, Rows]]
) -> None:
    """The events and claims of a run that was just taken in under another id."""
    for below in OF_RUNS if table == "runs" else ():
        for one in of_run[below].get(row["id"], []):
            _insert(database, below, {**one, "run": run})
