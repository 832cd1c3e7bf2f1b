"""What Progress draws of the calendar, the reviews to come and what is kept."""

from datetime import date

import pytest

from lhystudy import words
from lhystudy.draw.cells import Row
from lhystudy.study.retention import Retention, Span
from lhystudy.tui.progress_page import calendar_rows, fading_rows, forecast_rows, kept_rows, sign_of

TODAY = date(2024, 3, 13)  # a Wednesday


def text_of(rows: list[Row]) -> list[str]:
    return ["".join(run.text for run in row).rstrip() for row in rows]


@pytest.fixture(autouse=True)
def english() -> None:
    words.set_language("en")


def test_a_fuller_day_has_a_fuller_sign() -> None:
    assert [sign_of(count) for count in (-1, 0, 1, 5, 99)] == [" ", "·", "▫", "▪", "■"]


def test_today_stands_in_the_last_column_and_days_to_come_are_blank() -> None:
    rows = text_of(calendar_rows([*[0] * 12, 5, 20], TODAY, 2))
    assert rows[0] == "Last 2 weeks"
    assert rows[1:8] == ["Mo · ·", "Tu · ▪", "We · ■", "Th ·", "Fr ·", "Sa ·", "Su ·"]
    assert rows[-1] == "streak 2 days"


def test_a_weekday_before_the_calendar_began_is_blank() -> None:
    assert text_of(calendar_rows([1, 1, 1, 1, 1, 1, 1], TODAY, 1))[1:8] == [
        "Mo ▫", "Tu ▫", "We ▫", "Th", "Fr", "Sa", "Su",
    ]  # fmt: skip


def test_the_reviews_to_come_stand_over_their_weekdays() -> None:
    rows = text_of(forecast_rows([3, 0, 12], TODAY))
    assert rows[0] == "Reviews to come  15 in ten days"
    assert rows[1].split() == ["3", "·", "12"]
    assert rows[3].split() == ["now", "Th", "Fr"]


def test_a_pause_shows_what_was_right_and_what_was_foretold() -> None:
    found = Retention((Span(1, 1, 8, 0.75, 0.9), Span(31, 100_000, 2, 1.0, 0.8)), ())
    rows = text_of(kept_rows(found))
    assert "1 day" in rows[1] and "75% of 8, foretold 90%" in rows[1]
    assert "a month up" in rows[2]
    assert "nothing was asked again yet" in text_of(kept_rows(Retention((), ())))[1]


def test_fading_is_a_chart_once_something_was_learned() -> None:
    assert not fading_rows(Retention((), ()), 60, 8)
    rows = text_of(fading_rows(Retention((), ((0.0, 1.0), (60.0, 0.5))), 60, 8))
    assert "without reviews" in rows[1] and max(map(len, rows)) <= 60
