"""The lab: an experiment's parameters, its curves as they grow, its claims, its source."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, Label

from lhystudy import paths
from lhystudy.draw.cells import Run
from lhystudy.draw.wrap import wrap
from lhystudy.errors import StudyError
from lhystudy.lab import catalogue
from lhystudy.lab.card import Card
from lhystudy.lab.events import Event, Moment
from lhystudy.lab.record import Chart, Record, overlay
from lhystudy.lab.spoken import record_said, seeds_said
from lhystudy.store import claims, runs
from lhystudy.study.experiment import Watch, command_line, plan, watch
from lhystudy.study.history import gathered
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.outcome_page import after_rows, before_rows, next_guess
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.form import SEEDS, Field
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import say

FRAME_SECONDS = 0.1


class Lab(Place):
    """One experiment at a time; ctrl+o chooses another."""

    HELP_TEXT = (
        "Say what you expect of each claim, set the parameters, and run. The curves are drawn while the experiment "
        "trains; then each claim stands with what was measured and what you had expected. n guesses anew, k lays an "
        "earlier run over this one, Enter on a chart enlarges it and reads its values, v shows the source, p saves a "
        "picture. "
        "In a field, up and down change the value. Letters are keys once the fields are left with Escape.",
        "先说说对每条论断的预计，设好参数，再运行。训练的同时会画出曲线；之后每条论断旁列出实测结果和你的预计。"
        "n 重新预计，k 叠上以前的一次运行，在图上按回车放大并读数，v 查看源代码，p 存图。"
        "输入框里用上下键调数值；按 Esc 离开输入框后，字母键才起作用。",
    )
    CHOOSER = "choose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "run", "run|运行"),
        Binding("f5", "run", show=False),
        Binding("s", "stop", "stop|停止"),
        Binding("n", "guess_anew", "guess anew|重新预计"),
        Binding("ctrl+o", "choose", "choose|选实验", priority=True),
        Binding("v", "source", "source|源代码"),
        Binding("p", "save_picture", "picture|存图"),
        Binding("i", "save_picture(True)", "pixels|看图"),
        Binding("k", "compare", "compare|比较"),
        Binding("y", "copy_command", "copy command|复制命令"),
    ]
    CSS = """
    #form { width: 30; padding: 0 1; border-right: solid $border-blurred; }
    #fields { height: auto; }
    #buttons { height: 1; margin-top: 1; }
    #buttons Button { min-width: 8; margin-right: 1; }
    #what { height: auto; max-height: 6; margin-bottom: 1; }
    #help { width: 100%; height: auto; color: $text-muted; margin-top: 1; }
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
        self.guesses: dict[str, str] = {}
        self.other: tuple[int, Record] | None = None  # a kept run that is laid over this one

    def compose_place(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll(id="form", can_focus=False):
                yield RowsView(id="what")
                yield Vertical(id="fields")
                with Horizontal(id="buttons"):
                    yield Button("▶", id="run", variant="primary", compact=True)
                    yield Button("■", id="stop", compact=True, disabled=True)
                yield Label("", id="help", markup=False)
            yield RowsView(id="outcome")

    def on_screen_resume(self) -> None:
        wanted = str(desk_of(self).setting("experiment", "lstm-demo"))
        if self.card is not None and self.card.name == wanted:
            return
        if self.watched is None:
            self.call_next(self.open, wanted)
        elif self.card is not None:
            self.notify(say(f"{self.card.name} still runs: s stops it.", f"{self.card.name} 还在运行：按 s 停止。"))

    async def open(self, name: str) -> None:
        """Puts an experiment in the lab, with its last run where there is one."""
        desk = desk_of(self)
        try:
            self.card = catalogue.named(name)
        except StudyError as error:
            self.notify(str(error), severity="warning")
            self.card = catalogue.cards()[0]
        desk.keep("experiment", self.card.name)
        fields = self.query_one("#fields")
        await fields.remove_children()
        settings = self.kept_settings(self.card)
        await fields.mount_all([Field(one, str(settings[one.name])) for one in self.card.parameters])
        await fields.mount(Field(SEEDS, "1"))
        self.show_last_run()
        self.change_language()
        self.query_one("#outcome", RowsView).focus()

    def kept_settings(self, card: Card) -> dict[str, Any]:
        """The values used last; the defaults where those no longer fit."""
        try:
            return card.settings(desk_of(self).setting(f"lab:{card.name}", {}))
        except StudyError:
            return dict(card.defaults)

    def show_last_run(self) -> None:
        """The last run that was kept, and what had been expected of it; nothing where there is none."""
        assert self.card is not None
        store = desk_of(self).store
        self.record, self.guesses, self.other = Record(), {}, None
        for last in runs.recent(store, self.card.name, 1):
            self.record = gathered(store, last.id)
            self.guesses = {one.claim: one.predicted or "" for one in claims.of_run(store, last.id)}

    def change_language(self) -> None:
        self.query_one("#run", Button).label = say("▶ run", "▶ 运行")
        self.query_one("#stop", Button).label = say("■ stop", "■ 停止")
        if self.card is not None:
            width = max(10, self.query_one("#form").content_size.width or 26)
            self.query_one("#what", RowsView).show(wrap((Run(self.card.title, "strong"),), width))
            self.say_where(say(f"Lab ▸ {self.card.name}", f"实验 ▸ {self.card.name}"), self.device())
        self.say_meaning()
        self.show_outcome()

    def device(self) -> str:
        """Where the run went, and with how many seeds."""
        start = self.record.start
        if start is None:
            return ""
        return f"{start.device} · {seeds_said(start)}"

    def on_descendant_focus(self) -> None:
        self.say_meaning()

    def say_meaning(self, trouble: str = "") -> None:
        """Below the form: what is wrong with a value, else what the focused field means and may be."""
        focused = next((field for field in self.query(Field) if field.has_focus_within), None)
        self.query_one("#help", Label).update(trouble or (focused.meaning if focused else ""))

    def on_resize(self) -> None:
        self.show_outcome()

    def action_choose(self) -> None:
        from lhystudy.tui.screens.choose import choose_experiment

        async def take(name: str | None) -> None:
            if name is not None and self.watched is None:
                await self.open(name)
            elif name is not None:
                self.notify(say("An experiment still runs: s stops it.", "还有实验在运行：按 s 停止。"))

        self.app.push_screen(choose_experiment(self.card.name if self.card else ""), take)

    # ---- guessing ----

    @on(RowsView.Chosen, "#outcome")
    def open_spot(self, message: RowsView.Chosen) -> None:
        """Changes the guess at a claim, or shows a chart over the whole screen."""
        if message.target.startswith("chart:"):
            from lhystudy.tui.screens.curves import Curves

            self.app.push_screen(Curves(self.charts(), message.target.removeprefix("chart:")))
            return
        self.guesses[message.target] = next_guess(self.guesses.get(message.target, ""))
        self.show_outcome()

    def action_guess_anew(self) -> None:
        """Puts the last run aside, so that its outcome is not before one's eyes."""
        if self.watched is None:
            self.record, self.guesses = Record(), {}
            view = self.query_one("#outcome", RowsView)
            view.current = None
            view.scroll_to(y=0, animate=False)
            view.focus()
            self.show_outcome()

    def action_leave_fields(self) -> None:
        self.query_one("#outcome", RowsView).focus()

    # ---- running ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """A run can be stopped only while there is one, and begun only where there is none."""
        running = self.watched is not None
        return running if action == "stop" else not running if action in ("run", "guess_anew") else True

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
            seeds = int(SEEDS.read(values.pop("seeds")))
            request = plan(self.card.name, [f"{key}={value}" for key, value in values.items()], seeds=seeds)
        except StudyError as error:
            self.say_meaning(str(error))
            return
        desk_of(self).keep(f"lab:{self.card.name}", request.params)
        self.say_meaning()
        if self.record.start is not None:
            self.guesses = {}  # what was said before another run's outcome was known does not count for this one
        self.record = Record()
        self.watched = watch(request, {claim: guess for claim, guess in self.guesses.items() if guess})
        self.query_one("#run", Button).disabled = True
        self.query_one("#stop", Button).disabled = False
        self.query_one("#outcome", RowsView).focus()
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
            self.say_meaning(str(message.error))
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
        """Before a run the claims to guess at; then the verdicts, curves, figures and tables as far as it has come."""
        self.refresh_bindings()
        view = self.query_one("#outcome", RowsView)
        width, height = view.content_size.width - 1, view.content_size.height
        if self.card is None or width < 20:
            return
        if self.record.start is None and self.watched is None:
            view.show(*before_rows(self.card, self.guesses, width))
        else:
            shown, going = record_said(self.record, self.card), self.watched is not None
            view.show(*after_rows(shown, self.charts(), self.card, self.guesses, width, height, going))

    def charts(self) -> dict[str, Chart]:
        """The run's charts; with another run laid over it, a chart for each curve, one line a run."""
        shown = record_said(self.record, self.card)
        if self.other is None or self.record.start is None:
            return shown.charts
        number, other = self.other
        return overlay({say("this run", "这次"): shown, f"#{number}": record_said(other, self.card)})

    def action_compare(self) -> None:
        """Chooses a kept run of the same experiment to lay over this one."""
        from lhystudy.tui.screens.choose import FREE, choose_run

        if self.card is None:
            return
        kept = runs.recent(desk_of(self).store, self.card.name, 50)

        def take(number: str | None) -> None:
            if number is not None:
                self.other = None if number == FREE else (int(number), gathered(desk_of(self).store, int(number)))
                self.show_outcome()

        self.app.push_screen(choose_run(kept, self.card.defaults, self.other[0] if self.other else None), take)

    def action_source(self) -> None:
        from lhystudy.tui.screens.source import Source

        if self.card is not None:
            self.app.push_screen(Source(self.card))

    def action_copy_command(self) -> None:
        if self.record.start is not None:
            line = command_line(self.record.start, self.card)
            self.app.copy_to_clipboard(line)
            self.notify(line)

    def action_save_picture(self, look: bool = False) -> None:
        """Writes the run's figures as a picture into the data folder; says where, or shows it in pixels."""
        if self.card is None or self.record.start is None or self.watched is not None:
            self.notify(say("There is no finished run to draw yet.", "还没有可以画的运行。"))
            return
        number = self.record.result.run if self.record.result else None
        self.notify(say("drawing …", "正在画图……"), timeout=2)
        self.save_picture(list(self.record.events), f"{self.card.name}-{number or 0}.png", look)

    @work(thread=True)
    def save_picture(self, events: list[Event], name: str, look: bool) -> None:
        """Draws in a child process, which a thread waits for."""
        from lhystudy.lab.plot import write_picture

        try:
            folder = paths.data_folder() / "pictures"
            folder.mkdir(exist_ok=True)
            write_picture(events, folder / name)
        except (StudyError, OSError) as error:
            self.app.call_from_thread(self.notify, str(error), severity="error")
            return
        self.app.call_from_thread(self.show_saved, folder / name, look)

    def show_saved(self, file: Path, look: bool) -> None:
        if not look:
            self.notify(say(f"saved: {file}", f"已保存：{file}"), timeout=10)
            return
        from lhystudy.tui.pixels import look_at  # seldom wanted

        try:
            look_at(self.app, file)
        except StudyError as error:
            self.notify(str(error), severity="error")
