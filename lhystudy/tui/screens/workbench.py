"""The workbench: a derivation typed line by line, each line judged as it is finished."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from lhystudy import paths
from lhystudy.checker.verdict import ACCEPTED, WRONG, LineVerdict, Report
from lhystudy.course.parts import Derivation
from lhystudy.draw.cells import Row
from lhystudy.errors import StudyError
from lhystudy.store import attempts
from lhystudy.study.derive import Problem, given_up, posed
from lhystudy.study.sheet import read_sheet, write_sheet
from lhystudy.tui.beginnings import beginnings, first_blank, is_assisted, text_of
from lhystudy.tui.bench_page import below_rows, language_rows, task_rows
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.tui.widgets.sheet import Editor, Sheet, worst
from lhystudy.words import say

PAUSE = 0.15  # seconds without a key before the sheet is judged
WIDE = 110  # columns from which the reading stands beside the sheet
TALL = 30  # lines from which what is given is drawn in two dimensions, too


class Workbench(Place):
    """One derivation of the course, or a sheet of one's own."""

    HELP_TEXT = (
        "Type a derivation, one statement a line. Each line is judged when you pause: ✓ holds, ✗ is refuted, "
        "? stays undecided, ! cannot be read. The other pane shows how the line under the cursor was read. Letters are "
        "keys once the editor is left with Escape; i goes back into it.",
        "逐行输入推导。停顿片刻，每一行就会得到判定：✓ 成立，✗ 被反驳，? 无法判定，! 读不懂。"
        "另一栏显示光标所在行被读成了什么。按 Esc 离开编辑区后字母才是按键，按 i 回来继续输入。",
    )
    CHOOSER = "choose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "hint", "hint|提示", priority=True),
        Binding("f2", "next_step", "next rule|下一法则", priority=True),
        Binding("f3", "show_step", "show step|看步骤", priority=True),
        Binding("f4", "begin_with", "start from|从何开始", priority=True),
        Binding("f5", "symbols", "symbols|符号", priority=True),
        Binding("f6", "save", "save as files|存成文件", show=False, priority=True),
        Binding("f7", "load", "from a file|读文件", show=False, priority=True),
        Binding("ctrl+o", "choose", "choose|选推导", priority=True),
        Binding("i", "edit", "type|输入"),
    ]
    CSS = """
    #task { height: auto; padding: 0 1; }
    #bench { height: 1fr; }
    #below { height: 38vh; padding: 0 1; border-top: solid $border-blurred; }
    #bench.-wide { layout: horizontal; border-top: solid $border-blurred; }
    #bench.-wide #below { width: 46%; height: 1fr; border-top: none; border-left: solid $border-blurred; }
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
        self.rungs: dict[int, int] = {}  # line -> hints taken; 0 is the derivation as a whole
        self.told: str = ""  # what a hint key answered
        self._version = 0
        self._judging = False
        self._attempt: int | None = None
        self._kept = ""  # the text that the store holds already
        self._pause: Timer | None = None

    def compose_place(self) -> ComposeResult:
        yield RowsView(id="task")
        with Container(id="bench"):
            yield Sheet()
            yield RowsView(id="below")

    def on_mount(self) -> None:
        self.open(str(desk_of(self).setting("derivation", "")))
        self.query_one(Editor).focus()

    def on_screen_resume(self) -> None:
        wanted = str(desk_of(self).setting("derivation", ""))
        if wanted != self.name_of_derivation:
            self.open(wanted)

    def on_resize(self) -> None:
        self.query_one("#bench").set_class(self.size.width >= WIDE, "-wide")
        self.call_after_refresh(self.change_language)

    @property
    def name_of_derivation(self) -> str:
        """The id of the derivation on the bench; '' for a sheet of one's own."""
        return self.derivation.id if self.derivation else ""

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
        self.put(last.text if last else "")

    def put(self, text: str) -> None:
        """Shows a text on the sheet, not judged yet."""
        self._version += 1
        self._kept = text
        self.rungs, self.told, self.report = {}, "", None
        editor = self.query_one(Editor)
        editor.text = text
        editor.move_cursor(editor.document.end)
        self.query_one(Sheet).show_verdicts({})
        self.show_task()
        self.show_below()

    def action_choose(self) -> None:
        from lhystudy.tui.screens.choose import FREE, choose_derivation

        def take(name: str | None) -> None:
            if name is not None:
                self.open("" if name == FREE else name)

        self.app.push_screen(choose_derivation(desk_of(self), self.name_of_derivation), take)

    def action_begin_with(self) -> None:
        """An empty page, the model with blanks, the whole model, or an earlier attempt."""
        from lhystudy.tui.screens.choose import Choose

        earlier = attempts.of_derivation(desk_of(self).store, self.name_of_derivation)

        def take(choice: str | None) -> None:
            if choice is not None:
                number = int(choice.partition(":")[2]) if choice.startswith("attempt:") else None
                self._attempt = number if any(a.id == number and a.status != "complete" for a in earlier) else None
                self.put(text_of(choice, self.derivation, earlier))
                editor = self.query_one(Editor)
                blank = first_blank(editor.text)
                editor.move_cursor((blank, 0) if blank is not None else editor.document.end)
                editor.focus()

        title = say("start from (what stands here is kept)", "从何开始（现有内容会保存）")
        self.app.push_screen(Choose(title, beginnings(self.derivation, earlier)), take)

    def action_symbols(self) -> None:
        from lhystudy.tui.screens.symbols import Symbols

        def take(symbol: str | None) -> None:
            editor = self.query_one(Editor)
            editor.focus()
            if symbol:
                editor.insert(symbol)

        self.app.push_screen(Symbols(), take)

    def action_save(self) -> None:
        """Writes the sheet as plain lines, Markdown and LaTeX into the data folder, and says where."""
        text = self.query_one(Editor).text
        files = write_sheet(paths.data_folder() / "derivations", self.derivation, text, self.report)
        names = " ".join(file.name for file in files)
        self.notify(say(f"saved in {files[0].parent}: {names}", f"已存到 {files[0].parent}：{names}"), timeout=10)

    def action_load(self) -> None:
        """Puts the lines of a file on the sheet; what stood there is kept as an attempt."""
        from lhystudy.tui.screens.ask_file import AskFile

        def take(name: str | None) -> None:
            if name:
                text = read_sheet(name)
                self._attempt = None
                self.put(text)

        self.app.push_screen(AskFile(say("read a derivation from", "从文件读入推导")), take)

    # ---- judging ----

    @on(TextArea.Changed)
    def wait_for_a_pause(self) -> None:
        self._version += 1
        if self.query_one(Editor).text != self._kept:  # else it was just put there, and a hint may have come since
            self.told = ""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.judge_now)
        self.query_one(Sheet).count_lines()

    def judge_now(self) -> None:
        """Sends the sheet to the checker; while one is being judged, the newest waits for its end."""
        text = self.query_one(Editor).text
        if self._judging:
            return
        if not text.strip():
            self.report = None
            self.query_one(Sheet).show_verdicts({})
            self.show_task()
            self.show_below()
            return
        self._judging = True
        self.judge(text, self._version, posed(self.derivation) if self.derivation else None)

    @work(thread=True)
    def judge(self, text: str, version: int, problem: Problem | None) -> None:
        try:
            report = desk_of(self).checking.check(text, derivation=problem)
        except StudyError as error:
            report = given_up(text, str(error))
        self.post_message(self.Judged(report, version))

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
        self.keep_attempt(message.report)

    def keep_attempt(self, report: Report) -> None:
        """Writes the attempt through; a finished one stays, and the next text begins another.

        A sheet that began with lines of the model is practice and never counts as complete.
        """
        store, text = desk_of(self).store, self.query_one(Editor).text
        if text == self._kept and self._attempt is None:
            return
        status = "incomplete" if report.status == "complete" and is_assisted(text) else report.status
        document, rungs = report.to_json(), sum(self.rungs.values())
        if self._attempt is None:
            now = datetime.now(UTC)
            self._attempt = attempts.add(store, self.name_of_derivation, text, status, document, rungs, now)
        else:
            attempts.update(store, self._attempt, text, status, document, rungs)
        self._kept = text

    # ---- showing ----

    def show_task(self) -> None:
        """What is given and what is to be shown; the title bar says which derivation it is."""
        name = self.name_of_derivation or say("a sheet of my own", "自由演算")
        lines = self.report.lines if self.report else ()
        wrong = sum(line.verdict == "refuted" for line in lines)
        goal = say("goal reached ✓", "目标已达成 ✓") if self.report and self.report.goal_reached else ""
        state = goal or (say(f"{wrong} ✗", f"{wrong} 处 ✗") if wrong else "")
        self.say_where(say(f"Workbench ▸ {name}", f"推导 ▸ {name}"), state)
        width, height = max(20, self.size.width - 4), max(10, self.size.height)
        view = self.query_one("#task", RowsView)
        most = height // 3
        view.show(task_rows(self.derivation, width, tall=height >= TALL, most=most))
        view.styles.height = min(len(view.rows), most)

    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        self.show_below()

    def line_under_cursor(self) -> LineVerdict | None:
        """The verdict to look at: of the cursor's line, else of the first line that went wrong."""
        if self.report is None:
            return None
        n = self.query_one(Editor).cursor_location[0] + 1
        here = [line for line in self.report.lines if line.n == n]
        bad = [line for line in self.report.lines if line.verdict in WRONG]
        return worst(here) if here else (bad[0] if bad else None)

    def show_below(self) -> None:
        """The line's reading in two dimensions, what is known of it, and the hints taken."""
        view, line = self.query_one("#below", RowsView), self.line_under_cursor()
        taken = self.rungs.get(line.n, 0) if line else 0
        width = max(20, (view.content_size.width or self.size.width) - 2)
        view.show(below_rows(self.report, line, taken, self.told, width))

    def change_language(self) -> None:
        self.query_one(Sheet).refresh_words()
        self.show_task()
        self.show_below()

    def help_rows(self, width: int) -> list[Row]:
        return language_rows(width)

    # ---- help on the way ----

    def action_hint(self) -> None:
        """One rung of the ladder further for the first line that went wrong, else the derivation's own hints."""
        bad = [line for line in (self.report.lines if self.report else ()) if line.verdict == "refuted"]
        if bad:
            line = bad[0]
            self.rungs[line.n] = min(self.rungs.get(line.n, 1) + 1, max(1, len(line.hints)))
            self.query_one(Editor).move_cursor((line.n - 1, 0))
        elif self.derivation and self.derivation.hints:
            taken = min(self.rungs.get(0, 0) + 1, len(self.derivation.hints))
            self.rungs[0] = taken
            self.told = f"{taken}/{len(self.derivation.hints)}  {self.derivation.hints[taken - 1].said()}"
        else:
            self.told = say("Nothing is wrong so far.", "目前没有错误。")
        self.show_below()

    def next_model_step(self) -> int | None:
        """The first model line (from 0) that the sheet has not shown yet."""
        if self.derivation is None or not self.derivation.model:
            return None
        good = [line for line in (self.report.lines if self.report else ()) if line.kind == "step"]
        shown = sum(line.verdict in ACCEPTED for line in good)
        return min(shown, len(self.derivation.model) - 1)

    def action_next_step(self) -> None:
        """Names the rule that leads one step further."""
        step = self.next_model_step()
        if step is None or self.derivation is None:
            self.told = say("A sheet of your own has no model.", "自由演算没有参考步骤。")
        else:
            self.told = say("rule: ", "法则：") + self.derivation.model[step].rule.said()
        self.show_below()

    def action_show_step(self) -> None:
        """Shows one line of the model."""
        step = self.next_model_step()
        if step is None or self.derivation is None:
            self.told = say("A sheet of your own has no model.", "自由演算没有参考步骤。")
        else:
            self.rungs[0] = self.rungs.get(0, 0) + 1
            self.told = self.derivation.model[step].line
        self.show_below()

    def action_leave_editor(self) -> None:
        self.query_one("#below", RowsView).focus()

    def action_edit(self) -> None:
        self.query_one(Editor).focus()
