"""The lab: numbers moved as by a slider, an earlier run laid over this one, values read off a chart."""

import json
from datetime import UTC, datetime

from textual.pilot import Pilot

from lhystudy.lab.events import Metric, Start, to_json, to_line
from lhystudy.store import runs
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.tui.screens.curves import Curves
from lhystudy.tui.screens.lab import Lab
from lhystudy.tui.widgets.form import Field, Gauge, Number
from lhystudy.tui.widgets.rows import RowsView
from tests.tui.test_places import SIZE, text_on
from tests.tui.test_ways import click_on


def keep_run(desk: Desk, height: float) -> int:
    """A finished run of one straight curve."""
    number = runs.begin(desk.store, to_json(Start("code-length", {}, [0], "cpu", {}), 0.0), datetime.now(UTC))
    metrics = [Metric("bits", float(x), height * x, chart="length") for x in range(5)]
    lines = [
        json.dumps(to_json(Start("code-length", {}, [0], "cpu", {}), 0.0)),
        *(to_line(one, 0.1) for one in metrics),
    ]
    runs.add_events(desk.store, number, 0, lines)
    runs.finish(desk.store, number, "done", 0.1, "")
    return number


async def lab_of(pilot: Pilot[None], desk: Desk) -> Lab:
    desk.keep("experiment", "code-length")
    await pilot.press("l")
    await pilot.pause(0.3)
    assert isinstance(pilot.app.screen, Lab)
    return pilot.app.screen


async def test_an_earlier_run_is_laid_over_the_last(app: StudyApp, desk: Desk) -> None:
    first, _ = keep_run(desk, 1.0), keep_run(desk, 2.0)
    async with app.run_test(size=SIZE) as pilot:
        lab = await lab_of(pilot, desk)
        assert f"#{first}" not in text_on(lab)
        await pilot.press("k")
        await pilot.pause(0.1)
        await pilot.press("end", "enter")
        await pilot.pause(0.2)
        assert f"■ #{first}" in text_on(lab)
        assert "length: bits" in text_on(lab)


async def test_a_chart_is_enlarged_and_its_values_read(app: StudyApp, desk: Desk) -> None:
    keep_run(desk, 3.0)
    async with app.run_test(size=SIZE) as pilot:
        await lab_of(pilot, desk)
        await pilot.press("tab", "enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, Curves)
        view = app.screen.query_one(RowsView)

        def read() -> str:
            return "".join(run.text for run in view.rows[-2])

        assert "x = 4" in read() and "bits 12" in read()
        await pilot.press("left")
        assert "x = 3" in read() and "bits 9" in read()
        await pilot.press("home")
        assert "x = 0" in read()
        await click_on(pilot, view, "move:1")
        assert "x = 1" in read()
        await pilot.press("escape")
        assert isinstance(app.screen, Lab)


async def test_a_number_moves_by_keys_and_by_a_click(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        lab = await lab_of(pilot, desk)
        field = next(one for one in lab.query(Field) if one.query(Gauge) and one.parameter.name != "seeds")
        number, gauge = field.query_one(Number), field.query_one(Gauge)
        number.focus()
        before = field.parameter.read(number.value)
        await pilot.press("up")
        assert field.parameter.read(number.value) != before
        await pilot.click(gauge, offset=(7, 0))
        await pilot.pause()
        assert field.parameter.share(number.value) == 1.0
        await pilot.click(gauge, offset=(0, 0))
        await pilot.pause()
        assert field.parameter.share(number.value) == 0.0
