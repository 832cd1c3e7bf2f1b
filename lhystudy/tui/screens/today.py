"""Today: what to go on with, what is due, what is weak, what was run, what is still in doubt."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import clip_row, pad_row, text_of
from lhystudy.draw.wrap import wrap
from lhystudy.study.progress import Next, Progress, derivation_ahead, lesson_ahead, next_thing, progress
from lhystudy.study.telling import mistake_word
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.layout import Page, bar, sparkline, streak_words
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

RUN_SIGNS: dict[str, tuple[str, Role]] = {
    "done": ("✓", "good"), "stopped": ("■", "unsure"), "failed": ("✗", "bad"), "running": ("…", "dim"),
}  # fmt: skip
LABEL = 13  # cells of the words on the left
WIDEST = 118  # cells of a page that is read with ease


def label(text: str) -> Row:
    """A word on the left, filled up to where the text begins."""
    return pad_row((Run(f" {text}", "accent"),), LABEL)


class Today(Place):
    """Opens first; one key starts the best next thing."""

    HELP_TEXT = (
        "Everything that waits for you. Tab goes from thing to thing, Enter or a click opens it; n starts the "
        "best next thing, r the reviews due, d takes up the derivation that waits.",
        "这里是等着你的一切。Tab 逐项移动，回车或点击打开；n 做最该做的事，r 开始到期的复习，d 做等着的推导。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "go_on", "next|下一件"),
        Binding("r", "review", "review|复习"),
        Binding("d", "derivation", "resume|接着推"),
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
        right = f"{done}/{stops} {route}"
        if found.due:
            right = say(f"{len(found.due)} due · ", f"{len(found.due)} 题到期 · ") + right
        self.say_where(say("lhystudy · Today", "lhystudy · 今天"), right)
        rows, spots = self.rows(found)
        view = self.query_one(RowsView)
        view.show(rows, spots)
        if view.current is None and spots:
            view.current = 0

    def rows(self, found: Progress) -> tuple[list[Row], list[Spot]]:
        """The page and the spots on it that can be chosen."""
        width = max(60, min(self.size.width - 2, WIDEST))
        page = Page(width)
        page.add(())
        if not found.runs and not found.due and not any(one.reading for one in found.lessons):
            self.add_welcome(page)
        self.add_next(page, found)
        page.add(())
        half = (width - 2) // 2
        page.add_beside(self.weak_part(found, half), self.run_part(found, width - half - 2), half)
        page.add(())
        self.add_doubts(page, found)
        page.add(())
        days = "".join(" ▪" if count else " ·" for count in found.days)
        page.add((Run(say(" Last 7 days", " 最近七天"), "dim"), Run(days, "accent"),
                  Run("   " + streak_words(found.streak), "dim")), "place:progress")  # fmt: skip
        return page.rows, page.spots

    def add_welcome(self, page: Page) -> None:
        """For a first evening: what to press, and that both languages are there."""
        text = say(
            "Welcome. Enter opens the first lesson, Tab goes on to the next line, ? says what else the keys do. "
            "L, or 中文 above, changes the language.",
            "欢迎。按回车打开第一课，Tab 移到下一行，? 说明其他按键。按 L 或点右上角的 English 切换语言。",
        )
        for row in wrap((Run(text),), page.width - 2):
            page.add((Run(" "), *row))
        page.add(())

    def add_next(self, page: Page, found: Progress) -> None:
        """What to go on with: the lesson, the reviews, the derivation left open."""
        lesson = lesson_ahead(found)
        if lesson is not None:
            state = found.lesson(lesson.id)
            left = state.minutes_left if state else lesson.minutes
            title = clip_row((Run(f"{lesson.number} {lesson.title.said()}", "strong"),), page.width - LABEL - 12)
            page.add((*label(say("Continue", "继续学")), *title, Run("  "), *bar(state.read if state else 0.0, 10)),
                     f"lesson:{lesson.id}")  # fmt: skip
            page.add((Run(" " * LABEL), Run(say(f"{left} min left", f"还剩约 {left} 分钟"), "dim")))
        due, minutes = len(found.due), found.review_minutes
        reviews = say(f"{due} items, about {minutes} min   ", f"{due} 题，约 {minutes} 分钟   ")
        if not due:
            reviews = say("nothing due   ", "没有到期的题   ")
        ahead: Row = (Run(sparkline(found.forecast), "accent"), Run(say("  next ten days", "  未来十天"), "dim"))
        page.add((*label(say("Review", "复习")), Run(reviews), *ahead), "review")
        if name := derivation_ahead(found):
            told = desk_of(self).derivation(name)[1].title.said()
            why = say("left open", "还没写完") if found.open_derivation else say("comes first", "先推这个")
            page.add((*label(say("Derivation", "推导")), Run(told), Run("  " + why, "dim")), f"derive:{name}")

    def weak_part(self, found: Progress, width: int) -> Page:
        page = Page(width)
        page.add((Run(say(" Weak spots", " 薄弱处"), "accent"),))
        for weak in found.weak[:4]:
            item = weak.kind == "item"
            name = self.asked(weak.name, weak.lesson) if item else (mistake_word(weak.name) or weak.name)
            times = f" {weak.times}×" if weak.times else ""
            row = clip_row((Run("  ✗ ", "bad"), Run(name)), width - len(times))
            target = f"quiz:{weak.name}" if item else f"lesson:{weak.lesson}" if weak.lesson else ""
            page.add((*row, Run(times, "dim")), target)
        if not found.weak:
            page.add((Run(say("  none yet", "  暂无"), "dim"),))
        return page

    def asked(self, item: str, lesson: str) -> str:
        """What an item asks, on one line."""
        from lhystudy.draw.prose import prose  # a new learner has no weak item

        desk = desk_of(self)
        found = desk.readable(desk.course.lesson(lesson)).item(item)
        return " ".join(text_of(row) for row in prose(found.draw(0).ask.said(), 60)[:1]) if found else item

    def run_part(self, found: Progress, width: int) -> Page:
        page = Page(width)
        page.add((Run(say("Last runs", "最近的实验"), "accent"),))
        for run in found.runs[:4]:
            sign, role = RUN_SIGNS.get(run.status, (" ", ""))
            started = run.started.astimezone().strftime("%m-%d %H:%M")
            row: Row = (Run(f" {sign} ", role), Run(run.experiment), Run(f"  #{run.id}  {started}", "dim"))
            page.add(clip_row(row, width), f"experiment:{run.experiment}")
        if not found.runs:
            page.add((Run(say(" none yet: l opens the lab", " 暂无：按 l 进入实验室"), "dim"),), "place:lab")
        return page

    def add_doubts(self, page: Page, found: Progress) -> None:
        count = len(found.doubts)
        page.add((Run(say(f" Open doubts ({count})", f" 未解的疑问（{count}）"), "accent"),))
        for note in found.doubts[:4]:
            row = clip_row((Run("  ? ", "unsure"), Run(note.text.replace("\n", " "))), page.width)
            page.add(row, f"section:{note.lesson}#{note.place}" if note.lesson else "")
        if not count:
            page.add((Run(say("  none: m in a lesson writes one down", "  暂无：在课里按 m 记下"), "dim"),))

    # ---- going on ----

    def start(self, thing: Next) -> None:
        kinds = {"derivation": "derive", "lesson": "lesson"}
        if thing.kind == "review":
            self.action_review()
        elif thing.kind in kinds:
            self.app.open_target(f"{kinds[thing.kind]}:{thing.name}")  # type: ignore[attr-defined]
        else:
            self.notify(say("Nothing waits: choose a lesson with g.", "没有待办：按 g 选一课。"))

    @on(RowsView.Chosen)
    def open_spot(self, message: RowsView.Chosen) -> None:
        if message.target == "review":
            self.action_review()
        else:
            self.app.open_target(message.target)  # type: ignore[attr-defined]

    def action_go_on(self) -> None:
        self.start(next_thing(self.found))

    def action_review(self) -> None:
        desk_of(self).keep("quiz", "review")
        self.app.action_go("quiz")  # type: ignore[attr-defined]

    def action_derivation(self) -> None:
        if name := derivation_ahead(self.found):
            self.start(Next("derivation", name))
        else:
            self.app.action_go("workbench")  # type: ignore[attr-defined]
