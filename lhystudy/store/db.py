"""The learner's data in one SQLite file: opened, brought to the newest schema, never damaged further."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
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
from lhystudy.store.held import Change, Held, copied, copied_file, do_again, hold
from lhystudy.store.trouble import UnusableError, cause_of, is_unwritable, translated
from lhystudy.words import say

FILE = "lhystudy.db"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
PATIENCE = 10.0  # seconds to wait for another program's write


class Database:
    """An open store. Every trouble that SQLite has comes out as a MissingError of one sentence.

    It belongs to the thread that opened it; another thread opens its own. One that is held goes on where the file
    cannot be written: `tell` says so in one sentence, changes stay in memory, each further one tries to bring them all
    to the file, and so does closing.
    """

    def __init__(self, connection: sqlite3.Connection | None, file: Path, held: Held | None = None) -> None:
        self._own = connection  # the file's; None while the file cannot be opened
        self._held = held
        self._may_hold = held is not None
        self._within: list[Change] | None = None  # the changes of the transaction that goes on
        self._told = False
        self.file = file
        self.restored = ""  # what was restored on opening, in one sentence
        self.tell: Callable[[str], None] = to_standard_error

    @property
    def _connection(self) -> sqlite3.Connection:
        connection = self._held.connection if self._held else self._own
        assert connection is not None
        return connection

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
        with self.transaction():
            assert self._within is not None
            with translated(self.file):
                number = self._carry_out(sql, values)
            self._within.append((sql, values))
            return number

    def change_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Carries out one statement for each tuple of values, all or none."""
        with self.transaction():
            for values in rows:
                self.change(sql, *values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens inside is kept as a whole or not at all. May stand inside another."""
        if self._within is not None:
            yield
            return
        self._bring()
        with translated(self.file):
            self._carry_out("BEGIN IMMEDIATE")
        self._within = []
        try:
            yield
            with translated(self.file):
                self._carry_out("COMMIT")
            if self._held:
                self._held.changes += self._within
                self._tell_held(self._held)
        finally:
            self._within = None
            if self._connection.in_transaction:
                self._connection.rollback()

    def hold(self) -> Self:
        """Lets study go on from here where the file cannot be written. Returns the store itself."""
        self._may_hold = True
        return self

    def _carry_out(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        """Carries out a statement in the file, or in memory from the first one on that the file does not take."""
        try:
            return self._connection.execute(sql, values).lastrowid or 0
        except sqlite3.OperationalError as error:
            if self._held or not self._may_hold or not is_unwritable(error):
                raise
            self._step_aside(error)
            return self._connection.execute(sql, values).lastrowid or 0

    def _step_aside(self, error: sqlite3.OperationalError) -> None:
        """Goes on in a copy of what the file holds, at the same place of the transaction that goes on."""
        if self._connection.in_transaction:
            self._connection.rollback()
        self._held = hold(copied(self._connection), cause_of(error))
        if self._within is not None:
            self._connection.execute("BEGIN")
            for sql, values in self._within:
                self._connection.execute(sql, values)

    def _tell_held(self, held: Held) -> None:
        if not self._told:
            self._told = True
            self.tell(
                say(
                    f"{self.file}: {held.cause}; what you do stays in memory and is kept once that is mended",
                    f"{self.file}：{held.cause}；接下来的内容先留在内存中，恢复后就会保存",
                )
            )

    def _bring(self, at_end: bool = False) -> None:
        """Brings what is held to the file, where it can be written again.

        Where another program wrote meanwhile, only at the end, as two machines' histories are merged: ids change.
        """
        held = self._held
        if held is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._own = self._own or _connected(self.file)
            if not do_again(held, self._own):
                if not at_end:
                    return
                from lhystudy.store.exchange import dump, merge  # it stands above this module

                merge(Database(self._own, self.file), dump(Database(held.connection, self.file)))
        except (sqlite3.Error, StudyError, OSError):
            return
        held.connection.close()
        self._held = None
        if self._told:
            self._told = False
            self.tell(say("the store can be written again: all of it is kept", "数据文件又能写入了，内容已全部保存"))

    def close(self) -> None:
        """Closes the store, after a last attempt to keep what is held; tells what is lost where that fails."""
        self._bring(at_end=True)
        if self._held and self._held.changes:
            number = len(self._held.changes)
            self.tell(
                say(
                    f"{self.file}: {self._held.cause}; the last {number} changes could not be kept",
                    f"{self.file}：{self._held.cause}；最后 {number} 处改动没能保存",
                )
            )
        for connection in (self._held.connection if self._held else None, self._own):
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def to_standard_error(sentence: str) -> None:
    """Tells a sentence where no app is open to show it."""
    print(sentence, file=sys.stderr)


def open_store(folder: Path | None = None, *, holding: bool = False) -> Database:
    """The store in a folder (the learner's by default), made when it is not there, at the newest schema.

    The first opening of a day copies it in the background. A file that is damaged or not a store gives way to the
    newest copy, is kept beside it, and one sentence on standard error says so. Raises MissingError, and changes
    nothing, where there is no copy, and for a store newer than this program; and where it cannot be written, unless
    it is `holding`.
    """
    file = (folder or paths.data_place()) / FILE
    try:
        if folder is None:
            paths.data_folder()
        database = _opened_or_restored(file)
    except MissingError as error:
        if not holding or not is_unwritable(error.__cause__):
            raise
        return _opened_to_hold(file, error)
    return database.hold() if holding else database


def _opened_or_restored(file: Path) -> Database:
    try:
        if backups.is_suspected(file) and not backups.is_sound(file):
            return _restored(file)
        backups.clear(file)
        return Database(_connected(file), file)
    except UnusableError as error:
        return _restored(file, error)


def _opened_to_hold(file: Path, error: MissingError) -> Database:
    """The store as far as it can be read, at the newest schema, in memory."""
    with translated(file):
        connection = copied_file(file)
        _schema_of(connection, file, max(migrations()))
        _migrate(connection, migrations())
        return Database(None, file, hold(connection, cause_of(error.__cause__ or error)))


def _restored(file: Path, error: UnusableError | None = None) -> Database:
    """The store opened after it was put right. Raises the error where nothing could be done."""
    try:
        with translated(file):
            found = backups.restore(file, datetime.now())
    except OSError as trouble:
        raise unwritable(file, trouble) from trouble
    if found is None and error is not None and not backups.is_sound(file):
        raise error
    database = Database(_connected(file), file)
    if found is not None:
        database.restored = say(
            f"the store could not be used and is restored from the backup of {found.day}; "
            f"the old file is kept as {found.aside}",
            f"数据文件无法使用，已用 {found.day} 的备份恢复；原文件保留为 {found.aside}",
        )
        to_standard_error(database.restored)
    return database


def _connected(file: Path) -> sqlite3.Connection:
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
    return connection


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
