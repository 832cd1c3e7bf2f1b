"""What is read, right, due and weak, and the best next thing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lhystudy.course.index import contents
from lhystudy.course.lesson import Course
from lhystudy.course.load import load_course, open_lesson
from lhystudy.errors import MissingError
from lhystudy.store import attempts, lessons, notes, reviews
from lhystudy.store.db import Database
from lhystudy.study.progress import Next, Progress, choose_route, mark_opened, mark_read, next_thing, progress
from tests.samples import write_course

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)


def review(store: Database, item: str, correct: bool, at: datetime = NOW, rating: int = 3) -> None:
    row = reviews.Review(item, 0, 0, correct, float(correct), None, rating if correct else 1, 60.0, at)
    reviews.add(store, row)


def found(course: Course, store: Database, days: int = 0) -> Progress:
    return progress(course, store, NOW + timedelta(days=days))


def test_a_beginner_is_sent_to_the_first_lesson_of_the_route(course: Course, store: Database) -> None:
    now = found(course, store)
    assert next_thing(now) == Next("lesson", "slopes")
    assert (now.route_done, now.streak, now.due) == ((0, 2), 0, ())


def test_due_reviews_come_before_an_open_derivation_and_that_before_a_lesson(
    course: Course,
    store: Database,
) -> None:
    mark_opened(store, course.lesson("slopes"), NOW)
    assert next_thing(found(course, store)) == Next("lesson", "slopes")
    attempts.add(store, "square", "dL/dw = 2 (w x) x", "incomplete", {"lines": []}, 0, NOW)
    assert next_thing(found(course, store)) == Next("derivation", "square")
    review(store, "sl-choice", False)
    assert next_thing(found(course, store)) == Next("derivation", "square")
    assert next_thing(found(course, store, days=1)) == Next("review", count=1)


def test_a_completed_or_empty_attempt_is_not_open(course: Course, store: Database) -> None:
    attempts.add(store, "square", " ", "incomplete", {"lines": []}, 0, NOW)
    assert found(course, store).open_derivation is None
    attempts.add(store, "square", "x", "incomplete", {"lines": []}, 0, NOW)
    attempts.add(store, "square", "x", "complete", {"lines": []}, 0, NOW)
    now = found(course, store)
    assert now.open_derivation is None
    assert now.lessons[0].derived == 1


def test_all_done_is_nothing_next(course: Course, store: Database) -> None:
    mark_read(store, open_lesson(course.lesson("slopes")), NOW)
    now = found(course, store)
    assert next_thing(now) == Next("nothing")
    assert now.lessons[0].done and now.lessons[0].read == 1 and now.lessons[0].minutes_left == 0


def test_reading_half_of_the_headings_is_half(course: Course, store: Database) -> None:
    lessons.put(store, lessons.Reading("slopes", NOW, seen=("problem", "gone-heading")))
    one = found(course, store).lessons[0]
    assert one.read == 0.5 and one.minutes_left == 10


def test_mastery_is_the_chance_of_answering_an_item_right(course: Course, store: Database) -> None:
    for item in ("sl-choice", "sl-number"):
        review(store, item, True)
    review(store, "sl-shape", False)
    one = found(course, store).lessons[0]
    assert (one.tried, one.right, one.items) == (3, 2, 10)
    assert one.mastery == pytest.approx(0.2)
    assert 0.1 < found(course, store, days=30).lessons[0].mastery < 0.19


def test_weak_spots_are_items_missed_and_mistakes_repeated(course: Course, store: Database) -> None:
    review(store, "sl-choice", False, NOW - timedelta(days=1))
    review(store, "sl-choice", False)
    review(store, "sl-number", True)
    report = {"lines": [{"mistake": "sign"}, {"mistake": None}]}
    for _ in range(3):
        attempts.add(store, "square", "x", "wrong", report, 0, NOW)
    weak = found(course, store).weak
    assert [(one.kind, one.name, one.lesson, one.times) for one in weak] == [
        ("mistake", "sign", "slopes", 3),
        ("item", "sl-choice", "slopes", 2),
    ]


def test_the_streak_counts_days_up_to_yesterday_until_today_is_over(course: Course, store: Database) -> None:
    for back in (1, 2, 3, 5):
        review(store, "sl-choice", True, NOW - timedelta(days=back))
    now = found(course, store)
    assert now.streak == 3
    assert now.days == (0, 1, 0, 1, 1, 1, 0)
    review(store, "sl-choice", True, NOW)
    assert found(course, store).streak == 4
    assert found(course, store).minutes_today == pytest.approx(1.0)


def test_doubts_that_are_open_are_counted(course: Course, store: Database) -> None:
    number = notes.add(store, "doubt", "why?", NOW)
    assert len(found(course, store).doubts) == 1
    notes.resolve(store, number, NOW)
    assert not found(course, store).doubts


def test_a_route_is_chosen_once_and_kept(course: Course, store: Database) -> None:
    with pytest.raises(MissingError):
        choose_route(course, store, "no-route")
    choose_route(course, store, "main-route")
    chosen = found(course, store).route
    assert chosen is not None and chosen.id == "main-route"


def test_a_folder_without_routes_leads_through_its_lessons(tmp_path: Path, store: Database) -> None:
    write_course(tmp_path / "other")
    (tmp_path / "other" / "routes.yaml").unlink()
    assert next_thing(progress(load_course(tmp_path / "other"), store, NOW)) == Next("lesson", "slopes")


def test_a_route_with_derivations_first_offers_those_of_a_lesson_before_its_text(
    tmp_path: Path, store: Database
) -> None:
    write_course(tmp_path / "exam")
    file = tmp_path / "exam" / "routes.yaml"
    file.write_text(file.read_text("utf-8").replace("    lessons:", "    first: derivations\n    lessons:"), "utf-8")
    course = load_course(tmp_path / "exam")
    waiting = contents(course.lesson("slopes")).derivations

    for name in waiting:
        assert next_thing(found(course, store)) == Next("derivation", name)
        attempts.add(store, name, "dL/dw = 2 (w x) x", "complete", {"lines": []}, 0, NOW)
    assert waiting and next_thing(found(course, store)) == Next("lesson", "slopes")
