"""A sitting: asked in order, undone, missed items once more, and never anything lost."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lhystudy.quiz.forms import Grade
from lhystudy.quiz.session import Session, begin
from tests.quiz.test_kinds import item, judge

RIGHT = Grade(True, 1.0, "")
WRONG = Grade(False, 0.0, "")


def session(repeats: bool = True) -> Session:
    return begin([(item("sl-choice"), 0), (item("sl-number"), 4), (item("sl-multi"), 1)], repeats)


def test_it_asks_in_order_and_finishes() -> None:
    now = session()
    while now.current:
        now, grade = now.answer(now.current.drawn.right_response(), "certain", judge)
        assert grade.right
    assert now.finished and now.right == 3
    assert [one.asked.item.id for one in now.answered] == ["sl-choice", "sl-number", "sl-multi"]


def test_an_unreadable_response_leaves_it_as_it_was() -> None:
    before = session()
    after, grade = before.answer("nonsense", None, judge)
    assert grade.unreadable and after is before


def test_a_missed_item_comes_back_once_with_new_numbers() -> None:
    now = session().graded(0, None, RIGHT).graded("1", None, WRONG).graded([], None, RIGHT)
    assert now.current is not None
    assert (now.current.item.id, now.current.seed, now.current.again) == ("sl-number", 5, True)
    assert now.graded("1", None, WRONG).finished


def test_a_quiz_asks_each_item_once() -> None:
    now = session(repeats=False).graded(0, None, WRONG).graded("1", None, WRONG).graded([], None, WRONG)
    assert now.finished


def test_nothing_to_undo_is_no_error() -> None:
    assert session().undo() == session()


@given(st.lists(st.sampled_from(["right", "wrong", "undo", "skip"]), max_size=30), st.booleans())
def test_whatever_is_done_no_item_is_lost_and_undo_takes_back_one_answer(moves: list[str], repeats: bool) -> None:
    now = session(repeats)
    for move in moves:
        if move in ("right", "wrong") and now.current:
            after = now.graded(0, "think", RIGHT if move == "right" else WRONG)
            assert sorted(one.item.id for one in after.undo().waiting) == sorted(one.item.id for one in now.waiting)
            now = after
        elif move == "undo":
            count = len(now.answered)
            now = now.undo()
            assert len(now.answered) == max(0, count - 1)
        elif move == "skip":
            now = now.skip()
        ids: list[Any] = [one.item.id for one in now.waiting] + [one.asked.item.id for one in now.answered]
        assert set(ids) == {"sl-choice", "sl-number", "sl-multi"}
        assert len(ids) == now.length
        assert len([one for one in now.waiting if one.again]) <= 3
