"""Chooses one of the course's derivations or experiments."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lhystudy.lab.catalogue import cards
from lhystudy.store import attempts
from lhystudy.tui.desk_app import desk_of
from lhystudy.words import say

FREE = "-"


class ChooseDerivation(ModalScreen[str | None]):
    """Gives the id of the derivation chosen, '' for a free sheet, None when nothing was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close|关闭")]
    CSS = """
    ChooseDerivation { align: center middle; background: $background 60%; }
    ChooseDerivation OptionList { width: 74; max-width: 96%; height: auto; max-height: 90%; border: round $accent;
        background: $surface; }
    """

    def compose(self) -> ComposeResult:
        desk = desk_of(self)
        options: list[Option | None] = [Option(say("a sheet of my own", "自由演算"), id=FREE)]
        for lesson in desk.course.lessons:
            derivations = desk.readable(lesson).derivations
            if derivations:
                options += [None, Option(Text(f"{lesson.number} {lesson.title.said()}", "bold"), disabled=True)]
            for derivation in derivations:
                last = attempts.last(desk.store, derivation.id)
                sign = "·" if last is None else {"complete": "✓", "wrong": "✗"}.get(last.status, "…")
                options.append(Option(f"  {sign} {derivation.title.said()}", id=derivation.id))
        chooser = OptionList(*options)
        chooser.border_title = say("derivations", "推导")
        yield chooser

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option.id or FREE
        self.dismiss("" if chosen == FREE else chosen)


class ChooseExperiment(ModalScreen[str | None]):
    """Gives the name of the experiment chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close|关闭")]
    CSS = ChooseDerivation.CSS.replace("ChooseDerivation", "ChooseExperiment")

    def compose(self) -> ComposeResult:
        options = []
        for card in cards():
            line = Text.assemble((f"{card.name:<20}", "bold"), (card.title, "dim"))
            line.no_wrap, line.overflow = True, "ellipsis"
            options.append(Option(line, id=card.name))
        chooser = OptionList(*options)
        chooser.border_title = say("experiments", "实验")
        yield chooser

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)
