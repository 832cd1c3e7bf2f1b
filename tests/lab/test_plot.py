"""Runs as pictures: every kind of figure in every format, in both languages."""

import re
import struct
from pathlib import Path

import pytest

from lhystudy.errors import StudyError
from lhystudy.lab.events import ClaimResult, Event, Figure, Metric, Start, Table
from lhystudy.lab.plot import write_picture
from lhystudy.words import set_language

START = Start("demo", {"steps": 3}, [0, 1, 2, 3, 4], "cpu", {})
CURVES: list[Event] = [
    Metric(name, x, 10.0 ** (-x) * factor, 0.5 * 10.0 ** (-x), 2 * 10.0 ** (-x), "loss")
    for name, factor in (("a", 1.0), ("b", 1.5))
    for x in range(5)
]
FIGURES: list[Event] = [
    Figure("heat and numbers", "heat", {"values": [[1.0, -2.0], [None, 0.5]], "x": ["p", "q"], "y": ["r", "s"]}),
    Figure("regions", "heat", {"values": [[float((x + y) % 2) for x in range(40)] for y in range(40)]}, "x", "y"),
    Figure("picture", "image", {"values": [[0.0, 1.0], [0.5, 0.25]]}),
    Figure("points", "scatter", {"series": {"one": [[0, 1], [1, 2]], "two": [[1, None], [2, 2]]}}, "x", "y"),
    Figure("ways", "lines", {"series": {"one": [[0, 1], [1, 2], [2, None]]}}),
    Figure("spread", "histogram", {"series": {"one": [0.1, 0.2, 0.9], "two": [0.5, None]}}),
    Figure("heights", "bars", {"names": ["p", "q"], "values": [1.0, -2.0]}),
    Figure("odd one", "heat", {"cells": 3}),
]
CLAIM = ClaimResult(
    "c", "it is <big>", True, 0.7, ">", 0.5, 5, 0.2, [0.6, 0.8], "", [0.6, 0.65, 0.7, 0.75, 0.8]
)  # fmt: skip
EVENTS = [START, *CURVES, *FIGURES, Table("ends", ["name", "value"], [["x", 1.5]]), CLAIM]


def test_a_png_shows_every_panel(tmp_path: Path) -> None:
    write_picture(EVENTS, tmp_path / "all.png")
    content = (tmp_path / "all.png").read_bytes()
    across, down = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG") and across > 1500 and down > 2500


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["5 seeds", "holds where", "count", "“heat” figure cannot be drawn"]),
        ("zh", ["5 个种子", "成立的一侧", "个数", "画不出来"]),
    ],
)
def test_an_svg_holds_its_words_as_text_in_the_language_in_use(tmp_path: Path, lang: str, told: list[str]) -> None:
    set_language(lang)
    write_picture(EVENTS, tmp_path / "all.svg")
    text = (tmp_path / "all.svg").read_text(encoding="utf-8")
    titles = ["loss", "regions", "picture", "points", "ways", "spread", "heights", "odd one", "it is &lt;big&gt;"]
    assert [word for word in [*titles, *told] if word not in text] == []


def test_an_english_run_is_drawn_under_the_chinese_words_of_its_experiment(tmp_path: Path) -> None:
    set_language("zh")
    start = Start("contour-density", {}, [0], "cpu", {})
    heat = Figure("log10 of the loss", "heat", {"values": [[0.0, 1.0], [2.0, 3.0]]}, "w2", "w1")
    write_picture([start, heat, Table("Six points of the valley floor", ["loss"], [[0.1]])], tmp_path / "zh.html")
    page = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert [word for word in ("损失的 log10", "谷底上的六个点", ">损失<") if word not in page] == []


def test_a_page_holds_picture_tables_and_claims_and_nothing_from_outside(tmp_path: Path) -> None:
    write_picture(EVENTS, tmp_path / "all.html")
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1 and ">it is &lt;big&gt;</td>" in page and "0.6 … 0.8" in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


def test_a_run_without_curves_is_a_page_of_its_tables(tmp_path: Path) -> None:
    write_picture([START, Table("ends", ["name", "value"], [["x", 1.5]])], tmp_path / "t.html")
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "<svg" not in page and "1.5" in page


def test_the_same_run_gives_the_same_svg(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        write_picture([START, *CURVES], tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is no folder"):
        write_picture([START, *CURVES], tmp_path / "no" / "x.png")
