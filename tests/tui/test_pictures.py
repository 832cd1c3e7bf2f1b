"""Every place looks as its reference picture, in both languages, at 80×24 and 120×40."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from lhystudy import words
from lhystudy.study.desk import Desk
from lhystudy.tui.app import PLACES, StudyApp
from lhystudy.tui.widgets.sheet import Editor
from tests.tui.test_places import until

SIZES = [(80, 24), (120, 40)]
Compare = Callable[..., bool]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("place", list(PLACES))
def test_a_place_looks_as_it_did(
    snap_compare: Compare, desk: Desk, place: str, lang: str, size: tuple[int, int]
) -> None:
    words.set_language(lang)
    desk.keep("place", place)
    desk.keep("experiment", "code-length")

    async def settle(pilot: Pilot[None]) -> None:
        for editor in pilot.app.screen.query(Editor):
            editor.cursor_blink = False
        await pilot.pause(0.3)

    assert snap_compare(StudyApp(desk), terminal_size=size, run_before=settle)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_refuted_line_looks_as_it_did(snap_compare: Compare, desk: Desk, lang: str) -> None:
    words.set_language(lang)
    desk.keep("place", "workbench")

    async def settle(pilot: Pilot[None]) -> None:
        bench: Any = pilot.app.screen
        editor = bench.query_one(Editor)
        editor.cursor_blink = False
        editor.text = "let a, b : real\n(a - b)^2 = a^2 - 2 a b - b^2"
        editor.move_cursor((1, 0))
        await until(pilot, lambda: bench.report is not None)
        await pilot.pause(0.2)

    assert snap_compare(StudyApp(desk), terminal_size=(80, 24), run_before=settle)
