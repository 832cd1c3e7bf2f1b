"""An answer -> grade -> rating -> kept -> next date, and which items a sitting asks."""

from datetime import UTC, datetime, timedelta

from lhystudy.course.lesson import Course
from lhystudy.course.load import open_lesson
from lhystudy.memory.schedule import day_of
from lhystudy.quiz.forms import Confidence, Grade
from lhystudy.quiz.session import Session
from lhystudy.store import reviews, settings
from lhystudy.store.db import Database
from lhystudy.study.progress import mark_opened, mark_read
from lhystudy.study.review import keep, learned, quiz_session, rate_anew, review_session, take_back

NOW = datetime(2024, 3, 10, 9, tzinfo=UTC)
RIGHT = Grade(True, 1.0, "")
WRONG = Grade(False, 0.0, "")


def answer(store: Database, session: Session, grade: Grade, at: datetime, sure: Confidence = "think") -> Session:
    session = session.graded(0, sure, grade)
    keep(store, session.answered[-1], 5.0, at)
    return session


def asked(session: Session) -> list[str]:
    return [one.item.id for one in session.waiting]


def test_a_right_answer_is_kept_and_due_days_later(course: Course, store: Database) -> None:
    session = quiz_session(course, store, NOW, course.lesson("slopes"), 3)
    after = session.graded(1, "certain", RIGHT)
    kept = keep(store, after.answered[-1], 7.5, NOW)
    (row,) = reviews.everything(store)
    assert (row.item, row.rating, row.seconds, row.response) == ("sl-choice", 4, 7.5, 1)
    assert kept.memory.due == day_of(NOW) + timedelta(days=8)


def test_the_learners_own_rating_takes_the_place_of_the_one_that_followed(course: Course, store: Database) -> None:
    session = quiz_session(course, store, NOW, course.lesson("slopes"), 3).graded(1, "certain", RIGHT)
    kept = keep(store, session.answered[-1], 1.0, NOW)
    hard = rate_anew(store, kept, 2, NOW)
    (row,) = reviews.everything(store)
    assert (row.rating, row.correct, row.confidence) == (2, True, "certain")
    assert hard.memory.due < kept.memory.due
    assert learned(store, NOW).memories["sl-choice"] == hard.memory
    assert rate_anew(store, hard, 4, NOW) == kept


def test_an_answer_taken_back_leaves_no_trace(course: Course, store: Database) -> None:
    session = quiz_session(course, store, NOW, course.lesson("slopes"), 3).graded(1, None, WRONG)
    take_back(store, keep(store, session.answered[-1], 1.0, NOW))
    assert reviews.everything(store) == []


def test_a_lessons_quiz_begins_with_the_new_in_the_order_of_the_file(course: Course, store: Database) -> None:
    session = quiz_session(course, store, NOW, course.lesson("slopes"), 3)
    assert asked(session) == ["sl-choice", "sl-number", "sl-shape"]


def test_due_items_come_first_in_a_quiz_and_numbers_are_drawn_anew(course: Course, store: Database) -> None:
    lesson = course.lesson("slopes")
    session = quiz_session(course, store, NOW, lesson, 2)
    session = answer(store, session, RIGHT, NOW)
    answer(store, session, WRONG, NOW)
    tomorrow = NOW + timedelta(days=1)
    again = quiz_session(course, store, tomorrow, lesson, 3)
    assert asked(again) == ["sl-number", "sl-shape", "sl-number-2"]
    assert again.waiting[0].seed == 1
    assert asked(quiz_session(course, store, tomorrow, lesson, 9, due_only=True)) == ["sl-number"]


def test_what_is_neither_due_nor_new_comes_last_the_weakest_first(course: Course, store: Database) -> None:
    lesson = course.lesson("slopes")
    session = quiz_session(course, store, NOW, lesson, 10)
    thought = asked(session)[1::2]
    for sure in ("certain", "think") * 5:
        session = answer(store, session, RIGHT, NOW, sure)
    later = quiz_session(course, store, NOW + timedelta(days=1), lesson, 10)
    assert sorted(asked(later)[:5]) == sorted(thought)  # what was thought is remembered less long than what was certain
    assert len(asked(later)) == 10


def test_review_asks_nothing_of_what_was_never_read(course: Course, store: Database) -> None:
    mark_opened(store, course.lesson("slopes"), NOW)
    assert review_session(course, store, NOW).finished


def test_review_brings_the_due_then_new_items_of_what_was_read(course: Course, store: Database) -> None:
    material = open_lesson(course.lesson("slopes"))
    mark_read(store, material, NOW)
    answer(store, quiz_session(course, store, NOW, course.lesson("slopes"), 1), WRONG, NOW)
    settings.put(store, "daily_new", 3)
    session = review_session(course, store, NOW + timedelta(days=1))
    assert asked(session) == ["sl-choice", "sl-number", "sl-shape", "sl-number-2"]
    assert session.repeats


def test_the_daily_cap_counts_what_was_done_today(course: Course, store: Database) -> None:
    mark_read(store, open_lesson(course.lesson("slopes")), NOW)
    settings.put(store, "daily_reviews", 4)
    session = review_session(course, store, NOW)
    assert len(asked(session)) == 4
    session = answer(store, session, RIGHT, NOW)
    answer(store, session, RIGHT, NOW)
    assert len(asked(review_session(course, store, NOW))) == 2


def test_a_removed_item_is_forgotten_by_the_queue_and_kept_in_the_store(course: Course, store: Database) -> None:
    answer(store, quiz_session(course, store, NOW, course.lesson("slopes"), 1), WRONG, NOW)
    quiz = course.lesson("slopes").folder / "quiz.yaml"
    quiz.write_text(quiz.read_text("utf-8").replace("id: sl-choice\n", "id: sl-other\n"), encoding="utf-8")
    session = review_session(course, store, NOW + timedelta(days=3))
    assert "sl-choice" not in asked(session)
    assert "sl-choice" in learned(store, NOW).memories


def test_reviews_are_replayed_by_the_learners_own_days(store: Database) -> None:
    evening = datetime(2024, 3, 10, 23, tzinfo=UTC)
    row = reviews.Review("x", 0, 0, True, 1.0, None, 3, 1.0, evening)
    reviews.add(store, row)
    reviews.add(store, reviews.Review("x", 0, 0, True, 1.0, None, 3, 1.0, evening + timedelta(hours=10)))
    known = learned(store, evening + timedelta(days=2))
    assert known.memories["x"].last - day_of(evening) == timedelta(days=1)
    assert known.times["x"] == 2 and known.last_right["x"]
