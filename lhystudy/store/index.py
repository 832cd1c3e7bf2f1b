"""The search index: an FTS5 table in a file of its own, which can always be built anew from what it indexes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from lhystudy import paths
from lhystudy.errors import MissingError
from lhystudy.words import Text

FILE = "search.db"
SCHEMA = 1
PATIENCE = 5.0  # seconds to wait for another program that fills the index
MOST = 200  # candidates of a query
TABLES = """
CREATE TABLE shelves (name TEXT PRIMARY KEY, mark TEXT NOT NULL);
CREATE VIRTUAL TABLE pages USING fts5(
    title, body,
    shelf UNINDEXED, kind UNINDEXED, lesson UNINDEXED, name UNINDEXED,
    title_en UNINDEXED, title_zh UNINDEXED, body_en UNINDEXED, body_zh UNINDEXED,
    tokenize = 'unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True)
class Entry:
    """Something that can be found. `lesson` and `name` say where it is; `title` and `body` are its texts."""

    kind: str
    lesson: str
    name: str
    title: Text
    body: Text


@dataclass(frozen=True)
class Indexed:
    """An entry with the words, separated by spaces, under which it is found."""

    entry: Entry
    title: str
    body: str


@dataclass(frozen=True)
class Shelf:
    """Entries that are indexed together; they are read anew when the mark differs from the kept one."""

    name: str
    mark: str
    entries: Callable[[], Iterable[Indexed]]


@dataclass(frozen=True)
class Found:
    """The candidates of a query, best first, how many entries hold each word, and how many entries there are."""

    entries: list[Indexed]
    holding: list[int]
    total: int


def look_up(shelves: Sequence[Shelf], wanted: Sequence[str], folder: Path | None = None) -> Found:
    """What holds any of the wanted words, after the shelves that changed were indexed; `word*` stands for a beginning.

    Where the file cannot be written, or is damaged beyond being replaced, the index is built in memory.
    """
    try:
        file = (folder or paths.data_folder()) / FILE
    except MissingError:
        return _look_up(":memory:", shelves, wanted)
    for attempt in (0, 1):
        try:
            return _look_up(str(file), shelves, wanted)
        except sqlite3.DatabaseError:
            if attempt == 0:
                with suppress(OSError):
                    file.unlink(missing_ok=True)
    return _look_up(":memory:", shelves, wanted)


def _look_up(file: str, shelves: Sequence[Shelf], wanted: Sequence[str]) -> Found:
    with closing(sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)) as connection:
        _fill(connection, shelves)
        terms = [_term(word) for word in wanted]
        columns = "kind, lesson, name, title_en, title_zh, body_en, body_zh, title, body"
        rows = connection.execute(
            f"SELECT {columns} FROM pages WHERE pages MATCH ? ORDER BY bm25(pages, 3.0, 1.0) LIMIT {MOST}",
            (" OR ".join(terms),),
        ).fetchall()
        holding = [
            int(connection.execute("SELECT count(*) FROM pages WHERE pages MATCH ?", (term,)).fetchone()[0])
            for term in terms
        ]
        total = int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])
    return Found([_indexed(*row) for row in rows], holding, total)


def _term(word: str) -> str:
    """A word as FTS5's query language quotes it."""
    beginning = word.endswith("*")
    return '"' + word.rstrip("*").replace('"', '""') + '"' + ("*" if beginning else "")


def _fill(connection: sqlite3.Connection, shelves: Sequence[Shelf]) -> None:
    """Brings the index to the present marks, in one transaction; nothing is written where nothing changed."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
        kept = dict(connection.execute("SELECT name, mark FROM shelves").fetchall())
        if kept == {shelf.name: shelf.mark for shelf in shelves}:
            return
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
        connection.execute("DROP TABLE IF EXISTS shelves")
        connection.execute("DROP TABLE IF EXISTS pages")
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    kept = dict(connection.execute("SELECT name, mark FROM shelves").fetchall())
    for name in kept.keys() - {shelf.name for shelf in shelves}:
        connection.execute("DELETE FROM pages WHERE shelf = ?", (name,))
        connection.execute("DELETE FROM shelves WHERE name = ?", (name,))
    for shelf in shelves:
        if kept.get(shelf.name) != shelf.mark:
            connection.execute("DELETE FROM pages WHERE shelf = ?", (shelf.name,))
            connection.executemany(
                "INSERT INTO pages (shelf, kind, lesson, name, title_en, title_zh, body_en, body_zh, title, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(shelf.name, *_row(entry)) for entry in shelf.entries()],
            )
            connection.execute("INSERT OR REPLACE INTO shelves VALUES (?, ?)", (shelf.name, shelf.mark))
    connection.execute("COMMIT")


def _row(one: Indexed) -> tuple[str, ...]:
    entry = one.entry
    texts = (entry.title.en, entry.title.zh, entry.body.en, entry.body.zh)
    return (entry.kind, entry.lesson, entry.name, *texts, one.title, one.body)


def _indexed(
    kind: str, lesson: str, name: str, title_en: str, title_zh: str, body_en: str, body_zh: str, title: str, body: str
) -> Indexed:
    return Indexed(Entry(kind, lesson, name, Text(title_en, title_zh), Text(body_en, body_zh)), title, body)
