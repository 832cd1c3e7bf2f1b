"""A copy of the store each day, and a store that cannot be used put right from the newest copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Thread

APPLICATION = int.from_bytes(b"lhst", "big")
KEPT = 7
PATIENCE = 10.0  # seconds to wait for another program that restores


@dataclass(frozen=True)
class Restored:
    """What a store was put right from, and where the file that could not be used is kept."""

    day: date
    aside: Path


def copies(file: Path) -> list[Path]:
    """The copies of a store, oldest first. A running number orders them, since a clock can jump back."""
    return sorted(_folder(file).glob("[0-9]*-*.db"))


def day_of_copy(copy: Path) -> date:
    """The day on which a copy was made."""
    return date.fromisoformat(copy.stem.partition("-")[2])


def keep_daily(file: Path, today: date) -> Thread | None:
    """Copies the store in a thread of its own where the newest copy is of another day; None where it is of today."""
    there = copies(file)
    if there and day_of_copy(there[-1]) == today:
        return None
    thread = Thread(target=make, args=(file, today))
    thread.start()
    return thread


def make(file: Path, today: date) -> None:
    """Copies the store and lets go of the oldest copies. A copy with a fault is not kept: the store is suspected.

    A full or read-only disk makes no copy; `lhystudy doctor` says of which day the newest is.
    """
    part = _folder(file) / f"{os.getpid()}.part"
    with suppress(OSError, sqlite3.Error):
        part.parent.mkdir(exist_ok=True)
        try:
            with closing(_read_only(file)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
            if not is_sound(part):
                suspect(file)
                return
            there = copies(file)
            number = int(there[-1].stem.partition("-")[0]) + 1 if there else 1
            part.replace(part.with_name(f"{number:06}-{today}.db"))
            for old in copies(file)[:-KEPT]:
                old.unlink()
        finally:
            part.unlink(missing_ok=True)


def suspect(file: Path) -> None:
    """Has the store looked through when it is next opened; only where there is a copy to restore."""
    if copies(file):
        with suppress(OSError):
            _mark(file).touch()


def is_suspected(file: Path) -> bool:
    """Whether a fault was met since the store was last found sound. An emptied file is one too."""
    with suppress(OSError):
        return _mark(file).exists() or (file.stat().st_size == 0 and bool(copies(file)))
    return False


def clear(file: Path) -> None:
    """Takes the suspicion away."""
    with suppress(OSError):
        _mark(file).unlink(missing_ok=True)


def is_sound(file: Path) -> bool:
    """Whether a file is a store without a fault."""
    try:
        with closing(_read_only(file)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
            return bool(ours and connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def restore(file: Path, now: datetime) -> Restored | None:
    """Puts the newest sound copy in place of a store that cannot be used, which is kept beside it.

    None where there is no copy, or where another program has put the store right already. Raises OSError when the
    disk does not allow it. Killed at any moment it leaves the store to be restored again.
    """
    if not copies(file):
        return None
    with _alone(file):
        sound = next((copy for copy in reversed(copies(file)) if is_sound(copy)), None)
        if sound is None or is_sound(file):
            clear(file)
            return None
        aside = file.with_name(f"{file.stem}-unusable-{now:%Y%m%d-%H%M%S}.db")
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{file}{ending}", f"{aside}{ending}")
        part = _folder(file) / "restored.part"
        shutil.copyfile(sound, part)
        for ending in ("-wal", "-shm"):  # they belong to the old file
            Path(f"{file}{ending}").unlink(missing_ok=True)
        part.replace(file)
        clear(file)
        return Restored(day_of_copy(sound), aside)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Lets one program restore at a time; the lock is a database's, which ends with its program."""
    with closing(sqlite3.connect(_folder(file) / "lock", timeout=PATIENCE, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)


def _folder(file: Path) -> Path:
    return file.parent / "backups"


def _mark(file: Path) -> Path:
    return _folder(file) / "suspect"
