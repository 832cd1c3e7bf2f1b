"""The settings table: the learner's choices and where they left off, as JSON values by name."""

import json
from typing import Any

from lhystudy.store.db import Database


def get(database: Database, name: str, default: Any = None) -> Any:
    """The value of a setting, or the default when it was never set."""
    row = database.row("SELECT value FROM settings WHERE name = ?", name)
    return default if row is None else json.loads(row["value"])


def put(database: Database, name: str, value: Any) -> None:
    """Sets a setting to anything that JSON can hold."""
    database.change(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        json.dumps(value, ensure_ascii=False),
    )


def everything(database: Database) -> dict[str, Any]:
    """Every setting by its name."""
    return {row["name"]: json.loads(row["value"]) for row in database.rows("SELECT * FROM settings ORDER BY name")}
