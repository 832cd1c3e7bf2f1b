"""A quiz by key and by mouse: resumed, answered in every form, explained and rated."""

from textual.pilot import Pilot
from textual.widgets import Input

from lhystudy.store import reviews
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.tui.screens.course import Course
from lhystudy.tui.screens.quiz import Quiz
from lhystudy.tui.widgets.rows import RowsView
from tests.tui.test_places import SIZE, text_on, until
from tests.tui.test_ways import click_on

CHOICES = "items:sl-choice,sl-multi,sl-choice-2"


async def quiz_on(pilot: Pilot[None], desk: Desk, wanted: str) -> Quiz:
    desk.keep("quiz", wanted)
    await pilot.press("q")
    await pilot.pause(0.1)
    assert isinstance(pilot.app.screen, Quiz)
    return pilot.app.screen


async def test_a_half_done_quiz_goes_on_the_next_day(desk: Desk) -> None:
    app = StudyApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, CHOICES)
        await pilot.press("1", "f1")
        await until(pilot, lambda: quiz.grade is not None)
    again = StudyApp(desk)
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        quiz = again.screen  # type: ignore[assignment]
        assert isinstance(quiz, Quiz) and quiz.session is not None
        assert [one.item.id for one in quiz.session.waiting] == ["sl-multi", "sl-choice-2"]


async def test_a_quiz_is_done_with_the_mouse_alone(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, CHOICES)
        view = quiz.query_one("#item", RowsView)
        await click_on(pilot, view, "pick:1")
        assert quiz.picked == [1]
        await click_on(pilot, view, "sure:certain")
        await until(pilot, lambda: quiz.grade is not None)
        assert quiz.session is not None and quiz.session.answered[0].confidence == "certain"
        await click_on(pilot, view, "next:")
        assert quiz.grade is None and quiz.session.current is not None
        assert quiz.session.current.item.id == "sl-multi"


async def test_arrows_pick_and_enter_answers(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, CHOICES)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: quiz.grade is not None)
        assert quiz.session is not None and quiz.session.answered[0].response == 1


async def test_feedback_opens_what_explains_it(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, "items:sl-multi")
        await pilot.press("2", "enter")
        await until(pilot, lambda: quiz.grade is not None)
        await pilot.press("e")
        await pilot.pause(0.3)
        assert isinstance(app.screen, Course)
        assert "misconception:m-900" in app.screen.opened


async def test_steps_are_put_in_order_by_their_keys(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, "items:sl-order")
        await pilot.press("2", "1", "3")
        assert quiz.picked == [1, 0, 2]
        assert "2 #1" in text_on(quiz)


async def test_a_fraction_is_typed_as_an_answer(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, "items:sl-number-2")
        await pilot.press("1", "/", "4")
        assert quiz.query_one("#typed", Input).value == "1/4"
        assert app.screen is quiz


async def test_an_answer_is_rated_anew_by_key_and_by_mouse(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, CHOICES)
        await pilot.press("2", "f3")
        await until(pilot, lambda: quiz.answered)
        (kept,) = reviews.everything(desk.store)
        assert f"● {kept.rating} " in text_on(quiz)
        await pilot.press("2")
        await pilot.pause()
        assert "● 2 hard" in text_on(quiz)
        assert [one.rating for one in reviews.everything(desk.store)] == [2]
        await click_on(pilot, quiz.query_one(RowsView), "rate:1")
        assert "● 1 again" in text_on(quiz)
        assert [one.rating for one in reviews.everything(desk.store)] == [1]


async def test_feedback_changes_its_language_with_the_app(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        quiz = await quiz_on(pilot, desk, CHOICES)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: quiz.grade is not None)
        first = quiz.grade.feedback if quiz.grade else ""
        await pilot.press("L")
        await until(pilot, lambda: quiz.grade is not None and quiz.grade.feedback != first)
        assert quiz.grade is not None and quiz.grade.feedback in text_on(quiz)
        assert quiz.session is not None and len(quiz.session.answered) == 1
        await pilot.press("L")
        await until(pilot, lambda: quiz.grade is not None and quiz.grade.feedback == first)
