"""The runs and run_events tables: each execution of an experiment, with every event that it sent."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lhystudy.store.db import Database, moment_of, text_of


@dataclass(frozen=True)
class StoredRun:
    """One execution of an experiment, with all that is needed to repeat it."""

    id: int
    experiment: str
    file: str  # the path of an experiment of the learner's own, else ''
    params: dict[str, Any]
    seeds: tuple[int, ...]
    device: str
    dtype: str
    threads: int
    quick: bool
    versions: dict[str, str]
    started: datetime
    status: str  # running, done, stopped, failed
    seconds: float
    message: str


def begin(database: Database, start: dict[str, Any], at: datetime) -> int:
    """Opens a run from its start event and returns its id."""
    return database.change(
        "INSERT INTO runs (experiment, file, params, seeds, device, dtype, threads, quick, versions, started, status)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')",
        start["name"],
        start["file"],
        json.dumps(start["params"], ensure_ascii=False),
        json.dumps(start["seeds"]),
        start["device"],
        start["dtype"],
        start["threads"],
        int(start["quick"]),
        json.dumps(start["versions"]),
        text_of(at),
    )


def restart(database: Database, run: int, seeds: list[int]) -> None:
    """Notes that a run began again with these seeds."""
    database.change("UPDATE runs SET seeds = ? WHERE id = ?", json.dumps(seeds), run)


def add_events(database: Database, run: int, first: int, lines: list[str]) -> None:
    """Keeps event lines, numbered from `first` on."""
    database.change_many(
        "INSERT INTO run_events (run, n, document) VALUES (?, ?, ?)",
        [(run, first + place, line) for place, line in enumerate(lines)],
    )


def finish(database: Database, run: int, status: str, seconds: float, message: str) -> None:
    """Closes a run."""
    database.change("UPDATE runs SET status = ?, seconds = ?, message = ? WHERE id = ?", status, seconds, message, run)


def get(database: Database, run: int) -> StoredRun | None:
    """The run of that id, or None."""
    row = database.row("SELECT * FROM runs WHERE id = ?", run)
    return _run(row) if row else None


def recent(database: Database, experiment: str | None = None, limit: int = 20) -> list[StoredRun]:
    """The latest runs, newest first, of one experiment or of all."""
    rows = database.rows(
        "SELECT * FROM runs WHERE ? IS NULL OR experiment = ? ORDER BY id DESC LIMIT ?", experiment, experiment, limit
    )
    return [_run(row) for row in rows]


def event_lines(database: Database, run: int) -> list[str]:
    """The JSON lines of a run's events, in order."""
    return [row["document"] for row in database.rows("SELECT document FROM run_events WHERE run = ? ORDER BY n", run)]


def remove(database: Database, run: int) -> None:
    """Deletes a run with its events and claims."""
    database.change("DELETE FROM runs WHERE id = ?", run)


def _run(row: sqlite3.Row) -> StoredRun:
    return StoredRun(
        id=row["id"],
        experiment=row["experiment"],
        file=row["file"],
        params=json.loads(row["params"]),
        seeds=tuple(json.loads(row["seeds"])),
        device=row["device"],
        dtype=row["dtype"],
        threads=row["threads"],
        quick=bool(row["quick"]),
        versions=json.loads(row["versions"]),
        started=moment_of(row["started"]),
        status=row["status"],
        seconds=row["seconds"],
        message=row["message"],
    )
