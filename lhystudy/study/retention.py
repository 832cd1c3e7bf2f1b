"""How well what was learned is kept: measured by the stored reviews, and foretold for the days to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from lhystudy.course.index import lesson_of_items
from lhystudy.course.lesson import Course
from lhystudy.memory import schedule
from lhystudy.memory.schedule import Memory, day_of, recall
from lhystudy.store.db import Database
from lhystudy.study.review import learned

SPANS = ((1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 100_000))  # days between two answers to an item
AHEAD, STRIDE = 60, 3  # days foretold, and from one point of the curve to the next


@dataclass(frozen=True)
class Span:
    """The answers that came `first` to `last` days after the answer before. Shares are from 0 to 1."""

    first: int
    last: int
    asked: int
    right: float  # the share that was right
    expected: float  # the share that the schedule foretold


@dataclass(frozen=True)
class Retention:
    spans: tuple[Span, ...]  # those in which something was asked
    fading: tuple[tuple[float, float], ...]  # (days from today, share still remembered if nothing is reviewed)


def retention(course: Course, database: Database, now: datetime) -> Retention:
    """What the reviews of the course's items say. `now` brings the learner's time zone."""
    known, there = learned(database, now), lesson_of_items(course)
    memories: dict[str, Memory] = {}
    answers: list[tuple[int, bool, float]] = []  # days since the answer before, whether right, the chance foretold
    for one in known.reviews:
        if one.item not in there:
            continue
        day, before = day_of(one.at.astimezone(now.tzinfo)), memories.get(one.item)
        if before is not None and day > before.last:
            answers.append(((day - before.last).days, one.correct, recall(before, day)))
        memories[one.item] = schedule.review(before, schedule.rating_of(one.rating), day)
    return Retention(_spans(answers), _fading(memories, now))


def _spans(answers: list[tuple[int, bool, float]]) -> tuple[Span, ...]:
    found = []
    for first, last in SPANS:
        inside = [(right, chance) for days, right, chance in answers if first <= days <= last]
        if inside:
            found.append(Span(first, last, len(inside), fmean(r for r, _ in inside), fmean(c for _, c in inside)))
    return tuple(found)


def _fading(memories: dict[str, Memory], now: datetime) -> tuple[tuple[float, float], ...]:
    today = day_of(now)
    if not memories:
        return ()
    return tuple(
        (float(ahead), fmean(recall(one, today + timedelta(days=ahead)) for one in memories.values()))
        for ahead in range(0, AHEAD + 1, STRIDE)
    )
