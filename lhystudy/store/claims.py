"""The claims table: what each run measured for each claim, and what the learner had expected."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lhystudy.store.db import Database, moment_of


@dataclass(frozen=True)
class Evidence:
    """What one run says about one claim."""

    run: int
    experiment: str
    claim: str
    holds: bool | None  # None: too small to say
    measured: float | None
    effect: float | None
    interval: tuple[float, float] | None  # 95 %, over seeds
    predicted: str | None
    params: dict[str, Any]
    seeds: int
    quick: bool
    started: datetime  # of the run


def add(database: Database, run: int, claim: dict[str, Any]) -> None:
    """Keeps what a claim event says; a prediction made before stays."""
    low, high = claim["ci"] or (None, None)
    database.change(
        "INSERT INTO claims (run, claim, holds, measured, effect, low, high) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run, claim) DO UPDATE SET holds = excluded.holds, measured = excluded.measured,"
        " effect = excluded.effect, low = excluded.low, high = excluded.high",
        run,
        claim["id"],
        None if claim["holds"] is None else int(claim["holds"]),
        claim["measured"],
        claim["effect"],
        low,
        high,
    )


def predict(database: Database, run: int, claim: str, predicted: str) -> None:
    """Keeps what the learner expects of a claim in a run that has begun."""
    database.change(
        "INSERT INTO claims (run, claim, predicted) VALUES (?, ?, ?)"
        " ON CONFLICT (run, claim) DO UPDATE SET predicted = excluded.predicted",
        run,
        claim,
        predicted,
    )


SELECT = """
SELECT claims.*, runs.experiment, runs.params, runs.seeds, runs.quick, runs.started
FROM claims JOIN runs ON runs.id = claims.run
"""


def of_run(database: Database, run: int) -> list[Evidence]:
    """What a run says about its claims."""
    return [_evidence(row) for row in database.rows(f"{SELECT} WHERE run = ? ORDER BY claim", run)]


def of_experiment(database: Database, experiment: str, file: str = "") -> list[Evidence]:
    """What finished runs of an experiment say about its claims, newest first; `file` is that of a learner's own."""
    rows = database.rows(
        f"{SELECT} WHERE runs.experiment = ? AND runs.status = 'done' AND runs.file = ? ORDER BY run DESC",
        experiment,
        file,
    )
    return [_evidence(row) for row in rows]


def _evidence(row: sqlite3.Row) -> Evidence:
    return Evidence(
        run=row["run"],
        experiment=row["experiment"],
        claim=row["claim"],
        holds=None if row["holds"] is None else bool(row["holds"]),
        measured=row["measured"],
        effect=row["effect"],
        interval=None if row["low"] is None else (row["low"], row["high"]),
        predicted=row["predicted"],
        params=json.loads(row["params"]),
        seeds=len(json.loads(row["seeds"])),
        quick=bool(row["quick"]),
        started=moment_of(row["started"]),
    )
