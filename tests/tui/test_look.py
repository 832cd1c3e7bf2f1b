"""The themes can be read by everyone: enough contrast in both, states told by signs, nothing that moves."""

from typing import get_args

import pytest
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme
from textual.widgets import Input

from lhystudy.draw.cells import Role
from lhystudy.study.desk import Desk
from lhystudy.study.telling import SIGNS
from lhystudy.tui.app import StudyApp
from lhystudy.tui.look import CHOSEN_SIGN, DARK, LIGHT, chosen_style, hover_style, style_of
from lhystudy.tui.screens.today import RUN_SIGNS
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.tui.widgets.sheet import Editor

LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3, level AA
ROLES: tuple[Role, ...] = get_args(Role)
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour: Color) -> float:
    """WCAG's relative luminance."""
    parts = [one / 255 for one in (colour.r, colour.g, colour.b)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: str, behind: str) -> float:
    """WCAG's contrast ratio of two colours, from 1 to 21."""
    bright, dark = sorted((luminance(Color.parse(front)), luminance(Color.parse(behind))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def grounds(theme: Theme) -> dict[str, str]:
    """Every ground that rows stand on, by name."""
    marked = {"chosen": chosen_style(theme.dark), "hovered": hover_style(theme.dark)}
    found = {name: style.bgcolor.get_truecolor().hex for name, style in marked.items() if style.bgcolor}
    return {"background": str(theme.background), "surface": str(theme.surface), **found}


def test_the_ratio_is_the_one_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
def test_every_role_can_be_read_on_every_ground(theme: Theme) -> None:
    faint = {}
    for role in ROLES:
        colour = style_of(role, theme.dark).color
        front = colour.get_truecolor().hex if colour is not None else str(theme.foreground)
        for name, behind in grounds(theme).items():
            if (ratio := contrast(front, behind)) < LEAST:
                faint[role, name] = round(ratio, 2)
    assert not faint


@THEMES
def test_the_bars_can_be_read(theme: Theme) -> None:
    for front in (theme.foreground, theme.accent):
        assert contrast(str(front), str(theme.panel)) >= LEAST
    assert contrast(str(theme.background), str(theme.accent)) >= LEAST  # what the mouse is over
    strip = Color.parse(str(theme.background)).blend(Color.parse(str(theme.accent)), 0.2)  # the tour's
    assert contrast(str(theme.accent), strip.hex) >= LEAST


SIGNED = [*((one.text, one.role) for one in SIGNS.values()), *RUN_SIGNS.values()]


@pytest.mark.parametrize("sign", sorted({sign for sign, _ in SIGNED}))
def test_no_state_is_told_by_colour_alone(sign: str) -> None:
    assert sign.strip() and len({role for other, role in SIGNED if other == sign}) == 1


async def test_what_is_chosen_is_signed_and_reversed_where_colours_are_few(app: StudyApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = app.screen.query_one(RowsView)
        row = view.spots[view.current or 0].first
        assert CHOSEN_SIGN in view.render_line(row).text
        assert not any(one.style and one.style.reverse for one in view.render_line(row))
        app.console._color_system = ColorSystem.STANDARD
        assert any(one.style and one.style.reverse for one in view.render_line(row))


async def test_nothing_moves_or_blinks_once_that_is_said(app: StudyApp, desk: Desk) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await pilot.pause()
        app.action_switch_motion()
        await pilot.pause()
        assert app.animation_level == "none" and desk.setting("still") is True
        assert not app.screen.query_one(Editor).cursor_blink
        await pilot.press("escape", "slash")
        await pilot.pause()
        assert not app.screen.query_one(Input).cursor_blink
    again = StudyApp(desk)
    async with again.run_test(size=(80, 24)):
        assert again.animation_level == "none"
        again.action_switch_motion()
        assert not desk.setting("still")
