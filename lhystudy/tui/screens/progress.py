"""Progress: lesson by lesson what is read, derived and remembered, and what comes up for review."""

from __future__ import annotations

from datetime import datetime

from textual import on
from textual.app import ComposeResult

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import clip_row, pad_row
from lhystudy.memory.schedule import day_of
from lhystudy.study.progress import LessonProgress, choose_route, progress
from lhystudy.study.progress import Progress as Standing
from lhystudy.study.retention import Retention, retention
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.layout import Page, bar
from lhystudy.tui.place import Place
from lhystudy.tui.progress_page import calendar_rows, fading_rows, forecast_rows, kept_rows
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

CALENDAR, CHART, WIDEST = 32, 100, 118  # cells of the calendar, and at most of the curve and of the page


class Progress(Place):
    """One row a lesson; Enter opens it."""

    HELP_TEXT = (
        "The calendar has a sign for each day. Beside it: the reviews to come, and how many answers were right after "
        "a pause, next to what the schedule foretold. Then lesson by lesson what is read, derived, and likely to be "
        "remembered today; how that would fade without reviews; and the routes. Enter or a click opens a lesson, or "
        "takes a route: Today offers its next lesson.",
        "日历上每天一个记号。旁边是将要复习的题数，以及隔一段时间后答对的比例和当时的预计。"
        "下面逐课列出读了多少、完成了几个推导、今天还记得的可能性；然后是不复习会怎样淡忘；最后是学习路线。"
        "回车或点击打开一课，或选定路线：今天页会给出路线上的下一课。",
    )

    def compose_place(self) -> ComposeResult:
        yield RowsView(id="progress")

    def on_screen_resume(self) -> None:
        self.show_progress()
        self.query_one(RowsView).focus()

    def on_resize(self) -> None:
        self.show_progress()

    def change_language(self) -> None:
        self.show_progress()

    def show_progress(self) -> None:
        desk = desk_of(self)
        now = datetime.now().astimezone()
        found = progress(desk.course, desk.store, now)
        done = sum(one.done for one in found.lessons)
        total = len(found.lessons)
        self.say_where(say("Progress", "进度"), say(f"{done} of {total} lessons done", f"已学完 {done}/{total} 课"))
        rows, spots = self.rows(found, retention(desk.course, desk.store, now))
        self.query_one(RowsView).show(rows, spots)

    def rows(self, found: Standing, kept: Retention) -> tuple[list[Row], list[Spot]]:
        """What was done and what comes up, lesson by lesson how it stands, how it will fade, and the routes."""
        page = Page(min(self.size.width - 2, WIDEST))
        page.add(())
        if any(found.calendar):
            self.add_overview(page, found, kept)
        else:
            told = say(
                "Your calendar and the reviews to come will stand here.", "你的学习日历和将要复习的题会显示在这里。"
            )
            page.add((Run(f"  {told}", "dim"),))
            page.add(())
        self.add_lessons(page, found)
        if kept.fading:
            for row in fading_rows(kept, min(page.width - 2, CHART), 11):
                page.add((Run("  "), *row))
            page.add(())
        self.add_routes(page, found)
        return page.rows, page.spots

    def add_overview(self, page: Page, found: Standing, kept: Retention) -> None:
        """The calendar beside the reviews to come and the pauses that were bridged."""
        today = day_of(datetime.now().astimezone())
        left, right = Page(CALENDAR), Page(page.width - CALENDAR)
        for row in calendar_rows(found.calendar, today, found.streak):
            left.add((Run("  "), *row))
        for row in (*forecast_rows(found.forecast, today), (), *kept_rows(kept)):
            right.add(row)
        page.add_beside(left, right, CALENDAR)
        page.add(())

    def add_lessons(self, page: Page, found: Standing) -> None:
        """A row a lesson."""
        wide = max(20, page.width - 47)
        head = pad_row((Run(say("  Lessons", "  各课"), "accent"),), wide + 2)
        columns = say(" read       derived  remembered    due", " 已读       推导     记得          到期")
        page.add((*head, Run(columns, "dim")))
        for one in found.lessons:
            page.add(self.lesson_row(one, wide), f"lesson:{one.lesson.id}")
        page.add(())

    def add_routes(self, page: Page, found: Standing) -> None:
        """The routes through the course, the one in use marked."""
        page.add((Run(say("  Route: Enter or a click chooses it", "  路线：回车或点击选择"), "accent"),))
        for route in desk_of(self).course.routes:
            chosen = found.route is not None and route.id == found.route.id
            stops = say(f"  {len(route.stops)} lessons", f"  {len(route.stops)} 课")
            row: Row = (Run("  ● " if chosen else "  ○ ", "accent"), Run(route.title.said()), Run(stops, "dim"))
            page.add(clip_row(row, page.width), f"route:{route.id}")

    def lesson_row(self, one: LessonProgress, wide: int) -> Row:
        sign = Run("✓ ", "good") if one.done else Run("• ", "accent") if one.reading else Run("  ")
        title = clip_row((Run(f"{one.lesson.number:>2} {one.lesson.title.said()}"),), wide)
        derived = f" {one.derived}/{one.derivations}".ljust(9)
        due = Run(f"  {one.due}" if one.due else "  ·", "due" if one.due else "dim")
        return (
            sign,
            *pad_row(title, wide),
            Run(" "),
            *bar(one.read, 10),
            Run(derived),
            *bar(one.mastery, 8, "good"),
            Run(f"{one.mastery:>5.0%}"),
            due,
        )

    @on(RowsView.Chosen)
    def open_spot(self, message: RowsView.Chosen) -> None:
        """Opens a lesson, or takes a route."""
        kind, _, name = message.target.partition(":")
        if kind == "route":
            desk = desk_of(self)
            choose_route(desk.course, desk.store, name)
            self.show_progress()
        else:
            self.app.open_target(message.target)  # type: ignore[attr-defined]
