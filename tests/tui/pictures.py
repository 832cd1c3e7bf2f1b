"""Draws the README's pictures from the running app: `python -m tests.tui.pictures`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from lhystudy import words
from lhystudy.draw.picture import Styled, svg_from_styled
from lhystudy.lab.events import Start, to_json
from lhystudy.store import attempts, lessons, notes, reviews, runs
from lhystudy.store.reviews import Review
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
Play = Callable[[Any], Awaitable[None]]


def hexadecimal(style: Style | None, side: str, usual: str) -> str:
    """A style's colour, of the letters or behind them, as #rrggbb."""
    colour = getattr(style, side, None) if style else None
    return colour.get_truecolor().hex if colour is not None and not colour.is_default else usual


def styled(segment: Segment, foreground: str, background: str) -> Styled:
    """A stretch of the screen as the picture's drawer takes it."""
    style = segment.style
    front, behind = hexadecimal(style, "color", foreground), hexadecimal(style, "bgcolor", background)
    if style and style.reverse:
        front, behind = behind, front
    return segment.text, front, "" if behind == background else behind, bool(style and style.bold)


def picture(app: StudyApp) -> str:
    """The screen as it stands, as an SVG document in which each Chinese character fills its two cells."""
    theme = app.current_theme
    foreground, background = str(theme.foreground), str(theme.background)
    lines = app.screen._compositor.render_strips(app.size)
    rows = [[styled(segment, foreground, background) for segment in line if segment.text] for line in lines]
    return svg_from_styled(rows, app.size.width, foreground=foreground, background=background)


async def draw(name: str, lang: str, size: tuple[int, int], settings: dict[str, str], play: Play) -> None:
    """Opens the app with an empty store, plays, and writes the picture."""
    words.set_language(lang)
    with tempfile.TemporaryDirectory() as home:
        os.environ["LHYSTUDY_HOME"] = home
        with Desk() as desk:
            for key, value in settings.items():
                desk.keep(key, value)
            app = StudyApp(desk)
            async with app.run_test(size=size) as pilot:
                await pilot.pause(0.5)
                await play(pilot)
                await pilot.pause(0.3)
                (FOLDER / f"{name}.svg").write_text(picture(app), encoding="utf-8")
    print(f"docs/pictures/{name}.svg")


async def until(pilot: Pilot[None], done: Callable[[], object]) -> None:
    for _ in range(1200):
        if done():
            return
        await pilot.pause(0.05)
    raise SystemExit("the app never came so far")


async def after_a_week(pilot: Any) -> None:
    """Fills the store as a week of study would, and shows today anew."""
    desk, now = pilot.app.desk, datetime.now(UTC)
    lesson = desk.course.lesson("critical-points")
    material = desk.material(lesson.id)
    seen = tuple(heading.id for heading in material.headings("en")[:4])
    lessons.put(desk.store, lessons.Reading(lesson.id, now - timedelta(days=1), 5, seen))
    for n, item in enumerate(material.items[:9]):
        at = now - timedelta(days=6 - n % 6, minutes=n)
        review = Review(item.id, 0, 0, n % 4 != 1, 1.0, "think", 1 if n % 4 == 1 else 3, 20.0, at)
        reviews.add(desk.store, review)
    report = {"lines": [{"mistake": "sign"}, {"mistake": "sign"}]}
    attempts.add(desk.store, "softmax-cross-entropy", "dL/dz_i = y_i - p_i", "wrong", report, 1, now)
    for name, days in (("softmax-mse", 3), ("backprop-demo", 2), ("saddle-escape", 0)):
        number = runs.begin(desk.store, to_json(Start(name, {}, [0], "cpu", {}), 0.0), now - timedelta(days=days))
        runs.finish(desk.store, number, "done", 3.0, "")
    notes.add(
        desk.store, "doubt", "does a narrow minimum generalise worse, or only differently?", now, lesson.id, seen[-1]
    )
    pilot.app.screen.show_today()


async def read_formulas(pilot: Any) -> None:
    """Scrolls the lesson to a formula with cards below it."""
    course = pilot.app.screen
    course.go_to_block(0, "model")
    await pilot.pause(0.3)


async def run_experiment(pilot: Any) -> None:
    """Guesses, runs, and waits for the verdicts."""
    lab = pilot.app.screen
    await until(pilot, lambda: lab.card is not None)
    lab.guesses = {claim.id: "holds" for claim in lab.card.claims[::3]}
    await pilot.press("ctrl+r")
    await until(pilot, lambda: lab.record.result is not None and lab.watched is None)


async def slip(pilot: Any) -> None:
    """Types a derivation with a lost sign and stands on the wrong line."""
    from lhystudy.tui.widgets.sheet import Editor

    bench = pilot.app.screen
    editor = bench.query_one(Editor)
    editor.cursor_blink = False
    editor.text = "\n".join(
        (
            "dL/dz_i = -sum_k y_k/p_k dp_k/dz_i",
            "= -sum_k y_k (delta_ki - p_i)",
            "= -y_i - p_i sum_k y_k",
        )
    )
    editor.move_cursor((2, 0))
    await until(pilot, lambda: bench.report is not None and len(bench.report.lines) == 3)


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    wanted = sys.argv[1:]
    plays: list[tuple[str, str, tuple[int, int], dict[str, str], Play]] = [
        ("today", "en", (80, 24), {"place": "today"}, after_a_week),
        ("lesson", "zh", (80, 30), {"place": "course", "lesson": "three-steps"}, read_formulas),
        ("lab", "en", (110, 40), {"place": "lab", "experiment": "saddle-escape"}, run_experiment),
        ("workbench", "zh", (80, 26), {"place": "workbench", "derivation": "softmax-cross-entropy"}, slip),
    ]
    for name, lang, size, settings, play in plays:
        if not wanted or name in wanted:
            await draw(name, lang, size, settings, play)


if __name__ == "__main__":
    asyncio.run(main())
