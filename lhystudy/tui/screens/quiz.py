"""Quiz and review: one item at a time, answered by key or mouse, with feedback on the very answer."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from lhystudy.course.index import lesson_of_items
from lhystudy.errors import StudyError
from lhystudy.memory.schedule import day_of, rating_of
from lhystudy.quiz.forms import Arrange, Confidence, Form, Grade, PickMany, PickOne
from lhystudy.quiz.session import Answered, Asked, Session
from lhystudy.study import sitting
from lhystudy.study.judging import judge_by
from lhystudy.study.review import Kept, item_session, keep, quiz_session, rate_anew, review_session, take_back
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.item_page import RATINGS, ItemPage, end_rows, links_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import say

QUIZ_LENGTH = 8


def now() -> datetime:
    return datetime.now().astimezone()


class ItemView(RowsView):
    """The item; arrows and Tab go through what can be chosen, the space bar picks it, Enter answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.go_on", "answer, next|回答、下一题"),
        Binding("space", "choose", "pick|选择", show=False),
        Binding("down,tab", "screen.move(1)", "choices|选项", show=False),
        Binding("up,shift+tab", "screen.move(-1)", show=False),
    ]


class TypedAnswer(Input):
    """Where a number, a line or a formula is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.leave_field", "leave|离开")]


class Quiz(Place):
    """What is due today, mixed over lessons; a quiz on one lesson when that was asked for."""

    HELP_TEXT = (
        "Choose with the number keys, the arrows or the mouse, or type the answer; steps are put in order by choosing "
        "them one after the other. Then say how sure you are: F1 a guess, Enter think so, F3 certain. That decides "
        "when the item comes back. After the answer you can rate it yourself: 1 again, 2 hard, 3 good, 4 easy. u takes "
        "the last answer back, e opens what explains it.",
        "用数字键、方向键或鼠标选择，或直接输入答案；排序题按先后依次选出各步。再说说有多大把握：F1 猜的，回车 应该是，"
        "F3 确定，这决定这道题何时再来。答完后也可以自己评：1 重来，2 难，3 记得，4 容易。"
        "按 u 撤销上一次回答，按 e 打开相关的讲解或实验。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "answer, next|回答、下一题"),
        Binding("f1", "answer('guess')", "guess|猜的"),
        Binding("f3", "answer('certain')", "certain|确定"),
        Binding("u", "undo", "undo|撤销"),
        Binding("e", "explain", "see it|看讲解"),
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
        yield TypedAnswer(id="typed")

    def on_screen_resume(self) -> None:
        desk = desk_of(self)
        wanted = str(desk.setting("quiz", ""))
        if self.session is None and not wanted:
            self.session = sitting.from_json(desk.setting("sitting"), desk.course)
            if self.session is not None:
                self.ask()
                self.query_one(ItemView).focus()  # the first key after opening the app is no answer
                return
        over = self.session is None or (self.session.finished and self.grade is None)
        if over or wanted:
            self.begin(wanted)

    def begin(self, wanted: str = "") -> None:
        """A quiz on a lesson ("lesson:backprop"), on items ("items:a,b"), or else today's reviews."""
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
        self.keep_sitting()
        self.ask()

    def keep_sitting(self) -> None:
        """Writes down what is still to be asked, so that leaving loses nothing."""
        if self.session is not None:
            desk_of(self).keep("sitting", sitting.to_json(self.session))

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
    def answered(self) -> bool:
        """Whether the item on the screen has its grade."""
        return self.grade is not None and not self.grade.unreadable

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Only keys that do something now are offered."""
        match action:
            case "answer":
                return self.form is not None and not self.answered
            case "explain":
                return self.answered
            case "undo":
                return bool(self.kept)
            case _:
                return True

    # ---- answering ----

    @on(RowsView.Chosen)
    def choose_spot(self, message: RowsView.Chosen) -> None:
        """A choice, how sure one is, what to do next, or what explains the item."""
        kind, _, name = message.target.partition(":")
        match kind:
            case "pick":
                self.action_pick(int(name))
            case "sure":
                self.action_answer(cast(Confidence, name))
            case "type":
                self.query_one("#typed", Input).focus()
            case "next":
                self.ask()
            case "undo":
                self.action_undo()
            case "rate":
                self.action_rate(int(name))
            case _:
                self.open_link(message.target)

    def action_move(self, step: int) -> None:
        """To the next thing that can be chosen; of choices that shut each other out, it is picked at once."""
        view = self.query_one(ItemView)
        view.action_next_spot(step)
        target = view.spots[view.current].target if view.current is not None and view.spots else ""
        if isinstance(self.form, PickOne) and target.startswith("pick:"):
            self.action_pick(int(target[5:]))

    def action_pick(self, n: int) -> None:
        """One choice; of several, in or out; of an order, the next one or, picked before, out again.

        After the answer the number keys rate it.
        """
        if self.answered:
            self.action_rate(n + 1)
        if self.answered or n >= len(self.choices):
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

    def action_leave_field(self) -> None:
        self.query_one(ItemView).focus()

    def action_go_on(self) -> None:
        """Does what is marked, else answers as "think so"; after an answer, goes to the next item."""
        view = self.query_one(ItemView)
        target = view.spots[view.current].target if view.has_focus and view.current is not None else ""
        if self.form is None:
            return
        if view.has_focus and self.typed_form and not self.answered and self.response() is None and not target:
            self.query_one("#typed", Input).focus()
        elif target and not (target.startswith("pick:") and self.response() is not None):
            view.action_choose()
        elif self.answered:
            self.ask()
        else:
            self.action_answer("think")

    def action_answer(self, confidence: Confidence) -> None:
        asked = self.session.current if self.session else None
        if asked is None or self._grading or self.answered:
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
        self.post_message(self.Graded(asked, response, confidence, self.grade_of(asked, response)))

    @work(thread=True)
    def tell_again(self, last: Answered) -> None:
        """Grades an answer once more, for its feedback in the language of now."""
        self.app.call_from_thread(self.take_words, last, self.grade_of(last.asked, last.response))

    def grade_of(self, asked: Asked, response: Any) -> Grade:
        desk = desk_of(self)
        try:
            return asked.drawn.grade(response, judge_by(lambda: desk.checking))
        except StudyError as error:
            return Grade(False, 0.0, str(error), unreadable=True)

    def take_words(self, last: Answered, grade: Grade) -> None:
        still = self.answered and self.session is not None and self.session.answered[-1] is last
        if still and grade.right == last.grade.right and not grade.unreadable:
            self.grade = grade
            self.show_item()

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
            self.keep_sitting()
            view = self.query_one(ItemView)
            view.current = None
            view.focus()
            self.query_one("#typed", Input).display = False
        self.show_item()

    def action_undo(self) -> None:
        """Takes the last answer back, in the session and in the store."""
        if self.session is not None and self.kept:
            take_back(desk_of(self).store, self.kept.pop())
            self.session = self.session.undo()
            self.keep_sitting()
            self.ask()

    def action_rate(self, rating: int) -> None:
        """The learner's own rating for the answer on the screen, which decides when the item comes back."""
        if self.answered and self.kept and rating in RATINGS:
            self.kept[-1] = rate_anew(desk_of(self).store, self.kept[-1], rating_of(rating), now())
            self.show_item()

    def action_explain(self) -> None:
        """Opens what the feedback points to: the misconception, the experiment, the derivation, else the section."""
        if self.answered and self.session is not None:
            links = self.links()
            if links:
                self.open_link(links[0][0])

    def open_link(self, target: str) -> None:
        if target.startswith("misconception:"):
            target += f"@{self.lesson_name()}"
        self.app.open_target(target)  # type: ignore[attr-defined]

    def links(self) -> list[tuple[str, str]]:
        """Where the item that was answered is explained."""
        assert self.session is not None and self.grade is not None
        desk, name = desk_of(self), self.lesson_name()
        return links_of(self.session.answered[-1].asked.item, self.grade, desk.material(name)) if name else []

    # ---- showing ----

    def change_language(self) -> None:
        asked = self.asked_now()
        if asked is not None and self.form is not None:
            self.form = asked.drawn.form()
        self.show_item()
        if self.answered and self.session is not None:
            self.tell_again(self.session.answered[-1])

    def on_resize(self) -> None:
        self.show_item()

    def show_item(self) -> None:
        """The item, its choices, and after an answer what there is to say of it."""
        width = min(96, max(30, self.size.width - 4))
        session, view = self.session, self.query_one(ItemView)
        if session is None:
            return
        self.refresh_bindings()
        if self.form is None:
            self.say_where(say("Review", "复习"))
            rows, spots = end_rows(session, width)
            view.show(rows, spots)
            return
        place = len(session.answered) + (0 if self.answered else 1)
        self.say_where(say(f"Quiz {place}/{session.length}", f"测验 {place}/{session.length}"), self.lesson_title())
        page = ItemPage(self.form, width, tuple(self.picked))
        if self.answered and self.grade is not None:
            page.grade(self.grade, self.links())
            page.again(self.days_until(), self.kept[-1].rating if self.kept else 0)
        else:
            page.unanswered(self.grade.feedback if self.grade else self.remark)
        view.show(page.rows, page.spots)
        typing = self.typed_form and not self.answered
        view.styles.height = min(len(page.rows) + 1, max(4, self.size.height - 5)) if typing else "1fr"

    def days_until(self) -> int:
        """Days from today to the item's next review."""
        return (self.kept[-1].memory.due - day_of(now())).days if self.kept else 0

    def asked_now(self) -> Asked | None:
        """The item on the screen, answered or not."""
        if self.session is None:
            return None
        return self.session.answered[-1].asked if self.answered else self.session.current

    def lesson_name(self) -> str:
        """The lesson of the item on the screen."""
        asked = self.asked_now()
        return lesson_of_items(desk_of(self).course).get(asked.item.id, "") if asked else ""

    def lesson_title(self) -> str:
        course, name = desk_of(self).course, self.lesson_name()
        return f"{course.lesson(name).number} {course.lesson(name).title.said()}" if name else ""
