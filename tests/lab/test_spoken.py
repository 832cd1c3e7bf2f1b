"""Titles, labels and columns in the language in use: from the card's words, and as they stand where it has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import ClaimResult, Event, Figure, Log, Metric, Table
from lhystudy.lab.record import Record
from lhystudy.lab.spoken import event_said, record_said, said
from lhystudy.words import language, set_language
from tests.lab.own import HEAD

ZH = """
ZH = {"training": "训练", "rate {}, seed {}": "学习率 {}，种子 {}", "loss": "损失", "other": "训练", "note": "说明"}


def run"""


@pytest.fixture
def card(tmp_path: Path) -> Card:
    file = tmp_path / "mine.py"
    file.write_text(HEAD.replace("\n\ndef run", ZH) + "    yield Log('')\n", encoding="utf-8")
    return find(str(file))


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    before = language()
    set_language("zh")
    yield
    set_language(before)


def test_words_are_said_in_chinese_where_the_card_has_them(card: Card) -> None:
    assert said("training", card) == "训练"
    assert said("rate 0.1, seed {}", card) == "学习率 0.1，种子 {}"
    assert said("trainings", card) == "trainings" and said("training", None) == "training"
    set_language("en")
    assert said("training", card) == "training"


def test_what_the_lab_wrote_behind_a_title_is_said_in_the_language_in_use_whatever_that_of_the_run(card: Card) -> None:
    assert (
        said("training (mean of 16 seeds)", card)
        == said("training（16 个种子的平均）", card)
        == "训练（16 个种子的平均）"
    )
    assert said("heat (seed 3)", None) == "heat（种子 3）"
    set_language("en")
    assert said("training（种子 3）", card) == "training (seed 3)"


def test_every_event_keeps_its_data_and_its_series(card: Card) -> None:
    data = {"series": {"loss": [[0, 1]]}}
    pairs: list[tuple[Event, Event]] = [
        (Metric("loss", 1, 2.0, 1.0, 3.0, "training"), Metric("loss", 1, 2.0, 1.0, 3.0, "训练")),
        (Table("training", ["loss", "new"], [["note", 1.5]]), Table("训练", ["损失", "new"], [["说明", 1.5]])),
        (Figure("training", "lines", data, "loss", "x"), Figure("训练", "lines", data, "损失", "x")),
        (Log("note"), Log("说明")),
    ]
    for event, shown in pairs:
        assert event_said(event, card) == shown
    verdict = ClaimResult("big", "it is big", True, 1.0, ">", 0.5, 1)
    said_verdict = event_said(verdict, card)
    assert isinstance(said_verdict, ClaimResult) and said_verdict.text == "它很大"


def test_charts_that_share_a_chinese_word_stay_two_and_the_run_itself_is_unchanged(card: Card) -> None:
    record = Record()
    for event in (Metric("a", 0, 1.0, chart="training"), Metric("a", 0, 2.0, chart="other"), Log("note")):
        record.take(event)
    shown = record_said(record, card)
    assert list(shown.charts) == ["训练", "other"] and shown.remarks == ["说明"]
    assert list(record.charts) == ["training", "other"] and record.remarks == ["note"]
