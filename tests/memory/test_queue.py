"""What is due, in which order, how much a day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lhystudy.memory.queue import due, forecast, mixed, plan
from lhystudy.memory.schedule import Memory, recall

TODAY = date(2024, 3, 10)


def memory(stability: float, last: int, due_in: int) -> Memory:
    return Memory(stability, 5.0, TODAY + timedelta(days=due_in), TODAY - timedelta(days=last), 1, 0)


MEMORIES = {
    "fresh": memory(10, 1, 9),
    "fading": memory(10, 11, -1),
    "gone": memory(2, 60, -58),
    "today": memory(5, 5, 0),
}


def test_the_most_forgotten_comes_first_and_what_is_not_due_stays_out() -> None:
    assert due(MEMORIES, TODAY) == ["gone", "fading", "today"]


def test_a_backlog_is_capped_and_keeps_the_most_forgotten() -> None:
    backlog = {f"i{n}": memory(1 + n, 400, -10) for n in range(100)}
    planned = plan(backlog, [], {}, TODAY, cap=20)
    chances = [recall(backlog[item], TODAY) for item in planned]
    assert len(planned) == 20
    assert max(chances) <= min(recall(one, TODAY) for item, one in backlog.items() if item not in planned)


def test_new_items_come_after_the_due_ones_and_only_as_room_is_left() -> None:
    new = ["n1", "fresh", "n2", "n3"]
    assert plan(MEMORIES, new, {}, TODAY, cap=5, new_cap=10) == ["gone", "fading", "today", "n1", "n2"]
    assert plan(MEMORIES, new, {}, TODAY, cap=10, new_cap=1) == ["gone", "fading", "today", "n1"]
    assert plan(MEMORIES, new, {}, TODAY, cap=0, new_cap=5) == []


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_mixing_keeps_every_item_and_parts_neighbours_wherever_it_can(lessons: list[str]) -> None:
    items = [f"{n}" for n in range(len(lessons))]
    lesson_of = dict(zip(items, lessons, strict=True))
    order = mixed(items, lesson_of)
    assert sorted(order) == sorted(items)
    most = max((lessons.count(one) for one in set(lessons)), default=0)
    if most <= (len(lessons) + 1) // 2:
        assert all(lesson_of[one] != lesson_of[two] for one, two in pairwise(order))
    for lesson in set(lessons):
        mine = [item for item in order if lesson_of[item] == lesson]
        assert mine == sorted(mine, key=int)


def test_the_forecast_counts_what_is_overdue_today() -> None:
    assert forecast(MEMORIES, TODAY, 10) == [3, 0, 0, 0, 0, 0, 0, 0, 0, 1]
