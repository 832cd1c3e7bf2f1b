"""An experiment's parameters as fields to fill in."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Checkbox, Input, Label, Select

from lhystudy.lab.parameter import Parameter

SEEDS = Parameter(
    "seeds", "int", 1, "runs with seeds 0, 1, …; several give intervals", "从种子 0 起运行几份；多份才有区间", 1, 1000
)


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
        else:
            yield Input(self.first, compact=True)

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
