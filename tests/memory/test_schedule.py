"""The schedule against py-fsrs itself, against the published formulas, and at its edges."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.memory.schedule import LONGEST, Memory, day_of, rate, recall, replay, review

DAY = date(2024, 3, 1)
ratings = st.sampled_from([1, 2, 3, 4])
# Default parameters of FSRS-6 as published by open-spaced-repetition: first stabilities w0..w3, decay w20.
FIRST_STABILITY = {1: 0.212, 2: 1.2931, 3: 2.3065, 4: 8.2956}
DECAY = 0.1542


def reviewed(*steps: tuple[Any, int]) -> Memory:
    """What is remembered after ratings at days counted from DAY."""
    memory = replay((rating, DAY + timedelta(days=day)) for rating, day in steps)
    assert memory is not None
    return memory


def oracle(steps: list[tuple[int, int]]) -> Card:
    """The same by py-fsrs as it comes, without fuzz and steps of minutes."""
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=LONGEST)
    card = Card()
    for rating, day in steps:
        moment = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=day)
        card, _ = scheduler.review_card(card, Rating(rating), moment)
    return card


@given(st.lists(st.tuples(ratings, st.integers(0, 40)), min_size=1, max_size=12))
def test_any_history_comes_to_what_fsrs_makes_of_it(history: list[tuple[int, int]]) -> None:
    day, steps = 0, []
    for rating, gap in history:
        day += gap
        steps.append((rating, day))
    memory, card = reviewed(*steps), oracle(steps)
    assert memory.stability == pytest.approx(card.stability)
    assert memory.difficulty == pytest.approx(card.difficulty)
    assert memory.due == card.due.date()


@pytest.mark.parametrize(("rating", "days"), [(1, 1), (2, 1), (3, 2), (4, 8)])
def test_the_first_interval_is_the_published_stability_rounded(rating: Any, days: int) -> None:
    memory = reviewed((rating, 0))
    assert memory.stability == pytest.approx(FIRST_STABILITY[rating])
    assert (memory.due - DAY).days == days


def test_intervals_of_good_answers_on_time_grow_as_published() -> None:
    # py-fsrs's own published history for six Goods is 0, 2, 11, 46, 163, 498; its 0 is the step of ten minutes
    # which is left out here, and 365 is the longest interval here.
    gaps, day = [], DAY
    memory: Memory | None = None
    for _ in range(5):
        memory = review(memory, 3, day)
        gaps.append((memory.due - day).days)
        day = memory.due
    assert gaps == [2, 11, 46, 163, LONGEST]


@given(st.floats(0.5, 300), st.integers(0, 1000))
def test_recall_follows_the_published_forgetting_curve(stability: float, days: int) -> None:
    memory = Memory(stability, 5.0, DAY, DAY, 1, 0)
    factor = 0.9 ** (-1 / DECAY) - 1
    assert recall(memory, DAY + timedelta(days=days)) == pytest.approx((1 + factor * days / stability) ** -DECAY)


def test_recall_at_the_stability_is_ninety_per_cent() -> None:
    assert recall(Memory(10.0, 5.0, DAY, DAY, 1, 0), DAY + timedelta(days=10)) == pytest.approx(0.9)


@given(st.lists(st.tuples(ratings, st.integers(0, 60)), min_size=1, max_size=8), st.integers(0, 60))
def test_a_better_rating_is_never_due_earlier(history: list[tuple[Any, int]], gap: int) -> None:
    day = DAY
    memory: Memory | None = None
    for rating, days in history:
        day += timedelta(days=days)
        memory = review(memory, rating, day)
    day += timedelta(days=gap)
    dues = [review(memory, rating, day).due for rating in (1, 2, 3, 4)]
    assert dues == sorted(dues)
    assert all(timedelta(days=1) <= due - day <= timedelta(days=LONGEST) for due in dues)


def test_a_clock_set_back_does_no_harm() -> None:
    memory = reviewed((3, 0), (3, 2))
    assert review(memory, 3, DAY - timedelta(days=300)) == review(memory, 3, memory.last)


def test_lapses_and_reviews_are_counted() -> None:
    memory = reviewed((3, 0), (1, 2), (1, 3), (4, 4))
    assert (memory.reviews, memory.lapses) == (4, 2)


def test_nothing_reviewed_is_nothing_remembered() -> None:
    assert replay([]) is None


@pytest.mark.parametrize(
    ("correct", "confidence", "rating"),
    [(False, c, 1) for c in ("guess", "think", "certain", None)]
    + [(True, "guess", 2), (True, "think", 3), (True, None, 3), (True, "certain", 4)],
)
def test_the_rating_follows_from_correctness_and_confidence(correct: bool, confidence: str, rating: int) -> None:
    assert rate(correct, confidence) == rating


def test_the_day_begins_at_four_in_the_learners_own_time() -> None:
    taipei = timezone(timedelta(hours=8))
    assert day_of(datetime(2024, 3, 2, 3, 59, tzinfo=taipei)) == date(2024, 3, 1)
    assert day_of(datetime(2024, 3, 2, 4, 0, tzinfo=taipei)) == date(2024, 3, 2)


def test_every_pair_of_ratings_gives_a_finite_memory() -> None:
    for first, second in product((1, 2, 3, 4), repeat=2):
        memory = reviewed((first, 0), (second, 0))
        assert 0 < memory.stability < 1000 and 1 <= memory.difficulty <= 10
