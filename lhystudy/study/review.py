"""Quiz and review: which items to ask, and an answer -> grade -> rating -> kept -> next date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from lhystudy.course.index import contents, lesson_of_items
from lhystudy.course.load import read_lesson
from lhystudy.memory import queue, schedule
from lhystudy.memory.schedule import Memory, Rating, day_of
from lhystudy.store import lessons as lesson_table
from lhystudy.store import reviews as review_table
from lhystudy.store import settings
from lhystudy.store.reviews import Review

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course, Lesson
    from lhystudy.course.parts import Material
    from lhystudy.quiz.item import Item
    from lhystudy.quiz.session import Answered, Session
    from lhystudy.store.db import Database

DAILY_CAP = 30  # reviews a day, so that a backlog after a break stays bearable
DAILY_NEW = 10  # items a day that were never asked before


@dataclass(frozen=True)
class Kept:
    """What became of an answer: the stored review and its rating, and when the item is due again."""

    review: int
    item: str
    rating: Rating
    memory: Memory


@dataclass(frozen=True)
class Learned:
    """What the stored reviews come to, item by item."""

    reviews: tuple[Review, ...]
    memories: dict[str, Memory]
    times: dict[str, int]  # how often each item was asked
    last_right: dict[str, bool]
    today: int  # reviews done today


def learned(database: Database, now: datetime) -> Learned:
    """Replays every stored review. `now` brings the learner's time zone.

    A review of a day to come was dated by a clock that has jumped back since: it counts once that day is here.
    """
    today = day_of(now)
    memories: dict[str, Memory] = {}
    times: dict[str, int] = {}
    last_right: dict[str, bool] = {}
    done_today = 0
    reviews = review_table.everything(database)
    for one in reviews:
        day = day_of(one.at.astimezone(now.tzinfo))
        if day <= today:
            memories[one.item] = schedule.review(memories.get(one.item), schedule.rating_of(one.rating), day)
        times[one.item] = times.get(one.item, 0) + 1
        last_right[one.item] = one.correct
        done_today += day == today
    return Learned(tuple(reviews), memories, times, last_right, done_today)


def keep(database: Database, answered: Answered, seconds: float, now: datetime) -> Kept:
    """Stores an answer and says when its item is due again."""
    rating = schedule.rate(answered.grade.right, answered.confidence)
    item = answered.asked.item.id
    row = Review(
        item=item,
        seed=answered.asked.seed,
        response=answered.response,
        correct=answered.grade.right,
        share=answered.grade.share,
        confidence=answered.confidence,
        rating=rating,
        seconds=seconds,
        at=now,
    )
    return _kept(database, review_table.add(database, row), item, rating, now)


def rate_anew(database: Database, kept: Kept, rating: Rating, now: datetime) -> Kept:
    """The kept answer with the learner's own rating in place of the one that followed from it."""
    review_table.rate(database, kept.review, rating)
    return _kept(database, kept.review, kept.item, rating, now)


def _kept(database: Database, review: int, item: str, rating: Rating, now: datetime) -> Kept:
    reviews = review_table.of_item(database, item)
    memory = schedule.replay((schedule.rating_of(one.rating), _day(one.at, now)) for one in reviews)
    assert memory is not None
    return Kept(review, item, rating, memory)


def take_back(database: Database, kept: Kept) -> None:
    """Removes a stored answer that the learner undid."""
    review_table.remove(database, kept.review)


def _day(at: datetime, now: datetime) -> date:
    return day_of(at.astimezone(now.tzinfo))


def due_items(course: Course, known: Learned, now: datetime) -> list[str]:
    """The items of the course that are due, the most forgotten first."""
    there = lesson_of_items(course)
    return queue.due({item: memory for item, memory in known.memories.items() if item in there}, day_of(now))


def review_session(course: Course, database: Database, now: datetime) -> Session:
    """Today's reviews under the daily cap, then new items of what was read. Missed items come back at the end."""
    known = learned(database, now)
    there = lesson_of_items(course)
    memories = {item: memory for item, memory in known.memories.items() if item in there}
    cap = max(0, int(settings.get(database, "daily_reviews", DAILY_CAP)) - known.today)
    new_cap = int(settings.get(database, "daily_new", DAILY_NEW))
    planned = queue.plan(memories, unseen(course, database, known), there, day_of(now), cap, new_cap)
    return _session(course, planned, there, known, repeats=True)


def quiz_session(
    course: Course, database: Database, now: datetime, lesson: Lesson | None, count: int, due_only: bool = False
) -> Session:
    """A quiz on a lesson, or on everything that was read: the due first, then the new, then the weakest."""
    known = learned(database, now)
    there = lesson_of_items(course)
    pool = set(contents(lesson).items) if lesson else set(there)
    due = [item for item in due_items(course, known, now) if item in pool]
    chosen = queue.mixed(due, there)
    if not due_only:
        new = contents(lesson).items if lesson else unseen(course, database, known)
        chosen += [item for item in new if item not in known.memories]
        rest = [item for item in pool & known.memories.keys() if item not in due]
        today = day_of(now)
        chosen += sorted(rest, key=lambda item: (schedule.recall(known.memories[item], today), item))
    return _session(course, chosen[:count], there, known)


def item_session(course: Course, database: Database, now: datetime, items: Iterable[str]) -> Session:
    """A quiz on the items named, in their order; names that are none are left out."""
    there = lesson_of_items(course)
    return _session(course, [item for item in items if item in there], there, learned(database, now))


def unseen(course: Course, database: Database, known: Learned) -> list[str]:
    """Items never asked, of the headings that were read to their end."""
    read = lesson_table.everything(database)
    found: list[str] = []
    for lesson in course.lessons:
        if lesson.id not in read or not set(contents(lesson).items) - known.memories.keys():
            continue
        seen = read[lesson.id].seen
        material, _ = read_lesson(lesson)
        found += [x.id for x in material.items if x.id not in known.memories and x.heading in seen]
    return found


def _session(
    course: Course, chosen: Iterable[str], there: dict[str, str], known: Learned, repeats: bool = False
) -> Session:
    """Opens only the lessons that are asked about. An item that has become unreadable is left out."""
    from lhystudy.quiz.session import begin  # what is due is known without any quiz

    materials: dict[str, Material] = {}
    asked: list[tuple[Item, int]] = []
    for name in chosen:
        lesson = there[name]
        if lesson not in materials:
            materials[lesson] = read_lesson(course.lesson(lesson))[0]
        item = materials[lesson].item(name)
        if item is not None:
            asked.append((item, known.times.get(name, 0)))
    return begin(asked, repeats)
