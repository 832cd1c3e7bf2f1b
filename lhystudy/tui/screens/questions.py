"""Questions: what students of the course ask, what they often get wrong, and the learner's own doubts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.course.index import contents
from lhystudy.course.lesson import Lesson
from lhystudy.course.parts import Check, Material
from lhystudy.draw.cells import Role, Run
from lhystudy.draw.width import clip_row
from lhystudy.store import notes as note_table
from lhystudy.study import notes
from lhystudy.study.page import MEASURE, set_prose
from lhystudy.tui.app import target_of
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.layout import Page
from lhystudy.tui.place import Place
from lhystudy.tui.screens.note import TakeNote
from lhystudy.tui.widgets.outline import plain_text
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import language, say


class Questions(Place):
    """Lessons fold open to their questions, a question folds open to its answer and what shows it."""

    HELP_TEXT = (
        "What students of this course ask, what is often got wrong, and your own doubts. Enter or a click opens a "
        "lesson, a question, or the experiment or derivation that answers it. m writes down a doubt of your own, x "
        "marks the doubt under the cursor as resolved.",
        "学这门课的人常问什么、常弄错什么，还有你自己的疑问。回车或点击打开一课、一个问题，或打开作为依据的实验与推导。"
        "m 记下自己的疑问，x 把光标处的疑问标为已解决。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "doubt", "new doubt|新疑问"),
        Binding("x", "resolve", "resolved|已解决"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.opened: set[str] = set()
        self.visited = ""

    def compose_place(self) -> ComposeResult:
        yield RowsView(id="questions")

    def on_screen_resume(self) -> None:
        lesson = str(desk_of(self).setting("lesson", ""))
        if lesson != self.visited:  # the lesson that is being read lies open
            self.visited = lesson
            self.opened.add(f"lesson:{lesson}")
        self.show_questions()
        view = self.query_one(RowsView)
        if view.current is None and view.spots:
            view.current = 0
        view.focus()

    def on_resize(self) -> None:
        self.show_questions()

    def change_language(self) -> None:
        self.show_questions()

    def show_questions(self) -> None:
        """The page for what lies open now; the cursor stays on its line."""
        desk, view = desk_of(self), self.query_one(RowsView)
        at = view.spots[view.current].target if view.current is not None and view.current < len(view.spots) else ""
        page = Page(min(MEASURE + 8, max(40, self.size.width - 2)))
        page.add(())
        self.add_doubts(page)
        page.add((Run(say(" What is asked, and what is often got wrong", " 常问的，与常弄错的"), "accent"),))
        counts = {lesson.id: len(contents(lesson).questions) for lesson in desk.course.lessons}
        for lesson in desk.course.lessons:
            if counts[lesson.id]:
                self.add_lesson(page, lesson, counts[lesson.id])
        view.show(page.rows, page.spots)
        there = [n for n, spot in enumerate(page.spots) if spot.target == at]
        if there:
            view.current = there[0]
        total = sum(counts.values())
        self.say_where(say("Questions", "答疑"), say(f"{total} answered", f"{total} 条解答"))

    # ---- the learner's own ----

    def add_doubts(self, page: Page) -> None:
        doubts = note_table.open_doubts(desk_of(self).store)
        page.add((Run(say(f" Your open doubts ({len(doubts)})", f" 你的疑问（{len(doubts)}）"), "accent"),))
        for doubt in doubts:
            target = f"doubt:{doubt.id}"
            self.add_line(page, "? ", "unsure", doubt.text.replace("\n", " "), target)
            if target in self.opened:
                self.add_way(page, doubt.text, doubt.lesson, doubt.place)
        if not doubts:
            page.add((Run(say("   none: m writes one down", "   暂无：按 m 记下一个"), "dim"),))
        page.add(())

    def add_way(self, page: Page, text: str, lesson: str, place: str) -> None:
        """Where the doubt was written, and what in the course may answer it."""
        course = desk_of(self).course
        if lesson:
            title = next((one.title.said() for one in course.lessons if one.id == lesson), lesson)
            where = Run(say("     → where you wrote it: ", "     → 记下它的地方："), "dim")
            page.add(clip_row((where, Run(title, "link")), page.width), f"way:section:{lesson}#{place}")
        found = notes.answer_to(course, text)
        if found is None:
            page.add((Run(say("     nothing in the course answers it yet", "     课程里还没有解答"), "dim"),))
            return
        label = (Run(say("     → perhaps: ", "     → 也许在这里："), "dim"), Run(found.title.said(), "link"))
        page.add(clip_row(label, page.width), f"way:{target_of(found)}")

    # ---- the course's ----

    def add_lesson(self, page: Page, lesson: Lesson, count: int) -> None:
        target = f"lesson:{lesson.id}"
        opened = target in self.opened
        sign = Run(" ▾ " if opened else " ▸ ", "accent")
        name = Run(f"{lesson.number} {lesson.title.said()}", "strong")
        page.add(clip_row((sign, name, Run(f"  {count}", "dim")), page.width), target)
        if not opened:
            return
        material = desk_of(self).readable(lesson)
        for question in material.questions:
            target = f"question:{question.id}@{lesson.id}"
            self.add_line(page, "? ", "accent", question.ask.said(), target)
            if target in self.opened:
                self.add_answer(page, [question.answer.said()], question.evidence, material)
        for one in material.misconceptions:
            target = f"misconception:{one.id}@{lesson.id}"
            self.add_line(page, "✗ ", "bad", say(f"“{one.claim.en}”", f"“{one.claim.zh}”"), target)
            if target in self.opened:
                self.add_answer(page, [one.correct.said(), one.why.said()], one.evidence, material)
        page.add(())

    def add_line(self, page: Page, sign: str, role: Role, text: str, target: str) -> None:
        """A question, wrapped beside its sign."""
        for n, row in enumerate(set_prose(text, page.width - 6)):
            page.add((Run("   "), Run(sign if n == 0 else "  ", role), *row), target if n == 0 else "")

    def add_answer(self, page: Page, texts: list[str], evidence: tuple[str, ...], material: Material) -> None:
        """The answer, paragraph by paragraph, and a way to each thing that shows it."""
        page.add(())
        for text in texts:
            for row in set_prose(text, page.width - 10):
                page.add((Run("     │ ", "dim"), *row))
            page.add(())
        for place in evidence:
            kind, _, name = place.partition(":")
            words = f"{said_kind(kind)} · {said_name(kind, name, material)}"
            label = (Run(say("     → see it: ", "     → 看依据："), "dim"), Run(words, "link"))
            page.add(clip_row(label, page.width), f"way:{way_to(kind, name, material)}")
        page.add(())

    # ---- what the keys and clicks do ----

    @on(RowsView.Chosen)
    def open_spot(self, message: RowsView.Chosen) -> None:
        """Folds what can be folded; the rest is a way to another place."""
        kind, _, name = message.target.partition(":")
        if kind == "way":
            self.app.open_target(name)  # type: ignore[attr-defined]
        else:
            self.opened ^= {message.target}
            self.show_questions()

    def action_doubt(self) -> None:
        """Writes down a doubt that belongs to no lesson."""
        self.app.push_screen(TakeNote("", "", say("a doubt of mine", "我的疑问")), lambda _: self.show_questions())

    def action_resolve(self) -> None:
        """Marks the doubt under the cursor as resolved."""
        view = self.query_one(RowsView)
        target = view.spots[view.current].target if view.current is not None and view.spots else ""
        kind, _, number = target.partition(":")
        if kind != "doubt":
            self.notify(
                say("Put the cursor on one of your doubts first.", "先把光标移到你的一个疑问上。"), severity="warning"
            )
            return
        notes.resolve(desk_of(self).store, int(number), datetime.now(UTC))
        self.notify(say("resolved", "已标为解决"))
        self.show_questions()


def said_kind(kind: str) -> str:
    """What a piece of evidence is, in the language in use."""
    return {
        "experiment": say("experiment", "实验"),
        "derivation": say("derivation", "推导"),
        "item": say("quiz item", "测验题"),
        "check": say("proved formula", "已证明的公式"),
    }.get(kind, say("section", "小节"))


def said_name(kind: str, name: str, material: Material) -> str:
    """What a piece of evidence is called: its title or what it asks, an experiment's name."""
    lang = language()
    match kind:
        case "derivation" if (derivation := material.derivation(name)) is not None:
            return derivation.title.said()
        case "item" if (item := material.item(name)) is not None:
            return plain_text(item.ask.said())
        case "experiment":
            return name.partition("#")[0]
    heading = material.heading(under(name, material), lang)
    return plain_text(heading.text) if heading is not None else name


def under(name: str, material: Material) -> str:
    """The heading that a proved formula stands under; a heading's own name."""
    checks = (block.under for block in material.blocks["en"] if isinstance(block, Check) and block.id == name)
    return next(checks, name)


def way_to(kind: str, name: str, material: Material) -> str:
    """The app's target for a piece of evidence; a proved formula stands in the lesson's text."""
    match kind:
        case "experiment":
            return f"experiment:{name.partition('#')[0]}"
        case "derivation":
            return f"derive:{name}"
        case "item":
            return f"quiz:{name}"
        case "question" | "misconception":
            return f"{kind}:{name}"
        case _:
            return f"section:{material.lesson.id}#{under(name, material)}"
