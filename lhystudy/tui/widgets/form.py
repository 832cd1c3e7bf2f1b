"""An experiment's parameters as fields to fill in."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select

from lhystudy.errors import StudyError
from lhystudy.lab.parameter import Parameter

SEEDS = Parameter(
    "seeds", "int", 1, "runs with seeds 0, 1, …; several give intervals", "从种子 0 起运行几份；多份才有区间", 1, 1000
)


def spelled(value: int | float) -> str:
    """A number as one would type it into a field."""
    return str(value) if isinstance(value, int) else f"{value:g}"


class Number(Input):
    """A number; up and down move it through its range, as a slider would."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(1)", show=False),
        Binding("down", "step(-1)", show=False),
    ]

    def __init__(self, parameter: Parameter, value: str) -> None:
        super().__init__(value, compact=True)
        self.parameter = parameter

    def action_step(self, direction: int) -> None:
        """The next value up or down; a text that is no number is left alone."""
        with suppress(StudyError):
            self.value = spelled(self.parameter.beside(self.value, direction))
            self.cursor_position = len(self.value)


class Gauge(Widget):
    """Where in its range a number stands; a click puts it there."""

    DEFAULT_CSS = "Gauge { width: 8; height: 1; margin-left: 1; color: $accent; }"
    share: reactive[float] = reactive(0.0)

    class Moved(Message):
        """The learner wants the number at this share of its range."""

        def __init__(self, share: float) -> None:
            self.share = share
            super().__init__()

    def render(self) -> str:
        at = round(self.share * (self.size.width - 1))
        return "─" * at + "●" + "─" * (self.size.width - 1 - at)

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Moved(event.x / max(1, self.size.width - 1)))


class Field(Horizontal):
    """One parameter: its name and its value. What it means and may be is said below the form while it has the focus."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field Label { width: 11; color: $text-muted; }
    Field:focus-within Label { color: $accent; text-style: bold; }
    Field Input, Field Select, Field Checkbox { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
    Field Input:focus { background: $accent 25%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.leave_fields", "leave|离开")]

    def __init__(self, parameter: Parameter, value: str) -> None:
        super().__init__()
        self.parameter = parameter
        self.first = value

    def compose(self) -> ComposeResult:
        yield Label(self.parameter.name, markup=False)
        if self.parameter.kind == "bool":
            yield Checkbox("", self.first.lower() == "true", compact=True)
        elif self.parameter.choices:
            choices = [(choice, choice) for choice in self.parameter.choices]
            yield Select(choices, value=self.first, allow_blank=False, compact=True)
        elif self.parameter.kind == "str":
            yield Input(self.first, compact=True)
        else:
            yield Number(self.parameter, self.first)
            if self.parameter.has_range:
                yield Gauge()

    @on(Input.Changed)
    def move_gauge(self, event: Input.Changed) -> None:
        """The gauge follows what is typed, as long as that is a number."""
        for gauge in self.query(Gauge):
            with suppress(StudyError):
                gauge.share = self.parameter.share(event.value)

    @on(Gauge.Moved)
    def take_share(self, message: Gauge.Moved) -> None:
        self.query_one(Number).value = spelled(self.parameter.at(message.share))

    @property
    def meaning(self) -> str:
        """What the parameter is and may be, in the language in use."""
        return f"{self.parameter.name}: {self.parameter.help} ({self.parameter.limits})"

    @property
    def value(self) -> str:
        """The value as it would be typed on the command line."""
        if self.parameter.kind == "bool":
            return str(self.query_one(Checkbox).value).lower()
        if self.parameter.choices:
            return str(self.query_one(Select).value)
        return self.query_one(Input).value
