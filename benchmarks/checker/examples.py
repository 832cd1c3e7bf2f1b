"""The labelled pairs and derivations that the tests use as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "tests" / "checker" / "examples"


def rows(*names: str) -> list[dict[str, Any]]:
    """The rows of `pairs`, `scalars` or `matrices`."""
    texts = [(FOLDER / f"{name}.jsonl").read_text("utf-8") for name in names]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def derivations() -> list[dict[str, Any]]:
    return rows("scalars", "matrices")


def assumed(row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What a pair's `assume` says, as `let` and as `given` lines without those words."""
    types = dict.fromkeys(row["names"], "real")
    givens = []
    for said in row["assume"]:
        words = said.split()
        if len(words) == 2:
            types[words[0]] = words[1]
        else:
            givens.append(said)
    return [f"{name} : {kind}" for name, kind in types.items()], givens
