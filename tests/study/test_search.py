"""Words found in lessons, questions, mistakes, derivations, experiments and notes, in both languages."""

from datetime import UTC, datetime

import pytest

from lhystudy import paths
from lhystudy.course.lesson import Course
from lhystudy.store import index
from lhystudy.store import notes as note_table
from lhystudy.store.db import Database
from lhystudy.study import notes
from lhystudy.study.search import search, tokens
from lhystudy.words import set_language

NOW = datetime(2024, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The slopes of a Line", ["slope", "line"]),
        ("梯度下降", ["梯度", "度下", "下降"]),
        ("熵 is 3 bits", ["熵", "3", "bit"]),
        ("loss class", ["loss", "class"]),
        ("？！ the", []),
    ],
)
def test_words_are_cut_in_both_scripts(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("slopes", "lesson", "slopes"),
        ("walker on a mountain in fog", "section", "problem"),
        ("because the loss falls", "question", "q-900"),
        ("slope of a square", "derivation", "square"),
        ("斜率指向下坡", "misconception", "m-900"),
        ("code length entropy floor", "experiment", "code-length"),
    ],
)
def test_the_best_match_comes_first(course: Course, words: str, kind: str, name: str) -> None:
    best = search(course, None, words)[0].entry
    assert (best.kind, best.name) == (kind, name)


def test_own_notes_are_found_too(course: Course, store: Database) -> None:
    note_table.add(store, "note", "remember the zebra", NOW, lesson="slopes")
    (hit,) = search(course, store, "zebra")
    assert (hit.entry.kind, hit.entry.lesson, hit.excerpt) == ("note", "slopes", "remember the zebra")


@pytest.mark.parametrize("words", ["", "the of", "？？", "qqqqqq", "雎鸠"])
def test_nothing_to_find_is_an_empty_list(course: Course, words: str) -> None:
    assert search(course, None, words) == []


def test_the_excerpt_is_in_the_language_in_use(course: Course) -> None:
    set_language("zh")
    hit = search(course, None, "浓雾")[0]
    assert "浓雾" in hit.excerpt and len(hit.excerpt) < 100


def test_notes_are_added_resolved_and_exported(course: Course, store: Database) -> None:
    notes.add(store, "note", " a plain note\nof two lines ", NOW, "slopes")
    doubt = notes.add(store, "doubt", "why down?", NOW)
    assert "- [ ] why down?" in notes.as_markdown(course, note_table.everything(store))
    notes.resolve(store, doubt.id, NOW)
    page = notes.as_markdown(course, note_table.everything(store))
    assert "- [x] why down?" in page
    assert "## Slopes\n\n- a plain note\n  of two lines" in page


def test_a_doubt_is_matched_with_what_may_answer_it(course: Course) -> None:
    answer = notes.answer_to(course, "why does one go down the slope?")
    assert answer is not None and answer.lesson == "slopes"
    assert notes.answer_to(course, "what is a hippopotamus?") is None


@pytest.mark.parametrize(("typed", "kind"), [("moun", "section"), ("walker mou", "section"), ("雾", "section")])
def test_something_is_found_while_one_still_types(course: Course, typed: str, kind: str) -> None:
    assert search(course, None, typed, typing=True)[0].entry.kind == kind


def test_the_index_follows_the_files_and_the_notes(course: Course, store: Database) -> None:
    assert search(course, store, "platypus") == []
    lesson = course.lessons[0].folder / "en.md"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("A walker", "A platypus"), encoding="utf-8")
    assert [hit.entry.kind for hit in search(course, store, "platypus")] == ["section"]
    note = note_table.add(store, "note", "a platypus of mine", NOW)
    assert {hit.entry.kind for hit in search(course, store, "platypus")} == {"section", "note"}
    note_table.remove(store, note)
    assert [hit.entry.kind for hit in search(course, store, "platypus")] == ["section"]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, None], ids=["empty", "foreign", "a folder"])
def test_a_broken_index_is_replaced_or_done_without(course: Course, content: bytes | None) -> None:
    file = paths.data_folder() / index.FILE
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    assert search(course, None, "walker on a mountain in fog")[0].entry.kind == "section"
