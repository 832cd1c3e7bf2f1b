"""All of a learner's data as one JSON file, and such a file taken in again."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from lhystudy import __version__
from lhystudy.errors import StudyError
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
    beside = file.with_name(file.name + ".part")
    try:
        beside.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StudyError(say(f"cannot write {file}: {error.strerror}", f"无法写入 {file}：{error.strerror}")) from error
    return {table: len(rows) for table, rows in tables.items()}


def import_from(database: Database, file: Path) -> dict[str, int]:
    """Merges an exported file into the store and returns how many rows each table gained.

    Raises StudyError, and changes nothing, for a file that is not an export.
    """
    return merge(database, _tables(_read(file), file))


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > SIZE_LIMIT:
            raise StudyError(say(f"{file} is too large", f"{file} 太大了"))
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyError(say(f"cannot read {file}: {error.strerror}", f"无法读取 {file}：{error.strerror}")) from error
    except (ValueError, RecursionError) as error:
        raise _refuse(file) from error


def _tables(document: Any, file: Path) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refuse(file)
    if not isinstance(document.get("version"), int) or document["version"] > VERSION:
        raise StudyError(
            say(f"{file} was written by a newer lhystudy", f"{file} 由更新版本的 lhystudy 写成"),
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
        say(f"{file} is not an export of lhystudy", f"{file} 不是 lhystudy 导出的文件"),
        hint=say("make one with lhystudy export FILE", "可用 lhystudy export 文件名 导出"),
    )
