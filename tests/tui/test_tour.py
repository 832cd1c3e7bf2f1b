"""The first two minutes: each key that the tour asks for takes it on, and it can be put aside for good."""

from textual.pilot import Pilot

from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.tui.tour import STEPS, Coach
from tests.tui.test_places import SIZE, until


async def at_step(pilot: Pilot[None], app: StudyApp, number: int) -> None:
    """Waits until the strip shows this step."""
    await until(pilot, lambda: [coach.number for coach in app.screen.query(Coach)] == [number - 1])


async def test_the_tour_goes_on_as_its_keys_are_used(app: StudyApp, desk: Desk) -> None:
    desk.keep("experiment", "code-length")
    async with app.run_test(size=SIZE) as pilot:
        app.action_tour()
        await at_step(pilot, app, 1)
        await pilot.press("f8")
        await at_step(pilot, app, 2)
        await pilot.press("P")
        await at_step(pilot, app, 3)
        await pilot.press("f8")
        await at_step(pilot, app, 4)
        await pilot.press("g")
        await at_step(pilot, app, 5)
        await pilot.press("f8", "l")
        await at_step(pilot, app, 7)
        await pilot.press("ctrl+r")
        await at_step(pilot, app, len(STEPS))
        await pilot.press("f8")
        await until(pilot, lambda: not app.screen.query(Coach))
    assert desk.setting("toured") is True


async def test_the_tour_is_put_aside_by_a_key(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.action_tour()
        await at_step(pilot, app, 1)
        await pilot.press("f9")
        await until(pilot, lambda: not app.screen.query(Coach))
        await pilot.press("g")
        await pilot.pause(0.1)
        assert not app.screen.query(Coach)
    assert desk.setting("toured") is True


async def test_a_tour_begun_again_takes_the_place_of_the_one_before(app: StudyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.action_tour()
        await at_step(pilot, app, 1)
        first = app.tour
        await pilot.press("f8")
        await at_step(pilot, app, 2)
        app.action_tour()
        await at_step(pilot, app, 1)
        await pilot.press("P")
        await pilot.pause(0.6)
        assert first is not None and first.number == 1
        assert [coach.number for coach in app.screen.query(Coach)] == [0]
