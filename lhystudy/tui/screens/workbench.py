"""The workbench: a derivation typed line by line, each line judged as it is finished."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from lhystudy.checker.verdict import LineVerdict, Report
from lhystudy.course.lesson import Derivation
from lhystudy.draw.cells import Row, Run
from lhystudy.draw.maths import formula
from lhystudy.draw.wrap import wrap
from lhystudy.errors import StudyError
from lhystudy.store import attempts
from lhystudy.study.telling import explained, status_word
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.tui.widgets.sheet import Editor, Sheet, worst
from lhystudy.words import say

PAUSE = 0.35  # seconds without a key before the sheet is judged


class Workbench(Place):
    """One derivation of the course, or a sheet of one's own."""

    HELP_TEXT = (
        "Type a derivation, one statement a line. Each line is judged when you pause: ✓ holds, ✗ is refuted, "
        "? stays undecided, ! cannot be read. The pane below shows how the line under the cursor was read.",
        "逐行输入推导。停顿片刻，每一行就会得到判定：✓ 成立，✗ 被反驳，? 无法判定，! 读不懂。"
        "下方显示光标所在行被读成了什么。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "hint", "what's wrong|错在哪", priority=True),
        Binding("f2", "next_step", "next step|下一步", priority=True),
        Binding("f3", "show_step", "show step|看步骤", priority=True),
        Binding("ctrl+o", "choose", "choose|选推导", priority=True),
    ]
    CSS = """
    #task { height: auto; max-height: 40%; padding: 0 1; }
    #below { height: 9; padding: 0 1; border-top: solid $border-blurred; }
    """

    class Judged(Message):
        """A report on the text as it was when `version` was its count of changes."""

        def __init__(self, report: Report, version: int) -> None:
            self.report = report
            self.version = version
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.derivation: Derivation | None = None
        self.report: Report | None = None
        self.rungs: dict[int, int] = {}  # line -> hints taken
        self.told: str = ""  # what F2 and F3 answered
        self._version = 0
        self._judging = False
        self._attempt: int | None = None
        self._pause: Timer | None = None

    def compose_place(self) -> ComposeResult:
        yield RowsView(id="task")
        yield Sheet()
        yield RowsView(id="below")

    def on_mount(self) -> None:
        self.open(str(desk_of(self).setting("derivation", "")))
        self.query_one(Editor).focus()

    def on_screen_resume(self) -> None:
        wanted = str(desk_of(self).setting("derivation", ""))
        if wanted != (self.derivation.id if self.derivation else ""):
            self.open(wanted)

    # ---- which derivation ----

    def open(self, name: str) -> None:
        """Puts a derivation of the course on the bench, with the last attempt at it; '' is a free sheet."""
        desk = desk_of(self)
        try:
            self.derivation = desk.derivation(name)[1] if name else None
        except StudyError as error:
            self.notify(str(error), severity="warning")
            self.derivation, name = None, ""
        desk.keep("derivation", name)
        last = attempts.last(desk.store, name)
        self._attempt = last.id if last and last.status != "complete" else None
        self.rungs, self.told, self.report = {}, "", None
        self.query_one(Editor).text = last.text if last else ""
        self.show_task()
        self.show_below()

    def action_choose(self) -> None:
        from lhystudy.tui.screens.choose import ChooseDerivation

        self.app.push_screen(ChooseDerivation(), lambda name: self.open(name) if name is not None else None)

    def show_task(self) -> None:
        """What is given and what is to be shown; the title bar says which derivation it is."""
        name = self.derivation.id if self.derivation else say("a sheet of my own", "自由演算")
        lines = self.report.lines if self.report else ()
        wrong = sum(line.verdict == "refuted" for line in lines)
        goal = say("goal reached ✓", "目标已达成 ✓") if self.report and self.report.goal_reached else ""
        state = goal or (say(f"{wrong} ✗", f"{wrong} 处 ✗") if wrong else "")
        self.say_where(say(f"Workbench ▸ {name}", f"推导 ▸ {name}"), state)
        view = self.query_one("#task", RowsView)
        view.show(self.task_rows())
        view.styles.height = min(len(view.rows), 8)

    def task_rows(self) -> list[Row]:
        width = max(20, self.size.width - 4)
        if self.derivation is None:
            text = say("Any derivation: let, given, steps. Ctrl+O chooses one of the course's.",
                       "任意推导：let、given、步骤。按 Ctrl+O 可以选课程里的推导。")  # fmt: skip
            return wrap((Run(text, "dim"),), width)
        rows: list[Row] = wrap((Run(self.derivation.intro.said()),), width)
        if self.derivation.let:
            rows += wrap((Run("let    ", "keyword"), Run("; ".join(self.derivation.let), "dim")), width)
        for line in self.derivation.given:
            rows += wrap((Run("given  ", "keyword"), Run(line)), width)
        rows += wrap((Run("goal   ", "keyword"), Run(self.derivation.goal, "strong")), width)
        return rows

    # ---- judging ----

    @on(TextArea.Changed)
    def wait_for_a_pause(self) -> None:
        self._version += 1
        self.told = ""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.judge_now)
        self.query_one(Sheet).count_lines()

    def judge_now(self) -> None:
        """Sends the sheet to the checker; while one is being judged, the newest waits for its end."""
        text = self.query_one(Editor).text
        if self._judging or not text.strip():
            return
        self._judging = True
        self.judge(text, self._version)

    @work(thread=True)
    def judge(self, text: str, version: int) -> None:
        from lhystudy.study.derive import problem_of

        desk = desk_of(self)
        problem = problem_of(self.derivation) if self.derivation else None
        self.post_message(self.Judged(desk.checking.check(text, derivation=problem), version))

    @on(Judged)
    def take_report(self, message: Judged) -> None:
        self._judging = False
        if message.version != self._version:
            self.judge_now()
            return
        self.report = message.report
        by_line: dict[int, list[LineVerdict]] = {}
        for line in message.report.lines:
            by_line.setdefault(line.n, []).append(line)
        self.query_one(Sheet).show_verdicts({n: worst(lines) for n, lines in by_line.items()})
        self.show_task()
        self.show_below()
        self.keep_attempt()

    def keep_attempt(self) -> None:
        """Writes the attempt through; a finished one stays, and the next text begins another."""
        assert self.report is not None
        desk = desk_of(self)
        name = self.derivation.id if self.derivation else ""
        text, report, rungs = self.query_one(Editor).text, self.report.to_json(), sum(self.rungs.values())
        if self._attempt is None:
            now = datetime.now(UTC)
            self._attempt = attempts.add(desk.store, name, text, self.report.status, report, rungs, now)
        else:
            attempts.update(desk.store, self._attempt, text, self.report.status, report, rungs)

    # ---- what is said of the line under the cursor ----

    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        self.show_below()

    def line_under_cursor(self) -> LineVerdict | None:
        """The verdict to look at: of the cursor's line, else of the first line that went wrong."""
        if self.report is None:
            return None
        n = self.query_one(Editor).cursor_location[0] + 1
        here = [line for line in self.report.lines if line.n == n]
        bad = [line for line in self.report.lines if line.verdict in ("refuted", "unreadable")]
        return worst(here) if here else (bad[0] if bad else None)

    def show_below(self) -> None:
        """The line's reading in two dimensions, what is known of it, and the hints taken."""
        width = max(20, self.size.width - 4)
        rows: list[Row] = []
        line = self.line_under_cursor()
        if self.told:
            rows += wrap((Run("→ ", "accent"), Run(self.told)), width)
        if line is None and self.report is not None and self.report.lines:
            rows += wrap((Run(status_word(self.report)),), width)
        if line is not None:
            if line.latex and line.verdict != "refuted":
                rows += [(Run(say(f"line {line.n} reads", f"第 {line.n} 行读作"), "dim"),)]
                rows += [(Run("   "), *row) for row in formula(line.latex, width - 3).rows]
            rows += explained(line, width)
            for hint in line.hints[1 : self.rungs.get(line.n, 0)]:
                rows += wrap((Run(say("hint: ", "提示："), "dim"), Run(hint)), width)
        self.query_one("#below", RowsView).show(rows)

    def action_hint(self) -> None:
        """One rung of the ladder further for the first line that went wrong, else the derivation's own hints."""
        bad = [line for line in (self.report.lines if self.report else ()) if line.verdict == "refuted"]
        if bad:
            line = bad[0]
            self.rungs[line.n] = min(self.rungs.get(line.n, 1) + 1, max(1, len(line.hints)))
            self.query_one(Editor).move_cursor((line.n - 1, 0))
        elif self.derivation and self.derivation.hints:
            taken = self.rungs.get(0, 0)
            self.rungs[0] = min(taken + 1, len(self.derivation.hints))
            self.told = self.derivation.hints[self.rungs[0] - 1].said()
        else:
            self.told = say("Nothing is wrong so far.", "目前没有错误。")
        self.show_below()

    def next_model_step(self) -> int | None:
        """The first model line (from 0) that the sheet has not shown yet."""
        if self.derivation is None:
            return None
        good = [line for line in (self.report.lines if self.report else ()) if line.kind == "step"]
        shown = sum(line.verdict in ("proved", "agrees") for line in good)
        return min(shown, len(self.derivation.model) - 1)

    def action_next_step(self) -> None:
        step = self.next_model_step()
        if step is None or self.derivation is None:
            self.told = say("A sheet of your own has no model.", "自由演算没有参考步骤。")
        else:
            self.told = say("rule: ", "法则：") + self.derivation.model[step].rule.said()
        self.show_below()

    def action_show_step(self) -> None:
        step = self.next_model_step()
        if step is not None and self.derivation is not None:
            self.rungs[0] = self.rungs.get(0, 0) + 1
            self.told = self.derivation.model[step].line
        self.show_below()

    def action_leave_editor(self) -> None:
        self.query_one("#below", RowsView).focus()

    def change_language(self) -> None:
        self.show_task()
        self.show_below()
