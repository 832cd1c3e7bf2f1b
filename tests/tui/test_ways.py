"""What the places let one do: guess, resume, begin with blanks, look up, by key and by mouse."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Tree

from lhystudy import words
from lhystudy.draw.width import width
from lhystudy.lab.events import Start, to_json
from lhystudy.store import attempts, claims, notes, runs
from lhystudy.store.lessons import everything as readings
from lhystudy.study.desk import Desk
from lhystudy.study.progress import active_route, progress
from lhystudy.tui.app import PLACES, StudyApp
from lhystudy.tui.dialog import Dialog
from lhystudy.tui.place import Place
from lhystudy.tui.screens.choose import Choose
from lhystudy.tui.screens.course import Course
from lhystudy.tui.screens.lab import Lab
from lhystudy.tui.screens.search import Search
from lhystudy.tui.screens.workbench import Workbench
from lhystudy.tui.widgets.bars import KeyBar, TitleBar
from lhystudy.tui.widgets.form import Field
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.tui.widgets.sheet import Editor
from tests.tui.pictures import picture
from tests.tui.test_places import SIZE, text_on, until


async def click_on(pilot: Pilot[None], view: RowsView, target: str) -> None:
    """Clicks in the middle of the spot of this target."""
    spot = next(one for one in view.spots if one.target.startswith(target))
    right = min(spot.right, view.size.width)
    gutter = view.gutter
    offset = (gutter.left + (spot.left + right) // 2, gutter.top + spot.first - view.scroll_offset.y)
    await pilot.click(view, offset=offset)
    await pilot.pause(0.1)


# ---- lab ----


async def open_lab(pilot: Pilot[None], desk: Desk) -> Lab:
    desk.keep("experiment", "code-length")
    await pilot.press("l")
    lab = pilot.app.screen
    assert isinstance(lab, Lab)
    await until(pilot, lambda: lab.card is not None and lab.query(Field))
    return lab


async def test_what_is_expected_is_kept_beside_what_came(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        assert lab.card is not None
        claim = lab.card.claims[0].id
        await pilot.press("tab", "enter")
        assert lab.guesses == {claim: "holds"}
        await pilot.press("ctrl+r")
        await until(pilot, lambda: lab.record.result is not None and lab.watched is None, 120)
        assert "you said: it holds" in text_on(lab).replace("\n   ", " ")
        kept = {one.claim: one.predicted for one in claims.of_run(desk.store, runs.recent(desk.store)[0].id)}
        assert kept[claim] == "holds"
        await pilot.press("n")
        assert lab.guesses == {} and lab.record.start is None


async def test_a_click_changes_the_guess(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        assert lab.card is not None
        claim = lab.card.claims[0].id
        for guess in ("holds", "fails", "unsure", "holds"):
            await click_on(pilot, lab.query_one("#outcome", RowsView), claim)
            assert lab.guesses[claim] == guess


async def test_the_focused_field_is_explained_in_both_languages(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        field = lab.query(Field).first()
        field.query_one(Input).focus()
        await pilot.pause()
        assert field.parameter.en in str(lab.query_one("#help").render())
        app.action_switch_language()
        await pilot.pause()
        assert field.parameter.zh in str(lab.query_one("#help").render())


async def test_a_value_out_of_range_is_named_and_nothing_starts(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        lab.query(Field).last().query_one(Input).value = "[none]"
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert lab.watched is None
        assert "seeds" in str(lab.query_one("#help").render())


async def test_leaving_in_the_middle_of_a_run_stops_it_and_keeps_it(desk: Desk) -> None:
    app = StudyApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: lab.record.start is not None, 60)
    assert runs.recent(desk.store)[0].status in ("stopped", "done")


async def test_the_run_is_saved_as_a_picture(app: StudyApp, desk: Desk, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await open_lab(pilot, desk)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: lab.record.result is not None and lab.watched is None, 120)
        await pilot.press("p")
        folder = tmp_path / "home" / "pictures"
        await until(pilot, lambda: list(folder.glob("code-length-*.png")), 120)
        await until(pilot, lambda: any("pictures" in note.message for note in app._notifications), 120)


# ---- workbench ----


async def open_bench(pilot: Pilot[None], name: str) -> Workbench:
    await pilot.press("w")
    await pilot.pause()
    bench = pilot.app.screen
    assert isinstance(bench, Workbench)
    bench.open(name)
    return bench


async def choose(pilot: Pilot[None], name: str) -> None:
    """Takes the option of this name in the dialog that is open."""
    dialog = pilot.app.screen
    assert isinstance(dialog, Choose)
    options = dialog.query_one(OptionList)
    options.highlighted = options.get_option_index(name)
    await pilot.press("enter")
    await pilot.pause()


async def test_the_model_fades_and_never_counts_as_ones_own(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "square")
        editor = bench.query_one(Editor)
        await pilot.press("f4")
        await pilot.pause()
        await choose(pilot, "blanks:0")
        assert editor.text.splitlines()[1:] == ["dL/dw = 2 (w x) x", "# ? collect"]
        assert editor.cursor_location == (2, 0)
        editor.text = editor.text.replace("# ? collect", "= 2 w x^2")
        await until(pilot, lambda: bench.report is not None and bench.report.goal_reached)
        kept = attempts.last(desk.store, "square")
        assert kept is not None and kept.status == "incomplete"
        standing = progress(desk.course, desk.store, datetime.now(UTC))
        assert standing.lessons[0].derived == 0


async def test_an_earlier_attempt_is_taken_up_again(app: StudyApp, desk: Desk) -> None:
    number = attempts.add(desk.store, "square", "dL/dw = 2 w x^2", "incomplete", {}, 0, datetime.now(UTC))
    attempts.add(desk.store, "square", "dL/dw = 2 w", "wrong", {}, 0, datetime.now(UTC))
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "square")
        assert bench.query_one(Editor).text == "dL/dw = 2 w"
        await pilot.press("f4")
        await pilot.pause()
        await choose(pilot, f"attempt:{number}")
        assert bench.query_one(Editor).text == "dL/dw = 2 w x^2"
        await until(pilot, lambda: bench.report is not None)
        assert len(attempts.of_derivation(desk.store, "square")) == 2


async def test_typing_narrows_what_can_be_chosen(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await open_lab(pilot, desk)
        await pilot.press("ctrl+o")
        await pilot.pause(0.1)
        options = app.screen.query_one(OptionList)
        everything = options.option_count
        await pilot.press(*"lstm-d")
        assert options.option_count == 1 < everything
        await pilot.press(*["backspace"] * 6)
        assert options.option_count == everything
        await pilot.press(*"lstm-d", "enter")
        await until(pilot, lambda: isinstance(app.screen, Lab) and app.screen.card.name == "lstm-demo")  # type: ignore[union-attr]


async def test_a_symbol_is_picked_from_the_table(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "")
        await pilot.press("f5")
        await pilot.pause()
        await pilot.press("right", "right", "enter")
        await pilot.pause()
        assert bench.query_one(Editor).text == "β"


async def test_the_goal_is_drawn_in_two_dimensions(app: StudyApp) -> None:
    async with app.run_test(size=(80, 30)) as pilot:
        bench = await open_bench(pilot, "square")
        await pilot.pause()
        assert "∂L" in text_on(bench) and "∂w" in text_on(bench)


async def test_an_emptied_sheet_forgets_its_verdicts(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "")
        editor = bench.query_one(Editor)
        editor.text = "1 + 1 = 3"
        await until(pilot, lambda: bench.report is not None)
        editor.text = ""
        await until(pilot, lambda: bench.report is None)


async def test_a_hint_names_the_next_rung(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "square")
        await pilot.press("f1")
        await until(pilot, lambda: "From the outside in." in text_on(bench))
        await pilot.press("f2")
        assert "chain rule" in text_on(bench)


async def test_keys_typed_in_a_burst_act_in_their_order(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        bench = await open_bench(pilot, "")
        editor = bench.query_one(Editor)
        for key in ("a", "ctrl+u", "b", "enter", "c", "left", "d"):
            app.simulate_key(key)
        await until(pilot, lambda: editor.text == "b\ndc")


# ---- course ----


async def test_the_outline_stands_beside_a_wide_page(app: StudyApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        tree = app.screen.query_one(Tree)
        labels = [
            str(leaf.label).strip() for unit in tree.root.children for node in unit.children for leaf in node.children
        ]
        assert tree.display and labels == ["Where is down", "Where it fails"]
        assert app.screen.get_widget_at(2, 3)[0] is tree
        assert app.screen.get_widget_at(60, 3)[0] is app.screen.query_one("#page")


async def test_a_note_stands_under_its_heading(app: StudyApp, desk: Desk) -> None:
    notes.add(desk.store, "note", "fog means local", datetime.now(UTC), "slopes", "problem")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        assert "✎ fog means local" in text_on(app.screen)  # type: ignore[arg-type]


async def test_the_place_in_the_text_outlives_a_new_width(app: StudyApp, desk: Desk) -> None:
    words.set_language("zh")
    async with app.run_test(size=(80, 16)) as pilot:
        await pilot.press("g", "n")
        await pilot.pause(0.2)
        course = app.screen
        assert isinstance(course, Course)
        block = course.block_at_top()
        assert block > 0
        await pilot.resize_terminal(50, 16)
        await pilot.pause(0.4)
        assert course.block_at_top() == block
        assert readings(desk.store)


async def test_terms_are_one_key_away(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        await pilot.press("k")
        await pilot.pause()
        rows = app.screen.query_one(RowsView).rows
        assert any("How steep" in run.text for row in rows for run in row)


# ---- today, progress ----


async def test_a_run_on_today_opens_with_a_click(app: StudyApp, desk: Desk) -> None:
    start = to_json(Start("code-length", {}, [0], "cpu", {}), 0.0)
    runs.begin(desk.store, start, datetime.now(UTC))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await click_on(pilot, app.screen.query_one(RowsView), "experiment:code-length")
        assert app.current_mode == "lab"


async def test_a_first_evening_says_what_to_press(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Welcome" in text_on(app.screen)  # type: ignore[arg-type]


async def test_a_route_is_chosen(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("P")
        await pilot.pause()
        await click_on(pilot, app.screen.query_one(RowsView), "route:main-route")
        route = active_route(desk.course, desk.store)
        assert route is not None and desk.setting("route") == route.id == "main-route"


# ---- everywhere ----


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("t", "question_mark"),
        ("t", "slash"),
        ("g", "k"),
        ("g", "m"),
        ("l", "v"),
        ("l", "ctrl+o"),
        ("w", "f4"),
        ("w", "f5"),
    ],
)
async def test_every_dialog_closes_by_escape_and_by_a_click_beside(app: StudyApp, place: str, key: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(place)
        await pilot.pause(0.3)
        for close in ("escape", "click"):
            await pilot.press(key)
            await pilot.pause(0.2)
            assert isinstance(app.screen, Dialog)
            await (pilot.press("escape") if close == "escape" else pilot.click(offset=(0, 0)))
            await pilot.pause(0.1)
            assert isinstance(app.screen, Place)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("place", list(PLACES))
async def test_the_key_bar_shows_whole_words_and_help(desk: Desk, place: str, lang: str) -> None:
    words.set_language(lang)
    desk.keep("place", place)
    app = StudyApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        shown = app.screen.query_one(KeyBar).render().plain.rstrip()  # type: ignore[union-attr]
        assert width(shown) <= 78
        assert shown.endswith("help" if lang == "en" else "帮助")


async def test_a_click_above_switches_the_language_in_every_place(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("P", "t")
        await pilot.pause()
        bar = app.screen.query_one(TitleBar)
        await pilot.click(bar, offset=(68, 0))
        await pilot.pause()
        assert words.language() == "zh"
        await pilot.press("P")
        await pilot.pause()
        assert "学习日历" in text_on(app.screen)  # type: ignore[arg-type]


async def test_a_picture_shows_chinese_at_its_width(app: StudyApp) -> None:
    words.set_language("zh")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        drawn = picture(app)
    assert drawn.startswith("<svg") and 'text-anchor="middle"' in drawn and ">复</text>" in drawn


async def test_a_paragraph_is_highlighted_and_noted_in_both_languages(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        course = app.screen
        assert isinstance(course, Course)
        await pilot.press("full_stop", "full_stop", "h")
        await pilot.pause(0.1)
        (mark,) = notes.everything(desk.store)
        assert (mark.kind, mark.place) == ("highlight", "problem/1")
        assert "A walker" in mark.text
        marked = [line for line in text_on(course).splitlines() if line.startswith(("█", "┃"))]
        await pilot.press("comma", "L")
        await pilot.pause(0.1)
        there = [line for line in text_on(course).splitlines() if line.startswith(("█", "┃"))]
        assert marked and any("浓雾" in line for line in there)
        await pilot.press("full_stop", "h")
        await pilot.pause(0.1)
        assert notes.everything(desk.store) == []
        await pilot.press("m")
        await pilot.pause(0.1)
        await pilot.press("x", "y")
        await pilot.click("#doubt")
        await pilot.pause(0.1)
        (doubt,) = notes.everything(desk.store)
        assert (doubt.kind, doubt.place, doubt.text) == ("doubt", "problem/1", "xy")
        assert "? xy" in text_on(course)


async def test_a_click_chooses_a_paragraph(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause(0.2)
        course = app.screen
        assert isinstance(course, Course) and course.page is not None
        view = course.query_one("#page", RowsView)
        await pilot.click(view, offset=(5, course.page.starts[1]))
        await pilot.pause(0.1)
        assert course.chosen == 1


async def test_enter_pressed_twice_in_a_dialog_closes_it_once(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"fog")
        search = app.screen
        assert isinstance(search, Search)
        await until(pilot, lambda: search.hits)
        search.take_first()
        search.take_first()
        await pilot.pause(0.1)
        assert isinstance(app.screen, Course)
