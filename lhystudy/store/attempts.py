"""The attempts table: each text of a derivation that was checked, with its report."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lhystudy.store.db import Database, moment_of, text_of


@dataclass(frozen=True)
class Attempt:
    """A derivation as it was typed at one time, and what the checker said."""

    id: int
    derivation: str  # '' for one checked for its own sake
    text: str
    status: str
    report: dict[str, Any]
    rungs: int  # hints taken
    at: datetime


def add(
    database: Database, derivation: str, text: str, status: str, report: dict[str, Any], rungs: int, at: datetime
) -> int:
    """Keeps an attempt and returns its id."""
    return database.change(
        "INSERT INTO attempts (derivation, text, status, report, rungs, at) VALUES (?, ?, ?, ?, ?, ?)",
        derivation,
        text,
        status,
        json.dumps(report, ensure_ascii=False),
        rungs,
        text_of(at),
    )


def update(database: Database, attempt: int, text: str, status: str, report: dict[str, Any], rungs: int) -> None:
    """Writes the further state of an attempt that goes on; its beginning stays."""
    database.change(
        "UPDATE attempts SET text = ?, status = ?, report = ?, rungs = ? WHERE id = ?",
        text,
        status,
        json.dumps(report, ensure_ascii=False),
        rungs,
        attempt,
    )


def last(database: Database, derivation: str) -> Attempt | None:
    """The latest attempt at a derivation, or None."""
    row = database.row("SELECT * FROM attempts WHERE derivation = ? ORDER BY id DESC LIMIT 1", derivation)
    return _attempt(row) if row else None


def of_derivation(database: Database, derivation: str) -> list[Attempt]:
    """Every attempt at a derivation, oldest first."""
    return [
        _attempt(row) for row in database.rows("SELECT * FROM attempts WHERE derivation = ? ORDER BY id", derivation)
    ]


def recent(database: Database, limit: int = 20) -> list[Attempt]:
    """The latest attempts, newest first."""
    return [_attempt(row) for row in database.rows("SELECT * FROM attempts ORDER BY id DESC LIMIT ?", limit)]


def everything(database: Database) -> list[Attempt]:
    """Every attempt, oldest first."""
    return [_attempt(row) for row in database.rows("SELECT * FROM attempts ORDER BY id")]


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        id=row["id"],
        derivation=row["derivation"],
        text=row["text"],
        status=row["status"],
        report=json.loads(row["report"]),
        rungs=row["rungs"],
        at=moment_of(row["at"]),
    )
