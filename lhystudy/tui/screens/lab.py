"""The lab: an experiment's parameters, its curves as they grow, its claims, its source."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Checkbox, Input, Label, Select

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.wrap import wrap
from lhystudy.errors import StudyError
from lhystudy.lab import catalogue
from lhystudy.lab.card import Card
from lhystudy.lab.events import Moment
from lhystudy.lab.parameter import Parameter
from lhystudy.lab.record import Record
from lhystudy.store import runs
from lhystudy.study.experiment import Watch, command_line, plan, watch
from lhystudy.study.history import stored_moments
from lhystudy.study.outcome import claim_rows, ending, pictures, tables
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import say

FRAME_SECONDS = 0.1
NARROW = 100  # columns below which the form takes a third of the screen


class Field(Horizontal):
    """One parameter: its name, its value, what it may be."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field Label { width: 11; color: $text-muted; }
    Field Input, Field Select, Field Checkbox { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
    """

    def __init__(self, parameter: Parameter, value: str) -> None:
        super().__init__()
        self.parameter = parameter
        self.first = value
        self.tooltip = f"{parameter.help}  ({parameter.limits})"

    def compose(self) -> ComposeResult:
        yield Label(self.parameter.name)
        if self.parameter.kind == "bool":
            yield Checkbox("", self.first.lower() == "true", compact=True)
        elif self.parameter.choices:
            choices = [(choice, choice) for choice in self.parameter.choices]
            yield Select(choices, value=self.first, allow_blank=False, compact=True)
        else:
            yield Input(self.first, compact=True)

    @property
    def value(self) -> str:
        """The value as it would be typed on the command line."""
        if self.parameter.kind == "bool":
            return str(self.query_one(Checkbox).value).lower()
        if self.parameter.choices:
            return str(self.query_one(Select).value)
        return self.query_one(Input).value


class Lab(Place):
    """One experiment at a time; ctrl+o chooses another."""

    HELP_TEXT = (
        "Set the parameters and run. The curves are drawn while the experiment trains; below them stand the claims of "
        "the lecture that it tests, each with what was measured. v shows the experiment's source.",
        "设好参数再运行。训练的同时会画出曲线；曲线下面列出它检验的课堂论断和实测结果。按 v 查看实验的源代码。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "run", "run|运行"),
        Binding("f5", "run", show=False),
        Binding("s", "stop", "stop|停止"),
        Binding("ctrl+o", "choose", "choose|选实验", priority=True),
        Binding("v", "source", "source|源代码"),
        Binding("y", "copy_command", "copy command|复制命令"),
        Binding("p", "save_picture", "save picture|存图"),
    ]
    CSS = """
    #form { width: 30; padding: 0 1; border-right: solid $border-blurred; }
    #fields { height: auto; }
    #buttons { height: 1; margin-top: 1; }
    #buttons Button { min-width: 8; margin-right: 1; }
    #what { height: auto; max-height: 6; }
    #help { height: auto; color: $text-muted; margin-top: 1; }
    #outcome { padding: 0 1; }
    """

    class Arrived(Message):
        """Events of the run, in order."""

        def __init__(self, moments: list[Moment]) -> None:
            self.moments = moments
            super().__init__()

    class Ended(Message):
        """The run is over; `error` says why it could not begin."""

        def __init__(self, error: StudyError | None) -> None:
            self.error = error
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.card: Card | None = None
        self.record = Record()
        self.watched: Watch | None = None

    def compose_place(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll(id="form", can_focus=False):
                yield RowsView(id="what")
                yield Vertical(id="fields")
                with Horizontal(id="buttons"):
                    yield Button("▶", id="run", variant="primary", compact=True)
                    yield Button("■", id="stop", compact=True, disabled=True)
                yield Label("", id="help")
            yield RowsView(id="outcome")

    async def on_screen_resume(self) -> None:
        wanted = str(desk_of(self).setting("experiment", "lstm-demo"))
        if self.watched is None and (self.card is None or self.card.name != wanted):
            await self.open(wanted)

    async def open(self, name: str) -> None:
        """Puts an experiment in the lab, with its last run where there is one."""
        desk = desk_of(self)
        try:
            self.card = catalogue.find(name)
        except StudyError as error:
            self.notify(str(error), severity="warning")
            self.card = catalogue.cards()[0]
        desk.keep("experiment", self.card.name)
        settings = self.card.settings(desk.setting(f"lab:{self.card.name}", {}))
        fields = self.query_one("#fields")
        await fields.remove_children()
        await fields.mount_all([Field(one, str(settings[one.name])) for one in self.card.parameters])
        seeds = Parameter("seeds", "int", 1, "copies with seeds 0, 1, …", "从种子 0 起的份数", 1, 1000)
        await fields.mount(Field(seeds, "1"))
        self.record = Record()
        last = runs.recent(desk.store, self.card.name, 1)
        if last:
            for moment in stored_moments(desk.store, last[0].id):
                self.record.take(moment.event)
        self.change_language()

    def change_language(self) -> None:
        self.query_one("#run", Button).label = say("▶ run", "▶ 运行")
        self.query_one("#stop", Button).label = say("■ stop", "■ 停止")
        if self.card is not None:
            width = max(10, self.query_one("#form").content_size.width or 26)
            self.query_one("#what", RowsView).show(wrap((Run(self.card.title, "strong"),), width))
            self.say_where(say(f"Lab ▸ {self.card.name}", f"实验 ▸ {self.card.name}"), self.device())
        self.show_outcome()

    def device(self) -> str:
        return self.record.start.device if self.record.start else ""

    def on_resize(self) -> None:
        self.show_outcome()

    def action_choose(self) -> None:
        from lhystudy.tui.screens.choose import ChooseExperiment

        async def take(name: str | None) -> None:
            if name is not None and self.watched is None:
                await self.open(name)

        self.app.push_screen(ChooseExperiment(), take)

    # ---- running ----

    @on(Button.Pressed, "#run")
    def press_run(self) -> None:
        self.action_run()

    @on(Button.Pressed, "#stop")
    def press_stop(self) -> None:
        self.action_stop()

    @on(Input.Submitted)
    def run_from_field(self) -> None:
        self.action_run()

    def action_run(self) -> None:
        """Starts a run with the form's values; a value that cannot be is named and nothing starts."""
        if self.card is None or self.watched is not None:
            return
        values = {field.parameter.name: field.value for field in self.query(Field)}
        try:
            seeds = int(values.pop("seeds"))
            request = plan(self.card.name, [f"{key}={value}" for key, value in values.items()], seeds=seeds)
        except (StudyError, ValueError) as error:
            self.query_one("#help", Label).update(str(error))
            return
        desk_of(self).keep(f"lab:{self.card.name}", request.params)
        self.query_one("#help", Label).update("")
        self.record = Record()
        self.watched = watch(request)
        self.query_one("#run", Button).disabled = True
        self.query_one("#stop", Button).disabled = False
        self.follow(self.watched)
        self.show_outcome()

    @work(thread=True)
    def follow(self, watched: Watch) -> None:
        """Passes events on in handfuls, so that a fast experiment does not flood the screen."""
        error: StudyError | None = None
        handful: list[Moment] = []
        passed_at = 0.0
        try:
            for moment in watched.moments():
                handful.append(moment)
                if monotonic() - passed_at > FRAME_SECONDS:
                    self.post_message(self.Arrived(handful))
                    handful, passed_at = [], monotonic()
        except StudyError as trouble:
            error = trouble
        self.post_message(self.Arrived(handful))
        self.post_message(self.Ended(error))

    @on(Arrived)
    def take_moments(self, message: Arrived) -> None:
        for moment in message.moments:
            self.record.take(moment.event)
        self.show_outcome()

    @on(Ended)
    def end_run(self, message: Ended) -> None:
        self.watched = None
        self.query_one("#run", Button).disabled = False
        self.query_one("#stop", Button).disabled = True
        if message.error is not None:
            self.query_one("#help", Label).update(str(message.error))
        self.say_where(say(f"Lab ▸ {self.card.name}", f"实验 ▸ {self.card.name}") if self.card else "", self.device())
        self.show_outcome()

    def action_stop(self) -> None:
        if self.watched is not None:
            self.watched.stop()

    def on_unmount(self) -> None:
        if self.watched is not None:
            self.watched.close()

    # ---- showing ----

    def show_outcome(self) -> None:
        """The verdicts, once there are any, then curves, figures and tables, as far as the run has come."""
        view = self.query_one("#outcome", RowsView)
        width, height = view.content_size.width, view.content_size.height
        if self.card is None or width < 20:
            return
        if self.record.start is None:
            wait = say("Ctrl+R runs it. It tests:", "按 Ctrl+R 运行。它检验：") if self.watched is None else "…"
            rows: list[Row] = [(), (Run(wait, "dim"),), ()]
            for claim in self.card.claims:
                rows += wrap((Run("? ", "unsure"), Run(say(claim.en, claim.zh))), width)
        else:
            rows = [self.progress_row(width)]
            for row in (*ending(self.record), *claim_rows(self.record.claims, self.card)):
                rows += wrap(row, width)
            rows += [(), *pictures(self.record, width, max(8, height // 2 + 1)), *tables(self.record)]
        view.show(rows)

    def progress_row(self, width: int) -> Row:
        progress, result = self.record.progress, self.record.result
        if result is not None:
            words = {"done": say("done", "完成"), "stopped": say("stopped", "已停止"), "failed": say("failed", "失败")}
            return (Run(f"{words[result.status]}  {result.seconds:.1f} s", "dim"),)
        if progress is None or not progress.total:
            return (Run("…", "dim"),)
        full = round(progress.done / progress.total * (width - 12))
        rest = width - 12 - full
        return (Run("▓" * full, "accent"), Run("░" * rest, "dim"), Run(f" {progress.done}/{progress.total}", "dim"))

    def action_source(self) -> None:
        from lhystudy.tui.screens.source import Source

        if self.card is not None:
            self.app.push_screen(Source(self.card))

    def action_copy_command(self) -> None:
        if self.record.start is not None:
            line = command_line(self.record.start, self.card)
            self.app.copy_to_clipboard(line)
            self.notify(line)

    def action_save_picture(self) -> None:
        """Writes the last run's charts beside the learner's data, by the same command that the command line has."""
        self.notify(
            say("lhystudy run NAME --plot FILE.svg writes the picture", "用 lhystudy run NAME --plot FILE.svg 存图")
        )
