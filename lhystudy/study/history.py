"""The runs that were kept: read back, and the evidence that they give for each claim."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lhystudy.errors import MissingError
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import cards
from lhystudy.lab.declare import Claim
from lhystudy.lab.events import Moment, to_moment
from lhystudy.lab.record import Record
from lhystudy.store import claims, runs
from lhystudy.store.claims import Evidence
from lhystudy.store.db import Database
from lhystudy.store.runs import StoredRun
from lhystudy.words import say


def stored_run(database: Database, run: int) -> StoredRun:
    """The run of that id. Raises MissingError when there is none."""
    found = runs.get(database, run)
    if found is None:
        raise MissingError(
            say(f"there is no run {run}", f"没有编号为 {run} 的运行"),
            hint=say("lhystudy runs lists them", "lhystudy runs 列出所有运行"),
        )
    return found


def stored_moments(database: Database, run: int) -> Iterator[Moment]:
    """The events of a run as they were sent. A line that this program does not know is passed over."""
    for line in runs.event_lines(database, run):
        try:
            yield to_moment(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue


def gathered(database: Database, run: int) -> Record:
    """All that a stored run has said."""
    record = Record()
    for moment in stored_moments(database, run):
        record.take(moment.event)
    return record


@dataclass(frozen=True)
class ClaimRecord:
    """A claim of an experiment with the last evidence for it."""

    card: Card
    claim: Claim
    evidence: Evidence | None  # None: never measured
    changed: dict[str, Any]  # parameters of that run that are not the defaults


def claim_records(database: Database, chosen: Sequence[Card] | None = None) -> list[ClaimRecord]:
    """Every claim of every experiment, or of those chosen, with its last evidence.

    A run at the default parameters and full length goes before any other, then one whose seeds give an interval
    before one that does not, then the later before the earlier.
    """
    return [record for card in (cards() if chosen is None else chosen) for record in _records_of(database, card)]


def _records_of(database: Database, card: Card) -> list[ClaimRecord]:
    said = claims.of_experiment(database, card.name, str(card.file) if card.own else "")
    found = [evidence for evidence in said if evidence.measured is not None]
    records = []
    for claim in card.claims:
        about = [evidence for evidence in found if evidence.claim == claim.id]
        usual = [evidence for evidence in about if evidence.params == card.defaults and not evidence.quick]
        wide = [evidence for evidence in usual or about if evidence.interval is not None]
        chosen = next(iter(wide or usual or about), None)
        params = chosen.params if chosen else {}
        changed = {name: value for name, value in params.items() if card.defaults.get(name) != value}
        records.append(ClaimRecord(card, claim, chosen, changed))
    return records
