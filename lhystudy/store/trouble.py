"""SQLite's errors as sentences that say what happened to the store and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lhystudy.errors import MissingError, StudyError
from lhystudy.store import backups
from lhystudy.words import say

UNWRITABLE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
)


class UnusableError(MissingError):
    """The file is damaged or no store: a copy of the store may take its place."""


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
            say(f"{cause_of(error)}, this could not be kept", f"{cause_of(error)}，这次的数据没能保存"),
            where=where,
            hint=say("free some space and try again", "请腾出空间后重试"),
        )
    if code in UNWRITABLE:
        return MissingError(
            cause_of(error),
            where=where,
            hint=say("set LHYSTUDY_HOME to a folder that can be written", "把 LHYSTUDY_HOME 设为可写的文件夹"),
        )
    return MissingError(
        say(f"the store cannot be used: {error}", f"数据文件无法使用：{error}"),
        where=where,
        hint=say("move it away to begin anew, or put a backup there", "可将它移走重新开始，或放回备份"),
    )


def cause_of(error: BaseException) -> str:
    """Why the file cannot be written, in a few words."""
    if isinstance(error, sqlite3.Error):
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            return say("the disk is full", "磁盘已满")
        return say(f"the store cannot be written ({error})", f"数据文件无法写入（{error}）")
    return error.message if isinstance(error, StudyError) else str(error)


def is_unwritable(error: BaseException | None) -> bool:
    """Whether SQLite or the system says that the file can be written no more, or not yet."""
    return isinstance(error, OSError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in UNWRITABLE
