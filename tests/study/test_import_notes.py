"""Somebody's own notes: sections matched, open questions pulled out, known mistakes flagged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lhystudy.course.lesson import Course
from lhystudy.errors import StudyError
from lhystudy.store import notes
from lhystudy.store.db import Database
from lhystudy.study.import_notes import Reading, keep_questions, read_notes

NOTES = """\
# 斜率与下坡
浓雾里站在山上，看看四周再迈一步。
- 斜率的符号**为什么**要反过来?
待推导：平方的斜率
斜率指向下坡。
The slope points up, I think.

```python
# is this a heading?
```

# Shopping
milk, eggs and seventeen potatoes
"""


@pytest.fixture
def reading(course: Course, tmp_path: Path) -> Reading:
    file = tmp_path / "notes.md"
    file.write_text(NOTES, encoding="utf-8")
    return read_notes(course, file)


def test_sections_are_matched_with_lessons(reading: Reading) -> None:
    assert [(one.line, one.title, one.lesson) for one in reading.sections] == [
        (1, "斜率与下坡", "slopes"),
        (12, "Shopping", ""),
    ]


def test_open_questions_are_pulled_out_without_their_markup(reading: Reading) -> None:
    assert [(one.line, one.text, one.lesson) for one in reading.questions] == [
        (3, "斜率的符号为什么要反过来?", "slopes"),
        (4, "待推导：平方的斜率", "slopes"),
    ]


def test_a_statement_like_a_known_mistake_is_flagged(reading: Reading) -> None:
    assert [(one.line, one.text, one.misconception.id) for one in reading.flagged] == [(5, "斜率指向下坡。", "m-900")]


def test_questions_are_kept_once(reading: Reading, store: Database) -> None:
    now = datetime(2024, 3, 10, tzinfo=UTC)
    assert keep_questions(store, reading.questions, now) == 2
    assert keep_questions(store, reading.questions, now) == 0
    assert [note.kind for note in notes.everything(store)] == ["doubt", "doubt"]


def test_long_notes_without_headings_are_cut_into_pieces(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("a line\n" * 50, encoding="utf-8")
    sections = read_notes(course, file).sections
    assert [len(one.text) for one in sections] == [17, 17, 16]
    assert [one.line for one in sections] == [1, 18, 35]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_is_no_text_is_refused(course: Course, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "notes.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StudyError):
        read_notes(course, file)
