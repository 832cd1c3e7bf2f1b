"""Progress: lesson by lesson what is read, derived and remembered, and what comes up for review."""

from __future__ import annotations

from datetime import datetime

from textual import on
from textual.app import ComposeResult

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import clip_row, pad_row
from lhystudy.study.progress import LessonProgress, choose_route, progress
from lhystudy.study.progress import Progress as Standing
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.layout import Page, bar, sparkline
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say


class Progress(Place):
    """One row a lesson; Enter opens it."""

    HELP_TEXT = (
        "How far each lesson is read, how many of its derivations are complete, and how likely you are to remember its "
        "items today. Enter or a click opens a lesson, or takes a route: Today offers its next lesson.",
        "每一课读了多少、完成了几个推导、今天还记得其题目的可能性有多大。回车或点击打开一课，或选定路线：今天页会给出路线上的下一课。",
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
        found = progress(desk.course, desk.store, datetime.now().astimezone())
        done = sum(one.done for one in found.lessons)
        total = len(found.lessons)
        self.say_where(say("Progress", "进度"), say(f"{done} of {total} lessons done", f"已学完 {done}/{total} 课"))
        rows, spots = self.rows(found)
        self.query_one(RowsView).show(rows, spots)

    def rows(self, found: Standing) -> tuple[list[Row], list[Spot]]:
        wide = max(20, self.size.width - 48)
        page = Page(self.size.width)
        head = pad_row((Run(say("  lesson", "  课")),), wide + 2)
        columns = say(" read        derived   remembered  due", " 已读        推导      记得        到期")
        page.add(())
        page.add((*head, Run(columns, "dim")))
        for one in found.lessons:
            page.add(self.lesson_row(one, wide), f"lesson:{one.lesson.id}")
        page.add(())
        ahead = say("  reviews in the next ten days  ", "  未来十天的复习  ")
        page.add((Run(ahead, "dim"), Run(sparkline(found.forecast), "accent"), Run(f"  {sum(found.forecast)}")))
        days = "".join(" ▪" if count else " ·" for count in found.days)
        streak = say(f"   streak {found.streak} days", f"   连续 {found.streak} 天")
        page.add((Run(say("  last seven days             ", "  最近七天        "), "dim"), Run(days, "accent"),
                  Run(streak, "dim")))  # fmt: skip
        page.add(())
        page.add((Run(say("  Route: Enter or a click chooses it", "  路线：回车或点击选择"), "accent"),))
        for route in desk_of(self).course.routes:
            chosen = found.route is not None and route.id == found.route.id
            stops = say(f"  {len(route.stops)} lessons", f"  {len(route.stops)} 课")
            row: Row = (Run("  ● " if chosen else "  ○ ", "accent"), Run(route.title.said()), Run(stops, "dim"))
            page.add(clip_row(row, self.size.width - 2), f"route:{route.id}")
        return page.rows, page.spots

    def lesson_row(self, one: LessonProgress, wide: int) -> Row:
        sign = Run("✓ ", "good") if one.done else Run("• ", "accent") if one.reading else Run("  ")
        title = clip_row((Run(f"{one.lesson.number:>2} {one.lesson.title.said()}"),), wide)
        derived = f"  {one.derived}/{one.derivations}".ljust(10)
        due = Run(f"  {one.due}" if one.due else "  ·", "due" if one.due else "dim")
        return (
            sign,
            *pad_row(title, wide),
            Run(" "),
            *bar(one.read, 10),
            Run(derived),
            *bar(one.mastery, 10, "good"),
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
