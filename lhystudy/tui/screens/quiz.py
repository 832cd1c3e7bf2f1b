"""Quiz and review: one item at a time, answered by key or mouse, with feedback on the very answer."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from lhystudy.course.index import lesson_of_items
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.prose import prose
from lhystudy.memory.schedule import day_of
from lhystudy.quiz.forms import Arrange, Confidence, Form, Grade, PickMany, PickOne
from lhystudy.quiz.session import Asked, Session
from lhystudy.study.judging import judge_by
from lhystudy.study.review import Kept, item_session, keep, quiz_session, review_session, take_back
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import say

QUIZ_LENGTH = 8


def now() -> datetime:
    return datetime.now().astimezone()


class ItemView(RowsView):
    """The item; Enter answers, the space bar picks the choice that Tab has reached."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.go_on", "answer / next|回答 / 下一题"),
        Binding("space", "choose", "pick|选择", show=False),
    ]


class Quiz(Place):
    """What is due today, mixed over lessons; a quiz on one lesson when that was asked for."""

    HELP_TEXT = (
        "Choose with the number keys or the mouse, or type the answer. Then say how sure you are: F1 a guess, Enter "
        "think so, F3 certain. That decides when the item comes back. u takes the last answer back.",
        "用数字键或鼠标选择，或直接输入答案。再说说有多大把握：F1 猜的，回车 应该是，F3 确定。"
        "这决定这道题何时再来。按 u 撤销上一次回答。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "answer / next|回答 / 下一题"),
        Binding("f1", "answer('guess')", "guess|猜的"),
        Binding("f3", "answer('certain')", "certain|确定"),
        Binding("u", "undo", "undo|撤销"),
        Binding("right", "go_on", "next|下一题", show=False),
        *(Binding(str(n), f"pick({n - 1})", show=False) for n in range(1, 10)),
    ]
    CSS = """
    #item { padding: 0 1; }
    #typed { margin: 0 1; border: tall $border-blurred; }
    #typed:focus { border: tall $accent; }
    """

    class Graded(Message):
        def __init__(self, asked: Asked, response: Any, confidence: Confidence, grade: Grade) -> None:
            self.asked = asked
            self.response = response
            self.confidence = confidence
            self.grade = grade
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.form: Form | None = None
        self.picked: list[int] = []
        self.grade: Grade | None = None
        self.kept: list[Kept] = []
        self.remark = ""
        self._grading = False
        self._asked_at = 0.0

    def compose_place(self) -> ComposeResult:
        yield ItemView(id="item")
        yield Input(id="typed")

    def on_screen_resume(self) -> None:
        wanted = desk_of(self).setting("quiz", "")
        if self.session is None or self.session.finished or wanted:
            self.begin(str(wanted))

    def begin(self, wanted: str = "") -> None:
        """A quiz on a lesson ("lesson:backprop"), on items ("items:a,b"), or today's reviews where nothing is named."""
        desk = desk_of(self)
        desk.keep("quiz", "")
        kind, _, names = wanted.partition(":")
        if kind == "lesson":
            self.session = quiz_session(desk.course, desk.store, now(), desk.course.lesson(names), QUIZ_LENGTH)
        elif kind == "items":
            self.session = item_session(desk.course, desk.store, now(), names.split(","))
        else:
            self.session = review_session(desk.course, desk.store, now())
        self.kept = []
        self.ask()

    def ask(self) -> None:
        """Shows what is asked now, unanswered."""
        asked = self.session.current if self.session else None
        self.form = asked.drawn.form() if asked else None
        self.picked, self.grade, self.remark = [], None, ""
        self._asked_at = monotonic()
        box = self.query_one("#typed", Input)
        box.value = ""
        box.display = self.typed_form
        self.query_one(ItemView).current = None
        self.show_item()
        (box if self.typed_form else self.query_one(ItemView)).focus()

    @property
    def typed_form(self) -> bool:
        return self.form is not None and not isinstance(self.form, PickOne | PickMany | Arrange)

    @property
    def choices(self) -> tuple[str, ...]:
        match self.form:
            case PickOne(choices=choices) | PickMany(choices=choices) | Arrange(steps=choices):
                return choices
            case _:
                return ()

    # ---- answering ----

    @on(RowsView.Chosen)
    def pick_spot(self, message: RowsView.Chosen) -> None:
        self.action_pick(int(message.target))

    def action_pick(self, n: int) -> None:
        """One choice; of several, in or out; of an order, the next one or, picked before, out again."""
        if self.grade is not None or n >= len(self.choices):
            return
        if isinstance(self.form, PickOne):
            self.picked = [n]
        elif n in self.picked:
            self.picked.remove(n)
        else:
            self.picked.append(n)
        self.show_item()

    @on(Input.Submitted, "#typed")
    def submit_typed(self) -> None:
        self.action_go_on()

    def action_go_on(self) -> None:
        """Answers as "think so"; after an answer, goes to the next item."""
        if self.grade is not None and not self.grade.unreadable:
            self.ask()
        else:
            self.action_answer("think")

    def action_answer(self, confidence: Confidence) -> None:
        asked = self.session.current if self.session else None
        if asked is None or self._grading or (self.grade is not None and not self.grade.unreadable):
            return
        response = self.response()
        if response is None:
            self.remark = say("Choose or type an answer first.", "请先选择或输入答案。")
            self.show_item()
            return
        self._grading = True
        self.grade_response(asked, response, confidence)

    def response(self) -> Any:
        """What was answered, in the shape that the form wants; None for nothing yet."""
        if self.typed_form:
            return self.query_one("#typed", Input).value.strip() or None
        if isinstance(self.form, PickOne):
            return self.picked[0] if self.picked else None
        if isinstance(self.form, Arrange):
            return list(self.picked) if len(self.picked) == len(self.choices) else None
        return sorted(self.picked) or None

    @work(thread=True)
    def grade_response(self, asked: Asked, response: Any, confidence: Confidence) -> None:
        """Grades in a thread: an expression goes to the checker's process."""
        desk = desk_of(self)
        grade = asked.drawn.grade(response, judge_by(lambda: desk.checking))
        self.post_message(self.Graded(asked, response, confidence, grade))

    @on(Graded)
    def take_grade(self, message: Graded) -> None:
        self._grading = False
        if self.session is None or self.session.current is not message.asked:
            return
        self.grade = message.grade
        if not message.grade.unreadable:
            self.session = self.session.graded(message.response, message.confidence, message.grade)
            seconds = monotonic() - self._asked_at
            self.kept.append(keep(desk_of(self).store, self.session.answered[-1], seconds, now()))
            self.query_one(ItemView).focus()
        self.show_item()

    def action_undo(self) -> None:
        """Takes the last answer back, in the session and in the store."""
        if self.session is not None and self.kept:
            take_back(desk_of(self).store, self.kept.pop())
            self.session = self.session.undo()
            self.ask()

    # ---- showing ----

    def change_language(self) -> None:
        if self.session is not None and self.grade is None and self.session.current is not None:
            self.form = self.session.current.drawn.form()
        self.show_item()

    def on_resize(self) -> None:
        self.show_item()

    def show_item(self) -> None:
        """The item, its choices, and after an answer what there is to say of it."""
        width = min(96, max(30, self.size.width - 4))
        session = self.session
        if session is None:
            return
        if self.form is None:
            self.say_where(say("Review", "复习"))
            self.query_one(ItemView).show(self.end_rows(session, width))
            return
        place = len(session.answered) + (0 if self.grade and not self.grade.unreadable else 1)
        self.say_where(say(f"Quiz {place}/{session.length}", f"复习 {place}/{session.length}"), self.lesson_title())
        rows: list[Row] = [(), *prose(self.form.ask, width), ()]
        spots: list[Spot] = []
        for n, choice in enumerate(self.choices):
            first = len(rows)
            mark, role = self.mark(n)
            for k, row in enumerate(prose(choice, width - 6)):
                rows.append((Run(mark if k == 0 else "      ", role), *row))
            spots.append(Spot(first, len(rows), str(n)))
        if self.remark and self.grade is None:
            rows += [(), (Run(self.remark, "unsure"),)]
        if self.grade is not None:
            rows += self.grade_rows(self.grade, width)
        else:
            sure = say(
                "How sure?  F1 a guess   Enter think so   F3 certain", "有多大把握？ F1 猜的   回车 应该是   F3 确定"
            )
            rows += [(), (Run(sure, "dim"),)]
        self.query_one(ItemView).show(rows, () if self.grade and not self.grade.unreadable else spots)

    def mark(self, n: int) -> tuple[str, Role]:
        """The sign before a choice: its number, and whether it is picked."""
        chosen = n in self.picked
        role: Role = "accent" if chosen else ""
        if isinstance(self.form, PickMany):
            return f" {n + 1} [{'x' if chosen else ' '}] "[:6].ljust(6), role
        if isinstance(self.form, Arrange):
            return (f" {self.picked.index(n) + 1}.   " if chosen else " ·    "), role
        return (f" ▸ {n + 1}  " if chosen else f"   {n + 1}  "), role

    def lesson_title(self) -> str:
        asked = self.session.answered[-1].asked if self.session and self.grade and self.session.answered else None
        asked = asked or (self.session.current if self.session else None)
        if asked is None:
            return ""
        course = desk_of(self).course
        name = lesson_of_items(course).get(asked.item.id)
        return f"{course.lesson(name).number} {course.lesson(name).title.said()}" if name else ""

    def grade_rows(self, grade: Grade, width: int) -> list[Row]:
        """Right or not, why, the solution, and when it comes back."""
        if grade.unreadable:
            return [(), *([(Run("! ", "unsure"), *row) for row in prose(grade.feedback, width - 2)])]
        head = (
            Run("✓ " + say("Right.", "答对了。"), "good")
            if grade.right
            else Run("✗ " + say("Not right.", "不对。"), "bad")
        )
        rows: list[Row] = [(), (head,)]
        if not grade.right and grade.solution:
            rows += prose(say("The answer: ", "答案：") + grade.solution, width)
        for text in (grade.feedback, grade.explain):
            if text:
                rows += prose(text, width)
        days = (self.kept[-1].memory.due - day_of(now())).days if self.kept else 0
        again = (
            say(f"next review in {days} days", f"{days} 天后复习")
            if days > 1
            else say("next review tomorrow", "明天复习")
        )
        return [*rows, (), (Run(again + say("   Enter: next   u: undo", "   回车：下一题   u：撤销"), "dim"),)]

    def end_rows(self, session: Session, width: int) -> list[Row]:
        if not session.answered:
            text = say(
                "Nothing is due today. Read a lesson, or press q there for a quiz on it.",
                "今天没有到期的复习。去读一课，或在课里按 q 做它的小测。",
            )
        else:
            text = say(
                f"Done: {session.right} of {len(session.answered)} right. Everything is kept.",
                f"完成：{len(session.answered)} 题答对 {session.right} 题。都已保存。",
            )
        return [(), *prose(text, width)]
