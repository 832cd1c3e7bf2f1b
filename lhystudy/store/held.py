"""Study that goes on while the disk is full or the folder cannot be written: a copy in memory, and what it is ahead."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The ids that the next rows get follow from these: where they agree, a change done again gets the same ids.
STATE = "SELECT " + ", ".join(
    f"(SELECT max({column}) FROM {table})"
    for column, table in (("id", "attempts"), ("id", "reviews"), ("id", "notes"), ("seq", "sqlite_sequence"))
)
Change = tuple[str, tuple[Any, ...]]


@dataclass
class Held:
    """A copy in memory of what the file held, and the changes since."""

    connection: sqlite3.Connection
    cause: str  # why the file could not be written
    state: tuple[Any, ...]
    changes: list[Change] = field(default_factory=list)


def hold(connection: sqlite3.Connection, cause: str) -> Held:
    """Begins to hold what is changed in a copy."""
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return Held(connection, cause, tuple(connection.execute(STATE).fetchone()))


def copied(source: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    source.backup(memory)
    return memory


def copied_file(file: Path) -> sqlite3.Connection:
    """A copy in memory of a file that can only be read; an empty one where it is not there."""
    for mode in ("mode=ro", "immutable=1"):  # without room for its index, SQLite reads only what nobody changes
        with suppress(sqlite3.OperationalError), closing(_reading(file, mode)) as source:
            return copied(source)
    return sqlite3.connect(":memory:", isolation_level=None)


def _reading(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True)


def do_again(held: Held, connection: sqlite3.Connection) -> bool:
    """Carries out the held changes in the file, all or none.

    False, and nothing is done, where another program has changed the file meanwhile, since ids would differ.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if tuple(connection.execute(STATE).fetchone()) != held.state:
            return False
        for sql, values in held.changes:
            connection.execute(sql, values)
        connection.execute("COMMIT")
        return True
    finally:
        if connection.in_transaction:
            connection.rollback()
