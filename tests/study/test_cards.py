"""The learner's quiz items as an Anki package, read as the file it is, and by Anki's own code where that is there."""

import json
import os
import sqlite3
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lhystudy import words
from lhystudy.course.lesson import Course
from lhystudy.draw.html import html
from lhystudy.errors import MissingError, StudyError
from lhystudy.store import lessons, reviews
from lhystudy.store.db import Database
from lhystudy.study.anki import write_package
from lhystudy.study.cards import Card, cards_of
from lhystudy.study.review import learned

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)
ANKI = os.environ.get("LHYSTUDY_ANKI")  # a Python that has the package `anki`
READER = Path(__file__).parent / "reading_anki.py"
ASKED = ("sl-choice", "sl-number", "sl-shape", "sl-multi", "sl-order", "sl-symbolic", "sl-wrong-line")


def study(store: Database, now: datetime = NOW) -> None:
    """Some items answered, right and wrong, on several days, and one heading read."""
    for number, item in enumerate(ASKED):
        for day in range(number, 0, -3):
            right = (number + day) % 3 > 0
            row = reviews.Review(item, 0, 0, right, 1.0, "think", 3 if right else 1, 2.0, now - timedelta(days=day))
            reviews.add(store, row)
    lessons.put(store, lessons.Reading("slopes", now, 4, ("limits",), 30.0))


def packed(file: Path, folder: Path) -> dict[str, Any]:
    """The package's cards by their item: fields, type, due day, interval, read without the code that wrote them."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None and json.loads(archive.read("media")) == {}
        archive.extract("collection.anki2", folder)
    connection = sqlite3.connect(folder / "collection.anki2")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    begin = datetime.fromtimestamp(connection.execute("SELECT crt FROM col").fetchone()[0], UTC).date()
    rows = connection.execute("SELECT guid, flds, type, due, ivl FROM notes JOIN cards ON notes.id = nid").fetchall()
    connection.close()
    found = {}
    for guid, fields, kind, due, days in rows:
        front, back = fields.split("\x1f")
        found[guid] = (front, back, str(begin + timedelta(days=due)) if kind == 2 else None, days)
    assert len(found) == len(rows)
    return found


def test_a_package_holds_what_was_asked_with_its_due_dates_and_what_was_read(
    course: Course, store: Database, tmp_path: Path
) -> None:
    study(store)
    cards = cards_of(course, store, NOW)
    write_package(cards, tmp_path / "mine.apkg", NOW)
    found = packed(tmp_path / "mine.apkg", tmp_path)
    memories = learned(store, NOW).memories
    assert len(memories) == 6 and len(cards) == len(found) == 6 + 3
    for card in cards:
        front, back, due, _ = found[f"lhystudy-{card.item}"]
        assert (front, back) == (card.front, card.back)
        assert due == (str(memories[card.item].due) if card.item in memories else None)


def test_cards_speak_the_language_of_the_interface_and_their_formulas_are_mathjax(
    course: Course, store: Database
) -> None:
    study(store)
    english = {card.item: card for card in cards_of(course, store, NOW)}
    words.set_language("zh")
    chinese = {card.item: card for card in cards_of(course, store, NOW)}
    assert english["sl-symbolic"].front == r"<p>The derivative of \(w^2\)?</p>"
    assert chinese["sl-symbolic"].front == r"<p>\(w^2\) 的导数？</p>"
    assert english["sl-symbolic"].back == r"<p>\(2 \, w\)</p>"
    assert "选出所有成立的" in chinese["sl-multi"].front and "<li><p>2</p></li>" in chinese["sl-multi"].front
    assert "<code>" in english["sl-wrong-line"].front and "<ol>" in english["sl-wrong-line"].front


def test_a_text_becomes_html_that_shows_what_was_typed() -> None:
    assert html("$a < b$ & <b>*so*</b>\nnext") == (
        "<p>\\(a &lt; b\\) &amp; &lt;b&gt;<em>so</em>&lt;/b&gt;<br />\nnext</p>"
    )
    assert html("costs $5 and $6") == "<p>costs $5 and $6</p>"


def test_nothing_studied_is_told(course: Course, store: Database) -> None:
    with pytest.raises(MissingError, match="no quiz items of yours yet"):
        cards_of(course, store, NOW)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        write_package([Card("a", "b", "front", "back", None)], tmp_path / "none" / "x.apkg", NOW)


@pytest.mark.skipif(not ANKI, reason="make test-anki brings Anki's own code")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_anki_reads_the_same_cards(course: Course, store: Database, tmp_path: Path, lang: str) -> None:
    words.set_language(lang)
    now = datetime.now().astimezone()
    study(store, now)
    cards = cards_of(course, store, now)
    write_package(cards, tmp_path / "mine.apkg", now)
    run = subprocess.run(
        [str(ANKI), str(READER), str(tmp_path / "mine.apkg")], capture_output=True, text=True, check=True
    )
    found = {row["guid"]: row for row in json.loads(run.stdout)}
    assert len(found) == len(cards)
    for card in cards:
        row, memory = found[f"lhystudy-{card.item}"], card.memory
        assert (row["front"], row["back"]) == (card.front, card.back) and card.back in row["shown"]
        assert row["due"] == (str(memory.due) if memory else None)
        if memory:
            assert date.fromisoformat(row["due"]) - memory.last == timedelta(days=row["interval"])
            assert (row["reviews"], row["lapses"]) == (memory.reviews, memory.lapses)
            assert row["stability"] == pytest.approx(memory.stability, abs=1e-3)
