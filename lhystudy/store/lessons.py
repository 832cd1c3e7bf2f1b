"""The lessons table: how far each lesson was read."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lhystudy.store.db import Database, moment_of, text_of


@dataclass(frozen=True)
class Reading:
    """Where the learner stands in one lesson."""

    lesson: str
    opened: datetime
    place: int = 0  # the block last read
    seen: tuple[str, ...] = ()  # headings read to their end
    seconds: float = 0.0
    done: datetime | None = None


def get(database: Database, lesson: str) -> Reading | None:
    """How far a lesson was read, or None when it was never opened."""
    row = database.row("SELECT * FROM lessons WHERE lesson = ?", lesson)
    return reading_of(row) if row else None


def put(database: Database, reading: Reading) -> None:
    """Writes where the learner stands in a lesson."""
    database.change(
        "INSERT INTO lessons (lesson, place, seen, seconds, opened, done) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (lesson) DO UPDATE SET place = excluded.place, seen = excluded.seen,"
        " seconds = excluded.seconds, done = excluded.done",
        reading.lesson,
        reading.place,
        json.dumps(list(reading.seen)),
        reading.seconds,
        text_of(reading.opened),
        text_of(reading.done) if reading.done else None,
    )


def everything(database: Database) -> dict[str, Reading]:
    """Every lesson that was opened, by its name."""
    return {row["lesson"]: reading_of(row) for row in database.rows("SELECT * FROM lessons ORDER BY opened")}


def reading_of(row: sqlite3.Row | Mapping[str, Any]) -> Reading:
    """The reading that a row holds."""
    return Reading(
        lesson=row["lesson"],
        opened=moment_of(row["opened"]),
        place=row["place"],
        seen=tuple(json.loads(row["seen"])),
        seconds=row["seconds"],
        done=moment_of(row["done"]) if row["done"] else None,
    )
