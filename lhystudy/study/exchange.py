"""All of a learner's data as one JSON file, and such a file taken in again."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from lhystudy import __version__
from lhystudy.errors import MissingError, StudyError
from lhystudy.files import read_text, write_text
from lhystudy.store.db import Database, text_of
from lhystudy.store.exchange import TABLES, dump, merge
from lhystudy.words import say

FORMAT = "lhystudy learner data"
VERSION = 1
SIZE_LIMIT = 500_000_000  # bytes


def export_to(database: Database, file: Path, now: datetime) -> dict[str, int]:
    """Writes everything to a file, whole or not at all, and returns how many rows of each table it holds."""
    tables = dump(database)
    document = {"format": FORMAT, "version": VERSION, "program": __version__, "at": text_of(now), "tables": tables}
    write_text(file, json.dumps(document, ensure_ascii=False, indent=1))
    return {table: len(rows) for table, rows in tables.items()}


def import_from(database: Database, file: Path) -> dict[str, int]:
    """Merges an exported file into the store and returns how many rows each table gained.

    Raises StudyError, and changes nothing, for a file that is not an export.
    """
    tables = _tables(_read(file), file)
    try:
        return merge(database, tables)
    except MissingError:
        raise
    except StudyError as error:
        raise StudyError(error.message, where=str(file)) from error


def _read(file: Path) -> Any:
    text = read_text(file, SIZE_LIMIT)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse(file) from error


def _tables(document: Any, file: Path) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refuse(file)
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise _refuse(file)
    if version > VERSION:
        raise StudyError(
            say("this was written by a newer lhystudy", "它由更新版本的 lhystudy 写成"),
            where=str(file),
            hint=say("update lhystudy", "请更新 lhystudy"),
        )
    tables = document.get("tables")
    sound = isinstance(tables, dict) and all(
        isinstance(tables.get(table, []), list) and all(isinstance(row, dict) for row in tables.get(table, []))
        for table in TABLES
    )
    if not isinstance(tables, dict) or not sound:
        raise _refuse(file)
    return tables


def _refuse(file: Path) -> StudyError:
    return StudyError(
        say("this is not an export of lhystudy", "这不是 lhystudy 导出的文件"),
        where=str(file),
        hint=say("make one with lhystudy export FILE", "可用 lhystudy export 文件名 导出"),
    )
