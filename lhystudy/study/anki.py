"""Cards as an Anki package (.apkg): a zip file around a SQLite collection, in the schema every Anki since 2.1 reads.

Source of the format: rslib/src/storage/schema11.sql of ankitects/anki. Written by hand since the libraries that
write packages make new cards only and keep no due dates.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lhystudy.files import write_bytes
from lhystudy.memory.schedule import DAY_BEGINS, RETENTION, day_of
from lhystudy.study.cards import Card
from lhystudy.words import say

SCHEMA = (Path(__file__).parent / "templates" / "anki.sql").read_text(encoding="utf-8")
NOTE_TYPE, DECK = 1_763_700_000_001, 1_763_700_000_002  # the same in every package, so that Anki knows them again
NEW, REVIEW = 0, 2  # Anki's types of cards, which are its queues too
EASE = 2500  # thousandths; Anki's own scheduler before FSRS begins with it
CSS = ".card { font-family: sans-serif; font-size: 20px; text-align: left; max-width: 40em; margin: auto; }"


def write_package(cards: Sequence[Card], file: Path, now: datetime) -> None:
    """Writes the cards to a package, whole or not at all. `now` brings the learner's time zone."""
    with TemporaryDirectory() as folder:
        collection = Path(folder) / "collection.anki2"
        connection = sqlite3.connect(collection)
        try:
            _fill(connection, cards, now)
            connection.commit()
        finally:
            connection.close()
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(collection, collection.name)
            archive.writestr("media", "{}")
    write_bytes(file, package.getvalue())


def _fill(connection: sqlite3.Connection, cards: Sequence[Card], now: datetime) -> None:
    seconds = int(now.timestamp())
    first = min((card.memory.last for card in cards if card.memory), default=day_of(now))
    begin = datetime.combine(first, time(), now.tzinfo) + DAY_BEGINS
    connection.executescript(SCHEMA)
    connection.execute(
        "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, '{}', '{}')",
        (
            int(begin.timestamp()),
            seconds * 1000,
            seconds * 1000,
            json.dumps(_settings(begin)),
            json.dumps({str(NOTE_TYPE): _note_type(seconds)}),
            json.dumps({"1": _deck(1, "Default", seconds), str(DECK): _deck(DECK, _name(), seconds)}),
        ),
    )
    for place, card in enumerate(cards):
        note = seconds * 1000 + place
        connection.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, 0, 0, '')",
            (note, f"lhystudy-{card.item}", NOTE_TYPE, seconds, f" lhystudy {card.lesson} ",
             f"{card.front}\x1f{card.back}", card.front),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?)",
            (note, note, DECK, seconds, *_schedule(card, place, first)),
        )


def _schedule(card: Card, place: int, first: date) -> tuple[Any, ...]:
    """Type, queue, due, interval, ease, reviews, lapses and FSRS's memory; due in days since the collection began."""
    memory = card.memory
    if memory is None:
        return NEW, NEW, place, 0, 0, 0, 0, ""
    days = max(1, (memory.due - memory.last).days)
    state = {"s": round(memory.stability, 4), "d": round(memory.difficulty, 3), "dr": RETENTION}
    return REVIEW, REVIEW, (memory.due - first).days, days, EASE, memory.reviews, memory.lapses, json.dumps(state)


def _name() -> str:
    return say("Hung-yi Lee's machine learning", "李宏毅机器学习")


def _settings(begin: datetime) -> dict[str, Any]:
    west = -(begin.utcoffset() or timedelta()) // timedelta(minutes=1)
    return {"schedVer": 2, "creationOffset": west, "rollover": DAY_BEGINS // timedelta(hours=1), "curDeck": DECK}


def _deck(number: int, name: str, seconds: int) -> dict[str, Any]:
    today = dict.fromkeys(("newToday", "revToday", "lrnToday", "timeToday"), [0, 0])
    return {"id": number, "name": name, "conf": 1, "desc": "", "dyn": 0, "mod": seconds, "usn": -1,
            "collapsed": False, **today}  # fmt: skip


def _note_type(seconds: int) -> dict[str, Any]:
    front = "{{Front}}"
    return {
        "id": NOTE_TYPE, "name": "lhystudy", "type": 0, "mod": seconds, "usn": -1, "sortf": 0, "did": DECK,
        "css": CSS, "latexPre": "", "latexPost": "", "latexsvg": False, "tags": [], "vers": [],
        "req": [[0, "any", [0]]],
        "flds": [
            {"name": name, "ord": place, "font": "Arial", "size": 20, "rtl": False, "sticky": False, "media": []}
            for place, name in enumerate(("Front", "Back"))
        ],
        "tmpls": [
            {"name": "Card", "ord": 0, "qfmt": front, "afmt": f"{front}<hr id=answer>{{{{Back}}}}", "did": None,
             "bqfmt": "", "bafmt": ""}
        ],
    }  # fmt: skip
