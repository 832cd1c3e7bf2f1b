"""How well what was learned is kept: measured after a pause, and foretold."""

from datetime import UTC, datetime, timedelta

import pytest

from lhystudy.course.lesson import Course
from lhystudy.store.db import Database
from lhystudy.study.retention import retention
from tests.study.test_progress import review

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)


def test_who_was_never_asked_has_no_curve(course: Course, store: Database) -> None:
    found = retention(course, store, NOW)
    assert (found.spans, found.fading) == ((), ())


def test_answers_are_counted_by_the_days_since_the_one_before(course: Course, store: Database) -> None:
    for item, right in (("sl-choice", True), ("sl-number", False)):
        review(store, item, True, NOW - timedelta(days=9))
        review(store, item, True, NOW - timedelta(days=8))
        review(store, item, right, NOW - timedelta(days=2))
    review(store, "sl-number", True, NOW - timedelta(days=2))  # asked again on the same day: no pause
    review(store, "gone", True, NOW - timedelta(days=2))
    day, week = retention(course, store, NOW).spans
    assert (day.first, day.last, day.asked, day.right) == (1, 1, 2, 1.0)
    assert (week.first, week.last, week.asked, week.right) == (4, 7, 2, 0.5)
    assert 0.8 < week.expected < day.expected <= 1.0


def test_what_is_remembered_fades_from_day_to_day(course: Course, store: Database) -> None:
    review(store, "sl-choice", True)
    fading = retention(course, store, NOW).fading
    assert fading[0][0] == 0.0 and fading[0][1] == pytest.approx(1.0)
    assert [share for _, share in fading] == sorted((share for _, share in fading), reverse=True)
    assert fading[-1][0] == 60 and 0.0 < fading[-1][1] < 0.9
