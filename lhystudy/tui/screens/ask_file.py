"""Asks for the name of a file."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from lhystudy.tui.dialog import Dialog, closing_words


class AskFile(Dialog[str]):
    """Gives what was typed, or None."""

    CSS = """
    AskFile Vertical { width: 70; max-width: 96%; height: 3; background: $surface; border: round $accent;
        padding: 0 1; }
    AskFile Input { border: none; padding: 0; background: $surface; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title_of_box = title

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title, box.border_subtitle = self.title_of_box, closing_words()
            yield Input(placeholder="~/derivation.txt", compact=True)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
