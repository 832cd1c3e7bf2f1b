"""All content that ships: proved as `lhystudy audit` proves it, lesson by lesson."""

from collections.abc import Iterator

import pytest

from lhystudy.course.lesson import LANGUAGES, Lesson
from lhystudy.course.load import load_course
from lhystudy.paths import content_root
from lhystudy.study.audit import audit
from lhystudy.study.derive import Checking
from lhystudy.study.search import search

COURSE = load_course(content_root())


@pytest.fixture(scope="module")
def checking() -> Iterator[Checking]:
    with Checking(lang="en") as one:
        yield one


def test_the_course_itself_has_no_fault() -> None:
    assert [str(fault) for fault in COURSE.faults] == []


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
def test_a_lesson_is_proved_whole(lesson: Lesson, checking: Checking) -> None:
    assert [str(fault) for fault in audit(lesson.folder, checking, lambda name: None).sorted_faults()] == []


def test_every_route_begins_with_lessons_that_need_nothing_left_out() -> None:
    there = {lesson.id: lesson for lesson in COURSE.lessons}
    for route in COURSE.routes:
        met: set[str] = set()
        for stop in route.stops:
            needs = there[stop.lesson].needs if stop.lesson in there else ()
            assert set(needs) <= met, f"{route.id}: {stop.lesson}"
            met.add(stop.lesson)


def test_every_lesson_is_found_first_by_its_title() -> None:
    for lesson in COURSE.lessons:
        for lang in LANGUAGES:
            first = search(COURSE, None, lesson.title.in_language(lang), limit=1)
            assert [hit.entry.name for hit in first] == [lesson.id], lesson.title.in_language(lang)
