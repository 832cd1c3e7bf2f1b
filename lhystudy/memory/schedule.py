"""When an item is due again: FSRS-6 (py-fsrs) with the clock as an argument and no chance in it.

The stored reviews are the truth; what is remembered of an item is replayed from them. Time is counted in days of
the learner's own clock, so that what was learned in the evening can be due in the morning.
Source of the algorithm: open-spaced-repetition, "The Algorithm", FSRS-6 with its default parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

Rating = Literal[1, 2, 3, 4]  # again, hard, good, easy
RETENTION = 0.9  # the chance of recall at which an item is due
LONGEST = 365  # days between two reviews; a course is not kept for decades
DAY_BEGINS = timedelta(hours=4)  # who studies past midnight is still in the day before


@dataclass(frozen=True)
class Memory:
    """How well an item is remembered. Stability is in days, difficulty from 1 to 10."""

    stability: float
    difficulty: float
    due: date
    last: date
    reviews: int
    lapses: int  # reviews that were wrong


def day_of(moment: datetime) -> date:
    """The day of study that a moment belongs to, by the clock of the moment's own time zone."""
    return (moment - DAY_BEGINS).date()


def rate(correct: bool, confidence: str | None) -> Rating:
    """The rating of a response: wrong is again; right is hard for a guess, easy for a certainty, else good."""
    if not correct:
        return 1
    match confidence:
        case "guess":
            return 2
        case "certain":
            return 4
        case _:
            return 3


def rating_of(number: int) -> Rating:
    """The rating that a stored number stands for; one out of range counts as the nearest."""
    return cast(Rating, min(max(number, 1), 4))


@lru_cache(maxsize=1)
def _scheduler() -> Any:
    """Days only: what was missed comes back within the session, so there are no steps of minutes."""
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )


def review(memory: Memory | None, rating: Rating, today: date) -> Memory:
    """What is remembered after a review; `memory` is None for the first one."""
    from fsrs import Rating as FsrsRating

    if memory is not None:
        today = max(today, memory.last)  # a clock set back must not undo what was learned
    card, _ = _scheduler().review_card(_card(memory, today), FsrsRating(rating), _moment(today))
    return Memory(
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due.date(),
        last=today,
        reviews=1 + (memory.reviews if memory else 0),
        lapses=int(rating == 1) + (memory.lapses if memory else 0),
    )


def replay(reviews: Iterable[tuple[Rating, date]]) -> Memory | None:
    """What is remembered after the reviews (rating, day) in the order given; None when there are none."""
    memory: Memory | None = None
    for rating, day in reviews:
        memory = review(memory, rating, day)
    return memory


def recall(memory: Memory, today: date) -> float:
    """The chance, from 0 to 1, that the item is recalled today."""
    return float(_scheduler().get_card_retrievability(_card(memory, today), _moment(today)))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _card(memory: Memory | None, today: date) -> Any:
    """The card of py-fsrs with every field given, so that it reads no clock."""
    from fsrs import Card, State

    if memory is None:
        return Card(card_id=0, due=_moment(today))
    return Card(
        card_id=0,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=_moment(memory.due),
        last_review=_moment(memory.last),
    )
