"""One evening through every place, by what stands on the screen: with the mouse alone, and with the keyboard alone."""

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from lhystudy import words
from lhystudy.draw.width import width
from lhystudy.store import attempts, claims, reviews, runs
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from lhystudy.words import say
from tests.samples import change
from tests.tui.test_places import until

SIZES = [(80, 24), (120, 40)]
NAMES = {
    "/": "slash",
    "=": "equals_sign",
    " ": "space",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "^": "circumflex_accent",
}


def screen_lines(app: StudyApp) -> list[str]:
    """What the terminal shows, line by line."""
    return ["".join(part.text for part in line) for line in app.screen._compositor.render_strips(app.size)]


def shown(app: StudyApp, text: str) -> bool:
    return any(text in line for line in screen_lines(app))


async def appear(pilot: Pilot[None], app: StudyApp, text: str) -> None:
    try:
        await until(pilot, lambda: shown(app, text))
    except AssertionError:
        raise AssertionError(f"{text!r} never stood on the screen:\n" + "\n".join(screen_lines(app))) from None


async def click(pilot: Pilot[None], app: StudyApp, text: str) -> None:
    """Clicks in the middle of the last such words on the screen, once they are there."""
    await appear(pilot, app, text)
    row, line = [(row, line) for row, line in enumerate(screen_lines(app)) if text in line][-1]
    column = width(line[: line.index(text)]) + width(text) // 2
    widget, region = app.screen.get_widget_at(column, row)
    assert await pilot.click(widget, offset=(column - region.x, row - region.y))
    await pilot.pause(0.2)


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.05)
    await pilot.pause(0.15)


async def from_menu(pilot: Pilot[None], app: StudyApp, command: str) -> None:
    """Chooses a place in the menu, which the palette's list may have to be scrolled for."""
    await click(pilot, app, say("≡ menu", "≡ 菜单"))
    commands = app.screen.query_one(OptionList)
    for _ in range(40):
        if any(line.strip() == command for line in screen_lines(app)):
            break
        commands.scroll_relative(y=1, animate=False)
        await pilot.pause(0.05)
    await click(pilot, app, f"  {command} ")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_by_mouse_alone(app: StudyApp, desk: Desk, lang: words.Lang, size: tuple[int, int]) -> None:
    words.set_language(lang)
    desk.keep("toured", True)
    desk.keep("experiment", "code-length")
    async with app.run_test(size=size) as pilot:
        await click(pilot, app, say("Slopes", "斜率"))
        if size[0] < 100:  # else the outline stands there
            await click(pilot, app, say("Slopes ▾", "斜率 ▾"))
        await click(pilot, app, say("Where it fails", "哪里行不通"))
        await click(pilot, app, say("2 questions", "2 题"))
        await click(pilot, app, say("against the slope", "逆着斜率"))
        await click(pilot, app, say("F3 certain", "F3 确定"))
        await appear(pilot, app, say("Next review", "复习"))
        assert [review.correct for review in reviews.everything(desk.store)] == [True]

        await click(pilot, app, say("l lab", "l 实验"))
        await click(pilot, app, say("▸ your guess?", "▸ 你猜呢？"))
        await click(pilot, app, say("▶ run", "▶ 运行"))
        await appear(pilot, app, say("done  ", "完成  "))
        (run,) = runs.recent(desk.store, "code-length", 5)
        assert any(one.predicted for one in claims.of_run(desk.store, run.id))

        await from_menu(pilot, app, say("compare", "比较"))
        await click(pilot, app, f"#{run.id}")

        await from_menu(pilot, app, say("Derive", "推导"))
        await click(pilot, app, say("▸ a sheet of my own ▾", "▸ 自由演算 ▾"))
        await click(pilot, app, say("The slope of a square", "平方的斜率"))
        await click(pilot, app, say("F4 start from", "F4 从何开始"))
        await click(pilot, app, say("the whole model", "完整的参考推导"))
        await appear(pilot, app, say("goal reached ✓", "目标已达成 ✓"))

        await from_menu(pilot, app, say("Questions", "答疑"))
        await click(pilot, app, say("Why down?", "为什么向下？"))
        await click(pilot, app, say("The slope of a square", "平方的斜率"))
        assert app.current_mode == "workbench"

        await from_menu(pilot, app, say("Progress", "进度"))
        if size[1] > 24:  # else it stands further down
            await click(pilot, app, say("● Main route", "● 主线"))
        await click(pilot, app, say("t today", "t 今天"))
        await click(pilot, app, say("code-length", "code-length"))
        assert app.current_mode == "lab"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_by_keyboard_alone(app: StudyApp, desk: Desk, lang: words.Lang, size: tuple[int, int]) -> None:
    words.set_language(lang)
    desk.keep("toured", True)
    desk.keep("experiment", "code-length")
    async with app.run_test(size=size) as pilot:
        await press(pilot, "enter")
        assert app.current_mode == "course"
        await press(pilot, "n", "q")
        await appear(pilot, app, say("Which way is down?", "哪边是下坡？"))
        await press(pilot, "2", "enter")
        await appear(pilot, app, say("Next review", "复习"))
        assert [review.correct for review in reviews.everything(desk.store)] == [True]

        await press(pilot, "l")
        await appear(pilot, app, say("▸ your guess?", "▸ 你猜呢？"))
        await press(pilot, "ctrl+r")
        await appear(pilot, app, say("done  ", "完成  "))

        await press(pilot, "w", "ctrl+o", "end", "enter")
        await appear(pilot, app, "∂L")
        for line in ("dL/dw = 2 (w x) x", "= 2 w x^2"):
            await press(pilot, *(NAMES.get(char, char) for char in line), "enter")
        await appear(pilot, app, say("goal reached ✓", "目标已达成 ✓"))
        assert attempts.last(desk.store, "square").status == "complete"  # type: ignore[union-attr]

        await press(pilot, "escape", "a", "tab", "enter")
        await appear(pilot, app, say("Because the loss falls.", "因为损失会变小。"))
        await press(pilot, "P")
        await appear(pilot, app, say("Lessons", "各课"))
        await press(pilot, "slash", *say("down", "下坡"))
        await appear(pilot, app, say("Where is down", "哪边是下坡"))
        await press(pilot, "enter")
        assert app.current_mode == "course"
        await press(pilot, "t")
        await appear(pilot, app, say("lhystudy · Today", "lhystudy · 今天"))


async def test_the_palette_opens_a_lesson_from_any_place(sample: Path) -> None:
    first = sample / "01-first"
    shutil.copytree(first / "02-slopes", first / "03-bowls")
    change(first / "03-bowls" / "en.md", "title: Slopes", "title: Bowls")
    with Desk() as desk:
        app = StudyApp(desk)
        async with app.run_test(size=SIZES[0]) as pilot:
            for number, title in ((2, "Slopes"), (3, "Bowls"), (2, "Slopes")):
                await press(pilot, "ctrl+p", *title.lower())
                await appear(pilot, app, "Open the lesson")
                await press(pilot, "enter")
                await appear(pilot, app, f" {number} {title} ▾")
