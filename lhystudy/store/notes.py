"""The notes table: what the learner wrote down or highlighted, and the doubts that are still open."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lhystudy.store.db import Database, moment_of, text_of

Kind = Literal["note", "doubt", "highlight"]


@dataclass(frozen=True)
class Note:
    """A note, a doubt or a highlighted paragraph, and where in the course it is."""

    id: int
    lesson: str  # '' when it belongs to none
    place: str  # heading id, or heading id/number of the paragraph; '' when it belongs to none
    kind: Kind
    text: str
    at: datetime
    resolved: datetime | None = None


def add(database: Database, kind: Kind, text: str, at: datetime, lesson: str = "", place: str = "") -> int:
    """Keeps a note and returns its id."""
    return database.change(
        "INSERT INTO notes (lesson, place, kind, text, at) VALUES (?, ?, ?, ?, ?)",
        lesson,
        place,
        kind,
        text,
        text_of(at),
    )


def get(database: Database, note: int) -> Note | None:
    """The note of that id, or None."""
    row = database.row("SELECT * FROM notes WHERE id = ?", note)
    return _note(row) if row else None


def everything(database: Database) -> list[Note]:
    """Every note, oldest first."""
    return [_note(row) for row in database.rows("SELECT * FROM notes ORDER BY id")]


def open_doubts(database: Database) -> list[Note]:
    """The doubts that are not resolved, oldest first."""
    return [
        _note(row) for row in database.rows("SELECT * FROM notes WHERE kind = 'doubt' AND resolved IS NULL ORDER BY id")
    ]


def change_text(database: Database, note: int, text: str) -> None:
    """Gives a note another text."""
    database.change("UPDATE notes SET text = ? WHERE id = ?", text, note)


def resolve(database: Database, note: int, at: datetime | None) -> None:
    """Marks a doubt as resolved at a time, or as open again with None."""
    database.change("UPDATE notes SET resolved = ? WHERE id = ?", text_of(at) if at else None, note)


def remove(database: Database, note: int) -> None:
    """Deletes a note."""
    database.change("DELETE FROM notes WHERE id = ?", note)


def _note(row: sqlite3.Row) -> Note:
    return Note(
        id=row["id"],
        lesson=row["lesson"],
        place=row["place"],
        kind=row["kind"],
        text=row["text"],
        at=moment_of(row["at"]),
        resolved=moment_of(row["resolved"]) if row["resolved"] else None,
    )
