"""The learner's data in one SQLite file: opened, brought to the newest schema, never damaged further."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from lhystudy import paths
from lhystudy.errors import MissingError, StudyError
from lhystudy.files import unwritable
from lhystudy.store import backups
from lhystudy.words import say

FILE = "lhystudy.db"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
PATIENCE = 10.0  # seconds to wait for another program's write


class UnusableError(MissingError):
    """The file is damaged or no store: a copy of the store may take its place."""


class Database:
    """An open store. Every trouble that SQLite has comes out as a MissingError of one sentence.

    It belongs to the thread that opened it; another thread opens its own.
    """

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection = connection
        self.file = file
        self.restored = ""  # what was restored on opening, in one sentence

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with translated(self.file):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with translated(self.file):
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def change(self, sql: str, *values: Any) -> int:
        """Carries out one statement and returns the id of the row that it inserted last."""
        with translated(self.file):
            return self._connection.execute(sql, values).lastrowid or 0

    def change_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Carries out one statement for each tuple of values."""
        with translated(self.file):
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens inside is kept as a whole or not at all. May stand inside another."""
        if self._connection.in_transaction:
            yield
            return
        with translated(self.file):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with translated(self.file):
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turns SQLite's errors into a MissingError that says what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a fault of the program, not of the file
    except OverflowError as error:
        message = say("a number is larger than the store can hold", "有一个数太大，数据文件存不下")
        raise StudyError(message) from error
    except sqlite3.DatabaseError as error:
        raise _trouble(error, file) from error


def _trouble(error: sqlite3.DatabaseError, file: Path) -> MissingError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    where = str(file)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        backups.suspect(file)
        again = say("start lhystudy again: it is restored from a backup", "请重新启动 lhystudy，它会从备份恢复")
        anew = say("move it away to begin anew, or put a backup there", "可将它移走重新开始，或放回备份")
        return UnusableError(
            say("the store is damaged and was left as it is", "数据文件已损坏，未作任何改动"),
            where=where,
            hint=again if backups.copies(file) else anew,
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return MissingError(
            say("another program holds the store and does not let go", "另一个程序一直占用着数据文件"),
            where=where,
            hint=say("close it and try again", "请关闭它后重试"),
        )
    if code == sqlite3.SQLITE_FULL:
        return MissingError(
            say("the disk is full, this could not be kept", "磁盘已满，这次的数据没能保存"),
            where=where,
            hint=say("free some space and try again", "请腾出空间后重试"),
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return MissingError(
            say(f"the store cannot be written ({error})", f"数据文件无法写入（{error}）"),
            where=where,
            hint=say("set LHYSTUDY_HOME to a folder that can be written", "把 LHYSTUDY_HOME 设为可写的文件夹"),
        )
    return MissingError(
        say(f"the store cannot be used: {error}", f"数据文件无法使用：{error}"),
        where=where,
        hint=say("move it away to begin anew, or put a backup there", "可将它移走重新开始，或放回备份"),
    )


def open_store(folder: Path | None = None) -> Database:
    """The store in a folder (the learner's by default), made when it is not there, at the newest schema.

    The first opening of a day copies it in the background. A file that is damaged or not a store gives way to the
    newest copy, is kept beside it, and one sentence on standard error says so. Raises MissingError, and changes
    nothing, where there is no copy, and for a store newer than this program.
    """
    file = (folder or paths.data_folder()) / FILE
    try:
        if backups.is_suspected(file) and not backups.is_sound(file):
            return _restored(file)
        backups.clear(file)
        return _opened(file)
    except UnusableError as error:
        return _restored(file, error)


def _restored(file: Path, error: UnusableError | None = None) -> Database:
    """The store opened after it was put right. Raises the error where nothing could be done."""
    try:
        with translated(file):
            found = backups.restore(file, datetime.now())
    except OSError as trouble:
        raise unwritable(file, trouble) from trouble
    if found is None and error is not None and not backups.is_sound(file):
        raise error
    database = _opened(file)
    if found is not None:
        database.restored = say(
            f"the store could not be used and is restored from the backup of {found.day}; "
            f"the old file is kept as {found.aside}",
            f"数据文件无法使用，已用 {found.day} 的备份恢复；原文件保留为 {found.aside}",
        )
        print(database.restored, file=sys.stderr)
    return database


def _opened(file: Path) -> Database:
    with translated(file):
        connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
    try:
        with translated(file):
            connection.row_factory = sqlite3.Row
            known = migrations()
            version = _schema_of(connection, file, max(known))
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            copying = backups.keep_daily(file, date.today()) if version else None
            if version < max(known):
                if copying:
                    copying.join()  # the copy is of the store before it is changed
                _migrate(connection, known)
    except BaseException:
        connection.close()
        raise
    return Database(connection, file)


def migrations() -> dict[int, Path]:
    """The steps from schema to schema by the number of the schema that each leads to."""
    return {int(file.stem): file for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))}


def _schema_of(connection: sqlite3.Connection, file: Path, newest: int) -> int:
    """The file's schema number, 0 for a new file. Raises MissingError for one that is newer or not ours."""
    connection.execute("BEGIN")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    connection.execute("COMMIT")
    if tables and application != backups.APPLICATION:
        raise UnusableError(
            say("this database belongs to another program and was left as it is", "这是其他程序的数据库，未作任何改动"),
            where=str(file),
            hint=say("move it away or set LHYSTUDY_HOME", "请将它移走，或另设 LHYSTUDY_HOME"),
        )
    if version > newest:
        raise MissingError(
            say(
                f"the store was written by a newer lhystudy (schema {version}, this one knows {newest}) "
                "and was left as it is",
                f"数据由更新版本的 lhystudy 写成（结构 {version}，本版本只认识到 {newest}），未作任何改动",
            ),
            where=str(file),
            hint=say("update lhystudy", "请更新 lhystudy"),
        )
    return version


def _use_wal(connection: sqlite3.Connection) -> None:
    """Lets one program write while others read; SQLite does not wait by itself when two switch at once."""
    deadline = monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return  # a file system without shared memory keeps its own mode, which is slower and as safe
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)


def _migrate(connection: sqlite3.Connection, known: dict[int, Path]) -> None:
    """Takes the steps that are missing, all or none; another program may have taken them meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number in range(version + 1, max(known) + 1):
            for statement in statements(known[number].read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.rollback()


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: SQLite runs a whole script only outside a transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def integrity(database: Database) -> str:
    """SQLite's own check of the file: "ok", or the first fault that it finds."""
    row = database.row("PRAGMA integrity_check(1)")
    state = str(row[0]) if row else ""
    if state != "ok":
        backups.suspect(database.file)
    return state


def text_of(moment: datetime) -> str:
    """A point in time as the store writes it. It must know its time zone."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def moment_of(text: str) -> datetime:
    """The point in time that `text_of` wrote."""
    return datetime.fromisoformat(text)
