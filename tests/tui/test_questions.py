"""Questions: answers fold open in place and lead to what shows them; one's own doubts are written and resolved."""

from datetime import UTC, datetime

from lhystudy.store import notes
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView
from tests.tui.test_places import SIZE, text_on
from tests.tui.test_ways import click_on


def here(app: StudyApp) -> Place:
    assert isinstance(app.screen, Place)
    return app.screen


async def test_an_answer_opens_in_place_and_leads_to_its_evidence(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a")
        await pilot.pause(0.1)
        view = app.screen.query_one(RowsView)
        if not any(spot.target.startswith("question:") for spot in view.spots):
            await click_on(pilot, view, "lesson:slopes")
        await click_on(pilot, view, "question:q-900")
        way = next(spot.target for spot in view.spots if spot.target.startswith("way:"))
        assert "│" in text_on(here(app))
        await click_on(pilot, view, way)
        assert app.current_mode in ("lab", "workbench", "quiz", "course")


async def test_a_doubt_is_resolved_by_a_key(app: StudyApp, desk: Desk) -> None:
    notes.add(desk.store, "doubt", "why is the slope of a square not a square?", datetime.now(UTC), "slopes", "problem")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a")
        await pilot.pause(0.1)
        assert "why is the slope" in text_on(here(app))
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert "where you wrote it: Slopes" in text_on(here(app))
        await pilot.press("x")
        await pilot.pause(0.1)
        assert notes.open_doubts(desk.store) == []
        assert "why is the slope" not in text_on(here(app))
