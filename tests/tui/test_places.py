"""The places of the app, by key and by mouse, in both languages."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from lhystudy import words
from lhystudy.store import attempts, lessons, notes, reviews
from lhystudy.study.desk import Desk
from lhystudy.tui.app import PLACES, StudyApp
from lhystudy.tui.place import Place
from lhystudy.tui.screens.course import Course
from lhystudy.tui.screens.help import Help
from lhystudy.tui.screens.quiz import Quiz
from lhystudy.tui.screens.search import Search
from lhystudy.tui.screens.workbench import Workbench
from lhystudy.tui.widgets.bars import KeyBar, TitleBar
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.tui.widgets.sheet import Editor, Gutter

SIZE = (80, 24)


async def until(pilot: Pilot[None], done: object, seconds: float = 30.0) -> None:
    """Lets the app run until `done()` holds. Fails when it does not within `seconds`."""
    assert callable(done)
    for _ in range(int(seconds / 0.05)):
        if done():
            return
        await pilot.pause(0.05)
    raise AssertionError("the app never came so far")


def text_on(place: Place) -> str:
    """All rows that a place shows, as text."""
    views = place.query(RowsView)
    return "\n".join("".join(run.text for run in row) for view in views for row in view.rows)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, (key, _, _) in PLACES.items()])
async def test_each_place_is_one_key_away(app: StudyApp, name: str, key: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert app.current_mode == name
        assert isinstance(app.screen, Place)


async def test_a_click_on_the_key_bar_is_the_key(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        shown = app.screen.query_one(KeyBar).render().plain  # type: ignore[union-attr]
        await pilot.click(KeyBar, offset=(shown.index("w derive") + 1, 0))
        await pilot.pause()
        assert app.current_mode == "workbench"


async def test_the_language_changes_live_everywhere(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        english = text_on(app.screen)  # type: ignore[arg-type]
        await pilot.press("L")
        await pilot.pause()
        assert words.language() == "zh"
        assert "复习" in text_on(app.screen)  # type: ignore[arg-type]
        await pilot.press("L")
        await pilot.pause()
        assert text_on(app.screen) == english  # type: ignore[arg-type]


async def test_the_app_opens_where_it_was_left(desk: Desk) -> None:
    async with StudyApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("P")
        await pilot.pause()
    again = StudyApp(desk)
    async with again.run_test(size=SIZE):
        assert again.current_mode == "progress"


async def test_help_names_the_keys_of_the_place(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        shown = "\n".join("".join(run.text for run in row) for row in app.screen.query_one(RowsView).rows)
        assert "review" in shown and "search" in shown
        await pilot.press("escape")
        await pilot.pause()
        assert app.current_mode == "today"


async def test_a_lesson_opens_from_today_and_keeps_its_place(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Course)
        await pilot.press("n", "n")
        await pilot.pause(0.2)
        course = app.screen
        assert course.material is not None
        kept = lessons.get(desk.store, course.material.lesson.id)
        assert kept is not None and kept.place == course.block_at_top()


async def test_the_other_language_opens_at_the_same_paragraph(app: StudyApp) -> None:
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("g", "n")
        await pilot.pause(0.2)
        course = app.screen
        assert isinstance(course, Course)
        block = course.block_at_top()
        await pilot.press("L")
        await pilot.pause(0.2)
        assert abs(course.block_at_top() - block) <= 1


async def test_a_question_is_answered_in_its_place(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        course = app.screen
        assert isinstance(course, Course) and course.page is not None
        targets = [part.target for part in course.page.parts]
        question = next(n for n, target in enumerate(targets) if target.startswith("question:"))
        before = len(course.page.rows)
        view = course.query_one("#page", RowsView)
        view.focus()
        view.current = question
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert len(course.page.rows) > before


async def test_an_answer_is_graded_kept_and_taken_back(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        quiz = app.screen
        assert isinstance(quiz, Quiz) and quiz.session is not None
        while quiz.typed_form or not quiz.choices:
            quiz.session = quiz.session.skip()
            quiz.ask()
        await pilot.press("1", "f1")
        await until(pilot, lambda: quiz.grade is not None)
        assert len(reviews.everything(desk.store)) == 1
        await pilot.press("u")
        await pilot.pause()
        assert reviews.everything(desk.store) == []


async def test_a_line_gets_its_verdict_in_the_gutter(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("w")
        await pilot.pause()
        bench = app.screen
        assert isinstance(bench, Workbench)
        bench.open("")
        editor = bench.query_one(Editor)
        editor.text = "(a + b)^2 = a^2 + 2 a b + b^2\n(a - b)^2 = a^2 - 2 a b - b^2\n"
        await until(pilot, lambda: bench.report is not None)
        verdicts = {n: line.verdict for n, line in bench.query_one(Gutter).verdicts.items()}
        assert verdicts == {1: "proved", 2: "refuted"}
        kept = attempts.last(desk.store, "")
        assert kept is not None and kept.status == "wrong"


async def test_a_named_symbol_is_completed_by_tab(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("w")
        await pilot.pause()
        editor = app.screen.query_one(Editor)
        editor.text = ""
        await pilot.press(*"\\alp", "tab")
        assert editor.text == "α"


async def test_search_finds_and_goes_there(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash")
        await pilot.pause()
        search = app.screen
        assert isinstance(search, Search)
        search.query_one(Input).value = "slope"
        await until(pilot, lambda: search.hits and search.query_one(OptionList).option_count)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert app.current_mode in ("course", "workbench", "lab")


async def test_a_doubt_is_kept_from_the_page(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        await pilot.press("m")
        await pilot.pause()
        app.screen.query_one("TextArea").text = "why?"  # type: ignore[attr-defined]
        await pilot.click("#doubt")
        await pilot.pause()
        assert [note.text for note in notes.open_doubts(desk.store)] == ["why?"]


async def test_a_broken_file_is_named_and_the_app_stays_open(app: StudyApp, desk: Desk) -> None:
    folder = desk.course.lessons[0].folder
    (folder / "derive.yaml").write_text("- id: [", encoding="utf-8")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.3)
        assert app.current_mode == "course"
        assert any("derive.yaml" in note.message for note in app._notifications)


async def test_the_title_bar_says_where_one_is(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("w")
        await pilot.pause()
        assert app.screen.query_one(TitleBar)._left.startswith("Workbench")


async def test_the_title_bar_counts_the_last_section_at_the_end_of_a_lesson(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        assert app.screen.query_one(TitleBar)._right.startswith("§ 1/2")
        await pilot.press("end")
        await pilot.pause(0.2)
        assert app.screen.query_one(TitleBar)._right.startswith("§ 2/2 · 100%")
