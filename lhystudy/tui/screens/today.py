"""Today: what to go on with, what is due, what is weak, what was run, what is still in doubt."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.course.lesson import Lesson
from lhystudy.draw.cells import Row, Run
from lhystudy.study.progress import Next, Progress, next_thing, progress
from lhystudy.study.telling import mistake_word
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.layout import bar, beside, sparkline
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

RUN_SIGNS = {"done": "✓", "stopped": "■", "failed": "✗", "running": "…"}


class Today(Place):
    """Opens first; one key starts the best next thing."""

    HELP_TEXT = (
        "Everything that waits for you. Enter opens the line that is marked, n the best next thing, r the reviews due, "
        "d takes up the derivation you left open.",
        "这里是等着你的一切。回车打开标出的那一行，n 做最该做的事，r 开始到期的复习，d 接着做没写完的推导。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "go_on", "next|下一件"),
        Binding("r", "review", "review|复习"),
        Binding("d", "derivation", "derivation|推导"),
    ]

    def compose_place(self) -> ComposeResult:
        yield RowsView(id="today")

    def on_screen_resume(self) -> None:
        self.show_today()
        self.query_one(RowsView).focus()

    def on_resize(self) -> None:
        self.show_today()

    def change_language(self) -> None:
        self.show_today()

    def show_today(self) -> None:
        desk = desk_of(self)
        found = progress(desk.course, desk.store, datetime.now().astimezone())
        self.found = found
        done, stops = found.route_done
        route = found.route.title.said() if found.route else ""
        right = f"{route} {done}/{stops}"
        if found.due:
            right += say(f" · {len(found.due)} due", f" · {len(found.due)} 题到期")
        self.say_where(say("lhystudy · Today", "lhystudy · 今天"), right)
        rows, spots = self.rows(found)
        view = self.query_one(RowsView)
        view.show(rows, spots)
        if view.current is None and spots:
            view.current = 0

    def rows(self, found: Progress) -> tuple[list[Row], list[Spot]]:
        """The page and the spots on it that can be chosen."""
        width = max(60, self.size.width - 4)
        rows: list[Row] = [()]
        spots: list[Spot] = []

        def line(label: str, row: Row, target: str = "") -> None:
            head = Run(f" {label}" + " " * max(1, 12 - len(label) - sum(ord(c) > 0x2E7F for c in label)), "accent")
            if target:
                spots.append(Spot(len(rows), len(rows) + 1, target))
            rows.append((head, *row))

        lesson = self.lesson_to_go_on(found)
        if lesson is not None:
            state = found.lesson(lesson.id)
            share = state.read if state else 0.0
            title = f"{lesson.number} {lesson.title.said()}  "
            line(say("Continue", "继续学"), (Run(title, "strong"), *bar(share, 10)), f"lesson:{lesson.id}")
            left = state.minutes_left if state else lesson.minutes
            rows.append((Run(" " * 12), Run(say(f"{left} min left", f"还剩约 {left} 分钟"), "dim")))
        due, minutes = len(found.due), found.review_minutes
        reviews = say(f"{due} items, about {minutes} min   ", f"{due} 题，约 {minutes} 分钟   ")
        ahead = say("  next ten days", "  未来十天")
        line(
            say("Review", "复习"), (Run(reviews), Run(sparkline(found.forecast), "accent"), Run(ahead, "dim")), "review"
        )
        if found.open_derivation:
            name = found.open_derivation.derivation
            line(say("Derivation", "推导"), (Run(name + say(", left open", "，还没写完")),), f"derive:{name}")
        rows.append(())
        half = (width - 2) // 2
        rows += beside(self.weak_rows(found), self.run_rows(found), half)
        rows.append(())
        rows.append((Run(say(f" Open doubts ({len(found.doubts)})", f" 未解的疑问（{len(found.doubts)}）"), "accent"),))
        rows += [(Run(f"  • {note.text}"),) for note in found.doubts[:4]]
        rows.append(())
        days = "".join(" ▪" if count else " ·" for count in found.days)
        streak = say(f"   streak {found.streak} days", f"   连续 {found.streak} 天")
        rows.append((Run(days, "accent"), Run(streak, "dim")))
        return rows, spots

    def weak_rows(self, found: Progress) -> list[Row]:
        rows: list[Row] = [(Run(say(" Weak spots", " 薄弱处"), "accent"),)]
        for weak in found.weak[:4]:
            name = mistake_word(weak.name) if weak.kind == "mistake" else weak.name
            times = f"  {weak.times}×" if weak.times else ""
            rows.append((Run("  ✗ ", "bad"), Run(name), Run(times, "dim")))
        if not found.weak:
            rows.append((Run(say("  none yet", "  暂无"), "dim"),))
        return rows

    def run_rows(self, found: Progress) -> list[Row]:
        rows: list[Row] = [(Run(say("Last runs", "最近的实验"), "accent"),)]
        for run in found.runs[:4]:
            rows.append((Run(f" {RUN_SIGNS.get(run.status, ' ')} "), Run(run.experiment), Run(f"  #{run.id}", "dim")))
        if not found.runs:
            rows.append((Run(say(" none yet: l opens the lab", " 暂无：按 l 进入实验室"), "dim"),))
        return rows

    def lesson_to_go_on(self, found: Progress) -> Lesson | None:
        """The lesson begun last, else the next on the route."""
        begun = [(one.reading.opened, one.lesson) for one in found.lessons if one.reading and not one.done]
        if begun:
            return max(begun, key=lambda pair: pair[0])[1]
        stops = [stop.lesson for stop in found.route.stops] if found.route else []
        waiting = {one.lesson.id: one.lesson for one in found.lessons if not one.done}
        return next((waiting[name] for name in (*stops, *waiting) if name in waiting), None)

    # ---- going on ----

    def start(self, thing: Next) -> None:
        match thing.kind:
            case "review":
                self.go("quiz")
            case "derivation":
                desk_of(self).keep("derivation", thing.name)
                self.go("workbench")
            case "lesson":
                desk_of(self).keep("lesson", thing.name)
                self.go("course")
            case "nothing":
                self.notify(say("Nothing waits: choose a lesson with g.", "没有待办：按 g 选一课。"))

    def go(self, place: str) -> None:
        self.app.action_go(place)  # type: ignore[attr-defined]

    @on(RowsView.Chosen)
    def open_spot(self, message: RowsView.Chosen) -> None:
        kind, _, name = message.target.partition(":")
        kinds = {"lesson": Next("lesson", name), "derive": Next("derivation", name)}
        self.start(kinds.get(kind, Next("review")))

    def action_go_on(self) -> None:
        self.start(next_thing(self.found))

    def action_review(self) -> None:
        self.start(Next("review"))

    def action_derivation(self) -> None:
        name = self.found.open_derivation.derivation if self.found.open_derivation else ""
        self.start(Next("derivation", name))
